"""The sections of a report in their order: what the store knows, and places for the office's own words."""

from collections.abc import Iterator

from geo.analysis import lamp_rule
from geo.analysis.monitoring import Sum
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.layer import Layer
from geo.model.location import BASIS_TITLES
from geo.model.report import Block, Heading, Paragraph, Picture
from geo.service import indicators as indicator_service
from geo.service import map_picture, monitoring
from geo.service.map_picture import Wish
from geo.service.reports import tables
from geo.service.reports.facts import Facts

MAP_MM = (156.0, 125.0)
"""As wide as the type area of an official document."""

MOST_NAMED = 10
"""Features that a sentence names."""


def overview(facts: Facts) -> Iterator[Block]:
    """What the report rests on, the lamps, where everything is."""
    say = facts.say
    yield Heading(1, say(N_("总体情况")))
    yield Heading(2, say(N_("编制依据和口径")))
    yield from _grounds(facts)
    yield Heading(2, say(N_("总体进展")))
    yield Paragraph(lamp_sentence(facts))
    yield tables.lamps(facts)
    if facts.wish.kind.all_years:
        yield tables.lamps_by_year(facts)
    yield Heading(2, say(N_("项目分布")))
    yield from _places(facts)


def _grounds(facts: Facts) -> Iterator[Block]:
    say, zone, head = facts.say, facts.store.catalog.zone, facts.head
    yield Paragraph(
        say(
            N_(
                "本报告依据%(zone)s《%(plan)s》（%(source)s）编制，反映截至 %(year)s 年年底的进展。"
                "数据取自规划一张图，截至 %(day)s（变更日志第 %(seq)s 行）。"
            ),
            zone=facts.title(zone.title), plan=facts.title(zone.plan), source=zone.plan_source, year=facts.year,
            day=facts.wish.as_of or office_time.shown(head.at) or "—", seq=head.seq,
        )
    )  # fmt: skip
    if facts.is_running:
        yield Paragraph(say(N_("数据截至时 %(year)s 年尚未结束，本报告为年中口径。"), year=facts.year))
    if words := scope_words(facts):
        yield Paragraph(say(N_("本报告只包括：%(scope)s。"), scope=say(N_("；")).join(words)))
    yield Paragraph(
        say(N_("规划数字注明规划章节和段落，进展注明填报人和时间。“—”表示规划没有写明，或没有人填报，不当作零。"))
    )
    rules = [*lamp_rule.rules(), *lamp_rule.measured_rules()]
    yield Paragraph(
        say(N_("进度灯按下列规则亮：%(rules)s。"), rules=say(N_("；")).join(facts.remark(each.words) for each in rules))
    )
    if facts.assumed:
        yield Paragraph(
            say(
                N_(
                    "规划只写年份的 %(count)s 个项目，计划起止日期按该年首末日推定，"
                    "由此得出的计划进度在表中注明“推定”。"
                ),
                count=facts.assumed,
            )
        )


def scope_words(facts: Facts) -> list[str]:
    """What the report is narrowed to; nothing where it looks at everything."""
    scope, say = facts.wish.scope, facts.say
    words = []
    if scope.layers:
        titles = facts.listed([facts.title(layer.title) for layer in facts.monitored.layers])
        words.append(say(N_("图层 %(names)s"), names=titles))
    for message, value in ((N_("乡（街道） %(name)s"), scope.township), (N_("责任单位 %(name)s"), scope.unit)):
        if value is not None:
            words.append(say(message, name=value or say(N_("未载明"))))
    return words


def lamp_sentence(facts: Facts) -> str:
    """The lamps in one sentence."""
    counts = facts.colours
    return facts.say(
        N_(
            "截至 %(year)s 年年底，纳入监测的 %(total)s 项中，按期或达标 %(green)s 项，"
            "轻度滞后或未达标 %(yellow)s 项，严重滞后 %(red)s 项，"
            "未填报 %(grey)s 项（其中逾期 %(overdue)s 项），"
            "已填报但无从比较 %(none)s 项。"
        ),
        year=facts.year, total=len(facts.standings), green=counts["green"], yellow=counts["yellow"], red=counts["red"],
        grey=counts["grey"], overdue=counts["overdue"], none=counts["none"],
    )  # fmt: skip


def _places(facts: Facts) -> Iterator[Block]:
    say, bases = facts.say, facts.bases
    if not bases:
        yield Paragraph(say(N_("本报告范围内没有落在图上的内容。")))
        return
    counts = [f"{say(title)} {bases[basis]}" for basis, title in BASIS_TITLES.items() if bases[basis]]
    yield Paragraph(say(N_("落图情况：%(counts)s。"), counts=facts.listed(counts)))
    if bases["schematic"]:
        yield Paragraph(say(N_("示意位置的真实位置未知，图上画斜纹并注“示意”，不得用于量算、选址和报批。")))
    layers = list(facts.monitored.layers)
    yield from picture(facts, layers, say(N_("规划项目分布与进展（%(year)s 年年底）"), year=facts.year))


def picture(facts: Facts, layers: list[Layer], title: str) -> Iterator[Block]:
    """A map of the report's features in some layers; what is too much for one is said."""
    if not facts.wish.with_pictures or not (queries := facts.map_queries(layers)):
        return
    asked, zone = facts.wish, facts.store.catalog.zone
    wish = Wish(
        asked.year, title=title, review_number=asked.review_number, size_mm=MAP_MM,
        as_of=asked.as_of, language=asked.language, translate=asked.translate,
    )  # fmt: skip
    try:
        map_picture.check_count(len(query.conditions[0].values) for query in queries.values() if query.conditions)
        content = map_picture.picture_of(facts.store, map_picture.shown(queries, asked.year), wish, "png")
    except InvalidInput as error:
        yield Paragraph(facts.say(error.message, **error.params), "note")
        return
    source = facts.say(N_("规划一张图；位置依据和误差见图下说明"))
    description = facts.say(N_("%(zone)s地图：%(title)s"), zone=facts.title(zone.title), title=title)
    yield Picture(title, content, MAP_MM, description, source)


def comparisons(facts: Facts) -> Iterator[Block]:
    """Plan against actual, measure by measure."""
    say = facts.say
    found = [each for each in monitoring.comparisons(facts.monitored) if tables.has_figures(each)]
    if not found:
        return
    yield Heading(1, say(N_("规划与实际对照")))
    for each in found:
        yield Heading(2, say(each.measure.title))
        line = next((line for line in each.lines if line.year == facts.year), None)
        if line is not None:
            unit = facts.unit(each.measure.unit)
            yield Paragraph(
                say(
                    N_(
                        "截至 %(year)s 年年底，规划累计 %(planned)s，已填报的实际累计 %(actual)s；"
                        "%(year)s 年缺报 %(missing)s 个，累计数不含缺报。"
                    ),
                    year=facts.year, planned=_amount(line.planned_to_date, unit),
                    actual=_amount(line.actual_to_date, unit), missing=line.actual.missing,
                )
            )  # fmt: skip
            yield from _undated(facts, each.undated.planned, unit)
        yield tables.yearly(facts, each)


def _undated(facts: Facts, total: Sum, unit: str) -> Iterator[Block]:
    """What the plan promises without a year, which stands in no sum to date."""
    if total.stated:
        message = N_(
            "规划没有写明年份的另有 %(count)s 个，其中 %(stated)s 个写明数字，合计 %(amount)s，不在累计规划内。"
        )
    elif total.missing:
        message = N_("规划没有写明年份的另有 %(count)s 个，都没有写明数字。")
    else:
        return
    count = total.stated + total.missing
    yield Paragraph(facts.say(message, count=count, stated=total.stated, amount=_amount(total.value, unit)))


def _amount(value: float | None, unit: str) -> str:
    return "—" if value is None else f"{value:,.10g} {unit}".strip()


def main_indicators(facts: Facts) -> Iterator[Block]:
    """The table of indicators and how many of them can be judged."""
    say, scope = facts.say, facts.wish.scope
    layers = {layer.id for layer in facts.monitored.layers} & facts.indicator_layers
    if not layers or scope.township is not None or scope.unit is not None:
        return
    found = [each for each in indicator_service.indicators(facts.store, facts.year) if each.layer.id in layers]
    yield Heading(1, say(N_("主要指标")))
    yield Paragraph(
        say(
            N_(
                "规划列出 %(count)s 项主要指标，其中目标值写明可计算的 %(stated)s 项；"
                "%(year)s 年已填报 %(reported)s 项，已达到期末目标 %(met)s 项。"
                "没有填报的不作评价。"
            ),
            count=len(found), stated=sum(each.goal.kind is not None for each in found), year=facts.year,
            reported=sum(facts.year in each.actuals for each in found),
            met=sum(each.pace.met is True for each in found),
        )
    )  # fmt: skip
    yield tables.indicators(facts, found)


def layers(facts: Facts) -> Iterator[Block]:
    """Every layer with its features; a map where places are known better than by a sketch."""
    chosen = [layer for layer in facts.monitored.layers if layer.id not in facts.indicator_layers]
    chosen = [layer for layer in chosen if facts.standings_of(layer)]
    if not chosen:
        return
    yield Heading(1, facts.say(N_("分领域进展")))
    for layer in chosen:
        title = facts.title(layer.title)
        yield Heading(2, title)
        yield Paragraph(_layer_sentence(facts, layer))
        details = [facts.detail(each) for each in facts.standings_of(layer)]
        if any(each and each.has_shape and each.basis not in (None, "schematic", "unlocated") for each in details):
            yield from picture(
                facts, [layer], facts.say(N_("%(layer)s（%(year)s 年年底）"), layer=title, year=facts.year)
            )
        yield tables.layer_rows(facts, layer)


def _layer_sentence(facts: Facts, layer: Layer) -> str:
    found = facts.standings_of(layer)
    reported = sum(each.report is not None and each.report.year == facts.year for each in found)
    late = sum(each.colour in ("red", "yellow") for each in found)
    return facts.say(
        N_("%(layer)s共 %(count)s 项，%(year)s 年已填报 %(reported)s 项，滞后或未达标 %(late)s 项。"),
        layer=facts.title(layer.title), count=len(found), year=facts.year, reported=reported, late=late,
    )  # fmt: skip


def problems(facts: Facts) -> Iterator[Block]:
    """What is behind, with why and who has to act; then room for the office's own words."""
    say, late = facts.say, monitoring.behind(facts.standings)
    yield Heading(1, say(N_("存在问题")))
    if not late:
        yield Paragraph(
            say(
                N_("按已填报的数据，没有滞后或未达标的项目；未填报的 %(count)s 项情况不明。"),
                count=facts.colours["grey"],
            )
        )
    else:
        yield Paragraph(say(N_("按已填报的数据，滞后或未达标的共 %(count)s 项，主要有："), count=len(late)))
        for each in late[:MOST_NAMED]:
            obstacle = each.report.obstacle if each.report and each.report.obstacle else say(N_("未填写"))
            reasons = say(N_("；")).join(facts.remark(reason) for reason in each.lamp.reasons)
            yield Paragraph(
                say(
                    N_("%(name)s：%(reasons)s。存在问题：%(obstacle)s；责任人：%(owner)s。"),
                    name=each.item.name, reasons=reasons, obstacle=obstacle,
                    owner=each.owner or say(N_("未载明")),
                )
            )  # fmt: skip
        yield tables.behind(facts, late)
    yield Paragraph(say(N_("【请编制单位补充：问题分析和原因】")), "blank")


def next_steps(facts: Facts) -> Iterator[Block]:
    """What the store itself asks for; then room for the office's own words."""
    say = facts.say
    yield Heading(1, say(N_("下一步工作")))
    silent = [each for each in facts.standings if each.colour == "grey"]
    if silent:
        names = facts.listed([each.item.name for each in silent[:MOST_NAMED]])
        message = N_("补报进展。%(year)s 年尚未填报的有 %(count)s 项：%(names)s。")
        if len(silent) > MOST_NAMED:
            message = N_("补报进展。%(year)s 年尚未填报的有 %(count)s 项：%(names)s等。")
        yield Paragraph(say(message, year=facts.year, count=len(silent), names=names))
    obstacles = [each for each in facts.standings if each.report and each.report.obstacle_due]
    for each in sorted(obstacles, key=lambda each: each.report.obstacle_due)[:MOST_NAMED]:
        yield Paragraph(
            say(
                N_("%(due)s 前，由%(owner)s解决%(name)s的问题：%(obstacle)s。"),
                due=each.report.obstacle_due, owner=each.owner or say(N_("（责任人未载明）")),
                name=each.item.name,
                obstacle=each.report.obstacle or say(N_("未填写")),
            )
        )  # fmt: skip
    if facts.bases["schematic"] + facts.bases["unlocated"]:
        yield Paragraph(
            say(
                N_("核定位置。尚有 %(schematic)s 项为示意位置，%(unlocated)s 项未落图，需由实测或人工落图补齐。"),
                schematic=facts.bases["schematic"], unlocated=facts.bases["unlocated"],
            )
        )  # fmt: skip
    yield Paragraph(say(N_("【请编制单位补充：下一步工作安排】")), "blank")
