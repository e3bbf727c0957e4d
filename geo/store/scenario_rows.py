"""Catchment scenarios in the store: added, never changed."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, insert, select

from geo.model.errors import Conflict, N_, ScenarioNotFound
from geo.model.journal import BadRow
from geo.model.scenario import NewScenario, Scenario, seal_of
from geo.store.journal import now
from geo.store.schema import WHOLE

Connect = Callable[[], AbstractContextManager[Connection]]

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
    """Reads and adds scenarios.

    Parameters
    ----------
    metadata, reading, writing
        As in `geo.store.account_rows.AccountRows`.
    """

    def __init__(self, metadata: MetaData, reading: Connect, writing: Connect) -> None:
        self._table, self._reading, self._writing = _scenarios(metadata), reading, writing
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
            same = select(self._table.c.id).where(self._table.c.name == scenario.name)
            if connection.scalar(same) is not None:
                raise Conflict(N_("已经有名为“%(name)s”的方案，请换一个名称"), name=scenario.name)
            (number,) = connection.execute(insert(self._table), values | texts | sealed).inserted_primary_key
            return _scenario(self._row(connection, number))

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

    def faults(self, connection: Connection) -> Iterator[BadRow]:
        """Scenarios whose content is not what their hash says."""
        for row in connection.execute(select(self._table).order_by(self._table.c.id)).fetchall():
            try:
                scenario = _scenario(row)
            except ValueError:
                yield BadRow(self._table.name, str(row.id), "different")
                continue
            if seal_of(scenario, scenario.made_at) != scenario.sha256:
                yield BadRow(self._table.name, str(row.id), "different")

    def _row(self, connection: Connection, number: int) -> Row:
        row = connection.execute(select(self._table).where(self._table.c.id == number)).first()
        if row is None:
            raise ScenarioNotFound(number)
        return row


def _scenario(row: Row) -> Scenario:
    values = dict(row._mapping)
    return Scenario(**values | {name: json.loads(values[name]) for name in _JSON})
