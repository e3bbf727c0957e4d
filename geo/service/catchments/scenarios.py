"""Scenarios: a question kept with its answer, computed again, held beside another one."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas

from geo.analysis.catchments.comparing import Moves, moves
from geo.model.errors import InvalidInput, N_
from geo.model.journal import Act, JournalHead
from geo.model.scenario import NewScenario, Scenario, clean_name, clean_note
from geo.service.as_of import PastStores
from geo.service.catchments.answering import Answer, Answers, input_layers
from geo.service.catchments.inputs import Tell
from geo.service.catchments.question import Question, question_of
from geo.store.base import Store

MOST_ROWS = 50_000
"""Places of a scenario that is kept."""

ROW = ("demand_id", "school_id", "distance_m", "pupils", "reason_code")
FIGURES = ("demand", "assigned", "unassigned", "walk", "schools", "seats", "whole", "changes")


@dataclass(frozen=True)
class Renewed:
    """A scenario with its answer.

    Parameters
    ----------
    same
        Whether the answer is the one that was kept.
    changed
        Layers that were written since, with both revisions; empty where nothing was.
    """

    scenario: Scenario
    answer: Answer
    same: bool
    changed: dict[str, tuple[int | None, int]]


def keep(store: Store, answers: Answers, question: Question, name: str, note: str | None, *, by: str) -> Scenario:
    """Answer a question and keep both under a name.

    Raises
    ------
    InvalidInput
        If the name is none, the question cannot be answered, or there are too many places.
    Conflict
        If there is a scenario of that name.
    """
    name, note = clean_name(name), clean_note(note)
    head = store.journal_head()
    answer = answers.answer(store, question)
    if len(answer.outcome.assignments) > MOST_ROWS:
        message = N_("方案太大：%(count)s 处，最多保存 %(most)s 处")
        raise InvalidInput(message, count=len(answer.outcome.assignments), most=MOST_ROWS)
    return store.scenarios.add(
        NewScenario(
            name=name, note=note, made_by=by, question=question.params(), inputs=layer_revisions(store, question),
            journal_seq=head.seq, journal_hash=head.hash, result=result_of(answer),
        )
    )  # fmt: skip


def rename(store: Store, number: int, name: str, note: str | None, act: Act, *, seen: str) -> Scenario:
    """Call a scenario otherwise, as long as it is what the writer saw.

    Raises
    ------
    InvalidInput
        If the name is none.
    ScenarioNotFound, Conflict
        As the store raises them.
    """
    return store.scenarios.rename(number, clean_name(name), clean_note(note), act, seen=seen)


def result_of(answer: Answer) -> dict[str, object]:
    """The figures and the assignments as plain values."""
    summary = answer.outcome.summary
    table = answer.outcome.assignments
    columns = [[_plain(value) for value in table[name]] for name in ROW]
    return {
        "summary": {name: summary[name] for name in FIGURES if name in summary},
        "assignments": [list(row) for row in zip(*columns, strict=True)],
    }


def layer_revisions(store: Store, question: Question) -> dict[str, dict[str, object]]:
    """The revision of each layer that an answer stands on."""
    return {"layers": {layer_id: store.revision(layer_id) for layer_id in input_layers(store, question)}}


def question_of_scenario(store: Store, scenario: Scenario) -> Question:
    """What was asked; raises `InvalidInput` where the plan has no such year any more."""
    return question_of(scenario.question, list(store.catalog.zone.years))


def changed_since(store: Store, scenario: Scenario) -> dict[str, tuple[int | None, int]]:
    """Layers that were written since a scenario was kept: the revision then, None where it was not read, and now."""
    before = scenario.inputs["layers"]
    now = layer_revisions(store, question_of_scenario(store, scenario))["layers"]
    return {name: (before.get(name), revision) for name, revision in now.items() if before.get(name) != revision}


def as_kept(
    store: Store, past: PastStores, answers: Answers, scenario: Scenario, tell: Tell = lambda remark: None
) -> Renewed:
    """Compute a scenario from the data of its day: the store as of the journal's entry then."""
    changed = changed_since(store, scenario)
    then = store
    if changed:
        then = past.at(store, JournalHead(scenario.journal_seq, scenario.journal_hash, None))
    return _renewed(store, then, answers, scenario, changed, tell)


def renewed(store: Store, answers: Answers, scenario: Scenario, tell: Tell = lambda remark: None) -> Renewed:
    """Compute a scenario's question from the data of now."""
    return _renewed(store, store, answers, scenario, changed_since(store, scenario), tell)


def _renewed(store: Store, then: Store, answers: Answers, scenario: Scenario, changed: dict, tell: Tell) -> Renewed:
    question = question_of_scenario(store, scenario)
    answer = answers.answer(then, question, tell, kept_in=store)
    return Renewed(scenario, answer, result_of(answer) == scenario.result, changed)


@dataclass(frozen=True)
class Side:
    """One half of a comparison: its figures, and its assignments as a frame with the columns `ROW`."""

    summary: Mapping[str, object]
    assignments: pandas.DataFrame


def side_of(result: Mapping[str, object]) -> Side:
    """From what `result_of` gave, also of a scenario."""
    return Side(result["summary"], pandas.DataFrame(result["assignments"], columns=list(ROW)))


def compare(before: Side, after: Side) -> tuple[Moves, list[dict[str, object]]]:
    """Who changes school; and the schools of both sides, `before` or `after` being None where one has it not."""
    sides = [{school["school_id"]: school for school in side.summary["schools"]} for side in (before, after)]
    schools = [
        {
            "school_id": school_id,
            "name": (sides[1].get(school_id) or sides[0][school_id])["name"],
            "before": sides[0].get(school_id),
            "after": sides[1].get(school_id),
        }
        for school_id in dict.fromkeys([*sides[0], *sides[1]])
    ]
    return moves(before.assignments, after.assignments), schools


def _plain(value: object) -> object:
    value = value.item() if hasattr(value, "item") else value
    return None if pandas.isna(value) else value
