"""The layout of a plan's text: headings, boxes, numbered items, tables, and the passages under them."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geo.exchange.quantities import read_numeral

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("plan_words.toml").read_text(encoding="utf-8"))
LAYOUT = WORDS["layout"]
MARKERS = [(entry["style"], re.compile(entry["pattern"]), entry["shown"]) for entry in WORDS["markers"]]
INLINE_STYLES = ("digits_brackets", "circles")
RANKS = {
    style: rank
    for rank, style in enumerate(
        ("title", "chapter", "section", "cn", "cn_brackets", "digits", "box", "table", "group")
    )
}
RANKS |= {"digits_brackets": 10, "circles": 11}
"""Which headings stand above which, unless a text shows otherwise."""
BOX, GROUP, LABEL = (re.compile(LAYOUT[key]) for key in ("box", "group", "label"))
TABLE_TITLE, TABLE_HEAD, TABLE_END = (re.compile(LAYOUT[key]) for key in ("table_title", "table_head", "table_end"))
PAST, NO_YEAR = re.compile(LAYOUT["past"]), re.compile(LAYOUT["not_a_year_heading"])
YEAR = re.compile(LAYOUT["year"])
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x9: 0x20}


@dataclass(frozen=True)
class Heading:
    """A heading, box or item that a passage stands under.

    Parameters
    ----------
    style
        `chapter`, `section`, `cn`, `cn_brackets`, `digits`, `digits_brackets`, `circles`, `box`, `group` or `table`.
    number
        As written; empty where there is none.
    title
        Its words.
    shown
        How a citation names it: 七, (二), 1, 专栏.
    """

    style: str
    number: str
    title: str
    shown: str = ""


@dataclass(frozen=True)
class Passage:
    """A stretch of text under its headings.

    Parameters
    ----------
    text
        The words, half-width, of the same length as in the whole text.
    start
        Where it begins in the whole text.
    paragraph
        Number of its line in the whole text, from 1.
    path
        The headings that it stands under, from the highest; its own marker is the last where it has one.
    title
        The words between its marker and the first full stop or colon, where it begins a heading or an item.
    """

    text: str
    start: int
    paragraph: int
    path: tuple[Heading, ...]
    title: str = ""

    @property
    def section(self) -> str:
        """How a citation names the place: 七(二)1 专栏. An item below a heading without a number is not numbered."""
        shown, unnumbered = "", False
        for heading in self.path:
            shown += "" if unnumbered else heading.shown
            unnumbered = unnumbered or heading.style == "group"
        return shown.strip(" .")

    @property
    def is_prose(self) -> bool:
        """Whether it can be searched: no cell of a table, and not longer than any paragraph is."""
        return len(self.text) <= LAYOUT["longest_paragraph"] and all(each.style != "table" for each in self.path)

    @property
    def is_past(self) -> bool:
        """Whether its headings speak of what was done, not of what is planned."""
        return any(PAST.search(heading.title) for heading in self.path)

    @property
    def year(self) -> int | None:
        """The year that the nearest heading names alone."""
        return next((year for heading in reversed(self.path) if (year := only_year(heading.title))), None)


def only_year(text: str) -> int | None:
    """The year in a heading that names one and no range."""
    years = set(YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 and not NO_YEAR.search(text) else None


class Outline:
    """The headings that are open while a plan is read from top to bottom."""

    def __init__(self) -> None:
        self.path: list[Heading] = []

    def find(self, style: str, first: int = 0, end: int | None = None) -> int | None:
        """Place of the last open heading of a style."""
        places = range(first, len(self.path) if end is None else end)
        return next((place for place in reversed(places) if self.path[place].style == style), None)

    def open(self, heading: Heading, *, bare: bool = False) -> None:
        """Put a heading in its place: beside the last of its style, or below those that rank higher.

        Parameters
        ----------
        bare
            Whether its line holds no more than its title, as headings do and items in boxes rarely.
        """
        box = self.find("box")
        if box is not None and self.leaves_box(heading, box, bare=bare):
            del self.path[box:]
            box = None
        first = 0 if box is None else box + 1
        place = self.find(heading.style, first)
        if place is None:
            lower = (i for i in range(first, len(self.path)) if RANKS[self.path[i].style] > RANKS[heading.style])
            place = next(lower, len(self.path))
        self.path[place:] = [heading]

    def leaves_box(self, heading: Heading, box: int, *, bare: bool) -> bool:
        """Whether a number goes on with the section around the box and not with the box."""
        if heading.style == "box":
            return True
        above, inside = self.find(heading.style, 0, box), self.find(heading.style, box + 1)
        if heading.style == "group" or above is None:
            return False
        follows_above = value_of(heading) == value_of(self.path[above]) + 1
        follows_inside = value_of(heading) == (value_of(self.path[inside]) + 1 if inside is not None else 1)
        return follows_above and (bare or not follows_inside)

    def close_box(self) -> None:
        if (box := self.find("box")) is not None:
            del self.path[box:]


def value_of(heading: Heading) -> int:
    """The value of a marker's number; 0 where it has none."""
    if heading.number and heading.number in LAYOUT["circles"]:
        return int(LAYOUT["circles"].index(heading.number)) + 1
    return int(read_numeral(heading.number) or 0)


def fold(text: str) -> str:
    """Half-width forms, one character for one, so that every place in the text stays."""
    return text.translate(HALF_WIDTH)


def read_passages(text: str) -> list[Passage]:
    """All passages of a plan, in order.

    Parameters
    ----------
    text
        The whole text as `fold` gives it.
    """
    outline, passages, start, in_table = Outline(), [], 0, False
    for paragraph, line in enumerate(text.split("\n"), 1):
        bare_line = line.strip()
        place = start + len(line) - len(line.lstrip())
        start += len(line) + 1
        if not bare_line:
            continue
        if in_table and ends_table(bare_line):
            in_table = False
            del outline.path[outline.find("table") :]
        if not in_table and (match := TABLE_TITLE.match(bare_line)) and len(bare_line) <= LAYOUT["longest_title"]:
            in_table = True
            outline.open(Heading("table", "", bare_line, LAYOUT["table_shown"].format(title=match["title"])))
        if (
            not passages
            and len(bare_line) <= LAYOUT["longest_title"]
            and not bare_line.endswith(tuple(LAYOUT["title_end"]))
        ):
            outline.open(Heading("title", "", bare_line))
        complete = bool(passages) and passages[-1].text.endswith(tuple(LAYOUT["sentence_end"]))
        title = "" if in_table else open_line(outline, bare_line, complete=complete)
        passages += split_items(Passage(bare_line, place, paragraph, tuple(outline.path), title))
    return passages


def ends_table(line: str) -> bool:
    return bool(TABLE_END.match(line)) or len(line) > 2 * LAYOUT["longest_title"]


def open_line(outline: Outline, line: str, *, complete: bool) -> str:
    """Open the heading, box or item that a line begins, and return its title; empty for a plain line."""
    if match := BOX.match(line):
        shown = LAYOUT["box_shown"].format(number=f"{match['number']}." if match["number"] else "")
        outline.open(Heading("box", match["number"], match["title"], shown))
        return match["title"]
    if match := GROUP.match(line):
        outline.open(Heading("group", "", line))
        return line
    for style, pattern, shown in MARKERS:
        if match := pattern.match(line):
            title = title_of(line[match.end() :])
            heading = Heading(style, match["number"], title, shown.format(number=match["number"]))
            outline.open(heading, bare=len(line) - match.end() <= len(title) + 1)
            return title
    if complete and not LABEL.match(line):
        outline.close_box()
    return ""


def title_of(text: str) -> str:
    """The words up to the first full stop or colon; empty where they are too many for a title."""
    end = min((place for mark in LAYOUT["title_end"] if (place := text.find(mark)) >= 0), default=len(text))
    return text[:end].strip() if end <= LAYOUT["longest_title"] else ""


def split_items(passage: Passage) -> Iterator[Passage]:
    """A passage parted at the items (1) (2) … that run through it."""
    for style, pattern, shown in MARKERS:
        if style not in INLINE_STYLES:
            continue
        matches = list(pattern.finditer(passage.text))
        wanted = [match for match in matches if match.start() > 0]
        if len(wanted) < 2 or [value_of(Heading(style, match["number"], "")) for match in wanted] != list(
            range(1, len(wanted) + 1)
        ):
            continue
        yield replace(passage, text=passage.text[: wanted[0].start()])
        for match, end in zip(wanted, [*(match.start() for match in wanted[1:]), len(passage.text)], strict=True):
            title = title_of(passage.text[match.end() : end])
            item = Heading(style, match["number"], title, shown.format(number=match["number"]))
            yield Passage(
                passage.text[match.start() : end], passage.start + match.start(), passage.paragraph,
                (*passage.path, item), title,
            )  # fmt: skip
        return
    yield passage
