"""Roads that are known well enough to tell by them whether other things lie where they should."""

from collections.abc import Iterable
from pathlib import Path

import geopandas
import shapely

from geo.exchange.files.features import read_features
from geo.model.feature_query import FeatureQuery
from geo.model.location import LocationBasis, stated_accuracy_m
from geo.service.intake import FEATURES
from geo.store.base import Store
from geo.store.catalog import read_catalog

SURE_M = 50.0
"""Roads of a greater stated error are no measure of others; nor are those of whose error nothing is known."""


def sure_roads(store: Store) -> list[shapely.Geometry]:
    """Lines in EPSG:4326 of the store's networks."""
    networks = (layer for layer in store.catalog.values() if layer.network)
    return _sure(store.read_frame(layer.id, FeatureQuery()) for layer in networks)


def sure_roads_of_folder(layers_dir: Path) -> list[shapely.Geometry]:
    """The same of the layer folders, where no store is to be touched.

    Raises
    ------
    InvalidLayer, InvalidFile
        If the folder does not hold.
    """
    networks = (layer for layer in read_catalog(layers_dir).values() if layer.network)
    return _sure(read_features(layers_dir / layer.id / FEATURES, layer) for layer in networks)


def _sure(frames: Iterable[geopandas.GeoDataFrame]) -> list[shapely.Geometry]:
    found = []
    for frame in frames:
        for row, shape in zip(frame.drop(columns=frame.geometry.name).to_dict("records"), frame.geometry, strict=True):
            if shape is not None and not shape.is_empty and _is_sure(row):
                found.append(shape)
    return found


def _is_sure(row: dict[str, object]) -> bool:
    accuracy_m = stated_accuracy_m(row)
    return row.get("location_basis") == LocationBasis.SURVEYED if accuracy_m is None else accuracy_m <= SURE_M
