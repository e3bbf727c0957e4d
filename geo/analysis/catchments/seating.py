"""Places given to schools by their seats: pins, bans and last year made into costs, the answer into a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy
import pandas
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.areas import network_areas
from geo.analysis.catchments.assigning import Situation, main_school, unreached
from geo.analysis.catchments.pieces import cut_edges
from geo.analysis.catchments.seats import Sharing, Shortage, share_out, shortages
from geo.analysis.catchments.walks import nearest_walks
from geo.analysis.catchments.whole_blocks import Whole, keep_whole
from geo.model.errors import InvalidInput, N_

MOST_CELLS = 100_000_000
"""Places times schools: what is held in memory at once."""

Pair = tuple[int, int]
"""Numbers of a place and of a school."""


@dataclass(frozen=True)
class Wishes:
    """What else counts beside walks and seats.

    Parameters
    ----------
    pins, bans
        Places that must, or must not, go to a school. Pupils of pinned places have a seat before others do.
    last
        Last year's school of each place, -1 where there was none or it is no more; None where that does not matter.
    change_price_m
        What it costs that one pupil changes school, metres of walk.
    whole
        Whether each place's pupils stay together.
    time_limit_s, beat
        Of the search that this takes; `beat` is called while it lasts, and ends it by raising.
    """

    pins: Sequence[Pair] = ()
    bans: Sequence[Pair] = ()
    last: numpy.ndarray | None = None
    change_price_m: float = 0.0
    whole: bool = False
    time_limit_s: float = 60.0
    beat: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Seating:
    """The answer.

    Parameters
    ----------
    assignments
        As `by_nearest` gives them, with several rows for a place whose pupils are shared out.
    shortages
        Proofs that not everybody can be seated; none where everybody is.
    whole
        Set where places were to stay whole.
    changed
        Whether each row's pupils change school; None where there is no last year.
    """

    assignments: pandas.DataFrame
    shortages: list[Shortage]
    whole: Whole | None
    changed: numpy.ndarray | None


def by_seats(situation: Situation, wishes: Wishes) -> Seating:
    """Share the pupils of places out to the seats of schools at the least total walk.

    Places without pupils take no seat and go to their nearest school.

    Raises
    ------
    InvalidInput
        If there are too many places and schools to be computed at once.
    """
    schools, demand = situation.schools, situation.demand
    if len(schools) * len(demand) > MOST_CELLS:
        message = N_("%(places)s 处 × %(schools)s 所学校太大，请先把住户并成地块")
        raise InvalidInput(message, places=len(demand), schools=len(schools))
    walks = situation.matrix_m
    allowed = _allowed(walks.shape, wishes)
    costs = numpy.where(allowed, walks, numpy.inf)
    if wishes.last is not None:
        stays = wishes.last[:, None] == numpy.arange(len(schools))
        costs = costs + numpy.where(stays | (wishes.last < 0)[:, None], 0.0, wishes.change_price_m)
    pupils = numpy.nan_to_num(demand.pupils)
    asking = numpy.isfinite(costs).any(axis=1) & (pupils > 0)
    rows = numpy.flatnonzero(asking)
    first = numpy.isin(rows, [place for place, _ in wishes.pins])
    split = share_out(costs[rows], pupils[rows], schools.seats, first)
    proofs = shortages(split, costs[rows], pupils[rows], schools.seats)
    whole = None
    if wishes.whole:
        limits = {"time_limit_s": wishes.time_limit_s, "first": first, "beat": wishes.beat}
        whole = keep_whole(costs[rows], pupils[rows], schools.seats, split, **limits)
    table = _table(situation, walks, costs, rows, whole.sharing if whole else split)
    found = [Shortage(rows[each.blocks], each.schools, each.pupils, each.seats) for each in proofs]
    return Seating(table, found, whole, _changed(table, wishes))


def _allowed(shape: tuple[int, int], wishes: Wishes) -> numpy.ndarray:
    allowed = numpy.ones(shape, dtype=bool)
    for place in {place for place, _ in wishes.pins}:
        allowed[place] = False
    for place, school in wishes.pins:
        allowed[place, school] = True
    for place, school in wishes.bans:
        allowed[place, school] = False
    return allowed


def _table(
    situation: Situation, walks: numpy.ndarray, costs: numpy.ndarray, rows: numpy.ndarray, sharing: Sharing
) -> pandas.DataFrame:
    others = numpy.setdiff1d(numpy.arange(len(walks)), rows)
    can = numpy.isfinite(costs[others]).any(axis=1)
    demand = numpy.concatenate([rows[sharing.block], others])
    school = numpy.concatenate([sharing.school, numpy.where(can, costs[others].argmin(axis=1), -1)])
    reason = numpy.full(len(demand), None, dtype=object)
    reason[: len(sharing.block)][sharing.school < 0] = "no_seat"
    why_not = unreached(situation).to_numpy()[others]
    reason[len(sharing.block) :] = numpy.where(can, None, numpy.where(why_not == None, "not_allowed", why_not))  # noqa: E711
    nearest = situation.nearest.distance_m
    distance = numpy.where(school >= 0, walks[demand, school], numpy.nan)
    table = pandas.DataFrame(
        {
            "demand": demand,
            "school": school,
            "distance_m": distance,
            "pupils": numpy.concatenate([sharing.pupils, situation.demand.pupils[others]]),
            "reason": pandas.Series(reason, dtype=object),
            "nearest_m": numpy.where(numpy.isfinite(nearest), nearest, numpy.nan)[demand],
        }
    )
    return table.sort_values(["demand", "school"], kind="stable", ignore_index=True)


def _changed(table: pandas.DataFrame, wishes: Wishes) -> numpy.ndarray | None:
    if wishes.last is None:
        return None
    before = wishes.last[table["demand"]]
    now = table["school"].to_numpy()
    return (before >= 0) & (now >= 0) & (before != now)


def seated_areas(situation: Situation, assignments: pandas.DataFrame, outline: BaseGeometry) -> dict[int, BaseGeometry]:
    """Areas by seats, polygons in EPSG:4326 by the school's number.

    A piece of street belongs to the school of the place that is nearest to it along the streets; that of a place which
    is shared out is the school that takes most of it.
    """
    school, streets = main_school(assignments), situation.streets
    near = nearest_walks(streets, situation.places, situation.places)
    pieces = cut_edges(streets, situation.places, near)
    places = streets.to_plane(situation.demand.points)
    return network_areas(streets, pieces, school, places, school, outline, situation.walls)
