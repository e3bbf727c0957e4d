"""The journal: every change in one chain, each row with the hash of the one before it.

`hash` is the SHA-256, in hexadecimal digits, of the JSON array
`[previous hash, seq, change_set, at, author, cause, source, action, layer_id, feature_id, revision, before, after]`
in UTF-8 without spaces, where `before` and `after` are the texts of the columns, and the first previous hash is "".
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, Table, bindparam, func, select

from geo.model.journal import Act, Action, BadRow, JournalEntry, JournalHead, JournalQuery
from geo.store.bulk import insert_rows, insert_tuples

BATCH = 5_000
FEATURE_ACTIONS = ("create", "update", "remove")
HASHED = "seq change_set at author cause source action layer_id feature_id revision before after".split()
"""Columns in the order in which they are hashed."""

KEPT = (*HASHED, "hash")
"""All columns."""
OF_FEATURE = ("layer_id", "feature_id")

_hashed = itemgetter(*HASHED)

Values = dict[str, object]


class Draft(NamedTuple):
    """An entry that has no number and no hash yet; a large act makes many."""

    action: Action
    layer_id: str | None = None
    feature_id: str | None = None
    revision: int | None = None
    before: Values | None = None
    after: Values | None = None


@dataclass(frozen=True)
class Replayed:
    """A feature as the journal leaves it."""

    feature_id: str
    revision: int
    values: Values


def replay(entries: Iterable[JournalEntry]) -> Iterator[Replayed]:
    """Features that are there after all entries.

    Parameters
    ----------
    entries
        Of one layer, those of one feature together and in order.
    """
    for feature_id, of_feature in groupby(entries, key=lambda entry: entry.feature_id):
        values: Values | None = None
        revision = 0
        for entry in of_feature:
            values = None if entry.after is None else {**(values or {}), **entry.after}
            revision = entry.revision
        if values is not None:
            yield Replayed(feature_id, revision, {name: value for name, value in values.items() if value is not None})


class Journal:
    """Reads and adds rows of the journal's table, on a connection of the store.

    Parameters
    ----------
    table
        `geo.store.schema.Schema.journal`.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def append(self, connection: Connection, act: Act, drafts: Iterable[Draft]) -> Iterator[JournalEntry]:
        """Add entries as one change set and give them back as they are added; to be read to its end.

        The connection must be the only one that writes.
        """
        for rows, batch in self._added(connection, act, drafts):
            for row, draft in zip(rows, batch, strict=True):
                yield JournalEntry(*row[:-3], draft.before, draft.after, row[-1])

    def keep(self, connection: Connection, act: Act, drafts: Iterable[Draft]) -> tuple[int, int | None]:
        """Like `append`, of any number of entries: how many, and their change set, None where there is none."""
        count, change_set = 0, None
        for rows, _ in self._added(connection, act, drafts):
            count, change_set = count + len(rows), rows[0][1]
        return count, change_set

    def _added(
        self, connection: Connection, act: Act, drafts: Iterable[Draft]
    ) -> Iterator[tuple[list[tuple], list[Draft]]]:
        """Rows that were added to the table, in the order of `KEPT`, and their drafts, batch by batch."""
        last = self.head(connection)
        at = max(now(), last.at or "")
        change_set, seq, previous = last.seq + 1, last.seq, last.hash
        drafts = iter(drafts)
        while batch := list(islice(drafts, BATCH)):
            rows = []
            for action, layer_id, feature_id, revision, before, after in batch:
                seq += 1
                row = (
                    seq, change_set, at, act.author, act.cause, act.source, action, layer_id, feature_id, revision,
                    to_text(before), to_text(after),
                )  # fmt: skip
                previous = _digest(previous, row)
                rows.append((*row, previous))
            insert_tuples(connection, self.table, KEPT, rows)
            yield rows, batch

    def copy(self, connection: Connection, entries: Iterable[JournalEntry]) -> None:
        """Add entries of another journal as they are, hashes included."""
        entries = iter(entries)
        while batch := list(islice(entries, BATCH)):
            rows = [asdict(entry) | {"before": to_text(entry.before), "after": to_text(entry.after)} for entry in batch]
            insert_rows(connection, self.table, rows)

    def head(self, connection: Connection, until: str | None = None) -> JournalHead:
        """The last entry, or the last one made at or before a time."""
        columns = self.table.c
        statement = select(columns.seq, columns.hash, columns.at).order_by(columns.seq.desc()).limit(1)
        if until is not None:
            statement = statement.where(columns.at <= until)
        row = connection.execute(statement).first()
        return JournalHead(*row) if row else JournalHead(0, "", None)

    def statement(self, query: JournalQuery) -> Select:
        """The entries of a query."""
        columns, asked = self.table.c, asdict(query)
        bounds = {
            "since": columns.at.__ge__, "until": columns.at.__le__,
            "first_seq": columns.seq.__ge__, "last_seq": columns.seq.__le__,
        }  # fmt: skip
        equal = {name: columns[name].__eq__ for name in ("layer_id", "feature_id", "action", "author", "change_set")}
        asks = (equal | bounds).items()
        conditions = [holds(asked[name]) for name, holds in asks if asked[name] is not None]
        order = columns.seq.desc() if query.newest_first else columns.seq
        return select(self.table).where(*conditions).order_by(order).limit(query.limit).offset(query.offset or None)

    def before_last_change(self, actions: Sequence[Action]) -> Select:
        """`at` and `action` of one entry at most, of the parameters `layer_id` and `feature_id`; see the store."""

        def of_feature(table: FromClause) -> Iterator[ColumnElement[bool]]:
            yield from (table.c[name] == bindparam(name) for name in OF_FEATURE)
            yield table.c.action.in_(actions)

        last = self.table.alias("last")
        latest = select(func.max(last.c.at)).where(*of_feature(last)).scalar_subquery()
        columns = self.table.c
        earlier = select(columns.at, columns.action).where(*of_feature(self.table), columns.at < latest)
        return earlier.order_by(columns.seq.desc()).limit(1)

    def of_features(self, layer_id: str) -> Select:
        """What happened to the features of a layer, feature by feature, each in order."""
        columns = self.table.c
        statement = self.statement(JournalQuery(layer_id=layer_id))
        statement = statement.where(columns.action.in_(FEATURE_ACTIONS)).order_by(None)
        return statement.order_by(columns.feature_id, columns.seq)

    def count(self, query: JournalQuery) -> Select:
        """How many entries match, whatever limit and offset."""
        whole = JournalQuery(**(asdict(query) | {"limit": None, "offset": 0}))
        return select(func.count()).select_from(self.statement(whole).order_by(None).subquery())

    def faults(self, rows: Iterable[Row]) -> Iterator[BadRow]:
        """Rows of the whole journal, by number, whose number or hash does not follow from the row before."""
        previous, expected = "", 0
        for row in rows:
            expected += 1
            plain = dict(row._mapping)
            if plain["seq"] != expected or plain["hash"] != chained(previous, plain):
                yield BadRow(self.table.name, str(plain["seq"]), "chain")
                expected = plain["seq"]
            previous = plain["hash"]


def entry_of(row: Sequence) -> JournalEntry:
    """A row of the journal's table as an entry, which has its columns in their order."""
    *plain, before, after, hash_ = row
    return JournalEntry(*plain, from_text(before), from_text(after), hash_)


def chained(previous: str, row: Values) -> str:
    """The hash of a row, given that of the row before it."""
    return _digest(previous, _hashed(row))


def _digest(previous: str, values: tuple) -> str:
    return hashlib.sha256(orjson.dumps((previous, *values))).hexdigest()


def to_text(values: Values | None) -> str | None:
    return None if values is None else orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def from_text(text: str | None) -> Values | None:
    return None if text is None else orjson.loads(text)


def now() -> str:
    """The present moment in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def known(values: Values) -> Values:
    """Values of a row that are known, the geometry in hexadecimal digits."""
    return {str(name): readable(value) for name, value in values.items() if value is not None}


def readable(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def changed_fields(before: Values, after: Values) -> Sequence[str]:
    """Names of the values of `after` that differ."""
    return [name for name, value in after.items() if before.get(name) != value]
