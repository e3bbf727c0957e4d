"""What a store holds that has no journal yet, as the journal's first entries."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from geo.model.errors import N_
from geo.model.journal import PROGRAM, Act
from geo.model.layer import Catalog
from geo.store.changes import journalled
from geo.store.journal import Draft, known
from geo.store.schema import Schema
from geo.store.streams import Streams

BASELINE = Act(PROGRAM, N_("升级数据库时，把已有内容记入日志"))


def baseline(connection: Connection, schema: Schema, catalog: Catalog) -> Iterator[Draft]:
    """Every feature as made, with the revision that it has, then every status row in the order of its reporting."""
    with Streams(connection) as streams:
        for layer in catalog.values():
            table = schema.layers[layer.id]
            if connection.dialect.has_table(connection, table.name):
                for row in streams.rows(select(table).order_by(table.c.fid)):
                    values = dict(row._mapping)
                    yield Draft("create", layer.id, row.feature_id, row.revision, None, journalled(layer, values))
        statuses = schema.annual_status
        for row in streams.rows(select(statuses).order_by(statuses.c.id)):
            values = {name: value for name, value in row._mapping.items() if name != "id"}
            yield Draft("status", row.layer_id, row.feature_id, None, None, known(values))
