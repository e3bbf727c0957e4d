"""Crossings, corners and parcels against figures by hand and against pyproj's ellipsoid."""

import itertools
import math

import geopandas
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.analysis.locating import (
    HALF_ROAD_WIDTH_M,
    PARCEL_GAP_M,
    Site,
    Spot,
    Unlocated,
    find_corner,
    find_crossing,
    lay_out,
    locate_sites,
    place_parcels,
)
from geo.model.errors import InvalidFeatures, InvalidInput
from geo.model.location import QUADRANTS, LocationPhrase

ELLIPSOID = Geod(ellps="WGS84")
CENTRE = (114.0, 33.0)


def around(azimuth_deg: float, *, reach_m: float = 1000.0, back_m: float = 1000.0) -> shapely.LineString:
    """A road through the centre, by geodesics."""
    ends = [
        ELLIPSOID.fwd(*CENTRE, azimuth_deg + 180, back_m)[:2],
        CENTRE,
        ELLIPSOID.fwd(*CENTRE, azimuth_deg, reach_m)[:2],
    ]
    return shapely.LineString(ends)


def road_frame(*rows: tuple, crs: str | None = "EPSG:4326") -> geopandas.GeoDataFrame:
    columns = ("name", "aliases", "error_m", "geometry")
    return geopandas.GeoDataFrame([dict(zip(columns, row, strict=True)) for row in rows], geometry="geometry", crs=crs)


def square_crossing(azimuth_deg: float = 0.0) -> geopandas.GeoDataFrame:
    return road_frame(
        ("人民路", None, 30.0, around(azimuth_deg)), ("解放大道", "解放路、中山路", 40.0, around(azimuth_deg + 90))
    )


def corner_of(first: str, second: str, quadrant: str | None) -> LocationPhrase:
    return LocationPhrase(f"{first}与{second}", "intersection", (first, second), quadrant)


def geodesic_area_m2(polygon: shapely.Polygon) -> float:
    return ELLIPSOID.geometry_area_perimeter(polygon)[0]


def test_two_roads_cross_where_they_were_drawn_through_and_their_errors_add_in_squares():
    crossing = find_crossing(square_crossing(), "人民路", "解放大道")
    assert ELLIPSOID.inv(*CENTRE, crossing.lon, crossing.lat)[2] < 0.01
    assert crossing.accuracy_m == pytest.approx(50)  # 30-40-50
    assert crossing.roads == ("人民路", "解放大道")


def test_an_alias_names_its_road():
    assert find_crossing(square_crossing(), "人民路", "中山路").roads == ("人民路", "解放大道")


def test_the_crs_of_the_roads_does_not_matter_but_must_be_known():
    in_metres = square_crossing().to_crs("EPSG:4547")
    assert find_crossing(in_metres, "人民路", "解放路").lon == pytest.approx(CENTRE[0], abs=1e-7)
    with pytest.raises(InvalidFeatures):
        find_crossing(square_crossing().set_crs(None, allow_override=True), "人民路", "解放路")


@pytest.mark.parametrize("name", ["解放", "解放大道南段", "解放大街", "解放路、中山路", ""])
def test_a_name_that_is_only_alike_is_no_road(name):
    with pytest.raises(Unlocated, match="没有"):
        find_crossing(square_crossing(), "人民路", name)


def test_an_alias_of_two_roads_is_refused_and_a_name_goes_before_an_alias():
    roads = road_frame(
        ("甲路", None, 1.0, around(0)), ("乙路", "老路、甲路", 1.0, around(90)), ("丙路", "老路", 1.0, around(45))
    )
    with pytest.raises(Unlocated, match="丙路, 乙路"):
        find_crossing(roads, "甲路", "老路")
    assert find_crossing(roads, "甲路", "乙路").roads == ("甲路", "乙路")


@pytest.mark.parametrize(
    ("error_m", "line", "reason"),
    [
        (10.0, None, "位置未知"),
        (None, around(90), "误差"),
        (10.0, shapely.LineString([(114.001, 33.0), (114.01, 33.0)]), "不相交"),
        (
            10.0,
            shapely.LineString([(113.999, 33.002), (114.001, 33.002), (114.001, 33.004), (113.999, 33.004)]),
            "不只一处",
        ),
    ],
)
def test_what_cannot_be_known_is_not_located(error_m, line, reason):
    roads = road_frame(("南北路", None, 5.0, around(0)), ("另一条路", None, error_m, line))
    with pytest.raises(Unlocated, match=reason):
        find_crossing(roads, "南北路", "另一条路")


def test_a_dual_carriageway_has_one_crossing_and_its_width_counts_as_an_error():
    east = shapely.LineString([(114.0003, 32.995), (114.0003, 33.005)])
    west = shapely.LineString([(113.9997, 32.995), (113.9997, 33.005)])
    roads = road_frame(("复线", None, 0.0, east), ("复线", None, 0.0, west), ("横路", None, 0.0, around(90)))
    crossing = find_crossing(roads, "复线", "横路")
    half_spread_m = ELLIPSOID.inv(113.9997, 33, 114.0003, 33)[2] / 2
    assert (crossing.lon, crossing.accuracy_m) == (pytest.approx(114), pytest.approx(half_spread_m, rel=1e-3))


@settings(deadline=None)
@given(
    tilt=st.floats(-29, 29),
    angle=st.floats(60, 120),
    quadrant=st.sampled_from(["NE", "SE", "SW", "NW"]),
    areas=st.lists(st.floats(1_000, 60_000), min_size=1, max_size=3),
)
def test_parcels_stand_side_by_side_in_their_corner_with_the_stated_area(tilt, angle, quadrant, areas):
    roads = road_frame(("甲路", None, 9.0, around(tilt)), ("乙路", None, 9.0, around(tilt + angle)))
    crossing = find_crossing(roads, "甲路", "乙路")
    try:
        first, second = find_corner(crossing, quadrant)
    except Unlocated:
        assume(False)
    parcels = place_parcels(crossing, quadrant, areas)
    for parcel, area_m2 in zip(parcels, areas, strict=True):
        assert parcel.is_valid and parcel.exterior.is_ccw
        assert geodesic_area_m2(parcel) == pytest.approx(area_m2, rel=0.005)
        for line in roads.geometry:
            assert metres_between(parcel, line) >= HALF_ROAD_WIDTH_M - 0.1
        bearing = ELLIPSOID.inv(crossing.lon, crossing.lat, parcel.centroid.x, parcel.centroid.y)[0] % 360
        turn = (second - first + 180) % 360 - 180
        assert 0 < ((bearing - first) % 360 if turn > 0 else (first - bearing) % 360) < abs(turn)
    for one, other in itertools.combinations(parcels, 2):
        assert metres_between(one, other) >= PARCEL_GAP_M - 0.1
    assert metres_between(parcels[0], roads.geometry[0]) == pytest.approx(HALF_ROAD_WIDTH_M, abs=0.1)
    assert metres_between(parcels[0], roads.geometry[1]) == pytest.approx(HALF_ROAD_WIDTH_M, abs=0.1)


def metres_between(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """By the ellipsoid along the shortest connection, found in degrees made square; good for a few hundred metres."""
    scaled = [shapely.transform(shape, lambda xy: xy * (math.cos(math.radians(33)), 1)) for shape in (one, other)]
    (x1, y1), (x2, y2) = shapely.shortest_line(*scaled).coords
    return ELLIPSOID.inv(x1 / math.cos(math.radians(33)), y1, x2 / math.cos(math.radians(33)), y2)[2]


def test_a_square_parcel_in_the_south_east_by_hand():
    crossing = find_crossing(square_crossing(), "人民路", "解放大道")
    (parcel,) = place_parcels(crossing, "SE", [10_000.0])
    west, south, east, north = parcel.bounds
    # 100 m by 100 m, 20 m from either centre line; one degree is 110 904 m of latitude and 93 453 m of longitude.
    assert [(west - 114) * 93_453, (east - 114) * 93_453] == pytest.approx([20, 120], abs=0.3)
    assert [(north - 33) * 110_904, (south - 33) * 110_904] == pytest.approx([-20, -120], abs=0.3)


def test_neighbours_keep_the_order_in_which_they_are_given_whatever_road_is_named_first():
    sites = [
        Site(corner_of("人民路", "解放大道", "SW"), 30_000.0),
        Site(corner_of("人民路", "解放大道", "NE"), 5_000.0),
        Site(corner_of("中山路", "人民路", "SW"), 20_000.0),
    ]
    first, elsewhere, second = (place.geometry for place in locate_sites(sites, square_crossing()))
    assert first.disjoint(second) and first.disjoint(elsewhere)
    assert second.centroid.y < first.centroid.y < CENTRE[1] < elsewhere.centroid.y
    assert locate_sites(sites, square_crossing())[2].geometry.equals(second)


def test_beyond_the_end_of_a_road_there_is_no_corner():
    roads = road_frame(("干道", None, 5.0, around(0)), ("支路", None, 5.0, around(90, back_m=0.001)))
    sites = [Site(corner_of("干道", "支路", quadrant), 9_000.0) for quadrant in ("NE", "SE", "SW", "NW")]
    places = locate_sites(sites, roads)
    assert [place.geometry is not None for place in places] == [True, True, False, False]
    assert "街角" in str(places[2].reason)


@pytest.mark.parametrize("quadrant", ["N", "E", "S", "W"])
def test_a_cardinal_direction_leaves_two_corners_open_at_an_upright_crossing_and_one_at_a_diagonal_one(quadrant):
    phrase = [Site(corner_of("人民路", "解放大道", quadrant), 9_000.0)]
    assert locate_sites(phrase, square_crossing(6))[0].geometry is None
    (place,) = locate_sites(phrase, square_crossing(45))
    bearing = ELLIPSOID.inv(*CENTRE, place.geometry.centroid.x, place.geometry.centroid.y)[0] % 360
    assert bearing == pytest.approx(45 * QUADRANTS.index(quadrant), abs=1) or bearing > 359


def test_a_phrase_without_a_corner_is_not_located():
    phrases = [
        corner_of("人民路", "解放大道", None),
        LocationPhrase("人民路以东", "sides", ("人民路",), sides={"人民路": "E"}),
        LocationPhrase("某处"),
    ]
    for place in locate_sites([Site(phrase, 9_000.0) for phrase in phrases], square_crossing()):
        assert place.geometry is None and place.crossing is None and place.reason is not None


BOUNDS = (113.95, 32.97, 114.06, 33.11)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.builds(
            Spot,
            lon=st.floats(113.94, 114.07),
            lat=st.floats(32.96, 33.12),
            area_m2=st.floats(100, 1_000_000),
            gap_m=st.floats(0, 300),
        ),
        max_size=8,
    )
)
def test_schematic_squares_stay_inside_and_keep_clear_of_one_another(spots):
    river = shapely.LineString([(113.95, 33.05), (114.06, 33.03)]).buffer(0.0005)
    squares = lay_out(spots, BOUNDS, [river])
    assert [square.wkt for square in lay_out(spots, BOUNDS, [river])] == [square.wkt for square in squares]
    bounds = shapely.box(*BOUNDS).buffer(1e-8)
    for number, (spot, square) in enumerate(zip(spots, squares, strict=True)):
        assert square.exterior.is_ccw and square.within(bounds) and square.disjoint(river)
        assert geodesic_area_m2(square) == pytest.approx(spot.area_m2, rel=0.005)
        for earlier in squares[:number]:
            assert metres_between(square, earlier) >= spot.gap_m - 0.5


def test_a_free_place_is_taken_as_it_is_and_a_taken_one_gives_the_nearest_free():
    spots = [Spot(114.0, 33.0, 10_000.0, 0.0)] * 2
    first, second = lay_out(spots, BOUNDS, step_m=10)
    assert ELLIPSOID.inv(114, 33, first.centroid.x, first.centroid.y)[2] < 0.01
    # Squares of 100 m that may not touch: the next place on a grid of 10 m is 110 m away.
    assert ELLIPSOID.inv(114, 33, second.centroid.x, second.centroid.y)[2] == pytest.approx(110, abs=0.1)


def test_no_room_left_is_said():
    with pytest.raises(InvalidInput, match="放不下"):
        lay_out([Spot(114.0, 33.0, 1e9, 0.0)], BOUNDS)
