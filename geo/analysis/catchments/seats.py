"""Pupils shared out to seats so that all of them together walk least: a minimum-cost flow, exact.

OR-tools solves it over the few schools near each block. Prices of seats taken from its answer then show whether any
other school could be better for any block; if so it becomes a candidate and the flow is solved again. When none could,
the prices prove that the answer is the best of all.

Costs are whole millimetres a pupil. Who finds no seat is seated in a school that does not exist, which costs more than
any exchange of others could, so that as many as possible have a seat.
"""

from dataclasses import dataclass

import numpy
from scipy.sparse.csgraph import bellman_ford

from geo.analysis.catchments.streets import shortest_arcs
from geo.model.errors import InvalidFeatures, N_

CANDIDATES = 12
MILLIMETRES = 1000
PARTS = 1000
"""Into so many a pupil is cut where figures are no whole numbers, as a population times a rate."""

FORBIDDEN = numpy.iinfo(numpy.int64).max // 4
ROWS_AT_ONCE = 200_000


@dataclass(frozen=True)
class Sharing:
    """Who goes where.

    Parameters
    ----------
    block, school, pupils
        A row for each block and school of it; school -1 for pupils without a seat.
    total_m
        Of all walks of the seated, metres; with prices that were added to walks.
    prices_m
        What one more seat would save at each school, metres.
    """

    block: numpy.ndarray
    school: numpy.ndarray
    pupils: numpy.ndarray
    total_m: float
    prices_m: numpy.ndarray

    @property
    def unseated(self) -> float:
        return float(self.pupils[self.school < 0].sum())


def share_out(
    costs_m: numpy.ndarray, pupils: numpy.ndarray, seats: numpy.ndarray, first: numpy.ndarray | None = None
) -> Sharing:
    """Share pupils out to seats at the least total cost; blocks may be split.

    Parameters
    ----------
    costs_m
        Of one pupil of each block (row) to each school (column), metres; infinite where it may not or cannot be.
    pupils, seats
        Of blocks and schools, 0 or more.
    first
        Blocks whose pupils have a seat before others do; as many have one in all as could without that.

    Raises
    ------
    InvalidFeatures
        If the figures are too large to be computed with exactly.
    """
    problem = _problem(costs_m, pupils, seats, first)
    if problem.supply.sum() <= problem.room[:-1].sum():
        easy = problem.with_cheap_nowhere().shared()
        if not easy.unseated:
            return easy
    return problem.shared()


@dataclass(frozen=True)
class _Problem:
    """Whole numbers: `costs` (blocks × schools and, last, the school that does not exist), `supply`, `room`."""

    costs: numpy.ndarray
    supply: numpy.ndarray
    room: numpy.ndarray
    parts: int

    def with_cheap_nowhere(self) -> "_Problem":
        """The same, but no seat costs just more than any walk: small numbers are solved sooner.

        Where its answer seats everybody, the cost of no seat is in neither total, so it is the best answer here too.
        """
        costs = self.costs.copy()
        costs[:, -1] = numpy.where(costs[:, :-1] < FORBIDDEN, costs[:, :-1], 0).max(initial=0) + 1
        return _Problem(costs, self.supply, self.room, self.parts)

    def shared(self) -> Sharing:
        """The best answer."""
        candidate = self.nearest(CANDIDATES)
        while True:
            flow = self.solve(candidate)
            prices = self.prices(flow, candidate)
            better = self.better(flow, prices) & ~candidate
            if not better.any():
                return self.sharing(flow, prices)
            candidate |= better

    def nearest(self, count: int) -> numpy.ndarray:
        """Whether each school is among the nearest of a block; the one that does not exist always is."""
        count = min(count, self.costs.shape[1])
        chosen = numpy.argpartition(self.costs, count - 1, axis=1)[:, :count]
        candidate = numpy.zeros(self.costs.shape, dtype=bool)
        numpy.put_along_axis(candidate, chosen, True, axis=1)
        candidate[:, -1] = True
        return candidate & (self.costs < FORBIDDEN)

    def solve(self, candidate: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
        """Blocks, schools and flows above 0."""
        blocks, schools = numpy.nonzero(candidate)
        count, sink = len(self.supply), len(self.supply) + len(self.room)
        heads = numpy.arange(count, sink)
        from ortools.graph.python.min_cost_flow import (
            SimpleMinCostFlow,
        )  # loaded where it is used: every start of the program would wait for it

        flow = SimpleMinCostFlow()
        most = numpy.minimum(self.supply[blocks], self.room[schools])
        flow.add_arcs_with_capacity_and_unit_cost(
            blocks.astype(numpy.int32), heads[schools].astype(numpy.int32), most, self.costs[blocks, schools]
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            heads.astype(numpy.int32), numpy.full(len(heads), sink, dtype=numpy.int32), self.room, 0 * self.room
        )
        supplies = numpy.concatenate([self.supply, 0 * self.room, [-self.supply.sum()]])
        flow.set_nodes_supplies(numpy.arange(len(supplies), dtype=numpy.int32), supplies)
        if flow.solve() != flow.OPTIMAL:
            raise InvalidFeatures(N_("人数或距离过大，无法精确分配"))
        flows = flow.flows(numpy.arange(len(blocks), dtype=numpy.int32))
        used = flows > 0
        return blocks[used], schools[used], flows[used]

    def prices(self, flow: tuple[numpy.ndarray, ...], candidate: numpy.ndarray) -> numpy.ndarray:
        """What a seat of each school is worth: 0 where some are free, else what exchanges among candidates say.

        A pupil in a school j would take a seat in k if that saved more than what the seat in j is worth: so j is worth
        at most the worth of k and the difference of the walks. The shortest chains of such exchanges give the worths.
        """
        blocks, schools, flows = flow
        count = len(self.room)
        order = numpy.argsort(schools, kind="stable")
        differences = numpy.full((count, count), FORBIDDEN)
        for some in numpy.split(order, range(ROWS_AT_ONCE, len(order), ROWS_AT_ONCE)):
            rows, here = blocks[some], schools[some]
            saved = self.costs[rows] - self.costs[rows, here][:, None]
            saved = numpy.where(candidate[rows], saved, FORBIDDEN)
            begins = numpy.flatnonzero(numpy.diff(here, prepend=-1))
            if len(begins):
                least = numpy.minimum.reduceat(saved, begins, axis=0)
                differences[here[begins]] = numpy.minimum(differences[here[begins]], least)
        taken = numpy.bincount(schools, weights=flows, minlength=count)
        free = numpy.flatnonzero(taken < self.room)
        to, by = numpy.nonzero(differences < FORBIDDEN)
        tails = numpy.concatenate([by, numpy.full(len(free), count)])
        heads = numpy.concatenate([to, free])
        lengths = numpy.concatenate([differences[to, by], numpy.zeros(len(free))])
        apart = tails != heads
        matrix = shortest_arcs(tails[apart], heads[apart], lengths[apart], count + 1)
        worth = bellman_ford(matrix, indices=count)[:count]
        # A school without a seat has nobody to exchange: its seats are worth whatever keeps everybody out.
        return numpy.where(numpy.isfinite(worth), worth, float(self.costs[:, -1].max(initial=0) * 2)).astype(
            numpy.int64
        )

    def better(self, flow: tuple[numpy.ndarray, ...], prices: numpy.ndarray) -> numpy.ndarray:
        """Where a block would do better than it does, seats at their prices."""
        blocks, schools, _ = flow
        now = numpy.full(len(self.supply), -FORBIDDEN)  # of a block without pupils nothing is better
        now[blocks] = self.costs[blocks, schools] + prices[schools]
        return self.costs + prices < now[:, None]

    def sharing(self, flow: tuple[numpy.ndarray, ...], prices: numpy.ndarray) -> Sharing:
        blocks, schools, flows = flow
        seated = schools < len(self.room) - 1
        order = numpy.lexsort((schools, blocks))
        total = (self.costs[blocks, schools] * flows)[seated].sum() / MILLIMETRES / self.parts
        return Sharing(
            blocks[order],
            numpy.where(seated, schools, -1)[order],
            flows[order] / self.parts,
            float(total),
            prices[:-1] / MILLIMETRES,
        )


def _problem(
    costs_m: numpy.ndarray, pupils: numpy.ndarray, seats: numpy.ndarray, first: numpy.ndarray | None
) -> _Problem:
    whole = all((figures == figures.round()).all() for figures in (pupils, seats))
    parts = 1 if whole else PARTS
    supply, room = (numpy.round(figures * parts).astype(numpy.int64) for figures in (pupils, seats))
    can = numpy.isfinite(costs_m)
    costs = numpy.full(costs_m.shape, FORBIDDEN)
    costs[can] = numpy.round(costs_m[can] * MILLIMETRES).astype(numpy.int64)
    nowhere = (int(costs[can].max(initial=0)) + 1) * (costs.shape[1] + 1)
    out = numpy.full(len(supply), nowhere)
    if first is not None and first.any():
        out[first] *= 2  # one of them for another one is worth more than any walk
        nowhere *= 2
    if float(nowhere) * (len(supply) + len(room) + 2) * 4 > FORBIDDEN or float(nowhere) * supply.sum() > FORBIDDEN:
        raise InvalidFeatures(N_("人数或距离过大，无法精确分配"))
    costs = numpy.concatenate([costs, out[:, None]], axis=1)
    return _Problem(costs, supply, numpy.append(room, supply.sum()), parts)


@dataclass(frozen=True)
class Shortage:
    """Blocks whose pupils can go only to schools that have too few seats, whatever is exchanged.

    Parameters
    ----------
    blocks, schools
        Their numbers.
    pupils, seats
        Their sums.
    """

    blocks: numpy.ndarray
    schools: numpy.ndarray
    pupils: float
    seats: float

    @property
    def short(self) -> float:
        """Seats that are missing, the least that would do."""
        return self.pupils - self.seats


def shortages(sharing: Sharing, costs_m: numpy.ndarray, pupils: numpy.ndarray, seats: numpy.ndarray) -> list[Shortage]:
    """Proofs that not everybody can be seated: one for each group of blocks that hangs together, the worst first.

    From a block with pupils without a seat all schools that it may use are full, and so are all that those in them may
    use, and so on. The blocks met have more pupils than the schools met have seats.
    """
    can = numpy.isfinite(costs_m)
    in_school = numpy.zeros(costs_m.shape, dtype=bool)
    seated = sharing.school >= 0
    in_school[sharing.block[seated], sharing.school[seated]] = True
    groups: list[tuple[numpy.ndarray, numpy.ndarray]] = []
    for block in numpy.unique(sharing.block[~seated]):
        blocks, schools = _closure(block, can, in_school)
        apart = []
        for other_blocks, other_schools in groups:
            if (blocks & other_blocks).any() or (schools & other_schools).any():
                blocks, schools = blocks | other_blocks, schools | other_schools
            else:
                apart.append((other_blocks, other_schools))
        groups = [*apart, (blocks, schools)]
    found = [
        Shortage(numpy.flatnonzero(b), numpy.flatnonzero(s), float(pupils[b].sum()), float(seats[s].sum()))
        for b, s in groups
    ]
    return sorted(found, key=lambda each: -each.short)


def _closure(block: int, can: numpy.ndarray, in_school: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Blocks and schools met from a block, as masks."""
    blocks, schools = numpy.zeros(can.shape[0], dtype=bool), numpy.zeros(can.shape[1], dtype=bool)
    fresh = numpy.array([block])
    while len(fresh):
        blocks[fresh] = True
        more = can[fresh].any(axis=0) & ~schools
        schools |= more
        fresh = numpy.flatnonzero(in_school[:, more].any(axis=1) & ~blocks)
    return blocks, schools
