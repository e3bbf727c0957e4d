"""How far a project should be, and the lamp that compares it with how far it is.

The rule is published to readers as it stands here; every threshold is a constant of this module.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark
from geo.model.status import STAGES, AnnualStatus

YELLOW_BEHIND_POINTS = 10
RED_BEHIND_POINTS = 30
RED_LATE_START_MONTHS = 3
"""Months past the planned start without a start."""
REPORT_DUE_MONTHS = 2
"""Months after a year's end by which it is to be reported."""

DEFAULT_YEAR_END = (12, 31)

_ORDER = {stage: rank for rank, stage in enumerate(STAGES)}
_STARTED = _ORDER["started"]
_COMPLETED = _ORDER["completed"]
_ONE_STEP_WORSE = {"green": "yellow", "yellow": "red", "red": "red"}
_POINT = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[ :：]+(?P<pct>[0-9]{1,3}(\.[0-9]{1,2})?)%?")


def year_end(year: int) -> date:
    """The day on which "as of a year" looks: its last one."""
    return date(year, *DEFAULT_YEAR_END)


Curve = tuple[tuple[date, float], ...]
"""Planned progress on some days, percent; between them it grows evenly."""


@dataclass(frozen=True)
class Plan:
    """When a project is to be done.

    Parameters
    ----------
    start, finish
        Planned first and last day; None where the plan states no time.
    curve
        Progress planned for days between them; without any it grows evenly from the first to the last day.
    """

    start: date | None = None
    finish: date | None = None
    curve: Curve = ()


@dataclass(frozen=True)
class Lamp:
    """A traffic light and what made it.

    Parameters
    ----------
    colour
        `green`, `yellow`, `red`, `grey`; None where there is no plan or no figure to compare.
    reasons
        Each rule that decided, with its figures; the last one decided last.
    overdue
        Whether a grey one should have been reported by now.
    """

    colour: str | None
    reasons: tuple[Remark, ...] = ()
    overdue: bool = False


@lru_cache(maxsize=1024)
def read_curve(text: str | None) -> Curve:
    """A curve as it is written: `2023-06-30 40; 2023-09-30 75`.

    Raises
    ------
    InvalidInput
        If a point is no day and percentage, or days or percentages do not grow.
    """
    points: list[tuple[date, float]] = []
    for part in filter(str.strip, re.split("[;；,，\n]", text or "")):
        match = _POINT.fullmatch(part.strip())
        try:
            day = date.fromisoformat(match["day"]) if match else None
        except ValueError:
            day = None
        pct = float(match["pct"]) if match else 0.0
        if day is None or pct > 100 or (points and not (day > points[-1][0] and pct >= points[-1][1])):
            raise InvalidInput(
                N_("进度曲线里的“%(given)s”不对：应写作“2023-06-30 40; 2023-09-30 75”，日期和百分数逐个增大"),
                given=part.strip()[:40],
            )
        points.append((day, pct))
    return tuple(points)


@lru_cache(maxsize=4096)
def planned_progress_pct(plan: Plan, on: date) -> float | None:
    """How far a project is to be at the end of a day: even progress from the first to the last planned day, through the
    points of its own curve where it has one.

    Returns
    -------
    progress_pct
        0 to 100, one decimal; None without both dates.
    """
    if plan.start is None or plan.finish is None or plan.finish < plan.start:
        return None
    inner = [point for point in plan.curve if plan.start <= point[0] < plan.finish]
    points = [(plan.start - timedelta(days=1), 0.0), *inner, (plan.finish, 100.0)]
    if on <= points[0][0]:
        return 0.0
    for (first, low), (last, high) in pairwise(points):
        if on <= last:
            return round(low + (high - low) * ((on - first).days / (last - first).days), 1)
    return 100.0


def reported_progress_pct(stage: str, progress_pct: float | None) -> float | None:
    """Progress as far as the report supports it: before the start it is 0, after completion 100, else as reported.

    A started project without a reported figure stays unknown.
    """
    if progress_pct is not None:
        return progress_pct
    rank = _ORDER[stage]
    if rank < _STARTED:
        return 0.0
    return 100.0 if rank >= _COMPLETED else None


def construction_lamp(plan: Plan, report: AnnualStatus | None, year: int, *, today: date) -> Lamp:
    """Lamp of a construction project at the end of a year.

    Parameters
    ----------
    report
        The last report as of that year; of an earlier year it counts only if the project was complete then.
    today
        Decides whether a missing report is overdue.

    Returns
    -------
    lamp
        Green on schedule or complete; yellow 10 to 30 points behind, or due to start and not started; red more than 30
        points behind, or three months past the planned start without a start; one step worse where less was invested
        than planned for the year; grey not reported for the year, overdue two months after its end.
    """
    stage = report.stage if report else None
    if stage is not None and _ORDER[stage] >= _COMPLETED:
        return Lamp("green", (Remark(N_("%(year)s 年填报：%(stage)s"), year=report.year, stage=STAGES[stage]),))
    if stage is None or report.year != year:
        return _unreported(year, today)
    colour, reasons = _by_progress(plan, report, year_end(year))
    return _by_funds(colour, reasons, report)


@lru_cache(maxsize=64)
def _unreported(year: int, today: date) -> Lamp:
    due = months_later(year_end(year), REPORT_DUE_MONTHS)
    overdue = today > due
    message = N_("%(year)s 年没有填报，已过 %(due)s 的期限") if overdue else N_("%(year)s 年还没有填报，期限是 %(due)s")
    return Lamp("grey", (Remark(message, year=year, due=due.isoformat()),), overdue)


def _by_progress(plan: Plan, report: AnnualStatus, on: date) -> tuple[str | None, list[Remark]]:
    planned, reported = planned_progress_pct(plan, on), reported_progress_pct(report.stage, report.progress_pct)
    if planned is None or reported is None:
        return None, [Remark(N_("没有计划起止日期或没有填报进度，无从比较"))]
    behind = round(planned - reported, 1)
    figures = {"planned": f"{planned:g}", "reported": f"{reported:g}"}
    points = Remark(
        N_("到年底计划 %(planned)s%%，填报 %(reported)s%%，滞后 %(behind)s 个百分点"),
        behind=f"{max(behind, 0):g}",
        **figures,
    )
    colour = "red" if behind > RED_BEHIND_POINTS else "yellow" if behind >= YELLOW_BEHIND_POINTS else "green"
    if _ORDER[report.stage] >= _STARTED or on < plan.start:
        return colour, [points]
    late = Remark(
        N_("计划 %(start)s 开工，年底仍是“%(stage)s”"), start=plan.start.isoformat(), stage=STAGES[report.stage]
    )
    very_late = on > months_later(plan.start, RED_LATE_START_MONTHS)
    return _worse(colour, "red" if very_late else "yellow"), [points, late]


def _by_funds(colour: str | None, reasons: list[Remark], report: AnnualStatus) -> Lamp:
    planned, done = report.investment_planned_cny_10k, report.investment_done_cny_10k
    if colour is None or None in (planned, done) or done >= planned:
        return Lamp(colour, tuple(reasons))
    message = N_("当年计划投资 %(planned)s 万元，完成 %(done)s 万元：降一级")
    remark = Remark(message, planned=f"{planned:g}", done=f"{done:g}")
    return Lamp(_ONE_STEP_WORSE[colour], (*reasons, remark))


def _worse(one: str, other: str) -> str:
    return max(one, other, key=list(_ONE_STEP_WORSE).index)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; of a month's last day the last day, as of one that the later month lacks."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def measurement_lamp(value: float | None, target: float | None, better: str | None, year: int, *, today: date) -> Lamp:
    """Lamp of a value measured in a year: green when it meets its target, yellow when not, grey when not measured.

    The colour is None where the plan states no target or does not say which way is better.
    """
    if value is None:
        return _unreported(year, today)
    if target is None or better is None:
        return Lamp(None, (Remark(N_("规划没有写明目标，无从比较")),))
    met = value >= target if better == "higher" else value <= target
    message = N_("实测 %(value)s，目标 %(target)s：达到") if met else N_("实测 %(value)s，目标 %(target)s：未达到")
    return Lamp("green" if met else "yellow", (Remark(message, value=f"{value:g}", target=f"{target:g}"),))
