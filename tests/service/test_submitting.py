"""The package for the bureau: every member read again by somebody else's program, hashes computed anew."""

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from contextlib import closing

import fiona
import numpy
import openpyxl
import pyproj
import pytest
import shapely
from pypdf import PdfReader

from geo.model.errors import InvalidFile, InvalidInput
from geo.service import export_gis, map_picture
from geo.service.inspecting import inspect_file
from geo.service.intake import open_or_create
from geo.service.opened_files import Asked
from geo.service.submitting import SubmissionWish, package
from tests.exchange.test_reports import text_of
from tests.service.conftest import Folder
from tests.service.parcel_layers import EAST, LINES, NORTH, PARCELS, TABLE, ground, line, parcel

LINES_LOADED = (
    line("n", "farmland", ground(150, 50, 300, 300)),
    line("e", "ecological", ground(-800, -1000, -700, 2000)),
    line("u", "urban", ground(-500, -500, 2000, 2000)),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A surveyed, a placed, a located and a schematic parcel, on lines of control."""
    folder = Folder(tmp_path_factory.mktemp("submitting") / "layers")
    (folder.path / "land_use.toml").write_text(TABLE, encoding="utf-8")
    folder.layer(
        "schools",
        PARCELS,
        parcel("a", ground(0, 0, 200, 100), 30),
        parcel("b", ground(400, 0, 600, 100), 30, "placed"),
        parcel("c", ground(800, 0, 1000, 100), 30, "located", location_accuracy_m=800, land_use_code="080404"),
        parcel("d", ground(1200, 0, 1400, 100), 30, "schematic"),
    )
    folder.layer("control_lines", LINES, *LINES_LOADED)
    store = open_or_create(f"gpkg:///{folder.path.parent}/plan.gpkg", folder.path)
    yield store
    store.close()


def made(store, **wish):
    content = b"".join(package(store, ["schools"], SubmissionWish(**wish)).chunks())
    return zipfile.ZipFile(io.BytesIO(content))


@pytest.fixture(scope="module")
def usual(store):
    """The package that nobody asked anything of."""
    return made(store)


@pytest.fixture(scope="module")
def unpacked(usual, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    usual.extractall(folder)
    return folder


def ogrinfo(path, *options):
    program = shutil.which("ogrinfo")
    assert program, "the tests need Debian's gdal-bin"
    environment = {key: value for key, value in os.environ.items() if key not in ("GDAL_DATA", "PROJ_DATA", "PROJ_LIB")}
    run = subprocess.run(
        [program, "-ro", "-al", *options, path], capture_output=True, check=True, text=True, env=environment
    )
    return run.stdout


def test_only_surveyed_parcels_go_and_the_others_are_listed_with_the_reason(usual):
    manifest = json.loads(usual.read("manifest.json"))
    assert [(each["id"], each["basis"], each["accuracy_m"]) for each in manifest["parcels"]] == [
        ("a", "surveyed", 0.05)
    ]
    assert {each["id"]: each["basis"] for each in manifest["left_out"]} == {
        "b": "placed", "c": "located", "d": "schematic",
    }  # fmt: skip
    features = json.loads(usual.read("parcels.geojson"))["features"]
    assert [(each["id"], each["properties"]["land_use_code"]) for each in features] == [("a", "080403")]
    assert usual.read("left_out.csv").decode("utf-8-sig").count("示意位置，不是地块，不报送") == 1


def test_every_member_has_its_hash_and_nothing_else_is_there(usual):
    manifest = json.loads(usual.read("manifest.json"))
    assert {each["name"] for each in manifest["members"]} == set(usual.namelist()) - {"manifest.json"}
    for each in manifest["members"]:
        content = usual.read(each["name"])
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (each["sha256"], each["bytes"]), each["name"]
    assert manifest["versions"]["control_lines"][0]["editions"] == [{"version": "2022", "date": "2022-10-14"}]


def test_another_program_reads_each_file_and_finds_the_parcel_where_it_is(unpacked):
    for name in ("parcels.gpkg", "shapefile/schools.shp", "parcels.dxf"):
        told = ogrinfo(unpacked / name)
        extent = told.partition("Extent: ")[2].partition("\n")[0]
        assert extent == f"(38{EAST}.000000, {NORTH}.000000) - (38{EAST + 200}.000000, {NORTH + 100}.000000)", name
    assert "080403" in ogrinfo(unpacked / "shapefile/schools.shp")
    assert 'ID["EPSG",4526]' in ogrinfo(unpacked / "parcels.gpkg", "-so")
    assert "Feature Count: 1" in ogrinfo(unpacked / "parcels.kml", "-so")
    assert 'ID["EPSG",4490]' in ogrinfo(unpacked / "parcels_cgcs2000.geojson", "-so")


@pytest.mark.parametrize("name", ["parcels.geojson", "parcels_cgcs2000.geojson", "parcels.gpkg", "boundary_points.txt"])
def test_what_goes_out_comes_in_without_a_remark(unpacked, name):
    found = inspect_file(unpacked / name, Asked(), (113.95, 32.97, 114.06, 33.11))
    assert (found.result, found.features, found.findings) == ("accept", 1, ())


def test_boundary_points_table_and_reports_tell_of_the_parcel(unpacked):
    lines = (unpacked / "boundary_points.txt").read_bytes().decode("gbk").splitlines()
    assert "5,2.0000,a,a号小学,面,,中小学用地,080403,@" in lines
    assert f"J1,1,{NORTH + 100}.000,38{EAST}.000" in lines
    sheet = openpyxl.load_workbook(unpacked / "attributes.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert dict(zip(rows[0], rows[1], strict=True))["用地用海分类"] == "080403 中小学用地"
    (row,) = csv.DictReader((unpacked / "attributes.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (row["编号"], row["用地用海分类"]) == ("a", "080403 中小学用地")
    report = json.loads((unpacked / "check_report.json").read_text(encoding="utf-8"))
    assert report["counts"] == {"on_line": 1}
    assert report["findings"][0]["figures"]["area_m2"] == pytest.approx(2500, abs=0.05)
    assert report["land_use_codes"] == "《分类指南》（某发〔2023〕1号，2023-11-22，2023 版）"
    assert report["parcels"][0]["land_use_title"] == "080403 中小学用地"
    told = text_of(PdfReader(unpacked / "check_report.pdf")).replace("\n", "")
    assert "压占永久基本农田" in told
    assert "080403 中小学用地（默认）" in told.replace(" ", "").replace("080403中", "080403 中")
    assert len(PdfReader(unpacked / "map_sheet.pdf").pages) == 1


def test_what_is_not_surveyed_is_marked_in_every_file(store):
    archive = made(store, bases=("surveyed", "placed", "located"))
    features = json.loads(archive.read("parcels.geojson"))
    assert [each["properties"]["location_basis"] for each in features["features"]] == ["surveyed", "placed", "located"]
    assert "非实测" in features["scope"]["提示"]
    assert features["features"][2]["properties"]["land_use_code"] == "080404"
    for name, encoding in (("boundary_points.txt", "gbk"), ("parcels.kml", "utf-8"), ("parcels.dxf", "gbk")):
        text = archive.read(name).decode(encoding)
        assert "b号小学（人工落图，非实测）" in text, name
        assert "c号小学（由文字定位，非实测）" in text, name
        assert "a号小学（" not in text, name
    manifest = json.loads(archive.read("manifest.json"))
    assert [each["surveyed"] for each in manifest["parcels"]] == [True, False, False]
    assert "d" not in {each["id"] for each in manifest["parcels"]}


def test_the_same_store_on_the_same_day_gives_the_same_bytes(store, usual):
    again = made(store)
    assert again.fp.getvalue() == usual.fp.getvalue()


def test_the_crs_and_encoding_that_are_wanted(store, tmp_path):
    archive = made(store, crs="4547", encoding="GBK")
    archive.extractall(tmp_path / "out")
    assert f"({EAST}.000000, {NORTH}.000000)" in ogrinfo(tmp_path / "out" / "parcels.gpkg", "-so")
    assert (tmp_path / "out" / "shapefile" / "schools.cpg").read_text() == "GBK"
    points = (tmp_path / "out" / "boundary_points.txt").read_bytes().decode("gbk")
    assert "带号=38" in points


def test_another_zone_than_the_parcels_own_is_told(store):
    with closing(package(store, ["schools"], SubmissionWish(crs="EPSG:4525"))) as made_:
        (note,) = made_.notes
    assert (note.params["wanted"], note.params["own"]) == (37, 38)


@pytest.mark.parametrize("wish", [{"bases": ("schematic",)}, {"crs": "EPSG:3857"}])
def test_what_cannot_be_submitted_is_refused(store, wish):
    with pytest.raises(InvalidInput):
        package(store, ["schools"], SubmissionWish(**wish))


def test_a_store_without_surveyed_parcels_says_what_there_is(shipped):
    with pytest.raises(InvalidInput) as refused:
        package(shipped, ["schools"], SubmissionWish())
    assert str(refused.value) == "没有可报送的地块：要求的是实测界址，所选图层里只有：由文字定位 6、示意位置 5"


def test_the_shapes_are_those_of_the_store(usual):
    shape = shapely.from_geojson(json.dumps(json.loads(usual.read("parcels.geojson"))["features"][0]["geometry"]))
    assert shape.symmetric_difference(ground(0, 0, 200, 100)).area / shape.area < 1e-4


def test_what_a_package_has_not_is_said_in_its_manifest(store, monkeypatch):
    def differs(*_given):
        raise InvalidFile("%(file)s 写出后读回的内容不同，没有导出", file="schools.shp")

    monkeypatch.setattr(export_gis, "_prove", differs)
    monkeypatch.setattr(map_picture, "MOST_FEATURES", 0)
    found = package(store, ["schools"], SubmissionWish())
    assert [each.name for each in found.absent] == ["shapefile/", "map_sheet.pdf"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(found.chunks())))
    names, manifest = archive.namelist(), json.loads(archive.read("manifest.json"))
    assert not [name for name in names if name.startswith(("shapefile/", "map_sheet"))]
    assert [each["reason"] for each in manifest["not_made"]] == [
        "schools.shp 写出后读回的内容不同，没有导出",
        "没有位置图：共 1 个地块，一张图上最多画 0 个，请分批报送",
    ]
    assert {"parcels.gpkg", "boundary_points.txt", "check_report.pdf"} <= set(names)


def test_every_code_in_a_shapefile_is_told_in_its_dictionary(unpacked):
    text = (unpacked / "shapefile/field_dictionary.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), strict=True))
    codes = {row["字段"]: dict(each.split("=", 1) for each in row["取值"].split("; ") if each) for row in rows}
    with fiona.open(unpacked / "shapefile/schools.shp") as file:
        (written,) = file
    assert codes["WZYJ"][written["properties"]["WZYJ"]] == "实测界址"
    assert codes["XD"][written["properties"]["XD"]] == "小学"
    assert codes["YDYHDM"]["080403"] == "080403 中小学用地"


def test_areas_are_those_of_an_independent_measurement(unpacked):
    (parcel,) = json.loads((unpacked / "check_report.json").read_text(encoding="utf-8"))["parcels"]
    with fiona.open(unpacked / "parcels.gpkg") as file:
        (written,) = file
    assert written["properties"]["feature_id"] == parcel["id"]
    plane = shapely.geometry.shape(written["geometry"])
    ring = pyproj.Transformer.from_crs(4526, 4490, always_xy=True).transform(*plane.geoms[0].exterior.xy)
    ellipsoid, _ = pyproj.Geod(ellps="GRS80").polygon_area_perimeter(*ring)
    assert parcel["area_plane_m2"] == pytest.approx(plane.area, abs=0.01)
    assert parcel["area_ellipsoid_m2"] == pytest.approx(abs(ellipsoid), abs=0.01)
    lines = (unpacked / "boundary_points.txt").read_bytes().decode("gbk").splitlines()
    corners = [line.split(",")[2:] for line in lines if line.startswith("J")]
    north, east = (numpy.array([float(corner[place]) for corner in corners]) for place in (0, 1))
    by_corners = ((east[:-1] * north[1:]).sum() - (east[1:] * north[:-1]).sum()) / 2
    assert by_corners == pytest.approx(-plane.area, abs=0.01)  # clockwise, as the rule has it
