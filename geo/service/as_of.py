"""The store as the office knew it at the end of a past day: rebuilt from the journal, then asked like any other."""

import threading
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from geo.model.errors import InvalidInput, N_
from geo.model.journal import JournalHead
from geo.store import open_store, seen_from
from geo.store.base import Store

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
"""China has one time; a day ends with the office's midnight."""

KEPT_OPEN, KEPT_FILES = 4, 20


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

    def as_of(self, store: Store, day: date) -> Store:
        """The store as of the end of a day; `store` itself where nothing was written since.

        Raises
        ------
        InvalidInput
            If the day lies in the future, or before the record begins.
        """
        head = store.journal_head(end_of_day(day))
        if day > datetime.now(OFFICE_TIME).date():
            raise InvalidInput(N_("as_of 是将来的日期：%(day)s"), day=day.isoformat())
        if head.seq == 0:
            begins = first_day(store)
            raise InvalidInput(
                N_("%(day)s 时还没有记录：本库的记录从 %(begins)s 开始"),
                day=day.isoformat(),
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
