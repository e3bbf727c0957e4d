"""Documents of OGC API - Features - Part 1: Core 1.0.1 (OGC 17-069r4) as plain dicts; section numbers are its own.

Every function takes the address of the API as the client called it, without a slash at its end, and puts no other
address into a document.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from geo.model.crs import CRS84
from geo.model.journal import PROGRAM, JournalEntry
from geo.model.layer import Field, Layer, Ratio, Title, Zone
from geo.model.location import LocationBasis
from geo.model.page import Summary
from geo.model.served_crs import LON_LAT, served_crs
from geo.model.status import FLAGS, LAMPS, NOT_REPORTED, STAGES, AnnualStatus
from geo.model.units import UNITS

JSON = "application/json"
HTML = "text/html"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
OPENAPI_JSON = "application/vnd.oai.openapi+json;version=3.0"
OGC_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

CONFORMANCE = {
    "ogcapi-features-1": ("core", "geojson", "html", "oas30"),
    "ogcapi-features-2": ("crs",),
    "ogcapi-features-3": ("queryables", "queryables-query-parameters", "filter", "features-filter"),
    "ogcapi-features-5": ("schemas", "core-roles-features"),
    "ogcapi-tiles-1": ("core", "tileset", "tilesets-list", "geodata-tilesets", "oas30", "mvt"),
    "cql2": (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "basic-spatial-functions",
        "spatial-functions",
    ),
}  # fmt: skip
CONFORMANCE_CLASSES = tuple(
    f"http://www.opengis.net/spec/{standard}/1.0/conf/{name}"
    for standard, names in CONFORMANCE.items()
    for name in names
)

CODES: dict[str, tuple[str, ...]] = {
    "location_basis": tuple(LocationBasis),
    "stage": (*STAGES, NOT_REPORTED),
    "flag": tuple(FLAGS),
    "lamp": tuple(LAMPS),
}
"""Closed lists that the model itself defines, by field name."""

MAKING = ("create", "update")
"""Actions that set fields of a feature."""

Link = dict[str, str]
Document = dict[str, object]


def _link(rel: str, href: str, media_type: str) -> Link:
    return {"rel": rel, "href": href, "type": media_type}


def _own(href: str, media_type: str) -> list[Link]:
    """Links of a document to itself and to the same as a page (7.5.2)."""
    address, _, query = href.partition("?")
    if not query:
        return [_link("self", href, media_type), _link("alternate", f"{href}?f=html", HTML)]
    others = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "f"]
    as_page = f"{address}?{urlencode([*others, ('f', 'html')])}"
    return [_link("self", href, media_type), _link("alternate", as_page, HTML)]


def _in(language: str, title: Title) -> str:
    return getattr(title, language)


def marked(document: Document, note: str | None) -> Document:
    """A document that says what must be known of all its data, for programs and where clients show it to people.

    Parameters
    ----------
    note
        One sentence; None where nothing needs to be said.
    """
    if note is None:
        return document
    words = {name: f"{note} · {document[name]}" for name in ("title", "description") if name in document}
    return {**document, **words, "note": note}


def landing_page(base_url: str, zone: Zone, language: str) -> Document:
    """Where every client begins (7.2)."""
    return {
        "title": _in(language, zone.title),
        "description": _in(language, zone.plan),
        "attribution": zone.plan_source,
        "links": [
            *_own(f"{base_url}/", JSON),
            _link("service-desc", f"{base_url}/api", OPENAPI_JSON),
            _link("service-doc", f"{base_url}/api?f=html", HTML),
            _link("conformance", f"{base_url}/conformance", JSON),
            _link("data", f"{base_url}/collections", JSON),
            _link(f"{OGC_RELATION}tiling-schemes", f"{base_url}/tileMatrixSets", JSON),
        ],
    }


def conformance() -> Document:
    """What we promise, and no more (7.4)."""
    return {"conformsTo": list(CONFORMANCE_CLASSES)}


def collections(base_url: str, described: Sequence[Document]) -> Document:
    """All collections (7.13); `described` holds what `collection` gives for each."""
    return {"links": _own(f"{base_url}/collections", JSON), "collections": list(described)}


def collection(
    base_url: str, layer: Layer, zone: Zone, extent: tuple[float, float, float, float] | None, language: str
) -> Document:
    """One collection (7.14).

    Parameters
    ----------
    extent
        Min lon, min lat, max lon, max lat of its geometries in degrees; None where it has none.
    """
    address = f"{base_url}/collections/{layer.id}"
    return {
        "id": layer.id,
        "title": _in(language, layer.title),
        "description": _in(language, layer.description),
        "attribution": layer.source,
        "extent": _extent(layer, zone, extent),
        "itemType": "feature",
        "crs": list(served_crs(zone.extent)),
        "storageCrs": LON_LAT.uri,
        "links": [
            *_own(address, JSON),
            _link("items", f"{address}/items", GEOJSON),
            _link("describedby", f"{address}/schema", SCHEMA_JSON),
            _link(f"{OGC_RELATION}schema", f"{address}/schema", SCHEMA_JSON),
            _link(f"{OGC_RELATION}queryables", f"{address}/queryables", SCHEMA_JSON),
            *([_link(f"{OGC_RELATION}tilesets-vector", f"{address}/tiles", JSON)] if layer.geometry else []),
        ],
    }


def _extent(layer: Layer, zone: Zone, spatial: tuple[float, float, float, float] | None) -> Document:
    """A plan's features lie in the years of the plan; of a reference layer no time is known."""
    extent: Document = {}
    if spatial is not None:
        extent["spatial"] = {"bbox": [list(spatial)], "crs": CRS84}
    if layer.role == "plan":
        first, last = f"{zone.first_year}-01-01T00:00:00Z", f"{zone.last_year}-12-31T23:59:59Z"
        extent["temporal"] = {"interval": [[first, last]]}
    return extent


def items_members(
    address: str,
    parameters: Sequence[tuple[str, str]],
    *,
    matched: int,
    returned: int,
    limit: int,
    offset: int,
) -> Document:
    """What a page of items says besides its features: counts, time, and links to its neighbours (7.15.4 to 7.16).

    Parameters
    ----------
    address
        Of the items, without parameters.
    parameters
        All parameters of the request, in order, repeated ones as often as they came; the links carry every one.
    """
    written = [(name, urlencode({name: value})) for name, value in parameters]

    def link(rel: str, left_out: Collection[str], *added: str, media_type: str = GEOJSON) -> Link:
        query = "&".join([*(part for name, part in written if name not in left_out), *added])
        return _link(rel, f"{address}?{query}" if query else address, media_type)

    def page(rel: str, start: int) -> Link:
        return link(rel, ("limit", "offset"), f"limit={limit}", f"offset={start}")

    links = [link("self", ()), link("alternate", ("f",), "f=html", media_type=HTML)]
    if offset > 0:
        links.append(page("prev", max(offset - limit, 0)))
    if returned and offset + returned < matched:
        links.append(page("next", offset + returned))
    return {"links": links, "timeStamp": _now(), "numberMatched": matched, "numberReturned": returned}


def _now() -> str:
    return f"{datetime.now(UTC).isoformat(timespec='seconds').removesuffix('+00:00')}Z"


def item_links(base_url: str, layer_id: str, feature_id: str) -> list[Link]:
    """Links of one feature (7.16.2)."""
    address = f"{base_url}/collections/{layer_id}"
    return [
        *_own(f"{address}/items/{quote(feature_id)}", GEOJSON),
        _link("collection", address, JSON),
    ]


def version_links(
    base_url: str, layer_id: str, feature_id: str, *, previous: str | None, asked: str | None
) -> list[Link]:
    """Links from one state of a feature to its others (RFC 5829; `original`: RFC 7089).

    Parameters
    ----------
    previous
        The moment at which the state before this one began (ISO 8601); None where this is the first.
    asked
        The past day or moment that the client asked for; None for now.
    """
    address = f"{base_url}/collections/{layer_id}"
    item = f"{address}/items/{quote(feature_id)}"
    links = [_link("version-history", f"{address}/versions/{quote(feature_id)}", JSON)]
    if previous is not None:
        links.append(memento("predecessor-version", item, previous))
    if asked is not None:
        links += [_link(rel, item, GEOJSON) for rel in ("latest-version", "original")]
    return links


def memento(rel: str, item: str, at: str) -> Link:
    """A link to a feature as the record of it stood from a moment on, with that moment as RFC 7089 writes it."""
    return _link(rel, f"{item}?{urlencode({'as_of': at})}", GEOJSON) | {"datetime": http_date(at)}


def http_date(at: str) -> str:
    """A moment (ISO 8601) as HTTP writes it, in whole seconds."""
    return format_datetime(datetime.fromisoformat(at).astimezone(UTC), usegmt=True)


def version_history(
    base_url: str,
    layer_id: str,
    feature_id: str,
    versions: Sequence[tuple[str, Sequence[JournalEntry]]],
    translate: Callable[[str], str] = str,
) -> Document:
    """Every state of a feature, the oldest first, with who made it, and a link that gives exactly that state.

    Parameters
    ----------
    versions
        When each began (ISO 8601), and the rows of the journal that made it.
    translate
        Turns our own Chinese words into the client's language.
    """
    item = f"{base_url}/collections/{layer_id}/items/{quote(feature_id)}"
    return {
        "id": feature_id,
        "collection": layer_id,
        "versions": [_version(item, at, entries, translate) for at, entries in versions],
        "links": [
            _link("self", f"{base_url}/collections/{layer_id}/versions/{quote(feature_id)}", JSON),
            _link("latest-version", item, GEOJSON),
            _link("original", item, GEOJSON),
        ],
    }


def _field(name: str) -> str:
    return "geometry" if name == "geom" else name


def _version(item: str, at: str, entries: Sequence[JournalEntry], translate: Callable[[str], str]) -> Document:
    last = entries[-1]
    revisions = [entry.revision for entry in entries if entry.revision is not None]
    return {
        "at": at,
        "actions": list(dict.fromkeys(entry.action for entry in entries)),
        "years": sorted({entry.after["year"] for entry in entries if entry.action == "status"}),
        "revision": revisions[-1] if revisions else None,
        "fields": sorted({_field(name) for entry in entries if entry.action in MAKING for name in entry.after}),
        "seq": last.seq,
        "author": None if last.author == PROGRAM else last.author,
        "cause": last.cause and translate(last.cause),
        "source": last.source,
        "links": [] if last.action == "remove" else [memento("memento", item, at)],
    }


def in_the_past(document: Document, as_of: str | None) -> Document:
    """A document whose links stay in the past day or moment that the client asked for; now and other days stay."""
    if as_of is None:
        return document
    stays = ("latest-version", "original", "version-history")
    return {
        name: [link if link["rel"] in stays else link | {"href": _with_as_of(link["href"], as_of)} for link in value]
        if name == "links"
        else [in_the_past(each, as_of) for each in value]
        if name == "collections"
        else value
        for name, value in document.items()
    }


def _with_as_of(href: str, as_of: str) -> str:
    query = parse_qsl(urlsplit(href).query)
    if any(name == "as_of" for name, _ in query):
        return href
    return f"{href}{'&' if query else '?'}{urlencode({'as_of': as_of})}"


def status_row(status: AnnualStatus) -> Document:
    """One reported year of a feature."""
    return {name: value for name, value in vars(status).items() if name not in ("layer_id", "feature_id")}


def summary(summaries: Mapping[str, Summary | None]) -> Document:
    """Counts and totals by layer; None stands for a layer that the question does not fit: it matches nothing."""
    return {"collections": {layer_id: _counted(found) for layer_id, found in summaries.items()}}


def _counted(found: Summary | None) -> Document:
    if found is None:
        return {"count": 0, "totals": {}, "cells": []}
    return {"count": found.count, "totals": found.totals, "cells": [asdict(cell) for cell in found.cells]}


def schema(base_url: str, layer: Layer, language: str) -> Document:
    """JSON Schema of a collection's features, in the terms of OGC API - Features - Part 5 (OGC 23-058)."""
    properties: Document = {"feature_id": {"type": "string", "x-ogc-role": "id"}}
    if layer.geometry:
        properties["geometry"] = {"x-ogc-role": "primary-geometry", "format": _geometry_format(layer.geometry)}
    for field in (*layer.fields, *layer.status_fields):
        properties[field.name] = field_schema(field, language)
    for ratio in layer.ratios:
        properties[ratio.name] = ratio_schema(ratio, language) | {"readOnly": True}
    return {
        "$schema": JSON_SCHEMA,
        "$id": f"{base_url}/collections/{layer.id}/schema",
        "type": "object",
        "title": _in(language, layer.title),
        "description": _in(language, layer.description),
        "properties": properties,
        "required": ["name"],
    }


def queryables(base_url: str, layer: Layer, language: str) -> Document:
    """JSON Schema of what a filter may name (OGC API - Features - Part 3, 6); those of a year need `year` as well."""
    made = schema(base_url, layer, language)
    named = {name: dict(each) for name, each in made["properties"].items() if not each.get("readOnly")}
    return {
        **{name: value for name, value in made.items() if name != "required"},
        "$id": f"{base_url}/collections/{layer.id}/queryables",
        "properties": named,
        "additionalProperties": False,
    }


def _geometry_format(geometry: str) -> str:
    """A multipart layer also gives single parts."""
    single = geometry.removeprefix("Multi").lower()
    return f"geometry-{single}" if geometry[:5] != "Multi" else f"geometry-{single}-or-multi{single}"


def field_schema(field: Field, language: str) -> Document:
    """JSON Schema of a field; whether null is allowed is the caller's to say, it differs between versions."""
    made: Document = {"title": _in(language, field.title)}
    made["type"] = "string" if field.type in ("text", "date") else field.type
    if field.type == "date":
        made["format"] = "date"
    if codes := codes_of(field):
        made["enum"] = list(codes)
    return made | unit_schema(field.unit, language)


def codes_of(field: Field) -> tuple[str, ...]:
    """The closed list of a coded field; empty for any other."""
    return tuple(choice.value for choice in field.values) or CODES.get(field.name, ())


def ratio_schema(ratio: Ratio, language: str) -> Document:
    """JSON Schema of a computed figure."""
    return {"title": _in(language, ratio.title), "type": "number"} | unit_schema(ratio.unit, language)


def unit_schema(unit: str | None, language: str) -> Document:
    """The unit as people of that language write it."""
    sign = _in(language, UNITS[unit]) if unit else ""
    return {"x-ogc-unit": sign, "x-ogc-unitLang": language} if sign else {}
