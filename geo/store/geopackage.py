"""The embedded store: one OGC GeoPackage that QGIS and GDAL open as it is."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, func, insert, select

from geo.model.errors import N_, StoreUnavailable
from geo.model.journal import BadRow, JournalQuery
from geo.model.layer import Catalog, Layer
from geo.store import gpkg_metadata, gpkg_states
from geo.store.base import Filling, Store
from geo.store.changes import Touched
from geo.store.gpkg_engine import begin_writing, build_engine, faults_of, open_engine
from geo.store.gpkg_rtree import RTree
from geo.store.place import Place
from geo.store.schema import VERSION
from geo.store.sql_store import SqlStore

LONGEST_MAKING_S = 600
"""How long one process waits while another one makes the store."""


class GeoPackageStore(SqlStore):
    """Keeps a catalog's layers in a GeoPackage.

    Parameters
    ----------
    path
        The file; `create` makes it, and its folder, where it is missing.
    """

    def __init__(self, path: Path, catalog: Catalog) -> None:
        super().__init__(catalog)
        self.path = path
        self._engine = open_engine(path)

    @cached_property
    def demo(self) -> bool:
        return self._info("demo") == "1"

    def close(self) -> None:
        self._engine.dispose()

    def create(self, fill: Filling | None = None, *, demo: bool = False) -> list[str]:
        with self._alone():
            if not self.path.exists():
                self._build(lambda connection: self._make_all(connection, fill, demo=demo))
                return list(self.catalog)
            self._check(demo=demo)
            self._make_tables_of_people()
            new = [layer for layer in self.catalog.values() if not self._columns_in_file(layer.id)]
            self._watch([layer_id for layer_id in self.catalog if self.catalog[layer_id] not in new])
            if new:
                with self._writing() as connection:
                    self._make_layers(connection, new, fill, demo=self.demo)
            return [layer.id for layer in new]

    def create_as_of(self, source: Store, last_seq: int) -> None:
        with self._alone():
            if not self.path.exists():
                self._build(lambda connection: self._make_as_of(connection, source, last_seq))

    def remove_demo(self) -> None:
        with self._alone():
            if not self.path.exists():
                return
            self._check_ours()
            if not self.demo:
                raise StoreUnavailable(N_("%(store)s 是正式数据库，不会删除"), store=self.path)
            del self.demo
            self.close()
            with self._file_faults():
                self._delete()

    def _place(self, layer: Layer) -> Place:
        return RTree(self.schema.layers[layer.id], self.schema.twins[layer.id])

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with faults_of(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        with self._reading() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    def _own_faults(self, connection: Connection) -> Iterator[BadRow]:
        for (found,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if found != "ok":
                yield BadRow("sqlite", found, "unreadable")
        for layer in self.catalog.values():
            tree = f"rtree_{layer.id}_geom"
            found = layer.geometry and connection.execute(select(func.rtreecheck(tree))).scalar()
            if found and found != "ok":
                yield BadRow(tree, found, "different")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with faults_of(self.path), self._engine.connect() as connection:
            begin_writing(connection)
            yield connection
            connection.commit()

    def _note_write(self, connection: Connection, table: str, touched: Touched) -> None:
        gpkg_metadata.touch(connection, table, touched.bounds)
        if touched.shrunk:
            gpkg_metadata.remeasure(connection, table)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One maker at a time, among all processes; the lock is a file beside the store."""
        lock = FileLock(f"{self.path}.lock", timeout=LONGEST_MAKING_S)
        with self._file_faults():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _file_faults(self) -> Iterator[None]:
        try:
            yield
        except Timeout:
            raise StoreUnavailable(N_("数据库 %(store)s 正由别的程序创建，请稍后再试"), store=self.path) from None
        except OSError as error:
            raise StoreUnavailable(
                N_("不能建立或删除数据库 %(store)s：%(fault)s"), store=self.path, fault=error.strerror or error
            ) from error

    def _delete(self) -> None:
        """The log first: without its file it would belong to nothing, without its log the file is still whole."""
        for ending in ("-wal", "-shm", ""):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def _build(self, make: Callable[[Connection], None]) -> None:
        """Make and fill a file under another name; it gets its own only when it is whole and on the disk."""
        unfinished = self.path.with_name(f"{self.path.name}.unfinished")
        with self._file_faults():
            unfinished.unlink(missing_ok=True)  # of a killed maker
            self._delete()  # what a deleted store left behind: SQLite would play it into the new one
        engine = build_engine(unfinished)
        try:
            with faults_of(self.path), engine.connect() as connection:
                begin_writing(connection)
                make(connection)
                connection.commit()
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            engine.dispose()
            with self._file_faults():
                _put_in_place(unfinished, self.path)
        finally:
            engine.dispose()
            unfinished.unlink(missing_ok=True)

    def _make_all(self, connection: Connection, fill: Filling | None, *, demo: bool) -> None:
        gpkg_metadata.create_system_tables(connection)
        schema = self.schema
        for made in (*schema.shared, *self._tables_of_people):
            made.create(connection)
        facts = {"schema_version": VERSION, "demo": str(int(demo))}
        connection.execute(insert(schema.store_info), [{"key": key, "value": value} for key, value in facts.items()])
        gpkg_metadata.register_statuses(connection)
        self._make_layers(connection, list(self.catalog.values()), fill, demo=demo)

    def _make_tables_of_people(self) -> None:
        """A store made before there were accounts gets their tables; nothing else changes."""
        missing = [each for each in self._tables_of_people if not self._columns_in_file(each.name)]
        if missing:
            with self._writing() as connection:
                for each in missing:
                    each.create(connection)

    def _make_as_of(self, connection: Connection, source: Store, last_seq: int) -> None:
        self._make_all(connection, None, demo=source.demo)
        self._take_over(connection, source.journal(JournalQuery(last_seq=last_seq)), demo=source.demo)

    def _make_layers(self, connection: Connection, layers: list[Layer], fill: Filling | None, *, demo: bool) -> None:
        for layer in layers:
            self.schema.layers[layer.id].create(connection)
            gpkg_metadata.register_layer(connection, layer, self.catalog)
            self._add_layer(connection, layer, fill, demo=demo)
        gpkg_states.watch(connection, self.schema, [layer.id for layer in layers])

    def _watch(self, layer_ids: list[str]) -> None:
        """A file that an earlier version made does not notice yet who writes into it."""
        with self._reading() as connection:
            if gpkg_states.are_watched(connection, layer_ids):
                return
        with self._writing() as connection:
            gpkg_states.watch(connection, self.schema, layer_ids)

    def _check(self, *, demo: bool) -> None:
        """Refuse a file that is no store of ours or an older one, or whose layers are defined otherwise."""
        self._check_ours()
        if (version := self._info("schema_version")) != VERSION:
            raise StoreUnavailable(
                N_("数据库 %(store)s 的结构版本是 %(version)s，本程序需要 %(needed)s"),
                store=self.path,
                version=version,
                needed=VERSION,
            )
        if demo and not self.demo:
            raise StoreUnavailable(N_("%(store)s 是正式数据库，不能存入演示数据"), store=self.path)
        for layer in self.catalog.values():
            self._check_columns(layer)

    def _check_ours(self) -> None:
        if not self._columns_in_file("store_info"):
            raise StoreUnavailable(N_("%(store)s 不是规划一张图的数据库，请换一个路径"), store=self.path)

    def _check_columns(self, layer: Layer) -> None:
        present = self._columns_in_file(layer.id)
        for wanted in self.schema.layers[layer.id].columns if present else ():
            if present.get(wanted.name) != wanted.type.compile(self._engine.dialect):
                raise StoreUnavailable(
                    N_(
                        "数据库 %(store)s 建成后，图层“%(layer)s”的“%(field)s”改了定义。"
                        "请把该文件移到别处保存，再启动即按新定义建库；或者改回定义"
                    ),
                    store=self.path,
                    layer=layer.id,
                    field=wanted.name,
                )

    def _columns_in_file(self, table_name: str) -> dict[str, str]:
        """Declared type of each column of a table; empty where there is no such table."""
        with self._reading() as connection:
            rows = connection.execute(select(func.pragma_table_info(table_name).table_valued("name", "type")))
            return {row.name: row.type for row in rows}

    def _info(self, key: str) -> str | None:
        info = self.schema.store_info
        with self._reading() as connection:
            return connection.execute(select(info.c.value).where(info.c.key == key)).scalar()


def _put_in_place(finished: Path, path: Path) -> None:
    """Rename a file once its bytes are on the disk, and put the rename on the disk too."""
    with finished.open("rb+") as file:
        os.fsync(file.fileno())
    finished.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
