"""What a file is, by its content and whatever its name, and the reader that opens it.

Readers are loaded where they are used: each brings a large library, and a file needs one of them.
"""

import codecs
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from geo.exchange.boundary_reading import is_boundary_text
from geo.exchange.files import archives
from geo.exchange.files.archives import SHAPEFILE, Entry
from geo.exchange.files.incoming.boundary_file import open_boundaries
from geo.exchange.files.incoming.osm_signs import is_osm_pbf, is_osm_xml
from geo.exchange.files.incoming.parts import Batch, Incoming, not_named
from geo.exchange.files.incoming.texts import CANDIDATES, MARKS, encoding_named
from geo.exchange.files.reading import short_name
from geo.exchange.files.staging import beside, staged
from geo.model.errors import InvalidInput, N_
from geo.model.file_finding import RefusedFile

LARGEST = 4 * 2**30
HEAD = 65536
READABLE = "GeoJSON, GeoPackage, FlatGeobuf, GeoParquet, Shapefile, KML/KMZ, DXF, CSV, TSV, XLSX, TXT, OSM"

ENDINGS = {
    "json": (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".ndgeojson", ".geojsonseq"),
    "gpkg": (".gpkg",),
    "fgb": (".fgb",),
    "parquet": (".parquet", ".geoparquet"),
    "shp": (".shp",),
    "kml": (".kml",),
    "kmz": (".kmz",),
    "dxf": (".dxf",),
    "table": (".csv", ".tsv", ".txt", ".tab"),
    "xlsx": (".xlsx", ".xlsm"),
    "boundaries": (".txt",),
    "osm": (".osm",),
    "pbf": (".pbf",),
    "zip": (".zip",),
}
"""How the files of each kind usually end."""

DATA = frozenset((*ENDINGS["json"], ".gpkg", ".fgb", ".parquet", ".kml", ".dxf", ".xlsx"))
"""Endings of files that beside a Shapefile are more than remarks on it."""

SINGLE = ("json", "kml", "boundaries", "table", "shp", "parquet")
"""Formats of one layer, which is called as the file is."""

OTHERS = (
    (b"AC10", N_("AutoCAD 的 DWG，请另存为 DXF")),
    (b"AutoCAD Binary DXF", N_("二进制的 DXF，请另存为文本 DXF")),
    (b"\xd0\xcf\x11\xe0", N_("旧版 Excel（.xls）或 Word，请另存为 .xlsx")),
    (b"Rar!", N_("RAR 压缩包，请改用 ZIP")),
    (b"7z\xbc\xaf", N_("7z 压缩包，请改用 ZIP")),
    (b"\x1f\x8b", N_("gzip 压缩包，请改用 ZIP")),
    (b"\x00\x01\x00\x00Standard ", N_("Access 数据库（.mdb），请在 ArcGIS 里导出为 Shapefile")),
    (b"!table", N_("MapInfo 表（.tab），请导出为 Shapefile 或 GeoPackage")),
    (b"Version 300", N_("MapInfo 的 MIF，请导出为 Shapefile 或 GeoPackage")),
    (b"HeadBegin", N_("国土数据交换格式 VCT，请转换为 Shapefile 或 GeoPackage")),
    (b"%PDF", N_("PDF，里面没有可读的坐标")),
)
"""What people bring and no reader of ours takes, with what to do."""

DXF = re.compile(rb"\s*(999\s*[\r\n]+[^\r\n]*[\r\n]+\s*)*0\s*[\r\n]+\s*SECTION", re.IGNORECASE)
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Bytes that no text has, whatever its encoding."""

WEB_PAGE = re.compile(r"<(html|table|!doctype html)[\s>]|urn:schemas-microsoft-com:office:spreadsheet", re.IGNORECASE)
"""What many programs write under the name of Excel."""

WAL_MODE = b"\x02\x02"
"""How SQLite marks a database whose changes are first written to a file beside it."""

KML = re.compile(r"<(\w+:)?kml[\s>]", re.IGNORECASE)


@dataclass(frozen=True)
class Options:
    """What the user says of a file.

    Parameters
    ----------
    layer
        Which of its layers, or sheets.
    encoding
        Of its texts.
    kinds
        Of geometries that a layer must be able to hold, in GDAL's words; without any every layer will do.
    osm_where
        What is read of OpenStreetMap's layers, in OGR SQL.
    """

    layer: str | None = None
    encoding: str | None = None
    kinds: tuple[str, ...] = ()
    osm_where: str | None = None


def open_incoming(path: Path, folder: Path, options: Options) -> Incoming:
    """A file of any format that we read, recognised by its content.

    Parameters
    ----------
    folder
        An empty one, for parts and copies; the caller removes it when all is read.

    Raises
    ------
    RefusedFile
        If it cannot be taken in.
    InvalidInput
        If the options name an encoding that is none.
    """
    encoding = _encoding(options.encoding)
    path = _main_file(path)
    head = _head(path)
    kind, reading = _kind(path, head, encoding)
    incoming = _opened(kind, path, folder, replace(options, encoding=encoding), reading)
    if options.layer is not None and kind in SINGLE and options.layer not in incoming.layers:
        raise not_named(path, options.layer, incoming.layers)
    if path.suffix and path.suffix.lower() not in ENDINGS[kind]:
        message = N_("文件名的结尾 %(ending)s 与内容（%(driver)s）不符，按内容读取")
        incoming.findings.add("wrong_extension", message, ending=path.suffix[:20], driver=incoming.driver)
    return incoming


def open_rows(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of a table, CSV, TSV or XLSX, recognised by its content, by their numbers; it needs no coordinates.

    Raises
    ------
    RefusedFile
        If it is none.
    """
    from geo.exchange.files.incoming import cells_file

    kind, _ = _kind(path, _head(path), None)
    if kind == "xlsx":
        return cells_file.rows_of_workbook(path)
    if kind == "table":
        return cells_file.rows_of_text(path)
    raise RefusedFile(
        "unknown_format", N_("%(file)s 不是表格，应为 CSV、制表符分隔的文本或 XLSX"), file=short_name(path)
    )


def _encoding(told: str | None) -> str | None:
    if told is None:
        return None
    named = encoding_named(told)
    if named is None:
        raise InvalidInput(
            N_("编码“%(encoding)s”不认识，可选：%(known)s"), encoding=told[:40], known=", ".join(CANDIDATES)
        )
    return named


def _main_file(path: Path) -> Path:
    """The file itself; of a Shapefile the .shp, whichever of its parts was named."""
    if path.suffix.lower() in SHAPEFILE[1:] and path.is_file():
        return beside(path, ".shp") or path
    return path


def _head(path: Path) -> bytes:
    name = short_name(path)
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise RefusedFile("not_a_file", N_("%(file)s 不是文件"), file=name)
        if path.stat().st_size > LARGEST:
            message = N_("%(file)s 太大：%(size)s MB，最多 %(most)s MB")
            size, most = path.stat().st_size // 2**20, LARGEST // 2**20
            raise RefusedFile("too_large", message, file=name, size=size, most=most)
        with path.open("rb") as file:
            head = file.read(HEAD)
    except (FileNotFoundError, NotADirectoryError):
        raise RefusedFile("missing_file", N_("缺少文件 %(file)s"), file=name) from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise RefusedFile("unreadable", N_("%(file)s 读不出来：%(reason)s"), file=name, reason=reason) from None
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise RefusedFile("empty_file", N_("%(file)s 是空的"), file=name)
    return head


def _kind(path: Path, head: bytes, encoding: str | None) -> tuple[str, list[Entry] | str | None]:
    """What a file is, and what was learnt on the way: the entries of an archive, the encoding of a text."""
    if head.startswith(b"SQLite format 3\x00"):
        return "gpkg", None
    if head[:3] == b"fgb" and head[4:7] == b"fgb":
        return "fgb", None
    if head.startswith(b"PAR1"):
        return "parquet", None
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shp", None
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _archive_kind(archives.entries_of(path))
    if is_osm_pbf(head):
        return "pbf", None
    for sign, what in OTHERS:
        if head.startswith(sign):
            message = N_("%(file)s 是%(what)s")
            raise RefusedFile("unknown_format", message, file=short_name(path), what=what)
    if DXF.match(head.removeprefix(codecs.BOM_UTF8)):
        return "dxf", None
    return _text_kind(path, head, encoding)


def _archive_kind(entries: list[Entry]) -> tuple[str, list[Entry]]:
    names = {entry.name for entry in entries}
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx", entries
    endings = {entry.ending for entry in entries}
    return ("kmz" if ".kml" in endings and ".shp" not in endings else "zip"), entries


def _text_kind(path: Path, head: bytes, encoding: str | None) -> tuple[str, str | None]:
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    text = None
    for name in [encoding or marked] if encoding or marked else CANDIDATES:
        try:
            text = codecs.getincrementaldecoder(name)("strict").decode(head)
            break
        except UnicodeDecodeError:
            continue
    if text is None and (encoding or marked):
        message = N_("%(file)s 的文字不是 %(encoding)s 编码")
        raise RefusedFile("undecodable_text", message, file=short_name(path), encoding=encoding or marked)
    if text is None and not CONTROLS.search(head):
        message = N_("%(file)s 的文字既不是 UTF-8 也不是 GBK/GB18030 编码")
        raise RefusedFile("undecodable_text", message, file=short_name(path))
    if text is None or "\x00" in text:
        raise _unknown(path)
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "\x1e") or (start[:1] == "[" and start[1:].lstrip()[:1] in ("{", "[", "]", "")):
        return "json", None
    if start.startswith("<"):
        if KML.search(start) and "<OGRVRT" not in start and "<VRTDataset" not in start:
            return "kml", None
        if is_osm_xml(start):
            return "osm", None
        if WEB_PAGE.search(start):
            what = N_("网页或 XML 表格，不是真正的 Excel 文件：请在 Excel 或 WPS 里打开后另存为 .xlsx")
            raise RefusedFile("unknown_format", N_("%(file)s 是%(what)s"), file=short_name(path), what=what)
        raise _unknown(path)
    if is_boundary_text(text.splitlines()):
        return "boundaries", None
    return "table", None


def _unknown(path: Path) -> RefusedFile:
    message = N_("%(file)s 的内容不是可读的格式，可读的有：%(known)s")
    return RefusedFile("unknown_format", message, file=short_name(path), known=READABLE)


def _opened(kind: str, path: Path, folder: Path, options: Options, entries: list[Entry] | None) -> Incoming:
    match kind:
        case "gpkg" | "fgb" | "parquet" | "shp" | "osm" | "pbf":
            return _opened_by_gdal(kind, path, folder, options)
        case "json":
            from geo.exchange.files.incoming import json_file

            return json_file.open_json(path, folder, options.encoding)
        case "kml":
            from geo.exchange.files.incoming import kml_file

            return kml_file.open_kml(path, path.stem)
        case "dxf":
            from geo.exchange.files.incoming import dxf_file

            return dxf_file.open_dxf(path, path.stem, options.layer)
        case "xlsx":
            from geo.exchange.files.incoming import cells_file

            return cells_file.open_workbook(path, options.layer)
        case "boundaries":
            return open_boundaries(path, options.encoding)
        case "table":
            from geo.exchange.files.incoming import cells_file

            return cells_file.open_text_table(path, options.encoding)
    return _opened_from_archive(path, folder, options, entries)


def _opened_by_gdal(kind: str, path: Path, folder: Path, options: Options) -> Incoming:
    from geo.exchange.files.incoming import gdal_file, osm_file, parquet_file

    match kind:
        case "gpkg":
            own = staged(path, folder, (".gpkg", ".gpkg-wal"))
            incoming = gdal_file.open_geopackage(path, own, options.layer, options.kinds)
            _note_missing_log(path, incoming)
            return incoming
        case "fgb":
            return gdal_file.open_flatgeobuf(path, staged(path, folder, (".fgb",)), options.layer)
        case "parquet":
            return parquet_file.open_parquet(path, path.stem)
        case "shp":
            own = staged(path, folder, SHAPEFILE)
            return gdal_file.open_shapefile(path, own, path.stem, options.encoding)
    own = staged(path, folder, (".osm.pbf" if kind == "pbf" else ".osm",))
    return osm_file.open_osm(path, own, options.layer, options.osm_where)


def _note_missing_log(path: Path, incoming: Incoming) -> None:
    """Tell that the newest changes of a GeoPackage may lie in a file that did not come along."""
    with path.open("rb") as file:
        in_wal_mode = file.read(20)[18:] == WAL_MODE
    if in_wal_mode and beside(path, ".gpkg-wal") is None:
        message = N_("GeoPackage 没有正常关闭（WAL 方式）：若它还在 QGIS 等程序里打开着，最近的修改可能不在这个文件里")
        incoming.findings.add("log_missing", message)


def _opened_from_archive(path: Path, folder: Path, options: Options, entries: list[Entry]) -> Incoming:
    """What an archive holds: one file of ours, or the parts of Shapefiles."""
    shapes = [entry for entry in entries if entry.ending == ".shp"]
    if shapes:
        return _shapefile_from(path, folder, options, entries, shapes)
    if any(".gdb/" in entry.name.lower() for entry in entries):
        message = N_("%(file)s 里是文件地理数据库（.gdb），读不了：请导出为 Shapefile 或 GeoPackage")
        raise RefusedFile("unknown_format", message, file=short_name(path))
    readable = [entry for entry in entries if any(entry.ending in endings for endings in ENDINGS.values())]
    readable = [entry for entry in readable if entry.ending not in archives.NESTED]
    inner = archives.nested(entries)
    if not readable and inner is not None:
        raise _nested(path, inner)
    chosen = _chosen(path, options, readable)
    archives.take_out(path, [chosen], folder, "inner")
    inside = folder / "inner"
    inside.mkdir(exist_ok=True)
    own = folder / f"inner{chosen.ending}"
    head = _head(own)
    if head.startswith(b"PK"):
        raise _nested(path, chosen)
    with _named(path, chosen):
        kind, reading = _kind(own, head, options.encoding)
        incoming = _opened(kind, own, inside, replace(options, layer=None), reading)
    incoming.batches = partial(_named_batches, incoming.batches, path, chosen)
    incoming.layers = tuple(_labels(readable))
    incoming.layer = _labels(readable)[readable.index(chosen)]
    _note_several(incoming, readable)
    return incoming


@contextmanager
def _named(path: Path, entry: Entry) -> Iterator[None]:
    """A refusal names the file in the archive as people know it, not our copy of it."""
    try:
        yield
    except RefusedFile as fault:
        if "file" in fault.params:
            fault.params["file"] = f"{short_name(path)} / {entry.plain[:80]}"
        raise


def _named_batches(batches: Callable[[], Iterator[Batch]], path: Path, entry: Entry) -> Iterator[Batch]:
    with _named(path, entry):
        yield from batches()


def _nested(path: Path, entry: Entry) -> RefusedFile:
    message = N_("%(file)s 里面又是压缩包 %(name)s，请解开后再给")
    return RefusedFile("archive_nested", message, file=short_name(path), name=entry.name[:80])


def _shapefile_from(path: Path, folder: Path, options: Options, entries: list[Entry], shapes: list[Entry]) -> Incoming:
    from geo.exchange.files.incoming import gdal_file

    chosen = _chosen(path, options, shapes)
    archives.take_out(path, archives.parts_of(chosen, entries), folder, "layer")
    own = folder / "layer.shp"
    if not _head(own).startswith(b"\x00\x00\x27\x0a"):
        raise _unknown(path)
    incoming = gdal_file.open_shapefile(path, own, chosen.stem, options.encoding)
    incoming.layers = tuple(_labels(shapes))
    incoming.layer = _labels(shapes)[shapes.index(chosen)]
    _note_several(incoming, shapes)
    if others := [entry.plain for entry in entries if entry.ending in DATA]:
        message = N_("压缩包里有 Shapefile，别的数据没有读取：%(names)s")
        incoming.findings.add("unread_file", message, names=", ".join(others)[:200])
    return incoming


def _chosen(path: Path, options: Options, entries: list[Entry]) -> Entry:
    """The entry that was named, else the largest."""
    if options.layer is not None:
        labels = _labels(entries)
        named = [
            entry for entry, label in zip(entries, labels, strict=True)
            if options.layer in (label, entry.stem, entry.name, entry.plain)
        ]  # fmt: skip
        if not named:
            message = N_("%(file)s 里没有名为“%(layer)s”的图层，有：%(known)s")
            known = ", ".join(labels)[:200]
            raise RefusedFile("no_layer", message, file=short_name(path), layer=options.layer, known=known)
        return named[0]
    if not entries:
        message = N_("%(file)s 里没有可读的文件，可读的有：%(known)s")
        raise RefusedFile("no_layer", message, file=short_name(path), known=READABLE)
    return max(entries, key=lambda entry: entry.info.file_size)


def _labels(entries: Sequence[Entry]) -> list[str]:
    """What the entries are called: by their names, with their folders where two have the same."""
    stems = [entry.stem for entry in entries]
    return [entry.stem if stems.count(entry.stem) == 1 else entry.name.removesuffix(entry.ending) for entry in entries]


def _note_several(incoming: Incoming, entries: list[Entry]) -> None:
    if len(entries) > 1:
        message = N_("有 %(count)s 个图层，读的是 %(layer)s，要别的请指明图层")
        incoming.findings.add("several_layers", message, count=len(entries), layer=incoming.layer)
