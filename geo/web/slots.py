"""Bounded work at the same time: what takes a thread for long may take some of the server's threads, never all."""

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

DRAWINGS = 2
"""Map pictures and reports that are made at the same time: one draws while the other reads."""

_EXTENSION = "plan_atlas_slots"


class Slots:
    """So many places; who finds none is told to come back, and does not wait."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)

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

    def held(self, chunks: Iterable[bytes]) -> "HeldDownload":
        """Chunks that hold a place until they are read or closed; raises as `taken` does, before the first one."""
        self._take()
        return HeldDownload(chunks, self._free.release)

    def _take(self) -> None:
        if not self._free.acquire(blocking=False):
            message = N_("同时要下载或计算的人太多，请过 %(seconds)s 秒再试")
            raise Busy(message, retry_after_s=RETRY_AFTER_S, seconds=RETRY_AFTER_S)


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
