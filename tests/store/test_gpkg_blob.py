"""Whether a geometry meets a box is told by its bounds where they tell it, and by GEOS alone where they do not."""

import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.store.gpkg_blob import _meeting, to_blob
from geo.store.wkb import box_sides, box_wkb

BOX = shapely.to_wkb(shapely.box(0, 0, 4, 4))
numbers = st.integers(-2, 6).map(float) | st.floats(-2, 6, allow_nan=False)
corners = st.tuples(numbers, numbers)
lines = st.lists(corners, min_size=2, max_size=5).map(shapely.LineString)
hulls = st.lists(corners, min_size=3, max_size=5).map(lambda points: shapely.MultiPoint(points).convex_hull)
shapes = (
    lines
    | hulls
    | st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString)
    | st.lists(st.tuples(numbers, numbers, st.floats(0.1, 2)), min_size=1, max_size=3).map(
        lambda given: shapely.MultiPolygon([shapely.box(x, y, x + side, y + side) for x, y, side in given])
    )
    | corners.map(shapely.Point)
)

meets = _meeting()


@settings(max_examples=300)
@given(shape=shapes)
def test_a_shape_meets_a_box_when_geos_says_so(shape):
    assert meets(to_blob(shapely.to_wkb(shape)), BOX) == shapely.intersects(shape, shapely.from_wkb(BOX))


def test_parts_on_both_sides_of_a_box_do_not_meet_it_although_their_bounds_do():
    apart = shapely.MultiPolygon([shapely.box(1, -2, 2, -1), shapely.box(1, 5, 2, 6)])
    assert meets(to_blob(shapely.to_wkb(apart)), BOX) is False
    assert meets(None, BOX) is None


@given(west=numbers, south=numbers, wide=st.floats(0.001, 5), high=st.floats(0.001, 5))
def test_a_box_is_written_as_shapely_writes_it_and_known_again(west, south, wide, high):
    sides = (west, south, west + wide, south + high)
    assert box_wkb(sides) == shapely.to_wkb(shapely.box(*sides))
    assert box_sides(box_wkb(sides)) == sides
    tilted = shapely.affinity.rotate(shapely.box(*sides), 30)
    assert box_sides(shapely.to_wkb(tilted)) is None
    assert box_sides(shapely.to_wkb(shapely.Point(west, south))) is None
