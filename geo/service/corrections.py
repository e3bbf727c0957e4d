"""Readers say what is wrong in a record; editors say what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.model.correction import Correction, Report, clean_answer, clean_report
from geo.model.errors import FeatureNotFound, LayerNotFound
from geo.model.journal import JournalEntry, JournalQuery
from geo.service.throttling import network, take_try
from geo.store.base import Store

WINDOW_S = 3600
REPORTS_BY_ADDRESS, REPORTS_IN_ALL = 10, 200
"""Reports within a window from one address and from everywhere."""


@dataclass(frozen=True)
class Inbox:
    """A page of reports with the names of their records, and how many there are of each kind."""

    corrections: Sequence[tuple[Correction, str | None]]
    open_count: int
    handled_count: int


def receive(store: Store, report: Report, address: str) -> Correction:
    """Take a reader's report in.

    Parameters
    ----------
    address
        Of the client.

    Raises
    ------
    LayerNotFound, FeatureNotFound
        If there is no such record.
    InvalidInput
        If the report does not hold.
    TooManyTries
        If there were too many from this address or in all.
    """
    report = clean_report(report)
    store.read_feature(report.layer_id, report.feature_id)
    limits = {f"correction:{network(address)}": REPORTS_BY_ADDRESS, "corrections": REPORTS_IN_ALL}
    take_try(store, limits, WINDOW_S)
    return store.corrections.add(report)


def inbox(store: Store, *, is_open: bool, limit: int, offset: int = 0) -> Inbox:
    """What waits for an editor, the oldest first; or what was handled, the newest first."""
    found = store.corrections.list(is_open=is_open, limit=limit, offset=offset)
    named = [(each, record_name(store, each.report.layer_id, each.report.feature_id)) for each in found]
    return Inbox(named, store.corrections.count(is_open=True), store.corrections.count(is_open=False))


def handle(store: Store, number: int, outcome: str, answer: str, *, by: str) -> Correction:
    """Accept, answer or close a report.

    Raises
    ------
    InvalidInput
        If there is no such outcome, or its words are missing.
    CorrectionNotFound
    Conflict
        If it was handled meanwhile.
    """
    return store.corrections.handle(number, outcome, clean_answer(answer, outcome), by=by)


def outcomes(store: Store, layer_id: str, feature_id: str) -> list[JournalEntry]:
    """What came of the reports on a record that were accepted or answered, the newest first."""
    query = JournalQuery(layer_id=layer_id, feature_id=feature_id, action="correction", newest_first=True)
    return [entry for entry in store.journal(query) if entry.after["state"] != "closed"]


def record_name(store: Store, layer_id: str, feature_id: str) -> str | None:
    """The name of a record; None where it is gone, or its layer is."""
    try:
        page = store.read_feature(layer_id, feature_id)
    except (LayerNotFound, FeatureNotFound):
        return None
    return dict(zip(page.columns, page.rows[0], strict=True)).get("name")
