"""Well-known binary without parsing: one part made multipart and back by a few bytes at the front."""

import struct

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
