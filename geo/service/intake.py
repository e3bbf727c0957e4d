"""The first filling of a store from the layer folders, and what is wrong with those folders.

Every command asks this module for the store, and few make one: what reads the folders is loaded where it is used.
"""

from pathlib import Path

from geo.model.errors import AtlasError
from geo.model.layer import Layer, Zone
from geo.store import open_store
from geo.store.base import Content, Store
from geo.store.catalog import catalog_faults, read_catalog, sound_layers
from geo.store.limits import USUAL, Limits

FEATURES, STATUSES = "features.geojson", "status.csv"
DEMO_FEATURES = "demo.geojson"
"""Invented features of a layer that the plan's area has no data for; only the demonstration store takes them."""


def open_or_create(url: str, layers_dir: Path, *, demo: bool = False, limits: Limits = USUAL) -> Store:
    """The store at an address; a missing one is made and filled from the layer folders, all or nothing.

    Layers that are new in the folders are added to a store that exists; its data stay as they are.

    Parameters
    ----------
    url
        As `geo.store.open_store` takes it.
    demo
        A demonstration store: the plan's features with invented statuses, each marked as such, and invented features of
        layers that have none (`demo.geojson`).

    Raises
    ------
    InvalidLayer, InvalidFile
        If a folder does not hold; nothing is made then.
    InvalidInput, StoreUnavailable
        If the address is wrong, the store cannot be opened, or `demo` asks for invented data in a real store.
    """
    catalog = read_catalog(layers_dir)
    store = open_store(url, catalog, limits)
    try:
        store.create(lambda layer: _content(layers_dir / layer.id, layer, catalog.zone, demo=demo), demo=demo)
    except BaseException:
        store.close()
        raise
    return store


def rebuild_demo(url: str, layers_dir: Path) -> Store:
    """The demonstration store at an address, made anew from the layer folders; raises as `open_or_create` does."""
    open_store(url, read_catalog(layers_dir)).remove_demo()
    return open_or_create(url, layers_dir, demo=True)


def _content(folder: Path, layer: Layer, zone: Zone, *, demo: bool) -> Content:
    from geo.exchange.files.features import read_features
    from geo.exchange.status_table import read_statuses
    from geo.service.demonstration import invented_statuses

    invented = demo and (folder / DEMO_FEATURES).exists()
    features = read_features(folder / (DEMO_FEATURES if invented else FEATURES), layer)
    if demo:
        return Content(features, invented_statuses(layer, features, zone.years))
    return Content(features, read_statuses(folder / STATUSES, layer, set(features.index)))


def folder_faults(layers_dir: Path) -> list[AtlasError]:
    """Everything that is wrong with the layer folders, one error for each fault: definitions first, then data."""
    faults: list[AtlasError] = list(catalog_faults(layers_dir))
    for folder, layer in sound_layers(layers_dir):
        faults += _data_faults(folder, layer)
    return faults


def _data_faults(folder: Path, layer: Layer) -> list[AtlasError]:
    from geo.exchange.files.features import inspect_features
    from geo.exchange.status_table import inspect_statuses

    features = inspect_features(folder / FEATURES, layer)
    if features.faults:
        return list(features.faults)  # rows of status.csv would only seem to belong to no feature
    invented = folder / DEMO_FEATURES
    return [
        *inspect_statuses(folder / STATUSES, layer, set(features.content.index)).faults,
        *(inspect_features(invented, layer).faults if invented.exists() else ()),
    ]
