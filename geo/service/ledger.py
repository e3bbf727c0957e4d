"""The year's ledger 台账: handed out, taken back, and every row of it reported by the rules of the single form."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo.analysis.status import report_faults
from geo.exchange import ledger as filled
from geo.exchange.ledger_book import ledger_book
from geo.exchange.ledger_cells import text_of
from geo.model import office_time
from geo.model.errors import Conflict, InvalidInput, N_
from geo.model.journal import Act, JournalEntry
from geo.model.layer import Layer
from geo.model.ledger import (
    FEATURE_ID,
    ID_TITLE,
    CellFault,
    FilledLedger,
    InvalidLedger,
    LedgerColumn,
    LedgerRow,
    LedgerSheet,
    PrefilledRow,
    PrefilledSheet,
    ledger_columns,
)
from geo.model.remark import Remark
from geo.model.status import STAGES, AnnualStatus
from geo.service.lamps import planned_progress_pct
from geo.service.ledger_record import NOTHING, Base, LayerRecord
from geo.service.sealing import seals
from geo.store.base import Store

TRIES = 5
"""How often a ledger is checked anew because others wrote meanwhile."""


@dataclass(frozen=True)
class RowChange:
    """A row that is to be reported.

    Parameters
    ----------
    status
        The new row.
    before, after
        Values by column where they differ; `before` is what is reported now.
    corrects
        Whether the year is reported already.
    """

    sheet: LedgerSheet
    row: LedgerRow
    name: str
    status: AnnualStatus
    before: Mapping[str, object]
    after: Mapping[str, object]
    corrects: bool


@dataclass(frozen=True)
class Checked:
    """A ledger held against the store as it is now.

    Parameters
    ----------
    changes
        Rows that say something new.
    faults
        What keeps the whole from being written.
    unchanged
        Rows that say nothing new.
    last_seq
        The end of the journal that it was held against.
    """

    changes: list[RowChange]
    faults: list[CellFault]
    notes: list[Remark]
    unchanged: int
    last_seq: int


def ledger_layers(store: Store, layer_ids: Sequence[str] = ()) -> list[Layer]:
    """The layers that are reported year by year, or those of them that are named.

    Raises
    ------
    LayerNotFound
    InvalidInput
        If one is named that is not reported.
    """
    layers = [store.catalog[each] for each in dict.fromkeys(layer_ids)] or list(store.catalog.values())
    reported = [layer for layer in layers if layer.status.kind != "none"]
    if layer_ids and (others := [layer for layer in layers if layer not in reported]):
        raise InvalidInput(N_("图层“%(layer)s”不填报年度状态"), layer=others[0].title.zh)
    return reported


def export_ledger(store: Store, year: int, layer_ids: Sequence[str] = ()) -> bytes:
    """A year's ledger as a workbook, each row with the year's report, else with what the one before suggests.

    Raises
    ------
    LayerNotFound
    InvalidInput
        If the year is none of the plan, or a layer is not reported.
    """
    store.catalog.zone.check_year(year)
    sheets = [_prefilled(store, layer, year) for layer in ledger_layers(store, layer_ids)]
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise InvalidInput(N_("所选图层里没有可填报的要素"))
    return ledger_book(store.catalog.zone, sheets, office_time.today(), demo=store.demo)


def read_ledger(store: Store, content: bytes, name: str) -> FilledLedger:
    """A filled-in ledger; raises `InvalidFile` where it is none."""
    return filled.read_ledger(content, name, store.catalog)


def check_ledger(store: Store, ledger: FilledLedger) -> Checked:
    """What a filled-in ledger would change, and what is wrong with it; nothing is written."""
    last_seq = store.journal_head().seq
    sealed = {seal.year for seal in seals(store)}
    records: dict[str, LayerRecord] = {}
    rows: dict[tuple[str, str, int], tuple[str, int]] = {}
    changes, faults, unchanged = [], list(ledger.faults), 0
    for sheet in ledger.sheets:
        if sheet.layer_id not in records:
            records[sheet.layer_id] = LayerRecord.read(store, store.catalog[sheet.layer_id])
        checking = _Checking(sheet, records[sheet.layer_id], sealed, store.demo)
        for row in sheet.rows:
            first = rows.setdefault((sheet.layer_id, row.feature_id, sheet.year), (sheet.title, row.number))
            if first != (sheet.title, row.number):
                checking.refuse_twin(row, *first)
            elif change := checking.check(row):
                changes.append(change)
            elif not checking.has_fault(row):
                unchanged += 1
        faults += checking.faults
    return Checked(changes, _in_order(faults, ledger), ledger.notes, unchanged, last_seq)


def _in_order(faults: list[CellFault], ledger: FilledLedger) -> list[CellFault]:
    """Faults as somebody meets them who goes through the workbook."""
    sheets = list(dict.fromkeys([*(fault.sheet for fault in ledger.faults), *(sheet.title for sheet in ledger.sheets)]))
    return sorted(faults, key=lambda fault: (sheets.index(fault.sheet), fault.row or 0))


def write_ledger(store: Store, ledger: FilledLedger, act: Act) -> list[JournalEntry]:
    """Report every row that says something new, as one change set, or nothing at all.

    Raises
    ------
    InvalidLedger
        If anything is wrong with it by now.
    InvalidInput
        If there is nothing to write.
    Conflict
        If others write so fast that it cannot be held against one state of the store.
    """
    tries = TRIES
    while True:
        tries -= 1
        checked = check_ledger(store, ledger)
        if checked.faults:
            raise InvalidLedger(checked.faults)
        if not checked.changes:
            raise InvalidInput(N_("台账里没有要写入的更改"))
        try:
            return store.write([each.status for each in checked.changes], act, last_seq=checked.last_seq)
        except Conflict:
            if not tries:
                raise


def _prefilled(store: Store, layer: Layer, year: int) -> PrefilledSheet:
    record = LayerRecord.read(store, layer)
    is_construction = layer.status.kind == "construction"
    beside = (N_("责任单位"), N_("计划到年底(%)") if is_construction else N_("规划目标"), N_("上年填报"))
    rows = []
    for feature_id, properties in record.features.items():
        if properties.get("retired_on"):
            continue
        base = record.base(feature_id, year)
        told = planned_progress_pct(properties, year) if is_construction else _target(layer, properties)
        before = max((each for each in record.reported(feature_id) if each.year < year), key=_year, default=None)
        shown = (properties.get("responsible_unit"), told, before and _told(layer, before))
        name = str(properties.get("name") or "")
        rows.append(
            PrefilledRow(feature_id, name, base.stamp, shown, base.values, base.reported, base.carried_from)
        )  # fmt: skip
    return PrefilledSheet(layer, year, beside, rows)


def _year(status: AnnualStatus) -> int:
    return status.year


def _target(layer: Layer, properties: Mapping[str, object]) -> object:
    """The target in the plan's own words where it has them."""
    name = layer.status.target
    if name is None:
        return None
    value = properties.get(f"{name.removesuffix('_value')}_text") or properties.get(name)
    return _word(next(each for each in ledger_columns(layer) if each.name == "value"), value)


def _told(layer: Layer, status: AnnualStatus) -> str:
    """An earlier year's report in a few words."""
    if layer.status.kind == "construction":
        progress = "" if status.progress_pct is None else f" {status.progress_pct:g}%"
        return f"{status.year} {STAGES.get(status.stage or '', '')}{progress}"
    value = next(each for each in ledger_columns(layer) if each.name == "value")
    return f"{status.year} {_word(value, status.value) or ''}".strip()


def _word(column: LedgerColumn, value: object) -> object:
    if value in column.words:
        return column.words[value]
    return f"{value:g}" if isinstance(value, float) else value


@dataclass
class _Checking:
    """Holds the rows of one sheet against the record of its layer."""

    sheet: LedgerSheet
    record: LayerRecord
    sealed: set[int]
    demo: bool
    faults: list[CellFault] = field(default_factory=list)

    def check(self, row: LedgerRow) -> RowChange | None:
        """What a row says that is new; None where that is nothing, or where it has a fault."""
        properties = self.record.features.get(row.feature_id)
        if properties is None:
            message = N_("图层里没有编号为“%(given)s”的要素：请核对编号；新要素先在系统里建立，再重新导出")
            self._fault(row, FEATURE_ID, message, given=row.feature_id[:60])
            return None
        base = self._base(row)
        if base is None:
            message = N_("这一行的隐藏标记不是这个要素的，可能只给一部分列排过序，或来自另一个库：请重新导出")
            self._fault(row, FEATURE_ID, message)
            return None
        given = base.values | dict(row.values)
        if not self._says_something(row, base, given):
            return None
        return self._change(row, base, given, properties)

    def has_fault(self, row: LedgerRow) -> bool:
        """Whether a row that was checked last is wrong."""
        return bool(self.faults) and self.faults[-1].row == row.number

    def refuse_twin(self, row: LedgerRow, sheet: str, number: int) -> None:
        """A second row of one feature."""
        message = N_("与工作表“%(sheet)s”第 %(number)s 行是同一个要素：请只留一行")
        self._fault(row, FEATURE_ID, message, sheet=sheet, number=number)

    def _base(self, row: LedgerRow) -> Base | None:
        stamp = NOTHING if row.stamp is None else row.stamp
        return self.record.base_at(row.feature_id, self.sheet.year, stamp)

    def _says_something(self, row: LedgerRow, base: Base, given: Mapping[str, object]) -> bool:
        now = self.record.current(row.feature_id, self.sheet.year)
        if now is not None and same(given, self.record.values(now)):
            return False
        confirms = row.confirmed and not base.reported
        blank = all(value is None for value in given.values())
        if blank and not base.reported and not confirms:
            return False
        return confirms or not same(given, base.values)

    def _change(self, row: LedgerRow, base: Base, given: dict, properties: Mapping[str, object]) -> RowChange | None:
        year, feature_id = self.sheet.year, row.feature_id
        now = self.record.current(feature_id, year)
        if self._is_outdated(row, base):
            self._conflict(row, now)
            return None
        blank = AnnualStatus(self.record.layer.id, feature_id, year)
        values = {name: _kept(base.values.get(name), value) for name, value in given.items()}
        status = replace(now or blank, **values, reported_by=None, reported_at=None, demo=self.demo)
        today = office_time.today()
        reported = self.record.reported(feature_id)
        sealed = year in self.sealed
        faults = list(report_faults(self.record.layer, properties, reported, status, today=today, sealed=sealed))
        for fault in faults:
            self._fault(row, fault.field, fault.remark.message, **fault.remark.params)
        if faults:
            return None
        before = self.record.values(now)
        differing = [name for name in given if not _alike(before[name], values[name])]
        return RowChange(
            self.sheet,
            row,
            str(properties.get("name") or feature_id),
            status,
            before={name: before[name] for name in differing},
            after={name: values[name] for name in differing},
            corrects=now is not None,
        )

    def _is_outdated(self, row: LedgerRow, base: Base) -> bool:
        """Whether the store has another row by now than the one that the ledger was made from."""
        now = self.record.base(row.feature_id, self.sheet.year)
        return now.reported if row.stamp is None else now.stamp != base.stamp

    def _conflict(self, row: LedgerRow, now: AnnualStatus | None) -> None:
        if now is None:
            message = N_("导出台账之后，往年的填报有了变化，这一行是按旧的带过来的：请重新导出后再填这一行")
            self._fault(row, None, message)
            return
        message = N_("导出台账之后，%(who)s 已填报过这一行（%(now)s）：请重新导出，看过现在的内容再改")
        told = " · ".join(
            f"{column.title} {_word(column, value)}"
            for column in ledger_columns(self.record.layer)
            if (value := getattr(now, column.name)) is not None and column.kind in ("code", "number", "whole")
        )
        self._fault(row, None, message, who=now.reported_by or "—", now=told or "—")

    def _fault(self, row: LedgerRow, name: str | None, message: str, **params: object) -> None:
        titles = {column.name: column.header for column in ledger_columns(self.record.layer)} | {FEATURE_ID: ID_TITLE}
        letter = self.sheet.letters.get(name or "")
        title = titles.get(name or "")
        self.faults.append(CellFault(self.sheet.title, row.number, letter, title, Remark(message, **params)))


def same(left: Mapping[str, object], right: Mapping[str, object]) -> bool:
    """Whether two rows say the same, as a spreadsheet would show it."""
    return all(_alike(left.get(name), right.get(name)) for name in {*left, *right})


def _alike(left: object, right: object) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-9)
    if isinstance(left, str) or isinstance(right, str):
        return text_of(left) == text_of(right)
    return left == right


def _kept(before: object, after: object) -> object:
    """The value as the store has it where a spreadsheet only writes it in another way."""
    return before if _alike(before, after) else after


def cells_of(change: RowChange, layer: Layer) -> list[tuple[LedgerColumn, str, str]]:
    """The cells that a row changes, in words before and after; empty for nothing."""
    return [
        (column, *(str(_word(column, values[column.name]) or "") for values in (change.before, change.after)))
        for column in ledger_columns(layer)
        if column.name in change.after
    ]
