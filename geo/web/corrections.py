"""Readers report what is wrong in a record; editors see it in an inbox and say what becomes of it."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.model.correction import OUTCOMES, TOPICS, Report
from geo.model.errors import AtlasError, InvalidInput, TooManyTries
from geo.service import corrections
from geo.web.current import live_store
from geo.web.errors import STATUS_OF
from geo.web.guard import needs_role
from geo.web.language import in_words

PER_PAGE = 50
TRAP = "website"
"""A field that people do not see; whoever fills it is a program."""

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")


@blueprint.get("/new")
def new() -> str:
    """The form for one record, which `feature` names as `<layer>/<id>`."""
    return _form(request.args.get("feature", ""))


@blueprint.post("/new")
def receive() -> Response | tuple[str, int, dict[str, str]]:
    """Take a report in; it needs no account."""
    form = request.form
    key = form.get("feature", "")
    if not form.get(TRAP):
        layer_id, _slash, feature_id = key.partition("/")
        author = current_user.name if current_user.is_authenticated else None
        report = Report(layer_id, feature_id, form.get("topic", ""), form.get("text", ""), form.get("contact"), author)
        try:
            corrections.receive(live_store(), report, request.remote_addr or "")
        except (InvalidInput, TooManyTries) as error:
            wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyTries) else {}
            return _form(key, fault=in_words(error), given=form), STATUS_OF[type(error)], wait
    return redirect(url_for("corrections.received", feature=key), 303)


@blueprint.get("/received")
def received() -> str:
    """Thanks, and where the outcome will stand."""
    return render_template("corrections/received.html", **_record(request.args.get("feature", "")))


@blueprint.get("")
@needs_role("editor")
def index() -> str:
    """The inbox: what waits, or with `handled=1` what was handled."""
    return _inbox()


@blueprint.post("/<int:number>")
@needs_role("editor")
def handle(number: int) -> Response | tuple[str, int]:
    """Accept, answer or close a report."""
    outcome, answer = request.form.get("outcome", ""), request.form.get("answer", "")
    try:
        corrections.handle(live_store(), number, outcome, answer, by=current_user.name)
    except AtlasError as error:
        return _inbox(fault=in_words(error), at=number, answer=answer), STATUS_OF[type(error)]
    flash(_("第 %(number)s 号意见：%(outcome)s", number=number, outcome=_(OUTCOMES[outcome])))
    return redirect(url_for("corrections.index"), 303)


def open_corrections() -> int:
    """How many reports wait; templates ask it for editors."""
    return live_store().corrections.count(is_open=True)


def _form(key: str, **more: object) -> str:
    return render_template("corrections/new.html", topics=TOPICS, trap=TRAP, **_record(key), **more)


def _record(key: str) -> dict[str, object]:
    """What a page says of the record that it is about.

    Raises
    ------
    LayerNotFound, FeatureNotFound
    """
    layer_id, _slash, feature_id = key.partition("/")
    store = live_store()
    store.read_feature(layer_id, feature_id)
    name = corrections.record_name(store, layer_id, feature_id) or feature_id
    return {"key": key, "layer": store.catalog[layer_id], "feature_id": feature_id, "name": name}


def _inbox(**more: object) -> str:
    is_open = request.args.get("handled") != "1"
    count = live_store().corrections.count(is_open=is_open)
    pages = max(-(-count // PER_PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = corrections.inbox(live_store(), is_open=is_open, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template(
        "corrections/index.html",
        inbox=found,
        is_open=is_open,
        page=page,
        pages=pages,
        topics=TOPICS,
        catalog=live_store().catalog,
        **more,
    )
