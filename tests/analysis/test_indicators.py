"""What kind of figure a target is, and the pace that is left, against values worked out by hand."""

from dataclasses import replace

import pytest

from geo.analysis.indicators import Goal, Pace, needed_pace

LEVEL = Goal(2021, 2025, base=10.5, target=11.0, base_text="10.5", target_text="11左右")
GROWTH = Goal(2021, 2025, base=7.3, target=8.0, base_text="年均增长7.3", target_text="年均增长8左右")
CUMULATIVE = Goal(2021, 2025, base=0.12, target=0.65, base_text="0.12", target_text="【0.65】", cumulative=True)
DAMAGED = Goal(2021, 2025, base=66.0, target=20.0, base_text="66", target_text="年均增长20%")


def test_kinds_come_from_the_plans_own_words():
    assert [each.kind for each in (LEVEL, GROWTH, CUMULATIVE, DAMAGED)] == ["level", "growth", "cumulative", "growth"]
    assert Goal(2021, 2025, base=78.3, target_text="增加【1】", cumulative=True).kind is None


def test_a_base_leads_only_to_a_target_of_its_own_kind():
    compared = [each.base_compares for each in (LEVEL, GROWTH, CUMULATIVE, DAMAGED)]
    assert compared == [True, True, False, False]


@pytest.mark.parametrize(
    ("actuals", "expected"),
    [
        ({}, Pace(0.1, 2020)),  # (11 - 10.5) / 5
        ({2021: 10.6, 2022: 10.7}, Pace(0.1, 2022, met=False)),  # (11 - 10.7) / 3
        ({2022: 10.8}, Pace(0.0667, 2022, met=False)),  # 0.2 / 3
        ({2023: 11.2}, Pace(0.0, 2023, met=True)),
        ({2024: 10.0, 2030: 12.0}, Pace(1.0, 2024, met=False)),  # later figures are not looked at
    ],
)
def test_a_level_is_reached_evenly_from_the_last_figure_on(actuals, expected):
    assert needed_pace(LEVEL, actuals, 2025) == expected


def test_after_the_last_year_nothing_is_left():
    late = needed_pace(LEVEL, {2025: 10.9}, 2025)
    assert (late.per_year, late.met, late.since) == (None, False, 2025)
    assert late.reason is not None
    assert needed_pace(LEVEL, {2025: 11.0}, 2025) == Pace(0.0, 2025, met=True)


def test_figures_after_the_year_that_is_looked_at_do_not_count():
    assert needed_pace(LEVEL, {2022: 10.7, 2024: 11.0}, 2023) == Pace(0.1, 2022, met=False)


@pytest.mark.parametrize(
    ("actuals", "per_year"),
    [
        ({}, 8.0),
        ({2021: 8.0, 2022: 8.0}, 8.0),
        ({2021: 0.0}, 10.0981),  # 1.08^5 = 1.46932808; its fourth root is 1.1009807
        ({2021: 10.0, 2022: 10.0, 2023: 10.0, 2024: 10.0}, 0.3571),  # 1.46932808 / 1.4641 = 1.0035708
    ],
)
def test_an_average_growth_is_compounded(actuals, per_year):
    assert needed_pace(GROWTH, actuals, 2025).per_year == per_year


def test_an_average_growth_with_a_gap_is_not_guessed():
    pace = needed_pace(GROWTH, {2021: 8.0, 2023: 8.0}, 2025)
    assert (pace.per_year, pace.reason.params["year"]) == (None, 2022)


def test_an_average_growth_is_judged_when_its_years_are_over():
    years = range(2021, 2026)
    assert needed_pace(GROWTH, dict.fromkeys(years, 8.0), 2025).met is True
    assert needed_pace(GROWTH, dict.fromkeys(years, 7.9), 2025).met is False
    assert needed_pace(replace(GROWTH, better=None), dict.fromkeys(years, 7.9), 2025).met is None


def test_a_growth_of_minus_100_percent_breaks_no_root():
    assert needed_pace(GROWTH, {2021: -100.0}, 2025).per_year is None


def test_a_sum_over_the_years_begins_at_nothing():
    assert needed_pace(CUMULATIVE, {}, 2025) == Pace(0.13, 2020)
    assert needed_pace(CUMULATIVE, {2021: 0.2, 2022: 0.35}, 2025) == Pace(0.1, 2022, met=False)
    assert needed_pace(CUMULATIVE, {2022: 0.7}, 2025) == Pace(0.0, 2022, met=True)


def test_a_lower_target_counts_down():
    goal = Goal(2021, 2025, base=5.0, target=3.0, base_text="5", target_text="3", better="lower")
    assert needed_pace(goal, {2023: 4.0}, 2025) == Pace(-0.5, 2023, met=False)
    assert needed_pace(goal, {2023: 2.0}, 2025) == Pace(0.0, 2023, met=True)


@pytest.mark.parametrize(
    "goal",
    [
        Goal(2021, 2025),
        Goal(2021, 2025, base=5.0),
        Goal(2021, 2025, target=3.0, target_text="3"),  # no base and no figure yet
        Goal(2021, 2025, base=66.0, target=20.0, base_text="66", target_text="20"),  # a level that would fall
    ],
)
def test_what_is_not_stated_or_doubtful_stays_null(goal):
    pace = needed_pace(goal, {}, 2025)
    assert pace.per_year is None
    assert pace.met is None
    assert pace.reason is not None


def test_a_level_without_a_base_is_reached_from_its_first_figure_on():
    goal = Goal(2021, 2025, target=3.0, target_text="3")
    assert needed_pace(goal, {2021: 1.0}, 2025) == Pace(0.5, 2021, met=False)
