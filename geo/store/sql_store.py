"""A store in an SQL database: everything that is the same whatever the database."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache

import geopandas
import pandas
from sqlalchemy import Connection, Row, Select, func, insert, select, update

from geo.model.errors import FeatureNotFound, InvalidFeatures, N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.layer import Catalog, Layer
from geo.model.page import Cell, Page, Summary
from geo.model.search_text import search_text
from geo.model.status import AnnualStatus
from geo.store.base import Filling, Store
from geo.store.frames import FeatureRows, frame_of, rows_of
from geo.store.place import Grid, Place
from geo.store.query import STATUS_TYPES, FeatureSelect
from geo.store.schema import KEY_FIELDS, Schema
from geo.store.status_rows import row_of, status_of

BATCH = 5_000
"""Rows written, or ids looked up, at a time."""

CACHED_COUNTS = 512


class SqlStore(Store):
    """Reads and writes the tables of `geo.store.schema`.

    Parameters
    ----------
    catalog
        The layers of the store.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.schema = Schema(catalog)
        self._places = {layer.id: self._place(layer) if layer.geometry else None for layer in catalog.values()}
        # The revision is part of the key, so that a cached count is a true one.
        self._count_at = lru_cache(CACHED_COUNTS)(lambda layer_id, revision, query: self._count_now(layer_id, query))

    # --- what each database does in its own way ---

    @abstractmethod
    def _place(self, layer: Layer) -> Place:
        """The spatial index of a layer with geometry."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with; the database's faults come out as `StoreUnavailable`."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction that is durable when the context ends, and undone if it fails."""

    @abstractmethod
    def _note_write(self, connection: Connection, table: str, bounds: Sequence[float] | None = None) -> None:
        """Keep the database's own notes of a table true; `bounds` are those of added geometries."""

    # --- reading ---

    def revision(self, layer_id: str) -> int:
        revisions = self.schema.layer_revisions
        statement = select(revisions.c.revision).where(revisions.c.layer_id == self.catalog[layer_id].id)
        with self._reading() as connection:
            return connection.execute(statement).scalar() or 0

    def scan(self, layer_id: str, query: FeatureQuery, batch: int = 1000) -> Iterator[Page]:
        found = self._select(layer_id, query)
        return self._pages(found.page(), found.names, batch)

    def read_page(self, layer_id: str, query: FeatureQuery) -> Page:
        found = self._select(layer_id, query)
        return _page(self._rows(found.page()), found.names)

    def read_feature(self, layer_id: str, feature_id: str, *, year: int | None = None, schematic: bool = False) -> Page:
        only = (Condition("feature_id", (feature_id,)),)
        query = FeatureQuery(conditions=only, year=year, schematic=schematic, retired=True)
        page = self.read_page(layer_id, query)
        if not page.ids:
            raise FeatureNotFound(layer_id, feature_id)
        return page

    def read_frame(self, layer_id: str, query: FeatureQuery) -> geopandas.GeoDataFrame:
        fields = (*KEY_FIELDS, *self.catalog[layer_id].fields, *STATUS_TYPES.values())
        return frame_of(self.scan(layer_id, query), fields)

    def count(self, layer_id: str, query: FeatureQuery) -> int:
        whole = replace(query, order=(), limit=None, offset=0)
        return self._count_at(layer_id, self.revision(layer_id), whole)

    def summarise(self, layer_id: str, query: FeatureQuery, *, fields: Sequence[str] = (), cells: int = 0) -> Summary:
        found = self._select(layer_id, replace(query, order=()))
        (count, *sums) = self._rows(found.totals(fields))[0]
        bounds = (query.bbox or self.extent(layer_id)) if cells and self._places[layer_id] else None
        rows = self._rows(found.cells(Grid.over(bounds, cells))) if bounds else []
        return Summary(count, dict(zip(fields, sums, strict=True)), [Cell(*row) for row in rows])

    def statuses(self, layer_id: str, feature_id: str) -> list[AnnualStatus]:
        status = self.schema.annual_status
        of_feature = (status.c.layer_id == self.catalog[layer_id].id, status.c.feature_id == feature_id)
        latest = select(func.max(status.c.id)).where(*of_feature).group_by(status.c.year).correlate(None)
        return [
            status_of(row) for row in self._rows(select(status).where(status.c.id.in_(latest)).order_by(status.c.year))
        ]

    def _select(self, layer_id: str, query: FeatureQuery) -> FeatureSelect:
        return FeatureSelect(self.catalog[layer_id], self.schema, self._places[layer_id], query)

    def _rows(self, statement: Select) -> Sequence[Row]:
        with self._reading() as connection:
            return connection.execute(statement).fetchall()

    def _pages(self, statement: Select, names: tuple[str, ...], batch: int) -> Iterator[Page]:
        """One statement for all pages: it sees one state of the store, and rows are read as they are asked for."""
        with self._reading() as connection:
            result = connection.execution_options(yield_per=batch).execute(statement)
            rows = result.fetchmany(batch)
            while True:
                yield _page(rows, names)
                if not (rows := result.fetchmany(batch)):
                    return

    def _count_now(self, layer_id: str, query: FeatureQuery) -> int:
        return self._rows(self._select(layer_id, query).totals())[0][0]

    # --- writing ---

    def add_features(self, layer_id: str, features: geopandas.GeoDataFrame | pandas.DataFrame) -> int:
        layer = self.catalog[layer_id]
        rows = rows_of(layer, features)
        with self._writing() as connection:
            self._insert_features(connection, layer, rows)
        return len(rows.ids)

    def add_statuses(self, statuses: Sequence[AnnualStatus]) -> int:
        with self._writing() as connection:
            self._insert_statuses(connection, statuses, demo=self.demo)
        return len(statuses)

    def _add_layer(self, connection: Connection, layer: Layer, fill: Filling | None, *, demo: bool) -> None:
        """Number a new layer's revisions, and fill its table."""
        connection.execute(insert(self.schema.layer_revisions), {"layer_id": layer.id, "revision": 0})
        content = fill(layer) if fill else None
        if content is not None:
            self._insert_features(connection, layer, rows_of(layer, content.features))
            self._insert_statuses(connection, content.statuses, demo=demo)

    def _insert_features(self, connection: Connection, layer: Layer, rows: FeatureRows) -> None:
        if not rows.ids:
            return
        if existing := self._existing(connection, layer.id, rows.ids):
            raise InvalidFeatures(
                N_("图层“%(layer)s”里已有编号为“%(feature_id)s”的要素"), layer=layer.id, feature_id=min(existing)
            )
        for batch in rows.batches(BATCH):
            connection.execute(insert(self.schema.layers[layer.id]), batch)
            connection.execute(insert(self.schema.search_index), [_search_row(layer, row) for row in batch])
        self._written(connection, layer.id)
        self._note_write(connection, layer.id, rows.bounds)

    def _insert_statuses(self, connection: Connection, statuses: Sequence[AnnualStatus], *, demo: bool) -> None:
        if not statuses:
            return
        rows = [row_of(status, self.catalog[status.layer_id], demo=demo) for status in statuses]
        for layer_id in sorted({status.layer_id for status in statuses}):
            ids = [status.feature_id for status in statuses if status.layer_id == layer_id]
            if missing := set(ids) - self._existing(connection, layer_id, ids):
                raise FeatureNotFound(layer_id, min(missing))
            self._written(connection, layer_id)
        connection.execute(insert(self.schema.annual_status), rows)
        self._note_write(connection, "annual_status")

    def _existing(self, connection: Connection, layer_id: str, ids: Sequence[str]) -> set[str]:
        column = self.schema.layers[layer_id].c.feature_id
        existing: set[str] = set()
        for start in range(0, len(ids), BATCH):
            existing.update(connection.scalars(select(column).where(column.in_(ids[start : start + BATCH]))))
        return existing

    def _written(self, connection: Connection, layer_id: str) -> None:
        revisions = self.schema.layer_revisions
        connection.execute(
            update(revisions).where(revisions.c.layer_id == layer_id).values(revision=revisions.c.revision + 1)
        )


def _page(rows: Sequence[Row], names: tuple[str, ...]) -> Page:
    return Page([row[0] for row in rows], [row[1] for row in rows], names, [tuple(row[2:]) for row in rows])


def _search_row(layer: Layer, row: dict) -> dict:
    return {
        "layer_id": layer.id,
        "feature_id": row["feature_id"],
        "text": search_text(layer, row["feature_id"], row),
    }
