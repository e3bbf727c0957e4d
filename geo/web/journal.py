"""The journal as a page: every change with who, when and why, of one feature or of all."""

from datetime import UTC, date, datetime, time

from flask import Blueprint, render_template, request

from geo.model import office_time
from geo.model.errors import InvalidInput, N_, SealNotFound
from geo.model.journal import ACTION_TITLES, JournalQuery
from geo.model.status import STAGES
from geo.service.as_of import OFFICE_TIME, end_of_day, first_day
from geo.service.sealing import corrections, find_seal, sealable_years, seals
from geo.web import params
from geo.web.current import as_of_day, current_store, live_store
from geo.web.journal_view import can_be_undone, entry_view
from geo.web.sessions import may

PAGE_SIZE = 50
MAX_PAGE = 100_000
MAX_NUMBER = 2**53
blueprint = Blueprint("journal", __name__)


@blueprint.get("/journal")
def page() -> str:
    """Entries, the newest first; closed years beside them."""
    store, args = current_store(), request.args
    query, number = _query(args), params.integer(args, "page", 1, 1, MAX_PAGE)
    count = store.count_journal(query)
    if not count and query.layer_id is not None:
        store.catalog[query.layer_id]  # an old name may still have entries; one that never was has no page
    entries = list(store.journal(query))
    return render_template(
        "journal/index.html",
        entries=[entry_view(entry, store, alone=query.feature_id is not None) for entry in entries],
        count=count,
        undoable=all(can_be_undone(entry) for entry in entries),
        page=number,
        pages=max(1, -(-count // PAGE_SIZE)),
        actions=ACTION_TITLES,
        layers=list(store.catalog.values()),
        today=office_time.today(),
        first_day=first_day(live_store()),
        asked={
            name: args.get(name, "")
            for name in ("layer", "feature", "author", "action", "since", "until", "change_set")
        },
        head=store.journal_head(),
        sealable=sealable_years(store) if may("admin") and as_of_day() is None else [],
        seals=[(seal, len(corrections(store, seal))) for seal in seals(store)],
    )


@blueprint.get("/journal/seals/<int:year>")
def seal(year: int) -> str:
    """A closed year, to be printed for the minutes, with the corrections that came later."""
    store = current_store()
    found = find_seal(store, year)
    if found is None:
        raise SealNotFound(year)
    later = [entry_view(entry, store) for entry in corrections(store, found)]
    return render_template("journal/seal.html", seal=found, layers=dict(store.catalog), later=later, stages=STAGES)


def _query(args: params.Args) -> JournalQuery:
    """The entries that a request asks for.

    Raises
    ------
    InvalidInput
        On a parameter that cannot be read.
    """
    action = params.text(args, "action", 20)
    if action is not None and action not in ACTION_TITLES:
        raise InvalidInput(N_("没有这种修改：“%(given)s”"), given=action)
    since, until = (_day(args, name) for name in ("since", "until"))
    return JournalQuery(
        layer_id=params.text(args, "layer", 64),
        feature_id=params.text(args, "feature", 500),
        author=params.text(args, "author", 64),
        action=action,
        change_set=params.integer(args, "change_set", None, 1, MAX_NUMBER),
        since=since and datetime.combine(since, time.min, OFFICE_TIME).astimezone(UTC).isoformat()[:19],
        until=until and end_of_day(until),
        newest_first=True,
        limit=PAGE_SIZE,
        offset=(params.integer(args, "page", 1, 1, MAX_PAGE) - 1) * PAGE_SIZE,
    )


def _day(args: params.Args, name: str) -> date | None:
    given = params.text(args, name, 10)
    try:
        return given and date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(
            N_("参数 %(name)s 应为日期，如 2024-03-01，现为“%(given)s”"), name=name, given=given
        ) from None
