"""What a feature's fields may say: impossible things are refused, and a figure of the plan changes for a reason."""

from collections.abc import Iterator, Mapping
from datetime import date

from geo.analysis.schedule import read_curve
from geo.model.definition_rules import YEARS
from geo.model.errors import InvalidInput, N_
from geo.model.field_fault import FieldFault
from geo.model.layer import Field, Layer
from geo.model.remark import Remark
from geo.model.status import WATER_CLASSES
from geo.model.units import UNITS

MAY_BE_NEGATIVE = frozenset({"share", "angle", "ratio"})
"""Quantities that may fall below nothing; an area, a sum or a number of seats may not."""

DATES = ("planned_start", "planned_finish")
Values = Mapping[str, object]


def plan_figures(layer: Layer) -> frozenset[str]:
    """Fields whose value the plan states as a number: changing one takes a reason."""
    own = (field.name for field in layer.own_fields if field.type in ("integer", "number"))
    return frozenset(own) | ({"plan_year"} if layer.role == "plan" else frozenset())


def edit_faults(layer: Layer, before: Values | None, after: Values, *, cause: str | None) -> Iterator[FieldFault]:
    """Everything that keeps a feature's new values from being taken; what was wrong before and stays is passed over.

    Parameters
    ----------
    before
        The feature's properties; None where it is new.
    after
        The properties that it would have; they are of their types already.
    cause
        Why, in the writer's words.
    """
    changed = {field.name for field in layer.fields if (before or {}).get(field.name) != after.get(field.name)}
    if not after.get("name") and (before is None or "name" in changed):
        yield _fault("name", N_("请填写名称"))
    for field in layer.fields:
        if field.name in changed and after.get(field.name) is not None:
            yield from _of_value(field, after[field.name])
    if changed & {*DATES, "progress_curve"}:
        yield from _of_dates(after)
        yield from _of_curve(after)
    if before is not None and not cause and (figures := changed & plan_figures(layer)):
        titles = ", ".join(field.title.zh for field in layer.fields if field.name in figures)
        yield _fault("cause", N_("改动了规划数字（%(fields)s），请写明原因"), fields=titles)


def _of_value(field: Field, value: object) -> Iterator[FieldFault]:
    if field.name == "plan_year" and value not in YEARS:
        message = N_("年份应在 %(first)s 到 %(last)s 之间，现为 %(given)s")
        yield _fault(field.name, message, first=YEARS[0], last=YEARS[-1], given=value)
    elif field.name == "source_paragraph" and value < 1:
        yield _fault(field.name, N_("段落从 1 数起，现为 %(given)s"), given=value)
    elif field.unit == "water_class" and value not in WATER_CLASSES:
        yield _fault(field.name, N_("水质类别应为 Ⅰ 至 劣Ⅴ（1—6），现为 %(given)s"), given=f"{value:g}")
    elif field.unit and UNITS[field.unit].quantity not in MAY_BE_NEGATIVE and value < 0:
        yield _fault(field.name, N_("不能是负数，现为 %(given)s"), given=f"{value:g}")


def _of_dates(after: Values) -> Iterator[FieldFault]:
    start, finish = (after.get(name) for name in DATES)
    if start and finish and finish < start:
        message = N_("完成日期 %(finish)s 早于开工日期 %(start)s")
        yield _fault("planned_finish", message, start=start, finish=finish)


def _of_curve(after: Values) -> Iterator[FieldFault]:
    """A curve that can be read and lies between the planned dates."""
    try:
        curve = read_curve(after.get("progress_curve"))
    except InvalidInput as error:
        yield _fault("progress_curve", error.message, **error.params)
        return
    start, finish = (after.get(name) for name in DATES)
    if curve and not (start and finish):
        yield _fault("progress_curve", N_("进度曲线要有计划开工和计划完成日期"))
        return
    for day, _pct in curve:
        if not date.fromisoformat(start) <= day <= date.fromisoformat(finish):
            message = N_("%(day)s 不在计划开工 %(start)s 与计划完成 %(finish)s 之间")
            yield _fault("progress_curve", message, day=day.isoformat(), start=start, finish=finish)
            return


def _fault(field: str, message: str, **params: object) -> FieldFault:
    return FieldFault(field, Remark(message, **params))
