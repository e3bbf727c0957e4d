"""Browser libraries are installed by npm, and Node.js itself where the machine has none."""

import os
import subprocess
import sys

import pytest

from geo.web import browser_libraries
from geo.web.browser_libraries import NODE_WHEEL, SetupFailed, are_installed, install


@pytest.fixture
def vendor(tmp_path):
    """A folder with a lock file and nothing installed."""
    (tmp_path / "package-lock.json").write_text("{}")
    return tmp_path


def finish(vendor) -> None:
    (vendor / "node_modules").mkdir(exist_ok=True)
    (vendor / "node_modules" / ".package-lock.json").write_text("{}")


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have run; each ends as `outcome` says."""
    seen: list[list[str]] = []

    def run(command, *, outcome=lambda command: 0, **options):
        seen.append(command)
        return subprocess.CompletedProcess(command, outcome(command))

    def prepare(outcome) -> list[list[str]]:
        monkeypatch.setattr(subprocess, "run", lambda command, **options: run(command, outcome=outcome, **options))
        return seen

    return prepare


def test_libraries_are_missing_until_npm_is_done_and_again_when_the_lock_file_is_newer(vendor):
    assert not are_installed(vendor)
    finish(vendor)
    assert are_installed(vendor)
    later = (vendor / "node_modules" / ".package-lock.json").stat().st_mtime + 10
    os.utime(vendor / "package-lock.json", (later, later))
    assert not are_installed(vendor)


def test_the_machines_own_npm_installs_by_the_lock_file_and_runs_no_foreign_script(vendor, commands, monkeypatch):
    monkeypatch.setattr(browser_libraries.shutil, "which", lambda name: f"/somewhere/{name}")
    seen = commands(lambda command: finish(vendor) or 0)
    install(vendor)
    assert [command[:3] for command in seen] == [["/somewhere/npm", "ci", "--ignore-scripts"]]


def test_without_npm_node_comes_as_a_python_package_first(vendor, commands, monkeypatch):
    monkeypatch.setattr(browser_libraries.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser_libraries.importlib.util, "find_spec", lambda name: None)
    seen = commands(lambda command: finish(vendor) or 0)
    install(vendor)
    assert (seen[0][:4], seen[0][-1]) == ([sys.executable, "-m", "pip", "install"], NODE_WHEEL)
    assert (seen[1][0], "ci" in seen[1]) == (sys.executable, True)


@pytest.mark.parametrize("npm", ["/somewhere/npm", None])
def test_what_cannot_be_installed_is_said(vendor, commands, monkeypatch, npm):
    monkeypatch.setattr(browser_libraries.shutil, "which", lambda name: npm)
    monkeypatch.setattr(browser_libraries.importlib.util, "find_spec", lambda name: None)
    commands(lambda command: 1)
    with pytest.raises(SetupFailed):
        install(vendor)
