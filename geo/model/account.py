"""Who may do what: accounts, their roles, and what a name and a password must be."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from geo.model.errors import InvalidInput, N_

Role = Literal["viewer", "editor", "admin"]

ROLES: dict[str, str] = {"viewer": N_("查看者"), "editor": N_("编辑者"), "admin": N_("管理员")}
"""Roles in their order: each may do what those before it may."""

LONGEST_NAME = 64
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 256

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories of characters that nobody sees, or that turn the text around them."""


@dataclass(frozen=True)
class Account:
    """A person who may sign in; the hash of the password stays in the store.

    Parameters
    ----------
    id
        Number in the store; names may be written in several ways.
    name, role
        As given; a key of `ROLES`.
    disabled
        Whether the account may no longer sign in. Accounts are never deleted: the journal names them.
    created_at, signed_in_at
        ISO 8601 in UTC; None where the account never signed in.
    created_by
        Name of the account that made it; None for a command.
    """

    id: int
    name: str
    role: Role
    disabled: bool
    created_at: str
    created_by: str | None = None
    signed_in_at: str | None = None


def allows(role: str | None, needed: str) -> bool:
    """Whether a role may do what `needed` may; no role may nothing."""
    order = list(ROLES)
    return role in ROLES and order.index(role) >= order.index(needed)


def clean_role(given: str) -> Role:
    """A role.

    Raises
    ------
    InvalidInput
        If there is none of that name.
    """
    if given not in ROLES:
        raise InvalidInput(N_("没有角色“%(given)s”，可选：%(known)s"), given=given[:80], known=", ".join(ROLES))
    return given


def clean_name(given: str) -> str:
    """A name as it is kept: compatible characters unified (NFKC), no blanks around it, one between its words.

    Raises
    ------
    InvalidInput
        If nothing is left, it is too long, or it holds characters that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFKC", given).split())
    if not any(character.isalnum() for character in name):
        raise InvalidInput(N_("账户名不能为空，且至少要有一个文字或数字"))
    if len(name) > LONGEST_NAME:
        raise InvalidInput(N_("账户名最多 %(most)s 个字，现为 %(given)s 个"), most=LONGEST_NAME, given=len(name))
    if any(unicodedata.category(character) in _UNSEEN for character in name):
        raise InvalidInput(N_("账户名不能含看不见的控制字符"))
    return name


def name_key(name: str) -> str:
    """What two spellings of one name have in common: letters without case, no blanks around them."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    return unicodedata.normalize("NFKC", plain.casefold())


def clean_password(given: str, name: str) -> str:
    """A new password as it is hashed; see `plain_password`.

    Raises
    ------
    InvalidInput
        If it is too short or too long, or the account's name.
    """
    password = plain_password(given)
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(N_("密码至少 %(least)s 个字符"), least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(N_("密码最多 %(most)s 个字符"), most=LONGEST_PASSWORD)
    if name_key(password) == name_key(name):
        raise InvalidInput(N_("密码不能与账户名相同"))
    return password


def plain_password(given: str) -> str:
    """A password with compatible characters unified (NFKC): an input method's full-width digits are digits."""
    return unicodedata.normalize("NFKC", given)
