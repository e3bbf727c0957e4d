"""A schematic layout: squares for what has no known place, side by side on free ground."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import to_degrees, to_plane
from geo.model.crs import metric_crs
from geo.model.errors import InvalidInput, N_


@dataclass(frozen=True)
class Spot:
    """What a schematic layout has to place.

    Parameters
    ----------
    lon, lat
        Where it had best be, degrees.
    area_m2
        Of the square drawn for it.
    gap_m
        Kept free around it.
    """

    lon: float
    lat: float
    area_m2: float
    gap_m: float


def lay_out(
    spots: Sequence[Spot],
    bounds: tuple[float, float, float, float],
    avoid: Sequence[BaseGeometry] = (),
    *,
    step_m: float = 50.0,
) -> list[shapely.Polygon]:
    """Squares for what has no known place: each one where it is free, as near as can be to where it had best be.

    The result depends on the arguments and their order alone.

    Parameters
    ----------
    spots
        Placed in this order; a later one gives way to the earlier.
    bounds
        min lon, min lat, max lon, max lat, degrees; no square leaves them.
    avoid
        Shapes in EPSG:4326 from which every square keeps its gap.
    step_m
        Grid of the places that are tried, metres.

    Returns
    -------
    squares
        In EPSG:4326, square to the grid of the CGCS2000 3-degree zone in which their areas hold, counter-clockwise.

    Raises
    ------
    InvalidInput
        If there is no room left.
    """
    crs = metric_crs(bounds)
    frame = to_plane(shapely.segmentize(shapely.box(*bounds), 0.001), crs)  # parallels are curves in the plane
    taken = [to_plane(shape, crs) for shape in avoid]
    squares = []
    for spot in spots:
        square = _free_square(to_plane(shapely.Point(spot.lon, spot.lat), crs), spot, frame, taken, step_m)
        taken.append(square)
        squares.append(shapely.orient_polygons(to_degrees(square, crs)))
    return squares


def _free_square(
    near: shapely.Point, spot: Spot, frame: shapely.Polygon, taken: list[BaseGeometry], step_m: float
) -> shapely.Polygon:
    half, reach = math.sqrt(spot.area_m2) / 2, math.sqrt(spot.area_m2) / 2 + spot.gap_m
    obstacles = shapely.STRtree(taken)
    shapely.prepare(frame)
    for x, y in _outwards(near, frame.bounds, step_m):
        squares = shapely.box(x - half, y - half, x + half, y + half)
        free = shapely.covers(frame, squares)
        blocked, _ = obstacles.query(shapely.box(x - reach, y - reach, x + reach, y + reach), predicate="intersects")
        free[blocked] = False
        if free.any():
            return squares[numpy.argmax(free)]
    raise InvalidInput(N_("范围内放不下全部示意位置"))


def _outwards(
    near: shapely.Point, bounds: tuple[float, float, float, float], step_m: float
) -> Iterator[tuple[numpy.ndarray, numpy.ndarray]]:
    """The grid around a point within bounds, nearest first, a few hundred places at a time."""
    west, south, east, north = bounds
    columns = numpy.arange(math.ceil((west - near.x) / step_m), math.floor((east - near.x) / step_m) + 1)
    rows = numpy.arange(math.ceil((south - near.y) / step_m), math.floor((north - near.y) / step_m) + 1)
    column, row = (axis.ravel() for axis in numpy.meshgrid(columns, rows))
    order = numpy.lexsort((column, row, column**2 + row**2))
    for start in range(0, len(order), 500):
        some = order[start : start + 500]
        yield near.x + column[some] * step_m, near.y + row[some] * step_m
