"""One feature as the reader sees it: figures with units, place in plain words, every year since the plan began."""

from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from geo.model.layer import Field, Layer
from geo.model.location import BASIS_EXPLANATIONS, BASIS_TITLES
from geo.model.status import FLAGS, LAMPS, WATER_CLASSES
from geo.service.features import Item, ReportedYear
from geo.web.language import localized
from geo.web.page_config import stage_titles, unit_title

PLANNED_DATES = ("planned_start", "planned_finish")
OWNERS = ("responsible_unit", "responsible_officer")


@dataclass(frozen=True)
class Figure:
    """A value with its title and unit, ready to be shown."""

    name: str
    title: str
    value: str
    unit: str = ""


@dataclass(frozen=True)
class Place:
    """Where the feature is and how surely that is known."""

    basis: str
    title: str
    explanation: str
    accuracy: str
    text: str
    note: str


@dataclass(frozen=True)
class Year:
    """One year of the timeline; an unreported one has no more than its number."""

    year: int
    reported: bool = False
    title: str = ""
    lamp: str = "grey"
    lamp_title: str = ""
    detail: str = ""
    note: str = ""
    demo: bool = False


@dataclass(frozen=True)
class FeatureView:
    """What `features/detail.html` shows."""

    id: str
    name: str
    layer_id: str
    layer_title: str
    plan_year: int | None
    source: str
    place: Place | None
    figures: list[Figure]
    computed: list[Figure]
    facts: list[Figure]
    years: list[Year]


def feature_view(layer: Layer, feature_id: str, item: Item, years: range) -> FeatureView:
    """Everything about one feature in the page's language; what is unknown is left out or says so."""
    properties = item.properties
    own = [field for field in layer.own_fields if properties.get(field.name) is not None]
    shared = [field for field in layer.fields if field.name in PLANNED_DATES + OWNERS and properties.get(field.name)]
    return FeatureView(
        id=feature_id,
        name=properties.get("name") or feature_id,
        layer_id=layer.id,
        layer_title=localized(layer.title),
        plan_year=properties.get("plan_year"),
        source=_source(properties),
        place=_place(properties) if layer.geometry and layer.role == "plan" else None,
        figures=[_figure(field, properties) for field in own if field.type in ("integer", "number")],
        computed=_computed(layer, properties),
        facts=[_figure(field, properties) for field in [*own, *shared] if field.type not in ("integer", "number")],
        years=_years(layer, item, years),
    )


def _source(properties: dict) -> str:
    section, paragraph = properties.get("source_section"), properties.get("source_paragraph")
    if not section:
        return ""
    if paragraph is None:
        return _("规划纲要 %(section)s", section=section)
    return _("规划纲要 %(section)s（文本第 %(paragraph)s 段）", section=section, paragraph=paragraph)


def _place(properties: dict) -> Place:
    basis = properties.get("location_basis") or "unlocated"
    accuracy = properties.get("location_accuracy_m")
    return Place(
        basis=basis,
        title=_(BASIS_TITLES[basis]),
        explanation=_(BASIS_EXPLANATIONS[basis]),
        accuracy=_("误差约 %(metres)s 米", metres=format_decimal(accuracy)) if accuracy is not None else "",
        text=properties.get("location_text") or "",
        note=properties.get("location_note") or "",
    )


def _figure(field: Field, properties: dict) -> Figure:
    if field.name in PLANNED_DATES and properties.get("planned_dates_assumed"):
        # The plan gives only a year: its first and last day are our assumption, and say so.
        day = _value(field, properties[field.name])
        return Figure(field.name, localized(field.title), _("%(day)s（按年推定）", day=day))
    return Figure(
        field.name, localized(field.title), _value(field, properties[field.name]), unit_title(field.unit) or ""
    )


def _value(field: Field, value: object) -> str:
    if field.unit == "water_class":
        return WATER_CLASSES.get(value, str(value))
    for choice in field.values:
        if choice.value == value:
            return localized(choice.title)
    if field.type == "boolean":
        return _("是") if value else _("否")
    if field.type == "date":
        return format_date(date.fromisoformat(str(value)), "yyyy-MM-dd")
    if field.type in ("integer", "number"):
        return format_decimal(value)
    return str(value)


def _computed(layer: Layer, properties: dict) -> list[Figure]:
    return [
        Figure(ratio.name, localized(ratio.title), format_decimal(properties[ratio.name]), unit_title(ratio.unit) or "")
        for ratio in layer.ratios
        if properties.get(ratio.name) is not None
    ]


def _years(layer: Layer, item: Item, years: range) -> list[Year]:
    if layer.status.kind == "none":
        return []
    reported = {each.status.year: _year(layer, each) for each in item.reported}
    return [reported.get(year, Year(year)) for year in sorted({*years, *reported})]


def _year(layer: Layer, reported: ReportedYear) -> Year:
    status = reported.status
    title = _measured(layer, reported) if layer.status.kind == "measurement" else stage_titles()[status.stage]
    return Year(
        year=status.year,
        reported=True,
        title=title,
        lamp=reported.lamp or "grey",
        lamp_title=_(LAMPS[reported.lamp]) if reported.lamp else "",
        detail=_progress(reported),
        note=status.note or "",
        demo=status.demo,
    )


def _measured(layer: Layer, reported: ReportedYear) -> str:
    value = reported.status.value
    if value is None:
        return _("未测")
    if layer.status.unit == "water_class":
        return WATER_CLASSES.get(int(value), str(value))
    return f"{format_decimal(value)} {unit_title(layer.status.unit) or ''}".strip()


def _progress(reported: ReportedYear) -> str:
    status, planned = reported.status, reported.planned_progress_pct
    parts = []
    if status.progress_pct is not None:
        parts.append(_("形象进度 %(pct)s%%", pct=format_decimal(status.progress_pct)))
    if planned is not None:
        parts.append(_("计划 %(pct)s%%", pct=format_decimal(planned)))
    if status.flag and status.flag != "none":
        parts.append(_(FLAGS[status.flag]))
    return " · ".join(parts)
