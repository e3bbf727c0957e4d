"""Boxes of degrees as shapes."""

import math

import shapely
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]

EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)
"""The box that holds every other."""


def holds(box: Box, other: Box) -> bool:
    """Whether a box reaches as far as another on every side; one that crosses the antimeridian holds none."""
    west, south, east, north = box
    return west <= other[0] and south <= other[1] and other[2] <= east and other[3] <= north


def box_of(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """A box as a geometry: a polygon, or a line or a point where it has no size.

    One whose west lies east of its east crosses the antimeridian and is two boxes (RFC 7946, 5.2).

    Parameters
    ----------
    west, south, east, north
        Degrees; south is not above north.
    """
    if west > east:
        return shapely.union(box_of(west, south, 180, north), box_of(-180, south, east, north))
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    # A polygon without an area meets nothing in older versions of GEOS, which a server may have.
    ends = dict.fromkeys([(west, south), (east, north)])
    return shapely.LineString(ends) if len(ends) > 1 else shapely.Point(*ends)
