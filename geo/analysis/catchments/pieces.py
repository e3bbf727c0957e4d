"""Edges cut where the nearest school changes, and points along the pieces.

Between two nodes, or a node and a school within the edge, one walks to one end or to the other; where both walks are
equally long the edge is cut.
"""

from dataclasses import dataclass

import numpy

from geo.analysis.catchments.snapping import Snapped
from geo.analysis.catchments.streets import JOIN_M, Streets
from geo.analysis.catchments.walks import Walks

NOBODY = -1
"""The label of what belongs to no school."""

CUT_M = 1.0
"""How far from a cut the first point on either side of it lies."""


@dataclass(frozen=True)
class Pieces:
    """Parts of edges, each with what it belongs to.

    Parameters
    ----------
    edge, begin_m, end_m
        The edge, and from where to where along it, metres.
    label
        Number of the source to which one walks from there, `NOBODY` where to none.
    """

    edge: numpy.ndarray
    begin_m: numpy.ndarray
    end_m: numpy.ndarray
    label: numpy.ndarray


def cut_edges(streets: Streets, sources: Snapped, walks: Walks, *, within_m: float = numpy.inf) -> Pieces:
    """Cut every edge where the nearest source changes.

    Parameters
    ----------
    walks
        To the sources; those of the nodes are used.
    within_m
        What is farther than this belongs to nobody.
    """
    edge, ends_m, labels, walks_m = _spans(streets, sources, walks)
    length = ends_m[1] - ends_m[0]
    along, against = streets.along[edge], streets.against[edge]
    known = numpy.isfinite(walks_m)
    walks_m = numpy.where(known, walks_m, 0.0)
    reach = numpy.where(known, numpy.maximum(within_m - walks_m, 0.0), 0.0)
    cut = numpy.clip((length + walks_m[1] - walks_m[0]) / 2, 0.0, length)
    cut = numpy.where(along & against, cut, numpy.where(along, 0.0, length))
    first = numpy.minimum(cut, reach[0])
    last = numpy.maximum(cut, length - reach[1])
    nobody = numpy.full(len(edge), NOBODY)
    begins = [numpy.zeros(len(edge)), first, last]
    ends = [first, last, length]
    found = Pieces(
        numpy.tile(edge, 3),
        numpy.concatenate([ends_m[0] + begin for begin in begins]),
        numpy.concatenate([ends_m[0] + end for end in ends]),
        numpy.concatenate([labels[0], nobody, labels[1]]),
    )
    some = found.end_m - found.begin_m > JOIN_M
    return Pieces(*(values[some] for values in (found.edge, found.begin_m, found.end_m, found.label)))


def _spans(streets: Streets, sources: Snapped, walks: Walks) -> tuple[numpy.ndarray, ...]:
    """Edges between their nodes and the sources within them: edge, both ends, and at both label and walk, (2, n)."""
    count = len(streets.length_m)
    inside = numpy.flatnonzero(sources.on_streets & (sources.node < 0))
    edges = numpy.arange(count)
    edge = numpy.concatenate([edges, sources.edge[inside], edges])
    at_m = numpy.concatenate([numpy.zeros(count), sources.offset_m[inside], streets.length_m])
    nodes = numpy.concatenate([streets.start, streets.end])
    label, walk_m = walks.node_school[nodes], walks.node_distance_m[nodes]
    label = numpy.concatenate([label[:count], inside, label[count:]])
    walk_m = numpy.concatenate([walk_m[:count], numpy.zeros(len(inside)), walk_m[count:]])
    rank = numpy.repeat([0, 1, 2], [count, len(inside), count])
    order = numpy.lexsort((at_m, rank, edge))
    edge, at_m, label, walk_m = edge[order], at_m[order], label[order], walk_m[order]
    begin = numpy.flatnonzero(edge[:-1] == edge[1:])
    ends = [begin, begin + 1]
    return edge[begin], at_m[ends], label[ends], walk_m[ends]


def points_along(streets: Streets, pieces: Pieces, step_m: float) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Points on the pieces, at most a step apart, and the label of each.

    On either side of a cut a point lies equally far from it, unless a piece is shorter than 2 m; so the middle between
    the two is the cut.
    """
    length = pieces.end_m - pieces.begin_m
    is_cut = (pieces.begin_m > 0) | (pieces.end_m < streets.length_m[pieces.edge])
    counts = numpy.maximum(numpy.ceil(length / step_m).astype(numpy.int64), 1)
    counts[is_cut & (length > 2 * CUT_M)] += 1
    # Uncut pieces have their points in the middles of equal parts, the others from margin to margin.
    margin = numpy.where(is_cut & (counts > 1), CUT_M, length / counts / 2)
    piece = numpy.repeat(numpy.arange(len(length)), counts)
    number = numpy.arange(len(piece)) - numpy.repeat(numpy.cumsum(counts) - counts, counts)
    share = number / numpy.maximum(counts[piece] - 1, 1)
    offset = pieces.begin_m[piece] + margin[piece] + share * (length - 2 * margin)[piece]
    return points_at(streets, pieces.edge[piece], offset), pieces.label[piece]


def points_at(streets: Streets, edge: numpy.ndarray, offset_m: numpy.ndarray) -> numpy.ndarray:
    """Easting and northing of places so far along edges."""
    counts = numpy.diff(streets.first)
    base = numpy.concatenate([[0.0], numpy.cumsum(streets.length_m + 1.0)])[:-1]
    passed = numpy.repeat(base, counts) + streets.passed_m
    vertex = numpy.searchsorted(passed, base[edge] + offset_m, side="right") - 1
    vertex = numpy.clip(vertex, streets.first[edge], streets.first[edge + 1] - 2)
    step = streets.passed_m[vertex + 1] - streets.passed_m[vertex]
    share = numpy.clip((offset_m - streets.passed_m[vertex]) / numpy.where(step > 0, step, 1.0), 0.0, 1.0)
    begin, end = streets.vertices[vertex], streets.vertices[vertex + 1]
    return begin + share[:, None] * (end - begin)
