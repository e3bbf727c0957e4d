"""Well-known binary without parsing: one part made multipart and back by a few bytes at the front."""

import struct
from collections.abc import Sequence

_MULTI = {"MultiLineString": 5, "MultiPolygon": 6}
_HEAD = 9  # byte order, geometry type, number of parts


def is_multi(kind: str) -> bool:
    return kind in _MULTI


def promoted(wkb: bytes, kind: str) -> bytes:
    """A simple geometry as the multipart `kind` of one part; a multipart one stays as it is (little-endian)."""
    code = _MULTI[kind]
    return wkb if wkb[1] == code else struct.pack("<BII", 1, code, 1) + wkb


def single_part(wkb: bytes) -> bytes:
    """The part of a multipart geometry that has just one, else the geometry as it is."""
    code, parts = struct.unpack_from("<II" if wkb[0] else ">II", wkb, 1)
    return wkb[_HEAD:] if parts == 1 and code in _MULTI.values() else wkb


_BOX = struct.Struct("<BIII10d")
"""A polygon of one ring of five corners, little-endian."""

Sides = tuple[float, float, float, float]


def box_wkb(sides: Sequence[float]) -> bytes:
    """WKB of the polygon of a box: min x, min y, max x, max y, as `shapely.box` makes it."""
    west, south, east, north = sides
    return _BOX.pack(1, 3, 1, 5, east, south, east, north, west, north, west, south, east, south)


def box_sides(wkb: bytes) -> Sides | None:
    """The sides of the box of which this is the `box_wkb`; None where it is another geometry."""
    if len(wkb) != _BOX.size:
        return None
    (*_, east, south, _east, north, west, _north, _west, _south, _start_x, _start_y) = _BOX.unpack(wkb)
    sides = west, south, east, north
    return sides if box_wkb(sides) == wkb else None
