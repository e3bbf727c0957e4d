"""What is made of the load's measurements; the load itself runs outside of the tests."""

from collections import Counter

from tests.load.__main__ import faults, figures, growth, percentile


def entry(name: str, times: dict[str, int], failures: int = 0) -> dict:
    return {"name": name, "response_times": times, "num_failures": failures}


def test_a_percentile_is_the_time_that_so_many_were_not_slower_than():
    times = Counter({10: 94, 200: 1, 900: 5})
    assert [percentile(times, share) for share in (0.5, 0.94, 0.95, 0.951, 1.0)] == [10, 10, 200, 900, 900]
    assert percentile(Counter(), 0.95) is None


def test_reads_and_writes_are_put_together_from_every_name():
    found = figures(
        [
            entry("read map page", {"100": 19}),
            entry("read layer", {"20": 360, "400": 1}),
            entry("write report", {"700": 20}, failures=2),
        ]
    )
    assert (found["read_p95_ms"], found["write_p95_ms"]) == (100, 700)
    assert (found["requests"], found["write_share"], found["errors"]) == (400, 0.05, 2)
    assert found["by_name"]["read layer"] == {"requests": 361, "p95_ms": 20}


def test_memory_that_grows_after_everybody_has_come_is_seen():
    assert growth([100, 200, 300, 300, 300, 300, 300, 300, 300]) == 0.0
    assert round(growth([100, 200, 300, 300, 300, 300, 345, 345, 345]), 2) == 0.15
    assert growth([100, 300]) == 0.0


def test_every_budget_that_is_missed_is_named():
    good = {"read_p95_ms": 300, "write_p95_ms": 1000, "errors": 0, "memory_growth": 0.1}
    assert faults(good) == []
    assert faults({"read_p95_ms": 301, "write_p95_ms": None, "errors": 1, "memory_growth": 0.2}) == [
        "reads",
        "writes",
        "errors",
        "memory",
    ]
