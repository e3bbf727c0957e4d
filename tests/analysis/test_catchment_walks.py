"""Walks along streets, against NetworkX and by hand."""

import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.catchments import nearest_walks, snap, street_graph, walk_matrix
from geo.analysis.catchments.routes import line_of, route
from geo.model.errors import InvalidFeatures
from tests.analysis.cities import WGS84, Reference, city, points, streets

CROSS = [[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 80)]]


def walk(lines, schools, places, *, oneway=None, mode="drive", max_snap_m=500.0):
    """School numbers and whole centimetres of the nearest walks, by coordinates in metres."""
    graph = street_graph(streets(lines, oneway), mode=mode)
    on_streets = [snap(graph, points(each), max_snap_m=max_snap_m) for each in (schools, places)]
    walks = nearest_walks(graph, *on_streets)
    matrix = walk_matrix(graph, *on_streets)
    assert numpy.allclose(matrix.min(axis=1, initial=numpy.inf), walks.distance_m, atol=1e-6)
    return [
        (int(school), None if numpy.isinf(distance) else round(float(distance), 2))
        for school, distance in zip(walks.school, walks.distance_m, strict=True)
    ]


def some_places(seed: int, count: int) -> list[tuple[float, float]]:
    random = numpy.random.default_rng(seed)
    inside = [tuple(map(float, place)) for place in random.uniform(-100, 1100, (count, 2))]
    return [*inside, (3050.0, 3010.0), (3100.0, 3000.0), (-200.0, -150.0), (510.0, 455.0)]


@pytest.mark.parametrize("mode", ["walk", "drive"])
@pytest.mark.parametrize("seed", range(2))
def test_walks_are_those_of_networkx(mode, seed):
    frame = city(seed)
    reference = Reference(frame, mode)
    lines = reference.lines
    ends = sorted({tuple(numpy.round(line.coords[place], 3)) for line in lines for place in (0, -1)})
    places, schools = some_places(seed, 60) + ends, some_places(seed + 100, 7)[:9]
    snap_m = [reference.put(("place", number), place) for number, place in enumerate(places)]
    [reference.put(("school", number), place) for number, place in enumerate(schools)]
    names = [
        [(kind, number) for number in range(len(group))] for kind, group in (("place", places), ("school", schools))
    ]
    expected = reference.walks(*names).to_numpy()

    graph = street_graph(frame, mode=mode)
    on_schools, on_places = snap(graph, points(schools)), snap(graph, points(places))
    found = walk_matrix(graph, on_schools, on_places)
    walks = nearest_walks(graph, on_schools, on_places)
    assert numpy.isinf(expected).any() and numpy.isfinite(expected).any()
    assert numpy.array_equal(numpy.isinf(found), numpy.isinf(expected))
    known = numpy.isfinite(expected)
    assert numpy.abs(found[known] - expected[known]).max() < 0.01
    assert numpy.allclose(walks.distance_m, found.min(axis=1), atol=1e-6)
    for place in numpy.flatnonzero(walks.school >= 0)[::7]:
        school = walks.school[place]
        legs = route(graph, on_schools, school, on_places, place)
        walked = sum(abs(leg.to_m - leg.from_m) for leg in legs)
        assert abs(walked - walks.distance_m[place]) < 1e-6
        line = line_of(graph, legs)
        if line is not None and walked > 0.1:
            assert abs(WGS84.geometry_length(line) - walked) < 0.05
            ends = shapely.points(numpy.array([line.coords[0], line.coords[-1]]))
            snapped = numpy.array([on_places.snap_m[place], on_schools.snap_m[school]])
            there = [points([places[place]])[0], points([schools[school]])[0]]
            beside = [WGS84.inv(*end.coords[0], *each.coords[0])[2] for end, each in zip(ends, there, strict=True)]
            assert numpy.abs(snapped - beside).max() < 0.15
    reached = walks.school >= 0
    assert numpy.allclose(found[reached, walks.school[reached]], walks.distance_m[reached], atol=1e-6)
    assert numpy.abs(on_places.snap_m - snap_m).max() < 0.1


def test_lines_that_cross_in_the_middle_do_not_meet():
    assert walk([[(0, 0), (100, 0)], [(50, -50), (50, 50)]], [(50, 50)], [(0, 0)]) == [(-1, None)]


@pytest.mark.parametrize(("gap_m", "meets"), [(0.009, True), (0.012, False)])
def test_ends_within_a_centimetre_meet(gap_m, meets):
    found = walk([[(0, 0), (100, 0)], [(100 + gap_m, 0), (200, 0)]], [(200, 0)], [(0, 0)])
    assert (found[0][1] is not None) == meets


def test_of_parallel_lines_the_shortest_counts_and_none_are_added_up():
    bow = [(0, 0), (50, 40), (100, 0)]
    assert walk([bow, [(0, 0), (100, 0)], bow], [(100, 0)], [(0, 0)]) == [(0, 100.0)]


def test_both_on_one_line():
    assert walk([[(0, 0), (100, 0)]], [(30, 5)], [(80, -5), (10, 0), (30, 0)]) == [(0, 50.0), (0, 20.0), (0, 0.0)]


def test_on_a_one_way_line_one_goes_round():
    block = [[(0, 0), (100, 0)], [(100, 0), (100, 50)], [(100, 50), (0, 50)], [(0, 50), (0, 0)]]
    found = walk(block, [(30, 0)], [(80, 0), (10, 0)], oneway=[1, 0, 0, 0])
    assert found == [(0, 20 + 50 + 100 + 50 + 30.0), (0, 20.0)]
    assert walk(block, [(30, 0)], [(80, 0)], oneway=[-1, 0, 0, 0]) == [(0, 50.0)]
    assert walk(block, [(30, 0)], [(80, 0)], oneway=[1, 0, 0, 0], mode="walk") == [(0, 50.0)]


def test_the_way_from_home_to_school_counts_not_the_way_back():
    line = [[(0, 0), (100, 0)], [(100, 0), (200, 0)]]
    assert walk(line, [(200, 0)], [(0, 0)], oneway=[1, 1]) == [(0, 200.0)]
    assert walk(line, [(0, 0)], [(200, 0)], oneway=[1, 1]) == [(-1, None)]


def test_a_place_at_the_end_of_a_line_is_at_that_node_whatever_the_direction():
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 0)]]
    for oneway in ([1, 1], [1, -1], [-1, 1], [-1, -1]):
        assert walk(lines, [(100.004, 0)], [(100, 3)], oneway=oneway) == [(0, 0.0)]
    beyond = walk(lines, [(0, 0)], [(-20, 15), (-20, -15)], oneway=[-1, -1])
    assert beyond == [(0, 0.0), (0, 0.0)]


def test_a_loop_is_walked_the_shorter_way_and_driven_the_way_it_runs():
    loop = [[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]]
    assert walk(loop, [(100, 100)], [(100, 20), (0, 100), (20, 0)]) == [(0, 80.0), (0, 100.0), (0, 180.0)]
    assert walk(loop, [(100, 100)], [(100, 20), (0, 100)], oneway=[1]) == [(0, 80.0), (0, 300.0)]
    assert walk(loop, [(100, 100)], [(100, 20), (0, 100)], oneway=[-1]) == [(0, 320.0), (0, 100.0)]


def test_several_schools_on_one_line_and_at_one_node():
    assert walk(CROSS, [(20, 0), (60, 0), (100, 0), (100, 0)], [(30, 0), (50, 0), (150, 0)]) == [
        (0, 10.0),
        (1, 10.0),
        (2, 50.0),
    ]


def test_what_is_too_far_from_every_line_is_on_none():
    graph = street_graph(streets(CROSS))
    found = snap(graph, points([(50, -99), (50, -101), (50, 0)]), max_snap_m=100.0)
    assert found.on_streets.tolist() == [True, False, True]
    assert found.snap_m.round(1).tolist() == [99.0, 101.0, 0.0]


def test_a_place_without_a_position_has_no_walk_and_the_others_do():
    graph = street_graph(streets(CROSS))
    places = numpy.array([None, shapely.Point(), *points([(0, 0)])], dtype=object)
    on_places = snap(graph, places)
    assert on_places.on_streets.tolist() == [False, False, True]
    walks = nearest_walks(graph, snap(graph, points([(100, 0)])), on_places)
    assert walks.school.tolist() == [-1, -1, 0] and numpy.isinf(walks.distance_m).tolist() == [True, True, False]


def test_without_any_school_nothing_is_near():
    assert walk(CROSS, [(9000, 9000)], [(0, 0)]) == [(-1, None)]


def test_the_nearest_edge_is_found_among_very_long_and_very_short_ones():
    lines = [[(0, 0), (90_000, 0)], *[[(40_000 + 5 * step, 90), (40_004 + 5 * step, 90)] for step in range(60)]]
    graph = street_graph(streets(lines))
    found = snap(graph, points([(40_150, 44), (40_150, 46), (80_000, 300), (40_150, 50)]), max_snap_m=1000)
    assert found.edge.tolist() == [0, 31, 0, 31]


def test_networks_outside_china_are_measured_too():
    frame = streets(CROSS)
    frame = frame.set_geometry(frame.translate(xoff=-226.2, yoff=0.1))
    graph = street_graph(frame)
    assert abs(graph.length_m[0] - 100.0) < 0.2


def test_frames_that_cannot_be_computed_on_are_refused():
    frame = streets(CROSS)
    with pytest.raises(InvalidFeatures):
        street_graph(frame.set_crs(None, allow_override=True))
    with pytest.raises(InvalidFeatures):
        street_graph(frame.iloc[:0])


PLACE = st.tuples(st.floats(-150, 1150), st.floats(-150, 1150))


@settings(max_examples=15)
@given(seed=st.integers(0, 20), place=PLACE, turn=st.floats(0, 6.28), schools=st.lists(PLACE, min_size=1, max_size=4))
def test_a_metre_moves_the_walk_by_at_most_a_metre_on_one_edge(seed, place, turn, schools):
    graph = street_graph(city(seed, size=5), mode="walk")
    moved = (place[0] + numpy.cos(turn), place[1] + numpy.sin(turn))
    on_schools, on_places = snap(graph, points(schools)), snap(graph, points([place, moved]))
    walks = nearest_walks(graph, on_schools, on_places)
    # On the outer side of a bend the nearest point jumps: then the offset tells by how much.
    jump = abs(float(numpy.diff(on_places.offset_m)[0]))
    if on_places.edge[0] == on_places.edge[1] and numpy.isfinite(walks.distance_m).all():
        assert abs(float(numpy.diff(walks.distance_m)[0])) <= jump + 1e-6


@settings(max_examples=15)
@given(seed=st.integers(0, 20), schools=st.lists(PLACE, min_size=1, max_size=5), added=PLACE)
def test_another_school_never_lengthens_a_walk(seed, schools, added):
    graph = street_graph(city(seed, size=5), mode="drive")
    places = snap(graph, points(some_places(seed, 25)))
    before = nearest_walks(graph, snap(graph, points(schools)), places)
    after = nearest_walks(graph, snap(graph, points([*schools, added])), places)
    both = numpy.isfinite(before.distance_m)
    assert (after.distance_m[both] <= before.distance_m[both] + 1e-6).all()
