"""Values of a field as those of its type, whatever another program left in the store."""

from collections.abc import Sequence
from datetime import date

from geo.model.errors import InvalidFile, N_
from geo.model.layer import FieldType

TAKEN = {"text": {str}, "integer": {int}, "number": {float, int}, "boolean": {bool}, "date": {str}}
"""Types of the values of each type of field."""

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""Of whole numbers in a file."""


def of_type(values: Sequence[object], kind: FieldType, field: str) -> Sequence[object]:
    """The values as str, int, float or int, bool, or str of a day as ISO 8601 has it; None where there is none.

    Parameters
    ----------
    field
        Name of the field, for the error.

    Raises
    ------
    InvalidFile
        If one cannot be of that type.
    """
    if set(map(type, values)) - {type(None)} <= TAKEN[kind] and _fit(values, kind):
        return values
    return [None if value is None else _made(value, kind, field) for value in values]


def _fit(values: Sequence[object], kind: FieldType) -> bool:
    """Whether values of the right type are also days, or as large as a file takes."""
    if kind == "date":
        return all(_is_day(each) for each in set(values) if each is not None)
    if kind != "integer":
        return True
    known = [each for each in values if each is not None]
    return not known or (min(known) >= SMALLEST and max(known) <= LARGEST)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _integer(value: object) -> int:
    made = int(value)
    if not SMALLEST <= made <= LARGEST:
        raise OverflowError
    return made


_MADE = {"text": str, "integer": _integer, "number": float, "boolean": bool,
         "date": lambda value: date.fromisoformat(str(value)[:10]).isoformat()}  # fmt: skip


def _made(value: object, kind: FieldType, field: str) -> object:
    try:
        return _MADE[kind](value)
    except (ValueError, TypeError, OverflowError):
        message = N_("字段“%(field)s”里的“%(given)s”不是它的类型，不能导出")
        raise InvalidFile(message, field=field, given=str(value)[:40]) from None
