"""The form by which a feature is taken out of use, alone or with others that one successor replaces."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from geo.model.errors import Conflict, FeatureNotFound, InvalidInput, LayerNotFound
from geo.model.feature_query import FeatureQuery
from geo.model.field_fault import InvalidFields
from geo.service import editing, retiring
from geo.service.retiring import Retiree
from geo.web.current import live_store
from geo.web.done import say_done
from geo.web.edit_form import faults_by_field
from geo.web.editing import act_of_form, revision_of
from geo.web.guard import needs_role
from geo.web.language import in_words

MOST_SUGGESTED = 500
OTHERS = 4
"""Fields for features that are retired together with the one of the page."""

blueprint = Blueprint("retiring", __name__, url_prefix="/editing/retire")


@blueprint.get("/<layer_id>/<path:feature_id>")
@needs_role("editor")
def form(layer_id: str, feature_id: str) -> str:
    """Since when, why, replaced by what, and which others with it."""
    return _form(layer_id, feature_id, {}, MultiDict())


@blueprint.post("/<layer_id>/<path:feature_id>")
@needs_role("editor")
def retire(layer_id: str, feature_id: str) -> Response | tuple[str, int]:
    """Retire; the form again with every fault at its field where that cannot be."""
    store, given = live_store(), request.form
    editing.read_now(store, layer_id, feature_id)
    successor = _key(layer_id, given.get("successor", ""))
    others = [_key(layer_id, each) for each in given.getlist("other") if each.strip()]
    retirees = [Retiree(layer_id, feature_id, revision_of(given)), *(Retiree(*_parts(each)) for each in others)]
    try:
        entries = retiring.retire(
            store, retirees, act_of_form(given), on=given.get("retired_on", "").strip() or None, successor=successor
        )
    except InvalidFields as error:
        return _form(layer_id, feature_id, faults_by_field(error.faults), given), 400
    except (Conflict, FeatureNotFound, LayerNotFound, InvalidInput) as error:
        status = 409 if isinstance(error, Conflict) else 400
        return _form(layer_id, feature_id, {"others" if others else "": in_words(error)}, given), status
    say_done(_("已停用 %(count)s 个要素", count=len(entries)), entries[0])
    return redirect(url_for("features.detail", layer_id=layer_id, feature_id=feature_id), 303)


def _key(layer_id: str, given: str) -> str | None:
    """`<layer>/<id>` of what was typed: that itself, or an id of the same layer."""
    text = given.strip()
    if not text:
        return None
    return text if text.partition("/")[0] in live_store().catalog else f"{layer_id}/{text}"


def _parts(key: str) -> tuple[str, str]:
    layer_id, _slash, feature_id = key.partition("/")
    return layer_id, feature_id


def _form(layer_id: str, feature_id: str, faults: Mapping[str, str], given: MultiDict[str, str]) -> str:
    store = live_store()
    layer = store.catalog[layer_id]
    now = editing.read_now(store, layer_id, feature_id)
    page = store.read_page(layer_id, FeatureQuery(limit=MOST_SUGGESTED))
    names = [dict(zip(page.columns, row, strict=True))["name"] or "" for row in page.rows]
    others = given.getlist("other")
    others += [""] * (OTHERS - len(others))
    return render_template(
        "editing/retire.html", layer=layer, feature_id=feature_id, name=now.get("name") or feature_id,
        revision=now["revision"], faults=faults, given=given, others=others,
        suggested=[(each, name) for each, name in zip(page.ids, names, strict=True) if each != feature_id],
        retired_on=now.get("retired_on"),
    )  # fmt: skip
