"""The first page in a browser that knows nothing yet: how long until the map's list can be used, and what it weighs."""

import shutil
import statistics
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.runner import Case
from tests.browser.conftest import CHROMIUM_ARGUMENTS, running_server

CHROMIUM = shutil.which("chromium")
"""The whole one, with its windows, as planners have it."""

MOST_BYTES = 600_000
WATCH_USABLE = """
    new MutationObserver((_, observer) => {
        if (!document.querySelector("[data-testid=item]")) return;
        window.usable_ms = performance.now();
        observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""
"""Notes when the first rows of the list are there, in ms since the navigation began."""

WEIGHT = """() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
    .filter((each) => !each.name.includes("/ogc/")).reduce((sum, each) => sum + each.transferSize, 0)"""

Opened = list[tuple[float, int]]
"""Of each new browser: seconds until the page can be used, bytes without the data."""


def prepare(size: int, folder: Path) -> tuple[int, Path]:
    return size, folder / "plan.gpkg"


def open_cold(prepared: tuple[int, Path]) -> Opened:
    """Open the map page in so many new browsers, one after another, at a server that has answered before."""
    size, store = prepared
    with running_server(store) as server, sync_playwright() as playwright:
        _open(playwright, server.address)
        return [_open(playwright, server.address) for _ in range(size)]


def _open(playwright, address: str) -> tuple[float, int]:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
    try:
        page = chromium.new_page()
        page.add_init_script(WATCH_USABLE)
        page.goto(address)
        page.wait_for_function("() => window.usable_ms")
        return page.evaluate("window.usable_ms") / 1000, page.evaluate(WEIGHT)
    finally:
        chromium.close()


def is_light(prepared: tuple[int, Path], opened: Opened) -> bool:
    return len(opened) == prepared[0] and all(0 < weight < MOST_BYTES for _, weight in opened)


def usual_s(opened: Opened) -> float:
    """The median."""
    return statistics.median(seconds for seconds, _ in opened)


CASES = [Case("map page in a cold browser", prepare, open_cold, is_light, (1, 7), budget=1.5, figure=usual_s)]
