"""Writers of one GeoPackage take turns, in one process and among several.

SQLite lets a waiting writer look again after ever longer pauses, so that one who writes without pause starves the
others. Here a writer first gets in line and then waits for the turn: whoever has just written has to get in line anew,
behind the one who stands there. Programs that know nothing of this, such as QGIS, are waited for by SQLite as ever.
"""

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

POLL_S = 0.002
"""How often a writer looks whether it is its turn."""


class Turns:
    """The turns at one file; the locks are two files beside it, which stay and are empty.

    Parameters
    ----------
    path
        The GeoPackage.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reset()
        if hasattr(os, "register_at_fork"):  # not on Windows
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _reset_in_child(reference()))

    def _reset(self) -> None:
        self._among_threads = threading.Lock()
        self._line, self._turn = (
            FileLock(f"{self._path}.{name}", poll_interval=POLL_S, thread_local=False) for name in ("line", "turn")
        )

    @contextmanager
    def take(self, timeout_s: float) -> Iterator[None]:
        """The turn, until the context ends.

        Raises
        ------
        TimeoutError
            If it did not come in time.
        """
        end = time.monotonic() + timeout_s
        if not self._among_threads.acquire(timeout=timeout_s):
            raise TimeoutError
        try:
            with self._line.acquire(timeout=max(0, end - time.monotonic())):
                self._turn.acquire(timeout=max(0, end - time.monotonic()))
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._among_threads.release()


def _reset_in_child(turns: Turns | None) -> None:
    """A forked child has no part in the turns that its parent's threads had taken."""
    if turns is not None:
        turns._reset()
