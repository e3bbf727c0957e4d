"""The end of a report: what was changed, and by what anybody can check that its data were not altered."""

from collections.abc import Iterator
from datetime import date

from geo.model import office_time
from geo.model.errors import N_
from geo.model.journal import JournalEntry
from geo.model.report import Block, Column, Heading, Paragraph, Table
from geo.service import sealing
from geo.service.changes_since import changes_since
from geo.service.reports import tables
from geo.service.reports.facts import Facts
from geo.service.sealing import Seal


def changed(facts: Facts) -> Iterator[Block]:
    """What was changed since the first day of the report's years."""
    say, years = facts.say, facts.years
    since = date(years[0] if facts.wish.kind.all_years else facts.year, 1, 1)
    scope = facts.wish.scope
    is_narrow = scope.township is not None or scope.unit is not None
    keys = {item.key for item in facts.monitored.items} if is_narrow else None
    listed = changes_since(facts.store, since, layers=scope.layers, keys=keys)
    yield Heading(1, say(N_("数据变更")))
    taken_in = sum(listed.taken_in.values())
    if taken_in:
        yield Paragraph(say(N_("首次建库由程序录入 %(count)s 条记录，不逐条列出。"), count=taken_in))
    if listed.features:
        yield tables.changes(facts, listed)
    else:
        yield Paragraph(say(N_("%(since)s 以来没有其他变更。"), since=since.isoformat()))
    if listed.has_more:
        yield Paragraph(say(N_("更早的变更未列出，见变更日志。")), "note")


def proof(facts: Facts) -> Iterator[Block]:
    """The head of the journal's chain, the seals of the report's years, and what was corrected after them."""
    say, head = facts.say, facts.head
    yield Heading(1, say(N_("数据完整性")))
    yield Paragraph(
        say(
            N_(
                "本报告的数据截至变更日志第 %(seq)s 行（%(at)s）。"
                "日志逐行相扣，该行的哈希值如下，可用 verify 命令核验："
            ),
            seq=head.seq, at=office_time.shown(head.at) or "—",
        )
    )  # fmt: skip
    yield Paragraph(head.hash or "—", "note")
    seals = {seal.year: seal for seal in sealing.seals(facts.store)}
    years = facts.years if facts.wish.kind.all_years else [facts.year]
    for year in years:
        if year in seals:
            yield from _sealed(facts, seals[year])
    if unsealed := [str(year) for year in years if year not in seals]:
        yield Paragraph(say(N_("%(years)s 年的数据尚未封存，本报告付印后仍可能更正。"), years=facts.listed(unsealed)))


def _sealed(facts: Facts, seal: Seal) -> Iterator[Block]:
    say = facts.say
    yield Paragraph(
        say(
            N_("%(year)s 年的数据由%(who)s于 %(at)s 封存，封存时日志为第 %(seq)s 行。"),
            year=seal.year, who=seal.manifest.get("sealed_by", "—"),
            at=office_time.shown(seal.entry.at), seq=seal.head.seq,
        )
    )  # fmt: skip
    pairs = ((N_("封存时的哈希值"), seal.head.hash), (N_("签名"), seal.signature), (N_("公钥"), seal.public_key))
    for label, value in pairs:
        yield Paragraph(say(N_("%(label)s：%(words)s"), label=say(label), words=value), "note")
    later = sealing.corrections(facts.store, seal)
    if not later:
        yield Paragraph(say(N_("封存之后没有更正。")))
        return
    yield Paragraph(say(N_("封存之后有 %(count)s 条更正，列于下表，封存的内容不变。"), count=len(later)))
    yield _corrections(facts, seal.year, later)


def _corrections(facts: Facts, year: int, later: list[JournalEntry]) -> Table:
    say = facts.say
    columns = (
        Column(say(N_("日志行")), 0.8), Column(say(N_("时间")), 1.5), Column(say(N_("操作人"))),
        Column(say(N_("图层")), 1.3), Column(say(N_("名称")), 2.0), Column(say(N_("更正为")), 2.4),
        Column(say(N_("原因")), 2.0),
    )  # fmt: skip
    names = {item.key: item.name for item in facts.monitored.items}
    rows = tuple(
        (str(entry.seq), office_time.shown(entry.at), entry.author,
         facts.title(facts.store.catalog[entry.layer_id].title),
         names.get((entry.layer_id, entry.feature_id), entry.feature_id),
         facts.remark(tables.in_brief(entry, facts.store.catalog[entry.layer_id], facts.wish.language)), entry.cause)
        for entry in later
        if entry.layer_id in facts.store.catalog
    )  # fmt: skip
    return Table(say(N_("%(year)s 年封存后的更正"), year=year), columns, rows, say(N_("变更日志")))
