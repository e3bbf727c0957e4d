"""Every benchmark runs once, small, and its result holds; how long it takes is no matter here."""

import pytest

from tests.benchmarks.__main__ import chosen
from tests.benchmarks.runner import Case, Row, all_cases, run_small, table


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_benchmark_gives_the_right_result(case):
    assert run_small(case)


def test_the_table_shows_times_and_what_is_over_its_budget():
    case = Case("sum", lambda size, _: range(size), sum, lambda all_, one: one == sum(all_), (3, 1000), 2.0, list, 1.5)
    rows = [Row(case, 1.0, 1.0, {"igraph": 2.5, "pot": 0.25}), Row(case, 3.0, 3.0), Row(case, 1.0, 0.5)]
    assert [row.is_over for row in rows] == [False, True, True]
    assert table(rows).splitlines()[2:] == [
        "| sum | 1,000 | 1.00 | 1.00 | 1.00 | 2 s | yes | igraph 2.50, pot 0.25 |",
        "| sum | 1,000 | 3.00 | 3.00 | 1.00 | 2 s | no |  |",
        "| sum | 1,000 | 1.00 | 0.50 | 2.00 | 2 s | no |  |",
    ]


def test_words_choose_cases_by_name():
    assert {case.name for case in chosen(["locate"])} <= {case.name for case in chosen([])}
    assert chosen(["no such case"]) == []
