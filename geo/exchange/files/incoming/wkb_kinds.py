"""Which kinds of shapes stand in WKB, without making them: GEOS knows no arcs, and heights are lost on reading."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from geo.exchange.wkt import MOST_NESTED

HEAD = 5
"""Bytes of the order of bytes and the kind, with which every shape begins."""

POINT, LINE, POLYGON, COLLECTION, ARC = 1, 2, 3, 7, 8
CURVED = frozenset((ARC, 9, 10, 11, 12))
"""Arcs, and what may have them: compound curves, curved polygons, several of either."""
OF_PARTS = frozenset((4, 5, 6, COLLECTION, *CURVED)) - {ARC}

HEIGHT, MEASURE, WITH_CRS = 0x80000000, 0x40000000, 0x20000000
"""How programs of before 2006, and PostGIS, say it; the standard adds thousands, and knows no code of a CRS."""


@dataclass(frozen=True)
class Kind:
    """What the head of a shape says: its kind in WKB's numbers, how many numbers a position has, if a CRS follows."""

    number: int
    has_height: bool
    numbers: int
    has_crs: bool = False


def kind_of(head: bytes) -> Kind:
    """The kind that `HEAD` bytes tell."""
    (code,) = struct.unpack_from("<I" if head[0] else ">I", head, 1)
    plain = code & 0xFFFF
    has_height = bool(code & HEIGHT) or plain // 1000 in (1, 3)
    has_measure = bool(code & MEASURE) or plain // 1000 in (2, 3)
    return Kind(plain % 1000, has_height, 2 + has_height + has_measure, bool(code & WITH_CRS))


def kinds_in(wkb: bytes) -> set[int]:
    """The kinds of a shape and of all its parts, as far as it can be read."""
    return set(_kinds(wkb))


def is_deep(wkb: bytes) -> bool:
    """Whether a shape has more collections than GEOS can be given: it calls itself for each, until the program dies."""
    found = (kind for kind in _kinds(wkb) if kind in OF_PARTS)
    return next(islice(found, MOST_NESTED, None), None) is not None


def _kinds(wkb: bytes) -> Iterator[int]:
    """Parts follow the head of their collection one after another, so however deep they nest, one walk is enough."""
    place = 0
    while place + HEAD <= len(wkb):
        order = "<I" if wkb[place] else ">I"
        kind = kind_of(wkb[place : place + HEAD])
        yield kind.number
        place += HEAD + 4 * kind.has_crs
        try:
            if kind.number == POINT:
                place += 8 * kind.numbers
                continue
            (count,) = struct.unpack_from(order, wkb, place)
            place += 4
            if kind.number in (LINE, ARC):
                place += 8 * kind.numbers * count
            elif kind.number == POLYGON:
                for _ in range(count):
                    (corners,) = struct.unpack_from(order, wkb, place)
                    place += 4 + 8 * kind.numbers * corners
            elif kind.number not in OF_PARTS:
                return
        except struct.error:
            return
