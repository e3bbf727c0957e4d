"""The embedded store: one OGC GeoPackage that QGIS and GDAL open as it is."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from itertools import compress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Select, func, select

from geo.model.errors import N_, StoreUnavailable
from geo.model.journal import BadRow
from geo.model.layer import Catalog, Layer
from geo.model.page import Page
from geo.store import gpkg_engine, gpkg_metadata, gpkg_states, gpkg_words
from geo.store.changes import Touched
from geo.store.gpkg_engine import begin_writing, build_engine, connect_to, ending_after, faults_of, open_engine
from geo.store.gpkg_filling import clearing, filling
from geo.store.gpkg_packing import bounds_of
from geo.store.gpkg_reads import KeptStatement, Reads
from geo.store.gpkg_rtree import RTree
from geo.store.gpkg_turns import Turns
from geo.store.limits import USUAL, Limits
from geo.store.place import Place
from geo.store.sql_making import LONGEST_MAKING_S, Columns, SqlMaking, by_table
from geo.store.sql_store import Extent
from geo.store.streams import BATCH

SCAN_CACHE_KIB = 512
"""Whoever reads a layer from one end to the other reads most pages of the file once."""


class GeoPackageStore(SqlMaking):
    """Keeps a catalog's layers in a GeoPackage.

    Parameters
    ----------
    path
        The file; `create` makes it, and its folder, where it is missing.
    """

    def __init__(self, path: Path, catalog: Catalog, limits: Limits = USUAL) -> None:
        super().__init__(catalog)
        self._limits = limits
        self.path = path
        self.name = str(path)
        self._engine = open_engine(path)
        self._reads = Reads(partial(connect_to, path), limits.query_s)
        self._turns = Turns(path)

    def close(self) -> None:
        self._reads.close()
        self._engine.dispose()

    def _place(self, layer: Layer) -> Place:
        return RTree(self.schema.layers[layer.id], self.schema.twins[layer.id])

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._connected() as connection, ending_after(connection, self._limits.query_s):
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with faults_of(self.path), self._engine.connect() as connection:
            yield connection

    def _kept_rows(self, key: bytes, make: Callable[[], Select], values: Mapping[str, object]) -> list[tuple]:
        with faults_of(self.path):
            kept = self._kept(key, make, values)
            return self._reads.ask(lambda connection: kept.rows(connection, values))

    def _kept_page(
        self, key: bytes, make: Callable[[], Select], values: Mapping[str, object], names: tuple[str, ...]
    ) -> Page:
        with faults_of(self.path):
            kept = self._kept(key, make, values)
            return self._reads.ask(lambda connection: kept.page(connection, values, names))

    def _kept(self, key: bytes, make: Callable[[], Select], values: Mapping[str, object]) -> KeptStatement:
        return self._statements(key, lambda: KeptStatement(make(), self._engine.dialect, values))

    def _bounds_now(self, layer_id: str) -> Extent | None:
        return bounds_of(self._rows(self._places[layer_id].root())[0][0])

    def _tuples(self, connection: Connection, statement: Select) -> Iterator[Sequence[tuple]]:
        """As the driver gives them: rows of SQLAlchemy would take twice as long."""
        with closing(connection.execute(statement)) as result:
            while rows := result.cursor.fetchmany(BATCH):
                yield rows

    def _pages(self, statement: Select, names: tuple[str, ...], batch: int, filled: Select | None) -> Iterator[Page]:
        """Of the driver's own rows, for the same reason. What is empty takes as long to fetch as what is filled."""
        dialect = self._engine.dialect
        with self._snapshot() as connection:
            driver = connection.connection.driver_connection
            if filled is not None:
                ((*counts, _),) = KeptStatement(filled, dialect, {}).rows(driver, {})
                statement = statement.with_only_columns(*compress(statement.selected_columns, (1, 1, *counts)))
                names = tuple(compress(names, counts))
            yield from KeptStatement(statement, dialect, {}).pages(driver, names, batch)

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """Without an end of its own: it lasts as long as whoever reads it takes."""
        with self._connected() as connection, gpkg_engine.cached(connection, SCAN_CACHE_KIB):
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
        with self._connected() as connection, self._turns.take(gpkg_engine.BUSY_TIMEOUT_S):
            begin_writing(connection)
            yield connection
            connection.commit()

    def _filling(self, connection: Connection, layer: Layer) -> AbstractContextManager[None]:
        return filling(connection, self.schema, layer)

    def _clearing(self, connection: Connection, layer: Layer) -> AbstractContextManager[None]:
        return clearing(connection, self.schema, layer)

    def _note_write(self, connection: Connection, table: str, touched: Touched) -> None:
        gpkg_metadata.touch(connection, table, touched.bounds)
        if touched.shrunk:
            gpkg_metadata.remeasure(connection, table)

    # --- making ---

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

    def _is_missing(self) -> bool:
        return not self.path.exists()

    def _delete(self) -> None:
        self.close()
        with self._file_faults():
            self._delete_files()

    def _delete_files(self) -> None:
        """The log first: without its file it would belong to nothing, without its log the file is still whole."""
        for ending in ("-wal", "-shm", ""):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def _build(self, make: Callable[[Connection], None]) -> None:
        """Make and fill a file under another name; it gets its own only when it is whole and on the disk."""
        unfinished = self.path.with_name(f"{self.path.name}.unfinished")
        with self._file_faults():
            unfinished.unlink(missing_ok=True)  # of a killed maker
            self._delete_files()  # what a deleted store left behind: SQLite would play it into the new one
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

    def _prepare(self, connection: Connection) -> None:
        gpkg_metadata.create_system_tables(connection)

    def _note_shared(self, connection: Connection) -> None:
        gpkg_metadata.register_statuses(connection)

    def _note_layer(self, connection: Connection, layer: Layer) -> None:
        gpkg_metadata.register_layer(connection, layer, self.catalog)

    def _making(self) -> AbstractContextManager[Connection]:
        return self._writing()

    def _note_columns(self, connection: Connection, layer_ids: Iterable[str]) -> None:
        gpkg_metadata.register_titles_anew(connection, [self.catalog[layer_id] for layer_id in layer_ids])

    def _note_copied(self, connection: Connection) -> None:
        for layer in self.catalog.values():
            if layer.geometry:
                gpkg_metadata.remeasure(connection, layer.id)

    def _is_watched(self, connection: Connection, layer_ids: Iterable[str]) -> bool:
        return gpkg_states.are_watched(connection, layer_ids)

    def _watch(self, connection: Connection, layer_ids: Iterable[str]) -> None:
        gpkg_states.watch(connection, self.schema, layer_ids)

    def _without_watched_words(self, connection: Connection, layers: Iterable[Layer]) -> list[Layer]:
        return gpkg_words.unwatched(connection, layers)

    def _watch_words(self, connection: Connection, layers: Iterable[Layer]) -> None:
        gpkg_words.watch(connection, layers)

    def _columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        asked = (
            "SELECT asked.value, found.name, found.type"
            " FROM json_each(?) AS asked, pragma_table_info(asked.value) AS found"
        )
        return by_table(connection.exec_driver_sql(asked, (json.dumps(list(tables)),)))

    def _not_ours(self) -> StoreUnavailable:
        return StoreUnavailable(N_("%(store)s 不是规划一张图的数据库，请换一个路径"), store=self.path)

    def _redefined(self, layer: str, field: str) -> StoreUnavailable:
        return StoreUnavailable(
            N_(
                "数据库 %(store)s 建成后，图层“%(layer)s”的“%(field)s”改了定义。"
                "请把该文件移到别处保存，再启动即按新定义建库；或者改回定义"
            ),
            store=self.path,
            layer=layer,
            field=field,
        )


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
