"""The progress curve and the lamp, against values worked out by hand."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.schedule import (
    Plan,
    construction_lamp,
    measurement_lamp,
    planned_progress_pct,
    read_curve,
    year_end,
)
from geo.model.errors import InvalidInput
from geo.model.status import STAGES, AnnualStatus

START, FINISH = date(2023, 1, 1), date(2023, 12, 31)
PLAN = Plan(START, FINISH)
TODAY = date(2026, 11, 26)
REPORT = AnnualStatus(layer_id="schools", feature_id="a", year=2023, stage="started")


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
    assert planned_progress_pct(PLAN, on) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2022, 12, 31), 0.0),
        (date(2023, 3, 31), 20.0),
        (date(2023, 2, 14), 10.0),  # 45 of 90 days to 20 %
        (date(2023, 6, 30), 80.0),
        (date(2023, 9, 30), 90.0),  # 92 of 184 days from 80 % to 100 %
        (date(2023, 12, 31), 100.0),
    ],
)
def test_a_projects_own_curve_goes_through_its_points(on, expected):
    curve = read_curve("2023-03-31 20; 2023-06-30 80%")
    assert planned_progress_pct(Plan(START, FINISH, curve), on) == expected


@pytest.mark.parametrize("text", ["2023-03-31", "2023-02-30 5", "2023-03-31 101", "x", "2023-03-31 20; 2023-03-01 30",
                                  "2023-03-31 20; 2023-04-30 10", "2023-03-31 -5"])  # fmt: skip
def test_a_curve_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput, match="进度曲线"):
        read_curve(text)


def test_no_curve_is_an_even_one():
    assert read_curve(None) == read_curve(" ; ") == ()


def test_without_both_dates_no_progress_is_planned():
    assert planned_progress_pct(Plan(None, FINISH), START) is None
    assert planned_progress_pct(Plan(START, None), START) is None
    assert planned_progress_pct(Plan(FINISH, START), START) is None


days = st.dates(date(2021, 1, 1), date(2026, 12, 31))


@given(days, days, st.integers(0, 900), st.lists(st.tuples(days, st.integers(0, 100)), max_size=4))
def test_planned_progress_never_falls(start, on, length, points):
    finish, later = (date.fromordinal(day.toordinal() + more) for day, more in ((start, length), (on, 1)))
    pcts = sorted(pct for _, pct in points)
    curve = tuple(zip(sorted({day for day, _ in points}), pcts, strict=False))
    plan = Plan(start, finish, curve)
    assert 0 <= planned_progress_pct(plan, on) <= planned_progress_pct(plan, later) <= 100


def lamp(report, year=2023, plan=PLAN, today=TODAY):
    return construction_lamp(plan, report, year, today=today).colour


@pytest.mark.parametrize(
    ("stage", "progress_pct", "status_year", "expected"),
    [
        ("started", 95.0, 2022, "grey"),  # last year's report says nothing of this one
        ("started", 95.0, 2023, "green"),  # 5 points behind
        ("started", 90.1, 2023, "green"),
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
    assert lamp(replace(REPORT, stage=stage, progress_pct=progress_pct, year=status_year)) == expected
    assert lamp(None) == "grey"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2024, 1, 1), "green"),  # not due yet
        (date(2023, 12, 31), "yellow"),  # due today
        (date(2023, 9, 30), "yellow"),  # three months to the day
        (date(2023, 9, 29), "red"),
    ],
)
def test_a_project_that_is_due_to_start_is_yellow_and_three_months_later_red(start, expected):
    assert lamp(replace(REPORT, stage="permitted"), plan=Plan(start, date(2033, 12, 31))) == expected


@pytest.mark.parametrize(
    ("progress_pct", "planned", "done", "expected"),
    [
        (95.0, 1000.0, 1000.0, "green"),
        (95.0, 1000.0, 999.0, "yellow"),
        (80.0, 1000.0, 0.0, "red"),
        (10.0, 1000.0, 0.0, "red"),
        (95.0, None, 0.0, "green"),
        (95.0, 1000.0, None, "green"),
    ],
)
def test_funds_behind_the_years_plan_make_it_one_step_worse(progress_pct, planned, done, expected):
    report = replace(
        REPORT, progress_pct=progress_pct, investment_planned_cny_10k=planned, investment_done_cny_10k=done
    )
    assert lamp(report) == expected


def test_a_missing_report_is_overdue_two_months_after_the_years_end():
    early, late = (construction_lamp(PLAN, None, 2023, today=day) for day in (date(2024, 2, 29), date(2024, 3, 1)))
    assert (early.colour, early.overdue, late.colour, late.overdue) == ("grey", False, "grey", True)
    assert "2024-02-29" in str(early.reasons[0])


def test_the_reasons_name_the_figures_that_made_the_lamp():
    report = replace(
        REPORT, progress_pct=62.0, investment_planned_cny_10k=500.0, investment_done_cny_10k=300.0, stage="started"
    )
    found = construction_lamp(PLAN, report, 2023, today=TODAY)
    words = [str(reason) for reason in found.reasons]
    assert found.colour == "red"
    assert words == [
        "到年底计划 100%，填报 62%，滞后 38 个百分点",
        "当年计划投资 500 万元，完成 300 万元：降一级",
    ]
    late = construction_lamp(PLAN, replace(REPORT, stage="permitted"), 2023, today=TODAY)
    assert "计划 2023-01-01 开工，年底仍是“施工许可”" in map(str, late.reasons)


def test_without_planned_dates_there_is_no_lamp():
    assert lamp(replace(REPORT, progress_pct=50.0), plan=Plan()) is None


@given(st.sampled_from(list(STAGES)), st.floats(0, 100), st.floats(0, 100))
def test_more_progress_never_makes_the_lamp_worse(stage, one, other):
    order = ["green", "yellow", "red"]
    less, more = (order.index(lamp(replace(REPORT, stage=stage, progress_pct=pct))) for pct in sorted((one, other)))
    assert more <= less


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
    assert measurement_lamp(value, target, better, 2023, today=TODAY).colour == expected


def test_years_end_with_december():
    assert year_end(2023) == date(2023, 12, 31)
