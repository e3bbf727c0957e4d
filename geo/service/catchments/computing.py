"""The computation itself, from inputs to the tables that are written."""

from dataclasses import dataclass

import geopandas
import numpy
import pandas
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.areas import outline_around, straight_areas
from geo.analysis.catchments.assigning import REASONS, Demand, Situation, beside_m, by_nearest, catchments, straight_m
from geo.analysis.catchments.seating import Wishes, by_seats, seated_areas
from geo.analysis.measuring import area_m2
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark
from geo.service.catchments.inputs import Inputs, Options, Tell
from geo.service.catchments.summary import seats_summary, summary_of


@dataclass(frozen=True)
class Outcome:
    """What was computed.

    Parameters
    ----------
    assignments
        A row for each place, of one whose pupils are shared out a row for each school: `demand_id`, `school_id`,
        `distance_m` (both null where there is no school), `pupils`, `reason` (why there is none), `reason_code`,
        `snap_m`, `straight_m`; the place's point, EPSG:4326.
    catchments
        A row for each school with an area: `school_id`, `school_name`, `seats`, `pupils`, `places`, `lamp`, `mean_m`,
        `longest_m`, `area_m2`; and one whose `school_id` is null, with a `reason`, for what belongs to no school.
        Polygons in EPSG:4326 that fill the outline without gap or overlap.
    straight_catchments
        The same areas as the crow flies, `school_id`, to compare.
    summary
        What is worth telling, as plain values; `remarks` are `Remark`s.
    """

    assignments: geopandas.GeoDataFrame
    catchments: geopandas.GeoDataFrame
    straight_catchments: geopandas.GeoDataFrame
    summary: dict[str, object]

    @property
    def layers(self) -> dict[str, geopandas.GeoDataFrame | pandas.DataFrame]:
        """The frames by the names that they have in a file; `notes` says in words how sure they are."""
        return {
            "assignments": self.assignments,
            "catchments": self.catchments,
            "straight_catchments": self.straight_catchments,
            "notes": pandas.DataFrame({"note": [str(each) for each in self.summary["remarks"]]}),
        }


def compute(inputs: Inputs, options: Options, tell: Tell) -> Outcome:
    """Assign places to schools by the method that is asked for."""
    tell(Remark(N_("正在把 %(count)s 处地点落到道路上"), count=len(inputs.demand)))
    situation = situation_of(inputs, options)
    tell(Remark(N_("正在算步行距离")))
    within_m = options.walk_standard_m if options.method == "service" else numpy.inf
    seating = by_seats(situation, _wishes(inputs, options, tell)) if options.method == "capacity" else None
    assignments = seating.assignments if seating else by_nearest(situation, within_m=within_m)
    assignments["straight_m"] = straight_m(situation, assignments)
    assignments["beside_m"] = beside_m(situation, assignments)
    summary = summary_of(inputs, situation, assignments, options)
    if seating:
        summary |= seats_summary(inputs, seating, options)
    tell(Remark(N_("正在画学区范围")))
    outline = inputs.outline or _hull(situation)
    areas = (
        seated_areas(situation, assignments, outline)
        if seating
        else catchments(situation, assignments, outline, within_m=within_m)
    )
    gates = inputs.streets.to_plane(inputs.schools.gates)
    straight = straight_areas(inputs.streets, gates, inputs.schools.school, outline)
    return Outcome(
        _titled(inputs, situation, assignments, options),
        _areas_table(inputs, areas, summary["schools"], _beyond(options)),
        _ids_only(inputs, straight),
        summary,
    )


def situation_of(inputs: Inputs, options: Options, demand: Demand | None = None) -> Situation:
    """Streets with schools and places on them; other places than the inputs' own where they are given."""
    places = inputs.demand if demand is None else demand
    return Situation(inputs.streets, inputs.schools, places, options.max_snap_m, tuple(inputs.barrier_shapes))


def _wishes(inputs: Inputs, options: Options, tell: Tell) -> Wishes:
    """Pins and bans by number.

    Raises
    ------
    InvalidInput
        If there is no such place or school.
    """
    place = {str(each): number for number, each in enumerate(inputs.demand_ids)}
    school = {str(each): number for number, each in enumerate(inputs.school_ids)}

    def numbers(pairs: tuple[tuple[str, str], ...]) -> list[tuple[int, int]]:
        for place_id, school_id in pairs:
            if place_id not in place:
                raise InvalidInput(N_("没有编号为“%(given)s”的地点"), given=place_id)
            if school_id not in school:
                raise InvalidInput(N_("没有编号为“%(given)s”的学校，或它不在此学段、此年份之内"), given=school_id)
        return [(place[place_id], school[school_id]) for place_id, school_id in pairs]

    return Wishes(
        pins=numbers(options.pins),
        bans=numbers(options.bans),
        last=inputs.last,
        change_price_m=options.change_price_m,
        whole=options.whole,
        time_limit_s=options.time_limit_s,
        beat=lambda: tell(Remark(N_("正在试整处不拆的分法"))),
    )


def _beyond(options: Options) -> str:
    """Why an area belongs to no school."""
    if options.method == "capacity":
        return N_("没有学位，或沿道路到不了任何学校")
    if options.method == "nearest":
        return REASONS["no_way"]
    return N_("走 %(most_m)s 米到不了任何学校") % {"most_m": f"{options.walk_standard_m:.0f}"}


def _hull(situation: Situation) -> BaseGeometry:
    """Around the streets and whatever is on them."""
    points = [situation.demand.points[situation.places.on_streets], situation.schools.gates[situation.gates.on_streets]]
    return outline_around(situation.streets, situation.streets.to_plane(numpy.concatenate(points)))


def _areas_table(
    inputs: Inputs, areas: dict[int, BaseGeometry], schools: list[dict[str, object]], reason: str
) -> geopandas.GeoDataFrame:
    numbers = sorted(areas, key=lambda number: (number < 0, number))
    rows = [schools[number] if number >= 0 else {} for number in numbers]
    figures = ("seats", "pupils", "places", "lamp", "mean_m", "longest_m")
    table = _ids_only(inputs, {number: areas[number] for number in numbers})
    table["school_name"] = [row.get("name") for row in rows]
    for figure in figures:
        values = [row.get(figure) for row in rows]
        table[figure] = values if figure == "lamp" else pandas.array(values, dtype="Float64")
    table["area_m2"] = [round(area_m2(areas[number]), 1) for number in numbers]
    table["reason"] = [None if number >= 0 else reason for number in numbers]
    return table


def _ids_only(inputs: Inputs, areas: dict[int, BaseGeometry]) -> geopandas.GeoDataFrame:
    """Areas with the ids of their schools."""
    ids = _ids(inputs.school_ids, numpy.array(list(areas), dtype=int))
    return geopandas.GeoDataFrame({"school_id": ids}, geometry=list(areas.values()), crs=STORED_CRS)


def _titled(
    inputs: Inputs, situation: Situation, assignments: pandas.DataFrame, options: Options
) -> geopandas.GeoDataFrame:
    """The assignments as they are written: ids for numbers, words for reasons."""
    demand, school = assignments["demand"].to_numpy(), assignments["school"].to_numpy()
    table = {
        "demand_id": inputs.demand_ids.iloc[demand].to_numpy(),
        "school_id": _ids(inputs.school_ids, school),
        "distance_m": assignments["distance_m"].round(3),
        "pupils": assignments["pupils"] if inputs.pupils_known else None,
        "reason": _reasons(situation, assignments, options),
        "reason_code": assignments["reason"],
        "snap_m": numpy.round(situation.places.snap_m[demand], 3),
        "straight_m": assignments["straight_m"].round(3),
    }
    return geopandas.GeoDataFrame(table, geometry=inputs.demand.points[demand], crs=STORED_CRS)


def _ids(ids: pandas.Series, numbers: numpy.ndarray) -> pandas.Series:
    """The ids of numbers, null for -1; whole numbers stay such."""
    if ids.dtype.kind in "iu":
        ids = ids.astype("Int64")
    found = ids.reindex(numpy.where(numbers >= 0, numbers, -1))
    return found.reset_index(drop=True)


def _reasons(situation: Situation, assignments: pandas.DataFrame, options: Options) -> list[str | None]:
    """In Chinese: the file is for the office."""
    most_m = {"off_streets": options.max_snap_m, "beyond_standard": options.walk_standard_m}
    snap_m = situation.places.snap_m[assignments["demand"]]
    metres = numpy.where(assignments["reason"] == "off_streets", snap_m, assignments["nearest_m"])
    found: list[str | None] = [None] * len(assignments)
    for place in numpy.flatnonzero(assignments["reason"].notna()):
        reason = assignments["reason"].iat[place]
        found[place] = REASONS[reason] % {
            "distance_m": f"{metres[place]:.0f}",
            "most_m": f"{most_m.get(reason, 0):.0f}",
        }
    return found
