"""The lamp's rule in sentences and worked examples, both made from the thresholds that decide: they cannot differ."""

from dataclasses import dataclass
from datetime import date, timedelta

from geo.analysis.schedule import (
    RED_BEHIND_POINTS,
    RED_LATE_START_MONTHS,
    REPORT_DUE_MONTHS,
    YELLOW_BEHIND_POINTS,
    Lamp,
    Plan,
    construction_lamp,
    measurement_lamp,
    months_later,
    planned_progress_pct,
    year_end,
)
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.model.status import AnnualStatus

YEAR = 2023
DUE = Plan(date(YEAR, 1, 1), date(YEAR, 12, 31))
AFTERWARDS = date(YEAR + 1, 12, 31)
"""A day on which every report of the year is due."""

AROUND_YELLOW = (YELLOW_BEHIND_POINTS - 1, YELLOW_BEHIND_POINTS)
AROUND_RED = (RED_BEHIND_POINTS, RED_BEHIND_POINTS + 1)


@dataclass(frozen=True)
class Rule:
    """One sentence of the rule and the lamp that it gives; None for one that changes what another one gave."""

    colour: str | None
    words: Remark


@dataclass(frozen=True)
class Example:
    """A case and what the code makes of it.

    Parameters
    ----------
    case
        What is told of in words.
    planned_pct
        How far the plan would be at the end of the year.
    """

    case: Remark
    plan: Plan | None
    planned_pct: float | None
    report: AnnualStatus | None
    lamp: Lamp


def rules() -> list[Rule]:
    """The rule, sentence by sentence, in the order in which it is looked at."""
    numbers = {
        "yellow": YELLOW_BEHIND_POINTS,
        "red": RED_BEHIND_POINTS,
        "start": RED_LATE_START_MONTHS,
        "due": REPORT_DUE_MONTHS,
    }

    def rule(colour: str | None, words: str) -> Rule:
        return Rule(colour, Remark(words, **numbers))

    return [
        rule("green", N_("最近一次填报已是“竣工”或“投用”：绿")),
        rule("grey", N_("当年没有填报：灰；年末过 %(due)s 个月仍没有填报的，标为逾期")),
        rule("green", N_("当年填报的形象进度比计划进度滞后不到 %(yellow)s 个百分点：绿")),
        rule("yellow", N_("滞后 %(yellow)s 至 %(red)s 个百分点（含两端）：黄")),
        rule("red", N_("滞后超过 %(red)s 个百分点：红")),
        rule("yellow", N_("过了计划开工日、年底还没有开工：至少为黄")),
        rule("red", N_("过计划开工日 %(start)s 个月、年底还没有开工：红")),
        rule(None, N_("当年完成投资少于当年计划投资：降一级（绿变黄，黄变红）")),
        rule("none", N_("没有计划起止日期，或填报里没有形象进度：不亮灯，标为“已填报·无从比较”")),
    ]


def measured_rules() -> list[Rule]:
    """The rule of measured values, such as water classes and incomes."""
    return [
        Rule("green", Remark(N_("当年实测值达到目标：绿"))),
        Rule("yellow", Remark(N_("当年实测值没有达到目标：黄"))),
        Rule("grey", Remark(N_("当年没有实测值：灰；年末过 %(due)s 个月仍没有的，标为逾期"), due=REPORT_DUE_MONTHS)),
        Rule("none", Remark(N_("规划没有写明目标：不亮灯，标为“已填报·无从比较”"))),
    ]


def examples() -> list[Example]:
    """Cases on both sides of every threshold, as the code decides them."""
    late_start = Plan(months_later(year_end(YEAR), -RED_LATE_START_MONTHS), date(YEAR + 1, 12, 31))
    very_late_start = Plan(late_start.start - timedelta(days=1), late_start.finish)
    return [
        *(_progress(points) for points in sorted({*AROUND_YELLOW, *AROUND_RED})),
        _example(N_("年底还没有开工，没有超过 %(months)s 个月"), late_start, "permitted", months=RED_LATE_START_MONTHS),
        _example(
            N_("年底还没有开工，超过 %(months)s 个月"), very_late_start, "permitted", months=RED_LATE_START_MONTHS
        ),
        _example(N_("进度按期，当年投资没有完成"), DUE, "started", 100.0, planned=1000.0, done=900.0),
        _example(N_("开工了，没有填形象进度"), DUE, "started"),
        _example(N_("已经竣工"), DUE, "completed", 100.0),
        _case(Remark(N_("没有填报，还在期限内")), DUE, None, today=year_end(YEAR) + timedelta(days=1)),
        _case(Remark(N_("没有填报，已过期限")), DUE, None, today=AFTERWARDS),
    ]


def measured_examples() -> list[Example]:
    """Water classes against class Ⅲ, where lower is better."""
    told = [(N_("目标 Ⅲ 类，实测 Ⅲ 类"), 3), (N_("目标 Ⅲ 类，实测 Ⅳ 类"), 4), (N_("目标 Ⅲ 类，没有实测"), None)]
    return [
        Example(Remark(words), None, None, None, measurement_lamp(value, 3, "lower", YEAR, today=AFTERWARDS))
        for words, value in told
    ]


def _progress(points: int) -> Example:
    return _example(N_("应完成 100%%，滞后 %(points)s 个百分点"), DUE, "started", 100.0 - points, points=points)


def _example(words: str, plan: Plan, stage: str, progress_pct: float | None = None, **figures: float) -> Example:
    funds = {f"investment_{name}_cny_10k": figures.pop(name) for name in ("planned", "done") if name in figures}
    report = AnnualStatus("", "", YEAR, stage=stage, progress_pct=progress_pct, **funds)
    return _case(Remark(words, **figures), plan, report, today=AFTERWARDS)


def _case(words: Remark, plan: Plan, report: AnnualStatus | None, *, today: date) -> Example:
    planned = planned_progress_pct(plan, year_end(YEAR))
    return Example(words, plan, planned, report, construction_lamp(plan, report, YEAR, today=today))
