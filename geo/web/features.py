"""The map page and the page of one feature."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from geo.model import office_time
from geo.model.errors import FeatureNotFound
from geo.model.journal import PROGRAM
from geo.model.layer import Layer
from geo.service import corrections, features, retiring
from geo.service.retiring import Retirement
from geo.web import params
from geo.web.current import as_of_day, current_store
from geo.web.feature_view import feature_view, predecessor_view
from geo.web.language import localized
from geo.web.maps import render_map
from geo.web.page_config import page_config
from geo.web.sayings import sayings
from geo.web.sessions import may

MAP_MODULE = "js/map_page.js"
FEATURE_MODULE = "js/feature_page.js"

blueprint = Blueprint("features", __name__)


@blueprint.get("/")
def map_page() -> str:
    """The plan on a map."""
    return render_template("map/index.html", **_map_parts(MAP_MODULE))


@blueprint.get("/features/<layer_id>/<path:feature_id>")
def detail(layer_id: str, feature_id: str) -> str | tuple[str, int]:
    """One feature on a page of its own; a retired one says since when, by whom and why, and what replaced it."""
    store = current_store()
    layer = store.catalog[layer_id]
    try:
        item = features.find_item(store, layer_id, feature_id, year=_year(), schematic=True)
    except FeatureNotFound:
        return _not_found(layer, feature_id)
    retirement = retiring.retirement(store, layer_id, feature_id) if item.properties.get("retired_on") else None
    return render_template(
        "features/detail.html",
        layer=layer,
        feature=feature_view(layer, feature_id, item, store.catalog.zone.years),
        retirement=retirement,
        can_undo=_can_undo(retirement),
        predecessors=[predecessor_view(each) for each in retiring.predecessors(store, layer_id, feature_id)],
        sayings=sayings(store, layer, feature_id),
        outcomes=corrections.outcomes(store, layer_id, feature_id),
        this_year=office_time.today().year,
        **_map_parts(FEATURE_MODULE, {"feature": {"layer": layer_id, "id": feature_id}}),
    )


def _can_undo(retirement: Retirement | None) -> bool:
    """Whether whoever looks may take the retirement back."""
    entry = retirement and retirement.entry
    return entry is not None and entry.author != PROGRAM and as_of_day() is None and may("editor")


def _year() -> int:
    return params.year_shown(request.args, current_store().catalog.zone)


def _map_parts(module: str, extra: dict | None = None) -> dict[str, object]:
    store, year = current_store(), _year()
    zone = store.catalog.zone
    return {
        "map": render_map(zone, module, page_config(store, year) | {"statusUrl": _status_url()} | (extra or {})),
        "year": year,
        "years": list(zone.years),
    }


def _status_url() -> str | None:
    """Where forms of a year begin, for whoever may report now."""
    return "/status" if may("editor") and as_of_day() is None else None


def _not_found(layer: Layer, feature_id: str) -> tuple[str, int]:
    """404 with what the reader may have meant."""
    alike = features.similar(current_store(), layer.id, feature_id)
    page = render_template(
        "errors/error.html",
        status=404,
        title=_("没有找到"),
        layer=layer,
        suggestions=alike,
        detail=_("“%(layer)s”里没有编号为“%(id)s”的要素", layer=localized(layer.title), id=feature_id),
    )
    return page, 404
