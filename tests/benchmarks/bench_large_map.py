"""A large layer on the map page, beside a page of Folium that carries the same features inside: time and memory.

Both are opened in a new browser of their own, ours at a server that has answered before.
"""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import folium
import geopandas
import numpy
import shapely
from playwright.sync_api import Page, sync_playwright

from geo.store import open_store
from geo.store.catalog import read_catalog
from tests.benchmarks.runner import Case
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.large_layer import DEFINITION, LAYERS
from tests.serving import ROOT, Server, running_server

CHROMIUM = shutil.which("chromium")
"""The whole one, with its windows, as planners have it."""

BATCH = 100_000
WEST, SOUTH, WIDTH, HEIGHT = 113.95, 32.97, 0.11, 0.14
VENDOR = ROOT / "static" / "vendor" / "node_modules" / "leaflet" / "dist"

OURS, FOLIUMS = (".bubble-marker", "[data-testid=item]"), ("path.leaflet-interactive",)
"""What a page shows when it can be used: counts and a list, or the features."""

TOTAL = "[data-testid=totals] [data-row=all] [data-field=count]"

WATCH_USABLE = """
    const look = setInterval(() => {
        if (document.readyState !== "complete" || !SELECTORS.every((each) => document.querySelector(each))) return;
        clearInterval(look);
        requestAnimationFrame(() => setTimeout(() => { window.usable_ms = performance.now(); }));
    }, 10);
"""
"""Notes when a page has what it is looked at for, is painted, and takes the next event; ms since the navigation."""


@dataclass(frozen=True)
class Prepared:
    """A server with the layer, and Folium's page with the first of its features."""

    size: int
    server: Server
    page: Path
    closing: ExitStack


@dataclass(frozen=True)
class Opened:
    """Seconds until a page can be used, MiB of all processes of its browser, and the features that it tells of."""

    seconds: float
    memory_mib: float
    count: int


def parcels(first: int, last: int, size: int) -> geopandas.GeoDataFrame:
    """Some of so many squares in rows and columns."""
    numbers = numpy.arange(first, last)
    columns = int((size * 1.6) ** 0.5) + 1
    column, row, step = numbers % columns, numbers // columns, WIDTH / columns
    west, south = WEST + column * step, SOUTH + row * HEIGHT / (size / columns)
    values = {
        "name": [f"Parcel {number}" for number in numbers],
        "plan_year": 2021 + numbers % 5,
        "land_area_mu": numbers % 97 + 1.0,
        "location_basis": "surveyed",
        "location_accuracy_m": 1.0,
    }
    shapes = shapely.box(west, south, west + step * 0.7, south + step * 0.7)
    return geopandas.GeoDataFrame(values, index=[f"p-{number}" for number in numbers], geometry=shapes, crs=4326)


def prepare(size: int, folder: Path, *, peer_share: float) -> Prepared:
    layers = folder / "layers"
    (layers / "parcels").mkdir(parents=True)
    shutil.copy(LAYERS / "zone.toml", layers)
    (layers / "parcels" / "layer.toml").write_text(DEFINITION, encoding="utf-8")
    store = open_store(f"gpkg:///{folder}/plan.gpkg", read_catalog(layers))
    store.create()
    for first in range(0, size, BATCH):
        store.add_features("parcels", parcels(first, min(first + BATCH, size), size))
    store.close()
    page = write_folium_page(folder / "folium", parcels(0, int(size * peer_share), size))
    closing = ExitStack()
    server = closing.enter_context(running_server(folder / "plan.gpkg", LAYERS_DIR=str(layers)))
    prepared = Prepared(size, server, page, closing)
    open_ours(prepared)  # from now on the server has answered before
    return prepared


def write_folium_page(folder: Path, features: geopandas.GeoDataFrame) -> Path:
    """What Folium makes of the features, with Leaflet beside it."""
    folder.mkdir()
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copy(VENDOR / name, folder)
    page = folium.Map(tiles=None)
    page.default_js, page.default_css = [("leaflet", "leaflet.js")], [("leaflet_css", "leaflet.css")]
    folium.GeoJson(features, tooltip=folium.GeoJsonTooltip(["name", "plan_year", "land_area_mu"])).add_to(page)
    page.fit_bounds([[SOUTH, WEST], [SOUTH + HEIGHT, WEST + WIDTH]])
    page.save(folder / "index.html")
    return folder / "index.html"


def open_ours(prepared: Prepared) -> Opened:
    def count(page: Page) -> int:
        page.wait_for_load_state("networkidle")
        return int(page.locator(TOTAL).inner_text().replace(",", ""))

    return _opened(f"{prepared.server.address}/?layers=parcels", OURS, count)


def open_foliums(prepared: Prepared) -> Opened:
    return _opened(prepared.page.as_uri(), FOLIUMS, lambda page: page.locator(FOLIUMS[0]).count())


def _opened(address: str, selectors: tuple[str, ...], count) -> Opened:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        try:
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(300_000)
            page.add_init_script(WATCH_USABLE.replace("SELECTORS", str(list(selectors))))
            page.goto(address, wait_until="commit")
            page.wait_for_function("() => window.usable_ms")
            usable_s = page.evaluate("window.usable_ms") / 1000
            shown = count(page)
            found = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
            return Opened(usable_s, sum(_memory_mib(each["id"]) for each in found), shown)
        finally:
            chromium.close()


def _memory_mib(process_id: int) -> float:
    """A process's own memory and its share of what it has in common with others."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def shows_all(prepared: Prepared, opened: Opened) -> bool:
    return opened.count == prepared.size


def close(prepared: Prepared) -> None:
    prepared.closing.close()


same, a_fiftieth = (partial(prepare, peer_share=share) for share in (1.0, 0.02))
"""What Folium gets beside us."""


def seconds(opened: Opened) -> float:
    return opened.seconds


def memory(opened: Opened) -> float:
    return opened.memory_mib


CASES = [
    Case(
        "large layer on the map, beside Folium with the same", same, open_ours, shows_all, (6_000, 100_000),
        peer=open_foliums, budget_ratio=0.25, figure=seconds, rounds=3, close=close,
    ),
    Case(
        "large layer on the map, memory of the browser", same, open_ours, shows_all, (6_000, 100_000),
        peer=open_foliums, budget_ratio=0.5, figure=memory, unit="MiB", close=close,
    ),
    Case(
        "large layer on the map, beside Folium with a fiftieth", a_fiftieth, open_ours, shows_all, (6_000, 1_000_000),
        peer=open_foliums, budget_ratio=1.0, figure=seconds, rounds=3, close=close,
    ),
]  # fmt: skip
