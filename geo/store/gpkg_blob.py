"""GeoPackage geometry blobs: a header with the bounds in front of WKB, and the SQL functions that read it.

Source: OGC 12-128r17 (GeoPackage 1.3), clause 2.1.3 "GeoPackage SQL Geometry Binary Format", and annex F.3 "RTree
Spatial Indexes", which names the functions that the triggers call.
"""

import re
import sqlite3
import struct
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.store.wkb import box_sides

SRS_ID = 4326
_POINT_FLAGS = 0b0000_0001
"""Little-endian, no envelope: a point is its own."""
_FLAGS = 0b0000_0011
"""Little-endian, envelope of two dimensions."""
_EMPTY = 0b0001_0000
_POINT = b"\x01\x01"
"""How the WKB of a point begins, little-endian."""

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_SINGLE, _MULTIPART = (2, 3), (5, 6)
"""WKB types of two dimensions."""
_FIXED = 8  # "GP", version, flags, srs_id
_HEADER = numpy.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs_id", "<i4"), ("box", "<f8", 4)])
"""Of `_FLAGS`."""


def to_blob(wkb: bytes) -> bytes:
    """Put the header in front of a geometry in EPSG:4326."""
    min_x, min_y, max_x, max_y = shapely.bounds(shapely.from_wkb(wkb)).tolist()
    if wkb[1] == 1:
        return struct.pack("<2sBBi", b"GP", 0, _POINT_FLAGS, SRS_ID) + wkb
    return struct.pack("<2sBBi4d", b"GP", 0, _FLAGS, SRS_ID, min_x, max_x, min_y, max_y) + wkb


def to_blobs(geometries: Sequence[bytes | None]) -> list[bytes | None]:
    """Like `to_blob`, of many at once."""
    return boxed_blobs(geometries)[0]


def boxed_blobs(geometries: Sequence[bytes | None], srs_id: int = SRS_ID) -> tuple[list[bytes | None], numpy.ndarray]:
    """Blobs of little-endian geometries in any CRS, and min x, max x, min y, max y of each.

    What is empty says so in its header; its box, like that of a missing geometry, is not a number.
    """
    boxes = shapely.bounds(shapely.from_wkb(numpy.array(geometries, dtype=object)))[:, [0, 2, 1, 3]]
    headers = numpy.empty(len(geometries), _HEADER)
    headers["magic"], headers["version"], headers["flags"], headers["srs_id"] = b"GP", 0, _FLAGS, srs_id
    headers["box"] = boxes
    raw, whole = headers.tobytes(), _HEADER.itemsize
    point = struct.pack("<2sBBi", b"GP", 0, _POINT_FLAGS, srs_id)
    blobs = [
        None if wkb is None else point + wkb if wkb[1] == 1 else raw[start : start + whole] + wkb
        for wkb, start in zip(geometries, range(0, len(raw), whole), strict=True)
    ]
    for place in numpy.flatnonzero(numpy.isnan(boxes[:, 0])).tolist():
        if (wkb := geometries[place]) is not None:
            blobs[place] = struct.pack("<2sBBi", b"GP", 0, _POINT_FLAGS | _EMPTY, srs_id) + wkb
    return blobs, boxes


def to_wkb(blob: bytes | None) -> bytes | None:
    """The geometry without its header, whoever wrote it."""
    return None if blob is None else blob[_FIXED + _ENVELOPE_BYTES[blob[3] >> 1 & 7] :]


def bounds(blob: bytes) -> tuple[float, float, float, float]:
    """min x, max x, min y, max y: from the header, or from the geometry where the header has none."""
    if blob[3] >> 1 & 7:
        return struct.unpack_from("<4d" if blob[3] & 1 else ">4d", blob, _FIXED)
    min_x, min_y, max_x, max_y = shapely.bounds(shapely.from_wkb(to_wkb(blob))).tolist()
    return min_x, max_x, min_y, max_y


def boxes_of(blobs: Sequence[bytes]) -> numpy.ndarray:
    """A row of `bounds` for each of many blobs."""
    packed = struct.Struct("<4d").pack
    sides = (
        blob[_FIXED:40]
        if blob[3] == _FLAGS
        else blob[13:21] * 2 + blob[21:29] * 2
        if blob[3] == _POINT_FLAGS and blob[8:10] == _POINT
        else packed(*bounds(blob))
        for blob in blobs
    )
    return numpy.frombuffer(b"".join(sides), dtype="<f8").reshape(-1, 4)


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions of the R-tree triggers, and for queries `ST_Intersects(blob, wkb)` and its like.

    A relation is `ST_Within(blob, wkb)`: whether the geometry of the blob lies within the other one.
    """
    functions = {
        "ST_IsEmpty": (1, lambda blob: None if blob is None else bool(blob[3] & _EMPTY)),
        "ST_MinX": (1, lambda blob: None if blob is None else bounds(blob)[0]),
        "ST_MaxX": (1, lambda blob: None if blob is None else bounds(blob)[1]),
        "ST_MinY": (1, lambda blob: None if blob is None else bounds(blob)[2]),
        "ST_MaxY": (1, lambda blob: None if blob is None else bounds(blob)[3]),
        "ST_Intersects": (2, _meeting()),
        "ST_Disjoint": (2, _relation(shapely.disjoint)),
        "ST_Touches": (2, _relation(shapely.touches)),
        "ST_Crosses": (2, _relation(shapely.crosses)),
        "ST_Overlaps": (2, _relation(shapely.overlaps)),
        "ST_Within": (2, _relation(shapely.contains)),
        "ST_Contains": (2, _relation(shapely.within)),
        "ST_Equals": (2, _relation(shapely.equals)),
        "atlas_like": (2, _is_like),
    }
    for name, (arguments, function) in functions.items():
        connection.create_function(name, arguments, function, deterministic=True)


def _relation(holds: Callable[[BaseGeometry, BaseGeometry], bool]) -> Callable[[bytes | None, bytes], bool | None]:
    """The exact predicate for one connection: prepared geometries are not to be shared between threads.

    Parameters
    ----------
    holds
        Whether the stated shape, which is prepared, stands in that relation to the feature's.
    """

    @lru_cache(maxsize=8)
    def prepared(wkb: bytes) -> BaseGeometry:
        shape = shapely.from_wkb(wkb)
        shapely.prepare(shape)
        return shape

    return lambda blob, wkb: None if blob is None else bool(holds(prepared(wkb), shapely.from_wkb(to_wkb(blob))))


def _meeting() -> Callable[[bytes | None, bytes], bool | None]:
    """`ST_Intersects` for one connection: exact, and told by the bounds alone where they tell it.

    A shape in one piece that reaches across one side of a box at most meets it; only what reaches around a corner of
    it is looked at.
    """
    meets = _relation(shapely.intersects)

    sides_of = lru_cache(maxsize=8)(box_sides)

    def holds(blob: bytes | None, wkb: bytes) -> bool | None:
        if blob is None:
            return None
        sides = sides_of(wkb) if blob[3] >> 1 & 7 and _is_one_piece(blob) else None
        if sides is not None:
            west, south, east, north = sides
            min_x, max_x, min_y, max_y = bounds(blob)
            if (west <= min_x and max_x <= east) or (south <= min_y and max_y <= north):
                return min_x <= east and max_x >= west and min_y <= north and max_y >= south
        return meets(blob, wkb)

    return holds


def _is_one_piece(blob: bytes) -> bool:
    """Whether a blob certainly holds one line or polygon, or a multipart geometry with one part, that is not empty."""
    start = _FIXED + _ENVELOPE_BYTES[blob[3] >> 1 & 7]
    if blob[3] & _EMPTY or blob[start] != 1:
        return False
    kind, parts = struct.unpack_from("<II", blob, start + 1)
    return kind in _SINGLE or (kind in _MULTIPART and parts == 1)


def _is_like(text: str | None, pattern: str) -> bool | None:
    """PostgreSQL's LIKE, which tells capitals from small letters; SQLite's own does not."""
    return None if text is None else bool(_pattern(pattern).fullmatch(text))


@lru_cache(maxsize=64)
def _pattern(like: str) -> re.Pattern[str]:
    signs = {"%": ".*", "_": "."}
    parts = re.findall(r"\\?.", like, re.DOTALL)
    return re.compile("".join(signs.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)
