"""What the shapes of a GeoPackage have that is lost on reading: arcs, which GDAL draws as chords, and heights.

Looked for in the shapes themselves, since a layer that is declared as any geometry, or wrongly, may hold them too.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from geo.exchange.files.incoming.gpkg_tables import quoted, schema
from geo.exchange.files.incoming.parts import tell_heights
from geo.exchange.files.incoming.wkb_kinds import ARC, CURVED, HEAD, kind_of, kinds_in
from geo.exchange.files.reading import short_name, shown
from geo.exchange.files.staging import made_own
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of what lies round a shape, by the kind that its header states."""


ANY_WITH_HEIGHTS = "upper(geometry_type_name) = 'GEOMETRY' AND (z = 1 OR m = 1)"
"""Layers of any kind that must have heights or measures: GDAL's reader here knows no name for such."""

NO_SHAPE = "{0} IS NOT NULL AND (typeof({0}) <> 'blob' OR length({0}) < 8 OR substr({0}, 1, 2) <> x'4750')"
"""A value that is no blob of a GeoPackage, at which GDAL's reader stops."""


def allow_any_heights(path: Path, staged: Path) -> None:
    """Let layers of any kind have heights where they must, in our own copy: the shapes are the same."""
    with schema(path, staged) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_geometry_columns'").fetchone()
        found = f"SELECT 1 FROM gpkg_geometry_columns WHERE {ANY_WITH_HEIGHTS}"
        if known is None or connection.execute(found).fetchone() is None:
            return
    for part in (staged, staged.with_name(f"{staged.name}-wal")):
        if part.exists():
            made_own(part)
    with closing(sqlite3.connect(staged)) as connection, connection:
        connection.execute(
            f"UPDATE gpkg_geometry_columns SET z = 2 * (z > 0), m = 2 * (m > 0) WHERE {ANY_WITH_HEIGHTS}"
        )


def check_blobs(path: Path, staged: Path, layer: str) -> None:
    """Refuse what stands among the shapes and is none.

    Raises
    ------
    RefusedFile
        With the row and the field.
    """
    with schema(path, staged) as connection:
        column = _column(connection, layer)
        if column is None:
            return
        no_shape, table = NO_SHAPE.format(quoted(column)), quoted(layer)
        found = connection.execute(f"SELECT min(rowid) FROM {table} WHERE {no_shape}").fetchone()[0]
        if found is None:
            return
        row = connection.execute(f"SELECT count(*) FROM {table} WHERE rowid <= {found:d}").fetchone()[0]
    message = N_("%(file)s 第 %(row)s 行的 %(field)s 不是 GeoPackage 的几何")
    raise RefusedFile("invalid_geometry", message, file=short_name(path), row=row, field=shown(column))


def _column(connection: sqlite3.Connection, layer: str) -> str | None:
    """The column of a layer's shapes; None where it has none."""
    named = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
    found = connection.execute(named, (layer,)).fetchone()
    return None if found is None else str(found[0])


def note_shapes(path: Path, staged: Path, layer: str, findings: FileFindings) -> None:
    """Tell of rows with arcs, and once of heights."""
    with schema(path, staged) as connection:
        name = _column(connection, layer)
        if name is None:
            return
        table, column = quoted(layer), quoted(name)
        kinds = [kind_of(head) for head in _heads(connection, table, column)]
        if any(kind.has_height for kind in kinds):
            tell_heights(findings)
        if CURVED.isdisjoint(kind.number for kind in kinds):
            return
        message = N_("几何有圆弧，圆弧按弦读取，弦与弧相差不超过半径的十万分之一")
        rows = f"SELECT {column} FROM {table} ORDER BY rowid"
        for row, (blob,) in enumerate(connection.execute(rows), 1):
            wkb = _wkb(blob)
            if len(wkb) > HEAD and kind_of(wkb[:HEAD]).number in CURVED and ARC in kinds_in(wkb):
                findings.add("curve_flattened", message, row=row, field="geometry")


def _heads(connection: sqlite3.Connection, table: str, column: str) -> Iterator[bytes]:
    """How the WKB of shapes begins, each way once."""
    all_flags = f"SELECT DISTINCT substr({column}, 4, 1) FROM {table} WHERE typeof({column}) = 'blob'"
    for (flags,) in connection.execute(all_flags).fetchall():
        if (place := _place(flags)) is None:
            continue
        heads = f"SELECT DISTINCT substr({column}, ?, {HEAD}) FROM {table} WHERE substr({column}, 4, 1) = ?"
        yield from (head for (head,) in connection.execute(heads, (place + 1, flags)) if len(head) == HEAD)


def _wkb(blob: object) -> bytes:
    """The shape behind its header; nothing where there is none."""
    place = _place(blob[3:4]) if isinstance(blob, bytes) else None
    return b"" if place is None else blob[place:]


def _place(flags: bytes) -> int | None:
    """Where the WKB of a shape begins."""
    envelope = flags[0] >> 1 & 7 if flags else len(ENVELOPES)
    return 8 + ENVELOPES[envelope] if envelope < len(ENVELOPES) else None
