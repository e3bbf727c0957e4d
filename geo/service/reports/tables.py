"""The tables of a report: the monitoring service's figures, each with where it is from."""

from collections.abc import Callable, Sequence

from geo.analysis.indicators import KIND_TITLES
from geo.analysis.monitoring import Comparison, Sum, YearLine
from geo.model import office_time
from geo.model.errors import N_
from geo.model.journal import PROGRAM
from geo.model.layer import Layer
from geo.model.report import Column, Table, in_words
from geo.model.status import FLAGS, STAGES, WATER_CLASSES, AnnualStatus
from geo.service import monitoring
from geo.service.changes_since import ChangeList, in_brief
from geo.service.indicators import Indicator, pace_in_words
from geo.service.monitoring import COLOURS, LAMP_TITLES, Standing
from geo.service.reports.facts import Facts

MOST_CHANGES = 60
"""Rows of the list of changes in a document; a workbook has all."""


def lamps(facts: Facts) -> Table:
    """How many features of each layer have each lamp."""
    say, counts = facts.say, monitoring.lamp_counts(facts.standings)
    rows = [
        (facts.title(each.layer.title), each.total, *(each.counts[colour] for colour in COLOURS), each.overdue)
        for each in counts
    ]
    whole = (say(N_("合计")), len(facts.standings), *(facts.colours[colour] for colour in (*COLOURS, "overdue")))
    titles = [say(LAMP_TITLES[name]) for name in (*COLOURS, "overdue")]
    columns = (Column(say(N_("图层")), 2.2), Column(say(N_("总数"))), *(Column(title) for title in titles))
    return Table(
        say(N_("%(year)s 年年底进度灯"), year=facts.year), columns, (*rows, whole),
        say(N_("年度填报；进度灯按公布的规则计算，逾期未填报的已计入未填报")),
    )  # fmt: skip


def lamps_by_year(facts: Facts) -> Table:
    """How many features have each lamp at the end of each year."""
    say, rows = facts.say, []
    for year in facts.years:
        counts = monitoring.lamp_counts(monitoring.standings(facts.monitored, year))
        sums = [sum(each.counts[colour] for each in counts) for colour in COLOURS]
        rows.append((str(year), *sums, sum(each.overdue for each in counts)))
    titles = [say(LAMP_TITLES[name]) for name in (*COLOURS, "overdue")]
    columns = (Column(say(N_("年份"))), *(Column(title) for title in titles))
    return Table(say(N_("各年年底进度灯")), columns, tuple(rows), say(N_("年度填报；进度灯按公布的规则计算")))


def yearly(facts: Facts, comparison: Comparison) -> Table:
    """Plan against actual of one measure, year by year."""
    say, measure = facts.say, comparison.measure
    names = [N_("规划"), N_("年度计划（填报）"), N_("实际"), N_("累计规划"), N_("累计实际")]
    with_plans = measure.name == "investment"
    kept = [name for name in names if with_plans or name != names[1]]
    unit = facts.unit(measure.unit)
    columns = (
        Column(say(N_("年份")), 1.2),
        *(Column(f"{say(name)}({unit})", 1.4) for name in kept),
        Column(say(N_("规划未写（个）"))),
        Column(say(N_("缺报（个）"))),
    )

    def row(title: str, line: YearLine, *, to_date: bool, over: bool = True) -> tuple[object, ...]:
        told = [line.year_planned.value, line.actual.value] if with_plans else [line.actual.value]
        sums = [line.planned_to_date, line.actual_to_date] if to_date else [None, None]
        if not over:  # the report does not look at what came later
            told, sums = [None] * len(told), [sums[0], None]
        return (title, line.planned.value, *told, *sums, line.planned.missing, line.actual.missing if over else None)

    shown = [line for line in comparison.lines if _is_shown(facts, line)]
    lines = [row(str(line.year), line, to_date=True, over=line.year <= facts.year) for line in shown]
    if _has_any(comparison.undated.planned):
        lines.append(row(say(N_("未写年份")), comparison.undated, to_date=False))
    return Table(
        say(N_("%(measure)s：规划与实际"), measure=say(measure.title)), columns, tuple(lines), say(measure.rule)
    )


def _is_shown(facts: Facts, line: YearLine) -> bool:
    """The plan's years, those to come with what is planned alone, and others of which something is known."""
    in_plan = line.year in facts.store.catalog.zone.years
    return in_plan or _has_any(line.planned) or line.actual.stated > 0


def has_figures(comparison: Comparison) -> bool:
    """Whether anything is planned or reported of a measure."""
    return _has_any(comparison.total.planned) or comparison.total.actual.stated > 0


def _has_any(total: Sum) -> bool:
    return total.stated + total.missing > 0


def layer_rows(facts: Facts, layer: Layer) -> Table:
    """Every feature of a layer with its status, where the plan has it and who reported."""
    say, found = facts.say, facts.standings_of(layer)
    built = layer.status.kind == "construction"
    make: Callable[[Facts, Standing], tuple[object, ...]] = _construction if built else _measurement
    head = (Column(say(N_("名称")), 2.8), Column(say(N_("规划出处")), 1.9))
    if built:
        middle = (Column(say(N_("计划年份")), 0.9), Column(say(N_("阶段")), 1.4), Column(say(N_("进度(%%)")), 0.8),
                  Column(say(N_("计划进度(%%)")), 1.3))  # fmt: skip
    else:
        quantity = layer.status.quantity
        title = facts.title(quantity) if quantity else say(N_("实测值"))
        unit = facts.unit(layer.status.unit)
        middle = (Column(f"{title}({unit})" if unit else title, 1.4), Column(say(N_("目标")), 1.2))
    tail = (Column(say(N_("灯")), 1.2), Column(say(N_("填报人和时间")), 1.8), Column(say(N_("责任单位")), 1.2))
    rows = [
        (each.item.name, _source(facts, each), *make(facts, each), _lamp(facts, each), reporter(facts, each.report),
         each.item.unit)
        for each in _most(facts, found)
    ]  # fmt: skip
    return Table(
        say(N_("%(layer)s %(year)s 年年底进展"), layer=facts.title(layer.title), year=facts.year),
        (*head, *middle, *tail), tuple(rows), _with_rest(facts, layer.source, len(found)),
    )  # fmt: skip


def _construction(facts: Facts, each: Standing) -> tuple[object, ...]:
    report, detail = each.report, facts.detail(each)
    stage = facts.say(STAGES[report.stage]) if report and report.stage in STAGES else facts.say(N_("未填报"))
    if report and report.flag in FLAGS and report.flag != "none":
        stage = f"{stage}·{facts.say(FLAGS[report.flag])}"
    if report and report.year != facts.year:
        stage = facts.say(N_("%(stage)s（%(year)s 年填报）"), stage=stage, year=report.year)
    planned: object = each.planned_pct
    if detail and detail.dates_assumed and each.planned_pct is not None:
        planned = facts.say(N_("%(value)s（推定）"), value=f"{each.planned_pct:g}")
    year = each.item.plan_year
    return (None if year is None else str(year), stage, each.reported_pct, planned)


def _measurement(facts: Facts, each: Standing) -> tuple[object, ...]:
    status, report = each.layer.status, each.report
    value = report.value if report and report.year == facts.year else None
    target = each.item.figures.get(status.target) if status.target else None
    if status.unit == "water_class":
        return _water_class(value), _water_class(target)
    return value, target


def _water_class(rank: float | None) -> object:
    return None if rank is None else WATER_CLASSES.get(int(rank), rank)


def behind(facts: Facts, found: Sequence[Standing]) -> Table:
    """What is behind, with why and who has to act."""
    say = facts.say
    columns = (
        Column(say(N_("名称")), 2.2), Column(say(N_("图层")), 1.4), Column(say(N_("灯")), 1.2),
        Column(say(N_("滞后点")), 0.8), Column(say(N_("依据")), 3.2), Column(say(N_("存在问题")), 2.0),
        Column(say(N_("责任人")), 1.4), Column(say(N_("期限")), 1.2),
    )  # fmt: skip
    rows = []
    for each in _most(facts, found):
        reasons = "\n".join(facts.remark(reason) for reason in each.lamp.reasons)
        obstacle, due = (each.report.obstacle, each.report.obstacle_due) if each.report else (None, None)
        rows.append((each.item.name, facts.title(each.layer.title), _lamp(facts, each), each.behind_points, reasons,
                     obstacle, each.owner, due))  # fmt: skip
    source = say(N_("年度填报；依据为得出该灯的各条规则"))
    return Table(say(N_("滞后与未达标")), columns, tuple(rows), _with_rest(facts, source, len(found)))


def indicators(facts: Facts, found: Sequence[Indicator]) -> Table:
    """The plan's indicators in the order of its table; what the plan does not state stays empty."""
    say = facts.say
    years = facts.years if facts.wish.kind.all_years else facts.years[-2:]
    columns = (
        Column(say(N_("序号")), 0.75), Column(say(N_("指标")), 2.8), Column(say(N_("单位")), 0.9),
        Column(say(N_("%(year)s 年基数"), year=facts.store.catalog.zone.first_year - 1), 1.3),
        Column(say(N_("目标")), 1.5), Column(say(N_("目标性质")), 1.1),
        *(Column(say(N_("%(year)s 年"), year=year), 1.0) for year in years),
        Column(say(N_("还需")), 2.0), Column(say(N_("填报人和时间")), 1.8),
    )  # fmt: skip
    rows = []
    for each in found:
        goal, report = each.goal, each.reports.get(facts.year)
        kind = say(KIND_TITLES[goal.kind]) if goal.kind else None
        base, target = goal.base_text or goal.base, goal.target_text or goal.target
        values = [each.actuals.get(year) for year in years]
        number = None if each.number is None else str(each.number)
        rows.append(
            (number, each.name, each.unit, base, target, kind, *values, pace(facts, each), reporter(facts, report))
        )
    plan = facts.listed(list(dict.fromkeys(each.layer.source for each in found)))
    source = say(N_("%(plan)s；各年数值为年度填报。原表残缺的单元格照空，不作推测"), plan=plan)
    return Table(say(N_("主要指标完成情况")), columns, tuple(rows), source)


def pace(facts: Facts, each: Indicator) -> str:
    """What every remaining year must bring, or why that cannot be said."""
    if each.pace.met:
        return facts.say(N_("已达到"))
    words = pace_in_words(each, lambda value: in_words(round(value, 2))) or each.pace.reason
    return facts.remark(words).strip() if words else ""


def changes(facts: Facts, listed: ChangeList) -> Table:
    """What was changed, by whom and why."""
    say = facts.say
    columns = (
        Column(say(N_("时间")), 1.5), Column(say(N_("操作人")), 1.0), Column(say(N_("图层")), 1.3),
        Column(say(N_("名称")), 2.2), Column(say(N_("操作")), 3.0), Column(say(N_("原因")), 1.6),
        Column(say(N_("日志行")), 0.8),
    )  # fmt: skip
    rows = [
        (office_time.shown(entry.at), say(N_("程序")) if entry.author == PROGRAM else entry.author,
         facts.title(of.layer.title), of.name, facts.remark(in_brief(entry, of.layer, facts.wish.language)),
         entry.cause and facts.say(entry.cause) if entry.author == PROGRAM else entry.cause, str(entry.seq))
        for of in listed.features
        for entry in of.entries
    ]  # fmt: skip
    shown = rows if facts.wish.most_rows is None else rows[:MOST_CHANGES]
    source = _with_rest(facts, say(N_("变更日志")), len(rows), shown=len(shown))
    return Table(say(N_("%(since)s 以来的变更"), since=listed.since.isoformat()), columns, tuple(shown), source)


def reporter(facts: Facts, report: AnnualStatus | None) -> str | None:
    """Who reported and when; nothing where nobody did."""
    if report is None:
        return None
    who = facts.say(N_("程序")) if report.reported_by in (None, PROGRAM) else report.reported_by
    return f"{who} {office_time.shown(report.reported_at)[:10]}".strip()


def _source(facts: Facts, each: Standing) -> str | None:
    detail = facts.detail(each)
    return detail.source if detail else None


def _lamp(facts: Facts, each: Standing) -> str:
    return facts.say(LAMP_TITLES["overdue"] if each.lamp.overdue else each.lamp_title)


def _most(facts: Facts, found: Sequence[Standing]) -> Sequence[Standing]:
    return found if facts.wish.most_rows is None else found[: facts.wish.most_rows]


def _with_rest(facts: Facts, source: str, count: int, *, shown: int | None = None) -> str:
    """A source, and how many rows the table leaves out."""
    most = facts.wish.most_rows
    left = count - (shown if shown is not None else count if most is None else min(count, most))
    if left <= 0:
        return source
    return facts.say(N_("%(source)s。表中略去 %(left)s 行，全部见同名 XLSX"), source=source, left=left)
