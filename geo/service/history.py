"""The office's memory: what was changed by whom, taken back by a new change, and who says what of a feature."""

from collections.abc import Callable, Iterator

import shapely

from geo.model.errors import Conflict, InvalidInput, N_
from geo.model.journal import (
    KEEP,
    Act,
    Change,
    FeatureChange,
    FeatureRemoval,
    JournalEntry,
    JournalQuery,
)
from geo.model.status import AnnualStatus
from geo.store.base import Store

TOLD_EVERY = 1_000
AT_ONCE = 2_000
"""Entries of a change set that are taken back while somebody waits; more are work that tells how far it is."""

MOST_STATUSES = 100_000
"""Reports of years go one by one, each takes a millisecond or two, and others cannot write; features go together."""

Tell = Callable[[int, int], None]


def undo(store: Store, change_set: int, act: Act) -> list[JournalEntry]:
    """Take a small change set back by a new one; the journal keeps both.

    What was made is removed, what was removed is made again with its next revision, what was changed gets its values
    back, and a status gives way to the one that it had corrected, or is withdrawn.

    Raises
    ------
    InvalidInput
        If there is no such change set, it is none of features and statuses, or it has more than `AT_ONCE` entries.
    Conflict
        If something of it was changed again since.
    """
    if size_of(store, change_set) > AT_ONCE:
        raise InvalidInput(N_("这次修改超过 %(most)s 项，请在日志页面撤销，或用命令 undo"), most=AT_ONCE)
    entries = list(store.journal(_of(change_set)))
    return store.write([_opposite(store, entry) for entry in entries], act)


def take_back(store: Store, change_set: int, act: Act, tell: Tell | None = None) -> tuple[int, int | None]:
    """Like `undo`, of any number of entries: how many the new change set has, and its number; None where it is empty.

    Parameters
    ----------
    tell
        Hears how many are taken back, and how many there are. What it raises ends the work, and nothing has changed.

    Raises
    ------
    InvalidInput
        As `checked_size`, before anything is done.
    Conflict
        If something of it was changed again since.
    """
    count = checked_size(store, change_set)

    def opposites() -> Iterator[Change]:
        for done, entry in enumerate(store.journal(_of(change_set)), 1):
            yield _opposite(store, entry)
            if tell is not None and (done % TOLD_EVERY == 0 or done == count):
                tell(done, count)

    return store.write_many(opposites(), act)


def size_of(store: Store, change_set: int) -> int:
    """How many entries a change set has.

    Raises
    ------
    InvalidInput
        If there is no such change set.
    """
    count = store.count_journal(JournalQuery(change_set=change_set))
    if not count:
        raise InvalidInput(N_("没有编号为 %(number)s 的修改"), number=change_set)
    return count


def checked_size(store: Store, change_set: int) -> int:
    """How many entries a change set has that `take_back` would not refuse for their number.

    Raises
    ------
    InvalidInput
        If there is no such change set, or it has too many reports.
    """
    count = size_of(store, change_set)
    statuses = store.count_journal(JournalQuery(change_set=change_set, action="status"))
    if statuses > MOST_STATUSES:
        message = N_("这次修改含 %(count)s 条填报，一次最多撤销 %(most)s 条")
        raise InvalidInput(message, count=statuses, most=MOST_STATUSES)
    return count


def _of(change_set: int) -> JournalQuery:
    return JournalQuery(change_set=change_set, newest_first=True)


def _opposite(store: Store, entry: JournalEntry) -> Change:
    match entry.action:
        case "create":
            return FeatureRemoval(entry.layer_id, entry.feature_id, entry.revision)
        case "update":
            return _change(entry, entry.revision, entry.before)
        case "remove":
            return _change(entry, None, entry.before)
        case "status":
            return _earlier_status(store, entry)
    raise InvalidInput(N_("这项修改不能撤销：%(action)s"), action=entry.action)


def _change(entry: JournalEntry, revision: int | None, values: dict[str, object]) -> FeatureChange:
    properties = {name: value for name, value in values.items() if name != "geom"}
    geometry = shapely.from_wkb(values["geom"]) if "geom" in values else KEEP
    return FeatureChange(entry.layer_id, entry.feature_id, revision, properties, geometry)


def _earlier_status(store: Store, entry: JournalEntry) -> AnnualStatus:
    """What the year said before; a later report of the same year must not be lost."""
    year = entry.after["year"]
    rows = [row for row in store.status_rows(entry.layer_id, entry.feature_id) if row.year == year]
    if rows[-1] != AnnualStatus(**entry.after):
        raise Conflict(
            N_("“%(feature_id)s”%(year)s 年的填报此后又有更正，请先撤销更正"), feature_id=entry.feature_id, year=year
        )
    if entry.before is None:
        return AnnualStatus(layer_id=entry.layer_id, feature_id=entry.feature_id, year=year, withdrawn=True)
    return AnnualStatus(**entry.before)


def sources_of_fields(store: Store, layer_id: str, feature_id: str) -> dict[str, JournalEntry]:
    """For each field of a feature the entry that last set it: who says so. The geometry is `geom`."""
    sources: dict[str, JournalEntry] = {}
    for entry in store.journal(JournalQuery(layer_id=layer_id, feature_id=feature_id)):
        if entry.action in ("create", "update"):
            sources |= dict.fromkeys(entry.after, entry)
    return sources
