"""Closing a year from the browser: what is closed is shown first, then an admin says yes."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.model.errors import Conflict, N_
from geo.model.journal import Act
from geo.model.status import STAGES
from geo.service import sealing
from geo.web import params
from geo.web.current import live_store, sealing_key
from geo.web.guard import needs_role
from geo.web.language import in_words

CAUSE = N_("年度封存")
LONGEST_REASON = 500
MAX_SEQ = 10**11

blueprint = Blueprint("sealing", __name__, url_prefix="/journal/sealing")


@blueprint.get("/<int:year>")
@needs_role("admin")
def confirm(year: int) -> str:
    """What a year is like now, before it is closed."""
    return _confirm(year)


@blueprint.post("/<int:year>")
@needs_role("admin")
def seal(year: int) -> Response | tuple[str, int]:
    """Close the year as it was shown, and go to the sheet for the minutes."""
    store, form = live_store(), request.form
    if form.get("sure") != "1":
        return _confirm(year, fault=_("请先勾选确认")), 400
    cause = " · ".join(filter(None, [CAUSE, form.get("reason", "").strip()[:LONGEST_REASON]]))
    seen = params.integer(form, "seen", None, 0, MAX_SEQ)
    try:
        sealing.seal_year(store, year, Act(current_user.name, cause), sealing_key(), seen=seen)
    except Conflict as error:
        return _confirm(year, fault=in_words(error)), 409
    flash(_("%(year)s 年已封存：请打印此单，附在会议纪要后", year=year))
    return redirect(url_for("journal.seal", year=year), 303)


def _confirm(year: int, fault: str = "") -> str:
    store = live_store()
    facts, head = sealing.draft_of_seal(store, year)
    layers = {layer.id: layer for layer in store.catalog.plan}
    missing = sum(
        max(0, each["features"] - each["reported"])
        for layer_id, each in facts["layers"].items()
        if layers[layer_id].status.kind != "none"
    )
    return render_template(
        "journal/sealing.html", year=year, facts=facts, head=head, layers=layers, missing=missing, stages=STAGES,
        fault=fault, reason=request.form.get("reason", ""),
    )  # fmt: skip
