"""Railways and rivers: nobody crosses them but over a bridge, through a tunnel or at a crossing that is known.

A street that meets a barrier otherwise is cut there, so wide that its ends do not meet again; and a place is put on the
nearest street on its own side.
"""

from dataclasses import dataclass

import numpy
import shapely
from geopandas import GeoDataFrame

from geo.analysis.catchments.snapping import Snapped, on_edges
from geo.analysis.catchments.streets import Streets
from geo.analysis.measuring import to_degrees, to_plane
from geo.model.crs import STORED_CRS, plane_around

HALF_WIDTH_M = 0.5
"""Of a barrier that is drawn as a line: more than the centimetre within which ends of streets meet."""

CROSSING_M = 30.0
"""Half the width of the opening at a crossing that is given as a point."""

ABOVE = ("bridge", "tunnel")


@dataclass(frozen=True)
class Barriers:
    """What is in the way, as areas in EPSG:4326, openings cut out.

    Parameters
    ----------
    passing
        For each barrier the names of the roads that are known to pass it; None where nothing is known of that, and
        then every road passes.
    """

    shapes: numpy.ndarray
    passing: tuple[frozenset[str] | None, ...]

    def __len__(self) -> int:
        return len(self.shapes)


def barriers_of(
    shapes: numpy.ndarray, crossings: numpy.ndarray, passing: tuple[frozenset[str] | None, ...] | None = None
) -> Barriers:
    """Lines and areas in EPSG:4326 as barriers.

    Parameters
    ----------
    crossings
        Points in EPSG:4326 where one passes.
    passing
        As `Barriers` has it; by default no road passes a barrier by its name.
    """
    passing = passing or (frozenset(),) * len(shapes)
    if not len(shapes):
        return Barriers(shapes, passing)
    crs = plane_around(shapely.total_bounds(shapes))
    walls, passing = _whole(to_plane(shapes, crs), passing)
    lines = shapely.get_dimensions(walls) < 2
    walls = shapely.make_valid(numpy.where(lines, shapely.buffer(walls, HALF_WIDTH_M, cap_style="flat"), walls))
    if len(crossings):
        walls = shapely.difference(walls, shapely.union_all(shapely.buffer(to_plane(crossings, crs), CROSSING_M)))
    return Barriers(to_degrees(walls, crs), passing)


def _whole(
    walls: numpy.ndarray, passing: tuple[frozenset[str] | None, ...]
) -> tuple[numpy.ndarray, tuple[frozenset[str] | None, ...]]:
    """Barriers that the same roads pass made one: files have a railway in hundreds of pieces."""
    found: list[shapely.Geometry] = []
    known: list[frozenset[str] | None] = []
    for each in dict.fromkeys(passing):
        same = walls[[other == each for other in passing]]
        is_line = shapely.get_dimensions(same) < 2
        merged = [shapely.line_merge(shapely.union_all(same[is_line])), shapely.union_all(same[~is_line])]
        parts = [part for whole in merged for part in shapely.get_parts(whole) if not part.is_empty]
        found += parts
        known += [each] * len(parts)
    return numpy.array(found, dtype=object), tuple(known)


def cut_streets(streets: GeoDataFrame, barriers: Barriers) -> tuple[GeoDataFrame, int]:
    """Streets in EPSG:4326 without what lies within a barrier that they do not pass, and how many were cut.

    A column `structure` tells bridges and tunnels, a column `name` the names by which barriers know who passes.
    """
    lines = streets.geometry.to_numpy().copy()
    structures = streets["structure"].to_numpy(dtype=object) if "structure" in streets else None
    names = streets["name"].to_numpy(dtype=object) if "name" in streets else numpy.full(len(lines), None)
    flat = numpy.ones(len(lines), dtype=bool) if structures is None else ~numpy.isin(structures.astype(str), ABOVE)
    tree, is_cut = shapely.STRtree(lines), numpy.zeros(len(lines), dtype=bool)
    for wall, passing in zip(barriers.shapes, barriers.passing, strict=True):
        if passing is None:
            continue
        met = tree.query(wall, predicate="intersects")
        met = met[flat[met] & ~numpy.array([name in passing for name in names[met]], dtype=bool)]
        lines[met] = shapely.difference(lines[met], wall)
        is_cut[met] = True
    return streets.set_geometry(GeoDataFrame(geometry=lines, crs=STORED_CRS).geometry.to_numpy()), int(is_cut.sum())


def snap_this_side(
    streets: Streets, points: numpy.ndarray, snapped: Snapped, walls: numpy.ndarray, max_snap_m: float
) -> tuple[Snapped, numpy.ndarray]:
    """Places that were put on a street beyond a barrier, put on the nearest one on their own side.

    Parameters
    ----------
    walls
        The barriers in the plane of the streets. One in which a place itself lies is not in its way.

    Returns
    -------
    snapped, barred
        Where a place has no street within reach on its side it is on none, and `barred`.
    """
    barred = numpy.zeros(len(snapped), dtype=bool)
    if not len(walls):
        return snapped, barred
    places, tree = streets.to_plane(points), shapely.STRtree(walls)
    here = shapely.points(places[snapped.on_streets])
    on_line = shapely.shortest_line(here, _segment_lines(streets, snapped.segment[snapped.on_streets]))
    blocked = numpy.flatnonzero(snapped.on_streets)[_crossing(tree, on_line, here)]
    if not len(blocked):
        return snapped, barred
    segment, snap_m = snapped.segment.copy(), snapped.snap_m.copy()
    ends = shapely.STRtree(_segment_lines(streets, numpy.arange(len(streets.segments[0]))))
    for place in blocked:
        point = shapely.points(places[place])
        found = _first_free(ends, tree, point, max_snap_m)
        barred[place] = found is None
        segment[place], distance = found or (-1, snap_m[place])
        snap_m[place] = distance
    return on_edges(streets, places, segment, snap_m), barred


def _segment_lines(streets: Streets, segments: numpy.ndarray) -> numpy.ndarray:
    begin = streets.segments[0][segments]
    return shapely.linestrings(numpy.stack([streets.vertices[begin], streets.vertices[begin + 1]], axis=1))


def _crossing(tree: shapely.STRtree, ways: numpy.ndarray, here: numpy.ndarray) -> numpy.ndarray:
    """Numbers of the ways that cross a barrier in which their beginning does not lie."""
    way, wall = tree.query(ways, predicate="intersects")
    outside = ~shapely.intersects(tree.geometries[wall], here[way])
    return numpy.unique(way[outside])


def _first_free(
    segments: shapely.STRtree, walls: shapely.STRtree, point: shapely.Point, max_snap_m: float
) -> tuple[int, float] | None:
    """The nearest segment that is reached without crossing a barrier, and how far it is."""
    near = segments.query(point, predicate="dwithin", distance=max_snap_m)
    distance = shapely.distance(segments.geometries[near], point)
    order = numpy.lexsort((near, distance))
    ways = shapely.shortest_line(point, segments.geometries[near[order]])
    crossing = set(_crossing(walls, ways, numpy.full(len(ways), point)).tolist())
    first = next((number for number in range(len(order)) if number not in crossing), None)
    return None if first is None else (int(near[order[first]]), float(distance[order[first]]))
