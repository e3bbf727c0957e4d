"""`make load` or `python -m tests.load [MINUTES [PLANNERS]]`: planners at one server, and how long they wait.

Two workers of gunicorn on a GeoPackage of the shipped plan, and locust on the same machine. Prints JSON: the 95th
percentile of reads and of writes in milliseconds, errors, requests, and the server's memory over time, counted from the
moment when all planners are there. Exit code 1 where a budget is not held.
"""

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests

from geo.service import accounts
from geo.web import create_app
from geo.web.current import live_store
from tests.load.editors import EDITORS, PASSWORD
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
MINUTES, PLANNERS = 2, 200
COME_PER_S = 10
MOST_MS = {"read": 300, "write": 1000}
MOST_GROWTH = 0.1
"""How much larger the server may be at the end than after a third of the time, when everybody is there."""

LOOK_EVERY_S = 5
START_TIMEOUT_S = 120


def percentile(times: Counter[int], share: float) -> int | None:
    """The time, in milliseconds, that a share of so many requests by their times was not slower than."""
    wanted, seen = math.ceil(times.total() * share), 0
    for milliseconds in sorted(times):
        seen += times[milliseconds]
        if seen >= wanted:
            return milliseconds
    return None


def figures(entries: Iterable[dict]) -> dict[str, object]:
    """What locust's own statistics say of all reads and all writes."""
    times, errors, by_name = {"read": Counter(), "write": Counter(), "other": Counter()}, 0, {}
    for entry in entries:
        own = Counter({int(each): count for each, count in entry["response_times"].items()})
        times[entry["name"].partition(" ")[0]] += own
        errors += entry["num_failures"]
        by_name[entry["name"]] = {"requests": own.total(), "p95_ms": percentile(own, 0.95)}
    found: dict[str, object] = {f"{kind}_p95_ms": percentile(own, 0.95) for kind, own in times.items()}
    total = times["read"].total() + times["write"].total()
    share = round(times["write"].total() / total, 3) if total else None
    return found | {"requests": total, "write_share": share, "errors": errors, "by_name": by_name}


class Memory:
    """The memory of a program and its children, looked at now and then; what they share counts once."""

    def __init__(self, process_id: int) -> None:
        self._process = psutil.Process(process_id)
        self._over = threading.Event()
        self.mib: list[int] = []
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            family = [self._process, *self._process.children(recursive=True)]
            self.mib.append(round(sum(each.memory_full_info().pss for each in family) / 2**20))

    def end(self) -> list[int]:
        self._over.set()
        self._thread.join()
        return self.mib


def growth(mib: list[int]) -> float:
    """How much larger the last looks are than those after a third of the time, as a share."""
    if len(mib) < 6:
        return 0.0
    third = len(mib) // 3
    return sum(mib[-3:]) / sum(mib[third : third + 3]) - 1


def faults(found: dict) -> list[str]:
    """The budgets that are not held."""
    late = [f"{kind}s" for kind, most in MOST_MS.items() if (found[f"{kind}_p95_ms"] or math.inf) > most]
    return late + ["errors"] * bool(found["errors"]) + ["memory"] * (found["memory_growth"] > MOST_GROWTH)


def main(minutes: float = MINUTES, planners: int = PLANNERS) -> int:
    """Prepare a store, serve it, let the planners come, print what was measured."""
    with TemporaryDirectory() as folder:
        port = free_port()
        environment = os.environ | {
            "DATABASE_URL": f"gpkg:///{folder}/plan.gpkg", "AS_OF_DIR": f"{folder}/as_of", "PORT": str(port),
            "SECRET_KEY": "a secret of the load alone", "WORKERS": "2",
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        _prepare(environment)
        command = ["gunicorn", "--config", "docs/operations/gunicorn.conf.py", "server:create_app()"]
        with subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment) as server:
            try:
                address = f"http://127.0.0.1:{port}"
                _wait_for(f"{address}/healthz/ready")
                for path in ("/", "/export", "/ogc/search?q=xx", "/healthz/ready") * 6:  # no worker begins cold
                    requests.get(f"{address}{path}", timeout=60)
                memory = Memory(server.pid)
                try:
                    told = _run("locust", "--locustfile", "tests/load/planners.py", "--headless", "--host", address,
                                "--users", str(planners), "--spawn-rate", str(COME_PER_S), "--json", "--only-summary",
                                "--reset-stats",
                                "--run-time", f"{round(minutes * 60)}s", environment=environment)  # fmt: skip
                finally:
                    mib = memory.end()
            finally:
                server.terminate()
    found = figures(json.loads(told[told.index("[") :])) | {"memory_mib": mib, "memory_growth": round(growth(mib), 3)}
    missed = faults(found)
    print(json.dumps({"minutes": minutes, "planners": planners, **found, "missed": missed}, ensure_ascii=False))
    return 1 if missed else 0


def _prepare(environment: dict[str, str]) -> None:
    """Make the store and the accounts of those who report."""
    app = create_app({name: environment[name] for name in ("DATABASE_URL", "AS_OF_DIR", "SECRET_KEY")})
    with app.app_context():
        store = live_store()
        for number in range(EDITORS):
            accounts.add_account(store, f"editor{number}", PASSWORD, "editor", by=None)
        store.close()


def _run(module: str, *words: str, environment: dict[str, str]) -> str:
    """What a program prints; locust ends with 1 where requests failed, which its figures say."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=module != "locust")
    return done.stdout.decode()


def _wait_for(address: str) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        try:
            if requests.get(address, timeout=10).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise TimeoutError(address)


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(*map(float, given[:1]), *map(int, given[1:2])))
