"""Which CRS coordinates have where a file does not say, as far as they tell it themselves.

China lies between 73° and 135° east, 3° and 54° north; a Gauss-Krüger northing has 7 digits, an easting 6, or 8 with
those of its zone. So the order of two coordinates and whether they are degrees is never in doubt, and the zone is not
where its digits are there. An easting without digits is of the zone around our own area if it leads there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import pyproj
import shapely

from geo.model.crs import FIRST_ZONE, LAST_ZONE, STORED_CRS, gauss_kruger_crs, projection, zone_of

LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.5)
NORTHINGS, EASTINGS = (3e5, 6.1e6), (2e5, 8e5)
FARTHEST_M = 1e8
"""Beyond any easting with the digits of its zone; such numbers are millimetres, or have digits where none belong."""

FIRST_WIDE_ZONE = 13
"""Of six degrees; numbers of zones of three begin at 25."""

WIDEST_M = 500_000.0
"""Farther from the middle of its zone no easting is written, be the zone six degrees wide."""

NEAR_DEG = 1.5
"""How far from our own area data of it may lie."""


@dataclass(frozen=True)
class Guess:
    """What coordinates are taken for.

    Parameters
    ----------
    crs
        None where they do not tell.
    swapped
        Whether the first is the northing or the latitude.
    """

    crs: pyproj.CRS | None
    swapped: bool = False


def guessed(points: numpy.ndarray, extent: Sequence[float] | None) -> Guess:
    """What most of some points can only be.

    Parameters
    ----------
    points
        Two columns, in the order of the file.
    extent
        min lon, min lat, max lon, max lat of our own area; None where no area is ours.
    """
    points = points[numpy.isfinite(points).all(axis=1)]
    if not len(points):
        return Guess(None)
    first, second = numpy.median(points, axis=0)
    for east, north, swapped in ((first, second, False), (second, first, True)):
        if _within(east, LONGITUDES) and _within(north, LATITUDES):
            return Guess(pyproj.CRS(STORED_CRS), swapped)
        zone = int(east // 1e6)
        if FIRST_ZONE <= zone <= LAST_ZONE and _within(east % 1e6, EASTINGS) and _within(north, NORTHINGS):
            return Guess(pyproj.CRS(gauss_kruger_crs(zone, with_zone_digits=True)), swapped)
        if _within(east, EASTINGS) and _within(north, NORTHINGS) and north > 1e6:
            if extent is None:
                return Guess(None, swapped)
            crs = gauss_kruger_crs(zone_of((extent[0] + extent[2]) / 2))
            lon, lat = projection(crs, STORED_CRS).transform(east, north)
            is_near = _within(lon, (extent[0] - NEAR_DEG, extent[2] + NEAR_DEG)) and _within(
                lat, (extent[1] - NEAR_DEG, extent[3] + NEAR_DEG)
            )
            return Guess(pyproj.CRS(crs) if is_near else None, swapped)
    return Guess(None)


def is_plausible(points: numpy.ndarray, crs: pyproj.CRS) -> bool:
    """Whether coordinates can be what a file says that they are: degrees within their range, metres beyond it."""
    points = points[numpy.isfinite(points).all(axis=1)]
    if not len(points):
        return True
    first, second = numpy.median(numpy.abs(points), axis=0)
    if crs.is_geographic:
        return bool(max(first, second) <= 180 and min(first, second) <= 90)
    return bool(max(first, second) > 360 and max(first, second) < FARTHEST_M)


def is_of_other_zone(points: numpy.ndarray, crs: pyproj.CRS) -> bool:
    """Whether eastings have the digits of another zone than a Gauss-Krüger CRS, or digits where it has none."""
    points = points[numpy.isfinite(points).all(axis=1)]
    operation = crs.coordinate_operation if crs.is_projected else None
    if not len(points) or operation is None or operation.method_name != "Transverse Mercator":
        return False
    false_m = next((each.value for each in operation.params if each.name == "False easting"), 0.0)
    return bool((numpy.abs(numpy.median(points, axis=0) - false_m) > WIDEST_M).all())


def zone_digits(crs: pyproj.CRS | None) -> int | None:
    """The zone with whose number the eastings of a Gauss-Krüger CRS begin; None where they begin with none."""
    operation = crs.coordinate_operation if crs is not None and crs.is_projected else None
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    false_m = next((each.value for each in operation.params if each.name == "False easting"), 0.0)
    return int(false_m // 1e6) or None


def zones_of(shapes: numpy.ndarray) -> numpy.ndarray:
    """The zones, or none, with whose numbers the westernmost and easternmost easting of each shape begin."""
    bounds = shapely.bounds(shapes)[:, [0, 2]]
    digits = numpy.where(numpy.isfinite(bounds), bounds, 0.0) // 1e6
    return numpy.where((digits >= FIRST_WIDE_ZONE) & (digits <= LAST_ZONE), digits, 0).astype(int)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bool(bounds[0] <= value <= bounds[1])
