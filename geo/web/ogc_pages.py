"""The resources of the OGC API as pages for people: the same content as their JSON, by our own templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from geo.exchange.table import LAT, LON, Column, Edition, columns_of, rows_of
from geo.model.layer import Layer
from geo.model.page import Page
from geo.store.base import Store
from geo.web.current import AS_OF
from geo.web.figures import in_decimals
from geo.web.language import language
from geo.web.maps import RenderedMap, render_map
from geo.web.page_config import page_config

MAP_MODULE = "js/ogc_map.js"
HTML = "text/html"
YEAR = "year"

Document = Mapping[str, object]
Row = Mapping[str, object]


@dataclass(frozen=True)
class Table:
    """Rows in words: titles of the columns, whether each holds numbers, and the cells."""

    headers: list[str]
    numeric: list[bool]
    rows: list[list[str]]


@dataclass(frozen=True)
class ParameterView:
    """A parameter of an address, as the description has it."""

    name: str
    words: str
    kind: str
    required: bool


@dataclass(frozen=True)
class OperationView:
    """An address with what it takes and gives."""

    path: str
    words: str
    parameters: list[ParameterView]
    answers: list[tuple[str, str, list[str]]]


def page(template: str, document: Document, json_type: str, **more: object) -> Response:
    """A resource as a page.

    Parameters
    ----------
    json_type
        Media type of the same resource as JSON, which the page links to.
    """
    as_json = url_for(request.endpoint, **request.view_args, **request.args.to_dict(flat=False) | {"f": "json"})
    content = render_template(f"ogc/{template}.html", document=document, json=as_json, json_type=json_type, **more)
    return Response(content, mimetype=HTML)


def features_map(store: Store, found: Page, year: int | None) -> RenderedMap | None:
    """The map of what the address gives, its JSON in degrees on our own ground; None where nothing has a shape."""
    if all(shape is None for shape in found.wkb):
        return None
    zone = store.catalog.zone
    parameters = {
        name: values for name, values in request.args.to_dict(flat=False).items() if name not in ("crs", AS_OF)
    }
    asked = {
        "address": url_for(request.endpoint, **request.view_args, **{AS_OF: None}),  # the script adds the past day
        "parameters": parameters | {"f": "json"},
    }
    return render_map(zone, MAP_MODULE, page_config(store, year or zone.last_year) | {"asked": asked})


def features_table(layer: Layer, found: Page, properties: Sequence[Row], year: int | None) -> Table:
    """Features row by row, with the columns that have a value in any of them."""
    filled = {name for row in properties for name, value in row.items() if value is not None}
    if any(shape is not None for shape in found.wkb):
        filled.add("geom")
    edition = Edition(year, language=language(), translate=_, filled={layer.id: filled | {""}})
    return _table(columns_of(layer, edition), rows_of(found.ids, found.wkb, properties, edition))


def statuses_table(layer: Layer, statuses: Sequence[Row]) -> Table:
    """What was reported year by year."""
    edition = Edition(1, language=language(), translate=_)
    names = {name for row in statuses for name, value in row.items() if value is not None}
    own = {field.name for field in layer.status_fields} & names
    columns = [Column(YEAR, _("年份")), *(column for column in columns_of(layer, edition) if column.name in own)]
    return _table([*columns, Column("lamp_reasons", _("为什么")), Column("note", _("说明"))], statuses)


def _table(columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    return Table(
        [column.header for column in columns],
        [column.type in ("integer", "number") for column in columns],
        [[_cell(column, row) for column in columns] for row in rows],
    )


def _cell(column: Column, row: Row) -> str:
    value = column.cell(row)
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    if column.name in (LON, LAT):
        return f"{value:.{column.decimals}f}"
    if column.type == "integer" and column.unit is None:
        return str(value)  # a year is no quantity
    return in_decimals(value) if column.type in ("integer", "number") else str(value)


def fields_of(document: Document) -> list[dict[str, str]]:
    """The fields of a schema: name, title, type, unit and the values that a coded one may have."""
    return [
        {
            "name": name,
            "title": str(field.get("title", "")),
            "kind": _kind(field) if "type" in field else str(field.get("format", "")),
            "unit": str(field.get("x-ogc-unit", "")),
        }
        for name, field in document["properties"].items()
    ]


def operations(document: Document) -> list[OperationView]:
    """Every address of an OpenAPI document, with references followed."""
    return [
        OperationView(
            path,
            described["get"]["summary"],
            [_parameter(_resolved(document, each)) for each in described["get"]["parameters"]],
            [_answer(code, _resolved(document, each)) for code, each in described["get"]["responses"].items()],
        )
        for path, described in document["paths"].items()
    ]


def _resolved(document: Document, part: Document) -> Document:
    for name in part.get("$ref", "").split("/")[1:]:
        document = document[name]
    return document if "$ref" in part else part


def _parameter(given: Document) -> ParameterView:
    return ParameterView(given["name"], given.get("description", ""), _kind(given["schema"]), given["required"])


def _answer(code: str, given: Document) -> tuple[str, str, list[str]]:
    return code, given["description"], list(given.get("content", {}))


def _kind(schema: Document) -> str:
    """What a value may be, in a few words: its type, its bounds, its choices."""
    if "items" in schema:
        return _("多个，每个：%(kind)s", kind=_kind(schema["items"]))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value is not None)
    words = [" ".join(filter(None, (str(schema.get("type", "")), str(schema.get("format", "")))))]
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        words.append(f"{'' if low is None else low}…{'' if high is None else high}")
    if "default" in schema:
        words.append(_("不填为 %(value)s", value=str(schema["default"]).lower()))
    return " · ".join(words)
