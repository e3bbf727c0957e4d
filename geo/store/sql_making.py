"""How a store in an SQL database comes to be: what is missing is made, what does not fit is refused in words."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property

from sqlalchemy import Column, Connection, Table, delete, insert, select, update
from sqlalchemy.schema import CreateIndex

from geo.model.errors import N_, StoreUnavailable
from geo.model.journal import JournalQuery
from geo.model.layer import Layer
from geo.store import migrations
from geo.store.base import Filling, Store
from geo.store.baseline import BASELINE, baseline
from geo.store.copying import CopiedTable, Copying, Tell
from geo.store.schema import VERSION
from geo.store.sql_store import SqlStore

Columns = dict[str, dict[str, str]]
"""Declared type of each column, in capitals, of each table that is there."""

LONGEST_MAKING_S = 600
"""How long one process waits while another one makes the store."""


class SqlMaking(SqlStore):
    """Makes the tables of `geo.store.schema`, and holds those that are there against the catalog.

    Attributes
    ----------
    name
        What messages call the store; no password in it.
    """

    name: str

    # --- what each database does in its own way ---

    @abstractmethod
    def _alone(self) -> AbstractContextManager[None]:
        """One maker at a time, among all processes."""

    @abstractmethod
    def _is_missing(self) -> bool:
        """Whether nothing is there yet."""

    @abstractmethod
    def _build(self, make: Callable[[Connection], None]) -> None:
        """Make and fill a missing store on the connection that `make` is given; all or nothing."""

    @abstractmethod
    def _delete(self) -> None:
        """Delete the whole store, for good."""

    @abstractmethod
    def _prepare(self, connection: Connection) -> None:
        """Make an empty database ready for the first table."""

    @abstractmethod
    def _note_shared(self, connection: Connection) -> None:
        """Whatever the database wants to know of the tables that are no layer's, before any layer is made."""

    @abstractmethod
    def _note_layer(self, connection: Connection, layer: Layer) -> None:
        """Whatever the database wants to know of a layer's empty table."""

    @abstractmethod
    def _making(self) -> AbstractContextManager[Connection]:
        """A connection as of `_writing` that may take its time."""

    @abstractmethod
    def _note_columns(self, connection: Connection, layer_ids: Iterable[str]) -> None:
        """Whatever the database wants to know of new columns of `annual_status` and of these layers."""

    @abstractmethod
    def _note_copied(self, connection: Connection) -> None:
        """Whatever the database wants to know after rows came with their numbers."""

    @abstractmethod
    def _is_watched(self, connection: Connection, layer_ids: Iterable[str]) -> bool:
        """Whether every change of these layers and of any status gives a new state, whoever makes it."""

    @abstractmethod
    def _watch(self, connection: Connection, layer_ids: Iterable[str]) -> None:
        """Let it be so."""

    @abstractmethod
    def _without_watched_words(self, connection: Connection, layers: Iterable[Layer]) -> list[Layer]:
        """Those of the layers whose words are not marked yet when another program changes a feature."""

    @abstractmethod
    def _watch_words(self, connection: Connection, layers: Iterable[Layer]) -> None:
        """Let them be marked."""

    @abstractmethod
    def _columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        """The columns of those of the tables that are there."""

    @abstractmethod
    def _not_ours(self) -> StoreUnavailable:
        """What is there is no store of ours: said in words."""

    @abstractmethod
    def _redefined(self, layer: str, field: str) -> StoreUnavailable:
        """A field is defined otherwise than in the store: said in words, with what to do."""

    # --- the same whatever the database ---

    @cached_property
    def demo(self) -> bool:
        return self._info("demo") == "1"

    def create(self, fill: Filling | None = None, *, demo: bool = False) -> list[str]:
        with self._alone():
            if self._is_missing():
                self._build(lambda connection: self._make_all(connection, fill, demo=demo))
                return list(self.catalog)
            self._check_ours()
            self._bring_up_to_date()
            self._check(demo=demo)
            self._make_shared()
            present = self._present(self.catalog)
            new = [layer for layer in self.catalog.values() if layer.id not in present]
            old = [layer for layer in self.catalog.values() if layer not in new]
            self._watch_old([layer.id for layer in old])
            self._watch_old_words(old)
            if new:
                with self._making() as connection:
                    self._make_layers(connection, new, fill, demo=self.demo)
            return [layer.id for layer in new]

    def create_as_of(self, source: Store, last_seq: int) -> None:
        with self._alone():
            if self._is_missing():
                self._build(lambda connection: self._make_as_of(connection, source, last_seq))

    def exists(self) -> bool:
        return not self._is_missing()

    def copy_from(self, source: Store, tell: Tell) -> dict[str, CopiedTable]:
        if not isinstance(source, SqlMaking):
            raise TypeError("only a store in a database can be copied")
        source.check_defined()
        with self._alone():
            if not self._is_missing():
                raise StoreUnavailable(N_("%(store)s 已经有数据，只能迁移到还没有数据库的地址"), store=self.name)
            copied: dict[str, CopiedTable] = {}
            self._build(lambda connection: copied.update(self._make_copy(connection, source, tell)))
            return copied

    def restore_from(self, source: Store, tell: Tell) -> dict[str, CopiedTable]:
        if not self.exists():
            return self.copy_from(source, tell)
        source.check_defined()
        self._check(demo=source.demo)
        if self.demo != source.demo:
            raise StoreUnavailable(N_("%(store)s 是演示库，不能恢复成正式数据"), store=self.name)
        with self._alone(), self._making() as connection:
            for table in reversed(self.schema.metadata.sorted_tables):
                if table not in (self.schema.store_info, self.schema.layer_revisions):
                    connection.execute(delete(table))
            return self._copy_rows(connection, source, tell)

    def check_defined(self) -> None:
        """See that every layer with data has a definition.

        Raises
        ------
        StoreUnavailable
            Naming the layer whose folder is gone.
        """
        revisions = self.schema.layer_revisions
        for layer_id in sorted({row.layer_id for row in self._rows(select(revisions))} - set(self.catalog)):
            message = N_("%(store)s 里有图层“%(layer)s”的数据，却没有它的定义；请先恢复图层文件夹“%(layer)s”")
            raise StoreUnavailable(message, store=self.name, layer=layer_id)

    def remove_demo(self) -> None:
        with self._alone():
            if self._is_missing():
                return
            self._check_ours()
            if not self.demo:
                raise StoreUnavailable(N_("%(store)s 是正式数据库，不会删除"), store=self.name)
            del self.demo
            self._delete()

    @property
    def _shared(self) -> list[Table]:
        """Every table that is no layer's, in the order in which they can be made."""
        return [table for table in self.schema.metadata.sorted_tables if table.name not in self.catalog]

    def _make_all(self, connection: Connection, fill: Filling | None, *, demo: bool) -> None:
        self._prepare(connection)
        for made in self._shared:
            made.create(connection)
        facts = {"schema_version": VERSION, "demo": str(int(demo))}
        rows = [{"key": key, "value": value} for key, value in facts.items()]
        connection.execute(insert(self.schema.store_info), rows)
        self._note_shared(connection)
        self._make_layers(connection, list(self.catalog.values()), fill, demo=demo)

    def _make_as_of(self, connection: Connection, source: Store, last_seq: int) -> None:
        self._make_all(connection, None, demo=source.demo)
        self._take_over(connection, source.journal(JournalQuery(last_seq=last_seq)), demo=source.demo)

    def _make_copy(self, connection: Connection, source: "SqlMaking", tell: Tell) -> dict[str, CopiedTable]:
        self._make_all(connection, None, demo=source.demo)
        return self._copy_rows(connection, source, tell)

    def _copy_rows(self, connection: Connection, source: "SqlMaking", tell: Tell) -> dict[str, CopiedTable]:
        """Fill tables that are empty with those of another store, and read them again."""
        with source._snapshot() as original:
            copying = Copying(original, connection, self.schema, tell)
            copied = copying.run()
            self._note_copied(connection)
            if different := copying.different(copied):
                message = N_("复制到 %(store)s 的表“%(table)s”与原来的不同，已全部撤销")
                raise StoreUnavailable(message, store=self.name, table=different[0])
        return copied

    # --- what an earlier version made ---

    def _bring_up_to_date(self) -> None:
        """Bring an older store to the present version, in one transaction; every row stays.

        Raises
        ------
        StoreUnavailable
            If a newer program made it.
        """
        version = self._info("schema_version")
        if version != VERSION and version not in migrations.versions():
            message = N_("数据库 %(store)s 的结构版本是 %(version)s，本程序需要 %(needed)s")
            raise StoreUnavailable(message, store=self.name, version=version, needed=VERSION)
        tables = self._present(self.catalog)
        new = [column for layer in self.catalog.values() for column in self._new_columns(layer, tables.get(layer.id))]
        if version == VERSION and not new:
            return
        info = self.schema.store_info
        with self._making() as connection:
            if version != VERSION:
                migrations.upgrade(connection, version)
            for column in new:
                migrations.add_column(connection, column)
            self._add_indexes(connection)
            if version == "1":
                self._keep(connection, BASELINE, baseline(connection, self.schema, self.catalog))
            self._note_columns(connection, {column.table.name for column in new})
            connection.execute(update(info).where(info.c.key == "schema_version").values(value=VERSION))

    def _add_indexes(self, connection: Connection) -> None:
        """Indexes of fields that an earlier version did not have, or by which it did not filter."""
        tables = self._columns(connection, self.catalog)
        for layer in self.catalog.values():
            present = tables.get(layer.id, {}).keys() - {"geom"}
            # An index of places differs with the database and is always there; a missing column is refused later.
            for index in self.schema.layers[layer.id].indexes:
                if present.issuperset(index.columns.keys()):
                    connection.execute(CreateIndex(index, if_not_exists=True))

    def _new_columns(self, layer: Layer, present: Mapping[str, str] | None) -> list[Column]:
        """Fields that a layer has by now, and its table that is there has not; unknown in every feature until set.

        A field of its own is not new where another one is gone: it may be that one renamed, and its values must not
        be lost from sight.
        """
        if not present:
            return []
        wanted = self.schema.layers[layer.id].columns
        is_renamed = bool(present.keys() - {column.name for column in wanted})
        own = {field.name for field in layer.own_fields} if is_renamed else set()
        return [column for column in wanted if column.name not in present and column.name not in own]

    def _make_shared(self) -> None:
        """A store that an earlier version made gets the tables that came later; nothing else changes."""
        present = self._present(each.name for each in self._shared)
        missing = [each for each in self._shared if each.name not in present]
        if missing:
            with self._writing() as connection:
                for each in missing:
                    each.create(connection)

    def _make_layers(
        self, connection: Connection, layers: Sequence[Layer], fill: Filling | None, *, demo: bool
    ) -> None:
        for layer in layers:
            self.schema.layers[layer.id].create(connection)
            self._note_layer(connection, layer)
            self._add_layer(connection, layer, fill, demo=demo)
        self._watch(connection, [layer.id for layer in layers])
        self._watch_words(connection, layers)

    def _watch_old(self, layer_ids: Sequence[str]) -> None:
        """A store that an earlier version made does not notice yet who writes into it."""
        with self._reading() as connection:
            if self._is_watched(connection, layer_ids):
                return
        with self._writing() as connection:
            self._watch(connection, layer_ids)

    def _watch_old_words(self, layers: Sequence[Layer]) -> None:
        """Words that nobody has looked after so far are compared once, and looked after from then on."""
        with self._reading() as connection:
            if not (unwatched := self._without_watched_words(connection, layers)):
                return
        with self._making() as connection:
            connection.execute(CreateIndex(self.schema.marked_words, if_not_exists=True))
            self._watch_words(connection, unwatched)
            for layer in unwatched:
                self.words.mark_all_stale(connection, layer)

    def _check(self, *, demo: bool) -> None:
        """Refuse demonstration data in a real store, and layers that are defined otherwise than they were made."""
        if demo and not self.demo:
            raise StoreUnavailable(N_("%(store)s 是正式数据库，不能存入演示数据"), store=self.name)
        tables = self._present(self.catalog)
        for layer in self.catalog.values():
            self._check_columns(layer, tables.get(layer.id))

    def _check_ours(self) -> None:
        if not self._present([self.schema.store_info.name]):
            raise self._not_ours()

    def _check_columns(self, layer: Layer, present: Mapping[str, str] | None) -> None:
        for wanted in self.schema.layers[layer.id].columns if present else ():
            declared = wanted.type.compile(self._engine.dialect).partition(" COLLATE")[0].upper()
            if present.get(wanted.name) != declared:
                raise self._redefined(layer.id, wanted.name)

    def _present(self, tables: Iterable[str]) -> Columns:
        with self._reading() as connection:
            return self._columns(connection, tables)

    def _info(self, key: str) -> str | None:
        info = self.schema.store_info
        with self._reading() as connection:
            return connection.execute(select(info.c.value).where(info.c.key == key)).scalar()


def by_table(rows: Iterable[tuple[str, str, str]]) -> Columns:
    """Names of tables and columns, and types, as `Columns`."""
    columns: Columns = {}
    for table, column, type_ in rows:
        columns.setdefault(table, {})[column] = type_
    return columns
