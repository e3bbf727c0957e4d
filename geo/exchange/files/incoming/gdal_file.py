"""GeoPackage, FlatGeobuf and Shapefile through GDAL, batch by batch.

GDAL sees the file alone in a folder of its own, under an ending that only its driver takes, once its first bytes have
shown what it is.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.exchange.files.incoming.dbf_table import check_counts, check_numbers_of, deleted_rows, odd_days, whole
from geo.exchange.files.incoming.fgb_rest import unread_bytes
from geo.exchange.files.incoming.gpkg_dates import odd_dates
from geo.exchange.files.incoming.gpkg_tables import (
    check_cells,
    check_numbers,
    feature_counts,
    note_curves,
    note_unread,
    views_in,
)
from geo.exchange.files.incoming.odd_dates import OddDates
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, check_fields, not_named, object_array
from geo.exchange.files.incoming.texts import CANDIDATES, encoding_named, encoding_of_chunks
from geo.exchange.files.reading import short_name, shown
from geo.exchange.texts import IDEOGRAPHS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

Raw = tuple[dict, numpy.ndarray, numpy.ndarray, Sequence[numpy.ndarray]]

CHUNK = 5 * BATCH
"""Features read at a time: GDAL steps over all the earlier ones of a GeoPackage or a FlatGeobuf anew."""

LARGEST_CHUNK = 64 * 2**20
"""Bytes of a file that are read at a time, by what its features take on average."""

pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "0.5"})
"""Degrees of an arc that GDAL draws as one chord, which so leaves it by a hundred-thousandth of the radius."""

INTEGERS = ("int8", "int16", "int32", "int64")
EXACT = 2**53
"""From here on a float does not hold every whole number."""

STAGED = re.compile(r"'?[^\s']*[\\/](layer|inner)\.[\w.]+'?")
"""The private copy of a file, as GDAL names it."""

NONE_ODD = OddDates()

UNTOLD = ("Unknown", "GeometryCollection")
"""Kinds of a layer that may hold any other as well."""


@contextmanager
def gdal_faults(path: Path) -> Iterator[None]:
    """GDAL's complaints as one sentence; its warnings about single fields or rows stay unsaid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnicodeDecodeError:
        message = N_("%(file)s 的文字编码有误，应为 UTF-8")
        raise RefusedFile("undecodable_text", message, file=short_name(path)) from None
    except (
        DataSourceError, DataLayerError, shapely.errors.GEOSException, pyproj.exceptions.CRSError, RuntimeError,
        ValueError,
    ) as fault:  # fmt: skip
        message = N_("%(file)s 读不出来：%(reason)s")
        reason = STAGED.sub(path.name, str(fault))
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(reason)) from None


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
    views = views_in(path, staged)
    kinds = {name: kind for name, kind in _layers(path, staged) if name not in views and kind is not None}
    layers = [name for name, kind in kinds.items() if may_hold(kind, wanted)]
    for name in views:
        findings.add("layer_is_view", N_("图层 %(layer)s 是视图或有计算列，不读取"), layer=shown(name))
    chosen = _chosen(path, staged, layers, layer, findings)
    check_cells(path, staged, chosen)
    check_numbers(path, staged, chosen)
    incoming = _incoming("GPKG", path, staged, tuple(layers), chosen, findings)
    note_unread(path, staged, chosen, _info(path, staged, chosen)["fields"], findings)
    note_curves(path, staged, chosen, findings)
    odd = odd_dates(path, staged, chosen)
    incoming.batches = partial(_batches, path, staged, chosen, findings, None, odd)
    incoming.kinds = kinds
    return incoming


def open_flatgeobuf(path: Path, staged: Path, layer: str | None) -> Incoming:
    findings = FileFindings()
    layers = [name for name, _ in _layers(path, staged)]
    if layer not in (None, path.stem, *layers):
        raise not_named(path, layer, layers)
    if unread_bytes(staged):
        findings.add("truncated", N_("文件里的要素比它自己说的多，多出的读不到，文件有误"))
    return _incoming("FlatGeobuf", path, staged, (path.stem,), layers[0], findings)


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
    check_numbers_of(path, staged)
    _make_readable(staged.with_suffix(".prj"))
    odd = odd_days(staged, _info(path, staged, None)["fields"])
    encoding, encoding_from = _encoding(path, staged, told, findings, odd)
    incoming = _incoming("ESRI Shapefile", path, staged, (layer,), None, findings)
    incoming.encoding, incoming.encoding_from = encoding, encoding_from
    incoming.batches = partial(_batches, path, staged, None, findings, encoding, odd)
    return incoming


def _make_readable(definition: Path) -> None:
    """Write the .prj beside the staged parts as UTF-8: programs here call a CRS by a Chinese name, in GBK."""
    try:
        content = definition.read_bytes() if definition.exists() else b""
        content.decode()
    except UnicodeDecodeError:
        definition.unlink()  # it may be a link to the file that was given
        definition.write_text(content.decode("gb18030", "replace"), encoding="utf-8")


def _incoming(
    driver: str, path: Path, staged: Path, layers: tuple[str, ...], layer: str | None, findings: FileFindings
) -> Incoming:
    info = _info(path, staged, layer)
    check_fields(len(info["fields"]))
    crs = _crs(path, info.get("crs"))
    return Incoming(
        driver, layers, layer or layers[0], partial(_batches, path, staged, layer, findings, None),
        crs, "file" if crs else None, findings=findings,
    )  # fmt: skip


def _info(path: Path, staged: Path, layer: str | None) -> dict:
    with gdal_faults(path):
        return pyogrio.read_info(staged, layer=layer, encoding="ISO-8859-1" if staged.suffix == ".shp" else None)


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


def read_raw(
    path: Path, staged: Path, layer: str | None, encoding: str | None, start: int = 0, most: int | None = None,
    *, where: str | None = None, geometry: bool = True, columns: Sequence[str] | None = None,
) -> Raw:  # fmt: skip
    """Some features as GDAL reads them: what it says of the layer, nothing, WKB, columns (all by default)."""
    with gdal_faults(path):
        return pyogrio.raw.read(
            staged, layer=layer, encoding=encoding, force_2d=True, skip_features=start, max_features=most,
            where=where, read_geometry=geometry, datetime_as_string=True, columns=columns,
        )  # fmt: skip


def _batches(
    path: Path, staged: Path, layer: str | None, findings: FileFindings, encoding: str | None, odd: OddDates = NONE_ODD
) -> Iterator[Batch]:
    info = _info(path, staged, layer)
    total, names = info["features"], [str(name) for name in info["fields"]]
    start, most = 0, _chunk(staged, total)
    own = "ISO-8859-1" if encoding else None
    titles = [_meant(name, encoding) for name in names] if encoding else names
    while True:
        meta, _, geometry, read = read_raw(path, staged, layer, own, start, most, columns=odd.left(names))
        count = len(read[0]) if len(read) else 0 if geometry is None else len(geometry)
        read = {
            str(name): _whole_numbers(staged, layer, str(name), column, start, most, own)
            if kind in INTEGERS
            else column
            for name, kind, column in zip(meta["fields"], meta["dtypes"], read, strict=True)
        }
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
    deleted = deleted_rows(staged) if encoding and start < total else 0
    if deleted:
        findings.add("deleted_rows", N_("%(count)s 行在 .dbf 里标为删除，没有读取"), count=deleted)
    if 0 <= start < total - deleted:
        message = N_("文件说有 %(told)s 个要素，只读到 %(read)s 个，文件可能不完整")
        findings.add("truncated", message, told=total, read=start)


def _whole_numbers(
    staged: Path, layer: str | None, name: str, column: numpy.ndarray, start: int, most: int, encoding: str | None
) -> numpy.ndarray:
    """Whole numbers among which some are missing: GDAL's reader makes floats of them, which hold no 17 digits."""
    if column.dtype.kind != "f":
        return column
    if (numpy.abs(column) >= EXACT).any():
        _, table = pyogrio.raw.read_arrow(
            staged,
            layer=layer,
            encoding=encoding,
            columns=[name],
            read_geometry=False,
            skip_features=start,
            max_features=most,
        )
        return object_array(table.column(name).to_pylist())
    return object_array([None if value != value else int(value) for value in column.tolist()])


def _chunk(staged: Path, total: int) -> int:
    """How many features are read at a time: fewer of large ones."""
    size = sum(part.stat().st_size for part in staged.parent.glob(f"{staged.stem}.*"))
    return max(1, min(CHUNK, LARGEST_CHUNK * max(total, 1) // max(size, 1)))


def shapes_of(wkb: numpy.ndarray | None, rows: numpy.ndarray, findings: FileFindings) -> numpy.ndarray:
    if wkb is None:
        return numpy.full(len(rows), None, dtype=object)
    with numpy.errstate(invalid="ignore"):  # GEOS compares NaN; the findings tell of it
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    for place in numpy.flatnonzero((wkb != None) & (shapes == None)):  # noqa: E711 - element by element
        with numpy.errstate(invalid="ignore"):
            shapes[place] = shapely.from_wkb(wkb[place], on_invalid="fix")
        if shapes[place] is not None and not numpy.isfinite(shapely.get_coordinates(shapes[place])).all():
            continue  # a ring with a coordinate that is none is never closed; the checks tell it
        code = "invalid_geometry" if shapes[place] is None else "unclosed_ring"
        message = N_("几何读不出来") if shapes[place] is None else N_("环没有闭合，已补上首点")
        findings.add(code, message, row=int(rows[place]), field="geometry")
    return shapes


def plain(column: numpy.ndarray | list[object]) -> list[object]:
    """Values as Python has them; NaN of a number and NaT of a date are None."""
    if isinstance(column, list):
        return column
    if column.dtype.kind == "f":
        return [None if value != value else value for value in column.tolist()]
    if column.dtype.kind == "M":
        return [None if value is None else str(value)[:10] for value in column.astype("M8[D]").tolist()]
    return [None if value != value else value for value in column.tolist()]


def _encoding(path: Path, staged: Path, told: str | None, findings: FileFindings, odd: OddDates) -> tuple[str, str]:
    """The encoding that the texts of a Shapefile have; its .cpg is believed where the texts agree."""
    given = [text.encode("latin-1") for text in _telling(path, staged, odd)]
    cpg = staged.with_suffix(".cpg")
    says = cpg.read_bytes()[:40].decode("ascii", "replace").strip() if cpg.exists() else ""
    named = encoding_named(says)
    if told is not None:
        return told, "option"
    found = _encoding_of(given, named)
    if found is None:
        message = N_("%(file)s 的文字既不是 UTF-8 也不是 GBK/GB18030 编码")
        raise RefusedFile("undecodable_text", message, file=short_name(path))
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


def _telling(path: Path, staged: Path, odd: OddDates) -> set[str]:
    """Texts of a Shapefile, read byte by byte, that tell its encoding: the first ones that are not plain ASCII."""
    names = [str(name) for name in _info(path, staged, None)["fields"]]
    left = odd.left(names)
    start, found = 0, {name for name in names if not name.isascii()} if left == [] else set()
    while not found and left != []:
        read = read_raw(path, staged, None, "ISO-8859-1", start, CHUNK, geometry=False, columns=left)
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
