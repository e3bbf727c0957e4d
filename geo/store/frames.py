"""Frames in and out: every id, value and geometry checked before it is written; pages put together again.

Pandas is loaded where it is used: most that is read and all that is exported goes without it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidFeatures, N_
from geo.model.journal import KEEP, FeatureChange
from geo.model.layer import Field, FieldType, Layer
from geo.model.page import Page
from geo.model.validity import invalid_reason
from geo.store.values import are_kept, typed
from geo.store.wkb import is_multi

if TYPE_CHECKING:
    import geopandas
    import pandas

DTYPES: dict[FieldType, str] = {
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "text": "object",
    "date": "object",
}

VALUE_FAULTS: dict[FieldType, str] = {
    "text": N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的“%(field)s”应为文字，现为“%(given)s”"),
    "integer": N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的“%(field)s”应为整数，现为“%(given)s”"),
    "number": N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的“%(field)s”应为数字，现为“%(given)s”"),
    "date": N_(
        "图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的“%(field)s”应为日期（如 2023-01-31），现为“%(given)s”"
    ),
    "boolean": N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的“%(field)s”应为真或假，现为“%(given)s”"),
}


def _has_type(shapes: np.ndarray, kind: str) -> np.ndarray:
    kinds = {kind, kind.removeprefix("Multi")} if is_multi(kind) else {kind}
    return np.isin(shapely.get_type_id(shapes), [shapely.GeometryType[name.upper()] for name in kinds])


def _is_on_earth(shapes: np.ndarray, _kind: str) -> np.ndarray:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    passed = np.ones(len(shapes), dtype=bool)
    passed[owner[~(np.abs(coordinates) <= [180, 90]).all(axis=1)]] = False  # NaN is not <= 180 either
    return passed


GEOMETRY_CHECKS: tuple[tuple[Callable[[np.ndarray, str], np.ndarray], str], ...] = (
    (_has_type, N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的几何应为 %(type)s，现为 %(given)s")),
    (
        lambda shapes, _kind: ~shapely.is_empty(shapes),
        N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的几何是空的；没有位置就不要给几何"),
    ),
    (
        lambda shapes, _kind: ~shapely.has_z(shapes),
        N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的几何带有高程，应为平面坐标"),
    ),
    (
        _is_on_earth,
        N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的坐标不是经纬度（先经度后纬度，单位为度）"),
    ),
    (
        lambda shapes, _kind: shapely.is_valid(shapes),
        N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的几何无效：%(reason)s"),
    ),
)
"""What a geometry must hold, in the order in which it is looked at."""


@dataclass(frozen=True)
class FeatureRows:
    """A frame's features as rows of their layer's table.

    Parameters
    ----------
    columns
        Values by column: `feature_id`, `geom` (WKB or None) where the layer has a geometry, and every field.
    bounds
        min lon, min lat, max lon, max lat of all geometries; None where there is none.
    """

    columns: dict[str, Sequence]
    bounds: tuple[float, float, float, float] | None

    @property
    def ids(self) -> Sequence[str]:
        return self.columns["feature_id"]

    def batches(self, size: int) -> Iterator[dict[str, Sequence]]:
        """The columns, so many rows at a time."""
        for start in range(0, len(self.ids), size):
            yield {name: column[start : start + size] for name, column in self.columns.items()}


def rows_of(layer: Layer, features: "geopandas.GeoDataFrame | pandas.DataFrame") -> FeatureRows:
    """Check a frame and take it apart.

    Raises
    ------
    InvalidFeatures
        On the first fault, naming layer, row (from 1), feature and field.
    """
    ids = _checked_ids(layer, features.index)
    values, shapes = _split(layer, features)
    _check_columns(layer, values)
    columns: dict[str, Sequence] = {"feature_id": ids, **_geometry_column(layer, ids, shapes)}
    for field in layer.fields:
        columns[field.name] = _checked_values(layer, ids, field, values.get(field.name))
    present = shapes[~shapely.is_missing(shapes)]
    return FeatureRows(columns, tuple(shapely.total_bounds(present).tolist()) if len(present) else None)


def checked_changes(layer: Layer, changes: Sequence[FeatureChange], numbers: Sequence[int]) -> list[dict[str, object]]:
    """The columns that each change sets, checked as those of a frame are; `geom` as WKB or None, unless it is kept.

    Parameters
    ----------
    changes
        Of different features.
    numbers
        Of the changes, from 1, for the words of a fault.

    Raises
    ------
    InvalidFeatures
        On the first fault, naming layer, row, feature and field.
    """
    alike: dict[tuple, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        alike[*change.properties, change.geometry is KEEP].append(place)
    checked: list[dict[str, object]] = [{} for _ in changes]
    try:
        for places in alike.values():
            rows = _checked_together(layer, [changes[place] for place in places], numbers[places[0]])
            for place, row in zip(places, rows, strict=True):
                checked[place] = row
    except InvalidFeatures:  # of many the first by its number
        for change, number in zip(changes, numbers, strict=True):
            _checked_together(layer, [change], number)
        raise
    return checked


def _checked_together(layer: Layer, changes: Sequence[FeatureChange], first_row: int) -> list[dict[str, object]]:
    """The columns that changes of the same fields set."""
    import pandas

    ids = _checked_ids(layer, pandas.Index([change.feature_id for change in changes], dtype="object"), first_row)
    names = list(changes[0].properties)
    _check_columns(layer, pandas.DataFrame(columns=names))
    columns: dict[str, Sequence] = {}
    for name in names:
        given = pandas.Series([change.properties[name] for change in changes], dtype=object)
        columns[name] = _checked_values(layer, ids, layer.field(name), given, first_row)
    if changes[0].geometry is not KEEP:
        shapes = np.array([change.geometry for change in changes], dtype=object)
        columns |= _geometry_column(layer, ids, shapes, first_row)
    if not columns:
        return [{} for _ in changes]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def frame_of(pages: Iterable[Page], fields: Iterable[Field]) -> "geopandas.GeoDataFrame":
    """Pages of one query as one frame, its columns of the types that `fields` say; see `Store.read_frame`."""
    import geopandas
    import pandas

    pages = list(pages)
    frame = pandas.DataFrame.from_records(
        [row for page in pages for row in page.rows],
        columns=pages[0].columns,
        index=pandas.Index(
            [feature_id for page in pages for feature_id in page.ids], name="feature_id", dtype="object"
        ),
    )
    types = {field.name: DTYPES[field.type] for field in fields if field.name in frame}
    shapes = shapely.from_wkb([wkb for page in pages for wkb in page.wkb])
    return geopandas.GeoDataFrame(frame.astype(types), geometry=shapes, crs=STORED_CRS)


def _checked_ids(layer: Layer, index: "pandas.Index", first_row: int = 1) -> list[str]:
    ids, seen = index.tolist(), set()
    for row, feature_id in enumerate(ids, first_row):
        if not _is_id(feature_id):
            raise InvalidFeatures(
                N_("图层“%(layer)s”第 %(row)s 个要素的 feature_id 应为文字，首尾无空格，不含控制符，现为“%(given)s”"),
                layer=layer.id,
                row=row,
                given=_short(feature_id),
            )
        if feature_id in seen:
            raise InvalidFeatures(
                N_("图层“%(layer)s”第 %(row)s 个要素的 feature_id“%(feature_id)s”与前面的重复"),
                layer=layer.id,
                row=row,
                feature_id=feature_id,
            )
        seen.add(feature_id)
    return ids


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value != "" and value.isprintable() and value == value.strip()


def _split(
    layer: Layer, features: "geopandas.GeoDataFrame | pandas.DataFrame"
) -> "tuple[pandas.DataFrame, np.ndarray]":
    """Values and geometries; a plain frame has none, as has a GeoDataFrame without its geometry column."""
    import geopandas
    import pandas

    if not isinstance(features, geopandas.GeoDataFrame) or features.active_geometry_name is None:
        return pandas.DataFrame(features), np.full(len(features), None)
    shapes = np.asarray(features.geometry.array, dtype=object)
    if len(features) and (features.crs is None or not features.crs.equals(STORED_CRS, ignore_axis_order=True)):
        crs = features.crs and features.crs.name
        raise InvalidFeatures(N_("图层“%(layer)s”的要素应为 EPSG:4326，现为“%(given)s”"), layer=layer.id, given=crs)
    return pandas.DataFrame(features.drop(columns=features.active_geometry_name)), shapes


def _check_columns(layer: Layer, values: "pandas.DataFrame") -> None:
    for name in values.columns:
        if layer.field(name) is None:
            raise InvalidFeatures(N_("图层“%(layer)s”没有字段“%(field)s”"), layer=layer.id, field=name)
    if not values.columns.is_unique:
        name = values.columns[values.columns.duplicated()][0]
        raise InvalidFeatures(N_("图层“%(layer)s”的字段“%(field)s”有两列"), layer=layer.id, field=name)


def _checked_values(
    layer: Layer, ids: list[str], field: Field, column: "pandas.Series | None", first_row: int = 1
) -> list:
    if column is None:
        return [None] * len(ids)
    choices = {choice.value for choice in field.values}
    values = column.tolist()
    if are_kept(field.type, values) and (not choices or choices.issuperset(set(values) - {None})):
        return values
    checked = []
    for row, (value, unknown) in enumerate(zip(values, column.isna().tolist(), strict=True)):
        try:
            checked.append(None if unknown else typed(field.type, value))
        except ValueError:
            message = VALUE_FAULTS[field.type]
            raise _fault(message, layer, ids, row, first_row, field=field.name, given=_short(value)) from None
        if choices and not unknown and checked[-1] not in choices:
            message = N_("图层“%(layer)s”第 %(row)s 个要素“%(feature_id)s”的“%(field)s”没有取值“%(given)s”")
            raise _fault(message, layer, ids, row, first_row, field=field.name, given=_short(value))
    return checked


def _geometry_column(layer: Layer, ids: list[str], shapes: np.ndarray, first_row: int = 1) -> dict[str, np.ndarray]:
    """The column `geom` as WKB; none where the layer has no geometry."""
    if layer.geometry:
        return {"geom": _checked_wkb(layer, ids, shapes, first_row)}
    if not shapely.is_missing(shapes).all():
        raise InvalidFeatures(N_("图层“%(layer)s”没有几何，不能存入几何"), layer=layer.id)
    return {}


def _checked_wkb(layer: Layer, ids: list[str], shapes: np.ndarray, first_row: int) -> np.ndarray:
    missing = shapely.is_missing(shapes)
    for passes, message in GEOMETRY_CHECKS:
        passed = passes(shapes, layer.geometry) | missing
        if not passed.all():
            row = int(np.argmin(passed))
            given, reason = shapes[row].geom_type, invalid_reason(shapes[row])
            raise _fault(message, layer, ids, row, first_row, type=layer.geometry, given=given, reason=reason)
    return shapely.to_wkb(shapely.orient_polygons(shapes), byte_order=1)


def _fault(message: str, layer: Layer, ids: list[str], row: int, first_row: int, **params: object) -> InvalidFeatures:
    return InvalidFeatures(message, layer=layer.id, row=row + first_row, feature_id=ids[row], **params)


def _short(value: object) -> str:
    return str(value)[:80]
