"""A filled-in ledger as it comes back: sheets are found by their hidden mark, columns by their headers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize

from openpyxl.utils import get_column_letter

from geo.exchange.files.reading import shown
from geo.exchange.ledger_cells import RawCell, doubt_about, text_of, value_of
from geo.exchange.workbook_reading import RawSheet, read_workbook
from geo.model.errors import InvalidFile, InvalidInput, N_
from geo.model.layer import Catalog, Layer
from geo.model.ledger import (
    CARRIED,
    CONFIRM,
    CONFIRM_TITLE,
    CONFIRMED,
    FEATURE_ID,
    ID_TITLE,
    MARK,
    REPORTED,
    UNREPORTED,
    CellFault,
    FilledLedger,
    LedgerColumn,
    LedgerRow,
    LedgerSheet,
    ledger_columns,
)
from geo.model.remark import Remark

HEADER_WITHIN = 20
"""Rows in which the header is looked for: people put titles above it."""

MARKED = re.compile(rf"{MARK}:([a-z0-9_]{{1,64}}):(\d{{4}})")
STAMP = "stamp"
SAID_CONFIRMED = frozenset((CONFIRMED, *"是 对 √ ✓ ✔ y yes ok true".split()))

Letters = dict[str, int]
"""Columns of a sheet by what stands in them."""


def read_ledger(content: bytes, name: str, catalog: Catalog) -> FilledLedger:
    """What people filled in.

    Parameters
    ----------
    name
        What an error calls the file.

    Raises
    ------
    InvalidFile
        If it is no workbook, or none of its sheets is one of a ledger.
    """
    ledger = FilledLedger([], [], [])
    titles = {_plain(layer.title.zh) for layer in catalog.values()}
    for raw in read_workbook(content, name):
        found = _find_header(raw)
        if found is None:
            _tell_other(ledger, raw, is_layer=_plain(raw.title) in titles)
            continue
        if found.layer_id not in catalog:
            remark = Remark(N_("没有名为“%(layer_id)s”的图层"), layer_id=found.layer_id)
            ledger.faults.append(CellFault(raw.title, found.row, None, None, remark))
            continue
        _Reading(ledger, raw, catalog[found.layer_id], found).read()
    for sheet in ledger.sheets[1:]:
        if sheet.year != ledger.sheets[0].year:
            message = N_("这张是 %(year)s 年的，前面的是 %(first)s 年的：请一年一份，分开导入")
            remark = Remark(message, year=sheet.year, first=ledger.sheets[0].year)
            ledger.faults.append(CellFault(sheet.title, None, None, None, remark))
    if not ledger.sheets and not ledger.faults:
        raise InvalidFile(N_("%(file)s 里没有台账的工作表：请用系统导出的台账填写"), file=name)
    return ledger


def _tell_other(ledger: FilledLedger, raw: RawSheet, *, is_layer: bool) -> None:
    """A sheet without a mark: somebody's own, or one of ours that lost it."""
    if is_layer and _has_ids(raw):
        message = N_("隐藏的标记列（A 列）不见了或被改过，认不出是哪一年的台账：请重新导出，把填的内容贴过去")
        ledger.faults.append(CellFault(raw.title, None, None, None, Remark(message)))
    elif raw.title != N_("说明") and raw.cells:
        ledger.notes.append(Remark(N_("工作表“%(sheet)s”不是台账，没有读"), sheet=raw.title))


@dataclass(frozen=True)
class _Header:
    row: int
    layer_id: str
    year: int


def _find_header(raw: RawSheet) -> _Header | None:
    for number in sorted(raw.cells):
        if number > HEADER_WITHIN:
            return None
        for cell in raw.cells[number].values():
            if found := MARKED.fullmatch(text_of(cell.value)):
                return _Header(number, found[1], int(found[2]))
    return None


def _has_ids(raw: RawSheet) -> bool:
    first = (raw.cells[number] for number in sorted(raw.cells)[:HEADER_WITHIN])
    return any(_plain(text_of(cell.value)) == ID_TITLE for row in first for cell in row.values())


def _plain(text: str) -> str:
    """A header as it is compared: full-width signs as their usual ones, no blanks."""
    return "".join(normalize("NFKC", text).split())


@dataclass
class _Reading:
    """Reads one sheet; what is wrong goes to the ledger's faults."""

    ledger: FilledLedger
    raw: RawSheet
    layer: Layer
    header: _Header
    places: Letters = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)

    def read(self) -> None:
        if not self._find_columns():
            return
        columns = [column for column in ledger_columns(self.layer) if column.name in self.places]
        read = (self._row(number, columns) for number in sorted(self.raw.cells) if number > self.header.row)
        rows = [row for row in read if row is not None]
        letters = {name: get_column_letter(place) for name, place in self.places.items()}
        self.ledger.sheets.append(LedgerSheet(self.raw.title, self.layer.id, self.header.year, letters, rows))

    def _find_columns(self) -> bool:
        """Where each column stands; false where that cannot be told."""
        columns = {column.name: column.header for column in ledger_columns(self.layer)}
        known = {FEATURE_ID: ID_TITLE, CONFIRM: CONFIRM_TITLE, **columns}
        by_header = {_plain(header): name for name, header in known.items()}
        others, twice = [], []
        for place, cell in sorted(self.raw.cells[self.header.row].items()):
            text = text_of(cell.value)
            name = STAMP if MARKED.fullmatch(text) else by_header.get(_plain(text))
            if name is None:
                others.append((place, text))
            elif name in self.places:
                twice.append((place, text))
            else:
                self.places[name] = place
        self._tell_strays(others, [known[name] for name in known if name not in self.places], twice)
        return FEATURE_ID in self.places and not twice

    def _tell_strays(self, others: list, missing: list[str], twice: list) -> None:
        for place, text in twice:
            self._fault(self.header.row, place, text, N_("这一列出现了两次：请删去多余的一列"))
        beside = {_plain(each) for each in _read_only_headers()}
        added = [text for place, text in others if _plain(text) not in beside and place != self.places.get(STAMP)]
        if missing and (added or ID_TITLE in missing):
            message = N_("缺少“%(missing)s”列，表头可能改过（认不出的列：%(added)s）：请把表头改回来，或重新导出")
            words = {"missing": "、".join(missing), "added": "、".join(map(shown, added)) or "—"}
            self.ledger.faults.append(CellFault(self.raw.title, self.header.row, None, None, Remark(message, **words)))
        elif missing:
            message = N_("工作表“%(sheet)s”没有“%(missing)s”列：这些内容保持不变")
            self.ledger.notes.append(Remark(message, sheet=self.raw.title, missing="、".join(missing)))
        elif added:
            message = N_("工作表“%(sheet)s”另加的列没有读：%(added)s")
            self.ledger.notes.append(Remark(message, sheet=self.raw.title, added="、".join(map(shown, added))))

    def _row(self, number: int, columns: list[LedgerColumn]) -> LedgerRow | None:
        """A row; None where it says nothing, or something that cannot be read."""
        cells = self.raw.cells[number]
        given = {name: cells.get(place, RawCell()) for name, place in self.places.items()}
        faults_before = len(self.ledger.faults)
        self._tell_merged(number)
        values: dict[str, object] = {}
        doubts = []
        for column in columns:
            try:
                values[column.name] = value_of(column, given[column.name])
            except InvalidInput as error:
                self._fault(number, self.places[column.name], column.header, error.message, **error.params)
                continue
            if doubt := doubt_about(column, given[column.name], values[column.name]):
                doubts.append(doubt)
        feature_id = self._feature_id(number, given, values)
        confirmed = self._is_confirmed(number, given.get(CONFIRM, RawCell()))
        if feature_id is None or len(self.ledger.faults) > faults_before:
            return None
        stamp = text_of(given[STAMP].value) if STAMP in given else ""
        return LedgerRow(number, feature_id, stamp or None, confirmed, values, tuple(doubts))

    def _feature_id(self, number: int, given: Mapping[str, RawCell], values: Mapping[str, object]) -> str | None:
        cell = given[FEATURE_ID]
        if cell.fault is not None:
            self._fault(number, self.places[FEATURE_ID], ID_TITLE, cell.fault.message, **cell.fault.params)
            return None
        if isinstance(cell.value, date):
            message = N_("编号被 Excel 变成了日期 %(given)s：请把单元格格式改成“文本”，再填编号")
            self._fault(number, self.places[FEATURE_ID], ID_TITLE, message, given=text_of(cell.value))
            return None
        if feature_id := text_of(cell.value):
            return feature_id
        if any(value is not None for value in values.values()):
            message = N_("填了内容，却没有编号：请写上要素的编号；新要素先在系统里建立，再重新导出")
            self._fault(number, self.places[FEATURE_ID], ID_TITLE, message)
        return None

    def _is_confirmed(self, number: int, cell: RawCell) -> bool:
        text = _plain(text_of(cell.value)).casefold()
        if text in SAID_CONFIRMED:
            return True
        states = (_plain(REPORTED), _plain(UNREPORTED), "")
        if text not in states and not text.startswith(_plain(CARRIED)[:2]):
            message = N_("没有“%(given)s”这一项：确认与上年一样的，请选“确认”，否则不用改这一格")
            self._fault(number, self.places[CONFIRM], CONFIRM_TITLE, message, given=shown(text))
        return False

    def _tell_merged(self, number: int) -> None:
        """Joined cells, once, where they first cover something of ours."""
        for name, place in self.places.items():
            area = self.raw.merged.get((number, place))
            if area and area not in self.merged:
                self.merged.add(area)
                message = N_("单元格 %(area)s 合并了：请取消合并，每行各填各的")
                self._fault(number, place, self._header_of(name), message, area=area)

    def _header_of(self, name: str) -> str:
        return text_of(self.raw.cells[self.header.row][self.places[name]].value) if name != STAMP else MARK

    def _fault(self, row: int, place: int, title: str, message: str, **params: object) -> None:
        letter = get_column_letter(place)
        self.ledger.faults.append(CellFault(self.raw.title, row, letter, title, Remark(message, **params)))


def _read_only_headers() -> Iterator[str]:
    yield from (N_("名称"), N_("责任单位"), N_("计划到年底(%)"), N_("规划目标"), N_("上年填报"))
