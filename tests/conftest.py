"""What every test stands on: the defaults of the settings, Chinese words, and no race against the clock."""

import gc
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from geo.web.settings import SETTINGS
from tests.cluster import Cluster

sys.dont_write_bytecode = False
"""Compiled code is kept, whatever the environment says: else each process compiles each test anew, for ten seconds."""
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

hypothesis.settings.register_profile(
    "plan_atlas", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("plan_atlas")


@pytest.fixture(scope="session", autouse=True)
def nothing_from_the_environment() -> Iterator[None]:
    """Whatever the environment sets, tests see the default settings, a terminal that speaks Chinese, and no secret."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [setting.name for setting in SETTINGS if setting.name in os.environ]:
            patch.delenv(name)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("SECRET_KEY", "a secret of the tests alone")
        yield


def pytest_xdist_auto_num_workers() -> int:
    """Processes for `-n auto`: two more than there are processors, since two fifths of the time is waiting."""
    return processors() + 2


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


LONGEST = ("test_zones_command.py", "benchmarks", "operations", "hostile", "browser", "store")
"""Folders whose files take longest, and a file that does: begun first, so that all processes end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, one of each folder in turn: beside a browser, which waits often, something else runs.

    xdist gives them out in this order, a whole file to a process.
    """
    files: dict[str, dict[Path, int]] = {place: {} for place in LONGEST}

    def turn(item: pytest.Item) -> tuple[int, int]:
        place = next((name for name in (item.path.name, item.path.parent.name) if name in files), None)
        if place is None:
            return len(items), 0
        return files[place].setdefault(item.path, len(files[place])), LONGEST.index(place)

    items.sort(key=turn)


SELDOM, USUALLY = (20_000, 20, 20), gc.get_threshold()
"""How often garbage is looked for."""


def pytest_collection_finish() -> None:
    """Look for garbage more seldom, and not in what is there for good: that took a fifth of the time of some tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.fixture
def usual_garbage() -> Iterator[None]:
    """Garbage is looked for as often as in a server, for tests of memory."""
    gc.set_threshold(*USUALLY)
    yield
    gc.set_threshold(*SELDOM)


class Compiled(BytecodeCache):
    """Templates that this process has compiled, the same for all its apps."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def templates_are_compiled_once() -> Iterator[None]:
    """An app of its own for each test would compile every template it shows again, for half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": Compiled()})
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_are_compiled_once() -> Iterator[None]:
    """An app of its own for each test would make a program of every address it has again, for a twentieth of a second.

    What Werkzeug makes of a rule depends on nothing but its text, its defaults, and whether what is over is appended.
    """
    made: dict[tuple[str, str, str, bool], Callable] = {}
    make = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable:
        key = (rule.rule, repr(rule._trace), repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def definitions_are_parsed_once() -> Iterator[None]:
    """Every store would parse the same text of each layer's definition again; what is read of it changes nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", cache(tomllib.loads))
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL server with PostGIS, the same for all test processes."""
    own = tmp_path_factory.getbasetemp()
    cluster = Cluster(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
    yield cluster
    cluster.leave()
