"""Texts that are out to break a page: nothing runs, everything reads, nothing runs off the side."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hostile_layers import LONG, TEXTS, write_hostile_layers
from tests.browser.map_page import VIEWPORTS, MapPage
from tests.browser.settling import settle

INJECTED = "<img src=x onerror=alert(1)>${alert(1)}{{7*7}}"
HANDLERS = (
    "[onerror], [onload], [onclick], [onmouseover], img[src=x], b, script:not([src]):not([nonce]):not([type*=json])"
)
"""What only injected markup would have; our own has no handlers in attributes and no bold element of that kind."""


@pytest.fixture(scope="module")
def hostile(serve, tmp_path_factory) -> Iterator[tuple[str, dict[str, str]]]:
    """A server on hostile layers: its address, and the schools' names by id."""
    folder = tmp_path_factory.mktemp("hostile")
    schools = write_hostile_layers(folder / "layers")
    with serve(folder / "plan.gpkg", LAYERS_DIR=str(folder / "layers")) as server:
        yield server.address, {school["id"]: school["properties"]["name"] for school in schools}


def expect_harmless(page: Page) -> None:
    """No injected element, and no page wider or higher than it should be; dialogs and errors are the watch's."""
    assert page.locator(HANDLERS).count() == 0
    wide, window = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= window


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_map_page_shows_every_school_as_its_file_has_it(open_page, hostile, size):
    address, names = hostile
    page = MapPage(open_page(f"{address}/?year=2023&layers=schools", size))
    for handle in ["panel-handle"] * 2 * (size == "phone"):
        page.by(handle).tap()
    page.settle()
    for key in page.listed():
        name = names[key.partition("/")[2]]
        if size == "phone" and len(name) < LONG:
            continue
        row = page.page.locator("[data-testid=item]").and_(page.page.locator(f"[data-key={json.dumps(key)}]"))
        assert row.locator(".item-name").text_content() == name
        row.click()
        expect(page.by("details-title")).to_have_js_property("textContent", name)
        expect(page.by("status-2023")).to_contain_text(name[:60], use_inner_text=False)
        expect(page.by("open-page")).to_be_in_viewport()
        expect_harmless(page.page)
        page.by("details-close").click()
        page.settle()  # the list is drawn anew, and a click on what goes is lost
    expect_harmless(page.page)


def test_tooltips_and_labels_show_texts_as_texts(open_page, hostile):
    address, names = hostile
    page = MapPage(open_page(f"{address}/?year=2023&layers=schools,villages,river_sections"))
    shown = set()
    for marker in page.page.locator("path[data-key^='schools/']").all():
        marker.dispatch_event("mouseover")
        tooltip = page.page.locator(".map-tooltip strong").last
        expect(tooltip).to_be_visible()
        shown.add(tooltip.text_content())
        marker.dispatch_event("mouseout")
    assert shown == set(names.values())
    expect(page.page.locator(".map-label").nth(5)).to_be_attached()
    expect_harmless(page.page)


def test_searching_for_such_a_text_finds_it(open_page, hostile):
    page = MapPage(open_page(f"{hostile[0]}/?year=2023"))
    for words in (*TEXTS[:7], "校" * 30, "W" * 30):
        page.by("search").fill(words)
        expect(page.by("search-option").first).to_contain_text(words)
        expect_harmless(page.page)


def test_the_pages_of_the_features_show_every_text(open_page, hostile):
    address, names = hostile
    page = open_page(f"{address}/export")
    for feature_id, name in names.items():
        page.goto(f"{address}/features/schools/{quote(feature_id, safe='')}?year=2023")
        page.wait_for_selector("body[data-ready=true]")
        expect(page.get_by_test_id("feature-name")).to_have_js_property("textContent", name)
        assert page.get_by_test_id("basis").text_content().count(name) >= 2  # where it is, and what is said of it
        assert name in page.get_by_test_id("status-2023").text_content()
        expect_harmless(page)


def test_long_names_stay_inside_every_page(open_page, hostile):
    address, _ = hostile
    missing = f"{address}/features/schools/2024-"
    page = open_page(f"{address}/export", refused=missing)
    for path in ("features/schools/2024-1", "features/schools/2024-2", "features/schools/2024-"):
        page.goto(f"{address}/{path}")
        settle(page)
        for size in VIEWPORTS.values():
            page.set_viewport_size(size)
            expect_harmless(page)
    assert any(len(name) == LONG for name in page.get_by_test_id("suggestion").locator("strong").all_text_contents())


def test_an_unknown_number_is_shown_as_it_was_given(open_page, hostile):
    page = open_page(f"{hostile[0]}/features/schools/{quote(INJECTED)}", status=404)
    expect(page.get_by_test_id("error-detail")).to_contain_text(INJECTED)
    expect_harmless(page)


@pytest.mark.parametrize("name", ["q", "level", "feature", "within", "plan_year"])
def test_what_the_address_of_the_map_holds_is_taken_as_text(open_page, hostile, name):
    given = "schools/" * (name in ("feature", "within")) + INJECTED
    query = f"layers=schools&year=2023&{name}={quote(given)}"
    page = open_page(f"{hostile[0]}/?{query}", refused=f"{hostile[0]}/ogc/")
    if name in ("q", "level"):
        MapPage(page).expect_listed()
    else:
        place = "notice-failed" if name == "feature" else "fault"
        expect(page.get_by_test_id(place).first).to_contain_text(INJECTED)
    expect_harmless(page)


def test_a_selection_and_the_printed_map_show_texts_as_texts(open_page, hostile):
    address, names = hostile
    for feature_id in ("2024-1", "${alert(1)}"):
        page = MapPage(
            open_page(f"{address}/?layers=schools&year=2023&within=schools/{quote(feature_id)}&buffer_m=300")
        )
        expect(page.by("selection-bar").locator("strong")).to_contain_text(names[feature_id])
        expect_harmless(page.page)
        page.by("export").first.click()
        page.page.emulate_media(media="print")
        page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect_harmless(page.page)
