"""Which school is it from here, why, and which would be the next?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import pandas
import shapely

from geo.analysis.catchments import walk_matrix
from geo.analysis.catchments.assigning import REASONS, Demand, Situation, beside_m, straight_m, unreached
from geo.analysis.catchments.routes import line_of, route
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.catchments.answering import Answer
from geo.service.catchments.computing import situation_of
from geo.service.catchments.inputs import Inputs

MOST_CHOICES = 3
MAIN_ROADS = frozenset("motorway trunk primary secondary motorway_link trunk_link primary_link secondary_link".split())

RULES = {
    "nearest": N_("就近：沿道路最近的学校"),
    "service": N_("服务半径：沿道路最近、且在 %(standard_m)s 米以内的学校"),
    "capacity": N_("按学位：在学位以内使全体学生步行总长最短；这里属于它的范围"),
}


@dataclass(frozen=True)
class Choice:
    """A school that can be reached from a place.

    Parameters
    ----------
    number
        Of the school in the inputs.
    distance_m, straight_m
        The walk along the streets, and the straight line from the place to the gate.
    detour_factor
        The way from door to gate, that to the street and from it included, over the straight line.
    """

    number: int
    distance_m: float
    straight_m: float
    detour_factor: float | None


@dataclass(frozen=True)
class Way:
    """How one walks to the school.

    Parameters
    ----------
    line
        In EPSG:4326.
    roads
        Names of the roads that it follows, in its order.
    crossed
        Names of roads that it crosses or turns off, and whether each is a main road; None where no class is known.
    barriers
        Names of railways and rivers that it crosses.
    """

    line: shapely.LineString
    roads: list[str]
    crossed: list[tuple[str, bool | None]]
    barriers: list[str]


@dataclass(frozen=True)
class Reason:
    """Why a place belongs to a school.

    Parameters
    ----------
    school
        By the method that was asked for; None where it has none.
    others
        The nearest other schools, the nearest first.
    without
        Why there is no school; None where there is one.
    rule
        By which the school was found.
    way
        To the school; None where there is none to walk.
    """

    snap_m: float
    school: Choice | None
    others: list[Choice]
    without: Remark | None
    rule: Remark
    way: Way | None


def why(answer: Answer, lon: float, lat: float) -> Reason:
    """The school of a place, and the nearest others."""
    inputs, options = answer.inputs, answer.options
    place = numpy.array([shapely.Point(lon, lat)], dtype=object)
    here = situation_of(inputs, options, Demand(place, numpy.ones(1)))
    by_gate = walk_matrix(here.streets, here.gates, here.places)[0]
    walks = numpy.full(len(inputs.schools), numpy.inf)
    numpy.minimum.at(walks, inputs.schools.school, by_gate)
    order = [int(number) for number in numpy.argsort(walks, kind="stable") if numpy.isfinite(walks[number])]
    school, without = _school(answer, here, place[0], walks, order)
    chosen = [*([school] if school is not None else []), *(number for number in order if number != school)]
    choices = _choices(here, walks, chosen[:MOST_CHOICES])
    rule = Remark(RULES[options.method], standard_m=f"{options.walk_standard_m:.0f}")
    way = None
    if school is not None:
        gates = numpy.flatnonzero(inputs.schools.school == school)
        way = _way(inputs, here, int(gates[by_gate[gates].argmin()]))
    mine, others = (choices[0], choices[1:]) if school is not None else (None, choices)
    return Reason(float(here.places.snap_m[0]), mine, others, without, rule, way)


def _school(
    answer: Answer, here: Situation, place: shapely.Point, walks: numpy.ndarray, order: Sequence[int]
) -> tuple[int | None, Remark | None]:
    """The school by the method, or the reason why there is none."""
    code = unreached(here)[0]
    snap_m, most_m = here.places.snap_m[0], answer.options.max_snap_m
    if code is not None:
        return None, Remark(REASONS[code], distance_m=f"{snap_m:.0f}", most_m=f"{most_m:.0f}")
    if answer.options.method == "capacity":
        held = answer.area_index.at(place.x, place.y)
        school_id = answer.outcome.catchments["school_id"].iloc[held] if held >= 0 else None
        known = [number for number, each in enumerate(answer.inputs.school_ids) if each == school_id]
        known = [number for number in known if numpy.isfinite(walks[number])]
        return (known[0], None) if known else (None, Remark(N_("这里不属于任何学校的范围：学位不足，或到不了")))
    standard_m = answer.options.walk_standard_m
    if answer.options.method == "service" and walks[order[0]] > standard_m:
        params = {"distance_m": f"{walks[order[0]]:.0f}", "most_m": f"{standard_m:.0f}"}
        return None, Remark(REASONS["beyond_standard"], **params)
    return order[0], None


def _choices(here: Situation, walks: numpy.ndarray, numbers: Sequence[int]) -> list[Choice]:
    chosen = numpy.array(numbers, dtype=int)
    rows = pandas.DataFrame({"demand": 0 * chosen, "school": chosen})
    straight, beside = straight_m(here, rows), beside_m(here, rows)
    return [
        Choice(
            number,
            float(walks[number]),
            float(line),
            round(float((walks[number] + aside) / line), 2) if line > 0 else None,
        )
        for number, line, aside in zip(numbers, straight, beside, strict=True)
    ]


def _way(inputs: Inputs, here: Situation, gate: int) -> Way | None:
    """The way to a gate."""
    legs = route(inputs.streets, here.gates, gate, here.places, 0)
    line = line_of(inputs.streets, legs)
    if line is None:
        return None
    frame = inputs.street_frame
    names = frame["name"].to_numpy(dtype=object)
    followed = inputs.streets.row[[leg.edge for leg in legs]]
    roads = list(dict.fromkeys(name for name in names[followed] if isinstance(name, str)))
    classes = frame["road_class"].to_numpy(dtype=object) if "road_class" in frame else numpy.full(len(frame), None)
    lines = frame.geometry.to_numpy()
    met = numpy.setdiff1d(numpy.flatnonzero(shapely.dwithin(lines, line, 1e-8)), followed)
    crossed: dict[str, bool | None] = {}
    for row in met:
        if isinstance(names[row], str) and names[row] not in roads:
            is_main = classes[row] in MAIN_ROADS if isinstance(classes[row], str) else None
            crossed[names[row]] = crossed.get(names[row]) or is_main
    return Way(line, roads, list(crossed.items()), _barriers(inputs, line))


def _barriers(inputs: Inputs, line: shapely.LineString) -> list[str]:
    if inputs.barrier_frame is None:
        return []
    crossed = inputs.barrier_frame[inputs.barrier_frame.geometry.intersects(line)]
    return list(dict.fromkeys(str(name) for name in crossed["name"].dropna()))
