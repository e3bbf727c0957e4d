"""What the rows of a sheet do not tell as openpyxl streams them: joined cells, and formulas that nobody computed."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import coordinate_to_tuple, range_boundaries

CHUNK, OVERLAP = 2**20, 2**16
"""Bytes read at a time, and those that are looked at again, since a sign may lie across two."""

JOINED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([^\"']*)")
UNCOMPUTED = re.compile(
    rb"\br=[\"']([A-Z]+[0-9]+)[\"'][^<>]*>\s*"
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)
"""A cell with a formula and no value: a program wrote it, and no Excel has computed it since."""

MOST_NAMED, MOST_JOINED = 1000, 200_000


@dataclass(frozen=True)
class SheetMarks:
    """Of a sheet.

    Parameters
    ----------
    joined
        Topmost row (from 1) of joined cells that reach over several rows, to their column (from 0) and last row.
    uncomputed
        Row and column of formulas without a value, as far as one can look through.
    """

    joined: Mapping[int, Mapping[int, int]]
    uncomputed: Sequence[tuple[int, int]]

    def filled(self, rows: Iterator[tuple[int, Sequence[object]]]) -> Iterator[tuple[int, Sequence[object]]]:
        """Rows in which every row of joined cells has their value, not the topmost alone."""
        if not self.joined:
            yield from rows
            return
        held: dict[int, tuple[int, object]] = {}
        for number, row in rows:
            cells = list(row)
            held = {place: (last, value) for place, (last, value) in held.items() if number <= last}
            for place, (_, value) in held.items():
                if place < len(cells) and cells[place] is None:
                    cells[place] = value
            for place, last in self.joined.get(number, {}).items():
                held[place] = (last, cells[place] if place < len(cells) else None)
            yield number, cells


def marks_of(path: Path, part: str) -> SheetMarks:
    """What a sheet's part says.

    Parameters
    ----------
    part
        Its name in the workbook, such as xl/worksheets/sheet1.xml.
    """
    joined: dict[int, dict[int, int]] = {}
    uncomputed: dict[tuple[int, int], None] = {}
    for text in _windows(path, part):
        for found in JOINED.finditer(text) if b"mergeCell" in text else ():
            left, top, _, bottom = range_boundaries(found[1].decode())
            if bottom > top and len(joined) < MOST_JOINED:
                joined.setdefault(top, {})[left - 1] = bottom
        for found in UNCOMPUTED.finditer(text) if b"<f" in text or b":f" in text else ():
            if len(uncomputed) < MOST_NAMED:
                row, column = coordinate_to_tuple(found[1].decode())
                uncomputed[row, column - 1] = None
    return SheetMarks(joined, list(uncomputed))


def _windows(path: Path, part: str) -> Iterator[bytes]:
    """A part piece by piece, each with the end of the one before."""
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        end = b""
        while chunk := file.read(CHUNK):
            yield end + chunk
            end = chunk[-OVERLAP:]
