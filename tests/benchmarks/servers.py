"""Servers to be measured: ours on its embedded store, tipg and pygeoapi on PostGIS, two workers each."""

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from geo.web.settings import ROOT
from tests import cluster
from tests.benchmarks import peers
from tests.benchmarks.parcels import EAST, NORTH, SOUTH, WEST, environment_of
from tests.ports import free_port

OPERATIONS = ROOT / "docs" / "operations" / "gunicorn.conf.py"
WORKERS = 2
CONNECTIONS = 8
START_S = 120

cluster.SETTINGS |= {"shared_buffers": "1GB", "max_wal_size": "4GB"}  # as one would give a server that is measured

REQUESTS = """
local paths = {}
for line in io.lines(os.getenv("REQUEST_PATHS")) do paths[#paths + 1] = line end
local number = 0
request = function() number = number % #paths + 1; return wrk.format("GET", paths[number]) end
"""


@dataclass(frozen=True)
class Load:
    """What a server answered under load.

    Parameters
    ----------
    per_s
        Requests answered a second.
    p99_ms
        The 99th percentile of the times until an answer was whole.
    """

    per_s: float
    p99_ms: float


def load(address: str, paths: Sequence[str], seconds: int) -> Load:
    """Ask for the paths in turn over eight connections, by wrk; every answer must be a 200.

    Raises
    ------
    AssertionError
        If one was not, or a connection broke.
    """
    with tempfile.TemporaryDirectory() as folder:
        script, list_ = Path(folder) / "requests.lua", Path(folder) / "paths"
        script.write_text(REQUESTS)
        list_.write_text("".join(f"{path}\n" for path in paths))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", script]
        done = subprocess.run([*command, address], env=os.environ | {"REQUEST_PATHS": str(list_)},
                              check=True, capture_output=True, text=True)  # fmt: skip
    told = done.stdout
    assert "Non-2xx" not in told and "Socket errors" not in told, told
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", told).groups()
    p99_ms = float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]), p99_ms)


def ours(folder: Path, kept_answers_mib: int) -> Iterator[str]:
    """The address of our server on a store of `parcels`, run as the guide of operations does."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", OPERATIONS, *_bound(port), "server:create_app()"]
    settings = environment_of(folder) | {"KEPT_ANSWERS_MIB": str(kept_answers_mib)}
    with running(command, port, "/healthz", cwd=ROOT, **settings) as address:
        yield address


def memory_mib(address: str) -> float:
    """What the program that listens at an address and its workers hold; pages that they share count once."""
    bound = address.removeprefix("http://")
    family = [each for each in psutil.Process().children(recursive=True) if bound in each.cmdline()]
    return sum(each.memory_full_info().pss for each in family) / 2**20


def tipg(url: str) -> Iterator[str]:
    """The address of tipg on a database."""
    port = free_port()
    command = [peers.interpreter(), "-m", "uvicorn", "--port", str(port), "--workers", str(WORKERS),
               "--log-level", "error", "tipg.main:app"]  # fmt: skip
    with running(command, port, "/healthz", DATABASE_URL=url, TIPG_DB_SCHEMAS='["public"]') as address:
        yield address


def pygeoapi(url: str, folder: Path) -> Iterator[str]:
    """The address of pygeoapi on a database."""
    port = free_port()
    config = folder / "pygeoapi.yml"
    config.write_text(PYGEOAPI.format(port=port, **re.match(DATABASE, url).groupdict()))
    settings = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml")}
    program = peers.interpreter().with_name("pygeoapi")
    subprocess.run([program, "openapi", "generate", config, "--output-file", settings["PYGEOAPI_OPENAPI"]],
                   env=os.environ | settings, check=True, capture_output=True)  # fmt: skip
    command = [peers.interpreter(), "-m", "gunicorn", *_bound(port), "pygeoapi.flask_app:APP"]
    with running(command, port, "/conformance", **settings) as address:
        yield address


DATABASE = r"postgresql://(?P<user>[^:]+):(?P<password>[^@]+)@(?P<host>[^:]+):(?P<db_port>\d+)/(?P<dbname>.+)"
PYGEOAPI = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  limits: {{default_items: 10, max_items: 10000}}
  map: {{url: "http://127.0.0.1/none", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: t, description: d, keywords: [k], keywords_type: theme, terms_of_service: none, url: none}}
  license: {{name: none, url: none}}
  provider: {{name: none, url: none}}
  contact: {{name: n, position: p, address: a, city: c, stateorprovince: s, postalcode: "0", country: c, phone: p,
            fax: f, email: e@example.org, url: none, hours: h, instructions: i, role: r}}
resources:
  parcels:
    type: collection
    title: parcels
    description: parcels
    keywords: [k]
    links: []
    extents: {{spatial: {{bbox: [113, 32, 115, 34]}}}}
    providers:
      - type: feature
        name: PostgreSQL
        data: {{host: {host}, port: {db_port}, dbname: {dbname}, user: {user}, password: {password},
               search_path: [public]}}
        id_field: fid
        table: parcels
        geom_field: geom
"""


def _bound(port: int) -> list[str]:
    return ["-w", str(WORKERS), "-b", f"127.0.0.1:{port}", "--log-level", "error"]


@contextmanager
def running(
    command: Sequence[object], port: int, ready: str, cwd: Path | None = None, **settings: str
) -> Iterator[str]:
    """A server until it is not needed any more."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([str(each) for each in command], cwd=cwd, env=os.environ | settings,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        _wait(process, address + ready)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args[0]} ended with {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer")


def boxes(count: int, matching: int, features: int) -> list[str]:
    """Boxes anywhere among so many parcels that about so many of them lie in each."""
    import numpy

    side = min((EAST - WEST) * (matching / features) ** 0.5, 1.9)
    random = numpy.random.default_rng(5)
    lon, lat = random.uniform(WEST, EAST - side, count), random.uniform(SOUTH, NORTH - side, count)
    return [f"{x:.5f},{y:.5f},{x + side:.5f},{y + side:.5f}" for x, y in zip(lon, lat, strict=True)]
