"""Accounts: who may sign in, with which password, and how often somebody may try."""

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.model.account import (
    LONGEST_PASSWORD,
    Account,
    clean_name,
    clean_password,
    clean_role,
    name_key,
    plain_password,
)
from geo.model.errors import N_, NotAllowed, SignInRefused
from geo.service.throttling import network, take_try
from geo.store.base import Store

LONGEST_SESSION = timedelta(hours=12)
"""However busy, a session ends then."""

TRY_WINDOW_S = 15 * 60
TRIES_BY_NAME, TRIES_BY_ADDRESS = 10, 60
"""Sign-ins that may fail within a window; an office often has one address for all its desks."""

_hasher = PasswordHasher()
_two_at_a_time = threading.BoundedSemaphore(2)
"""One hash takes 64 MiB: more at once would only let a stranger fill the memory."""


@dataclass(frozen=True)
class SignedIn:
    """A session that has begun: the account, and the token that stands for it, which only the browser keeps."""

    account: Account
    token: str


def add_account(store: Store, name: str, password: str, role: str, *, by: str | None) -> Account:
    """Make an account.

    Parameters
    ----------
    by
        Name of the account that does it; None for a command.

    Raises
    ------
    InvalidInput
        If name, password or role do not hold, or there is one of that name.
    """
    name, role = clean_name(name), clean_role(role)
    return store.accounts.add(name, role, _hash(clean_password(password, name)), by=by)


def change_role(store: Store, account: Account, role: str, *, by: Account | None) -> Account:
    """Give an account another role, which ends its sessions.

    Raises
    ------
    NotAllowed
        If it is one's own account, or the last admin.
    """
    _only_another(account, by)
    return store.accounts.change(account.id, role=clean_role(role), by=_name(by))


def set_disabled(store: Store, account: Account, disabled: bool, *, by: Account | None) -> Account:
    """Keep an account from signing in, or let it again; raises as `change_role` does."""
    _only_another(account, by)
    return store.accounts.change(account.id, disabled=disabled, by=_name(by))


def set_password(store: Store, account: Account, password: str, *, by: Account | None) -> Account:
    """Give an account a new password, which ends its sessions and forgets its failed sign-ins.

    Raises
    ------
    InvalidInput
        If the password does not hold.
    """
    changed = store.accounts.change(
        account.id, password_hash=_hash(clean_password(password, account.name)), by=_name(by)
    )
    store.throttle.forget([_key_of_name(account.name)])
    return changed


def change_own_password(store: Store, account: Account, old: str, new: str) -> SignedIn:
    """One's own new password: every session ends, and a new one begins.

    Raises
    ------
    SignInRefused
        If the old password is not the account's.
    TooManyTries
        If that was the case too often.
    InvalidInput
        If the new one does not hold.
    """
    clean_password(new, account.name)
    take_try(store, {_key_of_name(account.name): TRIES_BY_NAME}, TRY_WINDOW_S)
    if _verified(store, account.name, old) is None:
        raise SignInRefused(N_("现在的密码不对"))
    set_password(store, account, new, by=account)
    return _begin(store, account.name, new)


def sign_in(store: Store, name: str, password: str, address: str) -> SignedIn:
    """Begin a session.

    Parameters
    ----------
    address
        Of the client, IPv4 or IPv6.

    Raises
    ------
    SignInRefused
        If name and password do not belong together; the same words and time whether or not there is such a name.
    TooManyTries
        If that was the case too often for this name or this address.
    """
    of_name, of_address = _key_of_name(name), f"address:{network(address)}"
    take_try(store, {of_name: TRIES_BY_NAME, of_address: TRIES_BY_ADDRESS}, TRY_WINDOW_S)
    begun = _begin(store, name, password)
    store.throttle.forget([of_name])
    store.throttle.give_back([of_address])
    return begun


def account_of(store: Store, token: str) -> Account | None:
    """The account of a session that is still good; None otherwise."""
    return store.accounts.of_session(_digest(token), longest=LONGEST_SESSION)


def sign_out(store: Store, token: str) -> None:
    """End a session; its token is worth nothing from now on."""
    store.accounts.end_session(_digest(token))


def _begin(store: Store, name: str, password: str) -> SignedIn:
    found = _verified(store, name, password)
    if found is None:
        raise SignInRefused(N_("账户名或密码不对"))
    account, password_hash = found
    if account.disabled:
        raise SignInRefused(N_("账户“%(name)s”已停用，请找管理员"), name=account.name)
    token = secrets.token_urlsafe(32)
    if not store.accounts.begin_session(account.id, password_hash, _digest(token), longest=LONGEST_SESSION):
        raise SignInRefused(N_("账户名或密码不对"))  # changed while we looked
    return SignedIn(account, token)


def _verified(store: Store, name: str, password: str) -> tuple[Account, str] | None:
    """The account and the hash of its password, if that is the password; a name that is not known takes as long."""
    nobody = (None, _nobodys_hash())
    account, password_hash = store.accounts.credentials(name) or nobody
    password = plain_password(password)
    if not _is_password(password_hash, password[: LONGEST_PASSWORD + 1]) or account is None:
        return None
    if _hasher.check_needs_rehash(password_hash):
        renewed = _hash(password)
        store.accounts.renew_hash(account.id, password_hash, renewed)
        password_hash = renewed
    return account, password_hash


def _is_password(password_hash: str, password: str) -> bool:
    try:
        with _two_at_a_time:
            return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(password: str) -> str:
    with _two_at_a_time:
        return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hash(secrets.token_urlsafe(32))


def _key_of_name(name: str) -> str:
    return f"name:{_digest(name_key(name))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _only_another(account: Account, by: Account | None) -> None:
    if by is not None and by.id == account.id:
        raise NotAllowed(N_("不能停用自己的账户，也不能改自己的角色，请另一位管理员来做"))


def _name(account: Account | None) -> str | None:
    return None if account is None else account.name
