"""Catchment scenarios in the store."""

from dataclasses import replace

import pytest

from geo.model.errors import Conflict, ScenarioNotFound
from geo.model.journal import Act, BadRow, JournalQuery
from geo.model.scenario import NewScenario

SCENARIO = NewScenario(
    name="2024 新校开办",
    note=None,
    made_by="王晓丽",
    question={"level": ["primary"], "pin": ["b=2", "a=1"]},
    inputs={"roads": {"roads": 3}},
    journal_seq=7,
    journal_hash="ab",
    result={"summary": {"mean_m": 312.5, "note": "沿道路"}, "assignments": [["a", None, None]]},
)


def test_a_scenario_comes_back_as_it_was_kept_the_newest_first(store):
    first = store.scenarios.add(SCENARIO)
    second = store.scenarios.add(replace(SCENARIO, name="另一个", note="说明"))
    assert store.scenarios.list() == [second, first] and store.scenarios.get(first.id) == first
    kept = {name: getattr(first, name) for name in NewScenario.__dataclass_fields__}
    assert NewScenario(**kept) == SCENARIO and first.made_at.endswith("Z")
    assert list(store.faults()) == []


def test_two_of_one_name_and_a_missing_one_are_refused(store):
    store.scenarios.add(SCENARIO)
    with pytest.raises(Conflict):
        store.scenarios.add(replace(SCENARIO, made_by="李工"))
    with pytest.raises(ScenarioNotFound):
        store.scenarios.get(99)


@pytest.mark.parametrize(("column", "value"), [("result", '{"summary": 1}'), ("name", "改名"), ("inputs", "no JSON")])
def test_one_that_was_changed_behind_our_back_is_told(store, outside, column, value):
    number = store.scenarios.add(SCENARIO).id
    outside(f"UPDATE scenarios SET {column} = '{value}'")
    assert list(store.faults()) == [BadRow("scenarios", str(number), "different")]


def journalled(store) -> list[tuple]:
    entries = store.journal(JournalQuery(action="scenario"))
    return [(each.author, (each.before or {}).get("name"), (each.after or {}).get("name")) for each in entries]


def test_one_is_called_otherwise_and_taken_out_and_the_journal_tells(store):
    kept = store.scenarios.add(SCENARIO)
    renamed = store.scenarios.rename(kept.id, "新名", "说明", Act("李工"), seen=kept.sha256)
    assert store.scenarios.get(kept.id) == renamed
    assert renamed == replace(kept, name="新名", note="说明", sha256=renamed.sha256) and renamed.sha256 != kept.sha256
    assert list(store.faults()) == []
    store.scenarios.remove(kept.id, Act("王工"), seen=renamed.sha256)
    assert store.scenarios.list() == [] and list(store.faults()) == []
    name = SCENARIO.name
    assert journalled(store) == [("王晓丽", None, name), ("李工", name, "新名"), ("王工", "新名", None)]
    (removed,) = list(store.journal(JournalQuery(action="scenario", newest_first=True, limit=1)))
    assert removed.before["question"] == SCENARIO.question


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(store):
    kept = store.scenarios.add(SCENARIO)
    other = store.scenarios.add(replace(SCENARIO, name="另一个"))
    renamed = store.scenarios.rename(kept.id, "新名", None, Act("李工"), seen=kept.sha256)
    with pytest.raises(Conflict):
        store.scenarios.remove(kept.id, Act("王工"), seen=kept.sha256)
    with pytest.raises(Conflict):
        store.scenarios.rename(kept.id, other.name, None, Act("王工"), seen=renamed.sha256)
    with pytest.raises(ScenarioNotFound):
        store.scenarios.remove(99, Act("王工"), seen="")
    assert len(journalled(store)) == 3 and len(store.scenarios.list()) == 2


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM scenarios", [("1", "missing")]),
        ("UPDATE scenarios SET id = 9", [("1", "missing")]),
        ("INSERT INTO scenarios SELECT 2, 'x', note, made_by, made_at, journal_seq, journal_hash, question, inputs, "
         "result, sha256 FROM scenarios", [("2", "extra"), ]),
    ],
)  # fmt: skip
def test_rows_that_are_not_as_the_journal_has_them_are_told(store, outside, statement, fault):
    store.scenarios.add(SCENARIO)
    taken_out = store.scenarios.add(replace(SCENARIO, name="删掉的"))
    store.scenarios.remove(taken_out.id, Act("王工"), seen=taken_out.sha256)
    outside(statement)
    assert list(store.faults()) == [BadRow("scenarios", *each) for each in fault]
