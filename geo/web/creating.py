"""The form by which a new feature comes into a layer: with a place or without one, under an id that is proposed."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from geo.model.errors import InvalidFeatures, InvalidInput
from geo.model.field_fault import InvalidFields
from geo.model.journal import Act
from geo.model.layer import Layer
from geo.model.location import Position
from geo.service import boundaries, editing
from geo.web.current import live_store
from geo.web.done import say_done
from geo.web.edit_form import given_texts, groups
from geo.web.editing import act_of_form
from geo.web.guard import needs_role
from geo.web.language import in_words
from geo.web.placing import LARGEST_FORM, given_accuracy, given_shape, may_be_placed, place_faults, place_map
from geo.web.uploads import takes

blueprint = Blueprint("creating", __name__, url_prefix="/editing/new")


@blueprint.get("")
@needs_role("editor")
def choose() -> str:
    """Into which layer."""
    catalog = live_store().catalog
    return render_template("editing/layers.html", plan=catalog.plan, reference=catalog.reference)


@blueprint.get("/<layer_id>")
@needs_role("editor")
def form(layer_id: str) -> str:
    """An empty form with an id that is free."""
    layer = live_store().catalog[layer_id]
    return _form(layer, {}, {}, MultiDict())


@blueprint.post("/<layer_id>")
@takes(LARGEST_FORM)
@needs_role("editor")
def create(layer_id: str) -> Response | tuple[str, int]:
    """Make the feature; the form again with every fault at its field where that cannot be."""
    store, given = live_store(), request.form
    layer = store.catalog[layer_id]
    texts, act = given_texts(layer, given), act_of_form(given)
    try:
        values = editing.read_values(layer, texts)
        feature_id = given.get("_id", "").strip() or editing.proposed_id(store, layer_id, values.get("plan_year"))
        entry = editing.create(store, layer_id, feature_id, values, act, _position(given, act))
    except InvalidFields as error:
        return _form(layer, texts, place_faults(error), given), 400
    except (InvalidInput, InvalidFeatures) as error:
        return _form(layer, texts, {"": in_words(error)}, given), 400
    say_done(_("已新增“%(name)s”", name=values["name"]), entry)
    return redirect(url_for("features.detail", layer_id=layer_id, feature_id=feature_id), 303)


def _position(given: Mapping[str, str], act: Act) -> Position | None:
    """Where the form puts the feature; None where it says nothing of a place."""
    if not given.get("_geometry"):
        return None
    return boundaries.given_position(given_shape(given), given.get("_basis", ""), given_accuracy(given), act)


def _form(layer: Layer, texts: Mapping[str, str], faults: Mapping[str, str], given: MultiDict[str, str]) -> str:
    store = live_store()
    return render_template(
        "editing/new.html", layer=layer, groups=groups(layer, texts), faults=faults, given=given,
        proposed=editing.proposed_id(store, layer.id, None), now={},
        map=place_map(layer, None, {}, given) if may_be_placed(layer) else None,
    )  # fmt: skip
