"""The store's roads as a network, and what only some of them pass: railways and rivers.

Layers are known by what their definitions say: `network = true`, `barrier = true`.
"""

import re
from dataclasses import dataclass

import geopandas
import numpy
import pandas
import shapely
from shapely.ops import split

from geo.analysis.catchments.barriers import ABOVE, Barriers, barriers_of, cut_streets
from geo.analysis.catchments.streets import Mode, Streets, street_graph
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.remark import Remark
from geo.service.catchments.inputs import Source
from geo.store.base import Store

ROUNDING_DEG = 1e-9
"""A tenth of a millimetre: what computing a crossing loses."""

NAMES = re.compile(r"[、，,;；]")
ASIDE = re.compile(r"[（(].*?[）)]")


@dataclass(frozen=True)
class Ground:
    """The roads of a store as a network, and what only some of them pass.

    Parameters
    ----------
    errors_m
        Of the roads' middle lines, NaN where unknown.
    streets, frame
        The network, and the pieces of roads that it is made of.
    barriers, barrier_frame
        As `Inputs` has them.
    sources, remarks
        What was read, and what is doubtful.
    """

    errors_m: numpy.ndarray
    streets: Streets
    frame: geopandas.GeoDataFrame
    barriers: Barriers | None
    barrier_frame: geopandas.GeoDataFrame | None
    sources: dict[str, Source]
    remarks: tuple[Remark, ...]


def ground_of(store: Store, mode: Mode) -> Ground:
    """The network of a store as it is now.

    Raises
    ------
    InvalidInput
        If there are no roads.
    """
    sources: dict[str, Source] = {"roads": {}}
    remarks: list[Remark] = []
    roads = read_roads(store, sources)
    errors = roads["error_m"].to_numpy(dtype=float, na_value=numpy.nan) if "error_m" in roads else numpy.array([])
    met, barriers, barrier_frame = network(store, roads, sources, remarks)
    return Ground(errors, street_graph(met, mode=mode), met, barriers, barrier_frame, sources, tuple(remarks))


def road_layers(store: Store) -> list[Layer]:
    return [layer for layer in store.catalog.values() if layer.network]


def barrier_layers(store: Store) -> list[Layer]:
    return [layer for layer in store.catalog.values() if layer.barrier]


def read_roads(store: Store, sources: dict[str, Source]) -> geopandas.GeoDataFrame:
    """Every road that has a line.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    frames = [read_layer(store, layer, sources["roads"]) for layer in road_layers(store)]
    frames = [frame[frame.geometry.notna()] for frame in frames]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise InvalidInput(N_("没有道路数据：图层定义里没有 network = true 的图层，或图层是空的"))
    return geopandas.GeoDataFrame(pandas.concat(frames, ignore_index=True), crs=STORED_CRS)


def read_layer(store: Store, layer: Layer, source: Source, query: FeatureQuery | None = None) -> geopandas.GeoDataFrame:
    """Features of a layer; its revision is noted."""
    source[layer.id] = store.revision(layer.id)
    return store.read_frame(layer.id, query or FeatureQuery())


def network(
    store: Store, roads: geopandas.GeoDataFrame, sources: dict[str, Source], remarks: list[Remark]
) -> tuple[geopandas.GeoDataFrame, Barriers | None, geopandas.GeoDataFrame | None]:
    """The roads cut where they meet and where barriers stop them; the barriers, and the same with their names."""
    met = _with_crossings(roads)
    remarks.append(Remark(N_("中心线相交处按平面路口算相通，桥梁和隧道除外")))
    frames = [read_layer(store, layer, sources.setdefault("barriers", {})) for layer in barrier_layers(store)]
    unknown = [name for frame in frames for name in frame["name"][frame.geometry.isna()].dropna()]
    if unknown:
        remarks.append(Remark(N_("%(names)s 的真实位置未知，没有当作阻隔"), names="、".join(unknown)))
    frames = [frame[frame.geometry.notna()] for frame in frames]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return met, None, None
    frame = geopandas.GeoDataFrame(pandas.concat(frames, ignore_index=True), crs=STORED_CRS)
    passing = tuple(map(_names, frame["crosses"] if "crosses" in frame else [None] * len(frame)))
    barriers = barriers_of(frame.geometry.to_numpy(), numpy.empty(0, dtype=object), passing)
    met, count = cut_streets(met, barriers)
    open_to_all = [name for name, known in zip(frame["name"], passing, strict=True) if known is None]
    if open_to_all:
        message = N_("%(names)s 的过路通道没有资料，图上与它相交的道路都当作能通过")
        remarks.append(Remark(message, names="、".join(map(str, open_to_all))))
    if count:
        message = N_("%(count)s 段道路在 %(names)s 处断开：没有载明那里有通道")
        names = "、".join(str(name) for name, known in zip(frame["name"], passing, strict=True) if known is not None)
        remarks.append(Remark(message, count=count, names=names))
    return met, barriers, frame


def _names(text: object) -> frozenset[str] | None:
    """Names of the roads in a list such as 甲路、乙路（下穿）; None where nothing is said."""
    if not isinstance(text, str) or not text.strip():
        return None
    return frozenset(name.strip() for name in NAMES.split(ASIDE.sub("", text)) if name.strip())


def _with_crossings(roads: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The lines cut where they cross: centre lines of whole roads have no ends at their crossings.

    Lines on bridges and in tunnels stay whole. One-way streets keep their direction, for a cut line runs as before.
    """
    above = roads["structure"].isin(ABOVE) if "structure" in roads else pandas.Series(False, roads.index)
    oneway = roads["oneway"].map(lambda value: 1 if value is True else 0) if "oneway" in roads else 0 * above
    lines, row = shapely.get_parts(shapely.force_2d(roads.geometry.to_numpy()), return_index=True)
    flat = ~above.to_numpy()[row]
    tree = shapely.STRtree(lines)
    pieces, piece_row = [], []
    for number, line in enumerate(lines):
        others = [each for each in tree.query(line, predicate="intersects") if each != number and flat[each]]
        cut = shapely.get_parts(_cut(line, lines[others]) if flat[number] and others else line)
        pieces += list(cut)
        piece_row += [row[number]] * len(cut)
    kept = [name for name in ("name", "road_class", "structure") if name in roads]
    table = {name: roads[name].to_numpy(dtype=object)[piece_row] for name in kept}
    table["oneway"] = oneway.to_numpy()[piece_row]
    return geopandas.GeoDataFrame(table, geometry=pieces, crs=roads.crs)


def _cut(line: shapely.Geometry, others: numpy.ndarray) -> shapely.Geometry:
    """A line cut where others meet it."""
    meetings = shapely.get_parts(shapely.intersection(line, others))
    places = shapely.points(shapely.get_coordinates(meetings))
    return split(shapely.snap(line, shapely.multipoints(places), ROUNDING_DEG), shapely.multipoints(places))
