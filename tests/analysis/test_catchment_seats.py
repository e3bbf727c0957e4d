"""Pupils and seats: as good as a linear program, whatever is asked besides, and a proof where seats do not suffice."""

import itertools

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geo.analysis.catchments import street_graph
from geo.analysis.catchments.areas import outline_around
from geo.analysis.catchments.assigning import Demand, Schools, Situation
from geo.analysis.catchments.seating import Wishes, by_seats, seated_areas
from geo.analysis.catchments.seats import share_out, shortages
from geo.analysis.catchments.whole_blocks import keep_whole
from geo.model.errors import InvalidFeatures
from tests.analysis.cities import city, points, streets

NOWHERE_M = 1e6
"""Cost of a pupil without a seat in the linear program: more than any exchange."""


def linear_program(costs, pupils, seats, first=None) -> tuple[float, float]:
    """Total walk and pupils without a seat, by SciPy's HiGHS; those of `first` have a seat before others do."""
    blocks, schools = costs.shape
    can = numpy.isfinite(costs)
    price = numpy.column_stack(
        [numpy.where(can, costs, 0.0), NOWHERE_M * (1 + (numpy.zeros(blocks) if first is None else first))]
    ).ravel()
    most = numpy.column_stack([numpy.where(can, pupils[:, None], 0.0), pupils]).ravel()
    all_go = numpy.kron(numpy.eye(blocks), numpy.ones(schools + 1))
    room = numpy.kron(numpy.ones(blocks), numpy.eye(schools + 1)[:schools])
    answer = linprog(
        price, A_ub=room, b_ub=seats, A_eq=all_go, b_eq=pupils, bounds=list(zip(0 * most, most, strict=True))
    )
    flow = answer.x.reshape(blocks, schools + 1)
    return float((flow[:, :-1] * numpy.where(can, costs, 0.0)).sum()), float(flow[:, -1].sum())


@st.composite
def problems(draw, most_blocks: int = 12, most_schools: int = 5):
    blocks, schools = draw(st.integers(1, most_blocks)), draw(st.integers(1, most_schools))
    random = numpy.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    costs = random.uniform(0, 5000, (blocks, schools)).round(1)
    costs[random.random(costs.shape) < draw(st.sampled_from([0.0, 0.3, 0.7]))] = numpy.inf
    pupils = random.integers(0, 30, blocks).astype(float)
    seats = random.integers(0, max(2, int(draw(st.floats(0.5, 3)) * pupils.sum() / schools)), schools).astype(float)
    return costs, pupils, seats


@settings(max_examples=80)
@given(problems())
def test_the_optimum_is_that_of_a_linear_program(problem):
    costs, pupils, seats = problem
    sharing = share_out(*problem)
    total, unseated = linear_program(*problem)
    assert abs(sharing.unseated - unseated) < 1e-6 and abs(sharing.total_m - total) < 0.01
    shares = numpy.zeros((len(pupils), len(seats) + 1))
    numpy.add.at(shares, (sharing.block, sharing.school), sharing.pupils)
    assert numpy.array_equal(shares.sum(axis=1), pupils) and (shares.sum(axis=0)[:-1] <= seats).all()
    assert not (shares[:, :-1] > 0)[numpy.isinf(costs)].any()


@settings(max_examples=40)
@given(problems(), st.integers(0, 2**32 - 1))
def test_some_blocks_have_a_seat_before_others_and_as_many_pupils_as_could_have_one(problem, seed):
    costs, pupils, seats = problem
    first = numpy.random.default_rng(seed).random(len(pupils)) < 0.4
    sharing = share_out(*problem, first)
    total, unseated = linear_program(*problem, first)
    assert abs(sharing.unseated - unseated) < 1e-6 and abs(sharing.total_m - total) < 0.01
    assert abs(sharing.unseated - share_out(*problem).unseated) < 1e-9
    alone = share_out(costs[first], pupils[first], seats)
    without = sharing.school < 0
    assert sharing.pupils[without & first[sharing.block]].sum() == pytest.approx(alone.unseated)


def test_a_large_problem_needs_schools_beyond_the_nearest_and_is_still_exact():
    """40 schools in a row; nearly all pupils live at one end, so that whole chains move up."""
    random = numpy.random.default_rng(5)
    at = numpy.arange(40) * 500.0
    homes = numpy.abs(random.normal(0, 1500, 60))
    costs = numpy.abs(homes[:, None] - at).round(1)
    pupils, seats = random.integers(5, 20, 60).astype(float), numpy.full(40, 20.0)
    sharing = share_out(costs, pupils, seats)
    total, unseated = linear_program(costs, pupils, seats)
    assert abs(sharing.total_m - total) < 0.01 and unseated == pytest.approx(sharing.unseated, abs=1e-6)


@settings(max_examples=30)
@given(problems(), st.integers(0, 4), st.integers(1, 40))
def test_more_seats_never_lengthen_the_total_walk(problem, school, added):
    costs, pupils, seats = problem
    more = seats.copy()
    more[school % len(seats)] += added
    before, after = share_out(costs, pupils, seats), share_out(costs, pupils, more)
    assert after.unseated <= before.unseated
    if after.unseated == before.unseated:
        assert after.total_m <= before.total_m + 1e-6


@settings(max_examples=40)
@given(problems())
def test_a_shortage_is_proven_and_so_many_seats_more_would_do(problem):
    costs, pupils, seats = problem
    sharing = share_out(*problem)
    found = shortages(sharing, *problem)
    assert sum(each.short for each in found) == sharing.unseated
    for each in found:
        open_to = numpy.flatnonzero(numpy.isfinite(costs[each.blocks]).any(axis=0))
        assert set(open_to) == set(each.schools)  # nobody in these blocks may go elsewhere
        assert each.pupils == pupils[each.blocks].sum() > each.seats == seats[each.schools].sum()
    if sharing.unseated and numpy.isfinite(costs).any(axis=1).all():
        enough = seats.copy()
        missing = sharing.school < 0
        for block, short in zip(sharing.block[missing], sharing.pupils[missing], strict=True):
            enough[numpy.flatnonzero(numpy.isfinite(costs[block]))[0]] += short
        assert share_out(costs, pupils, enough).unseated == 0


def test_parts_of_pupils_are_shared_out_too():
    sharing = share_out(numpy.array([[100.0, 200.0]]), numpy.array([1.5]), numpy.array([1.0, 5.0]))
    assert list(zip(sharing.school, sharing.pupils, strict=True)) == [(0, 1.0), (1, 0.5)]
    assert sharing.total_m == pytest.approx(200.0)


def test_figures_that_cannot_be_computed_with_exactly_are_refused():
    with pytest.raises(InvalidFeatures):
        share_out(numpy.array([[1e9]]), numpy.array([1e11]), numpy.array([1e11]))


@settings(max_examples=25)
@given(problems(most_blocks=6, most_schools=3))
def test_whole_blocks_are_not_split_and_the_gap_is_no_smaller_than_it_is(problem):
    _, pupils, seats = problem
    split = share_out(*problem)
    whole = keep_whole(*problem, split, time_limit_s=10)
    school = numpy.full(len(pupils), -1)
    school[whole.sharing.block] = whole.sharing.school
    assert numpy.unique(whole.sharing.block).size == len(whole.sharing.block)
    seated = school >= 0
    assert (numpy.bincount(school[seated], pupils[seated], len(seats)) <= seats).all()
    best = best_whole(*problem)
    assert whole.sharing.unseated == best[0] and whole.sharing.total_m == pytest.approx(best[1], abs=0.1 * pupils.sum())
    if whole.gap is not None:
        assert whole.sharing.total_m * (1 - whole.gap) <= best[1] + 0.1 * pupils.sum() + 1e-6


def best_whole(costs, pupils, seats) -> tuple[float, float]:
    """Pupils without a seat and total walk of the best of all assignments."""
    best = (numpy.inf, numpy.inf)
    for choice in itertools.product(range(-1, len(seats)), repeat=len(pupils)):
        school = numpy.array(choice)
        seated = school >= 0
        walks = costs[numpy.flatnonzero(seated), school[seated]]
        loads = numpy.bincount(school[seated], pupils[seated], len(seats))
        if numpy.isfinite(walks).all() and (loads <= seats).all():
            best = min(best, (float(pupils[~seated].sum()), float((walks * pupils[seated]).sum())))
    return best


LINE = [[(0, 0), (500, 0)], [(500, 0), (1000, 0)]]


def row(seats, pupils, homes=(100, 200, 300, 900)) -> Situation:
    """Homes along one street with a school at either end."""
    schools = Schools(points([(0, 0), (1000, 0)]), numpy.arange(2), numpy.array(seats, dtype=float))
    demand = Demand(points([(x, 0) for x in homes]), numpy.array(pupils, dtype=float))
    return Situation(street_graph(streets(LINE)), schools, demand)


def shares(table) -> list[tuple[int, int, float]]:
    return [(int(a), int(b), float(c)) for a, b, c in table[["demand", "school", "pupils"]].to_numpy()]


def test_a_block_is_split_where_seats_end():
    seating = by_seats(row([25, 100], [10, 10, 10, 10]), Wishes())
    assert shares(seating.assignments) == [(0, 0, 10), (1, 0, 10), (2, 0, 5), (2, 1, 5), (3, 1, 10)]
    assert list(seating.assignments["distance_m"].round()) == [100, 200, 300, 700, 100]
    assert seating.shortages == [] and seating.whole is None and seating.changed is None


def test_pins_and_bans_hold_and_who_has_no_school_left_is_listed():
    seating = by_seats(row([25, 100], [10, 10, 10, 10]), Wishes(pins=[(0, 1)], bans=[(3, 1), (2, 0), (2, 1)]))
    assert shares(seating.assignments) == [(0, 1, 10), (1, 0, 10), (2, -1, 10), (3, 0, 10)]
    assert seating.assignments["reason"][2] == "not_allowed"


@pytest.mark.parametrize("whole", [False, True])
def test_who_is_pinned_has_a_seat_even_where_seats_are_short(whole):
    seating = by_seats(row([10, 10], [10, 10, 10, 10]), Wishes(pins=[(0, 1)], whole=whole, time_limit_s=5))
    assert shares(seating.assignments)[0] == (0, 1, 10)
    assert seating.assignments.loc[seating.assignments["school"] < 0, "pupils"].sum() == 20


def test_a_price_keeps_pupils_where_they_are():
    there, last = row([40, 40], [10, 10, 10, 10]), numpy.array([1, 0, -1, 1])
    free = by_seats(there, Wishes(last=last, change_price_m=0))
    dear = by_seats(there, Wishes(last=last, change_price_m=900))
    assert free.assignments["school"].tolist() == [0, 0, 0, 1] and free.changed.tolist() == [True, False, False, False]
    assert dear.assignments["school"].tolist() == [1, 0, 0, 1] and not dear.changed.any()


def test_places_without_pupils_take_no_seat_and_go_to_the_nearest_school():
    seating = by_seats(row([10, 0], [10, 0, numpy.nan, 10]), Wishes())
    assert [(a, b) for a, b, _ in shares(seating.assignments)] == [(0, 0), (1, 0), (2, 0), (3, -1)]
    assert [each.blocks.tolist() for each in seating.shortages] == [[0, 3]] and seating.shortages[0].short == 10


@pytest.mark.parametrize("seed", range(3))
def test_by_seats_every_place_lies_in_the_area_of_its_main_school(seed):
    random = numpy.random.default_rng(seed)
    homes = [tuple(place) for place in random.uniform(0, 480, (40, 2))]
    schools = Schools(points([(10, 10), (450, 420)]), numpy.arange(2), numpy.array([150.0, 400.0]))
    demand = Demand(points(homes), random.integers(1, 20, 40).astype(float))
    there = Situation(street_graph(city(seed, size=5)), schools, demand)
    seating = by_seats(there, Wishes(whole=True, time_limit_s=5))
    outline = outline_around(there.streets, there.streets.to_plane(demand.points))
    areas = seated_areas(there, seating.assignments, outline)
    for home, school in zip(demand.points, seating.assignments["school"], strict=True):
        assert school < 0 or areas[school].covers(home)
    assert all(area.is_valid for area in areas.values())
