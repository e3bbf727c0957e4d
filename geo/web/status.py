"""The form by which a year is reported: prefilled from the year before, every fault shown at its field."""

from collections.abc import Iterable, Iterator, Mapping
from unicodedata import normalize

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from geo.model import office_time
from geo.model.errors import AtlasError, InvalidFile, InvalidInput, N_
from geo.model.evidence import LARGEST_BYTES, MOST_FILES
from geo.model.field_value import NUMBER
from geo.model.journal import Act
from geo.model.layer import Layer
from geo.model.status import CARRIED_ON, FLAGS, LONGEST_TEXT, STAGES, WATER_CLASSES, AnnualStatus
from geo.service import features, history, status
from geo.service.evidence import keep_evidence
from geo.service.sealing import find_seal
from geo.store.base import Store
from geo.web.current import live_store
from geo.web.done import UNDOING, say_done
from geo.web.guard import needs_role
from geo.web.language import in_sentences, in_words
from geo.web.page_config import unit_title
from geo.web.uploads import file_name, takes

MAX_FORM_BYTES = 60 * 2**20
NUMBERS = ("progress_pct", "investment_planned_cny_10k", "investment_done_cny_10k", "seats_delivered", "value")
TEXTS = ("stage", "flag", "note", "value_source", "obstacle", "obstacle_owner", "obstacle_due")
Faults = dict[str, str]
blueprint = Blueprint("status", __name__, url_prefix="/status")


@blueprint.get("/<layer_id>/<int:year>/<path:feature_id>")
@needs_role("editor")
def form(layer_id: str, year: int, feature_id: str) -> str:
    """What was reported of the year, or what the year before suggests."""
    to_come = {"year": _("%(year)s 年还没有到，不能填报", year=year)} if year > office_time.today().year else None
    return _form(layer_id, year, feature_id, faults=to_come)


@blueprint.post("/<layer_id>/<int:year>/<path:feature_id>")
@takes(MAX_FORM_BYTES)
@needs_role("editor")
def send(layer_id: str, year: int, feature_id: str) -> Response | tuple[str, int]:
    """Report the year; the form again, with every fault at its field, where that cannot be."""
    store, given = live_store(), request.form
    faults: Faults = {}
    figures = dict(_figures(given, faults))
    act = Act(current_user.name, figures.get("note"))
    if not faults:
        try:
            evidence = _evidence(store, given, request.files.getlist("evidence"), act)
            given_report = AnnualStatus(layer_id, feature_id, year, evidence=evidence, **figures)
            entry = status.report(store, given_report, act)
            say_done(_("没有改动，什么都没有写入") if entry is None else _("%(year)s 年的填报已保存", year=year), entry)
            return redirect(url_for("features.detail", layer_id=layer_id, feature_id=feature_id, year=year), 303)
        except status.InvalidReport as error:
            faults = {fault.field: in_sentences([fault.remark])[0] for fault in reversed(error.faults)}
        except (InvalidFile, InvalidInput) as error:
            faults = {"evidence" if isinstance(error, InvalidFile) else "": in_words(error)}
    return _form(layer_id, year, feature_id, given=given, faults=faults), 400


@blueprint.post("/undo/<int:change_set>")
@needs_role("editor")
def undo(change_set: int) -> Response:
    """Take a change, or an undoing, back by a new one and go to the feature; a large one has a page of its own."""
    store = live_store()
    if history.size_of(store, change_set) > history.AT_ONCE:
        return redirect(url_for("undoing.page", change_set=change_set), 303)
    entries = history.undo(store, change_set, Act(current_user.name, _("撤销第 %(number)s 号修改", number=change_set)))
    first = entries[0] if entries else None
    if "again" in request.form:
        say_done(_("已恢复；撤销也记在日志里"), first)
    else:
        say_done(_("已撤销；原来的修改仍在日志里"), first, UNDOING)
    if first is None or first.action == "remove":
        return redirect(url_for("journal.page"), 303)
    if len(entries) > 1:
        return redirect(url_for("journal.page", change_set=first.change_set), 303)
    return redirect(url_for("features.detail", layer_id=first.layer_id, feature_id=first.feature_id), 303)


def _form(
    layer_id: str, year: int, feature_id: str, *, given: Mapping[str, str] | None = None, faults: Faults | None = None
) -> str:
    store = live_store()
    layer = store.catalog[layer_id]
    if layer.status.kind == "none":
        raise InvalidInput(N_("图层“%(layer)s”不填报年度状态"), layer=layer.title.zh)
    item = features.find_item(store, layer_id, feature_id, year=year, schematic=True)
    reported = [each.status for each in item.reported]
    current = next((each for each in reported if each.year == year), None)
    before = max((each for each in reported if each.year < year), key=lambda each: each.year, default=None)
    values = dict(given) if given is not None else _values(current, before)
    hashes = (values.get("kept_evidence") or (current.evidence if current else None) or "").split()
    return render_template(
        "status/form.html", layer=layer, feature_id=feature_id, properties=item.properties, year=year, values=values,
        faults=faults or {}, current=current, before=None if current else before, stages=STAGES, flags=FLAGS,
        water_classes=WATER_CLASSES, unit=unit_title(layer.status.unit), evidence=_known_evidence(store, hashes),
        seal=find_seal(store, year), years=_reportable(store, year), is_construction=_is_construction(layer),
    )  # fmt: skip


def _reportable(store: Store, year: int) -> list[int]:
    """The plan's years that have begun, and the one that was asked for."""
    return [each for each in store.catalog.zone.years if each <= office_time.today().year or each == year]


def _is_construction(layer: Layer) -> bool:
    return layer.status.kind == "construction"


def _values(current: AnnualStatus | None, before: AnnualStatus | None) -> dict[str, object]:
    """What the fields show at first."""
    if current is not None:
        return {name: getattr(current, name) for name in (*NUMBERS, *TEXTS)}
    return {name: getattr(before, name) for name in CARRIED_ON} if before else {}


def _known_evidence(store: Store, hashes: list[str]) -> list:
    try:
        return store.evidence.find(hashes)
    except AtlasError:
        return []


def _figures(given: Mapping[str, str], faults: Faults) -> Iterator[tuple[str, object]]:
    """The fields of a form as a report has them; what cannot be read goes to `faults`."""
    for name in TEXTS:
        text = given.get(name, "").strip()
        if len(text) > LONGEST_TEXT:
            faults[name] = _("太长，最多 %(most)s 个字", most=LONGEST_TEXT)
        elif text:
            yield name, text
    for name in NUMBERS:
        text = normalize("NFKC", given.get(name, "")).strip().replace(",", "").removesuffix("%")
        if text and not NUMBER.fullmatch(text):
            faults[name] = _("应为数字，现为“%(given)s”", given=text[:40])
        elif text:
            number = float(text)
            yield name, int(number) if name == "seats_delivered" and number.is_integer() else number


def _evidence(store: Store, given: Mapping[str, str], files: Iterable[FileStorage], act: Act) -> str | None:
    """Hashes of the files that stay and of those that came with the form.

    Raises
    ------
    InvalidFile
        If there are too many, or one is none.
    """
    hashes = [each for each in given.get("kept_evidence", "").split() if given.get(f"drop_{each}") != "1"]
    files = [each for each in files if each.filename]
    if len(hashes) + len(files) > MOST_FILES:
        raise InvalidFile(N_("一次填报最多附 %(most)s 个佐证文件"), most=MOST_FILES)
    for each in files:
        content = each.stream.read(LARGEST_BYTES + 1)
        hashes.append(keep_evidence(store, file_name(each), content, act).sha256)
    return " ".join(dict.fromkeys(hashes)) or None
