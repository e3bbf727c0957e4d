"""From an older schema to the present one, with Alembic and on a connection of the store.

What Alembic looks after are the tables that are the same in every store. A layer's table comes from the catalog: its
common fields are added where they are missing (`geo.store.sql_making`), its own fields never change by themselves.
A table that is new as a whole needs no migration either: it is made where it is missing.
"""

import threading
from pathlib import Path

from sqlalchemy import Column, Connection

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps what it works on in a variable of the module."""


def upgrade(connection: Connection, version: str) -> None:
    """Bring the tables from a version to the present one, within the connection's transaction."""
    from alembic import command  # takes a while, and is needed once in the life of a store

    with _ONE_AT_A_TIME:
        config = _config(connection)
        command.stamp(config, version, purge=True)  # `store_info` says which version a store has
        command.upgrade(config, "head")


def add_column(connection: Connection, column: Column) -> None:
    """Add a column of a table's definition to the table, unknown in every row."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    Operations(MigrationContext.configure(connection)).add_column(column.table.name, Column(column.name, column.type))


def versions() -> list[str]:
    """Every version there was, the first one first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config(None))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _config(connection: Connection | None):
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
