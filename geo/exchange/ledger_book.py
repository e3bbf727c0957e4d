"""The ledger as it is handed out: a workbook with a sheet for each layer, lists to choose from, and how to fill it in.

It is in Chinese whatever the reader's language: it goes to offices that fill it in and send it back.
"""

import io
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from geo.exchange.table import cleaned
from geo.exchange.workbook import CALCULATED, FIRST_DAY, HEADER_FILL, HEADER_FONT, display_width, sheet_name, written
from geo.model.errors import N_
from geo.model.layer import Zone
from geo.model.ledger import (
    CARRIED,
    CONFIRM_TITLE,
    CONFIRMED,
    ID_TITLE,
    MARK,
    REPORTED,
    UNREPORTED,
    LedgerColumn,
    PrefilledRow,
    PrefilledSheet,
    ledger_columns,
)

NARROWEST, WIDEST, TEXT_WIDTH = 9, 36, 26
SPARE_ROWS = 200
"""Rows below the last one in which choosing from lists works too."""

LOCKED_FILL = PatternFill("solid", fgColor="F3F5F6")
ASKED_FILL = PatternFill("solid", fgColor="DCEBE6")
CARRIED_FONT = Font(italic=True, color="8A6D3B")
CARRIED_FILL = PatternFill("solid", fgColor="FCF8EC")
LOCKED_FONT = Font(color="5B6770")
TEXT_FORMAT, DAY_FORMAT = "@", "yyyy-mm-dd"
TOP = Alignment(vertical="top", wrap_text=True)

EXPLANATION = (
    (
        N_("怎样填"),
        N_(
            "每个图层一张工作表，每行一个要素。只填浅绿表头下面的白格；灰格供对照，不要改。单位已写在表头，格里只填数字。"
        ),
    ),
    (
        N_("沿用上年"),
        N_("斜体是从上年填报带过来的，还不算今年的填报：有变化就直接改；确实没有变化的，在“本年填报”一列选“确认”。"),
    ),
    (N_("不填的行"), N_("没有改动、也没有确认的行，导入时什么都不写；删掉整行也一样。")),
    (N_("阶段和标记"), N_("从下拉里选；粘贴文字也可以，须与下拉里的词一致。")),
    (N_("要写说明的"), N_("停工、调整、取消，阶段或进度倒退，已封存年度的更正，都要在“说明”里写明原因。")),
    (N_("解决期限"), N_("写成日期，如 2024-06-30。")),
    (
        N_("整理表格"),
        N_("可以筛选、隐藏行列、另加自己的列；不要改表头，不要合并单元格。新要素先在系统里建立，再重新导出。"),
    ),
    (N_("交回"), N_("保存为 .xlsx，在系统“台账”页选择文件：先看清楚改了什么，再一次写入；有一格不对，全都不写。")),
    (N_("表旧了怎么办"), N_("每行记着导出时的样子。导出以后别人又填报过的行，导入时会逐行指出，不会覆盖。")),
    (N_("佐证材料"), N_("照片和 PDF 请在要素的填报页上传；原有的佐证会保留。")),
)
"""How to fill it in."""


def ledger_book(zone: Zone, sheets: Sequence[PrefilledSheet], on: date, *, demo: bool) -> bytes:
    """The workbook.

    Parameters
    ----------
    sheets
        All of one year.
    on
        The day of the export.
    """
    book = Workbook()
    _explain(book.active, zone, sheets, on, demo=demo)
    for sheet in sheets:
        _LedgerSheet(book, sheet).write()
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _explain(page: Worksheet, zone: Zone, sheets: Sequence[PrefilledSheet], on: date, *, demo: bool) -> None:
    page.title = N_("说明")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 16, 96
    rows = [
        *([(N_("演示数据"), N_("进展为虚构的演示数据，不得引用"))] if demo else []),
        (N_("台账"), N_("%(zone)s %(year)s 年填报台账") % {"zone": zone.title.zh, "year": sheets[0].year}),
        (N_("导出日期"), on.isoformat()),
        *EXPLANATION,
    ]
    for number, (label, words) in enumerate(rows, start=1):
        for column, text in enumerate((label, words), start=1):
            cell = page.cell(number, column, text)
            cell.alignment = TOP
        page.cell(number, 1).font, page.cell(number, 1).fill = HEADER_FONT, HEADER_FILL
    page.protection.sheet = True


class _LedgerSheet:
    """One layer's sheet: hidden mark, id, name, what stands beside, how the row stands, what is to be filled in."""

    def __init__(self, book: Workbook, content: PrefilledSheet) -> None:
        self.content = content
        self.columns = ledger_columns(content.layer)
        self.page = book.create_sheet(sheet_name(book, content.layer.title.zh))
        self.first_asked = 4 + len(content.beside)
        self.last_row = len(content.rows) + 1

    def write(self) -> None:
        self._header()
        for number, row in enumerate(self.content.rows, start=2):
            self._row(number, row)
        self._lists()
        self._measures()

    def _header(self) -> None:
        layer, year = self.content.layer, self.content.year
        locked = (f"{MARK}:{layer.id}:{year}", ID_TITLE, N_("名称"), *self.content.beside)
        asked = (CONFIRM_TITLE, *(column.header for column in self.columns))
        for number, text in enumerate((*locked, *asked), start=1):
            cell = self.page.cell(1, number, text)
            cell.font, cell.alignment = HEADER_FONT, TOP
            cell.fill = HEADER_FILL if number <= len(locked) else ASKED_FILL

    def _row(self, number: int, row: PrefilledRow) -> None:
        for place, value in enumerate((row.stamp, row.feature_id, row.name, *row.beside), start=1):
            cell = _filled(self.page.cell(number, place), value)
            cell.fill, cell.font, cell.alignment = LOCKED_FILL, LOCKED_FONT, TOP
        carried = row.carried_from is not None
        state = CARRIED % {"year": row.carried_from} if carried else REPORTED if row.reported else UNREPORTED
        self._asked(number, self.first_asked, state, TEXT_FORMAT, carried=carried)
        for place, column in enumerate(self.columns, start=self.first_asked + 1):
            value = row.values.get(column.name)
            shown = column.words.get(value, value) if column.words else value
            is_carried = carried and value is not None
            cell = self._asked(number, place, shown, _format_of(column), carried=is_carried)
            if is_carried:
                cell.fill = CARRIED_FILL

    def _asked(self, number: int, place: int, value: object, number_format: str, *, carried: bool) -> Cell:
        cell = self.page.cell(number, place)
        if number_format == DAY_FORMAT and (day := _day(value)):
            cell.value = day
        else:
            _filled(cell, value)
        cell.number_format, cell.protection, cell.alignment = number_format, Protection(locked=False), TOP
        if carried:
            cell.font = CARRIED_FONT
        return cell

    def _lists(self) -> None:
        """What Excel lets people choose, and what it tells them when they write something else."""
        self._rule(self.first_asked, DataValidation("list", formula1=f'"{CONFIRMED}"', showErrorMessage=False))
        for place, column in enumerate(self.columns, start=self.first_asked + 1):
            if column.kind == "code":
                words = ",".join(column.words.values())
                self._rule(place, DataValidation("list", formula1=f'"{words}"', error=N_("请从下拉里选")))
            elif column.name == "progress_pct":
                between = DataValidation("decimal", "between", "0", "100", error=N_("应为 0 到 100 的数"))
                self._rule(place, between)
            elif column.kind == "whole":
                self._rule(place, DataValidation("whole", "greaterThanOrEqual", "0", error=N_("应为整数，不小于 0")))

    def _rule(self, place: int, rule: DataValidation) -> None:
        rule.allow_blank, rule.errorTitle = True, N_("台账")
        rule.showErrorMessage = rule.error is not None
        letter = get_column_letter(place)
        rule.add(f"{letter}2:{letter}{self.last_row + SPARE_ROWS}")
        self.page.add_data_validation(rule)

    def _measures(self) -> None:
        """Widths, the frozen header, the hidden mark, the protection that keeps what is not to be changed."""
        page = self.page
        for place in range(1, self.first_asked + len(self.columns) + 1):
            widths = [
                display_width(str(page.cell(row, place).value or "")) for row in range(1, min(self.last_row, 300) + 1)
            ]
            column = self.columns[place - self.first_asked - 1] if place > self.first_asked else None
            least = TEXT_WIDTH if column and column.name in ("note", "obstacle") else NARROWEST
            page.column_dimensions[get_column_letter(place)].width = min(max(least, max(widths) + 3), WIDEST)
        page.column_dimensions["A"].hidden = True
        page.freeze_panes = "D2"
        page.auto_filter.ref = f"A1:{get_column_letter(self.first_asked + len(self.columns))}{self.last_row}"
        page.cell(1, self.first_asked).comment = Comment(EXPLANATION[1][1], N_("台账"), width=320, height=110)
        page.protection.sheet = True
        for allowed in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
            setattr(page.protection, allowed, False)
        page.print_title_rows = "1:1"
        page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
        page.sheet_properties.pageSetUpPr.fitToPage = True


def _filled(cell: Cell, value: object) -> Cell:
    """A cell that is no formula whatever its text looks like."""
    if isinstance(value, str):
        cell.value = written(cleaned(value))
        cell.data_type, cell.number_format = "s", TEXT_FORMAT
        cell.quotePrefix = CALCULATED.match(value) is not None
    else:
        cell.value = value
    return cell


def _format_of(column: LedgerColumn) -> str:
    """Numbers are `General`, so that a percentage that somebody writes is kept as one."""
    return {"text": TEXT_FORMAT, "code": TEXT_FORMAT, "date": DAY_FORMAT}.get(column.kind, "General")


def _day(value: object) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and day >= FIRST_DAY else None
