"""`migrate-store`: the office's record moves to a database server and back, every row compared."""

import json

import pytest

from geo.web import create_app
from tests.store.conftest import run_in_file

REPORT = ("report-status", "schools", "2023-1", "--year", "2023", "--stage", "started", "--progress", "40")


@pytest.fixture
def office(own_store, monkeypatch):
    """Runs a command on a store, by default on the office's own."""
    monkeypatch.setenv("PLAN_ATLAS_TEST_PASSWORD", "a long enough passphrase 1")

    def run(*arguments, url=own_store):
        app = create_app({"DATABASE_URL": url})
        try:
            return app.test_cli_runner().invoke(args=list(arguments))
        finally:
            app.extensions["plan_atlas_store"]().close()

    run.url = own_store
    return run


def shown(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_store_moves_to_a_server_and_back(office, cluster, tmp_path):
    shown(office("user-add", "王工", "--role", "editor", "--password-env", "PLAN_ATLAS_TEST_PASSWORD"))
    shown(office(*REPORT, "--as", "王工"))
    server = cluster.url(cluster.new_database())
    moved = shown(office("migrate-store", office.url, server))
    assert moved["to"] == "postgresql+psycopg://plan_atlas@" + server.partition("@")[2]
    assert moved["tables"]["schools"]["rows"] == 11
    assert moved["tables"]["accounts"]["rows"] == 1
    back = f"gpkg:///{tmp_path}/back.gpkg"
    again = shown(office("migrate-store", server, back))
    assert again["tables"] == moved["tables"]
    for url in (server, back):
        assert shown(office("layers", url=url)) == shown(office("layers"))
        assert shown(office("verify", url=url)) == shown(office("verify"))


def test_nothing_is_written_over_and_nothing_is_made_of_nothing(office, tmp_path):
    shown(office("layers"))
    for source, target, words in (
        (office.url, office.url, "已经有数据"),
        (f"gpkg:///{tmp_path}/nowhere.gpkg", f"gpkg:///{tmp_path}/to.gpkg", "nowhere.gpkg"),
        ("postgresql+psycopg://planner:geheim@127.0.0.1:1/plan", f"gpkg:///{tmp_path}/to.gpkg", "连不上"),
        (office.url, "mysql://planner:geheim@somewhere/plan", "DATABASE_URL"),
    ):
        result = office("migrate-store", source, target)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert words in result.stderr
        assert "geheim" not in result.stderr
    assert sorted(path.name for path in tmp_path.glob("*.gpkg")) == ["plan.gpkg"]


def test_what_does_not_agree_with_the_journal_is_told(office, tmp_path):
    shown(office("layers"))
    run_in_file(tmp_path / "plan.gpkg", "UPDATE schools SET seats = 1 WHERE feature_id = '2023-1'")
    result = office("migrate-store", office.url, f"gpkg:///{tmp_path}/to.gpkg")
    assert result.exit_code == 1
    assert [fault["key"] for fault in json.loads(result.stdout)["faults"]] == ["2023-1"]
    assert "2023-1" in result.stderr


@pytest.fixture(params=["geopackage", "postgis"])
def anywhere(request, office):
    """The office on either kind of store."""
    if request.param == "geopackage":
        return office
    cluster = request.getfixturevalue("cluster")
    url = cluster.url(cluster.new_database())
    run = lambda *arguments: office(*arguments, url=url)  # noqa: E731
    run.url = url
    return run


def test_a_backup_brings_everything_back(anywhere, office, tmp_path):
    shown(anywhere("user-add", "王工", "--role", "editor", "--password-env", "PLAN_ATLAS_TEST_PASSWORD"))
    shown(anywhere(*REPORT, "--as", "王工"))
    before, layers = shown(anywhere("verify")), shown(anywhere("layers"))
    file = tmp_path / "备份.gpkg"
    tables = shown(anywhere("backup", str(file)))["tables"]
    assert (tables["journal"]["rows"], tables["accounts"]["rows"]) == (before["journal"]["entries"], 1)
    assert shown(office("verify", url=f"gpkg:///{file}")) == before
    shown(anywhere(*REPORT[:-1], "90", "--as", "王工"))
    assert shown(anywhere("verify"))["journal"] != before["journal"]
    assert shown(anywhere("restore", str(file), "--yes"))["tables"] == tables
    assert shown(anywhere("verify")) == before
    assert [each["features"] for each in shown(anywhere("layers"))] == [each["features"] for each in layers]
    shown(anywhere(*REPORT[:-1], "50", "--as", "王工"))
    assert shown(anywhere("verify"))["ok"] is True


def test_a_backup_writes_over_nothing_and_a_broken_one_is_refused(office, tmp_path):
    file = tmp_path / "backup.gpkg"
    shown(office("layers"))
    shown(office("backup", str(file)))
    head = shown(office("verify"))
    run_in_file(file, "UPDATE schools SET seats = 9999 WHERE feature_id = '2023-1'")
    for arguments, words in (
        (("backup", str(file)), "已经存在"),
        (("restore", str(file)), "--yes"),
        (("restore", str(file), "--yes"), "--broken"),
        (("restore", str(tmp_path / "none.gpkg"), "--yes"), "none.gpkg"),
        (("restore", str(tmp_path), "--yes"), "备份"),
    ):
        result = office(*arguments)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.stderr
        assert words in result.stderr
        assert shown(office("verify")) == head
    result = office("restore", str(file), "--yes", "--broken")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["faults"][0]["key"] == "2023-1"
