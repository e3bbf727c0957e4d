"""A GeoPackage as the database that it is: what its tables are and what GDAL would not tell of their values."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import RefusedFile

LARGEST_CELL = 64 * 2**20
"""Bytes of a single value of a GeoPackage: the shape of four million corners, or many times what a text needs."""

COMPUTED = (
    "SELECT DISTINCT made.name FROM sqlite_master AS made, pragma_table_xinfo(made.name) AS own "
    "WHERE made.type = 'table' AND own.hidden IN (2, 3)"
)
"""Tables with generated columns: a short expression may be a text of gigabytes."""

NUMERIC = re.compile(r"(TINY|SMALL|MEDIUM|BIG)?INT|REAL|DOUBLE|FLOAT|NUMERIC|BOOLEAN", re.IGNORECASE)
"""Types of columns of a GeoPackage that hold numbers."""


@contextmanager
def _schema(path: Path, staged: Path) -> Iterator[sqlite3.Connection]:
    """A GeoPackage as a database that is only read and trusts nothing of its schema."""
    try:
        with closing(sqlite3.connect(f"{staged.as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except sqlite3.Error as fault:
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from None


def views_in(path: Path, staged: Path) -> set[str]:
    """The views and virtual tables of a GeoPackage, and its tables with columns that are computed."""
    with _schema(path, staged) as connection:
        rows = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')")
        computed = {name for (name,) in connection.execute(COMPUTED)}
        return {
            name for name, kind, sql in rows
            if name in computed or kind == "view" or str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
        } & {name for (name,) in connection.execute("SELECT table_name FROM gpkg_contents")}  # fmt: skip


def feature_counts(path: Path, staged: Path, tables: Sequence[str]) -> dict[str, int]:
    """How many rows each table has; GDAL would open the file anew for each."""
    with _schema(path, staged) as connection:
        quoted = {name: name.replace('"', '""') for name in tables}
        return {name: connection.execute(f'SELECT count(*) FROM "{own}"').fetchone()[0] for name, own in quoted.items()}


def check_cells(path: Path, staged: Path, layer: str) -> None:
    """Refuse a value that alone would fill the memory; SQLite does not read what is longer than its limit."""
    if staged.stat().st_size <= LARGEST_CELL:
        return
    with _schema(path, staged) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL)
        table = layer.replace('"', '""')
        fields = [name for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")')]
        lengths = {name: 'length("{}")'.format(name.replace('"', '""')) for name in fields}
        if not _is_too_long(
            connection, f'SELECT {", ".join(f"max({each})" for each in lengths.values())} FROM "{table}"'
        ):
            return
        rows = connection.execute(f'SELECT rowid FROM "{table}" ORDER BY rowid')
        row, field = next(
            (row, name)
            for row, (number,) in enumerate(rows, 1)
            for name, length in lengths.items()
            if _is_too_long(connection, f'SELECT {length} FROM "{table}" WHERE rowid = {number:d}')
        )
    message = N_("%(file)s 第 %(row)s 行的 %(field)s 太大，一个值最多 %(most)s MB")
    most = LARGEST_CELL // 2**20
    raise RefusedFile("too_large", message, file=short_name(path), row=row, field=shown(field), most=most)


def check_numbers(path: Path, staged: Path, layer: str) -> None:
    """Refuse a text in a column of numbers, which SQLite keeps and GDAL reads as 0."""
    table = layer.replace('"', '""')
    with _schema(path, staged) as connection:
        for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
            if not NUMERIC.match(kind or ""):
                continue
            column = name.replace('"', '""')
            is_text = f"""typeof("{column}") = 'text'"""
            found = connection.execute(f'SELECT min(rowid) FROM "{table}" WHERE {is_text}').fetchone()[0]
            if found is None:
                continue
            value = connection.execute(f'SELECT substr("{column}", 1, 80) FROM "{table}" WHERE rowid = {found:d}')
            given = value.fetchone()[0]
            row = connection.execute(f'SELECT count(*) FROM "{table}" WHERE rowid <= {found:d}').fetchone()[0]
            message = N_("%(file)s 第 %(row)s 行的 %(field)s 应为数字，现为 %(given)s")
            raise RefusedFile(
                "not_a_number", message, file=short_name(path), row=row, field=shown(name), given=shown(given)
            )


def _is_too_long(connection: sqlite3.Connection, lengths: str) -> bool:
    """Whether one of the lengths that a statement gives in a row is too great."""
    try:
        return any(length is not None and length > LARGEST_CELL for length in connection.execute(lengths).fetchone())
    except sqlite3.DataError:  # a text must be read to be measured, and is not
        return True
