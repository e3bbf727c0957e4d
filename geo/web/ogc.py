"""OGC API Features at `/ogc`, thin over the services; our own map is one of its clients."""

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext
from shapely import to_wkb

from geo.exchange import coordinates, geojson
from geo.exchange import ogc as documents
from geo.exchange.ogc import GEOJSON, JSON, OPENAPI_JSON, SCHEMA_JSON
from geo.exchange.openapi import openapi
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import PARAMETERS, FeatureQuery
from geo.model.layer import Layer
from geo.model.served_crs import ServedCrs
from geo.service import features, versions
from geo.service import search as search_service
from geo.service.as_of import last_moment
from geo.service.export import DEMO_NOTE
from geo.store.base import Store
from geo.web import ogc_pages, params
from geo.web.asking import this_request
from geo.web.caching import Kept, cached_by_state, depends_on
from geo.web.current import AS_OF, as_of_day, current_store
from geo.web.language import LANGUAGES, in_sentences, language, localized
from geo.web.negotiating import formats_of, wants_html

MAX_CELLS = 200
MAX_SEARCH_RESULTS = 100
SEARCH_LIMIT = 20

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")


def base_url() -> str:
    """The address of the API as the client called it."""
    return f"{this_request().root_url.rstrip('/')}{blueprint.url_prefix}"


def document_of(document: dict) -> dict:
    """A document with what is to be known of a demonstration store, whose links stay in the day that was asked for."""
    return documents.in_the_past(documents.marked(document, _note()), request.args.get(AS_OF) or None)


def _note(store: Store | None = None) -> str | None:
    """What every answer with data says of a demonstration store."""
    return gettext(DEMO_NOTE) if (store or current_store()).demo else None


def _note_member(store: Store) -> dict[str, str]:
    note = _note(store)
    return {"note": note} if note else {}


@blueprint.before_request
def _what_every_address_takes() -> None:
    check_common_parameters()


def check_common_parameters(own_format: str = "json") -> None:
    """Each parameter that is no filter comes once; `f` and `lang` are known everywhere."""
    request = this_request()
    args = request.args
    for name in PARAMETERS.intersection(args):
        if len(args.getlist(name)) > 1:
            raise InvalidInput(N_("参数 %(name)s 只能给一次"), name=name)
    if (code := args.get("lang", "zh")) not in LANGUAGES:
        raise InvalidInput(N_("没有语言“%(code)s”，可选 zh 或 en"), code=code)
    given, known = args.get("f", own_format), formats_of(request.endpoint, own_format)
    if given not in known:
        raise InvalidInput(N_("没有输出格式“%(given)s”，可选 f=%(known)s"), given=given, known="|".join(known))


@blueprint.after_app_request
def _depends_on_what_is_accepted(response: Response) -> Response:
    """Every answer, refusals too, is another one for whoever asks for a page."""
    if this_request().path.startswith("/ogc"):
        depends_on(response, "Accept", "Cookie")
    return response


def _either(template: str, document: dict, media_type: str = JSON, **more: object) -> Response:
    """A resource as JSON, or as the page of that name."""
    if wants_html():
        return ogc_pages.page(template, document, media_type, **more)
    response = jsonify(document)
    response.mimetype = media_type
    return response


@blueprint.get("/", strict_slashes=False)
def landing() -> Response:
    no_other_parameters()
    return _either("landing", document_of(documents.landing_page(base_url(), current_store().catalog.zone, language())))


@blueprint.get("/conformance")
def conformance() -> Response:
    no_other_parameters()
    return _either("conformance", documents.conformance())


@blueprint.get("/api")
def api() -> Response:
    no_other_parameters()
    document = openapi(base_url(), current_store().catalog, language(), gettext)
    document |= {"info": documents.marked(document["info"], _note())}
    described = ogc_pages.operations(document) if wants_html() else None
    return _either("api", document, OPENAPI_JSON, operations=described)


@blueprint.get("/collections")
def collections() -> Response:
    no_other_parameters()
    catalog = current_store().catalog
    document = documents.collections(base_url(), [_collection(layer) for layer in catalog.values()])
    return _either("collections", document_of(document))


@blueprint.get("/collections/<collection_id>")
def collection(collection_id: str) -> Response:
    no_other_parameters()
    return _either("collection", _collection(current_store().catalog[collection_id]))


def _collection(layer: Layer) -> dict:
    store = current_store()
    document = documents.collection(base_url(), layer, store.catalog.zone, store.extent(layer.id), language())
    return document_of(document)


@blueprint.get("/collections/<collection_id>/schema")
def schema(collection_id: str) -> Response:
    no_other_parameters()
    layer = current_store().catalog[collection_id]
    return _fields(layer, documents.schema(base_url(), layer, language()), queryable=False)


@blueprint.get("/collections/<collection_id>/queryables")
def queryables(collection_id: str) -> Response:
    no_other_parameters()
    layer = current_store().catalog[collection_id]
    return _fields(layer, documents.queryables(base_url(), layer, language()), queryable=True)


def _fields(layer: Layer, document: dict, *, queryable: bool) -> Response:
    fields = ogc_pages.fields_of(document)
    document = documents.marked(document, _note())
    return _either("schema", document, SCHEMA_JSON, fields=fields, queryable=queryable, **_of(layer))


def _of(layer: Layer) -> dict[str, str | None]:
    """What a page says of the collection that it belongs to."""
    return {"collection_id": layer.id, "collection_title": localized(layer.title)}


@blueprint.get("/collections/<collection_id>/items")
def items(collection_id: str) -> Response:
    store, args = current_store(), this_request().args
    layer = store.catalog[collection_id]
    query = params.feature_query(args, layer, store)
    crs = params.served(args, "crs", store.catalog.zone)
    if wants_html():
        return _in_crs(_items_page(store, layer, query, crs), crs)

    def answer(states: tuple[str, ...]) -> Kept:
        found = features.find_items(store, collection_id, query, state=states[0])
        members = _items_members(store, layer, query, found)
        body = geojson.feature_collection(found.page.ids, found.page.wkb, found.properties, crs=crs, **members)
        return Kept(body, 200, GEOJSON)

    return _in_crs(cached_by_state(answer, store, [layer.id]), crs)


def _items_members(store: Store, layer: Layer, query: FeatureQuery, found: features.Items) -> dict:
    return _note_member(store) | documents.items_members(
        f"{base_url()}/collections/{layer.id}/items",
        list(this_request().args.items(multi=True)),
        matched=found.matched,
        returned=len(found.page),
        limit=query.limit,
        offset=query.offset,
    )


def _items_page(store: Store, layer: Layer, query: FeatureQuery, crs: ServedCrs) -> Response:
    found = features.find_items(store, layer.id, query)
    return ogc_pages.page(
        "items",
        _items_members(store, layer, query, found),
        GEOJSON,
        table=ogc_pages.features_table(layer, found.page, found.properties, query.year),
        ids=found.page.ids,
        first=query.offset + 1,
        crs=crs.uri,
        map=ogc_pages.features_map(store, found.page, query.year),
        **_of(layer),
    )


def _in_crs(response: Response, crs: ServedCrs) -> Response:
    """An answer that says in which CRS its coordinates are (OGC API - Features - Part 2, 7.3)."""
    response.headers["Content-Crs"] = f"<{crs.uri}>"
    return response


@blueprint.get("/collections/<collection_id>/items/<path:feature_id>")
def item(collection_id: str, feature_id: str) -> Response:
    store, args = current_store(), this_request().args
    layer = store.catalog[collection_id]
    no_other_parameters("year", "schematic", "crs")
    crs = params.served(args, "crs", store.catalog.zone)
    year, schematic = params.year(args), params.flag(args, "schematic")

    def found() -> tuple[features.Item, dict]:
        found = features.find_item(store, collection_id, feature_id, year=year, schematic=schematic)
        return found, _item_members(store, layer, feature_id, found)

    def answer(_states: tuple[str, ...]) -> Kept:
        item, members = found()
        body = geojson.feature(feature_id, item.page.wkb[0], item.properties, crs=crs, **members)
        return Kept(body, 200, GEOJSON)

    if wants_html():
        response = _item_page(store, layer, feature_id, *found(), year)
    else:
        response = cached_by_state(answer, store, [layer.id])
    _in_crs(response, crs)
    if (when := as_of_day()) is not None:
        response.headers["Memento-Datetime"] = documents.http_date(last_moment(when))
    return response


def _item_members(store: Store, layer: Layer, feature_id: str, found: features.Item) -> dict:
    return _note_member(store) | {
        "links": _item_links(store, layer.id, feature_id),
        "statuses": [
            documents.status_row(each.status)
            | {"planned_progress_pct": each.planned_progress_pct, "lamp": each.lamp.colour}
            | {"lamp_reasons": in_sentences(each.lamp.reasons)}
            for each in found.reported
        ],
    }


def _item_page(
    store: Store, layer: Layer, feature_id: str, found: features.Item, members: dict, year: int | None
) -> Response:
    return ogc_pages.page(
        "item",
        members,
        GEOJSON,
        feature_id=feature_id,
        name=found.properties.get("name"),
        table=ogc_pages.features_table(layer, found.page, [found.properties], year),
        statuses=ogc_pages.statuses_table(layer, members["statuses"]),
        map=ogc_pages.features_map(store, found.page, year),
        **_of(layer),
    )


def _item_links(store: Store, layer_id: str, feature_id: str) -> list[documents.Link]:
    previous = versions.before_last(store, layer_id, feature_id)
    asked, base = this_request().args.get(AS_OF) or None, base_url()
    own = documents.in_the_past({"links": documents.item_links(base, layer_id, feature_id)}, asked)["links"]
    return own + documents.version_links(base, layer_id, feature_id, previous=previous, asked=asked)


@blueprint.get("/collections/<collection_id>/versions/<path:feature_id>")
def version_history(collection_id: str, feature_id: str) -> Response:
    store = current_store()
    layer = store.catalog[collection_id]
    no_other_parameters()

    def answer(_states: tuple[str, ...]) -> Kept:
        found = versions.versions(store, layer.id, feature_id)
        states = [(each.at, each.entries) for each in found]
        document = documents.version_history(base_url(), layer.id, feature_id, states, gettext)
        return Kept.document(documents.marked(document, _note(store)))

    return cached_by_state(answer, store, [layer.id])


@blueprint.get("/summary")
def summary() -> Response:
    store = current_store()
    layers = _named_layers()
    queries = params.feature_queries(request.args, layers, store, beside=("collections", "cells"))
    cells = params.integer(request.args, "cells", 0, 0, MAX_CELLS)

    def answer(_states: tuple[str, ...]) -> Kept:
        summaries = features.summarise(store, queries, cells=cells)
        document = documents.summary({layer.id: summaries.get(layer.id) for layer in layers})
        return Kept.document(documents.marked(document, _note(store)))

    return cached_by_state(answer, store, [layer.id for layer in layers])


@blueprint.get("/search")
def search() -> Response:
    store = current_store()
    no_other_parameters("q", "limit", "year", "schematic")
    words = params.text(request.args, "q", params.MAX_SEARCH_LENGTH)
    limit = params.integer(request.args, "limit", SEARCH_LIMIT, 1, MAX_SEARCH_RESULTS, clamp=True)
    year, schematic = params.year(request.args), params.flag(request.args, "schematic")

    def answer(_states: tuple[str, ...]) -> Kept:
        found = (
            search_service.search(store, words, limit=limit, year=year, schematic=schematic)
            if words
            else search_service.Found("", [])
        )
        parts = ((layer.id, result.page.ids, result.page.wkb, result.properties) for layer, result in found.results)
        return Kept(geojson.collections(parts, words=found.words, **_note_member(store)), 200, GEOJSON)

    return cached_by_state(answer, store, store.catalog)


@blueprint.get("/position")
def position() -> Response:
    no_other_parameters("text")
    words = params.text(request.args, "text", params.MAX_SEARCH_LENGTH)
    if words is None:
        raise InvalidInput(N_("缺少参数 text：请粘贴坐标，例如 114.0168, 33.0456"))
    west, _, east, _ = current_store().catalog.zone.extent
    found = coordinates.read_position(words, default_meridian=(west + east) / 2, translate=gettext)
    return Response(geojson.feature(None, found.wkb, {"reading": found.reading, "crs": found.crs}), mimetype=GEOJSON)


@blueprint.get("/area")
def area() -> Response:
    store = current_store()
    no_other_parameters("within", "buffer_m", "schematic")
    marked = params.marked_area(request.args, store)
    if marked is None:
        raise InvalidInput(N_("缺少参数 within：WKT（经度 纬度）或“图层/编号”"))
    sizes = {
        "area_m2": round(marked.area_m2, 1),
        "area_mu": round(marked.area_mu, 2),
        "area_ha": round(marked.area_m2 / 10_000, 4),
    }
    return Response(geojson.feature(None, to_wkb(marked.geometry), sizes), mimetype=GEOJSON)


def _named_layers() -> list[Layer]:
    catalog = current_store().catalog
    given = request.args.get("collections", "")
    return [catalog[name] for name in given.split(",") if name] or catalog.plan


def no_other_parameters(*known: str) -> None:
    """Refuse what an address does not know: OGC API Features Part 1, 7.2.2."""
    for name in this_request().args:
        if name not in (*known, "f", "lang", AS_OF):
            raise InvalidInput(N_("没有参数“%(name)s”"), name=name)
