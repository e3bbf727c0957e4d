"""`user-add` and its kin: JSON on standard output, one line of refusal, passwords never shown."""

import json
import os
import pty
import subprocess
import sys

import pytest

from geo.web.commands import accounts as commands
from geo.web.current import current_store
from geo.web.settings import ROOT

PASSWORD = "a long enough password"


@pytest.fixture
def run(office, monkeypatch):
    """Run a command on the office's app; gives what click's runner saw."""
    monkeypatch.setenv("NEW_PASSWORD", PASSWORD)

    def run_(*arguments: str):
        result = office.test_cli_runner().invoke(args=list(arguments))
        assert PASSWORD not in result.output
        return result

    return run_


@pytest.fixture
def refused(run):
    """Run a command that must be refused in one line and nothing else; gives the line."""

    def refused_(*arguments: str) -> str:
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("\n") == 1, result.stderr
        return result.stderr

    return refused_


def test_accounts_are_made_listed_and_changed(run, office):
    made = json.loads(run("user-add", " 张明 ", "--role", "admin", "--password-env", "NEW_PASSWORD").stdout)
    assert {name: made[name] for name in ("name", "role", "disabled", "created_by")} == {
        "name": "张明",
        "role": "admin",
        "disabled": False,
        "created_by": None,
    }
    run("user-add", "Wang Xiaoli", "--role", "editor", "--password-env", "NEW_PASSWORD")
    assert json.loads(run("user-role", "wang xiaoli", "--role", "viewer").stdout)["role"] == "viewer"
    assert json.loads(run("user-disable", "Wang Xiaoli").stdout)["disabled"] is True
    assert json.loads(run("user-enable", "Wang Xiaoli").stdout)["disabled"] is False
    listed = json.loads(run("user-list").stdout)
    assert [(account["name"], account["role"]) for account in listed] == [("Wang Xiaoli", "viewer"), ("张明", "admin")]
    assert not any("password" in key for account in listed for key in account)


def test_a_password_is_set_from_the_environment(run, browser, office, monkeypatch):
    run("user-add", "张明", "--role", "admin", "--password-env", "NEW_PASSWORD")
    monkeypatch.setenv("NEXT_PASSWORD", "quite another password")
    assert run("user-password", "张明", "--password-env", "NEXT_PASSWORD").exit_code == 0
    assert browser(office).sign_in("张明").status_code == 401
    assert browser(office).sign_in("张明", "quite another password").status_code == 303


def test_what_cannot_be_done_is_refused_in_one_line(run, refused, monkeypatch):
    monkeypatch.setenv("SHORT", "short")
    assert "10" in refused("user-add", "张明", "--role", "admin", "--password-env", "SHORT")
    assert "UNSET_VARIABLE" in refused("user-add", "张明", "--role", "admin", "--password-env", "UNSET_VARIABLE")
    assert "--password-env" in refused("user-add", "张明", "--role", "admin")
    assert "king" in refused("user-add", "张明", "--role", "king", "--password-env", "NEW_PASSWORD")
    assert "--role" in refused("user-add", "张明")
    assert "账户名" in refused("user-add", "…", "--role", "admin")
    assert "张明" in refused("user-disable", "张明")
    run("user-add", "张明", "--role", "admin", "--password-env", "NEW_PASSWORD")
    assert "张明" in refused("user-add", "张明", "--role", "editor", "--password-env", "NEW_PASSWORD")
    assert "最后一位" in refused("user-disable", "张明")
    assert "最后一位" in refused("user-role", "张明", "--role", "editor")


@pytest.mark.parametrize(
    ("typed", "code"), [([PASSWORD, PASSWORD], 0), ([PASSWORD, "something else entirely"], 2), (["short", "short"], 2)]
)
def test_a_terminal_is_asked_twice(office, monkeypatch, typed, code):
    monkeypatch.setattr(commands, "_is_terminal", lambda: True)
    lines = "".join(f"{line}\n" for line in typed)
    result = office.test_cli_runner().invoke(args=["user-add", "张明", "--role", "admin"], input=lines)
    assert result.exit_code == code
    assert "密码: \n再输入一遍: \n" in result.stderr
    assert not any(line in result.output for line in typed)
    with office.app_context():
        assert [account.name for account in current_store().accounts.all()] == (["张明"] if code == 0 else [])


def test_a_real_terminal_shows_no_password(office):
    """The command on a terminal of its own, typed at as a person would."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flask", "--app", "server", "user-add", "张明", "--role", "admin"]
    environment = os.environ | {"DATABASE_URL": office.config["DATABASE_URL"]}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = b""
        for asked in (1, 2):
            while shown.count(b": ") < asked:
                shown += os.read(ours, 1024)
            os.write(ours, PASSWORD.encode() + b"\n")
        output = process.stdout.read()
        shown += os.read(ours, 1024)
    os.close(ours)
    assert (process.returncode, json.loads(output)["name"]) == (0, "张明")
    assert PASSWORD.encode() not in shown + output
