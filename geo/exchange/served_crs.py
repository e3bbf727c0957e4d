"""Coordinates from and to the CRS that a client of the OGC API names."""

from collections.abc import Sequence

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.box import box_of
from geo.model.crs import STORED_CRS, projection
from geo.model.served_crs import CGCS2000, ServedCrs

LONGEST_SIDE = 1e8
"""Of a box, in metres: more than the Earth has."""

EDGE_POINTS = 21
"""Into which each edge of a box is cut before it is turned into degrees, where it is curved."""


def to_served(coordinates: numpy.ndarray, crs: ServedCrs) -> numpy.ndarray:
    """Coordinates in a CRS and its order of axes, rounded to its decimals.

    Parameters
    ----------
    coordinates
        Shape (n, 2): degrees, lon/lat, EPSG:4326.
    """
    if crs.code not in (STORED_CRS, CGCS2000):
        coordinates = numpy.column_stack(projection(CGCS2000, crs.code).transform(*coordinates.T))
    if crs.north_first:
        coordinates = coordinates[:, ::-1]
    return coordinates.round(crs.decimals) + 0.0


def from_served(coordinates: numpy.ndarray, crs: ServedCrs) -> numpy.ndarray:
    """The way back: degrees, lon/lat, EPSG:4326, not rounded; infinite where the CRS does not reach.

    Parameters
    ----------
    coordinates
        Shape (n, 2), in the CRS' own order of axes.
    """
    if crs.north_first:
        coordinates = coordinates[:, ::-1]
    if crs.code in (STORED_CRS, CGCS2000):
        return coordinates
    return numpy.column_stack(projection(CGCS2000, crs.code).transform(*coordinates.T, direction="INVERSE"))


def box_in_degrees(numbers: Sequence[float], crs: ServedCrs) -> BaseGeometry | None:
    """The area in EPSG:4326 lon/lat that a box in any CRS covers; None where it is none that the CRS can have.

    In a CRS of degrees a box may cross the antimeridian.

    Parameters
    ----------
    numbers
        Lower and upper corner, in the CRS' own order of axes.
    """
    if crs.code in (STORED_CRS, CGCS2000):
        (west, south), (east, north) = from_served(numpy.array(numbers).reshape(2, 2), crs).tolist()
        in_range = max(abs(west), abs(east)) <= 180 and -90 <= south <= north <= 90
        return box_of(west, south, east, north) if in_range else None
    low_x, low_y, high_x, high_y = numbers
    longest = max(high_x - low_x, high_y - low_y)
    if low_x <= high_x and low_y <= high_y and 0 < longest < LONGEST_SIDE:
        box = shapely.segmentize(shapely.box(*numbers), longest / EDGE_POINTS)
        box = shapely.transform(box, lambda points: from_served(points, crs))
        if (abs(numpy.array(box.bounds)) <= [180, 90, 180, 90]).all():
            return box
    return None
