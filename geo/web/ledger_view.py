"""A ledger held against the store, as its preview shows it; and the preview's rows, sealed for the way back."""

from dataclasses import asdict, dataclass

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from geo.model.errors import InvalidInput, N_
from geo.model.ledger import CellFault, FilledLedger, LedgerRow, LedgerSheet
from geo.service.ledger import Checked, RowChange, cells_of
from geo.store.base import Store
from geo.web.language import in_words, translated
from geo.web.sessions import secret_key

PURPOSE = "filled-in ledger"
LASTS_S = 2 * 3600
"""How long a preview can be written after it was shown."""

MOST_ROWS, MOST_FAULTS = 1000, 500
"""Shown of each; the rest is counted."""


@dataclass(frozen=True)
class CellView:
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class RowView:
    """One row that is to be reported."""

    sheet: str
    number: int
    layer_id: str
    feature_id: str
    name: str
    year: int
    corrects: bool
    cells: list[CellView]
    doubts: list[str]


@dataclass(frozen=True)
class FaultView:
    """Where a fault is, and what is wrong."""

    place: str
    words: str


@dataclass(frozen=True)
class CheckedView:
    """What a preview shows."""

    rows: list[RowView]
    faults: list[FaultView]
    notes: list[str]
    year: int | None
    reported: int
    corrected: int
    cells: int
    unchanged: int
    fault_count: int


def checked_view(store: Store, ledger: FilledLedger, checked: Checked) -> CheckedView:
    """A checked ledger in the page's language."""
    changes = checked.changes
    corrected = sum(change.corrects for change in changes)
    return CheckedView(
        rows=[_row(store, change) for change in changes[:MOST_ROWS]],
        faults=[FaultView(place_of(fault), in_words(fault.remark)) for fault in checked.faults[:MOST_FAULTS]],
        notes=[in_words(note) for note in checked.notes],
        year=ledger.sheets[0].year if ledger.sheets else None,
        reported=len(changes) - corrected,
        corrected=corrected,
        cells=sum(len(change.after) for change in changes),
        unchanged=checked.unchanged,
        fault_count=len(checked.faults),
    )


def place_of(fault: CellFault) -> str:
    """Sheet, row, column and its title, as far as they are known."""
    params = {"sheet": fault.sheet, "row": fault.row, "letter": fault.letter, "title": fault.title}
    if fault.row is None:
        return translated(N_("工作表“%(sheet)s”"), **params)
    if fault.letter is None:
        return translated(N_("工作表“%(sheet)s”第 %(row)s 行"), **params)
    return translated(N_("工作表“%(sheet)s”第 %(row)s 行 %(letter)s 列“%(title)s”"), **params)


def _row(store: Store, change: RowChange) -> RowView:
    layer = store.catalog[change.sheet.layer_id]
    return RowView(
        sheet=change.sheet.title,
        number=change.row.number,
        layer_id=layer.id,
        feature_id=change.row.feature_id,
        name=change.name,
        year=change.sheet.year,
        corrects=change.corrects,
        cells=[CellView(column.header, before, after) for column, before, after in cells_of(change, layer)],
        doubts=[in_words(doubt) for doubt in change.row.doubts],
    )


def seal(checked: Checked, name: str, author: str) -> str:
    """The rows that a preview showed; nobody can change them on their way to the page and back."""
    sheets: dict[str, dict] = {}
    for change in checked.changes:
        made = sheets.setdefault(change.sheet.title, asdict(change.sheet) | {"rows": []})
        made["rows"].append(asdict(change.row) | {"doubts": []})
    return str(_signer().dumps({"name": name, "author": author, "sheets": list(sheets.values())}))


def unseal(given: str, author: str) -> tuple[FilledLedger, str]:
    """The ledger in a seal and its file's name.

    Raises
    ------
    InvalidInput
        If it is none of ours, of another account, or too old.
    """
    try:
        content = _signer().loads(given, max_age=LASTS_S)
    except SignatureExpired:
        raise InvalidInput(N_("预览已过期：请重新选择文件，再看一遍")) from None
    except BadSignature:
        raise InvalidInput(N_("预览已失效：请重新选择文件，再看一遍")) from None
    if content["author"] != author:
        raise InvalidInput(N_("预览是另一个账户做的：请重新选择文件，再看一遍"))
    sheets = [
        LedgerSheet(**(each | {"rows": [LedgerRow(**(row | {"doubts": ()})) for row in each["rows"]]}))
        for each in content["sheets"]
    ]
    return FilledLedger(sheets, [], []), content["name"]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or secret_key(current_app), salt=PURPOSE)
