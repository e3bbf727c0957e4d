"""All that answers requests: pages, the OGC API, files to take away. The store and the GIS libraries come with it."""

from collections.abc import Mapping

from flask import Flask, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from geo.model.errors import AtlasError
from geo.web import (
    accounts,
    asking,
    basemaps,
    caching,
    catchments_page,
    comparing,
    compressing,
    corrections,
    creating,
    editing,
    errors,
    evidence,
    export,
    features,
    health,
    importing,
    journal,
    lamp_rule,
    language,
    ledger,
    locating_page,
    map_picture,
    monitoring,
    ogc,
    outcomes,
    placing,
    rate,
    relocating,
    reports,
    retiring,
    sealing,
    security,
    slots,
    status,
    submitting,
    tiles,
    undoing_page,
)
from geo.web.assets import serve_assets
from geo.web.current import AS_OF, as_of_moment, live_store, use_store
from geo.web.guard import guard, may_open
from geo.web.hosts import refuse_wrong_hosts
from geo.web.sessions import keep_sessions
from geo.web.settings import whole_number
from geo.web.uploads import allow_uploads

NAVIGATION = (
    "features.map_page",
    "monitoring.page",
    "catchments.page",
    "locating.page",
    "importing.page",
    "export.page",
    "ledger.page",
    "journal.page",
    "accounts.index",
)
"""Pages in the order of the header; those that need a role are shown to whoever has it."""

WITH_PAGES = (
    features,
    monitoring,
    comparing,
    lamp_rule,
    catchments_page,
    locating_page,
    relocating,
    importing,
    outcomes,
    undoing_page,
    export,
    map_picture,
    reports,
    submitting,
    ogc,
    tiles,
    evidence,
    status,
    ledger,
    editing,
    creating,
    placing,
    retiring,
    journal,
    sealing,
    accounts,
    corrections,
    basemaps,
    health,
)
"""Modules that have a blueprint."""


def add_pages(app: Flask, settings: Mapping[str, str]) -> None:
    """Let an app answer requests: its store, its guards, its languages and all its pages."""
    use_store(app, settings)
    app.wsgi_app = refuse_wrong_hosts(app.wsgi_app)
    _trust_proxies(app, whole_number(settings, "TRUSTED_PROXIES", highest=10))
    app.config["REQUIRE_LOGIN"] = whole_number(settings, "REQUIRE_LOGIN", highest=1) == 1
    asking.read_requests(app)
    serve_assets(app)
    caching.keep_answers(app)
    compressing.compress(app)
    rate.limit_rate(app)
    slots.keep_slots(app)
    security.protect(app)
    keep_sessions(app)
    allow_uploads(app)
    guard(app)
    language.speak(app)
    errors.handle_errors(app)
    for module in WITH_PAGES:
        app.register_blueprint(module.blueprint)
    app.context_processor(_page_context)


def _trust_proxies(app: Flask, count: int) -> None:
    """Let that many reverse proxies name the address that the client called; none by default."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=count)


def _page_context() -> dict:
    """What the frame of every page needs; without a store it is as bare as the page that says so."""
    try:
        store = live_store()
        known = {"zone": store.catalog.zone, "demo": store.demo}
    except AtlasError:
        known = {"zone": None, "demo": False}
    return {
        "as_of": request.args.get(AS_OF),
        "as_of_moment": as_of_moment(),
        "nav": [(url_for(endpoint), endpoint) for endpoint in NAVIGATION if may_open(endpoint)],
        **known,
        "open_corrections": corrections.open_corrections,
        "may_be_placed": placing.may_be_placed,
    }
