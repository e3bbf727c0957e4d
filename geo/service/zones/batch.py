"""All zones of a folder: handed out, written one by one, added up."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from geo.exchange.files.zones import PARQUET, ZoneFolder, clear_drafts, write_document, write_zone, zones_of
from geo.model.errors import InvalidInput, N_
from geo.service.zones.cluster import Place, check_workers, client_of, over_zones
from geo.service.zones.statistics import statistics_of
from geo.service.zones.work import Done, Work

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Batch:
    """What is asked.

    Parameters
    ----------
    folder
        Partitioned by zone; `geo.exchange.files.zones` tells how.
    """

    folder: Path
    work: Work
    place: Place


@dataclass(frozen=True)
class Report:
    """What came of all zones.

    Parameters
    ----------
    zones
        By code.
    statistics
        Over the zones that have results; empty where none has catchments.
    took_s
        From when the workers were there until the last zone was done.
    """

    zones: list[Done]
    statistics: dict[str, object]
    took_s: float

    @property
    def failed(self) -> list[Done]:
        return [each for each in self.zones if each.fault is not None]

    @property
    def totals(self) -> dict[str, object]:
        """The figures of all zones added up."""
        total: dict[str, object] = {}
        for each in self.zones:
            total = _added(total, each.figures or {})
        return total


def run(batch: Batch, tell: Tell) -> Report:
    """Do the work on every zone.

    Parameters
    ----------
    tell
        Is told how many zones are done, and how many there are.

    Raises
    ------
    InvalidInput
        If the folder has no zones, somebody else writes into the folder of results, or there are no workers.
    """
    folder, out = batch.folder.resolve(), batch.work.out.resolve()
    zones = zones_of(folder)
    if out == folder or folder in out.parents:
        raise InvalidInput(N_("结果不能写进输入的文件夹 %(folder)s，请用 -o 另给一个"), folder=str(folder))
    lock = FileLock(out / ".lock", timeout=0)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise InvalidInput(N_("另一次计算正在写 %(folder)s，请等它结束"), folder=str(out)) from None
    except OSError as fault:
        message = N_("不能写文件 %(file)s：%(reason)s")
        raise InvalidInput(message, file=str(out), reason=fault.strerror) from None
    try:
        return _run(zones, Work(out, batch.work.options, batch.work.jobs), batch.place, tell)
    finally:
        lock.release()


def _run(zones: Sequence[ZoneFolder], work: Work, place: Place, tell: Tell) -> Report:
    done: list[Done] = []
    clear_drafts(work.out)
    try:
        with client_of(place) as client:
            check_workers(client, zones[0].folder, work.out)
            tell(0, len(zones))
            begun = time.perf_counter()
            for each in over_zones(client, zones, work):
                if each.fault is not None:  # whatever an earlier run wrote is not of these files
                    write_zone(ZoneFolder(work.out, each.code), {}, {"error": {"error": str(each.fault)}})
                done.append(each)
                tell(len(done), len(zones))
            took_s = round(time.perf_counter() - begun, 3)
            done.sort(key=lambda each: each.code)
            report = Report(done, _statistics(done, work), took_s)
    finally:
        clear_drafts(work.out)
    write_document(work.out, "summary", {"totals": report.totals, "statistics": report.statistics})
    return report


def _statistics(done: Sequence[Done], work: Work) -> dict[str, object]:
    having = [ZoneFolder(work.out, each.code).path for each in done if each.figures is not None]
    if "catchments" not in work.jobs or not having:
        return {}
    names = ("assignments", "catchments")
    return statistics_of(*([path / f"{name}{PARQUET}" for path in having] for name in names))


def _added(total: Mapping[str, object], more: Mapping[str, object]) -> dict[str, object]:
    """Figures by name, and by names within names; what is known nowhere stays unknown."""
    found = dict(total)
    for name, value in more.items():
        if isinstance(value, Mapping):
            found[name] = _added(found.get(name, {}), value)
        elif value is not None:
            found[name] = round((found.get(name) or 0) + value, 3)
        else:
            found.setdefault(name, None)
    return found
