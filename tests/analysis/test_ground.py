"""Parcels beside parcels and on lines of control: areas by hand in the plane, and sums of parts by property."""

import time

import geopandas
import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.ground import gaps, inside, outside, repeated
from geo.model.errors import InvalidFeatures

PLANE = "EPSG:4547"
EAST, NORTH = 500_000, 3_650_000


def box(west, south, east, north):
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def frame(*shapes):
    return geopandas.GeoDataFrame(geometry=list(shapes), crs=PLANE)


def rows(found):
    return [(row.one, row.other, round(row.area_m2, 6)) for row in found.itertuples()]


def test_parcels_that_touch_have_no_gap():
    parcels = frame(box(0, 0, 100, 100), box(100, 0, 200, 100), box(0, 100, 100, 200), box(100, 100, 250, 180))
    assert rows(gaps(parcels)) == []


def test_a_narrow_strip_that_nobody_has_is_a_gap_and_a_lane_is_none():
    parcels = frame(box(0, 0, 100, 100), box(100.4, 0, 200, 100), box(203, 0, 300, 100))
    found = gaps(parcels)
    assert rows(found) == [(0, 1, 40.0)]
    assert found.geometry[0].symmetric_difference(box(100, 0, 100.4, 100)).area == pytest.approx(0, abs=1e-6)


def test_a_wedge_between_two_parcels_is_a_gap():
    wedge = shapely.Polygon(
        [(EAST + 100, NORTH), (EAST + 200, NORTH), (EAST + 200, NORTH + 100), (EAST + 100.8, NORTH + 100)]
    )
    assert rows(gaps(frame(box(0, 0, 100, 100), wedge))) == [(0, 1, 40.0)]


def test_a_strip_that_belongs_to_a_third_parcel_is_no_gap():
    assert rows(gaps(frame(box(0, 0, 100, 100), box(100.5, 0, 200, 100), box(100, 0, 100.5, 100)))) == []


def test_the_same_shape_twice_is_told_however_it_is_written():
    turned = shapely.Polygon(list(box(0, 0, 10, 10).exterior.coords)[2:] + list(box(0, 0, 10, 10).exterior.coords)[1:3])
    assert repeated(frame(box(0, 0, 10, 10), box(0, 0, 10, 10.1), turned)) == [(2, 0)]


def test_inside_and_outside_of_lines_are_measured():
    parcels = frame(box(0, 0, 100, 100), box(200, 0, 300, 100), box(900, 0, 950, 100))
    lines = geopandas.GeoSeries([box(50, -10, 210, 60), box(80, 0, 90, 80)], crs=PLANE)
    met = inside(parcels, lines)
    assert met["area_m2"].round(6).to_dict() == {0: 50 * 60 + 10 * 20, 1: 600.0}
    assert outside(parcels, met)["area_m2"].round(6).to_dict() == {0: 6800.0, 1: 9400.0, 2: 5000.0}


def test_a_hole_of_a_line_is_outside_of_it():
    line = box(-100, -100, 300, 300).difference(box(0, 0, 50, 100))
    met = inside(frame(box(0, 0, 100, 100)), geopandas.GeoSeries([line], crs=PLANE))
    assert met["area_m2"].round(6).to_dict() == {0: 5000.0}


def test_degrees_are_refused():
    with pytest.raises(InvalidFeatures):
        gaps(geopandas.GeoDataFrame(geometry=[shapely.box(114, 33, 114.1, 33.1)], crs="EPSG:4326"))


def star(middle, corners, seed, radius=400.0, rough=0.5):
    """A valid ring of many corners: radii round a middle, as rough as asked."""
    angles = numpy.linspace(0, 2 * numpy.pi, corners, endpoint=False)
    radii = radius * (0.7 + 0.1 * numpy.sin(7 * angles) - rough * numpy.random.default_rng(seed).random(corners) / 2)
    return shapely.Polygon(
        numpy.column_stack([middle[0] + radii * numpy.cos(angles), middle[1] + radii * numpy.sin(angles)])
    )


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 300)), min_size=1, max_size=6),
    st.integers(3, 900),
    st.integers(0, 1000),
)
def test_the_parts_of_a_parcel_are_the_parcel(squares, corners, seed):
    parcels = frame(*(box(west, south, west + side, south + side) for west, south, side in squares))
    line = star((EAST + 500, NORTH + 500), corners, seed)
    met = inside(parcels, geopandas.GeoSeries([line], crs=PLANE))
    within = met["area_m2"].reindex(range(len(parcels)), fill_value=0.0)
    without = outside(parcels, met)["area_m2"].reindex(range(len(parcels)), fill_value=0.0)
    assert numpy.allclose(within + without, parcels.geometry.area, atol=1e-5)
    assert numpy.allclose(within, shapely.area(shapely.intersection(parcels.geometry.to_numpy(), line)), atol=1e-5)


def test_ten_thousand_parcels_meet_a_line_of_a_hundred_thousand_corners_in_seconds():
    parcels = frame(*(box(x * 40, y * 40, x * 40 + 38, y * 40 + 38) for x in range(100) for y in range(100)))
    line = star((EAST + 2000, NORTH + 2000), 100_000, 1, radius=2000.0, rough=0.0002)
    begun = time.process_time()
    met = inside(parcels, geopandas.GeoSeries([line], crs=PLANE))
    assert time.process_time() - begun < 60  # a few seconds on a machine of its own; cut up wrongly it takes minutes
    assert met["area_m2"].sum() == pytest.approx(
        shapely.union_all(parcels.geometry.to_numpy()).intersection(line).area, rel=1e-6
    )
