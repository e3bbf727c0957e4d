"""A GeoPackage as the database that it is: what its tables are and what GDAL would not tell of their values."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

LARGEST_CELL = 64 * 2**20
"""Bytes of a single value of a GeoPackage: the shape of four million corners, or many times what a text needs."""

COMPUTED = (
    "SELECT DISTINCT made.name FROM sqlite_master AS made, pragma_table_xinfo(made.name) AS own "
    "WHERE made.type = 'table' AND own.hidden IN (2, 3)"
)
"""Tables with generated columns: a short expression may be a text of gigabytes."""

NO_NUMBER = "typeof({0}) IN ('text', 'blob')"
NOT_A_NUMBER = N_("%(file)s 第 %(row)s 行的 %(field)s 应为数字，现为 %(given)s")
NOT_AS_READ = (
    (
        re.compile(r"(TINY|SMALL|MEDIUM|BIG)?INT", re.IGNORECASE),
        f"{NO_NUMBER} OR {{0}} <> CAST({{0}} AS INTEGER)",
        N_("%(file)s 第 %(row)s 行的 %(field)s 应为整数，现为 %(given)s"),
    ),
    (
        re.compile("BOOLEAN", re.IGNORECASE),
        "{0} NOT IN (0, 1)",
        N_("%(file)s 第 %(row)s 行的 %(field)s 应为 0 或 1，现为 %(given)s"),
    ),
    (re.compile(r"REAL|DOUBLE|FLOAT|NUMERIC", re.IGNORECASE), NO_NUMBER, NOT_A_NUMBER),
)
"""Types of columns that hold numbers, what in them is read as another number, and what is said of it."""


@contextmanager
def schema(path: Path, staged: Path) -> Iterator[sqlite3.Connection]:
    """A GeoPackage as a database that is only read and trusts nothing of its schema."""
    try:
        with closing(sqlite3.connect(f"{staged.as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except sqlite3.Error as fault:
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from None


def views_in(path: Path, staged: Path) -> set[str]:
    """The views and virtual tables of a GeoPackage, and its tables with columns that are computed.

    Raises
    ------
    RefusedFile
        If it holds pictures alone, or is no GeoPackage.
    """
    with schema(path, staged) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "gpkg_contents" not in known:
            raise RefusedFile(
                "unknown_format", N_("%(file)s 是 SQLite 数据库，却不是 GeoPackage"), file=short_name(path)
            )
        contents = dict(connection.execute("SELECT table_name, data_type FROM gpkg_contents"))
        if contents and not {"features", "attributes"} & set(contents.values()):
            message = N_("%(file)s 里没有要素图层，只有栅格或别的内容：%(known)s")
            raise RefusedFile("no_layer", message, file=short_name(path), known=shown(", ".join(contents)))
        rows = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')")
        computed = {name for (name,) in connection.execute(COMPUTED)}
        return {
            name for name, kind, sql in rows
            if name in computed or kind == "view" or str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
        } & set(contents)  # fmt: skip


def feature_counts(path: Path, staged: Path, tables: Sequence[str]) -> dict[str, int]:
    """How many rows each table has; GDAL would open the file anew for each."""
    with schema(path, staged) as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0] for name in tables}


def check_cells(path: Path, staged: Path, layer: str) -> None:
    """Refuse a value that alone would fill the memory; SQLite does not read what is longer than its limit."""
    if staged.stat().st_size <= LARGEST_CELL:
        return
    with schema(path, staged) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL)
        table = quoted(layer)
        lengths = {name: f"length({quoted(name)})" for name, _ in columns(connection, layer)}
        if not _is_too_long(
            connection, f"SELECT {', '.join(f'max({each})' for each in lengths.values())} FROM {table}"
        ):
            return
        rows = connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid")
        row, field = next(
            (row, name)
            for row, (number,) in enumerate(rows, 1)
            for name, length in lengths.items()
            if _is_too_long(connection, f"SELECT {length} FROM {table} WHERE rowid = {number:d}")
        )
    message = N_("%(file)s 第 %(row)s 行的 %(field)s 太大，一个值最多 %(most)s MB")
    most = LARGEST_CELL // 2**20
    raise RefusedFile("too_large", message, file=short_name(path), row=row, field=shown(field), most=most)


def check_numbers(path: Path, staged: Path, layer: str) -> None:
    """Refuse what SQLite keeps in a column of numbers and GDAL reads as another number.

    Texts are read as 0, 3.7 among whole numbers as 3, and every number but 0 as true.
    """
    with schema(path, staged) as connection:
        for name, kind in columns(connection, layer):
            wrong, message = next((told for type_, *told in NOT_AS_READ if type_.match(kind)), (None, None))
            if wrong is None:
                continue
            table, column = quoted(layer), quoted(name)
            condition = wrong.format(column)
            found = connection.execute(f"SELECT min(rowid) FROM {table} WHERE {condition}").fetchone()[0]
            if found is None:
                continue
            value = connection.execute(f"SELECT substr({column}, 1, 80) FROM {table} WHERE rowid = {found:d}")
            given = value.fetchone()[0]
            row = connection.execute(f"SELECT count(*) FROM {table} WHERE rowid <= {found:d}").fetchone()[0]
            raise RefusedFile(
                "not_a_number", message, file=short_name(path), row=row, field=shown(name), given=shown(given)
            )


def note_unread(path: Path, staged: Path, layer: str, fields: Sequence[str], findings: FileFindings) -> None:
    """Tell of columns that GDAL passes over, since their type is none of a GeoPackage's."""
    with schema(path, staged) as connection:
        own = connection.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchall()
        known = {*fields, *(name for (name,) in own)}
        keys = {row[1] for row in connection.execute(f"PRAGMA table_info({quoted(layer)})") if row[5]}
        for name, kind in columns(connection, layer):
            if name not in known | keys:
                message = N_("字段 %(field)s 的类型 %(kind)s 不是 GeoPackage 的类型，没有读取")
                findings.add("unread_field", message, field=shown(name), kind=shown(kind))


def columns(connection: sqlite3.Connection, layer: str) -> list[tuple[str, str]]:
    """The columns of a table and their types as they are declared."""
    return [(row[1], row[2] or "") for row in connection.execute(f"PRAGMA table_info({quoted(layer)})")]


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _is_too_long(connection: sqlite3.Connection, lengths: str) -> bool:
    """Whether one of the lengths that a statement gives in a row is too great."""
    try:
        return any(length is not None and length > LARGEST_CELL for length in connection.execute(lengths).fetchone())
    except sqlite3.DataError:  # a text must be read to be measured, and is not
        return True
