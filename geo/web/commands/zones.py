"""`catchments-batch`: catchments, checks and statistics of many zones, on the processes of a Dask cluster."""

from pathlib import Path

import click

from geo.model.errors import InvalidInput, N_
from geo.service import zones as service
from geo.service.catchments import Options
from geo.service.catchments.inputs import METHODS
from geo.web.commands.catchments import asked
from geo.web.commands.command import command
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, progress

FOLDER = click.Path(path_type=Path)


@command("catchments-batch")
@click.argument("input_dir", type=FOLDER)
@click.option("--method", type=click.Choice(METHODS), default="nearest", show_default=True, help="As in catchments.")
@asked
@click.option(
    "--job", "jobs", type=click.Choice(list(service.JOBS)), multiple=True, default=("catchments",), show_default=True,
    help="May be repeated; check looks every file through as inspect-file does.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask scheduler, tcp://…, tls://…; else this machine.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes here; by default one a processor.")
@click.option("--memory", metavar="SIZE", help="Most that each takes, such as 2GiB; else its share of 3/4 of all.")
@click.option("-o", "--output", type=FOLDER, metavar="OUT", help="Folder of the results; by default INPUT_DIR-results.")
def catchments_batch(
    input_dir: Path, output: Path | None, jobs: tuple[str, ...], scheduler: str | None, workers: int | None,
    memory: str | None, **given: object,
) -> int:  # fmt: skip
    """Find each place's school in every zone of INPUT_DIR, partitioned as zone=CODE/schools.parquet and so on.

    Zones whose results are there already, made of the same files, are kept; one that fails is told and loses no other.
    """
    source = input_dir.resolve()
    work = service.Work(
        output or source.with_name(f"{source.name}-results"), Options(**given), tuple(dict.fromkeys(jobs))
    )
    batch = service.Batch(input_dir, work, service.Place(scheduler, workers, memory))
    so_far = (0, 0)
    try:
        with progress() as tell:

            def noted(done: int, total: int) -> None:
                nonlocal so_far
                so_far = (done, total)
                tell(done, total)

            report = service.run(batch, noted)
    except KeyboardInterrupt:
        message = N_("已中断：%(total)s 个区里做好了 %(done)s 个，再运行一次会接着做")
        raise InvalidInput(message, done=so_far[0], total=so_far[1]) from None
    answer({"folder": str(work.out)} | _told(report))
    totals = report.totals
    return FINDINGS if report.failed or totals.get("unseated") or totals.get("findings") else DONE


def _told(report: service.Report) -> dict[str, object]:
    """The report as it is printed."""
    kept = sum(each.kept for each in report.zones)
    return {
        "zones": {
            "done": len(report.zones) - len(report.failed) - kept,
            "kept": kept,
            "failed": len(report.failed),
        },
        "totals": report.totals,
        "statistics": report.statistics,
        "took_s": report.took_s,
        "cpu_s": round(sum(each.cpu_s for each in report.zones), 3),
        "by_zone": [_zone_told(each) for each in report.zones],
    }


def _zone_told(done: service.Done) -> dict[str, object]:
    fault = done.fault
    came = {"kept": done.kept} if fault is None else {"error": in_terminal_words(fault.message, **fault.params)}
    return {"zone": done.code, "cpu_s": done.cpu_s, **came}
