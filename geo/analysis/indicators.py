"""The plan's main indicators: what kind each target is of, and the pace that is still needed to reach it.

A target may be a level to be reached, an average rate of growth over the plan's years, or a sum over them. Figures of
different kinds are never compared: a base of 66 beside an average growth of 20 % is no fall.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geo.model.errors import N_
from geo.model.remark import Remark

WORDS = tomllib.loads(Path(__file__).with_name("indicator_words.toml").read_text(encoding="utf-8"))

Kind = Literal["level", "growth", "cumulative"]

KIND_TITLES: dict[str, str] = {
    "level": N_("期末水平"),
    "growth": N_("年均增速"),
    "cumulative": N_("五年累计"),
}


@dataclass(frozen=True)
class Goal:
    """What a plan wants of an indicator.

    Parameters
    ----------
    base, target
        As the plan states them; None where it does not.
    base_text, target_text
        In the plan's own words, which tell what kind of figure it is.
    cumulative
        Whether the target is a sum over the plan's years.
    better
        Whether a good value is a `higher` or a `lower` one; None where nobody says.
    first_year, last_year
        Of the plan; the base is that of the year before.
    """

    first_year: int
    last_year: int
    base: float | None = None
    target: float | None = None
    base_text: str | None = None
    target_text: str | None = None
    cumulative: bool = False
    better: str | None = "higher"

    @property
    def kind(self) -> Kind | None:
        """What kind of figure the target is; None without one."""
        if self.target is None:
            return None
        if self.cumulative:
            return "cumulative"
        return "growth" if _is_growth(self.target_text) else "level"

    @property
    def base_compares(self) -> bool:
        """Whether the base is of the target's kind, so that a way leads from one to the other."""
        if self.base is None or self.kind is None or self.kind == "cumulative":
            return False
        return _is_growth(self.base_text) == (self.kind == "growth") and not self.is_doubtful

    @property
    def is_doubtful(self) -> bool:
        """Whether a level is to get worse: one of the cells must be read wrongly."""
        if self.kind != "level" or self.base is None or _is_growth(self.base_text) or self.better is None:
            return False
        return self.target < self.base if self.better == "higher" else self.target > self.base


@dataclass(frozen=True)
class Pace:
    """What every remaining year must bring for the target to be reached.

    Parameters
    ----------
    per_year
        Of a level the change each year, in the indicator's unit; of a growth the rate each year, percent; of a sum the
        amount each year. None where nothing can be said, for the reason given.
    since
        The year after which it counts.
    met
        Whether the target is reached as of the last figure; None where that cannot be told.
    reason
        Why there is none.
    """

    per_year: float | None = None
    since: int | None = None
    met: bool | None = None
    reason: Remark | None = None


def needed_pace(goal: Goal, actuals: Mapping[int, float], year: int) -> Pace:
    """The pace that is needed after a year.

    Parameters
    ----------
    actuals
        The reported value of each year; of a sum the sum since the plan's first year.
    year
        Later figures are not looked at.
    """
    known = {each: value for each, value in sorted(actuals.items()) if goal.first_year <= each <= year}
    if goal.kind is None:
        return Pace(reason=Remark(N_("规划没有写明可计算的目标值")))
    if goal.is_doubtful:
        return Pace(reason=Remark(N_("基数与目标方向相反，单元格可能有残缺，不作推算")))
    if goal.kind == "growth":
        return _growth_pace(goal, known)
    return _stock_pace(goal, known)


def _stock_pace(goal: Goal, known: Mapping[int, float]) -> Pace:
    """Of a level or a sum: what is missing, divided by the years that are left after the last figure."""
    last = max(known, default=None)
    if last is not None:
        reached: float | None = known[last]
    else:
        last = goal.first_year - 1
        reached = 0.0 if goal.kind == "cumulative" else goal.base if goal.base_compares else None
    if reached is None:
        return Pace(reason=Remark(N_("没有可比的基数，也还没有年度值")))
    met = (_reaches(goal, reached) if known else None) if goal.better else None
    if met:
        return Pace(0.0, last, met=True)
    if last >= goal.last_year:
        return Pace(since=last, met=met, reason=Remark(N_("规划期已满，没有剩余年份")))
    return Pace(round((goal.target - reached) / (goal.last_year - last), 4), last, met)


def _growth_pace(goal: Goal, known: Mapping[int, float]) -> Pace:
    """The rate for the remaining years with which the average over all years, compounded, is the target."""
    last = max(known, default=goal.first_year - 1)
    if gaps := [each for each in range(goal.first_year, last) if each not in known]:
        return Pace(reason=Remark(N_("%(year)s 年没有填报，年均值算不出"), year=gaps[0]))
    if any(value <= -100 for value in known.values()):
        return Pace(reason=Remark(N_("填报的增速不高于 -100%%，年均值算不出")))
    grown = 1.0
    for value in known.values():
        grown *= 1 + value / 100
    whole = goal.last_year - goal.first_year + 1
    needed = (1 + goal.target / 100) ** whole
    left = goal.last_year - last
    if left <= 0:
        average = (grown ** (1 / whole) - 1) * 100
        met = _reaches(goal, round(average, 6)) if goal.better else None
        return Pace(since=last, met=met, reason=Remark(N_("规划期已满，没有剩余年份")))
    return Pace(round(((needed / grown) ** (1 / left) - 1) * 100, 4), last)


def _reaches(goal: Goal, value: float) -> bool:
    return value <= goal.target if goal.better == "lower" else value >= goal.target


def _is_growth(text: str | None) -> bool:
    return any(word in (text or "") for word in WORDS["growth"])
