"""Boundary-point text files read as they really come: columns more or fewer, rings closed or open, axes either way.

What a file says of itself (the number of points, the area, the zone) is compared with its coordinates, never believed.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from unicodedata import normalize

import numpy
import pyproj
import shapely

from geo.exchange.boundary_crs import FIRST, crs_of, differences
from geo.exchange.boundary_txt import AREA_UNITS, PART, signed_area
from geo.model.crs import LAST_ZONE
from geo.model.errors import N_
from geo.model.file_finding import FileFindings

SECTION = re.compile(r"\s*[\[【［](.+?)[\]】］]\s*")
SEPARATOR = re.compile(r"[^\S\t]*[,，;；\t][^\S\t]*")
"""A column between two tabs may be empty."""

EQUALS = re.compile(r"\s*[=＝:：]\s*")
KINDS = frozenset({"面", "点", "线", "面状", "POLYGON", "多边形"})
POINTS_LINE = re.compile(
    r"^\s*[A-Za-z_\u4e00-\u9fff]*\d+[-\d]*\s*[,，\t;]\s*\d+\s*[,，\t;]\s*-?\d+(\.\d+)?\s*[,，\t;]\s*-?\d+(\.\d+)?"
)
PARCEL_LINE = re.compile(r"^\s*\d+\s*[,，\t;].*[@＠]\s*[,，]?\s*$")
COUNT = re.compile(r"\d{1,9}(\.0*)?")
AREA = re.compile(r"约?\s*(\d+(?:\.\d+)?)\s*(公顷|hm2|ha|亩|平方米|平米|m2|)", re.IGNORECASE)
UNITS = {"公顷": "公顷", "hm2": "公顷", "ha": "公顷", "亩": "亩", "平方米": "平方米", "平米": "平方米", "m2": "平方米"}
NAME = 3
"""Where the name of a parcel stands."""

NO_AREAS = frozenset({"点", "线"})
ZONE_DIGIT_M = 1_000_000
"""Eastings that begin with the number of their zone have so many metres for each."""

NORTH = (1.5e6, 6.5e6)
MOST_PARTS = 500
"""Rings of a parcel that lie beside each other; each is held against all before it."""
AREA_TOLERANCE = 0.002
"""Relative; areas are stated with four digits or so."""

Position = tuple[float, float]


@dataclass
class ReadParcel:
    """A parcel as the file has it.

    Parameters
    ----------
    row
        The line that begins it.
    stated_count, stated_area, area_unit
        What the file says; None where it says nothing.
    header
        The one above it, of which a file may have several.
    points
        Ring number and the two coordinates in the order of the file.
    fields
        Its columns by name.
    """

    row: int
    stated_count: int | None
    stated_area: float | None
    fields: dict[str, object]
    points: list[tuple[int, str, float, float]] = field(default_factory=list)
    header: dict[str, str] = field(default_factory=dict)
    area_unit: str | None = None


@dataclass(frozen=True)
class Boundaries:
    """The parcels of a file.

    Parameters
    ----------
    header
        What stands in [属性描述].
    crs
        From the header and the coordinates; None where neither tells.
    crs_from
        `header` or `coordinates`.
    shapes
        Polygons, easting (or longitude) first; None where there is none.
    """

    header: dict[str, str]
    crs: pyproj.CRS | None
    crs_from: str | None
    rows: list[int]
    shapes: list[shapely.Geometry | None]
    fields: list[dict[str, object]]


def is_boundary_text(lines: Iterable[str]) -> bool:
    """Whether the first lines of a text look like parcels and their points."""
    has_parcel = has_point = False
    for line in lines:
        section = SECTION.fullmatch(line)
        if section and section[1].strip() in ("属性描述", "地块坐标"):
            return True
        has_parcel = has_parcel or PARCEL_LINE.match(line) is not None
        has_point = has_point or (has_parcel and POINTS_LINE.match(line) is not None)
    return has_parcel and has_point


def read_boundaries(lines: Iterable[str], findings: FileFindings) -> Boundaries:
    """Every parcel of a file; what is wrong is noted under its line, and the rest is read."""
    parcels = list(_parcels(lines, findings))
    header = parcels[0].header if parcels else {}
    swapped, magnitudes = _axes(parcels)
    if swapped:
        findings.add("swapped_axes", N_("X 列是东坐标，Y 列是北坐标，与规定相反，已对调"))
    crs, crs_from = crs_of(header, magnitudes, findings)
    zone = int(magnitudes[1] // ZONE_DIGIT_M) if magnitudes else 0
    shapes = [
        _shape(parcel, swapped, crs, findings)
        if _is_under(parcel, header, findings) and (not zone or _is_of_zone(parcel, swapped, zone, findings))
        else None
        for parcel in parcels
    ]
    rows, merged, fields = _with_parts(parcels, shapes)
    return Boundaries(header, crs, crs_from, rows, merged, fields)


def _parcels(lines: Iterable[str], findings: FileFindings) -> Iterator[ReadParcel]:
    section, current = "", None
    header: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip().lstrip("\ufeff")
        if not text:
            continue
        named = SECTION.fullmatch(text)
        if named:
            section = named[1].strip()
            header = {} if section == "属性描述" else header
            continue
        if section == "属性描述":
            name, *values = EQUALS.split(text, maxsplit=1)
            header[name.strip()] = "".join(values)
            continue
        parts = SEPARATOR.split(text)
        if _is_parcel(parts):
            if current is not None:
                yield current
            current = _begun(number, parts, header, findings)
            continue
        point = _point(parts) or (None if text.isascii() else _point(SEPARATOR.split(normalize("NFKC", text))))
        if point is not None and current is not None:
            current.points.append(point)
        elif section in ("", "地块坐标") and (current is not None or section):
            message = N_("既不是地块也不是界址点：%(given)s")
            findings.add("unknown_line", message, row=number, given=text[:40])
    if current is not None:
        yield current


def _is_parcel(parts: list[str]) -> bool:
    stripped = [part for part in parts if part]
    if not stripped or not (COUNT.fullmatch(parts[0]) or parts[0] == ""):
        return False
    is_ended = stripped[-1].endswith(("@", "＠")) and parts[0] != ""
    return is_ended or bool(KINDS & set(parts[3:7]))


def _begun(row: int, parts: list[str], header: dict[str, str], findings: FileFindings) -> ReadParcel:
    """A parcel from its line: the columns are found by the word 面, or stand where the rule has them.

    More columns before that word than the rule has are those of a name with commas in it.
    """
    columns = [part.rstrip("@＠") for part in parts]
    while columns and not columns[-1]:
        columns.pop()
    kind = next((place for place, part in enumerate(columns) if part.upper() in KINDS and place >= 2), 4)
    if kind > NAME + 1:
        columns[NAME:kind] = ["，".join(columns[NAME:kind])]
        findings.add(
            "comma_in_name", N_("地块名称里有逗号，读作 %(name)s"), row=row, field="地块名称", name=columns[NAME]
        )
        kind = NAME + 1
    if columns[kind:] and columns[kind] in NO_AREAS:
        message = N_("图形属性写的是 %(given)s，按面读取")
        findings.add("wrong_kind", message, row=row, field="图形属性", given=columns[kind])
    names = {kind - 2: "地块编号", kind - 1: "地块名称", kind + 1: "图幅号", kind + 2: "地块用途", kind + 3: "地类编码"}
    fields: dict[str, object] = {name: _column(columns, place) for place, name in names.items()}
    for place in range(kind + 4, len(columns)):
        fields[f"附加{place - kind - 3}"] = columns[place] or None
    area = AREA.fullmatch(normalize("NFKC", columns[1])) if kind > 2 else None
    return ReadParcel(
        row, int(float(columns[0][:9])) if columns[0] else None, float(area[1]) if area else None, fields,
        header=header, area_unit=UNITS.get(area[2].lower()) if area else None,
    )  # fmt: skip


def _column(columns: list[str], place: int) -> str | None:
    return (columns[place] or None) if 0 < place < len(columns) else None


def _point(parts: list[str]) -> tuple[int, str, float, float] | None:
    """Ring, name and the two coordinates; a line without a ring is of ring 1."""
    numbers = [part for part in parts if part]
    try:
        if len(numbers) >= 4 and numbers[1].isdecimal() and len(numbers[1]) < 4:
            return int(numbers[1]), numbers[0], float(numbers[2]), float(numbers[3])
        if len(numbers) == 3:
            return 1, numbers[0], float(numbers[1]), float(numbers[2])
    except ValueError:
        return None
    return None


def _axes(parcels: list[ReadParcel]) -> tuple[bool, tuple[float, float] | None]:
    """Whether the first coordinate is the easting, and typical northing and easting (or latitude and longitude)."""
    pairs = numpy.array([point[2:] for parcel in parcels for point in parcel.points], dtype=float)
    pairs = pairs[numpy.isfinite(pairs).all(axis=1)] if len(pairs) else pairs
    if not len(pairs):
        return False, None
    first, second = numpy.median(pairs, axis=0)
    if abs(first) <= 180 and abs(second) <= 180:
        swapped = first > second
    else:
        swapped = not NORTH[0] <= first <= NORTH[1] and NORTH[0] <= second <= NORTH[1]
    return bool(swapped), (second, first) if swapped else (first, second)


def _is_under(parcel: ReadParcel, header: dict[str, str], findings: FileFindings) -> bool:
    """Whether the header above a parcel tells no other CRS than the first one of the file."""
    differing = differences(header, parcel.header)
    if differing:
        message = N_("地块 %(name)s 上面写的%(field)s是 %(told)s，文件开头写的是 %(first)s：请分成几个文件")
        told, first = parcel.header[differing[0]], header[differing[0]]
        findings.add(
            "zone_mismatch", message, row=parcel.row, field=differing[0], name=_called(parcel), told=told, first=first
        )
        findings.shapeless.add(parcel.row)
    return not differing


def _is_of_zone(parcel: ReadParcel, swapped: bool, zone: int, findings: FileFindings) -> bool:
    """Whether a parcel's eastings begin with the zone of the others; one of another zone would lie far away."""
    digits = {int(east // ZONE_DIGIT_M) for *_, north, east in parcel.points for east in [north if swapped else east]
              if math.isfinite(east)}  # fmt: skip
    others = sorted((digits - {zone}) & {*range(FIRST[6], LAST_ZONE + 1)})
    if others:
        message = N_("地块 %(name)s 的坐标是 %(told)s 带的，其余是 %(zone)s 带的：请按带号分成几个文件")
        findings.add(
            "zone_mismatch", message, row=parcel.row, field="geometry", name=_called(parcel), told=others[0], zone=zone
        )
        findings.shapeless.add(parcel.row)
    return not others


def _shape(
    parcel: ReadParcel, swapped: bool, crs: pyproj.CRS | None, findings: FileFindings
) -> shapely.Geometry | None:
    rings = _rings(parcel, swapped, findings)
    _check_count(parcel, rings, findings)
    sound = {number: ring for number, ring in enumerate(rings, start=1) if len(ring) >= 3}
    for ring in rings:
        if len(ring) < 3:
            message = N_("地块 %(name)s 有一圈不足 3 个点")
            findings.add("too_few_points", message, row=parcel.row, field="geometry", name=_called(parcel))
    if not sound:
        return None
    shape = _assembled(parcel, sound, findings)
    if shape is not None and crs is not None and crs.is_projected:
        _check_area(parcel, shapely.area(shape), findings)
    return shape


def _rings(parcel: ReadParcel, swapped: bool, findings: FileFindings) -> list[numpy.ndarray]:
    """Open rings, easting first. A ring ends where its number changes, or where it comes back to its first point."""
    runs: list[tuple[int, list[Position]]] = []
    ended = True
    for number, _, first, second in parcel.points:
        position = (first, second) if swapped else (second, first)
        if not all(map(numpy.isfinite, position)):
            message = N_("地块 %(name)s 有不是有限的坐标")
            findings.add("non_finite", message, row=parcel.row, field="geometry", name=_called(parcel))
            continue
        if ended or runs[-1][0] != number:
            runs.append((number, []))
        ring = runs[-1][1]
        ended = len(ring) >= 3 and position == ring[0]
        ring.append(position)
    found = []
    for _, ring in runs:
        closed = len(ring) > 1 and ring[0] == ring[-1]
        found.append(numpy.array(ring[:-1] if closed else ring, dtype=float))
    return found


def _check_count(parcel: ReadParcel, rings: list[numpy.ndarray], findings: FileFindings) -> None:
    """The number of points is stated with the repeated first ones or without."""
    possible = {len(parcel.points), sum(len(ring) for ring in rings), sum(len(ring) + 1 for ring in rings)}
    if parcel.stated_count is not None and parcel.stated_count not in possible:
        message = N_("地块 %(name)s 写明 %(told)s 个点，实有 %(count)s 个")
        findings.add(
            "count_mismatch", message, row=parcel.row, field="点数", name=_called(parcel),
            told=parcel.stated_count, count=len(parcel.points),
        )  # fmt: skip


def _check_area(parcel: ReadParcel, area_m2: float, findings: FileFindings) -> None:
    if parcel.stated_area is None:
        return
    stated = {unit: parcel.stated_area * size for unit, size in AREA_UNITS.items() if parcel.area_unit in (None, unit)}
    fitting = next(
        (unit for unit, size in stated.items() if abs(size - area_m2) <= max(area_m2 * AREA_TOLERANCE, 1.0)), None
    )
    if fitting is None:
        message = N_("地块 %(name)s 写明面积 %(told)s，按坐标为 %(hectares)s 公顷（%(square_metres)s 平方米）")
        findings.add(
            "area_mismatch", message, row=parcel.row, field="面积", name=_called(parcel),
            told=f"{parcel.stated_area:g}{parcel.area_unit or ''}", hectares=f"{area_m2 / 1e4:.4f}",
            square_metres=f"{area_m2:.2f}",
        )  # fmt: skip


@dataclass
class _Part:
    """An outer ring and the holes in it."""

    outer: shapely.Polygon
    holes: list[numpy.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._is_valid, self._bounds = self.outer.is_valid, self.outer.bounds
        shapely.prepare(self.outer)

    def has(self, polygon: shapely.Polygon) -> bool:
        """Whether a ring is a hole of this one; shapes that cross themselves are judged by their boxes."""
        west, south, east, north = polygon.bounds
        own = self._bounds
        if west < own[0] or south < own[1] or east > own[2] or north > own[3]:
            return False
        return not (self._is_valid and polygon.is_valid) or self.outer.contains(polygon.representative_point())


def _assembled(parcel: ReadParcel, rings: dict[int, numpy.ndarray], findings: FileFindings) -> shapely.Geometry | None:
    """Rings as polygons: one that lies in an earlier outer ring is its hole, another is a part of its own, and told.

    Parameters
    ----------
    rings
        By their place in the parcel, from 1.
    """
    parts: list[_Part] = []
    for number, ring in rings.items():
        polygon = shapely.Polygon(ring)
        around = next((part for part in parts if part.has(polygon)), None)
        if around is None:
            if len(parts) == MOST_PARTS:
                message = N_("地块 %(name)s 互不相含的圈超过 %(most)s 个，不像一块地，没有读取")
                findings.add(
                    "too_complex", message, row=parcel.row, field="geometry", name=_called(parcel), most=MOST_PARTS
                )
                findings.shapeless.add(parcel.row)
                return None
            _check_order(parcel, ring, findings)
            if parts:
                message = N_("地块 %(name)s 的第 %(number)s 圈在前面的外圈之外，不是它的洞，作为这块地的另一部分收下")
                findings.add(
                    "ring_outside", message, row=parcel.row, field="geometry", name=_called(parcel), number=number
                )
            parts.append(_Part(polygon))
        else:
            around.holes.append(ring)
    made = [shapely.Polygon(part.outer.exterior, part.holes) for part in parts]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def _check_order(parcel: ReadParcel, ring: numpy.ndarray, findings: FileFindings) -> None:
    if signed_area(ring) > 0:
        message = N_("地块 %(name)s 的外圈是逆时针，应为顺时针")
        findings.add("ring_order", message, row=parcel.row, field="geometry", name=_called(parcel))


def _called(parcel: ReadParcel) -> str:
    return str(parcel.fields.get("地块名称") or parcel.fields.get("地块编号") or parcel.row)


def _with_parts(
    parcels: list[ReadParcel], shapes: list[shapely.Geometry | None]
) -> tuple[list[int], list[shapely.Geometry | None], list[dict[str, object]]]:
    """Parcels that are parts of one feature, as `boundary_txt` writes them, put together again."""
    rows: list[int] = []
    made: list[shapely.Geometry | None] = []
    fields: list[dict[str, object]] = []
    place = 0
    while place < len(parcels):
        count = _parts_from(parcels, shapes, place)
        rows.append(parcels[place].row)
        own = dict(parcels[place].fields)
        if count == 1:
            made.append(shapes[place])
        else:
            own["地块编号"] = str(own["地块编号"]).rpartition(PART)[0]
            parts = [part for shape in shapes[place : place + count] for part in shapely.get_parts(shape)]
            made.append(shapely.MultiPolygon(parts))
        fields.append(own)
        place += count
    return rows, made, fields


def _parts_from(parcels: list[ReadParcel], shapes: list[shapely.Geometry | None], place: int) -> int:
    """How many parcels from a place on are X_1, X_2 … of one name."""
    base, _, number = str(parcels[place].fields.get("地块编号")).rpartition(PART)
    if not base or number != "1" or shapes[place] is None:
        return 1
    count = 1
    while place + count < len(parcels) and shapes[place + count] is not None:
        follows = parcels[place + count].fields
        if follows.get("地块编号") != f"{base}{PART}{count + 1}":
            break
        if follows.get("地块名称") != parcels[place].fields.get("地块名称"):
            break
        count += 1
    return count
