"""An office's own base map: chosen in the legend, drawn from our server, its review number in sight and in the link."""

import base64
import sqlite3
from pathlib import Path

import mercantile
import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ZOOM, AROUND = 13, (113.8, 32.9, 114.2, 33.2)


@pytest.fixture(scope="module")
def with_basemap(serve, tmp_path_factory):
    """A server whose office has a base map in a local MBTiles file."""
    folder = tmp_path_factory.mktemp("basemap")
    _write_tiles(folder / "local.mbtiles")
    listed = f"""
        [[basemap]]
        id = "local"
        title = "地方影像"
        kind = "mbtiles"
        url = "{folder / "local.mbtiles"}"
        review_number = "GS(2024)0568号"
    """
    (folder / "basemaps.toml").write_text(listed, encoding="utf-8")
    with serve(folder / "plan.gpkg", BASEMAPS=str(folder / "basemaps.toml")) as server:
        yield server.address


def _write_tiles(path: Path) -> None:
    """One colour for every tile around the zone; MBTiles count rows from the south."""
    with sqlite3.connect(path) as file:
        file.execute("create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)")
        tiles = [(tile.z, tile.x, 2**tile.z - 1 - tile.y, PIXEL) for tile in mercantile.tiles(*AROUND, ZOOM)]
        file.executemany("insert into tiles values (?, ?, ?, ?)", tiles)
    file.close()


def test_a_base_map_is_chosen_shown_and_kept_in_the_link(open_page, with_basemap):
    page = MapPage(open_page(f"{with_basemap}/?at=33.04,114.0,{ZOOM}"))
    page.page.get_by_label("地方影像").check()
    tile = page.page.locator("img.leaflet-tile-loaded")
    expect(tile.first).to_be_visible()
    assert tile.first.evaluate("image => image.naturalWidth") == 1
    expect(page.page.locator("#review-number")).to_have_text("地方影像 GS(2024)0568号")
    page.page.reload()
    expect(tile.first).to_be_visible()
    assert page.query["basemap"] == ["local"]
