"""How much a workbook from outside may hold, counted before openpyxl opens it; and what it raises over a broken one."""

import re
import struct
import zipfile
from typing import IO
from xml.etree.ElementTree import ParseError

from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from geo.exchange.zips import BROKEN_ZIP
from geo.model.errors import N_
from geo.model.file_finding import RefusedFile

CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
"""How a cell begins in a sheet's part."""

AREA = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^>]*?\bref\s*=\s*[\"']([^\"']*)")
"""Areas of which openpyxl makes every cell, whether or not it has a value."""

CHUNK, OVERLAP = 2**20, 4096
"""Bytes read at a time, and those that are looked at again, since a sign may lie across two."""

BROKEN = (
    *BROKEN_ZIP, struct.error, ParseError, InvalidFileException, SyntaxError, KeyError, IndexError, AttributeError,
    TypeError, ArithmeticError, MemoryError,
)  # fmt: skip
"""What openpyxl raises over a workbook that is none, or that is damaged or locked."""


def check_cells(archive: zipfile.ZipFile, name: str, most: int) -> None:
    """See that openpyxl would not make too many cells of a workbook.

    Parameters
    ----------
    name
        What an error calls it.

    Raises
    ------
    RefusedFile
        If it has more than `most` cells, joined and linked areas counted cell by cell.
    """
    count = 0
    for part in archive.infolist():
        with archive.open(part) as file:
            count += _cells_in(file)
        if count > most:
            message = N_("%(file)s 的单元格太多：最多 %(most)s 个")
            raise RefusedFile("too_large", message, file=name, most=most)


def _cells_in(part: IO[bytes]) -> int:
    """How many cells openpyxl would make of a part."""
    count, text = 0, b""
    while chunk := part.read(CHUNK):
        text += chunk
        end = max(len(text) - OVERLAP, 0)
        count += _begun(text, end)
        text = text[end:]
    return count + _begun(text, len(text))


def _begun(text: bytes, end: int) -> int:
    """Cells, those of areas too, that begin before a place."""
    cells = sum(1 for found in CELL.finditer(text) if found.start() < end)
    areas = [range_boundaries(found[1].decode()) for found in AREA.finditer(text) if found.start() < end]
    return cells + sum((right - left + 1) * (bottom - top + 1) for left, top, right, bottom in areas)
