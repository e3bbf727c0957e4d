"""What the office asks about features: pages, one item, totals, words found."""

from dataclasses import dataclass, replace
from difflib import get_close_matches

from geo.analysis.schedule import Lamp
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer, Ratio
from geo.model.status import NOT_REPORTED, AnnualStatus
from geo.model.units import convert
from geo.service import lamps
from geo.store.base import Page, Store, Summary

MAX_SIMILAR = 5
SIMILAR_AMONG = 1000
"""Ids compared with a wrong one; a larger layer is searched by its words only."""


@dataclass(frozen=True)
class Items:
    """A page of features with their figures, and how many there are in all."""

    page: Page
    properties: list[dict]
    matched: int


@dataclass(frozen=True)
class ReportedYear:
    """A reported status, how far the plan would be at the end of its year, and the lamp that compares the two."""

    status: AnnualStatus
    planned_progress_pct: float | None
    lamp: Lamp


@dataclass(frozen=True)
class Item:
    """One feature with its figures and every reported year."""

    page: Page
    properties: dict
    reported: list[ReportedYear]


def find_items(store: Store, layer_id: str, query: FeatureQuery, *, state: str | None = None) -> Items:
    """One page of a layer with computed figures, and the number of all that match; `state` as in `Store.count`."""
    layer = store.catalog[layer_id]
    page = store.read_page(layer_id, query, state=state)
    is_last = query.limit is not None and len(page) < query.limit and (len(page) or not query.offset)
    matched = query.offset + len(page) if is_last else store.count(layer_id, query, state=state)
    return Items(page, properties_of(layer, page, query.year), matched)


def find_item(store: Store, layer_id: str, feature_id: str, *, year: int | None, schematic: bool) -> Item:
    """One feature, retired ones included.

    Raises
    ------
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[layer_id]
    page = store.read_feature(layer_id, feature_id, year=year, schematic=schematic)
    properties = properties_of(layer, page, year)[0]
    reported = [_reported_year(layer, properties, status) for status in store.statuses(layer_id, feature_id)]
    return Item(page, properties, reported)


def summarise(store: Store, queries: dict[str, FeatureQuery], *, cells: int = 0) -> dict[str, Summary]:
    """Count and totals of each layer's query."""
    return {
        layer_id: store.summarise(
            layer_id, query, fields=[field.name for field in store.catalog[layer_id].totals], cells=cells
        )
        for layer_id, query in queries.items()
    }


def similar(store: Store, layer_id: str, feature_id: str) -> list[tuple[str, str]]:
    """Ids and names of features that a reader with a wrong id may have meant; at most `MAX_SIMILAR`."""
    found = store.read_page(layer_id, FeatureQuery(search=feature_id, limit=MAX_SIMILAR))
    is_found = bool(len(found))
    if not is_found:
        found = store.read_page(layer_id, FeatureQuery(limit=SIMILAR_AMONG))
    names = {
        row_id: dict(zip(found.columns, row, strict=True))["name"]
        for row_id, row in zip(found.ids, found.rows, strict=True)
    }
    alike = get_close_matches(feature_id, names, n=MAX_SIMILAR, cutoff=0.4)
    alike = alike or (list(names) if is_found else [])
    return [(each, names[each] or each) for each in alike]


def properties_of(layer: Layer, page: Page, year: int | None = None) -> list[dict]:
    """Every feature's properties: the layer's fields, its ratios, and with a year its status and lamp as of then."""
    rows = [dict(zip(page.columns, row, strict=True)) for row in page.rows]
    for ratio in layer.ratios:
        _add_ratio(layer, ratio, rows)
    if year is not None and layer.status.kind != "none":
        for feature_id, properties in zip(page.ids, rows, strict=True):
            _add_progress(layer, feature_id, properties, year)
    return rows


def _add_ratio(layer: Layer, ratio: Ratio, rows: list[dict]) -> None:
    """Add a computed figure such as land per pupil; None where a part is unknown or the divisor is 0."""
    top_size = _size(layer, ratio.numerator, ratio.numerator_unit)
    bottom_size = _size(layer, ratio.denominator, ratio.denominator_unit)
    for properties in rows:
        top, bottom = _number(properties.get(ratio.numerator)), _number(properties.get(ratio.denominator))
        known = top is not None and bottom
        properties[ratio.name] = round(top * top_size / (bottom * bottom_size), ratio.decimals) if known else None


def _size(layer: Layer, name: str, unit: str | None) -> float:
    """One of a field's unit in the unit that a ratio wants, looked up once for all rows."""
    field = layer.field(name)
    return 1.0 if unit is None or field is None or field.unit is None else convert(1.0, field.unit, unit)


def _add_progress(layer: Layer, feature_id: str, properties: dict, year: int) -> None:
    if layer.status.kind == "construction":
        properties["stage"] = properties["stage"] or NOT_REPORTED
        properties["planned_progress_pct"] = lamps.planned_progress_pct(properties, year)
    properties["lamp"] = lamps.lamp_of(layer, properties, lamps.report_in(layer, feature_id, properties), year).colour


def _reported_year(layer: Layer, properties: dict, status: AnnualStatus) -> ReportedYear:
    lamp = lamps.lamp_of(layer, properties, status, status.year)
    planned = lamps.planned_progress_pct(properties, status.year) if layer.status.kind == "construction" else None
    return ReportedYear(status, planned, lamp)


def _number(value: object) -> float | None:
    """A stored number; None for what another program wrote that is none."""
    return value if isinstance(value, int | float) else None


def without_paging(query: FeatureQuery) -> FeatureQuery:
    """The same question about all features."""
    return replace(query, limit=None, offset=0)
