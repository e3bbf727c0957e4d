"""The default progress curve and the lamp, against values worked out by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.schedule import construction_lamp, measurement_lamp, planned_progress_pct, year_end
from geo.model.status import NOT_REPORTED, STAGES

START, FINISH = date(2023, 1, 1), date(2023, 12, 31)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2022, 12, 31), 0.0),
        (date(2023, 1, 1), 0.3),  # 1 of 365 days
        (date(2023, 7, 2), 50.1),  # 183 of 365 days
        (date(2023, 12, 31), 100.0),
        (date(2025, 6, 1), 100.0),
    ],
)
def test_planned_progress_grows_evenly_from_the_first_to_the_last_planned_day(on, expected):
    assert planned_progress_pct(START, FINISH, on) == expected


def test_without_both_dates_no_progress_is_planned():
    assert planned_progress_pct(None, FINISH, START) is None
    assert planned_progress_pct(START, None, START) is None
    assert planned_progress_pct(FINISH, START, START) is None


@given(
    st.dates(date(2021, 1, 1), date(2026, 12, 31)), st.dates(date(2021, 1, 1), date(2026, 12, 31)), st.integers(0, 900)
)
def test_planned_progress_never_falls(start, on, days):
    finish = date.fromordinal(start.toordinal() + days)
    later = date.fromordinal(on.toordinal() + 1)
    assert 0 <= planned_progress_pct(start, finish, on) <= planned_progress_pct(start, finish, later) <= 100


@pytest.mark.parametrize(
    ("stage", "progress_pct", "status_year", "expected"),
    [
        (NOT_REPORTED, None, None, "grey"),
        ("started", 95.0, 2022, "grey"),  # last year's report says nothing of this one
        ("started", 95.0, 2023, "green"),  # 5 points behind
        ("started", 90.0, 2023, "yellow"),  # 10 points behind
        ("topped_out", 70.0, 2023, "yellow"),  # 30 points behind
        ("started", 69.9, 2023, "red"),
        ("permitted", None, 2023, "red"),  # twelve months past the planned start
        ("started", None, 2023, None),  # nobody said how far: nothing to compare
        ("completed", None, 2022, "green"),
        ("in_service", 100.0, 2023, "green"),
    ],
)
def test_the_lamp_at_the_end_of_2023_of_a_project_planned_for_2023(stage, progress_pct, status_year, expected):
    lamp = construction_lamp(
        START, FINISH, year_end(2023), stage=stage, progress_pct=progress_pct, status_year=status_year
    )
    assert lamp == expected


def test_a_project_due_to_start_a_month_ago_is_yellow_and_four_months_ago_red():
    long_finish = date(2027, 12, 31)

    def lamp(on):
        return construction_lamp(START, long_finish, on, stage="permitted", progress_pct=None, status_year=2023)

    assert lamp(date(2023, 2, 1)) == "yellow"
    assert lamp(date(2023, 5, 1)) == "red"


def test_before_its_planned_start_a_project_that_has_not_started_is_green():
    assert (
        construction_lamp(START, FINISH, year_end(2022), stage="approved", progress_pct=None, status_year=2022)
        == "green"
    )


def test_without_planned_dates_there_is_no_lamp():
    assert construction_lamp(None, None, year_end(2023), stage="started", progress_pct=50.0, status_year=2023) is None


@given(st.sampled_from(list(STAGES)), st.floats(0, 100), st.floats(0, 100))
def test_more_progress_never_makes_the_lamp_worse(stage, one, other):
    order = ["green", "yellow", "red"]
    less, more = sorted((one, other))

    def rank(progress):
        lamp = construction_lamp(START, FINISH, year_end(2023), stage=stage, progress_pct=progress, status_year=2023)
        return order.index(lamp)

    assert rank(more) <= rank(less)


@pytest.mark.parametrize(
    ("value", "target", "better", "expected"),
    [
        (3, 3, "lower", "green"),
        (2, 3, "lower", "green"),
        (4, 3, "lower", "yellow"),
        (120, 100, "higher", "green"),
        (80, 100, "higher", "yellow"),
        (None, 3, "lower", "grey"),
        (3, None, "lower", None),
        (3, 3, None, None),
    ],
)
def test_a_measured_value_is_green_when_it_meets_its_target(value, target, better, expected):
    assert measurement_lamp(value, target, better) == expected
