"""Areas that lie over one another, by hand and against the sum of areas."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.measuring import to_degrees, to_plane
from geo.analysis.overlap import TooManyOverlaps, overlaps_with, overlaps_within

ZONE = "EPSG:4547"
EAST, NORTH = 500_000, 3_652_000


def box(west, south, east, north):
    """Metres from a corner in the plane of the zone."""
    return to_degrees(shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north), ZONE)


def pairs(found):
    return [(each.first, each.second, round(each.area_m2, 2)) for each in found]


def test_two_areas_share_what_both_cover():
    areas = [box(0, 0, 100, 100), box(90, 0, 200, 100), box(200, 0, 300, 100)]
    (found,) = overlaps_within(areas)
    assert (found.first, found.second, found.area_m2) == (0, 1, pytest.approx(1000, abs=0.01))
    expected = shapely.box(EAST + 90, NORTH, EAST + 100, NORTH + 100)
    assert to_plane(found.shape, ZONE).symmetric_difference(expected).area < 0.01


def test_a_sliver_is_none_and_its_width_can_be_said():
    areas = [box(0, 0, 100, 100), box(99.96, 0, 200, 100)]
    assert overlaps_within(areas) == []
    assert pairs(overlaps_within(areas, sliver_m=0.01)) == [(0, 1, pytest.approx(4, abs=0.01))]


def test_areas_within_others_and_twice_the_same_count():
    areas = [box(0, 0, 100, 100), box(10, 10, 20, 20), box(0, 0, 100, 100)]
    assert pairs(overlaps_within(areas)) == [(0, 1, 100.0), (0, 2, 10_000.0), (1, 2, 100.0)]


def test_what_is_no_sound_area_is_passed_over():
    bowtie = shapely.Polygon([(114, 33), (114.01, 33.01), (114.01, 33), (114, 33.01)])
    areas = [None, shapely.Point(114, 33), bowtie, shapely.Polygon(), box(0, 0, 100, 100)]
    assert overlaps_within(areas) == []
    assert overlaps_with(areas, []) == []
    assert pairs(overlaps_with(areas, [None, box(50, 50, 150, 150)])) == [(4, 1, 2500.0)]


@settings(max_examples=30)
@given(
    sides=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 30), st.integers(1, 30)), max_size=8
    )
)
def test_the_shared_areas_are_those_of_every_two(sides):
    rectangles = [(x, y, x + wide, y + tall) for x, y, wide, tall in sides]
    expected = {}
    for at, one in enumerate(rectangles):
        for other_at, other in enumerate(rectangles[:at]):
            wide = min(one[2], other[2]) - max(one[0], other[0])
            tall = min(one[3], other[3]) - max(one[1], other[1])
            if wide > 0 and tall > 0:
                expected[other_at, at] = wide * tall
    found = overlaps_within([box(*rectangle) for rectangle in rectangles])
    assert {(each.first, each.second): each.area_m2 for each in found} == pytest.approx(expected, abs=0.05)


def test_parcels_stacked_on_one_another_are_not_told_one_by_one():
    """Sixty thousand of them are two billion pairs."""
    parcel = shapely.box(114.0, 33.0, 114.001, 33.001)
    with pytest.raises(TooManyOverlaps, match="重叠太多"):
        overlaps_within([parcel] * 60_000)
