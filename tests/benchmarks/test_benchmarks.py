"""Every benchmark runs once, small, and its result holds; how long it takes is no matter here."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks import bench_large_map, bench_page, bench_zones, report, servers
from tests.benchmarks.__main__ import chosen
from tests.benchmarks.report import table
from tests.benchmarks.runner import Case, Row, all_cases, measured, run_small
from tests.browser.conftest import CHROMIUM


def different_work() -> list[Case]:
    """Cases of which no other does the same: some differ only in the figure that is taken, or in what a peer gets."""
    return list({(case.run, case.check, case.sizes[0], work(case.prepare)): case for case in all_cases()}.values())


def work(prepare: Callable) -> object:
    """What tells one preparation from others; by convention what a peer alone gets is a keyword."""
    return (prepare.func, prepare.args) if isinstance(prepare, partial) else prepare


@pytest.fixture(scope="module", autouse=True)
def a_server_serves_all_cases() -> Iterator[None]:
    """Cases that ask our server with the same settings ask the same one, which takes seconds to start."""
    running: dict[tuple[Path, int], str] = {}
    start = contextmanager(servers.ours)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:

        def ours(*settings) -> Iterator[str]:
            if settings not in running:
                running[settings] = stack.enter_context(start(*settings))
            yield running[settings]

        patch.setattr(servers, "ours", ours)
        yield


@pytest.fixture(autouse=True)
def a_browser_without_windows(monkeypatch) -> None:
    """That of the other tests, which computes less."""
    for module in (bench_large_map, bench_page):
        monkeypatch.setattr(module, "CHROMIUM", CHROMIUM)


@pytest.fixture(autouse=True)
def counties_are_villages(monkeypatch) -> None:
    """What a benchmark computes in each of its zones takes seconds at full size."""
    for name, size in {"SIDE": 12, "SCHOOLS": 10, "VILLAGES": 30, "BLOCKS": 50}.items():
        monkeypatch.setattr(bench_zones, name, size)


@pytest.mark.parametrize("case", different_work(), ids=lambda case: case.name)
def test_a_benchmark_gives_the_right_result(case):
    assert run_small(case)


def test_a_row_is_the_medians_of_rounds_in_turns():
    case = Case("sum", lambda size, _: range(size), sum, lambda all_, one: one == sum(all_), (3, 10, 1000), 2.0,
                list, 1.5, others={"igraph": lambda _: 2.5}, rounds=3)  # fmt: skip
    rows = list(measured(case))
    assert [(row.size, len(row.ours), len(row.peer), row.others) for row in rows] == [
        (10, 3, 3, {"igraph": [2.5] * 3}),
        (1000, 3, 3, {"igraph": [2.5] * 3}),
    ]


def test_what_was_prepared_is_closed_even_if_its_result_does_not_hold():
    closed = []
    case = Case("wrong", lambda size, _: size, abs, lambda *_: False, (3, 4), close=closed.append)
    with pytest.raises(AssertionError, match="wrong"):
        list(measured(case))
    assert closed == [4]


def test_the_table_shows_times_and_what_is_over_its_budget():
    def row(ours, peer, **more):
        return Row("sum", 1000, "s", 2.0, 1.5, ours, peer, **more)

    rows = [
        row([1.0], [1.0], others={"igraph": [2.5], "pot": [math.inf]}),
        row([3.0], [3.0]),
        row([1.0, 4.0, 1.1], [0.5, 2.0, 0.5]),
        Row("page", 10, "MiB", None, None, [1234.5]),
        row([1.0], [1.0], others={"pot": [0.5]}, rivals=("pot",)),
    ]
    assert [row.is_over for row in rows] == [False, True, True, False, True]
    assert table(rows).splitlines()[2:] == [
        "| sum | 1,000 | s | 1 | 1 | 1.00 | 2 s and 1.5 × | yes | igraph 2.5, pot too long |",
        "| sum | 1,000 | s | 3 | 3 | 1.00 | 2 s and 1.5 × | no |  |",
        "| sum | 1,000 | s | 1.1 (1-4) | 0.5 (0.5-2) | 2.00 | 2 s and 1.5 × | no |  |",
        "| page | 10 | MiB | 1,234 |  |  |  |  |  |",
        "| sum | 1,000 | s | 1 | 1 | 2.00 | 2 s and 1.5 × | no | pot 0.5 |",
    ]


def test_rows_are_kept_and_drawn_and_a_later_one_takes_the_place_of_its_like(tmp_path, monkeypatch):
    for name, file in {"KEPT": "kept.json", "PAGE": "page.md", "PLOT": "images/plot.svg"}.items():
        monkeypatch.setattr(report, name, tmp_path / file)
    report.PAGE.write_text("before\n<!-- measured -->\nold\n<!-- /measured -->\nafter\n", "utf-8")
    report.keep([Row("sum", size, "s", 2.0, None, [size / 7]) for size in (7, 70)], {"pot": "1.0"})
    report.keep([Row("sum", 70, "s", 2.0, None, [1.5])], {})
    page = report.PAGE.read_text("utf-8")
    assert page.startswith("before\n") and page.endswith("<!-- /measured -->\nafter\n") and "old" not in page
    assert "| sum | 7 | s | 1 |" in page and "| sum | 70 | s | 1.5 |" in page and "| 10 |" not in page
    assert "Peers: pot 1.0." in page
    assert "sum" in report.PLOT.read_text("utf-8")


def test_words_choose_cases_by_name():
    assert {case.name for case in chosen(["locate"])} <= {case.name for case in chosen([])}
    assert chosen(["no such case"]) == []
