"""A layer of any number of parcels, in a store of ours that is kept for the next run."""

import hashlib
import shutil
from pathlib import Path

import geopandas
import numpy
import shapely

from geo.store import open_store
from geo.store.base import Content, Store
from geo.store.catalog import read_catalog
from geo.web.settings import ROOT
from tests.browser.large_layer import DEFINITION

KEPT = ROOT / "build" / "benchmark-data"
WEST, SOUTH, EAST, NORTH = 113.0, 32.0, 115.0, 34.0
SIDE_DEG = 0.0004


def parcels(count: int) -> geopandas.GeoDataFrame:
    """Squares anywhere within two degrees, ids `p-<number>`, areas in 亩, years 2021 to 2025."""
    random = numpy.random.default_rng(20211224)
    lon, lat = random.uniform(WEST, EAST - SIDE_DEG, count), random.uniform(SOUTH, NORTH - SIDE_DEG, count)
    side = random.uniform(SIDE_DEG / 8, SIDE_DEG, count)
    number = numpy.arange(count)
    columns = {
        "name": [f"地块 {each}" for each in number],
        "plan_year": number % 5 + 2021,
        "land_area_mu": number % 997 + 1.5,
        "location_basis": "surveyed",
        "location_accuracy_m": 1.0,
    }
    shapes = shapely.box(lon, lat, lon + side, lat + side)
    return geopandas.GeoDataFrame(columns, geometry=shapes, index=[f"p-{each}" for each in number], crs="EPSG:4326")


def store_of(count: int) -> Path:
    """The folder of a store with so many: `plan.gpkg` and `layers/`; made the first time."""
    program = b"".join(path.read_bytes() for path in sorted((ROOT / "geo" / "store").glob("*.py")))
    mark = hashlib.blake2b(program + DEFINITION.encode() + Path(__file__).read_bytes(), digest_size=4).hexdigest()
    folder = KEPT / f"{count}-{mark}"
    if not (folder / "plan.gpkg").exists():
        for older in KEPT.glob(f"{count}-*"):
            shutil.rmtree(older)
        _make(folder, count)
    return folder


def opened(folder: Path) -> Store:
    return open_store(f"gpkg:///{folder}/plan.gpkg", read_catalog(folder / "layers"))


def environment_of(folder: Path) -> dict[str, str]:
    """The settings under which our program works with that store."""
    return {"DATABASE_URL": f"gpkg:///{folder}/plan.gpkg", "LAYERS_DIR": str(folder / "layers")}


def _make(folder: Path, count: int) -> None:
    definition = folder / "layers" / "parcels" / "layer.toml"
    definition.parent.mkdir(parents=True)
    definition.write_text(DEFINITION, encoding="utf-8")
    shutil.copy(ROOT / "layers" / "zone.toml", folder / "layers")
    store = opened(folder)
    store.create(lambda layer: Content(parcels(count)))
    store.close()
