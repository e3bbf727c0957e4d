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

ENTITIES = tuple(
    sign.encode(encoding) for sign in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
"""No workbook has them; a few that stand for one another fill any memory."""

NO_TREE = ("xl/worksheets/", "xl/sharedStrings.xml", "xl/pivotCache/", "xl/drawings/", "xl/charts/")
"""Parts that openpyxl reads bit by bit, or not at all; of the others it makes a tree."""

MOST_ELEMENTS = 400_000
"""Tags in a part of which a tree is made; Excel itself keeps no more than some 64 000 formats."""

CHUNK, OVERLAP = 2**20, 4096
"""Bytes read at a time, and those that are looked at again, since a sign may lie across two."""

BROKEN = (
    *BROKEN_ZIP, struct.error, ParseError, InvalidFileException, SyntaxError, KeyError, IndexError, AttributeError,
    TypeError, ArithmeticError, MemoryError,
)  # fmt: skip
"""What openpyxl raises over a workbook that is none, or that is damaged or locked."""


def check_cells(archive: zipfile.ZipFile, name: str, most: int) -> None:
    """See that openpyxl would not make too many cells of a workbook, nor a tree that is too large.

    Parameters
    ----------
    name
        What an error calls it.

    Raises
    ------
    RefusedFile
        If it has more than `most` cells, joined and linked areas counted cell by cell, a part of too many elements,
        or one that defines entities.
    """
    count = 0
    for part in archive.infolist():
        with archive.open(part) as file:
            cells, elements, has_entities = _counted(file)
        is_xml = part.filename.endswith((".xml", ".rels"))
        if is_xml and has_entities:
            raise RefusedFile("unsafe_xml", N_("%(file)s 里定义了实体（DOCTYPE），不读取"), file=name)
        count += cells
        if count > most:
            message = N_("%(file)s 的单元格太多：最多 %(most)s 个")
            raise RefusedFile("too_large", message, file=name, most=most)
        is_tree = is_xml and not part.filename.startswith(NO_TREE)
        if is_tree and elements > MOST_ELEMENTS:
            message = N_("%(file)s 里的 %(part)s 太大：最多 %(most)s 个标签")
            raise RefusedFile("too_large", message, file=name, part=part.filename[:80], most=MOST_ELEMENTS)


def _counted(part: IO[bytes]) -> tuple[int, int, bool]:
    """How many cells openpyxl would make of a part, how many tags it has, and whether it defines entities."""
    cells, elements, has_entities, text = 0, 0, False, b""
    while chunk := part.read(CHUNK):
        elements += chunk.count(b"<")
        text += chunk
        has_entities = has_entities or any(sign in text for sign in ENTITIES)
        end = max(len(text) - OVERLAP, 0)
        cells += _begun(text, end)
        text = text[end:]
    return cells + _begun(text, len(text)), elements, has_entities


def _begun(text: bytes, end: int) -> int:
    """Cells, those of areas too, that begin before a place."""
    cells = sum(1 for found in CELL.finditer(text) if found.start() < end)
    areas = [range_boundaries(found[1].decode()) for found in AREA.finditer(text) if found.start() < end]
    return cells + sum((right - left + 1) * (bottom - top + 1) for left, top, right, bottom in areas)
