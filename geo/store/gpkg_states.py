"""Triggers that give a layer a new state after each change, so that caches notice whoever else writes the file."""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect, select, update

from geo.store.schema import Schema, new_state

STATUS_TABLE = "annual_status"
EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
"""Where the row that changed is found, by what happens to it."""

_TRIGGER = """
CREATE TRIGGER IF NOT EXISTS "{name}" AFTER {event} ON "{table}"
BEGIN UPDATE layer_revisions SET state = lower(hex(randomblob(8))) WHERE layer_id IN ({layers}); END
"""


def are_watched(connection: Connection, layer_ids: Iterable[str]) -> bool:
    """Whether every change of these layers and their statuses is noticed."""
    triggers = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars())
    needed = {_name(table, event) for table in (*layer_ids, STATUS_TABLE) for event in EVENTS}
    return needed <= triggers


def watch(connection: Connection, schema: Schema, layer_ids: Iterable[str]) -> None:
    """Notice every later change of these layers and of all statuses; tables that are watched already stay so."""
    _add_states(connection, schema)
    for table in layer_ids:
        for event in EVENTS:
            _add_trigger(connection, table, event, f"'{table}'")
    for event, rows in EVENTS.items():
        _add_trigger(connection, STATUS_TABLE, event, ", ".join(f"{row}.layer_id" for row in rows))


def _add_states(connection: Connection, schema: Schema) -> None:
    """States for a file of an earlier version; a fresh one for layers without."""
    revisions = schema.layer_revisions
    if "state" not in {each["name"] for each in inspect(connection).get_columns(revisions.name)}:
        connection.exec_driver_sql("ALTER TABLE layer_revisions ADD COLUMN state TEXT NOT NULL DEFAULT ''")
    for layer_id in connection.scalars(select(revisions.c.layer_id).where(revisions.c.state == "")).all():
        connection.execute(update(revisions).where(revisions.c.layer_id == layer_id).values(state=new_state()))


def _add_trigger(connection: Connection, table: str, event: str, layers: str) -> None:
    statement = _TRIGGER.format(name=_name(table, event), event=event.upper(), table=table, layers=layers)
    connection.exec_driver_sql(statement)


def _name(table: str, event: str) -> str:
    return f"{table}_state_{event}"
