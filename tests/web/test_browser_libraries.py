"""Browser libraries are installed by npm, and Node.js itself where the machine has none."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geo.web import browser_libraries
from geo.web.browser_libraries import NODE_WHEEL, SetupFailed, are_installed, install

LIBRARIES = {"node_modules/leaflet": "1.9.4", "node_modules/@geo/man": "2.0.0"}


@pytest.fixture
def vendor(tmp_path):
    """A folder with a lock file and nothing installed."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    packages = {"": {"name": "list"}, **{name: {"version": version} for name, version in LIBRARIES.items()}}
    packages["node_modules/for-another-system"] = {"version": "1.0.0", "optional": True}
    (folder / "package-lock.json").write_text(json.dumps({"packages": packages}))
    (folder / "package.json").write_text("{}")
    return folder


def finish(folder: Path, **versions: str) -> int:
    """What npm does."""
    for name, version in LIBRARIES.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        found = versions.get(Path(name).name, version)
        (folder / name / "package.json").write_text(json.dumps({"version": found}))
    return 0


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have run, and where; each does and ends as `outcome` says."""
    seen: list[list[str]] = []

    def prepare(outcome) -> list[list[str]]:
        def run(command, cwd=None, **options):
            seen.append(command)
            return subprocess.CompletedProcess(command, outcome(Path(cwd)) if "ci" in command else 0)

        monkeypatch.setattr(subprocess, "run", run)
        return seen

    return prepare


@pytest.fixture
def npm(monkeypatch):
    """The machine has npm."""
    monkeypatch.setattr(browser_libraries.shutil, "which", lambda name: f"/somewhere/{name}")


def test_libraries_are_there_when_their_versions_are_whatever_the_clock_says(vendor):
    assert not are_installed(vendor)
    finish(vendor)
    assert are_installed(vendor)
    for path in (vendor / "node_modules").rglob("*"):
        os.utime(path, (0, 0))  # copied by a program that keeps old times
    assert are_installed(vendor)
    finish(vendor, leaflet="1.9.3")
    assert not are_installed(vendor)
    finish(vendor)
    shutil.rmtree(vendor / "node_modules" / "@geo")
    assert not are_installed(vendor)


def test_linked_libraries_of_the_right_versions_are_as_good(vendor, tmp_path):
    finish(tmp_path / "elsewhere")
    (vendor / "node_modules").symlink_to(tmp_path / "elsewhere" / "node_modules")
    assert are_installed(vendor)


def test_a_link_is_refused_and_what_it_leads_to_stays(vendor, tmp_path, commands, npm):
    finish(tmp_path / "elsewhere", leaflet="1.0.0")
    (vendor / "node_modules").symlink_to(tmp_path / "elsewhere" / "node_modules")
    seen = commands(finish)
    with pytest.raises(SetupFailed, match="链接"):
        install(vendor)
    assert seen == []
    assert json.loads((tmp_path / "elsewhere/node_modules/leaflet/package.json").read_text()) == {"version": "1.0.0"}


def test_the_machines_own_npm_installs_by_the_lock_file_and_runs_no_foreign_script(vendor, commands, npm):
    seen = commands(finish)
    install(vendor)
    assert [command[:3] for command in seen] == [["/somewhere/npm", "ci", "--ignore-scripts"]]
    assert are_installed(vendor)


def test_an_older_version_is_replaced_and_nothing_else_is_left(vendor, commands, npm):
    finish(vendor, leaflet="1.0.0")
    (vendor / "node_modules" / "gone").mkdir()
    commands(finish)
    install(vendor)
    assert are_installed(vendor)
    assert not (vendor / "node_modules" / "gone").exists()
    assert sorted(path.name for path in vendor.iterdir()) == ["node_modules", "package-lock.json", "package.json"]


def test_what_was_there_stays_when_installing_fails(vendor, commands, npm):
    finish(vendor, leaflet="1.0.0")
    commands(lambda folder: 1)
    with pytest.raises(SetupFailed):
        install(vendor)
    assert json.loads((vendor / "node_modules/leaflet/package.json").read_text()) == {"version": "1.0.0"}
    assert sorted(path.name for path in vendor.iterdir()) == ["node_modules", "package-lock.json", "package.json"]


def test_npm_that_says_it_is_done_and_is_not_is_not_believed(vendor, commands, npm):
    commands(lambda folder: finish(folder, leaflet="9.9.9"))
    with pytest.raises(SetupFailed):
        install(vendor)
    assert not (vendor / "node_modules").exists()


def test_without_npm_node_comes_as_a_python_package_first(vendor, commands, monkeypatch):
    monkeypatch.setattr(browser_libraries.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser_libraries.importlib.util, "find_spec", lambda name: None)
    seen = commands(finish)
    install(vendor)
    assert (seen[0][:4], seen[0][-1]) == ([sys.executable, "-m", "pip", "install"], NODE_WHEEL)
    assert (seen[1][0], "ci" in seen[1]) == (sys.executable, True)


def test_node_that_cannot_be_had_is_said(vendor, monkeypatch):
    monkeypatch.setattr(browser_libraries.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser_libraries.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1))
    with pytest.raises(SetupFailed, match=r"Node\.js"):
        install(vendor)
