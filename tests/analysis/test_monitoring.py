"""Plan against actual by year, against sums worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.monitoring import MEASURES, Sum, Tracked, compare, parts
from geo.model.status import STAGES, AnnualStatus

YEARS = (2021, 2022, 2023)
PLAN = {"seats": 900, "investment_cny_10k": 5000.0, "building_area_m2": 12000.0}


def report(year: int, stage: str, **more) -> AnnualStatus:
    return AnnualStatus("schools", "a", year, stage=stage, **more)


def school(name: str, plan_year: int | None, *reports: AnnualStatus, **figures) -> Tracked:
    return Tracked(
        "schools", name, name, plan_year, figures=PLAN | figures, reports={each.year: each for each in reports}
    )


SCHOOLS = [
    school(
        "opened",
        2021,
        report(2021, "completed", seats_delivered=300, investment_planned_cny_10k=100.0, investment_done_cny_10k=90.0),
        report(2022, "in_service", seats_delivered=900, investment_done_cny_10k=10.0),
    ),
    school("silent", 2022),
    school("building", 2022, report(2022, "started", investment_planned_cny_10k=50.0), seats=None),
    school("undated", None, report(2023, "in_service")),
]


def lines(name: str, items=SCHOOLS):
    found = next(each for each in compare(items, YEARS) if each.measure.name == name)
    return found, {each.year: each for each in found.lines}


def test_schools_count_in_the_year_of_the_first_report_that_they_are_in_service():
    found, years = lines("schools")
    assert [years[year].planned for year in YEARS] == [Sum(1, 1), Sum(2, 2), Sum()]
    # 2021: one report, none open; 2022: one opens, the other is under construction; 2023: the undated one opens, the
    # first one needs no report any more.
    assert [years[year].actual for year in YEARS] == [Sum(0, 1, 3), Sum(1, 2, 2), Sum(1, 1, 2)]
    assert found.undated.planned == Sum(1, 1)
    assert [years[year].planned_to_date for year in YEARS] == [1, 3, 3]
    assert [years[year].actual_to_date for year in YEARS] == [0, 1, 2]
    assert (found.total.planned, found.total.actual) == (Sum(4, 4), Sum(2, 4, 7))


def test_seats_are_what_a_report_adds_to_the_one_before():
    found, years = lines("seats")
    assert [years[year].planned for year in YEARS] == [Sum(900, 1), Sum(900, 1, 1), Sum()]
    # 300, then 600 more; one under construction delivers none; one in service of which nobody says how many is missing.
    assert [years[year].actual for year in YEARS] == [Sum(300, 1, 3), Sum(600, 2, 2), Sum(None, 0, 3)]
    assert found.undated.planned == Sum(900, 1)


def test_money_is_what_the_reports_of_the_year_say():
    _found, years = lines("investment")
    assert [years[year].planned for year in YEARS] == [Sum(5000, 1), Sum(10000, 2), Sum()]
    assert [years[year].year_planned for year in YEARS] == [Sum(100, 1, 3), Sum(50, 1, 3), Sum(None, 0, 3)]
    assert [years[year].actual for year in YEARS] == [Sum(90, 1, 3), Sum(10, 1, 3), Sum(None, 0, 3)]


def test_floor_area_is_that_of_projects_whose_completion_is_reported_first():
    _found, years = lines("floor_area")
    assert [years[year].actual for year in YEARS] == [Sum(12000, 1, 3), Sum(0, 2, 2), Sum(12000, 1, 2)]


def test_nothing_reported_is_no_zero():
    for found in compare([school("silent", 2021)], YEARS):
        assert [line.actual.value for line in found.lines] == [None, None, None]
        assert [line.actual_to_date for line in found.lines] == [None, None, None]


def test_a_year_that_cannot_be_reported_yet_is_not_missing():
    waiting, spent = school("a", 2023), school("b", 2021, report(2023, "started", investment_done_cny_10k=7.0))
    for found in compare([waiting, spent], YEARS, until=2021):
        assert [line.actual.missing for line in found.lines[:2]] == [2, 0]
    assert found.measure.name == "floor_area" and found.lines[2].actual == Sum(0, 1, 0)
    investment = next(
        each for each in compare([waiting, spent], YEARS, until=2021) if each.measure.name == "investment"
    )
    assert investment.lines[2].actual == Sum(7.0, 1, 0)
    assert parts([waiting], investment.measure, "actual", 2022, YEARS, until=2021) == []


def test_a_stage_that_falls_back_takes_its_opening_back():
    closed = school("a", 2021, report(2021, "in_service"), report(2023, "started"))
    _found, years = lines("schools", [closed])
    assert [years[year].actual.value for year in YEARS] == [1, None, -1]
    assert years[2023].actual_to_date == 0


def test_a_layer_without_the_field_does_not_count():
    park = Tracked("parks", "p", "p", 2021, figures={"investment_cny_10k": 70.0})
    found = {each.measure.name: each.total.planned for each in compare([park], YEARS)}
    assert found == {"schools": Sum(), "seats": Sum(), "investment": Sum(70, 1), "floor_area": Sum()}


def test_years_beyond_the_plan_have_lines_of_their_own():
    late = school("late", 2027, report(2028, "in_service", seats_delivered=900))
    assert [line.year for line in compare([late], YEARS)[0].lines] == [2021, 2022, 2023, 2027, 2028]


schools_of_any_kind = st.builds(
    school,
    st.text("abc", min_size=1, max_size=3),
    st.none() | st.sampled_from(YEARS),
    *(
        st.builds(
            report,
            st.just(year),
            st.sampled_from(list(STAGES)),
            seats_delivered=st.none() | st.integers(0, 900),
            investment_done_cny_10k=st.none() | st.floats(0, 1000).map(lambda value: round(value, 2)),
        )
        for year in YEARS
    ),
)


@given(st.lists(schools_of_any_kind, max_size=5))
def test_every_sum_is_that_of_the_rows_behind_it(items):
    for found in compare(items, YEARS):
        for line in (*found.lines, found.undated):
            for series in ("planned", "year_planned", "actual"):
                rows, total = parts(items, found.measure, series, line.year, YEARS), getattr(line, series)
                assert sum(row.value for row in rows if row.value is not None) == pytest.approx(total.value or 0)
                assert sum(row.value is None for row in rows) == total.missing


def test_every_measure_is_told_in_words():
    assert all(each.title and each.rule for each in MEASURES.values())
