"""One feature as the reader sees it: figures with units, place in plain words, every year since the plan began."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from flask_babel import format_decimal
from flask_babel import gettext as _

from geo.model import land_use, office_time
from geo.model.errors import N_
from geo.model.layer import Layer
from geo.model.location import BASIS_EXPLANATIONS, BASIS_TITLES, LocationBasis
from geo.model.status import FLAGS, LAMPS, NOT_REPORTED, WATER_CLASSES
from geo.service.features import Item, ReportedYear
from geo.service.retiring import Predecessor
from geo.web.figures import Figure, error_in_decimals, facts, figures, in_decimals, kinds, value_in_words
from geo.web.language import in_sentences, localized
from geo.web.page_config import stage_titles, unit_title

UNKNOWN_BASIS = N_("数据库里写的不是已知的位置依据，请核对")
OWNERS = ("responsible_unit", "responsible_officer")
REPORTED = "done"
"""The mark of a year that is reported and can be compared with no plan."""


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
    reported_by: str = ""
    reported_at: str = ""
    reasons: list[str] = dataclass_field(default_factory=list)


@dataclass(frozen=True)
class PredecessorView:
    """A retired feature that this one replaces; `last_report` is empty where nothing was reported of it."""

    layer_id: str
    layer_title: str
    feature_id: str
    name: str
    retired_on: str
    last_report: str


@dataclass(frozen=True)
class FeatureView:
    """What `features/detail.html` shows."""

    id: str
    name: str
    layer_id: str
    layer_title: str
    kinds: list[str]
    plan_year: int | None
    source: str
    place: Place | None
    figures: list[Figure]
    facts: list[Figure]
    timeline_title: str
    targets: list[str]
    years: list[Year]
    revision: int | None


def feature_view(layer: Layer, feature_id: str, item: Item, years: range) -> FeatureView:
    """Everything about one feature in the page's language; what is unknown is left out or says so."""
    properties = item.properties
    return FeatureView(
        id=feature_id,
        name=properties.get("name") or feature_id,
        layer_id=layer.id,
        layer_title=localized(layer.title),
        kinds=kinds(layer, properties),
        plan_year=properties.get("plan_year"),
        source=_source(properties),
        place=_place(properties) if layer.geometry and layer.role == "plan" else None,
        figures=figures(layer, properties),
        facts=[*facts(layer, properties), *_plan_facts(layer, properties)],
        timeline_title=_timeline_title(layer),
        targets=_targets(layer, properties),
        years=_years(layer, item, years),
        revision=properties.get("revision"),
    )


def predecessor_view(each: Predecessor) -> PredecessorView:
    """A predecessor with its last report in the page's language."""
    status, words = each.last_status, ""
    if status is not None:
        is_measured = each.layer.status.kind == "measurement"
        value = "" if status.value is None else _measure(each.layer, status.value)
        progress = "" if status.progress_pct is None else f"{in_decimals(status.progress_pct)}%"
        said = value if is_measured else " ".join(filter(None, [_stage(status.stage), progress]))
        words = _("%(year)s 年填报：%(words)s", year=status.year, words=said)
    return PredecessorView(
        each.layer.id, localized(each.layer.title), each.feature_id, each.name, each.retired_on, words
    )


def _plan_facts(layer: Layer, properties: dict) -> list[Figure]:
    """Planned dates in one row, a progress curve of its own, and who answers for it."""
    found = []
    start, finish = properties.get("planned_start"), properties.get("planned_finish")
    if start and finish:
        dates = _("%(start)s 至 %(finish)s", start=start, finish=finish)
        if properties.get("planned_dates_assumed"):
            # The plan gives only a year: its first and last day are our assumption, and say so.
            dates = _("%(dates)s（按年份推定）", dates=dates)
        found.append(Figure("planned_dates", _("计划起止"), dates))
    if curve := properties.get("progress_curve"):
        found.append(Figure("progress_curve", _("进度曲线"), str(curve)))
    if layer.land_use is not None and not properties.get(land_use.FIELD):
        found.append(_usual_code(layer, properties))
    owners = (field for field in layer.fields if field.name in OWNERS)
    return [
        *found,
        *(Figure(field.name, localized(field.title), str(properties.get(field.name) or _("未填"))) for field in owners),
    ]


def _usual_code(layer: Layer, properties: dict) -> Figure:
    """The land-use code that a feature has by its layer alone, and that nobody has confirmed it."""
    field = layer.field(land_use.FIELD)
    code = land_use.code_of(layer, properties).code
    words = _("%(code)s（图层默认，未逐项确认）", code=value_in_words(field, code)) if code else _("未填")
    return Figure(field.name, localized(field.title), words)


def _timeline_title(layer: Layer) -> str:
    if layer.status.kind != "measurement":
        return _("年度状态")
    if layer.status.quantity is None:
        return _("年度监测")
    return _("年度监测：%(quantity)s", quantity=localized(layer.status.quantity))


def _targets(layer: Layer, properties: dict) -> list[str]:
    """Base and target of a measurement, in the plan's own words where it has them: they may be of two kinds."""
    if layer.status.kind != "measurement":
        return []

    def worded(name: str | None) -> str:
        value = properties.get(name) if name else None
        text = properties.get(f"{name.removesuffix('_value')}_text") if name else None
        return str(text or ("" if value is None else _measure(layer, value)))

    base, target = worded(layer.status.base), worded(layer.status.target)
    parts = (base and _("基数：%(value)s", value=base), target and _("目标：%(value)s", value=target))
    return [part for part in parts if part]


def _source(properties: dict) -> str:
    section, paragraph = properties.get("source_section"), properties.get("source_paragraph")
    if not section:
        return ""
    if paragraph is None:
        return _("规划纲要 %(section)s", section=section)
    return _("规划纲要 %(section)s（文本第 %(paragraph)s 段）", section=section, paragraph=paragraph)


def _place(properties: dict) -> Place:
    basis = properties.get("location_basis") or LocationBasis.UNLOCATED
    accuracy = properties.get("location_accuracy_m")
    return Place(
        basis=basis,
        title=_words(BASIS_TITLES, basis),
        explanation=_(BASIS_EXPLANATIONS.get(basis, UNKNOWN_BASIS)),
        accuracy=_("误差约 %(metres)s 米", metres=error_in_decimals(accuracy)) if accuracy is not None else "",
        text=properties.get("location_text") or "",
        note=properties.get("location_note") or "",
    )


def _words(titles: Mapping[str, str], code: str) -> str:
    """The words of a code; a code that another program wrote and nobody knows stands for itself."""
    return _(titles[code]) if code in titles else code


def _years(layer: Layer, item: Item, years: range) -> list[Year]:
    if layer.status.kind == "none":
        return []
    reported = {each.status.year: _year(layer, each, item.properties) for each in item.reported}
    return [reported.get(year, Year(year)) for year in sorted({*years, *reported})]


def _year(layer: Layer, reported: ReportedYear, properties: dict) -> Year:
    status = reported.status
    is_measured = layer.status.kind == "measurement"
    title = _measured(layer, reported) if is_measured else _stage(status.stage)
    return Year(
        year=status.year,
        reported=True,
        title=title,
        lamp=reported.lamp.colour or REPORTED,
        lamp_title=_lamp_title(layer, reported.lamp.colour, properties),
        reasons=in_sentences(reported.lamp.reasons),
        detail=_measured_against(layer, reported) if is_measured else _progress(reported),
        note=status.note or "",
        demo=status.demo,
        reported_by=status.reported_by or "",
        reported_at=office_time.shown(status.reported_at)[:10],
    )


def _lamp_title(layer: Layer, lamp: str | None, properties: dict) -> str:
    is_measured = layer.status.kind == "measurement"
    if is_measured and lamp in ("green", "yellow"):
        return _("达到目标") if lamp == "green" else _("未达目标")
    if lamp is not None:
        return _(LAMPS[lamp])
    if is_measured:
        return _("已填报·无目标值")
    has_dates = properties.get("planned_start") and properties.get("planned_finish")
    return _("已填报·无进度数字") if has_dates else _("已填报·无计划日期")


def _stage(stage: str | None) -> str:
    return stage_titles().get(stage or NOT_REPORTED, stage)


def _measured(layer: Layer, reported: ReportedYear) -> str:
    value = reported.status.value
    return _("未测") if value is None else _measure(layer, value)


def _measured_against(layer: Layer, reported: ReportedYear) -> str:
    target = reported.status.target
    return "" if target is None else _("目标 %(target)s", target=_measure(layer, target))


def _measure(layer: Layer, value: float) -> str:
    if layer.status.unit == "water_class":
        return WATER_CLASSES.get(value, str(value))
    return f"{in_decimals(value)} {unit_title(layer.status.unit) or ''}".strip()


def _progress(reported: ReportedYear) -> str:
    status, planned = reported.status, reported.planned_progress_pct
    parts = []
    if status.progress_pct is not None:
        parts.append(_("形象进度 %(pct)s%%", pct=in_decimals(status.progress_pct)))
        if planned is not None:
            parts.append(_("计划 %(pct)s%%", pct=format_decimal(planned)))
    if status.flag and status.flag != "none":
        parts.append(_words(FLAGS, status.flag))
    if status.investment_done_cny_10k is not None:
        parts.append(_("完成投资 %(amount)s 万元", amount=in_decimals(status.investment_done_cny_10k)))
    if status.seats_delivered is not None:
        parts.append(_("交付学位 %(seats)s", seats=in_decimals(status.seats_delivered)))
    return " · ".join(parts)
