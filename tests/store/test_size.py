"""Forty thousand features: pages stay quick, and reading all of them takes no more memory than reading a few."""

import time
import tracemalloc

import geopandas
import numpy as np
import pytest
import shapely

from geo.model.feature_query import Condition, FeatureQuery
from geo.store import open_store
from geo.store.base import Content

COUNT = 40_000
SMALL = (114.0, 33.0, 114.05, 33.05)
ATTEMPTS = 30
"""The quickest of so many pages is looked at, and compared with reading everything: both are slow on a busy machine."""


@pytest.fixture(scope="module")
def positions():
    dice = np.random.default_rng(20211224)
    return dice.uniform(113, 115, COUNT), dice.uniform(32, 34, COUNT), dice.uniform(1e-4, 1e-3, COUNT)


@pytest.fixture(scope="module")
def large(new_url, catalog, positions):
    x, y, size = positions
    features = geopandas.GeoDataFrame(
        {"plan_year": np.arange(COUNT) % 5 + 2021, "area_mu": 1.5, "name": [f"parcel {n}" for n in range(COUNT)]},
        geometry=shapely.box(x, y, x + size, y + size),
        index=[f"p-{number}" for number in range(COUNT)],
        crs="EPSG:4326",
    )
    store = open_store(new_url(), catalog)
    store.create(lambda layer: Content(features) if layer.id == "parcels" else None)
    yield store
    store.close()


@pytest.fixture(scope="module")
def all_s(large):
    """Seconds in which everything is read."""
    began = time.perf_counter()
    assert sum(len(page) for page in large.scan("parcels", FeatureQuery(schematic=True), batch=1000)) == COUNT
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("query", "share"),
    [
        (FeatureQuery(limit=100), 1 / 20),
        (FeatureQuery(limit=100, bbox=SMALL), 1 / 20),
        (FeatureQuery(limit=100, bbox=SMALL, year=2023), 1 / 20),
        (FeatureQuery(limit=100, bbox=SMALL, conditions=(Condition("plan_year", (2023,)),)), 1 / 20),
        (FeatureQuery(limit=100, within=shapely.Point(114, 33).buffer(0.03)), 1 / 20),
        (FeatureQuery(limit=100, bbox=(113, 32, 114, 34)), 1 / 4),  # half of all are in the box, and put in order
    ],
)
def test_a_page_is_quick(large, query, share, all_s):
    def seconds():
        began = time.perf_counter()
        assert 0 < len(large.read_page("parcels", query)) <= 100
        return time.perf_counter() - began

    assert any(seconds() < share * all_s for _ in range(ATTEMPTS))


def test_a_page_holds_what_numpy_finds(large, positions):
    x, y, size = positions
    west, south, east, north = SMALL
    meets = (x <= east) & (x + size >= west) & (y <= north) & (y + size >= south)
    expected = [f"p-{number}" for number in np.flatnonzero(meets)]
    assert large.read_page("parcels", FeatureQuery(bbox=SMALL)).ids == expected
    assert large.read_page("parcels", FeatureQuery(bbox=SMALL, limit=10, offset=20)).ids == expected[20:30]
    summary = large.summarise("parcels", FeatureQuery(bbox=SMALL), fields=["area_mu"], cells=8)
    assert (summary.count, summary.totals) == (len(expected), {"area_mu": len(expected) * 1.5})
    assert sum(cell.count for cell in summary.cells) == len(expected)
    assert large.count("parcels", FeatureQuery()) == COUNT


@pytest.mark.usefixtures("usual_garbage")
def test_memory_stays_flat_however_much_is_read(large):
    def peak(count):
        tracemalloc.start()
        try:
            pages = large.scan("parcels", FeatureQuery(limit=count, schematic=True, bbox=(113, 32, 115, 34)), batch=500)
            assert sum(len(page) for page in pages) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1000)  # what is loaded once
    assert peak(20_000) < 1.5 * peak(1000)
