"""Tables of pupils by year: totals, factors, figures of single places, or children by cohort."""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from geo.exchange.files.incoming.in_crs import in_words
from geo.exchange.files.incoming.opening import open_rows
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import InvalidFile, N_
from geo.model.growth import ANY_LEVEL, Growth, totals_of_cohorts

YEAR = tuple("year 年份 学年 年度".split())
ENTERING, BORN = tuple("entry_year 入学年份 入学年".split()), tuple("birth_year 出生年份 出生年".split())
CHILDREN = tuple("children 人数 儿童数 出生人数 births".split())
PLACE = tuple("demand_id 地点编号 地块编号 小区编号 居住区编号".split())
TOTALS = {
    "primary": tuple("pupils_primary 小学生 小学生数 小学学龄人口 小学".split()),
    "junior": tuple("pupils_junior 初中生 初中生数 初中学龄人口 初中".split()),
    ANY_LEVEL: tuple("pupils 学生数 学生 学龄人口".split()),
}
FACTORS = {
    "primary": tuple("factor_primary 小学系数".split()),
    "junior": tuple("factor_junior 初中系数".split()),
    ANY_LEVEL: tuple("factor 系数".split()),
}
"""Headers, small letters."""

AGE_AT_ENTRY = 6
"""义务教育法, article 11: whoever is six enters grade 1. A year of birth is the cohort that enters six years later."""

YEARS = range(1900, 2200)
MOST_ROWS = 200_000

Rows = Iterator[tuple[int, Sequence[object]]]
"""With their numbers."""


def read_growth(path: Path) -> Growth:
    """The table of a CSV, tab-separated or XLSX file; its first row names the columns.

    Raises
    ------
    InvalidFile
        If the file cannot be read, has no such columns, or a cell is no year or no figure.
    """
    with in_words(path):
        return _growth(short_name(path), open_rows(path))


def growth_of_text(name: str, text: str) -> Growth:
    """A table that was pasted: columns parted by tabs, commas or semicolons; raises as `read_growth` does.

    Parameters
    ----------
    name
        What errors call it.
    """
    header = text.partition("\n")[0]
    delimiter = max("\t,;，", key=header.count)
    rows = csv.reader(
        io.StringIO(text.replace("，", ",") if delimiter == "，" else text), delimiter=delimiter.replace("，", ",")
    )
    return _growth(name, enumerate(rows, start=1))


def _growth(name: str, rows: Rows) -> Growth:
    _, names = next(rows, (1, ()))
    header = [str(cell).strip().lower() if cell is not None else "" for cell in names]
    filled = [
        (number, [*row, *[None] * len(header)]) for number, row in rows if any(cell not in (None, "") for cell in row)
    ]
    if len(filled) > MOST_ROWS:
        raise InvalidFile(N_("%(file)s 太大，最多 %(most)s 行"), file=name, most=MOST_ROWS)
    table = _Table(name, header, filled)
    cohort = table.column(ENTERING) is not None or table.column(BORN) is not None
    found = _cohorts(table) if cohort else _years(table)
    if not (found.totals or found.factors or found.of_places):
        message = N_("%(file)s 里要有“年份”和“小学”“初中”或“小学系数”“初中系数”，或“入学年份”和“人数”，现有：%(known)s")
        raise InvalidFile(message, file=name, known=", ".join(header))
    return found


class _Table:
    """Cells with their columns by name; a wrong cell is told with its row."""

    def __init__(self, name: str, header: list[str], rows: list[tuple[int, list[object]]]) -> None:
        self.name, self.header, self.rows = name, header, rows

    def column(self, names: Sequence[str]) -> int | None:
        return next((self.header.index(name) for name in names if name in self.header), None)

    def number(self, row: int, column: int, cell: object) -> float | None:
        """A figure of 0 or more; None where the cell is empty."""
        if cell is None or not str(cell).strip():
            return None
        try:
            value = float(str(cell).replace(",", "").strip())
        except ValueError:
            value = math.nan
        if not 0 <= value < 1e9:
            message = N_("%(file)s 第 %(row)s 行：%(field)s 应为不小于 0 的数字，现为 %(given)s")
            raise InvalidFile(message, file=self.name, row=row, field=self.header[column], given=shown(cell))
        return value

    def year(self, row: int, column: int, cell: object) -> int:
        value = self.number(row, column, cell)
        if value is None or int(value) != value or int(value) not in YEARS:
            message = N_("%(file)s 第 %(row)s 行：%(field)s 应为年份，例如 2024，现为 %(given)s")
            raise InvalidFile(message, file=self.name, row=row, field=self.header[column], given=shown(cell))
        return int(value)


def _cohorts(table: _Table) -> Growth:
    entering, born = table.column(ENTERING), table.column(BORN)
    column, children = (entering, table.column(CHILDREN)) if entering is not None else (born, table.column(CHILDREN))
    if children is None:
        return Growth()
    cohorts: dict[int, float] = {}
    for row, cells in table.rows:
        year = table.year(row, column, cells[column]) + (0 if entering is not None else AGE_AT_ENTRY)
        figure = table.number(row, children, cells[children])
        if figure is not None:
            cohorts[year] = cohorts.get(year, 0.0) + figure
    return Growth(totals=totals_of_cohorts(cohorts))


def _years(table: _Table) -> Growth:
    year_column, place = table.column(YEAR), table.column(PLACE)
    totals: dict[tuple[str, int], float] = {}
    factors: dict[tuple[str, int], float] = {}
    of_places: dict[tuple[str, int], dict[str, float]] = {}
    if year_column is None:
        return Growth()
    for row, cells in table.rows:
        year = table.year(row, year_column, cells[year_column])
        for level, names in TOTALS.items():
            if (column := table.column(FACTORS[level])) is not None:
                figure = table.number(row, column, cells[column])
                if figure is not None:
                    factors[level, year] = figure
            if (column := table.column(names)) is None:
                continue
            figure = table.number(row, column, cells[column])
            if figure is not None and place is not None:
                of_places.setdefault((level, year), {})[_id(cells[place])] = figure
            elif figure is not None:
                totals[level, year] = figure
    return Growth(totals, factors, of_places)


def _id(cell: object) -> str:
    """As ids of places are written; a whole number that came as 1.0 is one."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
