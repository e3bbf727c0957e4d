"""Tables with coordinates, CSV, TSV and XLSX, row by row: a point in each row, or a shape written as WKT."""

import csv
import math
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy
import openpyxl
import pyproj
import shapely

from geo.exchange.files.incoming.cell_numbers import coordinate_in, point_in
from geo.exchange.files.incoming.cell_shapes import CellShape, shape_in, stated_crs
from geo.exchange.files.incoming.parts import (
    BATCH,
    MOST_FIELDS,
    Batch,
    Incoming,
    check_fields,
    object_array,
    tell_heights,
)
from geo.exchange.files.incoming.sheet_marks import SheetMarks, marks_of
from geo.exchange.files.incoming.texts import LONGEST_LINE, encoding_of_file, lines_of
from geo.exchange.files.reading import short_name, shown
from geo.exchange.workbook import CALCULATED
from geo.exchange.workbook_limits import BROKEN, check_cells
from geo.exchange.zips import BROKEN_ZIP
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

LONS = tuple("lon lng longitude long 经度 经度(°) 经度（°） 东经 经度坐标 中心经度 lon_dd wgs84_lon lng_wgs84".split())
LATS = tuple("lat latitude 纬度 纬度(°) 纬度（°） 北纬 纬度坐标 中心纬度 lat_dd wgs84_lat lat_wgs84".split())
EASTS = tuple("东 东坐标 东坐标(m) 东距 东向 横坐标 e easting east 东(m) 东（m） 东坐标y 横坐标y y(东) y（东）".split())
NORTHS = tuple(
    "北 北坐标 北坐标(m) 北距 北向 纵坐标 n northing north 北(m) 北（m） 北坐标x 纵坐标x x(北) x（北）".split()
)
XS = tuple("x x坐标 x(m) x（m） coord_x point_x x_coord".split())
YS = tuple("y y坐标 y(m) y（m） coord_y point_y y_coord".split())
WKTS = tuple("wkt ewkt wkb geometry geom the_geom wkb_geometry st_astext st_asewkt 几何".split())
BOTH = tuple("经纬度 经纬度坐标 坐标 位置坐标 中心坐标 中心点坐标 中心经纬度 lonlat lnglat coordinates".split())
PAIRS = ((LONS, LATS, "degrees"), (EASTS, NORTHS, "metres"), (XS, YS, "open"))
"""Headers in small letters; the first pair that a table has is taken. X and Y say nothing of which is which."""

NO_SHAPE = frozenset({"", "NULL", "(NULL)", "\\N"})
"""How databases write that there is none."""

PACKED = re.compile(r"d+\.?mmss|度\.?分\.?秒")
"""In the header of degrees whose minutes and seconds are digits behind the point."""

WITHIN = (("经度", "纬度", "degrees"), ("东坐标", "北坐标", "metres"), ("横坐标", "纵坐标", "metres"))
"""Words in longer headers (GPS经度, 中心点纬度_WGS84), which count where a row has each of a pair once."""

HEADER_WITHIN = 10
"""Rows at the top among which the header lies, below a title."""

STRICT, OPENING = b"http://purl.oclc.org/ooxml/spreadsheetml", 4096
"""The names of ISO/IEC 29500 strict, which openpyxl does not know, and the bytes within which they stand."""

MOST_EMPTY_ROWS = 10_000
MOST_CELLS = 30_000_000
"""In all sheets; rows are read one by one, so that this is a matter of time, not of memory."""

LARGEST_STRINGS = 300 * 2**20
UNIT = re.compile(
    r"[(（](?:单位[:：]?)?(?:米|m|度|°|十进制度|十进制|小数度|东经|北纬|wgs-?(?:19)?84|cgcs-?2000|国家2000|2000)[)）]$"
)

INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")
"""Signs of no width, which come along when a header is copied from a page."""

EXACT_DIGITS = 15
"""That a spreadsheet keeps of a number."""

SHORTENED = re.compile(r"\d\.\d+[Ee]\+(\d{2})")
"""How a spreadsheet shows a number that is too long for its cell."""

csv.field_size_limit(LONGEST_LINE)  # of the whole process: a boundary written as WKT has more than the usual 128 KiB

Rows = Callable[[], Iterator[tuple[int, Sequence[object]]]]


@dataclass(frozen=True)
class _Header:
    """Where the coordinates stand in the rows of a table."""

    row: int
    names: tuple[str, ...]
    first: int
    second: int | None
    kind: str
    is_packed: bool = False


def open_text_table(path: Path, told: str | None = None) -> Incoming:
    """A CSV or TSV file.

    Raises
    ------
    RefusedFile
        If it has no columns of coordinates.
    """
    findings = FileFindings()
    encoding, encoding_from = encoding_of_file(path, findings, told)
    delimiter = _delimiter(path, encoding)
    rows = partial(_text_rows, path, encoding, delimiter)
    header = _found(path, rows)
    driver = "TSV" if delimiter == "\t" else "CSV"
    return _incoming(
        short_name(path), driver, path.stem, (path.stem,), rows, header, findings, (encoding, encoding_from)
    )


def _delimiter(path: Path, encoding: str) -> str:
    head = [line for _, line in zip(range(HEADER_WITHIN), lines_of(path, encoding), strict=False)]
    return max(",;\t，|", key="".join(head).count)


def rows_of_text(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of a CSV or TSV file, whatever it holds, by their numbers."""
    encoding, _ = encoding_of_file(path, FileFindings())
    return _text_rows(path, encoding, _delimiter(path, encoding))


def rows_of_workbook(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of the first sheet of an XLSX file, whatever it holds, by their numbers."""
    _check_workbook(path)
    name, part = next(iter(_sheets(path).items()))
    return _marks(path, part).filled(_sheet_rows(path, name))


def _text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Sequence[object]]]:
    is_all_read = False

    def lines() -> Iterator[str]:
        nonlocal is_all_read
        yield from lines_of(path, encoding)
        is_all_read = True

    number, reader = 0, csv.reader(lines(), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, start=1):
            if is_all_read:  # while this row was being read: it has no end
                message = N_("%(file)s 第 %(row)s 行有引号没有配对，后面的内容都进了这一格")
                raise RefusedFile("unreadable", message, file=short_name(path), row=number)
            # An apostrophe before what a spreadsheet would calculate guards the text and is none of it.
            yield number, [cell[1:] if cell[:1] == "'" and CALCULATED.match(cell, 1) else cell for cell in row]
    except csv.Error as fault:
        if "field limit" in str(fault):
            message = N_("%(file)s 有一格超过 %(most)s MB，不像是表格；也可能是引号没有配对")
            raise RefusedFile("line_too_long", message, file=short_name(path), most=LONGEST_LINE // 2**20) from None
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from None


def open_workbook(path: Path, wanted: str | None = None) -> Incoming:
    """An XLSX file; of its sheets the one that is named, else the first one to be seen with columns of coordinates."""
    findings = FileFindings()
    _check_workbook(path)
    parts = _sheets(path)
    names = list(parts)
    if wanted is not None and wanted not in names:
        message = N_("%(file)s 里没有名为“%(layer)s”的工作表，有：%(known)s")
        raise RefusedFile("no_layer", message, file=short_name(path), layer=wanted, known=", ".join(names))
    headers: dict[str, _Header] = {}
    fault: RefusedFile | None = None
    marks: dict[str, SheetMarks] = {}
    for name in [wanted] if wanted else names:
        marks[name] = _marks(path, parts[name])
        try:
            headers[name] = _found(path, partial(_filled_rows, path, name, marks[name]))
        except RefusedFile as error:
            fault = fault or error
    if not headers:
        raise fault or RefusedFile("no_layer", N_("%(file)s 里没有图层"), file=short_name(path))
    chosen = next(iter(headers))
    if len(headers) > 1:
        message = N_("有 %(count)s 个图层，读的是 %(layer)s，要别的请指明图层")
        findings.add("several_layers", message, count=len(headers), layer=chosen)
    header = headers[chosen]
    for row, place in marks[chosen].uncomputed:
        name = header.names[place] if place < len(header.names) else ""
        if row > header.row and name:
            message = N_("公式没有算过的值，当作没有填：请在 Excel 里打开、保存一次再给")
            findings.add("uncomputed_formula", message, row=row, field=name)
    rows = partial(_filled_rows, path, chosen, marks[chosen])
    return _incoming(short_name(path), "XLSX", chosen, tuple(names), rows, header, findings, ("UTF-8", "format"))


def _check_workbook(path: Path) -> None:
    """See that no part defines entities, that the texts fit in memory, and that there is an end of cells."""
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename == "xl/workbook.xml" and STRICT in archive.open(info).read(OPENING):
                    message = N_("%(file)s 是“严格 Open XML”格式的 .xlsx，读不了：请另存为普通的 Excel 工作簿（.xlsx）")
                    raise RefusedFile("unknown_format", message, file=short_name(path))
                if info.filename.endswith("sharedStrings.xml") and info.file_size > LARGEST_STRINGS:
                    raise RefusedFile("archive_bomb", N_("%(file)s 解开后太大"), file=short_name(path))
            check_cells(archive, short_name(path), MOST_CELLS)
    except BROKEN_ZIP:
        raise RefusedFile("archive_broken", N_("%(file)s 不是完好的 ZIP 文件"), file=short_name(path)) from None


def _book(path: Path) -> openpyxl.Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except BROKEN as fault:
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from None


def _sheets(path: Path) -> dict[str, str]:
    """The sheets of a workbook and the parts that they are, the hidden ones last."""
    book = _book(path)
    sheets = sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
    book.close()
    if not sheets:
        raise RefusedFile("no_layer", N_("%(file)s 里没有图层"), file=short_name(path))
    return {sheet.title: sheet._worksheet_path for sheet in sheets}  # openpyxl tells it nowhere else


def _marks(path: Path, part: str) -> SheetMarks:
    """What the streamed rows of a sheet do not tell."""
    try:
        return marks_of(path, part)
    except BROKEN:  # which its rows will tell
        return SheetMarks({}, [])


def _filled_rows(path: Path, name: str, marks: SheetMarks) -> Iterator[tuple[int, Sequence[object]]]:
    return marks.filled(_sheet_rows(path, name))


def _sheet_rows(path: Path, name: str) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of a sheet; many empty ones on end are its end, whatever it says of its size."""
    book = _book(path)
    try:
        empty = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheet = book[name]
            stated = sheet.max_column or 1
            sheet.reset_dimensions()  # programs that stream write A1, whatever follows
            most = min(stated, MOST_FIELDS + 1) if stated > 1 else MOST_FIELDS + 1
            for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=most), start=1):
                empty = empty + 1 if not any(cell is not None for cell in row) else 0
                if empty > MOST_EMPTY_ROWS:
                    return
                yield number, row
    except BROKEN as fault:
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from None
    finally:
        book.close()


def _found(path: Path, rows: Rows) -> _Header:
    """The header, among the first rows.

    Raises
    ------
    RefusedFile
        If no row has names of coordinates.
    """
    seen: list[str] = []
    above: dict[int, str] = {}
    single: _Header | None = None
    for _, (number, row) in zip(range(HEADER_WITHIN), rows(), strict=False):
        check_fields(sum(cell not in (None, "") for cell in row))
        names = tuple("" if cell is None else " ".join(INVISIBLE.sub("", str(cell)).split()) for cell in row)
        lower = [UNIT.sub("", name.lower().replace(" ", "")).rstrip(".:：") for name in names]
        if pair := _pair(lower):
            shape = _place(lower, WKTS)
            if shape is not None and _holds_shapes(rows, number, shape):  # which say more than a point
                return _Header(number, _with_upper(names, above), shape, None, "wkt")
            is_packed = all(PACKED.search(names[place].lower()) for place in pair[:2])
            return _Header(number, _with_upper(names, above), *pair, is_packed)
        for wanted, kind in ((WKTS, "wkt"), (BOTH, "both")):
            if single is None and (place := _place(lower, wanted)) is not None:
                single = _Header(number, _with_upper(names, above), place, None, kind)
        above |= {place: name for place, name in enumerate(names) if name}
        seen = seen or [name for name in names if name]
    if single is not None:  # not the name above a pair, which would have been found below it
        return single
    message = N_("%(file)s 里没有坐标列（例如 经度、纬度 或 X、Y 或 东、北），有：%(known)s")
    raise RefusedFile("no_coordinates", message, file=short_name(path), known=", ".join(seen)[:200])


def _holds_shapes(rows: Rows, header: int, place: int) -> bool:
    """Whether the first cell of a column that is not empty holds a shape."""
    for number, row in rows():
        cell = row[place] if number > header and place < len(row) else None
        if cell not in (None, ""):
            return shape_in(str(cell)).shape is not None
    return False


def _with_upper(names: tuple[str, ...], above: dict[int, str]) -> tuple[str, ...]:
    """Names of columns; one whose cell was joined with the one above has its name there."""
    upper = {place: name for place, name in above.items() if name not in names}
    return tuple(name or upper.get(place, "") for place, name in enumerate(names))


def _pair(names: Sequence[str]) -> tuple[int, int, str] | None:
    """Where a row has the headers of both coordinates, and of which kind they are."""
    for firsts, seconds, kind in PAIRS:
        first, second = (_place(names, wanted) for wanted in (firsts, seconds))
        if first is not None and second is not None:
            return first, second, kind
    for *words, kind in WITHIN:
        first, second = ([place for place, name in enumerate(names) if word in name] for word in words)
        if len(first) == len(second) == 1:
            return first[0], second[0], kind
    return None


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _incoming(
    file: str, driver: str, layer: str, layers: tuple[str, ...], rows: Rows, header: _Header,
    findings: FileFindings, encoding: tuple[str, str],
) -> Incoming:  # fmt: skip
    crs, crs_from = (pyproj.CRS(STORED_CRS), "header") if header.kind in ("degrees", "both") else (None, None)
    if header.kind == "wkt":
        crs = stated_crs((row for number, row in rows() if number > header.row), header.first, file)
        crs_from = "file" if crs else None
    for name in dict.fromkeys(name for name in header.names if name and header.names.count(name) > 1):
        findings.add("duplicate_column", N_("有几列都叫“%(field)s”，只取第一列"), field=name)
    return Incoming(
        driver, layers, layer, partial(_batches, rows, header, findings, crs), crs, crs_from,
        *encoding, findings, open_axes=header.kind == "open",
    )  # fmt: skip


def _batches(rows: Rows, header: _Header, findings: FileFindings, crs: pyproj.CRS | None) -> Iterator[Batch]:
    numbers: list[int] = []
    cells: list[Sequence[object]] = []
    for number, row in rows():
        if number <= header.row or not any(cell not in (None, "") for cell in row):
            continue
        if beyond := [cell for cell in row[len(header.names) :] if cell not in (None, "")]:
            message = N_("比表头多出 %(count)s 格，没有读取，其余的也可能错位：%(given)s")
            findings.add("extra_cells", message, row=number, count=len(beyond), given=shown(beyond[0]))
        numbers.append(number)
        cells.append(row)
        if len(numbers) == BATCH:
            yield _batch(numbers, cells, header, findings, crs)
            numbers, cells = [], []
    if numbers:
        yield _batch(numbers, cells, header, findings, crs)


def _batch(
    numbers: list[int], cells: list[Sequence[object]], header: _Header, findings: FileFindings, crs: pyproj.CRS | None
) -> Batch:
    fields: dict[str, Sequence[object]] = {}
    taken = {header.names[place] for place in (header.first, header.second) if place is not None}
    for place, name in enumerate(header.names):
        if name and name not in fields and name not in taken:
            fields[name] = [_value(row[place]) if place < len(row) else None for row in cells]
            _note_lost_digits(name, fields[name], numbers, findings)
    rows = numpy.array(numbers)
    if header.second is None:
        shapes = object_array(
            [_in_one_cell(row, number, header, findings, crs) for number, row in zip(numbers, cells, strict=True)]
        )
        return Batch(rows, shapes, fields)
    firsts, seconds = (
        numpy.array([_number(row, place, number, header, findings) for number, row in zip(numbers, cells, strict=True)])
        for place in (header.first, header.second)
    )
    known = ~(numpy.isnan(firsts) | numpy.isnan(seconds))
    shapes = numpy.full(len(rows), None, dtype=object)
    shapes[known] = shapely.points(firsts[known], seconds[known])
    return Batch(rows, shapes, fields)


def _note_lost_digits(name: str, values: Sequence[object], rows: Sequence[int], findings: FileFindings) -> None:
    """Tell of numbers whose last digits a spreadsheet has made zeros: codes that were typed as numbers."""
    for row, value in zip(rows, values, strict=True):
        if isinstance(value, str):
            shown_short = SHORTENED.fullmatch(value) if len(value) <= 2 * EXACT_DIGITS else None
            is_lost = shown_short is not None and int(shown_short[1]) >= EXACT_DIGITS
        else:
            is_lost = isinstance(value, int | float) and 10**EXACT_DIGITS <= abs(value) < math.inf
        if is_lost:
            message = N_("%(given)s 超过 %(most)s 位，表格软件只留前 %(most)s 位，后面的可能已变成 0：编号请存为文本")
            findings.add("digits_lost", message, row=row, field=name, given=shown(value), most=EXACT_DIGITS)


def _value(cell: object) -> object:
    if isinstance(cell, str):
        return cell.strip() or None
    if hasattr(cell, "isoformat"):
        text = cell.isoformat()
        return text.removesuffix("T00:00:00")
    return cell


def _number(row: Sequence[object], place: int, number: int, header: _Header, findings: FileFindings) -> float:
    cell = row[place] if place < len(row) else None
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return math.nan
    value = coordinate_in(cell, is_packed=header.is_packed)
    if value is None:
        message = N_("应为数字，现为 %(given)s")
        name = header.names[place]
        findings.add("not_a_number", message, row=number, field=name, given=shown(cell))
        return math.nan
    if not math.isfinite(value):
        message = N_("不是有限的数：%(given)s")
        findings.add("non_finite", message, row=number, field=header.names[place], given=shown(cell))
        return math.nan
    return value


def _in_one_cell(
    row: Sequence[object], number: int, header: _Header, findings: FileFindings, crs: pyproj.CRS | None
) -> shapely.Geometry | None:
    """A shape that one cell has, as text or both coordinates; `crs` is what all shapes are to be in."""
    cell = row[header.first] if header.first < len(row) else None
    if cell is None or str(cell).strip().upper() in NO_SHAPE:
        return None
    found = shape_in(str(cell)) if header.kind == "wkt" else CellShape(point_in(str(cell)))
    field = header.names[header.first]
    if found.srid is not None and (crs is None or crs.to_epsg() != found.srid):
        message = N_("坐标系是 EPSG:%(given)s，与前面各行的不同：请按坐标系分成几个文件")
        findings.add("invalid_geometry", message, row=number, field=field, given=found.srid)
        return None
    if found.shape is None:
        message = N_("读不成几何：%(given)s")
        findings.add("invalid_geometry", message, row=number, field=field, given=shown(cell))
        return None
    if found.shape.has_z:
        tell_heights(findings)
    return shapely.force_2d(found.shape)
