"""The store as the office knew it at the end of a past day: rebuilt from the journal, then asked like any other."""

import re
import threading
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from geo.model.errors import InvalidInput, N_
from geo.model.journal import JournalHead
from geo.model.office_time import OFFICE_TIME
from geo.store import open_store, seen_from
from geo.store.base import Store

KEPT_OPEN, KEPT_FILES = 4, 20

FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DATE_TIME = re.compile(
    rf"({FULL_DATE.pattern})[tT ](\d{{2}}:\d{{2}}:\d{{2}}(?:\.\d+)?)([zZ]|[-+ ]\d{{2}}:\d{{2}})", re.ASCII
)
"""A day or a moment as RFC 3339 writes them; the plus of an offset reaches us as a blank where it was not escaped."""


def read_when(given: str) -> date | datetime:
    """A past day, or a moment with its offset from UTC, as addresses and commands name it (RFC 3339).

    Raises
    ------
    InvalidInput
        If it is neither.
    """
    try:
        if FULL_DATE.fullmatch(given):
            return date.fromisoformat(given)
        if found := DATE_TIME.fullmatch(given):
            day, clock, offset = found.groups()
            return datetime.fromisoformat(f"{day}T{clock}{offset.upper().replace(' ', '+')}").astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = N_("参数 as_of 应为日期，如 2024-03-01，或带时区的时刻，如 2024-03-01T08:00:00Z，现为“%(given)s”")
    raise InvalidInput(message, given=given[:40])


def last_moment(when: date | datetime) -> str:
    """The end of a day, or the moment itself, as the journal writes it."""
    if not isinstance(when, datetime):
        return end_of_day(when)
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def end_of_day(day: date) -> str:
    """The last moment of a day at the office, ISO 8601 in UTC as the journal writes it."""
    last = datetime.combine(day, time.min, OFFICE_TIME) + timedelta(days=1) - timedelta(milliseconds=1)
    return last.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def first_day(store: Store) -> date | None:
    """The day on which the office's record begins; None while it is empty."""
    entry = next(iter(store.journal()), None)
    return entry and datetime.fromisoformat(entry.at).astimezone(OFFICE_TIME).date()


class PastStores:
    """Stores as of past days, each made once and kept as a file.

    Parameters
    ----------
    folder
        Where the files lie; they can be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Store] = OrderedDict()

    def as_of(self, store: Store, when: date | datetime) -> Store:
        """The store as of the end of a day, or as of a moment; `store` itself where nothing was written since.

        Raises
        ------
        InvalidInput
            If it lies in the future, or before the record begins.
        """
        head, now = store.journal_head(last_moment(when)), datetime.now(OFFICE_TIME)
        if when > (now if isinstance(when, datetime) else now.date()):
            raise InvalidInput(N_("as_of 是将来的日期：%(day)s"), day=when.isoformat())
        if head.seq == 0:
            begins = first_day(store)
            raise InvalidInput(
                N_("%(day)s 时还没有记录：本库的记录从 %(begins)s 开始"),
                day=when.isoformat(),
                begins=begins.isoformat() if begins else "—",
            )
        return self.at(store, head)

    def at(self, store: Store, head: JournalHead) -> Store:
        """The store as of an entry of its journal; `store` itself where nothing was written since."""
        return store if head.seq == store.journal_head().seq else self._past(store, head)

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def _past(self, store: Store, head: JournalHead) -> Store:
        """Named by the hash of its last entry, which stands for one history, and by the tables that it has."""
        name = f"{head.hash}-{store.fingerprint}"
        with self._lock:
            if name not in self._open:
                past = open_store(seen_from(self._folder.absolute(), f"gpkg:{name}.gpkg"), store.catalog)
                past.create_as_of(store, head.seq)
                self._open[name] = past
                self._forget_old()
            self._open.move_to_end(name)
            return self._open[name]

    def _forget_old(self) -> None:
        """Close all but a few, and delete files that were made long ago; one still in use elsewhere stays for now."""
        while len(self._open) > KEPT_OPEN:
            self._open.popitem(last=False)[1].close()
        files = sorted(self._folder.glob("*.gpkg"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[KEPT_FILES:]:
            if path.stem not in self._open:
                for ending in ("", "-wal", "-shm", ".lock"):
                    _delete(Path(f"{path}{ending}"))


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # Windows keeps a file that another process reads
        return
