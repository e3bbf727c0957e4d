"""How far a project should be, and the lamp that compares it with how far it is.

The rule is published to readers as it stands here; every threshold is a constant of this module.
"""

from datetime import date

from geo.model.status import NOT_REPORTED, STAGES

YELLOW_BEHIND_POINTS = 10
RED_BEHIND_POINTS = 30
RED_LATE_START_DAYS = 92
"""Three months past the planned start without a start."""

DEFAULT_YEAR_END = (12, 31)

_ORDER = {stage: rank for rank, stage in enumerate(STAGES)}
_STARTED = _ORDER["started"]
_COMPLETED = _ORDER["completed"]


def year_end(year: int) -> date:
    """The day on which "as of a year" looks: its last one."""
    return date(year, *DEFAULT_YEAR_END)


def planned_progress_pct(start: date | None, finish: date | None, on: date) -> float | None:
    """The default progress curve: even progress from the first to the last planned day.

    Parameters
    ----------
    start, finish
        Planned first and last day; None where the plan states no time.
    on
        The day asked about.

    Returns
    -------
    progress_pct
        0 to 100, one decimal; None without both dates.
    """
    if start is None or finish is None or finish < start:
        return None
    days = (finish - start).days + 1
    done = min(max((on - start).days + 1, 0), days)
    return round(100 * done / days, 1)


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


def construction_lamp(
    start: date | None,
    finish: date | None,
    on: date,
    *,
    stage: str,
    progress_pct: float | None,
    status_year: int | None,
) -> str | None:
    """Lamp of a construction project on a day.

    Parameters
    ----------
    start, finish
        Planned first and last day.
    on
        The day; the year of a report must be this day's year to count, unless the project is complete.
    stage, progress_pct, status_year
        The last report as of that day; `stage` is `not_reported` when there is none.

    Returns
    -------
    lamp
        `green` on schedule or complete; `yellow` 10 to 30 points behind, or due to start and not started; `red` more
        than 30 points behind, or three months past the planned start without a start; `grey` not reported for the
        year; None where there is no plan or no figure to compare.
    """
    if stage != NOT_REPORTED and _ORDER[stage] >= _COMPLETED:
        return "green"
    if stage == NOT_REPORTED or status_year != on.year:
        return "grey"
    planned = planned_progress_pct(start, finish, on)
    reported = reported_progress_pct(stage, progress_pct)
    if start is None or planned is None or reported is None:
        return None
    behind = planned - reported
    days_late = (on - start).days if _ORDER[stage] < _STARTED else -1
    if behind > RED_BEHIND_POINTS or days_late > RED_LATE_START_DAYS:
        return "red"
    if behind >= YELLOW_BEHIND_POINTS or days_late >= 0:
        return "yellow"
    return "green"


def measurement_lamp(value: float | None, target: float | None, better: str | None) -> str | None:
    """Lamp of a measured value: green when it meets its target, yellow when not, grey when not measured.

    None where the plan states no target or does not say which way is better.
    """
    if value is None:
        return "grey"
    if target is None or better is None:
        return None
    met = value >= target if better == "higher" else value <= target
    return "green" if met else "yellow"
