"""The way itself: which pieces of which edges one walks from a place to a gate."""

from dataclasses import dataclass

import numpy
import shapely
from scipy.sparse.csgraph import dijkstra

from geo.analysis.catchments.pieces import points_at
from geo.analysis.catchments.snapping import Snapped
from geo.analysis.catchments.streets import Streets
from geo.analysis.catchments.walks import on_one_edge, ways_out, with_schools
from geo.analysis.measuring import to_degrees


@dataclass(frozen=True)
class Leg:
    """A piece of an edge, walked from one offset along it to another, metres."""

    edge: int
    from_m: float
    to_m: float


def route(streets: Streets, gates: Snapped, gate: int, places: Snapped, place: int) -> list[Leg]:
    """The legs of the shortest walk from a place to a gate; none where there is no way, or they are at one node."""
    size = len(streets.nodes)
    distance, before = dijkstra(with_schools(streets, gates), indices=size + gate, return_predecessors=True)
    ways = [
        (float(distance[node] + length), int(node))
        for numbers, nodes, lengths in ways_out(streets, places)
        for number, node, length in zip(numbers, nodes, lengths, strict=True)
        if number == place and numpy.isfinite(distance[node])
    ]
    direct = [
        float(length)
        for numbers, schools, lengths in on_one_edge(streets, gates, places)
        for number, school, length in zip(numbers, schools, lengths, strict=True)
        if number == place and school == gate
    ]
    if direct and (not ways or direct[0] <= min(ways)[0]):
        return [Leg(int(places.edge[place]), float(places.offset_m[place]), float(gates.offset_m[gate]))]
    if not ways:
        return []
    legs = _to_node(streets, places, place, min(ways)[1])
    node = min(ways)[1]
    while (following := int(before[node])) < size:
        legs.append(_between(streets, node, following))
        node = following
    return [*legs, *_from_node(streets, gates, gate, node, float(distance[node]))]


def _to_node(streets: Streets, places: Snapped, place: int, node: int) -> list[Leg]:
    """From a place on an edge to the end of it that the walk goes over."""
    if places.node[place] >= 0:
        return []
    edge, offset_m = int(places.edge[place]), float(places.offset_m[place])
    ends = []
    if streets.start[edge] == node and streets.against[edge]:
        ends.append(Leg(edge, offset_m, 0.0))
    if streets.end[edge] == node and streets.along[edge]:
        ends.append(Leg(edge, offset_m, float(streets.length_m[edge])))
    return [min(ends, key=lambda leg: abs(leg.to_m - leg.from_m))]


def _between(streets: Streets, here: int, there: int) -> Leg:
    """The shortest edge from a node to the next."""
    along = numpy.flatnonzero((streets.start == here) & (streets.end == there) & streets.along)
    against = numpy.flatnonzero((streets.start == there) & (streets.end == here) & streets.against)
    edge = min((*along, *against), key=lambda each: streets.length_m[each])
    length_m = float(streets.length_m[edge])
    return Leg(int(edge), 0.0, length_m) if edge in along else Leg(int(edge), length_m, 0.0)


def _from_node(streets: Streets, gates: Snapped, gate: int, node: int, left_m: float) -> list[Leg]:
    """From the last node into the edge on which the gate lies."""
    if gates.node[gate] >= 0:
        return []
    edge, offset_m = int(gates.edge[gate]), float(gates.offset_m[gate])
    length_m = float(streets.length_m[edge])
    starts = []
    if streets.start[edge] == node and streets.along[edge]:
        starts.append(Leg(edge, 0.0, offset_m))
    if streets.end[edge] == node and streets.against[edge]:
        starts.append(Leg(edge, length_m, offset_m))
    return [min(starts, key=lambda leg: abs(abs(leg.to_m - leg.from_m) - left_m))]


def line_of(streets: Streets, legs: list[Leg]) -> shapely.LineString | None:
    """The legs as one line in EPSG:4326."""
    parts = [_coordinates(streets, leg) for leg in legs]
    if not parts:
        return None
    return to_degrees(shapely.LineString(numpy.concatenate(parts)), streets.crs)


def _coordinates(streets: Streets, leg: Leg) -> numpy.ndarray:
    low, high = sorted((leg.from_m, leg.to_m))
    begin, end = streets.first[leg.edge], streets.first[leg.edge + 1]
    passed = streets.passed_m[begin:end]
    inner = streets.vertices[begin:end][(passed > low) & (passed < high)]
    ends = points_at(streets, numpy.array([leg.edge, leg.edge]), numpy.array([low, high]))
    line = numpy.concatenate([ends[:1], inner, ends[1:]])
    return line if leg.from_m <= leg.to_m else line[::-1]
