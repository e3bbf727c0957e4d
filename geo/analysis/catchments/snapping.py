"""Places put on the nearest edge, exactly, a million at a time.

A tree over the middles of short pieces of edges gives the candidates; the distance to each is computed for all places
at once. The nearest of the candidates is the nearest of all as soon as the last candidate's middle is farther away than
it by half of the longest piece; where it is not, more candidates are asked for.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from geo.analysis.catchments.streets import JOIN_M, Streets

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

MAX_SNAP_M = 500.0
"""How far from the nearest edge a place may lie, unless told otherwise: a village's middle from its road."""

PIECE_M = 50.0
MOST_PIECES = 5_000_000
CANDIDATES = 6
BATCH = 250_000


@dataclass(frozen=True)
class Snapped:
    """Where places lie on the streets.

    Parameters
    ----------
    edge
        The nearest edge; -1 where there is none within reach.
    offset_m
        How far along it from its start, metres on the ellipsoid.
    snap_m
        How far from the place, metres; not part of any walk. NaN where the place has no position.
    node
        The node where the place is at an end of its edge, else -1. Such a place is at that node, whichever of the edges
        there was taken.
    segment
        The straight piece of the edge, by its number in `Streets.segments`.
    """

    edge: numpy.ndarray
    offset_m: numpy.ndarray
    snap_m: numpy.ndarray
    node: numpy.ndarray
    segment: numpy.ndarray

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def on_streets(self) -> numpy.ndarray:
        return self.edge >= 0


def snap(streets: Streets, points: numpy.ndarray, *, max_snap_m: float = MAX_SNAP_M) -> Snapped:
    """Put points on the streets; of edges equally near the first counts.

    Parameters
    ----------
    points
        Of shapely in EPSG:4326; None or empty where there is no position.
    max_snap_m
        A place farther than this from every edge is on none.
    """
    places = streets.to_plane(points)
    is_placed = numpy.isfinite(places).all(axis=1)
    segment = numpy.full(len(places), -1)
    snap_m = numpy.full(len(places), numpy.nan)
    segment[is_placed], snap_m[is_placed] = _nearest_segments(streets, places[is_placed])
    segment[~(snap_m <= max_snap_m)] = -1
    return on_edges(streets, places, segment, snap_m)


def on_edges(streets: Streets, places: numpy.ndarray, segment: numpy.ndarray, snap_m: numpy.ndarray) -> Snapped:
    """Places (easting, northing) on given segments, -1 for none, from which they are so many metres away."""
    begins, edges = streets.segments
    found = segment >= 0
    edge, node = numpy.full(len(places), -1), numpy.full(len(places), -1)
    offset_m = numpy.full(len(places), numpy.nan)
    edge[found] = edges[segment[found]]
    vertex = begins[segment[found]]
    share, _ = _shares(places[found], streets.vertices[vertex], streets.vertices[vertex + 1])
    passed = streets.passed_m[vertex]
    length = streets.length_m[edge[found]]
    along = numpy.clip(passed + share * (streets.passed_m[vertex + 1] - passed), 0.0, length)
    at_start, at_end = along <= JOIN_M, along >= length - JOIN_M
    at_start &= ~at_end | (along <= length / 2)
    offset_m[found] = numpy.where(at_start, 0.0, numpy.where(at_end, length, along))
    node[found] = numpy.where(at_start, streets.start[edge[found]], numpy.where(at_end, streets.end[edge[found]], -1))
    return Snapped(edge, offset_m, snap_m, node, segment)


def _shares(places: numpy.ndarray, begin: numpy.ndarray, end: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """How far along its segment the nearest point to each place lies, 0 to 1, and the square of the distance."""
    way_x, way_y = (end - begin).T
    off_x, off_y = (places - begin).T
    square = way_x**2 + way_y**2
    share = numpy.clip((off_x * way_x + off_y * way_y) / numpy.where(square > 0, square, 1.0), 0.0, 1.0)
    return share, (off_x - share * way_x) ** 2 + (off_y - share * way_y) ** 2


def _nearest_segments(streets: Streets, places: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The nearest segment of each place, and how far it is."""
    tree, segment_of, reach = _pieces(streets)
    nearest, distance = numpy.empty(len(places), dtype=numpy.int64), numpy.empty(len(places))
    order = numpy.argsort(z_order(places), kind="stable")  # neighbours one after another: the tree stays in the cache
    for batch in numpy.split(order, range(BATCH, len(order), BATCH)):
        waiting, count = batch, CANDIDATES
        while len(waiting):
            count = min(count, len(segment_of))
            nearest[waiting], distance[waiting], last = _among(streets, places[waiting], tree, segment_of, count)
            if count == len(segment_of):
                break
            waiting = waiting[last - reach <= distance[waiting]]
            count *= 4
    return nearest, distance


def _among(
    streets: Streets, places: numpy.ndarray, tree: "cKDTree", segment_of: numpy.ndarray, count: int
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """The nearest segment among so many candidates, its distance, and that of the last candidate's middle."""
    begins, _ = streets.segments
    middles, pieces = tree.query(places, k=range(1, count + 1), workers=-1)
    best = numpy.full(len(places), numpy.inf)
    nearest = numpy.full(len(places), -1)
    for column in range(count):
        segment = segment_of[pieces[:, column]]
        vertex = begins[segment]
        _, square = _shares(places, streets.vertices[vertex], streets.vertices[vertex + 1])
        better = (square < best) | ((square == best) & (segment < nearest))
        best[better], nearest[better] = square[better], segment[better]
    return nearest, numpy.sqrt(best), middles[:, -1]


def _pieces(streets: Streets) -> "tuple[cKDTree, numpy.ndarray, float]":
    """A tree over the middles of short pieces, the segment of each, and half of the longest piece, metres."""
    begins, _ = streets.segments
    begin, end = streets.vertices[begins], streets.vertices[begins + 1]
    length = numpy.hypot(*(end - begin).T)
    longest = max(PIECE_M, length.sum() / MOST_PIECES)
    counts = numpy.maximum(numpy.ceil(length / longest).astype(numpy.int64), 1)
    segment = numpy.repeat(numpy.arange(len(begins)), counts)
    number = numpy.arange(len(segment)) - numpy.repeat(numpy.cumsum(counts) - counts, counts)
    share = (number + 0.5) / counts[segment]
    middle = begin[segment] + (end - begin)[segment] * share[:, None]
    order = numpy.argsort(z_order(middle), kind="stable")
    # Points along a curve make good leaves without the tree's own balancing, which takes longer.
    from scipy.spatial import cKDTree  # loaded where it is used: every start of the program would wait for it

    tree = cKDTree(middle[order], balanced_tree=False, compact_nodes=False)
    return tree, segment[order], float((length / counts).max() / 2)


def z_order(places: numpy.ndarray) -> numpy.ndarray:
    """Where places lie along a Z-order curve: near in the plane is mostly near on the curve."""
    if not len(places):
        return numpy.empty(0, dtype=numpy.uint64)
    low = places.min(axis=0)
    scale = 65535.0 / max(numpy.ptp(places, axis=0).max(), 1.0)
    x, y = ((places - low) * scale).astype(numpy.uint64).T
    return _spread(x) | (_spread(y) << numpy.uint64(1))


def _spread(value: numpy.ndarray) -> numpy.ndarray:
    """The 16 bits of a number with a gap after each."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        value = (value | (value << numpy.uint64(shift))) & numpy.uint64(mask)
    return value
