"""The figures of a feature's page, each with the words that the plan puts round it, such as "about".

`static/js/figures.js` does the same for the details on the map; the two show the same rows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _

from geo.model import figures_note
from geo.model.layer import PLAN_FIELDS, Field, Layer
from geo.model.status import WATER_CLASSES
from geo.model.units import SQUARE_METRES_PER_MU
from geo.web.language import language, localized
from geo.web.page_config import unit_title

NUMBERS = ("integer", "number")
WORDED_ELSEWHERE = frozenset(field.name for field in PLAN_FIELDS)
"""Fields that every plan layer has; the page has its own words for them."""

CNY_10K_IN_100M = 10_000
Properties = Mapping[str, object]


@dataclass(frozen=True)
class Figure:
    """A value with its title and unit, ready to be shown; the qualifier stands in one of three places."""

    name: str
    title: str
    value: str
    unit: str = ""
    before: str = ""
    between: str = ""
    after: str = ""
    more: tuple[str, ...] = ()


def figures(layer: Layer, properties: Properties) -> list[Figure]:
    """The stated figures, then the computed ones."""
    remarks, _rest = figures_note.read_note(layer.own_fields, properties.get(figures_note.FIELD))
    stated = [_figure(field, properties, remarks) for field in _known(layer, properties) if field.type in NUMBERS]
    computed = [
        Figure(
            ratio.name,
            localized(ratio.title),
            in_decimals(properties[ratio.name]),
            unit_title(ratio.unit) or "",
            more=(_("算得"),),
        )
        for ratio in layer.ratios
        if properties.get(ratio.name) is not None
    ]
    return stated + computed


def facts(layer: Layer, properties: Properties) -> list[Figure]:
    """What else is known: texts, dates, yes and no; not what a figure carries with it, nor the kind of thing."""
    known = _known(layer, properties)
    carried = {name for field in known if field.type in NUMBERS for name in _companions(field)}
    found = [
        Figure(field.name, localized(field.title), value_in_words(field, properties[field.name]))
        for field in known
        if field.type not in NUMBERS and not is_kind(field) and field.name not in carried | {figures_note.FIELD}
    ]
    rest = figures_note.read_note(layer.own_fields, properties.get(figures_note.FIELD))[1]
    if rest:
        title = next(field.title for field in layer.own_fields if field.name == figures_note.FIELD)
        found.append(Figure(figures_note.FIELD, localized(title), rest))
    return found


def kinds(layer: Layer, properties: Properties) -> list[str]:
    """What kind of thing it is, such as 小学."""
    return [value_in_words(field, properties[field.name]) for field in _known(layer, properties) if is_kind(field)]


def is_kind(field: Field) -> bool:
    return field.filter == "choice" and bool(field.values)


def value_in_words(field: Field, value: object) -> str:
    """A value as people read it."""
    if field.unit == "water_class":
        return WATER_CLASSES.get(value, str(value))
    for choice in field.values:
        if choice.value == value:
            return localized(choice.title)
    if field.type == "boolean":
        return _("是") if value else _("否")
    return in_decimals(value) if field.type in NUMBERS else str(value)


def in_decimals(value: object) -> str:
    """A number as people write it; what another program put in its place as it is."""
    return format_decimal(value) if isinstance(value, int | float) else str(value)


def error_in_decimals(value: object) -> str:
    """How far off something may be: from ten on rounded up to two digits, since no error is known better."""
    if not isinstance(value, int | float) or not 10 <= value < math.inf:
        return in_decimals(value)
    step = 10 ** (math.floor(math.log10(value)) - 1)
    return in_decimals(math.ceil(value / step - 1e-9) * step)


def _known(layer: Layer, properties: Properties) -> list[Field]:
    return [
        field
        for field in layer.own_fields
        if field.name not in WORDED_ELSEWHERE and properties.get(field.name) not in (None, "")
    ]


def _figure(field: Field, properties: Properties, remarks: Mapping[str, str]) -> Figure:
    value = value_in_words(field, properties[field.name])
    more = _in_other_words(field.unit, properties[field.name])
    unit, remark = unit_title(field.unit) or "", remarks.get(field.name, "")
    if stem := _stem(field):
        unit = str(properties.get(f"{stem}_unit") or unit)
        text = properties.get(f"{stem}_text")
        if text and str(text) not in (value, str(properties[field.name])):
            more.append(str(text))
        remark = remark or str(properties.get("qualifier") or "")
    qualifier = figures_note.QUALIFIERS.get(remark)
    if qualifier is None:
        return Figure(field.name, localized(field.title), value, unit, more=(*more, *filter(None, [remark])))
    place = qualifier.place if language() == "zh" else "before"
    return Figure(
        field.name, localized(field.title), value, unit, more=tuple(more), **{place: localized(qualifier.title)}
    )


def _in_other_words(unit: str | None, value: object) -> list[str]:
    """An area in 亩 also in m², money from one 亿 (100 million) on also in 亿."""
    if not isinstance(value, int | float):
        return []
    if unit == "mu":
        return [_("%(area)s ㎡", area=format_decimal(round(value * SQUARE_METRES_PER_MU)))]
    if unit == "cny_10k" and value >= CNY_10K_IN_100M:
        return [_("%(amount)s 亿元", amount=format_decimal(value / CNY_10K_IN_100M))]
    return []


def _stem(field: Field) -> str:
    return field.name.removesuffix("_value") if field.name.endswith("_value") else ""


def _companions(field: Field) -> tuple[str, ...]:
    """Fields whose text stands with a figure `X_value`: its unit, the plan's own words, its qualifier."""
    stem = _stem(field)
    return (f"{stem}_unit", f"{stem}_text", "qualifier") if stem else ()
