"""The page that turns a plan's words into places: read, compare, decide, save, take back."""

from dataclasses import asdict

import msgspec
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_login import current_user

from geo.model.errors import InvalidInput, N_
from geo.model.journal import Act
from geo.service import adopting, history, proposals, reading
from geo.service.adopting import Decision
from geo.service.locating import Network
from geo.service.overlapped import overlapped
from geo.service.proposals import Project, Proposal
from geo.store.base import Store
from geo.web import progress, proposal_view, relocating
from geo.web.current import live_store
from geo.web.guard import needs_role
from geo.web.json_body import json_body
from geo.web.language import in_sentences, in_words, translated
from geo.web.maps import render_map
from geo.web.page_config import page_config
from geo.web.sessions import may
from geo.web.uploads import file_name, takes

MODULE = "js/locating_page.js"
LONGEST_PLAN = 1024 * 1024
"""Characters of a plan that are read."""

LARGEST_PLAN_FILE = 32 * 2**20
LARGEST_QUESTION = 8 * 2**20
MOST_PROJECTS = 2000
LONGEST_TEXT = 10_000
LONGEST_NOTE = 200

FIGURE_TITLES = {
    "level": N_("学段"),
    "developer": N_("投资或实施单位"),
    "plan_year": N_("计划年份"),
    "land_area_mu": N_("占地面积（亩）"),
    "building_area_m2": N_("建筑面积（㎡）"),
    "scale_m2": N_("建设规模（㎡）"),
    "investment_cny_10k": N_("计划投资（万元）"),
    "classes": N_("教学班"),
    "seats": N_("学位"),
    "companies": N_("入驻企业"),
    "throughput": N_("年吞吐量（万吨）"),
    "turnover": N_("年交易额（万元）"),
    "full_turnover": N_("全部建成后年交易额（万元）"),
}
"""What a figure of a plan is called where the zone has no layer with a field for it."""

blueprint = Blueprint("locating", __name__)


class GivenProject(msgspec.Struct, forbid_unknown_fields=True):
    """One record as the page holds it."""

    key: str
    name: str
    layer: str | None = None
    location_text: str | None = None
    figures: dict[str, int | float | str | None] = {}
    section: str | None = None
    paragraph: int | None = None
    target: str | None = None

    def project(self) -> Project:
        if max(len(text or "") for text in (self.name, self.location_text, self.section)) > LONGEST_TEXT:
            raise InvalidInput(N_("名称或位置描述太长，最多 %(longest)s 个字符"), longest=LONGEST_TEXT)
        return Project(
            key=self.key,
            name=self.name,
            layer_id=self.layer,
            location_text=self.location_text,
            figures=self.figures,
            section=self.section,
            paragraph=self.paragraph,
            target=self.target,
        )


class GivenProjects(msgspec.Struct, forbid_unknown_fields=True):
    projects: list[GivenProject]


class GivenDecision(msgspec.Struct, forbid_unknown_fields=True):
    """A record that is adopted: with the position that was told (`seal`), one that was drawn, or as it is."""

    project: GivenProject
    seen: str | None = None
    revision: int | None = None
    fields: list[str] = []
    seal: str | None = None
    drawn: dict | None = None

    def decision(self, author: str) -> Decision:
        project, position = self.project.project(), None
        if self.drawn is not None:
            position = adopting.placed(adopting.drawn_shape(self.drawn), author)
        elif self.seal is not None:
            position = proposal_view.unseal(self.seal, project.location_text)
        return Decision(project, self.seen, self.revision, frozenset(self.fields), position)


class GivenDecisions(msgspec.Struct, forbid_unknown_fields=True):
    decisions: list[GivenDecision]
    cause: str | None = None
    source: str | None = None


class GivenPlace(msgspec.Struct, forbid_unknown_fields=True):
    """A feature of the store and where a planner put it."""

    layer: str
    id: str
    revision: int
    geometry: dict


class GivenDrawing(msgspec.Struct, forbid_unknown_fields=True):
    """What a planner has drawn, and the feature that it is meant for where there is one."""

    geometry: dict
    layer: str | None = None
    id: str | None = None


class GivenUndo(msgspec.Struct, forbid_unknown_fields=True):
    change_set: int


@blueprint.get("/locating")
def page() -> str:
    """Plan text, records and map side by side."""
    store = live_store()
    zone = store.catalog.zone
    config = page_config(store, zone.last_year) | {"locating": _page_config(store)}
    return render_template("locating/index.html", map=render_map(zone, MODULE, config))


def _page_config(store: Store) -> dict[str, object]:
    return {
        "readUrl": url_for("locating.read"),
        "proposeUrl": url_for("locating.propose"),
        "longestPlan": LONGEST_PLAN,
        "largestFile": LARGEST_PLAN_FILE,
        "adoptUrl": url_for("locating.adopt"),
        "placeUrl": url_for("locating.place"),
        "placePageUrl": "/editing/place",
        "undoUrl": url_for("locating.undo"),
        "overlapsUrl": url_for("locating.overlaps"),
        "roadsUrl": url_for("relocating.propose"),
        "applyRoadsUrl": url_for("relocating.apply"),
        "largestRoads": relocating.LARGEST_ROAD_FILE,
        "mayAdopt": may("editor"),
        "signInUrl": url_for("accounts.sign_in_page"),
        "figures": [
            {
                "name": name,
                "title": translated(FIGURE_TITLES[name]),
                "fields": {layer.id: proposals.field_of(layer, name) for layer in store.catalog.plan},
            }
            for name in proposals.RECORD_FIELDS
        ],
    }


@blueprint.post("/locating/read")
@takes(LARGEST_PLAN_FILE)
def read() -> Response:
    """Records, totals and findings of a pasted text or a file."""
    found = reading.in_layers_of(_given_plan(), live_store().catalog)
    if not found.text.strip():
        raise InvalidInput(N_("没有可读的文字：请粘贴规划文字，或选择 txt、docx 文件"))
    if len(found.records) > MOST_PROJECTS:
        raise InvalidInput(N_("文字里的项目太多，最多 %(most)s 个，请分段读取"), most=MOST_PROJECTS)
    findings = [reading.finding_json(finding, translated) for finding in found.findings]
    return jsonify({"text": found.text, **reading.reading_json(found, translated), "findings": findings})


def _given_plan() -> reading.Reading:
    given = request.files.get("file")
    if given is not None and given.filename:
        return reading.read_plan_bytes(given.read(), file_name(given))
    text = request.form.get("text", "")
    if len(text) > LONGEST_PLAN:
        raise InvalidInput(
            N_("规划文字太长：%(given)s 个字符，最多 %(longest)s 个"), given=len(text), longest=LONGEST_PLAN
        )
    return reading.read_plan(text)


@blueprint.post("/locating/propose")
@takes(LARGEST_QUESTION)
def propose() -> Response:
    """Where records go, which features of the store they are, and what would change; told line by line."""
    given = json_body(GivenProjects)
    if len(given.projects) > MOST_PROJECTS:
        raise InvalidInput(N_("记录太多，最多 %(most)s 条"), most=MOST_PROJECTS)
    projects = [each.project() for each in given.projects]
    store = live_store()
    network, missing = _network(store)

    def shape(found: list[Proposal]) -> dict[str, object]:
        shown = [proposal_view.proposal(each, network) for each in found]
        return {"proposals": shown, "network": network.source if network else None, "missing": missing}

    return progress.stream(lambda tell: proposals.propose(projects, store, network, progress=tell), shape)


@blueprint.post("/locating/adopt")
@takes(LARGEST_QUESTION)
@needs_role("editor")
def adopt() -> Response:
    """Write adopted records: new features, changed figures, positions; all or none."""
    given = json_body(GivenDecisions)
    if not 0 < len(given.decisions) <= MOST_PROJECTS:
        raise InvalidInput(N_("一次最多采纳 %(most)s 条记录"), most=MOST_PROJECTS)
    author = current_user.name
    decisions = [each.decision(author) for each in given.decisions]
    act = Act(author, given.cause or N_("采纳规划文字里的项目"), (given.source or "")[:LONGEST_NOTE] or None)
    written = adopting.adopt(live_store(), decisions, act)
    return jsonify(adopted=[asdict(each) | {"doubts": in_sentences(each.doubts)} for each in written])


@blueprint.post("/locating/place")
@needs_role("editor")
def place() -> Response:
    """Put a feature where a planner says."""
    given = json_body(GivenPlace)
    act = Act(current_user.name, N_("在图上落图"))
    shape = adopting.drawn_shape(given.geometry)
    entry, doubts = adopting.place(live_store(), given.layer, given.id, given.revision, shape, act)
    return jsonify(change_set=entry.change_set if entry else None, doubts=in_sentences(doubts))


@blueprint.post("/locating/overlaps")
def overlaps() -> Response:
    """On which parcels of the store a drawn one lies; nothing is written."""
    given = json_body(GivenDrawing)
    itself = [(given.layer, given.id)] if given.layer and given.id else []
    found = overlapped(live_store(), adopting.drawn_shape(given.geometry), itself)
    return jsonify(doubts=in_sentences(found))


@blueprint.post("/locating/undo")
@needs_role("editor")
def undo() -> Response:
    """Take a change set back by a new one."""
    given = json_body(GivenUndo)
    act = Act(current_user.name, N_("撤销第 %(number)s 号修改") % {"number": given.change_set})
    entries = history.undo(live_store(), given.change_set, act)
    return jsonify(change_set=entries[0].change_set if entries else None)


def _network(store: Store) -> tuple[Network | None, str | None]:
    """The store's roads, or in words why there are none."""
    try:
        return proposals.network_now(store), None
    except InvalidInput as error:
        return None, in_words(error)
