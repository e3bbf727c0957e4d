"""Processes that write to a store, and may be killed at any moment.

They are forked from a server process that has everything loaded already: many rounds of killing take seconds.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import geopandas
import shapely

from geo.model.errors import Conflict
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.model.layer import Layer
from geo.model.search_text import pinyin
from geo.model.status import AnnualStatus
from geo.service.status import report
from geo.store import open_store
from geo.store.base import Content, Store
from geo.store.catalog import read_catalog

COUNTER = "counted"
"""The feature of layer `parcels` whose seats all writers count on."""

YEAR = 2023
PLACE = shapely.box(114, 33, 114.01, 33.01)

pinyin()  # each writer would take a second for it


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.writers"])
    return context


class Writer:
    """A process that does `work(store, say, *arguments)`; what it says is heard even if it is killed.

    Parameters
    ----------
    work
        A function of a module.
    url, layers_folder
        The store.
    """

    def __init__(self, work: Callable, url: str, layers_folder: Path, *arguments: object) -> None:
        context = _context()
        self._hears, says = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(work, says, url, layers_folder, *arguments))
        self._process.start()
        says.close()

    def next(self) -> object:
        """The next thing it says."""
        return self._hears.recv()

    def rest(self) -> list:
        """Everything that it says until it ends."""
        return list(self._said())

    def kill(self) -> list:
        """Kill it, and hear what it had said before."""
        self._process.kill()
        return self.rest()

    @property
    def exit_code(self) -> int | None:
        """How it ended, once everything was heard."""
        return self._process.exitcode

    def _said(self) -> Iterator[object]:
        try:
            while True:
                yield self._hears.recv()
        except EOFError:
            self._process.join()


def _run(work: Callable, says: Connection, url: str, layers_folder: Path, *arguments: object) -> None:
    with _opened(url, layers_folder) as store:
        work(store, says.send, *arguments)


@contextmanager
def _opened(url: str, layers_folder: Path) -> Iterator[Store]:
    store = open_store(url, read_catalog(layers_folder))
    yield store
    store.close()


def make_all(store: Store, say: Callable[[object], None], pause_s: float) -> None:
    """Make the store itself, with 3000 parcels that take a while.

    Says "ready", "filling" if it is the one that makes it, and (layers that it made, parcels that there are).
    """

    def fill(layer: Layer) -> Content | None:
        if layer.id != "parcels":
            return None
        time.sleep(pause_s)
        say("filling")
        ids = [f"p-{number}" for number in range(3000)]
        return Content(geopandas.GeoDataFrame(geometry=[PLACE] * len(ids), index=ids, crs="EPSG:4326"))

    say("ready")
    say((len(store.create(fill)), store.count("parcels", FeatureQuery())))


def make_and_report(store: Store, say: Callable[[int], None], first: int) -> None:
    """Make parcels p-N and report on each, N from `first` on, without end; say each N that is done."""
    number = first
    while True:
        parcel = FeatureChange("parcels", f"p-{number}", None, {"seats": number}, PLACE)
        store.write([parcel, _report_of(parcel.feature_id)], Act("writer", "made"))
        say(number)
        number += 1


def report_and_count(store: Store, say: Callable[[object], None], name: str, threads: int, writes: int) -> None:
    """Report `writes` times in each of some threads, and count the common counter on every tenth time.

    Says (seconds that each write took, hashes of the journal's entries, how often it counted).
    """

    def share(thread: int) -> tuple[list[float], list[str], int]:
        took_s, hashes, counted = [], [], 0
        for number in range(writes):
            start = time.perf_counter()
            said = _report_of(f"f-{number % 50}", f"{name}-{thread}-{number}")
            entry = report(store, said, Act(f"{name}-{thread}", str(number)))
            took_s.append(time.perf_counter() - start)
            hashes.append(entry.hash)
            if number % 10 == 0:
                count_one_more(store, f"{name}-{thread}")
                counted += 1
        return took_s, hashes, counted

    with ThreadPoolExecutor(threads) as pool:
        for said in pool.map(share, range(threads)):
            say(said)


def count_one_more(store: Store, author: str) -> None:
    """Read the counter and write it one higher; where somebody else was faster, once more."""
    while True:
        page = store.read_feature("parcels", COUNTER)
        seen = dict(zip(page.columns, page.rows[0], strict=True))
        more = FeatureChange("parcels", COUNTER, seen["revision"], {"seats": seen["seats"] + 1})
        try:
            store.write([more], Act(author, "count"))
        except Conflict:
            continue
        return


def prepare(store: Store) -> None:
    """Make the features that `report_and_count` writes about."""
    names = [*(f"f-{number}" for number in range(50)), COUNTER]
    store.write([FeatureChange("parcels", name, None, {"seats": 0}) for name in names], Act("test", "prepared"))


def write_by_eight(url: str, layers_folder: Path, writes: int) -> tuple[list[float], list[str], int]:
    """Two processes of four threads, `writes` reports each thread: seconds, hashes, and how often all counted."""
    writers = [Writer(report_and_count, url, layers_folder, name, 4, writes) for name in ("a", "b")]
    shares = [share for writer in writers for share in writer.rest()]
    assert len(shares) == 8, "a writer ended early"
    return (
        [each for took_s, _, _ in shares for each in took_s],
        [each for _, hashes, _ in shares for each in hashes],
        sum(counted for _, _, counted in shares),
    )


def assert_nothing_lost(store: Store, hashes: list[str], counted: int) -> None:
    """Every acknowledged report is in the journal once, no count was lost, and the chain holds."""
    kept = [entry.hash for entry in store.journal() if entry.action == "status"]
    assert sorted(kept) == sorted(hashes)
    assert len(set(kept)) == len(kept)
    page = store.read_page("parcels", FeatureQuery(search=COUNTER))
    assert dict(zip(page.columns, page.rows[0], strict=True))["seats"] == counted
    assert list(store.faults()) == []


def _report_of(feature_id: str, note: str | None = None) -> AnnualStatus:
    """A report; with a note of its own it says something new each time, so that it is written."""
    return AnnualStatus("parcels", feature_id, YEAR, stage="started", progress_pct=30.0, flag="none", note=note)
