"""Figures of a drawing as shapes; arcs are drawn as chords."""

import math
from collections.abc import Iterable

import ezdxf.path
import shapely
from ezdxf.entities import DXFGraphic
from ezdxf.math import Matrix44, Vec3

FLATNESS = 0.01
"""How far a chord may leave its arc, in units of a drawing in metres; a hundred-thousandth of it in degrees."""

CLOSED = 0.001
"""How near the ends of a closed outline lie to each other, in the same units."""

LARGEST_DEGREES = 1_000
MOST_POINTS = 2_000_000


def is_in_metres(size: float) -> bool:
    """Whether a coordinate is none in degrees."""
    return size > LARGEST_DEGREES


def is_plain(entity: DXFGraphic) -> bool:
    """Whether a figure is made of nothing but corners."""
    match entity.dxftype():
        case "LINE":
            return True
        case "LWPOLYLINE":
            return not is_curved(entity)
        case "POLYLINE":
            return (entity.is_2d_polyline or entity.is_3d_polyline) and not is_curved(entity)
    return False


def read_shape(entity: DXFGraphic, moved: Matrix44 | None = None) -> shapely.Geometry | None:
    """A figure as it lies in the plane; None where there is nothing to draw.

    Parameters
    ----------
    moved
        From where a plain figure was drawn to where it lies.

    Raises
    ------
    DXFError, ValueError, TypeError, ArithmeticError, AttributeError, ShapelyError
        If it cannot be read.
    """
    match entity.dxftype():
        case "POINT":
            return shapely.Point(_xy(entity.dxf.location))
        case "TEXT" | "INSERT" | "ATTRIB":
            return shapely.Point(_in_world(entity, [entity.dxf.insert])[0])
        case "MTEXT":
            return shapely.Point(_xy(entity.dxf.insert))
        case "LINE":
            return shapely.LineString(_moved([entity.dxf.start, entity.dxf.end], moved))
        case "LWPOLYLINE":
            plain = _in_world(entity, entity.vertices_in_ocs(), moved)
            return _line(_flat(entity) if entity.has_arc else plain, entity.closed)
        case "POLYLINE":
            if not (entity.is_2d_polyline or entity.is_3d_polyline):
                return None
            plain = _in_world(entity, [vertex.dxf.location for vertex in entity.vertices], moved)
            has_arc = any(vertex.dxf.get("bulge", 0) for vertex in entity.vertices)
            return _line(_flat(entity) if has_arc else plain, entity.is_closed)
        case "HATCH":
            return _hatch(entity)
        case "SOLID" | "TRACE" | "3DFACE":
            return _line([_xy(point) for point in entity.wcs_vertices()], closed=True)
        case "CIRCLE":
            return _line(_flat(entity), closed=True)
        case "SPLINE":
            return _line(_flat(entity), entity.closed)
    return _line(_flat(entity), closed=False)


def _in_world(entity: DXFGraphic, points: Iterable[Vec3], moved: Matrix44 | None = None) -> list[tuple[float, float]]:
    """Points of a flat entity where they lie; of one that was mirrored they are written in axes of its own."""
    ocs = entity.ocs()
    is_flat = entity.dxftype() != "POLYLINE" or entity.is_2d_polyline
    return _moved(ocs.points_to_wcs(points) if ocs.transform and is_flat else points, moved)


def _moved(points: Iterable[Vec3], moved: Matrix44 | None) -> list[tuple[float, float]]:
    return [_xy(point) for point in (points if moved is None else moved.transform_vertices(points))]


def _xy(point: Vec3) -> tuple[float, float]:
    return point.x, point.y


PLACES = frozenset("location insert start end center vtx0 vtx1 vtx2 vtx3 elevation".split())


def has_height(entity: DXFGraphic) -> bool:
    """Whether a figure lies elsewhere than at height 0."""
    own = [value for name, value in entity.dxf.all_existing_dxf_attribs().items() if name in PLACES]
    match entity.dxftype():
        case "POLYLINE":
            own += [vertex.dxf.location for vertex in entity.vertices]
        case "SPLINE":
            own += [Vec3(point) for point in (*entity.control_points, *entity.fit_points)]
    return any((value.z if isinstance(value, Vec3) else value) != 0 for value in own)


def is_curved(entity: DXFGraphic) -> bool:
    """Whether a figure is drawn as chords of its arcs."""
    match entity.dxftype():
        case "LWPOLYLINE":
            return entity.has_arc
        case "POLYLINE":
            return any(vertex.dxf.get("bulge", 0) for vertex in entity.vertices)
        case "HATCH":
            return entity.paths.has_edge_paths or any(
                bulge for path in entity.paths if hasattr(path, "vertices") for *_, bulge in path.vertices
            )
    return entity.dxftype() in ("CIRCLE", "ARC", "ELLIPSE", "SPLINE")


def _flat(entity: DXFGraphic) -> list[tuple[float, float]]:
    return _chords(ezdxf.path.make_path(entity))


def _chords(path: ezdxf.path.Path) -> list[tuple[float, float]]:
    """The points of a curve; a huge one is drawn coarser, so that nothing grows without bound."""
    size = max((abs(value) for point in path.control_vertices() for value in _xy(point)), default=1.0)
    coarse = max(FLATNESS if is_in_metres(size) else FLATNESS / 1e5, size * 1e-9)
    found = []
    for point in path.flattening(coarse, segments=8):
        found.append(_xy(point))
        if len(found) > MOST_POINTS:
            raise ValueError(str(len(found)))
    return found


def _line(points: list[tuple[float, float]], closed: bool) -> shapely.Geometry | None:
    if len(points) < 2:
        return None
    if any(not math.isfinite(value) for point in points for value in point):
        return shapely.MultiPoint(points)  # of which the caller tells that it is not finite
    if (closed or _meet(points[0], points[-1])) and len(points) >= 3:
        return shapely.Polygon(points)
    return shapely.LineString(points)


def _meet(first: tuple[float, float], last: tuple[float, float]) -> bool:
    """Whether an outline that was drawn point by point comes back to where it began."""
    nearest = CLOSED if is_in_metres(max(map(abs, first))) else CLOSED / 1e5
    return math.dist(first, last) <= nearest


def _hatch(entity: DXFGraphic) -> shapely.Geometry | None:
    """The area of a hatch: rings that lie in others are holes."""
    rings = []
    for boundary in entity.paths:
        path = ezdxf.path.from_hatch_boundary_path(boundary, ocs=entity.ocs())
        points = _chords(path)
        if len(points) >= 4:
            rings.append(shapely.Polygon(points))
    rings.sort(key=lambda ring: -ring.area)
    area = None
    for ring in rings:
        area = ring if area is None else area.symmetric_difference(ring)
    return area
