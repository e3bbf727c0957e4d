"""A store as a copy of another one, whatever the databases: every row of every table, read again and compared."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import orjson
import shapely
from sqlalchemy import Connection, LargeBinary, Row, Select, Table, func, select, update

from geo.store.bulk import insert_rows
from geo.store.schema import Schema
from geo.store.streams import BATCH, Streams

Tell = Callable[[int, int], None]
"""Is told how many rows are done, of how many."""

FEW_FILES = 4
"""Rows at a time of a table that holds files."""

NOT_COMPARED = {"state"}
"""Columns that no two stores share."""


@dataclass(frozen=True)
class CopiedTable:
    """What a table holds: how many rows, and the SHA-256 of their values in the order of their keys."""

    rows: int
    sha256: str


class Copying:
    """Copies the tables of one store into the empty ones of another.

    Parameters
    ----------
    source, target
        Connections: to a snapshot, and the only one that writes.
    schema
        Tables of both.
    tell
        Hears of the progress; reading again counts as well.
    """

    def __init__(self, source: Connection, target: Connection, schema: Schema, tell: Tell) -> None:
        self._source, self._target, self._schema, self._tell = source, target, schema, tell
        tables = schema.metadata.sorted_tables
        self._tables = [table for table in tables if table is not schema.store_info]
        self._done = 0
        self._total = 2 * sum(source.scalar(select(func.count()).select_from(table)) for table in self._tables)

    def run(self) -> dict[str, CopiedTable]:
        """Copy everything; what was read, by table."""
        return {str(table.name): self._copy(table) for table in self._tables}

    def different(self, copied: dict[str, CopiedTable]) -> list[str]:
        """Tables whose copy, read again, is not what was read of the original."""
        return [table.name for table in self._tables if self._read(self._target, table) != copied[table.name]]

    def _copy(self, table: Table) -> CopiedTable:
        write = self._number if table is self._schema.layer_revisions else self._insert
        return self._read(self._source, table, write)

    def _read(
        self, connection: Connection, table: Table, write: Callable[[Table, list[dict]], None] | None = None
    ) -> CopiedTable:
        digest, count = hashlib.sha256(), 0
        for batch in _batches(connection, table):
            rows = [_plain(row) for row in batch]
            if write:
                write(table, rows)
            for row in rows:
                compared = [value for name, value in row.items() if name not in NOT_COMPARED]
                digest.update(orjson.dumps(compared, default=bytes.hex))
            count += len(rows)
            self._done += len(rows)
            self._tell(self._done, self._total)
        return CopiedTable(count, digest.hexdigest())

    def _insert(self, table: Table, rows: list[dict]) -> None:
        insert_rows(self._target, table, rows)

    def _number(self, table: Table, rows: list[dict]) -> None:
        """The layers are numbered already; their revisions go on where they were."""
        for row in rows:
            of_layer = table.c.layer_id == row["layer_id"]
            self._target.execute(update(table).where(of_layer).values(revision=row["revision"]))


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row]]:
    has_files = any(isinstance(column.type, LargeBinary) for column in table.columns)
    with Streams(connection) as streams:
        result = streams.rows(_in_order(table), FEW_FILES if has_files else BATCH)
        yield from result.partitions()


def _in_order(table: Table) -> Select:
    return select(table).order_by(*table.primary_key.columns)


def _plain(row: Row) -> dict[str, object]:
    """The values of a row; geometries that another program wrote big-endian as we write them."""
    values = dict(row._mapping)
    if values.get("geom") and values["geom"][0] == 0:
        values["geom"] = shapely.to_wkb(shapely.from_wkb(values["geom"]), byte_order=1)
    return values
