"""Files of evidence in the store, so that every server of an office has them and one backup holds all."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, Text, insert, select

from geo.model.errors import EvidenceNotFound
from geo.model.evidence import Evidence
from geo.model.journal import BadRow
from geo.store.schema import WHOLE

Connect = Callable[[], AbstractContextManager[Connection]]


def _evidence(metadata: MetaData) -> Table:
    return Table(
        "evidence",
        metadata,
        Column("sha256", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("name", "media_type")),
        Column("size_bytes", WHOLE, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("added_by", "added_at")),
        Column("content", LargeBinary, nullable=False),
    )


class EvidenceRows:
    """Keeps each content once, whoever brings it; nothing is ever deleted.

    Parameters
    ----------
    metadata, reading, writing
        As in `geo.store.account_rows.AccountRows`.
    """

    def __init__(self, metadata: MetaData, reading: Connect, writing: Connect) -> None:
        self._table, self._reading, self._writing = _evidence(metadata), reading, writing
        self.tables = (self._table,)
        self._facts = [column for column in self._table.c if column.name != "content"]

    def add(self, evidence: Evidence, content: bytes) -> Evidence:
        """Keep a file; one that is there already stays as it was, and is given back."""
        with self._writing() as connection:
            columns = self._table.c
            known = connection.execute(select(*self._facts).where(columns.sha256 == evidence.sha256)).first()
            if known is not None:
                return Evidence(**known._mapping)
            connection.execute(insert(self._table), asdict(evidence) | {"content": content})
        return evidence

    def find(self, hashes: Sequence[str]) -> list[Evidence]:
        """The files of these hashes, in their order.

        Raises
        ------
        EvidenceNotFound
            If one is not there.
        """
        with self._reading() as connection:
            rows = connection.execute(select(*self._facts).where(self._table.c.sha256.in_(hashes))).fetchall()
        found = {row.sha256: Evidence(**row._mapping) for row in rows}
        if missing := [each for each in hashes if each not in found]:
            raise EvidenceNotFound(missing[0])
        return [found[each] for each in hashes]

    def content(self, sha256: str) -> bytes:
        """The bytes of a file.

        Raises
        ------
        EvidenceNotFound
        """
        with self._reading() as connection:
            content = connection.execute(select(self._table.c.content).where(self._table.c.sha256 == sha256)).scalar()
        if content is None:
            raise EvidenceNotFound(sha256)
        return content

    def faults(self, connection: Connection) -> Iterator[BadRow]:
        """Files whose content is not what their hash says."""
        for sha256 in connection.scalars(select(self._table.c.sha256).order_by(self._table.c.sha256)).all():
            statement = select(self._table.c.content).where(self._table.c.sha256 == sha256)
            if hashlib.sha256(connection.execute(statement).scalar()).hexdigest() != sha256:
                yield BadRow(self._table.name, sha256, "different", "content")
