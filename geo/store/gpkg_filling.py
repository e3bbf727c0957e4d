"""Many rows into a layer of a GeoPackage: what its triggers do row by row is done once, in the same transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy
from sqlalchemy import Connection, func, select, update

from geo.model.layer import Layer
from geo.store.gpkg_blob import boxes_of
from geo.store.gpkg_engine import cached
from geo.store.gpkg_packing import CELL, cells_of, write_tree
from geo.store.schema import Schema, new_state

CACHE_KIB = 256 * 1024
"""Of a connection that writes: indexes of ids that come in any order are written once instead of page by page."""


WORTH_PACKING, MOST_PACKED = 8, 8_000_000
"""A tree is written anew where at most so many times the new rows are in it then, and so many rows at all."""

FEW_ROWS = 10_000
"""A table of no more gets its indexes anew after the filling: sorted at once they cost a third."""

BATCH = 5_000


@contextmanager
def filling(connection: Connection, schema: Schema, layer: Layer) -> Iterator[None]:
    """Rows are added to a layer in the block; its R-tree and its state follow at the end.

    A trigger costs many times as much as the same rows put into the R-tree together. Other connections go on with the
    triggers: until the transaction ends they see the file as it was, and if it fails nothing has changed.
    """
    table = schema.layers[layer.id]
    last = connection.execute(select(func.max(table.c.fid))).scalar() or 0
    put_aside = _triggers(connection, layer, "insert") + (_indexes(connection, layer) if last <= FEW_ROWS else [])
    with _without(connection, schema, layer, put_aside):
        yield
        if layer.geometry:
            _index(connection, layer, last)


@contextmanager
def clearing(connection: Connection, schema: Schema, layer: Layer) -> Iterator[None]:
    """Many features are taken out of a layer in the block, as rows are added in `filling`."""
    with _without(connection, schema, layer, _triggers(connection, layer, "delete")):
        yield
        if layer.geometry:
            _forget_gone(connection, layer)


@contextmanager
def _without(
    connection: Connection, schema: Schema, layer: Layer, put_aside: list[tuple[str, str, str]]
) -> Iterator[None]:
    """Triggers and indexes of a layer are away in the block; it has a new state afterwards."""
    with cached(connection, CACHE_KIB):
        for kind, name, _ in put_aside:
            connection.exec_driver_sql(f'DROP {kind} "{name}"')
        yield
        for *_, statement in put_aside:
            connection.exec_driver_sql(statement)
        revisions = schema.layer_revisions
        connection.execute(update(revisions).where(revisions.c.layer_id == layer.id).values(state=new_state()))


_INDEXED = """
INSERT INTO "rtree_{layer}_geom"
SELECT fid, ST_MinX(geom), ST_MaxX(geom), ST_MinY(geom), ST_MaxY(geom) FROM "{layer}"
WHERE fid > ? AND geom NOT NULL AND NOT ST_IsEmpty(geom)
"""


def _index(connection: Connection, layer: Layer, last: int) -> None:
    """Put the rows after `last` into the R-tree; those that were moved since they were added are there already."""
    tree = f"rtree_{layer.id}_geom"
    moved = f'SELECT rowid FROM "{tree}_rowid" WHERE rowid > {last:d}'
    connection.exec_driver_sql(f'DELETE FROM "{tree}" WHERE id IN ({moved})')
    new = _rows(connection, f'SELECT fid, geom FROM "{layer.id}" WHERE fid > {last:d} AND geom NOT NULL', _new_cells)
    present = connection.exec_driver_sql(f'SELECT count(*) FROM "{tree}_rowid"').scalar_one()
    if len(new) + present > min(WORTH_PACKING * len(new), MOST_PACKED):
        connection.exec_driver_sql(_INDEXED.format(layer=layer.id), (last,))
        return
    old = _rows(connection, f'SELECT id, minx, maxx, miny, maxy FROM "{tree}"', _known_cells) if present else new[:0]
    write_tree(connection.connection.driver_connection, tree, numpy.concatenate([old, new]))


def _forget_gone(connection: Connection, layer: Layer) -> None:
    """Take out of the R-tree what the layer has no longer."""
    tree, here = f"rtree_{layer.id}_geom", f'(SELECT fid FROM "{layer.id}")'
    present = connection.exec_driver_sql(f'SELECT count(*) FROM "{tree}_rowid"').scalar_one()
    gone = connection.exec_driver_sql(f'SELECT count(*) FROM "{tree}_rowid" WHERE rowid NOT IN {here}').scalar_one()
    if present > min(WORTH_PACKING * gone, MOST_PACKED):
        connection.exec_driver_sql(f'DELETE FROM "{tree}" WHERE id NOT IN {here}')
        return
    left = f'SELECT id, minx, maxx, miny, maxy FROM "{tree}" WHERE id IN {here}'
    write_tree(connection.connection.driver_connection, tree, _rows(connection, left, _known_cells))


def _rows(connection: Connection, statement: str, cells: Callable[[list[tuple]], numpy.ndarray]) -> numpy.ndarray:
    """The rows of a statement as those of an R-tree."""
    cursor = connection.connection.driver_connection.execute(statement)
    found = [numpy.empty(0, dtype=CELL)]
    while rows := cursor.fetchmany(BATCH):
        found.append(cells(rows))
    return numpy.concatenate(found)


def _new_cells(rows: list[tuple]) -> numpy.ndarray:
    fids, blobs = zip(*rows, strict=True)
    return cells_of(numpy.array(fids), boxes_of(blobs))


def _known_cells(rows: list[tuple]) -> numpy.ndarray:
    known = numpy.array(rows)  # numbers below 2**53
    return cells_of(known[:, 0].astype(numpy.int64), known[:, 1:])


def _triggers(connection: Connection, layer: Layer, event: str) -> list[tuple[str, str, str]]:
    """Ours, and what makes them; those of somebody else stay."""
    names = (f"rtree_{layer.id}_geom_{event}", f"{layer.id}_state_{event}", f"{layer.id}_words_{event}")
    statement = "SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN (?, ?, ?)"
    return [tuple(row) for row in connection.exec_driver_sql(statement, names)]


def _indexes(connection: Connection, layer: Layer) -> list[tuple[str, str, str]]:
    """Of the layer's fields, but for the one that keeps its ids unique."""
    statement = "SELECT type, name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql NOTNULL"
    return [tuple(row) for row in connection.exec_driver_sql(statement, (layer.id,))]
