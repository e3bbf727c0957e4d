"""Reads a position that somebody pasted: degrees in many spellings, or Gauss-Krüger metres.

What keeps the readings apart is the place: in China longitudes are 73 to 135 and latitudes 3 to 54 degrees; northings
have 7 digits, eastings 6, or 8 with the zone number in front. So either order will do, and nothing needs to be guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import shapely

from geo.model.crs import FIRST_ZONE, LAST_ZONE, STORED_CRS, gauss_kruger_crs, projection, zone_of
from geo.model.errors import InvalidInput, N_

LONGEST = 200
LONGITUDES = (73.0, 135.1)
LATITUDES = (3.0, 54.0)
NORTHINGS = (1_000_000.0, 6_100_000.0)
EASTINGS = (100_000.0, 900_000.0)
"""Without zone digits; the central meridian has 500 000 m."""

FIRST_WIDE_ZONE, LAST_WIDE_ZONE = 13, 23
"""The 6-degree zones of China, central meridians 75° to 135° E; their numbers never meet those of the 3-degree ones."""

DEGREE_SIGNS = str.maketrans("º˚", "°°")
"""Looked at first: compatibility forms would turn the one into a letter."""

WORDS = (
    (r"[′']{2}|[\"“”]", "″"),
    (r"['‘’`]", "′"),
    (r"(?<=\d)\s*(度|degrees?|deg|d(?![a-z]))", "°"),
    (r"(?<=\d)\s*分", "′"),
    (r"(?<=\d)\s*秒", "″"),
    (r"(°\s*[\d.]+)\s*(min|m)(?![a-z])", r"\1′"),
    (r"(′\s*[\d.]+)\s*(sec|s)(?![a-z])", r"\1″"),
    (r"(?<=\d)\s*(米|m)(?![a-z])", " "),
    (r"东经|经度|横坐标|东坐标|东|longitude|long|lon|easting|east|e(?![a-z])", " E "),
    (r"北纬|纬度|纵坐标|北坐标|北|latitude|lat|northing|north|n(?![a-z])", " N "),
    (r"[xy]\s*坐标|[xy]|坐标|point", " "),
    (r"(?<![\d.])\s*[:=]", " "),
    (r"[\s()\[\]{}|]+", " "),
    (r"\s*[,;/&、。]\s*", ","),
)
"""Spellings and the one sign that stands for them, in the order in which they are replaced."""

NUMBER = r"(?<![\d.])[+-]?\d+(?:\.\d+)?(?![\d.])"
GAP = r"[ ,]*"


def _shape(pattern: str) -> re.Pattern[str]:
    """Two coordinates, nothing else: `<L1>` is a letter or none, `<A1>` an angle or number, `<B1>` blanks for marks."""
    for place in "12":
        degrees, minutes, seconds = (f"(?P<{part}{place}>{NUMBER})" for part in ("degrees", "minutes", "seconds"))
        pattern = pattern.replace(f"<L{place}>", f"{GAP}(?P<letter{place}>[EN])?{GAP}")
        pattern = pattern.replace(f"<A{place}>", f"{degrees}(?: ?[°:](?: ?{minutes}(?: ?[′:])?(?: ?{seconds} ?″?)?)?)?")
        pattern = pattern.replace(f"<B{place}>", f"{degrees} {minutes}(?: {seconds})?")
    return re.compile(GAP + pattern + GAP)


SHAPES = tuple(
    _shape(pattern) for pattern in ("<L1><A1><L2><A2>", "<A1><L1><A2><L2>", "<L1><B1><L2><B2>", "<B1><L1><B2><L2>")
)
"""Letters before or after; degrees, minutes and seconds with marks or with nothing but blanks between."""


@dataclass(frozen=True)
class Position:
    """A position that was read.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326 (CGCS2000 is taken as equal).
    reading
        How the text was understood, in words.
    crs
        EPSG code of the coordinates as they were given.
    """

    lon: float
    lat: float
    reading: str
    crs: str

    @property
    def wkb(self) -> bytes:
        return shapely.Point(self.lon, self.lat).wkb


@dataclass(frozen=True)
class _Value:
    """One coordinate as written: a number, or degrees, minutes, seconds; and `E` or `N` where the text says so."""

    parts: tuple[float, ...]
    letter: str | None

    @property
    def number(self) -> float | None:
        """The whole as one number; None where minutes or seconds are impossible."""
        *whole, _ = self.parts
        if any(part < 0 or part >= 60 for part in self.parts[1:]) or any(part % 1 for part in whole):
            return None
        return sum(part / 60**place for place, part in enumerate(self.parts))


def read_position(text: str, *, default_meridian: float, translate: Callable[[str], str] = str) -> Position:
    """Understand a pasted position.

    Parameters
    ----------
    text
        Decimal degrees or degrees, minutes and seconds, longitude and latitude in either order; or northing and
        easting in metres of a CGCS2000 Gauss-Krüger zone, in either order, with or without zone digits
        (3-degree zones 25 to 45, 6-degree zones 13 to 23). Full-width characters and Chinese words are welcome.
    default_meridian
        Degrees; an easting without zone digits is taken in the 3-degree zone around it.
    translate
        Turns the sentence of the reading into the reader's language.

    Raises
    ------
    InvalidInput
        If the text is no position in China; the message says what is expected, with examples.
    """
    values = _values(text)
    numbers = [value.number for value in values]
    if len(numbers) != 2 or None in numbers:
        raise _not_understood(text)
    letters = [value.letter for value in values]
    if all(abs(number) <= 180 for number in numbers):
        return _from_degrees(numbers, letters, text, translate)
    if any(len(value.parts) > 1 for value in values):
        raise _not_understood(text)
    return _from_metres(numbers, letters, text, default_meridian, translate)


def _not_understood(text: str) -> InvalidInput:
    return InvalidInput(
        N_(
            "看不懂坐标“%(text)s”：应为经纬度（例如 114.0168, 33.0456 或 东经114°01′00″ 北纬33°02′44″），"
            "或高斯—克吕格坐标（例如 X=3657805.43 Y=38501569.21）"
        ),
        text=_shortened(text),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


def _values(text: str) -> list[_Value]:
    plain = _plain(text)
    match = next(filter(None, (shape.fullmatch(plain) for shape in SHAPES)), None)
    if match is None:
        return []
    found = match.groupdict()
    return [
        _Value(
            tuple(float(found[name + place]) for name in ("degrees", "minutes", "seconds") if found[name + place]),
            found.get("letter" + place),
        )
        for place in "12"
    ]


def _plain(text: str) -> str:
    """The text in few signs: numbers, ° ′ ″, the letters E and N, blanks and commas; whatever is left over stays."""
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text.translate(DEGREE_SIGNS)).lower()
    for spelling, sign in WORDS:
        plain = re.sub(spelling, sign, plain)
    return plain


def _from_degrees(
    numbers: list[float], letters: list[str | None], text: str, translate: Callable[[str], str]
) -> Position:
    lon, lat = _assigned(numbers, letters, LONGITUDES, LATITUDES, text)
    reading = translate(N_("经度 %(lon)s°，纬度 %(lat)s°")) % {"lon": round(lon, 7), "lat": round(lat, 7)}
    return Position(lon, lat, reading, STORED_CRS)


def _assigned(
    numbers: list[float],
    letters: list[str | None],
    east_range: tuple[float, float],
    north_range: tuple[float, float],
    text: str,
) -> tuple[float, float]:
    """East and north out of two numbers whose ranges do not meet; what the text calls them must agree."""
    for east, north, named in ((0, 1, ["E", "N"]), (1, 0, ["N", "E"])):
        fits = east_range[0] <= numbers[east] <= east_range[1] and north_range[0] <= numbers[north] <= north_range[1]
        if fits and all(letter in (None, name) for letter, name in zip(letters, named, strict=True)):
            return numbers[east], numbers[north]
    raise InvalidInput(
        N_(
            "坐标“%(text)s”不在我国范围内，或东、北标反了：经度应为 73—135，纬度 3—54；"
            "高斯—克吕格坐标 X（北）7 位，Y（东）6 位或带号加 6 位，例如 X=3657805.43 Y=38501569.21"
        ),
        text=_shortened(text),
    )


def _from_metres(
    numbers: list[float],
    letters: list[str | None],
    text: str,
    default_meridian: float,
    translate: Callable[[str], str],
) -> Position:
    with_digits = max(numbers) >= 10_000_000
    east_range = (FIRST_WIDE_ZONE * 1e6, (LAST_ZONE + 1) * 1e6) if with_digits else EASTINGS
    east, north = _assigned(numbers, letters, east_range, NORTHINGS, text)
    zone = int(east // 1e6) if with_digits else zone_of(default_meridian)
    wide = FIRST_WIDE_ZONE <= zone <= LAST_WIDE_ZONE
    if (not wide and not FIRST_ZONE <= zone <= LAST_ZONE) or not EASTINGS[0] <= east % 1e6 <= EASTINGS[1]:
        raise _not_understood(text)
    crs = _wide_zone_crs(zone) if wide else gauss_kruger_crs(zone, with_zone_digits=with_digits)
    lon, lat = projection(crs, STORED_CRS).transform(east, north)
    _assigned([lon, lat], [None, None], LONGITUDES, LATITUDES, text)
    meridian = 6 * zone - 3 if wide else 3 * zone
    reading = translate(_reading(wide, with_digits)) % {
        "zone": zone,
        "meridian": meridian,
        "x": f"{north:.3f}",
        "y": f"{east:.3f}",
    }
    return Position(lon, lat, reading, crs)


def _reading(wide: bool, with_digits: bool) -> str:
    if wide:
        return N_("CGCS2000 6 度带第 %(zone)s 带（中央经线 %(meridian)s°），X（北）%(x)s，Y（东）%(y)s")
    if with_digits:
        return N_("CGCS2000 3 度带第 %(zone)s 带（中央经线 %(meridian)s°），X（北）%(x)s，Y（东）%(y)s")
    return N_("未写带号，按 CGCS2000 3 度带第 %(zone)s 带（中央经线 %(meridian)s°），X（北）%(x)s，Y（东）%(y)s")


def _wide_zone_crs(zone: int) -> str:
    """EPSG code of a CGCS2000 6-degree zone with zone digits (EPSG registry, CGCS2000 / Gauss-Kruger zone 13 to 23)."""
    return f"EPSG:{4491 + zone - FIRST_WIDE_ZONE}"
