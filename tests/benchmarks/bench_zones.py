"""Many zones at once, by the command itself: two local workers beside one, without the time in which they start.

Each zone is a county's town: a grid of streets, 100 schools, 300 villages and a thousand blocks.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import numpy
import shapely
from pandas.testing import assert_frame_equal

from geo.service.catchments import Files, Options, compute, of_files
from tests.benchmarks.runner import Case, Measure

ROOT = Path(__file__).parents[2]
SPACING, JITTER, SIDE = 0.0025, 0.0003, 40
"""Degrees between crossings, and crossings each way."""

SCHOOLS, VILLAGES, BLOCKS = 100, 300, 1_000


@dataclass
class Country:
    """So many zones in a folder."""

    folder: Path
    zones: int


def country(size: int, folder: Path) -> Country:
    for number in range(size):
        make_zone(folder / "country" / f"zone={410000 + number}", number)
    return Country(folder / "country", size)


def make_zone(folder: Path, seed: int) -> None:
    """The files of a zone."""
    random = numpy.random.default_rng(seed)
    corner = numpy.array([113.0 + 0.15 * (seed % 20), 33.0 + 0.15 * (seed // 20)])
    grid = numpy.stack(numpy.meshgrid(*[numpy.arange(SIDE) * SPACING] * 2), axis=-1) + corner
    grid = grid + random.normal(0, JITTER, grid.shape)
    pairs = [numpy.stack([grid[:, :-1], grid[:, 1:]], axis=2), numpy.stack([grid[:-1], grid[1:]], axis=2)]
    lines = shapely.linestrings(numpy.concatenate([each.reshape(-1, 2, 2) for each in pairs]))

    def anywhere(count: int) -> numpy.ndarray:
        return shapely.points(random.uniform(0, SIDE * SPACING, (count, 2)) + corner)

    homes = VILLAGES + BLOCKS
    frames = {
        "roads": ({"oneway": numpy.zeros(len(lines), dtype=int)}, lines),
        "schools": (
            {"school_id": numpy.arange(SCHOOLS), "seats": random.integers(400, 900, SCHOOLS)},
            anywhere(SCHOOLS),
        ),
        "demand": ({"demand_id": numpy.arange(homes), "pupils": random.integers(5, 60, homes)}, anywhere(homes)),
    }
    folder.mkdir(parents=True)
    for name, (columns, shapes) in frames.items():
        geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326).to_parquet(folder / f"{name}.parquet")


@dataclass
class Told:
    """What the command printed, and the results of one zone."""

    report: dict
    assignments: geopandas.GeoDataFrame


def by_workers(prepared: Country, workers: int) -> Told:
    """All zones by the command, into an empty folder."""
    with TemporaryDirectory() as out:
        command = [sys.executable, "-m", "flask", "--app", "server", "catchments-batch", prepared.folder, "-o", out]
        done = subprocess.run(
            [*map(str, command), "--workers", str(workers)], cwd=ROOT, capture_output=True, check=True
        )
        first = next(iter(sorted(Path(out).glob("zone=*"))))
        return Told(json.loads(done.stdout), geopandas.read_parquet(first / "assignments.parquet"))


def by_two(prepared: Country) -> Told:
    return by_workers(prepared, 2)


def by_one(prepared: Country) -> Told:
    return by_workers(prepared, 1)


def is_as_alone(prepared: Country, told: Told) -> bool:
    """Every zone is done, and one of them as it is without any cluster."""
    zone, options = prepared.folder / "zone=410000", Options()
    names = ("schools", "roads", "demand")
    files = Files(**{name: zone / f"{name}.parquet" for name in names})
    alone = compute(of_files(files, options, print_nothing), options, print_nothing).assignments
    columns = ["demand_id", "school_id", "distance_m"]
    assert_frame_equal(told.assignments[columns], alone[columns], check_dtype=False)
    walked = sum(each["assignments"] for each in told.report["statistics"]["walks"])
    return told.report["zones"]["done"] == prepared.zones and walked == told.report["totals"]["assigned"]["places"]


def print_nothing(_remark: object) -> None:
    """The steps of a computation are no matter here."""


CASES = [
    Case(
        "zones: catchments of counties, two workers beside one",
        country,
        by_two,
        is_as_alone,
        (2, 16),
        peer=by_one,
        budget_ratio=0.6,
        figure=lambda told: told.report["took_s"],
        also=(
            Measure("processor time of a zone", "s", lambda told: told.report["cpu_s"] / len(told.report["by_zone"])),
        ),
        rounds=3,
    )
]
