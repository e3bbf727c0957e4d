"""How far it is from places to schools along the streets: to the nearest one, or to each.

A walk begins where the place lies on its edge and ends where the school lies on its own; how far either is from its
edge is told beside it, not added. The walk goes from home to school, which matters on one-way streets.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.analysis.catchments.snapping import Snapped
from geo.analysis.catchments.streets import Streets, shortest_arcs

CELLS_AT_ONCE = 20_000_000
"""Distances from schools to nodes that are held at a time."""


@dataclass(frozen=True)
class Walks:
    """The nearest school of places.

    Parameters
    ----------
    school
        Number of each place's school; -1 where none can be reached.
    distance_m
        Length of the walk; infinite where there is none.
    node_school, node_distance_m
        The same of the nodes of the streets.
    """

    school: numpy.ndarray
    distance_m: numpy.ndarray
    node_school: numpy.ndarray
    node_distance_m: numpy.ndarray


def nearest_walks(streets: Streets, schools: Snapped, places: Snapped) -> Walks:
    """The school with the shortest walk from each place; of equally near ones any, but always the same."""
    size = len(streets.nodes)
    matrix = with_schools(streets, schools)
    sources = size + _first_ones(schools)
    if not len(sources):
        nowhere = numpy.full(size, -1), numpy.full(size, numpy.inf)
        return Walks(numpy.full(len(places), -1), numpy.full(len(places), numpy.inf), *nowhere)
    distance, _, source = dijkstra(matrix, indices=sources, min_only=True, return_predecessors=True)
    node_distance, node_school = distance[:size], numpy.where(source[:size] >= 0, source[:size] - size, -1)
    best, school = _by_nodes(streets, places, node_distance, node_school)
    for place, which, length in on_one_edge(streets, schools, places):
        shorter = length < best[place]
        best[place[shorter]], school[place[shorter]] = length[shorter], which[shorter]
    return Walks(school, best, node_school, node_distance)


def _first_ones(schools: Snapped) -> numpy.ndarray:
    """Schools on the streets; of several at one node the first."""
    _, first = numpy.unique(schools.node, return_index=True)
    is_first = schools.node < 0
    is_first[first] = True
    return numpy.flatnonzero(schools.on_streets & is_first)


def walk_matrix(streets: Streets, schools: Snapped, places: Snapped) -> numpy.ndarray:
    """The walk from every place (row) to every school (column), metres; infinite where there is none."""
    size = len(streets.nodes)
    matrix = with_schools(streets, schools)
    found = numpy.full((len(places), len(schools)), numpy.inf)
    sources = numpy.flatnonzero(schools.on_streets)
    step = max(1, CELLS_AT_ONCE // (size + len(schools)))
    for some in numpy.split(sources, range(step, len(sources), step)):
        distances = dijkstra(matrix, indices=size + some) if len(some) else ()
        for school, distance in zip(some, distances, strict=True):
            found[:, school], _ = _by_nodes(streets, places, distance[:size], None)
    for place, which, length in on_one_edge(streets, schools, places):
        numpy.minimum.at(found, (place, which), length)
    return found


def with_schools(streets: Streets, schools: Snapped) -> csr_array:
    """The matrix of the walk back, with a node for each school from which its edge's ends, or its node, are reached."""
    size = len(streets.nodes)
    on_node = numpy.flatnonzero(schools.node >= 0)
    on_edge = numpy.flatnonzero(schools.on_streets & (schools.node < 0))
    edge, offset_m = schools.edge[on_edge], schools.offset_m[on_edge]
    along, against = streets.along[edge], streets.against[edge]
    tails = numpy.concatenate([on_node, on_edge[along], on_edge[against]])
    heads = numpy.concatenate([schools.node[on_node], streets.start[edge][along], streets.end[edge][against]])
    back = streets.length_m[edge] - offset_m
    lengths = numpy.concatenate([numpy.zeros(len(on_node)), offset_m[along], back[against]])
    # Rows below the streets' own; a length of 0 that is stored counts as an arc.
    ours, theirs = streets.homeward, shortest_arcs(tails, heads, lengths, max(size, len(schools)))
    rows = theirs.indptr[: len(schools) + 1]
    return csr_array(
        (
            numpy.concatenate([ours.data, theirs.data]),
            numpy.concatenate([ours.indices, theirs.indices]),
            numpy.concatenate([ours.indptr, ours.indptr[-1] + rows[1:]]),
        ),
        shape=(size + len(schools),) * 2,
    )


def _by_nodes(
    streets: Streets, places: Snapped, node_distance: numpy.ndarray, node_school: numpy.ndarray | None
) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The shortest walk of each place over its node or an end of its edge, and the school at its end."""
    best = numpy.full(len(places), numpy.inf)
    school = numpy.full(len(places), -1)
    for place, node, length in ways_out(streets, places):
        distance = node_distance[node] + length
        shorter = distance < best[place]
        best[place[shorter]] = distance[shorter]
        if node_school is not None:
            school[place[shorter]] = node_school[node[shorter]]
    return best, school


def ways_out(streets: Streets, places: Snapped) -> Iterator[tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]]:
    """Places, the nodes that they reach first, and how far those are."""
    on_node = numpy.flatnonzero(places.node >= 0)
    yield on_node, places.node[on_node], numpy.zeros(len(on_node))
    on_edge = numpy.flatnonzero(places.on_streets & (places.node < 0))
    edge = places.edge[on_edge]
    some = streets.against[edge]
    yield on_edge[some], streets.start[edge[some]], places.offset_m[on_edge[some]]
    some = streets.along[edge]
    yield on_edge[some], streets.end[edge[some]], (streets.length_m[edge] - places.offset_m[on_edge])[some]


def on_one_edge(
    streets: Streets, schools: Snapped, places: Snapped
) -> Iterator[tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]]:
    """Places and schools within one edge, and the way between them; each time at most one school to a place."""
    on_edge = numpy.flatnonzero(schools.on_streets & (schools.node < 0))
    on_edge = on_edge[numpy.argsort(schools.edge[on_edge], kind="stable")]
    edges, begin, count = numpy.unique(schools.edge[on_edge], return_index=True, return_counts=True)
    if not len(edges):
        return
    candidates = numpy.flatnonzero(places.on_streets & (places.node < 0))
    slot = numpy.minimum(numpy.searchsorted(edges, places.edge[candidates]), len(edges) - 1)
    shared = edges[slot] == places.edge[candidates]
    candidates, slot = candidates[shared], slot[shared]
    for number in range(count.max()):
        having = count[slot] > number
        place, school = candidates[having], on_edge[begin[slot[having]] + number]
        edge, way = places.edge[place], schools.offset_m[school] - places.offset_m[place]
        open_to = numpy.where(way > 0, streets.along[edge], streets.against[edge]) | (way == 0)
        yield place[open_to], school[open_to], numpy.abs(way)[open_to]
