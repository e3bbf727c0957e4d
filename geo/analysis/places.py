"""Making a place: a parcel in a corner or beside a road, a block, a point; with all that is to be said of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.arms import SAME_ARM_DEG
from geo.analysis.azimuths import azimuth_of, direction, turn
from geo.analysis.corners import MIN_ACROSS, Choice, Corner, Front
from geo.analysis.crossings import Crossing
from geo.analysis.measuring import to_degrees, to_plane
from geo.analysis.meetings import Meeting, Unlocated
from geo.analysis.network import RoadNetwork
from geo.analysis.parcels import (
    LONGEST,
    PARCEL_GAP_M,
    Ground,
    corner_stand,
    fit_along,
    fit_parcel,
    front_stand,
)
from geo.analysis.shape_checks import repaired
from geo.analysis.stands import Fit, Stand, is_sensible
from geo.analysis.stretches import Spot
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU

SHAPE_ERROR = 0.25
"""Share of a parcel's side by which its middle may be off, because its shape is not known."""

GROUND_M = 200.0
SIDES_OF_SQUARE = 6.0
"""How many sides of a parcel's square around it are looked at."""

POINT_STEP_M, POINT_REACH_M = 20.0, 300.0
"""How places without an area stand beside one another along a road, and how far from where they should at most."""

SHAPE_UNKNOWN = Remark(N_("地块形状未知，按沿路的四边形绘制"))


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
    away_m
        The part of `accuracy_m` that is because others stand where it might stand, or because it does not fit there.
    """

    geometry: BaseGeometry | None = None
    accuracy_m: float | None = None
    crossing: Crossing | None = None
    doubts: tuple[Remark, ...] = ()
    assumptions: tuple[Remark, ...] = ()
    is_certain: bool = False
    candidates: tuple[Meeting, ...] = ()
    reason: Unlocated | None = None
    away_m: float = 0.0

    def doubting_too(self, *remarks: Remark) -> "Place":
        """With more to be said that leaves no doubt of the place."""
        return replace(self, doubts=(*self.doubts, *remarks))

    def doubting(self, *remarks: Remark | None) -> "Place":
        """With more doubts, if there are any."""
        told = tuple(remark for remark in remarks if remark is not None)
        return replace(self, doubts=(*told, *self.doubts), is_certain=self.is_certain and not told)


@dataclass(frozen=True)
class Roadside:
    """A place on a road, and where the site lies from it.

    Parameters
    ----------
    road
        Its name.
    rows
        Of the road.
    spot
        In the plane of `crs`.
    side
        Direction of the site from the road; None where it is not told.
    """

    road: str
    rows: numpy.ndarray
    spot: Spot
    crs: str
    side: str | None


class Placer:
    """Places one site after the other; a later one gives way to those before.

    Parameters
    ----------
    network
        The roads.
    standing
        Land in EPSG:4326 on which nothing may be placed.
    """

    def __init__(self, network: RoadNetwork, standing: Sequence[BaseGeometry] = ()) -> None:
        self.network = network
        self._standing = shapely.STRtree(standing)
        self._taken: list[BaseGeometry] = []
        self._points: list[shapely.Point] = []
        self._queues: dict[tuple[frozenset[str], tuple[float, ...]], Queue] = {}

    def ground(self, lon: float, lat: float, area_m2: float | None, more_m: float = 0.0) -> Ground:
        """What is in the way around a place."""
        reach_m = GROUND_M + more_m + (SIDES_OF_SQUARE * math.sqrt(area_m2) if area_m2 else 0.0)
        box = shapely.Point(lon, lat).buffer(2 * reach_m / 100_000).envelope
        return Ground(self.network, lon, lat, reach_m, self.standing_in(box))

    def standing_in(self, outline: BaseGeometry) -> list[BaseGeometry]:
        """Land in EPSG:4326 that others have."""
        standing = self._standing.geometries[self._standing.query(outline)]
        return [*standing, *(shape for shape in self._taken if shape.intersects(outline))]

    def take(self, shape: BaseGeometry) -> None:
        """Let nothing else be placed on a parcel."""
        self._taken.append(shape)

    def in_corner(self, crossing: Crossing, choice: Choice, area_m2: float | None) -> Place:
        """A parcel in a corner, beside those that stand there already."""
        ground = self.ground(crossing.lon, crossing.lat, area_m2)
        queue = self.queue(ground, crossing, choice.corner)
        crossing = queue.crossing
        if area_m2 is None:
            doubts = (*choice.doubts, Remark(N_("没有面积，只定到街角的一点")))
            place = self._somewhere_at(crossing, 0.0, doubts)
            return self._at_point(place, ground, queue.stand)
        fit = self.next_in(queue, ground, area_m2)
        if fit is None and choice.other is not None:
            fit = self.next_in(self.queue(ground, crossing, choice.other), ground, area_m2)
        side_m = math.sqrt(area_m2)
        if fit is None:
            doubt = Remark(N_("街角放不下地块，只定到路口，地块须人工落图"))
            return self.at_crossing(crossing, side_m, choice.doubts).doubting(doubt)
        place = self._parcel(fit, ground.crs, area_m2, crossing.near_rows, (*crossing.doubts, *choice.doubts), crossing)
        also_m = 2 * side_m if choice.other is not None else 0.0
        return replace(
            place,
            accuracy_m=math.hypot(crossing.accuracy_m, SHAPE_ERROR * side_m, also_m) + fit.away_m,
            is_certain=crossing.is_certain and place.is_certain and not choice.doubts,
            candidates=crossing.others,
        )

    def beside(self, roadside: Roadside, area_m2: float | None, crossing: Crossing | None = None) -> Place:
        """A parcel beside a place on a road; a point where there is no area, or on the road where no side is named."""
        lon, lat = lon_lat(roadside.spot.point, roadside.crs)
        rows = numpy.intersect1d(roadside.rows, self.network.rows_near(lon, lat, GROUND_M))
        rows = rows if len(rows) else roadside.rows
        error_m = crossing.accuracy_m if crossing else float(numpy.nanmax(self.network.errors_m[roadside.rows]))
        base = Place(
            accuracy_m=math.hypot(error_m, roadside.spot.uncertainty_m),
            crossing=crossing,
            doubts=crossing.doubts if crossing else (),
        )
        if roadside.side is None:
            doubt = Remark(N_("没有写明在路的哪一侧，只定到路上的一点"))
            return self.assuming(replace(base, geometry=shapely.Point(lon, lat)), rows).doubting(doubt)
        ground = self.ground(lon, lat, area_m2)
        stand = self._front(ground, rows, roadside)
        if area_m2 is None:
            doubt = Remark(N_("没有面积，只定到路边的一点"))
            return self._at_point(self.assuming(base, rows).doubting(doubt), ground, stand)
        fit = fit_along(ground, stand, area_m2, rows.tolist())
        if fit is None:
            raise Unlocated(N_("“%(road)s”旁放不下地块"), road=roadside.road)
        place = self._parcel(fit, ground.crs, area_m2, rows, base.doubts, crossing)
        accuracy_m = math.hypot(base.accuracy_m, SHAPE_ERROR * math.sqrt(area_m2)) + fit.away_m
        is_certain = place.is_certain and crossing is not None and crossing.is_certain
        return replace(place, accuracy_m=accuracy_m, is_certain=is_certain)

    def _front(self, ground: Ground, rows: numpy.ndarray, roadside: Roadside) -> Stand:
        along = roadside.spot.azimuth
        across = float(direction(along + 90) @ direction(azimuth_of(roadside.side)))
        if abs(across) < MIN_ACROSS:
            raise Unlocated(N_("“%(road)s”在此处的走向与所述的一侧不符"), road=roadside.road)
        return front_stand(ground, rows.tolist(), ground.centre, along, along + math.copysign(90, across))

    def _at_point(self, place: Place, ground: Ground, stand: Stand) -> Place:
        """A place without an area at a stand, or so far on along its road that nothing else is there."""
        moved_m = self._first_free_m(ground, stand)
        lon, lat = lon_lat(stand.origin + stand.along * (moved_m or 0.0), ground.crs)
        self._points.append(shapely.Point(lon, lat))
        place = replace(place, geometry=self._points[-1])
        if moved_m is None:
            return place.doubting_too(Remark(N_("原处和沿路都已有别的项目，与它们重叠")))
        if not moved_m:
            return place
        doubt = Remark(N_("原处已有别的项目，沿路错开约 %(moved_m)s 米"), moved_m=round(moved_m))
        return replace(place, accuracy_m=place.accuracy_m + moved_m, away_m=moved_m).doubting_too(doubt)

    def _first_free_m(self, ground: Ground, stand: Stand) -> float | None:
        """How far on along its road from a stand nothing else is; None where that is too far or behind a road."""
        inside = stand.along + stand.across
        near = shapely.points(ground.centre).buffer(2 * POINT_REACH_M)
        others = [each for each in (to_plane(point, ground.crs) for point in self._points) if near.contains(each)]
        for moved_m in numpy.arange(0.0, POINT_REACH_M, POINT_STEP_M).tolist():
            spot = stand.origin + stand.along * moved_m
            if not ground.is_reached(stand.origin + inside, spot + inside):
                return None
            point = shapely.Point(spot)
            is_taken = any(each.contains(point) for each in ground.taken)
            if not is_taken and all(each.distance(point) > POINT_STEP_M / 2 for each in others):
                return moved_m
        return None

    def off_roads(
        self,
        crossing: Crossing,
        azimuth: float,
        distance_m: float,
        error_m: float,
        area_m2: float | None,
        side: str | None = None,
    ) -> Place:
        """Straight from a crossing where no road leads that way; a side of the road is one of that straight line."""
        ground = self.ground(crossing.lon, crossing.lat, area_m2, distance_m)
        point = ground.centre + direction(azimuth) * distance_m
        accuracy_m = math.hypot(crossing.accuracy_m, error_m)
        doubts = (*crossing.doubts, Remark(N_("所述方向没有道路，按直线距离量取")))
        beside = _beside_line(point, azimuth, side)
        if side is not None:
            aside = N_("没有这条路，路的哪一侧只能按所量的直线定")
            doubts = (*doubts, Remark(aside if beside else N_("所述的路的一侧与所量的方向不符，没有用上")))
        if area_m2 is None:
            place = Place(shapely.Point(lon_lat(point, ground.crs)), accuracy_m, crossing, doubts)
            return self.assuming(place, crossing.near_rows)
        stand = beside or self._around(crossing, point, azimuth, area_m2)
        fit = fit_along(ground, stand, area_m2)
        if fit is None:
            raise Unlocated(N_("所述位置放不下地块"))
        place = self._parcel(fit, ground.crs, area_m2, crossing.near_rows, doubts, crossing)
        accuracy_m = math.hypot(accuracy_m, SHAPE_ERROR * math.sqrt(area_m2)) + fit.away_m
        return replace(place, accuracy_m=accuracy_m, is_certain=False)

    def _around(self, crossing: Crossing, point: numpy.ndarray, azimuth: float, area_m2: float) -> Stand:
        """A stand in whose middle a point is, square to the arm of a crossing that leads there best."""
        along = min((arm for arms in crossing.arms for arm in arms), key=lambda arm: abs(turn(arm, azimuth)))
        across = direction(along + math.copysign(90, turn(along, azimuth)))
        return Stand(point - across * math.sqrt(area_m2) / 2, direction(along), across, is_centred=True)

    def at_crossing(self, crossing: Crossing, side_m: float, doubts: Sequence[Remark]) -> Place:
        """A point at a crossing, where no parcel can be drawn; with `side_m` the parcel lies somewhere around it.

        Where another one is there already it stands beside it, so that both are seen.
        """
        ground = self.ground(crossing.lon, crossing.lat, None)
        along = min(arm for arms in crossing.arms for arm in arms) if any(crossing.arms) else 0.0
        stand = Stand(ground.centre, direction(along), direction(along + 90))
        return self._at_point(self._somewhere_at(crossing, side_m, doubts), ground, stand)

    def _somewhere_at(self, crossing: Crossing, side_m: float, doubts: Sequence[Remark]) -> Place:
        reach_m = math.hypot(side_m, float(self.network.widths_m[crossing.near_rows].max()) / 2) if side_m else 0.0
        place = Place(
            shapely.Point(crossing.lon, crossing.lat),
            math.hypot(crossing.accuracy_m, reach_m),
            crossing,
            (*crossing.doubts, *doubts),
            is_certain=crossing.is_certain,
            candidates=crossing.others,
        )
        return self.assuming(place, crossing.near_rows)

    def _parcel(
        self,
        fit: Fit,
        crs: str,
        area_m2: float,
        rows: Sequence[int],
        doubts: Sequence[Remark],
        crossing: Crossing | None,
    ) -> Place:
        """A parcel that was found, with what is to be said of it."""
        doubts = list(doubts)
        if not fit.is_whole:
            message = N_("街区放不下 %(stated)s 亩，只画出放得下的 %(drawn)s 亩")
            doubts.append(Remark(message, stated=in_mu(area_m2), drawn=in_mu(fit.shape.area)))
        elif not fit.is_sensible:
            doubts.append(Remark(N_("地块被道路限制成狭长或不规则的形状，须核对")))
        if fit.crosses_minor:
            doubts.append(Remark(N_("地块内有内部道路或机耕路，未避让")))
        shape = outlined(fit.shape, crs)
        self.take(shape)
        if fit.moved_m:
            doubts.append(Remark(N_("原处已有地块，沿路移开约 %(moved_m)s 米"), moved_m=round(fit.moved_m)))
        if fit.aside_m:
            message = N_("原处放不下规整的地块，移开约 %(aside_m)s 米")
            doubts.append(Remark(message, aside_m=round(fit.aside_m)))
        is_certain = fit.is_whole and fit.is_sensible
        place = Place(shape, None, crossing, tuple(doubts), (SHAPE_UNKNOWN,), is_certain, away_m=fit.away_m)
        return self.assuming(place, rows)

    def assuming(self, place: Place, rows: Sequence[int]) -> Place:
        """With what was assumed of the roads."""
        rows = numpy.asarray(rows, dtype=int)
        assumptions = list(place.assumptions)
        widths = sorted({float(width) for width in self.network.widths_m[rows[self.network.width_is_assumed[rows]]]})
        if widths:
            told = ", ".join(f"{width:g}" for width in widths)
            assumptions.append(Remark(N_("道路数据没有宽度，按 %(widths)s 米计"), widths=told))
        errors = self.network.errors_m[rows[self.network.error_is_assumed[rows]]]
        if len(errors):
            assumptions.append(Remark(N_("道路数据没有注明误差，按 %(error_m)s 米计"), error_m=f"{errors.max():.0f}"))
        if place.crossing is not None and not self.network.tells_levels:
            assumptions.append(Remark(N_("道路数据既没有路口节点也没有桥梁、隧道和层级，相交的线都按平面路口计")))
        if place.crossing is not None and place.crossing.spread_m > 1.0:
            message = N_("路口在数据里半径约 %(spread_m)s 米（双幅路、环岛或渠化路口），取其中心")
            assumptions.append(Remark(message, spread_m=round(place.crossing.spread_m)))
        return replace(place, assumptions=tuple(assumptions))

    def next_in(self, queue: "Queue", ground: Ground, area_m2: float) -> Fit | None:
        """The next parcel of a queue, which may have grown beyond the ground that was looked at."""
        if queue.reach_m:
            ground = self.ground(queue.crossing.lon, queue.crossing.lat, area_m2, queue.reach_m)
        return queue.fit(ground, area_m2)

    def queue(self, ground: Ground, crossing: Crossing, corner: Corner | Front) -> "Queue":
        """The corner with what stands there already, whichever road is named first."""
        azimuths = corner.azimuths if isinstance(corner, Corner) else (corner.azimuth, corner.side)
        key = (frozenset(crossing.roads), tuple(sorted(round(azimuth) for azimuth in azimuths)))
        if key not in self._queues:
            self._queues[key] = Queue(_stand(ground, crossing, corner), crossing)
        return self._queues[key]


@dataclass
class Queue:
    """Parcels that stand side by side in one corner: along the first road, then along the second."""

    stand: Stand
    crossing: Crossing
    along_m: float = 0.0
    across_m: float = 0.0

    @property
    def reach_m(self) -> float:
        """How far from the corner the next parcel may begin."""
        return max(self.along_m, self.across_m)

    def fit(self, ground: Ground, area_m2: float) -> Fit | None:
        """The next parcel; the first one at the corner itself."""
        gap_m = PARCEL_GAP_M / self.stand.sine
        if self.stand.is_centred:
            return fit_along(ground, self.stand, area_m2, self.crossing.near_rows)
        if not self.along_m:
            found = fit_parcel(ground, self.stand, area_m2)
            if found is None or not (found.is_whole and found.is_sensible):
                found = self._past_others(ground, area_m2) or found
            if found is not None:
                self.along_m, self.across_m = (reach + gap_m for reach in self.stand.reach(found.shape))
            return found
        beside = self._next(ground, self.along_m, 0, area_m2)
        if beside is not None and is_sensible(self.stand, beside.shape):
            self.along_m = self.stand.reach(beside.shape)[0] + gap_m
            return beside
        behind = self._next(ground, self.across_m, 1, area_m2)
        if behind is not None and (beside is None or is_sensible(self.stand, behind.shape)):
            self.across_m = self.stand.reach(behind.shape)[1] + gap_m
            return behind
        if beside is not None:
            self.along_m = self.stand.reach(beside.shape)[0] + gap_m
        return beside

    def _past_others(self, ground: Ground, area_m2: float) -> Fit | None:
        """The first parcel beside or behind what others have at the corner; None where they are not in the way."""
        side_m = math.sqrt(area_m2 / self.stand.sine)
        land = self.stand.parcel(side_m, side_m)
        others = [self.stand.reach(each) for each in ground.taken if each.intersects(land)]
        for way in (0, 1):
            reach_m = max((reach[way] for reach in others), default=0.0)
            if 0 < reach_m <= LONGEST * side_m:
                found = self._next(ground, reach_m, way, area_m2)
                if found is not None and found.is_sensible:
                    return found
        return None

    def _next(self, ground: Ground, away_m: float, way: int, area_m2: float) -> Fit | None:
        """A whole parcel in the same block, so far from the corner along (0) or across (1)."""
        stand = self.stand.moved(*((away_m, 0.0) if way == 0 else (0.0, away_m)))
        inside = self.stand.along + self.stand.across
        if not ground.is_reached(self.stand.origin + inside, stand.origin + inside):
            return None
        found = fit_parcel(ground, stand, area_m2, verge_m=PARCEL_GAP_M / 2)
        return replace(found, moved_m=away_m) if found is not None and found.is_whole else None


def _stand(ground: Ground, crossing: Crossing, corner: Corner | Front) -> Stand:
    if isinstance(corner, Front):
        return front_stand(ground, crossing.rows[corner.road], ground.centre, corner.azimuth, corner.side)
    rows = [
        [*mine, *(row for arm, row in crossing.continuations if abs(turn(arm, azimuth)) <= SAME_ARM_DEG)]
        for mine, azimuth in zip(crossing.rows, corner.azimuths, strict=True)
    ]
    return corner_stand(ground, rows, corner.azimuths, crossing.spread_m)


def outlined(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    """Land in metres as an outline in degrees, in parts where it is so narrow that rounding lets its edges cross."""
    outline = to_degrees(shape, crs)
    return shapely.orient_polygons(outline if outline.is_valid else repaired(outline) or outline)


def _beside_line(point: numpy.ndarray, azimuth: float, side: str | None) -> Stand | None:
    """A stand on one side of a straight line at a point; None where the side is none of that line."""
    across = 0.0 if side is None else float(direction(azimuth + 90) @ direction(azimuth_of(side)))
    if abs(across) < MIN_ACROSS:
        return None
    return Stand(point, direction(azimuth), direction(azimuth + math.copysign(90, across)), is_centred=True)


def lon_lat(point: numpy.ndarray, crs: str) -> tuple[float, float]:
    """A place in metres as degrees."""
    degrees = to_degrees(shapely.Point(point), crs)
    return degrees.x, degrees.y


def in_mu(area_m2: float) -> float:
    """Square metres as 亩, to two decimals."""
    return round(area_m2 / SQUARE_METRES_PER_MU, 2)
