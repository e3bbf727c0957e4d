"""Changes of features and statuses within one transaction: checked, applied to the tables, drafted for the journal."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TypeVar

import shapely
from sqlalchemy import Connection, Delete, Select, Table, bindparam, delete, func, select, update

from geo.model.errors import Conflict, FeatureNotFound, InvalidFeatures, N_
from geo.model.journal import PROGRAM, Act, Change, FeatureChange, FeatureRemoval, Record
from geo.model.layer import Catalog, Layer
from geo.model.search_text import search_texts
from geo.model.status import AnnualStatus
from geo.store.bulk import insert_columns, insert_rows
from geo.store.frames import FeatureRows, checked_changes
from geo.store.journal import Draft, Replayed, changed_fields, known, now, readable
from geo.store.schema import STATUS_ROW, Schema, not_withdrawn
from geo.store.status_rows import row_of
from geo.store.wkb import is_multi, single_part

BATCH = 5_000
"""Rows written, or ids looked up, at a time."""

Values = dict[str, object]
Statement = TypeVar("Statement", Select, Delete)

UNTOLD = frozenset({"fid", "feature_id", "revision"})
"""Columns that an entry of the journal does not hold among its values."""


@dataclass
class Touched:
    """What was written of a layer.

    Parameters
    ----------
    bounds
        min lon, min lat, max lon, max lat of geometries that were added; None where there is none.
    shrunk
        Whether a geometry went away or changed, so that the layer's extent may be smaller now.
    """

    bounds: tuple[float, float, float, float] | None = None
    shrunk: bool = False

    def add(self, bounds: Sequence[float]) -> None:
        known = [self.bounds] if self.bounds else []
        west, south, east, north = zip(*known, bounds, strict=True)
        self.bounds = (min(west), min(south), max(east), max(north))


class Changes:
    """Applies changes on a connection that is in a transaction and the only one that writes.

    Parameters
    ----------
    act
        Who reports a status that does not say so itself.
    demo
        Whether the store is for demonstration data.
    before_many
        Called with "create" or "remove" and a layer before thousands of its features come or go.

    Attributes
    ----------
    touched
        What was written, by layer.
    has_statuses
        Whether statuses were written.
    """

    def __init__(
        self, connection: Connection, schema: Schema, catalog: Catalog, act: Act, *, demo: bool,
        before_many: Callable[[str, Layer], None] = lambda action, layer: None,
    ) -> None:  # fmt: skip
        self.before_many = before_many
        self._connection, self._schema, self._catalog = connection, schema, catalog
        self._act, self._demo = act, demo
        self.touched: dict[str, Touched] = defaultdict(Touched)
        self.has_statuses = False

    def apply(self, changes: Iterable[Change]) -> Iterator[Draft]:
        """Apply changes in their order, those of the same kind and layer together; a void one gives no draft.

        Raises
        ------
        Conflict
            If a revision is not the current one.
        FeatureNotFound, LayerNotFound, InvalidFeatures, InvalidInput
            If a change does not hold.
        """
        steps = {"create": self._create, "update": self._update, "remove": self._remove}
        for (action, layer_id), numbered in groupby(enumerate(changes, 1), key=_kind):
            if action not in steps:
                for _, change in numbered:
                    yield from self._applied(change)
                continue
            for numbers, batch in _batches(numbered):
                yield from steps[action](self._catalog[layer_id], batch, numbers)

    def _applied(self, change: AnnualStatus | Record) -> Iterator[Draft]:
        if isinstance(change, AnnualStatus):
            yield from self.add_statuses([change])
        else:
            yield Draft(change.action, change.layer_id, change.feature_id, None, change.before, change.after)

    def add_rows(self, layer: Layer, rows: FeatureRows) -> Iterator[Draft]:
        """Add the features of a checked frame.

        Raises
        ------
        InvalidFeatures
            If one of the ids is taken.
        """
        if existing := self._existing(layer.id, rows.ids):
            raise _taken(layer, min(existing))
        for batch in rows.batches(BATCH):
            ids = batch["feature_id"]
            told = {name: column for name, column in batch.items() if list(column).count(None) < len(column)}
            insert_columns(self._connection, self._schema.layers[layer.id], told)
            known_rows = _known_rows(told)
            texts = search_texts(layer, ids, known_rows)
            words = {"layer_id": [layer.id] * len(ids), "feature_id": ids, "text": texts}
            insert_columns(self._connection, self._schema.search_index, words)
            for feature_id, row, shape in zip(ids, known_rows, _written_shapes(layer, told), strict=True):
                if shape is not None:
                    row["geom"] = shape
                yield Draft("create", layer.id, feature_id, 1, None, row)
        if rows.bounds:
            self.touched[layer.id].add(rows.bounds)
        elif rows.ids:
            _ = self.touched[layer.id]

    def add_statuses(self, statuses: Sequence[AnnualStatus]) -> Iterator[Draft]:
        """Add status rows; who and when are the act's where a row does not say and a person acts.

        Raises
        ------
        FeatureNotFound, LayerNotFound, InvalidInput
            If a row does not hold.
        """
        signed = {} if self._act.author == PROGRAM else {"reported_by": self._act.author, "reported_at": now()}
        rows = []
        for status in statuses:
            missing = {name: value for name, value in signed.items() if getattr(status, name) is None}
            rows.append(row_of(replace(status, **missing), self._catalog[status.layer_id], demo=self._demo))
        for layer_id in sorted({status.layer_id for status in statuses}):
            ids = [status.feature_id for status in statuses if status.layer_id == layer_id]
            if absent := set(ids) - self._existing(layer_id, ids):
                raise FeatureNotFound(layer_id, min(absent))
            _ = self.touched[layer_id]
        self.has_statuses = self.has_statuses or bool(rows)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            before = self._current_status(batch[0]) if len(rows) == 1 else None
            insert_rows(self._connection, self._schema.annual_status, batch)
            for row in batch:
                yield Draft("status", row["layer_id"], row["feature_id"], None, before, known(row))

    def restore(self, layer: Layer, features: Iterable[Replayed]) -> None:
        """Put features into an empty table as the journal left them; it is not written again."""
        names = [*(["geom"] if layer.geometry else []), *(field.name for field in layer.fields)]
        features = iter(features)
        while batch := list(islice(features, BATCH)):
            rows = []
            for feature in batch:
                values = {name: feature.values.get(name) for name in names}
                if values.get("geom"):
                    values["geom"] = bytes.fromhex(values["geom"])
                rows.append(values | {"feature_id": feature.feature_id, "revision": feature.revision})
            self._insert(layer, rows)
            self._touch(layer, [], [row.get("geom") for row in rows])

    def restore_statuses(self, rows: Iterable[Values]) -> None:
        """Put status rows into the empty table as the journal has them."""
        nothing, rows = {field.name: None for field in STATUS_ROW}, iter(rows)
        while batch := list(islice(rows, BATCH)):
            insert_rows(self._connection, self._schema.annual_status, [nothing | row for row in batch])
            self.has_statuses = True

    def _create(self, layer: Layer, batch: Sequence[FeatureChange], numbers: Sequence[int]) -> Iterator[Draft]:
        """Make features of one layer; many in a few statements."""
        checked = checked_changes(layer, batch, numbers)
        ids = [change.feature_id for change in batch]
        if existing := self._existing(layer.id, ids):
            raise _taken(layer, next(each for each in ids if each in existing))
        if len(batch) == BATCH:
            self.before_many("create", layer)
        nothing = {field.name: None for field in layer.fields} | ({"geom": None} if layer.geometry else {})
        last = self._last_revisions(layer, ids)
        rows = [
            {"feature_id": each, "revision": last.get(each, 0) + 1} | nothing | columns
            for each, columns in zip(ids, checked, strict=True)
        ]
        self._insert(layer, rows)
        self._touch(layer, [], [row.get("geom") for row in rows])
        for row in rows:
            yield Draft("create", layer.id, row["feature_id"], row["revision"], None, journalled(layer, row))

    def _update(self, layer: Layer, batch: Sequence[FeatureChange], numbers: Sequence[int]) -> Iterator[Draft]:
        """Give features of one layer other values; many in a few statements."""
        checked = checked_changes(layer, batch, numbers)
        present = self._present(layer, batch)
        changed: dict[tuple[str, ...], list[Values]] = defaultdict(list)
        drafts, whole = [], {}
        for change, columns in zip(batch, checked, strict=True):
            before = _seen(layer, change, present.pop(change.feature_id, None))
            was, readable = _readable(layer, before), _readable(layer, columns)
            if not (names := changed_fields(was, readable)):
                continue
            revision = change.revision + 1
            changed[tuple(names)].append(
                {f"new_{name}": columns[name] for name in names}
                | {"of_feature": change.feature_id, "new_revision": revision}
            )
            whole[change.feature_id] = before | columns
            moved = "geom" in names
            self._touch(layer, [before["geom"]] if moved else [], [columns["geom"]] if moved else [])
            old, new = ({name: values[name] for name in names} for values in (was, readable))
            drafts.append(Draft("update", layer.id, change.feature_id, revision, old, new))
        for names, rows in changed.items():
            self._set(self._schema.layers[layer.id], (*names, "revision"), rows)
        self._index_words(layer, whole)
        yield from drafts

    def _set(self, table: Table, names: Sequence[str], rows: Sequence[Values]) -> None:
        """Give rows of a layer's table new values, each of them the same columns."""
        new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        self._connection.execute(update(table).where(table.c.feature_id == bindparam("of_feature")).values(new), rows)

    def _remove(self, layer: Layer, batch: Sequence[FeatureRemoval], numbers: Sequence[int]) -> Iterator[Draft]:
        """Take features of one layer out of their table; many in a few statements."""
        if len(batch) == BATCH:
            self.before_many("remove", layer)
        table, words = self._schema.layers[layer.id], self._schema.search_index
        ids = [change.feature_id for change in batch]
        present = self._present(layer, batch)
        drafts = []
        for change in batch:
            before = _seen(layer, change, present.pop(change.feature_id, None))
            self._touch(layer, [before.get("geom")], [])
            after = journalled(layer, before)
            drafts.append(Draft("remove", layer.id, change.feature_id, change.revision, after, None))
        self._connection.execute(_of_ids(delete(table), table, ids))
        self._connection.execute(_of_ids(delete(words), words, ids).where(words.c.layer_id == layer.id))
        yield from drafts

    def _present(
        self, layer: Layer, batch: Sequence[FeatureChange | FeatureRemoval]
    ) -> dict[str, Mapping[str, object]]:
        """Rows of features as they are in their table, by id."""
        table = self._schema.layers[layer.id]
        rows = self._connection.execute(_of_ids(select(table), table, [change.feature_id for change in batch]))
        return {row.feature_id: row._mapping for row in rows}

    def _last_revisions(self, layer: Layer, ids: Sequence[str]) -> dict[str, int]:
        """Of features that were removed, so that whoever saw one cannot write over the new one."""
        table = self._schema.journal
        statement = select(table.c.feature_id, func.max(table.c.revision)).where(table.c.layer_id == layer.id)
        rows = self._connection.execute(_of_ids(statement.group_by(table.c.feature_id), table, ids))
        return {feature_id: revision for feature_id, revision in rows if revision is not None}

    def _current_status(self, row: Values) -> Values | None:
        status = self._schema.annual_status
        key = ("layer_id", "feature_id", "year")
        statement = select(status).where(*(status.c[name] == row[name] for name in key))
        latest = statement.where(not_withdrawn(self._schema, status)).order_by(status.c.id.desc()).limit(1)
        found = self._connection.execute(latest).first()
        return known({name: value for name, value in found._mapping.items() if name != "id"}) if found else None

    def _insert(self, layer: Layer, batch: list[Values]) -> None:
        insert_rows(self._connection, self._schema.layers[layer.id], batch)
        texts = search_texts(layer, [row["feature_id"] for row in batch], batch)
        rows = [
            {"layer_id": layer.id, "feature_id": row["feature_id"], "text": text}
            for row, text in zip(batch, texts, strict=True)
        ]
        insert_rows(self._connection, self._schema.search_index, rows)

    def _index_words(self, layer: Layer, rows: Mapping[str, Values]) -> None:
        """Keep the words of features that are there, by id."""
        if not rows:
            return
        index = self._schema.search_index
        own = (index.c.layer_id == layer.id) & (index.c.feature_id == bindparam("of_feature"))
        texts = search_texts(layer, list(rows), list(rows.values()))
        self._connection.execute(
            update(index).where(own).values(text=bindparam("new_text")),
            [{"of_feature": each, "new_text": text} for each, text in zip(rows, texts, strict=True)],
        )

    def _touch(self, layer: Layer, before: Sequence[bytes | None], after: Sequence[bytes | None]) -> None:
        """Geometries that went and came; those of features whose geometry stays are none of them."""
        touched = self.touched[layer.id]
        touched.shrunk = touched.shrunk or any(wkb is not None for wkb in before)
        if shapes := [wkb for wkb in after if wkb is not None]:
            touched.add(shapely.total_bounds(shapely.from_wkb(shapes)).tolist())

    def _existing(self, layer_id: str, ids: Sequence[str]) -> set[str]:
        column = self._schema.layers[layer_id].c.feature_id
        existing: set[str] = set()
        if len(ids) > 1 and self._connection.scalar(select(column).limit(1)) is None:
            return existing
        for start in range(0, len(ids), BATCH):
            existing.update(self._connection.scalars(select(column).where(column.in_(ids[start : start + BATCH]))))
        return existing


def _kind(numbered: tuple[int, Change]) -> tuple[str, str | None]:
    """What a change does, and to which layer; those of one kind that follow one another go together."""
    match numbered[1]:
        case FeatureRemoval() as change:
            return "remove", change.layer_id
        case FeatureChange() as change:
            return "create" if change.revision is None else "update", change.layer_id
    return "note", None


def _batches(
    numbered: Iterable[tuple[int, FeatureChange | FeatureRemoval]],
) -> Iterator[tuple[list[int], list[FeatureChange | FeatureRemoval]]]:
    """Numbers and changes, at most `BATCH` at a time and no feature twice: the second one sees what the first wrote."""
    batch: dict[str, tuple[int, FeatureChange | FeatureRemoval]] = {}
    for number, change in numbered:
        if len(batch) == BATCH or change.feature_id in batch:
            yield tuple(map(list, zip(*batch.values(), strict=True)))
            batch = {}
        batch[change.feature_id] = number, change
    if batch:
        yield tuple(map(list, zip(*batch.values(), strict=True)))


def _of_ids(statement: Statement, table: Table, ids: Sequence[str]) -> Statement:
    """A statement about some features; one of few is made, and prepared, once for all."""
    column = table.c.feature_id
    return statement.where(column == ids[0] if len(ids) == 1 else column.in_(ids))


def _seen(layer: Layer, change: FeatureChange | FeatureRemoval, row: Mapping[str, object] | None) -> Values:
    """The values of a feature's row without its numbers, if its revision is the one that the writer saw.

    Raises
    ------
    Conflict, FeatureNotFound
    """
    if row is None:
        raise FeatureNotFound(layer.id, change.feature_id)
    if row["revision"] != change.revision:
        raise Conflict(
            N_("图层“%(layer)s”的要素“%(feature_id)s”已被他人修改：您看到的是版本 %(seen)s，现在是版本 %(current)s"),
            layer=layer.id,
            feature_id=change.feature_id,
            seen=change.revision,
            current=row["revision"],
        )
    return {name: value for name, value in row.items() if name not in ("fid", "revision")}


def _known_rows(batch: Mapping[str, Sequence]) -> list[Values]:
    """What is known of each row of many, without id, revision and geometry."""
    told = {name: column for name, column in batch.items() if name not in UNTOLD and name != "geom"}
    if not told:
        return [{} for _ in batch["feature_id"]]
    rows = [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]
    if any(None in column for column in told.values()):  # of some rows
        rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return rows


def _written_shapes(layer: Layer, batch: Mapping[str, Sequence]) -> list[str | None]:
    """Geometries of many rows as the journal writes them."""
    shapes = batch.get("geom", [None] * len(batch["feature_id"]))
    if is_multi(layer.geometry or ""):
        return [None if wkb is None else single_part(wkb).hex() for wkb in shapes]
    return [None if wkb is None else wkb.hex() for wkb in shapes]


def journalled(layer: Layer, row: Values) -> Values:
    """What is known of a row of a layer's table, without the id and the revision, which an entry names itself."""
    own = {str(name): value for name, value in row.items() if value is not None and name not in UNTOLD}
    if (wkb := own.get("geom")) is not None:
        own["geom"] = (single_part(wkb) if is_multi(layer.geometry or "") else wkb).hex()
    return own


def _readable(layer: Layer, row: Values) -> Values:
    """The values of a row, known or not, as the journal writes them."""
    single = _single(layer, row)
    return {str(name): readable(value) for name, value in single.items()}


def _single(layer: Layer, row: Values) -> Values:
    """A geometry of one part as its part, as it is read back."""
    if is_multi(layer.geometry or "") and row.get("geom") is not None:
        return row | {"geom": single_part(row["geom"])}
    return row


def _taken(layer: Layer, feature_id: str) -> InvalidFeatures:
    return InvalidFeatures(
        N_("图层“%(layer)s”里已有编号为“%(feature_id)s”的要素"), layer=layer.id, feature_id=feature_id
    )
