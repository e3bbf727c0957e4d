"""What is done with one zone, wherever that is: the functions of the one-machine commands on the zone's own files."""

import hashlib
import platform
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import geopandas
import orjson

import geo
from geo.exchange.files.places import read_places
from geo.exchange.files.zones import PARQUET, ZoneFolder, files_of, read_document, write_zone
from geo.model.errors import AtlasError
from geo.model.remark import Remark
from geo.service.catchments import Files, Options, compute, of_files
from geo.service.catchments.filed import content_hash
from geo.service.inspecting import inspect_file
from geo.service.opened_files import Asked

NEEDED = {"catchments": ("schools", "roads", "demand"), "check": ()}
ENDINGS = {each.name: (PARQUET,) for each in fields(Files)} | {"growth": (".csv", ".xlsx")}
"""The files of a zone are named as the options of `catchments` are."""

TEXTS = ("reason", "reason_code", "lamp", "school_name")
CHINA = (73.0, 3.0, 136.0, 54.5)
LIBRARIES = ("geopandas", "numpy", "ortools", "pandas", "pyarrow", "pyproj", "scipy", "shapely")

Frames = dict[str, geopandas.GeoDataFrame]
Job = Callable[[Mapping[str, Path], Options], tuple[Frames, dict[str, object]]]
"""From a zone's files to the frames and the summary that are written of it."""


@dataclass(frozen=True)
class Work:
    """What is to be done with each zone.

    Parameters
    ----------
    out
        Folder of the results, as seen by every process.
    jobs
        Of `JOBS`.
    """

    out: Path
    options: Options = field(default_factory=Options)
    jobs: tuple[str, ...] = ("catchments",)


@dataclass(frozen=True)
class Done:
    """What came of a zone.

    Parameters
    ----------
    figures
        To be added up; None where a fault ended the work.
    kept
        Whether all of it was there already, made of the same files by the same program.
    cpu_s
        Processor seconds.
    """

    code: str
    figures: dict[str, object] | None = None
    fault: Remark | None = None
    kept: bool = False
    cpu_s: float = 0.0


def do_zone(zone: ZoneFolder, work: Work) -> Done:
    """Do the work on a zone and write what comes of it, unless it is there already.

    Returns
    -------
    done
        With the fault, where the zone's files have one.
    """
    begun, target = time.process_time(), ZoneFolder(work.out, zone.code)
    try:
        done = _done(zone, target, work)
    except AtlasError as fault:  # which could not travel between processes
        done = Done(zone.code, fault=Remark(fault.message, **fault.params))
    return replace(done, cpu_s=round(time.process_time() - begun, 3))


def _done(zone: ZoneFolder, target: ZoneFolder, work: Work) -> Done:
    needed = tuple(dict.fromkeys(name for job in work.jobs for name in NEEDED[job]))
    files = files_of(zone, ENDINGS, needed)
    made_of = _made_of(files, work)
    before = read_document(target, "summary")
    if before is not None and before.get("made_of") == made_of:
        return Done(zone.code, before["figures"], kept=True)
    frames: Frames = {}
    summary: dict[str, object] = {}
    for job in work.jobs:
        own_frames, own_summary = JOBS[job](files, work.options)
        frames, summary = frames | own_frames, summary | own_summary
    summary["figures"] = figures_of(summary)
    write_zone(target, frames, {"summary": {"zone": zone.code, "made_of": made_of} | summary})
    return Done(zone.code, summary["figures"])


def catchments(files: Mapping[str, Path], options: Options) -> tuple[Frames, dict[str, object]]:
    """The tables and the summary of the command `catchments`."""
    outcome = compute(of_files(Files(**files), options, _quiet), options, _quiet)
    layers = {name: frame for name, frame in outcome.layers.items() if isinstance(frame, geopandas.GeoDataFrame)}
    remarks = [str(each) for each in outcome.summary["remarks"]]
    return {name: _typed(frame) for name, frame in layers.items()}, outcome.summary | {"remarks": remarks}


def check(files: Mapping[str, Path], options: Options) -> tuple[Frames, dict[str, object]]:
    """What the command `inspect-file` says of each GeoParquet file."""
    del options
    extent = read_places(files["zone"]).places.total_bounds.tolist() if "zone" in files else CHINA
    found = {name: inspect_file(path, Asked(), extent) for name, path in files.items() if path.suffix == PARQUET}
    told = {
        name: {
            "result": each.result,
            "features": each.features,
            "findings": [
                {"row": one.row, "field": one.field, "code": one.code, "message": str(one.remark)}
                for one in each.findings
            ],
        }
        for name, each in found.items()
    }
    return {}, {"checks": told}


JOBS: dict[str, Job] = {"catchments": catchments, "check": check}


def figures_of(summary: Mapping[str, object]) -> dict[str, object]:
    """What of a zone's summary is added up over all zones."""
    found: dict[str, object] = {}
    if "schools" in summary:
        schools = summary["schools"]
        found |= {
            "schools": len(schools),
            "lamps": dict(Counter(school["lamp"] for school in schools)),
            "edges": summary["streets"]["edges"],
            "unseated": summary.get("seats", {}).get("unseated", 0),
        }
        found |= {name: summary[name] for name in ("demand", "assigned")}
        found["unassigned"] = summary["unassigned"]["by_reason"]
    if "checks" in summary:
        checks = summary["checks"].values()
        found["features"] = sum(each["features"] or 0 for each in checks)
        found["findings"] = dict(Counter(one["code"] for each in checks for one in each["findings"]))
    return found


@lru_cache
def program() -> str:
    """A hash of our own code and of the libraries that results hang on: equal programs give equal results."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(repr([platform.python_version(), [version(name) for name in LIBRARIES]]).encode())
    root = Path(geo.__file__).parent
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def seen(*folders: Path) -> tuple[str, list[bool]]:
    """Which program a process runs, and which of some folders it sees."""
    return program(), [folder.is_dir() for folder in folders]


def _made_of(files: Mapping[str, Path], work: Work) -> str:
    """A hash of all that a zone's results hang on."""
    contents = {name: content_hash(path) for name, path in files.items()}
    told = orjson.dumps([program(), work.jobs, asdict(work.options), contents], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def _typed(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Columns of one type in every zone, also where a zone has nothing but nulls."""
    texts = {name: "str" for name in TEXTS if name in frame.columns}
    figures = {name: "Float64" for name in ("pupils",) if name in frame.columns}
    return frame.astype(texts | figures)


def _quiet(remark: Remark) -> None:
    """Among many zones nobody listens to the steps of one."""
