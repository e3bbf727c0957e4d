"""Measures work at full size and prints a table. A budget is a time, or a ratio to a peer's in the same run.

A module `bench_*.py` of this folder has `CASES`. Tests run every case once, small, and look at its result alone.
"""

import importlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = Path(__file__).parent


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
        The small one for tests, the full one for the table.
    figure_s
        Seconds that count, from what came of the work; None counts the wall time of it all.
    budget_s
        Seconds that count at full size; None where `peer` gives the measure.
    peer
        The same work by another program; `budget_ratio` is ours over theirs.
    others
        More programs by name, to compare: each gives the seconds that it took.
    """

    name: str
    prepare: Callable[[int, Path], Any]
    run: Callable[[Any], Any]
    check: Callable[[Any, Any], bool]
    sizes: tuple[int, int]
    budget_s: float | None = None
    peer: Callable[[Any], Any] | None = None
    budget_ratio: float | None = None
    figure_s: Callable[[Any], float] | None = None
    others: Mapping[str, Callable[[Any], float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """What was measured: the seconds that count, ours, the peer's and those of others by name."""

    case: Case
    ours_s: float
    peer_s: float | None = None
    others_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return None if self.peer_s is None else self.ours_s / self.peer_s

    @property
    def is_over(self) -> bool:
        over_time = self.case.budget_s is not None and self.ours_s > self.case.budget_s
        over_peer = self.ratio is not None and self.ratio > (self.case.budget_ratio or float("inf"))
        return over_time or over_peer


def all_cases() -> list[Case]:
    """The cases of every module here, by name."""
    modules = [importlib.import_module(f"tests.benchmarks.{path.stem}") for path in FOLDER.glob("bench_*.py")]
    return sorted((case for module in modules for case in module.CASES), key=lambda case: case.name)


def run_small(case: Case) -> bool:
    """Whether a case holds at its small size."""
    with TemporaryDirectory() as folder:
        prepared = case.prepare(case.sizes[0], Path(folder))
        return case.check(prepared, case.run(prepared))


def measured(case: Case) -> Row:
    """A case at full size; what comes of it must hold."""
    with TemporaryDirectory() as folder:
        prepared = case.prepare(case.sizes[1], Path(folder))
        result, ours_s = _timed(case.run, prepared)
        if not case.check(prepared, result):
            raise AssertionError(f"{case.name}: the result does not hold")
        if case.figure_s:
            ours_s = case.figure_s(result)
        peer_s = _timed(case.peer, prepared)[1] if case.peer else None
        return Row(case, ours_s, peer_s, {name: work(prepared) for name, work in case.others.items()})


def _timed(work: Callable[[Any], Any], prepared: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work(prepared)
    return result, time.perf_counter() - start


def table(rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    lines = [
        "| case | size | ours, s | peer, s | ratio | budget | held | others, s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for row in rows:
        budget = f"{row.case.budget_s:g} s" if row.case.budget_s is not None else f"{row.case.budget_ratio:g} ×"
        cells = [row.case.name, f"{row.case.sizes[1]:,}", f"{row.ours_s:.2f}", _shown(row.peer_s), _shown(row.ratio)]
        others = ", ".join(f"{name} {_shown(seconds)}" for name, seconds in row.others_s.items())
        lines.append("| " + " | ".join([*cells, budget, "no" if row.is_over else "yes", others]) + " |")
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if math.isfinite(value) else "too long"
