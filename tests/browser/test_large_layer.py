"""A layer of 100 000 polygons: the map is usable at once, single parcels come with the zoom, the server stays small."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.large_layer import COLUMNS, ROWS, middle, write_large_layers
from tests.browser.map_page import MapPage

COUNT = COLUMNS * ROWS
MOST_MS, MOST_MEMORY_KB = 3000, 1.5 * 1024**2
ATTEMPTS = 3
"""The best of so many counts: what else the machine does is not the page's doing."""

WATCH_USABLE = """
    new MutationObserver((_, observer) => {
        if (!document.querySelector(".bubble-marker") || !document.querySelector("[data-testid=item]")) return;
        window.usable_ms = performance.now();
        observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""
"""Notes when the counts on the map and the first rows of the list are there, in ms since the navigation began."""


@pytest.fixture(scope="module")
def large(serve, tmp_path_factory) -> Iterator:
    """A server that has filled its store with the large layer, and not been asked for anything yet."""
    folder = tmp_path_factory.mktemp("large")
    write_large_layers(folder / "layers")
    with serve(folder / "plan.gpkg", LAYERS_DIR=str(folder / "layers")) as server:
        yield server


def test_the_map_is_usable_within_three_seconds(open_page, large):
    times = []
    for _ in range(ATTEMPTS):
        page = open_page(f"{large.address}/export")
        page.add_init_script(WATCH_USABLE)
        page.goto(f"{large.address}/")
        page.wait_for_function("() => window.usable_ms")
        times.append(page.evaluate("window.usable_ms"))
    assert min(times) < MOST_MS, times
    counts = page.locator(".bubble-marker").all_inner_texts()
    assert sum(int(count.replace(",", "")) for count in counts) == COUNT
    expect(page.get_by_test_id("group-parcels")).to_contain_text("视野内 100,000 / 100,000")


def test_zooming_in_and_panning_show_single_parcels_that_can_be_clicked(open_page, large):
    page = MapPage(open_page(f"{large.address}/?layers=parcels"))
    before = page.page.locator(".bubble-marker").all_inner_texts()
    page.page.locator(".bubble-marker").nth(len(before) // 2).click()
    expect(page.by("group-parcels")).not_to_contain_text("视野内 100,000 /")
    lon, lat = middle(200, 125)
    page.page.goto(f"{large.address}/?layers=parcels&at={lat:.5f},{lon:.5f},17")
    expect(page.marker("parcels/200-125")).to_be_visible()
    assert page.page.locator(".bubble-marker").count() == 0

    before_panning = page.page.url
    x, y = page.pixel(lon, lat)
    page.page.mouse.move(x, y + 20)
    page.page.mouse.down()
    page.page.mouse.move(x - 300, y + 20, steps=5)
    page.page.wait_for_timeout(200)  # rest before letting go: the map does not glide on
    page.page.mouse.up()
    page.page.wait_for_function("before => location.href !== before", arg=before_panning)
    expect(page.by("group-parcels")).to_contain_text(re.compile(r"视野内 \d{3} / 100,000"))
    lon, lat = middle(210, 125)
    page.click_at(lon, lat)
    expect(page.by("details-title")).to_have_text("Parcel 210-125")
    assert page.figure("land_area_mu").startswith("211 亩")


def test_a_filter_and_a_search_reach_into_all_of_them(open_page, large):
    page = MapPage(open_page(f"{large.address}/?layers=parcels"))
    page.filter("plan_year", "2023")
    expect(page.by("group-parcels")).to_contain_text("视野内 20,000 / 20,000")
    page.search("Parcel 399-249").first.click()
    expect(page.by("details-title")).to_have_text("Parcel 399-249")


def test_the_server_never_took_more_than_one_and_a_half_gigabytes(open_page, large):
    """From the first filling of the store to everything above, at its peak."""
    MapPage(open_page(f"{large.address}/"))
    status = Path(f"/proc/{large.process_id}/status").read_text(encoding="ascii")
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < MOST_MEMORY_KB
