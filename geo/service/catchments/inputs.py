"""What catchments are computed from: schools, demand and streets, and where each comes from."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import geopandas
import numpy
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.catchments.assigning import STANDARD_M, Demand, Schools
from geo.analysis.catchments.barriers import Barriers
from geo.analysis.catchments.snapping import MAX_SNAP_M
from geo.analysis.catchments.streets import Mode, Streets
from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark

METHODS = ("nearest", "service", "capacity")
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
    last_year
        With the store: the year whose nearest schools are last year's.
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
    last_year: int | None = None
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
        if self.method != "capacity" and self.last_year is not None:
            raise InvalidInput(N_("%(option)s 只用于按学位分配（capacity）"), option="last_year")
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
    demand_ids, demand_places, demand_names
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
    barriers, barrier_frame
        What only crossings pass, and the same as it came, with a `name`; None where there is none.
    later
        Pupils of each place in later years, where a table tells them.
    sources
        Of `schools`, `demand` and `roads`: file, layer, fields, content hash; or layers with their revisions.
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
    demand_names: list[str | None] = field(default_factory=list)
    barriers: Barriers | None = None
    barrier_frame: geopandas.GeoDataFrame | None = None
    later: dict[int, numpy.ndarray] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def barrier_shapes(self) -> numpy.ndarray:
        return self.barriers.shapes if self.barriers else numpy.empty(0, dtype=object)


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
