"""Many rows into a layer of a GeoPackage: what its triggers do row by row is done once, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, update

from geo.model.layer import Layer
from geo.store.schema import Schema, new_state

CACHE_KIB, USUAL_CACHE_KIB = 256 * 1024, 2_000
"""Of a connection that writes: indexes of ids that come in any order are written once instead of page by page."""


@contextmanager
def filling(connection: Connection, schema: Schema, layer: Layer) -> Iterator[None]:
    """Rows are added to a layer in the block; its R-tree and its state follow at the end.

    A trigger costs five times as much as the same rows put into the R-tree. Other connections go on with the triggers:
    until the transaction ends they see the file as it was, and if it fails nothing has changed.
    """
    table = schema.layers[layer.id]
    last = connection.execute(select(func.max(table.c.fid))).scalar() or 0
    triggers = _insert_triggers(connection, layer)
    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        for name, _ in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        if layer.geometry:
            connection.exec_driver_sql(_INDEXED.format(layer=layer.id), (last,))
        for _, statement in triggers:
            connection.exec_driver_sql(statement)
        revisions = schema.layer_revisions
        connection.execute(update(revisions).where(revisions.c.layer_id == layer.id).values(state=new_state()))
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{USUAL_CACHE_KIB}")


_INDEXED = """
INSERT INTO "rtree_{layer}_geom"
SELECT fid, ST_MinX(geom), ST_MaxX(geom), ST_MinY(geom), ST_MaxY(geom) FROM "{layer}"
WHERE fid > ? AND geom NOT NULL AND NOT ST_IsEmpty(geom)
"""


def _insert_triggers(connection: Connection, layer: Layer) -> list[tuple[str, str]]:
    """Ours, and what makes them; those of somebody else stay."""
    names = (f"rtree_{layer.id}_geom_insert", f"{layer.id}_state_insert")
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN (?, ?)"
    return [tuple(row) for row in connection.exec_driver_sql(statement, names)]
