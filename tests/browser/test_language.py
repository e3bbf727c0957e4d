"""The switch to English sticks, and nothing but data stays Chinese."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map_page import MapPage
from tests.browser.settling import settle

LAYERS = Path(__file__).parents[2] / "layers"
CJK = re.compile(r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+")
"""Chinese characters, and the full-width punctuation that comes with them."""

READ = """() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent.closest("script, style, noscript, [lang]:not(html)")) texts.push(walker.currentNode.data);
    }
    for (const node of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
        for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(node.getAttribute(name) || "");
    return [...texts, document.title];
}"""
"""Every text of the page and of its attributes, but for the switch to Chinese."""


@pytest.fixture(scope="module")
def data() -> list[str]:
    """What is data and stays as the plan has it: texts of features, sources of layers; the longest first."""
    found = set()
    for path in LAYERS.glob("*/features.geojson"):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            found |= {value for value in feature["properties"].values() if isinstance(value, str)}
    for path in [*LAYERS.glob("*/layer.toml"), LAYERS / "zone.toml"]:
        found |= set(
            re.findall(r'^(?:source|licence|plan_source) = "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    # Notes on figures stand beside their figures, part by part.
    parts = {part for text in found for part in text.split("；")}
    found |= parts | {part.partition("：")[2] for part in parts}
    return sorted((text for text in found if CJK.search(text)), key=len, reverse=True)


def leftovers(page: Page, data: list[str]) -> set[str]:
    """Chinese that is no data, once the page is at rest."""
    settle(page)
    texts = " \n".join(set(page.evaluate(READ)))
    for value in sorted(data, key=len, reverse=True):  # a name may hold another
        texts = texts.replace(value, " ")
    return set(CJK.findall(texts))


def test_the_switch_sticks_over_pages_and_reloads(open_page, address):
    page = open_page(f"{address}/?year=2022&layers=schools&feature=schools/2022-1")
    MapPage(page)
    page.get_by_test_id("language-en").click()
    shown = MapPage(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(shown.by("details-title")).to_have_text("建业第二初中")  # the view is the same
    assert shown.by("totals").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert shown.query["year"] == ["2022"]
    page.goto(f"{address}/export")
    expect(page.locator("h1")).to_have_text("Export")
    page.reload()
    expect(page.locator("h1")).to_have_text("Export")
    page.get_by_test_id("language-zh").click()
    expect(page.locator("h1")).to_have_text("导出")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_no_chinese_is_left_on_the_pages_but_data(open_page, address, data):
    wrong = f"{address}/features/schools/2023-9"
    page = open_page(f"{address}/language/en?next=/export", refused=wrong)
    for path in (
        "export",
        "features/schools/2023-1",
        "features/villages/411771360208",
        "features/water_sections/xiaoqinghe-youhe",
        "features/indicators/7",
        "features/schools/2023-9",
        "no/such/page?",
    ):
        page.goto(f"{address}/{path}") if "no/such" not in path else None
        assert leftovers(page, data) == set(), path


def test_no_chinese_is_left_on_the_map_but_data(open_page, address, data):
    page = open_page(f"{address}/language/en?next=/")
    shown = MapPage(page)
    assert leftovers(page, data) == set()
    for key in ("schools/2023-1", "villages/411771360208", "indicators/1"):
        shown.page.goto(f"{address}/?year=2023&feature={key}&level=junior&investment_cny_10k=100/..")
        assert leftovers(page, data) == set(), key


def test_no_chinese_is_left_in_what_opens_but_data(open_page, address, data):
    page = open_page(f"{address}/language/en?next=/")
    shown = MapPage(page)
    for opened in ("filter-plan_year", "filter-more", "select", "measure", "export"):
        shown.by(opened).first.click()
        assert leftovers(page, data) == set(), opened
        page.keyboard.press("Escape")
    shown.search("114.0168, 33.0456").first.click()
    expect(shown.by("place")).to_contain_text("Longitude 114.0168")
    assert leftovers(page, data) == set()
    for tool, kind in (
        ("select", "polygon"),
        ("select", "boundary"),
        ("select", "buffer"),
        ("measure", "length"),
        ("measure", "area"),
    ):
        shown.start(tool, kind)
        assert leftovers(page, data) == set(), (tool, kind)
        shown.by("tool-close").click()
    page.goto(f"{address}/?within=POINT(114.0163 33.0392)&buffer_m=2000")
    expect(shown.by("selection-bar")).to_contain_text("2,000 m")
    assert leftovers(page, data) == set()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert leftovers(page, data) == set()


def test_errors_come_in_the_language_of_the_page(open_page, address):
    page = open_page(f"{address}/language/en?next=/", refused=f"{address}/ogc/")
    MapPage(page)
    page.goto(f"{address}/?within=POINT(999 999)")
    expect(page.get_by_test_id("fault")).to_contain_text("longitude")
    assert not CJK.search(page.get_by_test_id("fault").inner_text())
