"""Parcels of a stated area beside roads: in a corner or along a front, clear of every road and of one another.

All in a plane of metres. A parcel is a parallelogram along the roads' true directions where it fits, else what the
block leaves of one: its sides then follow the bends and slip roads that are in the way.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy
import shapely

from geo.analysis.azimuths import azimuth_along, direction, turn
from geo.analysis.corners import BLUNT_DEG
from geo.analysis.measuring import mitred, to_plane
from geo.analysis.network import RoadNetwork
from geo.analysis.stands import Fit, Stand, is_sensible
from geo.model.crs import metric_crs

PARCEL_GAP_M = 10.0
"""Between neighbours."""

ASPECTS = (1.0, 1.5, 1 / 1.5, 2.0, 1 / 2.0, 3.0, 1 / 3.0)
"""Width along the first road by depth, the most likely first."""

OBLIQUE_SINE = math.sin(math.radians(55))
"""Of the angle of a corner so sharp or blunt that a parallelogram in it is a splinter."""

LONGEST = 4.0
"""A parcel grows to so many times the side of its square; a block that is smaller still is too small."""

SENSIBLE_ASPECTS = 5
ASIDE_STEP_M, ASIDE_STEPS = 8.0, 12
"""How a parcel is moved past what cuts its corner off."""

ALONG_STEP, ALONG_STEPS = 0.25, 12
"""How a parcel is moved along a road past those that stand there: shares of its side."""

AREA_TOLERANCE = 0.001
CLEARANCE_M = 0.02
"""By which a parcel may come nearer to a road than it should: rounding."""

THIN_M = 16.0
"""Land between two roads that is nowhere as wide is a verge, no block."""

VERGE_M = 40.0
"""How far from its corner a block may begin, behind a verge or a road beside the road."""

CUT_OFF_M = 120.0
"""How far a slip road or roundabout may cut a corner off."""

NOTCH_M = 35.0
"""Half the width of a notch that a road cuts into a parcel."""

SCRAP = 0.05
"""Share of a parcel's area below which a piece of land beside a larger one is none."""

AT_RING_M = 2.0
SPOKE_M = 1.0
SETBACK_REACH_M = 25.0
"""From the crossing, along a road: there its width and its carriageways are measured."""

SIDE_REACH_M = 60.0
BENDS = 8
"""Segments of a quarter circle in the edge of a road's land."""


class Ground:
    """What is in the way around a place: the land of every road, and parcels that stand already.

    Parameters
    ----------
    network
        Its rows within `radius_m` count; tunnels do not.
    taken
        Parcels in EPSG:4326.
    """

    def __init__(
        self, network: RoadNetwork, lon: float, lat: float, radius_m: float, taken: Iterable[shapely.Geometry] = ()
    ) -> None:
        window = network.window(lon, lat, radius_m)
        above = numpy.array([network.structure[row] != "tunnel" for row in window.rows], dtype=bool)
        rows = window.rows[above]
        self.crs = metric_crs((lon, lat, lon, lat))
        self.centre = shapely.get_coordinates(to_plane(shapely.Point(lon, lat), self.crs))[0]
        self.rows = rows
        self.lines = window.lines[above]
        self.half_widths_m = network.widths_m[rows] / 2
        self.is_minor = network.is_minor[rows]
        self.is_link = network.is_link[rows] | network.is_ring[rows]
        self.tree = shapely.STRtree(self.lines)
        inside = {int(row) for row in rows[network.is_ring[rows]]}
        self.islands = [to_plane(ring.disc, self.crs) for ring in network.rings if inside & set(ring.rows)]
        self.spokes = [spoke for disc in self.islands for spoke in self._spokes(disc)]
        self.taken = [mitred(to_plane(shape, self.crs), PARCEL_GAP_M) for shape in taken]

    def _spokes(self, disc: shapely.Polygon) -> Iterator[shapely.LineString]:
        """Roads that end at a roundabout, on to its middle: what lies between two of them is not one block."""
        for line in self.lines[self.tree.query(disc, predicate="dwithin", distance=AT_RING_M)]:
            for end in (0, -1):
                point = shapely.get_point(line, end)
                if shapely.dwithin(point, disc.exterior, AT_RING_M):
                    yield shapely.LineString([point, disc.centroid])

    def is_free(self, shape: shapely.Geometry, *, of_minor: bool) -> bool:
        """Whether a shape keeps off the land of every road and off the other parcels."""
        widest = float(self.half_widths_m.max(initial=0.0))
        near = self.tree.query(shape, predicate="dwithin", distance=max(widest, CLEARANCE_M))
        near = near if of_minor else near[~self.is_minor[near]]
        clear = shapely.distance(self.lines[near], shape) >= self.half_widths_m[near] - CLEARANCE_M
        return bool(clear.all()) and not any(_overlap(shape, other) for other in self.taken)

    def is_crossed(self, shape: shapely.Geometry) -> bool:
        """Whether minor ways lead over a shape."""
        return bool(self.is_minor[self.tree.query(shape, predicate="intersects")].any())

    def is_split(self, shape: shapely.Geometry) -> bool:
        """Whether a road runs into a shape, which lies on both sides of its end."""
        closed = shape.buffer(NOTCH_M).buffer(-NOTCH_M - 1.0)
        near = self.tree.query(closed, predicate="intersects")
        near = near[~self.is_minor[near] & ~self.is_link[near]]
        return bool(shapely.length(shapely.intersection(self.lines[near], closed)).sum() > 2 * NOTCH_M)

    def is_reached(self, start: numpy.ndarray, end: numpy.ndarray) -> bool:
        """Whether no road runs between two places."""
        way = shapely.LineString([start, end])
        near = self.tree.query(way, predicate="intersects")
        return not (~self.is_minor[near] & ~self.is_link[near]).any()

    def block(self, sector: shapely.Polygon, origin: numpy.ndarray, verge_m: float) -> shapely.Polygon | None:
        """The land at the origin, within a sector, that belongs to no road and no parcel.

        It may begin behind a verge. Slip roads and roundabouts cut pieces off.
        """
        point = shapely.Point(origin)
        pieces = _polygons(_without_necks(sector.difference(self._land(sector, links=False))))
        pieces = [each for each in pieces if each.distance(point) <= verge_m]
        if not pieces:
            return None
        block = min(pieces, key=lambda each: (round(each.distance(point), 1), -each.area))
        rest = _polygons(_without_necks(block.difference(self._land(sector, links=True))))
        rest = [each for each in rest if each.distance(point) <= verge_m + CUT_OFF_M]
        return max(rest, key=lambda each: each.area, default=None)

    def _land(self, sector: shapely.Polygon, *, links: bool) -> shapely.Geometry:
        widest = float(self.half_widths_m.max(initial=0.0))
        near = self.tree.query(sector, predicate="dwithin", distance=max(widest, CLEARANCE_M))
        near = near[(self.is_link[near] == links) & ~self.is_minor[near]]
        lands = shapely.buffer(self.lines[near], self.half_widths_m[near], quad_segs=BENDS)
        spokes = [] if links else [shapely.buffer(spoke, SPOKE_M) for spoke in self.spokes]
        return shapely.union_all([*lands, *spokes, *(self.islands if links else self.taken)])

    def setback(self, rows: Iterable[int], point: numpy.ndarray, along: float, side: float, reach_m: float) -> float:
        """From a place on a road to the edge of the road's land, its outer carriageway's half width included.

        Parameters
        ----------
        rows
            Of the road.
        along, side
            Azimuths along the road and across it towards the land.
        reach_m
            How far along the road carriageways are looked for.
        """
        ahead, aside = direction(along), direction(side)
        aside = aside - ahead * (ahead @ aside)
        aside = aside / numpy.hypot(*aside)
        mine = numpy.isin(self.rows, list(rows))
        found = []
        for start in (0.0, -reach_m):  # ahead; behind only where the road does not go on
            begin = point + ahead * start
            box = [begin + aside * SIDE_REACH_M, begin - aside * SIDE_REACH_M]
            box = shapely.Polygon([*box, box[1] + ahead * reach_m, box[0] + ahead * reach_m])
            inside = shapely.intersection(self.lines[mine], box)
            for line, half_m in zip(inside, self.half_widths_m[mine], strict=True):
                if line.length > 1.0:
                    found.append(float(((shapely.get_coordinates(line) - point) @ aside).max()) + float(half_m))
            if found:
                break
        return max(found, default=float(self.half_widths_m[mine].max(initial=0.0)))


def corner_stand(
    ground: Ground, rows: Sequence[Iterable[int]], azimuths: tuple[float, float], spread_m: float
) -> Stand:
    """At the corner between two arms, clear of both roads.

    Parameters
    ----------
    rows
        Of the first and of the second road.
    azimuths
        Of their arms.
    spread_m
        Radius of the crossing.
    """
    first, second = azimuths
    sides = (first + math.copysign(90, turn(first, second)), second + math.copysign(90, turn(second, first)))
    setbacks = [
        ground.setback(mine, ground.centre, along, side, SETBACK_REACH_M + spread_m)
        for mine, along, side in zip(rows, azimuths, sides, strict=True)
    ]
    offset = numpy.linalg.solve(numpy.array([direction(sides[0]), direction(sides[1])]), numpy.array(setbacks))
    across = sides[0] if abs(turn(first, second)) > BLUNT_DEG else second
    return Stand(ground.centre + offset, direction(first), direction(across))


def front_stand(ground: Ground, rows: Iterable[int], point: numpy.ndarray, along: float, side: float) -> Stand:
    """Centred at a place of a road, on one side of it."""
    setback_m = ground.setback(rows, point - direction(along) * SETBACK_REACH_M / 2, along, side, SETBACK_REACH_M)
    return Stand(point + direction(side) * setback_m, direction(along), direction(side), is_centred=True)


def fit_parcel(
    ground: Ground, stand: Stand, area_m2: float, *, verge_m: float = VERGE_M, may_stand_aside: bool = True
) -> Fit | None:
    """A parcel of an area: a free parallelogram of sensible proportions, else what grows in the block, else all of it.

    In an oblique corner a kite comes first.

    Parameters
    ----------
    verge_m
        How far from the stand a block may begin.
    may_stand_aside
        Whether it may begin a little farther from the stand where it would be a rag.

    Returns
    -------
    fit
        None where the stand has no land at all.
    """
    side_m = math.sqrt(area_m2 / stand.sine)
    if stand.sine < OBLIQUE_SINE and ground.is_free(kite := stand.kite(area_m2), of_minor=True):
        return Fit(kite)
    for of_minor in (True, False):
        for aspect in filter(stand.is_broad, ASPECTS):
            shape = stand.parcel(side_m * math.sqrt(aspect), side_m / math.sqrt(aspect))
            if ground.is_free(shape, of_minor=of_minor):
                return Fit(shape, crosses_minor=not of_minor)
    sector = stand.parcel(side_m * LONGEST, side_m * LONGEST)
    block = ground.block(sector, stand.origin, verge_m)
    if block is None:
        return None
    shape = _grown(stand, block, area_m2, side_m)
    sensible = is_sensible(stand, shape) and not ground.is_split(shape)
    if may_stand_aside and not sensible and (aside := _set_aside(ground, stand, side_m)) is not None:
        return aside
    is_whole = abs(shape.area - area_m2) <= AREA_TOLERANCE * area_m2
    return Fit(shape, is_whole, crosses_minor=ground.is_crossed(shape), is_sensible=sensible)


def fit_along(ground: Ground, stand: Stand, area_m2: float, rows: Sequence[int] = ()) -> Fit | None:
    """A parcel at a place of a road, or as near to it on the same side as those leave room that stand there already.

    Parameters
    ----------
    rows
        Of the road; without them the parcel is moved straight on.
    """
    found = fit_parcel(ground, stand, area_m2)
    if not ground.taken or (found is not None and found.is_whole and found.is_sensible):
        return found
    side_m = math.sqrt(area_m2)
    for step in range(1, ALONG_STEPS + 1):
        for along_m in (step * ALONG_STEP * side_m, -step * ALONG_STEP * side_m):
            moved = _moved_along(ground, stand, along_m, rows)
            if ground.is_reached(*(each.origin + each.across for each in (stand, moved))):
                beside = fit_parcel(ground, moved, area_m2, verge_m=PARCEL_GAP_M / 2, may_stand_aside=False)
                if beside is not None and beside.is_whole and beside.is_sensible:
                    return replace(beside, moved_m=abs(along_m))
    return found


def _moved_along(ground: Ground, stand: Stand, along_m: float, rows: Sequence[int]) -> Stand:
    """The same side of a road, so far on."""
    moved = stand.moved(along_m=along_m)
    lines = ground.lines[numpy.isin(ground.rows, rows)]
    if not len(lines):
        return moved
    line = lines[numpy.argmin(shapely.distance(lines, shapely.Point(moved.origin)))]
    at = shapely.line_locate_point(line, shapely.Point(moved.origin))
    ends = [at, max(at - SETBACK_REACH_M / 2, 0.0), min(at + SETBACK_REACH_M / 2, line.length)]
    here, before, after = shapely.get_coordinates(shapely.line_interpolate_point([line] * 3, ends))
    way = (after - before) * math.copysign(1.0, (after - before) @ stand.along)
    along = azimuth_along(way)
    side = along + math.copysign(90, float(direction(along + 90) @ stand.across))
    return front_stand(ground, rows, here, along, side)


def _set_aside(ground: Ground, stand: Stand, side_m: float) -> Fit | None:
    """A free parallelogram that begins a little farther from the corner, past what cuts it off."""
    for step in range(1, ASIDE_STEPS + 1):
        away_m = step * ASIDE_STEP_M
        for along_m, across_m in ((0.0, away_m), (away_m, 0.0), (away_m, away_m)):
            moved = stand.moved(0.0 if stand.is_centred else along_m, across_m)
            for aspect in filter(stand.is_broad, ASPECTS[:SENSIBLE_ASPECTS]):
                shape = moved.parcel(side_m * math.sqrt(aspect), side_m / math.sqrt(aspect))
                if ground.is_free(shape, of_minor=True) and ground.is_reached(stand.origin, moved.origin):
                    return Fit(shape, aside_m=float(numpy.hypot(*(moved.origin - stand.origin))))
    return None


def _grown(stand: Stand, block: shapely.Polygon, area_m2: float, side_m: float) -> shapely.Polygon:
    """What a growing parallelogram covers of a block when it has the area, or all of it."""
    low, high = side_m, side_m * LONGEST
    best = _nearest(stand, block.intersection(stand.parcel(high, high)), area_m2)
    if best.area <= area_m2:
        return best
    smaller = shapely.Polygon()
    for _ in range(40):
        middle = (low + high) / 2
        shape = _nearest(stand, block.intersection(stand.parcel(middle, middle)), area_m2)
        if abs(shape.area - area_m2) <= AREA_TOLERANCE * area_m2 / 10:
            return shape
        if shape.area < area_m2:
            low, smaller = middle, shape
        else:
            high, best = middle, shape
    return _cut_to(stand, best, area_m2) or smaller


def _cut_to(stand: Stand, shape: shapely.Polygon, area_m2: float) -> shapely.Polygon | None:
    """A shape that grew too large at once, around an obstacle, cut at one side; None where that leaves pieces."""
    width_m, depth_m = (2 * reach for reach in stand.reach(shape))
    for along_m, across_m in ((width_m, 0.0), (0.0, depth_m)):
        low, high = 0.0, 1.0
        for _ in range(40):
            share = (low + high) / 2
            window = stand.parcel(along_m * share or width_m, across_m * share or depth_m)
            part = shape.intersection(window)
            low, high = (share, high) if part.area < area_m2 else (low, share)
        if part.geom_type == "Polygon" and abs(part.area - area_m2) <= AREA_TOLERANCE * area_m2:
            return part
    return None


def _overlap(shape: shapely.Geometry, other: shapely.Geometry) -> bool:
    return shape.intersects(other) and shape.intersection(other).area > CLEARANCE_M


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 1.0]


def _nearest(stand: Stand, shape: shapely.Geometry, area_m2: float) -> shapely.Polygon:
    """The part of a shape at the corner; what hangs together with it only around the end of a road is elsewhere."""
    point = shapely.Point(stand.origin)
    parts = [each for each in _polygons(shape) if each.distance(point) <= VERGE_M + CUT_OFF_M]
    large = [each for each in parts if each.area >= SCRAP * area_m2] or parts
    return min(large, key=lambda each: (round(each.distance(point), 1), -each.area), default=shapely.Polygon())


def _without_necks(shape: shapely.Geometry) -> shapely.Geometry:
    """Without what is too thin to build on."""
    return mitred(mitred(shape, -THIN_M / 2), THIN_M / 2).intersection(shape)
