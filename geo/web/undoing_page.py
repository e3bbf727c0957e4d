"""The page that takes a large change set back: what it was, how far the work is, and the way to break it off."""

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.model.errors import AtlasError, InvalidInput, N_
from geo.model.journal import Act, JournalQuery
from geo.service import history
from geo.store.base import Store
from geo.web import progress
from geo.web.current import live_store
from geo.web.guard import needs_role
from geo.web.journal_view import can_be_undone, entry_view
from geo.web.language import in_words
from geo.web.progress import Progress
from geo.web.slots import slots

blueprint = Blueprint("undoing", __name__, url_prefix="/journal/undo")


@blueprint.get("/<int:change_set>")
@needs_role("editor")
def page(change_set: int) -> str:
    """What would be taken back."""
    return _page(change_set)


@blueprint.post("/<int:change_set>")
@needs_role("editor")
def undo(change_set: int) -> Response | tuple[str, int]:
    """Take it back by a new change set, all or nothing; our script hears how far it is.

    A plain form is told the command: it would wait for minutes and see nothing.
    """
    if not progress.is_wanted():
        message = N_(
            "这次修改太大，撤销要启用浏览器的脚本，或在服务器上执行 flask --app server undo %(number)s --as 账户"
        )
        return _page(change_set, InvalidInput(message, number=change_set)), 400
    store, places = live_store(), slots("downloads")
    act = Act(current_user.name, _("撤销第 %(number)s 号修改", number=change_set))
    history.checked_size(store, change_set)  # what is refused is so before the answer begins

    def work(tell: Progress) -> int | None:
        with places.taken():
            return history.take_back(store, change_set, act, tell)[1]

    return progress.stream(work, lambda made: {"url": url_for("journal.page", change_set=made)}, lambda made: made)


def _page(change_set: int, fault: AtlasError | None = None) -> str:
    store = live_store()
    count = history.size_of(store, change_set)
    too_many = _too_many(store, change_set)
    (first,) = store.journal(JournalQuery(change_set=change_set, limit=1))
    return render_template(
        "journal/undoing.html",
        change_set=change_set,
        count=count,
        first=entry_view(first, store),
        undoable=can_be_undone(first),
        too_many=too_many and in_words(too_many),
        fault=fault and in_words(fault),
    )


def _too_many(store: Store, change_set: int) -> AtlasError | None:
    """What says before the act that so much is not taken back at once."""
    try:
        history.checked_size(store, change_set)
    except InvalidInput as error:
        return error
    return None
