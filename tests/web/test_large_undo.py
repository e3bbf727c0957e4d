"""Large changes are taken back and broken off, in the browser and in the terminal, and the truth is told of it."""

import json
from contextlib import contextmanager

import geopandas
import pytest
import shapely
from sqlalchemy import Connection

from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.model.status import AnnualStatus
from geo.service import history
from geo.store import journal
from geo.web.current import live_store

SIZE = 12
TOKEN = "0" * 31 + "7"
SCRIPT = {"Accept": "application/x-ndjson, application/json"}


@pytest.fixture
def large(office, monkeypatch):
    """The change set of some new schools, large as things are here."""
    monkeypatch.setattr(history, "AT_ONCE", 3)
    monkeypatch.setattr(history, "TOLD_EVERY", 4)
    made = [FeatureChange("schools", f"n-{number}", None, {"name": f"新校{number}"}) for number in range(SIZE)]
    with office.app_context():
        return live_store().write(made, Act("王工", "导入文件", "学校.gpkg"))[0].change_set


@pytest.fixture
def editor(large, editor):
    return editor


@pytest.fixture
def state(office):
    """How many there are, and where the journal ends; and that nothing is wrong."""

    def look():
        with office.app_context():
            store = live_store()
            assert list(store.faults()) == []
            return store.count("schools", FeatureQuery(search="新校")), store.journal_head(), store.state("schools")

    return look


def test_the_journal_leads_to_a_page_of_its_own_that_takes_all_back(editor, large, state):
    sent = editor.post(f"/status/undo/{large}")
    assert (sent.status_code, sent.location) == (303, f"/journal/undo/{large}")
    page = editor.get(sent.location).text
    assert f"共 {SIZE} 项" in page and "学校.gpkg" in page and 'data-testid="undo-many"' in page
    answer = editor.post(sent.location, data={"work": TOKEN}, headers=SCRIPT)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {"done": SIZE, "of": SIZE} in lines and "/journal?change_set=" in lines[-1]["result"]["url"]
    assert state()[0] == 0
    assert editor.get(f"/outcomes/{TOKEN}").json == {"state": "ended", "url": lines[-1]["result"]["url"]}
    assert "移除" in editor.get(lines[-1]["result"]["url"]).text


def test_without_a_script_the_page_names_the_command(editor, large, state):
    before = state()
    refused = editor.post(f"/journal/undo/{large}")
    assert refused.status_code == 400 and f"undo {large} --as" in refused.text
    assert editor.get("/journal/undo/4711").status_code == 400
    assert state() == before


def test_what_cannot_be_undone_has_no_button_and_says_why(editor):
    page = editor.get("/journal/undo/1").text  # what the store was built with
    assert 'data-testid="undo-many"' not in page and "这次修改不能撤销" in page


def test_more_reports_than_can_be_taken_back_are_refused_before_the_act(
    office, editor, run_in_office, monkeypatch, state
):
    monkeypatch.setattr(history, "MOST_STATUSES", 1)
    with office.app_context():
        store = live_store()
        (school, *_) = store.read_page("schools", FeatureQuery(schematic=True)).ids
        reports = [AnnualStatus("schools", school, year, note="报") for year in (2023, 2024)]
        reported = store.write(reports, Act("王工"))[0].change_set
    before, words = state(), "这次修改含 2 条填报，一次最多撤销 1 条"
    page = editor.get(f"/journal/undo/{reported}").text
    assert words in page and 'data-testid="undo-many"' not in page
    refused = editor.post(f"/journal/undo/{reported}", data={"work": TOKEN}, headers=SCRIPT)
    assert refused.status_code == 400 and words in refused.text
    result = run_in_office("undo", reported, "--as", "王工")
    assert (result.exit_code, result.stdout) == (2, "") and words in result.stderr
    assert state() == before


def test_what_was_broken_off_is_told_to_nobody_else(editor, large, office, signed_in, monkeypatch, state):
    before = state()

    def abandoned(store, change_set, act, tell):
        raise RuntimeError("the reader has gone")

    monkeypatch.setattr(history, "take_back", abandoned)
    editor.post(f"/journal/undo/{large}", data={"work": TOKEN}, headers=SCRIPT).close()
    assert editor.get(f"/outcomes/{TOKEN}").json == {"state": "ended", "url": None}
    assert signed_in(office, "admin").get(f"/outcomes/{TOKEN}").json == {"state": "unknown", "url": None}
    assert editor.get("/outcomes/none").json == {"state": "unknown", "url": None}
    assert state()[0::2] == before[0::2]  # the journal has an account more


def test_the_command_takes_all_back(run_in_office, large, state):
    result = run_in_office("undo", large, "--as", "王工", "--reason", "导错了")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["undone"], answer["written"]) == (0, large, SIZE)
    assert state()[0] == 0
    assert run_in_office("undo", 4711, "--as", "王工").exit_code == 2


@contextmanager
def interrupted(monkeypatch, step):
    """Ctrl-C while the first or the last rows are journalled, or just before or after the commit."""
    commit, insert = Connection.commit, journal.insert_tuples

    def stop_at_commit(connection):
        if step == "committed":
            commit(connection)
        raise KeyboardInterrupt

    def stop_at_rows(connection, table, columns, rows):
        if step == "last":
            insert(connection, table, columns, rows)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if step in ("commit", "committed"):
            patched.setattr(Connection, "commit", stop_at_commit)
        else:
            patched.setattr(journal, "insert_tuples", stop_at_rows)
        yield


def command_of(name, large, tmp_path):
    if name == "undo":
        return "undo", large, "--as", "王工"
    boxes = [shapely.box(120 + number / 100, 33, 120.005 + number / 100, 33.005) for number in range(40)]
    columns = {"编号": [f"x-{number}" for number in range(40)], "名称": [f"新校又{number}" for number in range(40)]}
    geopandas.GeoDataFrame(columns, geometry=boxes, crs=4326).to_file(tmp_path / "学校.gpkg")
    return "import-layer", "schools", tmp_path / "学校.gpkg", "--as", "王工"


@pytest.mark.parametrize("step", ["first", "last", "commit"])
@pytest.mark.parametrize("name", ["import-layer", "undo"])
def test_ctrl_c_before_the_end_leaves_no_trace(
    name, step, run_in_office, large, state, temporary, tmp_path, monkeypatch
):
    arguments = command_of(name, large, tmp_path)
    before = state()
    with interrupted(monkeypatch, step):
        result = run_in_office(*arguments)
    assert (result.exit_code, result.stdout) == (2, "") and "已取消，数据没有变" in result.stderr
    assert state() == before and list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["import-layer", "undo"])
def test_ctrl_c_after_the_commit_is_told_to_be_too_late(
    name, run_in_office, large, state, temporary, tmp_path, monkeypatch
):
    arguments = command_of(name, large, tmp_path)
    with interrupted(monkeypatch, "committed"):
        result = run_in_office(*arguments)
    written = {"import-layer": 40, "undo": SIZE}[name]
    assert result.exit_code == 0 and json.loads(result.stdout)["written"] == written
    assert "取消来得太晚" in result.stderr and list(temporary.iterdir()) == []
    assert state()[0] == {"import-layer": SIZE + 40, "undo": 0}[name]
