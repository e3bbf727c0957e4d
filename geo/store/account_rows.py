"""Accounts and their sessions in the store."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from geo.model.account import Account, Role, name_key
from geo.model.errors import AccountNotFound, InvalidInput, N_, NotAllowed
from geo.model.journal import PROGRAM, Act, BadRow, JournalEntry
from geo.store.journal import Draft, now
from geo.store.schema import WHOLE

Connect = Callable[[], AbstractContextManager[Connection]]
Keep = Callable[[Connection, Act, Iterable[Draft]], None]

BY_COMMAND = Act(PROGRAM, N_("在服务器上用命令办理"))
JOURNALLED = ("name", "role", "disabled")
"""What the journal keeps of an account; never a password, nor its hash."""


def _accounts(metadata: MetaData) -> Table:
    return Table(
        "accounts",
        metadata,
        Column("id", WHOLE, primary_key=True),
        Column("name", Text, nullable=False),
        Column("name_key", Text, nullable=False, unique=True),
        Column("role", Text, nullable=False),
        Column("password_hash", Text, nullable=False),
        Column("disabled", Boolean, nullable=False),
        Column("created_at", Text, nullable=False),
        Column("created_by", Text),
        Column("signed_in_at", Text),
        sqlite_autoincrement=True,
    )


def _sessions(metadata: MetaData) -> Table:
    return Table(
        "account_sessions",
        metadata,
        Column("token_hash", Text, primary_key=True),
        Column("account_id", WHOLE, ForeignKey("accounts.id"), nullable=False, index=True),
        Column("started_at", Text, nullable=False),
    )


class AccountRows:
    """Reads and writes accounts and sessions.

    Parameters
    ----------
    metadata
        Gets the tables.
    reading, writing
        The store's connections; a writing one is alone, durable when it ends, and undone if it fails.
    keep
        Writes drafts into the journal, on a writing connection.
    """

    def __init__(self, metadata: MetaData, reading: Connect, writing: Connect, keep: Keep) -> None:
        self._accounts, self._sessions = _accounts(metadata), _sessions(metadata)
        self.tables = (self._accounts, self._sessions)
        self._reading, self._writing, self._keep = reading, writing, keep

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [_account(row) for row in self._read(select(self._accounts).order_by(self._accounts.c.name_key))]

    def is_empty(self) -> bool:
        return not self._read(select(exists(select(self._accounts.c.id))))[0][0]

    def get(self, account_id: int) -> Account:
        """The account of that number.

        Raises
        ------
        AccountNotFound
        """
        with self._reading() as connection:
            return _account(self._row(connection, account_id))

    def find(self, name: str) -> Account:
        """The account of that name, however it is spelt.

        Raises
        ------
        AccountNotFound
        """
        found = self.credentials(name)
        if found is None:
            raise AccountNotFound(name)
        return found[0]

    def credentials(self, name: str) -> tuple[Account, str] | None:
        """The account of that name and the hash of its password; None where there is none."""
        rows = self._read(select(self._accounts).where(self._accounts.c.name_key == name_key(name)))
        return (_account(rows[0]), rows[0].password_hash) if rows else None

    def add(self, name: str, role: Role, password_hash: str, *, by: str | None) -> Account:
        """Make an account.

        Parameters
        ----------
        by
            Name of the account that makes it; None for a command.

        Raises
        ------
        InvalidInput
            If there is one of that name.
        """
        accounts = self._accounts
        values = {"name": name, "name_key": name_key(name), "role": role, "password_hash": password_hash}
        values |= {"disabled": False, "created_at": now(), "created_by": by}
        with self._writing() as connection:
            if connection.scalar(select(accounts.c.id).where(accounts.c.name_key == values["name_key"])) is not None:
                raise InvalidInput(N_("已有账户“%(name)s”"), name=name)
            (account_id,) = connection.execute(insert(accounts), values).inserted_primary_key
            after = {"account": account_id, **{name: values[name] for name in JOURNALLED}}
            self._keep(connection, _act(by), [Draft("account", after=after)])
            return _account(self._row(connection, account_id))

    def change(
        self,
        account_id: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password_hash: str | None = None,
        by: str | None,
    ) -> Account:
        """Set what is given and end every session of the account.

        Raises
        ------
        AccountNotFound
        NotAllowed
            If no admin who can sign in would be left.
        """
        given = {"role": role, "disabled": disabled, "password_hash": password_hash}
        values = {name: value for name, value in given.items() if value is not None}
        with self._writing() as connection:
            before = self._row(connection, account_id)
            connection.execute(update(self._accounts).where(self._accounts.c.id == account_id).values(values))
            if _is_admin(before) and not self._has_admin(connection):
                raise NotAllowed(N_("“%(name)s”是最后一位可用的管理员，不能停用或改为别的角色"), name=before.name)
            connection.execute(delete(self._sessions).where(self._sessions.c.account_id == account_id))
            after = self._row(connection, account_id)
            self._keep(connection, _act(by), [_change(before, after)])
            return _account(after)

    def renew_hash(self, account_id: int, old: str, new: str) -> None:
        """Keep the same password under a stronger hash; sessions go on."""
        mine = (self._accounts.c.id == account_id, self._accounts.c.password_hash == old)
        with self._writing() as connection:
            connection.execute(update(self._accounts).where(*mine).values(password_hash=new))

    def faults(self, connection: Connection, entries: Iterable[JournalEntry]) -> Iterator[BadRow]:
        """Accounts whose name, role or state is not what the journal's entries leave; passwords are not in it."""
        expected: dict[int, dict[str, object]] = {}
        for entry in entries:
            expected.setdefault(entry.after["account"], {}).update(entry.after)
        for row in connection.execute(select(self._accounts).order_by(self._accounts.c.id)):
            wanted = expected.pop(row.id, None)
            if wanted is None:
                yield BadRow(self._accounts.name, str(row.id), "extra")
                continue
            for name in JOURNALLED:
                if row._mapping[name] != wanted[name]:
                    yield BadRow(self._accounts.name, str(row.id), "different", name)
        yield from (BadRow(self._accounts.name, str(number), "missing") for number in expected)

    # --- sessions ---

    def begin_session(self, account_id: int, password_hash: str, token_hash: str, *, longest: timedelta) -> bool:
        """Note a session, and drop those that have run out.

        Parameters
        ----------
        password_hash
            The one that the password was checked against; if it is no longer the account's, no session begins.
        longest
            How long a session may run.

        Returns
        -------
        begun
        """
        accounts, sessions = self._accounts, self._sessions
        valid = (accounts.c.id == account_id, accounts.c.password_hash == password_hash, accounts.c.disabled.is_(False))
        with self._writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.started_at < _ago(longest)))
            if not connection.execute(update(accounts).where(*valid).values(signed_in_at=now())).rowcount:
                return False
            row = {"token_hash": token_hash, "account_id": account_id, "started_at": now()}
            connection.execute(insert(sessions), row)
            return True

    def of_session(self, token_hash: str, *, longest: timedelta) -> Account | None:
        """The account of a session; None where there is none, it has run out, or the account is disabled."""
        accounts, sessions = self._accounts, self._sessions
        statement = select(accounts).join(sessions, sessions.c.account_id == accounts.c.id)
        valid = (
            sessions.c.token_hash == token_hash,
            sessions.c.started_at >= _ago(longest),
            accounts.c.disabled.is_(False),
        )
        rows = self._read(statement.where(*valid))
        return _account(rows[0]) if rows else None

    def end_session(self, token_hash: str) -> None:
        with self._writing() as connection:
            connection.execute(delete(self._sessions).where(self._sessions.c.token_hash == token_hash))

    def _read(self, statement: Select) -> list[Row]:
        with self._reading() as connection:
            return list(connection.execute(statement))

    def _row(self, connection: Connection, account_id: int) -> Row:
        row = connection.execute(select(self._accounts).where(self._accounts.c.id == account_id)).first()
        if row is None:
            raise AccountNotFound(account_id)
        return row

    def _has_admin(self, connection: Connection) -> bool:
        columns = self._accounts.c
        admins = select(func.count()).where(columns.role == "admin", columns.disabled.is_(False))
        return connection.scalar(admins) > 0


def _account(row: Row) -> Account:
    columns = ("id", "name", "role", "disabled", "created_at", "created_by", "signed_in_at")
    return Account(**{name: row._mapping[name] for name in columns})


def _is_admin(row: Row) -> bool:
    return row.role == "admin" and not row.disabled


def _act(by: str | None) -> Act:
    return Act(by) if by else BY_COMMAND


def _change(before: Row, after: Row) -> Draft:
    """What changed of an account; of a password only that it did."""
    old, new = before._mapping, after._mapping
    changed = [name for name in JOURNALLED if old[name] != new[name]]
    who = {"account": after.id, "name": after.name}
    password = {"password_changed": True} if before.password_hash != after.password_hash else {}
    return Draft(
        "account",
        before=who | {name: old[name] for name in changed},
        after=who | {name: new[name] for name in changed} | password,
    )


def _ago(span: timedelta) -> str:
    """A moment in the past as the store writes it."""
    return (datetime.now(UTC) - span).isoformat(timespec="milliseconds").replace("+00:00", "Z")
