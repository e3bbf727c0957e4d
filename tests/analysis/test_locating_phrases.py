"""Sides, blocks, distances and stretches on towns drawn in metres; expected places by hand."""

import math

import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.analysis.locating import Site, locate_sites
from geo.analysis.network import RoadNetwork
from geo.analysis.places import Place
from geo.model.location import LocationPhrase
from tests.analysis.networks import dual, straight, to_metres, town

ELLIPSOID = Geod(ellps="GRS80")
GRID = [
    straight("南路", (-900, 0), (1500, 0)), straight("北路", (-900, 400), (1500, 400)),
    straight("西路", (0, -900), (0, 1300)), straight("东路", (600, -900), (600, 1300)),
]  # fmt: skip
"""A block of 600 m by 400 m between centre lines: 560 by 360 without the roads' land, 302.4 亩."""


def locate(roads: list, phrase: LocationPhrase, area_m2: float | None = None, turn_deg: float = 0.0) -> Place:
    return locate_sites([Site(phrase, area_m2)], RoadNetwork(town(roads, turn_deg), default_error_m=10.0))[0]


def sides(**named: str) -> LocationPhrase:
    return LocationPhrase("", "sides", tuple(named), sides=named)


def shape_of(place: Place, turn_deg: float = 0.0) -> shapely.Geometry:
    assert place.geometry is not None, str(place.reason)
    return to_metres(place.geometry, turn_deg)


def told(place: Place) -> str:
    return "".join(map(str, (*place.doubts, *place.assumptions)))


def area_m2(place: Place) -> float:
    return abs(ELLIPSOID.geometry_area_perimeter(place.geometry)[0])


@pytest.mark.parametrize(
    ("phrase", "corner"),
    [
        (sides(西路="E", 南路="N"), (20, 20)), (sides(西路="W", 南路="S"), (-120, -120)),
        (sides(北路="S", 东路="W"), (480, 280)), (sides(北路="N", 东路="E"), (620, 420)),
        (sides(西路="NE", 南路="NE"), (20, 20)),
    ],
)  # fmt: skip
def test_sides_of_two_crossing_roads_are_a_corner(phrase, corner):
    place = locate(GRID, phrase, 10_000.0)
    assert shape_of(place).bounds[:2] == pytest.approx(corner, abs=0.05)
    assert place.is_certain and place.crossing is not None


@settings(max_examples=25)
@given(turn=st.floats(-65, 65), first=st.sampled_from("EW"), second=st.sampled_from("NS"))
def test_sides_hold_however_the_roads_are_turned(turn, first, second):
    """Beyond 45° a road that was called west-east runs more south to north; its northern side is still to the left."""
    place = locate(GRID[::2], sides(西路=first, 南路=second), 10_000.0, turn)
    middle = shape_of(place, turn).centroid
    assert middle.x * (1 if first == "E" else -1) > 0 and middle.y * (1 if second == "N" else -1) > 0


def test_a_side_that_a_road_does_not_have_is_told():
    assert "街角" in str(locate(GRID, sides(西路="N", 南路="N"), 10_000.0).reason)


def test_three_sides_are_a_front_between_two_cross_roads():
    place = locate(GRID, sides(南路="N", 北路="S", 西路="E"), 10_000.0)
    assert shape_of(place).bounds == pytest.approx((20, 150, 120, 250), abs=0.1)
    assert place.accuracy_m == pytest.approx(math.hypot(10, 200, 25), abs=1) and not place.is_certain


def test_between_two_roads_without_a_stretch_nothing_is_placed():
    assert "没有写明是哪一段" in str(locate(GRID, sides(南路="N", 北路="S"), 10_000.0).reason)
    phrase = LocationPhrase("", "along", ("南路", "北路"))
    assert "没有写明是哪一段" in str(locate(GRID, phrase, 10_000.0).reason)


def bounded(**limits: str) -> LocationPhrase:
    opposite = {"N": "S", "S": "N", "E": "W", "W": "E"}
    return LocationPhrase(
        "",
        "bounded",
        tuple(limits.values()),
        sides={road: opposite[side] for side, road in limits.items()},
        bounds=limits,
    )


@pytest.mark.parametrize(
    "phrase",
    [bounded(E="东路", S="南路", W="西路", N="北路"), LocationPhrase("", "bounded", ("南路", "西路", "北路", "东路")),
     sides(西路="E", 东路="W", 南路="N", 北路="S")],
)  # fmt: skip
@pytest.mark.parametrize("turn", [0, 30])
def test_four_roads_close_a_block(phrase, turn):
    turns = {"E": "SE", "S": "SW", "W": "NW", "N": "NE"} if turn else {}
    phrase = LocationPhrase(
        "", phrase.kind, phrase.roads, sides={road: turns.get(side, side) for road, side in phrase.sides.items()}
    )
    place = locate(GRID, phrase, turn_deg=turn)
    assert shape_of(place, turn).bounds == pytest.approx((20, 20, 580, 380), abs=0.1)
    assert place.is_certain and place.accuracy_m == pytest.approx(10)


def test_a_block_between_carriageways_with_streets_inside_is_one_block():
    roads = [
        *dual("南路", (-900, 0), (1500, 0), 24, width_m=10.0), *dual("西路", (0, -900), (0, 1300), 30, width_m=10.0),
        *GRID[1:2], *GRID[3:], straight("内街", (-200, 150), (900, 150)), straight(None, (300, -100), (300, 700)),
    ]  # fmt: skip
    place = locate(roads, bounded(E="东路", S="南路", W="西路", N="北路"))
    assert shape_of(place).bounds == pytest.approx((20, 17, 580, 380), abs=0.1)


def test_a_block_with_a_small_gap_is_closed_with_a_warning():
    place = locate(
        [*GRID[:2], GRID[3], straight("西路", (0, 12), (0, 1300))], bounded(E="东路", S="南路", W="西路", N="北路")
    )
    assert shape_of(place).bounds == pytest.approx((20, 20, 580, 380), abs=0.1)
    assert "最大缺口 12 米" in told(place) and not place.is_certain


def test_roads_that_close_no_block_are_told():
    open_grid = [*GRID[:3], straight("东路", (600, 600), (600, 1300))]
    assert "没有合围" in str(locate(open_grid, bounded(E="东路", S="南路", W="西路", N="北路")).reason)
    wrong_way = bounded(W="东路", S="南路", E="西路", N="北路")
    assert "没有合围" in str(locate(GRID, wrong_way).reason)


@pytest.mark.parametrize(
    ("area_mu", "drawn_mu", "fits"), [(290, 290, True), (302.4, 302.4, True), (220, 220, True), (400, 302.4, False)]
)
def test_a_stated_area_near_the_blocks_draws_it_in_and_another_is_told(area_mu, drawn_mu, fits):
    place = locate(GRID, bounded(E="东路", S="南路", W="西路", N="北路"), area_mu * 2000 / 3)
    assert area_m2(place) == pytest.approx(drawn_mu * 2000 / 3, rel=0.005)
    assert place.is_certain == fits and ("放不下" in told(place)) != fits


def test_three_limits_are_a_front_where_they_close_nothing():
    place = locate(GRID, bounded(E="东路", S="南路", N="北路"), 10_000.0)
    assert shape_of(place).bounds == pytest.approx((480, 150, 580, 250), abs=0.1)


def offset(metres: float, towards: str, roadside: str | None = None) -> LocationPhrase:
    return LocationPhrase("", "offset", ("南路", "西路"), offset_m=metres, offset_dir=towards, roadside=roadside)


@pytest.mark.parametrize(
    ("phrase", "bounds"),
    [
        (offset(300, "N", "E"), (20, 250, 120, 350)), (offset(300, "N", "W"), (-120, 250, -20, 350)),
        (offset(200, "E", "N"), (150, 20, 250, 120)), (offset(400, "S", "W"), (-120, -450, -20, -350)),
        (offset(120, "W", "S"), (-170, -120, -70, -20)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turn", [0, 20])
def test_so_many_metres_along_a_road_and_to_its_side(phrase, bounds, turn):
    place = locate(GRID, phrase, 10_000.0, turn)
    assert shape_of(place, turn).bounds == pytest.approx(bounds, abs=0.3)


def test_distances_follow_a_bend():
    quarter = [(400 - 400 * math.cos(a / 100), 400 * math.sin(a / 100)) for a in range(0, 158)]
    roads = [straight("南路", (-900, 0), (900, 0)), ("西路", [(0, -500), *quarter])]
    place = locate(roads, offset(314.16, "N"))
    assert shape_of(place).distance(shapely.Point(400 - 400 * math.cos(0.7854), 400 * math.sin(0.7854))) < 3


def test_without_a_side_or_an_area_a_distance_gives_a_point():
    place = locate(GRID, offset(300, "N"), 10_000.0)
    assert shape_of(place).distance(shapely.Point(0, 300)) < 0.5 and "哪一侧" in told(place)
    place = locate(GRID, offset(300, "N", "E"))
    assert shape_of(place).distance(shapely.Point(20, 300)) < 0.5 and "没有面积" in told(place)


def test_a_diagonal_distance_is_measured_straight():
    place = locate(GRID, offset(200, "SW"), 10_000.0)
    middle = shape_of(place).centroid
    assert middle.x < 0 and middle.y < 0 and math.hypot(middle.x, middle.y) == pytest.approx(200, abs=25)
    assert "直线距离" in told(place) and area_m2(place) == pytest.approx(10_000, rel=0.005)
    near = shape_of(locate(GRID, offset(50, "NE"), 10_000.0))
    assert near.bounds[0] >= 19.9 and near.bounds[1] >= 19.9


def test_a_road_that_is_too_short_or_a_phrase_without_a_start_is_told():
    assert "只有约 900 米" in str(locate(GRID, offset(2500, "W", "N"), 10_000.0).reason)
    mark = LocationPhrase("某路2.5公里处", "offset", ("南路",), offset_m=2500)
    assert "从哪里" in str(locate(GRID, mark, 10_000.0).reason)
    assert "走向" in str(locate(GRID, offset(300, "N", "N"), 10_000.0).reason)


def along(text: str, *roads: str, **named: str) -> LocationPhrase:
    return LocationPhrase(text, "along", roads, sides=named)


def test_between_two_cross_roads_the_middle_is_taken():
    place = locate(GRID, along("", "南路", "西路", "东路", 南路="N"), 10_000.0)
    assert shape_of(place).bounds == pytest.approx((250, 20, 350, 120), abs=0.1)
    assert place.accuracy_m == pytest.approx(math.hypot(300, 10, 25), abs=2) and not place.is_certain


@pytest.mark.parametrize(("text", "middle"), [("南路东段", 1100), ("南路中段", 300), ("南路西段", -500), ("南路", 300)])
def test_a_stretch_is_a_third_of_the_road(text, middle):
    place = locate(GRID, along(text, "南路", 南路="S"), 10_000.0)
    centre = shape_of(place).centroid
    assert (centre.x, centre.y) == (pytest.approx(middle, abs=25), pytest.approx(-70, abs=0.5))
    assert place.accuracy_m >= (400 if "段" in text else 1200) and not place.is_certain


def test_a_long_road_a_wrong_stretch_and_roads_of_one_name_are_told():
    long_road = [straight("长路", (-5000, 0), (5000, 0))]
    assert "10.0 公里" in str(locate(long_road, along("长路", "长路", 长路="N"), 10_000.0).reason)
    assert "路段不符" in str(locate(GRID, along("南路北段", "南路", 南路="N"), 10_000.0).reason)
    twice = [straight("同路", (0, 0), (500, 0)), straight("同路", (5000, 0), (5500, 0))]
    assert "不只一处" in str(locate(twice, along("同路", "同路"), 10_000.0).reason)


def test_a_road_without_a_side_gives_a_point_on_it():
    place = locate(GRID, along("南路中段", "南路"), 10_000.0)
    assert shape_of(place).distance(shapely.Point(300, 0)) < 25 and place.geometry.geom_type == "Point"


def test_of_three_roads_the_two_that_meet_are_taken_with_a_warning():
    roads = [*GRID[::2], straight("远路", (5000, 0), (5000, 900))]
    place = locate(roads, LocationPhrase("", "intersection", ("远路", "南路", "西路"), "NE"), 10_000.0)
    assert place.crossing.roads == ("南路", "西路") and "没有全部相交" in told(place)


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["intersection", "sides", "bounded", "offset", "along", "unknown"]),
    roads=st.lists(st.sampled_from(["南路", "北路", "西路", "东路", "没有的路", "规划路", ""]), max_size=5),
    side=st.lists(st.sampled_from(["N", "NE", "E", "SE", "S", "SW", "W", "NW", "both"]), max_size=5),
    metres=st.one_of(st.none(), st.floats(0, 1e6)),
    area=st.one_of(st.none(), st.floats(1, 1e7)),
)
@example(kind="intersection", roads=["南路", "西路"], side=["W"], metres=None, area=450142.0)
def test_any_phrase_is_placed_or_has_a_reason(kind, roads, side, metres, area):
    phrase = LocationPhrase(
        "任意",
        kind,
        tuple(roads),
        side[0] if side and side[0] != "both" else None,
        dict(zip(roads, side, strict=False)),
        offset_m=metres, offset_dir=side[-1] if side and side[-1] != "both" else None,
        roadside=side[0] if side and side[0] != "both" else None,
    )  # fmt: skip
    place = locate(GRID, phrase, area)
    assert (place.geometry is None) == (place.reason is not None)
    if place.geometry is not None:
        assert place.geometry.is_valid and place.accuracy_m >= 10
