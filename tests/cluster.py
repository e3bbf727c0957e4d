"""A PostgreSQL cluster of the tests' own: started when first asked for, one for all test processes, gone with the last.

Every test process that uses it holds a shared lock. A watching process waits for the lock alone: it gets it when all of
them have ended, however they ended, and then stops the server and deletes the cluster.
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
OWNER = "plan_atlas"
TEMPLATE = "plan_atlas_template"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    # The machine does not lose its power between two tests; a killed server keeps every commit all the same.
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "autovacuum": "off",
}


class Cluster:
    """A running server.

    Parameters
    ----------
    folder
        Shared by the test processes: the lock, and where the server is.
    """

    def __init__(self, folder: Path) -> None:
        self._users = (folder / "cluster.users").open("w")
        with (folder / "cluster.start").open("w") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            fcntl.flock(self._users, fcntl.LOCK_SH)  # waits while an earlier cluster is being stopped
            state = folder / "cluster.json"
            if not state.exists():
                _start(folder, state)
            self._state = json.loads(state.read_text())

    @property
    def folder(self) -> Path:
        """Where its data lie."""
        return Path(self._state["folder"])

    def url(self, database: str) -> str:
        """The address of a database, with a password, over TCP."""
        return f"postgresql+psycopg://{OWNER}:{self._state['password']}@127.0.0.1:{self._state['port']}/{database}"

    def new_database(self, template: str = TEMPLATE) -> str:
        """Make a database from a template, by default one that has PostGIS and nothing else; returns its name.

        Its files are copied, which is half the work of writing all that is in them into the log.
        """
        name = f"plan_{secrets.token_hex(6)}"
        self.administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop_database(self, name: str) -> None:
        self.administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def administer(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run a statement as the superuser; returns its rows."""
        with psycopg.connect(self.plain_url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def plain_url(self, database: str) -> str:
        """The superuser's address, as psycopg takes it."""
        return f"postgresql://postgres:{self._state['password']}@127.0.0.1:{self._state['port']}/{database}"

    def crash(self) -> None:
        """Stop the server as a power cut stops it, and start it again."""
        control(self.folder, self._state["port"], "stop", "-m", "immediate")
        control(self.folder, self._state["port"], "start")

    def leave(self) -> None:
        """Give the cluster up; the last one that leaves stops it."""
        self._users.close()


def _start(folder: Path, state: Path) -> None:
    home = Path(tempfile.mkdtemp(prefix="plan-atlas-postgres-"))
    password = secrets.token_hex(16)
    if os.geteuid() == 0:  # which PostgreSQL refuses
        account = pwd.getpwnam("postgres")
        os.chown(home, account.pw_uid, account.pw_gid)
    secret = home / "password"
    secret.write_text(password)
    _hand_over(secret)
    port = free_port()
    run_as_postgres("initdb", "-D", home / "data", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}",
         "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    control(home, port, "start")
    nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    watch = [sys.executable, "-m", "tests.cluster", folder, home]
    subprocess.run(watch, cwd=ROOT, check=True, start_new_session=True, **nothing)
    state.write_text(json.dumps({"folder": str(home), "port": port, "password": password}))
    with psycopg.connect(f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres", autocommit=True) as server:
        server.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{password}'")
        server.execute(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER}")
    with psycopg.connect(f"postgresql://postgres:{password}@127.0.0.1:{port}/{TEMPLATE}", autocommit=True) as template:
        template.execute("CREATE EXTENSION postgis")
        template.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")


def _hand_over(path: Path) -> None:
    path.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def control(home: Path, port: int, *action: str) -> None:
    """What pg_ctl does with the server in a folder."""
    settings = SETTINGS | {"port": str(port), "unix_socket_directories": str(home)}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    run_as_postgres("pg_ctl", "-D", home / "data", "-w", "-s", "-l", home / "log", "-o", options, *action)


def run_as_postgres(program: str, *arguments: object) -> None:
    """Run a program of PostgreSQL, which refuses to be run by root."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(program)
    assert path, f"{program} is missing: make setup-tests installs PostgreSQL and PostGIS"
    account: dict[str, object] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    command = [path, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd="/", **account)
    assert done.returncode == 0, done.stderr or done.stdout


def _watch(folder: Path, home: Path) -> None:
    with (folder / "cluster.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        (folder / "cluster.json").unlink(missing_ok=True)
        try:
            control(home, 0, "stop", "-m", "immediate")
        finally:
            shutil.rmtree(home, ignore_errors=True)


def main(arguments: Sequence[str]) -> None:
    """Leave a process behind that watches."""
    if os.fork():
        return
    _watch(Path(arguments[0]), Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
