"""The journal held against the tables: which row is not as it says."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import zip_longest

import orjson
from sqlalchemy import Row

from geo.model.journal import BadRow, JournalEntry
from geo.model.layer import Layer
from geo.store.changes import Values, journalled
from geo.store.journal import Replayed, known


def feature_faults(layer: Layer, replayed: Iterable[Replayed], rows: Iterable[Row]) -> Iterator[BadRow]:
    """Features of a layer that are not as the journal leaves them; digests, so that a million fit into memory."""
    expected = {each.feature_id: _digest(each.revision, each.values) for each in replayed}
    for row in rows:
        plain = dict(row._mapping)
        wanted = expected.pop(plain["feature_id"], None)
        if wanted is None:
            yield BadRow(layer.id, plain["feature_id"], "extra")
        elif wanted != _digest(plain["revision"], journalled(layer, plain)):
            yield BadRow(layer.id, plain["feature_id"], "different")
    yield from (BadRow(layer.id, feature_id, "missing") for feature_id in expected)


def status_faults(table: str, entries: Iterable[JournalEntry], rows: Iterable[Row]) -> Iterator[BadRow]:
    """Status rows that are not those of the journal, one after the other; after the first there is no telling."""
    for entry, row in zip_longest(entries, rows):
        if entry is None:
            yield BadRow(table, str(row.id), "extra")
            return
        if row is None:
            yield BadRow(table, _key(entry.after), "missing")
            return
        plain = known({name: value for name, value in row._mapping.items() if name != "id"})
        if plain != entry.after:
            different = [name for name in {**plain, **entry.after} if plain.get(name) != entry.after.get(name)]
            yield BadRow(table, _key(plain), "different", different[0])
            return


def _key(status: Values) -> str:
    return f"{status['layer_id']}/{status['feature_id']} {status['year']}"


def _digest(revision: int, values: Values) -> bytes:
    return hashlib.sha256(orjson.dumps([revision, values], option=orjson.OPT_SORT_KEYS)).digest()
