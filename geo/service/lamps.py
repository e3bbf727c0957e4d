"""The lamp of a feature in a year: its plan, its report and the rule of `geo.analysis.schedule`."""

from dataclasses import replace
from datetime import date

from geo.analysis import schedule
from geo.analysis.schedule import Lamp, Plan
from geo.model import office_time
from geo.model.errors import InvalidInput
from geo.model.layer import Layer
from geo.model.status import NOT_REPORTED, STAGES, AnnualStatus

REPORTED = ("progress_pct", "investment_planned_cny_10k", "investment_done_cny_10k", "value")


def plan_of(properties: dict) -> Plan:
    """When a feature is to be done, as its properties say."""
    start, finish = _date(properties.get("planned_start")), _date(properties.get("planned_finish"))
    return Plan(start, finish, _curve(properties.get("progress_curve")))


def planned_progress_pct(properties: dict, year: int) -> float | None:
    """How far a feature is to be at the end of a year."""
    return schedule.planned_progress_pct(plan_of(properties), schedule.year_end(year))


def lamp_of(layer: Layer, properties: dict, report: AnnualStatus | None, year: int) -> Lamp:
    """The lamp of a feature at the end of a year.

    Parameters
    ----------
    report
        The last one as of that year.
    """
    target = number(properties.get(layer.status.target)) if layer.status.target else None
    today = office_time.today()
    return lamp_at(layer, plan_of(properties), target, report and sound(report), year, today=today)


def lamp_at(
    layer: Layer, plan: Plan, target: float | None, report: AnnualStatus | None, year: int, *, today: date
) -> Lamp:
    """The lamp of a feature of which plan, target and a sound report are known already."""
    if layer.status.kind == "construction":
        return schedule.construction_lamp(plan, report, year, today=today)
    # A value measured in an earlier year says nothing of this one.
    value = report.value if report and report.year == year else None
    return schedule.measurement_lamp(value, target, layer.status.better, year, today=today)


def report_in(layer: Layer, feature_id: str, properties: dict) -> AnnualStatus | None:
    """The report that stands in the properties of a feature which was asked for with a year."""
    if properties["status_year"] is None:
        return None
    stage = properties["stage"] if properties["stage"] != NOT_REPORTED else None
    figures = {name: properties[name] for name in REPORTED}
    return AnnualStatus(layer.id, feature_id, properties["status_year"], stage=stage, **figures)


def sound(report: AnnualStatus) -> AnnualStatus:
    """A report without what another program wrote into the store that is no stage and no number."""
    figures = {name: number(getattr(report, name)) for name in (*REPORTED, "seats_delivered")}
    stage = report.stage if report.stage in STAGES else None
    same = stage == report.stage and all(getattr(report, name) is figure for name, figure in figures.items())
    return report if same else replace(report, stage=stage, **figures)


def _curve(text: object) -> schedule.Curve:
    """A stored curve; even progress where another program wrote something that is none."""
    try:
        return schedule.read_curve(text if isinstance(text, str) else None)
    except InvalidInput:
        return ()


def number(value: object) -> float | None:
    """A stored number; None for what another program wrote that is none."""
    return value if isinstance(value, int | float) else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
