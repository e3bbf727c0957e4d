"""Base maps that the office configures: their tiles pass through this server, so the browser asks nobody else.

The file `instance/basemaps.toml` (setting BASEMAPS) lists them::

    [[basemap]]
    id = "tianditu"
    title = "天地图 矢量"
    url = "https://…/{z}/{y}/{x}?tk={key}"     # or WMS: the GetMap address without BBOX, WIDTH, HEIGHT
    kind = "xyz"                                # xyz | wms | mbtiles
    key = "…"                                   # stays on the server
    review_number = "GS(2024)0568号"            # printed where the map is shown

Only base maps in WGS 84 or CGCS2000 fit our features; one in GCJ-02 or BD-09 would lie
hundreds of metres off and is refused.
"""

import sqlite3
from contextlib import closing
from typing import Literal

import mercantile
import msgspec
from flask import Blueprint, Flask, Response, abort, current_app

from geo.model.errors import InvalidFile, N_, StoreUnavailable
from geo.model.layer import Struct
from geo.web.remote_tiles import fetch
from geo.web.settings import ROOT
from geo.web.slots import slots

TILE_MAX_AGE_S = 7 * 24 * 3600
MAX_ZOOM = 22

TILE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
"""Rows are counted from the south (MBTiles 1.3, TMS scheme)."""

blueprint = Blueprint("basemaps", __name__)


class Basemap(Struct):
    """One configured base map."""

    id: str
    title: str
    url: str
    kind: Literal["xyz", "wms", "mbtiles"] = "xyz"
    datum: Literal["WGS84", "CGCS2000"] = "CGCS2000"
    key: str = ""
    review_number: str = ""

    def __post_init__(self) -> None:
        if self.kind != "mbtiles" and not self.url.startswith(("http://", "https://")):
            raise ValueError(f"url {self.url!r} begins neither with http:// nor with https://")

    def for_page(self) -> dict[str, str]:
        """What the browser may know."""
        return {
            "id": self.id,
            "title": self.title,
            "url": f"/basemaps/{self.id}/{{z}}/{{x}}/{{y}}",
            "review_number": self.review_number,
        }


class _File(Struct):
    basemap: tuple[Basemap, ...] = ()


def configured_basemaps(app: Flask) -> tuple[Basemap, ...]:
    """The office's base maps; none where the file is missing.

    Raises
    ------
    InvalidFile
        If the file cannot be read or describes a base map that cannot be shown.
    """
    path = ROOT / app.config["BASEMAPS"]
    if not path.exists():
        return ()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File).basemap
    except (msgspec.DecodeError, OSError) as error:
        raise InvalidFile(N_("底图配置 %(file)s 有误：%(fault)s"), file=path.name, fault=str(error)) from error


@blueprint.get("/basemaps/<basemap_id>/<int:z>/<int:x>/<int:y>")
def tile(basemap_id: str, z: int, x: int, y: int) -> Response:
    """One tile of a configured base map."""
    basemap = next((each for each in configured_basemaps(current_app) if each.id == basemap_id), None)
    if basemap is None or z > MAX_ZOOM or x >= 2**z or y >= 2**z:
        abort(404)
    image = _local_tile(basemap, z, x, y) if basemap.kind == "mbtiles" else _remote_tile(basemap, z, x, y)
    if image is None:
        abort(404)
    response = Response(image, mimetype=_image_type(image))
    response.cache_control.max_age = TILE_MAX_AGE_S
    return response


def _local_tile(basemap: Basemap, z: int, x: int, y: int) -> bytes | None:
    path = ROOT / basemap.url
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(TILE, (z, x, 2**z - 1 - y)).fetchone()
    except sqlite3.Error as error:
        raise StoreUnavailable(N_("底图文件 %(file)s 读不出来：%(reason)s"), file=path.name, reason=error) from error
    return row[0] if row else None


def _remote_tile(basemap: Basemap, z: int, x: int, y: int) -> bytes | None:
    with slots("tiles").taken():
        return fetch(_address(basemap, z, x, y), server=basemap.url, title=basemap.title)


def _address(basemap: Basemap, z: int, x: int, y: int) -> str:
    if basemap.kind == "xyz":
        parts = {"{z}": z, "{x}": x, "{y}": y, "{key}": basemap.key}
        address = basemap.url
        for name, value in parts.items():
            address = address.replace(name, str(value))
        return address
    box = mercantile.xy_bounds(x, y, z)
    address = basemap.url.replace("{key}", basemap.key)
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}BBOX={box.left},{box.bottom},{box.right},{box.top}&WIDTH=256&HEIGHT=256"


def _image_type(image: bytes) -> str:
    for start, media_type in ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp")):
        if image.startswith(start):
            return media_type
    return "application/octet-stream"
