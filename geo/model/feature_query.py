"""The one question that every store answers about a layer's features."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

from geo.model.filter import Operation

DEFAULT_LIMIT = 10
"""Features in one page where a client names no limit."""

MAX_LIMIT = 10_000
"""Most features in one page."""


@dataclass(frozen=True)
class Condition:
    """A condition on one property: equal to one of `values`, or between `minimum` and `maximum` (inclusive)."""

    field: str
    values: tuple[object, ...] = ()
    minimum: float | str | None = None
    maximum: float | str | None = None


@dataclass(frozen=True)
class Order:
    field: str
    descending: bool = False


@dataclass(frozen=True)
class FeatureQuery:
    """Which features of a layer, and how many.

    Parameters
    ----------
    bbox
        min lon, min lat, max lon, max lat, EPSG:4326; features that touch it. Features without a geometry never do.
    within
        An area or line in EPSG:4326; features that intersect it.
    year
        Adds the status as of the end of that year: the last reported row of that year or an earlier one.
        Without it no status columns are returned.
    search
        Words found in name, id, place or pinyin initials.
    conditions
        All must hold. With `year`, `stage`, `flag`, `progress_pct`, `status_year` and `value` may be named as well.
    filter
        Must hold as well; it may name what `conditions` may.
    between
        First and last ISO date; features whose planned time meets it.
    schematic
        Whether schematic positions count as geometry. Otherwise they come with a null geometry and match no place.
    retired
        Whether retired features are included.
    """

    bbox: tuple[float, float, float, float] | None = None
    within: "BaseGeometry | None" = None
    year: int | None = None
    search: str | None = None
    conditions: tuple[Condition, ...] = ()
    filter: Operation | None = None
    between: tuple[str | None, str | None] | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    schematic: bool = False
    retired: bool = False


STATUS_COLUMNS = (
    "status_year",
    "stage",
    "flag",
    "progress_pct",
    "investment_planned_cny_10k",
    "investment_done_cny_10k",
    "seats_delivered",
    "value",
    "status_note",
    "status_demo",
)
"""Columns that a query with a `year` adds."""

ITEMS_PARAMETERS = frozenset(
    "as_of bbox bbox-crs crs filter filter-lang filter-crs limit offset year q within buffer_m schematic "
    "include_retired sortby datetime f lang".split()
)
"""Parameters of a question about features that are no property filter."""

PARAMETERS = ITEMS_PARAMETERS | {"collections", "cells", "layers", "format", "match_schematic"}
"""Those of every address; no field can be named like one."""
