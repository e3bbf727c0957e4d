"""What a computation comes to: counts, walks, seats, and how sure all of it is."""

import math

import numpy
import pandas

from geo.analysis.catchments.assigning import Situation
from geo.analysis.catchments.seating import Seating
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.catchments.inputs import Inputs, Options

MOST_NAMES = 10
TIGHT, SURPLUS = 0.95, 0.70
"""Shares of the seats taken, above and below which a school is tight or has a surplus: a judgement, not a rule."""


def summary_of(
    inputs: Inputs, situation: Situation, assignments: pandas.DataFrame, options: Options
) -> dict[str, object]:
    """The summary of a computation as plain values; weights are pupils, places where no pupils are known."""
    weight = assignments["pupils"].fillna(0.0).to_numpy()
    has_school = (assignments["school"] >= 0).to_numpy()
    return {
        "method": options.method,
        "level": options.level,
        "year": options.year,
        "mode": options.mode,
        "demand": {
            "places": len(inputs.demand),
            "pupils": _number(numpy.nansum(inputs.demand.pupils)) if inputs.pupils_known else None,
            "places_without_figure": int(numpy.isnan(inputs.demand.pupils).sum()),
        },
        "assigned": _group(inputs, assignments[has_school]),
        "unassigned": _group(inputs, assignments[~has_school])
        | {
            "by_reason": {
                reason: _group(inputs, rows) for reason, rows in assignments[~has_school].groupby("reason", sort=True)
            }
        },
        "walk": _walk(assignments[has_school], weight[has_school], options),
        "schools": [_school(inputs, situation, assignments, number) for number in range(len(inputs.schools))],
        "streets": {
            "edges": len(situation.streets.length_m),
            "nodes": len(situation.streets.nodes),
            "length_km": round(float(situation.streets.length_m.sum()) / 1000, 3),
            "error_m": inputs.street_error_m,
        },
        "max_snap_m": options.max_snap_m,
        "sources": inputs.sources,
        "remarks": [*inputs.remarks, *_schools_off_streets(inputs, situation, options)],
    }


def _schools_off_streets(inputs: Inputs, situation: Situation, options: Options) -> list[Remark]:
    """Schools to which nobody can walk, because none of their gates is on a street."""
    ids = inputs.school_ids.tolist()
    names = [inputs.school_names[number] or str(ids[number]) for number in situation.off_streets]
    if not names:
        return []
    message = N_("%(count)s 所学校离道路超过 %(most_m)s 米或没有位置，走不到：%(names)s")
    some = "、".join(names[:MOST_NAMES]) + ("……" if len(names) > MOST_NAMES else "")
    return [Remark(message, count=len(names), most_m=f"{options.max_snap_m:.0f}", names=some)]


def seats_summary(inputs: Inputs, seating: Seating, options: Options) -> dict[str, object]:
    """What sharing out seats comes to: who has none and why, how sure the answer is, who changes school."""
    lacking = [
        {
            "level": options.level,
            "demand_ids": _plain(inputs.demand_ids.iloc[each.blocks]),
            "school_ids": _plain(inputs.school_ids.iloc[each.schools]),
            "pupils": _number(each.pupils),
            "seats": _number(each.seats),
            "short": _number(each.short),
        }
        for each in seating.shortages
    ]
    unseated = seating.assignments.loc[seating.assignments["reason"] == "no_seat", "pupils"].sum()
    found: dict[str, object] = {
        "seats": {
            "unseated": _number(unseated),
            "least_extra_seats": _number(sum(each.short for each in seating.shortages)),
            "shortages": lacking,
        },
        "whole": None,
        "changes": None,
    }
    if seating.whole:
        gap = seating.whole.gap
        found["whole"] = {"gap": None if gap is None else round(gap, 6), "proven": seating.whole.proven}
    if seating.changed is not None:
        found["changes"] = _group(inputs, seating.assignments[seating.changed])
    return found


def _plain(ids: pandas.Series) -> list[object]:
    return [each.item() if hasattr(each, "item") else each for each in ids]


def _group(inputs: Inputs, rows: pandas.DataFrame) -> dict[str, object]:
    pupils = _number(rows["pupils"].sum()) if inputs.pupils_known else None
    return {"places": int(rows["demand"].nunique()), "pupils": pupils}


def _walk(rows: pandas.DataFrame, weight: numpy.ndarray, options: Options) -> dict[str, object]:
    """Mean, longest and total walk, the share within the standard, and how much longer than the straight line
    the way from door to gate is, that to the street and from it included.
    """
    standard_m = options.walk_standard_m
    walk = rows["distance_m"].to_numpy()
    if weight.sum() <= 0:
        weight = numpy.ones(len(walk))
    if not len(walk):
        return {
            "mean_m": None, "longest_m": None, "total_m": 0.0, "standard_m": standard_m,
            "share_within_standard": None, "detour_factor": None,
        }  # fmt: skip
    straight = rows["straight_m"].to_numpy()
    door_to_door = walk + rows["beside_m"].to_numpy()
    straight_total = float((straight * weight).sum())
    return {
        "mean_m": _metres((walk * weight).sum() / weight.sum()),
        "longest_m": _metres(walk.max()),
        "total_m": _metres((walk * weight).sum()),
        "standard_m": standard_m,
        "share_within_standard": round(float(weight[walk <= standard_m].sum() / weight.sum()), 4),
        "detour_factor": round(float((door_to_door * weight).sum()) / straight_total, 3)
        if straight_total > 0
        else None,
    }


def _school(inputs: Inputs, situation: Situation, assignments: pandas.DataFrame, number: int) -> dict[str, object]:
    rows = assignments[assignments["school"] == number]
    seats = float(inputs.schools.seats[number])
    pupils = float(rows["pupils"].sum()) if inputs.pupils_known else None
    school_id = inputs.school_ids.iloc[number]
    now, later = lamp(seats, pupils), _later(inputs, rows)
    surplus_from = None
    if now in ("short", "tight", "fine"):
        surplus_from = next((year for year, figure in later.items() if lamp(seats, figure) == "surplus"), None)
    return {
        "school_id": school_id.item() if hasattr(school_id, "item") else school_id,
        "name": inputs.school_names[number],
        "seats": _number(seats),
        "pupils": None if pupils is None else _number(pupils),
        "places": int(rows["demand"].nunique()),
        "seats_left": None if pupils is None or math.isnan(seats) else _number(seats - pupils),
        "lamp": "later_surplus" if surplus_from is not None else now,
        "surplus_from": surplus_from,
        "pupils_later": {str(year): _number(figure) for year, figure in later.items()},
        "mean_m": _metres(numpy.average(rows["distance_m"], weights=_weights(rows))) if len(rows) else None,
        "longest_m": _metres(rows["distance_m"].max()) if len(rows) else None,
        "on_streets": number not in situation.off_streets,
    }


def _later(inputs: Inputs, rows: pandas.DataFrame) -> dict[int, float]:
    """Pupils in later years, were the same places to come in the same shares."""
    place = rows["demand"].to_numpy()
    whole = inputs.demand.pupils[place]
    share = numpy.where(whole > 0, rows["pupils"].to_numpy() / numpy.where(whole > 0, whole, 1.0), 1.0)
    return {year: float(numpy.nansum(share * pupils[place])) for year, pupils in sorted(inputs.later.items())}


def _weights(rows: pandas.DataFrame) -> numpy.ndarray:
    weight = rows["pupils"].fillna(0.0).to_numpy()
    return weight if weight.sum() > 0 else numpy.ones(len(rows))


def lamp(seats: float, pupils: float | None) -> str:
    """`short`, `tight`, `fine`, `surplus`, or `unknown` where seats or pupils are.

    A school that is none of the last two now and has a surplus in a later year is told as `later_surplus`.
    """
    if pupils is None or math.isnan(seats):
        return "unknown"
    if pupils > seats:
        return "short"
    if pupils > TIGHT * seats:
        return "tight"
    return "surplus" if pupils < SURPLUS * seats else "fine"


def _metres(value: float) -> float:
    return round(float(value), 2)


def _number(value: float) -> float | int | None:
    """Whole numbers as such, NaN as null."""
    value = float(value)
    if math.isnan(value):
        return None
    return int(value) if value == int(value) else round(value, 3)
