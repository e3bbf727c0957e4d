"""Questions answered from the store; an answer is kept as long as nothing that it stands on has changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from geo.analysis.catchments.lookup import AreaIndex
from geo.analysis.catchments.streets import Mode
from geo.exchange.files.growth import growth_of_text
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.catchments.computing import Outcome, compute
from geo.service.catchments.inputs import Inputs, Options, Tell
from geo.service.catchments.question import Question
from geo.service.catchments.stored import Circumstances, home_layers, of_store, school_layers
from geo.service.catchments.stored_roads import Ground, barrier_layers, ground_of, road_layers
from geo.store.base import Store
from geo.store.memo import Memo

KEPT, KEPT_GROUNDS = 24, 4
"""Answers, and networks of roads, that are kept at once."""


@dataclass(frozen=True)
class Answer:
    """A question with what it was computed from and what came of it."""

    question: Question
    options: Options
    inputs: Inputs
    outcome: Outcome

    @cached_property
    def area_index(self) -> AreaIndex:
        """Which row of the catchments a place lies in."""
        return AreaIndex(self.outcome.catchments.geometry.to_numpy())


class Answers:
    """Thread-safe; two who ask the same at once may both compute it."""

    def __init__(self, count: int = KEPT) -> None:
        self._answers: Memo[Answer] = Memo(count)
        self._grounds: Memo[Ground] = Memo(KEPT_GROUNDS)

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
        key = repr((question, *states_of(store, input_layers(store, question)))).encode()
        return self._answers(key, lambda: self._computed(store, question, tell, kept_in or store))

    def _ground(self, store: Store, mode: Mode) -> Ground:
        """The network of roads, made where it is not known."""
        layers = [layer.id for layer in (*road_layers(store), *barrier_layers(store))]
        return self._grounds(repr((mode, *states_of(store, layers))).encode(), lambda: ground_of(store, mode))

    def _computed(self, store: Store, question: Question, tell: Tell, kept_in: Store) -> Answer:
        options = question.options
        growth = growth_of_text(N_("学生数变化表"), question.growth) if question.growth else None
        last = self._last(store, question, tell, kept_in) if question.method == "capacity" else None
        tell(Remark(N_("正在读取数据")))
        there = Circumstances(question.schematic, question.opening, growth, last)
        inputs = of_store(store, options, there, self._ground(store, options.mode))
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


def states_of(store: Store, layer_ids: Iterable[str]) -> list[str]:
    """What tells the layers from how they were before."""
    return [store.state(layer_id) for layer_id in layer_ids]


def input_layers(store: Store, question: Question) -> list[str]:
    """Ids of the layers that an answer stands on."""
    homes = home_layers(store, question.level, by_rate=question.rate_per_thousand is not None)
    layers = [*school_layers(store), *homes, *road_layers(store), *barrier_layers(store)]
    return list(dict.fromkeys(layer.id for layer in layers))
