"""Questions that are asked again and again, straight on SQLite: SQLAlchemy makes their SQL once, and is then not asked.

What it does for each execution of a statement takes several times as long as SQLite needs to find a page of features.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.engine import Dialect

from geo.model.page import Page
from geo.store.forks import forget_in_children
from geo.store.gpkg_engine import POOL_SIZE, STEPS_BETWEEN_LOOKS

Answer = TypeVar("Answer")

CACHE_KIB = 4096
"""Pages of the file that each connection keeps."""


class KeptStatement:
    """A statement as the driver takes it.

    Parameters
    ----------
    statement
        Its parameters must be of types that the driver takes as they are.
    values
        A value for each of them that has none of its own.
    """

    def __init__(self, statement: Select, dialect: Dialect, values: Mapping[str, object]) -> None:
        expanded = statement.compile(dialect=dialect).construct_expanded_state(values)
        self._sql, self._own, self._order = expanded.statement, expanded.parameters, expanded.positiontup or ()
        types = [column.type for column in statement.selected_columns]
        found = enumerate(each.dialect_impl(dialect).result_processor(dialect, None) for each in types)
        self._readers = [(index, reader) for index, reader in found if reader is not None]

    def rows(self, connection: sqlite3.Connection, values: Mapping[str, object]) -> list[tuple]:
        """All rows for these values of its parameters; the others keep their own."""
        rows = self._execute(connection, values).fetchall()
        return [self._read(row) for row in rows] if self._readers else rows

    def pages(self, connection: sqlite3.Connection, names: tuple[str, ...], size: int) -> Iterator[Page]:
        """So many features at a time, read as they are asked for: id, geometry and the values that `names` names."""
        with closing(self._execute(connection, {})) as cursor:
            rows = cursor.fetchmany(size)
            while True:
                yield self._page(rows, names)
                if not (rows := cursor.fetchmany(size)):
                    return

    def page(self, connection: sqlite3.Connection, values: Mapping[str, object], names: tuple[str, ...]) -> Page:
        """All features for these values of its parameters, as `pages` has them."""
        return self._page(self._execute(connection, values).fetchall(), names)

    def _page(self, rows: list[tuple], names: tuple[str, ...]) -> Page:
        """A column without any value is not looked at row by row."""
        readers = dict(self._readers)
        shape, found = readers.pop(1, None), [row[1] for row in rows]
        needed = [index for index in readers if [row[index] for row in rows].count(None) < len(rows)]
        values = [self._read(row)[2:] for row in rows] if needed else [row[2:] for row in rows]
        return Page([row[0] for row in rows], [*map(shape, found)] if shape else found, names, values)

    def _execute(self, connection: sqlite3.Connection, values: Mapping[str, object]) -> sqlite3.Cursor:
        given = self._own | values
        return connection.execute(self._sql, [given[name] for name in self._order])

    def _read(self, row: tuple) -> tuple:
        values = list(row)
        for index, reader in self._readers:
            values[index] = reader(values[index])
        return tuple(values)


class _Reading:
    """A connection, and until when it may work on the present question."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.ends = 0.0
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.set_progress_handler(lambda: time.monotonic() > self.ends, STEPS_BETWEEN_LOOKS)


class Reads:
    """Connections of the driver's own that stay open, with the statements that they have prepared; thread-safe.

    Parameters
    ----------
    connect
        Opens one.
    longest_s
        Seconds that one question may take; it then ends as SQLITE_INTERRUPT.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], longest_s: float) -> None:
        self._connect, self._longest_s = connect, longest_s
        self._idle: deque[_Reading] = deque()
        self._of_parent: list[deque[_Reading]] = []
        forget_in_children(self, Reads._forget)

    def ask(self, question: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """What is read with one of the connections, as of now."""
        try:
            reading = self._idle.pop()
        except IndexError:
            reading = _Reading(self._connect())
        reading.ends = time.monotonic() + self._longest_s
        try:
            return question(reading.connection)
        finally:
            if len(self._idle) < POOL_SIZE:
                self._idle.append(reading)
            else:
                reading.connection.close()

    def _forget(self) -> None:
        """In a forked child: the parent's connections are neither used nor closed."""
        self._of_parent.append(self._idle)
        self._idle = deque()

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().connection.close()
