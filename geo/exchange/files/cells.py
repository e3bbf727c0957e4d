"""Tables of cells, CSV and XLSX, whose rows have a longitude and a latitude."""

import csv
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas
import openpyxl
import pandas
import shapely
from openpyxl.utils.exceptions import InvalidFileException

from geo.exchange.files.encodings import text_of
from geo.exchange.files.reading import short_name, shown
from geo.exchange.files.sources import Table
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidFile, N_

LON_FIELDS = tuple("lon lng longitude long 经度 经度(°) 东经 x".split())
LAT_FIELDS = tuple("lat latitude 纬度 纬度(°) 北纬 y".split())
"""Headers, small letters, of the columns that hold degrees. x and y come last: a bureau's X points north, but
its metres, or a latitude beyond 90°, are refused as out of range."""

NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
"""As a table writes it; a longer one, or one that begins with 0, is a code."""


def read_cells(path: Path, sheet: str | None = None) -> Table:
    """The rows of a table as points in EPSG:4326; the index is the number of the row, the header being row 1.

    Raises
    ------
    InvalidFile
        If the file cannot be read, has no such sheet, or no columns of degrees.
    """
    rows = csv_rows(path) if path.suffix.lower() == ".csv" else xlsx_rows(path, sheet)
    return _table(path, sheet or path.stem, rows)


def csv_rows(path: Path) -> Iterator[Sequence[object]]:
    """The rows of a CSV file in any of the usual encodings; raises as `read_cells` does."""
    try:
        text, _ = text_of(path)
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(path)) from None
    except OSError as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=fault.strerror) from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=shown(fault)) from None


def xlsx_rows(path: Path, sheet: str | None) -> Iterator[Sequence[object]]:
    """The rows of a workbook's sheet, by default the first; raises as `read_cells` does."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(path)) from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error, InvalidFileException) as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=shown(fault)) from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            message = N_("%(file)s 里没有名为“%(layer)s”的工作表，有：%(known)s")
            raise InvalidFile(message, file=short_name(path), layer=sheet, known=", ".join(book.sheetnames))
        yield from (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
    finally:
        book.close()


def _table(path: Path, layer: str, rows: Iterator[Sequence[object]]) -> Table:
    header = [str(name).strip() if name is not None else "" for name in next(rows, ())]
    lon_field, lat_field = (_column(header, names) for names in (LON_FIELDS, LAT_FIELDS))
    if lon_field is None or lat_field is None:
        message = N_("%(file)s 里没有经度、纬度列（例如 经度、纬度 或 lon、lat），有：%(known)s")
        raise InvalidFile(message, file=short_name(path), known=", ".join(header))
    filled = [
        (number, [*row, *[None] * len(header)][: len(header)])
        for number, row in enumerate(rows, start=2)
        if any(cell not in (None, "") for cell in row)
    ]
    columns = {
        name: _typed([row[place] for _, row in filled])
        for place, name in enumerate(header)
        if name and place == header.index(name)
    }
    numbers = [number for number, _ in filled]
    lons, lats = (
        [_degrees(path, number, header[column], row[column]) for number, row in filled]
        for column in (lon_field, lat_field)
    )
    shapes = [
        None if math.isnan(lon) or math.isnan(lat) else shapely.Point(lon, lat)
        for lon, lat in zip(lons, lats, strict=True)
    ]
    table = pandas.DataFrame(columns, index=range(len(filled))).drop(columns="geometry", errors="ignore")
    frame = geopandas.GeoDataFrame(table, geometry=geopandas.GeoSeries(shapes, crs=STORED_CRS))
    return Table(layer, frame.set_axis(pandas.Index(numbers, name="row")))


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    lower = [name.lower() for name in header]
    return next((lower.index(name) for name in names if name in lower), None)


def _typed(cells: Sequence[object]) -> pandas.Series:
    """Numbers where all cells are; a text such as 007 stays one."""
    cells = [None if cell == "" else cell for cell in cells]
    given = [cell for cell in cells if cell is not None]
    if not given or not all(NUMBER.fullmatch(cell) if isinstance(cell, str) else _is_number(cell) for cell in given):
        return pandas.Series(cells, dtype=object)
    numbers = [None if cell is None else float(cell) for cell in cells]
    if all(number is None or (number.is_integer() and abs(number) < 2**53) for number in numbers):
        return pandas.Series(numbers, dtype="Int64")
    return pandas.Series(numbers, dtype=float)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _degrees(path: Path, row: int, field: str, cell: object) -> float:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return math.nan
    try:
        return float(cell)
    except (TypeError, ValueError):
        message = N_("%(file)s 第 %(row)s 行：%(field)s 应为数字，现为 %(given)s")
        raise InvalidFile(message, file=short_name(path), row=row, field=field, given=shown(cell)) from None
