"""`report-status`, `verify`, `seal-year` as a terminal sees them, and every page as of a past day."""

import json
import sqlite3
from contextlib import closing

import pytest

from geo.web.current import live_store

PASSWORD = "a long enough password"
REPORT = ("report-status", "schools", "2023-1", "--year", "2023")


@pytest.fixture
def run(run_in_office, office, tmp_path):
    office.config.update(SEAL_KEY=str(tmp_path / "seal.pem"))
    return run_in_office


def test_a_report_is_written_and_printed(run, office):
    result = run(*REPORT, "--stage", "started", "--progress", "62.5", "--note", "主体施工", "--as", "王工")
    assert (result.exit_code, result.stderr) == (0, "")
    row = json.loads(result.stdout)
    assert [row[name] for name in ("stage", "progress_pct", "note", "reported_by")] == [
        "started",
        62.5,
        "主体施工",
        "王工",
    ]
    document = office.test_client().get("/ogc/collections/schools/items/2023-1?year=2023").get_json()
    assert document["properties"]["progress_pct"] == 62.5
    assert document["properties"]["lamp"] == "red"
    assert json.loads(run("verify").stdout)["ok"] is True


def test_a_report_that_says_nothing_new_is_not_written(run):
    said = (*REPORT, "--stage", "started", "--progress", "30", "--as")
    first = json.loads(run(*said, "王工").stdout)
    again = run(*said, "局长")
    assert (again.exit_code, again.stderr.strip()) == (0, "没有改动，什么都没有写入")
    assert json.loads(again.stdout) == first | {"seq": None, "hash": None}
    assert json.loads(run("verify").stdout)["journal"]["entries"] == first["seq"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*REPORT, "--stage", "completed", "--progress", "40", "--as", "王工"), "100%"),
        ((*REPORT, "--stage", "started", "--progress", "140", "--as", "王工"), "形象进度"),
        ((*REPORT, "--stage", "started", "--progress", "nan", "--as", "王工"), "形象进度"),
        ((*REPORT, "--stage", "dreaming", "--as", "王工"), "--stage"),
        ((*REPORT, "--as", "王工"), "阶段"),
        ((*REPORT, "--stage", "started", "--as", "访客"), "访客"),
        ((*REPORT, "--stage", "started", "--as", "无名"), "无名"),
        ((*REPORT[:2], "nobody", "--year", "2023", "--stage", "started", "--as", "王工"), "nobody"),
        (("report-status", "nowhere", "a", "--year", "2023", "--stage", "started", "--as", "王工"), "nowhere"),
        ((*REPORT[:4], "2099", "--stage", "started", "--as", "王工"), "2099"),
        (("seal-year", "2022", "--as", "王工"), "王工"),
        (("seal-year", "2077", "--as", "局长"), "2077"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(run, office, arguments, words):
    with office.app_context():
        head = live_store().journal_head()
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr
    with office.app_context():
        assert live_store().journal_head() == head


def test_a_byte_changed_from_outside_is_named(run, office):
    run(*REPORT, "--stage", "started", "--as", "王工")
    with closing(sqlite3.connect(office.config["DATABASE_URL"].removeprefix("gpkg:///"))) as file:
        file.execute("UPDATE annual_status SET stage = 'completed' WHERE feature_id = '2023-1'")
        file.commit()
    result = run("verify")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (1, False)
    assert found["first_bad_row"] == {
        "table": "annual_status", "key": "schools/2023-1 2023", "fault": "different", "field": "stage",
    }  # fmt: skip
    assert "schools/2023-1 2023" in result.stderr


def test_a_closed_year_takes_corrections_with_a_reason_only(run):
    sealed = json.loads(run("seal-year", "2023", "--as", "局长").stdout)
    assert sealed["manifest"]["layers"]["schools"]["features"] == 11
    assert sealed["journal"]["head"] == sealed["manifest"]["journal"]["hash"]
    assert "封存" in run(*REPORT, "--stage", "started", "--as", "王工").stderr
    assert run(*REPORT, "--stage", "started", "--note", "据审计更正", "--as", "王工").exit_code == 0
    assert json.loads(run("verify").stdout)["ok"] is True


@pytest.fixture
def yesterday(office, monkeypatch):
    """An app on whose store was built on 1 March 2024; a report came on the 3rd."""
    path = office.config["DATABASE_URL"].removeprefix("gpkg:///")
    from geo.store import journal

    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        previous = ""
        for row in file.execute("SELECT * FROM journal ORDER BY seq").fetchall():
            plain = dict(row) | {"at": "2024-03-01T02:00:00.000Z"}
            previous = journal.chained(previous, plain)
            file.execute("UPDATE journal SET at = ?, hash = ? WHERE seq = ?", (plain["at"], previous, plain["seq"]))
        file.commit()
    monkeypatch.setattr(journal, "now", lambda: "2024-03-03T02:00:00.000Z")


def test_pages_files_and_features_as_of_a_past_day(yesterday, run, office, tmp_path):
    assert run(*REPORT, "--stage", "started", "--progress", "62.5", "--as", "王工").exit_code == 0
    client = office.test_client()

    def stage(address):
        return client.get(address).get_json()["properties"]["stage"]

    item = "/ogc/collections/schools/items/2023-1?year=2023"
    assert (stage(item), stage(f"{item}&as_of=2024-03-02"), stage(f"{item}&as_of=2024-03-03")) == (
        "started", "not_reported", "started",
    )  # fmt: skip
    items = client.get("/ogc/collections/schools/items?limit=2&as_of=2024-03-02").get_json()
    assert all("as_of=2024-03-02" in link["href"] for link in items["links"] if link["rel"] == "next")
    page = client.get("/features/schools/2023-1?as_of=2024-03-02&year=2023").text
    assert 'data-testid="past-strip"' in page and "62.5" not in page
    assert 'href="/export?as_of=2024-03-02"' in page
    assert "62.5" in client.get("/features/schools/2023-1?year=2023").text
    assert client.get("/?as_of=2024-03-02").status_code == 200
    row = "未填报"
    exported = client.get("/export/file?layers=schools&format=csv&year=2023&as_of=2024-03-02").text
    assert row in exported and "62.5" not in exported


@pytest.mark.parametrize("day", ["2024-02-30", "yesterday", "2999-01-01", "1999-01-01", "x" * 500])
def test_a_day_that_cannot_be_asked_is_a_400_in_words(office, day):
    client = office.test_client()
    for address in ("/", "/ogc/collections/schools/items", "/export/file?layers=schools", "/features/schools/2023-1"):
        joint = "&" if "?" in address else "?"
        answer = client.get(f"{address}{joint}as_of={day}")
        assert answer.status_code == 400
        assert day[:10] in answer.text
