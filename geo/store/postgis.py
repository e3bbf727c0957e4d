"""The store for offices with a database server: one PostGIS database, the same tables as in the GeoPackage."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import URL, Connection, MetaData, Table, func, select, text

from geo.model.errors import N_, StoreUnavailable
from geo.model.journal import BadRow
from geo.model.layer import Catalog, Layer
from geo.store import postgis_states, postgis_words
from geo.store.base import Filling
from geo.store.changes import Touched
from geo.store.limits import USUAL, Limits
from geo.store.place import Place
from geo.store.postgis_engine import faults_of, open_engine, without_password
from geo.store.postgis_index import GistIndex
from geo.store.sql_making import LONGEST_MAKING_S, Columns, SqlMaking, by_table

MAKER_LOCK, WRITER_LOCK = 0x504C414E_0001, 0x504C414E_0002
"""Advisory locks of the database ("PLAN" and a number): one maker, one writer at a time, among all processes."""


class PostgisStore(SqlMaking):
    """Keeps a catalog's layers in a PostGIS database.

    Parameters
    ----------
    url
        The database; it must exist, and `create` makes the tables in the first schema of its search path.
    """

    def __init__(self, url: URL, catalog: Catalog, limits: Limits = USUAL) -> None:
        super().__init__(catalog)
        self.name = without_password(url.render_as_string(hide_password=False))
        self._engine = open_engine(url, limits)

    def close(self) -> None:
        self._engine.dispose()

    def _place(self, layer: Layer) -> Place:
        return GistIndex(self.schema.layers[layer.id])

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """No transaction to begin and end: each statement sees what is committed when it begins."""
        with self._connected(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        with self._connected(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._connected() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
            yield connection
            connection.commit()

    def _faults(self) -> AbstractContextManager[None]:
        return faults_of(self.name)

    @contextmanager
    def _connected(self, **options: object) -> Iterator[Connection]:
        with self._faults(), self._engine.connect() as connection:
            yield connection.execution_options(**options)

    def _own_faults(self, connection: Connection) -> Iterator[BadRow]:
        """The server looks after its own files; a page that it cannot read is an error of every statement."""
        return iter(())

    def _note_write(self, connection: Connection, table: str, touched: Touched) -> None:
        """The server keeps its own notes true."""

    # --- making ---

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The server lets the lock go when its connection ends, however it ends."""
        with self._connected() as connection:
            _wait_long(connection)
            connection.execute(select(func.pg_advisory_xact_lock(MAKER_LOCK)))
            yield

    def _is_missing(self) -> bool:
        return not self._present([self.schema.store_info.name])

    @contextmanager
    def _making(self) -> Iterator[Connection]:
        with self._writing() as connection:
            _wait_long(connection)
            yield connection

    def _build(self, make: Callable[[Connection], None]) -> None:
        with self._making() as connection:
            make(connection)

    def _note_columns(self, connection: Connection, layer_ids: Iterable[str]) -> None:
        """The server finds out by itself."""

    def _prepare(self, connection: Connection) -> None:
        """See that the database is a free one, and bring PostGIS into it where it is not there yet."""
        names = self.schema.metadata.tables
        present = self._columns(connection, names)
        taken = next((name for name in names if name in present), None)
        if taken:
            message = N_("数据库 %(store)s 里已有别的程序建的表“%(table)s”，请换一个空的数据库")
            raise StoreUnavailable(message, store=self.name, table=taken)
        if connection.scalar(text("SHOW server_encoding")) != "UTF8":
            raise StoreUnavailable(N_("数据库 %(store)s 的编码不是 UTF-8，请另建一个"), store=self.name)
        if not connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")):
            connection.execute(text("CREATE EXTENSION postgis"))

    def _make_layers(
        self, connection: Connection, layers: Sequence[Layer], fill: Filling | None, *, demo: bool
    ) -> None:
        super()._make_layers(connection, layers, fill, demo=demo)
        shared = (self.schema.search_index.name, self.schema.annual_status.name, self.schema.journal.name)
        self._analyze(connection, [*(layer.id for layer in layers), *shared])

    def _delete(self) -> None:
        revisions = self.schema.layer_revisions
        with self._making() as connection:
            known = MetaData()
            for layer_id in connection.scalars(select(revisions.c.layer_id)):
                if layer_id not in self.catalog:  # of a folder that is gone
                    Table(layer_id, known)
            known.drop_all(connection)
            self.schema.metadata.drop_all(connection)
            postgis_states.forget(connection)
            postgis_words.forget(connection)

    def _note_shared(self, connection: Connection) -> None:
        """The server finds out by itself."""

    def _note_layer(self, connection: Connection, layer: Layer) -> None:
        """The server finds out by itself."""

    def _note_copied(self, connection: Connection) -> None:
        """Numbers go on behind the last one."""
        for table in self.schema.metadata.sorted_tables:
            key = table.autoincrement_column
            if key is not None:
                last = select(func.max(key)).scalar_subquery()
                sequence = func.pg_get_serial_sequence(self._quoted(table.name), key.name)
                connection.execute(select(func.setval(sequence, last)).where(last.is_not(None)))
        self._analyze(connection, self.schema.metadata.tables)

    def _quoted(self, name: str) -> str:
        return self._engine.dialect.identifier_preparer.quote(name)

    def _analyze(self, connection: Connection, tables: Iterable[str]) -> None:
        connection.execute(text(f"ANALYZE {', '.join(self._quoted(name) for name in tables)}"))

    def _is_watched(self, connection: Connection, layer_ids: Iterable[str]) -> bool:
        return postgis_states.are_watched(connection, self.schema, layer_ids)

    def _watch(self, connection: Connection, layer_ids: Iterable[str]) -> None:
        postgis_states.watch(connection, self.schema, layer_ids)

    def _without_watched_words(self, connection: Connection, layers: Iterable[Layer]) -> list[Layer]:
        return postgis_words.unwatched(connection, layers)

    def _watch_words(self, connection: Connection, layers: Iterable[Layer]) -> None:
        postgis_words.watch(connection, layers)

    def _columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        asked = text(
            "SELECT name, attname, upper(format_type(atttypid, atttypmod)) FROM unnest(CAST(:names AS text[])) AS name"
            " JOIN pg_attribute ON attrelid = to_regclass(quote_ident(name)) WHERE attnum > 0 AND NOT attisdropped"
        )
        return by_table(connection.execute(asked, {"names": list(tables)}))

    def _not_ours(self) -> StoreUnavailable:
        return StoreUnavailable(N_("数据库 %(store)s 里还没有规划一张图的数据"), store=self.name)

    def _redefined(self, layer: str, field: str) -> StoreUnavailable:
        return StoreUnavailable(
            N_(
                "数据库 %(store)s 建成后，图层“%(layer)s”的“%(field)s”改了定义。"
                "请换一个空的数据库，再启动即按新定义建库；或者改回定义"
            ),
            store=self.name,
            layer=layer,
            field=field,
        )


def _wait_long(connection: Connection) -> None:
    """Making a store takes as long as it takes, and another maker is waited for."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LONGEST_MAKING_S}s'"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
