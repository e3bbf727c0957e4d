"""Whether a road file looks shifted by GCJ-02 or BD-09: by what is known of the ground, and by what the file says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas
import shapely

from geo.analysis.drift import suspected_drift
from geo.analysis.network import RoadNetwork
from geo.analysis.road_drift import LEAST_ROADS, Compared, RoadDrift, compare_roads
from geo.analysis.shifted_datums import Datum
from geo.exchange.files.features import read_features
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.model.location import LocationBasis
from geo.model.remark import Remark
from geo.service.intake import FEATURES
from geo.store.base import Store
from geo.store.catalog import read_catalog

LEAST_PARCELS = 25
"""Surveyed ones by which a shift would be seen, if 40 % of parcels thrown among roads are cut by one (a judgement)."""

LINES = ("LineString", "MultiLineString")
EVERYWHERE = shapely.box(-180, -90, 180, 90)
"""Whatever is not within is nowhere on Earth."""


@dataclass(frozen=True)
class KnownGround:
    """What is known of the ground.

    Parameters
    ----------
    roads
        Lines in EPSG:4326 with `name` and `error_m`.
    parcels
        Surveyed ones in EPSG:4326.
    """

    roads: geopandas.GeoDataFrame
    parcels: tuple[shapely.Geometry, ...] = ()


@dataclass(frozen=True)
class Suspicion:
    """Why the coordinates of a road file seem to be shifted.

    Parameters
    ----------
    shift_m
        By how much, about.
    """

    remark: Remark
    shift_m: float


def ground_of_folder(layers_dir: Path) -> KnownGround:
    """Of the layer folders, where no store is to be touched.

    Raises
    ------
    InvalidLayer, InvalidFile
        If the folder does not hold.
    """
    networks = [layer for layer in read_catalog(layers_dir).values() if layer.network]
    return KnownGround(_roads(read_features(layers_dir / layer.id / FEATURES, layer) for layer in networks))


def roads_of_store(store: Store) -> geopandas.GeoDataFrame:
    """The roads of `ground_of_store` alone."""
    networks = [layer.id for layer in store.catalog.values() if layer.network]
    return _roads(store.read_frame(each, FeatureQuery()) for each in networks)


def ground_of_store(store: Store) -> KnownGround:
    """The store's roads and surveyed parcels."""
    areas = [layer.id for layer in store.catalog.plan if (layer.geometry or "").endswith("Polygon")]
    frames = [store.read_frame(layer_id, FeatureQuery()) for layer_id in areas]
    parcels = [
        shape
        for frame in frames
        for shape in frame.geometry[frame["location_basis"] == LocationBasis.SURVEYED]
        if shape is not None and not shape.is_empty
    ]
    return KnownGround(roads_of_store(store), tuple(parcels))


def drift_of_lines(
    shapes: Sequence[shapely.Geometry], names: Sequence[object], roads: geopandas.GeoDataFrame
) -> RoadDrift | None:
    """The shift that lines seem to have by the known roads of their names; None where none is told.

    Parameters
    ----------
    shapes
        In EPSG:4326; only lines count.
    roads
        As in `KnownGround`.
    """
    named = [
        (name, shape)
        for name, shape in zip(names, shapes, strict=True)
        if isinstance(name, str) and shape.geom_type in LINES and EVERYWHERE.contains(shape)
    ]
    if len(named) < LEAST_ROADS or len(roads) < LEAST_ROADS:
        return None
    lines = geopandas.GeoDataFrame(
        {"name": [name for name, _ in named]}, geometry=[shape for _, shape in named], crs=STORED_CRS
    )
    return compare_roads(RoadNetwork(lines), roads).drift


def look_for_shift(network: RoadNetwork, ground: KnownGround) -> tuple[Suspicion | None, Remark | None]:
    """Why the roads seem to be shifted, and what else could not be told; neither where they surely are not.

    Villages are no measure: a point beside a road says nothing of where the road is.
    """
    drawn = list(network.lines[network.is_drawn])
    compared = compare_roads(network, ground.roads)
    suspicion = _by_parcels(drawn, ground.parcels) or _by_roads(compared)
    if suspicion or not compared.untold or _parcels_among(drawn, ground.parcels) >= LEAST_PARCELS:
        return suspicion, None
    if compared.count < LEAST_ROADS:
        return None, Remark(N_("没有足够的位置已知的同名道路或实测地块可比，道路坐标按没有偏移（GCJ-02、BD-09）计"))
    message = N_("与位置已知的 %(count)s 条同名道路相比，误差太大，看不出 %(datums)s 的偏移，道路坐标按没有偏移计")
    return None, Remark(message, count=compared.count, datums=", ".join(compared.untold))


def _by_parcels(roads: list[shapely.Geometry], parcels: tuple[shapely.Geometry, ...]) -> Suspicion | None:
    lies = suspected_drift(parcels, roads, of_roads=True)
    if lies is None:
        return None
    message = N_(
        "道路坐标疑似 %(datum)s（偏约 %(shift_m)s 米）：%(count)s 个实测地块只有 %(now)s 个与道路相合，"
        "还原后 %(then)s 个相合；如是，请指明坐标系为 %(datum)s"
    )
    return _told(message, lies.datum, lies.shift_m, count=lies.count, now=lies.lie_well, then=lies.would_lie_well)


def _by_roads(compared: Compared) -> Suspicion | None:
    off = compared.drift
    if off is None:
        return None
    message = N_(
        "道路坐标疑似 %(datum)s（偏约 %(shift_m)s 米）：与位置已知的 %(count)s 条同名道路相比都偏向同一方向；"
        "如是，请指明坐标系为 %(datum)s"
    )
    return _told(message, off.datum, off.shift_m, count=off.count)


def _parcels_among(roads: list[shapely.Geometry], parcels: tuple[shapely.Geometry, ...]) -> int:
    """How many parcels lie where the roads are."""
    return int(shapely.intersects(shapely.box(*shapely.total_bounds(roads)), list(parcels)).sum()) if parcels else 0


def _told(message: str, datum: Datum, shift_m: float, **params: object) -> Suspicion:
    return Suspicion(Remark(message, datum=datum, shift_m=round(shift_m), **params), shift_m)


def _roads(frames: Iterable[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    columns = ["name", "error_m", "geometry"]
    kept = [frame[columns] for frame in frames if set(columns) <= set(frame.columns) and len(frame)]
    if not kept:
        return geopandas.GeoDataFrame({"name": [], "error_m": []}, geometry=[], crs=STORED_CRS)
    return geopandas.GeoDataFrame(pandas.concat(kept, ignore_index=True), crs=STORED_CRS)
