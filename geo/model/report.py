"""A report as its reader sees it, whatever file it becomes: headings, text, tables and pictures in their order."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4, without its number: the writers number 一、（一）1.（1）."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text.

    Parameters
    ----------
    kind
        `body`; `note` is set smaller; `blank` is a place for the office's own words.
    """

    text: str
    kind: Literal["body", "note", "blank"] = "body"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    title
        With its unit.
    share
        Of the table's width, against the other columns.
    """

    title: str
    share: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Parameters
    ----------
    rows
        Texts, numbers, and None for what is not stated or not reported; as long as `columns` each.
    source
        Where the figures are from.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    source: str


@dataclass(frozen=True)
class Picture:
    """A picture (PNG) with its caption.

    Parameters
    ----------
    size_mm
        Width and height.
    description
        For who cannot see it.
    """

    title: str
    content: bytes
    size_mm: tuple[float, float]
    description: str
    source: str


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Report:
    """A whole report.

    Parameters
    ----------
    title
        May have several lines.
    lines
        Below the title: who issues it and when.
    running
        At the head of every page: what everybody who holds one page of it must know.
    alarm
        Whether `running` is a warning.
    words
        The writers' own words in the report's language.
    """

    title: str
    lines: tuple[str, ...]
    running: str
    alarm: bool
    blocks: tuple[Block, ...]
    words: "Words"
    language: str = "zh"

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]


@dataclass(frozen=True)
class Words:
    """What the writers say themselves: 目录, 表, 图, 资料来源： before a source, 资料来源 as a title."""

    contents: str
    table: str
    figure: str
    source: str
    sources: str = ""


NOT_STATED = "—"


def in_words(value: object) -> str:
    """A value of a table as it is printed; None is not stated, and no zero."""
    if value is None or value == "":
        return NOT_STATED
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
