"""Seats for blocks that stay whole: all pupils of a block in one school.

That is hard to solve exactly, so it has a time limit and says how far from the best it may be: the flow that may split
blocks walks less than any that may not, so what lies between the two is the most that could still be gained.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from geo.analysis.catchments.seats import MILLIMETRES, PARTS, Sharing

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

CHOICES = 8
"""Schools among which each block may choose: those that lose least against its best, seats at their prices."""

LARGEST = 2.0**60
"""Sum of costs with which the solver can still compute."""

BEAT_S = 0.5

STEP_M = 0.1
"""Walks are compared in steps of this, which keeps the solver's numbers small."""


@dataclass(frozen=True)
class Whole:
    """Who goes where, no block split.

    Parameters
    ----------
    sharing
        One row a block.
    gap
        The most by which the total walk could be shorter, as a share of it; None where it is not known because more
        pupils are without a seat than the split flow leaves.
    proven
        Whether the solver proved that nothing better exists among the choices.
    """

    sharing: Sharing
    gap: float | None
    proven: bool


def keep_whole(
    costs_m: numpy.ndarray,
    pupils: numpy.ndarray,
    seats: numpy.ndarray,
    split: Sharing,
    *,
    time_limit_s: float,
    first: numpy.ndarray | None = None,
    beat: Callable[[], None] = lambda: None,
) -> Whole:
    """Assign whole blocks, as many pupils as possible and then at the least total cost.

    Parameters
    ----------
    costs_m, pupils, seats, first
        As `share_out` takes them.
    split
        Its answer: bounds this one, and is where the search begins.
    time_limit_s
        Of the search, seconds.
    beat
        Called now and then while it lasts; what it raises ends the search.
    """
    from ortools.sat.python import cp_model  # loaded where it is used: every start of the program would wait for it

    size, room = (numpy.round(figures * PARTS).astype(numpy.int64) for figures in (pupils, seats))
    first = numpy.zeros(len(size), dtype=bool) if first is None else first
    start = _start(costs_m, split, size, room, first)
    choices = _choices(costs_m, split, start)
    model = cp_model.CpModel()
    blocks, schools = numpy.nonzero(choices)
    chosen = [model.new_bool_var("") for _ in blocks]
    unseated = [model.new_bool_var("") for _ in pupils]
    _one_each(model, blocks, chosen, unseated)
    _enough_room(model, schools, chosen, size[blocks], room)
    price = numpy.round(costs_m[blocks, schools] / STEP_M * pupils[blocks]).astype(numpy.int64)
    none = numpy.round(_nowhere(blocks, price, pupils) * pupils * (1 + first)).astype(numpy.int64)
    model.minimize(cp_model.LinearExpr.weighted_sum([*chosen, *unseated], [*price.tolist(), *none.tolist()]))
    is_start = numpy.concatenate([start[blocks] == schools, start < 0])
    for variable, value in zip([*chosen, *unseated], is_start.tolist(), strict=True):
        model.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = time_limit_s
    status = _solved(solver, model, beat)
    school = start
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        school = numpy.full(len(pupils), -1)
        taken = numpy.array([solver.boolean_value(variable) for variable in chosen], dtype=bool)
        school[blocks[taken]] = schools[taken]
    sharing = _sharing(costs_m, pupils, school, split)
    return Whole(sharing, _gap(sharing, split), status == cp_model.OPTIMAL)


def _solved(solver: "cp_model.CpSolver", model: "cp_model.CpModel", beat: Callable[[], None]) -> int:
    """The solver's status; it works in a thread of its own, so that it can be stopped."""
    found: list[int] = []
    searching = threading.Thread(target=lambda: found.append(solver.solve(model)), daemon=True)
    searching.start()
    try:
        while searching.is_alive():
            searching.join(BEAT_S)
            beat()
    finally:
        solver.stop_search()
        searching.join()
    return found[0]


def _choices(costs_m: numpy.ndarray, split: Sharing, start: numpy.ndarray) -> numpy.ndarray:
    """Whether each school is among the choices of a block; that of the start is one."""
    priced = costs_m + split.prices_m
    count = min(CHOICES, costs_m.shape[1])
    nearest = numpy.argpartition(priced, count - 1, axis=1)[:, :count]
    found = numpy.zeros(costs_m.shape, dtype=bool)
    numpy.put_along_axis(found, nearest, True, axis=1)
    found[numpy.flatnonzero(start >= 0), start[start >= 0]] = True
    return found & numpy.isfinite(costs_m)


def _nowhere(blocks: numpy.ndarray, price: numpy.ndarray, pupils: numpy.ndarray) -> float:
    """Cost of one pupil without a seat: more than all walks together, as far as numbers go."""
    longest = numpy.zeros(len(pupils))
    numpy.maximum.at(longest, blocks, price)
    return min(longest.sum() + 1.0, LARGEST / max(2 * pupils.sum(), 1.0))


def _one_each(model: "cp_model.CpModel", blocks: numpy.ndarray, chosen: list, unseated: list) -> None:
    begins = numpy.searchsorted(blocks, numpy.arange(len(unseated) + 1))
    for block, variable in enumerate(unseated):
        model.add_exactly_one([variable, *chosen[begins[block] : begins[block + 1]]])


def _enough_room(
    model: "cp_model.CpModel", schools: numpy.ndarray, chosen: list, sizes: numpy.ndarray, room: numpy.ndarray
) -> None:
    from ortools.sat.python import cp_model

    for school in numpy.unique(schools):
        rows = numpy.flatnonzero(schools == school)
        load = cp_model.LinearExpr.weighted_sum([chosen[row] for row in rows], sizes[rows].tolist())
        model.add(load <= int(room[school]))


def _start(
    costs_m: numpy.ndarray, split: Sharing, size: numpy.ndarray, room: numpy.ndarray, before: numpy.ndarray
) -> numpy.ndarray:
    """Each block in the school that takes most of it while there is room, those that come `before` others and large
    ones first; the others where they lose least among the schools that have room for them; -1 where none has.
    """
    left, school = room.copy(), numpy.full(len(size), -1)
    order = numpy.lexsort((-split.pupils, split.block))
    first = order[numpy.concatenate([[True], numpy.diff(split.block[order]) != 0])] if len(order) else order
    wanted = numpy.full(len(size), -1)
    wanted[split.block[first]] = split.school[first]
    waiting = []
    for block in sorted(split.block[first], key=lambda block: (not before[block], -size[block])):
        if wanted[block] >= 0 and size[block] <= left[wanted[block]]:
            school[block] = wanted[block]
            left[wanted[block]] -= size[block]
        else:
            waiting.append(block)
    for block in waiting:
        priced = numpy.where(left >= size[block], costs_m[block] + split.prices_m, numpy.inf)
        best = int(priced.argmin())
        if numpy.isfinite(priced[best]):
            school[block] = best
            left[best] -= size[block]
    return school


def _sharing(costs_m: numpy.ndarray, pupils: numpy.ndarray, school: numpy.ndarray, split: Sharing) -> Sharing:
    rows = numpy.flatnonzero(pupils > 0)
    school = school[rows]
    seated = school >= 0
    walks = numpy.round(costs_m[rows[seated], school[seated]] * MILLIMETRES) / MILLIMETRES
    return Sharing(rows, school, pupils[rows], float((walks * pupils[rows[seated]]).sum()), split.prices_m)


def _gap(whole: Sharing, split: Sharing) -> float | None:
    if abs(whole.unseated - split.unseated) > 1 / PARTS:
        return None
    return max(0.0, whole.total_m - split.total_m) / whole.total_m if whole.total_m > 0 else 0.0
