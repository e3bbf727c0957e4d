"""Bounded work at the same time: what takes a thread for long may take some of the server's threads, never all.

A program that finds no place is told to come back. A page of ours waits in line: it asks now and then how many are
before it, and finds a place kept when it is its turn; no thread waits.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from flask import Flask, current_app

from geo.model.errors import Busy, N_
from geo.web.settings import whole_number

RETRY_AFTER_S = 10
LONGEST_DOWNLOAD_S = 3600
"""After it a download that is still not read to its end is cut off."""

GONE_AFTER_S = 10
"""Who waits and does not ask again within it, or does not come when it is their turn, has given up."""

MOST_WAITING = 500

DRAWINGS = 2
"""Map pictures and reports that are made at the same time: one draws while the other reads."""

_EXTENSION = "plan_atlas_slots"


class Slots:
    """So many places; who finds none is told to come back, and does not wait."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._line_lock = threading.Lock()
        self._waiting: dict[str, float] = {}
        self._kept: dict[str, float] = {}

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One place for as long as the block runs.

        Raises
        ------
        Busy
            If all are taken.
        """
        self._take()
        try:
            yield
        finally:
            self._free.release()

    def held(self, chunks: Iterable[bytes], turn: str = "") -> "HeldDownload":
        """Chunks that hold a place until they are read or closed; raises as `taken` does, before the first one.

        `turn` is whose place was kept, where one was.
        """
        self._take(turn)
        return HeldDownload(chunks, self._free.release)

    def before(self, turn: str) -> int:
        """How many wait before somebody, themselves counted; 0 where a place is kept for them, for a few seconds.

        Parameters
        ----------
        turn
            A word of the waiting one's own; they line up by asking for the first time.

        Raises
        ------
        Busy
            If too many wait already.
        """
        with self._line_lock:
            self._forget_gone()
            now = time.monotonic()
            if turn not in self._kept:
                if turn not in self._waiting and len(self._waiting) >= MOST_WAITING:
                    raise _busy()
                self._waiting[turn] = now
                place = list(self._waiting).index(turn) + 1
                if place > 1 or not self._free.acquire(blocking=False):
                    return place
                del self._waiting[turn]
            self._kept[turn] = now
            return 0

    def _forget_gone(self) -> None:
        gone = time.monotonic() - GONE_AFTER_S
        self._waiting = {turn: asked for turn, asked in self._waiting.items() if asked > gone}
        for turn in [turn for turn, asked in self._kept.items() if asked <= gone]:
            del self._kept[turn]
            self._free.release()

    def _take(self, turn: str = "") -> None:
        with self._line_lock:
            self._forget_gone()
            if self._kept.pop(turn, None) is not None:
                return
        if not self._free.acquire(blocking=False):
            raise _busy()


def _busy() -> Busy:
    message = N_("同时要下载或计算的人太多，请过 %(seconds)s 秒再试")
    return Busy(message, retry_after_s=RETRY_AFTER_S, seconds=RETRY_AFTER_S)


class HeldDownload:
    """Chunks of a download and the place that it takes; the server closes it when the reader has all or is gone."""

    def __init__(self, chunks: Iterable[bytes], release: Callable[[], None]) -> None:
        self._chunks, self._release = iter(chunks), release
        self._ends = time.monotonic() + LONGEST_DOWNLOAD_S
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            if time.monotonic() > self._ends:
                raise TimeoutError("a download took too long")
            return next(self._chunks)
        except BaseException:  # its end too
            self.close()
            raise

    def close(self) -> None:
        """Give the place back, once."""
        if not self._closed:
            self._closed = True
            if hasattr(self._chunks, "close"):
                self._chunks.close()
            self._release()


def keep_slots(app: Flask) -> None:
    """Downloads, base map tiles and catchments may each take half of the threads; drawing keeps a processor busy."""
    half = max(1, whole_number(app.config, "THREADS", lowest=1, highest=256) // 2)
    app.extensions[_EXTENSION] = {
        "downloads": Slots(half),
        "tiles": Slots(half),
        "computing": Slots(half),
        "drawings": Slots(min(half, DRAWINGS)),
    }


def slots(name: str) -> Slots:
    """The places of the running app for `downloads`, `tiles`, `computing` or `drawings`."""
    return current_app.extensions[_EXTENSION][name]
