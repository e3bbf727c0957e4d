"""A hot standby of the tests' own PostgreSQL: a copy of the whole cluster that follows it."""

import shutil
import tempfile
from pathlib import Path

import psycopg

from tests.cluster import Cluster, control, run_as_postgres
from tests.ports import free_port


class Standby:
    """A running server that follows a cluster; its folder lies in the cluster's, and is gone with that at the latest.

    Parameters
    ----------
    cluster
        The primary.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.home = Path(tempfile.mkdtemp(prefix="standby-", dir=cluster.folder))
        shutil.chown(self.home, cluster.folder.owner(), cluster.folder.group())
        self.port = free_port()
        data = self.home / "data"
        run_as_postgres(
            "pg_basebackup", "-d", cluster.plain_url("postgres"), "-D", data, "-R", "-X", "stream", "-c", "fast",
            "--no-sync",
        )  # fmt: skip
        self.start()

    def url(self, database: str) -> str:
        """The address of a database, with a password, over TCP."""
        return self._here(self._cluster.url(database))

    def administer(self, statement: str) -> list[tuple]:
        """Run a statement as the superuser; returns its rows."""
        with psycopg.connect(self._here(self._cluster.plain_url("postgres")), autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def start(self) -> None:
        control(self.home, self.port, "start")

    def stop(self) -> None:
        control(self.home, self.port, "stop", "-m", "immediate")

    def remove(self) -> None:
        """Stop it, if it runs, and delete it."""
        if (self.home / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.home)

    def _here(self, url: str) -> str:
        address, _, database = url.rpartition("/")
        return f"{address.rpartition(':')[0]}:{self.port}/{database}"
