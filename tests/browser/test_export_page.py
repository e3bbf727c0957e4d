"""A planner chooses what goes into a file, reads what it will hold, and other programs read what was downloaded."""

import json
import zipfile

import ezdxf
import geopandas
import openpyxl
import pandas
import pytest
import shapely
from playwright.sync_api import expect

from tests.browser.map_page import VIEWPORTS
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_accounts import fits
from tests.browser.test_language import leftovers

SCHOOL = "2023-1"
COUNT = 11


@pytest.fixture
def open_export(open_page, address):
    """The page with the schools only."""
    refused = f"{address}/export/contents"  # Chromium logs every refusal
    return lambda query="layers=schools", size="desktop": open_page(f"{address}/export?{query}", size, refused=refused)


def download(page, path, format_name, **chosen):
    page.get_by_test_id(f"format-{format_name}").check()
    for name, value in chosen.items():
        page.get_by_test_id(name).select_option(value)
    expect(page.get_by_test_id("export")).to_have_attribute("aria-disabled", "false")
    with page.expect_download() as taken:
        page.get_by_test_id("export").click()
    taken.value.save_as(path / taken.value.suggested_filename)
    return path / taken.value.suggested_filename


@pytest.fixture(scope="module")
def true_place(address):
    """Where the school is, from the OGC API: longitude, latitude."""
    frame = geopandas.read_file(f"{address}/ogc/collections/schools/items/{SCHOOL}")
    return frame.geometry.iloc[0]


def expect_place(frame, true_place, ids="feature_id"):
    """The school lies where it is, once its file's own CRS is turned into degrees."""
    there = frame[frame[ids] == SCHOOL].to_crs(4326).geometry.iloc[0]
    assert shapely.hausdorff_distance(there.normalize(), true_place.normalize()) < 2e-7


def test_geojson_and_its_working_copy_in_metres(open_export, true_place, tmp_path):
    page = open_export()
    expect(page.get_by_test_id("contents-name")).to_contain_text("新建学校")
    plain = json.loads(download(page, tmp_path, "geojson").read_text(encoding="utf-8"))
    assert ("crs" in plain, len(plain["features"])) == (False, COUNT)
    page.get_by_test_id("crs").select_option("EPSG:4526")
    expect(page.get_by_test_id("contents-notes")).to_contain_text("工作副本")
    copy = download(page, tmp_path, "geojson")
    assert "CGCS2000-EPSG4526" in copy.name
    frame = geopandas.read_file(copy)
    assert frame.crs.to_epsg() == 4526
    west, south, _, _ = frame[frame["id"] == SCHOOL].total_bounds
    assert (38_400_000 < west < 38_600_000, 3_600_000 < south < 3_700_000) == (True, True)
    expect_place(frame, true_place, ids="id")


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
def test_geopackage_and_shapefile_have_the_crs_that_was_chosen(open_export, true_place, tmp_path, crs):
    page = open_export()
    package = geopandas.read_file(download(page, tmp_path, "gpkg", crs=crs), layer="schools")
    assert package.crs.to_string() == crs
    expect_place(package, true_place)
    archive = download(page, tmp_path, "shp", crs=crs, encoding="GBK")
    with zipfile.ZipFile(archive) as packed:
        assert packed.read("schools.cpg") == b"GBK"
        assert b"CGCS" in packed.read("schools.prj") or b"China_2000" in packed.read("schools.prj")
        packed.extractall(tmp_path / crs[-4:])
    shapes = geopandas.read_file(tmp_path / crs[-4:] / "schools.shp")
    assert shapes.crs.to_epsg() == int(crs[-4:])
    assert "驻马店经济开发区宏志小学" in set(shapes["MC"])
    expect_place(shapes, true_place, ids="YSBH")


def test_tables_phones_and_cad(open_export, tmp_path):
    page = open_export()
    table = pandas.read_csv(download(page, tmp_path, "csv"), encoding="utf-8-sig", comment="#", header=None, dtype=str)
    assert table.isin([SCHOOL]).any().any()
    expect(page.get_by_test_id("crs")).to_be_hidden()
    book = openpyxl.load_workbook(download(page, tmp_path, "xlsx"))
    assert SCHOOL in {cell.value for row in book["新建学校"].iter_rows() for cell in row}
    places = geopandas.read_file(download(page, tmp_path, "kml"))
    assert "驻马店经济开发区宏志小学" in set(places["Name"])
    drawing = ezdxf.readfile(download(page, tmp_path, "dxf", crs="EPSG:4547"))
    corners = [point for each in drawing.modelspace().query("LWPOLYLINE") for point in each.get_points("xy")]
    assert corners and all(400_000 < east < 600_000 and 3_600_000 < north < 3_700_000 for east, north in corners)


def test_boundary_points_with_north_first_by_the_profile_that_was_chosen(open_export, tmp_path):
    page = open_export()
    text = download(page, tmp_path, "txt", profile="utf8").read_text(encoding="utf-8")
    assert "坐标系=2000国家大地坐标系" in text
    points = [line.split(",") for line in text.splitlines() if line.startswith("J")]
    assert points and all(len(x.split(".")[0]) == 7 and len(y.split(".")[0]) == 8 for _, _, x, y in points)
    offered = [option.get_attribute("value") for option in page.locator("[data-testid=crs] option[data-metres]").all()]
    assert offered == ["EPSG:4526", "EPSG:4547", "EPSG:4525", "EPSG:4546", "EPSG:4527", "EPSG:4548"]


def test_only_what_is_surveyed_and_what_cannot_be_is_said_in_place(open_export):
    page = open_export("layers=schools,roads")
    expect(page.get_by_test_id("contents")).to_contain_text("由文字定位")
    page.get_by_test_id("format-txt").check()
    expect(page.get_by_test_id("export-fault")).to_contain_text("只能由面图层导出")
    expect(page.get_by_test_id("export")).to_have_attribute("aria-disabled", "true")
    page.get_by_test_id("export-layer-roads").uncheck()
    expect(page.get_by_test_id("export-fault")).to_be_hidden()
    page.get_by_test_id("basis").select_option("surveyed")
    expect(page.get_by_test_id("export-count")).to_contain_text("没有符合条件的要素")


@pytest.mark.parametrize("size", VIEWPORTS)
def test_a_link_brings_its_filters_and_the_page_fits(open_export, size):
    page = open_export("layers=schools&format=shp&crs=EPSG:4526&plan_year=2023&q=小学", size)
    scope = page.get_by_test_id("contents")
    for words in ("筛选：计划年份", "搜索", "小学", "EPSG:4526", "规划一张图-新建学校"):
        expect(scope).to_contain_text(words)
    expect(page.get_by_test_id("encoding")).to_be_visible()
    expect(page.get_by_test_id("profile")).to_be_hidden()
    assert fits(page)
    assert grave_faults(page) == []


def test_the_page_is_in_english_too(open_page, address):
    page = open_page(f"{address}/language/en?next=/export", refused=f"{address}/export/contents")
    page.get_by_test_id("format-txt").check()
    expect(page.get_by_test_id("export-fault")).to_be_visible()
    page.get_by_test_id("format-gpkg").check()
    expect(page.get_by_test_id("contents-notes").locator("li").first).to_be_visible()
    page.get_by_test_id("format-txt").check()
    assert leftovers(page, PROFILES) == set()


PROFILES = [
    "9 列，带号，首点重复并计数，GBK，公顷", "东坐标不带带号", "首点不重复", "UTF-8，换行为 LF", "面积为平方米",
]  # fmt: skip
"""Titles of the profiles are the office's own data."""
