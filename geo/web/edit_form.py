"""A feature's fields as the controls of a form: one for each, by its type, with its unit and what the plan says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from geo.analysis.editing import plan_figures
from geo.analysis.schedule import read_curve
from geo.model import figures_note, land_use
from geo.model.errors import InvalidInput
from geo.model.field_fault import FieldFault
from geo.model.field_value import write_value
from geo.model.journal import PROGRAM, JournalQuery
from geo.model.layer import PLAN_FIELDS, Field, Layer
from geo.model.status import WATER_CLASSES
from geo.service.editing import editable_fields
from geo.store.base import Store
from geo.web.figures import value_in_words
from geo.web.language import in_words, localized
from geo.web.page_config import unit_title

CURVE = "progress_curve"
CURVE_DAY, CURVE_PCT = "_curve_day", "_curve_pct"
"""Names in the form that no field has: those begin with a letter."""

EMPTY_POINTS = 3
MOST_POINTS = 60
TAKE = "_take_"
"""Before a field's name: whether a conflict ends with `mine` or `theirs`."""

BESIDE_FIELDS = {"cause": "_cause", "source": "_source", "feature_id": "_id"}
"""What a fault may name beside fields, as the form names it."""

OWNERS = ("name", "responsible_unit", "responsible_officer")
SCHEDULE = ("plan_year", "planned_start", "planned_finish", CURVE)
ORIGIN = ("source_section", "source_paragraph", "location_text", "location_note")
SHORTEST_LONG = 60
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Control:
    """One field in the form.

    Parameters
    ----------
    kind
        `text`, `long`, `number`, `date`, `choice` or `curve`.
    value
        As it was typed, or as the field has it.
    choices
        Value and title of each.
    points
        Day and percent of each point of a curve, as typed.
    hints
        Sentences beside it.
    """

    name: str
    title: str
    kind: str
    value: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    points: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    title: str
    controls: tuple[Control, ...]
    note: str = ""


def given_texts(layer: Layer, form: MultiDict[str, str]) -> dict[str, str]:
    """What was typed, by field; the rows of the curve as one text; what a conflict left to the others is not there."""
    given = {field.name: form[field.name] for field in editable_fields(layer) if field.name in form}
    if CURVE_DAY in form:
        rows = zip(form.getlist(CURVE_DAY), form.getlist(CURVE_PCT), strict=False)
        points = [f"{day.strip()} {pct.strip()}".strip() for day, pct in list(rows)[:MOST_POINTS]]
        given[CURVE] = "; ".join(filter(None, points))
    return {name: text for name, text in given.items() if form.get(TAKE + name) != "theirs"}


def texts_of(layer: Layer, values: Mapping[str, object]) -> dict[str, str]:
    """The values of a feature as the form shows them."""
    return {field.name: write_value(values.get(field.name)) for field in editable_fields(layer)}


def faults_by_field(faults: Iterable[FieldFault]) -> dict[str, str]:
    """The first fault of each control, in the page's language."""
    found: dict[str, str] = {}
    for fault in faults:
        name = BESIDE_FIELDS.get(fault.field, fault.field)
        found.setdefault(name, in_words(fault.remark))
    return found


def plan_words(store: Store, layer: Layer, feature_id: str) -> dict[str, str]:
    """What the plan states of a feature, by field, with the words round each figure: what the store was filled with."""
    made = list(store.journal(JournalQuery(layer.id, feature_id, action="create", limit=1)))
    if layer.role != "plan" or not made or made[0].author != PROGRAM:
        return {}
    stated, figures = made[0].after or {}, plan_figures(layer)
    remarks, _rest = figures_note.read_note(layer.own_fields, stated.get(figures_note.FIELD))
    return {
        field.name: f"{remarks.get(field.name, '')} {_worded(field, stated[field.name])}".strip()
        for field in layer.fields
        if field.name in figures and stated.get(field.name) is not None
    }


def groups(
    layer: Layer, texts: Texts, *, stated: Mapping[str, str] | None = None, assumed_dates: bool = False
) -> list[Group]:
    """The controls of a form, in groups.

    Parameters
    ----------
    stated
        As `plan_words` gives it.
    assumed_dates
        Whether the planned dates follow from the year alone.
    """
    stated = stated or {}
    fields = {field.name: field for field in editable_fields(layer)}

    def made(names: Iterable[str]) -> tuple[Control, ...]:
        found = (_control(fields[name], texts, stated, assumed_dates) for name in names if name in fields)
        return tuple(_with_usual_code(layer, each, texts) for each in found)

    common = {field.name for field in PLAN_FIELDS}
    own = [name for name in fields if name not in common]
    section = texts.get("source_section", "")
    owned = _("规划要求每个项目都有人负责（五(三)2），没有写明是谁") if OWNERS[1] in fields else ""
    parts = [
        Group(_("名称和责任"), made(OWNERS), owned),
        Group(_("计划进度"), made(SCHEDULE)),
        Group(_("内容和数字"), made(own), _("规划出处：%(section)s", section=section) if section else ""),
        Group(_("出处和位置描述"), made(ORIGIN)),
    ]
    return [group for group in parts if group.controls]


def _with_usual_code(layer: Layer, control: Control, texts: Texts) -> Control:
    """What the control of the land-use code means while it is empty."""
    if control.name != land_use.FIELD or layer.land_use is None:
        return control
    code = layer.land_use.code_of(texts)
    words = (
        _("不填就按图层默认：%(code)s", code=dict(control.choices)[code])
        if code
        else _("图层没有默认代码，报送前须选定")
    )
    return replace(control, hints=(*control.hints, words))


def _control(field: Field, texts: Texts, stated: Mapping[str, str], assumed_dates: bool) -> Control:
    text = texts.get(field.name, "")
    hints = [_("规划：%(words)s", words=stated[field.name])] if field.name in stated else []
    if assumed_dates and field.name in ("planned_start", "planned_finish"):
        hints.append(_("按年份推定；改过以后就不再是推定"))
    kind, choices = _kind(field, text)
    points: tuple[tuple[str, str], ...] = ()
    if field.name == CURVE:
        kind, points = "curve", _points(text)
        hints.append(_("不填就按计划起止匀速推进，这是推定；填了就按这些日期和百分数"))
    return Control(
        field.name, localized(field.title), kind, text, unit_title(field.unit) or "", choices, points, tuple(hints)
    )


def _kind(field: Field, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    if field.values:
        return "choice", tuple((choice.value, localized(choice.title)) for choice in field.values)
    if field.type == "boolean":
        return "choice", (("true", _("是")), ("false", _("否")))
    if field.unit == "water_class":
        return "choice", tuple((str(rank), title) for rank, title in WATER_CLASSES.items())
    if field.type in ("integer", "number"):
        return "number", ()
    if field.type == "date":
        return "date", ()
    is_long = field.name.endswith(("_note", "_text")) or len(text) > SHORTEST_LONG
    return "long" if is_long else "text", ()


def _points(text: str) -> tuple[tuple[str, str], ...]:
    """The rows of a curve, one that cannot be read as it was typed, and some empty ones."""
    try:
        points = [(day.isoformat(), f"{pct:g}") for day, pct in read_curve(text)]
    except InvalidInput:
        points = [(day, pct) for day, _blank, pct in (part.strip().partition(" ") for part in text.split(";"))]
    return (*points, *[("", "")] * EMPTY_POINTS)


def _worded(field: Field, value: object) -> str:
    if field.name == "plan_year":
        return str(value)
    return f"{value_in_words(field, value)} {unit_title(field.unit) or ''}".strip()
