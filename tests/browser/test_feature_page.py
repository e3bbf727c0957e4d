"""One feature on a page of its own: what it says, how it prints, how one gets there and away."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map_page import MapPage
from tests.browser.settling import settle

A4_PT = (595, 842)
HONGZHI = "schools/2023-1"


@pytest.fixture
def open_feature(open_page, address):
    """Open a feature's page and wait for its map, if it has one."""

    def open_(key: str, query: str = "", server: str = address):
        page = open_page(f"{server}/features/{key}{query}")
        if page.locator(".sheet-map").count():
            page.wait_for_selector("body[data-ready=true]")
        return page

    return open_


def test_it_says_what_the_plan_says_of_hongzhi_primary_school(open_feature):
    page = open_feature(HONGZHI, "?year=2023")
    expect(page.get_by_test_id("feature-name")).to_have_text("驻马店经济开发区宏志小学")
    figures = page.get_by_test_id("figures")
    for name, words in {
        "seats": "1,620 个学位",
        "land_area_mu": "45.4 亩 30,267 ㎡",
        "building_area_m2": "24,000 ㎡",
        "investment_cny_10k": "8,000 万元",
        "classes": "36 个班",
        "floor_area_ratio": "0.79 算得",
        "land_per_seat_m2": "18.7 ㎡/生 算得",
    }.items():
        expect(figures.locator(f"[data-field={name}] dd")).to_have_text(words, use_inner_text=True)
    expect(page.locator("main")).to_contain_text("七(二)1 专栏")
    expect(page.get_by_test_id("basis")).to_contain_text("由文字定位：乐山大道与古槐路交叉口西北侧")
    expect(page.get_by_test_id("basis")).to_contain_text(re.compile("误差约 1,600 (米|m)"))
    expect(page.get_by_test_id("status-2023")).to_contain_text("未填报")
    expect(page.locator(".sheet-map .leaflet-overlay-pane path").first).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_prints_on_one_a4_sheet(open_feature, demo_address, language):
    """With statuses in every row: what has most to say, a polygon, a point, and what has no place."""
    page = open_feature("indicators/7", server=demo_address)
    for key in ("schools/2021-1", "industrial_parks/jinshahe", "villages/411771360208", "indicators/7"):
        page.goto(f"{demo_address}/language/{language}?next=/features/{key}")
        settle(page)
        assert sheets(page) == [A4_PT], key


PAINT_NOTHING = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { visibility: hidden !important; }");
    document.adoptedStyleSheets.push(style);
}"""
"""Everything keeps its place; the font of some thousand Chinese characters is not written into every printout."""


def sheets(page: Page) -> list[tuple[int, int]]:
    """Width and height of each sheet that a page is printed on, in points."""
    page.evaluate(PAINT_NOTHING)
    pdf = page.pdf(prefer_css_page_size=True)  # Chromium writes page objects uncompressed
    page.evaluate("() => document.adoptedStyleSheets.pop()")
    pages = re.findall(rb"/Type\s*/Page\b.*?endobj", pdf, re.DOTALL)
    boxes = [re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", page) for page in pages]
    return [(round(float(box[1])), round(float(box[2]))) for box in boxes]


def test_it_leads_back_to_the_feature_on_the_map(open_feature):
    """小清河尤河断面 lies at the eastern edge: the details must not stand where it is."""
    page = open_feature("water_sections/xiaoqinghe-youhe", "?year=2022")
    page.get_by_test_id("show-on-map").click()
    shown = MapPage(page)
    expect(shown.by("details-title")).to_have_text("小清河尤河断面")
    assert shown.query["year"] == ["2022"]
    shown.settle()
    marker, frame = (
        shown.marker("water_sections/xiaoqinghe-youhe").bounding_box(),
        page.locator(".folium-map").bounding_box(),
    )
    assert frame["x"] < marker["x"] and marker["x"] + marker["width"] < frame["x"] + frame["width"]


def test_an_unknown_number_gets_a_page_that_helps(open_page, address):
    page = open_page(f"{address}/features/schools/2023-9", status=404)
    expect(page.get_by_test_id("error-detail")).to_contain_text("2023-9")
    suggestion = page.get_by_test_id("suggestion").filter(has_text="宏志小学")
    suggestion.click()
    expect(page.get_by_test_id("feature-name")).to_have_text("驻马店经济开发区宏志小学")


@pytest.mark.parametrize("path", ["features/schols/2023-1", "no/such/page"])
def test_a_wrong_address_says_so_and_leads_to_the_map(open_page, address, path):
    page = open_page(f"{address}/{path}", status=404)
    expect(page.get_by_test_id("error")).to_contain_text("404")
    page.get_by_test_id("error").get_by_role("link", name="回到地图").click()
    MapPage(page)


def test_a_link_to_a_feature_that_is_not_there_says_so_on_the_map(open_page, address):
    missing = f"{address}/ogc/collections/schools/items/2023-9?year=2025&schematic=true"
    page = MapPage(open_page(f"{address}/?layers=schools&feature=schools/2023-9", refused=missing))
    expect(page.by("notice-failed")).to_contain_text("2023-9")
    expect(page.by("details")).to_be_hidden()
