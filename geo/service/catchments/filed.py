"""Schools, demand and streets from files: which fields they are in, and what is doubtful."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas
import numpy
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.areas import zone_outline
from geo.analysis.catchments.assigning import Demand, Schools
from geo.analysis.catchments.barriers import ABOVE, Barriers, barriers_of, cut_streets
from geo.analysis.catchments.streets import Streets, street_graph
from geo.exchange.files import place_fields
from geo.exchange.files.barriers import read_barriers
from geo.exchange.files.growth import read_growth
from geo.exchange.files.places import PlaceFile, read_places
from geo.exchange.files.streets import StreetFile, read_streets
from geo.model.errors import InvalidFile, InvalidInput, N_
from geo.model.remark import Remark
from geo.service.catchments.inputs import THOUSAND, Inputs, Options, Source, Tell, gates_of, middles

RESULT_LAYER = "assignments"


@dataclass(frozen=True)
class Files:
    """What is computed from.

    Parameters
    ----------
    zone
        Areas to which catchments are cut; without any it is the hull of streets and places.
    last
        Last year's result, or any file that has the ids of places and of their schools.
    barriers, crossings
        Lines or areas that only bridges, tunnels and crossings pass, and points that are crossings.
    growth
        A table of pupils by year.
    """

    schools: Path
    roads: Path
    demand: Path
    zone: Path | None = None
    last: Path | None = None
    barriers: Path | None = None
    crossings: Path | None = None
    growth: Path | None = None


def of_files(files: Files, options: Options, tell: Tell) -> Inputs:
    """Read the files.

    Parameters
    ----------
    tell
        Is told what is being done.

    Raises
    ------
    InvalidFile
        Names file, row and field.
    """
    _check_together(files, options)
    schools, roads, demand, zone, last = files.schools, files.roads, files.demand, files.zone, files.last
    school_file, demand_file = read_places(schools), read_places(demand)
    remarks = [*school_file.remarks, *demand_file.remarks]
    rows, school_source = _counting_schools(school_file, options, remarks)
    found, school_ids, school_names, school_places, fields = _schools(school_file, rows, options, remarks)
    school_source |= fields
    people, demand_ids, demand_source = _demand(demand_file, options, remarks)
    later, growth_source = _grow(files.growth, people, demand_ids, options)
    if files.growth is not None:
        people = replace(people, pupils=later.pop(options.year))
    tell(Remark(N_("正在读道路 %(file)s"), file=roads.name))
    street_file, road_source = _streets(roads, options, remarks)
    frame, barriers, barrier_frame, barrier_source = _barriers(files, street_file.streets, remarks)
    tell(Remark(N_("正在把 %(count)s 条道路连成网络"), count=len(frame)))
    streets = street_graph(frame, mode=options.mode)
    errors = numpy.nan_to_num(street_file.streets["error_m"].to_numpy(dtype=float), nan=street_file.default_error_m)
    sources = {
        "schools": _source(school_file) | school_source,
        "demand": _source(demand_file) | demand_source,
        "roads": road_source,
    }
    sources |= barrier_source | growth_source
    return Inputs(
        schools=found, school_ids=school_ids, school_names=school_names, school_places=school_places,
        demand=people, demand_ids=demand_ids, demand_places=demand_file.places.geometry.to_numpy(),
        pupils_known=demand_source["demand_field"] is not None,
        streets=streets, street_frame=frame, street_error_m=float(numpy.median(errors)),
        outline=_outline(streets, zone, sources),
        last=_last_schools(last, demand_ids, school_ids, options, sources) if last else None,
        sources=sources, barriers=barriers, barrier_frame=barrier_frame, later=later, remarks=remarks,
    )  # fmt: skip


def _check_together(files: Files, options: Options) -> None:
    """Refuse files that say nothing without an option, or without another file."""
    if files.last is not None and options.method != "capacity":
        raise InvalidInput(N_("%(option)s 只用于按学位分配（capacity）"), option="last")
    if files.crossings is not None and files.barriers is None:
        raise InvalidInput(N_("--crossings 要和 --barriers 一起给出"))


def _grow(
    path: Path | None, people: Demand, ids: pandas.Series, options: Options
) -> tuple[dict[int, numpy.ndarray], dict[str, Source]]:
    """Pupils of each place in the year asked for and in later ones, where a table is given."""
    if path is None:
        return {}, {}
    if options.year is None:
        raise InvalidInput(N_("--growth 要和 --year 一起给出"))
    growth = read_growth(path)
    years = {options.year, *(year for year in growth.years(options.level) if year > options.year)}
    found = {year: growth.pupils(options.level, year, ids, people.pupils) for year in sorted(years)}
    return found, {"growth": {"file": path.name, "sha256": content_hash(path)}}


def _streets(path: Path, options: Options, remarks: list[Remark]) -> tuple[StreetFile, Source]:
    """The streets, and which of their fields says one-way; only who drives minds."""
    found = read_streets(path, oneway_field=options.oneway_field)
    remarks += found.remarks
    drives = options.mode == "drive"
    if drives and found.oneway_field is None:
        remarks.append(Remark(N_("%(file)s 没有单行字段，道路都按双向"), file=path.name))
    source = {"file": path.name, "layer": found.layer, "sha256": content_hash(path)}
    return found, source | {"oneway_field": found.oneway_field if drives else None}


def _barriers(
    files: Files, streets: geopandas.GeoDataFrame, remarks: list[Remark]
) -> tuple[geopandas.GeoDataFrame, Barriers | None, geopandas.GeoDataFrame | None, dict[str, Source]]:
    """The streets cut at what only crossings pass."""
    if files.barriers is None:
        return streets, None, None, {}
    frame = read_barriers(files.barriers)
    open_frame = frame[~frame["structure"].isin(ABOVE)]
    points = middles(read_places(files.crossings).places.geometry.to_numpy()) if files.crossings else ()
    barriers = barriers_of(open_frame.geometry.to_numpy(), numpy.array([p for p in points if p], dtype=object))
    cut, count = cut_streets(streets, barriers)
    message = N_("%(count)s 条道路在 %(file)s 处断开：不是桥梁、隧道，也没有通道")
    remarks.append(Remark(message, count=count, file=files.barriers.name))
    sources = {"barriers": {"file": files.barriers.name, "sha256": content_hash(files.barriers)}}
    if files.crossings is not None:
        sources["crossings"] = {"file": files.crossings.name, "sha256": content_hash(files.crossings)}
    return cut, barriers, frame, sources


def _outline(streets: Streets, zone: Path | None, sources: dict[str, Source]) -> BaseGeometry | None:
    sources["zone"] = {"file": None}
    if zone is None:
        return None
    file = read_places(zone)
    shapes = file.places.geometry.to_numpy()
    areas = shapes[shapely.get_dimensions(shapes) == 2]
    if not len(areas):
        raise InvalidFile(N_("%(file)s 里没有面，不能作范围"), file=zone.name)
    sources["zone"] = _source(file)
    return zone_outline(streets, areas)


def _last_schools(
    path: Path, demand_ids: pandas.Series, school_ids: pandas.Series, options: Options, sources: dict[str, Source]
) -> numpy.ndarray:
    """Last year's school of each place; of a place that was shared out the one that took most of it."""
    file = read_places(path, layer=RESULT_LAYER if path.suffix.lower() == ".gpkg" else None)
    fields = [
        place_fields.find_field(file, given if given in file.fields else None, place_fields.ID_FIELDS[kind])
        for kind, given in (("demand", options.demand_id_field), ("school", options.school_id_field))
    ]
    if None in fields or fields[0] == fields[1]:
        message = N_("%(file)s 里认不出去年的地点编号和学校编号；字段有：%(known)s")
        raise InvalidFile(message, file=path.name, known=", ".join(file.fields))
    sources["last"] = _source(file)
    rows = file.places.dropna(subset=fields)
    if "pupils" in rows.columns:
        rows = rows.sort_values("pupils", ascending=False, kind="stable")
    places, schools = (place_fields.plain_ids(rows[field]).map(str) for field in fields)
    number = {str(each): number for number, each in enumerate(school_ids)}
    school_of = dict(zip(reversed(list(places)), reversed(list(schools)), strict=True))
    return numpy.array([number.get(school_of.get(str(each)), -1) for each in demand_ids])


def _counting_schools(file: PlaceFile, options: Options, remarks: list[Remark]) -> tuple[numpy.ndarray, Source]:
    """Rows of the schools of the level that are open in the year."""
    counts = numpy.ones(len(file.places), dtype=bool)
    source: Source = {"level_field": None, "year_field": None}
    if options.level is not None:
        source["level_field"] = field = place_fields.find_field(file, None, place_fields.LEVEL_FIELDS)
        if field is None:
            remarks.append(Remark(N_("%(file)s 没有学段字段，学校都算在内"), file=file.path.name))
        else:
            counts &= place_fields.is_of_level(file.places[field], options.level)
    if options.year is not None:
        source["year_field"] = field = place_fields.find_field(file, None, place_fields.YEAR_FIELDS)
        if field is None:
            remarks.append(Remark(N_("%(file)s 没有开办年份字段，学校都算已开办"), file=file.path.name))
        else:
            opened = place_fields.years(file, field)
            counts &= ~(opened > options.year)
            unknown = int(numpy.isnan(opened).sum())
            if unknown:
                message = N_("%(file)s 有 %(count)s 所学校没有写开办年份，算已开办")
                remarks.append(Remark(message, file=file.path.name, count=unknown))
    if not counts.any():
        raise InvalidFile(N_("%(file)s 里没有该学段、该年份开办的学校"), file=file.path.name)
    return counts, source | {"left_out": int((~counts).sum())}


def _schools(file: PlaceFile, counts: numpy.ndarray, options: Options, remarks: list[Remark]) -> tuple:
    """The schools that count, their ids, names and shapes, and the fields that were taken."""
    all_ids, id_field = place_fields.ids(file, options.school_id_field, place_fields.ID_FIELDS["school"])
    seats_field = place_fields.find_field(file, options.capacity_field, place_fields.CAPACITY_FIELDS)
    seats = place_fields.figures(file, seats_field) if seats_field else numpy.full(len(file.places), numpy.nan)
    if options.method == "capacity" and (missing := numpy.isnan(seats) & counts).any():
        if seats_field is None:
            message = N_("%(file)s 里认不出哪个字段是学位数，请用 --capacity-field 指明；字段有：%(known)s")
            raise InvalidFile(message, file=file.path.name, known=", ".join(file.fields))
        message = N_("%(file)s 第 %(row)s 行：%(field)s 是空的，按学位分配时每所学校都要有学位数")
        raise InvalidFile(message, file=file.path.name, row=int(file.places.index[missing][0]), field=seats_field)
    if id_field is None:
        remarks.append(Remark(N_("%(file)s 里认不出编号字段，用行号作编号"), file=file.path.name))
    shapes = file.places.geometry.to_numpy()[counts]
    gates, school = gates_of(shapes)
    if shapely.is_missing(gates).all():
        raise InvalidFile(N_("%(file)s 里没有一所学校有位置"), file=file.path.name)
    name_field = place_fields.find_field(file, None, place_fields.NAME_FIELDS)
    names = list(file.places[name_field][counts]) if name_field else [None] * int(counts.sum())
    names = [name if isinstance(name, str) else None for name in names]
    ids = all_ids[counts].reset_index(drop=True)
    fields = {"id_field": id_field, "capacity_field": seats_field}
    return Schools(gates, school, seats[counts]), ids, names, shapes, fields


def _demand(file: PlaceFile, options: Options, remarks: list[Remark]) -> tuple[Demand, pandas.Series, Source]:
    ids, id_field = place_fields.ids(file, options.demand_id_field, place_fields.ID_FIELDS["demand"])
    if id_field is None:
        remarks.append(Remark(N_("%(file)s 里认不出编号字段，用行号作编号"), file=file.path.name))
    by_rate = options.rate_per_thousand is not None
    guesses = (*place_fields.DEMAND_FIELDS.get(options.level, ()), *place_fields.DEMAND_FIELDS[None])
    field = place_fields.find_field(file, options.demand_field, place_fields.POPULATION_FIELDS if by_rate else guesses)
    if field is None and by_rate:
        message = N_("%(file)s 里认不出人口字段，请用 --demand-field 指明；字段有：%(known)s")
        raise InvalidFile(message, file=file.path.name, known=", ".join(file.fields))
    if field is None:
        pupils = numpy.ones(len(file.places))
        remarks.append(Remark(N_("%(file)s 里认不出学生数字段，每处按 1 人计"), file=file.path.name))
    else:
        pupils = place_fields.figures(file, field)
        unknown = int(numpy.isnan(pupils).sum())
        if unknown:
            message = N_("%(file)s 有 %(count)s 处没有学生数，只计位置、不计人数")
            remarks.append(Remark(message, file=file.path.name, count=unknown))
    source: Source = {"id_field": id_field, "demand_field": field}
    if by_rate:
        pupils = pupils * options.rate_per_thousand / THOUSAND
        source |= {"rate_per_thousand": options.rate_per_thousand, "rate_source": options.rate_source}
        message = N_("学生数按人口每千人 %(rate)s 名推算，出处：%(source)s")
        remarks.append(Remark(message, rate=options.rate_per_thousand, source=options.rate_source))
    return Demand(middles(file.places.geometry.to_numpy()), pupils), ids.reset_index(drop=True), source


def _source(file: PlaceFile) -> Source:
    return {"file": file.path.name, "layer": file.layer, "sha256": content_hash(file.path)}


def content_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
