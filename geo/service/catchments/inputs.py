"""What catchments are computed from: schools, demand and streets, and where each comes from."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas
import numpy
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.areas import zone_outline
from geo.analysis.catchments.assigning import STANDARD_M, Demand, Schools
from geo.analysis.catchments.snapping import MAX_SNAP_M
from geo.analysis.catchments.streets import Mode, Streets, street_graph
from geo.exchange.files import place_fields, read_places, read_streets
from geo.exchange.files.places import PlaceFile
from geo.model.errors import InvalidFile, InvalidInput, N_
from geo.model.remark import Remark

METHODS = ("nearest", "service", "capacity")
RESULT_LAYER = "assignments"
LEVELS = ("primary", "junior")
MODES = ("walk", "drive")
THOUSAND = 1000
MOST_PRICE_M = 1_000_000.0

Source = dict[str, object]
Tell = Callable[[Remark], None]


@dataclass(frozen=True)
class Options:
    """What is asked.

    Parameters
    ----------
    level
        Only schools of it count, and its standard; None counts all, by the standard of primary schools.
    year
        Only schools open in it count; None counts all.
    standard_m
        How far a pupil should walk at most; None takes that of the level.
    max_snap_m
        How far from the nearest street a place may lie.
    whole, time_limit_s
        Whether no place's pupils are split among schools, and how long the search for that may take.
    pins, bans
        Ids of a place and of the school to which it must, or must not, go.
    change_price_m
        What it costs that a pupil changes school, metres of walk; where last year's schools are given.
    rate_per_thousand, rate_source
        Pupils of the level to a thousand residents, and whose figure of which year that is; then `demand_field` holds
        residents.
    """

    method: str = "nearest"
    level: str | None = None
    year: int | None = None
    mode: Mode = "walk"
    standard_m: float | None = None
    max_snap_m: float = MAX_SNAP_M
    whole: bool = False
    time_limit_s: float = 60.0
    pins: tuple[tuple[str, str], ...] = ()
    bans: tuple[tuple[str, str], ...] = ()
    change_price_m: float = 500.0
    oneway_field: str | None = None
    school_id_field: str | None = None
    demand_id_field: str | None = None
    capacity_field: str | None = None
    demand_field: str | None = None
    rate_per_thousand: float | None = None
    rate_source: str | None = None

    def __post_init__(self) -> None:
        positive = {
            "max-snap-m": self.max_snap_m,
            "standard-m": self.walk_standard_m,
            "time-limit-s": self.time_limit_s,
        }
        for name, value in positive.items():
            if not 0 < value < math.inf:
                raise InvalidInput(N_("%(option)s 应大于 0，现为 %(given)s"), option=name, given=value)

        if not 0 <= self.change_price_m < MOST_PRICE_M:
            message = N_("%(option)s 应不小于 0 且小于 %(most)s，现为 %(given)s")
            raise InvalidInput(message, option="change-price-m", most=MOST_PRICE_M, given=self.change_price_m)
        if (self.rate_per_thousand is None) != (not (self.rate_source or "").strip()):
            raise InvalidInput(N_("千人指标和它的出处要一起给出：--rate-per-thousand 与 --rate-source"))
        if self.rate_per_thousand is not None and not 0 < self.rate_per_thousand <= THOUSAND:
            message = N_("%(option)s 应大于 0 且不超过 %(most)s，现为 %(given)s")
            raise InvalidInput(message, option="rate-per-thousand", most=THOUSAND, given=self.rate_per_thousand)
        if self.method != "capacity" and (self.whole or self.pins or self.bans):
            raise InvalidInput(N_("%(option)s 只用于按学位分配（capacity）"), option="whole, pin, ban")

    @property
    def walk_standard_m(self) -> float:
        return STANDARD_M[self.level or "primary"] if self.standard_m is None else self.standard_m


@dataclass(frozen=True)
class Inputs:
    """Everything that a computation needs.

    Parameters
    ----------
    school_ids, school_names
        Of the schools that count, in their order.
    school_places
        Their shapes in EPSG:4326.
    demand_ids, demand_places
        Of the demand.
    pupils_known
        Whether the demand has figures; without any each place counts as one.
    street_frame
        The rows that `streets` is made of.
    street_error_m
        Error of the street's middle line, the middle one of all.
    outline
        To which areas are cut, in the plane of the streets; None for the hull of streets and places.
    last
        Number of last year's school of each place, -1 for none; None where last year is not known.
    sources
        Of `schools`, `demand` and `roads`: file, layer, fields, content hash.
    remarks
        Choices and doubts.
    """

    schools: Schools
    school_ids: pandas.Series
    school_names: list[str | None]
    school_places: numpy.ndarray
    demand: Demand
    demand_ids: pandas.Series
    demand_places: numpy.ndarray
    pupils_known: bool
    streets: Streets
    street_frame: geopandas.GeoDataFrame
    street_error_m: float
    outline: BaseGeometry | None
    last: numpy.ndarray | None
    sources: dict[str, Source]
    remarks: list[Remark] = field(default_factory=list)


def of_files(
    schools: Path,
    roads: Path,
    demand: Path,
    options: Options,
    tell: Tell,
    *,
    zone: Path | None = None,
    last: Path | None = None,
) -> Inputs:
    """Read the files.

    Parameters
    ----------
    tell
        Is told what is being done.
    zone
        Areas to which catchments are cut; without any it is the hull of streets and places.
    last
        Last year's result, or any file that has the ids of places and of their schools.

    Raises
    ------
    InvalidFile
        Names file, row and field.
    """
    if last is not None and options.method != "capacity":
        raise InvalidInput(N_("%(option)s 只用于按学位分配（capacity）"), option="last")
    school_file, demand_file = read_places(schools), read_places(demand)
    remarks = [*school_file.remarks, *demand_file.remarks]
    rows, school_source = _counting_schools(school_file, options, remarks)
    found, school_ids, school_names, school_places, fields = _schools(school_file, rows, options, remarks)
    school_source |= fields
    people, demand_ids, demand_source = _demand(demand_file, options, remarks)
    tell(Remark(N_("正在读道路 %(file)s"), file=roads.name))
    street_file = read_streets(roads, oneway_field=options.oneway_field)
    remarks += street_file.remarks
    if options.mode == "drive" and street_file.oneway_field is None:
        remarks.append(Remark(N_("%(file)s 没有单行字段，道路都按双向"), file=roads.name))
    tell(Remark(N_("正在把 %(count)s 条道路连成网络"), count=len(street_file.streets)))
    streets = street_graph(street_file.streets, mode=options.mode)
    errors = numpy.nan_to_num(street_file.streets["error_m"].to_numpy(dtype=float), nan=street_file.default_error_m)
    sources = {
        "schools": _source(school_file) | school_source,
        "demand": _source(demand_file) | demand_source,
        "roads": {"file": roads.name, "layer": street_file.layer, "sha256": _digest(roads)}
        | {"oneway_field": street_file.oneway_field if options.mode == "drive" else None},
    }
    return Inputs(
        schools=found, school_ids=school_ids, school_names=school_names, school_places=school_places,
        demand=people, demand_ids=demand_ids, demand_places=demand_file.places.geometry.to_numpy(),
        pupils_known=demand_source["demand_field"] is not None,
        streets=streets, street_frame=street_file.streets, street_error_m=float(numpy.median(errors)),
        outline=_outline(streets, zone, sources),
        last=_last_schools(last, demand_ids, school_ids, options, sources) if last else None,
        sources=sources, remarks=remarks,
    )  # fmt: skip


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
    name_field = place_fields.find_field(file, None, place_fields.NAME_FIELDS)
    names = list(file.places[name_field][counts]) if name_field else [None] * int(counts.sum())
    names = [name if isinstance(name, str) else None for name in names]
    ids = all_ids[counts].reset_index(drop=True)
    fields = {"id_field": id_field, "capacity_field": seats_field}
    return Schools(gates, school, seats[counts]), ids, names, shapes, fields


def gates_of(shapes: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Of several points each is a gate; an area has one, in its middle."""
    parts, school = shapely.get_parts(numpy.where(_is_multipoint(shapes), shapes, None), return_index=True)
    single = numpy.flatnonzero(~_is_multipoint(shapes))
    gates = numpy.concatenate([parts, middles(shapes[single])])
    return gates, numpy.concatenate([school, single])


def _is_multipoint(shapes: numpy.ndarray) -> numpy.ndarray:
    return shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT


def middles(shapes: numpy.ndarray) -> numpy.ndarray:
    """A point for each shape: itself, the middle of an area, or where that is outside a point inside."""
    points = shapely.centroid(shapes)
    area = shapely.get_dimensions(shapes) == 2
    inside = numpy.where(area & ~shapely.intersects(shapes, points), shapely.point_on_surface(shapes), points)
    return inside


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
    return {"file": file.path.name, "layer": file.layer, "sha256": _digest(file.path)}


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
