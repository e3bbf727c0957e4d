"""`inspect-file`, `import-layer`: what a file that people bring is, and taking it into a layer."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app

from geo.exchange.files.reading import short_name
from geo.model.errors import InvalidInput, N_
from geo.model.file_finding import FileFinding
from geo.model.location import LocationBasis
from geo.service import inspecting
from geo.service.acting import act_of
from geo.service.import_matching import MATCHINGS
from geo.service.import_report import BLOCKING, ImportPlan, ImportReport
from geo.service.importing import import_file
from geo.service.inspecting import Inspection
from geo.service.opened_files import Asked
from geo.service.road_drift import ground_of_folder
from geo.service.sure_roads import sure_roads_of_folder
from geo.store.catalog import read_zone
from geo.web.commands.cancelling import cancellable
from geo.web.commands.command import command
from geo.web.current import live_store
from geo.web.settings import ROOT
from geo.web.terminal import DONE, FINDINGS, REFUSED, answer, in_terminal_words, progress, say_sentence

EXIT = {"accept": DONE, "accept_with_findings": FINDINGS, "refuse": REFUSED}


@command("inspect-file")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", help="Which layer or sheet of FILE; by default the one with the most features.")
@click.option("--crs", help="Of its coordinates, where FILE does not say it right: EPSG:4526 … or GCJ-02, BD-09.")
@click.option("--encoding", help="Of its texts, such as GBK; by default as they read.")
def inspect_file(file: Path, layer: str | None, crs: str | None, encoding: str | None) -> int:
    """Say what FILE is, whatever its name, and everything that is wrong with it; no store is touched."""
    layers_dir = ROOT / current_app.config["LAYERS_DIR"]
    extent = read_zone(layers_dir).extent
    roads, named = sure_roads_of_folder(layers_dir), ground_of_folder(layers_dir).roads
    found = inspecting.inspect_file(file, Asked(layer, encoding, crs), extent, roads, named)
    answer(inspection_json(found))
    if found.result == "refuse":
        told = found.findings[-1].in_file(short_name(file))
        say_sentence(told)
    return EXIT[found.result]


def inspection_json(found: Inspection) -> dict[str, object]:
    """What the command prints."""
    return {
        "driver": found.driver,
        "layers": list(found.layers),
        "result": found.result,
        "features": found.features,
        "crs": found.crs,
        "crs_from": found.crs_from,
        "encoding": found.encoding,
        "encoding_from": found.encoding_from,
        "findings": [finding_json(finding) for finding in found.findings],
    }


def finding_json(finding: FileFinding) -> dict[str, object]:
    """A finding with its words."""
    return {
        "row": finding.row,
        "field": finding.field,
        "code": finding.code,
        "message": in_terminal_words(finding.remark.message, **finding.remark.params),
    }


@command("import-layer")
@click.argument("layer_id", metavar="LAYER")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@click.option("--layer", help="Which layer or sheet of FILE; by default the one with the most features.")
@click.option("--crs", help="Of its coordinates, where FILE does not say it right: EPSG:4526 … or GCJ-02, BD-09.")
@click.option("--encoding", help="Of its texts; by default as they read.")
@click.option("--map", "pairs", multiple=True, metavar="FILE_FIELD=FIELD", help="May be repeated; empty: left out.")
@click.option("--basis", type=click.Choice(["surveyed", "placed", "located"]), help="On what the positions rest.")
@click.option("--accuracy-m", type=float, help="Error of the positions, metres.")
@click.option(
    "--match", default=",".join(MATCHINGS), show_default=True, help="How features are known to be there; empty: not."
)
@click.option("--repair", is_flag=True, help="Take shapes that are not valid as they can be made valid.")
@click.option("--reason", help="Why.")
@click.option("--as", "account", metavar="USER", help="In whose name; needed unless --dry-run.")
def import_layer(
    layer_id: str, file: Path, dry_run: bool, layer: str | None, crs: str | None, encoding: str | None,
    pairs: Sequence[str], basis: str | None, accuracy_m: float | None, match: str, repair: bool, reason: str | None,
    account: str | None,
) -> int:  # fmt: skip
    """Take FILE into LAYER, all or nothing: checked first, then written in one change set that can be undone."""
    store = live_store()
    plan = ImportPlan(
        Asked(layer, encoding, crs), dict(map(_pair, pairs)), LocationBasis(basis) if basis else None, accuracy_m,
        _matching(match), repair,
    )  # fmt: skip
    act = None
    if not dry_run:
        if account is None:
            raise InvalidInput(N_("请用 --as 指明以谁的名义写入，或用 --dry-run 只看结果"))
        act = act_of(store, account, "editor", cause=reason or str(N_("导入文件")), source=file.name)
    with progress(refusable=0.5) as tell:  # the second half writes what the first has checked
        report = cancellable(store, act, lambda: import_file(store, layer_id, file, plan, act, tell))
    answer({"file": str(file), "layer": layer_id, "dry_run": dry_run, **report_json(report)})
    if report.result == "refuse":
        finding = next((each for each in report.findings if each.code in BLOCKING), report.findings[-1])
        told = finding.in_file(short_name(file))
        say_sentence(told)
    return EXIT[report.result]


def _pair(text: str) -> tuple[str, str]:
    source, sign, target = text.rpartition("=")
    if not sign:
        raise InvalidInput(N_("--map 应写作 文件字段=图层字段，现为“%(given)s”"), given=text[:60])
    return source, target


def _matching(text: str) -> tuple[str, ...]:
    wanted = tuple(word.strip() for word in text.split(",") if word.strip())
    if unknown := [word for word in wanted if word not in MATCHINGS]:
        raise InvalidInput(N_("--match 只能是 id、name、place，现为“%(given)s”"), given=unknown[0][:40])
    return wanted


def report_json(report: ImportReport) -> dict[str, object]:
    """What an import prints."""
    return {
        "driver": report.driver,
        "result": report.result,
        "crs": report.crs,
        "crs_from": report.crs_from,
        "encoding": report.encoding,
        "features": report.features,
        "new": report.new,
        "matched": report.matched,
        "mapping": {} if report.mapping is None else report.mapping.fields,
        "unmapped": [] if report.mapping is None else list(report.mapping.left),
        "extent": report.extent,
        "repairs": [_repair_json(*each) for each in report.repairs],
        "repairable": [_repair_json(*each) for each in report.repairable],
        "written": report.written,
        "change_set": report.change_set,
        "findings": [finding_json(finding) for finding in report.findings],
    }


def _repair_json(row: int, before_m2: float, after_m2: float) -> dict[str, float]:
    return {"row": row, "before_m2": round(before_m2, 2), "after_m2": round(after_m2, 2)}
