"""What the store knows of schools, homes and roads, as inputs of a computation.

Layers are known by what their definitions hold, not by name: schools have a level and seats, homes have children of
school age or residents. Plan schools count from the year in which they are planned to be finished, or are reported to
be in service.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas
import numpy
import pandas

from geo.analysis.catchments.assigning import Demand, Schools
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.growth import Growth
from geo.model.layer import Layer
from geo.model.location import LocationBasis
from geo.model.remark import Remark
from geo.service.catchments.inputs import THOUSAND, Inputs, Options, Source, gates_of, middles
from geo.service.catchments.stored_roads import Ground, read_layer
from geo.store.base import Store

TEACHING = {"primary": ("primary", "nine_year"), "junior": ("junior", "nine_year")}
"""Levels of schools that teach a level."""


def school_layers(store: Store) -> list[Layer]:
    return [
        layer for layer in store.catalog.values() if layer.geometry and layer.field("level") and layer.field("seats")
    ]


def home_layers(store: Store, level: str, *, by_rate: bool = False) -> list[Layer]:
    """Layers of places with pupils of a level, or with residents."""
    field = "population" if by_rate else f"pupils_{level}"
    return [layer for layer in store.catalog.values() if layer.geometry and layer.field(field)]


@dataclass(frozen=True)
class Circumstances:
    """What is taken for given beside the options.

    Parameters
    ----------
    schematic
        Whether schools whose true position is unknown count with their illustrative one.
    opening
        Whether a school of the plan is open by the plan, or by what was reported up to the end of the year.
    growth
        Pupils by year; None takes the homes' own figures.
    last
        Last year's school of homes, ids of both.
    """

    schematic: bool = False
    opening: str = "plan"
    growth: Growth | None = None
    last: Mapping[str, str] | None = None


def of_store(store: Store, options: Options, there: Circumstances, ground: Ground) -> Inputs:
    """Today's schools and those of the plan that are open in the year, and homes.

    Parameters
    ----------
    options
        With level and year.
    ground
        The roads.

    Raises
    ------
    InvalidInput
        If no school with a known position is open.
    """
    remarks: list[Remark] = []
    sources: dict[str, Source] = {"schools": {}, "demand": {}, "zone": {"file": None}} | ground.sources
    schools = _schools(store, options, there, sources, remarks)
    homes = _homes(store, options, sources, remarks)
    if options.method == "capacity":
        _check_seats(schools, homes)
    pupils, later = _grow(options, there, homes)
    shapes = schools.geometry.to_numpy()
    gates, school = gates_of(shapes)
    seats = pandas.to_numeric(schools["seats"], errors="coerce").to_numpy(dtype=float, na_value=numpy.nan)
    errors = ground.errors_m
    error_m = float(numpy.nanmedian(errors)) if numpy.isfinite(errors).any() else numpy.nan
    _say_accuracy(schools, errors, remarks)
    remarks += ground.remarks
    return Inputs(
        schools=Schools(gates, school, seats),
        school_ids=pd_ids(schools), school_names=list(schools["name"]), school_places=shapes,
        demand=Demand(middles(homes.geometry.to_numpy()), pupils), demand_ids=pd_ids(homes),
        demand_places=homes.geometry.to_numpy(), pupils_known=len(homes) > 0,
        streets=ground.streets, street_frame=ground.frame, street_error_m=error_m,
        outline=None, last=_numbers(there.last, pd_ids(homes), pd_ids(schools)), sources=sources,
        demand_names=[each if isinstance(each, str) else None for each in homes["name"]],
        barriers=ground.barriers, barrier_frame=ground.barrier_frame, later=later, remarks=remarks,
    )  # fmt: skip


def pd_ids(frame: geopandas.GeoDataFrame) -> pandas.Series:
    return pandas.Series(list(frame.index), dtype=object)


def _grow(
    options: Options, there: Circumstances, homes: geopandas.GeoDataFrame
) -> tuple[numpy.ndarray, dict[int, numpy.ndarray]]:
    """Pupils of each home in the year, and in later years where a table tells them."""
    own = homes["pupils"].to_numpy(dtype=float, na_value=numpy.nan)
    if there.growth is None or homes.empty:
        return own, {}
    years = {options.year, *(year for year in there.growth.years(options.level) if year > options.year)}
    pupils = {year: there.growth.pupils(options.level, year, homes.index, own) for year in sorted(years)}
    return pupils.pop(options.year), pupils


def _numbers(last: Mapping[str, str] | None, homes: pandas.Series, schools: pandas.Series) -> numpy.ndarray | None:
    """Last year's schools by number, -1 where there was none or it does not count now."""
    if last is None:
        return None
    number = {each: number for number, each in enumerate(schools)}
    return numpy.array([number.get(last.get(home), -1) for home in homes], dtype=int)


def _schools(
    store: Store, options: Options, there: Circumstances, sources: dict[str, Source], remarks: list[Remark]
) -> geopandas.GeoDataFrame:
    frames, are_standing = [], False
    for layer in school_layers(store):
        frame = read_layer(store, layer, sources["schools"], FeatureQuery(schematic=there.schematic, year=options.year))
        are_standing = are_standing or (layer.role != "plan" and not frame.empty)
        frame = frame[frame["level"].isin(TEACHING[options.level])]
        if layer.role == "plan":
            frame = _opened(frame, options, there, remarks)
        frames.append(frame)
    if not are_standing:
        remarks.append(Remark(N_("没有现有学校的资料，只计规划新建的学校")))
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        message = N_("%(year)s 年没有该学段的学校：请换一个年份或学段，或导入现有学校")
        raise InvalidInput(message, year=options.year)
    schools = geopandas.GeoDataFrame(pandas.concat(frames), crs=STORED_CRS)
    unknown = schools[schools.geometry.isna()]
    if len(unknown):
        names = "、".join(unknown["name"].astype(str))
        remarks.append(Remark(N_("%(names)s 的真实位置未知，没有计入"), names=names))
    schools = schools[schools.geometry.notna()]
    if schools.empty:
        raise InvalidInput(N_("%(year)s 年该学段的学校都还没有真实位置：在“选址”页落图以后再算"), year=options.year)
    return schools


def _opened(
    frame: geopandas.GeoDataFrame, options: Options, there: Circumstances, remarks: list[Remark]
) -> geopandas.GeoDataFrame:
    """Schools of the plan that are open: planned to be finished by the year, or reported to be in service."""
    if there.opening == "plan":
        finish = pandas.to_numeric(frame["planned_finish"].astype("string").str[:4], errors="coerce")
        return frame[(finish <= options.year).fillna(False)]
    silent = int(frame["stage"].isna().sum())
    if silent:
        message = N_("%(count)s 所规划学校到 %(year)s 年还没有填报，不当作已投用")
        remarks.append(Remark(message, count=silent, year=options.year))
    return frame[(frame["stage"] == "in_service").fillna(False) & (frame["flag"] != "cancelled").fillna(True)]


def _homes(store: Store, options: Options, sources: dict[str, Source], remarks: list[Remark]) -> geopandas.GeoDataFrame:
    rate, field = options.rate_per_thousand, f"pupils_{options.level}"
    frames = []
    for layer in home_layers(store, options.level, by_rate=rate is not None):
        frame = read_layer(store, layer, sources["demand"])
        figures = frame["population"] * (rate / THOUSAND) if rate is not None else frame[field]
        frames.append(frame.assign(pupils=figures.astype("Float64"))[["name", "pupils", "geometry"]])
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        remarks.append(Remark(N_("没有居住区和学龄人口的资料，只算范围；导入居住区后可算学位和步行距离")))
        return geopandas.GeoDataFrame({"name": [], "pupils": []}, geometry=geopandas.GeoSeries([], crs=STORED_CRS))
    if rate is not None:
        message = N_("学生数按人口每千人 %(rate)s 名推算，出处：%(source)s")
        remarks.append(Remark(message, rate=rate, source=options.rate_source))
    return geopandas.GeoDataFrame(pandas.concat(frames), crs=STORED_CRS)


def _check_seats(schools: geopandas.GeoDataFrame, homes: geopandas.GeoDataFrame) -> None:
    if homes.empty:
        raise InvalidInput(N_("没有学龄人口的资料，不能按学位分配"))
    unknown = schools[schools["seats"].isna()]
    if len(unknown):
        names = "、".join(unknown["name"].astype(str))
        raise InvalidInput(N_("%(names)s 没有学位数，不能按学位分配"), names=names)


def _range(errors: numpy.ndarray | pandas.Series) -> str:
    """From the least to the greatest, whole metres."""
    return "–".join(dict.fromkeys(str(round(end)) for end in (errors.min(), errors.max())))


def _say_accuracy(schools: geopandas.GeoDataFrame, errors: numpy.ndarray, remarks: list[Remark]) -> None:
    """How sure the result can be at best."""
    known = errors[numpy.isfinite(errors)]
    if len(known):
        remarks.append(Remark(N_("道路中心线误差 %(errors)s 米，学区界线不会比它准"), errors=_range(known)))
    if "location_accuracy_m" in schools.columns:
        accuracy = pandas.to_numeric(schools["location_accuracy_m"], errors="coerce").dropna()
        if len(accuracy):
            remarks.append(Remark(N_("规划学校由文字定位，误差 %(errors)s 米"), errors=_range(accuracy)))
        if (schools["location_basis"] == LocationBasis.SCHEMATIC).any():
            remarks.append(Remark(N_("含示意位置的学校，结果只作示意，不能引用")))
