"""The layout of a plan's text: headings, boxes, numbered items, tables, and the passages under them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from geo.exchange.numerals import read_numeral
from geo.exchange.plan_rows import FORM_KEY, Row, as_form, cells_of, find_rows
from geo.exchange.plan_words import WORDS
from geo.exchange.quantities import either, find_quantities

LAYOUT = WORDS["layout"]
MARKERS = [(entry["style"], re.compile(entry["pattern"]), entry["shown"]) for entry in WORDS["markers"]]
NUMBERED_STYLES = frozenset(("digits", "digits_brackets", "circles", "decimal"))
INNER_STYLES = frozenset(("digits_brackets", "circles"))
INLINE_STYLES = ("cn_brackets", "digits_brackets", "circles", "counted", "digits")
RANKS = {
    style: rank
    for rank, style in enumerate(
        ("title", "chapter", "section", "cn", "cn_brackets", "digits", "box", "table", "group")
    )
}
RANKS |= {"digits_brackets": 10, "circles": 11, "counted": 12, "project": 9, "bullet": 13, "decimal": 9, "code": 9}
"""Which headings stand above which, unless a text shows otherwise."""
BOX, GROUP, LABEL = (re.compile(LAYOUT[key]) for key in ("box", "group", "label"))
SENTENCE_OF_NAME = re.compile(LAYOUT["sentence_of_name"])
TABLE_TITLE, TABLE_HEAD, TABLE_END = (re.compile(LAYOUT[key]) for key in ("table_title", "table_head", "table_end"))
PAST, NO_YEAR = re.compile(LAYOUT["past"]), re.compile(LAYOUT["not_a_year_heading"])
YEAR = re.compile(LAYOUT["year"])
NAMES = re.compile(LAYOUT["name_label"])
KEYED = re.compile(WORDS["rows"]["keyed"])
BRACKETED_NAME = re.compile(
    LAYOUT["bracketed"].replace("{facilities}", either(WORDS["names"]["facilities"])), re.MULTILINE
)
PARTED, KEYS, PARTS = (re.compile(LAYOUT[key]) for key in ("parted", "keys", "parts"))
LINE_OF_BULLET, BULLET = re.compile(LAYOUT["line_of_bullet"]), "bullet"
LINE_END, STROKE, FEWEST_STROKES = "\n", "|", 2
MARKDOWN = re.compile(LAYOUT["markdown"], re.MULTILINE)
TAB = re.compile("\t")
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}


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


@dataclass(frozen=True, eq=False)
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
    row
        What it holds where it is a row of a table of projects.
    """

    text: str
    start: int
    paragraph: int
    path: tuple[Heading, ...]
    title: str = ""
    row: Row | None = None

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
        """Whether it can be searched: no part of a table, and not longer than any paragraph is."""
        if self.row or len(self.text) > LAYOUT["longest_paragraph"]:
            return False
        return all(each.style != "table" for each in self.path)

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
        if self.begins_below_group(heading):
            self.path.append(heading)
            return
        first = 0 if box is None else box + 1
        place = self.find(heading.style, first)
        if place is None:
            lower = (i for i in range(first, len(self.path)) if RANKS[self.path[i].style] > RANKS[heading.style])
            place = next(lower, len(self.path))
        self.path[place:] = [heading]

    def begins_below_group(self, heading: Heading) -> bool:
        """Whether a number is the first below words like 2024年新建:, or goes on with those of the group before."""
        if not self.path or self.path[-1].style != "group" or heading.style not in NUMBERED_STYLES:
            return False
        return value_of(heading) == 1 or self.find(heading.style) is None

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

    def in_year_of_box(self) -> bool:
        """Whether the open item of a box tells no more than the year of what stands below it: 1.2022年建成2所."""
        box = self.find("box")
        return box is not None and box < len(self.path) - 1 and only_year(self.path[-1].title) is not None

    def close_box(self) -> None:
        if (box := self.find("box")) is not None:
            del self.path[box:]


def value_of(heading: Heading) -> int:
    """The value of a marker's number; 0 where it has none."""
    if heading.number and heading.number in LAYOUT["circles"]:
        return int(LAYOUT["circles"].index(heading.number)) % 20 + 1
    return int(read_numeral(heading.number) or 0)


def fold(text: str) -> str:
    """Half-width forms without marks of Markdown, one character for one, so that every place in the text stays."""
    plain = MARKDOWN.sub(lambda mark: " " * len(mark[0]), text.translate(HALF_WIDTH))
    plain = KEYED.sub(lambda key: f" {key['key']}{LAYOUT['colon']}".ljust(len(key[0])), plain)
    return BRACKETED_NAME.sub(bare_of_brackets, plain)


def bare_of_brackets(name: re.Match[str]) -> str:
    """【云峰小学】 as 云峰小学, and before what is told of it in the same line as 云峰小学:."""
    last = name.end() == len(name.string) or name.string[name.end()] == LINE_END
    return f" {name['name']}" + (" " if last else LAYOUT["colon"])


def read_passages(text: str) -> list[Passage]:
    """All passages of a plan, in order.

    Parameters
    ----------
    text
        The whole text as `fold` gives it.
    """
    reader = Layout(text)
    for number in range(len(reader.lines)):
        reader.read(number)
    return reader.passages


class Layout:
    """Reads the lines of a plan from top to bottom into passages.

    Parameters
    ----------
    text
        The whole text as `fold` gives it.
    """

    def __init__(self, text: str) -> None:
        self.text, self.lines = text, text.split("\n")
        self.rows = find_rows(self.lines)
        self.outline, self.passages, self.start = Outline(), list[Passage](), 0
        self.in_table = False
        self.above: list[Heading] | None = None
        """The headings above a table of projects while it is read."""

    def read(self, number: int) -> None:
        """Take the next line, counted from 0."""
        line, place = self.lines[number], self.start
        self.start += len(line) + 1
        if not line.strip():
            return
        if number in self.rows:
            self.read_row(self.rows[number], number + 1)
            return
        if self.above is not None:
            self.outline.path, self.above = self.above, None
        if self.in_table and ends_table(line.strip()):
            self.in_table = False
            del self.outline.path[self.outline.find("table") :]
        if not self.in_table:
            line = as_clauses(as_form(line))
        self.read_line(line.strip(), place + len(line) - len(line.lstrip()), number + 1)

    def read_row(self, row: Row, paragraph: int) -> None:
        """A row of a table of projects; what it says of those below it is their heading."""
        if self.above is None:
            self.above = list(self.outline.path)
        if row.title:
            self.outline.path = [*self.above, Heading("group", "", row.title)]
        if row.cells:
            start, last = row.cells[0].start, max(row.cells, key=lambda cell: cell.start + len(cell.text))
            words = self.text[start : last.start + len(last.text)]
            self.passages.append(Passage(words, start, paragraph, tuple(self.outline.path), row=row))

    def go_on_with_year(self, line: str) -> None:
        """What the line before counts for a year is the heading of one that tells which these are."""
        before = self.passages[-1] if self.passages and GOES_ON_WITH_YEAR.match(line) else None
        if before and before.path == tuple(self.outline.path) and (counted := COUNTS_FOR_YEAR.match(before.text)):
            self.outline.open(Heading("group", "", counted[0]))

    def read_line(self, line: str, place: int, paragraph: int) -> None:
        """A line of prose, a heading, an item, or cells of the table of indicators."""
        outline, short = self.outline, len(line) <= LAYOUT["longest_title"]
        if not self.in_table and short and (match := TABLE_TITLE.match(line)):
            self.in_table = True
            outline.open(Heading("table", "", line, LAYOUT["table_shown"].format(title=match["title"])))
        if not self.passages and short and not line.endswith(tuple(LAYOUT["title_end"])):
            outline.open(Heading("title", "", line))
        complete = bool(self.passages) and self.passages[-1].text.endswith(tuple(LAYOUT["sentence_end"]))
        if self.in_table:
            for cell in filter(None, cells_of(line, place, TAB)):
                self.passages.append(Passage(cell.text, cell.start, paragraph, tuple(outline.path)))
            return
        self.go_on_with_year(line)
        title = open_line(outline, line, complete=complete)
        self.passages += split_items(Passage(line, place, paragraph, tuple(outline.path), title))


INNER_BULLET, BULLETED = re.compile(LAYOUT["inner_bullet"]), re.compile(LAYOUT["bulleted"])
GOES_ON_WITH_YEAR, COUNTS_FOR_YEAR = (re.compile(LAYOUT[key]) for key in ("goes_on_with_year", "counts_for_year"))


def as_clauses(line: str) -> str:
    """A line with a comma where only a space parts a figure from what follows: 占地30亩 总投资2亿元 设36个班.

    In a line of several figures that no other mark parts, the other spaces are commas too, but for that of a number.
    """
    if line.count(STROKE) >= FEWEST_STROKES:  # ①望江小学|望江路以东|36班: no row of a table, or it would be one
        line = line.replace(STROKE, LAYOUT["comma"])
    if BULLETED.match(line):
        line = INNER_BULLET.sub(lambda gap: LAYOUT["comma"].rjust(len(gap[0])), line)
    if " " not in line.strip():
        return line
    first = max((match.end() for _, marker, _ in MARKERS if (match := marker.match(line))), default=0)
    keys, figures = [match.start() for match in KEYS.finditer(line, first)], find_quantities(line)
    gaps = [each.end for each in figures if PARTED.match(line, each.end)]
    spaces = [match.start() for match in PARTED.finditer(line, first)]
    if gaps and len(figures) > 1 and len(spaces) > LAYOUT["sparse"] * len(PARTS.findall(line)):
        gaps += spaces
    if len(keys) > 1:  # 地址:望江路 规模:36个班
        gaps += keys
    letters = list(line)
    for gap in gaps:
        letters[gap] = LAYOUT["comma"]
    return "".join(letters)


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
            if (
                (key := LABEL.match(line, match.end()))
                and FORM_KEY.fullmatch(key["label"])
                and not NAMES.search(key[0])
            ):
                return ""
            if goes_on_with_item(outline, style, LINE_OF_BULLET.match(line, match.end())):
                return ""
            title = title_of(line[match.end() :])
            heading = Heading(style, match["number"], title, shown.format(number=match["number"]))
            outline.open(heading, bare=len(line) - match.end() <= len(title) + 1)
            return title
    if complete and not LABEL.match(line) and not (outline.in_year_of_box() and SENTENCE_OF_NAME.match(line)):
        outline.close_box()
    return ""


def goes_on_with_item(outline: Outline, style: str, fact: re.Match[str] | None) -> bool:
    """Whether a marked line tells a figure of the item above it: ✓ 总投资约8.6亿元 below ★, (3)总投资2亿元 below 1."""
    if fact is None:
        return False
    if style == BULLET:
        return outline.find(BULLET) is not None
    return style in INNER_STYLES and outline.find(style) is None and outline.find("digits") is not None


def title_of(text: str) -> str:
    """The words up to the first full stop or colon; empty where they are too many for a title."""
    end = min((place for mark in LAYOUT["title_end"] if (place := text.find(mark)) >= 0), default=len(text))
    return text[:end].strip() if end <= LAYOUT["longest_title"] else ""


def begins_inline(text: str, marker: re.Match[str], style: str) -> bool:
    """Whether a marker within a line may begin an item; a bare number needs the end of a sentence before it."""
    return style != "digits" or marker.start() == 0 or text[marker.start() - 1] in LAYOUT["item_ends"]


def split_items(passage: Passage) -> Iterator[Passage]:
    """A passage parted at the items (1) (2) … that run through it."""
    for style, pattern, shown in MARKERS:
        if style not in INLINE_STYLES:
            continue
        matches = [each for each in pattern.finditer(passage.text) if begins_inline(passage.text, each, style)]
        wanted = [match for match in matches if match.start() > 0]
        own = [value_of(Heading(style, match["number"], "")) for match in matches if match.start() == 0]
        first, outer = (own[0] + 1, passage.path[:-1]) if own else (1, passage.path)
        numbers = [value_of(Heading(style, match["number"], "")) for match in wanted]
        if len(matches) < 2 or numbers != list(range(first, first + len(wanted))):
            continue
        yield replace(passage, text=passage.text[: wanted[0].start()])
        for match, end in zip(wanted, [*(match.start() for match in wanted[1:]), len(passage.text)], strict=True):
            title = title_of(passage.text[match.end() : end])
            item = Heading(style, match["number"], title, shown.format(number=match["number"]))
            yield Passage(
                passage.text[match.start() : end], passage.start + match.start(), passage.paragraph,
                (*outer, item), title,
            )  # fmt: skip
        return
    yield passage
