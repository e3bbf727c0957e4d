"""Reports written by eight writers at once: two processes of four threads each, on the store that is a file."""

from pathlib import Path
from typing import NamedTuple

import numpy

from geo.store import open_store
from geo.store.base import Store
from geo.store.catalog import read_catalog
from tests.benchmarks.runner import Case
from tests.store.conftest import write_layers
from tests.writers import assert_nothing_lost, prepare, write_by_eight

WRITERS = 8


class Prepared(NamedTuple):
    store: Store
    url: str
    layers_folder: Path
    writes: int


Written = tuple[list[float], list[str], int]


def prepare_file(size: int, folder: Path) -> Prepared:
    layers_folder = write_layers(folder / "layers")
    url = f"gpkg:///{folder}/plan.gpkg"
    store = open_store(url, read_catalog(layers_folder))
    store.create()
    prepare(store)
    return Prepared(store, url, layers_folder, size // WRITERS)


def write(prepared: Prepared) -> Written:
    return write_by_eight(prepared.url, prepared.layers_folder, prepared.writes)


def nothing_lost(prepared: Prepared, written: Written) -> bool:
    _took_s, hashes, counted = written
    assert_nothing_lost(prepared.store, hashes, counted)
    return len(hashes) == prepared.writes * WRITERS


def slowest_but_one_percent_s(written: Written) -> float:
    """The 99th percentile of the seconds that a write took until it was durable."""
    return float(numpy.percentile(written[0], 99))


CASES = [
    Case(
        "status write, 8 writers, p99", prepare_file, write, nothing_lost, (80, 2_000),
        budget=0.5, figure=slowest_but_one_percent_s,
    )
]  # fmt: skip
