"""Accounts of an office that a browser test signs in to."""

from pathlib import Path

from playwright.sync_api import Page

from geo.web import create_app
from tests.serving import copy_plan

PASSWORD = "a long enough password"


def make_office(store: Path, **roles: str) -> None:
    """Make a store of the shipped plan, and accounts."""
    copy_plan(store)
    add_accounts(store, **roles)


def add_accounts(store: Path, **roles: str) -> None:
    """Make accounts by name, with the command that makes the first one; all have the same password."""
    runner = create_app({"DATABASE_URL": f"gpkg:///{store}"}).test_cli_runner(env={"NEW_PASSWORD": PASSWORD})
    for name, role in roles.items():
        arguments = ["user-add", name, "--role", role, "--password-env", "NEW_PASSWORD"]
        assert runner.invoke(args=arguments).exit_code == 0


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_test_id("sign-in-form").locator("[name=name]").fill(name)
    page.get_by_test_id("sign-in-form").locator("[name=password]").fill(password)
    page.get_by_test_id("sign-in").click()
