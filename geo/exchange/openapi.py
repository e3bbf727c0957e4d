"""The OpenAPI 3.0 description of our OGC API: every path and parameter, every schema inside the document."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from geo.exchange.ogc import GEOJSON, HTML, JSON, OPENAPI_JSON, SCHEMA_JSON, codes_of, field_schema, ratio_schema
from geo.exchange.tiles import MEDIA_TYPE as MVT
from geo.model.errors import N_
from geo.model.feature_query import DEFAULT_LIMIT, MAX_LIMIT, STATUS_COLUMNS
from geo.model.layer import Catalog, Field, Layer
from geo.model.served_crs import served_crs
from geo.model.tiles import MAX_ZOOM, TILE_MATRIX_SET

VERSION = "1.0.0"

Document = dict[str, object]
Translate = Callable[[str], str]

TEXT: Document = {"type": "string"}
COUNT: Document = {"type": "integer", "minimum": 0}
NUMBER: Document = {"type": "number"}
ANYTHING: Document = {"type": "object"}
LINKS: Document = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
GEOMETRY: Document = {
    "type": "object",
    "nullable": True,
    "required": ["type", "coordinates"],
    "properties": {
        "type": {
            "type": "string",
            "enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"],
        },
        "coordinates": {"type": "array", "items": {}},
    },
}


@dataclass(frozen=True)
class Parameter:
    """A parameter that is no property filter: what it means and what it may be."""

    words: str
    schema: Document
    name: str | None = None
    """Where it is not the key in `PARAMETERS`."""
    place: str = "query"
    required: bool = False


def _integer(lowest: int, highest: int | None = None, default: int | None = None) -> Document:
    bounds = {"minimum": lowest, "maximum": highest, "default": default}
    return {"type": "integer", **{name: value for name, value in bounds.items() if value is not None}}


def _text(longest: int) -> Document:
    return {"type": "string", "maxLength": longest}


def _four_or_six() -> list[Document]:
    return [{"minItems": count, "maxItems": count} for count in (4, 6)]


PARAMETERS: dict[str, Parameter] = {
    "featureId": Parameter(N_("要素编号"), {"type": "string"}, place="path", required=True),
    "tileMatrixSetId": Parameter(
        N_("瓦片方案"), {"type": "string", "enum": [TILE_MATRIX_SET]}, place="path", required=True
    ),
    "tileMatrix": Parameter(N_("瓦片级别"), _integer(0, MAX_ZOOM), place="path", required=True),
    "tileRow": Parameter(N_("瓦片行号，自北向南"), _integer(0), place="path", required=True),
    "tileCol": Parameter(N_("瓦片列号，自西向东"), _integer(0), place="path", required=True),
    "bbox": Parameter(
        N_("范围：西,南,东,北（度），或带高程的 6 个数；西大于东的跨 180° 经线"),
        {"type": "array", "items": {"type": "number"}, "oneOf": _four_or_six()},
    ),
    "bbox-crs": Parameter(
        N_("bbox 的坐标系，轴序依该坐标系；不填为 CRS84（经度、纬度）"), {"type": "string", "format": "uri"}
    ),
    "crs": Parameter(
        N_("返回坐标的坐标系，轴序依该坐标系；不填为 CRS84（经度、纬度）"), {"type": "string", "format": "uri"}
    ),
    "limit": Parameter(N_("一页最多多少个要素"), _integer(1, MAX_LIMIT, DEFAULT_LIMIT)),
    "searchLimit": Parameter(N_("最多给出多少个要素"), _integer(1, 100, 20), name="limit"),
    "offset": Parameter(N_("跳过前面多少个要素"), _integer(0, default=0)),
    "datetime": Parameter(
        N_(
            "计划时间：日期，或用“/”隔开的起止日期，“..”表示不限；选出计划起止时间与之相交的要素。"
            "这不是看过去的记录，看过去某一天掌握的情况用 as_of"
        ),
        {"type": "string"},
    ),
    "as_of": Parameter(
        N_(
            "办公室在过去某一天结束时，或某一时刻，所掌握的情况：RFC 3339 的日期（如 2024-03-01），"
            "或带时区的时刻（如 2024-03-01T08:00:00Z）。与计划时间 datetime、进展年份 year 无关"
        ),
        {"type": "string"},
    ),
    "year": Parameter(N_("加上截至该年年底的进展"), _integer(1949, 2100)),
    "filter": Parameter(N_("条件：CQL2 文本，如 seats >= 1080 AND name LIKE '%小学'；或 CQL2 JSON"), _text(4_000)),
    "filter-lang": Parameter(
        N_("filter 的写法"), {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
    ),
    "filter-crs": Parameter(N_("filter 里几何的坐标系；不填为 CRS84"), {"type": "string", "format": "uri"}),
    "q": Parameter(N_("搜索名称、编号和位置：汉字片段或拼音首字母"), _text(200)),
    "within": Parameter(N_("圈选范围：WKT（经度 纬度），或“图层/编号”"), _text(20_000)),
    "area": Parameter(N_("圈选范围：WKT（经度 纬度），或“图层/编号”"), _text(20_000), name="within", required=True),
    "buffer_m": Parameter(N_("圈选范围外扩的距离，米"), {"type": "number", "minimum": 0, "exclusiveMinimum": True}),
    "schematic": Parameter(N_("是否给出示意位置；否则其几何为空，也不参与圈选"), {"type": "boolean", "default": False}),
    "include_retired": Parameter(
        N_("是否也给出已停用的要素；其 retired_on 不为空"), {"type": "boolean", "default": False}
    ),
    "sortby": Parameter(
        N_("按字段排序，多个用逗号隔开，前加 - 为降序"), {"type": "array", "items": {"type": "string"}}
    ),
    "collections": Parameter(
        N_("图层，用逗号隔开；不填为全部规划图层"), {"type": "array", "items": {"type": "string"}}
    ),
    "cells": Parameter(N_("按网格计数时较长一边的格数，0 为不计"), _integer(0, 200, 0)),
    "text": Parameter(N_("坐标：经纬度（多种写法）或高斯—克吕格坐标"), _text(200), required=True),
    "f": Parameter(N_("输出格式"), {"type": "string", "enum": ["json"]}),
    "format": Parameter(N_("输出格式；不填看请求头 Accept"), {"type": "string", "enum": ["json", "html"]}, name="f"),
    "lang": Parameter(N_("标题和说明的语言"), {"type": "string", "enum": ["zh", "en"]}),
}
FILTER_WORDS = {
    "equal": N_("%(title)s：等于所给的值；重复则为其中之一"),
    "between": N_("%(title)s：等于所给的值，或区间“起/止”，“..”表示不限"),
    "year": N_("%(title)s：截至 year 那一年；须同时给出 year"),
}
TILE_FILTERS = (
    "filter",
    "filter-lang",
    "filter-crs",
    "datetime",
    "year",
    "q",
    "within",
    "buffer_m",
    "schematic",
    "include_retired",
)
FILTERS = ("bbox", "bbox-crs", *TILE_FILTERS)


TILE_PATH = "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"


@dataclass(frozen=True)
class Operation:
    """What one path gives."""

    path: str
    words: str
    parameters: tuple[str, ...]
    media_type: str
    answer: str

    @property
    def has_page(self) -> bool:
        """Whether it is also there as HTML."""
        return "format" in self.parameters

    @property
    def name(self) -> str:
        last = self.path.rstrip("/").rpartition("/")[2]
        if "/versions/" in self.path:
            return "versions"
        if self.path == TILE_PATH:
            return "tile"
        if last == "{tileMatrixSetId}":
            return "tileset" if self.path.startswith("/collections") else "tileMatrixSet"
        return {"": "landing", "{collectionId}": "collection", "{featureId}": "item"}.get(last, last)


OPERATIONS = (
    Operation("/", N_("入口"), ("format",), JSON, "Landing"),
    Operation("/conformance", N_("符合的标准"), ("format",), JSON, "Conformance"),
    Operation("/api", N_("本说明"), ("format",), OPENAPI_JSON, "Anything"),
    Operation("/collections", N_("全部图层"), ("format",), JSON, "Collections"),
    Operation("/collections/{collectionId}", N_("一个图层"), ("collectionId", "format"), JSON, "Collection"),
    Operation(
        "/collections/{collectionId}/schema", N_("图层的字段"), ("collectionId", "format"), SCHEMA_JSON, "Anything"
    ),
    Operation(
        "/collections/{collectionId}/queryables",
        N_("可以在 filter 里使用的字段"),
        ("collectionId", "format"),
        SCHEMA_JSON,
        "Anything",
    ),
    Operation(
        "/collections/{collectionId}/items/{featureId}",
        N_("一个要素及其历年进展"),
        ("collectionId", "featureId", "year", "schematic", "crs", "format"),
        GEOJSON,
        "Feature",
    ),
    Operation(
        "/collections/{collectionId}/versions/{featureId}",
        N_("一个要素历来的各个版本：何时、谁、为什么，各带一个取回该版本的链接"),
        ("collectionId", "featureId", "f"),
        JSON,
        "Versions",
    ),
    Operation("/tileMatrixSets", N_("瓦片方案一览"), ("f",), JSON, "Anything"),
    Operation("/tileMatrixSets/{tileMatrixSetId}", N_("一种瓦片方案"), ("tileMatrixSetId", "f"), JSON, "Anything"),
    Operation("/collections/{collectionId}/tiles", N_("图层的瓦片集"), ("collectionId", "f"), JSON, "Anything"),
    Operation(
        "/collections/{collectionId}/tiles/{tileMatrixSetId}",
        N_("一个瓦片集的说明：各层及其字段"),
        ("collectionId", "tileMatrixSetId", "f"),
        JSON,
        "Anything",
    ),
    Operation(
        TILE_PATH,
        N_("一块矢量瓦片：要素少则逐个给出，多则按格计数；各瓦片 count 之和即要素总数"),
        ("collectionId", "tileMatrixSetId", "tileMatrix", "tileRow", "tileCol", *TILE_FILTERS),
        MVT,
        "Tile",
    ),
    Operation("/summary", N_("各图层的计数与合计"), ("collections", "cells", *FILTERS, "f"), JSON, "Summary"),
    Operation("/search", N_("在全部图层里搜索"), ("q", "searchLimit", "year", "schematic", "f"), GEOJSON, "Features"),
    Operation("/position", N_("读懂粘贴的坐标"), ("text", "f"), GEOJSON, "Feature"),
    Operation("/area", N_("圈选范围及其面积"), ("area", "buffer_m", "schematic", "f"), GEOJSON, "Feature"),
)
"""Every path but the items of each collection, which have the collection's own property filters."""


def openapi(base_url: str, catalog: Catalog, language: str, translate: Translate = str) -> Document:
    """The whole description.

    Parameters
    ----------
    base_url
        Address of the API as the client called it.
    language
        `zh` or `en`, for what the layers say of themselves.
    translate
        Turns our own Chinese sentences into that language.
    """
    paths = {operation.path: {"get": _operation(operation, translate)} for operation in OPERATIONS}
    paths[TILE_PATH]["get"]["parameters"] += _filters(catalog.values(), language, translate, closed=False)
    paths[TILE_PATH]["get"]["responses"]["204"] = {"description": translate(N_("瓦片里没有要素"))}
    paths["/summary"]["get"]["parameters"] += _filters(catalog.values(), language, translate, closed=False)
    for layer in catalog.values():
        paths[f"/collections/{layer.id}/items"] = {"get": _items(layer, language, translate)}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": getattr(catalog.zone.title, language),
            "description": getattr(catalog.zone.plan, language),
            "version": VERSION,
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "parameters": _parameters(catalog, translate),
            "responses": {
                "Refused": _refusal(translate(N_("请求有误，detail 说明原因"))),
                "NotFound": _refusal(translate(N_("没有找到"))),
            },
            "schemas": _schemas(catalog, language),
        },
    }


def _reference(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}


def _answer(words: str, media_type: str, schema: str) -> Document:
    return {"description": words, "content": {media_type: {"schema": _reference("schemas", schema)}}}


def _refusal(words: str) -> Document:
    """An error as JSON, or as a page for whoever asked for one."""
    made = _answer(words, JSON, "Error")
    made["content"][HTML] = {"schema": TEXT}
    return made


def _operation(operation: Operation, translate: Translate) -> Document:
    words = translate(operation.words)
    found = _answer(words, operation.media_type, operation.answer)
    if operation.has_page:
        found["content"][HTML] = {"schema": TEXT}
    answers = {
        "200": found,
        "400": _reference("responses", "Refused"),
        "404": _reference("responses", "NotFound"),
    }
    return {
        "operationId": operation.name,
        "summary": words,
        "parameters": [_reference("parameters", name) for name in (*operation.parameters, "as_of", "lang")],
        "responses": answers,
    }


def _items(layer: Layer, language: str, translate: Translate) -> Document:
    operation = Operation(
        f"/collections/{layer.id}/items",
        "",
        (*FILTERS, "crs", "limit", "offset", "sortby", "format"),
        GEOJSON,
        f"{layer.id}_items",
    )
    made = _operation(operation, translate)
    made["operationId"] = f"items_{layer.id}"
    made["summary"] = getattr(layer.title, language)
    made["responses"]["200"]["description"] = getattr(layer.description, language)
    made["parameters"] += _filters([layer], language, translate, closed=True)
    return made


def _parameters(catalog: Catalog, translate: Translate) -> Document:
    uris = {"enum": list(served_crs(catalog.zone.extent))}
    in_path = Parameter(N_("图层"), {"type": "string", "enum": list(catalog)}, place="path", required=True)
    made = {key: _parameter(key, each, translate) for key, each in {"collectionId": in_path, **PARAMETERS}.items()}
    for name in ("crs", "bbox-crs", "filter-crs"):
        made[name]["schema"] = made[name]["schema"] | uris
    return made


def _parameter(key: str, parameter: Parameter, translate: Translate) -> Document:
    made: Document = {
        "name": parameter.name or key,
        "in": parameter.place,
        "description": translate(parameter.words),
        "required": parameter.required,
        "schema": parameter.schema,
    }
    if parameter.schema["type"] == "array":
        made |= {"style": "form", "explode": False}
    return made


def _filters(layers: Iterable[Layer], language: str, translate: Translate, *, closed: bool) -> list[Document]:
    """One parameter for each field that the layers have, in their order.

    Parameters
    ----------
    closed
        Whether a coded field names its values; fields of one name may have other values in other layers.
    """
    found: dict[str, Document] = {}
    for layer in layers:
        of_year = [field for field in layer.status_fields if field.name in STATUS_COLUMNS]
        for field in layer.fields:
            words = FILTER_WORDS["equal" if field.type in ("text", "boolean") else "between"]
            found.setdefault(field.name, _filter(field, translate(words), language, closed=closed))
        for field in of_year:
            found.setdefault(field.name, _filter(field, translate(FILTER_WORDS["year"]), language, closed=closed))
    return list(found.values())


def _filter(field: Field, words: str, language: str, *, closed: bool) -> Document:
    codes = codes_of(field) if closed else ()
    value = {"type": "string", "enum": list(codes)} if codes else {"type": "string"}
    return {
        "name": field.name,
        "in": "query",
        "description": words % {"title": getattr(field.title, language)},
        "required": False,
        "schema": {"type": "array", "items": value},
        "style": "form",
        "explode": True,
    }


def _schemas(catalog: Catalog, language: str) -> Document:
    """What the answers are; OpenAPI 3.0 writes "or null" as `nullable`."""
    made: Document = {
        "Anything": {"type": "object"},
        "Tile": {"type": "string", "format": "binary"},
        "Error": _object(code=TEXT, title=TEXT, detail=TEXT),
        "Link": _object(rel=TEXT, href=TEXT, type=TEXT),
        "Landing": _object(title=TEXT, description=TEXT, links=LINKS),
        "Conformance": _object(conformsTo=_array(TEXT)),
        "Collections": _object(links=LINKS, collections=_array(_reference("schemas", "Collection"))),
        "Collection": _object(id=TEXT, title=TEXT, description=TEXT, extent=ANYTHING, itemType=TEXT, links=LINKS),
        "Versions": _object(id=TEXT, collection=TEXT, versions=_array(_reference("schemas", "Version")), links=LINKS),
        "Version": _object(at={"type": "string", "format": "date-time"}, actions=_array(TEXT), links=LINKS),
        "Summary": _object(collections={"type": "object", "additionalProperties": _reference("schemas", "Counted")}),
        "Counted": _object(count=COUNT, totals=ANYTHING, cells=_array(_object(lon=NUMBER, lat=NUMBER, count=COUNT))),
        "Geometry": GEOMETRY,
        "Feature": _feature(ANYTHING, "type", "geometry", "properties"),
        "Features": _object(type=_constant("FeatureCollection"), features=_array(_reference("schemas", "Feature"))),
    }
    for layer in catalog.values():
        made[layer.id] = _feature(_properties(layer, language), "type", "id", "geometry", "properties")
        made[f"{layer.id}_items"] = _object(
            type=_constant("FeatureCollection"),
            features=_array(_reference("schemas", layer.id)),
            links=LINKS,
            timeStamp={"type": "string", "format": "date-time"},
            numberMatched=COUNT,
            numberReturned=COUNT,
        )
    return made


def _object(**properties: Document) -> Document:
    return {"type": "object", "required": list(properties), "properties": properties}


def _array(items: Document) -> Document:
    return {"type": "array", "items": items}


def _constant(value: str) -> Document:
    return {"type": "string", "enum": [value]}


def _feature(properties: Document, *required: str) -> Document:
    made = _object(
        type=_constant("Feature"), id=TEXT, geometry=_reference("schemas", "Geometry"), properties=properties
    )
    return {**made, "required": list(required)}


def _properties(layer: Layer, language: str) -> Document:
    """Properties of one layer's features; those of a year's status come only with `year`."""
    made = {field.name: field_schema(field, language) for field in (*layer.fields, *layer.status_fields)}
    made |= {ratio.name: ratio_schema(ratio, language) for ratio in layer.ratios}
    return {"type": "object", "properties": {name: _nullable(schema) for name, schema in made.items()}}


def _nullable(schema: Document) -> Document:
    made = {**schema, "nullable": True}
    return {**made, "enum": [*schema["enum"], None]} if "enum" in schema else made
