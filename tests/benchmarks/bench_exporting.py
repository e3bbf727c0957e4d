"""A layer to GeoJSON, GeoPackage and Shapefile, each by a process of its own, beside ogr2ogr and GeoPandas."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy
import pyogrio
import shapely

from geo.web.settings import ROOT
from tests.benchmarks.exports import PLANE
from tests.benchmarks.parcels import parcels, store_of
from tests.benchmarks.runner import Case, Measure

SIZES = (300, 1_000, 100_000, 1_000_000)
SOME = 200
NEAR = {"EPSG:4326": 6e-8, PLANE: 1e-3}
"""How far a corner may be from where it was: half of the last of 7 decimals, and a millimetre."""


@dataclass(frozen=True)
class Target:
    """What is to be written, and where."""

    size: int
    folder: Path


@dataclass(frozen=True)
class Written:
    """A file, the seconds that it took, the most memory of the processes, and where what they share counts once."""

    path: Path
    seconds: float
    peak_mib: float
    share_mib: float


def prepare(size: int, folder: Path) -> Target:
    store_of(size)
    return Target(size, folder)


def by_us(format_name: str, target: Target) -> Written:
    out = target.folder / "ours" / f"out.{format_name}"
    return _run([sys.executable, "-m", "tests.benchmarks.exports", format_name, store_of(target.size), out], out)


def by_geopandas(target: Target) -> Written:
    out = target.folder / "geopandas" / "out.gpkg"
    return _run([sys.executable, "-m", "tests.benchmarks.exports", "geopandas", store_of(target.size), out], out)


def by_ogr2ogr(ending: str, options: Sequence[str], target: Target) -> Written:
    out = target.folder / "ogr2ogr" / f"out.{ending}"
    return _run(["ogr2ogr", *options, out, store_of(target.size) / "plan.gpkg", "parcels"], out, whole=True)


def _run(command: Sequence[object], out: Path, *, whole: bool = False) -> Written:
    """Run a process that writes a file anew; its own seconds are the last that it prints, or those of all of it."""
    out.parent.mkdir(exist_ok=True)
    for older in out.parent.iterdir():
        older.unlink()
    begun = time.perf_counter()
    measured = [sys.executable, Path(__file__).with_name("measured.py"), *command]
    ran = subprocess.run(
        [str(each) for each in measured], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        check=True,
    )  # fmt: skip
    *told, peak_kib, share_kib = ran.stdout.split()
    seconds = time.perf_counter() - begun if whole else float(told[-1])
    return Written(out, seconds, float(peak_kib) / 1024, float(share_kib) / 1024)


def is_whole(crs: str, target: Target, written: Written) -> bool:
    """Every feature is in the file, the first ones with their names and, as GDAL reads them, their corners."""
    name = "MC" if written.path.suffix == ".shp" else "name"
    if pyogrio.read_info(written.path)["features"] != target.size:
        return False
    read = pyogrio.read_dataframe(written.path, max_features=SOME)
    wanted = parcels(target.size)[:SOME].to_crs(crs)
    corners = [
        shapely.get_coordinates(shapely.normalize(shapes)) for shapes in (read.geometry.values, wanted.geometry.values)
    ]
    return list(read[name]) == list(wanted["name"]) and numpy.abs(corners[0] - corners[1]).max() <= NEAR[crs]


def seconds_of(written: Written) -> float:
    return written.seconds


def memory(budget: float | None = None, ratio: float | None = None) -> tuple[Measure, ...]:
    return (
        Measure("memory", "MiB", lambda written: written.peak_mib, budget, ratio),
        Measure("memory, shared pages once", "MiB", lambda written: written.share_mib, None, ratio),
    )


def case(name: str, crs: str, ratio: float, peer: Callable, also: tuple[Measure, ...], **more) -> Case:
    ours = partial(by_us, name.rpartition(" ")[2])
    return Case(name, prepare, ours, partial(is_whole, crs), SIZES, figure=seconds_of, peer=peer, budget_ratio=ratio,
                also=also, rounds=3, **more)  # fmt: skip


TO_PLANE = ("-t_srs", PLANE)

CASES = [
    case(
        "export: geojson", "EPSG:4326", 0.8, partial(by_ogr2ogr, "geojson", ("-lco", "RFC7946=YES")),
        memory(budget=400), ratio_at={1_000_000: 0.55},
    ),
    case(
        "export: gpkg", PLANE, 1.0, by_geopandas, memory(ratio=0.25),
        others={"ogr2ogr": partial(by_ogr2ogr, "gpkg", TO_PLANE)},
    ),
    case(
        "export: shp", PLANE, 1.3, partial(by_ogr2ogr, "shp", (*TO_PLANE, "-lco", "ENCODING=UTF-8")), memory(),
    ),
]  # fmt: skip
