"""The words that features are found by, of rows too that another program wrote into the store."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from geo.model.errors import StoreUnavailable
from geo.model.layer import Layer
from geo.model.search_text import MARK, search_texts, searched_fields
from geo.store.bulk import insert_columns
from geo.store.schema import Schema, is_marked, new_state
from geo.store.streams import BATCH

LONGEST_S = 1.0
"""How long one search mends words that another program's changes made stale; the next one goes on."""


class SearchRows:
    """Keeps the words of a layer's features true, whoever wrote them.

    Our own writes bring the words along. QGIS or ogr2ogr know nothing of them: triggers mark the words of what was
    renamed and drop those of what was removed, and rows without words show by their number. So the work is that of the
    rows that changed, however large the layer is.

    Parameters
    ----------
    reading, writing
        Give a connection.
    """

    def __init__(
        self,
        schema: Schema,
        reading: Callable[[], AbstractContextManager[Connection]],
        writing: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._schema, self._reading, self._writing = schema, reading, writing
        self._done: dict[str, str] = {}
        self._reached: dict[str, str] = {}

    def bring_up_to_date(self, layer: Layer) -> None:
        """Make the words of features that have none or old ones, as far as `LONGEST_S` reaches.

        A store that cannot be written now is searched as it is. Whoever keeps an answer that was given before all was
        mended sees a new state of the layer afterwards.
        """
        state = self._state(layer)
        if state is None or state == self._done.get(layer.id):
            return
        end = time.monotonic() + LONGEST_S
        while stale := self._stale(layer):
            try:
                with self._writing() as connection:
                    self._write(connection, layer, stale)
            except StoreUnavailable:
                return
            if time.monotonic() > end:
                return
        self._done[layer.id] = state

    def mark_all_stale(self, connection: Connection, layer: Layer) -> None:
        """Mark or drop words that are not those of their row; of a layer that nobody looked after so far.

        The pinyin, which hangs on the name alone, is not made for it.
        """
        table, index = self._schema.layers[layer.id], self._schema.search_index
        own, both = index.c.layer_id == layer.id, _both(layer, self._schema)
        connection.execute(delete(index).where(own, ~select(table.c.fid).where(both).correlate(index).exists()))
        last = ""
        while found := self._different(connection, layer, last):
            last, ids = found
            marked = update(index).values(text=MARK + index.c.text).where(own, ~is_marked(index))
            connection.execute(marked.where(index.c.feature_id.in_(ids)))

    def _state(self, layer: Layer) -> str | None:
        revisions = self._schema.layer_revisions
        with self._reading() as connection:
            return connection.scalar(select(revisions.c.state).where(revisions.c.layer_id == layer.id))

    def _stale(self, layer: Layer) -> Sequence[str]:
        """Ids of some features whose words are marked or missing; none where all is well."""
        table, index = self._schema.layers[layer.id], self._schema.search_index
        own = index.c.layer_id == layer.id
        with self._reading() as connection:
            marked = connection.scalars(select(index.c.feature_id).where(own, is_marked(index)).limit(BATCH)).all()
            if marked:
                return marked
            count = connection.scalar(select(func.count()).select_from(table))
            if count == connection.scalar(select(func.count()).select_from(index).where(own)):
                return []
            without = select(table.c.feature_id).order_by(table.c.feature_id).limit(BATCH)
            without = without.where(~select(index.c.feature_id).where(_both(layer, self._schema)).exists())
            for after in dict.fromkeys((self._reached.get(layer.id, ""), "")):
                if missing := connection.scalars(without.where(table.c.feature_id > after)).all():
                    self._reached[layer.id] = missing[-1]
                    return missing
        return []

    def _different(self, connection: Connection, layer: Layer, after: str) -> tuple[str, list[str]] | None:
        """Of the next features by id the last one, and those whose words are others than they should be."""
        table, index = self._schema.layers[layer.id], self._schema.search_index
        columns = [table.c.feature_id, *(table.c[name] for name in searched_fields(layer)), index.c.text.label("words")]
        joined = table.join(index, _both(layer, self._schema))
        some = select(*columns).select_from(joined).where(table.c.feature_id > after)
        rows = connection.execute(some.order_by(table.c.feature_id).limit(BATCH)).mappings().all()
        if not rows:
            return None
        ids = [row["feature_id"] for row in rows]
        texts = search_texts(layer, ids, rows, spelt=False)
        return ids[-1], [
            row["feature_id"]
            for row, text in zip(rows, texts, strict=True)
            if not f"{row['words']}\n".startswith(f"{text}\n")
        ]

    def _write(self, connection: Connection, layer: Layer, ids: Sequence[str]) -> None:
        table, index = self._schema.layers[layer.id], self._schema.search_index
        connection.execute(delete(index).where(index.c.layer_id == layer.id, index.c.feature_id.in_(ids)))
        rows = connection.execute(select(table).where(table.c.feature_id.in_(ids))).mappings().all()
        found = [row["feature_id"] for row in rows]
        texts = search_texts(layer, found, rows)
        words = {"layer_id": [layer.id] * len(found), "feature_id": found, "text": texts}
        insert_columns(connection, index, words)
        revisions = self._schema.layer_revisions
        connection.execute(update(revisions).where(revisions.c.layer_id == layer.id).values(state=new_state()))


def _both(layer: Layer, schema: Schema) -> ColumnElement[bool]:
    """Whether words are those of a row of the layer's table."""
    index = schema.search_index
    return and_(index.c.layer_id == layer.id, index.c.feature_id == schema.layers[layer.id].c.feature_id)
