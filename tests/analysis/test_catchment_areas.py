"""Areas from the network: every place in its own school's, no gap, no overlap, borders where walks are equally long."""

import numpy
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.catchments import street_graph
from geo.analysis.catchments.areas import outline_around, zone_outline
from geo.analysis.catchments.assigning import Demand, Schools, Situation, by_nearest, catchments
from tests.analysis.cities import city, points, streets
from tests.analysis.networks import to_lonlat, to_metres

Places = list[tuple[float, float]]


def situation(frame, schools: Places, homes: Places, mode: str = "walk") -> Situation:
    found = Schools(points(schools), numpy.arange(len(schools)), numpy.full(len(schools), numpy.nan))
    return Situation(street_graph(frame, mode=mode), found, Demand(points(homes), numpy.ones(len(homes))))


def areas_of(frame, schools: Places, homes: Places, *, mode="walk", within_m=numpy.inf, zone=None):
    there = situation(frame, schools, homes, mode)
    graph = there.streets
    outline = zone_outline(graph, numpy.array([to_lonlat(zone)])) if zone else outline_around(
        graph, graph.to_plane(points(homes))
    )  # fmt: skip
    assignments = by_nearest(there, within_m=within_m)
    return catchments(there, assignments, outline, within_m=within_m), assignments, there


def border_x(area: shapely.Geometry, y: float) -> list[float]:
    """Where a line from west to east enters and leaves an area, metres."""
    cross = to_metres(area).intersection(shapely.LineString([(-9000, y), (9000, y)]))
    return [round(x, 1) for x, _ in shapely.get_coordinates(cross)]


PLACE = st.tuples(st.floats(-120, 620), st.floats(-120, 620))


@settings(max_examples=15)
@given(
    seed=st.integers(0, 30), schools=st.lists(PLACE, min_size=1, max_size=6),
    homes=st.lists(PLACE, min_size=1, max_size=40), mode=st.sampled_from(["walk", "drive"]),
)  # fmt: skip
def test_every_place_lies_in_the_area_of_its_school_and_areas_fill_the_outline(seed, schools, homes, mode):
    areas, assignments, _ = areas_of(city(seed, size=5), schools, homes, mode=mode)
    for home, school in zip(points(homes), assignments["school"], strict=True):
        assert school < 0 or areas[school].covers(home)
    shapes = [to_metres(area) for area in areas.values()]
    whole = shapely.union_all(shapes)
    assert all(area.is_valid for area in areas.values())
    assert sum(shape.area for shape in shapes) - whole.area < 0.01
    assert whole.area > 0.9999 * shapely.convex_hull(whole).area  # the outline is convex: no gaps


def test_the_border_crosses_a_street_where_both_walks_are_equally_long():
    line = streets([[(0, 0), (400, 0)], [(400, 0), (1000, 0)]])
    areas, *_ = areas_of(line, [(100, 0), (800, 0)], [(0, 0)])
    assert abs(border_x(areas[0], 0.0)[1] - 450) < 0.1 and abs(border_x(areas[1], 0.0)[0] - 450) < 0.1


def test_on_a_one_way_street_the_school_ahead_counts():
    line = streets([[(0, 0), (400, 0)], [(400, 0), (1000, 0)], [(1000, 0), (1000, 200), (0, 200), (0, 0)]], [1, 1, 1])
    areas, *_ = areas_of(line, [(100, 0), (800, 0)], [(0, 0)], mode="drive")
    assert numpy.abs(numpy.subtract(border_x(areas[1], 0.0), [100, 800])).max() < 0.2
    assert areas[0].covers(points([(900, 1)])[0]) and areas[0].covers(points([(50, 1)])[0])


def test_the_banks_of_a_river_belong_to_the_streets_on_their_own_side():
    """Two streets 200 m apart; the only bridge is far in the east."""
    banks = streets([[(0, 0), (3000, 0)], [(0, 200), (3000, 200)], [(3000, 0), (3000, 200)]])
    areas, assignments, _ = areas_of(banks, [(100, 0), (2900, 200)], [(100, 60), (100, 140), (1400, 190)])
    assert list(assignments["school"]) == [0, 1, 1]
    for x in (100, 600, 1200):
        south, north = points([(x, 90), (x, 110)])
        assert areas[0].covers(south) and areas[1].covers(north)


def test_what_is_beyond_the_service_distance_belongs_to_nobody():
    line = streets([[(0, 0), (400, 0)], [(400, 0), (1000, 0)]])
    areas, *_ = areas_of(line, [(100, 0), (900, 0)], [(0, 0)], within_m=300)
    assert abs(border_x(areas[0], 0.0)[-1] - 400) < 0.1 and abs(border_x(areas[1], 0.0)[0] - 600) < 0.1
    assert [round(each) for each in border_x(areas[-1], 0.0)] == [400, 600]


def test_where_no_school_can_be_reached_the_area_belongs_to_nobody():
    parts = streets([[(0, 0), (500, 0)], [(0, 600), (500, 600)]])
    areas, assignments, _ = areas_of(parts, [(100, 0)], [(200, 0), (200, 600)])
    assert list(assignments["school"]) == [0, -1]
    assert areas[-1].covers(points([(200, 600)])[0]) and areas[0].covers(points([(200, 0)])[0])


def test_areas_are_cut_to_the_zone():
    line = streets([[(0, 0), (400, 0)], [(400, 0), (1000, 0)]])
    zone = shapely.box(200, -100, 700, 50)
    areas, *_ = areas_of(line, [(100, 0), (800, 0)], [(0, 0)], zone=zone)
    whole = to_metres(shapely.union_all(list(areas.values())))
    assert whole.symmetric_difference(zone).area < 1.0
    assert abs(to_metres(areas[0]).area - 250 * 150) < 20


def test_a_place_between_streets_of_two_schools_stays_with_its_own():
    """The nearest points on the streets are equally far: without care the place lies on the border."""
    parts = streets([[(0, 0), (500, 0)], [(0, 100), (500, 100)]])
    areas, assignments, _ = areas_of(parts, [(0, 0), (0, 100)], [(float(x), 50.0) for x in range(10, 500, 10)])
    for home, school in zip(points([(float(x), 50.0) for x in range(10, 500, 10)]), assignments["school"], strict=True):
        assert areas[school].covers(home) and areas[school].buffer(-1e-8).covers(home)
