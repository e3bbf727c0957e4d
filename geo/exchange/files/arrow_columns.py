"""Columns of plain values as Arrow arrays, put together from their buffers: `pyarrow.array` would load pandas."""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

import numpy
import pyarrow

from geo.model.layer import FieldType

ARROW_TYPES = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
}
MOST_BYTES = 2**31 - 1
"""Of all texts or shapes of an array together."""


def arrow_column(values: Sequence[object], kind: FieldType) -> pyarrow.Array:
    """Values of a field as `geo.exchange.files.field_values.of_type` has them; None where there is none."""
    if kind == "text":
        return packed([None if value is None else value.encode() for value in values], ARROW_TYPES[kind])
    there = _there(values)
    if kind == "boolean":
        data = _bits([bool(value) for value in values])
    elif kind == "date":
        days = {each: _days(each) for each in set(values) if each is not None}
        data = pyarrow.py_buffer(numpy.array([days.get(value, 0) for value in values], numpy.int32))
    else:
        filled = [0 if value is None else value for value in values]
        data = pyarrow.py_buffer(numpy.array(filled, ARROW_TYPES[kind].to_pandas_dtype()))
    return pyarrow.Array.from_buffers(ARROW_TYPES[kind], len(values), [there, data])


def packed(values: Sequence[bytes | None], kind: pyarrow.DataType) -> pyarrow.Array:
    """Bytes of any length, as shapes or as encoded texts.

    Raises
    ------
    OverflowError
        If they are more than an array holds.
    """
    ends = list(accumulate((0 if value is None else len(value) for value in values), initial=0))
    if ends[-1] > MOST_BYTES:
        raise OverflowError(ends[-1])
    data = b"".join(value for value in values if value is not None)
    buffers = [_there(values), pyarrow.py_buffer(numpy.array(ends, numpy.int32)), pyarrow.py_buffer(data)]
    return pyarrow.Array.from_buffers(kind, len(values), buffers)


def _there(values: Sequence[object]) -> pyarrow.Buffer:
    """A bit for each value that is there."""
    return _bits([value is not None for value in values])


def _bits(values: Sequence[bool]) -> pyarrow.Buffer:
    return pyarrow.py_buffer(numpy.packbits(numpy.array(values, bool), bitorder="little"))


def _days(text: str) -> int:
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()
