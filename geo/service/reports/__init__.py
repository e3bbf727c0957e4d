"""The reports that a plan orders, annual, mid-term and final: text, tables and maps from what the store knows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from geo.exchange import reports as files
from geo.exchange.media_types import XLSX_MEDIA_TYPE
from geo.exchange.workbook import PlainTable, tables_stream
from geo.model.errors import N_
from geo.model.report import Report, Words
from geo.service.reports import record, sections
from geo.service.reports.facts import Facts, ReportWish
from geo.service.reports.kinds import KINDS, Kind, default_year, find_kind
from geo.store.base import Store

__all__ = [
    "FORMATS",
    "KINDS",
    "Kind",
    "ReportWish",
    "default_year",
    "file_of",
    "find_kind",
    "report",
]

FORMATS = {**files.MEDIA_TYPES, "xlsx": XLSX_MEDIA_TYPE}
"""Formats by the end of their file names, with their media types."""

SECTIONS = (
    sections.overview,
    sections.comparisons,
    sections.main_indicators,
    sections.layers,
    sections.problems,
    sections.next_steps,
    record.changed,
    record.proof,
)
"""The parts of every report, in their order."""


def file_of(store: Store, wish: ReportWish, format_name: str) -> bytes:
    """A report as a file of one of `FORMATS`; a workbook has every row of its tables.

    Raises
    ------
    LayerNotFound, InvalidInput
        If the scope names a layer that there is not, or whose years are not reported.
    """
    if format_name != "xlsx":
        return files.write(report(store, wish), format_name)
    whole = report(store, replace(wish, most_rows=None, with_pictures=False))
    return b"".join(workbook(whole))


def report(store: Store, wish: ReportWish) -> Report:
    """A report, ready to be written."""
    facts = Facts(store, wish)
    say, zone = facts.say, store.catalog.zone
    last_line = say(wish.kind.title, year=wish.year)
    return Report(
        title="\n".join([facts.title(zone.title), facts.title(zone.plan), last_line]),
        lines=(
            say(N_("编制单位：________________")),
            say(N_("编制日期：%(day)s"), day=facts.today.isoformat()),
        ),
        running=running_line(facts, last_line),
        alarm=store.demo,
        blocks=tuple(chain.from_iterable(section(facts) for section in SECTIONS)),
        words=Words(say(N_("目录")), say(N_("表")), say(N_("图")), say(N_("资料来源：")), say(N_("资料来源"))),
        language=wish.language,
    )


def running_line(facts: Facts, title: str) -> str:
    """At the head of every page: what it is a page of, and what must be known of its data."""
    parts = [facts.title(facts.store.catalog.zone.title), title]
    if facts.wish.as_of:
        parts.append(facts.say(N_("数据截至 %(day)s"), day=facts.wish.as_of))
    parts += sections.scope_words(facts)
    if facts.store.demo:
        parts = [facts.say(N_("演示数据：进展为虚构，不得引用")), *parts]
    return " · ".join(parts)


def workbook(whole: Report) -> Iterator[bytes]:
    """Every table of a report as a sheet, and what they are of."""
    tables = [PlainTable(table.title, [column.title for column in table.columns], table.rows) for table in whole.tables]
    about = [[whole.running, ""], *([table.title, table.source] for table in whole.tables)]
    title = whole.title.split("\n")[-1]
    return tables_stream(tables, PlainTable(whole.words.sources, [title, whole.words.sources], about))
