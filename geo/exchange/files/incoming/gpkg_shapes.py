"""What the shapes of a GeoPackage have that is lost on reading: arcs, which GDAL draws as chords, and heights.

Looked for in the shapes themselves, since a layer that is declared as any geometry, or wrongly, may hold them too.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from geo.exchange.files.incoming.gpkg_tables import quoted, schema
from geo.exchange.files.incoming.parts import tell_heights
from geo.exchange.files.incoming.wkb_kinds import ARC, CURVED, HEAD, kind_of, kinds_in
from geo.model.errors import N_
from geo.model.file_finding import FileFindings

ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of what lies round a shape, by the kind that its header states."""


def note_shapes(path: Path, staged: Path, layer: str, findings: FileFindings) -> None:
    """Tell of rows with arcs, and once of heights."""
    with schema(path, staged) as connection:
        named = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
        column = connection.execute(named, (layer,)).fetchone()
        if column is None:
            return
        table, column = quoted(layer), quoted(str(column[0]))
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
