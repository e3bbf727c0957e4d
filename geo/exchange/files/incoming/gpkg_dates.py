"""Dates of a GeoPackage: SQLite keeps any text in a column of dates, and GDAL reads as nothing what is none."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from geo.exchange.files.incoming.gpkg_tables import columns, quoted, schema
from geo.exchange.files.incoming.parts import Batch
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

DAY = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
SURE = {
    "DATE": "{0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({0}, '+0 days') = {0}",
    "DATETIME": (
        "{0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*' "
        "AND date(substr({0}, 1, 19), '+0 days') = substr({0}, 1, 10)"
    ),
}
"""Types of columns, and what in them is surely read."""

Odd = Mapping[str, Mapping[int, str]]
Batches = Callable[[], Iterator[Batch]]


def odd_dates(path: Path, staged: Path, layer: str) -> Odd:
    """By column and row, what is in columns of dates and may be none.

    Raises
    ------
    RefusedFile
        If there is a day that no calendar has: GDAL takes it for one, and it cannot be handed on.
    """
    found: dict[str, dict[int, str]] = {}
    with schema(path, staged) as connection:
        for name, kind in columns(connection, layer):
            if (sure := SURE.get(kind.upper())) is None:
                continue
            column, table = quoted(name), quoted(layer)
            is_odd = f"{column} <> '' AND NOT ({sure.format(column)})"
            if connection.execute(f"SELECT 1 FROM {table} WHERE {is_odd} LIMIT 1").fetchone() is None:
                continue
            numbered = f"SELECT row_number() OVER (ORDER BY rowid) AS row, {column} FROM {table}"
            values = connection.execute(f"SELECT row, substr({column}, 1, 80) FROM ({numbered}) WHERE {is_odd}")
            found[name] = {row: str(value) for row, value in values}
    for name, values in found.items():
        for row, value in values.items():
            if _is_no_day(value):
                message = N_("%(file)s 第 %(row)s 行的 %(field)s 应为日期，现为 %(given)s")
                given = {"field": shown(name), "given": shown(value)}
                raise RefusedFile("not_a_date", message, file=short_name(path), row=row, **given)
    return found


def _is_no_day(text: str) -> bool:
    if (written := DAY.match(text)) is None:
        return False
    try:
        date(*map(int, written.groups()))
    except ValueError:
        return True
    return False


def telling(batches: Batches, odd: Odd, findings: FileFindings) -> Iterator[Batch]:
    """Batches as they are read; what was read as no date is told."""
    for batch in batches():
        rows = batch.rows.tolist()
        for name, values in odd.items():
            for row, value in zip(rows, batch.fields[name], strict=True):
                if value is None and row in values:
                    message = N_("应为日期，现为 %(given)s，当作没有填")
                    findings.add("not_a_date", message, row=row, field=name, given=shown(values[row]))
        yield batch
