"""Sites at one place of a road or in one block stand beside one another; expected places by hand."""

import math
from itertools import combinations

import pytest
import shapely

from geo.analysis.locating import Site, locate_sites
from geo.analysis.network import RoadNetwork
from geo.model.location import LocationPhrase
from tests.analysis.networks import straight, to_metres, town
from tests.analysis.test_locating_phrases import GRID, area_m2, sides, told

BENT = [
    ("湖滨路", [(0, -1500), (0, 0), (40, 300), (160, 600), (340, 900)], {}), straight("文化路", (-800, 0), (800, 0)),
]  # fmt: skip
TEE = [straight("洪河大道", (-900, 0), (900, 0)), straight("金沙路", (0, 0), (0, 900))]


BLOCK = LocationPhrase("", "bounded", ("北路", "西路", "南路", "东路"))


def located(roads, *sites):
    network = RoadNetwork(town(roads), default_error_m=10.0)
    places = locate_sites([Site(*site) for site in sites], network)
    shapes = [to_metres(place.geometry) for place in places]
    assert not any(one.intersection(other).area > 0.5 for one, other in combinations(shapes, 2))
    return places, shapes


@pytest.mark.parametrize(
    ("roads", "phrase"),
    [
        (GRID, sides(南路="N", 北路="S", 西路="E")),
        (BENT, LocationPhrase("", "offset", ("湖滨路", "文化路"), offset_m=400, offset_dir="N", roadside="E")),
        (BENT, LocationPhrase("", "offset", ("湖滨路", "文化路"), offset_m=400, offset_dir="N", roadside="W")),
        (TEE, LocationPhrase("", "intersection", ("洪河大道", "金沙路"), "S")),
    ],
)
def test_a_second_site_at_a_place_of_a_road_stands_beside_the_first(roads, phrase):
    places, shapes = located(roads, (phrase, 6000.0), (phrase, 6000.0), (phrase, 4000.0))
    assert [area_m2(place) for place in places] == pytest.approx([6000, 6000, 4000], rel=0.005)
    assert "移开" not in told(places[0]) and all("移开" in told(place) for place in places[1:])
    for place, shape in zip(places, shapes, strict=True):
        assert shape.centroid.distance(shapes[0].centroid) <= place.accuracy_m


def test_of_sites_in_one_corner_it_is_not_known_which_stands_at_the_corner_itself():
    corner = LocationPhrase("", "intersection", ("南路", "西路"), "NE")
    places, shapes = located(GRID, (corner, 10_000.0), (corner, 10_000.0))
    assert "移开" in told(places[1]) and all(place.is_certain for place in places)
    assert shapes[1].centroid.distance(shapes[0].centroid) <= places[1].accuracy_m
    assert places[1].accuracy_m - places[0].accuracy_m == pytest.approx(110, abs=0.1)


@pytest.mark.parametrize(
    "phrases",
    [
        [
            LocationPhrase("", "intersection", ("南路", "西路"), "NE"),
            LocationPhrase("", "intersection", ("西路", "南路"), "NE"),
        ],
        [LocationPhrase("", "along", ("南路",), sides={"南路": "N"})] * 2,
    ],
)
def test_sites_without_an_area_at_one_place_stand_apart_and_say_so(phrases):
    places, shapes = located(GRID, *((phrase, None) for phrase in phrases))
    assert shapes[1].distance(shapes[0]) == pytest.approx(20, abs=0.1)
    assert "错开" in told(places[1]) and "错开" not in told(places[0])
    assert places[1].accuracy_m == pytest.approx(places[0].accuracy_m + 20)


def test_a_site_without_an_area_stands_beside_the_parcel_in_its_corner():
    corner = LocationPhrase("", "intersection", ("南路", "西路"), "NE")
    places, (point, parcel) = located(GRID, (corner, None), (corner, 10_000.0))
    assert 10 <= point.distance(parcel) <= 30 and "错开" in told(places[0])


def test_a_row_of_sites_without_an_area_ends_at_the_next_road():
    corner = LocationPhrase("", "intersection", ("南路", "西路"), "NE")
    places, shapes = located(GRID, *[(corner, None)] * 20)
    assert all(shape.within(shapely.box(19, 19, 600, 400)) for shape in shapes)
    assert "重叠" in told(places[-1])


def test_a_block_that_is_a_parcel_is_taken():
    block = LocationPhrase("", "bounded", ("南路", "北路", "西路", "东路"))
    corner = LocationPhrase("", "intersection", ("南路", "西路"), "NE")
    whole_m2 = 560 * 360.0
    places, _ = located(GRID, (block, whole_m2), (corner, 6000.0))
    assert places[1].geometry.geom_type == "Point" and "放不下" in told(places[1])
    places, shapes = located(GRID, (corner, 10_000.0), (block, whole_m2))
    assert "已避开" in told(places[1]) and not places[1].is_certain
    assert area_m2(places[1]) == pytest.approx(whole_m2 - 110 * 110, rel=0.001)
    assert shapes[1].distance(shapes[0]) == pytest.approx(10, abs=0.1)


def test_of_two_sites_without_area_one_has_the_block_and_the_other_is_known_by_it_only():
    places, shapes = located(GRID, (BLOCK, None), (BLOCK, None))
    assert shapes[0].geom_type == "Polygon" and "没有面积" in told(places[0])
    assert shapes[1].geom_type == "Point" and "占满" in told(places[1]) and not places[1].is_certain
    assert shapes[1].hausdorff_distance(shapes[0]) <= places[1].accuracy_m


def test_what_has_no_area_gets_what_the_others_of_its_block_leave_whoever_is_named_first():
    corner = LocationPhrase("", "intersection", ("南路", "西路"), "NE")
    places, shapes = located(GRID, (BLOCK, None), (BLOCK, 6000.0), (corner, 10_000.0))
    assert [area_m2(place) for place in places[1:]] == pytest.approx([6000, 10_000], rel=0.005)
    assert "已避开" in told(places[0]) and area_m2(places[0]) < 560 * 360 - 16_000
    assert shapes[1].equals(located(GRID, (BLOCK, 6000.0), (corner, 10_000.0), (BLOCK, None))[1][0])


@pytest.mark.parametrize("phrase", [BLOCK, sides(北路="S", 西路="E", 南路="N", 东路="W")])
def test_small_sites_in_one_large_block_stand_side_by_side_in_its_first_corner(phrase):
    places, shapes = located(GRID, (phrase, 30_000.0), (phrase, 20_000.0), (phrase, 40_000.0))
    assert [area_m2(place) for place in places] == pytest.approx([30_000, 20_000, 40_000], rel=0.005)
    assert shapes[0].bounds[:1] + shapes[0].bounds[3:] == pytest.approx((20, 380), abs=0.1)  # 北路 and 西路 come first
    block = shapely.box(20, 20, 580, 380)
    for place, shape in zip(places, shapes, strict=True):
        assert block.buffer(0.1).contains(shape) and not place.is_certain and "何处" in told(place)
        assert all(shape.centroid.distance(shapely.Point(at)) <= place.accuracy_m for at in block.exterior.coords)
    again, _ = located(GRID, (phrase, 30_000.0), (phrase, 20_000.0), (phrase, 40_000.0))
    assert [place.geometry for place in again] == [place.geometry for place in places]


def test_a_small_site_in_a_block_gives_way_to_one_in_its_corner_and_is_a_point_where_there_is_no_room():
    corner = LocationPhrase("", "intersection", ("北路", "西路"), "SE")
    areas = (50_000.0, 60_000.0, 25_000.0, 25_000.0)
    places, shapes = located(GRID, (corner, 10_000.0), *((BLOCK, each) for each in areas))
    assert [place.geometry.geom_type for place in places] == ["Polygon"] * 4 + ["Point"]
    assert shapes[4].within(shapely.box(20, 20, 580, 380)) and "人工落图" in str(places[4].doubts[-1])


def test_a_block_that_others_fill_is_told():
    block = LocationPhrase("", "bounded", ("南路", "北路", "西路", "东路"))
    network = RoadNetwork(town(GRID), default_error_m=10.0)
    places = locate_sites([Site(block, 560 * 360.0), Site(block, 560 * 360.0)], network)
    assert places[0].geometry is not None and "占满" in str(places[1].reason)


def test_a_river_beside_a_site_leaves_a_doubt():
    river = LocationPhrase(
        "", "bounded", ("南路", "西路"), sides={"南路": "N", "西路": "E"}, other_sides={"冷水河": "W"}
    )
    (place,), _ = located(GRID, (river, 6000.0))
    assert "冷水河" in told(place) and not place.is_certain


@pytest.mark.parametrize("quadrant", ["N", "S"])
def test_in_a_very_blunt_corner_a_parcel_lies_beside_the_first_road(quadrant):
    roads = [straight("中华路", (-900, 0), (900, 0)), straight("斜阳路", (-846, -308), (846, 308))]
    phrase = LocationPhrase("", "intersection", ("中华路", "斜阳路"), quadrant)
    (place,), (shape,) = located(roads, (phrase, 6000.0))
    assert place.is_certain and area_m2(place) == pytest.approx(6000, rel=0.005)
    west, south, east, north = shape.bounds
    assert (south if quadrant == "N" else -north) == pytest.approx(20, abs=0.1)
    assert shape.area == pytest.approx((east - west) * (north - south), rel=0.001)


def test_sites_at_one_crossing_of_which_no_side_is_told_stand_apart_and_say_so():
    """20 m along the first street from one to the next; each may lie as much farther from where it stands."""
    anywhere = LocationPhrase("", "intersection", ("南路", "西路"))
    places, shapes = located(GRID, (anywhere, None), (anywhere, None), (anywhere, None))
    apart = [shape.distance(shapes[0]) for shape in shapes]
    assert apart == pytest.approx([0, 20, 40], abs=0.1)
    assert [place.accuracy_m - places[0].accuracy_m for place in places] == pytest.approx([0, 20, 40], abs=0.1)
    assert ["错开" in told(place) for place in places] == [False, True, True]


@pytest.mark.parametrize(
    ("side", "words", "west", "east"),
    [
        (None, "直线距离", -40, 38),
        ("E", "路的哪一侧", -1, 76),
        ("W", "路的哪一侧", -79, -1),
        ("S", "没有用上", -40, 38),
    ],
)
def test_the_side_of_a_road_that_is_not_there_is_a_side_of_the_way_that_was_measured(side, words, west, east):
    """400 m south of a street to the north alone; 6 000 m² are 77 m square; the plane is 1 m off in 400 m."""
    phrase = LocationPhrase("", "offset", ("洪河大道", "金沙路"), offset_m=400, offset_dir="S", roadside=side)
    (place,), (shape,) = located(TEE, (phrase, 6000.0))
    assert words in told(place) and not place.is_certain
    assert (shape.bounds[0], shape.bounds[2]) == pytest.approx((west, east), abs=2)
    assert shape.centroid.y == pytest.approx(-400, abs=2)


def test_a_street_that_ends_at_a_slant_just_before_another_meets_it_and_one_alongside_does_not():
    """At 20° a gap of 2 m is 6 m of street; at 3° of one that runs along the other it says nothing."""
    corner = LocationPhrase("", "intersection", ("洪河大道", "金沙路"), "N")
    main = straight("洪河大道", (-900, 0), (900, 0))
    (place,), _ = located([main, straight("金沙路", (5.5, 2), (470, 171))], (corner, 6000.0))
    assert (round(place.crossing.lat, 3), place.is_certain) == (33.2, False) and "相距 2 米" in told(place)
    network = RoadNetwork(town([main, straight("金沙路", (5.5, 2), (600, 33))]), default_error_m=10.0)
    (place,) = locate_sites([Site(corner, 6000.0)], network)
    assert place.geometry is None and "不相交" in str(place.reason)


def test_a_wide_corner_goes_before_one_behind_the_end_of_a_street():
    """Arms to 62°, 242° and 281°: the north-east is in the wide corner, not behind the street that ends."""
    roads = [straight("洪河大道", (-795, -423), (795, 423)), straight("金沙路", (0, 0), (-883, 172))]
    (place,), (shape,) = located(roads, (LocationPhrase("", "intersection", ("洪河大道", "金沙路"), "NE"), 6000.0))
    assert shape.centroid.y > 0.53 * shape.centroid.x and not place.is_certain


@pytest.mark.parametrize(("azimuth", "is_certain"), [(36, False), (56, True)])
def test_a_narrow_corner_beside_the_way_that_is_told_is_not_certain(azimuth, is_certain):
    """Streets to the north and 36° or 56° from it: the north-east is outside of the first corner, inside the second."""
    east, north = math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))
    slanting = straight("金沙路", (-900 * east, -900 * north), (900 * east, 900 * north))
    roads = [straight("洪河大道", (0, -900), (0, 900)), slanting]
    (place,), (shape,) = located(roads, (LocationPhrase("", "intersection", ("洪河大道", "金沙路"), "NE"), 6000.0))
    assert (place.is_certain, "贴着路" in told(place)) == (is_certain, not is_certain)
    assert 0 < math.degrees(math.atan2(shape.centroid.x, shape.centroid.y)) < azimuth
