"""An editor takes a file in: it is looked at on a map, rows and shapes lead to each other, it is written and undone."""

import geopandas
import pytest
import shapely
from playwright.sync_api import expect

from tests.browser.map_page import VIEWPORTS
from tests.browser.office import sign_in
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_accounts import fits
from tests.browser.test_language import leftovers

BOWTIE = shapely.Polygon([(114.01, 33.05), (114.014, 33.054), (114.014, 33.05), (114.01, 33.054)])
HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}"


@pytest.fixture
def open_import(open_page, office_address):
    """The page, signed in."""

    def open_(size="desktop"):
        page = open_page(f"{office_address}/accounts/sign-in?next=/import", size)
        sign_in(page, "editor")
        return page

    return open_


def box(lon, lat, size=0.004):
    return shapely.box(lon, lat, lon + size, lat + size)


def parcels(path, *more):
    """A sound parcel, one that overlaps it, and more."""
    rows = [("n-1", "甲小学", box(114.0, 33.03)), ("n-2", HOSTILE, box(114.0035, 33.03)), *more]
    ids, names, shapes = zip(*rows, strict=True)
    frame = geopandas.GeoDataFrame({"编号": ids, "xuexiao": names, "XW": 600}, geometry=list(shapes), crs=4326)
    frame.to_file(path)
    return path


def look(page, path, layer="schools"):
    page.get_by_test_id("file").set_input_files(path)
    page.get_by_test_id("layer").select_option(layer)
    page.get_by_test_id("preview").click()
    expect(page.get_by_test_id("import-preview")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-ready", "true")


@pytest.mark.parametrize("size", VIEWPORTS)
def test_the_file_is_drawn_with_its_faults_and_rows_and_map_lead_to_each_other(open_import, tmp_path, size):
    page = open_import(size)
    expect(page.get_by_test_id("steps")).to_contain_text("先看")
    look(page, parcels(tmp_path / "地块.geojson", ("n-3", "丙小学", BOWTIE)))
    drawn = page.locator(".folium-map path[data-row]")
    expect(drawn).to_have_count(3)
    assert [drawn.nth(at).get_attribute("data-kind") for at in range(3)] == ["file", "doubt", "fault"]
    expect(page.get_by_test_id("doubts")).to_contain_text("与第 1 行重叠")
    expect(page.get_by_test_id("repair-offer")).to_contain_text("可以修好")
    page.get_by_test_id("faults").get_by_test_id("row-3").click()
    expect(page.get_by_test_id("map-words")).to_contain_text("边界自相交")
    expect(page.locator(".folium-map path[data-row='3']")).to_be_in_viewport()
    page.get_by_test_id("row-2").click()
    page.locator(".folium-map path[data-row='2']").dispatch_event("click")
    expect(page.get_by_test_id("doubts").locator("[data-row='2']")).to_have_class("is-chosen")
    assert fits(page)
    assert grave_faults(page) == []


def test_what_was_guessed_can_be_changed_and_everything_is_written_and_undone_at_once(open_import, tmp_path):
    page = open_import()
    look(page, parcels(tmp_path / "地块.geojson", ("n-3", "丙小学", BOWTIE)))
    expect(page.get_by_test_id("write")).to_have_count(0)
    row = page.get_by_test_id("mapping").locator("label", has_text="xuexiao")
    row.locator("select").select_option("name")
    page.get_by_test_id("repair").check()
    page.get_by_test_id("again").click()
    expect(page.get_by_test_id("repairs")).to_contain_text("第 3 行")
    expect(row.locator("select")).to_have_value("name")
    page.get_by_test_id("write").click()
    expect(page.get_by_test_id("change-set")).to_contain_text("共 3 项")
    expect(page.get_by_test_id("journal")).to_contain_text(HOSTILE)
    page.get_by_test_id("undo-all").click()
    expect(page.get_by_test_id("done")).to_be_visible()


def test_a_refusal_stays_on_the_page_and_a_shift_is_taken_off_when_asked(open_import, tmp_path):
    page = open_import()
    page.get_by_test_id("file").set_input_files({"name": "a.zip", "mimeType": "", "buffer": b"PK\x03\x04" + bytes(100)})
    page.get_by_test_id("preview").click()
    expect(page.get_by_test_id("faults")).to_contain_text("不是完好的 ZIP 文件")
    page.goto(f"{page.url.partition('/import')[0]}/import")
    look(page, parcels(tmp_path / "高德地图.geojson"))
    page.get_by_test_id("crs-asked").fill("EPSG:1")
    page.get_by_test_id("again").click()
    expect(page.get_by_test_id("fault")).to_contain_text("坐标系“EPSG:1”不认识")
    page.get_by_test_id("crs-asked").fill("")
    page.get_by_test_id("read-as-GCJ-02").click()
    expect(page.get_by_test_id("crs")).to_contain_text("GCJ-02 （您指定）")
    expect(page.get_by_test_id("doubts")).to_contain_text("按 GCJ-02 还原成真实坐标")


def test_work_is_broken_off_without_a_trace(open_import, tmp_path):
    page = open_import()
    look(page, parcels(tmp_path / "地块.geojson"))
    page.route("**/import/write", lambda route: None)  # the server takes its time
    page.get_by_test_id("write").click()
    expect(page.get_by_test_id("work")).to_be_visible()
    expect(page.get_by_test_id("write")).to_be_disabled()
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("fault")).to_contain_text("已取消")
    expect(page.get_by_test_id("write")).to_be_enabled()


def test_the_page_is_in_english_too(open_import, tmp_path):
    page = open_import()
    page.get_by_test_id("language-en").click()
    assert leftovers(page, []) == set()
