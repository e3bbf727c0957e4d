"""Values of a field, checked against its type: from a frame, from a status, or as text from a question."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import isfinite

from geo.model.errors import InvalidInput, N_
from geo.model.field_value import LARGEST, NUMBER, is_storable
from geo.model.layer import Field, FieldType

FAULTS: dict[FieldType, str] = {
    "text": N_("字段“%(field)s”应为文字，且不含控制符 NUL，现为“%(given)s”"),
    "integer": N_("字段“%(field)s”应为整数，现为“%(given)s”"),
    "number": N_("字段“%(field)s”应为数字，现为“%(given)s”"),
    "date": N_("字段“%(field)s”应为日期，如 2023-01-31，现为“%(given)s”"),
    "boolean": N_("字段“%(field)s”应为 true 或 false，现为“%(given)s”"),
}


def typed(kind: FieldType, value: object) -> object:
    """A value as the store keeps it: str, int, float, ISO date or bool.

    Raises
    ------
    ValueError
        If the value is not of that type.
    """
    return _TYPED[kind](value.item() if hasattr(value, "item") else value)


def are_kept(kind: FieldType, values: Sequence[object]) -> bool:
    """Whether all values are for certain as `typed` has them, or None; told in one go."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        return kind == "text" and is_storable("".join(value for value in values if value is not None))
    if kinds == {float}:
        return kind == "number" and all(isfinite(value) for value in values if value is not None)
    return not kinds or (kinds == {bool} and kind == "boolean")


def asked(field: Field, value: object) -> object:
    """A value of a question about a field; texts are read as the field's type.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    return _asked(field, field.type, value)


def asked_bound(field: Field, value: object) -> object:
    """Like `asked`, for an end of an interval: of a field of whole numbers it may be any number."""
    if field.type not in ("integer", "number", "date"):
        raise InvalidInput(N_("字段“%(field)s”不是数字或日期，不能按区间查询"), field=field.name)
    return _asked(field, "date" if field.type == "date" else "number", value)


def _asked(field: Field, kind: FieldType, value: object) -> object:
    try:
        return typed(kind, _PARSED[kind](value.strip()) if isinstance(value, str) and kind in _PARSED else value)
    except ValueError:
        raise InvalidInput(FAULTS[kind], field=field.name, given=str(value)[:80]) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not is_storable(value):
        raise ValueError
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1 or abs(value) > LARGEST:
        raise ValueError
    return int(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise ValueError
    return float(value)


def _date(value: object) -> str:
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            raise ValueError
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError
    return date.fromisoformat(value).isoformat()


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _parsed_integer(given: str) -> int:
    if not _INTEGER.fullmatch(given):
        raise ValueError
    return int(given)


def _parsed_number(given: str) -> float:
    if not NUMBER.fullmatch(given):
        raise ValueError
    return float(given)


def _parsed_boolean(given: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(given.lower())


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")

_TYPED: dict[FieldType, Callable[[object], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
}

_PARSED: dict[FieldType, Callable[[str], object]] = {
    "integer": _parsed_integer,
    "number": _parsed_number,
    "date": str,
    "boolean": _parsed_boolean,
}
