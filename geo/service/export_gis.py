"""Shapefile: what the bureau takes; short names, and read back before it is given."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy
import shapely

from geo.exchange.files.vector import LONGEST_DBF_TEXT, VectorField, VectorFile, read_back
from geo.exchange.table import columns_of
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidFile, N_
from geo.model.layer import Layer
from geo.model.units import UNITS
from geo.service.export_source import EQUAL_NOTE, Source, chunks_of, columns

DICTIONARY = "field_dictionary.csv"
NEAR = 1e-6
"""Metres or degrees by which a shape that is read back may differ: none but a rounding of the last bit."""


def as_shp(source: Source) -> Iterator[bytes]:
    """A ZIP archive with a Shapefile for each layer and the dictionary of their fields; each is read back."""
    crs = source.wanted.crs or STORED_CRS
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        shortened = {}
        for layer in source.layers:
            shortened[layer.id] = _write_shapefile(source, layer, Path(folder), crs)
        (Path(folder) / DICTIONARY).write_bytes(_dictionary(source, shortened))
        archive = Path(folder) / "export.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for part in sorted(Path(folder).iterdir()):
                if part != archive:
                    file.write(part, part.name)
        yield from chunks_of(archive)


def _write_shapefile(source: Source, layer: Layer, folder: Path, crs: str) -> int:
    """Returns how many texts had to be cut."""
    fields = [VectorField(short, name, kind) for name, short, kind in columns(layer, source)]
    path = folder / f"{layer.id}.{'shp' if layer.geometry else 'dbf'}"
    encoding = source.wanted.encoding
    file = VectorFile(path, fields, layer.geometry, crs, encoding)
    file.write(source.columns_of(layer.id, crs))
    (folder / f"{layer.id}.cpg").write_text(encoding, encoding="ascii")
    _prove(source, layer, path, crs)
    return file.shortened


def _prove(source: Source, layer: Layer, path: Path, crs: str) -> None:
    """Read a Shapefile back as its readers will, and hold it against what was to be written.

    Raises
    ------
    InvalidFile
        If a row, its shape or its name differs.
    """
    start = 0
    for part in source.columns_of(layer.id, crs):
        _check_ids(part.ids, source.wanted.encoding)
        found = read_back(path, None, start, len(part.ids))
        names = part.values.get("name", ())
        wanted = [name and name.encode(source.wanted.encoding, "replace")[:254].decode(source.wanted.encoding, "ignore")
                  for name in names]  # fmt: skip
        same = found.ids == part.ids and [name or None for name in found.texts["MC"]] == wanted
        if layer.geometry is not None and same:
            same = _same_shapes(shapely.from_wkb(numpy.array(part.wkb, dtype=object)), found.shapes)
        if not same:
            message = N_("%(file)s 写出后读回的内容不同，没有导出")
            raise InvalidFile(message, file=path.name)
        start += len(part.ids)


def _check_ids(ids: Sequence[str], encoding: str) -> None:
    """A text may be cut, an id may not: another feature might have what is left.

    Raises
    ------
    InvalidFile
        If a Shapefile cannot hold one.
    """
    for feature_id in ids:
        raw = feature_id.encode(encoding, "replace")
        if len(raw) > LONGEST_DBF_TEXT or raw.decode(encoding) != feature_id:
            message = N_("编号“%(feature)s”太长或有 %(encoding)s 编码没有的字，Shapefile 写不全：请换编码或别的格式")
            raise InvalidFile(message, feature=feature_id, encoding=encoding)


def _same_shapes(wanted: numpy.ndarray, found: numpy.ndarray) -> bool:
    there = ~shapely.is_missing(wanted) & ~shapely.is_empty(wanted)
    if (shapely.is_missing(found) == there).any() or len(wanted) != len(found):
        return False
    own, read = shapely.force_2d(wanted[there]), found[there]
    near = numpy.abs(shapely.bounds(own) - shapely.bounds(read)).max(initial=0.0) <= NEAR
    return bool(near and (shapely.get_num_coordinates(own) == shapely.get_num_coordinates(read)).all())


def _dictionary(source: Source, shortened: dict[str, int]) -> bytes:
    """What each short name means, its unit and its codes."""
    say, title = source.edition.translate, source.edition.title
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([say(each) for each in HEADERS])
    for layer in source.layers:
        words = {each.name: each.words or {} for each in columns_of(layer, replace(source.edition, filled=None))}
        titled = {each.name: each for each in (*layer.fields, *layer.ratios, *layer.status_fields)}
        for name, short, kind in columns(layer, source):
            each = titled.get(name)
            unit = getattr(UNITS[each.unit], source.edition.language) if each is not None and each.unit else ""
            meaning = title(each.title) if each is not None else say(N_("编号"))
            codes = words.get(name, {}) if kind != "boolean" else {}
            told = "; ".join(f"{code}={word}" for code, word in codes.items())
            writer.writerow([f"{layer.id}.shp", short, meaning, name, kind, unit, told])
    cut = sum(shortened.values())
    notes = [say(EQUAL_NOTE)]
    if cut:
        notes.insert(0, say(N_("有 %(count)s 处文字太长或含编码没有的字，已截短或替换")) % {"count": cut})
    writer.writerows([say(N_("说明")), "", note, *[""] * (len(HEADERS) - 3)] for note in notes)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


HEADERS = (N_("文件"), N_("字段"), N_("含义"), N_("英文名"), N_("类型"), N_("单位"), N_("取值"))
