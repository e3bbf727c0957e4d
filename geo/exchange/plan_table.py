"""The table of indicators in a plan's text, of which every cell came out as a line of its own."""

import re
from collections.abc import Iterator

from geo.exchange.numerals import read_numeral
from geo.exchange.plan_structure import LAYOUT, Passage
from geo.exchange.plan_words import WORDS
from geo.model.plan import PlanIndicator, Source

ROW, NAME, VALUE = (re.compile(LAYOUT[key]) for key in ("table_row", "table_name", "table_value"))
CATEGORY, CUMULATIVE = re.compile(LAYOUT["table_category"]), re.compile(LAYOUT["table_cumulative"])
ATTRIBUTES: dict[str, str] = WORDS["attributes"]


def read_indicators(passages: list[Passage]) -> Iterator[PlanIndicator]:
    """All rows of a plan's table of indicators; a row is its number, name, and cells, a line each."""
    lines = [passage for passage in passages if any(heading.style == "table" for heading in passage.path)]
    category, row = "", 0
    for place, line in enumerate(lines):
        if match := CATEGORY.match(line.text):
            category = match["name"]
        elif ROW.match(line.text) and place + 1 < len(lines) and NAME.match(lines[place + 1].text):
            row = int(line.text)
        elif row and (match := NAME.match(line.text)):
            yield read_row(row, category, match, line, cells_behind(lines, place + 1))


def cells_behind(lines: list[Passage], first: int) -> list[str]:
    """The cells up to the next row's number, name or category."""
    cells: list[str] = []
    for place in range(first, len(lines)):
        line = lines[place]
        begins_row = ROW.match(line.text) and place + 1 < len(lines) and NAME.match(lines[place + 1].text)
        if begins_row or CATEGORY.match(line.text) or NAME.match(line.text):
            break
        cells.append(line.text)
    return cells


def read_row(row: int, category: str, name: re.Match[str], line: Passage, cells: list[str]) -> PlanIndicator:
    values = [cell for cell in cells if cell not in ATTRIBUTES]
    base = number_in(values[0]) if len(values) > 1 else None
    target = number_in(values[1]) if len(values) > 1 else None
    headings = tuple(heading.title for heading in line.path if heading.title)
    return PlanIndicator(
        row=row,
        name=name["name"],
        unit=name["unit"],
        category=category,
        source=Source(line.section, headings, line.paragraph, line.start, line.start + len(line.text)),
        cells=tuple(cells),
        base=base,
        target=target,
        cumulative=any(CUMULATIVE.search(value) for value in values),
        attribute=next((ATTRIBUTES[cell] for cell in cells if cell in ATTRIBUTES), None),
    )


def number_in(cell: str) -> float | None:
    """The one number of a cell; None where it only says an increase (增加【1】) or none."""
    match = VALUE.fullmatch(cell)
    return read_numeral(match["number"]) * (-1 if match["minus"] else 1) if match else None  # type: ignore[operator]
