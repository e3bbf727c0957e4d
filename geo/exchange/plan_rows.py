"""Tables of projects in a plan's text: a header, then a row a project, in one line or with each cell on its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import NamedTuple

from geo.exchange.plan_words import WORDS

ROWS = WORDS["rows"]
COLUMNS = [(each["kind"], re.compile(each["names"])) for each in ROWS["columns"]]
SEPARATORS = [re.compile(each) for each in ROWS["separators"]]
BY_COMMAS, BY_SPACES = SEPARATORS[-2:]
FILLERS = {BY_COMMAS: ",", BY_SPACES: " "}
"""What parts the words of a cell in which such separators stand too."""
BEGINS = re.compile(ROWS["begins"])
"""What a line holds that may be a header; the others need no closer look."""
RULER, GROUP, UNIT, NUMBER = (re.compile(ROWS[key]) for key in ("ruler", "group", "unit", "number"))
GROUP_OF_ROWS = re.compile(ROWS["group_of_rows"])
NUMERAL, LONE = re.compile(ROWS["numeral"]), re.compile(ROWS["lone"])
CAPTION, FORM_KEY, TOTAL = (re.compile(ROWS[key]) for key in ("caption", "form_key", "total"))
CAPTION_UNITS = [(re.compile(each["titles"]), each["units"]) for each in ROWS["caption_units"]]
BETWEEN_UNITS = re.compile(ROWS["between_units"])
SPACED_COLON = re.compile(ROWS["spaced_colon"])
EDGES, MULTIPLIERS = ROWS["edges"], ROWS["multipliers"]
FEWEST_CELLS = 2
SLASH = "/"


class Cell(NamedTuple):
    """The words of a cell, and their place in the whole text."""

    text: str
    start: int


class Column(NamedTuple):
    """What a column holds (a kind of `plan_words.toml`), its title without the unit, and the unit."""

    kind: str
    title: str
    unit: str


@dataclass(frozen=True)
class Row:
    """A line of a table.

    Parameters
    ----------
    cells, columns
        As many of the one as of the other; none in a line that is to be passed over: the header, a ruler.
    title
        What a line says of the rows below it (一、教育), where it holds nothing else.
    lines
        How many lines of the text it takes.
    category
        What it or, where its own cell is empty, a row above it says in the column of categories.
    """

    cells: tuple[Cell, ...] = ()
    columns: tuple[Column, ...] = ()
    title: str = ""
    lines: int = 1
    category: str = ""

    @property
    def asides(self) -> str:
        """What its remarks say."""
        pairs = zip(self.columns, self.cells, strict=True)
        return ";".join(cell.text for column, cell in pairs if column.kind == "aside")

    def of_kind(self, kind: str) -> Cell | None:
        """The first cell of a column of this kind that says something."""
        pairs = zip(self.columns, self.cells, strict=True)
        return next((cell for column, cell in pairs if column.kind == kind and cell.text), None)


def find_rows(lines: Sequence[str]) -> dict[int, Row]:
    """The rows of all tables, by the number of their first line, from 0."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found: dict[int, Row] = {}
    number = 0
    while number < len(lines):
        if not BEGINS.search(lines[number]):
            number += 1
            continue
        table = parted_table(lines, starts, number) or stacked_table(lines, starts, number)
        found.update(table)
        number = max(table, default=number) + (table[max(table)].lines if table else 1)
    return found


def parted_table(lines: Sequence[str], starts: list[int], first: int) -> dict[int, Row]:
    """The table of which the cells are parted by tabs, strokes or spaces and that has its header in a line."""
    line = lines[first]
    for separator in SEPARATORS if len(line) <= ROWS["longest_header"] else ():
        cells = cells_of(line, 0, separator)
        columns = header_of(cells, caption_of(lines, first)) if len(cells) > 1 else ()
        if columns and (separator is not BY_SPACES or is_sure(columns)):
            break
    else:
        return {}
    table, category, begins = {first: Row()}, "", first + 1
    if lower := lower_header(cells, lines[begins : begins + 1], separator):
        columns = header_of(lower, caption_of(lines, first)) or columns
        table[begins], begins = Row(), begins + 1
    for number in range(begins, len(lines)):
        if not lines[number].strip() and lines[number - 1].strip():
            continue
        cells = cells_of(lines[number], starts[number], separator)
        cells = joined_cells(cells, columns, FILLERS[separator]) if separator in FILLERS else cells
        if RULER.fullmatch(lines[number]):
            table[number] = Row()
        elif row := row_of(cells, columns):
            category = said.text if (said := row.of_kind("category")) else category
            table[number] = replace(row, category=category)
        elif is_title(lines, number, separator):
            table[number] = Row(title=lines[number].strip())
        else:
            break
    return table if any(row.cells for row in table.values()) else {}


def lower_header(cells: list[Cell], below: Sequence[str], separator: re.Pattern[str]) -> list[Cell]:
    """The titles of a header of two rows, the lower ones where there are two; none where the next line is no header."""
    under = cells_of(below[0], 0, separator) if below else []
    titles = [cell for cell in under if cell.text]
    blank = len(titles) < len(under) <= len(cells)
    if not titles or not blank or not all(kind_of(cell.text) for cell in titles):
        return []
    pairs = zip_longest(cells, under)
    return [lower if lower and lower.text else upper for upper, lower in pairs]


def is_sure(columns: Sequence[Column]) -> bool:
    """Whether a line parted by single spaces is a header for certain, and no sentence."""
    return len(columns) >= ROWS["by_spaces"] and all(column.kind for column in columns)


def joined_cells(cells: list[Cell], columns: Sequence[Column], filler: str) -> list[Cell]:
    """The cells of a line parted by single spaces or commas: too many ones belong to the place or the description.

    A line that does not fit the columns is none of the table: its figures would stand under other titles.
    """
    surplus = len(cells) - len(columns)
    kinds = ["figure" if column.unit else column.kind for column in columns]
    wide = next((kinds.index(kind) for kind in ("text", "location") if kind in kinds), None)
    if surplus > 0 and wide is not None:
        parts = cells[wide : wide + surplus + 1]
        whole = "".join((part.text + filler).ljust(after.start - part.start) for part, after in pairwise(parts))
        cells = [*cells[:wide], Cell(whole + parts[-1].text, parts[0].start), *cells[wide + surplus + 1 :]]
    pairs = zip(cells, kinds, strict=False)
    fits = all(kind != "figure" or not cell.text or NUMBER.match(cell.text) for cell, kind in pairs)
    return cells if fits or len(cells) == 1 else []


def is_title(lines: Sequence[str], number: int, separator: re.Pattern[str]) -> bool:
    """Whether a line of one short cell stands between rows."""
    following = "".join(lines[number + 1 : number + 2])
    return LONE.fullmatch(lines[number].strip()) is not None and len(cells_of(following, 0, separator)) > FEWEST_CELLS


def row_of(cells: list[Cell], columns: tuple[Column, ...]) -> Row | None:
    """A line of a table that has begun; None where the table is over."""
    said = [cell for cell in cells if cell.text]
    if len(said) == 1 and GROUP.match(said[0].text):
        return Row(title=said[0].text)
    if len(said) > 1 and NUMERAL.fullmatch(said[0].text) and not NUMBER.match(said[1].text):
        return Row(title=said[1].text)
    if columns[0].kind == "number" and said and said[0] is cells[0] and GROUP_OF_ROWS.match(said[0].text):
        return Row(title=said[0].text)  # 二、卫生类(小计), and its sums
    if len(cells) < 2 or not said or len(cells) > len(columns):
        return None
    return Row((*cells, *[Cell("", cells[-1].start)] * (len(columns) - len(cells))), columns)


def stacked_table(lines: Sequence[str], starts: list[int], first: int) -> dict[int, Row]:
    """The table of which each cell stands on a line of its own, the numbered rows below the titles of the columns."""
    if kind_of(lines[first].strip()) != "number":
        return {}
    titles: list[Cell] = []
    number = first
    while number < min(len(lines), first + ROWS["most_columns"]) and kind_of(lines[number].strip()):
        titles.append(Cell(lines[number].strip(), starts[number]))
        number += 1
    width = len(titles)
    columns = header_of(titles, caption_of(lines, first)) if width > 2 else ()
    if not columns:
        return {}
    table = {place: Row() for place in range(first, number)}
    expected = 1
    while number + width <= len(lines):
        if GROUP.match(lines[number].strip()):
            table[number] = Row(title=lines[number].strip())
            number += 1
            continue
        if lines[number].strip() != str(expected):
            break
        cells = [whole_cell(lines[place], starts[place]) for place in range(number, number + width)]
        table[number] = Row(tuple(cells), columns, lines=width)
        table |= {place: Row() for place in range(number + 1, number + width)}
        number, expected = number + width, expected + 1
    return table if expected > 1 else {}


def whole_cell(line: str, start: int) -> Cell:
    text = line.strip(EDGES)
    return Cell("" if text in ROWS["empty"] else text, start + len(line) - len(line.lstrip(EDGES)))


def cells_of(line: str, start: int, separator: re.Pattern[str]) -> list[Cell]:
    """The cells of a line, without the strokes at its ends."""
    ends = len(line) - len(line.lstrip(EDGES + "|")), len(line.rstrip(EDGES + "|" if "|" in line else EDGES))
    first, last = (ends[0], ends[1]) if line.lstrip(EDGES).startswith("|") else (0, len(line.rstrip("\r\n")))
    cells, place = [], first
    for match in [*separator.finditer(line, first, last), None]:
        end = match.start() if match else last
        cells.append(whole_cell(line[place:end], start + place))
        place = match.end() if match else last
    return cells


def header_of(cells: Sequence[Cell], caption: str = "") -> tuple[Column, ...]:
    """The columns that a line heads; none where it is no header: one needs a name and something else."""
    columns = tuple(column_of(cell.text, caption) for cell in cells)
    known = sum(1 for column in columns if column.kind)
    named = sum(1 for column in columns if column.kind == "name")
    short = all(len(cell.text) <= ROWS["longest_title"] for cell in cells)
    return columns if named and known > 1 and 2 * known > len(columns) and short else ()


def column_of(text: str, caption: str) -> Column:
    kind, unit = kind_of(text) or "", UNIT.search(text)
    title = UNIT.sub("", text).strip(EDGES)
    title = ROWS["usual_titles"].get(title, title)
    given = (unit["unit"] or unit["unit2"]) if unit else stated_unit(title, caption)
    given = given or next((word for part, word in ROWS["usual_units"].items() if part in title), "")
    return Column(kind, title, given)


@lru_cache(maxsize=1024)
def kind_of(title: str) -> str | None:
    """The kind of column that a title heads."""
    if not title or len(title) > ROWS["longest_title"] or title[-1] in ROWS["no_title"]:
        return None
    plain = UNIT.sub("", title).replace(" ", "")
    return next((kind for kind, names in COLUMNS if names.search(plain)), None)


def caption_of(lines: Sequence[str], first: int) -> str:
    """The units that a line right above a table states for all of it: 单位:亩、万元."""
    matches = (CAPTION.search(line) for line in lines[max(0, first - 3) : first])
    return next((match["units"] for match in matches if match), "")


def stated_unit(title: str, caption: str) -> str:
    """The unit among those of a caption that fits a title; empty where none does."""
    stated = BETWEEN_UNITS.split(caption)
    fitting = next((units for titles, units in CAPTION_UNITS if titles.search(title)), ())
    return next((unit for unit in fitting if unit in stated), "")


def as_form(line: str) -> str:
    """A line of two cells, the first of them a key, as 建设地点:城东; other lines without their tabs.

    Strokes between a name and what labels tell of it (城东小学|地点:…|投资:…) are commas.
    """
    line = SPACED_COLON.sub(lambda gap: gap[0][::-1], line)
    for separator in SEPARATORS[:2] if "\t" in line or "|" in line else ():
        cells = cells_of(line, 0, separator)
        if len(cells) == 2 and cells[1].text and FORM_KEY.fullmatch(cells[0].text):
            key_end = cells[0].start + len(cells[0].text)
            gap = cells[1].start - key_end - 1
            front = " " * cells[0].start + cells[0].text + ":" + " " * gap + cells[1].text
            return front.ljust(len(line))
    labelled = line.count("|") >= FEWEST_CELLS and all(":" in cell for cell in line.strip(" |").split("|")[1:])
    return line.replace("|", ",").replace("\t", " ") if labelled else line.replace("\t", " ")


def sentence_of(row: Row) -> tuple[str, list[int]]:
    """A row's figures as a sentence (总投资:42000万元;…), and the place in the whole text of each of its letters."""
    text, places = "", []
    for column, cell in zip(row.columns, row.cells, strict=True):
        if not cell.text or column.kind in ROWS["apart"]:
            continue
        for words, start, moves in pieces_of(column, cell):
            text += words
            places += [start + (step if moves else 0) for step in range(len(words))]
    return text, places


def pieces_of(column: Column, cell: Cell) -> Iterator[tuple[str, int, bool]]:
    """Words that a cell adds to its row's sentence, their place, and whether they stand there letter by letter.

    Below a title of two (总投资/年度投资) each number has its own.
    """
    titles, parts, units = column.title.split(SLASH), cell.text.split(SLASH), column.unit.split(SLASH)
    if len(titles) == len(parts) > 1 and all(NUMBER.fullmatch(part.strip()) for part in parts):
        start = cell.start
        units = units if len(units) == len(parts) else [column.unit] * len(parts)  # (亩/㎡), or one for both
        for title, unit, part in zip(titles, units, parts, strict=True):
            yield from pieces_of(column._replace(title=title, unit=unit), Cell(part, start))
            start += len(part) + len(SLASH)
        return
    last = cell.start + len(cell.text) - 1
    yield "" if column.kind == "name" else f"{column.title}:", cell.start, False
    yield cell.text, cell.start, True
    if column.unit and (number := NUMBER.fullmatch(cell.text)):
        yield column.unit.lstrip(MULTIPLIERS) if number["many"] else column.unit, last, False  # 1.2亿 below 万元
    yield ";", last, False
