"""Coordinates that Chinese map services shift: GCJ-02 (高德、腾讯) and BD-09 (百度), to and from true ones."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy
import pybind11_coordtransform as transform

Datum = Literal["GCJ-02", "BD-09"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north in degrees: outside them nothing is shifted."""

STEPS = 12
ENOUGH_DEG = 1e-10


def datum_named(text: str) -> Datum | None:
    """The shifted datum that a user means, however it is spelt; None for every other name."""
    plain = "".join(sign for sign in text.upper() if sign.isalnum())
    return next((datum for datum in DATUMS if datum.replace("-", "") == plain), None)


def shifted(points: numpy.ndarray, datum: Datum) -> numpy.ndarray:
    """True coordinates as a map service would give them.

    Parameters
    ----------
    points
        Two columns, lon and lat in EPSG:4326; those that are not finite or not in China stay as they are.
    """
    return _of_china(points, lambda inside: _forward(inside, datum))


def unshifted(points: numpy.ndarray, datum: Datum) -> numpy.ndarray:
    """Coordinates of a map service as true ones in EPSG:4326, within a millimetre of what `shifted` takes there.

    The library's own inverse is off by up to some metres; it is the first guess, corrected by what the way back misses.

    Parameters
    ----------
    points
        As `shifted` takes them.
    """
    return _of_china(points, lambda inside: _backward(inside, datum))


def _of_china(points: numpy.ndarray, turn: Callable[[numpy.ndarray], numpy.ndarray]) -> numpy.ndarray:
    made = numpy.array(points, dtype=float)
    west, south, east, north = CHINA
    inside = (made[:, 0] >= west) & (made[:, 0] <= east) & (made[:, 1] >= south) & (made[:, 1] <= north)
    if inside.any():
        made[inside] = turn(made[inside])
    return made


def _forward(points: numpy.ndarray, datum: Datum) -> numpy.ndarray:
    gcj = transform.wgs84_to_gcj02_Nx2(points, check_out_of_china=False)
    return gcj if datum == "GCJ-02" else _each(transform.gcj02tobd09, gcj)


def _backward(points: numpy.ndarray, datum: Datum) -> numpy.ndarray:
    gcj = points if datum == "GCJ-02" else _each(transform.bd09togcj02, points)
    found = transform.gcj02_to_wgs84_Nx2(gcj, check_out_of_china=False)
    for _ in range(STEPS):
        miss = _forward(found, datum) - points
        found = found - miss
        if numpy.abs(miss).max() < ENOUGH_DEG:
            break
    return found


def _each(turn: Callable[[float, float], numpy.ndarray], points: numpy.ndarray) -> numpy.ndarray:
    return numpy.array([turn(lon, lat) for lon, lat in points.tolist()], dtype=float).reshape(-1, 2)
