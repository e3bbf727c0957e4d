"""Which place belongs to which school, by each method, as one table that leaves no place out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.areas import network_areas
from geo.analysis.catchments.barriers import snap_this_side
from geo.analysis.catchments.pieces import cut_edges
from geo.analysis.catchments.snapping import MAX_SNAP_M, Snapped, snap
from geo.analysis.catchments.streets import Streets
from geo.analysis.catchments.walks import Walks, nearest_walks, walk_matrix
from geo.analysis.measuring import to_plane
from geo.model.crs import GEOD
from geo.model.errors import N_

STANDARD_M = {"primary": 500.0, "junior": 1000.0}
"""How far a pupil should walk at most, metres, unless the office says otherwise. GB 50180-2018 城市居住区规划设计标准,
appendix C, table C.0.1: the service radius should not exceed (不宜大于) 500 m for a primary school, in the ten-minute
neighbourhood, and 1 000 m for a junior school, in the fifteen-minute one. Cited as generally quoted, for no open source
has the text; and it speaks of a radius, while we measure along the streets, which is stricter."""

REASONS = {
    "no_position": N_("没有位置"),
    "off_streets": N_("离最近的道路 %(distance_m)s 米，超过 %(most_m)s 米"),
    "barred": N_("最近的道路都在铁路、河流的另一侧"),
    "no_way": N_("沿道路到不了任何学校"),
    "beyond_standard": N_("最近的学校要走 %(distance_m)s 米，超过 %(most_m)s 米"),
    "no_seat": N_("学位不足"),
    "not_allowed": N_("指定或排除之后没有可去的学校"),
}
"""Why a place has no school."""


@dataclass(frozen=True)
class Schools:
    """The schools that count.

    Parameters
    ----------
    gates
        Points in EPSG:4326 of all gates.
    school
        The number of the school that each gate is of.
    seats
        Of each school; NaN where unknown.
    """

    gates: numpy.ndarray
    school: numpy.ndarray
    seats: numpy.ndarray

    def __len__(self) -> int:
        return len(self.seats)


@dataclass(frozen=True)
class Demand:
    """Where pupils live.

    Parameters
    ----------
    points
        In EPSG:4326, None where there is no position.
    pupils
        At each; NaN where unknown.
    """

    points: numpy.ndarray
    pupils: numpy.ndarray

    def __len__(self) -> int:
        return len(self.pupils)


@dataclass(frozen=True)
class Situation:
    """Streets with schools and demand on them.

    Parameters
    ----------
    barriers
        Areas in EPSG:4326 across which nobody is put on a street.
    barred
        Which places have streets within reach on the other side of a barrier only.
    """

    streets: Streets
    schools: Schools
    demand: Demand
    max_snap_m: float = MAX_SNAP_M
    barriers: Sequence[BaseGeometry] = ()
    gates: Snapped = field(init=False)
    places: Snapped = field(init=False)
    barred: numpy.ndarray = field(init=False)

    def __post_init__(self) -> None:
        for name, points in (("gates", self.schools.gates), ("places", self.demand.points)):
            snapped = snap(self.streets, points, max_snap_m=self.max_snap_m)
            snapped, barred = snap_this_side(self.streets, points, snapped, self.walls, self.max_snap_m)
            object.__setattr__(self, name, snapped)
        object.__setattr__(self, "barred", barred)

    @cached_property
    def walls(self) -> numpy.ndarray:
        """The barriers in the plane of the streets."""
        return to_plane(numpy.array(self.barriers, dtype=object), self.streets.crs)

    @cached_property
    def nearest(self) -> Walks:
        """The nearest gate of each place and node."""
        return nearest_walks(self.streets, self.gates, self.places)

    @cached_property
    def nearest_school(self) -> numpy.ndarray:
        """Number of each place's nearest school, -1 where there is none."""
        return numpy.where(self.nearest.school >= 0, self.schools.school[self.nearest.school], -1)

    @cached_property
    def matrix_m(self) -> numpy.ndarray:
        """The walk from every place to every school over the nearest of its gates."""
        by_gate = walk_matrix(self.streets, self.gates, self.places)
        found = numpy.full((len(self.demand), len(self.schools)), numpy.inf)
        for gate, school in enumerate(self.schools.school):
            numpy.minimum(found[:, school], by_gate[:, gate], out=found[:, school])
        return found

    @cached_property
    def off_streets(self) -> numpy.ndarray:
        """Numbers of the schools none of whose gates is on the streets."""
        return numpy.setdiff1d(numpy.arange(len(self.schools)), self.schools.school[self.gates.on_streets])


def unreached(situation: Situation) -> pandas.Series:
    """Why each place cannot reach any school; None where it can."""
    places, nearest = situation.places, situation.nearest
    reason = numpy.full(len(places), None, dtype=object)
    reason[nearest.school < 0] = "no_way"
    reason[~places.on_streets] = "off_streets"
    reason[situation.barred] = "barred"
    reason[numpy.isnan(places.snap_m)] = "no_position"
    return pandas.Series(reason, dtype=object)


def by_nearest(situation: Situation, *, within_m: float | None = None) -> pandas.DataFrame:
    """Each place with its nearest school.

    Parameters
    ----------
    within_m
        Farther than this a place has no school.

    Returns
    -------
    assignments
        A row for each place: `demand` (its number), `school` (the school's, -1 for none), `distance_m` (the walk; NaN
        without a school), `pupils`, `reason` (a key of `REASONS` where there is no school), `nearest_m` (the walk to
        the nearest school, whether or not it is the one).
    """
    nearest = situation.nearest
    reason = unreached(situation)
    school = situation.nearest_school.copy()
    if within_m is not None:
        beyond = (school >= 0) & (nearest.distance_m > within_m)
        school[beyond] = -1
        reason[beyond] = "beyond_standard"
    walk = numpy.where(numpy.isfinite(nearest.distance_m), nearest.distance_m, numpy.nan)
    return pandas.DataFrame(
        {
            "demand": numpy.arange(len(school)),
            "school": school,
            "distance_m": numpy.where(school >= 0, walk, numpy.nan),
            "pupils": situation.demand.pupils,
            "reason": reason,
            "nearest_m": walk,
        }
    )


def catchments(
    situation: Situation, assignments: pandas.DataFrame, outline: BaseGeometry, *, within_m: float = numpy.inf
) -> dict[int, BaseGeometry]:
    """The areas from which one walks to each school by the network, polygons in EPSG:4326 by the school's number.

    A piece of street belongs to the school that is nearest to it. `NOBODY` has what is farther than `within_m`, or from
    where no school can be reached.
    """
    schools = situation.schools
    pieces = cut_edges(situation.streets, situation.gates, situation.nearest, within_m=within_m)
    places = situation.streets.to_plane(situation.demand.points)
    main = main_school(assignments)
    return network_areas(situation.streets, pieces, schools.school, places, main, outline, situation.walls)


def main_school(assignments: pandas.DataFrame) -> numpy.ndarray:
    """The school that takes most of each place's pupils, -1 for none."""
    order = assignments.sort_values(["demand", "pupils"], ascending=[True, False], kind="stable")
    return order.drop_duplicates("demand")["school"].to_numpy()


def straight_m(situation: Situation, assignments: pandas.DataFrame) -> numpy.ndarray:
    """The straight line from each place to the nearest gate of its school, metres on the ellipsoid; NaN without one."""
    places = _lonlat(situation.demand.points)
    gates = _lonlat(situation.schools.gates)
    found = numpy.full(len(assignments), numpy.nan)
    demand, school = assignments["demand"].to_numpy(), assignments["school"].to_numpy()
    rounds = pandas.Series(situation.schools.school).groupby(situation.schools.school).cumcount().to_numpy()
    for number in range(rounds.max() + 1 if len(rounds) else 0):
        gate_of = numpy.full(len(situation.schools) + 1, -1)  # the last one is that of no school
        gate_of[situation.schools.school[rounds == number]] = numpy.flatnonzero(rounds == number)
        gate = gate_of[school]
        having = (gate >= 0) & numpy.isfinite(places[demand]).all(axis=1)
        _, _, metres = GEOD.inv(*places[demand[having]].T, *gates[gate[having]].T)
        found[having] = numpy.fmin(found[having], metres)
    return found


def beside_m(situation: Situation, assignments: pandas.DataFrame) -> numpy.ndarray:
    """How far place and school of each row lie from their streets together, metres; NaN without a school."""
    gate_m = numpy.full(len(situation.schools) + 1, numpy.inf)
    gate_m[-1] = numpy.nan
    numpy.fmin.at(gate_m, situation.schools.school, situation.gates.snap_m)
    return situation.places.snap_m[assignments["demand"]] + gate_m[assignments["school"]]


def _lonlat(points: Sequence[shapely.Geometry | None]) -> numpy.ndarray:
    points = numpy.asarray(points, dtype=object)
    points = numpy.where(shapely.is_empty(points), None, points)
    return numpy.column_stack([shapely.get_x(points), shapely.get_y(points)])
