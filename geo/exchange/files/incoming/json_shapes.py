"""Geometries of GeoJSON that GEOS cannot read: what is wrong with them, and what can be read all the same."""

import sys
from collections.abc import Iterator

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.files.reading import shown
from geo.model.errors import N_

DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""How many lists lie around each position."""


class ShapeFault(Exception):
    """What is wrong with a geometry: a code and a message."""

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.code, self.message, self.params = code, message, params


def closed_shape(geometry: object) -> BaseGeometry:
    """A geometry whose only fault is that rings are not closed or positions longer than GEOS takes them, without it.

    Raises
    ------
    ShapeFault
        If anything else is wrong.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or (kind not in DEPTHS and kind != "GeometryCollection"):
        raise ShapeFault("invalid_geometry", N_("几何类型 %(given)s 不认识"), given=shown(kind))
    if kind == "GeometryCollection":
        raise ShapeFault("invalid_geometry", N_("几何集合 GeometryCollection 里有读不出的几何"))
    coordinates = geometry.get("coordinates")
    for position in _positions(coordinates, DEPTHS[kind]):
        _check_position(position)
    if "Polygon" not in kind:
        return _flat(kind, coordinates)
    parts = [coordinates] if kind == "Polygon" else coordinates
    made = [shapely.Polygon(_ring(rings[0]), [_ring(ring) for ring in rings[1:]]) for rings in parts if rings]
    return made[0] if kind == "Polygon" else shapely.MultiPolygon(made)


def has_open_ring(geometry: dict) -> bool:
    """Whether a geometry that `closed_shape` could read has a ring that it closed."""
    given, kind = geometry["coordinates"], geometry["type"]
    polygons = [given] if kind == "Polygon" else given if kind == "MultiPolygon" else []
    return any(ring[0][:2] != ring[-1][:2] for rings in polygons for ring in rings)


def has_heights(geometry: dict) -> bool:
    """Whether a geometry that `closed_shape` could read has positions of more than two numbers."""
    return any(len(position) > 2 for position in _positions(geometry["coordinates"], DEPTHS[geometry["type"]]))


def _flat(kind: str, coordinates: list) -> BaseGeometry:
    """Points and lines whose positions are longer than GEOS takes them.

    Raises
    ------
    ShapeFault
        If a line has a single point.
    """
    if kind == "Point":
        return shapely.Point(coordinates[:2])
    if kind == "MultiPoint":
        return shapely.MultiPoint([position[:2] for position in coordinates])
    lines = [coordinates] if kind == "LineString" else coordinates
    if any(len(line) < 2 for line in lines):
        raise ShapeFault("too_few_points", N_("线至少要有 2 个点"))
    made = [shapely.LineString([position[:2] for position in line]) for line in lines]
    return made[0] if kind == "LineString" else shapely.MultiLineString(made)


def _positions(given: object, depth: int) -> Iterator[object]:
    """Every position; lists must lie to the right depth."""
    if depth == 0:
        yield given
        return
    if not isinstance(given, list):
        raise ShapeFault("invalid_geometry", N_("coordinates 的层次不对：%(given)s"), given=shown(given))
    for part in given:
        yield from _positions(part, depth - 1)


def _check_position(given: object) -> None:
    if not isinstance(given, list) or len(given) < 2:
        raise ShapeFault("invalid_geometry", N_("坐标 %(given)s 不是 [经度, 纬度]"), given=shown(given))
    for number in given[:2]:
        if number is None or (isinstance(number, int | float) and not abs(number) <= sys.float_info.max):
            raise ShapeFault("non_finite", N_("坐标 %(given)s 里有空值或不是有限的数"), given=shown(given))
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ShapeFault("invalid_geometry", N_("坐标 %(given)s 里有不是数字的值"), given=shown(given))


def _ring(given: list) -> numpy.ndarray:
    points = numpy.array([position[:2] for position in given], dtype=float)
    if len(points) and not numpy.array_equal(points[0], points[-1]):
        points = numpy.vstack([points, points[:1]])
    if len(points) < 4:
        raise ShapeFault("too_few_points", N_("环应至少有 4 个点，且首尾相同"))
    return points
