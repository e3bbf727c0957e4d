"""Connections to a GeoPackage file: how SQLite is set, how transactions begin, what its errors mean."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from geo.model.errors import N_, StoreUnavailable
from geo.store.forks import forget_in_children
from geo.store.gpkg_blob import register_functions

BUSY_TIMEOUT_S = 10
"""How long a write waits for another one."""

POOL_SIZE, POOL_OVERFLOW = 8, 56
"""Connections kept, and how many more there may be: a slow download holds one for as long as it runs."""

USUAL_CACHE_KIB = 2_000
"""What SQLite keeps of a file in memory where it is told nothing."""

_DURABLE = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
_UNSAFE = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
)

STEPS_BETWEEN_LOOKS = 100_000
"""How many steps of a query pass, a millisecond or so, before it is asked whether its time is up."""

_FAULTS = {
    "SQLITE_INTERRUPT": N_("数据库 %(store)s 处理得太久，已经中止；请缩小范围再试"),
    "SQLITE_BUSY": N_("数据库 %(store)s 正被别的程序占用，请稍后再试"),
    "SQLITE_LOCKED": N_("数据库 %(store)s 正被别的程序占用，请稍后再试"),
    "SQLITE_CANTOPEN": N_("打不开数据库 %(store)s：文件不存在，或没有权限"),
    "SQLITE_NOTADB": N_("%(store)s 不是 GeoPackage 文件"),
    "SQLITE_CORRUPT": N_("数据库 %(store)s 已损坏，请从备份恢复"),
    "SQLITE_READONLY": N_("数据库 %(store)s 不能写入：没有权限，或所在磁盘只读"),
    "SQLITE_FULL": N_("磁盘已满，数据库 %(store)s 没有写入任何内容"),
}


def open_engine(path: Path) -> Engine:
    """Connections to a file that exists: a commit is on the disk when it returns, readers never wait for a writer."""
    engine = _engine(path, "rw", _DURABLE)
    forget_in_children(engine, lambda each: each.dispose(close=False))
    return engine


def build_engine(path: Path) -> Engine:
    """One connection to a new file that nobody else knows and that is thrown away if its making stops half-way."""
    return _engine(path, "rwc", _UNSAFE)


def begin_writing(connection: Connection) -> None:
    """Take the write lock now, not at the first write: no transaction fails because it began by reading."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def cached(connection: Connection, kib: int) -> Iterator[None]:
    """So much of the file is kept in memory by a connection in the block."""
    connection.exec_driver_sql(f"PRAGMA cache_size = -{kib}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{USUAL_CACHE_KIB}")


@contextmanager
def ending_after(connection: Connection, seconds: float) -> Iterator[None]:
    """Whatever is asked of a connection in the block ends after so many seconds, as SQLITE_INTERRUPT."""
    ends = time.monotonic() + seconds
    driver = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > ends, STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """What SQLite cannot do, as `StoreUnavailable` in words."""
    try:
        yield
    except TimeoutError as error:
        raise StoreUnavailable(_FAULTS["SQLITE_BUSY"], store=path) from error
    except PoolTimeout as error:
        raise StoreUnavailable(N_("同时访问数据库 %(store)s 的人太多，请稍后再试"), store=path) from error
    except (DBAPIError, sqlite3.Error) as error:
        fault = error.orig if isinstance(error, DBAPIError) else error
        name = "_".join(getattr(fault, "sqlite_errorname", "").split("_")[:2])
        message = _FAULTS.get(name, N_("数据库 %(store)s 出错：%(fault)s"))
        raise StoreUnavailable(message, store=path, fault=fault) from error


def connect_to(path: Path, mode: str = "rw", pragmas: tuple[str, ...] = _DURABLE) -> sqlite3.Connection:
    """A connection of the driver's own to a file."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in pragmas:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    register_functions(connection)
    return connection


def _engine(path: Path, mode: str, pragmas: tuple[str, ...]) -> Engine:
    return create_engine(
        "sqlite://", creator=partial(connect_to, path, mode, pragmas), poolclass=QueuePool,
        pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW,
    )  # fmt: skip
