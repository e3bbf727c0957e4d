"""Catchment scenarios in the store: only what they are called ever changes, and the journal tells all of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, delete, insert, select, update

from geo.model.errors import Conflict, N_, ScenarioNotFound
from geo.model.journal import Act, BadRow, JournalEntry
from geo.model.scenario import NewScenario, Scenario, seal_of
from geo.store.journal import Draft, now
from geo.store.schema import WHOLE

Connect = Callable[[], AbstractContextManager[Connection]]
Keep = Callable[[Connection, Act, Iterable[Draft]], None]

_JSON = ("question", "inputs", "result")


def _scenarios(metadata: MetaData) -> Table:
    return Table(
        "scenarios",
        metadata,
        Column("id", WHOLE, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("note", Text),
        *(Column(name, Text, nullable=False) for name in ("made_by", "made_at")),
        Column("journal_seq", WHOLE, nullable=False),
        Column("journal_hash", Text, nullable=False),
        *(Column(name, Text, nullable=False) for name in _JSON),
        Column("sha256", Text, nullable=False),
        sqlite_autoincrement=True,
    )


class ScenarioRows:
    """Reads and keeps scenarios.

    Parameters
    ----------
    metadata, reading, writing, keep
        As in `geo.store.account_rows.AccountRows`.
    """

    def __init__(self, metadata: MetaData, reading: Connect, writing: Connect, keep: Keep) -> None:
        self._table, self._reading, self._writing, self._keep = _scenarios(metadata), reading, writing, keep
        self.tables = (self._table,)

    def add(self, scenario: NewScenario) -> Scenario:
        """Keep a scenario.

        Raises
        ------
        Conflict
            If there is one of that name.
        """
        made_at = now()
        values = {name: getattr(scenario, name) for name in NewScenario.__dataclass_fields__}
        texts = {name: json.dumps(values[name], ensure_ascii=False, sort_keys=True) for name in _JSON}
        sealed = {"made_at": made_at, "sha256": seal_of(scenario, made_at)}
        with self._writing() as connection:
            self._check_name(connection, scenario.name, None)
            (number,) = connection.execute(insert(self._table), values | texts | sealed).inserted_primary_key
            kept = _scenario(self._row(connection, number))
            self._keep(connection, Act(scenario.made_by), [_draft(None, kept)])
            return kept

    def rename(self, number: int, name: str, note: str | None, act: Act, *, seen: str) -> Scenario:
        """Call a scenario otherwise.

        Parameters
        ----------
        seen
            Its `sha256` as the writer saw it.

        Raises
        ------
        ScenarioNotFound
        Conflict
            If it has changed since, or there is another one of that name.
        """
        with self._writing() as connection:
            before = self._seen(connection, number, seen)
            self._check_name(connection, name, number)
            after = replace(before, name=name, note=note)
            values = {"name": name, "note": note, "sha256": seal_of(after, after.made_at)}
            connection.execute(update(self._table).where(self._table.c.id == number), values)
            kept = _scenario(self._row(connection, number))
            self._keep(connection, act, [_draft(before, kept)])
            return kept

    def remove(self, number: int, act: Act, *, seen: str) -> None:
        """Take a scenario out; the journal keeps what was asked. Raises as `rename` does."""
        with self._writing() as connection:
            before = self._seen(connection, number, seen)
            connection.execute(delete(self._table).where(self._table.c.id == number))
            self._keep(connection, act, [_draft(before, None)])

    def get(self, number: int) -> Scenario:
        """The scenario of that number.

        Raises
        ------
        ScenarioNotFound
        """
        with self._reading() as connection:
            return _scenario(self._row(connection, number))

    def list(self) -> list[Scenario]:
        """Every scenario, the newest first."""
        with self._reading() as connection:
            return [_scenario(row) for row in connection.execute(select(self._table).order_by(self._table.c.id.desc()))]

    def faults(self, connection: Connection, entries: Iterable[JournalEntry]) -> Iterator[BadRow]:
        """Scenarios whose content is not what their hash or the journal says.

        Those that were kept before scenarios were journalled are in no entry.
        """
        told = {(entry.after or entry.before)["scenario"]: entry.after for entry in entries}
        standing = {number: after["sha256"] for number, after in told.items() if after}
        for row in connection.execute(select(self._table).order_by(self._table.c.id)).fetchall():
            try:
                scenario = _scenario(row)
            except ValueError:
                standing.pop(row.id, None)
                yield BadRow(self._table.name, str(row.id), "different")
                continue
            expected = standing.pop(row.id, scenario.sha256)
            if row.id in told and not told[row.id]:
                yield BadRow(self._table.name, str(row.id), "extra")
            elif seal_of(scenario, scenario.made_at) != scenario.sha256 or expected != scenario.sha256:
                yield BadRow(self._table.name, str(row.id), "different")
        yield from (BadRow(self._table.name, str(number), "missing") for number in standing)

    def _seen(self, connection: Connection, number: int, seen: str) -> Scenario:
        found = _scenario(self._row(connection, number))
        if found.sha256 != seen:
            raise Conflict(N_("方案“%(name)s”已被他人改动，请先重新打开"), name=found.name)
        return found

    def _check_name(self, connection: Connection, name: str, number: int | None) -> None:
        same = connection.scalar(select(self._table.c.id).where(self._table.c.name == name))
        if same is not None and same != number:
            raise Conflict(N_("已经有名为“%(name)s”的方案，请换一个名称"), name=name)

    def _row(self, connection: Connection, number: int) -> Row:
        row = connection.execute(select(self._table).where(self._table.c.id == number)).first()
        if row is None:
            raise ScenarioNotFound(number)
        return row


def _scenario(row: Row) -> Scenario:
    values = dict(row._mapping)
    return Scenario(**values | {name: json.loads(values[name]) for name in _JSON})


def _draft(before: Scenario | None, after: Scenario | None) -> Draft:
    """What the journal keeps: what was asked and what it is called, not the answer, which its hash stands for."""
    return Draft("scenario", before=_told(before), after=_told(after))


def _told(scenario: Scenario | None) -> dict[str, object] | None:
    if scenario is None:
        return None
    names = ("name", "note", "made_by", "made_at", "question", "sha256")
    return {"scenario": scenario.id} | {name: getattr(scenario, name) for name in names}
