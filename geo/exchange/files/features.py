"""Reads the features of a layer folder; every fault is one sentence that names file, feature and field.

A layer folder holds `features.geojson`: RFC 7946, each feature with an `id`, its properties named as the layer's
fields; a missing one is unknown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import geopandas
import orjson
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.files.reading import Inspected, read_text, short_name, shown
from geo.exchange.ogc import codes_of
from geo.model.crs import CRS84, STORED_CRS
from geo.model.errors import InvalidFile, N_
from geo.model.layer import FieldType, Layer
from geo.model.location import LocationBasis
from geo.model.validity import invalid_reason

Features = geopandas.GeoDataFrame | pandas.DataFrame
Json = dict[str, object]

LONGEST_ID = 100
DEPTHS = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""How many lists lie around each position."""

CRS_NAMES = (CRS84, "urn:ogc:def:crs:OGC:1.3:CRS84")

WRONG_TYPE: dict[FieldType, str] = {
    "text": N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 应为文字，现为 %(given)s"),
    "integer": N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 应为整数，现为 %(given)s"),
    "number": N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 应为数字，现为 %(given)s"),
    "date": N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 应为日期，例如 2023-01-31，现为 %(given)s"),
    "boolean": N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 应为 true 或 false，现为 %(given)s"),
}


def read_features(path: Path, layer: Layer) -> Features:
    """The features of a layer folder's GeoJSON file.

    Returns
    -------
    features
        `feature_id` is the index, the layer's fields are the columns, plain Python values or None. A GeoDataFrame in
        EPSG:4326 where the layer has a geometry.

    Raises
    ------
    InvalidFile
        On the first fault.
    """
    return inspect_features(path, layer).sound()


def inspect_features(path: Path, layer: Layer) -> Inspected[Features]:
    """Like `read_features`, with all faults; faulty features are left out."""
    return _FeatureReader(path, layer).read()


@dataclass
class _FeatureReader:
    """Reads one file feature by feature and keeps what is sound and what is wrong."""

    path: Path
    layer: Layer
    faults: list[InvalidFile] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """Where each feature id was seen first."""

    ids: list[str] = field(default_factory=list)
    values: list[Json] = field(default_factory=list)
    geometries: list[BaseGeometry | None] = field(default_factory=list)

    def fault(self, message: str, **params: object) -> None:
        self.faults.append(InvalidFile(message, file=short_name(self.path), **params))

    def read(self) -> Inspected[Features]:
        for row, item in enumerate(self._items(), start=1):
            before = len(self.faults)
            feature_id, values, geometry = self._feature(row, item)
            if len(self.faults) == before:
                self.ids.append(feature_id)
                self.values.append(values)
                self.geometries.append(geometry)
        return Inspected(self._frame(), self.faults)

    def _items(self) -> list[object]:
        """The members of the collection; none where the file is no collection."""
        try:
            document = orjson.loads(read_text(self.path))
        except InvalidFile as fault:
            self.faults.append(fault)
            return []
        except orjson.JSONDecodeError as fault:
            message = N_("%(file)s 第 %(line)s 行第 %(column)s 列不是合法的 JSON：%(reason)s")
            self.fault(message, line=fault.lineno, column=fault.colno, reason=fault.msg)
            return []
        features = document.get("features") if isinstance(document, dict) else None
        if not isinstance(features, list) or document.get("type") != "FeatureCollection":
            self.fault(N_("%(file)s 应为 GeoJSON 的 FeatureCollection，带 features 列表"))
            return []
        if "crs" in document and _crs_name(document["crs"]) not in CRS_NAMES:
            self.fault(N_("%(file)s 的坐标系 crs 应为 CRS84（经度 纬度）：GeoJSON 没有别的坐标系"))
        return features

    def _feature(self, row: int, item: object) -> tuple[str, Json, BaseGeometry | None]:
        if not isinstance(item, dict) or item.get("type") != "Feature":
            self.fault(N_("%(file)s 第 %(row)s 个成员应为 Feature"), row=row)
            return "", {}, None
        feature_id = self._id(row, item.get("id"))
        where = {"row": row, "feature": feature_id}
        given = item.get("properties")
        if not isinstance(given, dict):
            self.fault(N_("%(file)s 第 %(row)s 个要素（%(feature)s）：缺少 properties"), **where)
            return feature_id, {}, None
        for message, params in (*_value_faults(self.layer, given), *_place_faults(self.layer, given, item)):
            self.fault(message, **where, **params)
        try:
            geometry = _geometry(self.layer, item.get("geometry"))
        except _NoGeometry as fault:
            self.fault(fault.message, **where, **fault.params)
            geometry = None
        return feature_id, given, geometry

    def _id(self, row: int, given: object) -> str:
        sound = isinstance(given, str) and given == given.strip() and given.isprintable()
        if not sound or not 0 < len(given) <= LONGEST_ID:
            message = N_("%(file)s 第 %(row)s 个要素：编号 id 应为文字，首尾无空格，不含控制符，最多 %(most)s 个字符")
            self.fault(message, row=row, most=LONGEST_ID)
            return shown(given)
        first = self.rows.setdefault(given, row)
        if first != row:
            message = N_("%(file)s 第 %(row)s 个要素：编号 id“%(feature)s”与第 %(first)s 个要素重复")
            self.fault(message, row=row, feature=given, first=first)
        return given

    def _frame(self) -> Features:
        index = pandas.Index(self.ids, name="feature_id", dtype=object)
        columns = {
            each.name: pandas.Series([values.get(each.name) for values in self.values], index=index, dtype=object)
            for each in self.layer.fields
        }
        if self.layer.geometry is None:
            return pandas.DataFrame(columns, index=index)
        return geopandas.GeoDataFrame(columns, index=index, geometry=self.geometries, crs=STORED_CRS)


def _crs_name(crs: object) -> object:
    """The name that a `crs` member of the old GeoJSON of 2008 gives."""
    named = crs.get("properties") if isinstance(crs, dict) else None
    return named.get("name") if isinstance(named, dict) else None


Fault = tuple[str, dict[str, object]]
"""A message and its parameters, without the place."""


def _value_faults(layer: Layer, given: Json) -> Iterator[Fault]:
    for name in given.keys() - {each.name for each in layer.fields}:
        yield N_("%(file)s 第 %(row)s 个要素（%(feature)s）：图层没有字段 %(field)s"), {"field": shown(name)}
    for each in layer.fields:
        value = given.get(each.name)
        if value is None:
            continue
        if not _is_of_type(each.type, value):
            yield WRONG_TYPE[each.type], {"field": each.name, "given": shown(value)}
        elif (codes := codes_of(each)) and str(value) not in codes:
            message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 应为 %(known)s 之一，现为 %(given)s")
            yield message, {"field": each.name, "known": ", ".join(codes), "given": shown(value)}
    if not given.get("name"):
        yield N_("%(file)s 第 %(row)s 个要素（%(feature)s）：缺少 %(field)s"), {"field": "name"}
    start, finish = given.get("planned_start"), given.get("planned_finish")
    if _is_of_type("date", start) and _is_of_type("date", finish) and start > finish:
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 早于 planned_start")
        yield message, {"field": "planned_finish"}


def _is_of_type(kind: FieldType, value: object) -> bool:
    match kind:
        case "text":
            return isinstance(value, str) and "\x00" not in value
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
    return isinstance(value, str) and _is_date(value)


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


POSITIONED = tuple(each for each in LocationBasis if each != LocationBasis.UNLOCATED)


def _place_faults(layer: Layer, given: Json, item: Json) -> Iterator[Fault]:
    """A position and what it rests on must agree: nothing is more certain than its source (see `LocationBasis`)."""
    if layer.geometry is None or layer.field("location_basis") is None:
        return
    basis, accuracy = given.get("location_basis"), given.get("location_accuracy_m")
    placed = item.get("geometry") is not None
    if placed and basis in (None, LocationBasis.UNLOCATED):
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：有几何，%(field)s 却没有说明位置依据，应为 %(known)s")
        yield message, {"field": "location_basis", "known": ", ".join(POSITIONED)}
    if not placed and basis not in (None, LocationBasis.UNLOCATED):
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：%(field)s 为 %(given)s，却没有几何")
        yield message, {"field": "location_basis", "given": shown(basis)}
    if basis in (LocationBasis.SCHEMATIC, LocationBasis.UNLOCATED) and accuracy is not None:
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：位置未知，%(field)s 应为空")
        yield message, {"field": "location_accuracy_m"}


class _NoGeometry(Exception):
    """Why a `geometry` member is none for the layer."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message, self.params = message, params


def _geometry(layer: Layer, given: object) -> BaseGeometry | None:
    if given is None:
        return None
    if layer.geometry is None:
        raise _NoGeometry(N_("%(file)s 第 %(row)s 个要素（%(feature)s）：图层不带几何，geometry 应为 null"))
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in {layer.geometry, layer.geometry.removeprefix("Multi")}:
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：geometry 应为 %(known)s，现为 %(given)s")
        raise _NoGeometry(message, known=layer.geometry, given=shown(kind))
    _check_coordinates(given.get("coordinates"), DEPTHS[kind], ring="Polygon" in kind)
    shape = shapely.from_geojson(orjson.dumps({"type": kind, "coordinates": given["coordinates"]}))
    if shape.is_empty or not shape.is_valid:
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：geometry 无效：%(reason)s")
        raise _NoGeometry(message, reason=invalid_reason(shape))
    return shapely.orient_polygons(shapely.force_2d(shape))


def _check_coordinates(given: object, depth: int, *, ring: bool) -> None:
    """Lists to the right depth, positions in range, rings closed."""
    if not isinstance(given, list):
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：coordinates 的层次不对，或有不是数字的坐标：%(given)s")
        raise _NoGeometry(message, given=shown(given))
    if depth == 0:
        _check_position(given)
        return
    for part in given:
        _check_coordinates(part, depth - 1, ring=ring)
    if depth == 1 and len(given) < 2:
        raise _NoGeometry(N_("%(file)s 第 %(row)s 个要素（%(feature)s）：线至少要有 2 个点"))
    if depth == 1 and ring and (len(given) < 4 or given[0] != given[-1]):
        raise _NoGeometry(N_("%(file)s 第 %(row)s 个要素（%(feature)s）：环应至少有 4 个点，且首尾相同"))


def _check_position(given: list[object]) -> None:
    numbers = [number for number in given if isinstance(number, int | float) and not isinstance(number, bool)]
    if len(numbers) != len(given) or len(given) not in (2, 3):
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：coordinates 的层次不对，或有不是数字的坐标：%(given)s")
        raise _NoGeometry(message, given=shown(given))
    if abs(numbers[0]) > 180 or abs(numbers[1]) > 90:
        message = N_("%(file)s 第 %(row)s 个要素（%(feature)s）：坐标 %(given)s 超出范围，应为 [经度, 纬度]，单位度")
        raise _NoGeometry(message, given=shown(given))
