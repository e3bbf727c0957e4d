"""`user-add`, `user-list`, `user-role`, `user-password`, `user-disable`, `user-enable`: accounts from the terminal."""

import os
import sys
from dataclasses import asdict

import click

from geo.model.account import ROLES, Account, clean_name
from geo.model.errors import InvalidInput, N_
from geo.service import accounts
from geo.web.commands.command import command
from geo.web.current import live_store
from geo.web.terminal import answer, in_terminal_words

ROLE = click.Choice(list(ROLES))
PASSWORD_ENV = click.option(
    "--password-env", metavar="VAR", help="Take the password from this environment variable; by default ask for it."
)


@command("user-add")
@click.argument("name")
@click.option("--role", type=ROLE, required=True, help="What the account may do.")
@PASSWORD_ENV
def user_add(name: str, role: str, password_env: str | None) -> None:
    """Make the account NAME."""
    clean_name(name)  # before the password is asked for
    answer(asdict(accounts.add_account(live_store(), name, _password(password_env), role, by=None)))


@command("user-list")
def user_list() -> None:
    """List the accounts: name, role, whether disabled, when made, when last signed in."""
    answer([asdict(account) for account in live_store().accounts.all()])


@command("user-role")
@click.argument("name")
@click.option("--role", type=ROLE, required=True, help="What the account may do from now on.")
def user_role(name: str, role: str) -> None:
    """Give the account NAME another role; its sessions end."""
    answer(asdict(accounts.change_role(live_store(), _account(name), role, by=None)))


@command("user-password")
@click.argument("name")
@PASSWORD_ENV
def user_password(name: str, password_env: str | None) -> None:
    """Give the account NAME a new password; its sessions end, its failed sign-ins are forgotten."""
    account = _account(name)
    answer(asdict(accounts.set_password(live_store(), account, _password(password_env), by=None)))


@command("user-disable")
@click.argument("name")
def user_disable(name: str) -> None:
    """Keep the account NAME from signing in; its sessions end, the journal keeps naming it."""
    answer(asdict(accounts.set_disabled(live_store(), _account(name), True, by=None)))


@command("user-enable")
@click.argument("name")
def user_enable(name: str) -> None:
    """Let the account NAME sign in again."""
    answer(asdict(accounts.set_disabled(live_store(), _account(name), False, by=None)))


def _account(name: str) -> Account:
    return live_store().accounts.find(clean_name(name))


def _password(variable: str | None) -> str:
    """The password from an environment variable, or as typed twice at a terminal.

    Raises
    ------
    InvalidInput
        If the variable is not set, there is no terminal, or the two differ.
    """
    if variable is not None:
        if not os.environ.get(variable):
            raise InvalidInput(N_("环境变量 %(name)s 没有设置，没有密码可用"), name=variable)
        return os.environ[variable]
    if not _is_terminal():
        raise InvalidInput(N_("这里不是终端，不能询问密码；请用 --password-env 指定环境变量"))
    typed = [_ask(N_("密码")), _ask(N_("再输入一遍"))]
    if typed[0] != typed[1]:
        raise InvalidInput(N_("两遍密码不一样，没有改动"))
    return typed[0]


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _ask(message: str) -> str:
    return click.prompt(in_terminal_words(message), hide_input=True, err=True)
