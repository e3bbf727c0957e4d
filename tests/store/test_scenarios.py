"""Catchment scenarios in the store."""

from dataclasses import replace

import pytest

from geo.model.errors import Conflict, ScenarioNotFound
from geo.model.journal import BadRow
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
