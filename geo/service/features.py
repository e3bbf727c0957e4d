"""What the office asks about features: pages, one item, totals, words found, areas marked on the map."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis import schedule
from geo.analysis.measuring import area_m2, buffer
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer, Ratio
from geo.model.status import NOT_REPORTED, AnnualStatus
from geo.model.units import SQUARE_METRES_PER_MU, convert
from geo.store.base import Page, Store, Summary

MAX_BUFFER_M = 100_000


@dataclass(frozen=True)
class Items:
    """A page of features with their figures, and how many there are in all."""

    page: Page
    properties: list[dict]
    matched: int


@dataclass(frozen=True)
class Item:
    """One feature with its figures and every reported year."""

    page: Page
    properties: dict
    statuses: list[AnnualStatus]


@dataclass(frozen=True)
class Area:
    """A marked area in EPSG:4326 and its size on the ellipsoid."""

    geometry: BaseGeometry
    area_m2: float

    @property
    def area_mu(self) -> float:
        return self.area_m2 / SQUARE_METRES_PER_MU


def find_items(store: Store, layer_id: str, query: FeatureQuery) -> Items:
    """One page of a layer with computed figures, and the number of all that match."""
    layer = store.catalog[layer_id]
    page = store.read_page(layer_id, query)
    return Items(page, properties_of(layer, page, query.year), store.count(layer_id, query))


def find_item(store: Store, layer_id: str, feature_id: str, *, year: int | None, schematic: bool) -> Item:
    """One feature, retired ones included.

    Raises
    ------
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[layer_id]
    page = store.read_feature(layer_id, feature_id, year=year, schematic=schematic)
    return Item(page, properties_of(layer, page, year)[0], store.statuses(layer_id, feature_id))


def summarise(
    store: Store, queries: dict[str, FeatureQuery], *, cells: int = 0
) -> dict[str, Summary]:
    """Count and totals of each layer's query."""
    return {
        layer_id: store.summarise(
            layer_id, query, fields=[field.name for field in store.catalog[layer_id].totals], cells=cells
        )
        for layer_id, query in queries.items()
    }


def search(store: Store, text: str, *, limit: int, year: int | None, schematic: bool) -> Iterable[tuple[Layer, Items]]:
    """Features of every layer whose name, id, place or pinyin initials hold the words, at most `limit` in all."""
    for layer in store.catalog.values():
        if limit <= 0:
            return
        query = FeatureQuery(search=text, limit=limit, year=year, schematic=schematic)
        page = store.read_page(layer.id, query)
        if len(page):
            limit -= len(page)
            yield layer, Items(page, properties_of(layer, page, year), len(page))


def marked_area(store: Store, within: str, buffer_m: float | None) -> Area:
    """The shape that a reader marked.

    Parameters
    ----------
    within
        WKT in lon/lat degrees, or `<layer>/<feature_id>`.
    buffer_m
        Metres around it, or None for the shape itself.

    Raises
    ------
    InvalidInput
        If the text is neither, the feature has no position, or the shape is not valid.
    LayerNotFound, FeatureNotFound
    """
    shape = _shape_of_feature(store, within) if _names_feature(store, within) else _shape_of_wkt(within)
    if buffer_m is not None:
        if not 0 < buffer_m <= MAX_BUFFER_M:
            raise InvalidInput(
                N_("缓冲距离 buffer_m 应大于 0 且不超过 %(max)s 米，现为 %(given)s"), max=MAX_BUFFER_M, given=buffer_m
            )
        shape = buffer(shape, buffer_m)
    return Area(shape, area_m2(shape))


def _names_feature(store: Store, within: str) -> bool:
    return within.partition("/")[0] in store.catalog


def _shape_of_feature(store: Store, within: str) -> BaseGeometry:
    layer_id, _, feature_id = within.partition("/")
    page = store.read_feature(layer_id, feature_id, schematic=True)
    if page.wkb[0] is None:
        raise InvalidInput(N_("“%(within)s”没有位置，不能用来圈选"), within=within)
    return shapely.from_wkb(page.wkb[0])


def _shape_of_wkt(within: str) -> BaseGeometry:
    try:
        shape = shapely.from_wkt(within)
    except shapely.errors.GEOSException:
        raise InvalidInput(
            N_("圈选范围 within 应为 WKT（经度 纬度）或“图层/编号”，例如 POLYGON((114 33, 114.1 33, 114.1 33.1, 114 33))")
        ) from None
    if shape.is_empty or not shape.is_valid:
        raise InvalidInput(N_("圈选范围无效：%(reason)s"), reason=shapely.is_valid_reason(shape))
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput(N_("圈选范围超出经纬度范围：应先经度后纬度，单位为度"))
    return shapely.force_2d(shape)


def properties_of(layer: Layer, page: Page, year: int | None = None) -> list[dict]:
    """Every feature's properties: the layer's fields, its ratios, and with a year its status and lamp as of that year."""
    rows = [dict(zip(page.columns, row, strict=True)) for row in page.rows]
    for properties in rows:
        for ratio in layer.ratios:
            properties[ratio.name] = ratio_of(layer, ratio, properties)
        if year is not None and layer.status.kind != "none":
            _add_progress(layer, properties, year)
    return rows


def ratio_of(layer: Layer, ratio: Ratio, properties: dict) -> float | None:
    """A computed figure such as land per pupil; None where a part is unknown or the divisor is 0."""
    top = _in_unit(layer, properties, ratio.numerator, ratio.numerator_unit)
    bottom = _in_unit(layer, properties, ratio.denominator, ratio.denominator_unit)
    return round(top / bottom, ratio.decimals) if top is not None and bottom else None


def _in_unit(layer: Layer, properties: dict, name: str, unit: str | None) -> float | None:
    value = properties.get(name)
    field = layer.field(name)
    if value is None or unit is None or field is None or field.unit is None:
        return value
    return convert(value, field.unit, unit)


def _add_progress(layer: Layer, properties: dict, year: int) -> None:
    if layer.status.kind == "measurement":
        # A value measured in an earlier year says nothing of this one.
        current = properties["value"] if properties["status_year"] == year else None
        target = properties.get(layer.status.target) if layer.status.target else None
        properties["lamp"] = schedule.measurement_lamp(current, target, layer.status.better)
        return
    start, finish = _date(properties.get("planned_start")), _date(properties.get("planned_finish"))
    on = schedule.year_end(year)
    properties["planned_progress_pct"] = schedule.planned_progress_pct(start, finish, on)
    properties["lamp"] = schedule.construction_lamp(
        start,
        finish,
        on,
        stage=properties["stage"] or NOT_REPORTED,
        progress_pct=properties["progress_pct"],
        status_year=properties["status_year"],
    )


def _date(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def without_paging(query: FeatureQuery) -> FeatureQuery:
    """The same question about all features."""
    return replace(query, limit=None, offset=0)
