"""The computation itself, from inputs to the tables that are written."""

from dataclasses import dataclass

import geopandas
import numpy
import pandas

from geo.analysis.catchments.assigning import REASONS, Situation, by_nearest, straight_m
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.catchments.inputs import Inputs, Options, Tell
from geo.service.catchments.summary import summary_of


@dataclass(frozen=True)
class Outcome:
    """What was computed.

    Parameters
    ----------
    assignments
        A row for each place, of one whose pupils are shared out a row for each school: `demand_id`, `school_id`,
        `distance_m` (both null where there is no school), `pupils`, `reason` (why there is none), `reason_code`,
        `snap_m`, `straight_m`; the place's point, EPSG:4326.
    summary
        What is worth telling, as plain values; `remarks` are `Remark`s.
    """

    assignments: geopandas.GeoDataFrame
    summary: dict[str, object]


def compute(inputs: Inputs, options: Options, tell: Tell) -> Outcome:
    """Assign places to schools by the method that is asked for."""
    tell(Remark(N_("正在把 %(count)s 处地点落到道路上"), count=len(inputs.demand)))
    situation = Situation(inputs.streets, inputs.schools, inputs.demand, options.max_snap_m)
    tell(Remark(N_("正在算步行距离")))
    assignments = by_nearest(situation, within_m=options.walk_standard_m if options.method == "service" else None)
    assignments["straight_m"] = straight_m(situation, assignments)
    table = _titled(inputs, situation, assignments, options)
    return Outcome(table, summary_of(inputs, situation, assignments, options))


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
