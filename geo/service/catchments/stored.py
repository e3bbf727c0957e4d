"""What the store knows of schools, homes and roads, as inputs of a computation.

Layers are known by what their definitions hold, not by name: schools have a level and seats, homes have children of
school age, roads are marked as a network. Plan schools count from the year in which they are planned to be finished.
"""

import geopandas
import numpy
import pandas
import shapely
from shapely.ops import split

from geo.analysis.catchments.assigning import Demand, Schools
from geo.analysis.catchments.streets import street_graph
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.location import LocationBasis
from geo.model.remark import Remark
from geo.service.catchments.inputs import Inputs, Options, Source, gates_of, middles
from geo.store.base import Store

ROUNDING_DEG = 1e-9
"""A tenth of a millimetre: what computing a crossing loses."""

MAX_SNAP_M = 2000.0
"""How far a home or a school may lie from the nearest road: the store's roads are few, and lie up to 1 500 m off."""

TEACHING = {"primary": ("primary", "nine_year"), "junior": ("junior", "nine_year")}
"""Levels of schools that teach a level."""


def school_layers(store: Store) -> list[Layer]:
    return [
        layer for layer in store.catalog.values() if layer.geometry and layer.field("level") and layer.field("seats")
    ]


def home_layers(store: Store, level: str) -> list[Layer]:
    return [layer for layer in store.catalog.values() if layer.geometry and layer.field(f"pupils_{level}")]


def of_store(store: Store, options: Options, *, schematic: bool = False) -> Inputs:
    """Today's schools and those of the plan that are open in the year, homes and roads.

    Parameters
    ----------
    options
        With level and year.
    schematic
        Whether schools whose true position is unknown count with their illustrative one.

    Raises
    ------
    InvalidInput
        If there are no roads, or no school with a known position is open.
    """
    remarks: list[Remark] = []
    sources: dict[str, Source] = {"schools": {}, "demand": {}, "roads": {}, "zone": {"file": None}}
    roads = _roads(store, sources)
    schools = _schools(store, options, schematic, sources, remarks)
    homes = _homes(store, options, sources, remarks)
    if options.method == "capacity":
        _check_seats(schools, homes)
    shapes = schools.geometry.to_numpy()
    gates, school = gates_of(shapes)
    seats = pandas.to_numeric(schools["seats"], errors="coerce").to_numpy(dtype=float, na_value=numpy.nan)
    pupils = homes["pupils"].to_numpy(dtype=float, na_value=numpy.nan)
    errors = roads["error_m"].to_numpy(dtype=float, na_value=numpy.nan) if "error_m" in roads else numpy.array([])
    error_m = float(numpy.nanmedian(errors)) if numpy.isfinite(errors).any() else numpy.nan
    _say_accuracy(schools, errors, remarks)
    met = _with_crossings(roads)
    remarks.append(Remark(N_("中心线相交处按平面路口算相通，桥梁和隧道除外")))
    return Inputs(
        schools=Schools(gates, school, seats),
        school_ids=pd_ids(schools), school_names=list(schools["name"]), school_places=shapes,
        demand=Demand(middles(homes.geometry.to_numpy()), pupils), demand_ids=pd_ids(homes),
        demand_places=homes.geometry.to_numpy(), pupils_known=len(homes) > 0,
        streets=street_graph(met, mode=options.mode), street_frame=met, street_error_m=error_m,
        outline=None, last=None, sources=sources, remarks=remarks,
    )  # fmt: skip


def pd_ids(frame: geopandas.GeoDataFrame) -> pandas.Series:
    return pandas.Series(list(frame.index), dtype=object)


def _read(store: Store, layer: Layer, source: Source, query: FeatureQuery) -> geopandas.GeoDataFrame:
    source[layer.id] = store.revision(layer.id)
    return store.read_frame(layer.id, query)


def _roads(store: Store, sources: dict[str, Source]) -> geopandas.GeoDataFrame:
    frames = [
        _read(store, layer, sources["roads"], FeatureQuery()) for layer in store.catalog.values() if layer.network
    ]
    frames = [frame[frame.geometry.notna()] for frame in frames]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise InvalidInput(N_("没有道路数据：图层定义里没有 network = true 的图层，或图层是空的"))
    return geopandas.GeoDataFrame(pandas.concat(frames, ignore_index=True), crs=STORED_CRS)


def _with_crossings(roads: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The lines cut where they cross: centre lines of whole roads have no ends at their crossings.

    Lines on bridges and in tunnels stay whole. One-way streets keep their direction, for a cut line runs as before.
    """
    above = roads["structure"].isin(["bridge", "tunnel"]) if "structure" in roads else pandas.Series(False, roads.index)
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
    names = roads["name"].to_numpy(dtype=object)[piece_row]
    table = {"oneway": oneway.to_numpy()[piece_row], "name": names}
    return geopandas.GeoDataFrame(table, geometry=pieces, crs=roads.crs)


def _cut(line: shapely.Geometry, others: numpy.ndarray) -> shapely.Geometry:
    """A line cut where others meet it."""
    meetings = shapely.get_parts(shapely.intersection(line, others))
    places = shapely.points(shapely.get_coordinates(meetings))
    return split(shapely.snap(line, shapely.multipoints(places), ROUNDING_DEG), shapely.multipoints(places))


def _schools(
    store: Store, options: Options, schematic: bool, sources: dict[str, Source], remarks: list[Remark]
) -> geopandas.GeoDataFrame:
    frames = []
    for layer in school_layers(store):
        frame = _read(store, layer, sources["schools"], FeatureQuery(schematic=schematic))
        if layer.role != "plan" and frame.empty:
            remarks.append(Remark(N_("没有现有学校的资料，只计规划新建的学校"), layer=layer.id))
        frame = frame[frame["level"].isin(TEACHING[options.level])]
        if layer.role == "plan":
            finish = pandas.to_numeric(frame["planned_finish"].astype("string").str[:4], errors="coerce")
            frame = frame[(finish <= options.year).fillna(False)]
        frames.append(frame)
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise InvalidInput(N_("%(year)s 年没有该学段的学校"), year=options.year)
    schools = geopandas.GeoDataFrame(pandas.concat(frames), crs=STORED_CRS)
    unknown = schools[schools.geometry.isna()]
    if len(unknown):
        names = ", ".join(unknown["name"].astype(str))
        remarks.append(Remark(N_("%(names)s 的真实位置未知，没有计入"), names=names))
    schools = schools[schools.geometry.notna()]
    if schools.empty:
        raise InvalidInput(N_("%(year)s 年该学段的学校都还没有真实位置"), year=options.year)
    return schools


def _homes(store: Store, options: Options, sources: dict[str, Source], remarks: list[Remark]) -> geopandas.GeoDataFrame:
    frames = [
        _read(store, layer, sources["demand"], FeatureQuery()).rename(columns={f"pupils_{options.level}": "pupils"})
        for layer in home_layers(store, options.level)
    ]
    frames = [frame[["name", "pupils", "geometry"]] for frame in frames if len(frame)]
    if not frames:
        remarks.append(Remark(N_("没有居住区和学龄人口的资料，只算范围；导入居住区后可算学位和步行距离")))
        return geopandas.GeoDataFrame({"name": [], "pupils": []}, geometry=geopandas.GeoSeries([], crs=STORED_CRS))
    return geopandas.GeoDataFrame(pandas.concat(frames), crs=STORED_CRS)


def _check_seats(schools: geopandas.GeoDataFrame, homes: geopandas.GeoDataFrame) -> None:
    if homes.empty:
        raise InvalidInput(N_("没有学龄人口的资料，不能按学位分配"))
    unknown = schools[schools["seats"].isna()]
    if len(unknown):
        names = ", ".join(unknown["name"].astype(str))
        raise InvalidInput(N_("%(names)s 没有学位数，不能按学位分配"), names=names)


def _say_accuracy(schools: geopandas.GeoDataFrame, errors: numpy.ndarray, remarks: list[Remark]) -> None:
    """How sure the result can be at best."""
    known = errors[numpy.isfinite(errors)]
    if len(known):
        message = N_("道路中心线误差 %(least)s–%(most)s 米，学区界线不会比它准")
        remarks.append(Remark(message, least=round(known.min()), most=round(known.max())))
    if "location_accuracy_m" in schools.columns:
        accuracy = pandas.to_numeric(schools["location_accuracy_m"], errors="coerce").dropna()
        if len(accuracy):
            message = N_("规划学校由文字定位，误差 %(least)s–%(most)s 米")
            remarks.append(Remark(message, least=round(accuracy.min()), most=round(accuracy.max())))
        if (schools["location_basis"] == LocationBasis.SCHEMATIC).any():
            remarks.append(Remark(N_("含示意位置的学校，结果只作示意，不能引用")))
