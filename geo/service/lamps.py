"""The lamp of a feature in a year: its plan, its report and the rule of `geo.analysis.schedule`."""

from datetime import date, datetime

from geo.analysis import schedule
from geo.analysis.schedule import Lamp, Plan
from geo.model.layer import Layer
from geo.model.status import NOT_REPORTED, AnnualStatus
from geo.service.as_of import OFFICE_TIME

REPORTED = ("progress_pct", "investment_planned_cny_10k", "investment_done_cny_10k", "value")


def plan_of(properties: dict) -> Plan:
    """When a feature is to be done, as its properties say."""
    start, finish = _date(properties.get("planned_start")), _date(properties.get("planned_finish"))
    return Plan(start, finish, schedule.read_curve(properties.get("progress_curve")))


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
    today = datetime.now(OFFICE_TIME).date()
    if layer.status.kind == "construction":
        return schedule.construction_lamp(plan_of(properties), report, year, today=today)
    # A value measured in an earlier year says nothing of this one.
    value = report.value if report and report.year == year else None
    target = properties.get(layer.status.target) if layer.status.target else None
    return schedule.measurement_lamp(value, target, layer.status.better, year, today=today)


def report_in(layer: Layer, feature_id: str, properties: dict) -> AnnualStatus | None:
    """The report that stands in the properties of a feature which was asked for with a year."""
    if properties["status_year"] is None:
        return None
    stage = properties["stage"] if properties["stage"] != NOT_REPORTED else None
    figures = {name: properties[name] for name in REPORTED}
    return AnnualStatus(layer.id, feature_id, properties["status_year"], stage=stage, **figures)


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
