"""Streets as a graph: lines that meet at their ends, measured on the ellipsoid.

Lines meet only where their ends lie within 1 cm of one another. Two that cross in the middle do not meet: one of them
is a bridge. Parallel lines, loops and parts that hang together with nothing else are all kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy
import shapely
from geopandas import GeoDataFrame
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from geo.model.crs import GEOD, STORED_CRS, plane_around, projection
from geo.model.errors import InvalidFeatures, N_

JOIN_M = 0.01
"""Ends of lines within this are one place."""

ROUNDING_M = 1e-5
"""What turning metres into degrees and back may add to a distance."""

Mode = Literal["walk", "drive"]


@dataclass(frozen=True)
class Streets:
    """A graph of streets. Edges are numbered, and so are nodes; an edge has a direction as it was drawn.

    Parameters
    ----------
    crs
        The plane in which places are compared, metres.
    nodes
        Easting and northing of each node.
    start, end
        Nodes of each edge.
    length_m
        Of each edge, on the ellipsoid.
    along, against
        Whether one may go along the edge as it was drawn, and against it.
    row
        The row of the frame that each edge is of.
    vertices, first
        Easting and northing of all edges' vertices one after another; where each edge begins, and the end of the last.
    passed_m
        At each vertex the length of its edge up to there, on the ellipsoid.
    """

    crs: str
    nodes: numpy.ndarray
    start: numpy.ndarray
    end: numpy.ndarray
    length_m: numpy.ndarray
    along: numpy.ndarray
    against: numpy.ndarray
    row: numpy.ndarray
    vertices: numpy.ndarray
    first: numpy.ndarray
    passed_m: numpy.ndarray

    @cached_property
    def homeward(self) -> csr_array:
        """The matrix of the walk back: from a node to those from which one step leads to it, metres.

        Of parallel edges the shortest counts; an edge back to its own node leads nowhere.
        """
        heads = numpy.concatenate([self.end[self.along], self.start[self.against]])
        tails = numpy.concatenate([self.start[self.along], self.end[self.against]])
        lengths = numpy.concatenate([self.length_m[self.along], self.length_m[self.against]])
        leading = heads != tails
        return shortest_arcs(heads[leading], tails[leading], lengths[leading], len(self.nodes))

    @cached_property
    def segments(self) -> tuple[numpy.ndarray, numpy.ndarray]:
        """The straight pieces of the edges: the vertex where each begins, and its edge."""
        counts = numpy.diff(self.first)
        edges = numpy.repeat(numpy.arange(len(counts)), counts)
        is_begin = numpy.ones(len(self.vertices), dtype=bool)
        is_begin[self.first[1:] - 1] = False
        begins = numpy.flatnonzero(is_begin)
        return begins, edges[begins]

    def to_plane(self, points: numpy.ndarray) -> numpy.ndarray:
        """Points of shapely in EPSG:4326 as easting and northing; NaN where there is none."""
        points = numpy.where(shapely.is_empty(points), None, points)
        return _projected(shapely.get_x(points), shapely.get_y(points), self.crs)


def street_graph(streets: GeoDataFrame, *, mode: Mode = "walk") -> Streets:
    """The graph of lines in any CRS.

    Parameters
    ----------
    streets
        Lines; rows without one are left out. A column `oneway`, if there is one, says 1 where one may drive only as the
        line was drawn, -1 where only against it; anything else is both ways.
    mode
        Who walks may go both ways everywhere.

    Raises
    ------
    InvalidFeatures
        If the frame has no CRS or no line.
    """
    if streets.crs is None:
        raise InvalidFeatures(N_("道路数据没有坐标系"))
    lines, row = shapely.get_parts(shapely.force_2d(streets.geometry.to_crs(STORED_CRS).to_numpy()), return_index=True)
    drawn = (shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING) & (shapely.get_num_points(lines) > 1)
    lines, row = lines[drawn], row[drawn]
    if not len(lines):
        raise InvalidFeatures(N_("道路数据里没有线"))
    coordinates = shapely.get_coordinates(lines)
    first = numpy.concatenate([[0], numpy.cumsum(shapely.get_num_points(lines))])
    crs = plane_around(shapely.total_bounds(lines))
    vertices = _projected(*coordinates.T, crs)
    passed_m, length_m = _lengths(coordinates, first)
    nodes, start, end = _nodes(vertices, first)
    along, against = _directions(streets, row, mode)
    return Streets(crs, nodes, start, end, length_m, along, against, row, vertices, first, passed_m)


def _projected(lon: numpy.ndarray, lat: numpy.ndarray, crs: str) -> numpy.ndarray:
    return numpy.column_stack(projection(STORED_CRS, crs).transform(lon, lat))


def _lengths(coordinates: numpy.ndarray, first: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The length passed at each vertex, and that of each edge, metres on the ellipsoid."""
    lon, lat = coordinates.T
    _, _, steps = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    steps = numpy.concatenate([[0.0], steps])
    steps[first[:-1]] = 0.0  # from one edge to the next there is no step
    # Summed edge by edge: one sum over a million edges would lose the last digits.
    length_m = numpy.add.reduceat(steps, first[:-1])
    passed_m = numpy.cumsum(steps)
    passed_m -= numpy.repeat(passed_m[first[:-1]], numpy.diff(first))
    return passed_m, length_m


def _nodes(vertices: numpy.ndarray, first: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """The places where edges end, and which of them each edge starts and ends at."""
    ends = vertices[numpy.concatenate([first[:-1], first[1:] - 1])]
    _, kept, place = numpy.unique(ends[:, 0] + 1j * ends[:, 1], return_index=True, return_inverse=True)
    nodes = ends[kept]
    from scipy.spatial import cKDTree  # loaded where it is used: every start of the program would wait for it

    pairs = cKDTree(nodes).query_pairs(JOIN_M + ROUNDING_M, output_type="ndarray")
    if len(pairs):
        joined = coo_array((numpy.ones(len(pairs), dtype=bool), pairs.T), shape=(len(nodes), len(nodes)))
        _, group = connected_components(joined, directed=False)
        _, kept = numpy.unique(group, return_index=True)
        nodes, place = nodes[kept], group[place]
    return nodes, *numpy.split(place, 2)


def _directions(streets: GeoDataFrame, row: numpy.ndarray, mode: Mode) -> tuple[numpy.ndarray, numpy.ndarray]:
    if mode == "walk" or "oneway" not in streets.columns:
        both = numpy.ones(len(row), dtype=bool)
        return both, both
    oneway = streets["oneway"].to_numpy()[row]
    return oneway != -1, oneway != 1


def shortest_arcs(tails: Sequence[int], heads: Sequence[int], lengths: Sequence[float], size: int) -> csr_array:
    """A square matrix of arcs; of several between the same nodes the shortest counts, where SciPy would add them up."""
    tails, heads, lengths = numpy.asarray(tails), numpy.asarray(heads), numpy.asarray(lengths, dtype=float)
    key = tails.astype(numpy.int64) * size + heads
    order = numpy.lexsort((lengths, key))
    key = key[order]
    is_first = numpy.concatenate([[True], key[1:] != key[:-1]]) if len(key) else numpy.empty(0, dtype=bool)
    order = order[is_first]
    bounds = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(tails[order], minlength=size))])
    return csr_array((lengths[order], heads[order], bounds), shape=(size, size))
