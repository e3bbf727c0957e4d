"""A hot standby of the PostGIS store: read while it is known to have what the primary had a moment ago."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from sqlalchemy import URL, Connection, text

from geo.model.errors import N_, StoreUnavailable
from geo.store.limits import USUAL, Limits
from geo.store.postgis import PostgisStore
from geo.store.postgis_engine import CONNECT_TIMEOUT_S

EVERY_S = 0.25
"""How often both servers are asked how far they are."""

FRESH_S = 0.8
"""How old what the standby knows may be where it is read: whoever writes is seen by everybody within a second."""

_OF_PRIMARY = text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, system_identifier FROM pg_control_system()")
_OF_STANDBY = text("SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn, system_identifier FROM pg_control_system()")
"""Position in the log of changes, and whose log it is."""


class Replica(PostgisStore):
    """Reads from a standby while that is fresh, else from the primary; it is never written to.

    Parameters
    ----------
    url
        The standby.
    primary
        The store that it follows.
    """

    def __init__(self, url: URL, primary: PostgisStore, limits: Limits = USUAL) -> None:
        super().__init__(url, primary.catalog, limits)
        self.primary = primary
        self.words = primary.words  # which may have to write some
        self._positions: deque[tuple[float, int]] = deque(maxlen=round(10 / EVERY_S))
        self._has_all_until = float("-inf")
        self._closing = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="plan-atlas-replica", daemon=True)
        self._watching.start()

    def close(self) -> None:
        self._closing.set()
        self._watching.join(CONNECT_TIMEOUT_S)  # a connection that it is using would stay open
        super().close()

    @property
    def lag_s(self) -> float | None:
        """Seconds since the last moment of which the standby is known to have everything; None while none is known."""
        lag_s = time.monotonic() - self._has_all_until
        return None if lag_s == float("inf") else lag_s

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self._has_all_until < FRESH_S

    @contextmanager
    def _connected(self, **options: object) -> Iterator[Connection]:
        if self.is_fresh:
            try:
                connection = self._engine.connect()
            except Exception:  # gone within the last moment, whatever its driver says
                self._has_all_until = float("-inf")
            else:
                with self._faults(), connection:
                    yield connection.execution_options(**options)
                return
        with self.primary._connected(**options) as connection:
            yield connection

    def _writing(self) -> NoReturn:
        """Also while reading goes to the primary, nothing is written there through a store that is for reading."""
        raise StoreUnavailable(N_("数据库 %(store)s 不能写入：没有权限，或所在磁盘只读"), store=self.name)

    def _watch(self) -> None:
        while not self._closing.wait(EVERY_S):
            try:
                self._look()
            except StoreUnavailable:
                continue  # what is known grows old by itself

    def _look(self) -> None:
        """Note how far the primary is, and the last such moment that the standby has come to."""
        asked = time.monotonic()
        with self.primary._reading() as connection:
            written, log = connection.execute(_OF_PRIMARY).one()
        self._positions.append((asked, written))
        with super()._connected(isolation_level="AUTOCOMMIT") as connection:
            replayed, followed = connection.execute(_OF_STANDBY).one()
        if replayed is not None and followed == log:
            reached = [moment for moment, position in self._positions if position <= replayed]
            self._has_all_until = max([self._has_all_until, *reached])
