"""The table of a Shapefile as it is written: what GDAL passes over, and what it would read as another value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy

from geo.exchange.files.incoming.odd_dates import Days, OddDates
from geo.exchange.files.incoming.parts import BATCH
from geo.exchange.files.incoming.texts import CANDIDATES, whole
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

HEADER, DESCRIPTION = 32, 32
"""Bytes of a table's header before its first field, and of what is said of each field."""

SHX_HEADER, SHX_RECORD = 100, 8
"""Bytes of a Shapefile's index, and of each shape in it."""

BLANK = b" \x00"
WIDEST_INTEGER = 18
"""Digits of a whole number; a wider one is read as any number."""

ROOMY = 8
"""Digits before the point that any number of ours fits into; GDAL and QGIS give each column as many at least."""


@dataclass(frozen=True)
class _Column:
    """Where the values of a field stand in each row, in bytes."""

    name: bytes
    kind: str
    start: int
    width: int
    decimals: int

    @property
    def is_roomy(self) -> bool:
        """Whether stars in it are no number that was too long, but none: so GDAL and QGIS write that there is none."""
        return self.width - (self.decimals + 1 if self.decimals else 0) >= ROOMY


@dataclass(frozen=True)
class _Head:
    """What a table says of itself: how many rows, where they begin, how long each is."""

    rows: int
    start: int
    length: int


def _head(table: Path) -> _Head:
    with table.open("rb") as file:
        head = file.read(HEADER)
    rows, start, length = (int.from_bytes(head[place:end], "little") for place, end in ((4, 8), (8, 10), (10, 12)))
    return _Head(rows, start if len(head) == HEADER else 0, length)


def check_counts(path: Path, staged: Path, findings: FileFindings) -> None:
    """Note that the shapes and the table of a Shapefile are not of one file, as their headers tell.

    Raises
    ------
    RefusedFile
        If the table's header is none.
    """
    shapes = (staged.with_suffix(".shx").stat().st_size - SHX_HEADER) // SHX_RECORD
    head = _head(staged.with_suffix(".dbf"))
    if head.start <= HEADER or head.length < 1:  # GDAL would read the shapes alone
        raise RefusedFile("unreadable", N_("%(file)s 的 .dbf 坏了，读不出字段"), file=short_name(path))
    if head.rows != shapes:
        message = N_(".dbf 有 %(rows)s 行，.shp 有 %(shapes)s 个图形，对不上，属性可能错位")
        findings.add("part_mismatch", message, rows=head.rows, shapes=shapes)


def deleted_rows(staged: Path) -> int:
    """How many rows of a Shapefile's table are marked as deleted; GDAL passes them over."""
    return sum(int((rows[:, 0] == ord("*")).sum()) for rows in _rows(staged.with_suffix(".dbf")))


def check_numbers_of(path: Path, staged: Path, findings: FileFindings) -> None:
    """Refuse texts in columns of numbers, which GDAL reads as 0; tell of numbers that did not fit, which are lost.

    Raises
    ------
    RefusedFile
        With the row, among those that are not deleted, and the field.
    """
    table = staged.with_suffix(".dbf")
    columns = [column for column in _columns(table) if column.kind in "NF"]
    for before, rows in _kept_rows(table) if columns else ():
        for column in columns:
            cells = _cells(rows, column)
            if (place := _odd_number(cells, column)) is not None:
                message = N_("%(file)s 第 %(row)s 行的 %(field)s 应为数字，现为 %(given)s")
                given = {"field": shown(_readable(column.name)), "given": shown(_readable(bytes(cells[place])))}
                raise RefusedFile("not_a_number", message, file=short_name(path), row=before + place + 1, **given)
            starred = numpy.char.startswith(cells, b"*")
            if column.is_roomy:
                starred &= numpy.char.strip(cells, b"*") != b""
            for place in numpy.flatnonzero(starred | (numpy.char.lower(cells) == b"nan")):
                message = N_("写成 %(given)s：本来就没有填，或数放不进字段的宽度，或没有算出来，当作没有填")
                row, field, given = (
                    before + int(place) + 1,
                    shown(_readable(column.name)),
                    _readable(bytes(cells[place])),
                )
                findings.add("number_lost", message, row=row, field=field, given=shown(given))


def odd_days(staged: Path, names: Sequence[str]) -> OddDates:
    """What stands in columns of dates and is no day; at some of it GDAL's reader stops.

    Parameters
    ----------
    names
        Of all fields, as GDAL gives them.
    """
    table = staged.with_suffix(".dbf")
    columns = [(str(name), each) for name, each in zip(names, _columns(table), strict=False) if each.kind == "D"]
    written: dict[str, dict[int, str]] = {}
    for before, rows in _kept_rows(table) if columns else ():
        for name, column in columns:
            found = dict(_odd_cells(_cells(rows, column), before + 1))
            if found:
                written.setdefault(name, {}).update(found)
    odd = [(name, column) for name, column in columns if name in written]
    return OddDates(
        written, {name: frozenset(rows) for name, rows in written.items()},
        {name: _days(table, column) for name, column in odd},
    )  # fmt: skip


def _odd_cells(cells: numpy.ndarray, first: int) -> Iterator[tuple[int, str]]:
    """Row and text of what is no day; an empty cell and one of zeros say that there is none."""
    known = {day: _is_day(day) for day in numpy.unique(cells).tolist()}
    if all(known.values()):
        return
    yield from ((row, _readable(cell)) for row, cell in enumerate(cells.tolist(), first) if not known[cell])


def _days(table: Path, column: _Column) -> Days:
    """A column of dates, None where there is no day."""
    cells = [cell for _, rows in _kept_rows(table) for cell in _cells(rows, column).tolist()]
    known = {cell: _is_day(cell) and bool(cell.strip(b"0")) for cell in set(cells)}
    text = {cell: f"{cell[:4].decode()}-{cell[4:6].decode()}-{cell[6:].decode()}" for cell in known if known[cell]}
    return [text.get(cell) for cell in cells]


def _kept_rows(table: Path) -> Iterator[tuple[int, numpy.ndarray]]:
    """The rows of a table that are not deleted, some at a time, and how many there were before them."""
    before = 0
    for block in _rows(table):
        rows = block[block[:, 0] != ord("*")]
        yield before, rows
        before += len(rows)


def _readable(text: bytes) -> str:
    """A text whose encoding is not known yet."""
    for encoding in CANDIDATES:
        try:
            return whole(text, encoding)
        except UnicodeDecodeError:
            continue
    return text.decode("ascii", "replace")


def _columns(table: Path) -> Iterator[_Column]:
    """The fields of a table, in its order."""
    with table.open("rb") as file:
        described = file.read(_head(table).start)[HEADER:]
    start = 1  # after the sign of a deleted row
    for place in range(0, len(described) - DESCRIPTION + 1, DESCRIPTION):
        own = described[place : place + DESCRIPTION]
        if own[0] == 0x0D:
            return
        kind, decimals = chr(own[11]), own[17]
        width = own[16] + 256 * decimals if kind == "C" else own[16]
        yield _Column(own[:11].split(b"\x00")[0], kind, start, width, decimals)
        start += width


def _rows(table: Path) -> Iterator[numpy.ndarray]:
    """The rows of a table as bytes, some at a time; an incomplete one at its end is left out."""
    head = _head(table)
    with table.open("rb") as file:
        file.seek(head.start)
        left = head.rows
        while left > 0 and (block := file.read(head.length * min(left, BATCH))):
            count = len(block) // head.length
            yield numpy.frombuffer(block, numpy.uint8, count * head.length).reshape(count, head.length)
            left -= BATCH


def _cells(rows: numpy.ndarray, column: _Column) -> numpy.ndarray:
    own = numpy.ascontiguousarray(rows[:, column.start : column.start + column.width])
    return numpy.char.strip(own.view(f"S{own.shape[1]}")[:, 0] if own.size else numpy.empty(0, "S1"), BLANK)


def _odd_number(cells: numpy.ndarray, column: _Column) -> int | None:
    """The place of the first cell that is no number; an empty one and one of stars say that there is none."""
    numbers = numpy.where((cells == b"") | numpy.char.startswith(cells, b"*"), b"0", cells)
    try:
        values = numbers.astype(float)
    except ValueError:
        return next(place for place, cell in enumerate(numbers.tolist()) if not _is_number(cell))
    if column.decimals or column.width > WIDEST_INTEGER:
        return None
    odd = numpy.flatnonzero(numpy.isfinite(values) & (values != numpy.floor(values)))
    return int(odd[0]) if len(odd) else None


def _is_number(cell: bytes) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_day(cell: bytes) -> bool:
    if not cell.strip(b"0"):
        return True
    try:
        datetime.strptime(cell.decode("ascii"), "%Y%m%d")
    except ValueError:
        return False
    return len(cell) == 8
