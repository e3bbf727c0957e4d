"""An app on a store that is filled from the shipped layers."""

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.service import accounts
from geo.service.intake import open_or_create
from geo.web import create_app
from geo.web.current import current_store, live_store
from geo.web.settings import ROOT

PASSWORD = "a long enough password"


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The app on the shipped layers; tests that use it do not write."""
    path = tmp_path_factory.mktemp("store") / "plan.gpkg"
    settings = {"BASEMAPS": str(path.with_name("none.toml")), "AS_OF_DIR": str(path.with_name("as_of"))}
    app = create_app({"DATABASE_URL": f"gpkg:///{path}", **settings})
    app.testing = False
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(autouse=True)
def passwords_are_hashed_fast(monkeypatch) -> None:
    """Hashes as weak as they can be; tests/service/test_accounts.py looks at the real ones."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def answers_are_closed(monkeypatch) -> Iterator[None]:
    """A download keeps its place until it is read or closed; who tests something else need not think of it."""
    answers, ask = [], FlaskClient.open

    def asked(self: FlaskClient, *given: object, **more: object) -> TestResponse:
        answers.append(ask(self, *given, **more))
        return answers[-1]

    monkeypatch.setattr(FlaskClient, "open", asked)
    yield
    for answer in answers:
        answer.close()


@pytest.fixture(scope="session")
def whole_store(app, tmp_path_factory) -> Path:
    """The file of a store of the shipped layers, to be copied."""
    with app.app_context():
        current_store()
    path = tmp_path_factory.mktemp("whole") / "plan.gpkg"
    with closing(sqlite3.connect(app.config["DATABASE_URL"].removeprefix("gpkg:///"))) as made:
        made.execute("VACUUM INTO ?", [str(path)])
    return path


@pytest.fixture
def own_store(whole_store, tmp_path) -> str:
    """Address of a store of the shipped layers that a test may write to."""
    shutil.copy(whole_store, tmp_path / "plan.gpkg")
    return f"gpkg:///{tmp_path}/plan.gpkg"


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory) -> str:
    """Address of a demonstration store; tests that use it do not write."""
    url = f"gpkg:///{tmp_path_factory.mktemp('demo')}/demo.gpkg"
    open_or_create(url, ROOT / "layers", demo=True).close()
    return url


@pytest.fixture
def office(own_store, tmp_path):
    """An app on a store of its own, for tests that write."""
    settings = {"BASEMAPS": str(tmp_path / "none.toml"), "AS_OF_DIR": str(tmp_path / "as_of")}
    app = create_app({"DATABASE_URL": own_store, **settings})
    app.testing = False
    return app


@pytest.fixture
def run_in_office(office, monkeypatch) -> Callable[..., Result]:
    """Runs a command on the office's store, in Chinese; 王工 is an editor there, 访客 a viewer, 局长 an admin."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with office.app_context():
        for name, role in (("王工", "editor"), ("访客", "viewer"), ("局长", "admin")):
            accounts.add_account(live_store(), name, PASSWORD, role, by=None)
    return lambda *arguments: office.test_cli_runner().invoke(args=[*map(str, arguments)])


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


class Browser(FlaskClient):
    """A client that sends the token of its session with every write, as our pages and scripts do."""

    token = ""

    def open(self, *args, **kwargs):
        if self.token:
            kwargs["headers"] = {"X-CSRFToken": self.token, **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)

    def take_token(self, address: str) -> str:
        """The token that a page of ours hands out."""
        page = self.get(address).text
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return self.token

    def sign_in(self, name: str, password: str = PASSWORD, **more):
        self.take_token("/accounts/sign-in")
        answer = self.post("/accounts/sign-in", data={"name": name, "password": password, **more})
        if answer.status_code == 303:
            self.take_token("/accounts/me")
        return answer


@pytest.fixture
def browser() -> Callable[[Flask], Browser]:
    """A new browser at an app, signed in as nobody."""

    def open_(app: Flask) -> Browser:
        return Browser(app, app.response_class, use_cookies=True)

    return open_


@pytest.fixture
def signed_in(browser) -> Callable[[Flask, str], Browser]:
    """A browser at an app, signed in with an account of that role, which is named for it."""

    def sign_in(app: Flask, role: str) -> Browser:
        with app.app_context():
            store = current_store()
            if role not in [account.name for account in store.accounts.all()]:
                accounts.add_account(store, role, PASSWORD, role, by=None)
        client = browser(app)
        assert client.sign_in(role).status_code == 303
        return client

    return sign_in


@pytest.fixture
def editor(office, signed_in) -> Browser:
    """A browser at the office, signed in as an editor."""
    return signed_in(office, "editor")
