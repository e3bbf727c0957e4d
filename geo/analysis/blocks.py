"""Land that named roads close in: the block between them, without the roads' own land."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy
import shapely

from geo.analysis.azimuths import azimuth_of, direction
from geo.analysis.corners import MIN_ACROSS
from geo.analysis.measuring import mitred, to_degrees, to_plane
from geo.analysis.meetings import Kind, Meeting, Unlocated, meetings_of
from geo.analysis.network import RoadNetwork, Window
from geo.analysis.parcels import PARCEL_GAP_M, THIN_M
from geo.model.crs import metric_crs
from geo.model.errors import N_

TOUCHING_M = 1.0
MIN_FRONTAGE_M = 10.0
"""Along which a block must border on each of its roads."""


LEAST_PART_M2 = 2000.0
"""A smaller piece of a block beside its largest is what a slip road cut off."""

INNER_M = 15.0
"""A road that runs deeper in a block than its rim runs through it, unless it is shorter than twice this there."""


class NotEnclosed(Unlocated):
    """Roads that close no block together; read otherwise, they might."""


@dataclass(frozen=True)
class Block:
    """Land between roads.

    Parameters
    ----------
    outline
        Up to the roads' centre lines, metres.
    crs
        Its plane.
    rows
        Of all the roads.
    corners
        Meetings of the roads that are not on different levels, each with the places of the two roads in the list.
    """

    outline: shapely.Polygon
    crs: str
    rows: numpy.ndarray
    corners: tuple[tuple[tuple[int, int], Meeting], ...]


def enclosed(network: RoadNetwork, roads: Sequence[numpy.ndarray], sides: Mapping[int, str]) -> Block:
    """The one block that borders on every road and lies on the named side of each.

    Parameters
    ----------
    roads
        Rows of each road.
    sides
        Direction of the site from a road, by the road's place in `roads`.

    Raises
    ------
    NotEnclosed
        If the roads close no block.
    Unlocated
        If they close several.
    """
    met = {pair: meetings_of(network, roads[pair[0]], roads[pair[1]]) for pair in combinations(range(len(roads)), 2)}
    places = [meeting for found in met.values() for meeting in found]
    if len(places) < len(roads):
        raise NotEnclosed(N_("所列道路在道路数据里没有合围成一个街区"))
    middle = numpy.mean([(place.lon, place.lat) for place in places], axis=0)
    crs = metric_crs((*middle, *middle))
    rows = numpy.unique(numpy.concatenate([*roads, *[ring.rows for ring in network.rings]]).astype(int))
    window = network.in_plane(rows[network.is_drawn[rows]], crs)
    faces = _faces(window, [*map(window.of, roads)], places, crs)
    fitting = [face for face in faces if _borders_all(face, window, roads) and _on_sides(face, window, roads, sides)]
    if not fitting:
        raise NotEnclosed(N_("所列道路在道路数据里没有合围成一个街区"))
    if len(fitting) > 1:
        raise Unlocated(N_("所列道路在道路数据里合围成 %(count)s 个街区，不能确定是哪一个"), count=len(fitting))
    all_rows = numpy.unique(numpy.concatenate(roads))
    level = tuple((pair, each) for pair, found in met.items() for each in found if each.kind != Kind.BRIDGE)
    return Block(fitting[0], crs, all_rows, level)


def _faces(
    window: Window, roads: Sequence[numpy.ndarray], places: Sequence[Meeting], crs: str
) -> list[shapely.Polygon]:
    """What the lines close in; small gaps between them are bridged."""
    lines = list(window.lines)
    for place in places:
        if place.gap_m > 0:
            point = to_plane(shapely.Point(place.lon, place.lat), crs)
            lines += [line for road in roads if (line := _shortest(point, road)).length <= place.gap_m + TOUCHING_M]
    noded = shapely.union_all(shapely.node(shapely.union_all(lines)))
    return [face for face in shapely.get_parts(shapely.polygonize([noded])) if face.area > 1.0]


def _shortest(point: shapely.Point, road: numpy.ndarray) -> shapely.LineString:
    """To a road, and on a hand's breadth, so that the lines cross for sure."""
    ends = shapely.get_coordinates(shapely.shortest_line(point, shapely.union_all(road)))
    way = ends[1] - ends[0]
    return shapely.LineString([ends[0], ends[1] + way / max(float(numpy.hypot(*way)), 1e-9) * 0.01])


def _borders_all(face: shapely.Polygon, window: Window, roads: Sequence[numpy.ndarray]) -> bool:
    rim = face.exterior.buffer(TOUCHING_M)
    return all(
        float(shapely.length(shapely.intersection(window.of(road), rim)).sum()) >= MIN_FRONTAGE_M for road in roads
    )


def _on_sides(face: shapely.Polygon, window: Window, roads: Sequence[numpy.ndarray], sides: Mapping[int, str]) -> bool:
    """Whether the block's middle lies on the named side of each road, seen square from the road."""
    for road, side in sides.items():
        border = shapely.intersection(shapely.union_all(window.of(roads[road])), face.exterior.buffer(TOUCHING_M))
        way = numpy.subtract(face.centroid.coords[0], border.centroid.coords[0])
        if way @ direction(azimuth_of(side)) < MIN_ACROSS * numpy.hypot(*way):
            return False
    return True


def without_roads(network: RoadNetwork, block: Block) -> shapely.Polygon | shapely.MultiPolygon:
    """A block without the land of roads, slip roads and roundabouts, around it or through it, metres.

    Roads that run through leave it in parts; minor ways, paths and tunnels do not. Verges and what slip roads cut off
    are no parts of it.
    """
    within = _rows_within(network, block)
    rows = numpy.union1d(block.rows, within[~(network.is_path[within] | network.is_minor[within])]).astype(int)
    rows = rows[[network.structure[row] != "tunnel" for row in rows]]
    lands = shapely.buffer(network.in_plane(rows, block.crs).lines, network.widths_m[rows] / 2, quad_segs=8)
    near = network.ring_tree.query(to_degrees(block.outline, block.crs))
    islands = [to_plane(network.rings[number].disc, block.crs) for number in near]
    rest = shapely.get_parts(block.outline.difference(shapely.union_all([*lands, *islands])))
    parts = sorted((part for part in rest if part.geom_type == "Polygon"), key=lambda part: -part.area)
    parts = parts[:1] + [part for part in parts[1:] if part.area >= LEAST_PART_M2 and not _is_verge(part)]
    return shapely.union_all(parts) if parts else block.outline


def without_others(shape: shapely.Geometry, others: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """What of a block others leave, a gap between them and it; all in metres.

    Raises
    ------
    Unlocated
        If they leave nothing.
    """
    rest = shape.difference(shapely.union_all([mitred(each, PARCEL_GAP_M) for each in others]))
    parts = [part for part in shapely.get_parts(rest) if part.geom_type == "Polygon" and not _is_verge(part)]
    if not parts:
        raise Unlocated(N_("所围街区已被别的地块占满"))
    return shapely.union_all(parts)


def _is_verge(part: shapely.Polygon) -> bool:
    return part.buffer(-THIN_M / 2).is_empty


def roads_through(network: RoadNetwork, block: Block) -> tuple[str | None, ...]:
    """Names of the roads that run through a block; None for those without a name. Minor ways do not count."""
    rows = numpy.setdiff1d(_rows_within(network, block), block.rows)
    rows = rows[~(network.is_path[rows] | network.is_minor[rows] | network.is_link[rows] | network.is_ring[rows])]
    rows = rows[[network.structure[row] != "tunnel" for row in rows]]
    lengths = shapely.length(
        shapely.intersection(network.in_plane(rows, block.crs).lines, block.outline.buffer(-INNER_M))
    )
    names = [network.rows["name"].iloc[row] for row in rows[lengths >= 2 * INNER_M]]
    return tuple(dict.fromkeys(name if isinstance(name, str) else None for name in names))


def _rows_within(network: RoadNetwork, block: Block) -> numpy.ndarray:
    return numpy.sort(network.tree.query(to_degrees(block.outline, block.crs), predicate="intersects"))


def shrunk_to(block: shapely.Geometry, area_m2: float) -> shapely.Geometry:
    """A block drawn in evenly on all sides until it has an area."""
    low, high = 0.0, float(numpy.sqrt(block.area))
    shape = block
    for _ in range(60):
        middle = (low + high) / 2
        inner = mitred(block, -middle)
        if inner.area > area_m2:
            low, shape = middle, inner
        else:
            high = middle
    return shape
