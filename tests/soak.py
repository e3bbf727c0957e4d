"""`make soak`: kill a serving server again and again while planners report, and look for what was acknowledged.

Each round starts `server.py` on the same store, lets four signed-in clients report by the form of the page, kills the
server with SIGKILL at a random moment, and checks the store: every report that was answered with success is there, and
`PRAGMA integrity_check`, `ogrinfo` and `verify` find nothing.
"""

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.ports import free_port

ROOT = Path(__file__).parents[1]
ROUNDS = 100
CLIENTS = 4
LONGEST_ROUND_S = 2.0
LONGEST_START_S = 120
PASSWORD = "a long enough password"
FEATURES = ("2021-1", "2022-1", "2023-1", "2024-1")
"""Schools that the clients report on, one each."""


class Office:
    """A store in a folder of its own, and a server of it that is started and killed.

    Parameters
    ----------
    folder
        Empty.
    """

    def __init__(self, folder: Path) -> None:
        self.store = folder / "plan.gpkg"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "DATABASE_URL": f"gpkg:///{self.store}", "PORT": str(self.port), "SECRET_KEY": "a secret of the soak alone",
            "AS_OF_DIR": str(folder / "as_of"), "SEAL_KEY": str(folder / "seal_key.pem"), "PASSWORD": PASSWORD,
        }  # fmt: skip

    def command(self, *words: str) -> str:
        """What a command prints.

        Raises
        ------
        subprocess.CalledProcessError
            If it does not end well.
        """
        command = [sys.executable, "-m", "flask", "--app", "server", *words]
        run = subprocess.run(command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, check=True)
        return run.stdout.decode()

    def start(self) -> subprocess.Popen:
        """A server that answers."""
        server = subprocess.Popen(
            [sys.executable, "server.py"], cwd=ROOT, env=self._environment, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + LONGEST_START_S
        while time.monotonic() < end:
            try:
                if requests.get(f"{self.address}/healthz", timeout=5).ok:
                    return server
            except requests.ConnectionError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def sign_in(self) -> requests.Session:
        """A signed-in client, with the token that its writes need."""
        session = requests.Session()
        form = {
            "name": "editor",
            "password": PASSWORD,
            "csrf_token": _token(session, f"{self.address}/accounts/sign-in"),
        }
        answer = session.post(f"{self.address}/accounts/sign-in", data=form, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, answer.status_code
        session.headers["X-CSRFToken"] = _token(session, f"{self.address}/accounts/me")
        return session

    def check(self, acknowledged: set[str]) -> None:
        """Raise where anything is lost or damaged."""
        with closing(sqlite3.connect(self.store)) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = [note for (note,) in file.execute("SELECT note FROM annual_status WHERE note LIKE 'soak %'")]
        lost = acknowledged - set(kept)
        assert not lost, f"lost: {sorted(lost)}"
        assert len(set(kept)) == len(kept), "a report is there twice"
        subprocess.run(["ogrinfo", "-so", str(self.store), "schools"], stdout=subprocess.DEVNULL, check=True)
        assert json.loads(self.command("verify"))["ok"]


def _token(session: requests.Session, address: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', session.get(address, timeout=30).text)[1]


def _report(session: requests.Session, address: str, notes: Sequence[str], told: Callable[[str], None]) -> None:
    """Report until the server is gone; each note whose report was taken is told."""
    for note in notes:
        form = {"stage": "started", "flag": "none", "progress_pct": "30", "note": note}
        try:
            answer = session.post(address, data=form, allow_redirects=False, timeout=30)
        except requests.RequestException:
            return
        if answer.status_code == 303:
            told(note)


def main(rounds: int = ROUNDS) -> int:
    """Run the rounds and print what was found."""
    dice, acknowledged = random.Random(), set()
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        office.command("user-add", "editor", "--role", "editor", "--password-env", "PASSWORD")
        server, sessions = office.start(), []
        for _client in range(CLIENTS):
            sessions.append(office.sign_in())
        for number in range(1, rounds + 1):
            clients = [
                threading.Thread(
                    target=_report,
                    args=(
                        session, f"{office.address}/status/schools/2023/{feature_id}",
                        [f"soak {number} {feature_id} {each}" for each in range(1_000)], acknowledged.add,
                    ),
                )
                for session, feature_id in zip(sessions, FEATURES, strict=True)
            ]  # fmt: skip
            for client in clients:
                client.start()
            time.sleep(dice.uniform(0, LONGEST_ROUND_S))
            server.kill()
            for client in clients:
                client.join()
            server.wait()
            office.check(acknowledged)
            print(f"round {number}: {len(acknowledged)} reports acknowledged so far, all there", file=sys.stderr)
            server = office.start()
        server.kill()
    print(json.dumps({"rounds": rounds, "acknowledged": len(acknowledged), "lost": 0}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
