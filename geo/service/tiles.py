"""Vector tiles of a layer: single features where they are few, counts by cell where they are many.

What is kept hangs on the state of the layer, so that it is true whoever writes; it is bounded by bytes.
"""

from dataclasses import replace
from threading import Condition

import numpy
from cachetools import LRUCache, cached

from geo.exchange import tiles as vector_tiles
from geo.model.feature_query import STATUS_COLUMNS, FeatureQuery
from geo.model.filter import properties_of
from geo.model.tiles import BUFFER, EXTENT, Tile, places_of
from geo.service import features
from geo.store.base import Store
from geo.store.memo import key_of

MOST_FEATURES = 1000
"""Features that a tile shows one by one."""

CELLS = 16
"""Cells along each side of a tile in which more features are counted."""

CLOSE_ZOOM = 13
"""From here on a tile is so small that the store is asked for it alone, whatever the filter."""

KEPT_TILES_BYTES, KEPT_PLACES_BYTES = 48 * 1024**2, 96 * 1024**2
ENTRY_BYTES = 500
"""What keeping something takes beside the thing itself."""


def tile(store: Store, layer_id: str, query: FeatureQuery, where: Tile) -> bytes:
    """One tile of what a query matches; empty where there is nothing.

    Each feature's middle lies in one tile of a zoom, and counts there: all tiles of a zoom count all that match and
    have a geometry.

    Parameters
    ----------
    query
        Without a bbox; order, limit and offset are passed over.
    """
    query = replace(query, bbox=None, order=(), limit=None, offset=0)
    return _kept_tile(store, layer_id, query, where, store.state(layer_id))


@cached(
    LRUCache(KEPT_TILES_BYTES, getsizeof=lambda made: len(made) + ENTRY_BYTES),
    key=lambda store, layer_id, query, where, state: (key_of(layer_id, state, query), where),
    condition=Condition(),
)
def _kept_tile(store: Store, layer_id: str, query: FeatureQuery, where: Tile, state: str) -> bytes:
    """The tile; a state belongs to one store and one moment. Who asks for one that is being made waits for it."""
    made = None
    if _is_soon_found(query, where) or _count(store, layer_id, query, where, state) <= MOST_FEATURES:
        made = _of_features(store, layer_id, query, where)
    return _of_counts(store, layer_id, query, where, state) if made is None else made


def _is_soon_found(query: FeatureQuery, where: Tile) -> bool:
    """Whether the store soon has more than it needs; a rare value is found only when every row was looked at."""
    asks_for_values = any((query.conditions, query.filter, query.search, query.between, query.within))
    return where.zoom >= CLOSE_ZOOM or not asks_for_values


def _of_features(store: Store, layer_id: str, query: FeatureQuery, where: Tile) -> bytes | None:
    """The tile with every feature; None where they are too many."""
    few = replace(query, limit=MOST_FEATURES + 1)
    page, middles = store.read_overlapping(layer_id, few, where.bounds(BUFFER))
    if len(page) > MOST_FEATURES:
        return None
    properties = features.properties_of(store.catalog[layer_id], page, query.year)
    return vector_tiles.tile_of_features(layer_id, where, page.ids, page.wkb, properties, places_of(middles))


def _count(store: Store, layer_id: str, query: FeatureQuery, where: Tile, state: str) -> int:
    return int(numpy.count_nonzero(where.holds(_places(store, layer_id, query, state))))


def _of_counts(store: Store, layer_id: str, query: FeatureQuery, where: Tile, state: str) -> bytes:
    """The tile with the number of features in each cell, at the mean of their middles."""
    places = _places(store, layer_id, query, state)
    local = where.local(places[where.holds(places)])
    cells = local // (EXTENT // CELLS)
    _, cell, counts = numpy.unique(cells[:, 0] * CELLS + cells[:, 1], return_inverse=True, return_counts=True)
    means = [numpy.bincount(cell, weights=local[:, axis]) / counts for axis in (0, 1)]
    return vector_tiles.tile_of_counts(layer_id, numpy.column_stack(means).round(), counts)


def _places(store: Store, layer_id: str, query: FeatureQuery, state: str) -> numpy.ndarray:
    """Where all that match lie; a year that no condition asks about makes no difference."""
    asked = {condition.field for condition in query.conditions}
    asked.update(properties_of(query.filter) if query.filter else ())
    year = query.year if asked.intersection(STATUS_COLUMNS) else None
    return _kept_places(store, layer_id, replace(query, year=year), state)


@cached(
    LRUCache(KEPT_PLACES_BYTES, getsizeof=lambda places: places.nbytes + ENTRY_BYTES),
    key=lambda store, layer_id, query, state: key_of(layer_id, state, query),
    condition=Condition(),
)
def _kept_places(store: Store, layer_id: str, query: FeatureQuery, state: str) -> numpy.ndarray:
    """Eight bytes a feature, from one look at the whole layer: every tile of counts is counted out of it."""
    batches = [places_of(middles) for middles in store.middles(layer_id, query)]
    return numpy.concatenate([numpy.empty((0, 2), numpy.uint32), *batches])
