"""Better roads: what would move from where to where, and the planner's yes; the road file comes with each question."""

import re
from collections.abc import Sequence

from flask import Blueprint, Response, request
from flask_login import current_user

from geo.model.errors import Conflict, InvalidInput, N_
from geo.service import replacing
from geo.service.locating import Network, network_of_file
from geo.service.proposals import network_now
from geo.service.replacing import Proposal, Replacing
from geo.service.road_drift import ground_of_store
from geo.store.base import Store
from geo.web import progress
from geo.web.current import live_store
from geo.web.guard import needs_role
from geo.web.language import translated
from geo.web.locating import replacing_answer
from geo.web.progress import Progress
from geo.web.uploads import Upload, takes

LARGEST_ROAD_FILE = 60 * 2**20
LONGEST_OPTION = 200
SHOWN_NAMES = 5
SEEN = re.compile(r"\d{1,18}-[0-9a-f]{16}")

blueprint = Blueprint("relocating", __name__)


@blueprint.post("/locating/roads")
@takes(LARGEST_ROAD_FILE)
@needs_role("editor")
def propose() -> Response:
    """What a road file, or the store's own roads, would change; nothing is written."""
    store, upload, options = live_store(), _upload(), _options()

    def work(tell: Progress) -> Replacing:
        return replacing.propose_replacing(store, _network(store, upload, options), progress=tell)

    return progress.stream(_closing(upload, work), _answer)


@blueprint.post("/locating/roads/apply")
@takes(LARGEST_ROAD_FILE)
@needs_role("editor")
def apply() -> Response:
    """Write the new positions of the features named, as they were shown: of the same roads and revisions."""
    store, author = live_store(), current_user.name
    # line by line in one field: a form has at most 1 000 fields
    seen = dict(_seen(each) for field in request.form.getlist("feature") for each in field.splitlines())
    if not seen:
        raise InvalidInput(N_("没有选定要更新的要素"))
    version, options, upload = request.form.get("version"), _options(), _upload()

    def work(tell: Progress) -> dict[str, object]:
        network = _network(store, upload, options)
        found = replacing.propose_replacing(store, network, progress=tell)
        chosen = _chosen(found.proposals, seen) if network.version == version else []
        if len(chosen) != len(seen):
            raise Conflict(N_("道路或要素已有变化，请重新试算后再更新"))
        _refuse_overlaps(found, chosen)
        entries = replacing.apply_replacing(store, network, chosen, author)
        return {"change_set": entries[0].change_set if entries else None, "count": len(entries)}

    return progress.stream(_closing(upload, work), lambda written: written)


def _answer(found: Replacing) -> dict[str, object]:
    answer = replacing_answer(found, translated)
    for shown, proposal in zip(answer["proposals"], found.proposals, strict=True):
        shown["seen"] = proposal.seen
    return answer


def _upload() -> Upload:
    return Upload(request.files.get("file"))


def _options() -> dict[str, str]:
    """Layer, name field and CRS of the file, where the planner names them."""
    names = ("layer", "name_field", "crs")
    return {name: given[:LONGEST_OPTION] for name in names if (given := request.form.get(name, "").strip())}


def _network(store: Store, upload: Upload, options: dict[str, str]) -> Network:
    if upload.path is None:
        return network_now(store)
    ground = ground_of_store(store)
    return upload.read(lambda path: network_of_file(path, **options, ground=ground))


def _closing(upload: Upload, work: progress.Work) -> progress.Work:
    """Some work that gives the file's folder back at its end."""

    def run(tell: Progress) -> object:
        try:
            return work(tell)
        finally:
            upload.close()

    return run


def _seen(given: str) -> tuple[str, str]:
    """`<layer>/<id>` and, behind a colon, what tells the proposal that was shown."""
    key, separator, seen = given.rpartition(":")
    if not separator or not SEEN.fullmatch(seen):
        raise InvalidInput(N_("提交的内容不符合格式：%(reason)s"), reason=given[:80])
    return key, seen


def _chosen(proposals: Sequence[Proposal], seen: dict[str, str]) -> list[Proposal]:
    """The proposals that were seen as they are now: the same revisions, to be put where they were shown."""
    return [each for each in proposals if seen.get("/".join(each.feature.key)) == each.seen]


def _refuse_overlaps(found: Replacing, chosen: Sequence[Proposal]) -> None:
    _, blocked = replacing.clear_of_others(found, chosen)
    if blocked:
        others = {other.key: other.called for each in blocked for other in each.others}
        message = N_("%(names)s 的新位置压着没有选定的 %(others)s 现在的位置，请一并更新，或都不更新")
        raise InvalidInput(
            message,
            names=_listed([each.proposal.feature.called for each in blocked]),
            others=_listed(list(others.values())),
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN_NAMES]) + (" …" if len(names) > SHOWN_NAMES else "")
