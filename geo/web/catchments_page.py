"""The page of catchments: schools, areas and homes of a year, which school it is from a place, and what was kept."""

from collections.abc import Callable

import msgspec
import orjson
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request, url_for
from flask_login import current_user

from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.journal import Act
from geo.model.remark import Remark
from geo.service.catchments import scenarios
from geo.service.catchments.answering import Answer, Answers
from geo.service.catchments.asking import why
from geo.service.catchments.finding import find_place
from geo.service.catchments.inputs import Tell
from geo.service.catchments.question import NAMES, Question, question_of
from geo.service.catchments.scenarios import Renewed
from geo.web import catchments_view as view
from geo.web import progress
from geo.web.current import current_store, live_store, past_stores
from geo.web.guard import needs_role
from geo.web.json_body import json_body
from geo.web.maps import render_map
from geo.web.page_config import page_config
from geo.web.sessions import may
from geo.web.slots import slots

MODULE = "js/catchments_page.js"
STEPS = 6
"""What a computation tells at most: reading, last year, places, walks, whole blocks, areas."""

_EXTENSION = "plan_atlas_catchments"

blueprint = Blueprint("catchments", __name__)


class GivenScenario(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be kept."""

    name: str
    note: str | None = None
    question: dict[str, list[str]] = {}


class GivenName(msgspec.Struct, forbid_unknown_fields=True):
    """What a scenario is to be called, and which it is by its hash."""

    name: str
    seen: str
    note: str | None = None


class Seen(msgspec.Struct, forbid_unknown_fields=True):
    """Which state of a scenario is meant."""

    seen: str


@blueprint.record_once
def _keep_answers(state: object) -> None:
    state.app.extensions[_EXTENSION] = Answers()


def answers(app: Flask | None = None) -> Answers:
    """The answers that the running app keeps."""
    return (app or current_app).extensions[_EXTENSION]


@blueprint.get("/catchments")
def page() -> str:
    """Map and table of the schools of a level and a year."""
    store = current_store()
    zone = store.catalog.zone
    config = page_config(store, zone.last_year) | {
        "catchments": {
            "mayKeep": may("editor"),
            "signInUrl": url_for("accounts.sign_in_page"),
            "parameters": sorted(NAMES),
        }
    }
    return render_template("catchments/index.html", map=render_map(zone, MODULE, config), years=list(zone.years))


@blueprint.get("/catchments/result")
def result() -> Response:
    """Areas, schools, homes and figures for a question."""
    answer, renewed = _answered()(lambda remark: None)
    return _json(view.result_of(answer, renewed))


@blueprint.get("/catchments/run")
def run() -> Response:
    """The same in lines that say how far the work is; it ends when nobody reads them any more."""
    work = _answered()

    def stepped(tell: progress.Progress) -> tuple[Answer, Renewed | None]:
        steps: dict[str, int] = {}

        def step(remark: Remark) -> None:
            tell(min(steps.setdefault(remark.message, len(steps) + 1), STEPS - 1), STEPS)

        return work(step)

    return progress.stream(stepped, lambda found: orjson.Fragment(orjson.dumps(view.result_of(*found))))


@blueprint.get("/catchments/file")
def file() -> Response:
    """An answer to take away: GeoPackage, GeoJSON or workbook."""
    format_name = request.args.get("format", "gpkg")
    if format_name not in view.FORMATS:
        message = N_("%(option)s 应为 %(known)s 之一，现为 %(given)s")
        raise InvalidInput(message, option="format", known=", ".join(view.FORMATS), given=format_name[:40])
    answer, _ = _answered()(lambda remark: None)
    question = answer.question
    name = f"catchments_{question.level}_{question.method}_{question.year}"
    name += f"_{format_name}" if format_name.startswith("assignments") else f".{format_name}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    content = view.file_of(answer, format_name)
    return current_app.response_class(content, mimetype=view.FORMATS[format_name], headers=headers)


@blueprint.get("/catchments/from")
def from_place() -> Response:
    """Which school it is from a place, and why: by longitude and latitude, or by what somebody types."""
    answer, _ = _answered()(lambda remark: None)
    if text := request.args.get("q"):
        place = find_place(current_store(), text)
        lon, lat, label, accuracy_m = place.lon, place.lat, place.label, place.accuracy_m
    else:
        lon, lat, label, accuracy_m = _degrees("lon", 180.0), _degrees("lat", 90.0), None, None
    here = {"lon": round(lon, 6), "lat": round(lat, 6), "label": label, "accuracy_m": accuracy_m}
    return _json(view.reason_of(answer, why(answer, lon, lat)) | {"place": here})


@blueprint.get("/catchments/compare")
def compare() -> Response:
    """A question beside the same one of another year, or beside a kept scenario, which comes first."""
    answer, _ = _answered()(lambda remark: None)
    kind, _, number = request.args.get("with", "").partition(":")
    after = scenarios.side_of(scenarios.result_of(answer))
    if kind == "scenario" and number.isdecimal():
        kept = live_store().scenarios.get(int(number[:12]))
        before, title = scenarios.side_of(kept.result), kept.name
    elif kind == "year":
        other = _question(request.args.to_dict(flat=False) | {"year": [number], "scenario": []})
        found = answers().answer(current_store(), other)
        before, title = scenarios.side_of(scenarios.result_of(found)), number
    else:
        message = N_("%(option)s 应写作 year:年份 或 scenario:编号，现为 %(given)s")
        raise InvalidInput(message, option="with", given=request.args.get("with", "")[:40])
    moves, schools = scenarios.compare(before, after)
    rows = moves.rows.sort_values("pupils", ascending=False, kind="stable")
    return _json(
        {
            "title": title,
            "before": before.summary,
            "after": after.summary,
            "schools": schools,
            "moves": {name: round(getattr(moves, name), 2) for name in ("moved", "gained", "lost", "compared")},
            "rows": [{name: view.plain(value) for name, value in row.items()} for row in rows.to_dict("records")],
        }
    )


@blueprint.get("/catchments/scenarios")
def kept() -> Response:
    """What was kept, the newest first, without results."""
    store = live_store()
    return _json(
        {
            "scenarios": [
                {
                    "id": each.id,
                    "name": each.name,
                    "note": each.note,
                    "made_by": each.made_by,
                    "made_at": office_time.shown(each.made_at),
                    "question": each.question,
                    "changed": sorted(scenarios.changed_since(store, each)),
                    "sha256": each.sha256,
                }
                for each in store.scenarios.list()
            ]
        }
    )


@blueprint.post("/catchments/scenarios")
@needs_role("editor")
def keep() -> Response:
    """Keep a question with its answer."""
    given = json_body(GivenScenario)
    store = live_store()
    question = question_of(given.question, list(store.catalog.zone.years))
    made = scenarios.keep(store, answers(), question, given.name, given.note, by=current_user.name)
    return jsonify(id=made.id, name=made.name)


@blueprint.patch("/catchments/scenarios/<int:number>")
@needs_role("editor")
def rename(number: int) -> Response:
    """Call a scenario otherwise."""
    given = json_body(GivenName)
    made = scenarios.rename(live_store(), number, given.name, given.note, Act(current_user.name), seen=given.seen)
    return jsonify(id=made.id, name=made.name)


@blueprint.delete("/catchments/scenarios/<int:number>")
@needs_role("editor")
def remove(number: int) -> Response:
    """Take a scenario out; the journal tells that it was there."""
    live_store().scenarios.remove(number, Act(current_user.name), seen=json_body(Seen).seen)
    return current_app.response_class(status=204)


def _answered() -> Callable[[Tell], tuple[Answer, Renewed | None]]:
    """What answers the request: its question, or a kept scenario with the data of its day, or of now.

    Everything of the request is read at once, so that the work can be done outside it. It takes one of the places for
    those who compute, and raises `Busy` where there is none.
    """
    store, live, known, places = current_store(), live_store(), answers(), slots("computing")
    number = request.args.get("scenario", "")
    if not number:
        question = _question(request.args.to_dict(flat=False))

        def answered(tell: Tell) -> tuple[Answer, None]:
            with places.taken():
                return known.answer(store, question, tell, kept_in=live), None

        return answered
    if not number.isdecimal():
        raise InvalidInput(N_("参数 %(name)s 应为整数，现为“%(given)s”"), name="scenario", given=number[:40])
    past = past_stores()
    scenario = live.scenarios.get(int(number[:12]))
    again = request.args.get("renew") == "true"

    def work(tell: Tell) -> tuple[Answer, Renewed | None]:
        with places.taken():
            if again:
                found = scenarios.renewed(live, known, scenario, tell)
            else:
                found = scenarios.as_kept(live, past, known, scenario, tell)
        return found.answer, found

    return work


def _question(params: dict[str, list[str]]) -> Question:
    return question_of(params, list(current_store().catalog.zone.years))


def _degrees(name: str, most: float) -> float:
    given = request.args.get(name, "")
    try:
        value = float(given[:40])
    except ValueError:
        value = float("nan")
    if not abs(value) <= most:
        raise InvalidInput(N_("%(option)s 应为度数，现为 %(given)s"), option=name, given=given[:40])
    return value


def _json(content: dict[str, object]) -> Response:
    return current_app.response_class(orjson.dumps(content), mimetype="application/json")
