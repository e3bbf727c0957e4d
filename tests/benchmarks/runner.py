"""Measures work at full size, beside its peers, in turns. A budget is a figure of ours, or a ratio to a peer's.

A module `bench_*.py` of this folder has `CASES`. Tests run every case once, small, and look at its result alone.
"""

import importlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Measure:
    """One more figure of the same run, in a row of its own.

    Parameters
    ----------
    name
        What is added to the name of the work.
    figure
        From what came of the work, ours or another program's.
    """

    name: str
    unit: str
    figure: Callable[[Any], float]
    budget: float | None = None
    budget_ratio: float | None = None


@dataclass(frozen=True)
class Case:
    """Work to measure.

    Parameters
    ----------
    prepare
        Makes what the work needs, of a size and in an empty folder. Not measured.
    run
        The work.
    check
        Whether what was prepared and what came of it belong together.
    sizes
        The small one for tests, then those of the table.
    unit
        What the figures count: "s", or another such as "MiB".
    figure
        The figure that counts, from what came of the work; None counts the wall time of it all, in seconds.
    budget
        The most that the figure may be; None where `peer` gives the measure.
    peer
        The same work by another program, measured as ours is; `budget_ratio` is ours over theirs.
    ratio_at
        Sizes that have a `budget_ratio` of their own.
    others
        More programs by name, to compare: each gives its figure, or what figures are taken from.
    rivals
        Which of the others do the same work: the ratio is to the best of them and the peer.
    also
        More figures of the same run.
    rounds
        How often all of them run, in turns; the medians count.
    close
        Ends what was prepared, such as a server.
    """

    name: str
    prepare: Callable[[int, Path], Any]
    run: Callable[[Any], Any]
    check: Callable[[Any, Any], bool]
    sizes: tuple[int, ...]
    budget: float | None = None
    peer: Callable[[Any], Any] | None = None
    budget_ratio: float | None = None
    ratio_at: Mapping[int, float] = field(default_factory=dict)
    figure: Callable[[Any], float] | None = None
    others: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    also: tuple[Measure, ...] = ()
    unit: str = "s"
    rivals: tuple[str, ...] = ()
    rounds: int = 1
    close: Callable[[Any], None] = lambda _: None


@dataclass(frozen=True)
class Row:
    """What was measured at one size: the figures of each round, ours, the peer's and those of others by name."""

    name: str
    size: int
    unit: str
    budget: float | None
    budget_ratio: float | None
    ours: list[float]
    peer: list[float] = field(default_factory=list)
    others: Mapping[str, list[float]] = field(default_factory=dict)
    rivals: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's or the best rival's, the median of the rounds; they ran in turns, so a slow spell meets
        all.
        """
        if not self.peer:
            return None
        best = map(min, zip(self.peer, *(self.others[name] for name in self.rivals), strict=True))
        return median(ours / peer for ours, peer in zip(self.ours, best, strict=True))

    @property
    def is_over(self) -> bool:
        over_figure = self.budget is not None and median(self.ours) > self.budget
        over_peer = self.ratio is not None and self.budget_ratio is not None and self.ratio > self.budget_ratio
        return over_figure or over_peer


def all_cases() -> list[Case]:
    """The cases of every module here, by name."""
    modules = [importlib.import_module(f"tests.benchmarks.{path.stem}") for path in FOLDER.glob("bench_*.py")]
    return sorted((case for module in modules for case in module.CASES), key=lambda case: case.name)


def run_small(case: Case) -> bool:
    """Whether a case holds at its small size."""
    with TemporaryDirectory() as folder:
        prepared = case.prepare(case.sizes[0], Path(folder))
        try:
            return case.check(prepared, case.run(prepared))
        finally:
            case.close(prepared)


def measured(case: Case) -> Iterator[Row]:
    """A case at the sizes of the table; what comes of it must hold."""
    for size in case.sizes[1:]:
        with TemporaryDirectory() as folder:
            prepared = case.prepare(size, Path(folder))
            try:
                yield from _rows(case, size, prepared)
            finally:
                case.close(prepared)


def _rows(case: Case, size: int, prepared: Any) -> list[Row]:
    rows = [
        Row(name, size, each.unit, each.budget, each.budget_ratio, [], [], {other: [] for other in case.others},
            case.rivals)
        for name, each in _measures(case, size).items()
    ]  # fmt: skip
    for _ in range(case.rounds):
        result, figures = _figures(case, case.run, prepared)
        if not case.check(prepared, result):
            raise AssertionError(f"{case.name}: the result does not hold")
        peers = _figures(case, case.peer, prepared)[1] if case.peer else [None] * len(rows)
        for row, ours, peer in zip(rows, figures, peers, strict=True):
            row.ours.append(ours)
            row.peer.extend([] if peer is None else [peer])
        for other, work in case.others.items():
            for row, figure in zip(rows, _figures(case, work, prepared)[1], strict=True):
                row.others[other].append(figure)
    return rows


def _measures(case: Case, size: int) -> dict[str, Measure]:
    """What is measured at a size, by the names of the rows."""
    ratio = case.ratio_at.get(size, case.budget_ratio)
    first = Measure("", case.unit, case.figure, case.budget, ratio)
    return {case.name: first} | {f"{case.name}: {measure.name}": measure for measure in case.also}


def _figures(case: Case, work: Callable[[Any], Any], prepared: Any) -> tuple[Any, list[float]]:
    start = time.perf_counter()
    result = work(prepared)
    took_s = time.perf_counter() - start
    if isinstance(result, float) and work in case.others.values():
        return result, [result]
    return result, [measure.figure(result) if measure.figure else took_s for measure in (case, *case.also)]
