"""Coordinates in the cells of a table, as people write them."""

import math
import re
from collections.abc import Sequence
from unicodedata import normalize

import shapely

from geo.exchange.coordinates import read_position
from geo.model.errors import InvalidInput

DMS = re.compile(
    r"[东西南北EWNS]?[经纬]?\s*(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*[′'’‘分]?\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”“秒]|['′’]{2})?)?\s*[EWNS]?"
)
SEPARATED = re.compile(r"[EN]?\s*(\d{1,3})([-:\s])(\d{1,2})\2(\d{1,2}(?:\.\d+)?)\s*[EN]?")
"""114-01-23.4"""

PACKED = re.compile(r"(\d{1,3})\.(\d{2})(\d{2})(\d*)|(\d{1,3})(\d{2})(\d{2})(?:\.(\d+))?")
"""114.01234 or 1140123.4 for 114°01′23.4″, once seconds have both their digits."""

DEGREES = re.compile(r"(?:东经|北纬|[EN])?\s*(\d{1,3}(?:\.\d+)?)\s*[°度]?\s*[EN]?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|,\d{3}\.\d+)")
"""A single comma may be a decimal one: such a number is not understood."""

NO_MERIDIAN = 0.0
"""An easting without zone digits lies nowhere."""


def coordinate_in(cell: object, *, is_packed: bool = False) -> float | None:
    """A coordinate in a cell; None where it is no number. It may be infinite.

    Degrees may have minutes and seconds; south and west of zero do not occur here. Full-width signs are as others.

    Parameters
    ----------
    is_packed
        Whether the digits behind the point of a plain number are minutes and seconds.
    """
    if isinstance(cell, bool):
        return None
    if is_packed and (packed := _unpacked(str(cell).strip())) is not None:
        return packed if math.isfinite(packed) else None
    if isinstance(cell, str):
        text = normalize("NFKC", cell.strip().replace("º", "°").replace("˚", "°").replace("″", '"').replace("′", "'"))
        match = DMS.fullmatch(text)
        parts = match.groups() if match else (match := SEPARATED.fullmatch(text)) and match.group(1, 3, 4)
        if parts and all(float(part or 0) < 60 for part in parts[1:]):
            return _degrees(parts)
        if match := DEGREES.fullmatch(text):
            return float(match[1])
        cell = text.replace(",", "") if THOUSANDS.fullmatch(text) else text
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _degrees(parts: Sequence[str | None]) -> float:
    """Degrees, minutes and seconds as degrees."""
    return sum(float(part or 0) / 60**place for place, part in enumerate(parts))


def _unpacked(text: str) -> float | None:
    """Degrees whose minutes and seconds stand in the digits; None of another text, infinite where one is 60 or more."""
    whole, point, digits = text.partition(".")
    if point and whole.isdecimal() and len(whole) <= 3:
        text = f"{whole}.{digits:<04}" if digits.isdecimal() or not digits else text
    if (match := PACKED.fullmatch(text)) is None:
        return None
    degrees, minutes, seconds, rest = match.groups()[:4] if match[1] else match.groups()[4:]
    parts = (degrees, minutes, f"{seconds}.{rest or 0}")
    return _degrees(parts) if all(float(part) < 60 for part in parts[1:]) else math.inf


def point_in(text: str) -> shapely.Point | None:
    """Both coordinates from one cell, as degrees; None where they are not understood."""
    try:
        found = read_position(text, default_meridian=NO_MERIDIAN)
    except InvalidInput:
        return None
    return shapely.Point(found.lon, found.lat)
