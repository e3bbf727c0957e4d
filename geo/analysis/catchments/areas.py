"""Areas of schools from the network: whoever lives nearest to a piece of street walks as one does from there.

Points along the labelled pieces of the streets are the generators of a Voronoi diagram; the borders between points of
different labels, with the outline, are the borders of the areas. So the areas fill the outline without gap or overlap.
"""

from collections.abc import Sequence

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.borders import borders, in_order, tree_of
from geo.analysis.catchments.pieces import NOBODY, Pieces, points_along
from geo.analysis.catchments.streets import Streets
from geo.analysis.measuring import to_degrees, to_plane

STEP_M = 20.0
MOST_POINTS = 250_000
GRID_M = 1e-4
"""Borders are laid on a grid of a tenth of a millimetre, which makes noding sure."""

SLACK = 1e-9
"""What the parts of an outline may lack of its area, or have too much, as a share of it."""

MARGIN_M = 0.02
"""By how much a place must be nearer to its own school's points than to others', else it becomes a point itself."""

NEIGHBOURS = 4
AROUND_M = 50.0
"""How far the outline goes beyond streets and places where no zone is given."""

SIDE_M = 100.0
"""Longest side of an outline: what is straight in the plane is a little bent in degrees."""


def outline_around(streets: Streets, places: numpy.ndarray) -> BaseGeometry:
    """The hull of streets and places (easting, northing), with a margin, in the plane of the streets."""
    known = places[numpy.isfinite(places).all(axis=1)]
    corners = shapely.linestrings(numpy.concatenate([streets.vertices, known, streets.vertices[:1]]))
    return shapely.segmentize(shapely.buffer(shapely.convex_hull(corners), AROUND_M, join_style="mitre"), SIDE_M)


def zone_outline(streets: Streets, zone: numpy.ndarray) -> BaseGeometry:
    """Areas of a zone in EPSG:4326 as one outline in the plane of the streets."""
    return shapely.segmentize(shapely.make_valid(shapely.union_all(to_plane(zone, streets.crs))), SIDE_M)


def network_areas(
    streets: Streets,
    pieces: Pieces,
    label_school: numpy.ndarray,
    places: numpy.ndarray,
    place_school: numpy.ndarray,
    outline: BaseGeometry,
    walls: Sequence[BaseGeometry] = (),
) -> dict[int, BaseGeometry]:
    """The area of each school.

    Parameters
    ----------
    label_school
        The school of each label of the pieces.
    places, place_school
        Easting and northing of places and the school of each; a place lies in the area of its school. Those without a
        school or a position do not matter.
    outline, walls
        In the plane of the streets; on each side of a wall only the streets of that side count.

    Returns
    -------
    areas
        Polygons in EPSG:4326 by the number of the school, `NOBODY` for what belongs to none.
    """
    step_m = max(STEP_M, streets.length_m.sum() / MOST_POINTS)
    points, label = points_along(streets, pieces, step_m)
    school = numpy.append(label_school, NOBODY)[label]
    points, school = _distinct(points, school)
    kept = (place_school >= 0) & numpy.isfinite(places).all(axis=1)
    places, place_school = places[kept], place_school[kept]
    found: dict[int, list[BaseGeometry]] = {}
    rooms = _rooms(outline, walls)
    inside = [_within(rooms, each) for each in (points, places)]
    for room, ours, theirs in zip(rooms, *inside, strict=True):
        generators = _with_places(points[ours], school[ours], places[theirs], place_school[theirs])
        if not len(generators[0]):
            generators = points, school
        for number, shape in _labelled(*generators, room):
            found.setdefault(number, []).append(shape)
    return {number: _in_degrees(_one(numpy.array(found[number])), streets.crs) for number in sorted(found)}


def _rooms(outline: BaseGeometry, walls: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The parts into which walls cut an outline; one that ends within it parts nothing."""
    if not len(walls):
        return [outline]
    faces = _faces(shapely.get_parts(shapely.boundary(shapely.union_all(walls))), outline)
    return list(faces)


def _within(rooms: Sequence[BaseGeometry], points: numpy.ndarray) -> list[numpy.ndarray]:
    """Numbers of the points in each room; all of them where there is one room."""
    if len(rooms) == 1:
        return [numpy.arange(len(points))]
    room, point = shapely.STRtree(shapely.points(points)).query(rooms, predicate="intersects")
    order = numpy.argsort(room, kind="stable")
    return numpy.split(point[order], numpy.searchsorted(room[order], numpy.arange(1, len(rooms))))


def straight_areas(
    streets: Streets, gates: numpy.ndarray, gate_school: numpy.ndarray, outline: BaseGeometry
) -> dict[int, BaseGeometry]:
    """The same as the crow flies, as if there were no streets, from easting and northing of gates."""
    known = numpy.isfinite(gates).all(axis=1)
    found = _labelled(*_distinct(gates[known], gate_school[known]), outline)
    return {number: _in_degrees(shape, streets.crs) for number, shape in found}


def _labelled(points: numpy.ndarray, school: numpy.ndarray, outline: BaseGeometry) -> list[tuple[int, BaseGeometry]]:
    """The area of each school among these points within an outline, in its plane."""
    lines, telling = borders(points, school)
    faces = _faces(lines, outline)
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    face_school = school[telling][tree_of(points[telling]).query(inside)[1]]
    return [(int(each), _one(faces[face_school == each])) for each in numpy.unique(face_school)]


def _distinct(points: numpy.ndarray, school: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """One of each place, to the millimetre, neighbours after one another."""
    rounded = points.round(3)
    _, first = numpy.unique(rounded[:, 0] + 1j * rounded[:, 1], return_index=True)
    first = first[in_order(points[first])]
    return points[first], school[first]


def _with_places(
    points: numpy.ndarray, school: numpy.ndarray, places: numpy.ndarray, place_school: numpy.ndarray
) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Points with those places that would otherwise lie in, or too near to, another school's area."""
    if not len(points):
        return _distinct(places, place_school)
    waiting = in_order(places)
    while len(waiting):
        count = min(NEIGHBOURS, len(points))
        distance, near = tree_of(points).query(places[waiting], k=range(1, count + 1), workers=-1)
        other = school[near] != place_school[waiting][:, None]
        nearest_own = numpy.where(other, numpy.inf, distance).min(axis=1)
        nearest_other = numpy.where(other, distance, numpy.inf).min(axis=1)
        astray = nearest_other < nearest_own + MARGIN_M
        if not astray.any():
            break
        added = waiting[astray]
        gone = numpy.unique(near[astray][other[astray] & (distance[astray] < MARGIN_M)])
        points = numpy.concatenate([numpy.delete(points, gone, axis=0), places[added]])
        school = numpy.concatenate([numpy.delete(school, gone), place_school[added]])
        points, school = _distinct(points, school)
        waiting = waiting[~astray]  # what was added is a point now; the others may have come too near to one
    return points, school


def _faces(borders: numpy.ndarray, outline: BaseGeometry) -> numpy.ndarray:
    """The parts into which the borders cut the outline.

    Borders meet at their ends, so that only those on the outline need to be cut; where rounding has made others cross,
    which shows in parts that do not fill the outline, all are.
    """
    shapely.prepare(outline)
    near = borders[shapely.intersects(outline, borders)]
    inside = shapely.contains_properly(outline, near)
    rim = shapely.union_all([*near[~inside], shapely.boundary(outline)], grid_size=0)
    faces = _polygons(numpy.concatenate([near[inside], shapely.get_parts(rim)]), outline)
    if abs(shapely.area(faces).sum() / outline.area - 1) < SLACK and shapely.is_valid(faces).all():
        return faces
    lines = shapely.union_all([*near, shapely.boundary(outline)], grid_size=GRID_M)
    return _polygons(shapely.get_parts(lines), outline)


def _polygons(lines: numpy.ndarray, outline: BaseGeometry) -> numpy.ndarray:
    """The areas that noded lines enclose within an outline."""
    faces = shapely.get_parts(shapely.polygonize(lines))
    return faces[shapely.intersects(outline, shapely.point_on_surface(faces))]


def _in_degrees(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """In EPSG:4326; where rounding makes a sliver cross itself, it is mended, and what is no area falls away."""
    found = to_degrees(shape, crs)
    if found.is_valid:
        return found
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(found)))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _one(faces: numpy.ndarray) -> BaseGeometry:
    """The faces as one valid shape."""
    shape = shapely.union_all(faces)
    return shape if shape.is_valid else shapely.make_valid(shape)
