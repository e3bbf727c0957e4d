"""Places along one road: so many metres from a crossing, the middle of a stretch, between two cross roads."""

import math
from dataclasses import dataclass

import numpy
import shapely

from geo.analysis import azimuths
from geo.analysis.azimuths import axis_of, azimuth_along, direction, turn
from geo.analysis.meetings import Unlocated
from geo.analysis.named_stretches import SAMPLE_M, lands_of
from geo.model.errors import N_

STEP_M = 30.0
OUT_OF_RING_M = 5.0
AHEAD_DEG = 60.0
"""A road that turns more than this within a step has ended."""

MAX_HALF_LENGTH_M = 1500.0
"""A stretch with a longer half is no place any more."""

STRETCHES = {"": (0.0, 1.0), "中": (1 / 3, 2 / 3), "high": (2 / 3, 1.0)}
"""Share of the road's length: all of it, its middle, the third at one end."""


@dataclass(frozen=True)
class Spot:
    """A place on a road.

    Parameters
    ----------
    point
        Easting, northing.
    azimuth
        Along the road, degrees.
    uncertainty_m
        How far along the road the true place may lie.
    """

    point: numpy.ndarray
    azimuth: float
    uncertainty_m: float = 0.0


def walk(
    lines: numpy.ndarray, start: numpy.ndarray, azimuth: float, distance_m: float, spread_m: float = 0.0
) -> tuple[Spot, float]:
    """Along a road from a place on it; carriageways side by side are walked in their middle.

    Parameters
    ----------
    spread_m
        Radius around the start in which the road may have no line, as in a roundabout.

    Returns
    -------
    spot, missing_m
        Where it leads, and how much of the way the data do not have.
    """
    road = shapely.union_all(lines)
    point, left = numpy.asarray(start, dtype=float), distance_m
    step_m = max(STEP_M, spread_m + OUT_OF_RING_M)
    while left > 1e-6:
        circle = shapely.Point(point).buffer(step_m, quad_segs=32).exterior
        step_m = STEP_M
        hits = shapely.get_coordinates(shapely.intersection(road, circle)) - point
        bearings = [azimuth_along(hit) for hit in hits]
        ahead = [hit for hit, bearing in zip(hits, bearings, strict=True) if abs(turn(azimuth, bearing)) <= AHEAD_DEG]
        if not ahead:
            break
        way = numpy.mean(ahead, axis=0)
        length_m = float(numpy.hypot(*way))
        azimuth = azimuth_along(way)
        point = point + way * min(1.0, left / length_m)
        left -= min(left, length_m)
    return Spot(point, azimuth), left


def between(lines: numpy.ndarray, one: numpy.ndarray, other: numpy.ndarray) -> Spot:
    """On a road, in the middle between two of its crossings."""
    half_m = float(numpy.hypot(*(other - one))) / 2
    return _on_road(lines, (one + other) / 2, half_m)


def stretch(lines: numpy.ndarray, name: str, part: str = "") -> Spot:
    """In the middle of a road or of its northern, eastern, southern, western or middle third (北段, 中段).

    Parameters
    ----------
    part
        One of 东西南北中, 东北 and its like, or nothing for the whole road.

    Raises
    ------
    Unlocated
        If several roads have the name, or the stretch is too long to be a place.
    """
    if len(lands_of(lines)) > 1:
        raise Unlocated(N_("叫“%(road)s”的道路不只一处，不能确定是哪一条"), road=name)
    points = shapely.get_coordinates(shapely.segmentize(lines, SAMPLE_M))
    axis = axis_of(points)
    if part in azimuths.WORDS:
        wanted = direction(azimuths.WORDS[part])
        if abs(float(axis @ wanted)) < math.cos(math.radians(60)):
            raise Unlocated(N_("“%(road)s”的走向与所述路段不符"), road=name)
        axis = axis if axis @ wanted > 0 else -axis
    start, end = STRETCHES["high" if part in azimuths.WORDS else part]
    along = points @ axis
    low, length_m = along.min(), float(along.max() - along.min())
    half_m = length_m * (end - start) / 2
    if half_m > MAX_HALF_LENGTH_M:
        message = N_("“%(road)s”这一段长约 %(length_km)s 公里，没有说明在哪里")
        raise Unlocated(message, road=name, length_km=round(2 * half_m / 1000, 1))
    middle = low + length_m * (start + end) / 2
    return _on_road(lines, points[numpy.argmin(abs(along - middle))], half_m)


def _on_road(lines: numpy.ndarray, near: numpy.ndarray, uncertainty_m: float) -> Spot:
    point = shapely.Point(near)
    line = lines[numpy.argmin(shapely.distance(lines, point))]
    at = shapely.line_locate_point(line, point)
    ends = [max(at - STEP_M / 2, 0.0), min(at + STEP_M / 2, line.length), at]
    before, after, here = shapely.get_coordinates(shapely.line_interpolate_point([line] * 3, ends))
    return Spot(here, azimuth_along(after - before), uncertainty_m)
