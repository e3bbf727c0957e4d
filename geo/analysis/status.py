"""What a report of a year may say: impossible things are refused, unlikely ones need a reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from geo.model.errors import N_
from geo.model.layer import Layer
from geo.model.remark import Remark
from geo.model.status import FLAGS, STAGES, WATER_CLASSES, AnnualStatus

CONSTRUCTION = (
    "stage",
    "flag",
    "progress_pct",
    "investment_planned_cny_10k",
    "investment_done_cny_10k",
    "seats_delivered",
)
MEASUREMENT = ("value", "unit", "target", "value_source")
NEEDS_REASON = ("suspended", "adjusted", "cancelled")
"""Flags that say nothing without a note."""

_ORDER = {stage: rank for rank, stage in enumerate(STAGES)}
_STARTED, _COMPLETED = _ORDER["started"], _ORDER["completed"]


@dataclass(frozen=True)
class ReportFault:
    """What cannot stand in a report, and in which field."""

    field: str
    remark: Remark


def report_faults(
    layer: Layer,
    feature: Mapping[str, object],
    reported: Sequence[AnnualStatus],
    status: AnnualStatus,
    *,
    today: date,
    sealed: bool = False,
) -> Iterator[ReportFault]:
    """Everything that keeps a report from being taken.

    Parameters
    ----------
    feature
        The feature's properties.
    reported
        The current rows of the feature's reported years.
    status
        The report; codes and numbers are of their types already.
    today
        The day of the report at the office.
    sealed
        Whether the year is closed, so that the report is a correction.
    """
    if layer.status.kind == "none":
        yield _fault("year", N_("图层“%(layer)s”不填报年度状态"), layer=layer.title.zh)
        return
    yield from _of_year(status, today, sealed=sealed)
    yield from _of_kind(layer, status)
    if layer.status.kind == "construction":
        yield from _of_construction(feature, reported, status)
    else:
        yield from _of_measurement(layer, status)
    yield from _of_obstacle(status)


def _of_year(status: AnnualStatus, today: date, *, sealed: bool) -> Iterator[ReportFault]:
    if status.year > today.year:
        yield _fault("year", N_("%(year)s 年还没有到，不能填报"), year=status.year)
    if sealed and not status.note:
        yield _fault("note", N_("%(year)s 年已经封存：更正须在说明里写明理由"), year=status.year)


def _of_kind(layer: Layer, status: AnnualStatus) -> Iterator[ReportFault]:
    other = MEASUREMENT if layer.status.kind == "construction" else CONSTRUCTION
    for name in other:
        if getattr(status, name) is not None:
            yield _fault(name, N_("图层“%(layer)s”不填这一项"), layer=layer.title.zh)


def _of_construction(
    feature: Mapping[str, object], reported: Sequence[AnnualStatus], status: AnnualStatus
) -> Iterator[ReportFault]:
    if status.stage not in STAGES:
        yield _fault("stage", N_("请选择阶段"))
        return
    yield from _of_progress(status)
    yield from _of_flag(status)
    yield from _of_amounts(feature, status)
    earlier = max((row for row in reported if row.year < status.year), key=lambda row: row.year, default=None)
    later = min((row for row in reported if row.year > status.year), key=lambda row: row.year, default=None)
    if earlier and not status.note:
        yield from _backwards(earlier, status)
    if later and not status.note:
        yield from _backwards(status, later)


def _of_progress(status: AnnualStatus) -> Iterator[ReportFault]:
    progress, rank = status.progress_pct, _ORDER[status.stage]
    if progress is None:
        return
    if not 0 <= progress <= 100:
        yield _fault("progress_pct", N_("应在 0 至 100 之间，现为 %(progress)s"), progress=f"{progress:g}")
        return
    words = {"stage": STAGES[status.stage], "progress": f"{progress:g}"}
    if rank >= _COMPLETED and progress < 100:
        yield _fault("progress_pct", N_("阶段已是“%(stage)s”，形象进度却是 %(progress)s%%：应为 100%%"), **words)
    if rank < _STARTED and progress > 0:
        yield _fault("progress_pct", N_("阶段还是“%(stage)s”，尚未开工，形象进度不能是 %(progress)s%%"), **words)


def _of_flag(status: AnnualStatus) -> Iterator[ReportFault]:
    if status.flag in NEEDS_REASON and not status.note:
        yield _fault("note", N_("标记为“%(flag)s”时，请在说明里写明原因"), flag=FLAGS[status.flag])


def _of_amounts(feature: Mapping[str, object], status: AnnualStatus) -> Iterator[ReportFault]:
    for name in ("investment_planned_cny_10k", "investment_done_cny_10k", "seats_delivered"):
        given = getattr(status, name)
        if given is not None and given < 0:
            yield _fault(name, N_("不能是负数，现为 %(given)s"), given=f"{given:g}")
    planned, delivered = feature.get("seats"), status.seats_delivered
    if None not in (planned, delivered) and delivered > planned and not status.note:
        message = N_("已交付 %(given)s 个学位，规划只有 %(planned)s 个：请核对，属实的请在说明里写明原因")
        yield _fault("seats_delivered", message, given=delivered, planned=planned)


def _backwards(before: AnnualStatus, after: AnnualStatus) -> Iterator[ReportFault]:
    """A stage or a progress that falls from one year to the next."""
    if before.stage and after.stage and _ORDER[after.stage] < _ORDER[before.stage]:
        yield _fault(
            "stage",
            N_("阶段倒退：%(first)s 年是“%(before)s”，%(last)s 年是“%(after)s”。属实的请在说明里写明原因"),
            first=before.year, last=after.year, before=STAGES[before.stage], after=STAGES[after.stage],
        )  # fmt: skip
    elif None not in (before.progress_pct, after.progress_pct) and after.progress_pct < before.progress_pct:
        yield _fault(
            "progress_pct",
            N_("形象进度倒退：%(first)s 年是 %(before)s%%，%(last)s 年是 %(after)s%%。属实的请在说明里写明原因"),
            first=before.year, last=after.year, before=f"{before.progress_pct:g}", after=f"{after.progress_pct:g}",
        )  # fmt: skip


def _of_measurement(layer: Layer, status: AnnualStatus) -> Iterator[ReportFault]:
    if status.value is None:
        yield _fault("value", N_("请填写实测值"))
        return
    if not status.value_source:
        yield _fault("value_source", N_("请填写数据来源：谁测的，或在哪里公布的"))
    if layer.status.unit == "water_class" and status.value not in WATER_CLASSES:
        yield _fault("value", N_("水质类别应为 Ⅰ 至 劣Ⅴ（1—6），现为 %(given)s"), given=f"{status.value:g}")


def _of_obstacle(status: AnnualStatus) -> Iterator[ReportFault]:
    if (status.obstacle_owner or status.obstacle_due) and not status.obstacle:
        yield _fault("obstacle", N_("有责任人或期限，却没有写存在什么问题"))


def _fault(field: str, message: str, **params: object) -> ReportFault:
    return ReportFault(field, Remark(message, **params))
