"""Shifted coordinates are turned back exactly, and suspected only where the roads speak for it."""

import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.drift import suspected_drift
from geo.analysis.measuring import to_degrees
from geo.analysis.shifted_datums import DATUMS, datum_named, shifted, unshifted

CHINA = st.tuples(st.floats(74, 134), st.floats(18, 53))
ZONE = "EPSG:4547"
WEST, SOUTH = 499_000.0, 3_650_000.0
EASTINGS = [WEST + at for at in (0, 430, 1010, 1420, 2130, 2580, 3300, 3710, 4420)]
NORTHINGS = [SOUTH + at for at in (0, 520, 930, 1640, 2110, 2760, 3190, 3900)]
"""Roads at uneven distances, as they are in a town."""


def towns_roads():
    lines = [shapely.LineString([(x, NORTHINGS[0]), (x, NORTHINGS[-1])]) for x in EASTINGS]
    lines += [shapely.LineString([(EASTINGS[0], y), (EASTINGS[-1], y)]) for y in NORTHINGS]
    return [to_degrees(line, ZONE) for line in lines]


ROADS = towns_roads()


def parcels(seed, count, setback=15.0):
    """Parcels between the roads, some blocks of them."""
    rng = numpy.random.default_rng(seed)
    blocks = [(x, y) for x in range(len(EASTINGS) - 1) for y in range(len(NORTHINGS) - 1)]
    made = []
    for place in rng.permutation(len(blocks))[:count]:
        x, y = blocks[place]
        west, east = EASTINGS[x] + setback, EASTINGS[x + 1] - setback
        south, north = NORTHINGS[y] + setback, NORTHINGS[y + 1] - setback
        width, height = rng.uniform(0.5, 1, 2) * (east - west, north - south)
        left, low = rng.uniform(west, east - width), rng.uniform(south, north - height)
        made.append(to_degrees(shapely.box(left, low, left + width, low + height), ZONE))
    return made


def moved(shapes, datum):
    return [shapely.transform(shape, lambda points: shifted(points, datum)) for shape in shapes]


@pytest.mark.parametrize("datum", DATUMS)
@given(point=CHINA)
def test_taking_a_shift_off_gives_the_true_point_within_a_millimetre(datum, point):
    true = numpy.array([point])
    assert numpy.abs(unshifted(shifted(true, datum), datum) - true).max() < 1e-8


@pytest.mark.parametrize(
    ("true", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_points_are_met(true, gcj):
    """Of the project eviltransform's own tests."""
    assert shifted(numpy.array([true]), "GCJ-02")[0] == pytest.approx(gcj, abs=1e-9)
    assert unshifted(numpy.array([gcj]), "GCJ-02")[0] == pytest.approx(true, abs=1e-9)


def test_a_published_point_of_baidu_is_met():
    """Of the project coordtransform's own tests."""
    true = unshifted(numpy.array([(116.404, 39.915)]), "GCJ-02")
    assert shifted(true, "BD-09")[0] == pytest.approx((116.41036949371029, 39.92133699351022), abs=1e-9)


def test_what_is_not_in_china_or_no_number_stays():
    given_points = numpy.array([[numpy.nan, 33.0], [10.0, 50.0], [38_501_569.0, 3_657_805.0], [114.0, numpy.inf]])
    for datum in DATUMS:
        assert numpy.array_equal(unshifted(given_points, datum), given_points, equal_nan=True)


@pytest.mark.parametrize(
    ("text", "datum"), [("GCJ-02", "GCJ-02"), ("gcj02", "GCJ-02"), ("bd_09", "BD-09"), ("EPSG:4526", None), ("", None)]
)
def test_a_datum_is_known_however_it_is_spelt(text, datum):
    assert datum_named(text) == datum


@pytest.mark.parametrize("datum", DATUMS)
def test_shifted_parcels_are_suspected(datum):
    found = suspected_drift(moved(parcels(1, 40), datum), ROADS)
    assert (found.datum, found.count, found.would_lie_well) == (datum, found.count, found.count)
    assert found.lie_well < found.count * 0.6
    assert found.shift_m == pytest.approx({"GCJ-02": 582, "BD-09": 1316}[datum], rel=0.1)


@pytest.mark.parametrize("datum", DATUMS)
def test_shifted_roads_are_suspected(datum):
    other = [shapely.transform(road, lambda points: points + 2e-5) for road in ROADS]
    assert suspected_drift(moved(other, datum), ROADS).datum == datum


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 56), setback=st.floats(0, 40))
def test_true_parcels_are_never_suspected(seed, count, setback):
    assert suspected_drift(parcels(seed, count, setback), ROADS) is None


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 200))
def test_true_points_are_never_suspected_wherever_they_are(seed, count):
    rng = numpy.random.default_rng(seed)
    east = rng.uniform(EASTINGS[0], EASTINGS[-1], count)
    north = rng.uniform(NORTHINGS[0], NORTHINGS[-1], count)
    assert (
        suspected_drift([to_degrees(shapely.Point(*at), ZONE) for at in zip(east, north, strict=True)], ROADS) is None
    )


def test_a_few_shapes_or_no_roads_tell_nothing():
    assert suspected_drift(moved(parcels(1, 3), "GCJ-02"), ROADS) is None
    assert suspected_drift(moved(parcels(1, 40), "GCJ-02"), []) is None
    assert suspected_drift([], ROADS) is None
    far = [shapely.box(120, 30, 120.01, 30.01)]
    assert suspected_drift(far, ROADS) is None
