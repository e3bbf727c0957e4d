"""`edit-feature` and `retire-feature` as a script sees them."""

import json

import pytest

from geo.service.editing import read_now
from geo.web.current import live_store

EDIT = ("edit-feature", "schools", "2023-1")
RETIRE = ("retire-feature", "schools", "2023-1", "2022-1")


def test_fields_are_changed_and_what_was_written_is_printed(run_in_office, office):
    given = ("--set", "responsible_unit=区教体局", "--set", "seats=1,700", "--reason", "批复", "--as", "王工")
    result = run_in_office(*EDIT, *given, "--source", "驻开政5号")
    assert (result.exit_code, result.stderr) == (0, "")
    changed = json.loads(result.stdout)["changed"]
    assert changed["after"] == {"responsible_unit": "区教体局", "seats": 1700}
    assert [changed[name] for name in ("author", "cause", "source", "revision")] == ["王工", "批复", "驻开政5号", 2]
    assert json.loads(run_in_office(*EDIT, *given).stdout) == {"changed": None}
    result = run_in_office(*EDIT, "--set", "responsible_unit=", "--as", "王工")
    assert json.loads(result.stdout)["changed"]["after"] == {"responsible_unit": None}


def test_features_are_retired_together(run_in_office, office):
    given = ("--successor", "schools/2021-1", "--on", "2024-02-01", "--reason", "合并", "--as", "王工")
    result = run_in_office(*RETIRE, *given)
    assert (result.exit_code, result.stderr) == (0, "")
    retired = json.loads(result.stdout)["retired"]
    assert [each["feature_id"] for each in retired] == ["2023-1", "2022-1"]
    assert {each["change_set"] for each in retired} == {retired[0]["seq"]}
    items = office.test_client().get("/ogc/collections/schools/items?limit=100").get_json(force=True)
    assert items["numberMatched"] == 9
    items = (
        office.test_client().get("/ogc/collections/schools/items?limit=100&include_retired=true").get_json(force=True)
    )
    assert items["numberMatched"] == 11
    assert {each["properties"]["replaced_by"] for each in items["features"]} == {None, "schools/2021-1"}
    summary = "/ogc/summary?collections=schools"
    answers = [office.test_client().get(summary + more).get_json(force=True) for more in ("", "&include_retired=true")]
    counts = [answer["collections"]["schools"]["count"] for answer in answers]
    assert counts == [9, 11]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*EDIT, "--set", "seats=1700", "--as", "王工"), "原因"),
        ((*EDIT, "--set", "seats=many", "--as", "王工"), "seats"),
        ((*EDIT, "--set", "seats", "--as", "王工"), "字段=值"),
        ((*EDIT, "--set", "retired_on=2024-01-01", "--as", "王工"), "retired_on"),
        ((*EDIT, "--set", "colour=red", "--as", "王工"), "colour"),
        ((*EDIT, "--set", "name=x", "--revision", "7", "--as", "王工"), "7"),
        ((*EDIT, "--set", "name=x", "--as", "访客"), "访客"),
        (("edit-feature", "schools", "none", "--set", "name=x", "--as", "王工"), "none"),
        (("edit-feature", "nothing", "a", "--set", "name=x", "--as", "王工"), "nothing"),
        ((*RETIRE, "--as", "王工"), "--reason"),
        ((*RETIRE, "none", "--reason", "合并", "--as", "王工"), "none"),
        ((*RETIRE, "--reason", "合并", "--successor", "schools/2022-1", "--as", "王工"), "successor"),
        ((*RETIRE, "--reason", "合并", "--on", "2999-01-01", "--as", "王工"), "2999"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(run_in_office, office, arguments, words):
    with office.app_context():
        before = live_store().journal_head()
    result = run_in_office(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and words in result.stderr
    with office.app_context():
        assert live_store().journal_head() == before
        assert read_now(live_store(), "schools", "2023-1")["retired_on"] is None
