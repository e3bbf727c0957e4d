"""Every feature counts in one tile of each zoom, in tiles of features and in tiles of counts, on both stores."""

import random

import mapbox_vector_tile
import mercantile
import numpy
import pytest
import shapely

from geo.model.feature_query import Condition, FeatureQuery
from geo.model.status import AnnualStatus
from geo.model.tiles import Tile
from geo.service import tiles as service
from geo.store import open_store
from geo.store.base import Content

FEW = 12
"""What a tile of these tests shows one by one: many are tiles of counts, and many are not."""

WORLD = (-180.0, -85.0, 180.0, 85.0)


@pytest.fixture(scope="module")
def parcels():
    """250 shapes by id, crowded around one place; some are schematic, some have no geometry, some are retired."""
    dice = random.Random(7)
    features = {}
    for number in range(250):
        spread = dice.choice([0.002, 0.02, 0.2])
        lon, lat = 114 + dice.gauss(0, spread), 33 + dice.gauss(0, spread)
        basis = dice.choice(["surveyed", "located", "schematic", "unlocated"])
        corners = [
            (lon, lat),
            (lon + 0.01, lat),
            (lon + 0.01, lat + 0.001),
            (lon + 0.001, lat + 0.001),
            (lon, lat + 0.01),
        ]
        features[f"p-{number}"] = {
            "geometry": None if basis == "unlocated" else shapely.Polygon(corners),
            "location_basis": basis,
            "name": f"地块{number}",
            "seats": number,
            "retired_on": "2023-01-01" if number % 10 == 0 else None,
        }
    return features


@pytest.fixture(scope="module")
def filled(new_url, catalog, parcels, frame):
    reports = [
        AnnualStatus("parcels", f"p-{number}", 2023, stage="started", progress_pct=40.0) for number in range(1, 250, 3)
    ]
    store = open_store(new_url(), catalog)
    store.create(lambda layer: Content(frame(parcels), reports) if layer.id == "parcels" else None)
    yield store
    store.close()


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(service, "MOST_FEATURES", FEW)


def layers_of(store, query, zoom):
    """The decoded layers of every tile of a zoom that holds something, by tile."""
    extent = store.extent("parcels", schematic=True)
    found = {}
    for tile in mercantile.tiles(*extent, [zoom]):
        where = Tile(zoom, tile.x, tile.y)
        if made := service.tile(store, "parcels", query, where):
            found[where] = mapbox_vector_tile.decode(made)
    return found


def matching(store, query):
    whole = FeatureQuery(**{**vars(query), "bbox": WORLD})
    return store.count("parcels", whole)


@pytest.mark.parametrize("zoom", [0, 7, 10, 12])
@pytest.mark.parametrize(
    "query",
    [
        FeatureQuery(),
        FeatureQuery(schematic=True, retired=True),
        FeatureQuery(year=2024, schematic=True, conditions=(Condition("stage", ("started",)),)),
        FeatureQuery(within=shapely.box(114, 33, 114.5, 33.5), conditions=(Condition("seats", (), 100, None),)),
    ],
    ids=["plain", "all", "by stage", "in an area"],
)
def test_the_counts_of_all_tiles_are_what_matches(filled, few, query, zoom):
    layers = layers_of(filled, query, zoom)
    points = [each for found in layers.values() for each in found.get("parcels_counts", {"features": []})["features"]]
    assert sum(each["properties"]["count"] for each in points) == matching(filled, query) > 0


def test_a_tile_shows_each_feature_or_counts_them_all(filled, few, parcels):
    layers = layers_of(filled, FeatureQuery(schematic=True), 12)
    assert {"parcels" in found for found in layers.values()} == {True, False}
    for tile, found in layers.items():
        if "parcels" not in found:
            assert sum(each["properties"]["count"] for each in found["parcels_counts"]["features"]) > 0
            continue
        ids = {each["properties"]["feature_id"] for each in found["parcels"]["features"]}
        clear = shapely.box(*tile.bounds(-8))  # a little smaller: what only touches the edge may round away
        for feature_id, feature in parcels.items():
            if feature["geometry"] and not feature["retired_on"] and feature["geometry"].intersects(clear):
                assert feature_id in ids


def test_a_year_brings_its_stage(filled):
    tile = Tile(0, 0, 0)
    of_year = {}
    for year in (2022, 2024):
        found = mapbox_vector_tile.decode(service.tile(filled, "parcels", FeatureQuery(year=year), tile))
        of_year[year] = {each["properties"]["stage"] for each in found["parcels"]["features"]}
    assert of_year == {2022: {"not_reported"}, 2024: {"not_reported", "started"}}


def test_a_kept_tile_is_not_given_after_a_write(filled, frame):
    before = service.tile(filled, "blocks", FeatureQuery(), Tile(0, 0, 0))
    filled.add_features(
        "blocks", frame({"b": {"name": "新街区", "geometry": "POLYGON((114 33,115 33,115 34,114 33))"}})
    )
    after = mapbox_vector_tile.decode(service.tile(filled, "blocks", FeatureQuery(), Tile(0, 0, 0)))
    assert before == b""
    assert [each["properties"]["name"] for each in after["blocks"]["features"]] == ["新街区"]


@pytest.mark.parametrize("schematic", [True, False])
def test_middles_and_bounds_are_those_of_a_plain_look(filled, parcels, schematic):
    query = FeatureQuery(schematic=schematic)
    shown = {
        feature_id: feature["geometry"].bounds
        for feature_id, feature in parcels.items()
        if feature["geometry"] and not feature["retired_on"] and (schematic or feature["location_basis"] != "schematic")
    }
    expected = {feature_id: ((w + e) / 2, (s + n) / 2) for feature_id, (w, s, e, n) in shown.items()}
    found = numpy.concatenate(list(filled.middles("parcels", query)))
    assert numpy.sort(found[:, 0]) == pytest.approx(sorted(lon for lon, _ in expected.values()), abs=3e-5)
    west, south, east, north = box = (113.99, 32.99, 114.003, 33.004)
    page, middles = filled.read_overlapping("parcels", query, box)
    overlapping = {
        feature_id
        for feature_id, (w, s, e, n) in shown.items()
        if w <= east and e >= west and s <= north and n >= south
    }
    assert set(page.ids) == overlapping
    for feature_id, middle in zip(page.ids, middles, strict=True):
        assert middle == pytest.approx(expected[feature_id], abs=3e-5)


def test_a_layer_without_geometry_has_no_places(filled):
    assert list(filled.middles("targets", FeatureQuery())) == []
    page, middles = filled.read_overlapping("targets", FeatureQuery(), WORLD)
    assert (len(page), len(middles)) == (0, 0)
