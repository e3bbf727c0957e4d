"""Triggers that give a layer a new state in each transaction that changes it, so that caches notice whoever writes."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from geo.store.schema import Schema

PREFIX = "plan_atlas_note"

# What a transaction changes becomes visible all at once, so that one new state is enough for it: a setting of the
# transaction remembers which layers have theirs. Other accounts may write a layer without rights on the states.
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION {prefix}(changed text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$ BEGIN
  IF current_setting('plan_atlas.' || changed, true) = pg_current_xact_id()::text THEN RETURN; END IF;
  UPDATE layer_revisions SET state = md5(gen_random_uuid()::text) WHERE layer_id = changed;
  PERFORM set_config('plan_atlas.' || changed, pg_current_xact_id()::text, true);
END $$;
CREATE OR REPLACE FUNCTION {prefix}_layer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$ BEGIN
  PERFORM {prefix}(TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION {prefix}_status() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$ BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM {prefix}(OLD.layer_id); END IF;
  IF TG_OP <> 'DELETE' THEN PERFORM {prefix}(NEW.layer_id); END IF;
  RETURN NULL;
END $$
"""

_LAYER_TRIGGER = """
CREATE OR REPLACE TRIGGER {prefix} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {prefix}_layer('{name}')
"""

_STATUS_TRIGGER = """
CREATE OR REPLACE TRIGGER {prefix} AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {prefix}_status()
"""


def are_watched(connection: Connection, schema: Schema, layer_ids: Iterable[str]) -> bool:
    """Whether every change of these layers and their statuses is noticed."""
    watched = connection.execute(text(f"SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = '{PREFIX}'"))
    quote = connection.dialect.identifier_preparer.quote
    return {quote(name) for name in (*layer_ids, schema.annual_status.name)} <= set(watched.scalars())


def watch(connection: Connection, schema: Schema, layer_ids: Iterable[str]) -> None:
    """Notice every later change of these layers and of all statuses; tables that are watched already stay so."""
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(_FUNCTIONS.format(prefix=PREFIX))
    for name in layer_ids:
        connection.exec_driver_sql(_LAYER_TRIGGER.format(prefix=PREFIX, table=quote(name), name=name))
    connection.exec_driver_sql(_STATUS_TRIGGER.format(prefix=PREFIX, table=quote(schema.annual_status.name)))


def forget(connection: Connection) -> None:
    """Drop the functions, once the tables are gone."""
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {PREFIX}_layer(), {PREFIX}_status(), {PREFIX}(text)")
