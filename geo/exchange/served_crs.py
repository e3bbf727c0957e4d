"""Coordinates from and to the CRS that a client of the OGC API names."""

from collections.abc import Sequence

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.crs import STORED_CRS, projection
from geo.model.errors import InvalidInput, N_
from geo.model.served_crs import CGCS2000, ServedCrs

LONGEST_SIDE = 1e8
"""Of a box, in metres or degrees: more than the Earth has."""

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


def box_in_degrees(numbers: Sequence[float], crs: ServedCrs) -> BaseGeometry:
    """The area in EPSG:4326 lon/lat that a bbox in another CRS covers.

    Parameters
    ----------
    numbers
        Lower and upper corner, in the CRS' own order of axes.

    Raises
    ------
    InvalidInput
        If the numbers are no box, or lie outside what the CRS is made for.
    """
    low_x, low_y, high_x, high_y = numbers
    longest = max(high_x - low_x, high_y - low_y)
    if low_x <= high_x and low_y <= high_y and 0 < longest < LONGEST_SIDE:
        box = shapely.segmentize(shapely.box(*numbers), longest / EDGE_POINTS)
        box = shapely.transform(box, lambda points: from_served(points, crs))
        if (abs(numpy.array(box.bounds)) <= [180, 90, 180, 90]).all():
            return box
    given = ",".join(f"{number:g}" for number in numbers)
    raise InvalidInput(N_("参数 bbox 应为 bbox-crs 坐标系的两个角点，轴序依该坐标系，现为“%(given)s”"), given=given)
