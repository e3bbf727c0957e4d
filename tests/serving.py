"""A real server on a free port, for tests that need one."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 180
STOP_TIMEOUT_S = 60


@dataclass(frozen=True)
class Server:
    """A running server: its address and the number of its process."""

    address: str
    process_id: int


@contextmanager
def running_server(store: Path, **settings: str) -> Iterator[Server]:
    """What `python server.py` runs, on a free port and with a store of its own; it need not load anything first."""
    port = free_port()
    own = {"DATABASE_URL": f"gpkg:///{store}", "HOST": "127.0.0.1", "PORT": str(port)}
    environment = os.environ | own | {"BASEMAPS": str(store.with_name("no-basemaps.toml"))} | settings
    process_id = _forks().new(environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process_id)
        yield Server(address, process_id)
    finally:
        _stop(process_id)


def copy_plan(store: Path) -> None:
    """Make a store of the shipped plan, as a server would that finds none."""
    shutil.copy(_forks().plan, store)


class _Forks:
    """`tests.forks`, for as long as this process runs."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._plan = Path(self._folder.name) / "plan.gpkg"
        command = [sys.executable, "-m", "tests.forks", str(self._plan)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=ROOT, **pipes)

    @cached_property
    def plan(self) -> Path:
        """The file of a store of the shipped plan, once it is built."""
        assert self._process.stdout.readline() == "built\n"
        return self._plan

    def new(self, environment: dict[str, str]) -> int:
        """The number of the process of a new server."""
        assert self.plan
        self._process.stdin.write(json.dumps(environment) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        """Nobody asks any more."""
        with self._process:
            self._process.stdin.close()
        self._folder.cleanup()


@cache
def _forks() -> _Forks:
    forks = _Forks()
    atexit.register(forks.end)
    return forks


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def _stop(process_id: int) -> None:
    if _is_running(process_id):
        os.kill(process_id, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while _is_running(process_id):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the server did not end within {STOP_TIMEOUT_S} s")
        time.sleep(0.02)


def _wait_for(address: str, process_id: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if not _is_running(process_id):
            raise RuntimeError("the server ended")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not answer within {START_TIMEOUT_S} s")
