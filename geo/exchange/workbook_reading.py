"""Workbooks that come from people: opened only up to a size, every cell with what a reader must know of it."""

import io
import warnings
import zipfile
from dataclasses import dataclass

import openpyxl
from openpyxl.cell.cell import TYPE_ERROR, TYPE_FORMULA
from openpyxl.styles.numbers import is_date_format
from openpyxl.worksheet.worksheet import Worksheet

from geo.exchange.files.reading import shown
from geo.exchange.ledger_cells import RawCell
from geo.exchange.workbook_limits import BROKEN, check_cells
from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

LARGEST_FILE = 8 * 2**20
LARGEST_UNPACKED = 16 * 2**20
"""Bytes, also of all parts once unpacked: a ledger of ten thousand rows takes half of it."""

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 50_000, 300, 300_000
"""openpyxl needs a kilobyte of memory for each cell."""

OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
"""How .xls begins; a workbook with a password too."""

ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class RawSheet:
    """A sheet's cells by row and column, both from 1; blank ones are not there.

    Parameters
    ----------
    merged
        Cells that were joined, as the spreadsheet writes them: C4:C7, by each row and column that they cover.
    """

    title: str
    cells: dict[int, dict[int, RawCell]]
    merged: dict[tuple[int, int], str]


def read_workbook(content: bytes, name: str) -> list[RawSheet]:
    """The sheets of a workbook.

    Parameters
    ----------
    name
        What an error calls it.

    Raises
    ------
    InvalidFile
        If it is none, is damaged or locked, or is too large.
    """
    _check_container(content, name)
    try:
        with warnings.catch_warnings():  # of features that openpyxl does not keep; nothing is written back
            warnings.simplefilter("ignore")
            results = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(content))
            return [_sheet(sheet, formulas[sheet.title], name) for sheet in results.worksheets]
    except BROKEN as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=name, reason=shown(fault)) from None


def _check_container(content: bytes, name: str) -> None:
    if len(content) > LARGEST_FILE:
        raise InvalidFile(N_("%(file)s 太大，超过 %(limit)s MB"), file=name, limit=LARGEST_FILE // 2**20)
    if content.startswith(OLD_EXCEL):
        raise InvalidFile(N_("%(file)s 是旧版 .xls 或加了密码：请在 Excel 里另存为不加密的 .xlsx"), file=name)
    if not content.startswith(ZIP):
        raise InvalidFile(N_("%(file)s 不是 Excel 工作簿（.xlsx），改扩展名不算：请在 Excel 里另存为 .xlsx"), file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise InvalidFile(N_("%(file)s 解开后太大"), file=name)
            check_cells(archive, name, MOST_CELLS)
            if not any(part.filename.lstrip("/") == "xl/workbook.xml" for part in parts):
                raise InvalidFile(
                    N_("%(file)s 不是 Excel 工作簿（.xlsx），改扩展名不算：请在 Excel 里另存为 .xlsx"), file=name
                )
    except BROKEN as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=name, reason=shown(fault)) from None


def _sheet(sheet: Worksheet, formulas: Worksheet, name: str) -> RawSheet:
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        message = N_("%(file)s 的工作表“%(sheet)s”太大：最多 %(rows)s 行、%(columns)s 列")
        raise InvalidFile(message, file=name, sheet=sheet.title, rows=MOST_ROWS, columns=MOST_COLUMNS)
    cells: dict[int, dict[int, RawCell]] = {}
    for row in formulas.iter_rows():
        for cell in row:
            if cell.value is not None:
                made = _cell(sheet.cell(cell.row, cell.column), is_formula=cell.data_type == TYPE_FORMULA)
                cells.setdefault(cell.row, {})[cell.column] = made
    merged = {
        place: area.coord
        for area in formulas.merged_cells.ranges
        if area.size["rows"] * area.size["columns"] <= MOST_ROWS
        for place in area.cells
    }
    return RawSheet(sheet.title, cells, merged)


def _cell(cell: openpyxl.cell.Cell, *, is_formula: bool) -> RawCell:
    if is_formula and cell.value is None:
        fault = Remark(N_("公式没有算出结果：请在 Excel 里打开并保存一次，或直接填值"))
    elif cell.data_type == TYPE_ERROR:
        fault = Remark(N_("单元格是错误值 %(given)s：请改正或清空"), given=shown(cell.value))
    else:
        fault = None
    number_format = cell.number_format or ""
    is_percent = "%" in number_format and not is_date_format(number_format) and not isinstance(cell.value, str)
    return RawCell(cell.value, is_percent, fault)
