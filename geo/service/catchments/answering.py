"""Questions answered from the store; an answer is kept as long as nothing that it stands on has changed."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.exchange.files import growth_of_text
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.catchments.computing import Outcome, compute
from geo.service.catchments.inputs import Inputs, Options, Tell
from geo.service.catchments.question import Question
from geo.service.catchments.stored import Circumstances, home_layers, of_store, school_layers
from geo.service.catchments.stored_roads import barrier_layers, road_layers
from geo.store.base import Store

KEPT = 24
"""Answers that are kept at once."""


@dataclass(frozen=True)
class Answer:
    """A question with what it was computed from and what came of it."""

    question: Question
    options: Options
    inputs: Inputs
    outcome: Outcome


class Answers:
    """Thread-safe; two who ask the same at once may both compute it."""

    def __init__(self, count: int = KEPT) -> None:
        self._count, self._lock = count, threading.Lock()
        self._kept: OrderedDict[tuple, Answer] = OrderedDict()

    def answer(
        self, store: Store, question: Question, tell: Tell = lambda remark: None, *, kept_in: Store | None = None
    ) -> Answer:
        """The answer to a question, computed where it is not known.

        Parameters
        ----------
        tell
            Is told what is being done; what it raises ends the work.
        kept_in
            The store that has the scenarios, where `store` is that of a past day.

        Raises
        ------
        InvalidInput, InvalidFile, ScenarioNotFound
        """
        key = (question, *(store.state(layer_id) for layer_id in input_layers(store, question)))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        answer = self._computed(store, question, tell, kept_in or store)
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > self._count:
                self._kept.popitem(last=False)
        return answer

    def _computed(self, store: Store, question: Question, tell: Tell, kept_in: Store) -> Answer:
        options = question.options
        growth = growth_of_text(N_("学生数变化表"), question.growth) if question.growth else None
        last = self._last(store, question, tell, kept_in) if question.method == "capacity" else None
        tell(Remark(N_("正在读取数据")))
        inputs = of_store(store, options, Circumstances(question.schematic, question.opening, growth, last))
        return Answer(question, options, inputs, compute(inputs, options, tell))

    def _last(self, store: Store, question: Question, tell: Tell, kept_in: Store) -> Mapping[str, str] | None:
        """Last year's school of each home."""
        kind, _, number = question.last.partition(":")
        if not kind:
            return None
        if kind == "scenario":
            return schools_of_rows(kept_in.scenarios.get(int(number)).result["assignments"])
        before = replace(question, year=int(number), last="", pins=(), bans=(), whole=False)
        answer = self.answer(store, before, tell)
        table = answer.outcome.assignments
        return schools_of_rows(
            zip(table["demand_id"], table["school_id"], table["distance_m"], table["pupils"], strict=True)
        )


def schools_of_rows(rows: Iterable[Sequence[object]]) -> dict[str, str]:
    """The school that takes most of each place: from rows of place, school, walk, pupils."""
    most: dict[str, tuple[float, str]] = {}
    for place, school, _, pupils, *_ in rows:
        if isinstance(school, str) and (place not in most or (pupils or 0) > most[place][0]):
            most[place] = (pupils or 0, school)
    return {place: school for place, (_, school) in most.items()}


def input_layers(store: Store, question: Question) -> list[str]:
    """Ids of the layers that an answer stands on."""
    homes = home_layers(store, question.level, by_rate=question.rate_per_thousand is not None)
    layers = [*school_layers(store), *homes, *road_layers(store), *barrier_layers(store)]
    return list(dict.fromkeys(layer.id for layer in layers))
