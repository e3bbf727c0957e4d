"""Barriers: nobody crosses them but where one is known to pass, neither along a street nor on the way to it."""

import itertools

import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.catchments import nearest_walks, snap, street_graph
from geo.analysis.catchments.areas import outline_around
from geo.analysis.catchments.assigning import Demand, Schools, Situation, by_nearest, catchments
from geo.analysis.catchments.barriers import barriers_of, cut_streets, snap_this_side
from tests.analysis.cities import city, points, streets
from tests.analysis.networks import to_lonlat, to_metres

# Two streets from west to east, 100 m apart, and a lane between them that crosses a railway half-way.
LADDER = [[(0, 0), (400, 0)], [(400, 0), (400, 100)], [(0, 100), (400, 100)]]
RAILWAY = [(-50, 40), (450, 40)]
NOWHERE = numpy.empty(0, dtype=object)


def barrier(line, crossings=NOWHERE, passing=None):
    return barriers_of(numpy.array([to_lonlat(shapely.LineString(line))]), crossings, passing)


def walk_across(barriers, **columns) -> float:
    """From the south street to the north one."""
    cut, _ = cut_streets(streets(LADDER).assign(**columns), barriers)
    graph = street_graph(cut)
    walks = nearest_walks(graph, snap(graph, points([(0, 100)])), snap(graph, points([(0, 0)])))
    return round(float(walks.distance_m[0]), 1)


@pytest.mark.parametrize(
    ("given", "columns", "length_m"),
    [
        ({}, {}, numpy.inf), ({}, {"structure": [None, "bridge", None]}, 900.0),
        ({}, {"structure": ["bridge", None, "tunnel"]}, numpy.inf), ({}, {"name": ["甲路", "乙路", None]}, numpy.inf),
        ({"crossings": points([(405, 45)])}, {}, 900.0), ({"crossings": points([(300, 40)])}, {}, numpy.inf),
        ({"passing": (frozenset({"乙路"}),)}, {"name": ["甲路", "乙路", None]}, 900.0),
        ({"passing": (frozenset({"甲路"}),)}, {"name": ["甲路", "乙路", None]}, numpy.inf),
        ({"passing": (None,)}, {}, 900.0),
    ],
)  # fmt: skip
def test_a_barrier_is_passed_by_bridges_tunnels_and_crossings_alone(given, columns, length_m):
    assert walk_across(barrier(RAILWAY, **given), **columns) == length_m


def test_how_many_streets_were_cut_is_told_and_a_river_takes_what_lies_in_it():
    river = barriers_of(numpy.array([to_lonlat(shapely.box(-50, 30, 450, 60))]), NOWHERE)
    cut, count = cut_streets(streets(LADDER), river)
    assert count == 1 and cut.geometry.iloc[1].geom_type == "MultiLineString"
    assert abs(street_graph(cut).length_m.sum() - 870) < 0.1


def situation(homes, wall, lines=LADDER, gates=((0, 0), (0, 100))):
    cut, _ = cut_streets(streets(lines), wall)
    schools = Schools(points(list(gates)), numpy.arange(len(gates)), numpy.full(len(gates), numpy.nan))
    demand = Demand(points(homes), numpy.ones(len(homes)))
    return Situation(street_graph(cut), schools, demand, 90.0, tuple(wall.shapes))


def test_a_home_is_put_on_a_street_of_its_own_side_or_on_none():
    found = situation([(200, 35), (200, 45), (200, -60), (200, 130)], barrier(RAILWAY))
    assert by_nearest(found)["school"].tolist() == [0, 1, 0, 1]
    south = situation([(200, 45), (200, 20)], barrier(RAILWAY), lines=LADDER[:1])
    table = by_nearest(south)
    assert table["school"].tolist() == [-1, 0] and table["reason"][0] == "barred"


def test_the_banks_of_a_river_belong_to_the_schools_of_their_sides():
    homes = [(x, y) for x in range(20, 400, 40) for y in (39, 41, 65)]
    found = situation(homes, barrier([(-500, 40), (900, 40)]))
    table = by_nearest(found)
    assert table["school"].tolist() == [0, 1, 1] * 10
    outline = outline_around(found.streets, found.streets.to_plane(found.demand.points))
    areas = catchments(found, table, outline)
    for home, school in zip(found.demand.points, table["school"], strict=True):
        assert areas[school].covers(home)
    assert all(area.is_valid for area in areas.values())
    whole = shapely.union_all(list(areas.values()))
    assert sum(area.area for area in areas.values()) == pytest.approx(whole.area, rel=1e-7)


@settings(max_examples=12)
@given(seed=st.integers(0, 9), ends=st.tuples(*[st.floats(-100, 1000)] * 4))
def test_of_the_ways_to_a_street_that_cross_nothing_the_shortest_is_taken(seed, ends):
    wall = barrier([ends[:2], (ends[2] + 1, ends[3])])
    cut, _ = cut_streets(city(seed, size=5), wall)
    graph = street_graph(cut)
    walls = numpy.array(
        [shapely.transform(each, lambda xy: graph.to_plane(shapely.points(xy))) for each in wall.shapes]
    )
    homes = points([tuple(place) for place in numpy.random.default_rng(seed).uniform(-50, 600, (12, 2))])
    snapped, barred = snap_this_side(graph, homes, snap(graph, homes), walls, 500.0)
    begin = graph.segments[0]
    segments = shapely.linestrings(numpy.stack([graph.vertices[begin], graph.vertices[begin + 1]], axis=1))
    for number, home in enumerate(shapely.points(graph.to_plane(homes))):
        ways = shapely.shortest_line(home, segments)
        free = ~shapely.intersects(ways, walls[0]) | shapely.intersects(home, walls[0])
        lengths = numpy.where(free & (shapely.length(ways) <= 500), shapely.length(ways), numpy.inf)
        assert barred[number] == numpy.isinf(lengths.min())
        assert barred[number] or snapped.snap_m[number] == pytest.approx(lengths.min(), abs=1e-6)


def test_a_railway_in_many_bent_pieces_is_one_barrier_and_the_areas_stay_sound():
    places = [(x, 300 + 40 * numpy.sin(x / 90)) for x in numpy.arange(-400, 1600, 25)]
    pieces = [to_lonlat(shapely.LineString(pair)) for pair in itertools.pairwise(places)]
    wall = barriers_of(numpy.array(pieces), points([(240, 310)]))
    assert len(wall) == 1
    lines = [list(to_metres(line).coords) for line in city(3, size=6).geometry]
    homes = [tuple(place) for place in numpy.random.default_rng(3).uniform(0, 500, (150, 2))]
    found = situation(homes, wall, lines=lines, gates=((30, 40), (450, 60), (60, 480), (470, 470)))
    table = by_nearest(found)
    outline = outline_around(found.streets, found.streets.to_plane(found.demand.points))
    areas = catchments(found, table, outline)
    assert all(area.is_valid for area in areas.values()) and (table["school"] >= 0).sum() > 100
    for home, school in zip(found.demand.points, table["school"], strict=True):
        assert school < 0 or areas[school].covers(home)
    whole = shapely.union_all(list(areas.values()))
    assert sum(area.area for area in areas.values()) == pytest.approx(whole.area, rel=1e-6)
