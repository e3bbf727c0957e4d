"""A GeoPackage taken into a layer of the embedded store: checked, written, journalled, found by words and place."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas
import numpy
import shapely

from geo.model.feature_query import FeatureQuery
from geo.model.journal import JournalQuery
from geo.store import open_store
from geo.store.base import Store
from geo.store.catalog import read_catalog
from tests.benchmarks.runner import Case
from tests.store.conftest import write_layers

ROOT = Path(__file__).parents[2]
LAYER = "parcels"
EDGE_DEG = 0.00004
WORK = """
import json, sys, time
from pathlib import Path
from geo.model.journal import Act
from geo.service.importing import ImportPlan, import_file
from geo.store import open_store
from geo.store.catalog import read_catalog

url, layers, file, layer = sys.argv[1:]
store = open_store(url, read_catalog(Path(layers)))
began = time.monotonic()
report = import_file(store, layer, Path(file), ImportPlan(), Act("a", cause="b"), lambda done, total: None)
took_s = time.monotonic() - began
print(json.dumps({"written": report.written, "change_set": report.change_set, "s": took_s}))
"""


class Prepared(NamedTuple):
    store: Store
    url: str
    layers: Path
    file: Path
    size: int


Taken = dict[str, float]


def prepare(size: int, folder: Path) -> Prepared:
    """Parcels in rows and columns, each with an id, a name and an area."""
    layers = write_layers(folder / "layers")
    url = f"gpkg:///{folder}/plan.gpkg"
    store = open_store(url, read_catalog(layers))
    store.create()
    number = numpy.arange(size)
    west, south = 113.9 + number % 1000 * EDGE_DEG * 2, 32.9 + number // 1000 * EDGE_DEG * 2
    columns = {"编号": [f"P{each}" for each in number], "名称": [f"地块{each}" for each in number]}
    columns["面积"] = [float(each % 97) for each in number]
    shapes = shapely.box(west, south, west + EDGE_DEG, south + EDGE_DEG)
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(folder / "parcels.gpkg")
    return Prepared(store, url, layers, folder / "parcels.gpkg", size)


def take_in(prepared: Prepared) -> Taken:
    """In a process of its own, whose peak of memory is the work's."""
    given = [prepared.url, str(prepared.layers), str(prepared.file), LAYER]
    command = [sys.executable, str(Path(__file__).with_name("measured.py")), sys.executable, "-c", WORK, *given]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    said, peaks_kib = ran.stdout.splitlines()
    return json.loads(said) | {"MiB": float(peaks_kib.split()[0]) / 1024}


def is_there(prepared: Prepared, taken: Taken) -> bool:
    """Whether all is written and journalled as one change set, and the last one is found by its place and by words."""
    store, last = prepared.store, f"P{prepared.size - 1}"
    bounds = shapely.bounds(shapely.from_wkb(store.read_feature(LAYER, last).wkb[0])).tolist()
    by_place = store.read_page(LAYER, FeatureQuery(bbox=tuple(bounds))).ids
    by_words = store.read_page(LAYER, FeatureQuery(search=last)).ids
    journalled = store.count_journal(JournalQuery(change_set=int(taken["change_set"])))
    return taken["written"] == journalled == prepared.size and last in by_place and last in by_words


def figure(name: str) -> Callable[[Taken], float]:
    return lambda taken: taken[name]


CASES = [
    Case(
        "import of a GeoPackage", prepare, take_in, is_there, (3_000, 100_000, 1_000_000), budget=120.0,
        figure=figure("s"), close=lambda prepared: prepared.store.close(),
    ),
    Case(
        "import of a GeoPackage, peak of memory", prepare, take_in, is_there, (3_000, 1_000_000), budget=1536.0,
        figure=figure("MiB"), unit="MiB", close=lambda prepared: prepared.store.close(),
    ),
]  # fmt: skip
