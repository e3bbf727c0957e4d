"""The map page as a planner's hands and eyes have it: where to click, what stands where."""

import math
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.settling import settle

VIEWPORTS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
"""The two sizes that every page must fit, in CSS pixels."""

TILE_PX = 256
"""Size of the world at zoom 0 in Web Mercator, as every web map has it."""


class MapPage:
    """A map page that is open and has shown its features."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_selector("body[data-ready=true]")

    def by(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    # --- what is to be read -------------------------------------------------------------------------------------

    def listed(self, layer: str | None = None) -> list[str]:
        """Keys of the features in the list, `<layer>/<id>`, in its order."""
        keys = self.by("item").evaluate_all("items => items.map(item => item.dataset.key)")
        return [key for key in keys if layer is None or key.startswith(f"{layer}/")]

    def expect_listed(self, *keys: str) -> None:
        """The list comes to hold just these."""
        self.page.wait_for_function(
            "keys => JSON.stringify([...document.querySelectorAll('[data-testid=item]')].map(item => item.dataset.key)"
            ".sort()) === JSON.stringify(keys)",
            arg=sorted(keys),
        )

    def expect_totals(self, row: str = "all", **totals: str) -> None:
        """The figures of a row on top come to read these, each with its unit: `all`, `known`, `schematic`."""
        for name, words in totals.items():
            value, _, unit = words.partition(" ")
            expect(self.by("totals").locator(f"[data-row={row}] [data-field={name}]")).to_have_text(value)
            expect(self.by("totals").locator(f"[data-unit={name}]")).to_have_text(unit)

    def figure(self, name: str) -> str:
        """A figure in the details, with its unit and what else is said of it."""
        return " ".join(self.by("figures").locator(f"[data-field={name}] dd > :not(.says)").all_inner_texts())

    def marker(self, key: str) -> Locator:
        return self.page.locator(f'path[data-key="{key}"]')

    @property
    def query(self) -> dict[str, list[str]]:
        """What the address bar says."""
        return parse_qs(urlsplit(self.page.url).query)

    # --- what is to be done -------------------------------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Click a feature in the list and wait for its details."""
        item = self.page.locator(f'[data-testid=item][data-key="{key}"]')
        item.click()
        expect(self.by("details-title")).to_have_text(item.locator(".item-name").inner_text())

    def only_layers(self, *layers: str) -> None:
        """Switch off every layer but these."""
        for chip in self.page.locator("#chips .chip:not(.chip-all)").all():
            is_on = chip.get_attribute("aria-pressed") == "true"
            if is_on != (chip.get_attribute("data-testid").removeprefix("layer-") in layers):
                chip.click()

    def filter(self, field: str, *choices: str) -> None:
        """Tick choices of a filter and close it again."""
        self.by(f"filter-{field}").click()
        for choice in choices:
            self.by(f"choice-{choice}").click()
        self.page.keyboard.press("Escape")

    def download(self, format_name: str, folder: Path, *, boxes: tuple[str, ...] = ()) -> Path:
        """Export what is on screen in a format, with some boxes ticked."""
        menu = self.by("panel").locator(".export-menu")
        menu.get_by_test_id("export").click()
        for words in boxes:
            menu.get_by_label(words).check()
        with self.page.expect_download() as started:
            menu.get_by_test_id(f"export-{format_name}").click()
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        self.page.keyboard.press("Escape")
        return path

    def search(self, words: str) -> Locator:
        """Type into the search field; gives the options that come."""
        self.by("search").fill(words)
        expect(self.by("search-list")).to_have_attribute("data-words", words)  # no longer those of words before
        expect(self.by("search-list")).to_be_visible()
        return self.by("search-option")

    def start(self, tool: str, kind: str) -> None:
        """Take one of the tools on the map."""
        self.by(tool).click()
        self.by(f"{tool}-{kind}").click()
        expect(self.by("tool-card")).to_be_visible()

    def settle(self) -> None:
        """Wait until the page is at rest."""
        settle(self.page)

    def tab_to(self, test_id: str, most: int = 15) -> None:
        """Press the tab key until a control has the keyboard."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.dataset.testid") == test_id:
                return
        raise AssertionError(f"{test_id} was not reached within {most} presses of the tab key")

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place is in the window, by the Web Mercator formula from the address bar's centre and zoom."""
        frame = self.page.locator(".folium-map").bounding_box()
        center_lat, center_lon, zoom = (float(part) for part in self.query["at"][0].split(","))
        (x, y), (center_x, center_y) = _mercator(lon, lat, zoom), _mercator(center_lon, center_lat, zoom)
        return frame["x"] + frame["width"] / 2 + x - center_x, frame["y"] + frame["height"] / 2 + y - center_y

    def click_at(self, lon: float, lat: float) -> None:
        self.page.mouse.click(*self.pixel(lon, lat))

    def draw(self, corners: list[tuple[float, float]]) -> None:
        """Click corners on the map and end with a double click on the last."""
        for lon, lat in corners[:-1]:
            self.click_at(lon, lat)
        self.page.mouse.dblclick(*self.pixel(*corners[-1]))


def _mercator(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    size = TILE_PX * 2**zoom
    y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return (lon / 360 + 0.5) * size, (0.5 - y / (2 * math.pi)) * size
