"""Whether a place lies on the stretch of a road that words name: 学院路北段 is not the road's southern end."""

import re
import unicodedata
from dataclasses import dataclass

import numpy
import shapely

from geo.analysis import azimuths
from geo.analysis.azimuths import axis_of, direction
from geo.analysis.measuring import to_plane
from geo.analysis.network import RoadNetwork
from geo.analysis.road_names import parts_of
from geo.model.crs import metric_crs
from geo.model.errors import N_
from geo.model.remark import Remark

MIDDLE = "中"
LETTERS = "[东西][南北]|[东西南北中]"
ENDS = re.compile(rf"(?P<road>.+?)(?P<part>{LETTERS})段")

HALF = 0.5
"""Of a road's length: what lies in the other half is not on its northern stretch, wherever that begins."""

MIDDLE_SHARES = (0.2, 0.8)
THIRD = 2 / 3
"""From here on lies the stretch whose middle is taken where a distance to it is told."""

SLANT = 0.58
"""Of a road's extent across: a road that goes less far in a direction, at more than 60° to it, has no such stretch."""

SAME_ROAD_M = 300.0
"""Pieces of one name farther apart than twice this are different roads."""

ON_STRETCH_M = 60.0
SAMPLE_M = 20.0


@dataclass(frozen=True)
class Misfit:
    """Why a place is not on the named stretch, and how far from its middle it is; None where the road has none."""

    remark: Remark
    distance_m: float | None = None


def stretch_of(text: str, road: str) -> str:
    """The stretch that words name of a road: 北 of 学院路北段与建设路交叉口, or of a road so named; else nothing."""
    if match := ENDS.fullmatch(road):
        return match["part"]
    name, words = ("".join(unicodedata.normalize("NFKC", each).split()) for each in (road, text))
    match = re.search(rf"{re.escape(name)}[(的靠偏]*({LETTERS})[侧部]?(?:路?段|[首头端部口])", words)
    return match[1] if match else ""


def off_stretch(
    network: RoadNetwork, rows: numpy.ndarray, road: str, part: str, place: tuple[float, float]
) -> Misfit | None:
    """What speaks against a place on a road being on the named stretch of it; None where nothing does.

    Parameters
    ----------
    rows
        Of the road.
    part
        As `stretch_of` gives it; nothing fits everywhere.
    place
        Degrees, EPSG:4326.
    """
    if not part:
        return None
    crs = metric_crs((*place, *place))
    point = shapely.get_coordinates(to_plane(shapely.Point(place), crs))[0]
    own = numpy.intersect1d(rows, [row for name in _names(road, part) for row in network.names.rows_named(name)])
    if len(own):
        return _off_own(network.in_plane(own.astype(int), crs).lines, road, part, point)
    lines = _same_road(network.in_plane(rows, crs).lines, shapely.Point(point))
    points = shapely.get_coordinates(shapely.segmentize(lines, SAMPLE_M))
    ahead = axis_of(points) if part == MIDDLE else direction(azimuths.WORDS[part])
    along, across = points @ ahead, points @ numpy.array([ahead[1], -ahead[0]])
    length_m = float(numpy.ptp(along))
    if length_m < SLANT * float(numpy.ptp(across)) or not length_m:
        return Misfit(Remark(N_("“%(road)s”的走向与所述路段不符"), road=road))
    share = float((point @ ahead - along.min()) / length_m)
    if MIDDLE_SHARES[0] <= share <= MIDDLE_SHARES[1] if part == MIDDLE else share >= HALF:
        return None
    shares = (along - along.min()) / length_m
    named = points[(shares >= 1 - THIRD) & (shares <= THIRD) if part == MIDDLE else shares >= THIRD]
    return _misfit(road, part, float(numpy.hypot(*(named.mean(axis=0) - point))) if len(named) else None)


def _names(road: str, part: str) -> tuple[str, ...]:
    """As the data may call the stretch: 学院路北段, 学院北路."""
    if ENDS.fullmatch(road):
        return (road,)
    parts = parts_of(road)
    return (f"{road}{part}段", f"{parts[0]}{part}{parts[2]}") if parts and not parts[1] else (f"{road}{part}段",)


def _off_own(lines: numpy.ndarray, road: str, part: str, point: numpy.ndarray) -> Misfit | None:
    """Of a stretch that the data have as such."""
    stretch = shapely.union_all(lines)
    if stretch.distance(shapely.Point(point)) <= ON_STRETCH_M:
        return None
    return _misfit(road, part, stretch.centroid.distance(shapely.Point(point)))


def _misfit(road: str, part: str, distance_m: float | None) -> Misfit:
    if distance_m is None:
        return Misfit(Remark(N_("所定位置不在“%(road)s”的%(part)s段"), road=road, part=part))
    message = N_("所定位置不在“%(road)s”的%(part)s段，距该段中点约 %(distance_m)s 米，须核对")
    return Misfit(Remark(message, road=road, part=part, distance_m=round(distance_m)), distance_m)


def lands_of(lines: numpy.ndarray) -> numpy.ndarray:
    """The surroundings of roads of one name, metres, one for each that hangs together: each is a road of its own."""
    return shapely.get_parts(shapely.union_all(shapely.buffer(lines, SAME_ROAD_M, quad_segs=2)))


def _same_road(lines: numpy.ndarray, point: shapely.Point) -> numpy.ndarray:
    """The lines that hang together with the place; others of the name are other roads."""
    lands = lands_of(lines)
    nearest = lands[numpy.argmin(shapely.distance(lands, point))]
    return lines[shapely.intersects(lines, nearest)]
