"""The store's roads taken from a road file: every road of before gives way to those of the file."""

from collections.abc import Iterator

import numpy
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import to_plane
from geo.model.crs import metric_crs
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Change, FeatureChange, FeatureRemoval
from geo.model.layer import Layer
from geo.model.location import LocationBasis
from geo.service.locating import Network
from geo.store.base import Store

ELSEWHERE_M = 50_000.0
"""What is so far from the zone is on roads of the same names in another city."""

MOST_ROADS = 40_000
"""More than a county has; what is replaced at once can be taken back at once."""


def road_changes(store: Store, network: Network) -> list[Change]:
    """What makes the store's road layer that of a file: paths, service ways and field tracks are left out.

    Raises
    ------
    InvalidInput
        If the network is none of a file, the store has not just one layer of roads, or the file has too many roads or
        those of another city.
    """
    layers = [layer for layer in store.catalog.values() if layer.network]
    if network.rows is None or len(layers) != 1:
        raise InvalidInput(N_("只能用道路文件更新唯一的道路图层"))
    roads = network.roads
    wanted = numpy.flatnonzero(roads.is_drawn & ~roads.is_path & ~roads.is_minor)
    if len(wanted) > MOST_ROADS:
        message = N_("文件里有 %(count)s 条道路，最多 %(most)s 条，请先裁剪到本区")
        raise InvalidInput(message, count=len(wanted), most=MOST_ROADS)
    if not is_of_zone(store, shapely.box(*shapely.total_bounds(roads.lines[wanted]))):
        raise InvalidInput(N_("文件里的道路都不在本区附近"))
    return [*_removals(store, layers[0]), *_roads(layers[0], network, wanted)]


def away_m(store: Store, shape: BaseGeometry) -> float:
    """How far something in EPSG:4326 is from what the map of the zone shows first, metres."""
    extent = store.catalog.zone.extent
    crs = metric_crs(extent)
    return float(to_plane(shapely.box(*extent), crs).distance(to_plane(shape, crs)))


def is_of_zone(store: Store, shape: BaseGeometry) -> bool:
    """Whether something is so near that it is not of another city."""
    return away_m(store, shape) <= ELSEWHERE_M


def _removals(store: Store, layer: Layer) -> Iterator[FeatureRemoval]:
    for page in store.scan(layer.id, FeatureQuery(schematic=True, retired=True)):
        revision = page.columns.index("revision")
        for feature_id, row in zip(page.ids, page.rows, strict=True):
            yield FeatureRemoval(layer.id, feature_id, row[revision])


def _roads(layer: Layer, network: Network, wanted: numpy.ndarray) -> Iterator[FeatureChange]:
    fields = {field.name for field in layer.fields}
    columns = [name for name in network.rows.columns if name in fields]
    constant = {"location_basis": LocationBasis.LOCATED.value, "source": network.source["file"]}
    constant = {name: value for name, value in constant.items() if name in fields}
    for number, row in enumerate(wanted.tolist(), start=1):
        values = {name: _plain(network.rows[name].iat[row]) for name in columns}
        values |= constant | {"error_m": float(network.roads.errors_m[row])}
        yield FeatureChange(layer.id, f"road-{number:05d}", None, values, network.roads.lines[row])


def _plain(value: object) -> object:
    """A value as the store takes it; None for NaN."""
    if pandas.api.types.is_scalar(value) and pandas.isna(value):
        return None
    return value.item() if isinstance(value, numpy.generic) else value
