"""Invented statuses for the demonstration store: plausible, the same every time, each marked as invented."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random

import pandas

from geo.analysis.schedule import Plan, planned_progress_pct, year_end
from geo.model.errors import N_
from geo.model.layer import Layer
from geo.model.status import AnnualStatus

NOTE = N_("演示数据")
REPORTER = "demo"

CHARACTERS = ("on time", "far behind", "a little late", "late", "far behind", "a little late", "silent")
"""How the projects of a layer fare, one after the other; of a silent one nobody reports anything."""

MISSED_YEARS = 0.1
"""Share of the years that somebody forgot to report."""

LAG_DAYS = {"on time": (0, 0), "a little late": (45, 105), "late": (150, 320), "far behind": (490, 560)}
"""How far behind a project is: of one year's work 36 days are 10 points, so that most years show every lamp."""

BEFORE_START = ((120, "permitted"), (300, "land_granted"), (500, "land_reviewed"), (800, "approved"))
"""The stage of a project that has so many days at most before it starts."""

TOPPED_OUT_PCT = 75

Feature = dict[str, object]


def invented_statuses(layer: Layer, features: pandas.DataFrame, years: Iterable[int]) -> list[AnnualStatus]:
    """Statuses for the features of a layer.

    Parameters
    ----------
    features
        `feature_id` is the index; the layer's fields are columns.
    years
        The years of the plan; a feature without planned dates is thought to take all of them.
    """
    invent = {"construction": _construction, "measurement": _measurements}.get(layer.status.kind)
    if invent is None:
        return []
    years = list(years)
    found = []
    characters = cycle(CHARACTERS)
    for feature_id, feature in zip(features.index, features.to_dict("records"), strict=True):
        random = Random(f"{layer.id}/{feature_id}")
        invented = list(invent(layer, feature_id, feature, years, random, next(characters)))
        found += [status for status in invented if random.random() >= MISSED_YEARS]
    return found


def _row(layer: Layer, feature_id: str, year: int, **figures: object) -> AnnualStatus:
    return AnnualStatus(
        layer_id=layer.id,
        feature_id=feature_id,
        year=year,
        note=NOTE,
        reported_by=REPORTER,
        reported_at=f"{year + 1}-01-15T08:00:00Z",
        demo=True,
        **figures,
    )


@dataclass(frozen=True)
class _Project:
    """A project on its way: its planned dates and how many days it is behind."""

    start: date
    finish: date
    lag: timedelta

    def planned_pct(self, year: int) -> float:
        return planned_progress_pct(Plan(self.start, self.finish), year_end(year))

    def progress_pct(self, year: int) -> float:
        return planned_progress_pct(Plan(self.start, self.finish), year_end(year) - self.lag)

    def stage(self, year: int) -> str:
        progress = self.progress_pct(year)
        if progress >= 100:
            return "in_service" if self.progress_pct(year - 1) >= 100 else "completed"
        if progress > 0:
            return "topped_out" if progress >= TOPPED_OUT_PCT else "started"
        days = (self.start - (year_end(year) - self.lag)).days
        return next((stage for most, stage in BEFORE_START if days <= most), "reserved")


def _construction(
    layer: Layer, feature_id: str, feature: Feature, years: Sequence[int], random: Random, character: str
) -> Iterator[AnnualStatus]:
    if character == "silent":
        return
    start, finish = (feature.get(name) for name in ("planned_start", "planned_finish"))
    project = _Project(
        date.fromisoformat(start) if start else date(years[0], 1, 1),
        date.fromisoformat(finish) if finish else year_end(years[-1]),
        timedelta(days=random.randint(*LAG_DAYS[character])),
    )
    money, seats = feature.get("investment_cny_10k"), feature.get("seats")
    for year in years:
        planned, progress = project.planned_pct(year), project.progress_pct(year)
        stage = project.stage(year)
        yield _row(
            layer,
            feature_id,
            year,
            stage=stage,
            flag="delayed" if progress < planned else "none",
            progress_pct=progress,
            investment_planned_cny_10k=_share(money, planned - project.planned_pct(year - 1)),
            investment_done_cny_10k=_share(money, progress - project.progress_pct(year - 1)),
            seats_delivered=seats if progress >= 100 else None,
        )


def _share(money: float | None, points: float) -> float | None:
    return None if money is None else round(money * points / 100, 1)


def _measurements(
    layer: Layer, feature_id: str, feature: Feature, years: Sequence[int], random: Random, character: str
) -> Iterator[AnnualStatus]:
    if character == "silent":
        return
    target = feature.get(layer.status.target) if layer.status.target else None
    base = feature.get(layer.status.base) if layer.status.base else None
    if layer.status.unit == "water_class":
        first, last, step = 4, target or 3, 1.0
    elif target is not None:
        # A base above the target may be of another kind, a sum beside a growth: nothing runs from one to the other.
        first, last, step = base if base is not None and base < target else 0.6 * target, target, 0.1
    elif layer.status.unit is not None:
        first, last, step = random.uniform(10, 40), random.uniform(40, 80), 0.1
    else:
        return  # neither a figure nor a unit to go by
    reached = random.uniform(1.0, 1.1) if character == "on time" else random.uniform(0.5, 0.9)
    for number, year in enumerate(years, start=1):
        value = first + (last - first) * reached * number / len(years)
        yield _row(
            layer, feature_id, year, value=round(round(value / step) * step, 2), unit=layer.status.unit, target=target
        )
