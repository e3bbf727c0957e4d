"""A small catalog of every kind of layer, and stores made from it."""

import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas
import pandas
import pytest
import shapely

from geo.store import open_store
from geo.store.catalog import read_catalog
from geo.store.gpkg_blob import register_functions
from geo.store.limits import USUAL

ZONE = """
title = { zh = "试验区", en = "Test zone" }
plan = { zh = "规划", en = "Plan" }
plan_source = "试验"
first_year = 2021
last_year = 2025
extent = [113.9, 32.9, 114.1, 33.1]
"""

HEAD = """
title = {{ zh = "{title}", en = "{title}" }}
description = {{ zh = "说明", en = "About" }}
role = "{role}"
source = "试验"
licence = "CC0"
"""

FIELD = """
[[fields]]
name = "{name}"
title = {{ zh = "{title}", en = "{name}" }}
type = "{type}"
short = "{short}"
"""

CHOICES = """filter = "choice"
values = [
  { value = "primary", title = { zh = "小学", en = "Primary" } },
  { value = "junior", title = { zh = "初中", en = "Junior" } },
]
"""

LAYERS = {
    "parcels": HEAD.format(title="地块", role="plan")
    + 'geometry = "MultiPolygon"\n[status]\nkind = "construction"\n'
    + FIELD.format(name="level", title="学段", type="text", short="XD")
    + CHOICES
    + FIELD.format(name="area_mu", title="面积", type="number", short="MJ")
    + 'unit = "mu"\ntotal = true\nfilter = "range"\n'
    + FIELD.format(name="seats", title="学位", type="integer", short="XWS")
    + "total = true\n"
    + FIELD.format(name="fenced", title="已围", type="boolean", short="YW")
    + FIELD.format(name="surveyed_on", title="测绘日期", type="date", short="CHRQ")
    + FIELD.format(name="remark", title="备注", type="text", short="BZ"),
    "roads": HEAD.format(title="道路", role="reference") + 'geometry = "MultiLineString"\n',
    "villages": HEAD.format(title="村庄", role="plan")
    + 'geometry = "Point"\n[status]\nkind = "measurement"\nbetter = "higher"\n'
    + 'quantity = { zh = "收入", en = "Income" }\n',
    "blocks": HEAD.format(title="街区", role="reference") + 'geometry = "Polygon"\n',
    "targets": HEAD.format(title="指标", role="plan"),
}


def write_layers(folder: Path, layers: dict[str, str] = LAYERS, zone: str = ZONE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "zone.toml").write_text(zone, encoding="utf-8")
    for layer_id, definition in layers.items():
        (folder / layer_id).mkdir(exist_ok=True)
        (folder / layer_id / "layer.toml").write_text(definition, encoding="utf-8")
    return folder


def make_frame(rows: dict[str, dict]) -> geopandas.GeoDataFrame:
    """Features by id; `geometry` is WKT or a geometry, what is not given is null."""
    shapes = [row.get("geometry") for row in rows.values()]
    shapes = [shapely.from_wkt(shape) if isinstance(shape, str) else shape for shape in shapes]
    values = [{name: value for name, value in row.items() if name != "geometry"} for row in rows.values()]
    frame = pandas.DataFrame(values, index=list(rows), dtype=object)
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")


def make_square(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)


@pytest.fixture(scope="session")
def definitions():
    """Text of each layer.toml by layer id."""
    return dict(LAYERS)


@pytest.fixture(scope="session")
def layers_folder(tmp_path_factory):
    return write_layers(tmp_path_factory.mktemp("definitions"))


@pytest.fixture(scope="session")
def catalog(layers_folder):
    return read_catalog(layers_folder)


@pytest.fixture(scope="session", params=["geopackage", "postgis"])
def kind(request):
    """Every test that has a store runs on both; a module of tests for one of them has a `kind` of its own."""
    return request.param


@pytest.fixture(scope="session")
def new_url(kind, tmp_path_factory, request):
    """Gives the address of a store that is not there yet, each time another one."""
    cluster = request.getfixturevalue("cluster") if kind == "postgis" else None

    def new(template="plan_atlas_template"):
        if cluster is None:
            return f"gpkg:///{tmp_path_factory.mktemp('store')}/plan.gpkg"
        return cluster.url(cluster.new_database(template))

    return new


@pytest.fixture(scope="session")
def empty(new_url, catalog):
    """Address of an empty store of the small catalog, to be copied."""
    url = new_url()
    store = open_store(url, catalog)
    store.create()
    store.close()
    return url


@pytest.fixture(scope="session")
def copied(kind, empty, new_url, request):
    """Gives the address of an empty store of the small catalog, for as long as a block runs."""

    @contextmanager
    def copy():
        if kind == "postgis":
            cluster = request.getfixturevalue("cluster")
            url = new_url(empty.rpartition("/")[2])
            yield url
            cluster.drop_database(url.rpartition("/")[2])
        else:
            url = new_url()
            shutil.copy(empty.removeprefix("gpkg:///"), url.removeprefix("gpkg:///"))
            yield url

    return copy


@pytest.fixture
def url(copied):
    """Address of an empty store of the small catalog."""
    with copied() as url:
        yield url


@pytest.fixture(scope="module")
def shared(copied, catalog):
    """A store of the small catalog for all tests of a module that leave it as they found it."""
    with copied() as url:
        store = open_store(url, catalog)
        yield store
        store.close()


@pytest.fixture
def store(url, catalog):
    """An empty store of the small catalog."""
    store = open_store(url, catalog)
    yield store
    store.close()


@pytest.fixture
def opened(catalog):
    """Opens stores, and closes them when the test is over."""
    stores = []

    def open_it(url, its_catalog=catalog, limits=USUAL):
        stores.append(open_store(url, its_catalog, limits))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture
def path(kind, url):
    """The file of a GeoPackage."""
    assert kind == "geopackage", "only a GeoPackage is a file: mark the test with GEOPACKAGE"
    return Path(url.removeprefix("gpkg:///"))


@pytest.fixture
def outside(kind, url, request):
    """Runs a statement on the store as a program does that knows nothing of ours, and gives its rows."""
    if kind == "geopackage":
        return lambda statement: run_in_file(url.removeprefix("gpkg:///"), statement)
    cluster = request.getfixturevalue("cluster")
    return lambda statement: cluster.administer(statement, url.rpartition("/")[2])


def run_in_file(path, statement):
    with closing(sqlite3.connect(path)) as file, file:
        register_functions(file)  # which GDAL and QGIS have, too
        return file.execute(statement).fetchall()


@pytest.fixture(scope="session")
def write():
    return write_layers


@pytest.fixture(scope="session")
def frame():
    return make_frame


@pytest.fixture(scope="session")
def square():
    return make_square
