"""How often somebody tried something, counted in the store: every process and a restart see the same count."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager

from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, delete, insert, select, update

from geo.store.schema import WHOLE

Connect = Callable[[], AbstractContextManager[Connection]]


def _throttle(metadata: MetaData) -> Table:
    """One row for each key that was counted lately."""
    return Table(
        "throttle",
        metadata,
        Column("key", Text, primary_key=True),
        Column("count", WHOLE, nullable=False),
        Column("until", WHOLE, nullable=False),
    )


class ThrottleRows:
    """Counts in fixed windows: a window begins with the first try and ends `window_s` seconds later.

    Parameters
    ----------
    metadata, reading, writing
        As in `geo.store.account_rows.AccountRows`.
    """

    def __init__(self, metadata: MetaData, reading: Connect, writing: Connect) -> None:
        self._table, self._reading, self._writing = _throttle(metadata), reading, writing
        self.tables = (self._table,)

    def take(self, limits: Mapping[str, int], window_s: int) -> int:
        """Count one try under every key, if none has reached its limit.

        Parameters
        ----------
        limits
            How many tries each key has in a window.
        window_s
            Length of a window, seconds.

        Returns
        -------
        wait_s
            0 if the try was counted; else nothing was, and so many seconds are left.
        """
        now = int(time.time())
        with self._reading() as connection:  # whoever has reached the limit costs no write
            if wait_s := _wait(self._rows(connection, limits, now), limits, now):
                return wait_s
        columns = self._table.c
        with self._writing() as connection:
            connection.execute(delete(self._table).where(columns.until <= now))
            rows = self._rows(connection, limits, now)
            if wait_s := _wait(rows, limits, now):
                return wait_s
            known = {row.key for row in rows}
            connection.execute(update(self._table).where(columns.key.in_(known)).values(count=columns.count + 1))
            if new := [{"key": key, "count": 1, "until": now + window_s} for key in limits if key not in known]:
                connection.execute(insert(self._table), new)
        return 0

    def give_back(self, keys: Iterable[str]) -> None:
        """Uncount one try: it was a good one."""
        columns = self._table.c
        with self._writing() as connection:
            connection.execute(update(self._table).where(columns.key.in_(keys)).values(count=columns.count - 1))

    def forget(self, keys: Iterable[str]) -> None:
        """Begin anew with these keys."""
        with self._writing() as connection:
            connection.execute(delete(self._table).where(self._table.c.key.in_(keys)))

    def _rows(self, connection: Connection, keys: Iterable[str], now: int) -> list[Row]:
        columns = self._table.c
        return list(connection.execute(select(self._table).where(columns.key.in_(keys), columns.until > now)))


def _wait(rows: Iterable[Row], limits: Mapping[str, int], now: int) -> int:
    return max((row.until - now for row in rows if row.count >= limits[row.key]), default=0)
