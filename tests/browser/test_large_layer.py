"""A layer of 20 000 polygons comes as tiles: counts where they crowd, single parcels with the zoom."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.large_layer import COLUMNS, REPORTED_ROW, ROWS, SCHEMATIC_COLUMN, middle, write_large_layers
from tests.browser.map_page import MapPage
from tests.browser.settling import settle

COUNT = COLUMNS * ROWS
MOST_MS, MOST_MEMORY_KB = 3000, 1024**2
ATTEMPTS = 10
"""One of so many has to be quick: what else the machine does is not the page's doing."""

WATCH_USABLE = """
    new MutationObserver((_, observer) => {
        if (!document.querySelector(".bubble-marker") || !document.querySelector("[data-testid=item]")) return;
        window.usable_ms = performance.now();
        observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""
"""Notes when the counts on the map and the first rows of the list are there, in ms since the navigation began."""

PIXEL = """
    (canvas, [x, y]) => {
        const frame = canvas.getBoundingClientRect();
        const ratio = canvas.width / frame.width;
        const { data } = canvas.getContext("2d").getImageData((x - frame.x) * ratio, (y - frame.y) * ratio, 1, 1);
        return [...data];
    }
"""
REPORTED, UNREPORTED = [0x2B, 0x8A, 0x57], [0xFF, 0xFF, 0xFF]
"""Inside of a marker: on time, and not reported (static/js/symbols.js)."""


@pytest.fixture(scope="module")
def large(serve, tmp_path_factory) -> Iterator:
    """A server that has filled its store with the large layer, and not been asked for anything yet."""
    folder = tmp_path_factory.mktemp("large")
    write_large_layers(folder / "layers")
    with serve(folder / "plan.gpkg", LAYERS_DIR=str(folder / "layers")) as server:
        yield server


class TiledPage(MapPage):
    """A map page whose large layer is painted on a canvas."""

    def colour(self, column: int, row: int) -> list[int]:
        """Red, green and blue at the middle of a parcel; empty where nothing is painted."""
        place = list(self.pixel(*middle(column, row)))
        *colour, opacity = self.by("tiles").evaluate(PIXEL, place)
        return colour if opacity else []

    def expect_colour(self, column: int, row: int, colour: list[int]) -> None:
        for _ in range(100):
            if (seen := self.colour(column, row)) == colour:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{column}-{row} is {seen}, not {colour}")


@pytest.fixture
def open_large(open_page, large):
    def open_(query="", column=80, row=REPORTED_ROW, zoom=16.5, size="desktop"):
        lon, lat = middle(column, row)
        return TiledPage(open_page(f"{large.address}/?layers=parcels&at={lat:.5f},{lon:.5f},{zoom}{query}", size))

    return open_


def test_the_map_is_usable_within_three_seconds(open_page, large):
    times = []
    for _ in range(ATTEMPTS):
        page = open_page(f"{large.address}/export", alone=True)  # the script stays with it
        page.add_init_script(WATCH_USABLE)
        page.goto(f"{large.address}/")
        page.wait_for_function("() => window.usable_ms")
        times.append(page.evaluate("window.usable_ms"))
        if times[-1] < MOST_MS:
            break
    assert min(times) < MOST_MS, times
    settle(page)
    counts = page.locator(".bubble-marker").all_inner_texts()
    assert sum(int(count.replace(",", "")) for count in counts) == COUNT
    expect(page.get_by_test_id("group-parcels")).to_contain_text("视野内 20,000 / 20,000")


def test_counts_lead_to_single_parcels_that_can_be_pointed_at_and_clicked(open_page, large, open_large):
    page = MapPage(open_page(f"{large.address}/?layers=parcels"))
    expect(page.page.locator(".bubble-marker").first).to_be_visible()
    before = page.page.locator(".bubble-marker").all_inner_texts()
    page.page.locator(".bubble-marker").nth(len(before) // 2).click()
    expect(page.by("group-parcels")).not_to_contain_text("视野内 20,000 /")

    page = open_large(column=80, row=60)
    page.expect_colour(80, 61, UNREPORTED)
    assert page.page.locator(".bubble-marker").count() == 0
    page.page.mouse.move(*page.pixel(*middle(81, 61)))
    expect(page.page.locator(".map-tooltip")).to_contain_text("Parcel 81-61")
    x, y = page.pixel(*middle(80, 60))
    before_panning = page.page.url
    page.page.mouse.move(x, y + 40)
    page.page.mouse.down()
    page.page.mouse.move(x - 300, y + 40, steps=5)
    page.page.wait_for_timeout(200)  # rest before letting go: the map does not glide on
    page.page.mouse.up()
    page.page.wait_for_function("before => location.href !== before", arg=before_panning)
    expect(page.by("group-parcels")).to_contain_text(re.compile(r"视野内 \d{2,3} / 20,000"))
    page.expect_colour(84, 61, UNREPORTED)
    page.click_at(*middle(84, 61))
    expect(page.by("details-title")).to_have_text("Parcel 84-61")
    assert page.figure("land_area_mu").startswith("85 亩")


def test_the_year_changes_the_colours(open_large):
    page = open_large("&year=2023")
    page.expect_colour(80, REPORTED_ROW, UNREPORTED)
    page.page.locator("input[name=year][value='2024']").check(force=True)
    page.expect_colour(80, REPORTED_ROW, REPORTED)
    page.expect_colour(80, REPORTED_ROW + 1, UNREPORTED)


def test_a_filter_and_the_switch_of_schematic_positions_take_parcels_off_the_map(open_large):
    page = open_large(column=SCHEMATIC_COLUMN, row=60)
    page.expect_colour(SCHEMATIC_COLUMN + 1, 61, UNREPORTED)
    assert page.colour(SCHEMATIC_COLUMN, 61) not in ([], UNREPORTED)  # hatched
    page.by("switch-schematic").click()
    page.expect_colour(SCHEMATIC_COLUMN, 61, [])
    page.filter("plan_year", "2022")  # columns 1, 6, 11 …
    page.expect_colour(SCHEMATIC_COLUMN + 2, 61, [])
    page.expect_colour(SCHEMATIC_COLUMN + 1, 61, UNREPORTED)
    expect(page.by("group-parcels")).to_contain_text("/ 4,000")


def test_a_link_brings_the_chosen_parcel_and_the_marked_area_back(open_large):
    west, south = middle(78, 59)
    east, north = middle(82, 63)
    area = f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
    page = open_large(f"&within={area}&feature=parcels/80-61")
    expect(page.by("details-title")).to_have_text("Parcel 80-61")
    expect(page.by("group-parcels")).to_contain_text("圈选内 25 / 20,000")
    page.expect_colour(81, 61, UNREPORTED)
    page.expect_colour(84, 61, [])


def test_a_search_reaches_into_all_of_them(open_page, large):
    page = MapPage(open_page(f"{large.address}/?layers=parcels"))
    page.filter("plan_year", "2023")
    expect(page.by("group-parcels")).to_contain_text("视野内 4,000 / 4,000")
    page.search("Parcel 159-124").first.click()
    expect(page.by("details-title")).to_have_text("Parcel 159-124")


def test_a_phone_shows_and_chooses_them_too(open_large):
    page = open_large(size="phone", zoom=17.5)
    page.expect_colour(80, 61, UNREPORTED)
    page.click_at(*middle(80, 61))
    expect(page.by("details-title")).to_have_text("Parcel 80-61")


def test_the_server_never_took_more_than_a_gigabyte(open_page, large):
    """From the first filling of the store to everything above, at its peak."""
    MapPage(open_page(f"{large.address}/"))
    status = Path(f"/proc/{large.process_id}/status").read_text(encoding="ascii")
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < MOST_MEMORY_KB
