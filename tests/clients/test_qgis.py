"""Debian's QGIS without a screen: our collections and our files as a planner loads them."""

import json
import os
import subprocess
import zipfile

import matplotlib.image
import pytest

from geo.model.feature_query import FeatureQuery
from geo.service.export import stream
from geo.service.export_source import Wanted
from tests.clients.conftest import PAGE_SIZE, is_chinese
from tests.serving import ROOT

FILES = {
    "schools.gpkg": ("gpkg", Wanted("EPSG:4490")),
    "utf8.zip": ("shp", Wanted("EPSG:4526")),
    "gbk.zip": ("shp", Wanted("EPSG:4547", encoding="GBK")),
    "schools.dxf": ("dxf", Wanted("EPSG:4526")),
}
SHAPEFILES = {"utf8": 4526, "gbk": 4547}


@pytest.fixture(scope="module")
def folder(office, tmp_path_factory):
    """The schools as files to take away from the store of the running server."""
    folder = tmp_path_factory.mktemp("files")
    query = FeatureQuery(schematic=True)
    for name, (format_name, wanted) in FILES.items():
        (folder / name).write_bytes(b"".join(stream(office.store, {"schools": query}, format_name, wanted=wanted)))
    for name in SHAPEFILES:
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            archive.extractall(folder / name)
    return folder


@pytest.fixture(scope="module")
def seen(office, folder):
    """What QGIS finds in all of them; one start of it for all tests."""
    collection = "url='{}' typename='{}' pageSize='{}' restrictToRequestBBOX='{}'"
    sources = {
        "schools": (collection.format(office.ogc, "schools", PAGE_SIZE, 1), "OAPIF", "name"),
        "roads": (collection.format(office.ogc, "roads", PAGE_SIZE, 0), "OAPIF", "name"),
        "gpkg": (f"{folder / 'schools.gpkg'}|layername=schools", "ogr", "name"),
        **{name: (str(folder / name / "schools.shp"), "ogr", "MC") for name in SHAPEFILES},
        "outlines": (f"{folder / 'schools.dxf'}|layername=entities|geometrytype=LineString", "ogr", "Layer"),
        "labels": (f"{folder / 'schools.dxf'}|layername=entities|geometrytype=Point", "ogr", "Text"),
    }
    asked = [
        {"name": name, "uri": uri, "provider": provider, "text": text, "picture": str(folder / f"{name}.png")}
        for name, (uri, provider, text) in sources.items()
    ]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    command = ["/usr/bin/python3", str(ROOT / "tests" / "clients" / "qgis_reading.py")]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def schools(office):
    """The schools of the store, schematic positions included."""
    return office.frame("schools", schematic=True)


def bounds(frame, code: int) -> list[float]:
    """The extent of a frame in another CRS, x first."""
    return frame.set_crs(4490, allow_override=True).to_crs(code).total_bounds.tolist()


@pytest.mark.parametrize("layer_id", ["schools", "roads"])
def test_a_collection_is_a_layer_with_all_its_pages(office, seen, layer_id):
    stored = office.frame(layer_id)
    layer = seen[layer_id]
    assert layer["valid"]
    assert layer["count"] == layer["read"] == len(stored)
    assert layer["placed"] == stored.geometry.notna().sum()
    assert sorted(layer["texts"]) == sorted(stored["name"])
    assert all(is_chinese(text) for text in layer["texts"])
    assert layer["extent"] == pytest.approx(stored.total_bounds.tolist(), abs=1e-7)


def test_the_geopackage_holds_every_feature_and_chinese_text(seen, schools):
    layer = seen["gpkg"]
    assert (layer["valid"], layer["crs"]) == (True, "EPSG:4490")
    assert layer["count"] == layer["placed"] == len(schools) == 11
    assert sorted(layer["texts"]) == sorted(schools["name"])
    assert set(layer["fields"]) >= {"feature_id", "name", "location_basis", "seats"}
    assert layer["extent"] == pytest.approx(schools.total_bounds.tolist(), abs=1e-8)


@pytest.mark.parametrize("name", SHAPEFILES)
def test_a_shapefile_shows_chinese_in_either_encoding(seen, schools, name):
    layer = seen[name]
    assert (layer["valid"], layer["crs"]) == (True, f"EPSG:{SHAPEFILES[name]}")
    assert layer["count"] == layer["placed"] == 11
    assert sorted(layer["texts"]) == sorted(schools["name"])
    assert layer["extent"] == pytest.approx(bounds(schools, SHAPEFILES[name]), abs=0.002)


def test_the_drawing_holds_every_parcel_and_its_name(seen, schools):
    outlines, labels = seen["outlines"], seen["labels"]
    assert outlines["placed"] == labels["placed"] == 11
    assert set(outlines["texts"]) == {"新建学校"}
    assert outlines["extent"] == pytest.approx(bounds(schools, 4526), abs=0.002)
    assert sorted(labels["texts"]) == sorted(schools["name"])


@pytest.mark.parametrize("name", ["schools", "gpkg", "gbk"])
def test_what_is_loaded_is_drawn(seen, folder, name):
    assert seen[name]["valid"]
    picture = matplotlib.image.imread(folder / f"{name}.png")
    drawn = (picture[:, :, :3] < 0.95).any(axis=2).mean()
    assert 0.0005 < drawn < 0.5
