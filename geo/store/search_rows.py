"""The words that features are found by, of rows too that another program wrote into the store."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal

from sqlalchemy import Connection, and_, delete, func, insert, select, tuple_

from geo.model.errors import StoreUnavailable
from geo.model.layer import Layer
from geo.model.search_text import search_texts, searched_fields
from geo.store.schema import Schema
from geo.store.streams import BATCH

MOST_COMPARED = 20_000
"""Rows of a layer whose words are compared one by one after another program's change: less than half a second."""


Writer = Literal["we", "others", "unknown"]


def _writer(known: tuple[str, int] | None, seen: tuple[str, int]) -> Writer:
    """Who changed a layer since its state and revision were known; of what was before this process nobody knows."""
    if known is None:
        return "unknown"
    return "others" if known[1] == seen[1] else "we"


class SearchRows:
    """Keeps the words of a layer's features true, whoever wrote them.

    Our own writes bring the words along. QGIS or ogr2ogr know nothing of them; the layer's state tells that something
    was written, its revision whether it was this program.

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
        self._known: dict[str, tuple[str, int]] = {}

    def bring_up_to_date(self, layer: Layer) -> None:
        """See that every feature has its words; a store that cannot be written now is searched as it is."""
        revisions = self._schema.layer_revisions
        now = select(revisions.c.state, revisions.c.revision).where(revisions.c.layer_id == layer.id)
        with self._reading() as connection:
            row = connection.execute(now).first()
            seen = tuple(row) if row is not None else None
            known = self._known.get(layer.id)
            if seen is None or seen == known:
                return
            stale = self._stale(connection, layer, _writer(known, seen))
        if stale:
            try:
                with self._writing() as connection:
                    self._write(connection, layer, stale)
            except StoreUnavailable:
                return
        self._known[layer.id] = seen

    def _stale(self, connection: Connection, layer: Layer, writer: Writer) -> list[str]:
        """Ids whose words are missing, left over or, in a layer that is not too large, those of other values."""
        table, index = self._schema.layers[layer.id], self._schema.search_index
        own = index.c.layer_id == layer.id
        count = connection.scalar(select(func.count()).select_from(table))
        if writer != "we" and count <= MOST_COMPARED:
            return self._different(connection, layer)
        if writer != "others" and count == connection.scalar(select(func.count()).select_from(index).where(own)):
            return []
        both = and_(own, index.c.feature_id == table.c.feature_id)
        missing = select(table.c.feature_id).where(~select(index.c.feature_id).where(both).exists())
        left = select(index.c.feature_id).where(own, ~select(table.c.fid).where(both).correlate(index).exists())
        return [*connection.scalars(missing), *connection.scalars(left)]

    def _different(self, connection: Connection, layer: Layer) -> list[str]:
        """Ids whose words are not those of their row; the pinyin, which follows from the name, is not made for it."""
        table, index = self._schema.layers[layer.id], self._schema.search_index
        kept = dict(
            tuple(row) for row in connection.execute(
                select(index.c.feature_id, index.c.text).where(index.c.layer_id == layer.id)
            )
        )  # fmt: skip
        columns = [table.c.feature_id, *(table.c[name] for name in searched_fields(layer))]
        rows = connection.execute(select(*columns)).mappings().all()
        ids = [row["feature_id"] for row in rows]
        texts = zip(ids, search_texts(layer, ids, rows, spelt=False), strict=True)
        found = [each for each, words in texts if not f"{kept.pop(each, '')}\n".startswith(f"{words}\n")]
        return sorted([*found, *kept])

    def _write(self, connection: Connection, layer: Layer, ids: Sequence[str]) -> None:
        table, index = self._schema.layers[layer.id], self._schema.search_index
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            connection.execute(
                delete(index).where(
                    tuple_(index.c.layer_id, index.c.feature_id).in_([(layer.id, each) for each in some])
                )
            )
            rows = connection.execute(select(table).where(table.c.feature_id.in_(some))).mappings().all()
            if words := self._words(layer, rows):
                made = [{"layer_id": layer.id, "feature_id": each, "text": text} for each, text in words.items()]
                connection.execute(insert(index), made)

    def _words(self, layer: Layer, rows: Iterable[dict[str, object]]) -> dict[str, str]:
        rows = list(rows)
        ids = [row["feature_id"] for row in rows]
        return dict(zip(ids, search_texts(layer, ids, rows), strict=True))
