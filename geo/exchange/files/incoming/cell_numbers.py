"""Coordinates in the cells of a table, as people write them."""

import re
from unicodedata import normalize

import shapely

from geo.exchange.coordinates import read_position
from geo.model.errors import InvalidInput

DMS = re.compile(
    r"[东西南北EWNS]?[经纬]?\s*(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*[′'’‘分]?\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”“秒]|['′’]{2})?)?\s*[EWNS]?"
)
DEGREES = re.compile(r"(?:东经|北纬|[EN])?\s*(\d{1,3}(?:\.\d+)?)\s*[°度]?\s*[EN]?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|,\d{3}\.\d+)")
"""A single comma may be a decimal one: such a number is not understood."""

NO_MERIDIAN = 0.0
"""An easting without zone digits lies nowhere."""


def coordinate_in(cell: object) -> float | None:
    """A coordinate in a cell; None where it is no number. It may be infinite.

    Degrees may have minutes and seconds; south and west of zero do not occur here. Full-width signs are as others.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        text = normalize("NFKC", cell.strip().replace("º", "°").replace("˚", "°").replace("″", '"').replace("′", "'"))
        if (match := DMS.fullmatch(text)) and all(float(part or 0) < 60 for part in match.groups()[1:]):
            return sum(float(part or 0) / 60**place for place, part in enumerate(match.groups()))
        if match := DEGREES.fullmatch(text):
            return float(match[1])
        cell = text.replace(",", "") if THOUSANDS.fullmatch(text) else text
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def point_in(text: str) -> shapely.Point | None:
    """Both coordinates from one cell, as degrees; None where they are not understood."""
    try:
        found = read_position(text, default_meridian=NO_MERIDIAN)
    except InvalidInput:
        return None
    return shapely.Point(found.lon, found.lat)
