"""From words to places: a phrase's crossing, corner, block or stretch, and a parcel there; or else the reason.

Nothing here knows a zone. Roads come as a `RoadNetwork`, phrases as `geo.model.location.LocationPhrase`. What was
assumed is told, and what may be wrong is told as a doubt; what cannot be known for sure is not placed.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis import blocks, stretches
from geo.analysis.corners import (
    MIN_ACROSS,
    Choice,
    Corner,
    Front,
    azimuth_of,
    corner_on_sides,
    corner_towards,
    direction,
    turn,
)
from geo.analysis.crossings import Crossing, find_crossing, match_road
from geo.analysis.measuring import to_degrees, to_plane
from geo.analysis.meetings import Meeting, Unlocated
from geo.analysis.network import RoadNetwork
from geo.analysis.parcels import PARCEL_GAP_M, Fit, Ground, Stand, corner_stand, fit_parcel, front_stand
from geo.model.errors import N_
from geo.model.location import LocationPhrase
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU

SHAPE_ERROR = 0.25
"""Share of a parcel's side by which its middle may be off, because its shape is not known."""

OFFSET_ERROR = 0.1
"""Share of a distance in words: people round."""

MISSING_SHARE = 0.2
"""Of a distance along a road that may lie beyond the end of its line."""

SAME_WAY_DEG = 45.0
GROUND_M = 200.0
SIDES_OF_SQUARE = 6.0
"""How many sides of a parcel's square around it are looked at."""

BLOCK_REACH_M = 1000.0
FILLS_BLOCK = 0.7
"""Share of a block from which on a parcel is thought to be the whole block, drawn in a little."""

OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E"}
LETTERS = {"N": "北", "E": "东", "S": "南", "W": "西"}
"""Of directions, as they stand in stretches of roads: 北段."""


@dataclass(frozen=True)
class Site:
    """A phrase to be placed, and how large the parcel is (m²); None where that is not known."""

    phrase: LocationPhrase
    area_m2: float | None = None


@dataclass(frozen=True)
class Place:
    """Where a phrase leads.

    Parameters
    ----------
    geometry
        In EPSG:4326: a parcel of the stated area, the block between named roads, or a point where there is no area or
        no side of the road is named; None where there is a `reason`.
    accuracy_m
        From the roads' errors and all that had to be assumed.
    crossing
        Of the two roads, where the phrase has one.
    doubts
        What may be wrong.
    assumptions
        What was assumed because nothing is known of it.
    is_certain
        Whether the crossing or block leaves no doubt.
    candidates
        Other places that may be meant.
    """

    geometry: BaseGeometry | None = None
    accuracy_m: float | None = None
    crossing: Crossing | None = None
    doubts: tuple[Remark, ...] = ()
    assumptions: tuple[Remark, ...] = ()
    is_certain: bool = False
    candidates: tuple[Meeting, ...] = ()
    reason: Unlocated | None = None


def locate_sites(
    sites: Sequence[Site], network: RoadNetwork, *, progress: Callable[[int, int], None] | None = None
) -> list[Place]:
    """Place what can be placed; sites in one corner of a crossing stand side by side in the order given.

    Parameters
    ----------
    progress
        Told after each site how many are done, and how many there are.

    Returns
    -------
    places
        One for each site, in the same order; each has either a geometry or a reason.
    """
    locator = Locator(network)
    places = []
    for number, site in enumerate(sites, start=1):
        places.append(locator.locate(site))
        if progress:
            progress(number, len(sites))
    return places


class Locator:
    """Places sites one after the other; a later one gives way to those before.

    Parameters
    ----------
    network
        The roads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.taken: list[BaseGeometry] = []
        self._stands: dict[tuple[frozenset[str], tuple[float, ...]], _Row] = {}

    def locate(self, site: Site) -> Place:
        """Where a site is, or why that cannot be told."""
        how = {
            "intersection": self._at_crossing,
            "sides": self._on_sides,
            "bounded": self._in_block,
            "offset": self._at_distance,
            "along": self._along,
        }.get(site.phrase.kind)
        try:
            if how is None or not site.phrase.roads:
                raise Unlocated(N_("“%(text)s”没有写明是哪条路或哪个路口"), text=site.phrase.text)
            return how(site)
        except Unlocated as reason:
            return Place(reason=reason, candidates=reason.candidates)

    # --- kinds of phrases --------------------------------------------------------------------------------------

    def _at_crossing(self, site: Site) -> Place:
        crossing = self._crossing(site.phrase.roads)
        if site.phrase.quadrant is None:
            doubt = Remark(N_("没有写明在路口的哪一侧，只定到路口，地块须人工落图"))
            side_m = math.sqrt(site.area_m2 or 0.0)
            return self._point_at(crossing, (crossing.lon, crossing.lat), side_m, (doubt,))
        return self._in_corner(site, crossing, corner_towards(crossing, site.phrase.quadrant))

    def _on_sides(self, site: Site) -> Place:
        """On the named sides of one, two or three roads."""
        sides = {road: side for road, side in site.phrase.sides.items() if side != "both"}
        if len(sides) >= 4:
            return self._in_block(site)
        if not sides:
            raise Unlocated(N_("“%(text)s”没有写明在道路的哪一侧"), text=site.phrase.text)
        if len(sides) == 1:
            return self._along(site)
        opposite = [pair for pair in combinations(sides, 2) if sides[pair[0]] == OPPOSITE.get(sides[pair[1]])]
        if not opposite:
            first, second = list(sides)[:2]
            crossing = self._crossing((first, second))
            return self._in_corner(site, crossing, corner_on_sides(crossing, {0: sides[first], 1: sides[second]}))
        third = [road for road in sides if road not in opposite[0]]
        if not third:
            raise Unlocated(
                N_("只写明在“%(first)s”与“%(second)s”之间，没有写明是哪一段"),
                first=opposite[0][0],
                second=opposite[0][1],
            )
        return self._beside(site, third[0], sides[third[0]], opposite[0])

    def _in_block(self, site: Site) -> Place:
        roads = list(dict.fromkeys(site.phrase.roads))
        sides = {road: side for road, side in site.phrase.sides.items() if side != "both"}
        if len(roads) < 3:
            return self._on_sides(site)
        matches = [match_road(self.network, road)[0] for road in roads]
        numbered = {number: sides[road] for number, road in enumerate(roads) if road in sides}
        try:
            block, crs, meetings = blocks.enclosed(self.network, [match.rows for match in matches], numbered)
        except Unlocated:
            if len(roads) == 3 and len(sides) == 3:
                return self._on_sides(replace(site, phrase=replace(site.phrase, kind="sides")))
            raise
        rows = numpy.unique(numpy.concatenate([match.rows for match in matches]))
        doubts = [match.remark for match in matches if match.remark is not None]
        return self._block_place(
            site, blocks.without_roads(self.network, block, rows, crs), crs, rows, meetings, doubts
        )

    def _at_distance(self, site: Site) -> Place:
        """So many metres from a crossing."""
        phrase = site.phrase
        if phrase.offset_m is None or phrase.offset_dir is None or len(phrase.roads) < 2:
            raise Unlocated(N_("“%(text)s”没有写明从哪里、往哪个方向量起"), text=phrase.text)
        crossing = self._crossing(phrase.roads)
        ground = self._ground(crossing.lon, crossing.lat, site.area_m2, phrase.offset_m)
        wanted = azimuth_of(phrase.offset_dir)
        arms = [(abs(turn(arm, wanted)), road, arm) for road in (0, 1) for arm in crossing.arms[road]]
        limit = SAME_WAY_DEG if len(phrase.offset_dir) == 1 else SAME_WAY_DEG / 2
        off, road, arm = min(arms, default=(180.0, 0, 0.0))
        if off > limit:
            return self._off_roads(site, crossing, ground, wanted)
        lines = ground.lines[numpy.isin(ground.rows, crossing.rows[road])]
        lines = self.network.in_plane(match_road(self.network, phrase.roads[road])[0].rows, ground.crs).lines
        spot, missing_m = stretches.walk(lines, ground.centre, arm, phrase.offset_m)
        if missing_m > MISSING_SHARE * phrase.offset_m:
            message = N_("“%(road)s”在道路数据里往所述方向只有约 %(length_m)s 米")
            raise Unlocated(message, road=crossing.roads[road], length_m=round(phrase.offset_m - missing_m))
        spot = replace(spot, point=spot.point + direction(spot.azimuth) * missing_m)
        spot = replace(spot, uncertainty_m=max(10.0, OFFSET_ERROR * phrase.offset_m))
        return self._roadside(site, crossing.roads[road], spot, phrase.roadside, ground.crs, crossing)

    def _along(self, site: Site) -> Place:
        """Somewhere along a road: between two others, on a named stretch, or anywhere."""
        roads, sides = list(dict.fromkeys(site.phrase.roads)), site.phrase.sides
        if len(roads) == 2:
            message = N_("只写明在“%(first)s”与“%(second)s”之间，没有写明是哪一段")
            raise Unlocated(message, first=roads[0], second=roads[1])
        side = next((side for road, side in sides.items() if side != "both"), site.phrase.roadside)
        if len(roads) >= 3:
            return self._beside(site, roads[0], side, (roads[1], roads[2]))
        match = match_road(self.network, roads[0])[0]
        rows = self._drawn(match.rows)
        crs = blocks.metric_crs(shapely.total_bounds(self.network.lines[rows]))
        lines = self.network.in_plane(rows, crs).lines
        spot = stretches.stretch(lines, roads[0], _stretch_in(site.phrase.text, roads[0]))
        place = self._roadside(site, roads[0], spot, side, crs, None, tuple(rows.tolist()))
        return self._doubting(place, match.remark)

    def _beside(self, site: Site, road: str, side: str | None, cross_roads: tuple[str, str]) -> Place:
        """On a road between two cross roads."""
        ends = [self._crossing((road, each)) for each in cross_roads]
        crs = blocks.metric_crs((ends[0].lon, ends[0].lat) * 2)
        points = [shapely.get_coordinates(to_plane(shapely.Point(end.lon, end.lat), crs))[0] for end in ends]
        rows = self._drawn(match_road(self.network, road)[0].rows)
        spot = stretches.between(self.network.in_plane(rows, crs).lines, *points)
        place = self._roadside(site, road, spot, side, crs, None, tuple(rows.tolist()))
        return self._doubting(place, *ends[0].doubts, *ends[1].doubts)

    # --- places ------------------------------------------------------------------------------------------------

    def _in_corner(self, site: Site, crossing: Crossing, choice: Choice) -> Place:
        ground = self._ground(crossing.lon, crossing.lat, site.area_m2)
        row = self._row(ground, crossing, choice.corner)
        crossing = row.crossing
        if site.area_m2 is None:
            doubt = Remark(N_("没有面积，只定到街角的一点"))
            return self._point_at(crossing, _lon_lat(row.stand.origin, ground.crs), 0.0, (*choice.doubts, doubt))
        fit = row.fit(ground, site.area_m2)
        if fit is None and choice.other is not None:
            row = self._row(ground, crossing, choice.other)
            fit = row.fit(ground, site.area_m2)
        if fit is None:
            message = N_("“%(first)s”与“%(second)s”路口的这个街角放不下地块")
            raise Unlocated(message, first=crossing.roads[0], second=crossing.roads[1])
        side_m = math.sqrt(site.area_m2)
        also = 2 * side_m if choice.other is not None else 0.0
        place = self._parcel(site, fit, ground.crs, [*crossing.rows[0], *crossing.rows[1]], choice.doubts, crossing)
        return replace(
            place,
            accuracy_m=math.hypot(crossing.accuracy_m, SHAPE_ERROR * side_m, also),
            doubts=(*crossing.doubts, *place.doubts),
            is_certain=crossing.is_certain and place.is_certain and not choice.doubts,
            candidates=crossing.others,
        )

    def _roadside(
        self,
        site: Site,
        road: str,
        spot: stretches.Spot,
        side: str | None,
        crs: str,
        crossing: Crossing | None,
        rows: tuple[int, ...] = (),
    ) -> Place:
        """Beside a place on a road, or on it where no side is named."""
        lon, lat = _lon_lat(spot.point, crs)
        near = self._drawn(numpy.array(rows or [row for each in crossing.rows for row in each], dtype=int))
        rows_here = numpy.intersect1d(near, self.network.rows_near(lon, lat, GROUND_M))
        errors_m = crossing.accuracy_m if crossing else float(numpy.nanmax(self.network.errors_m[near]))
        side_m = math.sqrt(site.area_m2 or 0.0)
        accuracy_m = math.hypot(errors_m, spot.uncertainty_m, SHAPE_ERROR * side_m)
        base = Place(
            crossing=crossing,
            accuracy_m=math.hypot(errors_m, spot.uncertainty_m),
            doubts=crossing.doubts if crossing else (),
        )
        if side is None or site.area_m2 is None:
            message = N_("没有写明在路的哪一侧，只定到路上的一点") if side is None else N_("没有面积，只定到路边的一点")
            if side is not None:
                ground = self._ground(lon, lat, None)
                origin = self._front(ground, rows_here, spot, side, road).origin
                lon, lat = _lon_lat(origin, ground.crs)
            place = replace(base, geometry=shapely.Point(lon, lat), doubts=(*base.doubts, Remark(message)))
            return self._assuming(place, rows_here)
        ground = self._ground(lon, lat, site.area_m2)
        stand = self._front(ground, rows_here, replace(spot, point=ground.centre), side, road)
        fit = fit_parcel(ground, stand, site.area_m2)
        if fit is None:
            raise Unlocated(N_("“%(road)s”旁放不下地块"), road=road)
        place = self._parcel(site, fit, ground.crs, rows_here.tolist(), base.doubts, crossing)
        is_certain = place.is_certain and crossing is not None and crossing.is_certain
        return replace(place, accuracy_m=accuracy_m, is_certain=is_certain)

    def _front(self, ground: Ground, rows: Sequence[int], spot: stretches.Spot, side: str, road: str) -> Stand:
        away = spot.azimuth + 90
        across = float(direction(away) @ direction(azimuth_of(side)))
        if abs(across) < MIN_ACROSS:
            raise Unlocated(N_("“%(road)s”在此处的走向与所述的一侧不符"), road=road)
        return front_stand(ground, rows, spot.point, spot.azimuth, away if across > 0 else away + 180)

    def _off_roads(self, site: Site, crossing: Crossing, ground: Ground, azimuth: float) -> Place:
        """Straight from the crossing where no road leads that way."""
        offset_m = site.phrase.offset_m or 0.0
        point = ground.centre + direction(azimuth) * offset_m
        accuracy_m = math.hypot(crossing.accuracy_m, max(10.0, OFFSET_ERROR * offset_m))
        doubt = Remark(N_("所述方向没有道路，按直线距离量取"))
        if site.area_m2 is None:
            place = Place(shapely.Point(*_lon_lat(point, ground.crs)), accuracy_m, crossing, (*crossing.doubts, doubt))
            return self._assuming(place, [*crossing.rows[0], *crossing.rows[1]])
        along = min((arm for arms in crossing.arms for arm in arms), key=lambda arm: abs(turn(arm, azimuth)))
        side = math.copysign(90, turn(along, azimuth))
        half_m = math.sqrt(site.area_m2) / 2
        stand = Stand(
            point - direction(along + side) * half_m, direction(along), direction(along + side), is_centred=True
        )
        fit = fit_parcel(ground, stand, site.area_m2)
        if fit is None:
            raise Unlocated(N_("所述位置放不下地块"))
        rows = [*crossing.rows[0], *crossing.rows[1]]
        place = self._parcel(site, fit, ground.crs, rows, (*crossing.doubts, doubt), crossing)
        return replace(place, accuracy_m=math.hypot(accuracy_m, SHAPE_ERROR * 2 * half_m))

    def _parcel(
        self,
        site: Site,
        fit: Fit,
        crs: str,
        rows: Sequence[int],
        doubts: Sequence[Remark],
        crossing: Crossing | None,
    ) -> Place:
        """A parcel that was found, with what is to be said of it."""
        doubts = list(doubts)
        if not fit.is_whole:
            message = N_("街区放不下 %(stated)s 亩，只画出放得下的 %(drawn)s 亩")
            stated, drawn = (round(area / SQUARE_METRES_PER_MU, 2) for area in (site.area_m2, fit.shape.area))
            doubts.append(Remark(message, stated=stated, drawn=drawn))
        if fit.crosses_minor:
            doubts.append(Remark(N_("地块内有内部道路或机耕路，未避让")))
        shape = shapely.orient_polygons(to_degrees(fit.shape, crs))
        self.taken.append(shape)
        shape_assumed = Remark(N_("地块形状未知，按沿路的四边形绘制"))
        place = Place(shape, None, crossing, tuple(doubts), (shape_assumed,), is_certain=fit.is_whole)
        return self._assuming(place, rows)

    def _block_place(
        self,
        site: Site,
        block: shapely.Polygon,
        crs: str,
        rows: numpy.ndarray,
        meetings: Sequence[Meeting],
        doubts: Sequence[Remark],
    ) -> Place:
        doubts = list(doubts)
        gap_m = max((meeting.gap_m for meeting in meetings), default=0.0)
        if gap_m:
            doubts.append(Remark(N_("围合的道路在道路数据里没有全部相接，最大缺口 %(gap_m)s 米"), gap_m=round(gap_m)))
        unknown_m = 0.0
        if site.area_m2 is not None:
            if FILLS_BLOCK * block.area <= site.area_m2 <= block.area:
                block = blocks.shrunk_to(block, site.area_m2)
            elif abs(block.area - site.area_m2) > 0.005 * site.area_m2:
                stated, drawn = (round(area / SQUARE_METRES_PER_MU, 2) for area in (site.area_m2, block.area))
                doubts.append(
                    Remark(
                        N_("所围街区约 %(drawn)s 亩，与所述 %(stated)s 亩不符，画的是整个街区"),
                        drawn=drawn,
                        stated=stated,
                    )
                )
                unknown_m = float(shapely.minimum_bounding_radius(block)) if site.area_m2 < block.area else 0.0
        shape = shapely.orient_polygons(to_degrees(block, crs))
        near = numpy.intersect1d(rows, self.network.tree.query(shape.envelope))
        error_m = float(numpy.nanmax(self.network.errors_m[near if len(near) else rows]))
        place = Place(shape, math.hypot(error_m, gap_m, unknown_m), doubts=tuple(doubts), is_certain=not doubts)
        return self._assuming(place, near)

    def _point_at(
        self, crossing: Crossing, lon_lat: tuple[float, float], side_m: float, doubts: Sequence[Remark]
    ) -> Place:
        """At a crossing, where no parcel can be drawn."""
        rows = [*crossing.rows[0], *crossing.rows[1]]
        reach_m = math.hypot(side_m, float(self.network.widths_m[rows].max()) / 2)
        place = Place(
            shapely.Point(lon_lat),
            math.hypot(crossing.accuracy_m, reach_m if side_m else 0.0),
            crossing,
            (*crossing.doubts, *doubts),
            is_certain=crossing.is_certain,
            candidates=crossing.others,
        )
        return self._assuming(place, rows)

    # --- helpers -----------------------------------------------------------------------------------------------

    def _crossing(self, roads: Sequence[str]) -> Crossing:
        """Of the first two roads; of three that are named, the two that meet."""
        try:
            return find_crossing(self.network, *_two(roads))
        except Unlocated as reason:
            for pair in list(combinations(roads, 2))[1:] if len(roads) > 2 else ():
                try:
                    crossing = find_crossing(self.network, *pair)
                except Unlocated:
                    continue
                message = N_("所述道路没有全部相交，取“%(first)s”与“%(second)s”的路口")
                doubt = Remark(message, first=pair[0], second=pair[1])
                return replace(crossing, doubts=(doubt, *crossing.doubts), is_certain=False)
            raise reason

    def _ground(self, lon: float, lat: float, area_m2: float | None, offset_m: float = 0.0) -> Ground:
        reach_m = GROUND_M + offset_m + (SIDES_OF_SQUARE * math.sqrt(area_m2) if area_m2 else 0.0)
        box = shapely.box(lon, lat, lon, lat).buffer(2 * reach_m / 100_000)
        return Ground(self.network, lon, lat, reach_m, [shape for shape in self.taken if shape.intersects(box)])

    def _row(self, ground: Ground, crossing: Crossing, corner: Corner | Front) -> "_Row":
        """The corner with what stands there already, whichever road is named first."""
        azimuths = corner.azimuths if isinstance(corner, Corner) else (corner.azimuth, corner.side)
        key = (frozenset(crossing.roads), tuple(sorted(round(azimuth) for azimuth in azimuths)))
        if key not in self._stands:
            self._stands[key] = _Row(_stand(ground, crossing, corner), crossing)
        return self._stands[key]

    def _drawn(self, rows: numpy.ndarray) -> numpy.ndarray:
        return rows[self.network.is_drawn[rows]]

    def _doubting(self, place: Place, *remarks: Remark | None) -> Place:
        told = [remark for remark in remarks if remark is not None]
        return replace(place, doubts=(*told, *place.doubts), is_certain=place.is_certain and not told)

    def _assuming(self, place: Place, rows: Sequence[int]) -> Place:
        """With what was assumed of the roads."""
        rows = numpy.asarray(rows, dtype=int)
        assumptions = list(place.assumptions)
        widths = sorted({float(width) for width in self.network.widths_m[rows[self.network.width_is_assumed[rows]]]})
        if widths:
            told = ", ".join(f"{width:g}" for width in widths)
            assumptions.append(Remark(N_("道路数据没有宽度，按 %(widths)s 米计"), widths=told))
        errors = self.network.errors_m[rows[self.network.error_is_assumed[rows]]]
        if len(errors):
            assumptions.append(Remark(N_("道路数据没有注明误差，按 %(error_m)s 米计"), error_m=f"{errors.max():g}"))
        if place.crossing is not None and place.crossing.spread_m > 1.0:
            message = N_("路口在数据里半径约 %(spread_m)s 米（双幅路、环岛或渠化路口），取其中心")
            assumptions.append(Remark(message, spread_m=round(place.crossing.spread_m)))
        return replace(place, assumptions=tuple(assumptions))


@dataclass
class _Row:
    """Parcels that stand side by side in one corner: along the first road, then along the second."""

    stand: Stand
    crossing: Crossing
    along_m: float = 0.0
    across_m: float = 0.0

    def fit(self, ground: Ground, area_m2: float) -> Fit | None:
        """The next parcel; the first one at the corner itself."""
        gap_m = PARCEL_GAP_M / self.stand.sine
        if not self.along_m or self.stand.is_centred:
            found = fit_parcel(ground, self.stand, area_m2)
            if found is not None:
                self.along_m, self.across_m = (reach + gap_m for reach in self.stand.reach(found.shape))
            return found
        for moved, is_along in (
            (self.stand.moved(along_m=self.along_m), True),
            (self.stand.moved(across_m=self.across_m), False),
        ):
            inside = self.stand.origin + (self.stand.along + self.stand.across)
            if not ground.is_reached(inside, moved.origin + (self.stand.along + self.stand.across)):
                continue
            found = fit_parcel(ground, moved, area_m2, verge_m=PARCEL_GAP_M / 2)
            if found is not None and found.is_whole:
                reach = self.stand.reach(found.shape)
                if is_along:
                    self.along_m = reach[0] + gap_m
                else:
                    self.across_m = reach[1] + gap_m
                return found
        return None


def _stand(ground: Ground, crossing: Crossing, corner: Corner | Front) -> Stand:
    if isinstance(corner, Front):
        return front_stand(ground, crossing.rows[corner.road], ground.centre, corner.azimuth, corner.side)
    return corner_stand(ground, crossing.rows, corner.azimuths, crossing.spread_m)


def _two(roads: Sequence[str]) -> tuple[str, str]:
    if len(roads) < 2:
        raise Unlocated(N_("只写了一条路“%(road)s”，没有写明与哪条路相交"), road=roads[0])
    return roads[0], roads[1]


def _lon_lat(point: numpy.ndarray, crs: str) -> tuple[float, float]:
    degrees = to_degrees(shapely.Point(point), crs)
    return degrees.x, degrees.y


def _stretch_in(text: str, road: str) -> str:
    """The stretch of a road that the words name: 北 of 迎宾路北段."""
    match = re.search(re.escape(road) + r"([东西南北中])[段首头端部]", text)
    return match[1] if match else ""
