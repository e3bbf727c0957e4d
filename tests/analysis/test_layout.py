"""Schematic squares: on free ground, clear of one another, always the same."""

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.analysis.layout import Spot, lay_out
from geo.model.errors import InvalidInput
from tests.depth import examples

ELLIPSOID = Geod(ellps="WGS84")


def geodesic_area_m2(polygon: shapely.Polygon) -> float:
    return ELLIPSOID.geometry_area_perimeter(polygon)[0]


def metres_between(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """By the ellipsoid along the shortest connection, found in degrees made square; good for a few hundred metres."""
    scaled = [shapely.transform(shape, lambda xy: xy * (math.cos(math.radians(33)), 1)) for shape in (one, other)]
    (x1, y1), (x2, y2) = shapely.shortest_line(*scaled).coords
    return ELLIPSOID.inv(x1 / math.cos(math.radians(33)), y1, x2 / math.cos(math.radians(33)), y2)[2]


BOUNDS = (113.95, 32.97, 114.06, 33.11)


@settings(max_examples=examples(20, deep=80))
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
