"""What goes out of the office is the same from both stores, byte by byte: exports, checks of parcels, the package."""

import difflib
import io
import zipfile
from datetime import date

import pytest

from geo.exchange import parcel_check
from geo.exchange.files.steady import steady_drawing, steady_geopackage, steady_workbook
from geo.model.feature_query import FeatureQuery
from geo.service import parcel_checks, parcels
from geo.service.export import FORMATS, stream
from geo.service.export_source import Wanted
from geo.service.intake import open_or_create
from geo.service.submitting import SubmissionWish, package
from geo.store import open_store
from tests.service.conftest import ROADS, SECTIONS, Folder, square
from tests.service.parcel_layers import LINES, PARCELS, TABLE, feature, ground, line, parcel

DAY = date(2024, 3, 1)
STEADY = {"gpkg": steady_geopackage, "dxf": steady_drawing, "xlsx": steady_workbook}
"""What takes the moment of writing out of a file that states it."""

ALL = ("surveyed", "placed", "located")


@pytest.fixture(scope="module")
def stores(tmp_path_factory, cluster):
    """A GeoPackage, and its copy in PostGIS."""
    folder = Folder(tmp_path_factory.mktemp("both") / "layers")
    (folder.path / "land_use.toml").write_text(TABLE, encoding="utf-8")
    status = {"feature_id": "a", "year": 2023, "stage": "started", "progress_pct": 40}
    parts = square(114.03, 33.0)
    parts = {"type": "MultiPolygon", "coordinates": [parts["coordinates"], square(114.05, 33.0)["coordinates"]]}
    folder.layer(
        "schools",
        PARCELS,
        parcel("a", ground(0, 0, 200, 100), 30),
        parcel("b", ground(200, 0, 400, 100), 30, name="Ｂ校（😀龘）\u3000东"),
        parcel("c", ground(150, 50, 250, 150), 30, "placed", land_use_code="080404"),
        parcel("d", ground(1200, 0, 1400, 100), 30, "schematic"),
        parcel("e", None, 30, "unlocated"),
        {**feature("f", None, **parcel("f", None, 7.123456789)["properties"]), "geometry": parts},
        statuses=(status,),
    )
    folder.layer("control_lines", LINES, line("n", "farmland", ground(150, 50, 300, 300)))
    point = {"type": "Point", "coordinates": [114.05, 33.05]}
    water = {"name": "尤河断面", "target_class": 3, "location_basis": "placed"}
    folder.layer("sections", SECTIONS, {"type": "Feature", "id": "w", "geometry": point, "properties": water})
    road = {"type": "LineString", "coordinates": [[114, 33], [114.1, 33.0]]}
    folder.layer("roads", ROADS, {"type": "Feature", "id": "r", "geometry": road, "properties": {"name": "乐山大道"}})
    file = open_or_create(f"gpkg:///{folder.path.parent}/plan.gpkg", folder.path)
    server = open_store(cluster.url(cluster.new_database()), file.catalog)
    server.copy_from(file, lambda done, total: None)
    yield file, server
    server.close()
    file.close()


def parts_of(content, format_name, tmp_path):
    """What a file holds, by name, without the moment at which it was written."""
    if format_name in STEADY:
        path = tmp_path / "file"
        path.write_bytes(content)
        STEADY[format_name](path, DAY)
        content = path.read_bytes()
    if format_name not in ("shp", "zip"):
        return {format_name: content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check_same(first, second):
    assert list(first) == list(second)
    for name, content in first.items():
        if content != second[name]:
            lines = [part.decode("utf-8", "replace").splitlines() for part in (content, second[name])]
            pytest.fail(f"{name}: " + "\n".join([*difflib.unified_diff(*lines, lineterm="", n=0)][:20])[:2000])


@pytest.mark.parametrize("year", [None, 2023])
@pytest.mark.parametrize("format_name", FORMATS)
def test_an_export_is_the_same(stores, format_name, year, tmp_path):
    layers = ("schools", "control_lines") if format_name == "txt" else ("schools", "control_lines", "sections", "roads")
    crs = "EPSG:4526" if FORMATS[format_name].planes else None
    queries = dict.fromkeys(layers, FeatureQuery(year=year, schematic=True))
    made = [b"".join(stream(store, queries, format_name, wanted=Wanted(crs))) for store in stores]
    first, second = (parts_of(content, format_name, tmp_path) for content in made)
    assert sum(map(len, first.values())) > 100
    check_same(first, second)


def test_a_check_of_parcels_is_the_same(stores):
    documents = []
    for store in stores:
        check = parcel_checks.check(store, parcels.choose(store, ["schools"], ALL))
        documents.append({"check": parcel_check.dumps(parcel_check.document(check, str, "zh"))})
    assert b"overlap" in documents[0]["check"] and b"on_line" in documents[0]["check"]
    check_same(*documents)


def test_a_package_for_the_bureau_is_the_same(stores, tmp_path):
    wish = SubmissionWish(bases=ALL, year=2023)
    first, second = (
        parts_of(b"".join(package(store, ["schools"], wish).chunks()), "zip", tmp_path) for store in stores
    )
    assert {"parcels.gpkg", "map_sheet.pdf", "shapefile/schools.shp", "manifest.json"} <= set(first)
    check_same(first, second)
