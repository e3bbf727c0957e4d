"""From words to places: a phrase's crossing, corner, block or stretch, and a parcel there; or else the reason.

Nothing here knows a zone. Roads come as a `RoadNetwork`, phrases as `geo.model.location.LocationPhrase`. What was
assumed is told, and what may be wrong is told as a doubt; what cannot be known for sure is not placed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis import blocks, stretches
from geo.analysis.azimuths import azimuth_of, direction, turn
from geo.analysis.block_places import place_in_block
from geo.analysis.corners import corner_on_sides, corner_towards
from geo.analysis.crossings import Crossing, crossing_at, find_crossing, match_road
from geo.analysis.measuring import to_degrees, to_plane
from geo.analysis.meetings import Unlocated
from geo.analysis.named_stretches import off_stretch, stretch_of
from geo.analysis.network import RoadNetwork
from geo.analysis.places import GROUND_M, Place, Placer, Roadside
from geo.analysis.road_names import NameMatch
from geo.model.crs import metric_crs
from geo.model.errors import N_
from geo.model.location import QUADRANTS, LocationPhrase
from geo.model.remark import Remark

OFFSET_ERROR = 0.1
"""Share of a distance in words: people round."""

LEAST_OFFSET_ERROR_M = 10.0
MISSING_SHARE = 0.2
"""Of a distance along a road that may lie beyond the end of its line."""

MAX_READINGS = 8
"""Of the names around a block; each has one or two."""

MAX_OFFSET_M = 20_000.0
SAME_WAY_DEG = 45.0
"""Between a cardinal direction and the road that leads there; half of it for NE and its like."""

OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E", "NE": "SW", "SW": "NE", "NW": "SE", "SE": "NW"}


@dataclass(frozen=True)
class Site:
    """A phrase to be placed, and how large the parcel is (m²); None where that is not known."""

    phrase: LocationPhrase
    area_m2: float | None = None


def locate_sites(
    sites: Sequence[Site],
    network: RoadNetwork,
    *,
    standing: Sequence[BaseGeometry] = (),
    progress: Callable[[int, int], None] | None = None,
) -> list[Place]:
    """Place what can be placed; sites in one corner of a crossing stand side by side in the order given.

    What has no area takes a whole block where that is all that is told of it, so it comes after all that have one: it
    gets what these leave.

    Parameters
    ----------
    standing
        Land in EPSG:4326 that is taken already.
    progress
        Told after each site how many are done, and how many there are.

    Returns
    -------
    places
        One for each site, in the same order; each has either a geometry or a reason.
    """
    locator = Locator(network, standing)
    places: dict[int, Place] = {}
    for at in sorted(range(len(sites)), key=lambda at: sites[at].area_m2 is None):
        places[at] = locator.locate(sites[at])
        if progress:
            progress(len(places), len(sites))
    return [places[at] for at in range(len(sites))]


class Locator:
    """Reads phrase after phrase as a place on the roads of a network."""

    def __init__(self, network: RoadNetwork, standing: Sequence[BaseGeometry] = ()) -> None:
        self.network = network
        self.placer = Placer(network, standing)
        self.kinds: dict[str, Callable[[Site], Place]] = {
            "intersection": self._at_crossing,
            "sides": self._on_sides,
            "bounded": self._in_block,
            "offset": self._at_distance,
            "along": self._along,
        }

    def locate(self, site: Site) -> Place:
        """Where a site is, or why that cannot be told."""
        try:
            if site.phrase.kind not in self.kinds or not site.phrase.roads:
                raise Unlocated(N_("“%(text)s”没有写明是哪条路或哪个路口"), text=site.phrase.text)
            place = self.kinds[site.phrase.kind](site)
            return place.doubting(_unchecked_sides(site.phrase))
        except Unlocated as reason:
            return Place(reason=reason, candidates=reason.candidates)

    def _at_crossing(self, site: Site) -> Place:
        crossing = self._crossing(site.phrase, site.phrase.roads)
        side_m = math.sqrt(site.area_m2 or 0.0)
        if site.phrase.quadrant is None:
            doubt = Remark(N_("没有写明在路口的哪一侧，只定到路口，地块须人工落图"))
            return self.placer.at_crossing(crossing, side_m, (doubt,))
        try:
            choice = corner_towards(crossing, site.phrase.quadrant)
        except Unlocated as reason:
            doubt = Remark(reason.message, **reason.params)
            return self.placer.at_crossing(crossing, side_m, ()).doubting(doubt)
        return self.placer.in_corner(crossing, choice, site.area_m2)

    def _on_sides(self, site: Site) -> Place:
        """On the named sides of one, two or three roads; of four, in the block between them."""
        sides = _one_sided(site.phrase)
        if not sides:
            raise Unlocated(N_("“%(text)s”没有写明在道路的哪一侧"), text=site.phrase.text)
        if len(sides) >= 4:
            return self._in_block(site)
        if len(sides) == 1:
            return self._along(site)
        opposite = [pair for pair in combinations(sides, 2) if sides[pair[0]] == OPPOSITE[sides[pair[1]]]]
        if not opposite:
            first, second = list(sides)[:2]
            crossing = self._crossing(site.phrase, (first, second))
            choice = corner_on_sides(crossing, {0: sides[first], 1: sides[second]})
            return self.placer.in_corner(crossing, choice, site.area_m2)
        third = [road for road in sides if road not in opposite[0]]
        if not third:
            raise _somewhere_between(*opposite[0])
        return self._between(site, third[0], sides[third[0]], opposite[0])

    def _in_block(self, site: Site) -> Place:
        """In the block that three or more roads close in."""
        roads, sides = list(dict.fromkeys(site.phrase.roads)), _one_sided(site.phrase)
        if len(roads) < 3:
            return self._on_sides(site)
        numbered = {number: sides[road] for number, road in enumerate(roads) if road in sides}
        try:
            matches, block = self._enclosed(roads, numbered)
        except Unlocated:
            if len(roads) == 3 and len(sides) == 3:
                return self._on_sides(site)
            raise
        doubts = [match.remark for match in matches if match.remark is not None]
        doubts += self._off_stretches(site.phrase, roads, matches, block)
        corners = [
            crossing_at(self.network, (matches[one], matches[other]), meeting, (roads[one], roads[other]))
            for (one, other), meeting in block.corners
        ]
        return place_in_block(self.placer, block, site.area_m2, doubts, corners)

    def _off_stretches(
        self, phrase: LocationPhrase, roads: Sequence[str], matches: Sequence[NameMatch], block: blocks.Block
    ) -> list[Remark]:
        """What speaks against a block being on the named stretches of its roads."""
        middle = to_degrees(block.outline.centroid, block.crs)
        found = [
            off_stretch(self.network, match.rows, road, stretch_of(phrase.text, road), (middle.x, middle.y))
            for road, match in zip(roads, matches, strict=True)
        ]
        return [misfit.remark for misfit in found if misfit is not None]

    def _enclosed(self, roads: Sequence[str], sides: dict[int, str]) -> tuple[tuple[NameMatch, ...], blocks.Block]:
        """The block of the surest reading of the names in which they close one."""
        readings = product(*[match_road(self.network, road) for road in roads])
        readings = sorted(readings, key=lambda each: sum(match.trust for match in each))[:MAX_READINGS]
        failure = None
        for matches in readings:
            try:
                return matches, blocks.enclosed(self.network, [match.rows for match in matches], sides)
            except blocks.NotEnclosed as reason:
                failure = failure or reason
        raise failure

    def _at_distance(self, site: Site) -> Place:
        """So many metres from a crossing."""
        phrase = site.phrase
        if phrase.offset_m is None or phrase.offset_dir is None or len(phrase.roads) < 2:
            raise Unlocated(N_("“%(text)s”没有写明从哪里、往哪个方向量起"), text=phrase.text)
        if phrase.offset_m > MAX_OFFSET_M:
            raise Unlocated(N_("距离 %(offset_m)s 米太远，不能定位"), offset_m=round(phrase.offset_m))
        crossing = self._crossing(phrase, phrase.roads)
        wanted = azimuth_of(phrase.offset_dir)
        error_m = max(LEAST_OFFSET_ERROR_M, OFFSET_ERROR * phrase.offset_m)
        arms = [(abs(turn(arm, wanted)), road, arm) for road in (0, 1) for arm in crossing.arms[road]]
        off, road, arm = min(arms, default=(180.0, 0, 0.0))
        if off > SAME_WAY_DEG / len(phrase.offset_dir):
            return self.placer.off_roads(crossing, wanted, phrase.offset_m, error_m, site.area_m2, phrase.roadside)
        roadside = self._walked(crossing, road, arm, phrase, error_m)
        return self.placer.beside(roadside, site.area_m2, crossing)

    def _walked(self, crossing: Crossing, road: int, arm: float, phrase: LocationPhrase, error_m: float) -> Roadside:
        """Along a road from a crossing."""
        name = crossing.roads[road]
        crs = metric_crs((crossing.lon, crossing.lat) * 2)
        start = shapely.get_coordinates(to_plane(shapely.Point(crossing.lon, crossing.lat), crs))[0]
        near = self.network.rows_near(crossing.lon, crossing.lat, phrase.offset_m + GROUND_M)
        rows = numpy.union1d(numpy.intersect1d(crossing.all_rows[road], near), crossing.rows[road]).astype(int)
        lines = self.network.in_plane(rows, crs).lines
        spot, missing_m = stretches.walk(lines, start, arm, phrase.offset_m, crossing.spread_m)
        if missing_m > MISSING_SHARE * phrase.offset_m:
            message = N_("“%(road)s”在道路数据里往所述方向只有约 %(length_m)s 米")
            raise Unlocated(message, road=name, length_m=round(phrase.offset_m - missing_m))
        spot = replace(spot, point=spot.point + direction(spot.azimuth) * missing_m, uncertainty_m=error_m)
        return Roadside(name, rows, spot, crs, phrase.roadside)

    def _along(self, site: Site) -> Place:
        """Somewhere along a road: between two others, on a named stretch, or anywhere."""
        roads = list(dict.fromkeys(site.phrase.roads))
        if len(roads) == 2 and not _one_sided(site.phrase):
            raise _somewhere_between(*roads)
        side = next(iter(_one_sided(site.phrase).values()), site.phrase.roadside)
        if len(roads) >= 3:
            return self._between(site, roads[0], side, (roads[1], roads[2]))
        name = next(iter(_one_sided(site.phrase)), roads[0])
        part = stretch_of(site.phrase.text, name)
        if part and self.network.names.has(f"{name}{part}段"):
            name, part = f"{name}{part}段", ""
        match = match_road(self.network, name)[0]
        crs = metric_crs(shapely.total_bounds(self.network.lines[match.rows]))
        lines = self.network.in_plane(match.rows, crs).lines
        spot = stretches.stretch(lines, name, part)
        roadside = Roadside(name, match.rows, spot, crs, side)
        return self.placer.beside(roadside, site.area_m2).doubting(match.remark)

    def _between(self, site: Site, road: str, side: str | None, cross_roads: tuple[str, str]) -> Place:
        """On a road between two cross roads."""
        ends = [self._crossing(site.phrase, (road, each)) for each in cross_roads]
        crs = metric_crs((ends[0].lon, ends[0].lat) * 2)
        points = [shapely.get_coordinates(to_plane(shapely.Point(end.lon, end.lat), crs))[0] for end in ends]
        rows = numpy.array(ends[0].all_rows[0], dtype=int)
        spot = stretches.between(self.network.in_plane(rows, crs).lines, *points)
        place = self.placer.beside(Roadside(road, rows, spot, crs, side), site.area_m2)
        return place.doubting(*ends[0].doubts, *ends[1].doubts)

    def _crossing(self, phrase: LocationPhrase, roads: Sequence[str]) -> Crossing:
        """Of the first two roads; of more that are named, the first two that meet."""
        if len(roads) < 2:
            raise Unlocated(N_("只写了一条路“%(road)s”，没有写明与哪条路相交"), road=roads[0])
        parts = {road: stretch_of(phrase.text, road) for road in roads}
        try:
            return find_crossing(self.network, roads[0], roads[1], (parts[roads[0]], parts[roads[1]]))
        except Unlocated as reason:
            for first, second in list(combinations(roads, 2))[1:]:
                try:
                    crossing = find_crossing(self.network, first, second, (parts[first], parts[second]))
                except Unlocated:
                    continue
                message = N_("所述道路没有全部相交，取“%(first)s”与“%(second)s”的路口")
                doubt = Remark(message, first=first, second=second)
                return replace(crossing, doubts=(doubt, *crossing.doubts), is_certain=False)
            raise reason


def _one_sided(phrase: LocationPhrase) -> dict[str, str]:
    """Roads of which the site lies on one side."""
    return {road: side for road, side in phrase.sides.items() if side != "both"}


def _unchecked_sides(phrase: LocationPhrase) -> Remark | None:
    """The doubt that a river, a railway, a village is said to be on a side: a road network does not tell where."""
    things = [thing for thing, side in phrase.other_sides.items() if side in QUADRANTS]
    if phrase.kind == "intersection" or not things:
        return None
    return Remark(N_("“%(things)s”不在道路数据里，朝它的一侧没有核对"), things=", ".join(things))


def _somewhere_between(first: str, second: str) -> Unlocated:
    return Unlocated(N_("只写明在“%(first)s”与“%(second)s”之间，没有写明是哪一段"), first=first, second=second)
