"""What a person writes into a field, read as the field's definition has it, and written back the same way."""

import re
from datetime import date
from unicodedata import normalize

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Field

LONGEST_TEXT = 2000
LARGEST = 2**63 - 1
NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
"""Bounded, so that a long wrong number costs no time."""

_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DIGITS_ALONE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_BOOLEAN = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


def read_value(field: Field, given: str) -> object:
    """A text as a value of a field; None where it is empty.

    Raises
    ------
    InvalidInput
        In words that name no field: they stand beside it.
    """
    text = given.replace("\r\n", "\n").strip()
    if not text:
        return None
    if field.values and text not in {choice.value for choice in field.values}:
        known = "、".join(f"{choice.title.zh}（{choice.value}）" for choice in field.values)
        raise InvalidInput(N_("应为 %(known)s 之一，现为“%(given)s”"), known=known, given=text[:40])
    return _READ[field.type](text)


def write_value(value: object) -> str:
    """A value as a form shows it, to be read again as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(N_("太长，最多 %(most)s 个字"), most=LONGEST_TEXT)
    if not is_storable(text):
        raise InvalidInput(N_("含有不可用的字符"))
    return text


def is_storable(text: str) -> bool:
    """Whether every store can keep a text: it is Unicode without NUL and lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _plain(text: str) -> str:
    """Digits as on any keyboard, without the commas between thousands."""
    return normalize("NFKC", text).strip().replace(",", "")


def _number(text: str) -> float:
    plain = _plain(text).removesuffix("%")
    if not NUMBER.fullmatch(plain) or abs(float(plain)) > 1e300:
        raise InvalidInput(N_("应为数字，现为“%(given)s”"), given=text[:40])
    return float(plain)


def _integer(text: str) -> int:
    plain = _plain(text)
    if not re.fullmatch(r"[+-]?[0-9]{1,19}(\.0{1,9})?", plain) or abs(int(plain.partition(".")[0])) > LARGEST:
        raise InvalidInput(N_("应为整数，现为“%(given)s”"), given=text[:40])
    return int(plain.partition(".")[0])


def _date(text: str) -> str:
    plain = normalize("NFKC", text)
    match = _DATE.fullmatch(plain) or _DIGITS_ALONE.fullmatch(plain)
    try:
        if match:
            return date(*map(int, match.groups())).isoformat()
    except ValueError:  # no such day
        pass
    raise InvalidInput(N_("应为日期，如 2023-01-31，现为“%(given)s”"), given=text[:40])


def _boolean(text: str) -> bool:
    value = _BOOLEAN.get(text.lower())
    if value is None:
        raise InvalidInput(N_("应为“是”或“否”，现为“%(given)s”"), given=text[:40])
    return value


_READ = {"text": _text, "integer": _integer, "number": _number, "date": _date, "boolean": _boolean}
