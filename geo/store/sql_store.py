"""A store in an SQL database: everything that is the same whatever the database."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy
from sqlalchemy import Connection, Row, Select, insert, select, update

from geo.model.box import EVERYWHERE, holds
from geo.model.errors import Conflict, FeatureNotFound, N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import (
    BY_PROGRAM,
    FIRST_FILLING,
    WHOLE_JOURNAL,
    Act,
    Action,
    BadRow,
    Change,
    FeatureChange,
    JournalEntry,
    JournalHead,
    JournalQuery,
)
from geo.model.layer import Catalog, Layer
from geo.model.page import Cell, Page, Summary
from geo.model.search_text import pinyin
from geo.model.status import AnnualStatus
from geo.store.account_rows import AccountRows
from geo.store.base import Filling, Store
from geo.store.changes import Changes, Touched
from geo.store.correction_rows import CorrectionRows
from geo.store.evidence_rows import EvidenceRows
from geo.store.frames import frame_of, rows_of
from geo.store.journal import Draft, Journal, entry_of, replay
from geo.store.memo import Memo, key_of
from geo.store.place import Grid, Place
from geo.store.query import STATUS_TYPES, FeatureSelect, names_of, value_of_id, values_of, without_values
from geo.store.scenario_rows import ScenarioRows
from geo.store.schema import KEY_FIELDS, Schema
from geo.store.search_rows import SearchRows
from geo.store.status_rows import latest_of_feature, latest_rows, standing, status_of
from geo.store.streams import BATCH, Streams
from geo.store.throttle_rows import ThrottleRows
from geo.store.verifying import feature_faults, status_faults

if TYPE_CHECKING:
    import geopandas
    import pandas

CACHED_ANSWERS = 512
CACHED_STATEMENTS = 128
OF_ALL: dict[str, Any] = {"order": (), "limit": None, "offset": 0}
"""The same question about all features, in no order."""

LARGE_FILLING = 2_000
"""Rows in the first frame of a filling that tell that many will follow, or that it is worth its while alone."""

Extent = tuple[float, float, float, float]


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
        self.history = Journal(self.schema.journal)
        self.accounts = AccountRows(self.schema.metadata, self._reading, self._writing, self._keep)
        self.throttle = ThrottleRows(self.schema.metadata, self._reading, self._writing)
        self.evidence = EvidenceRows(self.schema.metadata, self._reading, self._writing)
        self.scenarios = ScenarioRows(self.schema.metadata, self._reading, self._writing, self._keep)
        self.corrections = CorrectionRows(self.schema.metadata, self._reading, self._writing, self._keep)
        self.words = SearchRows(self.schema, self._reading, self._writing)
        # Not made anew for each question: fields are many.
        self._names = {
            (layer.id, with_year): names_of(layer, with_year=with_year)
            for layer in catalog.values()
            for with_year in (False, True)
        }
        self._places = {layer.id: self._place(layer) if layer.geometry else None for layer in catalog.values()}
        # The layer's state is part of each key, so that what is kept is true.
        self._counts: Memo[int] = Memo(CACHED_ANSWERS)
        self._summaries: Memo[Summary] = Memo(CACHED_ANSWERS)
        self._extents: Memo[Extent | None] = Memo(CACHED_ANSWERS)
        self._bounds: Memo[Extent | None] = Memo(CACHED_ANSWERS)
        self._statements: Memo[Any] = Memo(CACHED_STATEMENTS)

    # --- what each database does in its own way ---

    @abstractmethod
    def _place(self, layer: Layer) -> Place:
        """The spatial index of a layer with geometry."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with; the database's faults come out as `StoreUnavailable`."""

    @abstractmethod
    def _snapshot(self) -> AbstractContextManager[Connection]:
        """A connection to read with, all of whose statements see one state of the store."""

    @abstractmethod
    def _own_faults(self, connection: Connection) -> Iterator[BadRow]:
        """What the database itself finds damaged."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Connection]:
        """The only connection that writes, in a transaction: durable when the context ends, undone if it fails."""

    def _filling(self, connection: Connection, layer: Layer) -> AbstractContextManager[None]:
        """Many rows are added to a layer in the block."""
        return nullcontext()

    def _clearing(self, connection: Connection, layer: Layer) -> AbstractContextManager[None]:
        """Many features are taken out of a layer in the block."""
        return nullcontext()

    @abstractmethod
    def _note_write(self, connection: Connection, table: str, touched: Touched) -> None:
        """Keep the database's own notes of a table true."""

    # --- reading ---

    @property
    def fingerprint(self) -> str:
        return self.schema.fingerprint

    def revision(self, layer_id: str) -> int:
        revisions = self.schema.layer_revisions
        statement = select(revisions.c.revision).where(revisions.c.layer_id == self.catalog[layer_id].id)
        with self._reading() as connection:
            return connection.execute(statement).scalar() or 0

    def states(self, layer_ids: Iterable[str]) -> tuple[str, ...]:
        revisions = self.schema.layer_revisions
        rows = self._kept_rows(b"states", lambda: select(revisions.c.layer_id, revisions.c.state), {})
        known = {row[0]: row[1] for row in rows}
        return tuple(known.get(self.catalog[layer_id].id, "") for layer_id in layer_ids)

    def scan(
        self, layer_id: str, query: FeatureQuery, batch: int = 1000, *, filled_only: bool = False
    ) -> Iterator[Page]:
        self._know_words(layer_id, query)
        found, values = self._select(layer_id, query), values_of(query)
        filled = found.filled().params(values) if filled_only else None
        return self._pages(found.page().params(values), found.names, batch, filled)

    def read_page(self, layer_id: str, query: FeatureQuery, *, state: str | None = None) -> Page:
        self._know_words(layer_id, query)
        query = self._widened(layer_id, query, state)
        key = key_of(layer_id, "page", query, without_values(query))
        names = self._names[self.catalog[layer_id].id, query.year is not None]
        return self._kept_page(key, lambda: self._select(layer_id, query).page(), values_of(query), names)

    def read_feature(self, layer_id: str, feature_id: str, *, year: int | None = None, schematic: bool = False) -> Page:
        def statement() -> Select:
            only = (Condition("feature_id", (feature_id,)),)
            query = FeatureQuery(conditions=only, year=year, schematic=schematic, retired=True)
            return self._select(layer_id, query).page()

        key = repr(("feature", self.catalog[layer_id].id, year, schematic)).encode()
        names = self._names[self.catalog[layer_id].id, year is not None]
        page = self._kept_page(key, statement, value_of_id(feature_id), names)
        if not page.ids:
            raise FeatureNotFound(layer_id, feature_id)
        return page

    def read_frame(self, layer_id: str, query: FeatureQuery) -> "geopandas.GeoDataFrame":
        fields = (*KEY_FIELDS, *self.catalog[layer_id].fields, *STATUS_TYPES.values())
        return frame_of(self.scan(layer_id, query), fields)

    def count(self, layer_id: str, query: FeatureQuery, *, state: str | None = None) -> int:
        self._know_words(layer_id, query)
        state = self.state(layer_id) if state is None else state
        query = self._widened(layer_id, query, state)
        key = key_of(layer_id, state, query, OF_ALL)
        return self._counts(key, lambda: self._count_now(layer_id, replace(query, **OF_ALL)))

    def filled(self, layer_id: str, query: FeatureQuery) -> frozenset[str]:
        self._know_words(layer_id, query)
        found = self._select(layer_id, replace(query, order=()))
        (counts,) = self._rows(found.filled(), values_of(query))
        return frozenset(name for name, count in zip((*found.names, "geom"), counts, strict=True) if count)

    def extent(self, layer_id: str, *, schematic: bool = False) -> Extent | None:
        if self._places[self.catalog[layer_id].id] is None:
            return None
        query = FeatureQuery(schematic=schematic)
        key = key_of(layer_id, self.state(layer_id), query)
        return self._extents(key, lambda: self._extent_now(layer_id, query))

    def summarise(self, layer_id: str, query: FeatureQuery, *, fields: Sequence[str] = (), cells: int = 0) -> Summary:
        self._know_words(layer_id, query)
        whole = replace(query, **OF_ALL)
        key = key_of(layer_id, f"{self.state(layer_id)} {fields} {cells}", whole)
        return self._summaries(key, lambda: self._summary_now(layer_id, whole, fields, cells))

    def _summary_now(self, layer_id: str, query: FeatureQuery, fields: Sequence[str], cells: int) -> Summary:
        found = self._select(layer_id, query)
        (count, *sums) = self._rows(found.totals(fields), values_of(query))[0]
        cells = cells if self._places[layer_id] else 0
        bounds = (query.bbox or self.extent(layer_id, schematic=query.schematic)) if cells else None
        rows = self._rows(found.cells(Grid.over(bounds, cells)), values_of(query)) if bounds else []
        totals = [int(total) if isinstance(total, Decimal) else total for total in sums]
        return Summary(count, dict(zip(fields, totals, strict=True)), [Cell(*row) for row in rows])

    def middles(self, layer_id: str, query: FeatureQuery) -> Iterator[numpy.ndarray]:
        if self._places[self.catalog[layer_id].id] is None:
            return
        self._know_words(layer_id, query)
        statement = self._select(layer_id, query).middles().params(values_of(query))
        with self._snapshot() as connection:
            for rows in self._tuples(connection, statement):
                yield numpy.array(rows, dtype=float)

    def read_overlapping(
        self, layer_id: str, query: FeatureQuery, bounds: Sequence[float]
    ) -> tuple[Page, numpy.ndarray]:
        self._know_words(layer_id, query)
        found = self._select(layer_id, query)
        if self._places[layer_id] is None:
            return _page([], found.names), numpy.empty((0, 2))
        rows = self._rows(found.overlapping(bounds), values_of(query))
        middles = numpy.array([tuple(row[-2:]) for row in rows], dtype=float).reshape(-1, 2)
        return _page([row[:-2] for row in rows], found.names), middles

    def statuses(self, layer_id: str, feature_id: str) -> list[AnnualStatus]:
        values = {"layer_id": self.catalog[layer_id].id, "feature_id": feature_id}
        rows = self._kept_rows(b"statuses", lambda: latest_of_feature(self.schema.annual_status), values)
        return [each for each in (AnnualStatus(*row) for row in rows) if not each.withdrawn]

    def standing_statuses(self, layer_id: str) -> Iterator[AnnualStatus]:
        statement = latest_rows(self.schema.annual_status, self.catalog[layer_id].id)
        with self._snapshot() as connection, Streams(connection) as streams:
            yield from standing(streams.rows(statement))

    def status_rows(self, layer_id: str, feature_id: str) -> list[AnnualStatus]:
        status = self.schema.annual_status
        of_feature = (status.c.layer_id == self.catalog[layer_id].id, status.c.feature_id == feature_id)
        return [status_of(row) for row in self._rows(select(status).where(*of_feature).order_by(status.c.id))]

    def journal(self, query: JournalQuery = WHOLE_JOURNAL) -> Iterator[JournalEntry]:
        with self._snapshot() as connection, Streams(connection) as streams:
            yield from map(entry_of, streams.rows(self.history.statement(query)))

    def before_last_change(
        self, layer_id: str, feature_id: str, actions: tuple[Action, ...]
    ) -> tuple[str, Action] | None:
        key = repr(("before last", actions)).encode()
        values = {"layer_id": layer_id, "feature_id": feature_id}
        rows = self._kept_rows(key, lambda: self.history.before_last_change(actions), values)
        return next(((at, action) for at, action in rows), None)

    def count_journal(self, query: JournalQuery) -> int:
        return self._rows(self.history.count(query))[0][0]

    def journal_head(self, until: str | None = None) -> JournalHead:
        with self._reading() as connection:
            return self.history.head(connection, until)

    def faults(self) -> Iterator[BadRow]:
        with self._snapshot() as connection, Streams(connection) as streams:
            yield from self._own_faults(connection)
            yield from self.history.faults(streams.rows(self.history.statement(WHOLE_JOURNAL)))
            for layer in self.catalog.values():
                entries = streams.rows(self.history.of_features(layer.id))
                rows = streams.rows(select(self.schema.layers[layer.id]))
                yield from feature_faults(layer, replay(map(entry_of, entries)), rows)
            statuses = self.schema.annual_status
            entries = streams.rows(self.history.statement(JournalQuery(action="status")))
            rows = streams.rows(select(statuses).order_by(statuses.c.id))
            yield from status_faults(statuses.name, map(entry_of, entries), rows)
            yield from self.evidence.faults(connection)
            journalled = (("scenario", self.scenarios), ("account", self.accounts), ("correction", self.corrections))
            for action, kept in journalled:
                entries = streams.rows(self.history.statement(JournalQuery(action=action)))
                yield from kept.faults(connection, map(entry_of, entries))

    def _know_words(self, layer_id: str, query: FeatureQuery) -> None:
        """Before a search, have the words of features too that another program wrote."""
        if query.search:
            self.words.bring_up_to_date(self.catalog[layer_id])

    def _widened(self, layer_id: str, query: FeatureQuery, state: str | None) -> FeatureQuery:
        """The same question, its box without bounds where it holds the whole layer: nothing is held against it then."""
        if query.bbox is None or state is None or self._places[self.catalog[layer_id].id] is None:
            return query
        whole = self._bounds(f"{layer_id} {state}".encode(), lambda: self._bounds_now(layer_id))
        return replace(query, bbox=EVERYWHERE) if whole is not None and holds(query.bbox, whole) else query

    def _bounds_now(self, layer_id: str) -> Extent | None:
        """Bounds of all geometries, schematic ones too, where the database has them at hand."""
        return None

    def _select(self, layer_id: str, query: FeatureQuery) -> FeatureSelect:
        return FeatureSelect(self.catalog[layer_id], self.schema, self._places[layer_id], query)

    def _tuples(self, connection: Connection, statement: Select) -> Iterator[Sequence[tuple]]:
        """Rows in batches, read as they are asked for."""
        with Streams(connection) as streams:
            for rows in streams.rows(statement, BATCH).partitions():
                yield [tuple(row) for row in rows]

    def _rows(self, statement: Select, values: Mapping[str, object] | None = None) -> Sequence[Row]:
        with self._reading() as connection:
            return connection.execute(statement, values).fetchall()

    def _kept_rows(self, key: bytes, make: Callable[[], Select], values: Mapping[str, object]) -> Sequence[Sequence]:
        """The rows of a statement that is made once for all its values: making it takes longer than running it."""
        with self._reading() as connection:
            return connection.execute(self._statements(key, make), values).fetchall()

    def _kept_page(
        self, key: bytes, make: Callable[[], Select], values: Mapping[str, object], names: tuple[str, ...]
    ) -> Page:
        """Features by such a statement; `names` are those of their values."""
        return _page(self._kept_rows(key, make, values), names)

    def _count_now(self, layer_id: str, query: FeatureQuery) -> int:
        key = key_of(layer_id, "totals", query, without_values(query))
        return self._kept_rows(key, lambda: self._select(layer_id, query).totals(), values_of(query))[0][0]

    def _pages(self, statement: Select, names: tuple[str, ...], batch: int, filled: Select | None) -> Iterator[Page]:
        """One statement for all pages: it sees one state of the store, and rows are read as they are asked for."""
        with self._snapshot() as connection, Streams(connection) as streams:
            result = streams.rows(statement, batch)
            rows = result.fetchmany(batch)
            while True:
                yield _page(rows, names)
                if not (rows := result.fetchmany(batch)):
                    return

    def _extent_now(self, layer_id: str, query: FeatureQuery) -> Extent | None:
        sides = tuple(self._rows(self._select(layer_id, query).bounds(), values_of(query))[0])
        return None if sides[0] is None else sides

    # --- writing ---

    def take_in(
        self,
        layer_id: str,
        frames: Iterable["geopandas.GeoDataFrame | pandas.DataFrame"],
        changes: Sequence[FeatureChange],
        act: Act,
    ) -> tuple[int, int | None]:
        layer = self.catalog[layer_id]
        pinyin()  # while nobody waits for this writer

        waiting = iter(frames)
        first = list(islice(waiting, 1))
        is_large = any(len(frame) >= LARGE_FILLING for frame in first)

        def drafts(changing: Changes) -> Iterator[Draft]:
            for frame in chain(first, waiting):
                yield from changing.add_rows(layer, rows_of(layer, frame))
            yield from changing.apply(changes)

        with self._changing(act) as (connection, changing):
            if is_large:
                changing.before_many("create", layer)
            return self.history.keep(connection, act, drafts(changing))

    def add_statuses(self, statuses: Sequence[AnnualStatus], act: Act = BY_PROGRAM) -> int:
        with self._changing(act) as (connection, changes):
            self._keep(connection, act, changes.add_statuses(statuses))
        return len(statuses)

    def write(self, changes: Iterable[Change], act: Act, *, last_seq: int | None = None) -> list[JournalEntry]:
        if not isinstance(changes, Sequence) or any(isinstance(each, FeatureChange) for each in changes):
            pinyin()  # while nobody waits for this writer
        with self._changing(act) as (connection, changing):
            if last_seq is not None and self.history.head(connection).seq != last_seq:
                raise Conflict(N_("写入之前别人刚有修改，请再试一次"))
            return list(self.history.append(connection, act, changing.apply(changes)))

    def write_many(self, changes: Iterable[Change], act: Act) -> tuple[int, int | None]:
        pinyin()  # while nobody waits for this writer
        with self._changing(act) as (connection, changing):
            return self.history.keep(connection, act, changing.apply(changes))

    @contextmanager
    def _changing(self, act: Act) -> Iterator[tuple[Connection, Changes]]:
        """A transaction in which features and statuses change; what hangs on them follows at its end."""
        with self._writing() as connection:
            begun = set()
            blocks = {"create": self._filling, "remove": self._clearing}
            with ExitStack() as until_all_is_written:

                def before_many(action: str, layer: Layer) -> None:
                    if (action, layer.id) not in begun:
                        begun.add((action, layer.id))
                        until_all_is_written.enter_context(blocks[action](connection, layer))

                changes = Changes(connection, self.schema, self.catalog, act, demo=self.demo, before_many=before_many)
                yield connection, changes
            self._follow(connection, changes)

    def _keep(self, connection: Connection, act: Act, drafts: Iterable[Draft]) -> None:
        """Write drafts into the journal without holding them."""
        self.history.keep(connection, act, drafts)

    def _follow(self, connection: Connection, changes: Changes) -> None:
        """Count the layers' revisions on, and let the database note what was written."""
        for layer_id, touched in changes.touched.items():
            self._written(connection, layer_id)
            self._note_write(connection, layer_id, touched)
        if changes.has_statuses:
            self._note_write(connection, self.schema.annual_status.name, Touched())

    def _add_layer(self, connection: Connection, layer: Layer, fill: Filling | None, *, demo: bool) -> None:
        """Number a new layer's revisions, and fill its table."""
        connection.execute(insert(self.schema.layer_revisions), {"layer_id": layer.id, "revision": 0})
        content = fill(layer) if fill else None
        if content is None:
            return
        changes = Changes(connection, self.schema, self.catalog, FIRST_FILLING, demo=demo)
        self._keep(connection, FIRST_FILLING, changes.add_rows(layer, rows_of(layer, content.features)))
        self._keep(connection, FIRST_FILLING, changes.add_statuses(content.statuses))
        self._follow(connection, changes)

    def _take_over(self, connection: Connection, entries: Iterable[JournalEntry], *, demo: bool) -> None:
        """Copy a journal and make features and statuses as it says, in tables that are empty."""
        self.history.copy(connection, entries)
        changes = Changes(connection, self.schema, self.catalog, BY_PROGRAM, demo=demo)
        with Streams(connection) as streams:
            for layer in self.catalog.values():
                of_layer = streams.rows(self.history.of_features(layer.id))
                changes.restore(layer, replay(map(entry_of, of_layer)))
            statuses = streams.rows(self.history.statement(JournalQuery(action="status")))
            changes.restore_statuses(entry.after for entry in map(entry_of, statuses))
        self._follow(connection, changes)
        head = self.history.head(connection)
        connection.execute(update(self.schema.layer_revisions).values(revision=head.seq))

    def _written(self, connection: Connection, layer_id: str) -> None:
        revisions = self.schema.layer_revisions
        connection.execute(
            update(revisions).where(revisions.c.layer_id == layer_id).values(revision=revisions.c.revision + 1)
        )


def _page(rows: Sequence[Row], names: tuple[str, ...]) -> Page:
    return Page([row[0] for row in rows], [row[1] for row in rows], names, [tuple(row[2:]) for row in rows])
