"""The shipped layers as their files have them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from geo.model.layer import Catalog
from geo.store.catalog import read_catalog

LAYERS = Path(__file__).parents[2] / "layers"


@pytest.fixture(scope="session")
def shipped() -> Catalog:
    return read_catalog(LAYERS)


@pytest.fixture(scope="session")
def features_of() -> Callable[[str], dict[str, dict]]:
    """Features of a layer by id, geometry as shapely."""

    def read(layer_id: str) -> dict[str, dict]:
        collection = json.loads((LAYERS / layer_id / "features.geojson").read_text(encoding="utf-8"))
        for feature in collection["features"]:
            feature["geometry"] = shapely.from_geojson(json.dumps(feature["geometry"])) if feature["geometry"] else None
        return {feature["id"]: feature for feature in collection["features"]}

    return read


@pytest.fixture
def properties_of(features_of) -> Callable[[str], dict[str, dict]]:
    return lambda layer_id: {key: feature["properties"] for key, feature in features_of(layer_id).items()}
