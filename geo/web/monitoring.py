"""The monitoring page: how the plan stands at the end of a year, and the rows behind every figure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from geo.analysis.monitoring import MEASURES
from geo.exchange.media_types import XLSX_MEDIA_TYPE
from geo.exchange.workbook import PlainTable, tables_stream
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.journal import PROGRAM
from geo.service import monitoring
from geo.service.changes_since import ChangeList, changes_since
from geo.service.indicators import Indicator, indicators
from geo.service.monitoring import COLOURS, Monitored, Standing
from geo.store.base import Store
from geo.web import monitoring_sheets as sheets
from geo.web import monitoring_view as view
from geo.web import params
from geo.web.current import as_of_day, current_store
from geo.web.figures import in_decimals
from geo.web.language import localized
from geo.web.monitoring_view import ALL_YEARS, LAMP_TITLES, NO_YEAR, SERIES_TITLES, TO_DATE, Asked
from geo.web.page_config import unit_title
from geo.web.slots import slots

CHANGES_OF_DAYS = 30
MOST_BEHIND, MOST_ROWS = 100, 2000
MOST_CHANGED = 50

blueprint = Blueprint("monitoring", __name__, url_prefix="/monitoring")


@blueprint.get("")
def page() -> str:
    """Lamps, plan against actual, what is behind, indicators, changes."""
    store = current_store()
    asked = view.read_asked(store, request.args)
    monitored = monitoring.read(store, asked.scope)
    counts = monitoring.lamp_counts_in(monitored, asked.year)
    late = monitoring.behind(monitoring.standings(monitored, asked.year))
    years = list(store.catalog.zone.years)
    listed = changes_in(store, monitored)
    return render_template(
        "monitoring/index.html",
        asked=asked,
        years=years,
        monitored=monitored,
        **filter_parts(store, monitored, asked),
        lamps=view.lamp_rows(counts, asked),
        lamp_total=view.lamp_total(counts, asked),
        lamp_titles={name: _(title) for name, title in LAMP_TITLES.items()},
        colours=COLOURS,
        by_year=_lamps_by_year(monitored, asked, years),
        yearly=[view.yearly(each, asked) for each in monitoring.comparisons(monitored)],
        behind=[view.row(each, asked.year) for each in late[:MOST_BEHIND]],
        behind_count=len(late),
        indicators=[view.indicator_view(each, years) for each in indicators_in(store, monitored, asked.year)],
        changed=view.changed_features(listed, PROGRAM),
        listed=listed,
        layer_titles={layer.id: localized(layer.title) for layer in store.catalog.values()},
    )


@blueprint.get("/rows")
def rows() -> str:
    """The features behind one figure."""
    store = current_store()
    asked = view.read_asked(store, request.args)
    monitored = monitoring.read(store, asked.scope)
    found = rows_behind(monitored, asked)
    return render_template(
        "monitoring/rows.html",
        asked=asked,
        title=found.title,
        rows=[view.row(each, asked.year, found.worth(value)) for each, value in found.rows[:MOST_ROWS]],
        count=len(found.rows),
        total=found.total,
        scope=view.scope_words(monitored, asked),
        map_link=map_link(asked),
        workbook=asked.link("monitoring.workbook", figure=request.args.get("figure"), of=request.args.get("of")),
    )


@blueprint.get("/xlsx")
def workbook() -> Response:
    """All tables of the page, or the rows behind one figure, as a workbook."""
    store = current_store()
    scope = view.read_asked(store, request.args).scope
    asked = Asked(scope, params.year_of_file(request.args, store.catalog.zone))
    monitored = monitoring.read(store, scope)
    if request.args.get("figure"):
        found = rows_behind(monitored, asked)
        is_sum = found.unit is not None
        make = sheets.parts_table if is_sum else sheets.standings_table
        tables = [make(found.title, found.rows if is_sum else [each for each, _value in found.rows], asked.year)]
    else:
        tables = list(_all_tables(store, monitored, asked))
    notes = PlainTable(
        _("说明"), [_("项目"), _("说明")], [*map(list, view.scope_words(monitored, asked)), *_notes(store)]
    )
    name = "-".join(filter(None, ["monitoring", str(asked.year), request.args.get("figure", "")]))
    with slots("downloads").taken():
        content = b"".join(tables_stream(tables, notes))
    return Response(
        content,
        mimetype=XLSX_MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{re.sub("[^a-z0-9.-]", "_", name)}.xlsx"'},
    )


def _all_tables(store: Store, monitored: Monitored, asked: Asked) -> Iterator[PlainTable]:
    yield sheets.lamp_table(monitoring.lamp_counts_in(monitored, asked.year), asked.year)
    for each in monitoring.comparisons(monitored):
        yield sheets.yearly_table(each)
    yield sheets.standings_table(
        _("滞后与未达标"), monitoring.behind(monitoring.standings(monitored, asked.year)), asked.year
    )
    yield sheets.indicator_table(indicators_in(store, monitored, asked.year), list(store.catalog.zone.years))
    yield sheets.change_table(changes_in(store, monitored))


def _notes(store: Store) -> Iterator[list[str]]:
    zone = store.catalog.zone
    if store.demo:
        yield [_("演示数据"), _("进展为虚构的演示数据，不得引用")]
    if day := as_of_day():
        yield [_("数据截至"), day.isoformat()]
    yield [_("规划"), f"{localized(zone.title)} {localized(zone.plan)} {zone.plan_source}"]
    yield [_("空格"), _("规划没有写，或没有填报；不当作零")]
    for each in MEASURES.values():
        yield [_(each.title), _(each.rule)]


def filter_parts(store: Store, monitored: Monitored, asked: Asked) -> dict[str, object]:
    """What the filter bar shows."""
    return {
        "layers": monitoring.reporting_layers(store),
        "townships": [(view.NOT_KNOWN if not each.value else each.value, each) for each in monitored.townships],
        "units": [(view.NOT_KNOWN if not each.value else each.value, each) for each in monitored.units],
        "map_link": map_link(asked),
    }


def map_link(asked: Asked) -> str | None:
    """The same features on the map; None where the map cannot ask for them."""
    scope = asked.scope
    if scope.township is not None or scope.unit == monitoring.UNKNOWN:
        return None
    more = {"layers": ",".join(scope.layers) or None, "responsible_unit": scope.unit}
    return Asked(monitoring.Scope(), asked.year).link("features.map_page", **more)


def indicators_in(store: Store, monitored: Monitored, year: int) -> list[Indicator]:
    """The indicators that belong to the scope."""
    keys = {item.key for item in monitored.items}
    return [each for each in indicators(store, year) if (each.layer.id, each.feature_id) in keys]


def changes_in(store: Store, monitored: Monitored) -> ChangeList:
    """The changes since the day that the request names, else since a month ago."""
    today = as_of_day() or office_time.today()
    since = view.read_day(request.args, "since", today - timedelta(days=CHANGES_OF_DAYS))
    scope = monitored.scope
    is_narrow = scope.township is not None or scope.unit is not None
    keys = {item.key for item in monitored.items} if is_narrow else None
    return changes_since(store, since, layers=scope.layers, keys=keys, most=MOST_CHANGED)


def _lamps_by_year(monitored: Monitored, asked: Asked, years: list[int]) -> list[tuple[int, view.LampRow]]:
    """All lamps at the end of each of the plan's years that have begun; of one that is all to come, of its first."""
    found = []
    for year in [year for year in years if year <= monitored.today.year] or years[:1]:
        counts = monitoring.lamp_counts_in(monitored, year)
        found.append((year, view.lamp_total(counts, Asked(asked.scope, year))))
    return found


@dataclass(frozen=True)
class RowsBehind:
    """The rows of one figure: each feature with what it adds; of a sum also its unit and the whole of it."""

    title: str
    rows: list[tuple[Standing, float | None]]
    unit: str | None = None
    missing: str = ""

    def worth(self, value: float | None) -> str:
        """What a row adds, in words."""
        if self.unit is None:
            return ""
        return self.missing if value is None else f"{in_decimals(value)} {self.unit}"

    @property
    def total(self) -> str:
        """The sum; empty where the rows are only counted."""
        if self.unit is None:
            return ""
        stated = [value for _each, value in self.rows if value is not None]
        return f"{in_decimals(round(sum(stated), 6))} {self.unit}" if stated else "—"


def rows_behind(monitored: Monitored, asked: Asked) -> RowsBehind:
    """What the request's `figure` is made of.

    Raises
    ------
    InvalidInput
        If there is no such figure.
    """
    figure = request.args.get("figure", "")
    if not figure:
        raise InvalidInput(N_("没有写明要看哪个数字：请在监测页点一个数字"))
    kind, _dot, name = figure.partition(".")
    found = monitoring.standings(monitored, asked.year)
    if figure == "lamp.all":
        title = _("%(year)s 年年底：全部对象", year=asked.year)
        return RowsBehind(title, [(each, None) for each in found])
    if kind == "lamp" and name in (*COLOURS, "overdue"):
        title = _("%(year)s 年年底：%(lamp)s", year=asked.year, lamp=_(LAMP_TITLES[name]))
        return RowsBehind(title, [(each, None) for each in found if _has_lamp(each, name)])
    if figure == "behind":
        title = _("%(year)s 年年底滞后或未达标", year=asked.year)
        return RowsBehind(title, [(each, None) for each in monitoring.behind(found)])
    if kind not in MEASURES or name not in SERIES_TITLES:
        raise InvalidInput(N_("没有这个数字：“%(given)s”"), given=figure[:60])
    return _rows_of_sum(monitored, {each.item.key: each for each in found}, kind, name)


def _rows_of_sum(monitored: Monitored, standings: dict, measure: str, series: str) -> RowsBehind:
    of = request.args.get("of", "")
    years = _years_of(monitored, of)
    found = [part for year in years for part in monitoring.parts(monitored, measure, series, year)]
    words = {NO_YEAR: _("未写年份"), ALL_YEARS: _("全部年份")}.get(of, of)
    if of.startswith(TO_DATE):
        words = _("截至 %(year)s 年累计", year=years[-1])
    titles = {"measure": _(MEASURES[measure].title), "series": _(SERIES_TITLES[series]), "of": words}
    return RowsBehind(
        _("%(measure)s · %(series)s · %(of)s", **titles),
        [(standings[part.item.key], part.value) for part in found],
        unit_title(MEASURES[measure].unit) or "",
        _("规划未写") if series == "planned" else _("未填报"),
    )


def _years_of(monitored: Monitored, of: str) -> list[int | None]:
    known = {str(year): year for year in monitored.years}
    if of.startswith(TO_DATE) and of.removeprefix(TO_DATE) in known:
        return [year for year in monitored.years if year <= known[of.removeprefix(TO_DATE)]]
    if of == ALL_YEARS:
        return [*monitored.years, None]
    if of != NO_YEAR and of not in known:
        raise InvalidInput(N_("没有这个数字：“%(given)s”"), given=of[:60])
    return [known.get(of)]


def _has_lamp(each: Standing, name: str) -> bool:
    return each.lamp.overdue if name == "overdue" else each.colour == name
