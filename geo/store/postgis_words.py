"""Triggers that mark the words of a feature that another program renames, and drop those of one that it removes.

As `geo.store.gpkg_words`; accounts of others may write a layer without rights on the words.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from geo.model.layer import Layer

PREFIX = "plan_atlas_words"

_FUNCTION = """
CREATE OR REPLACE FUNCTION {prefix}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$ BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM search_index WHERE layer_id = TG_ARGV[0];
  ELSIF TG_OP = 'DELETE' OR OLD.feature_id <> NEW.feature_id THEN
    DELETE FROM search_index WHERE layer_id = TG_ARGV[0] AND feature_id = OLD.feature_id;
  ELSE
    UPDATE search_index SET text = chr(1) || text
    WHERE layer_id = TG_ARGV[0] AND feature_id = NEW.feature_id AND text >= ' ';
  END IF;
  RETURN NULL;
END $$
"""

_TRIGGERS = {
    "delete": "AFTER DELETE ON {table} FOR EACH ROW",
    "truncate": "AFTER TRUNCATE ON {table} FOR EACH STATEMENT",
    "update": "AFTER UPDATE ON {table} FOR EACH ROW",
}


def unwatched(connection: Connection, layers: Iterable[Layer]) -> list[Layer]:
    """Those of the layers whose words nobody looks after."""
    asked = text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE starts_with(tgname, :prefix)")
    found = {tuple(row) for row in connection.execute(asked, {"prefix": f"{PREFIX}_"})}
    quote = connection.dialect.identifier_preparer.quote
    return [
        layer for layer in layers if not found.issuperset((quote(layer.id), f"{PREFIX}_{event}") for event in _TRIGGERS)
    ]


def watch(connection: Connection, layers: Iterable[Layer]) -> None:
    """Look after the words of these layers from now on."""
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(_FUNCTION.format(prefix=PREFIX))
    asked = text("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND starts_with(tgname, :prefix)")
    for layer in layers:
        table, ours = quote(layer.id), {"table": quote(layer.id), "prefix": f"{PREFIX}_"}
        for name in connection.execute(asked, ours).scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
        for event, when in _TRIGGERS.items():
            statement = f"CREATE TRIGGER {PREFIX}_{event} {when.format(table=table)}"
            connection.exec_driver_sql(f"{statement} EXECUTE FUNCTION {PREFIX}('{layer.id}')")


def forget(connection: Connection) -> None:
    """Drop the function, once the tables are gone."""
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {PREFIX}()")
