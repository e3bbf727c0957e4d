"""In which directions a road leaves a point."""

import math
from collections.abc import Sequence

import numpy
import shapely

from geo.analysis.azimuths import azimuth_along, mean_azimuth, turn

ARM_M = 50.0
"""How far from the crossing the direction of a road's arm is taken."""

SAME_ARM_DEG = 40.0
SHORTEST_M = 20.0
"""A shorter piece of a road tells no direction."""


def arms_of(lines: numpy.ndarray, point: shapely.Point, reach_m: float) -> tuple[float, ...]:
    """Azimuths, degrees clockwise from north, in which a road leaves a point.

    Each is the direction of a line from where it passes the point to where it leaves the circle of `reach_m`; lines
    side by side, as carriageways, are one arm in their mean direction.
    """
    road = shapely.line_merge(shapely.union_all(lines))
    inside = shapely.line_merge(shapely.intersection(road, point.buffer(reach_m, quad_segs=90)))
    azimuths = []
    for part in shapely.get_parts(inside):
        if part.geom_type != "LineString":
            continue
        foot = shapely.get_coordinates(shapely.shortest_line(part, point))[0]
        for x, y in shapely.get_coordinates(part)[[0, -1]]:
            is_exit = math.hypot(x - point.x, y - point.y) >= 0.99 * reach_m
            if is_exit and math.hypot(x - foot[0], y - foot[1]) >= SHORTEST_M:
                azimuths.append(azimuth_along((x - foot[0], y - foot[1])))
    return tuple(_merged(sorted(azimuths)))


def _merged(azimuths: Sequence[float]) -> list[float]:
    """Directions that are nearly the same, as one; sorted."""
    groups: list[list[float]] = []
    for azimuth in azimuths:
        for group in groups:
            if abs(turn(group[0], azimuth)) <= SAME_ARM_DEG:
                group.append(azimuth)
                break
        else:
            groups.append([azimuth])
    return sorted(mean_azimuth(group) if len(group) > 1 else group[0] for group in groups)


def heading_at(line: shapely.LineString, at: Sequence[float]) -> numpy.ndarray:
    """Unit vector of a line at a point on it, as it was drawn."""
    station = shapely.line_locate_point(line, shapely.Point(at))
    ends = shapely.line_interpolate_point([line, line], [max(station - 2.0, 0.0), station + 2.0])
    way = numpy.subtract(*shapely.get_coordinates(ends)[::-1])
    return way / max(float(numpy.hypot(*way)), 1e-9)
