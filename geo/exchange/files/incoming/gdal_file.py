"""GeoPackage, FlatGeobuf and Shapefile through GDAL, batch by batch.

GDAL sees the file alone in a folder of its own, under an ending that only its driver takes, once its first bytes have
shown what it is.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy
import pyogrio
import pyproj

from geo.exchange.files.incoming.dbf_table import check_counts, check_numbers_of, deleted_rows, odd_days
from geo.exchange.files.incoming.fgb_rest import note_rest
from geo.exchange.files.incoming.gdal_layer import GdalLayer, gdal_faults, plain, shapes_of
from geo.exchange.files.incoming.gpkg_dates import odd_dates
from geo.exchange.files.incoming.gpkg_shapes import allow_any_heights, check_blobs, note_shapes
from geo.exchange.files.incoming.gpkg_tables import (
    check_cells,
    check_numbers,
    feature_counts,
    note_unread,
    views_in,
)
from geo.exchange.files.incoming.odd_dates import OddDates
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, check_fields, not_named, tell_heights
from geo.exchange.files.incoming.texts import CANDIDATES, encoding_named, encoding_of_chunks, whole
from geo.exchange.files.reading import short_name, shown
from geo.exchange.texts import IDEOGRAPHS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

CHUNK = 5 * BATCH
"""Features read at a time: GDAL steps over all the earlier ones of a GeoPackage or a FlatGeobuf anew."""

LARGEST_CHUNK = 64 * 2**20
"""Bytes of a file that are read at a time, by what its features take on average."""

NONE_ODD = OddDates()

WITH_HEIGHTS = (" Z", " ZM")
"""How GDAL ends the kind of a layer whose coordinates have heights."""

UNTOLD = ("Unknown", "GeometryCollection")
"""Kinds of a layer that may hold any other as well."""


def may_hold(kind: str | None, wanted: Sequence[str]) -> bool:
    """Whether a layer of a kind, as GDAL tells it, may have geometries of the wanted ones; without any, of all."""
    return not wanted or kind is None or kind.split()[0].removesuffix("Z") in (*wanted, *UNTOLD)


def open_geopackage(path: Path, staged: Path, layer: str | None, wanted: Sequence[str] = ()) -> Incoming:
    """A GeoPackage; only tables are read, since a view may compute without end.

    Parameters
    ----------
    wanted
        Kinds of geometries that a layer must be able to hold; without any every layer will do.
    """
    findings = FileFindings()
    allow_any_heights(path, staged)
    views = views_in(path, staged)
    kinds = {name: kind for name, kind in _layers(path, staged) if name not in views and kind is not None}
    layers = [name for name, kind in kinds.items() if may_hold(kind, wanted)]
    for name in views:
        findings.add("layer_is_view", N_("图层 %(layer)s 是视图或有计算列，不读取"), layer=shown(name))
    if views and not layers and layer is None and not wanted:
        message = N_("%(file)s 里只有视图或有计算列的图层，不读取：%(known)s。请另存为普通图层")
        raise RefusedFile("no_layer", message, file=short_name(path), known=shown(", ".join(sorted(views))))
    chosen = _chosen(path, staged, layers, layer, findings)
    check_cells(path, staged, chosen)
    check_numbers(path, staged, chosen)
    check_blobs(path, staged, chosen)
    source = GdalLayer(path, staged, chosen)
    incoming = _incoming("GPKG", source, tuple(layers), findings)
    note_unread(path, staged, chosen, source.info()["fields"], findings)
    note_shapes(path, staged, chosen, findings)
    odd = odd_dates(path, staged, chosen)
    incoming.batches = partial(_batches, source, findings, odd=odd)
    incoming.kinds = kinds
    return incoming


def open_flatgeobuf(path: Path, staged: Path, layer: str | None) -> Incoming:
    findings = FileFindings()
    note_rest(staged, findings)
    layers = [name for name, _ in _layers(path, staged)]
    if layer not in (None, path.stem, *layers):
        raise not_named(path, layer, layers)
    return _incoming("FlatGeobuf", GdalLayer(path, staged, layers[0]), (path.stem,), findings)


def open_shapefile(path: Path, staged: Path, layer: str, told: str | None = None) -> Incoming:
    """A Shapefile whose parts lie beside `staged`.

    Parameters
    ----------
    layer
        What people call it.
    told
        The encoding, where the user says it.
    """
    findings = FileFindings()
    for ending in (".shx", ".dbf"):
        if not staged.with_suffix(ending).exists():
            message = N_("%(file)s 缺少同名的 %(ending)s 文件")
            raise RefusedFile("missing_part", message, file=short_name(path), ending=ending)
    check_counts(path, staged, findings)
    check_numbers_of(path, staged, findings)
    _make_readable(staged.with_suffix(".prj"))
    source = GdalLayer(path, staged)
    odd = odd_days(staged, source.info()["fields"])
    encoding, encoding_from = _encoding(source, told, findings, odd)
    incoming = _incoming("ESRI Shapefile", source, (layer,), findings)
    incoming.encoding, incoming.encoding_from = encoding, encoding_from
    incoming.batches = partial(_batches, source, findings, encoding, odd)
    return incoming


def _make_readable(definition: Path) -> None:
    """Write the .prj beside the staged parts as UTF-8: programs here call a CRS by a Chinese name, in GBK."""
    try:
        content = definition.read_bytes() if definition.exists() else b""
        content.decode()
    except UnicodeDecodeError:
        definition.unlink()  # it may be a link to the file that was given
        definition.write_text(content.decode("gb18030", "replace"), encoding="utf-8")


def _incoming(driver: str, source: GdalLayer, layers: tuple[str, ...], findings: FileFindings) -> Incoming:
    info = source.info()
    check_fields(len(info["fields"]))
    if (info["geometry_type"] or "").endswith(WITH_HEIGHTS):
        tell_heights(findings)
    crs = _crs(source.path, info.get("crs"))
    return Incoming(
        driver, layers, source.layer or layers[0], partial(_batches, source, findings),
        crs, "file" if crs else None, findings=findings,
    )  # fmt: skip


def _layers(path: Path, staged: Path) -> list[tuple[str, str | None]]:
    with gdal_faults(path):
        found = [(str(name), kind) for name, kind in pyogrio.list_layers(staged)]
    if not found:
        raise RefusedFile("no_layer", N_("%(file)s 里没有图层"), file=short_name(path))
    return found


def _chosen(path: Path, staged: Path, layers: Sequence[str], wanted: str | None, findings: FileFindings) -> str:
    """The layer that was named, else the one with the most features."""
    if wanted is not None:
        if wanted not in layers:
            raise not_named(path, wanted, layers)
        return wanted
    if not layers:
        raise RefusedFile("no_layer", N_("%(file)s 里没有图层"), file=short_name(path))
    count = feature_counts(path, staged, layers) if len(layers) > 1 else {}
    chosen = max(layers, key=lambda name: count.get(name, 0))
    if len(layers) > 1:
        message = N_("有 %(count)s 个图层，读的是 %(layer)s，要别的请指明图层")
        findings.add("several_layers", message, count=len(layers), layer=chosen)
    return chosen


def _crs(path: Path, told: str | None) -> pyproj.CRS | None:
    if not told:
        return None
    try:
        crs = pyproj.CRS.from_user_input(told)
    except pyproj.exceptions.CRSError as fault:
        message = N_("%(file)s 的坐标系读不懂：%(reason)s")
        raise RefusedFile("unknown_crs", message, file=short_name(path), reason=shown(fault)) from None
    if crs.is_engineering or crs.name.lower().startswith(("undefined", "unknown")):
        return None
    epsg = crs.to_epsg(min_confidence=60)
    return pyproj.CRS(epsg) if epsg else crs


def _batches(
    source: GdalLayer, findings: FileFindings, encoding: str | None = None, odd: OddDates = NONE_ODD
) -> Iterator[Batch]:
    """The features of a layer; of a Shapefile in its encoding."""
    info = source.info()
    total, names = info["features"], [str(name) for name in info["fields"]]
    titles = [_meant(name, encoding) for name in names] if encoding else names
    start, most = 0, _chunk(source.staged, total)
    while True:
        count, geometry, read = source.columns(start, most, odd.left(names))
        columns = list(odd.filled_in(names, read, start, count))
        for first in range(0, count, BATCH):
            part = slice(first, min(first + BATCH, count))
            rows = numpy.arange(start + part.start + 1, start + part.stop + 1)
            taken = [column[part] for column in columns]
            if encoding:
                taken = [_decoded(*each, encoding, rows, findings) for each in zip(taken, titles, strict=True)]
            shapes = shapes_of(None if geometry is None else geometry[part], rows, findings)
            fields = {
                title: odd.without(name, title, plain(column), rows.tolist(), findings)
                for name, title, column in zip(names, titles, taken, strict=True)
            }
            yield Batch(rows, shapes, fields)
        start += count
        if count < most:
            break
    deleted = deleted_rows(source.staged) if encoding and start < total else 0
    _tell_missing(findings, total, start, deleted)


def _tell_missing(findings: FileFindings, total: int, read: int, deleted: int) -> None:
    """Note rows that are marked as deleted, and others of which there are fewer than the file says."""
    if deleted:
        findings.add("deleted_rows", N_("%(count)s 行在 .dbf 里标为删除，没有读取"), count=deleted)
    if 0 <= read < total - deleted:
        message = N_("文件说有 %(told)s 个要素，只读到 %(read)s 个，文件可能不完整")
        findings.add("truncated", message, told=total, read=read)


def _chunk(staged: Path, total: int) -> int:
    """How many features are read at a time: fewer of large ones."""
    size = sum(part.stat().st_size for part in staged.parent.glob(f"{staged.stem}.*"))
    return max(1, min(CHUNK, LARGEST_CHUNK * max(total, 1) // max(size, 1)))


def _encoding(source: GdalLayer, told: str | None, findings: FileFindings, odd: OddDates) -> tuple[str, str]:
    """The encoding that the texts of a Shapefile have; its .cpg is believed where the texts agree."""
    given = [text.encode("latin-1") for text in _telling(source, odd)]
    cpg = source.staged.with_suffix(".cpg")
    says = cpg.read_bytes()[:40].decode("ascii", "replace").strip(" \t\r\n\0") if cpg.exists() else ""
    named = encoding_named(says)
    if told is not None:
        return told, "option"
    found = _encoding_of(given, named)
    if found is None:
        message = N_("%(file)s 的文字既不是 UTF-8 也不是 GBK/GB18030 编码")
        raise RefusedFile("undecodable_text", message, file=short_name(source.path))
    if found == "ASCII":
        return named or "UTF-8", "cpg" if named else "content"
    if found == named:
        return found, "cpg"
    if says:
        message = N_(".cpg 写的是 %(told)s，文字实为 %(encoding)s，按 %(encoding)s 读取")
        findings.add("wrong_cpg", message, told=shown(says), encoding=found)
    else:
        findings.add("encoding_guessed", N_("没有 .cpg 文件，文字按 %(encoding)s 读取"), encoding=found)
    return found, "content"


def _telling(source: GdalLayer, odd: OddDates) -> set[str]:
    """Texts of a Shapefile, read byte by byte, that tell its encoding: the first ones that are not plain ASCII."""
    names = [str(name) for name in source.info()["fields"]]
    left = odd.left(names)
    start, found = 0, {name for name in names if not name.isascii()} if left == [] else set()
    while not found and left != []:
        read = source.read(start, CHUNK, geometry=False, columns=left)
        columns, texts = read[3], set(names)
        texts |= {value for column in columns if column.dtype == object for value in column if isinstance(value, str)}
        found = {text for text in texts if not text.isascii()}
        start += CHUNK
        if not len(columns) or len(columns[0]) < CHUNK:
            break
    return found


def _encoding_of(texts: Sequence[bytes], named: str | None) -> str | None:
    """The one that is named if it can be, else the first that fits; a text may end in the middle of a character."""
    found = encoding_of_chunks(iter([text + b"\n" for text in texts]))
    if found != "ASCII" and _is_cut(texts, "UTF-8"):  # some of which reads as GBK too, as nonsense
        found = "UTF-8"
    elif found is None:
        found = next((name for name in CANDIDATES if _is_cut(texts, name)), None)
    family = {"GBK", "GB18030"}
    return named if found in family and named in family and _fits(texts, named) else found


def _fits(texts: Sequence[bytes], encoding: str) -> bool:
    return encoding_of_chunks(iter([text + b"\n" for text in texts]), (encoding,)) is not None


def _is_cut(texts: Sequence[bytes], encoding: str) -> bool:
    """Whether texts are Chinese in an encoding but for a character at the end of each that may be incomplete."""
    try:
        read = [whole(text, encoding) for text in texts]
    except UnicodeDecodeError:
        return False
    return any(IDEOGRAPHS.search(text) for text in read)


def _meant(text: str, encoding: str) -> str:
    return text.encode("latin-1").decode(encoding, "ignore")


def _decoded(
    column: numpy.ndarray | list[object], field: str, encoding: str, rows: numpy.ndarray, findings: FileFindings
) -> numpy.ndarray | list[object]:
    """Texts that were read byte by byte, as they are meant."""
    if isinstance(column, list) or column.dtype != object:
        return column
    known: dict[str, str] = {}
    made = column.copy()
    for place, value in enumerate(column):
        if not isinstance(value, str) or value.isascii():
            continue
        if value not in known:
            raw = value.encode("latin-1")
            try:
                known[value] = whole(raw, encoding)
            except UnicodeDecodeError:
                known[value] = raw.decode(encoding, "replace")
                message = N_("文字不是 %(encoding)s 编码")
                findings.add("undecodable_text", message, row=int(rows[place]), field=field, encoding=encoding)
        made[place] = known[value]
    return made
