"""A road network that is shifted as a whole is told by roads and parcels whose place is known, and no other is."""

import geopandas
import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.drift import suspected_drift
from geo.analysis.measuring import to_degrees
from geo.analysis.network import RoadNetwork
from geo.analysis.road_drift import compare_roads
from geo.analysis.shifted_datums import DATUMS, shifted
from tests.analysis.test_drift import EASTINGS, NORTHINGS, ROADS, ZONE, moved, parcels

NAMES = [f"经{number}路" for number in range(len(EASTINGS))] + [f"纬{number}路" for number in range(len(NORTHINGS))]


def suspected_road_drift(network, known):
    return compare_roads(network, known).drift


def network(lines):
    return RoadNetwork(geopandas.GeoDataFrame({"name": NAMES}, geometry=lines, crs="EPSG:4326"))


def known(seed, error_m, count=10, common=(0.0, 0.0)):
    """Some of the roads as somebody fitted them, each off by its error."""
    rng = numpy.random.default_rng(seed)
    lines = [shapely.LineString([(x, NORTHINGS[0]), (x, NORTHINGS[-1])]) for x in EASTINGS]
    lines += [shapely.LineString([(EASTINGS[0], y), (EASTINGS[-1], y)]) for y in NORTHINGS]
    chosen = rng.permutation(len(lines))[:count]
    off = {place: rng.normal(0, error_m, 2) + common for place in chosen}
    made = [to_degrees(shapely.transform(lines[at], lambda points, at=at: points + off[at]), ZONE) for at in chosen]
    told = {"name": [NAMES[at] for at in chosen], "error_m": error_m}
    return geopandas.GeoDataFrame(told, geometry=made, crs="EPSG:4326")


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("error_m", [10.0, 60.0, 150.0])
def test_a_shifted_network_is_told_by_roads_that_are_known_roughly(datum, error_m):
    found = suspected_road_drift(network(moved(ROADS, datum)), known(1, error_m))
    assert (found.datum, found.count) == (datum, 10)
    assert found.shift_m == pytest.approx({"GCJ-02": 582, "BD-09": 1316}[datum], rel=0.1)


@settings(max_examples=25)
@given(seed=st.integers(0, 100_000), error_m=st.floats(5, 600), count=st.integers(1, 17), east=st.floats(-100, 100))
def test_a_true_network_is_not_suspected(seed, error_m, count, east):
    assert suspected_road_drift(network(ROADS), known(seed, error_m, count, (east, 0.0))) is None


@pytest.mark.parametrize("off", [(600.0, 0.0), (550.0, -200.0), (0.0, 900.0)])
def test_another_displacement_is_no_shift_by_law(off):
    assert suspected_road_drift(network(ROADS), known(1, 20.0, 10, off)) is None


def test_too_few_or_unknown_roads_tell_nothing():
    shifted_roads = network(moved(ROADS, "GCJ-02"))
    assert suspected_road_drift(shifted_roads, known(1, 10.0, 2)) is None
    others = known(1, 10.0)
    others["name"] = [f"洪河{number}路" for number in range(len(others))]
    assert suspected_road_drift(shifted_roads, others) is None
    others = known(1, 10.0)
    others["error_m"] = numpy.nan
    assert suspected_road_drift(shifted_roads, others) is None


@pytest.mark.parametrize(
    ("error_m", "count", "untold"), [(10.0, 10, ()), (10.0, 2, DATUMS), (300.0, 10, ("GCJ-02",)), (3000.0, 17, DATUMS)]
)
def test_what_could_go_unnoticed_is_said(error_m, count, untold):
    compared = compare_roads(network(ROADS), known(1, error_m, count))
    assert (compared.drift, compared.untold) == (None, untold) and compared.count <= count


@pytest.mark.parametrize("datum", DATUMS)
def test_shifted_roads_are_told_by_true_parcels(datum):
    found = suspected_drift(parcels(1, 40), moved(ROADS, datum), of_roads=True)
    assert found.datum == datum and found.would_lie_well == found.count
    assert suspected_drift(parcels(1, 40), ROADS, of_roads=True) is None


def test_what_is_told_of_roads_is_not_told_of_parcels():
    """Parcels that are shifted beside true roads are no shifted roads."""
    off = [shapely.transform(shape, lambda points: shifted(points, "GCJ-02")) for shape in parcels(1, 40)]
    assert suspected_drift(off, ROADS, of_roads=True) is None
