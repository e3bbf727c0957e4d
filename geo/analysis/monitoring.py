"""Plan against actual by year: what the plan promises for each year, and what the reports say was reached.

Nothing is guessed. What a report does not say is missing, not zero, and counted as missing beside every sum; what the
plan promises without a year stands in a line of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from geo.analysis.schedule import Plan
from geo.model.errors import N_
from geo.model.status import STAGES, AnnualStatus

_ORDER = {stage: rank for rank, stage in enumerate(STAGES)}
_COMPLETED, _IN_SERVICE = _ORDER["completed"], _ORDER["in_service"]

Series = Literal["planned", "year_planned", "actual"]

UNPLANNED = Plan()


@dataclass(frozen=True, slots=True)
class Tracked:
    """A feature of the plan whose years are reported.

    Parameters
    ----------
    plan_year
        The year for which the plan promises it; None where the plan names none.
    plan, dates_assumed
        When it is to be done; whether its days are assumed because the plan gives only a year.
    unit, officer
        Who answers for it; None where the record does not say.
    township
        Where it lies; None where that is not known.
    figures
        The plan's figures by field name, of the fields that the layer has; None where the plan states none.
    reports
        The standing report of each reported year.
    """

    layer_id: str
    feature_id: str
    name: str
    plan_year: int | None = None
    plan: Plan = UNPLANNED
    unit: str | None = None
    officer: str | None = None
    township: str | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    reports: Mapping[int, AnnualStatus] = field(default_factory=dict)
    dates_assumed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.layer_id, self.feature_id

    def report_as_of(self, year: int) -> AnnualStatus | None:
        """The last report of a year or an earlier one."""
        reported = [each for each in self.reports if each <= year]
        return self.reports[max(reported)] if reported else None


@dataclass(frozen=True)
class Measure:
    """Something that plan and reports are compared in.

    Parameters
    ----------
    field
        The plan's figure; features of layers without it do not count.
    unit
        A key of `geo.model.units.UNITS`.
    counts
        Whether features are counted rather than their figure added up.
    rule
        What the actual side adds up, in a sentence for readers.
    """

    name: str
    title: str
    field: str
    unit: str
    rule: str
    counts: bool = False


MEASURES: dict[str, Measure] = {
    each.name: each
    for each in (
        Measure(
            "schools",
            N_("学校（投用）"),
            "seats",
            "item",
            N_("规划：按计划年份计校数；实际：按首次填报为“投用”的年份计校数"),
            counts=True,
        ),
        Measure(
            "seats",
            N_("学位"),
            "seats",
            "seat",
            N_("规划：按计划年份加总；实际：当年比上次填报新交付的学位"),
        ),
        Measure(
            "investment",
            N_("投资"),
            "investment_cny_10k",
            "cny_10k",
            N_("规划：项目总投资按计划年份加总；年度计划、实际：填报的当年计划投资和当年完成投资"),
        ),
        Measure(
            "floor_area",
            N_("建筑面积"),
            "building_area_m2",
            "m2",
            N_("规划：按计划年份加总；实际：当年首次填报为“竣工”或“投用”的项目的规划建筑面积"),
        ),
    )
}
"""What is compared, in reading order."""


NEVER = 9999
"""Where no year is too late to be reported."""


@dataclass(frozen=True)
class Sum:
    """A sum and how much of it is known.

    Parameters
    ----------
    value
        None where no row states anything.
    stated, missing
        How many rows state a figure, and how many ought to and do not.
    """

    value: float | None = None
    stated: int = 0
    missing: int = 0


@dataclass(frozen=True)
class YearLine:
    """Plan and actual of one year.

    Parameters
    ----------
    year
        None for what the plan promises without naming a year.
    planned
        What the plan promises for the year.
    year_planned
        What the reports of the year say was planned for it; only investment has it.
    actual
        What the reports say was reached in the year.
    planned_to_date, actual_to_date
        The same since the first year; None while nothing is stated.
    """

    year: int | None
    planned: Sum
    year_planned: Sum
    actual: Sum
    planned_to_date: float | None = None
    actual_to_date: float | None = None


@dataclass(frozen=True)
class Comparison:
    """A measure by year, then what has no year, and everything together."""

    measure: Measure
    lines: tuple[YearLine, ...]
    undated: YearLine
    total: YearLine


@dataclass(frozen=True)
class Part:
    """What one feature adds to a sum; None where it ought to state a figure and does not."""

    item: Tracked
    value: float | None


def compare(items: Iterable[Tracked], years: Sequence[int], *, until: int = NEVER) -> list[Comparison]:
    """Every measure of the features, in one pass.

    Parameters
    ----------
    years
        The plan's years; those that features or reports add come as well.
    until
        The last year that can be reported by now: what is not said of later ones is yet to come and not missing.
    """
    items = list(items)
    every_year = sorted({*years, *_years_of(items)})
    sums: dict[str, dict[tuple[Series, int | None], _Adding]] = {name: defaultdict(_Adding) for name in MEASURES}
    for item in items:
        for measure in MEASURES.values():
            for series, year, value in _figures(measure, item, every_year, until):
                sums[measure.name][series, year].add(value)
    return [_comparison(measure, sums[measure.name], every_year) for measure in MEASURES.values()]


def parts(
    items: Iterable[Tracked],
    measure: Measure,
    series: Series,
    year: int | None,
    years: Sequence[int],
    *,
    until: int = NEVER,
) -> list[Part]:
    """The rows behind a sum of `compare`: their values add up to it; rows that add nothing are left out.

    Parameters
    ----------
    year
        None for what has no year.
    until
        As for `compare`.
    """
    items = list(items)
    every_year = sorted({*years, *_years_of(items)})
    found = []
    for item in items:
        for each_series, each_year, value in _figures(measure, item, every_year, until):
            if (each_series, each_year) == (series, year) and value != 0:
                found.append(Part(item, value))
    return found


def _years_of(items: Iterable[Tracked]) -> Iterator[int]:
    for item in items:
        if item.plan_year is not None:
            yield item.plan_year
        yield from item.reports


def _figures(
    measure: Measure, item: Tracked, years: Sequence[int], until: int
) -> Iterator[tuple[Series, int | None, float | None]]:
    """What a feature adds to each series and year; None where a figure is missing."""
    if measure.field not in item.figures:
        return
    yield "planned", item.plan_year, 1 if measure.counts else item.figures[measure.field]
    if measure.name == "investment":
        yield from _funds(item, years, until)
    else:
        yield from _increments(measure, item, years, until)


def _funds(item: Tracked, years: Sequence[int], until: int) -> Iterator[tuple[Series, int, float | None]]:
    """Money planned for and spent in each year, as its report says."""
    finished = False
    for year in years:
        report = item.reports.get(year)
        if report is not None:
            yield "year_planned", year, report.investment_planned_cny_10k
            yield "actual", year, report.investment_done_cny_10k
            finished = _rank(report) >= _COMPLETED
        elif not finished and year <= until:
            yield "year_planned", year, None
            yield "actual", year, None


def _increments(
    measure: Measure, item: Tracked, years: Sequence[int], until: int
) -> Iterator[tuple[Series, int, float | None]]:
    """What each report adds to the one before it; a year without a report adds nothing once all is done."""
    reached, settled = 0.0, False
    last_rank = _COMPLETED if measure.name == "floor_area" else _IN_SERVICE
    for year in years:
        report = item.reports.get(year)
        if report is None:
            if not settled and year <= until:
                yield "actual", year, None
            continue
        stock = _stock(measure, item, report)
        yield "actual", year, None if stock is None else stock - reached
        reached = reached if stock is None else stock
        settled = _rank(report) >= last_rank


def _stock(measure: Measure, item: Tracked, report: AnnualStatus) -> float | None:
    """How much is there at the end of a reported year; None where the report does not say."""
    rank = _rank(report)
    if measure.name == "schools":
        return 1 if rank >= _IN_SERVICE else 0
    if measure.name == "floor_area":
        return item.figures[measure.field] if rank >= _COMPLETED else 0
    # What is not built delivers no seat; what is built delivers as many as somebody says.
    return 0 if report.seats_delivered is None and rank < _COMPLETED else report.seats_delivered


def _rank(report: AnnualStatus) -> int:
    return _ORDER.get(report.stage, -1)


@dataclass
class _Adding:
    """A sum that grows."""

    value: float = 0.0
    stated: int = 0
    missing: int = 0

    def add(self, value: float | None) -> None:
        if value is None:
            self.missing += 1
        else:
            self.value += value
            self.stated += 1

    def done(self) -> Sum:
        return Sum(round(self.value, 6) if self.stated else None, self.stated, self.missing)


def _comparison(measure: Measure, sums: dict[tuple[Series, int | None], _Adding], years: Sequence[int]) -> Comparison:
    def line(year: int | None) -> YearLine:
        planned, year_planned, actual = (
            sums.get((series, year), _Adding()).done() for series in ("planned", "year_planned", "actual")
        )
        return YearLine(year, planned, year_planned, actual)

    lines = list(_to_date([line(year) for year in years]))
    undated = line(None)
    total = YearLine(
        None,
        *(
            _together([getattr(each, name) for each in (*lines, undated)])
            for name in ("planned", "year_planned", "actual")
        ),
    )
    return Comparison(measure, tuple(lines), undated, total)


def _to_date(lines: Sequence[YearLine]) -> Iterator[YearLine]:
    planned: float | None = None
    actual: float | None = None
    for each in lines:
        planned, actual = _plus(planned, each.planned.value), _plus(actual, each.actual.value)
        yield YearLine(each.year, each.planned, each.year_planned, each.actual, planned, actual)


def _plus(one: float | None, other: float | None) -> float | None:
    return one if other is None else round((one or 0) + other, 6)


def _together(sums: Sequence[Sum]) -> Sum:
    values = [each.value for each in sums if each.value is not None]
    value = round(sum(values), 6) if values else None
    return Sum(value, sum(each.stated for each in sums), sum(each.missing for each in sums))
