"""Readers' reports in the store: taken in as they come, handled once."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, fields

from sqlalchemy import Column, Connection, Index, MetaData, Row, Table, Text, func, insert, select, update

from geo.model.correction import Correction, Report, State
from geo.model.errors import Conflict, CorrectionNotFound, N_
from geo.model.journal import Act, BadRow, JournalEntry
from geo.store.journal import Draft, now
from geo.store.schema import WHOLE

Connect = Callable[[], AbstractContextManager[Connection]]
Keep = Callable[[Connection, Act, Iterable[Draft]], None]

_REPORT = [field.name for field in fields(Report)]
_OUTCOME = ("received_at", "state", "answer", "handled_by", "handled_at")
_REQUIRED = {"layer_id", "feature_id", "topic", "text", "received_at", "state"}


def _corrections(metadata: MetaData) -> Table:
    table = Table(
        "corrections",
        metadata,
        Column("id", WHOLE, primary_key=True),
        *(Column(name, Text, nullable=name not in _REQUIRED) for name in (*_REPORT, *_OUTCOME)),
        sqlite_autoincrement=True,
    )
    Index(None, table.c.state, table.c.id)
    return table


class CorrectionRows:
    """Reads and writes readers' reports.

    Parameters
    ----------
    metadata, reading, writing, keep
        As in `geo.store.account_rows.AccountRows`.
    """

    def __init__(self, metadata: MetaData, reading: Connect, writing: Connect, keep: Keep) -> None:
        self._table = _corrections(metadata)
        self.tables = (self._table,)
        self._reading, self._writing, self._keep = reading, writing, keep

    def add(self, report: Report) -> Correction:
        """Take a report in."""
        values = asdict(report) | {"received_at": now(), "state": "open"}
        with self._writing() as connection:
            (number,) = connection.execute(insert(self._table), values).inserted_primary_key
            return _correction(self._row(connection, number))

    def get(self, number: int) -> Correction:
        """The report of that number.

        Raises
        ------
        CorrectionNotFound
        """
        with self._reading() as connection:
            return _correction(self._row(connection, number))

    def list(self, *, is_open: bool, limit: int, offset: int = 0) -> list[Correction]:
        """Open reports, the oldest first; or handled ones, the newest first."""
        columns = self._table.c
        state = columns.state == "open" if is_open else columns.state != "open"
        order = columns.id if is_open else columns.id.desc()
        statement = select(self._table).where(state).order_by(order).limit(limit).offset(offset)
        with self._reading() as connection:
            return [_correction(row) for row in connection.execute(statement)]

    def count(self, *, is_open: bool) -> int:
        state = self._table.c.state == "open" if is_open else self._table.c.state != "open"
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(self._table).where(state))

    def handle(self, number: int, state: State, answer: str | None, *, by: str) -> Correction:
        """Note what became of an open report, here and in the journal.

        The journal gets the reader's words only where the office took them up or answered them; it is public, and what
        it holds can never be taken away.

        Raises
        ------
        CorrectionNotFound
        Conflict
            If somebody handled it meanwhile.
        """
        with self._writing() as connection:
            before = self._row(connection, number)
            if before.state != "open":
                raise Conflict(N_("这条意见已由“%(name)s”处理"), name=before.handled_by)
            values = {"state": state, "answer": answer, "handled_by": by, "handled_at": now()}
            connection.execute(update(self._table).where(self._table.c.id == number).values(values))
            after = _correction(self._row(connection, number))
            self._keep(connection, Act(by), [_outcome(after)])
            return after

    def faults(self, connection: Connection, entries: Iterable[JournalEntry]) -> Iterator[BadRow]:
        """Handled reports that are not as the journal's entries have them; what waits is in no journal."""
        expected = {entry.after["correction"]: entry for entry in entries}
        handled = select(self._table).where(self._table.c.state != "open").order_by(self._table.c.id)
        for row in connection.execute(handled):
            entry = expected.pop(row.id, None)
            if entry is None:
                yield BadRow(self._table.name, str(row.id), "extra")
            elif _outcome(_correction(row)).after != entry.after or row.handled_by != entry.author:
                yield BadRow(self._table.name, str(row.id), "different")
        yield from (BadRow(self._table.name, str(number), "missing") for number in expected)

    def _row(self, connection: Connection, number: int) -> Row:
        row = connection.execute(select(self._table).where(self._table.c.id == number)).first()
        if row is None:
            raise CorrectionNotFound(number)
        return row


def _correction(row: Row) -> Correction:
    values = row._mapping
    report = Report(**{name: values[name] for name in _REPORT})
    return Correction(id=row.id, report=report, **{name: values[name] for name in _OUTCOME})


def _outcome(correction: Correction) -> Draft:
    report = correction.report
    public = {} if correction.state == "closed" else {"text": report.text, "answer": correction.answer}
    return Draft(
        "correction",
        layer_id=report.layer_id,
        feature_id=report.feature_id,
        before={"correction": correction.id, "state": "open", "received_at": correction.received_at},
        after={"correction": correction.id, "state": correction.state, "topic": report.topic, **public},
    )
