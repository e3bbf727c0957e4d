"""The year's ledger 台账: a workbook with a sheet for each layer, filled in by people; its columns, rows and faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Layer
from geo.model.remark import Remark
from geo.model.status import FLAGS, STAGES, WATER_CLASSES
from geo.model.units import UNITS

Kind = Literal["code", "number", "whole", "date", "text"]

FEATURE_ID, NAME, CONFIRM = "feature_id", "name", "confirm"
ID_TITLE, CONFIRM_TITLE = N_("编号"), N_("本年填报")
CONFIRMED, REPORTED, UNREPORTED, CARRIED = N_("确认"), N_("已填报"), N_("未填报"), N_("沿用 %(year)s 年，待确认")
"""What stands in the column that says how a row stands; people write the first one."""

MARK = "ledger"
"""How the hidden column's header begins; layer and year follow behind colons."""

TITLES = {
    "stage": N_("年底阶段"),
    "flag": N_("标记"),
    "progress_pct": N_("形象进度"),
    "investment_planned_cny_10k": N_("当年计划投资"),
    "investment_done_cny_10k": N_("当年完成投资"),
    "seats_delivered": N_("累计交付学位"),
    "value_source": N_("数据来源"),
    "note": N_("说明"),
    "obstacle": N_("存在问题"),
    "obstacle_owner": N_("问题责任人"),
    "obstacle_due": N_("解决期限"),
    "evidence": N_("佐证"),
}
"""What the parts of a report are called."""

_SIGNS = {"progress_pct": "pct", "investment_planned_cny_10k": "cny_10k", "investment_done_cny_10k": "cny_10k"}
_CODES = {"stage": STAGES, "flag": FLAGS}
_OBSTACLE = ("note", "obstacle", "obstacle_owner", "obstacle_due")


@dataclass(frozen=True)
class LedgerColumn:
    """A column that people fill in.

    Parameters
    ----------
    name
        Attribute of `AnnualStatus`.
    title
        As the office writes it, in Chinese; the ledger has no other language.
    sign
        The unit's sign behind the title; empty for none.
    words
        The word of each code.
    """

    name: str
    title: str
    kind: Kind
    sign: str = ""
    words: Mapping[object, str] = field(default_factory=dict)

    @property
    def header(self) -> str:
        return f"{self.title}({self.sign})" if self.sign else self.title


@dataclass(frozen=True)
class PrefilledRow:
    """One row as it is handed out.

    Parameters
    ----------
    stamp
        Names what the row was made from; see `geo.service.ledger_record`.
    beside
        What stands beside it for the reader, as the sheet's `beside` has it.
    values
        By column, as `AnnualStatus` has them.
    reported
        Whether the year was reported.
    carried_from
        The year that the values are taken over from.
    """

    feature_id: str
    name: str
    stamp: str
    beside: tuple[object, ...]
    values: Mapping[str, object]
    reported: bool = False
    carried_from: int | None = None


@dataclass(frozen=True)
class PrefilledSheet:
    """A sheet as it is handed out.

    Parameters
    ----------
    beside
        Headers of columns that are only read.
    """

    layer: Layer
    year: int
    beside: tuple[str, ...]
    rows: list[PrefilledRow]


@dataclass(frozen=True)
class LedgerRow:
    """One row as it was filled in.

    Parameters
    ----------
    number
        Row of the sheet, from 1.
    stamp
        What the row was made from; None where somebody added it.
    confirmed
        Whether somebody says that what is taken over holds this year too.
    values
        By column; a column that the sheet has not is not there, an empty cell is None.
    doubts
        What may be meant otherwise.
    """

    number: int
    feature_id: str
    stamp: str | None
    confirmed: bool
    values: Mapping[str, object]
    doubts: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class LedgerSheet:
    """A sheet as it was filled in.

    Parameters
    ----------
    letters
        The letter of each column that the sheet has, `feature_id` and `confirm` among them.
    """

    title: str
    layer_id: str
    year: int
    letters: Mapping[str, str]
    rows: list[LedgerRow]


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one cell, or with a row or a sheet where a part is None, and how to mend it."""

    sheet: str
    row: int | None
    letter: str | None
    title: str | None
    remark: Remark


@dataclass(frozen=True)
class FilledLedger:
    """A ledger as it came back.

    Parameters
    ----------
    faults
        Cells that cannot be read.
    notes
        What was passed over, or put right, in reading.
    """

    sheets: list[LedgerSheet]
    faults: list[CellFault]
    notes: list[Remark]


class InvalidLedger(InvalidInput):
    """A ledger that cannot be taken; nothing of it was written.

    Attributes
    ----------
    faults
        All of them, in the order of sheets and rows.
    """

    def __init__(self, faults: list[CellFault]) -> None:
        super().__init__(N_("台账里有 %(count)s 处要改，没有写入任何内容"), count=len(faults))
        self.faults = faults


def ledger_columns(layer: Layer) -> list[LedgerColumn]:
    """The columns of a layer's sheet that people fill in, in reading order."""
    if layer.status.kind == "construction":
        names = ["stage", "progress_pct", "flag", *("investment_planned_cny_10k", "investment_done_cny_10k")]
        names += ["seats_delivered"] if layer.field("seats") else []
        return [_column(name) for name in (*names, *_OBSTACLE)]
    quantity = layer.status.quantity
    title, unit = quantity.zh if quantity else N_("实测值"), layer.status.unit
    if unit == "water_class":
        value = LedgerColumn("value", title, "code", words=WATER_CLASSES)
    else:
        value = LedgerColumn("value", title, "number", UNITS[unit].zh if unit else "")
    return [value, *(_column(name) for name in ("value_source", *_OBSTACLE))]


def _column(name: str) -> LedgerColumn:
    title = TITLES[name]
    if name in _CODES:
        return LedgerColumn(name, title, "code", words=_CODES[name])
    if name in _SIGNS:
        return LedgerColumn(name, title, "number", UNITS[_SIGNS[name]].zh)
    if name == "seats_delivered":
        return LedgerColumn(name, title, "whole", UNITS["item"].zh)
    return LedgerColumn(name, title, "date" if name == "obstacle_due" else "text")
