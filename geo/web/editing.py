"""The forms by which a feature's fields are changed and new features are made; every fault stands at its field."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.model.errors import Conflict, InvalidFeatures, InvalidInput, N_
from geo.model.field_fault import InvalidFields
from geo.model.journal import Act
from geo.model.layer import Layer
from geo.service import editing
from geo.web.conflict_view import conflict_rows
from geo.web.current import live_store
from geo.web.done import say_done
from geo.web.edit_form import faults_by_field, given_texts, groups, plan_words, texts_of
from geo.web.guard import needs_role
from geo.web.language import in_words

LONGEST_WORDS = 500
Faults = Mapping[str, str]
blueprint = Blueprint("editing", __name__, url_prefix="/editing")


@blueprint.get("/attributes/<layer_id>/<path:feature_id>")
@needs_role("editor")
def attributes(layer_id: str, feature_id: str) -> str:
    """The fields of a feature as they are."""
    store = live_store()
    now = editing.read_now(store, layer_id, feature_id)
    return _form(store.catalog[layer_id], feature_id, now, texts_of(store.catalog[layer_id], now), now["revision"])


@blueprint.post("/attributes/<layer_id>/<path:feature_id>")
@needs_role("editor")
def save(layer_id: str, feature_id: str) -> Response | tuple[str, int]:
    """Write what changed; the form again with every fault at its field, or both versions where somebody was faster."""
    store, form = live_store(), request.form
    layer = store.catalog[layer_id]
    given, revision = given_texts(layer, form), revision_of(form)
    try:
        values = editing.read_values(layer, given)
        entry = editing.edit(store, layer_id, feature_id, revision, values, act_of_form(form))
    except Conflict:
        return _conflict(layer, feature_id, revision, values), 409
    except (InvalidInput, InvalidFeatures) as error:
        now = editing.read_now(store, layer_id, feature_id)
        faults = faults_by_field(error.faults) if isinstance(error, InvalidFields) else {"": in_words(error)}
        return _form(layer, feature_id, now, texts_of(layer, now) | given, revision, faults), 400
    say_done(_("修改已保存") if entry else _("没有改动，什么都没有写入"), entry)
    return redirect(url_for("features.detail", layer_id=layer_id, feature_id=feature_id), 303)


def act_of_form(form: Mapping[str, str]) -> Act:
    """Who sends a form, why, and on what it rests."""
    words = {name: form.get(name, "").strip()[:LONGEST_WORDS] or None for name in ("_cause", "_source")}
    return Act(current_user.name, words["_cause"], words["_source"])


def revision_of(form: Mapping[str, str]) -> int:
    """The revision that a form was made from.

    Raises
    ------
    InvalidInput
        If the form does not say so.
    """
    given = form.get("_revision", "")
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise InvalidInput(N_("表单不完整，请返回上一页刷新后再提交"))
    return int(given)


def _form(
    layer: Layer,
    feature_id: str,
    now: Mapping[str, object],
    texts: Mapping[str, str],
    revision: int,
    faults: Faults | None = None,
) -> str:
    store = live_store()
    stated = plan_words(store, layer, feature_id)
    controls = groups(layer, texts, stated=stated, assumed_dates=bool(now.get("planned_dates_assumed")))
    return render_template(
        "editing/form.html", layer=layer, feature_id=feature_id, name=now.get("name") or feature_id, groups=controls,
        revision=revision, faults=faults or {}, given=request.form,
    )  # fmt: skip


def _conflict(layer: Layer, feature_id: str, revision: int, values: dict[str, object]) -> str:
    store = live_store()
    found = editing.contested(store, layer.id, feature_id, revision, values)
    now = editing.read_now(store, layer.id, feature_id)
    return render_template(
        "editing/conflict.html", layer=layer, feature_id=feature_id, name=now.get("name") or feature_id,
        rows=conflict_rows(store, layer, found, values), revision=now["revision"], given=request.form,
        action=url_for("editing.save", layer_id=layer.id, feature_id=feature_id), hidden={},
    )  # fmt: skip
