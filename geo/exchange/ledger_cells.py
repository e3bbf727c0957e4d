"""What people write into the cells of a ledger, read with the habits of spreadsheets in mind."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from unicodedata import normalize

from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from geo.exchange.files.reading import shown
from geo.exchange.table import cleaned
from geo.model.errors import InvalidInput, N_
from geo.model.ledger import LedgerColumn
from geo.model.remark import Remark
from geo.model.status import LONGEST_TEXT

NUMBER = re.compile(r"[+-]?(\d{1,15}|\d{1,3}(,\d{3})+)(\.\d*)?(e[+-]?\d{1,2})?", re.IGNORECASE | re.ASCII)
DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?: 0?0:00(:00)?)?", re.ASCII)
BLANK = frozenset(("", "-", "--", "—", "——", "–", "/", "无", "空"))
"""What stands in an office's table where nothing is to be said."""

SERIAL_DAYS = range(20_000, 80_000)
"""Numbers that are days when a cell of dates is formatted as a number: 1954 to 2119."""

LARGEST = 1e15


@dataclass(frozen=True)
class RawCell:
    """A cell as the workbook has it.

    Parameters
    ----------
    value
        Text, number, date or None; of a formula its result.
    is_percent
        Whether the number is shown as a percentage.
    fault
        Why the cell says nothing, whatever its value.
    """

    value: object = None
    is_percent: bool = False
    fault: Remark | None = None


def value_of(column: LedgerColumn, cell: RawCell) -> object:
    """What a cell says in its column: a code, a number, an ISO date, a text, or None where it is blank.

    Raises
    ------
    InvalidInput
        Saying what is wrong and how to mend it.
    """
    if cell.fault is not None:
        raise InvalidInput(cell.fault.message, **cell.fault.params)
    text = text_of(cell.value)
    if column.kind == "text":
        return _text(text)
    if _plain(text) in BLANK:
        return None
    if column.kind == "code":
        return _code(column.words, text)
    if column.kind == "date":
        return _day(cell.value, text)
    number = _number(column, cell, text)
    if column.kind == "whole":
        return _whole(number)
    return number


def doubt_about(column: LedgerColumn, cell: RawCell, value: object) -> Remark | None:
    """What a value may have been meant as: 0.45 for 45 %."""
    if column.sign == "%" and isinstance(value, float) and 0 < value <= 1 and not cell.is_percent:
        message = N_("“%(title)s”是 %(given)s%%：如果是 %(meant)s%%，请写 %(meant)s")
        return Remark(message, title=column.title, given=f"{value:g}", meant=f"{value * 100:g}")
    return None


def text_of(value: object) -> str:
    """A cell's value as a reader sees it, one sign for every line end and no blanks around it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    text = unescape(value) if isinstance(value, str) else str(value)
    return cleaned(text).replace("\u200b", "").replace("\ufeff", "").strip()


def _plain(text: str) -> str:
    """Full-width signs as their usual ones."""
    return normalize("NFKC", text).strip()


def _text(text: str) -> str | None:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(N_("太长，最多 %(most)s 个字"), most=LONGEST_TEXT)
    return text or None


def _code(words: Mapping[object, str], text: str) -> object:
    known = {_plain(each).casefold(): code for code, word in words.items() for each in (str(code), word)}
    given = _plain(text).casefold()
    for spelling in (given, given.removesuffix("类")):
        if spelling in known:
            return known[spelling]
    raise InvalidInput(
        N_("没有“%(given)s”这一项：请从下拉里选 %(known)s 之一"), given=shown(text), known="、".join(words.values())
    )


def _number(column: LedgerColumn, cell: RawCell, text: str) -> float:
    if isinstance(cell.value, date | time):
        message = N_("Excel 把它变成了日期 %(given)s：请把单元格格式改成“常规”，再填数字")
        raise InvalidInput(message, given=shown(text))
    takes_percent = column.sign == "%"
    if cell.is_percent and not takes_percent:
        message = N_("单元格是百分数：请把格式改成“常规”，再填以%(sign)s计的数字")
        raise InvalidInput(message, sign=column.sign or N_("表头单位"))
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        number = float(cell.value) * (100 if cell.is_percent else 1)
    else:
        plain = _plain(text).replace(" ", "")
        plain = plain.removesuffix(_plain(column.sign)) if column.sign else plain
        if not NUMBER.fullmatch(plain):
            message = N_("应为数字，现为“%(given)s”：请只填数字，单位已写在表头")
            raise InvalidInput(message, given=shown(text))
        number = float(plain.replace(",", ""))
    number = float(f"{number:.15g}")
    if not math.isfinite(number) or abs(number) >= LARGEST:
        raise InvalidInput(N_("数字太大：%(given)s"), given=shown(text))
    if takes_percent and column.name == "progress_pct" and not 0 <= number <= 100:
        raise InvalidInput(N_("应在 0 到 100 之间，现为 %(given)s"), given=f"{number:g}")
    return number


def _whole(number: float) -> int:
    if not number.is_integer():
        raise InvalidInput(N_("应为整数，现为 %(given)s"), given=f"{number:g}")
    return int(number)


def _day(value: object, text: str) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    plain = _plain(text)
    if plain.isdecimal() and int(plain) in SERIAL_DAYS:
        return from_excel(int(plain)).date().isoformat()
    found = DAY.fullmatch(plain)
    try:
        if found:
            year, month, day, *short, _ = found.groups()
            return date(int(year), int(month or short[0]), int(day or short[1])).isoformat()
    except ValueError:
        pass
    raise InvalidInput(N_("应为日期，如 2024-06-30，现为“%(given)s”"), given=shown(text))
