"""Roads as a city's extract has them: roundabouts, short rows, stretches with names of their own, dead ends."""

import itertools
import math

import pytest
import shapely
from pyproj import Geod

from geo.analysis.locating import Site, locate_sites
from geo.analysis.network import RoadNetwork
from geo.analysis.places import Place
from geo.model.location import LocationPhrase
from tests.analysis.networks import Line, circle, dual, straight, to_metres, town

ELLIPSOID = Geod(ellps="GRS80")


def locate(roads: list, phrase: LocationPhrase, area_m2: float | None = None) -> Place:
    return locate_sites([Site(phrase, area_m2)], RoadNetwork(town(roads), default_error_m=10.0))[0]


def corner(quadrant: str, first: str = "横路", second: str = "纵路") -> LocationPhrase:
    return LocationPhrase(f"{first}与{second}", "intersection", (first, second), quadrant)


def told(place: Place) -> str:
    return "".join(map(str, (*place.doubts, *place.assumptions)))


def drawn_m2(place: Place) -> float:
    return abs(ELLIPSOID.geometry_area_perimeter(place.geometry)[0])


def in_short_rows(name: str, start: tuple[float, float], end: tuple[float, float], rows: int, **more: object) -> list:
    """A straight road, cut into rows as at every lamp post."""
    line = shapely.LineString([start, end])
    points = [line.interpolate(number / rows, normalized=True).coords[0] for number in range(rows + 1)]
    return [straight(name, one, other, **more) for one, other in itertools.pairwise(points)]


def ring_at(x: float, y: float, radius_m: float) -> tuple[str | None, Line, dict]:
    points = [(x + east, y + north) for east, north in circle(radius_m)]
    return None, points, {"road_class": "primary", "oneway": True, "roundabout": True}


def test_a_large_parcel_does_not_pass_through_the_roundabout_at_the_next_crossing():
    """From the corner at the origin the ring at (0, 600) looks like a way to the land beyond the northern road."""
    roads = [
        straight("横路", (-900, 0), (900, 0)), *dual("纵路", (0, -900), (0, 531), width_m=10.0),
        *dual("纵路", (0, 669), (0, 2000), width_m=10.0), *dual("北路", (-2000, 600), (-69, 600), width_m=10.0),
        *dual("北路", (69, 600), (2000, 600), width_m=10.0), ring_at(0, 600, 70.0),
        straight(None, (300, -900), (300, 2000)),
    ]  # fmt: skip
    place = locate(roads, corner("NE"), 200_000.0)
    shape = to_metres(place.geometry)
    assert shape.bounds[0] >= 14.9 and shape.bounds[3] <= 585.1 and shape.bounds[2] <= 280.1
    assert "街区放不下" in told(place) and not place.is_certain


@pytest.mark.parametrize("area_mu", [5, 15, 60])
def test_a_parcel_at_a_large_roundabout_is_no_crescent(area_mu):
    roads = [
        straight("横路", (-900, 0), (-70, 0)), straight("横路", (70, 0), (900, 0)),
        straight("纵路", (0, -900), (0, -70)), straight("纵路", (0, 70), (0, 900)), ring_at(0, 0, 70.0),
    ]  # fmt: skip
    place = locate(roads, corner("SW"), area_mu * 2000 / 3)
    shape = to_metres(place.geometry)
    assert drawn_m2(place) == pytest.approx(area_mu * 2000 / 3, rel=0.005) and place.is_certain
    assert shape.area >= 0.7 * shape.minimum_rotated_rectangle.area
    assert shape.distance(shapely.Point(0, 0)) >= 70 and shape.bounds[2] <= -19.9 and shape.bounds[3] <= -19.9
    assert shape.distance(shapely.Point(0, 0)) <= 150
    assert ("移开" in told(place)) is (area_mu == 5)


def test_a_long_row_of_sites_in_one_corner_never_runs_over_a_road_that_is_far_away():
    """Six large sites fill the corner; the small one behind them has only the land before 北路."""
    roads = [
        straight("横路", (-900, 0), (900, 0)), straight("纵路", (0, -3000), (0, 3000)),
        straight("北路", (-900, 1750), (900, 1750)), straight(None, (330, -900), (330, 3000)),
    ]  # fmt: skip
    areas_m2 = [78_000.0] * 5 + [3_400.0] * 40
    places = locate_sites(
        [Site(corner("NE"), each) for each in areas_m2], RoadNetwork(town(roads), default_error_m=10.0)
    )
    shapes = [to_metres(place.geometry) for place in places if place.geometry.geom_type == "Polygon"]
    assert len(shapes) >= 6
    for shape in shapes:
        assert shape.bounds[3] <= 1730.1 and shape.bounds[0] >= 19.9 and shape.bounds[2] <= 310.1
    for one, other in itertools.combinations(shapes, 2):
        assert one.distance(other) >= 9.9


@pytest.mark.parametrize(("quadrant", "degrees"), [("E", 35), ("N", 145), ("NE", 35), ("NW", 145)])
def test_in_an_oblique_corner_a_parcel_is_no_splinter(quadrant, degrees):
    """An avenue cuts a street at 35°: sides lie along both, the others square to them."""
    turned = {"E": 0, "N": 0, "NE": 27.5, "NW": -27.5}[quadrant]
    ends = [(math.cos(math.radians(turned + each)), math.sin(math.radians(turned + each))) for each in (-17.5, 17.5)]
    roads = [
        straight(name, (-900 * x, -900 * y), (900 * x, 900 * y))
        for name, (x, y) in zip(("横路", "纵路"), ends, strict=True)
    ]
    place = locate(roads, corner(quadrant), 20_000.0)
    shape = to_metres(place.geometry)
    assert drawn_m2(place) == pytest.approx(20_000, rel=0.005) and place.is_certain
    one, other, *_ = itertools.pairwise(shape.minimum_rotated_rectangle.exterior.coords)
    assert max(math.dist(*one), math.dist(*other)) <= 1.8 * min(math.dist(*one), math.dist(*other))
    for road in roads:
        assert shape.distance(shapely.LineString(road[1])) == pytest.approx(20, abs=0.1)
    corners = shape.exterior.coords[:-1]
    angles = sorted(round(angle_at(corners, place)) for place in range(4))
    assert sorted([90, 90, degrees, 180 - degrees]) == pytest.approx(angles, abs=1)


def angle_at(corners: list[tuple[float, float]], place: int) -> float:
    (x0, y0), (x, y), (x1, y1) = (corners[(place + step) % 4] for step in (-1, 0, 1))
    return abs((math.degrees(math.atan2(y0 - y, x0 - x) - math.atan2(y1 - y, x1 - x)) + 180) % 360 - 180)


def test_so_many_metres_from_a_roundabout_are_measured_from_its_middle():
    roads = [
        straight("横路", (-900, 0), (900, 0)), straight("纵路", (0, 70), (0, 900)),
        straight("纵路", (0, -900), (0, -70)), ring_at(0, 0, 70.0),
    ]  # fmt: skip
    phrase = LocationPhrase("", "offset", ("横路", "纵路"), offset_m=300.0, offset_dir="S", roadside="W")
    place = locate(roads, phrase, 6_000.0)
    middle = to_metres(place.geometry).centroid
    assert (middle.x, middle.y) == pytest.approx((-20 - math.sqrt(6000) / 2, -300), abs=1)


@pytest.mark.parametrize("rows", [1, 90])
def test_a_road_in_short_rows_that_goes_on_under_another_name_has_all_its_corners(rows):
    roads = [
        straight("横路", (-900, 0), (900, 0)), *in_short_rows("纵路", (0, 0), (0, 900), rows),
        *in_short_rows("解放路", (0, 0), (0, -900), rows),
    ]  # fmt: skip
    place = locate(roads, corner("SE"), 10_000.0)
    assert to_metres(place.geometry).bounds == pytest.approx((20, -120, 120, -20), abs=0.1)
    assert place.is_certain and "延长线" not in told(place)


def test_a_stretch_with_a_name_of_its_own_belongs_to_its_road():
    roads = [
        straight("横路", (-900, 0), (900, 0)), straight("天中大道", (0, 0), (0, 900)),
        straight("天中大道南段", (0, 0), (0, -900)),
    ]  # fmt: skip
    phrase = LocationPhrase("", "offset", ("横路", "天中大道"), offset_m=400.0, offset_dir="S", roadside="E")
    place = locate(roads, phrase, 6_400.0)
    assert to_metres(place.geometry).centroid.y == pytest.approx(-400, abs=1) and place.is_certain
    southern = LocationPhrase("天中大道南段西侧", "along", ("天中大道",), sides={"天中大道": "W"})
    assert to_metres(locate(roads, southern, 6_400.0).geometry).centroid.y == pytest.approx(-450, abs=30)
    another = [straight("东风路", (0, 0), (0, 900)), straight("东风路出口", (0, -900), (0, 0))]
    place = locate([straight("横路", (-900, 0), (900, 0)), *another], corner("SE", second="东风路"), 6_400.0)
    assert place.geometry is not None and not any("出口" in name for name in place.crossing.roads)


def test_what_is_drawn_of_too_large_a_site_is_never_more_than_the_site():
    """A dead end splits the land: growing past it takes in what lies behind, all at once."""
    roads = [
        straight("横路", (-2000, 0), (2000, 0)), straight("纵路", (0, -2000), (0, 2000)),
        ("滨河路", [(400, 0), (200, 350), (400, 640), (600, 655)], {}),
    ]  # fmt: skip
    for area_m2 in range(60_000, 480_001, 20_000):
        place = locate(roads, corner("NE"), float(area_m2))
        assert drawn_m2(place) <= area_m2 * 1.005
        assert ("放不下" in told(place)) == (drawn_m2(place) < area_m2 * 0.999)
        assert to_metres(place.geometry).distance(shapely.LineString(roads[2][1])) >= 19.9


@pytest.mark.parametrize("area_mu", [80, 200, 500])
def test_a_parcel_does_not_reach_the_next_block_around_the_end_of_a_road(area_mu):
    """The next road ends 700 m off, as at the edge of an extract: the land beyond it is larger, and another block."""
    roads = [
        straight("横路", (-2000, 0), (2000, 0)), straight("纵路", (0, -900), (0, 900)),
        straight("邻路", (260, -900), (260, 700)),
    ]  # fmt: skip
    place = locate(roads, corner("NE"), area_mu * 2000 / 3)
    shape = to_metres(place.geometry)
    assert shape.distance(shapely.Point(20, 20)) < 1
    assert shape.intersection(shapely.box(20, 20, 240, 600)).area >= 0.6 * min(shape.area, 220 * 580)
    assert place.is_certain == (area_mu < 500) and ("不规则" in told(place)) == (area_mu == 500)


BLOCK = [
    straight("南路", (-900, 0), (1500, 0)), straight("北路", (-900, 400), (540, 400)),
    straight("北路", (660, 400), (1500, 400)), straight("西路", (0, -900), (0, 1300)),
    straight("东路", (600, -900), (600, 340)), straight("东路", (600, 460), (600, 1300)), ring_at(600, 400, 60.0),
]  # fmt: skip


def bounded(**limits: str) -> LocationPhrase:
    opposite = {"N": "S", "S": "N", "E": "W", "W": "E"}
    sides = {road: opposite[side] for side, road in limits.items()}
    return LocationPhrase("", "bounded", tuple(limits.values()), sides=sides, bounds=limits)


def test_a_block_keeps_off_the_roundabout_and_the_slip_road_at_its_corners():
    slip = ("南路", [(60, 0), (0, 60)], {"road_class": "primary_link"})
    place = locate([*BLOCK, slip], bounded(E="东路", S="南路", W="西路", N="北路"))
    shape = to_metres(place.geometry)
    assert shape.distance(shapely.Point(600, 400)) >= 69.5  # the ring and half of its carriageway, 20 m wide
    assert shape.distance(shapely.LineString(slip[1])) >= 4.4
    assert shape.area == pytest.approx(560 * 360, rel=0.05) and place.is_certain


def test_a_road_through_a_block_is_told_and_leaves_it_in_parts():
    inner = straight("学府巷", (300, 0), (300, 400), road_class="residential")
    minor = straight(None, (100, 0), (100, 400), road_class="service")
    limits = bounded(E="东路", S="南路", W="西路", N="北路")
    place = locate([*BLOCK, inner, minor], limits, 560 * 360 * 0.9)
    west, east = sorted(shapely.get_parts(to_metres(place.geometry)), key=lambda part: part.bounds)
    assert west.bounds[2] <= 291.1 and east.bounds[0] >= 308.9 and place.geometry.is_valid
    assert drawn_m2(place) == pytest.approx(560 * 360 * 0.9, rel=0.005)
    assert "学府巷" in told(place) and place.is_certain
    place = locate([*BLOCK, minor], limits)
    assert place.geometry.geom_type == "Polygon" and "穿过" not in told(place)


def test_a_block_drawn_in_through_a_neck_has_the_area_in_both_parts():
    roads = [*BLOCK[:3], straight("西路", (0, -900), (0, 1300)), *BLOCK[4:]]
    dead_ends = [straight("断头路", (300, 0), (300, 170)), straight("断头路", (300, 230), (300, 400))]
    place = locate([*roads, *dead_ends], bounded(E="东路", S="南路", W="西路", N="北路"), 150_000.0)
    assert drawn_m2(place) == pytest.approx(150_000, rel=0.005)


def test_a_block_is_found_where_only_the_pieces_of_a_road_close_it():
    """南路 is a road in another district; here the data call it 南东路 and 南西路."""
    roads = [
        straight("天南路", (30_000, 0), (31_000, 0)), straight("天南西路", (-900, 0), (300, 0)),
        straight("天南东路", (300, 0), (1500, 0)), *BLOCK[1:],
    ]  # fmt: skip
    place = locate(roads, bounded(E="东路", S="天南路", W="西路", N="北路"))
    assert to_metres(place.geometry).area == pytest.approx(560 * 360, rel=0.05)
    assert "天南东路" in told(place)


@pytest.mark.parametrize(
    ("name", "more"), [("京港澳高速", {}), ("北环高架", {}), ("绕城线", {"road_class": "motorway"})]
)
def test_a_motorway_without_a_node_passes_over_the_street_though_no_bridge_is_told(name, more):
    roads = [straight("横路", (-900, 0), (900, 0)), straight(name, (0, -900), (0, 900), **more)]
    place = locate(roads, corner("NE", second=name), 10_000.0)
    assert "立体交叉" in told(place) and not place.is_certain and place.geometry is not None


def test_a_road_beside_a_motorway_and_one_that_meets_it_at_a_node_are_crossed():
    beside = [straight("横路", (-900, 0), (900, 0)), straight("机场高速辅路", (0, -900), (0, 900))]
    assert locate(beside, corner("NE", second="机场高速辅路"), 10_000.0).is_certain
    ends = [("京港澳高速", [(0, -900), (0, 0)], {}), ("横路", [(-900, 0), (0, 0), (900, 0)], {})]
    assert locate(ends, corner("SE", second="京港澳高速"), 10_000.0).is_certain


@pytest.mark.parametrize("more", [{}, {"structure": "bridge"}, {"level": 1.0}])
def test_where_nothing_in_a_file_tells_a_flyover_from_a_crossing_that_is_said(more):
    roads = [straight("横路", (-900, 0), (900, 0)), straight("纵路", (0, -900), (0, 900))]
    place = locate([*roads, straight("别路", (-900, 500), (900, 500), **more)], corner("NE"), 6000.0)
    assert place.is_certain and ("层级" in told(place)) is (not more)
