"""Boundary-point text files (界址点坐标) as the land bureaus exchange them: parcels written by a profile.

A parcel is one line of what it is and one line for each point: name, ring, X (north), Y (east), metres to 0.001. Ring 1
is the outer one, 2 and more are holes; each repeats its first point under its name. A shape of several parts becomes
several parcels. `geo.exchange.boundary_reading` reads them, whoever wrote them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec
import numpy
import pyproj
import shapely

from geo.model.crs import STORED_CRS, gauss_kruger_crs, projection
from geo.model.errors import InvalidInput, N_
from geo.model.layer import Title
from geo.model.units import SQUARE_METRES_PER_MU

MEDIA_TYPE = "text/plain"
DECIMALS = 3
ATTRIBUTES, COORDINATES = "[属性描述]", "[地块坐标]"
PART = "_"
"""Between a feature's id and the number of its part, where it has several."""

AREA_UNITS = {"公顷": 10_000.0, "平方米": 1.0, "亩": SQUARE_METRES_PER_MU}
AREA_DECIMALS = {"公顷": 4, "平方米": 2, "亩": 4}


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a bureau wants its files.

    Parameters
    ----------
    title
        Whose it is, in words.
    zone_digits
        Whether eastings begin with the number of the zone.
    closing_row
        Whether each ring repeats its first point, which then counts.
    extra_columns
        Values of columns between the land code and the final @; `{name}` stands for a field of the feature.
    encoding
        `GBK` or `UTF-8`.
    line_end
        `CRLF` or `LF`.
    area_unit
        公顷, 平方米 or 亩.
    use_field, code_field, sheet_field
        Fields that fill 地块用途, 地类编码 and 图幅号; a feature without them leaves the column empty.
    producer
        数据产生单位.
    version
        格式版本号.
    """

    title: Title | None = None
    zone_digits: bool = True
    closing_row: bool = True
    extra_columns: tuple[str, ...] = ()
    encoding: Literal["GBK", "UTF-8"] = "GBK"
    line_end: Literal["CRLF", "LF"] = "CRLF"
    area_unit: Literal["公顷", "平方米", "亩"] = "公顷"
    use_field: str = "land_use"
    code_field: str = "land_use_code"
    sheet_field: str = "map_sheet"
    producer: str = ""
    version: str = "1.01版本"


DEFAULT_PROFILE = Profile()


def read_profiles(text: str, name: str) -> dict[str, Profile]:
    """The profiles of a TOML text by name; `default` is always among them.

    Raises
    ------
    InvalidInput
        If the text does not hold; the message names the file, `name`.
    """
    try:
        found = msgspec.toml.decode(text, type=dict[str, Profile])
    except (msgspec.DecodeError, ValueError) as fault:
        raise InvalidInput(N_("%(file)s 不合要求：%(reason)s"), file=name, reason=str(fault)[:200]) from None
    return {"default": DEFAULT_PROFILE, **found}


@dataclass(frozen=True)
class Parcel:
    """What is to be written.

    Parameters
    ----------
    shape
        Polygon or MultiPolygon in EPSG:4326.
    properties
        The feature's fields, from which a profile takes its columns.
    """

    feature_id: str
    name: str
    shape: shapely.Polygon | shapely.MultiPolygon
    properties: dict[str, object]


def lines(parcels: Iterable[Parcel], zone: int, profile: Profile, on: date, note: str = "") -> Iterator[str]:
    """The lines of a file, without their ends.

    Parameters
    ----------
    zone
        The 3-degree zone of all parcels.
    note
        One more attribute, 说明: what a reader has to know of the parcels.
    """
    yield ATTRIBUTES
    yield f"格式版本号={profile.version}"
    yield f"数据产生单位={_plain(profile.producer)}"
    yield f"数据产生日期={on.isoformat()}"
    yield "坐标系=2000国家大地坐标系"
    yield "几度分带=3"
    yield "投影类型=高斯克吕格"
    yield "计量单位=米"
    yield f"带号={zone}"
    yield "精度=0.001"
    yield "转换参数=,,,,,,"
    if note:
        yield f"说明={_plain(note)}"
    yield COORDINATES
    crs = gauss_kruger_crs(zone, with_zone_digits=profile.zone_digits)
    transformer = projection(STORED_CRS, crs)
    for parcel in parcels:
        parts = shapely.get_parts(parcel.shape)
        for number, part in enumerate(parts, start=1):
            own_id = parcel.feature_id if len(parts) == 1 else f"{parcel.feature_id}{PART}{number}"
            yield from _parcel_lines(own_id, parcel, _rings(part, transformer), profile)


def encoded(found: Iterable[str], profile: Profile) -> Iterator[bytes]:
    """Lines as bytes; a sign that the encoding has not becomes a question mark."""
    end = "\r\n" if profile.line_end == "CRLF" else "\n"
    for line in found:
        yield (line + end).encode(profile.encoding, "replace")


def _rings(part: shapely.Polygon, transformer: pyproj.Transformer) -> list[numpy.ndarray]:
    """Open rings as easting and northing to 0.001 m: outer ones clockwise from the north-west, holes the other way."""
    found = []
    for number, ring in enumerate([part.exterior, *part.interiors]):
        lon, lat = shapely.get_coordinates(ring)[:-1].T
        points = numpy.column_stack(transformer.transform(lon, lat)).round(DECIMALS) + 0.0
        points = points[numpy.any(points != points[numpy.arange(len(points)) - 1], axis=1)]
        if len(points) < 3:
            continue
        if _is_clockwise(points) != (number == 0):
            points = points[::-1]
        first = _north_west(points)
        found.append(numpy.concatenate([points[first:], points[:first]]))
    return found


def _is_clockwise(points: numpy.ndarray) -> bool:
    return signed_area(points) < 0


def signed_area(points: numpy.ndarray) -> float:
    """Of an open ring, m²: positive where it runs counter-clockwise, east being first."""
    x, y = (points - points[0]).T  # the edge back to the first point, which is the origin now, adds nothing
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def _north_west(points: numpy.ndarray) -> int:
    """The point nearest to the north-west corner of the ring's bounds."""
    corner = numpy.array([points[:, 0].min(), points[:, 1].max()])
    return int(numpy.hypot(*(points - corner).T).argmin())


def _parcel_lines(own_id: str, parcel: Parcel, rings: Sequence[numpy.ndarray], profile: Profile) -> Iterator[str]:
    if not rings:
        return
    count = sum(len(ring) + profile.closing_row for ring in rings)
    area_m2 = abs(signed_area(rings[0])) - sum(abs(signed_area(ring)) for ring in rings[1:])
    unit = profile.area_unit
    area = f"{area_m2 / AREA_UNITS[unit]:.{AREA_DECIMALS[unit]}f}"
    sheet, use, code = (
        parcel.properties.get(name) for name in (profile.sheet_field, profile.use_field, profile.code_field)
    )
    extra = [_filled(column, parcel) for column in profile.extra_columns]
    columns = [str(count), area, own_id, parcel.name, "面", sheet, use, code, *extra]
    yield ",".join(_plain(column) for column in columns) + ",@"
    name = 0
    for number, ring in enumerate(rings, start=1):
        first = name + 1
        for east, north in ring:
            name += 1
            yield f"J{name},{number},{north:.{DECIMALS}f},{east:.{DECIMALS}f}"
        if profile.closing_row:
            east, north = ring[0]
            yield f"J{first},{number},{north:.{DECIMALS}f},{east:.{DECIMALS}f}"


def _filled(column: str, parcel: Parcel) -> str:
    """A column's text with the fields that it names."""
    for name, value in parcel.properties.items():
        column = column.replace(f"{{{name}}}", "" if value is None else str(value))
    return column.replace("{feature_id}", parcel.feature_id)


def _plain(value: object) -> str:
    """A text without the signs that part columns and lines."""
    text = "" if value is None else str(value)
    return " ".join(text.replace(",", "，").replace("@", "＠").split())
