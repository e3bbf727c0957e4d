"""The monitoring page's figures as the reader sees them: words, units, and the address of the rows behind each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from geo.analysis.indicators import KIND_TITLES
from geo.analysis.monitoring import Comparison, Sum, YearLine
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.layer import Layer
from geo.model.status import STAGES
from geo.service.changes_since import ChangeList, in_brief
from geo.service.indicators import Indicator, pace_in_words
from geo.service.monitoring import COLOURS, LAMP_TITLES, UNKNOWN, LampCount, Monitored, Scope, Standing
from geo.store.base import Store
from geo.web import params
from geo.web.figures import in_decimals, value_in_words
from geo.web.language import in_sentences, in_words, language, localized
from geo.web.page_config import unit_title

NOT_KNOWN = "-"
"""How an address asks for features whose township or unit is not known."""

LONGEST_NAME = 200
NO_YEAR, ALL_YEARS, TO_DATE = "none", "all", "to-"

INCOMPARABLE = LAMP_TITLES["none"]
OVERDUE = LAMP_TITLES["overdue"]

SERIES_TITLES: dict[str, str] = {
    "planned": N_("规划"),
    "year_planned": N_("年度计划"),
    "actual": N_("实际"),
}


@dataclass(frozen=True)
class Asked:
    """What a request wants to see."""

    scope: Scope
    year: int

    def link(self, endpoint: str, **more: object) -> str:
        """An address of the monitoring pages about the same features and year."""
        filters = {
            "layer": list(self.scope.layers),
            "township": _in_address(self.scope.township),
            "unit": _in_address(self.scope.unit),
            "year": self.year,
        }
        return url_for(endpoint, **(filters | more))

    def kept(self) -> list[tuple[str, str]]:
        """Parameters that a form of the page carries on beside the layers."""
        named = (("township", self.scope.township), ("unit", self.scope.unit))
        return [("year", str(self.year)), *((name, _in_address(value)) for name, value in named if value is not None)]


def read_asked(store: Store, args: params.Args) -> Asked:
    """The features and the year that a request names.

    Raises
    ------
    InvalidInput
        If a name is too long.
    """
    layers = tuple(dict.fromkeys(filter(None, args.getlist("layer"))))
    township, unit = (_out_of_address(params.text(args, name, LONGEST_NAME)) for name in ("township", "unit"))
    return Asked(Scope(layers, township, unit), params.year_shown(args, store.catalog.zone))


def read_day(args: params.Args, name: str, default: date) -> date:
    """A day that a request names.

    Raises
    ------
    InvalidInput
    """
    given = params.text(args, name, 10)
    try:
        return date.fromisoformat(given) if given else default
    except ValueError:
        raise InvalidInput(
            N_("参数 %(name)s 应为日期，如 2024-03-01，现为“%(given)s”"), name=name, given=given
        ) from None


def _in_address(value: str | None) -> str | None:
    return NOT_KNOWN if value == UNKNOWN else value


def _out_of_address(given: str | None) -> str | None:
    return UNKNOWN if given == NOT_KNOWN else given


@dataclass(frozen=True)
class Figure:
    """A figure of a table: its words, its number for charts, how many rows it lacks, and the address of its rows."""

    words: str
    value: float | None
    missing: int
    link: str


@dataclass(frozen=True)
class Line:
    """A row of a year's table; `year` is empty for what has none and for the sum."""

    title: str
    planned: Figure
    year_planned: Figure
    actual: Figure
    planned_to_date: Figure
    actual_to_date: Figure


@dataclass(frozen=True)
class Yearly:
    """A measure by year with its table and what its chart draws."""

    name: str
    title: str
    unit: str
    rule: str
    has_year_planned: bool
    lines: list[Line]
    undated: Line | None
    total: Line


def yearly(comparison: Comparison, asked: Asked) -> Yearly:
    """A comparison in the page's language."""
    measure = comparison.measure

    def line(each: YearLine, title: str, of: str) -> Line:
        def figure(series: str, total: Sum) -> Figure:
            link = asked.link("monitoring.rows", figure=f"{measure.name}.{series}", of=of)
            return Figure(_decimals(total.value), total.value, total.missing, link)

        def to_date(series: str, value: float | None) -> Figure:
            link = asked.link("monitoring.rows", figure=f"{measure.name}.{series}", of=f"{TO_DATE}{each.year}")
            return Figure(_decimals(value), value, 0, link)

        return Line(
            title,
            figure("planned", each.planned),
            figure("year_planned", each.year_planned),
            figure("actual", each.actual),
            to_date("planned", each.planned_to_date),
            to_date("actual", each.actual_to_date),
        )

    undated = comparison.undated
    has_undated = undated.planned.stated + undated.planned.missing > 0
    return Yearly(
        name=measure.name,
        title=_(measure.title),
        unit=unit_title(measure.unit) or "",
        rule=_(measure.rule),
        has_year_planned=measure.name == "investment",
        lines=[line(each, str(each.year), str(each.year)) for each in comparison.lines],
        undated=line(undated, _("未写年份"), NO_YEAR) if has_undated else None,
        total=line(comparison.total, _("合计"), ALL_YEARS),
    )


def _decimals(value: float | None) -> str:
    return "—" if value is None else in_decimals(value)


@dataclass(frozen=True)
class LampRow:
    """The lamps of a layer, each count with the address of its rows."""

    title: str
    counts: dict[str, tuple[int, str]]
    total: int
    link: str


def lamp_rows(counts: Iterable[LampCount], asked: Asked) -> list[LampRow]:
    """A row for each layer."""
    return [_lamp_row(localized(each.layer.title), each.counts, each.overdue, asked, each.layer) for each in counts]


def lamp_total(counts: Sequence[LampCount], asked: Asked) -> LampRow:
    """All layers together."""
    sums = {colour: sum(each.counts[colour] for each in counts) for colour in COLOURS}
    return _lamp_row(_("合计"), sums, sum(each.overdue for each in counts), asked, None)


def _lamp_row(title: str, counts: Mapping[str, int], overdue: int, asked: Asked, layer: Layer | None) -> LampRow:
    more = {"layer": [layer.id]} if layer else {}
    links = {
        name: (count, asked.link("monitoring.rows", figure=f"lamp.{name}", of=asked.year, **more))
        for name, count in {**counts, "overdue": overdue}.items()
    }
    link = asked.link("monitoring.rows", figure="lamp.all", of=asked.year, **more)
    return LampRow(title, links, sum(counts.values()), link)


@dataclass(frozen=True)
class Row:
    """A feature at the end of a year, in words."""

    name: str
    link: str
    layer: str
    colour: str
    lamp_title: str
    stage: str
    planned: str
    reported: str
    behind: str
    reasons: list[str]
    obstacle: str
    owner: str
    due: str
    unit: str
    township: str
    is_measured: bool
    value: str = ""


def row(each: Standing, year: int, value: str = "") -> Row:
    """A feature of a list, with why its lamp is as it is and who has to act."""
    report, item = each.report, each.item
    return Row(
        name=item.name,
        link=url_for("features.detail", layer_id=item.layer_id, feature_id=item.feature_id, year=year),
        layer=localized(each.layer.title),
        colour="done" if each.colour == "none" else each.colour,
        lamp_title=lamp_title(each),
        stage=_(STAGES[report.stage]) if report and report.stage in STAGES else "",
        planned=_shown(each.planned_pct),
        reported=_shown(each.reported_pct),
        behind=_shown(each.behind_points),
        reasons=_reasons(each),
        obstacle=(report.obstacle or "") if report else "",
        owner=each.owner,
        due=(report.obstacle_due or "") if report else "",
        unit=item.unit or "",
        township=item.township or "",
        is_measured=each.layer.status.kind == "measurement",
        value=value,
    )


def lamp_title(each: Standing) -> str:
    """The words of a lamp."""
    return _(each.lamp_title)


def _reasons(each: Standing) -> list[str]:
    """Each rule that decided; days that are assumed say so where they were compared with."""
    found = in_sentences(each.lamp.reasons)
    return (
        [*found, _("计划起止日期按年份推定")] if each.item.dates_assumed and each.behind_points is not None else found
    )


@dataclass(frozen=True)
class IndicatorView:
    """An indicator's row; `values` by year, each with the address of the form that reports it."""

    number: str
    name: str
    link: str
    unit: str
    category: str
    kind: str
    is_cumulative: bool
    attribute: str
    base: str
    target: str
    values: dict[int, tuple[str, str]]
    pace: str
    pace_note: str
    met: bool | None
    note: str
    demo: bool


def indicator_view(each: Indicator, years: Iterable[int]) -> IndicatorView:
    """An indicator in the page's language; what the plan does not state is empty."""
    goal, actuals = each.goal, each.actuals
    return IndicatorView(
        number="" if each.number is None else str(each.number),
        name=each.name,
        link=url_for("features.detail", layer_id=each.layer.id, feature_id=each.feature_id),
        unit=each.unit or "",
        category=_coded(each, "category"),
        kind=_(KIND_TITLES[goal.kind]) if goal.kind else "",
        is_cumulative=goal.kind == "cumulative",
        attribute=_coded(each, "attribute"),
        base=goal.base_text or _shown(goal.base),
        target=goal.target_text or _shown(goal.target),
        values={
            year: (
                _shown(actuals.get(year)),
                url_for("status.form", layer_id=each.layer.id, year=year, feature_id=each.feature_id),
            )
            for year in years
        },
        pace=_pace(each),
        pace_note=in_words(each.pace.reason) if each.pace.reason else "",
        met=each.pace.met,
        note=str(each.properties.get("figures_note") or ""),
        demo=any(report.demo for report in each.reports.values()),
    )


def _shown(value: float | None) -> str:
    return "" if value is None else in_decimals(value)


def _coded(each: Indicator, name: str) -> str:
    field, value = each.layer.field(name), each.properties.get(name)
    return value_in_words(field, value) if field and value is not None else ""


def _pace(each: Indicator) -> str:
    """What every remaining year must bring, with its unit; empty where nothing can be said."""
    words = pace_in_words(each, lambda value: in_decimals(round(value, 2)))
    return in_words(words).strip() if words else ""


@dataclass(frozen=True)
class Change:
    """A line of the change list."""

    at: str
    author: str
    words: str
    cause: str
    link: str


@dataclass(frozen=True)
class ChangedFeature:
    name: str
    layer: str
    link: str
    changes: list[Change]


def changed_features(listed: ChangeList, program: str) -> list[ChangedFeature]:
    """The changed features in the page's language.

    Parameters
    ----------
    program
        The author of what no person did.
    """
    return [
        ChangedFeature(
            each.name,
            localized(each.layer.title),
            url_for("features.detail", layer_id=each.layer.id, feature_id=each.feature_id),
            [
                Change(
                    office_time.shown(entry.at),
                    _("程序") if entry.author == program else entry.author,
                    in_words(in_brief(entry, each.layer, language())),
                    _(entry.cause) if entry.cause else "",
                    url_for("journal.page", layer=each.layer.id, feature=each.feature_id) + f"#entry-{entry.seq}",
                )
                for entry in each.entries
            ],
        )
        for each in listed.features
    ]


def scope_words(monitored: Monitored, asked: Asked) -> list[tuple[str, str]]:
    """What the figures are of, as label and words: for files and for pages that show a part."""
    scope = monitored.scope
    found = [(_("截至"), _("%(year)s 年年底", year=asked.year))]
    if scope.layers:
        found.append((_("图层"), _("、").join(localized(layer.title) for layer in monitored.layers)))
    for label, value in ((_("乡（街道）"), scope.township), (_("责任单位"), scope.unit)):
        if value is not None:
            found.append((label, value or _("未载明")))
    return found
