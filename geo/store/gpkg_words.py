"""Triggers that mark the words of a feature that another program renames, and drop those of one that it removes.

QGIS and ogr2ogr know nothing of words. A row that they add has none, one that they take away leaves none behind; what
is marked is still found by its old words until `geo.store.search_rows` has made the new ones.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from geo.model.layer import Layer

_DROPPED = "DELETE FROM search_index WHERE layer_id = '{layer}' AND feature_id = OLD.feature_id"

_REMOVED = 'CREATE TRIGGER "{name}" AFTER DELETE ON "{layer}" BEGIN {dropped}; END'

_RENAMED = """CREATE TRIGGER "{name}" AFTER UPDATE OF feature_id ON "{layer}"
WHEN OLD.feature_id IS NOT NEW.feature_id BEGIN {dropped}; END"""

_MARKED = """UPDATE search_index SET text = char(1) || text
WHERE layer_id = '{layer}' AND feature_id = NEW.feature_id AND text >= ' '"""

_REPLACED = 'CREATE TRIGGER "{name}" AFTER INSERT ON "{layer}" BEGIN {marked}; END'

_CHANGED = 'CREATE TRIGGER "{name}" AFTER UPDATE ON "{layer}" BEGIN {marked}; END'


def unwatched(connection: Connection, layers: Iterable[Layer]) -> list[Layer]:
    """Those of the layers whose words nobody looks after."""
    triggers = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars())
    return [layer for layer in layers if not triggers.issuperset(name for name, _ in _triggers(layer))]


def watch(connection: Connection, layers: Iterable[Layer]) -> None:
    """Look after the words of these layers from now on."""
    for layer in layers:
        ours = f"{layer.id}_words_"
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?) = ?"
        for name in connection.exec_driver_sql(found, (len(ours), ours)).scalars().all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        for _, statement in _triggers(layer):
            connection.exec_driver_sql(statement)


def _triggers(layer: Layer) -> Iterator[tuple[str, str]]:
    """Names and statements."""
    here = {"layer": layer.id, "dropped": _DROPPED.format(layer=layer.id), "marked": _MARKED.format(layer=layer.id)}
    statements = {  # they name no field: a column that a trigger names could not be dropped by anybody
        "delete": _REMOVED,
        "insert": _REPLACED,  # REPLACE INTO takes a row away without telling
        "id": _RENAMED,
        "update": _CHANGED,
    }
    for event, statement in statements.items():
        name = f"{layer.id}_words_{event}"
        yield name, statement.format(name=name, **here)
