"""Every place where the lines of two roads meet: nodes and intersections, roundabouts, small gaps, bridges."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.arms import heading_at
from geo.analysis.measuring import METRES_PER_DEGREE, to_degrees, to_plane
from geo.analysis.network import RoadNetwork, Window
from geo.model.crs import metric_crs
from geo.model.errors import AtlasError, N_

MEETING_M = 60.0
"""Meetings that lie this close together, as of dual carriageways, are one crossing."""

CARRIAGEWAYS_M = 150.0
"""The same where they lie on two one-way lines of one road that run against one another."""

MOST_ALONG = 0.9
"""Of the way between them, the part along that road: crossed at less than 26°, it is told apart no more."""

CARRIAGEWAY_MEETINGS, SLIP_M = 4, 120.0
"""Where two roads meet so often at one crossing, a single meeting so near to it is that of a slip road."""

NEAR_MISS_M = 50.0
"""A road that ends so near to another one is thought to meet it; said in a warning."""

TOUCHING_M = 1.0
"""Lines so near are drawn as if they met."""

TOWARDS_DEG = 60.0
"""A road that ends near another one meets it only if it heads for it; one alongside does not."""

LEAST_DEG = 10.0
"""Between two roads that meet at a slant, of which one ends before the other; one alongside does not meet it."""

SAME_NODE_M = 0.05
TOUCHES_RING_DEG = 3e-5
MAX_PAIRS = 20_000
"""Pairs of near rows; two roads with more run into one another everywhere."""


class Unlocated(AtlasError):
    """Why a phrase leads to no place; `candidates` are the places that it might mean."""

    candidates: tuple["Meeting", ...] = ()


class Kind(IntEnum):
    """How two roads meet, the surest first."""

    JUNCTION = 0
    LOOSE = 1
    """The lines cross and have no node in common, as all others have that cross: perhaps on different levels."""
    NEAR = 2
    BRIDGE = 3


@dataclass(frozen=True)
class Meeting:
    """One place where two roads meet.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326.
    spread_m
        Radius of the meetings that were taken for one, metres.
    gap_m
        Between the two lines where they do not touch.
    """

    lon: float
    lat: float
    kind: Kind = Kind.JUNCTION
    spread_m: float = 0.0
    gap_m: float = 0.0


@dataclass
class _Point:
    """A single meeting of two rows, in metres."""

    x: float
    y: float
    kind: Kind
    rows: tuple[int, int]
    gap_m: float = 0.0
    reach_m: float = MEETING_M / 2
    is_ring: bool = False


def meetings_of(network: RoadNetwork, first: numpy.ndarray, second: numpy.ndarray) -> list[Meeting]:
    """Every place where the rows of one road meet those of another, the surest and widest known first."""
    pairs = _near_pairs(network, first, second)
    rows = numpy.unique(pairs)
    crs = metric_crs(shapely.total_bounds(network.lines[rows if len(rows) else first]))
    window = network.in_plane(rows, crs)
    ends = [_free_ends(network, road, pairs[:, place]) for place, road in enumerate((first, second))]
    points = [*_intersections(network, window, pairs), *_near_misses(window, pairs, ends, crs)]
    points += _on_rings(network, first, second, crs)
    clusters = _without_slips(list(_clusters(points, window, network.is_oneway)))
    meetings = [_to_meeting(cluster, crs) for cluster in clusters]
    return sorted(meetings, key=lambda each: (each.kind, each.gap_m, each.lon, each.lat))


def _near_pairs(network: RoadNetwork, first: numpy.ndarray, second: numpy.ndarray) -> numpy.ndarray:
    """Pairs of rows, one of each road, that come near one another; links only where nothing else does."""
    bounds = shapely.bounds(network.lines[first])
    reach_lat = NEAR_MISS_M / METRES_PER_DEGREE
    reach_lon = reach_lat / max(math.cos(math.radians(float(numpy.nanmean(bounds[:, [1, 3]])))), 0.1)
    boxes = shapely.box(*(bounds + numpy.array([-reach_lon, -reach_lat, reach_lon, reach_lat])).T)
    found = shapely.STRtree(network.lines[second]).query(boxes)
    pairs = numpy.column_stack([first[found[0]], second[found[1]]])
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if len(pairs) > MAX_PAIRS:
        raise Unlocated(N_("两条路在道路数据里交织在一起，不能确定路口"))
    through = ~network.is_link[pairs].any(axis=1)
    return pairs[through] if through.any() else pairs


def _free_ends(network: RoadNetwork, road: numpy.ndarray, near: numpy.ndarray) -> dict[int, list[tuple[float, float]]]:
    """Ends of the near rows of a road at which no other row of it goes on, in degrees, by row."""
    nodes, counts = numpy.unique(network.end_nodes[road], return_counts=True)
    near = numpy.unique(near)
    ends = network.end_nodes[near]
    is_free = counts[numpy.searchsorted(nodes, ends)] == 1
    free: dict[int, list[tuple[float, float]]] = {}
    for row, end in numpy.argwhere(is_free).tolist():
        lon, lat = network.ends[near[row], end].tolist()
        free.setdefault(int(near[row]), []).append((lon, lat))
    return free


def _intersections(network: RoadNetwork, window: Window, pairs: numpy.ndarray) -> Iterator[_Point]:
    """Where the lines touch or cross; of a shared stretch its ends."""
    places = numpy.searchsorted(window.rows, pairs)
    lines = window.lines[places[:, 0]], window.lines[places[:, 1]]
    found = shapely.intersection(*lines)
    for place in numpy.flatnonzero(~shapely.is_empty(found)):
        one, other = int(pairs[place][0]), int(pairs[place][1])
        for part in shapely.get_parts(found[place]):
            for x, y in shapely.get_coordinates(part)[[0, -1] if part.geom_type == "LineString" else [0]]:
                kind = Kind.JUNCTION
                if not _is_shared_node(lines, place, x, y):
                    kind = Kind.BRIDGE if _differ(network, one, other) else _without_node(network, lines, place, x, y)
                yield _Point(float(x), float(y), kind, (one, other))


def _differ(network: RoadNetwork, one: int, other: int) -> bool:
    """Whether two rows run on different levels: as the data say, or as motorways do."""
    told = network.structure[one] != network.structure[other] or network.level[one] != network.level[other]
    return told or bool(network.is_separate[one] != network.is_separate[other])


def _without_node(
    network: RoadNetwork, lines: tuple[numpy.ndarray, numpy.ndarray], place: int, x: float, y: float
) -> Kind:
    """What lines are that only cross; one that ends there, or a hand's breadth beyond, meets the other."""
    point = shapely.Point(x, y)
    ends = [shapely.get_point(line[place], end) for line in lines for end in (0, -1)]
    ends_there = bool((shapely.distance(ends, point) <= TOUCHING_M).any())
    return Kind.JUNCTION if ends_there or not network.is_noded else Kind.LOOSE


def _is_shared_node(lines: tuple[numpy.ndarray, numpy.ndarray], place: int, x: float, y: float) -> bool:
    return all(numpy.hypot(*(shapely.get_coordinates(line[place]) - (x, y)).T).min() <= SAME_NODE_M for line in lines)


def _near_misses(
    window: Window, pairs: numpy.ndarray, ends: Sequence[dict[int, list[tuple[float, float]]]], crs: str
) -> Iterator[_Point]:
    """Where one road ends shortly before the other."""
    line_of = dict(zip(window.rows.tolist(), window.lines, strict=True))
    for one, other in pairs.tolist():
        for mine, theirs, free, opposite in ((one, other, *ends), (other, one, *reversed(ends))):
            for end in free.get(mine, ()):
                point = to_plane(shapely.Point(end), crs)
                gap_m = point.distance(line_of[theirs])
                if 0 < gap_m <= TOUCHING_M:
                    yield _Point(*_middle(point, line_of[theirs], (), crs), Kind.JUNCTION, (one, other))
                elif 0 < gap_m <= NEAR_MISS_M and _heads_for(line_of[mine], point, line_of[theirs]):
                    x, y = _middle(point, line_of[theirs], opposite.get(theirs, ()), crs)
                    yield _Point(x, y, Kind.NEAR, (one, other), gap_m)


def _heads_for(mine: BaseGeometry, end: shapely.Point, theirs: BaseGeometry) -> bool:
    """Whether a line, going on from its end, comes nearer to another; at a slant it has to reach it soon."""
    at = min(MEETING_M, mine.length)
    at = at if shapely.line_locate_point(mine, end) < mine.length / 2 else mine.length - at
    before = shapely.get_coordinates(shapely.line_interpolate_point(mine, at))[0]
    here, there = shapely.get_coordinates(shapely.shortest_line(end, theirs))
    on, across = here - before, there - here
    gap_m = math.hypot(*across)
    towards = float(on @ across) / max(math.hypot(*on) * gap_m, 1e-9)
    is_steep = towards >= math.cos(math.radians(TOWARDS_DEG))
    return is_steep or (towards >= math.sin(math.radians(LEAST_DEG)) and gap_m <= NEAR_MISS_M * towards)


def _middle(
    point: shapely.Point, line: BaseGeometry, free_ends: Sequence[tuple[float, float]], crs: str
) -> tuple[float, float]:
    """On the road that goes through; halfway where both end."""
    x, y = shapely.get_coordinates(shapely.shortest_line(point, line))[1]
    for end in free_ends:
        if to_plane(shapely.Point(end), crs).distance(shapely.Point(x, y)) < SAME_NODE_M:
            return (x + point.x) / 2, (y + point.y) / 2
    return float(x), float(y)


def _on_rings(network: RoadNetwork, first: numpy.ndarray, second: numpy.ndarray, crs: str) -> Iterator[_Point]:
    """Roundabouts that both roads reach."""
    if not network.rings:
        return
    reached = [set(_rings_reached(network, road)) for road in (first, second)]
    for number in sorted(reached[0] & reached[1]):
        disc = to_plane(network.rings[number].disc, crs)
        radius_m = shapely.minimum_bounding_radius(disc)
        yield _Point(
            disc.centroid.x, disc.centroid.y, Kind.JUNCTION, (-1, -1), reach_m=radius_m + MEETING_M / 2, is_ring=True
        )


def _rings_reached(network: RoadNetwork, road: numpy.ndarray) -> Iterator[int]:
    """Roundabouts that a road touches on their own level; over or under others it passes."""
    places, rings = network.ring_tree.query(network.lines[road], predicate="dwithin", distance=TOUCHES_RING_DEG)
    for row, number in zip(road[places].tolist(), rings.tolist(), strict=True):
        around = network.rings[number].rows
        level = [each for each in around if not _differ(network, row, each)]
        if row in around or shapely.dwithin(network.lines[level], network.lines[row], TOUCHES_RING_DEG).any():
            yield number


def _clusters(points: Sequence[_Point], window: Window, is_oneway: numpy.ndarray) -> Iterator[list[_Point]]:
    """Meetings that are one crossing."""
    if not points:
        return
    discs = [shapely.Point(point.x, point.y).buffer(point.reach_m) for point in points]
    discs += [shapely.LineString(ends).buffer(1.0) for ends in _across_carriageways(points, window, is_oneway)]
    areas = shapely.get_parts(shapely.union_all(discs))
    places = shapely.points([(point.x, point.y) for point in points])
    for area in areas:
        yield [point for point, inside in zip(points, shapely.covers(area, places), strict=True) if inside]


def _without_slips(clusters: Sequence[list[_Point]]) -> list[list[_Point]]:
    """Without single meetings beside a crossing of carriageways: slip roads that bear a road's name."""
    places = [
        list({(round(point.x), round(point.y)) for point in each if point.kind == Kind.JUNCTION}) for each in clusters
    ]
    full = [place for each in places if len(each) >= CARRIAGEWAY_MEETINGS for place in each]
    return [
        cluster
        for cluster, own in zip(clusters, places, strict=True)
        if len(own) != 1 or all(math.dist(own[0], other) > SLIP_M for other in full)
    ]


def _across_carriageways(
    points: Sequence[_Point], window: Window, is_oneway: numpy.ndarray
) -> Iterator[list[tuple[float, float]]]:
    """Lines between meetings on two carriageways of one road: parallel, a road's width apart, against one another.

    A road that crosses them at a slant meets them farther apart than they are.
    """
    oneway = is_oneway[window.rows]
    line_of = dict(zip(window.rows[oneway].tolist(), window.lines[oneway], strict=True))
    for number, one in enumerate(points):
        for other in points[:number]:
            way = numpy.array([other.x - one.x, other.y - one.y])
            distance_m = float(numpy.hypot(*way))
            if not MEETING_M < distance_m <= CARRIAGEWAYS_M:
                continue
            for mine, theirs in zip(one.rows, other.rows, strict=True):
                if mine == theirs or mine not in line_of or theirs not in line_of:
                    continue
                here = heading_at(line_of[mine], (one.x, one.y))
                there = heading_at(line_of[theirs], (other.x, other.y))
                if here @ there < -0.8 and abs(here @ way) < MOST_ALONG * distance_m:
                    yield [(one.x, one.y), (other.x, other.y)]


def _to_meeting(cluster: Sequence[_Point], crs: str) -> Meeting:
    """The middle of the surest ones."""
    kind = min(point.kind for point in cluster)
    surest = [point for point in cluster if point.kind == kind]
    rings = [point for point in surest if point.is_ring]
    shape = shapely.MultiPoint(numpy.unique([(point.x, point.y) for point in (rings or surest)], axis=0))
    spread_m = max(
        float(shapely.minimum_bounding_radius(shape)), max((r.reach_m - MEETING_M / 2 for r in rings), default=0.0)
    )
    middle = to_degrees(shape.centroid, crs)
    return Meeting(middle.x, middle.y, kind, spread_m, max(point.gap_m for point in surest))
