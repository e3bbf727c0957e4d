"""Parcels at corners against half-planes, figures by hand and pyproj's ellipsoid, on towns drawn in metres."""

import itertools
import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.analysis.locating import Site, locate_sites
from geo.analysis.network import UNKNOWN_WIDTH_M, RoadNetwork
from geo.analysis.parcels import PARCEL_GAP_M
from geo.analysis.places import Place
from geo.model.location import QUADRANTS, LocationPhrase
from tests.analysis.networks import circle, dual, straight, to_metres, town

ELLIPSOID = Geod(ellps="GRS80")
HALF_M = UNKNOWN_WIDTH_M / 2
SIGNS = {"NE": (1, 1), "SE": (1, -1), "SW": (-1, -1), "NW": (-1, 1)}
CROSS = [straight("横路", (-900, 0), (900, 0)), straight("纵路", (0, -900), (0, 900))]


def corner(quadrant: str | None, first: str = "横路", second: str = "纵路") -> LocationPhrase:
    return LocationPhrase(f"{first}与{second}", "intersection", (first, second), quadrant)


def locate(
    roads: list, *sites: Site, turn_deg: float = 0.0, centre: tuple[float, float] = (114.3, 33.2)
) -> list[Place]:
    return locate_sites(sites, RoadNetwork(town(roads, turn_deg, centre), default_error_m=10.0))


def geodesic_area_m2(polygon: shapely.Polygon) -> float:
    return ELLIPSOID.geometry_area_perimeter(polygon)[0]


def told(place: Place) -> str:
    return "".join(map(str, (*place.doubts, *place.assumptions)))


@settings(max_examples=40)
@given(
    turn=st.floats(-28, 28),
    skew=st.floats(-25, 25),
    quadrant=st.sampled_from(sorted(SIGNS)),
    area_mu=st.floats(2, 300),
    centre=st.tuples(st.floats(76, 133), st.floats(20, 48)),
)
def test_a_parcel_stands_in_its_corner_along_both_roads_with_the_stated_area(turn, skew, quadrant, area_mu, centre):
    lean = math.tan(math.radians(skew))
    roads = [straight("横路", (-2000, 0), (2000, 0)), straight("纵路", (-2000 * lean, -2000), (2000 * lean, 2000))]
    area_m2 = area_mu * 2000 / 3
    network = RoadNetwork(town(roads, turn, centre), default_error_m=10.0)
    (place,) = locate_sites([Site(corner(quadrant), area_m2)], network)
    assert place.geometry.is_valid and place.geometry.exterior.is_ccw
    assert geodesic_area_m2(place.geometry) == pytest.approx(area_m2, rel=0.005)
    east, north = SIGNS[quadrant]
    for lon, lat in place.geometry.exterior.coords:
        across, along = network.lines
        assert left_of(across, lon, lat) * north > 0 and left_of(along, lon, lat) * east < 0
    for road in network.lines:
        assert distance_m(place.geometry, road) == pytest.approx(HALF_M, abs=0.3)


def left_of(road: shapely.LineString, lon: float, lat: float) -> float:
    """More than 0 left of the road as it is drawn: north of one drawn eastwards, west of one drawn northwards."""
    (x0, y0), (x1, y1) = road.coords[0], road.coords[-1]
    return (x1 - x0) * (lat - y0) - (y1 - y0) * (lon - x0)


def distance_m(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """By the ellipsoid along the shortest connection, found in degrees made square."""
    stretch = math.cos(math.radians(one.centroid.y))
    scaled = [shapely.transform(shape, lambda xy: xy * (stretch, 1)) for shape in (one, other)]
    (x1, y1), (x2, y2) = shapely.shortest_line(*scaled).coords
    return ELLIPSOID.inv(x1 / stretch, y1, x2 / stretch, y2)[2]


@settings(max_examples=20)
@given(turn=st.floats(0, 360), quadrant=st.sampled_from(sorted(SIGNS)), east=st.floats(-0.05, 0.05))
def test_turning_and_moving_the_town_turns_and_moves_the_parcel(turn, quadrant, east):
    roads = [
        straight("横路", (-900, 0), (900, 0)), straight("纵路", (100, -900), (-100, 900)),
        straight(None, (150, -900), (150, 900)), straight(None, (-900, 180), (900, 180)),
    ]  # fmt: skip
    phrase = LocationPhrase("", "sides", ("横路", "纵路"), sides={"横路": quadrant[0], "纵路": quadrant[1]})
    (still,) = locate(roads, Site(phrase, 9000.0))
    turned_sides = {"横路": turned(quadrant[0], turn), "纵路": turned(quadrant[1], turn)}
    phrase = LocationPhrase("", "sides", ("横路", "纵路"), sides=turned_sides)
    centre = (114.0 + east, 33.2)
    (moved,) = locate(roads, Site(phrase, 9000.0), turn_deg=turn, centre=centre)
    back = to_metres(moved.geometry, turn, centre)
    assert shapely.hausdorff_distance(back, to_metres(still.geometry)) < 0.3


def turned(side: str, turn_deg: float) -> str:
    return QUADRANTS[round((45 * QUADRANTS.index(side) + turn_deg) / 45) % 8]


def test_a_square_parcel_in_the_south_east_by_hand():
    (place,) = locate(CROSS, Site(corner("SE"), 10_000.0))
    assert to_metres(place.geometry).bounds == pytest.approx((20, -120, 120, -20), abs=0.05)
    assert place.is_certain and "宽度" in told(place) and place.accuracy_m == pytest.approx(math.hypot(10, 10, 25))


@pytest.mark.parametrize(
    ("columns", "half_m"),
    [
        ({"width_m": 60.0}, 30.0), ({"lanes": 4}, 7.0), ({"road_class": "tertiary"}, 12.5), ({"width_m": 0.0}, 20.0),
        ({"width_m": 30.0, "lanes": 2, "road_class": "primary"}, 15.0), ({"road_class": "strange"}, 20.0),
    ],
)  # fmt: skip
def test_the_setback_is_half_of_the_roads_width(columns, half_m):
    roads = [straight("横路", (-900, 0), (900, 0), **columns), straight("纵路", (0, -900), (0, 900), width_m=20.0)]
    (place,) = locate(roads, Site(corner("NE"), 10_000.0))
    assert to_metres(place.geometry).bounds == pytest.approx((10, half_m, 110, half_m + 100), abs=0.05)


def test_behind_dual_carriageways_the_outer_one_counts():
    roads = [*dual("横路", (-900, 0), (900, 0), 30, width_m=12.0), *dual("纵路", (0, -900), (0, 900), 40, width_m=16.0)]
    (place,) = locate(roads, Site(corner("NW"), 10_000.0))
    assert to_metres(place.geometry).bounds == pytest.approx((-128, 21, -28, 121), abs=0.05)
    assert "双幅路" in told(place)


@pytest.mark.parametrize("quadrant", ["NE", "SE", "SW", "NW"])
def test_a_block_that_is_too_shallow_for_a_square_gives_a_longer_parcel(quadrant):
    cross = [straight(None, (-900, y), (900, y), width_m=10.0) for y in (110, -110)]
    (place,) = locate([*CROSS, *cross], Site(corner(quadrant), 14_000.0))
    shape = to_metres(place.geometry)
    assert geodesic_area_m2(place.geometry) == pytest.approx(14_000, rel=0.005)
    assert max(abs(shape.bounds[1]), abs(shape.bounds[3])) <= 105.05
    assert place.is_certain


def test_a_block_that_is_too_small_is_told_and_filled():
    cross = [
        straight(None, (-900, 120), (900, 120), width_m=10.0),
        straight(None, (150, -900), (150, 900), width_m=10.0),
    ]
    (place,) = locate([*CROSS, *cross], Site(corner("NE"), 30_000.0))
    assert "放不下 45.0 亩" in told(place) and not place.is_certain
    assert to_metres(place.geometry).bounds == pytest.approx((20, 20, 145, 115), abs=0.1)


def test_a_slip_road_cuts_the_corner_and_the_area_still_holds():
    slip = (None, [(90, 10), (50, 50), (10, 90)], {"road_class": "primary_link"})
    (place,) = locate([*CROSS, slip], Site(corner("NE"), 20_000.0))
    assert geodesic_area_m2(place.geometry) == pytest.approx(20_000, rel=0.005)
    shape = to_metres(place.geometry)
    assert shape.distance(shapely.LineString(slip[1])) == pytest.approx(4.5, abs=0.1)
    assert shape.bounds[:2] == pytest.approx((20, 20), abs=0.1) and place.is_certain


def test_a_service_road_is_avoided_where_there_is_room_and_told_where_there_is_none():
    service = [straight(None, (0, 90), (300, 90), road_class="service")]
    (place,) = locate([*CROSS, *service], Site(corner("NE"), 6_000.0))
    assert to_metres(place.geometry).distance(shapely.LineString([(0, 90), (300, 90)])) >= 2.9
    (place,) = locate([*CROSS, *service], Site(corner("NE"), 60_000.0))
    assert "内部道路" in told(place)
    footway = [straight("横路", (0, 90), (300, 90), road_class="footway")]
    assert "内部道路" not in told(locate([*CROSS, *footway], Site(corner("NE"), 60_000.0))[0])


@settings(max_examples=30)
@given(
    bends=st.tuples(st.floats(-0.001, 0.001), st.floats(-0.001, 0.001)),
    quadrant=st.sampled_from(sorted(SIGNS)),
    area_mu=st.floats(5, 120),
)
def test_curved_roads_are_never_overlapped(bends, quadrant, area_mu):
    steps = range(-900, 901, 15)
    roads = [("横路", [(x, bends[0] * x * x) for x in steps]), ("纵路", [(bends[1] * y * y, y) for y in steps])]
    (place,) = locate(roads, Site(corner(quadrant), area_mu * 2000 / 3))
    shape = to_metres(place.geometry)
    for _, line in roads:
        assert shape.distance(shapely.LineString(line)) >= HALF_M - 0.1
    assert geodesic_area_m2(place.geometry) == pytest.approx(area_mu * 2000 / 3, rel=0.005)
    east, north = SIGNS[quadrant]
    assert shape.centroid.x * east > 0 and shape.centroid.y * north > 0


def test_neighbours_stand_in_the_order_given_whatever_road_is_named_first():
    sites = [
        Site(corner("SW"), 30_000.0), Site(corner("NE"), 5_000.0), Site(corner("SW", "纵路", "横路"), 20_000.0),
        Site(corner("SW"), 4_000.0),
    ]  # fmt: skip
    places = locate(CROSS, *sites)
    shapes = [to_metres(place.geometry) for place in places]
    for one, other in itertools.combinations(shapes, 2):
        assert one.distance(other) >= PARCEL_GAP_M - 0.05
    assert shapes[3].centroid.x < shapes[2].centroid.x < shapes[0].centroid.x < 0 < shapes[1].centroid.x
    for site, place in zip(sites, places, strict=True):
        assert geodesic_area_m2(place.geometry) == pytest.approx(site.area_m2, rel=0.005)
    assert [place.geometry.wkt for place in locate(CROSS, *sites)] == [place.geometry.wkt for place in places]


def test_neighbours_stay_in_their_block_and_one_without_room_is_told():
    walls = [
        straight(None, (300, -900), (300, 900), width_m=10.0),
        straight(None, (-900, 300), (900, 300), width_m=10.0),
    ]
    places = locate([*CROSS, *walls], *[Site(corner("NE"), 20_000.0)] * 5)
    placed = [to_metres(place.geometry) for place in places if place.geometry.geom_type == "Polygon"]
    assert 2 <= len(placed) < 5
    for shape in placed:
        assert shape.bounds[2] <= 295.1 and shape.bounds[3] <= 295.1
    assert "放不下地块，只定到路口" in told(places[-1]) and not places[-1].is_certain


def test_parcels_of_two_corners_of_one_block_do_not_overlap():
    far = straight("东路", (260, -900), (260, 900))
    places = locate([*CROSS, far], Site(corner("NE"), 20_000.0), Site(corner("NW", "横路", "东路"), 20_000.0))
    one, other = (to_metres(place.geometry) for place in places)
    assert one.distance(other) >= PARCEL_GAP_M - 0.05


def test_where_a_road_ends_its_corner_beyond_is_taken_with_a_warning():
    roads = [straight("长江路", (0, -900), (0, 900)), straight("支线路", (0, 0), (900, 0))]
    sites = [Site(corner(quadrant, "长江路", "支线路"), 9_000.0) for quadrant in ("NE", "SE", "SW", "NW")]
    places = locate(roads, *sites)
    for (east, north), place in zip((SIGNS[q] for q in ("NE", "SE", "SW", "NW")), places, strict=True):
        middle = to_metres(place.geometry).centroid
        assert middle.x * east > 0 and middle.y * north > 0
    assert ["延长线" in told(place) for place in places] == [False, False, True, True]
    assert [place.is_certain for place in places] == [True, True, False, False]


def test_a_road_that_goes_on_under_another_name_has_all_its_corners():
    roads = [
        straight("长江路", (0, -900), (0, 900)), straight("前路", (0, 0), (900, 0)),
        straight("后路", (0, 0), (-900, 0), width_m=60.0),
    ]  # fmt: skip
    (place,) = locate(roads, Site(corner("NW", "长江路", "前路"), 10_000.0))
    assert to_metres(place.geometry).bounds == pytest.approx((-120, 30, -20, 130), abs=0.1)
    assert place.is_certain and "延长线" not in told(place)


def test_opposite_to_a_road_that_ends_a_parcel_faces_it():
    roads = [straight("长江路", (0, -900), (0, 900)), straight("支线路", (0, 0), (900, 0))]
    (place,) = locate(roads, Site(corner("W", "长江路", "支线路"), 10_000.0))
    assert to_metres(place.geometry).bounds == pytest.approx((-120, -50, -20, 50), abs=0.1)
    assert place.is_certain


@pytest.mark.parametrize("quadrant", ["N", "E", "S", "W"])
def test_a_cardinal_direction_leaves_two_corners_at_an_upright_crossing_and_one_at_a_diagonal_one(quadrant):
    (upright,) = locate(CROSS, Site(corner(quadrant), 9_000.0), turn_deg=6)
    assert "相邻的街角也可能" in told(upright) and not upright.is_certain
    (diagonal,) = locate(CROSS, Site(corner(quadrant), 9_000.0), turn_deg=45)
    for place, within in ((upright, 60), (diagonal, 5)):
        middle = to_metres(place.geometry).centroid
        bearing = math.degrees(math.atan2(middle.x, middle.y))
        assert abs((bearing - 45 * QUADRANTS.index(quadrant) + 180) % 360 - 180) < within
    assert diagonal.is_certain


def test_without_a_corner_or_an_area_there_is_a_point():
    (open_corner,) = locate(CROSS, Site(corner(None), 9_000.0))
    assert to_metres(open_corner.geometry).distance(shapely.Point(0, 0)) < 0.05
    assert "哪一侧" in told(open_corner) and open_corner.accuracy_m > 90
    (no_area,) = locate(CROSS, Site(corner("SW")))
    assert to_metres(no_area.geometry).distance(shapely.Point(-20, -20)) < 0.05
    assert "没有面积" in told(no_area)


@pytest.mark.parametrize("radius", [25, 60])
def test_at_a_roundabout_the_parcel_keeps_off_the_ring(radius):
    ring = (None, circle(radius), {"roundabout": True, "width_m": 12.0})
    arms = [
        straight("横路", (-900, 0), (-radius, 0)), straight("横路", (radius, 0), (900, 0)),
        straight("纵路", (0, radius), (0, 900)), straight("纵路", (0, -radius), (0, -900)),
    ]  # fmt: skip
    (place,) = locate([ring, *arms], Site(corner("SE"), 20_000.0))
    shape = to_metres(place.geometry)
    assert shape.distance(shapely.LineString(ring[1])) >= 5.9
    assert shape.bounds[0] == pytest.approx(20, abs=0.2) and shape.bounds[3] == pytest.approx(-20, abs=0.2)
    assert geodesic_area_m2(place.geometry) == pytest.approx(20_000, rel=0.005)


@pytest.mark.parametrize("gap", [5.0, 30.0, 48.0])
@pytest.mark.parametrize("quadrant", sorted(SIGNS))
def test_a_road_that_is_drawn_too_short_still_has_its_corners(gap, quadrant):
    roads = [straight("横路", (-900, 0), (900, 0)), straight("纵路", (0, gap), (0, 900))]
    (place,) = locate(roads, Site(corner(quadrant), 10_000.0))
    east, north = SIGNS[quadrant]
    xs, ys = sorted((20 * east, 120 * east)), sorted((20 * north, 120 * north))
    assert to_metres(place.geometry).bounds == pytest.approx((xs[0], ys[0], xs[1], ys[1]), abs=0.1)
    assert "没有相接" in told(place) and not place.is_certain


def test_progress_is_told():
    heard = []
    network = RoadNetwork(town(CROSS), default_error_m=1.0)
    locate_sites([Site(corner("NE"))] * 3, network, progress=lambda done, of: heard.append((done, of)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    "phrase",
    [LocationPhrase("某处"), LocationPhrase("横路", "intersection", ("横路",), "NE"), LocationPhrase("", "along")],
)
def test_a_phrase_that_names_no_crossing_is_not_located(phrase):
    (place,) = locate(CROSS, Site(phrase, 9_000.0))
    assert place.geometry is None and place.crossing is None and place.reason is not None
