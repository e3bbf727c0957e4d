"""Two years side by side: one map of each, moved together, and what differs between them."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from geo.model.layer import Zone
from geo.model.status import STAGES
from geo.service import monitoring
from geo.service.monitoring import Monitored, Standing
from geo.web import monitoring_view as view
from geo.web import params
from geo.web.current import current_store
from geo.web.figures import in_decimals
from geo.web.language import localized
from geo.web.maps import render_map
from geo.web.monitoring import filter_parts
from geo.web.page_config import page_config

MODULE = "js/comparing_page.js"
MOST_LISTED = 300

blueprint = Blueprint("comparing", __name__)


@dataclass(frozen=True)
class Side:
    """A feature at the end of one of the years."""

    colour: str
    title: str
    stage: str
    figure: str


@dataclass(frozen=True)
class Differing:
    """A feature that stands otherwise at the end of the second year than at that of the first."""

    key: str
    name: str
    link: str
    layer: str
    left: Side
    right: Side


@blueprint.get("/monitoring/compare")
def page() -> str:
    """Maps of two years, and a list of what differs."""
    store = current_store()
    asked = view.read_asked(store, request.args)
    left, right = _years(request.args, store.catalog.zone)
    monitored = monitoring.read(store, asked.scope)
    found = _differing(monitored, left, right)
    scope = asked.scope
    is_narrow = scope.township is not None or scope.unit is not None
    config = page_config(store, right) | {
        "left": left,
        "right": right,
        "chosen": [layer.id for layer in monitored.layers if layer.geometry],
        "keys": ["/".join(item.key) for item in monitored.items] if is_narrow else None,
    }
    return render_template(
        "monitoring/compare.html",
        asked=asked,
        left=left,
        right=right,
        years=list(store.catalog.zone.years),
        found=[_in_words(*pair, right) for pair in found[:MOST_LISTED]],
        count=len(found),
        map=render_map(store.catalog.zone, MODULE, config),
        **filter_parts(store, monitored, asked),
    )


def _years(args: params.Args, zone: Zone) -> tuple[int, int]:
    """The two years that a request names; the first and the last one of the plan where it names none."""
    known = {str(year): year for year in zone.years}
    return known.get(args.get("left", ""), zone.first_year), known.get(args.get("right", ""), zone.last_year)


def _differing(monitored: Monitored, left: int, right: int) -> list[tuple[Standing, Standing]]:
    """Features with another lamp, stage or figure at the end of the second year than at that of the first."""
    pairs = zip(monitoring.standings(monitored, left), monitoring.standings(monitored, right), strict=True)
    return [(one, other) for one, other in pairs if _shown_of(one) != _shown_of(other)]


def _shown_of(each: Standing) -> tuple:
    told = (each.report.stage, each.report.value) if each.report else None
    return each.colour, each.reported_pct, told


def _in_words(one: Standing, other: Standing, right: int) -> Differing:
    layer_id, feature_id = one.item.key
    link = url_for("features.detail", layer_id=layer_id, feature_id=feature_id, year=right)
    key = f"{layer_id}/{feature_id}"
    return Differing(key, one.item.name, link, localized(one.layer.title), _side(one), _side(other))


def _side(each: Standing) -> Side:
    report = each.report
    stage, figure = "", ""
    if report is not None:
        stage = _(STAGES[report.stage]) if report.stage in STAGES else ""
        figure = f"{in_decimals(each.reported_pct)}%" if each.reported_pct is not None else ""
        figure = in_decimals(report.value) if report.value is not None else figure
    return Side("done" if each.colour == "none" else each.colour, view.lamp_title(each), stage, figure)
