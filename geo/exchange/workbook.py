"""Tables that planners open in Excel or WPS: CSV and XLSX.

CSV is one table over all layers, UTF-8 with a byte order mark, lines ended as RFC 4180 has them: a column says which
layer a row is of, the other columns are the union of the layers' own, so that one file can be sorted and filtered.
XLSX has a sheet for each layer and one that explains them.

No cell becomes a formula. In CSV a text that a spreadsheet would calculate gets an apostrophe in front; a reader takes
the apostrophe off again where what follows it would be calculated. Numbers are numbers: they come from number fields,
so a minus in front of one is no formula. In XLSX every text is stored as text.
"""

import csv
import io
import itertools
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from geo.exchange.geojson import Part
from geo.exchange.table import Column, Edition, cleaned, columns_of, rows_of
from geo.model.errors import N_
from geo.model.layer import Layer, Zone
from geo.model.location import BASIS_EXPLANATIONS, BASIS_TITLES

CALCULATED = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")
"""How a text begins that some spreadsheet calculates: OWASP's list for CSV injection, after blanks too."""

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
"""Limits of a sheet and of a cell (Excel specifications and limits)."""

FIRST_DAY = date(1900, 3, 1)
"""Before it Excel's calendar has a day that never was."""

CHUNK_BYTES = 256 * 1024
NARROWEST, WIDEST = 10, 48
HEADER_FONT = Font(bold=True)
HEADER_FILL = PatternFill("solid", fgColor="E8ECEF")


def csv_stream(layers: Sequence[Layer], parts: Iterable[Part], edition: Edition) -> Iterator[bytes]:
    """One CSV table over all layers, part by part.

    Parameters
    ----------
    layers
        Whose columns the table has, in this order, whether or not they have features.
    parts
        Features of those layers.
    """
    which = edition.translate(N_("图层"))
    columns = {layer.id: columns_of(layer, edition) for layer in layers}
    titles = {layer.id: guarded(cleaned(edition.title(layer.title))) for layer in layers}
    headers = list(dict.fromkeys(column.header for layer in layers for column in columns[layer.id]))
    yield b"\xef\xbb\xbf" + _lines([[which, *map(guarded, headers)]])
    for layer_id, *features in parts:
        by_header = {column.header: column for column in columns[layer_id]}
        in_order = [by_header.get(header) for header in headers]
        rows = rows_of(*features, edition)
        yield _lines(
            [titles[layer_id], *("" if column is None else _text(column, row) for column in in_order)] for row in rows
        )


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _text(column: Column, row: dict[str, object]) -> str:
    value = column.cell(row)
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def guarded(text: str) -> str:
    """A text that no spreadsheet calculates."""
    return f"'{text}" if CALCULATED.match(text) else text


def xlsx_stream(
    zone: Zone, layers: Sequence[Layer], parts: Iterable[Part], edition: Edition, on: date
) -> Iterator[bytes]:
    """A workbook with a sheet for each layer, in chunks; it is put together in temporary files, not in memory.

    Parameters
    ----------
    layers
        Each has a sheet, unless it is known to have no features.
    parts
        Features of those layers, in their order.
    on
        The day of the export.
    """
    book = Workbook(write_only=True)
    waiting = iter(parts)
    part = next(waiting, None)
    for layer in filter(edition.has_rows, layers):
        sheets = _LayerSheets(book, layer, edition)
        while part is not None and part[0] == layer.id:
            sheets.append(rows_of(*part[1:], edition))
            part = next(waiting, None)
        sheets.finish()
    _explain(book, zone, layers, edition, on)
    yield from _saved(book)


def _saved(book: Workbook) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book.save(path)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


@dataclass
class _LayerSheets:
    """The sheet of one layer, and further ones when it is full."""

    book: Workbook
    layer: Layer
    edition: Edition
    columns: list[Column] = field(init=False)
    sheet: Worksheet | None = None
    rows: int = 0

    def __post_init__(self) -> None:
        self.columns = columns_of(self.layer, self.edition)

    def append(self, rows: Sequence[dict[str, object]]) -> None:
        for row in rows:
            if self.sheet is None or self.rows == MOST_ROWS:
                self._begin(rows)
            self.sheet.append([_cell(self.sheet, column, column.cell(row)) for column in self.columns])
            self.rows += 1

    def finish(self) -> None:
        if self.sheet is None:
            self._begin([])
        self.sheet.auto_filter.ref = f"A1:{get_column_letter(len(self.columns))}{self.rows}"

    def _begin(self, rows: Sequence[dict[str, object]]) -> None:
        """A new sheet with its header; the rows to come say how wide its columns are."""
        if self.sheet is not None:
            self.finish()
        self.sheet = self.book.create_sheet(sheet_name(self.book, self.edition.title(self.layer.title)))
        self.sheet.freeze_panes = "C2"
        for number, column in enumerate(self.columns, start=1):
            widths = [
                display_width(column.header) + 3,
                *(display_width(str(column.cell(row) or "")) + 1 for row in rows),
            ]
            self.sheet.column_dimensions[get_column_letter(number)].width = min(max(NARROWEST, *widths), WIDEST)
        self.sheet.append([header_cell(self.sheet, column.header) for column in self.columns])
        self.rows = 1


def sheet_name(book: Workbook, title: str) -> str:
    """A name that Excel takes: at most 31 characters, none that it uses in addresses, no two alike."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", cleaned(title)).strip() or "-"
    taken = {name.lower() for name in book.sheetnames}
    tails = itertools.chain([""], (f" ({number})" for number in itertools.count(2)))
    return next(name for tail in tails if (name := plain[: 31 - len(tail)] + tail).lower() not in taken)


def display_width(text: str) -> int:
    """Places that the longest line of a text takes; a Chinese character takes two."""
    lines = text.splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line[:WIDEST]) for line in lines)


def header_cell(sheet: Worksheet, text: str) -> Cell:
    """A cell of the first row."""
    cell = text_cell(sheet, text)
    cell.font, cell.fill = HEADER_FONT, HEADER_FILL
    return cell


def _cell(sheet: Worksheet, column: Column, value: object) -> Cell | None:
    if value is None:
        return None
    day = _day(value) if column.type == "date" else None
    if day is not None and day >= FIRST_DAY:
        cell = WriteOnlyCell(sheet, day)
        cell.number_format = "yyyy-mm-dd"
        return cell
    if isinstance(value, str):
        return text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = _number_format(column, value)
    return cell


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _number_format(column: Column, value: float) -> str:
    """As many decimals as the figure states; thousands parted where it has a unit, so that years are not."""
    decimals = column.decimals
    if decimals is None:
        _, _, fraction = f"{value:.6f}".rstrip("0").partition(".")
        decimals = len(fraction)
    whole = "#,##0" if column.unit else "0"
    return f"{whole}.{'0' * decimals}" if decimals else whole


def text_cell(sheet: Worksheet, text: str) -> Cell:
    """A cell that is text whatever it looks like."""
    cell = WriteOnlyCell(sheet, written(text))
    cell.data_type = "s"
    cell.quotePrefix = CALCULATED.match(text) is not None
    return cell


def written(text: str) -> str:
    """A text as a workbook's file has it, not longer than a cell takes.

    Excel takes _x0041_ inside a text for a character of that number (ECMA-376, 22.9.2.19); _x005F_ in place of the
    first sign keeps it from doing so.
    """
    shortened = text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
    return re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", shortened)


def _explain(book: Workbook, zone: Zone, layers: Sequence[Layer], edition: Edition, on: date) -> None:
    """The sheet that says what the figures are, where they are from and how sure the places are."""
    say = edition.translate
    sheet = book.create_sheet(sheet_name(book, say(N_("说明"))))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 100
    status = say(N_("截至 %(year)s 年年底")) % {"year": edition.year} if edition.year else say(N_("未附年度进展"))
    rows = [
        *([(say(N_("演示数据")), say(N_("进展为虚构的演示数据，不得引用")))] if edition.demo else []),
        (say(N_("区域")), edition.title(zone.title)),
        (say(N_("规划")), f"{edition.title(zone.plan)} {zone.plan_source}"),
        (say(N_("导出日期")), on.isoformat()),
        (say(N_("年度进展")), status),
        *(edition.scope or [(say(N_("范围")), say(N_("全部要素")))]),
        (
            say(N_("坐标系")),
            say(N_("WGS 84 经纬度（EPSG:4326），规划精度下视同 CGCS2000（EPSG:4490）；每个要素取其面上一点")),
        ),
        (say(N_("位置误差")), say(N_("单位为米；空白表示未知。示意位置不能用于量算和报批，除非特意要求，坐标为空"))),
        *((say(title), say(BASIS_EXPLANATIONS[basis])) for basis, title in BASIS_TITLES.items()),
        *((edition.title(layer.title), _about(layer, edition)) for layer in layers),
    ]
    for label, text in rows:
        words = text_cell(sheet, cleaned(text))
        words.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([header_cell(sheet, cleaned(label)), words])


def _about(layer: Layer, edition: Edition) -> str:
    """Where a layer comes from, and why it has no sheet."""
    lines = [] if edition.has_rows(layer) else [edition.translate(N_("没有符合条件的要素，所以没有工作表"))]
    return "\n".join([*lines, layer.source, layer.licence])


@dataclass(frozen=True)
class PlainTable:
    """A table of texts, numbers and None, as a page shows it.

    Parameters
    ----------
    title
        Of its sheet.
    headers
        Of its columns, with their units.
    rows
        As long as `headers` each.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[object]]


def csv_table(table: PlainTable) -> bytes:
    """One plain table as CSV."""
    rows = [["" if value is None else guarded(cleaned(str(value))) for value in row] for row in table.rows]
    return b"\xef\xbb\xbf" + _lines([[guarded(header) for header in table.headers], *rows])


def tables_stream(tables: Sequence[PlainTable], notes: PlainTable) -> Iterator[bytes]:
    """A workbook with a sheet for each table, in chunks.

    Parameters
    ----------
    notes
        What the figures are of and what they mean; its sheet is the last one.
    """
    book = Workbook(write_only=True)
    for table in (*tables, notes):
        sheet = book.create_sheet(sheet_name(book, table.title))
        sheet.freeze_panes = "B2"
        for number, header in enumerate(table.headers, start=1):
            widths = [display_width(header) + 3, *(display_width(str(row[number - 1] or "")) + 1 for row in table.rows)]
            sheet.column_dimensions[get_column_letter(number)].width = min(max(NARROWEST, *widths), WIDEST)
        sheet.append([header_cell(sheet, header) for header in table.headers])
        for row in table.rows:
            sheet.append([_plain_cell(sheet, value) for value in row])
        if table.rows:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.headers))}{len(table.rows) + 1}"
    yield from _saved(book)


def _plain_cell(sheet: Worksheet, value: object) -> Cell | None:
    """A number as one; a text wraps its lines."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = _number_format(Column("", ""), value)
        return cell
    cell = text_cell(sheet, cleaned(str(value)))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
