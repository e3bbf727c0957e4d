"""Connections to PostGIS: the address, how a session is set, how long it waits, what the server's errors mean."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from geo.model.errors import N_, StoreUnavailable
from geo.store.forks import forget_in_children
from geo.store.limits import Limits

DRIVER = "postgresql+psycopg"

CONNECT_TIMEOUT_S = 10
BUSY_TIMEOUT_S = 10
"""How long a write waits for another one, and a request for a free connection."""

_FAULTS = {
    "57014": N_("数据库 %(store)s 处理得太久，已经中止；请缩小范围再试"),
    "55P03": N_("数据库 %(store)s 正被别的程序占用，请稍后再试"),
    "40P01": N_("数据库 %(store)s 正被别的程序占用，请稍后再试"),
    "40001": N_("数据库 %(store)s 正被别的程序占用，请稍后再试"),
    "53300": N_("同时访问数据库 %(store)s 的人太多，请稍后再试"),
    "53100": N_("磁盘已满，数据库 %(store)s 没有写入任何内容"),
    "25006": N_("数据库 %(store)s 不能写入：没有权限，或所在磁盘只读"),
    "42501": N_("数据库 %(store)s 的帐号没有所需的权限：%(fault)s"),
    "42P01": N_("数据库 %(store)s 里还没有规划一张图的数据"),
    "0A000": N_("数据库 %(store)s 的服务器没有安装 PostGIS：%(fault)s"),
    "58P01": N_("数据库 %(store)s 的服务器没有安装 PostGIS：%(fault)s"),
}
"""By SQLSTATE."""


def parsed(address: str) -> URL | None:
    """The parts of `postgresql+psycopg://user:password@host:port/database`; None where it is no such address."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return None
    return url if url.drivername == DRIVER and url.database else None


def without_password(address: str) -> str:
    """An address as it may be shown: with neither password nor options, even where it cannot be read."""
    url = parsed(address)
    if url is None:
        return re.sub(r"://.*@", "://***@", address.partition("?")[0], flags=re.DOTALL)
    host = url.query.get("host") if url.host is None else None
    return url._replace(password=None).set(query={"host": host} if host else {}).render_as_string()


def open_engine(url: URL, limits: Limits) -> Engine:
    """Connections to a server; none is made yet. A commit is on the server's disk when it returns."""
    kept = -(-limits.connections // 3)
    engine = create_engine(
        url,
        pool_size=kept,
        max_overflow=limits.connections - kept,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_pre_ping=True,  # a server that was started anew is no fault
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "plan-atlas"} | dict(url.query),
    )
    event.listen(engine, "connect", _set_up(limits))
    forget_in_children(engine, lambda each: each.dispose(close=False))
    return engine


@contextmanager
def faults_of(store: str) -> Iterator[None]:
    """What the server cannot do, as `StoreUnavailable` in words."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable(N_("同时访问数据库 %(store)s 的人太多，请稍后再试"), store=store) from error
    except (DBAPIError, psycopg.Error) as error:
        cause = getattr(error, "orig", error)
        fault = (str(cause).splitlines() or [""])[0]
        code = getattr(cause, "sqlstate", None)
        unreached = code is None and isinstance(cause, psycopg.OperationalError)
        other = N_("连不上数据库 %(store)s：%(fault)s") if unreached else N_("数据库 %(store)s 出错：%(fault)s")
        raise StoreUnavailable(_FAULTS.get(code, other), store=store, fault=fault) from error


def _set_up(limits: Limits) -> Callable[[psycopg.Connection, object], None]:
    """In one round trip: texts as UTF-8, dates as ISO, a durable commit, an end to waiting, and no warming up.

    Compiling a statement and starting workers for it take longer than a page does.
    """
    settings = {
        "client_encoding": "UTF8",
        "datestyle": "ISO",
        "synchronous_commit": "on",
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "lock_timeout": f"{BUSY_TIMEOUT_S}s",
        "statement_timeout": f"{limits.query_s}s",
    }
    statement = "; ".join(f"SET {name} TO '{value}'" for name, value in settings.items())

    def set_up(connection: psycopg.Connection, _record: object) -> None:
        connection.execute(statement)
        connection.commit()

    return set_up
