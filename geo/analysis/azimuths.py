"""Directions in the plane: azimuths in degrees clockwise from north, vectors as easting and northing."""

import math
from collections.abc import Sequence

import numpy

from geo.model.location import QUADRANTS

WORDS = {"北": 0.0, "东北": 45.0, "东": 90.0, "东南": 135.0, "南": 180.0, "西南": 225.0, "西": 270.0, "西北": 315.0}
"""Directions as plans write them."""


def turn(azimuth: float, to: float) -> float:
    """Degrees from one azimuth to another, clockwise, -180 to 180."""
    return (to - azimuth + 180) % 360 - 180


def direction(azimuth: float) -> numpy.ndarray:
    """Unit vector."""
    return numpy.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))])


def azimuth_along(vector: Sequence[float]) -> float:
    """Of a vector, 0 to 360."""
    return math.degrees(math.atan2(*vector)) % 360


def azimuth_of(quadrant: str) -> float:
    """Of one of `QUADRANTS`."""
    return 45.0 * QUADRANTS.index(quadrant)


def mean_azimuth(azimuths: Sequence[float]) -> float:
    """Of azimuths that are nearly the same, 0 to 360."""
    angles = numpy.radians(azimuths)
    return azimuth_along((numpy.sin(angles).sum(), numpy.cos(angles).sum()))


def axis_of(points: numpy.ndarray) -> numpy.ndarray:
    """Unit vector along which points lie farthest apart."""
    centred = points - points.mean(axis=0)
    return numpy.linalg.eigh(centred.T @ centred)[1][:, -1]
