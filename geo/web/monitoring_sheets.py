"""The tables of the monitoring page as sheets of a workbook: the same figures, one sheet a table."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from geo.analysis.monitoring import Comparison, YearLine
from geo.exchange.workbook import PlainTable
from geo.model import office_time
from geo.model.journal import PROGRAM
from geo.service.changes_since import ChangeList
from geo.service.indicators import Indicator
from geo.service.monitoring import COLOURS, LampCount, Standing
from geo.web.language import localized
from geo.web.monitoring_view import LAMP_TITLES, OVERDUE, changed_features, indicator_view, lamp_title, row
from geo.web.page_config import unit_title


def yearly_table(comparison: Comparison) -> PlainTable:
    """Plan against actual of one measure; empty cells were not stated or not reported."""
    measure = comparison.measure
    unit = unit_title(measure.unit)
    names = [_("规划"), _("年度计划（填报）"), _("实际"), _("累计规划"), _("累计实际")]
    headers = [_("年份"), *(f"{name}({unit})" for name in names), _("规划未写（个）"), _("缺报（个）")]
    undated = (comparison.undated, _("未写年份"))
    lines = [*((each, each.year) for each in comparison.lines), undated, (comparison.total, _("合计"))]
    return PlainTable(_(measure.title), headers, [_year_row(each, title) for each, title in lines])


def _year_row(each: YearLine, title: object) -> list[object]:
    sums = (each.planned.value, each.year_planned.value, each.actual.value)
    return [title, *sums, each.planned_to_date, each.actual_to_date, each.planned.missing, each.actual.missing]


def lamp_table(counts: Iterable[LampCount], year: int) -> PlainTable:
    """Lamps by layer."""
    headers = [_("图层"), *(_(LAMP_TITLES[colour]) for colour in COLOURS), _(OVERDUE), _("合计")]
    rows = [
        [localized(each.layer.title), *(each.counts[colour] for colour in COLOURS), each.overdue, each.total]
        for each in counts
    ]
    return PlainTable(_("%(year)s 年年底进度灯", year=year), headers, rows)


def standings_table(title: str, found: Iterable[Standing], year: int) -> PlainTable:
    """Features with their lamp, why it is so, and who has to act."""
    figures = [f"{_('计划进度')}(%)", f"{_('实际进度')}(%)", _("滞后点")]
    people = [_("存在问题"), _("责任人"), _("期限"), _("责任单位"), _("乡（街道）")]
    headers = [_("图层"), _("编号"), _("名称"), _("灯"), _("阶段"), *figures, _("依据"), *people]
    rows = []
    for each in found:
        told = row(each, year)
        numbers = (each.planned_pct, each.reported_pct, each.behind_points)
        words = ("\n".join(told.reasons), told.obstacle, told.owner, told.due, told.unit, told.township)
        rows.append([told.layer, each.item.feature_id, told.name, lamp_title(each), told.stage, *numbers, *words])
    return PlainTable(title, headers, rows)


def parts_table(title: str, rows: Sequence[tuple[Standing, float | None]], year: int) -> PlainTable:
    """The rows behind a sum, with what each adds to it."""
    base = standings_table(title, [each for each, _value in rows], year)
    told = [[value, *cells] for (_each, value), cells in zip(rows, base.rows, strict=True)]
    return PlainTable(title, [_("计入"), *base.headers], told)


def indicator_table(found: Iterable[Indicator], years: Sequence[int]) -> PlainTable:
    """The plan's indicators; numbers where the plan states numbers."""
    stated = [_("基数"), _("基数表述"), _("目标"), _("目标表述"), _("目标性质")]
    headers = [_("序号"), _("指标"), _("单位"), _("类别"), _("属性"), *stated, *map(str, years), _("还需"), _("说明")]
    rows = []
    for each in found:
        told, goal = indicator_view(each, years), each.goal
        values = [each.actuals.get(year) for year in years]
        words = (goal.base, goal.base_text, goal.target, goal.target_text, told.kind)
        rows.append([each.number, told.name, told.unit, told.category, told.attribute, *words, *values,
                     _("已达到") if told.met else told.pace or told.pace_note, told.note])  # fmt: skip
    return PlainTable(_("主要指标"), headers, rows)


def change_table(listed: ChangeList) -> PlainTable:
    """Every change since a day."""
    headers = [_("图层"), _("编号"), _("名称"), _("时间"), _("操作人"), _("操作"), _("原因"), _("日志行")]
    rows = []
    for feature, told in zip(listed.features, changed_features(listed, PROGRAM), strict=True):
        for entry, change in zip(feature.entries, told.changes, strict=True):
            rows.append([told.layer, feature.feature_id, told.name, office_time.shown(entry.at), change.author,
                         change.words, change.cause, entry.seq])  # fmt: skip
    return PlainTable(_("%(since)s 以来的变更", since=listed.since.isoformat()), headers, rows)
