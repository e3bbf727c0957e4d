"""Dates of a GeoPackage: SQLite keeps any text in a column of dates, and GDAL reads as nothing what is none."""

import re
import sqlite3
from datetime import date
from pathlib import Path

from geo.exchange.files.incoming.gpkg_tables import columns, quoted, schema
from geo.exchange.files.incoming.odd_dates import Days, OddDates

DAY = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
SURE = {
    "DATE": "{0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({0}, '+0 days') = {0}",
    "DATETIME": (
        "{0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*' "
        "AND date(substr({0}, 1, 19), '+0 days') = substr({0}, 1, 10)"
    ),
}
"""Types of columns, and what in them is surely read."""


def odd_dates(path: Path, staged: Path, layer: str) -> OddDates:
    """What is in columns of dates and may be none."""
    written: dict[str, dict[int, str]] = {}
    no_days: dict[str, frozenset[int]] = {}
    unreadable: dict[str, Days] = {}
    with schema(path, staged) as connection:
        for name, kind in columns(connection, layer):
            if kind.upper() not in SURE or not (found := _unsure(connection, layer, name, kind.upper())):
                continue
            written[name] = found
            no_days[name] = frozenset(row for row, value in found.items() if _is_no_day(value))
            if no_days[name] and kind.upper() == "DATE":
                values = connection.execute(f"SELECT substr({quoted(name)}, 1, 80) FROM {quoted(layer)} ORDER BY rowid")
                unreadable[name] = [_day(value) for (value,) in values]
    return OddDates(written, no_days, unreadable)


def _unsure(connection: sqlite3.Connection, layer: str, name: str, kind: str) -> dict[int, str]:
    """By row, what stands in a column of dates and is not surely one."""
    column, table = quoted(name), quoted(layer)
    is_odd = f"{column} <> '' AND NOT ({SURE[kind].format(column)})"
    if connection.execute(f"SELECT 1 FROM {table} WHERE {is_odd} LIMIT 1").fetchone() is None:
        return {}
    numbered = f"SELECT row_number() OVER (ORDER BY rowid) AS row, {column} FROM {table}"
    values = connection.execute(f"SELECT row, substr({column}, 1, 80) FROM ({numbered}) WHERE {is_odd}")
    return {row: str(value) for row, value in values}


def _day(value: object) -> str | None:
    """What GDAL would read of it, were there no day in the column that is none."""
    written = DAY.match(str(value))
    try:
        return date(*map(int, written.groups())).isoformat() if written else None
    except ValueError:
        return None


def _is_no_day(text: str) -> bool:
    return DAY.match(text) is not None and _day(text) is None
