"""GeoJSON of any size: one object, an object a line, or objects after record separators (RFC 7946, RFC 8142).

The file is mapped, not read, and each feature is decoded by itself: memory holds one batch.
"""

import json
import mmap
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from pathlib import Path
from types import NoneType

import msgspec
import numpy
import orjson
import pyproj
import shapely

from geo.exchange.files.incoming.json_shapes import ShapeFault, closed_shape, has_heights, has_open_ring
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, columns_of, flat, object_array, tell_heights
from geo.exchange.files.incoming.texts import CHUNK, encoding_of_file
from geo.exchange.files.reading import short_name, shown
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

Members = dict[str, msgspec.Raw]
Text = mmap.mmap | bytes

GEOMETRIES = frozenset("Point MultiPoint LineString MultiLineString Polygon MultiPolygon GeometryCollection".split())
ESRI = {"geometryType", "features"}
"""Members that only ArcGIS' own JSON has together."""

OF_FEATURE = frozenset(
    "type id properties geometry bbox crs links time place coordRefSys conformsTo collection".split()
)
"""Members of a feature that are read, or say nothing of it that would be."""

NOT_JSON = re.compile(rb"[-+]?(NaN|Infinity|inf|nan)")
LONGEST_RECORD = 256 * 2**20
SMALL = 2**20


def open_json(path: Path, folder: Path, encoding: str | None = None) -> Incoming:
    """A GeoJSON file, opened.

    Parameters
    ----------
    folder
        For a copy in UTF-8, where the file is in another encoding.

    Raises
    ------
    RefusedFile
        If it is no JSON, no GeoJSON, or nested deeper than any GeoJSON.
    """
    findings = FileFindings()
    encoding, encoding_from = encoding_of_file(path, findings, encoding)
    readable = path if encoding == "UTF-8" else _recoded(path, folder, encoding)
    text = _mapped(readable)
    start = 3 if text[:3] == b"\xef\xbb\xbf" else 0
    if b"\x1e" in text[start : start + 16] or _is_lines(text, start):
        records = partial(_records, path, text, start)
        driver, crs, crs_from = "GeoJSONSeq", pyproj.CRS(STORED_CRS), "format"
    else:
        document = _decoded(path, text if start == 0 else text[start:])
        records = partial(_features, path, document)
        records()
        _check_once(text, document, findings)
        driver, (crs, crs_from) = "GeoJSON", _crs(path, document)
    incoming = Incoming(
        driver, (path.stem,), path.stem, partial(_batches, path, records, findings), crs, crs_from,
        encoding, encoding_from, findings, "ccw",
    )  # fmt: skip
    return incoming


def _recoded(path: Path, folder: Path, encoding: str) -> Path:
    target = folder / "recoded.json"
    with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="UTF-8", newline="") as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
    return target


def _mapped(path: Path) -> Text:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _is_lines(text: Text, start: int) -> bool:
    """Whether the first line is an object by itself and another one follows."""
    end = text.find(b"\n", start, start + LONGEST_RECORD)
    while end >= 0 and not text[start:end].strip():
        start, end = end + 1, text.find(b"\n", end + 1, end + 1 + LONGEST_RECORD)
    if end < 0 or not text[start : start + 64].lstrip().startswith(b"{"):
        return False
    try:
        msgspec.json.decode(text[start:end], type=Members)
    except (msgspec.DecodeError, RecursionError):
        return False
    return text[end : end + 65536].strip().startswith(b"{")


def _decoded(path: Path, text: Text) -> Members:
    """The members of an object as they are written.

    Raises
    ------
    RefusedFile
        If the text is no JSON object.
    """
    try:
        document = msgspec.json.decode(text, type=msgspec.Raw)
        return msgspec.json.decode(document, type=Members)
    except RecursionError:
        raise RefusedFile("too_deep", N_("%(file)s 的 JSON 嵌套太深"), file=short_name(path)) from None
    except msgspec.ValidationError:
        message = N_("%(file)s 是 JSON，却不是 GeoJSON：最外层应为对象")
        raise RefusedFile("not_geojson", message, file=short_name(path)) from None
    except msgspec.DecodeError as fault:
        raise _no_json(path, text, fault) from None


def _no_json(path: Path, text: Text, fault: msgspec.DecodeError, row: int | None = None) -> RefusedFile:
    """Where and why a text is no JSON."""
    found = re.search(r"\(byte (\d+)\)", str(fault))
    place = int(found[1]) if found else len(text)
    if NOT_JSON.match(text[max(place - 1, 0) : place + 12].lstrip(b"-+:, [")):
        reason = N_("%(file)s 第 %(line)s 行第 %(column)s 列：NaN、Infinity 不是 JSON 里的数")
        code = "non_finite"
    elif "truncated" in str(fault) or place >= len(text):
        reason, code = N_("%(file)s 不完整：第 %(line)s 行第 %(column)s 列之后没有了"), "truncated"
    else:
        reason, code = N_("%(file)s 第 %(line)s 行第 %(column)s 列不是合法的 JSON"), "invalid_json"
    line = row or text[:place].count(b"\n") + 1
    column = place - (text.rfind(b"\n", 0, place) + 1) + 1
    return RefusedFile(code, reason, file=short_name(path), line=line, column=column)


def _check_once(text: Text, document: Members, findings: FileFindings) -> None:
    """Note members of the collection that are given twice; of the first one nothing is left to read.

    In a large file only those are noticed that held something: what lies between the members that were kept is more
    than their names and signs.
    """
    kept = sum(len(raw) for raw in document.values())
    signs = sum(len(name.encode()) + 4 for name in document) + 2
    if len(text) <= SMALL:
        repeated = _repeated(bytes(text[:]), whole=False)
    else:
        repeated = list(document)[:1] if len(text) - kept > signs + 64 * (len(document) + 2) else []
    for name in repeated:
        findings.add("duplicate_key", N_("JSON 的键 %(key)s 重复，用的是最后一个"), field=name, key=shown(name))


def _crs(path: Path, document: Members) -> tuple[pyproj.CRS | None, str]:
    """The `crs` member of 2008, as QGIS and GDAL write it; without one WGS 84."""
    given = msgspec.json.decode(document["crs"]) if "crs" in document else None
    named = given.get("properties") if isinstance(given, dict) else None
    name = named.get("name") if isinstance(named, dict) else given
    code = named.get("code") if isinstance(named, dict) else None
    if given is None:
        return pyproj.CRS(STORED_CRS), "format"
    if name is None and isinstance(given, dict) and given.get("type") == "EPSG" and isinstance(code, int):
        name = f"EPSG:{code}"  # as it was written before 2008
    try:
        if not isinstance(name, str):  # a link, which nobody follows
            raise pyproj.exceptions.CRSError("")
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        message = N_("%(file)s 的坐标系 %(crs)s 不认识")
        raise RefusedFile("unknown_crs", message, file=short_name(path), crs=shown(name or given)) from None
    is_degrees = crs.to_epsg() == 4326 or crs.to_authority() == ("OGC", "CRS84")
    return (pyproj.CRS(STORED_CRS) if is_degrees else crs), "file"


def _features(path: Path, document: Members) -> Sequence[msgspec.Raw]:
    """The features of a document as they are written: a collection, a feature, or a geometry alone."""
    kind = _text(document.get("type"))
    if kind is None and set(document) >= ESRI:
        message = N_(
            "%(file)s 是 Esri JSON（ArcGIS 的格式），不是 GeoJSON：请在 ArcGIS 里“要素转 JSON”时勾选 GeoJSON，"
            "或在 QGIS 里打开后另存为 GeoJSON"
        )
        raise RefusedFile("not_geojson", message, file=short_name(path))
    if kind == "FeatureCollection" or (kind is None and "features" in document):
        try:
            return msgspec.json.decode(document["features"], type=list[msgspec.Raw])
        except (KeyError, msgspec.DecodeError):
            pass
    elif kind == "Feature":
        return [msgspec.Raw(orjson.dumps({name: orjson.Fragment(bytes(raw)) for name, raw in document.items()}))]
    elif kind in GEOMETRIES:
        members = {name: orjson.Fragment(bytes(raw)) for name, raw in document.items()}
        return [msgspec.Raw(orjson.dumps({"type": "Feature", "properties": {}, "geometry": members}))]
    message = N_("%(file)s 是 JSON，却不是 GeoJSON：应为 FeatureCollection，带 features 列表")
    raise RefusedFile("not_geojson", message, file=short_name(path))


def _text(raw: msgspec.Raw | None) -> str | None:
    try:
        return None if raw is None else msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        return None


def _records(path: Path, text: Text, start: int) -> Iterator[msgspec.Raw]:
    """The objects of a sequence: a line each, or each after a record separator."""
    sign = b"\x1e" if b"\x1e" in text[start : start + 16] else b"\n"
    number = 0
    while start < len(text):
        end = text.find(sign, start)
        end = len(text) if end < 0 else end
        if end - start > LONGEST_RECORD:
            message = N_("%(file)s 第 %(row)s 行太长，不像是表格或文本")
            raise RefusedFile("line_too_long", message, file=short_name(path), row=number + 1)
        record = text[start:end].strip()
        start = end + 1
        if not record:
            continue
        number += 1
        try:
            yield msgspec.json.decode(record, type=msgspec.Raw)
        except RecursionError:
            raise RefusedFile("too_deep", N_("%(file)s 的 JSON 嵌套太深"), file=short_name(path)) from None
        except msgspec.DecodeError as fault:
            raise _no_json(path, record, fault, number) from None


def _batches(
    path: Path, records: Callable[[], Iterator[msgspec.Raw] | Sequence[msgspec.Raw]], findings: FileFindings
) -> Iterator[Batch]:
    rows: list[int] = []
    read: list[tuple[bytes | None, dict[str, object], object]] = []
    for row, raw in enumerate(records(), start=1):
        rows.append(row)
        read.append(_feature(path, row, raw, findings))
        if len(rows) == BATCH:
            yield _batch(rows, read, findings)
            rows, read = [], []
    if rows:
        yield _batch(rows, read, findings)


def _feature(
    path: Path, row: int, raw: msgspec.Raw, findings: FileFindings
) -> tuple[bytes | None, dict[str, object], object]:
    """Geometry text, properties and id of one feature."""
    try:
        members = msgspec.json.decode(raw, type=Members)
        kind = _text(members.get("type"))
        if kind in GEOMETRIES:
            return bytes(raw), {}, None
        if beside := members.keys() - OF_FEATURE:
            _note_beside(beside, row, findings)
        if kind not in ("Feature", None):
            findings.add("not_geojson", N_("不是 Feature"), row=row)
            return None, {}, None
        properties = msgspec.json.decode(members["properties"]) if "properties" in members else None
        given = msgspec.json.decode(members["id"]) if "id" in members else None
        if not isinstance(properties, dict | NoneType):
            message = N_("properties 应为对象，现为 %(given)s，没有读取")
            findings.add("no_properties", message, row=row, field="properties", given=shown(properties))
        properties = properties if isinstance(properties, dict) else {}
        geometry = bytes(members["geometry"]) if "geometry" in members else None
        told = len(members) + _keys(properties) + (2 if geometry and geometry != b"null" else 0)
        values = {
            name: orjson.dumps(value).decode() if isinstance(value, dict | list) else value
            for name, value in properties.items()
        }
    except msgspec.DecodeError as fault:
        if isinstance(fault, msgspec.ValidationError) and bytes(raw).startswith(b"{"):
            findings.add("non_finite", N_("有超出范围的数"), row=row)
            return None, {}, None
        findings.add("not_geojson", N_("不是 Feature"), row=row)
        return None, {}, None
    except (RecursionError, TypeError):  # orjson writes no deeper than it has to
        raise RefusedFile("too_deep", N_("%(file)s 的 JSON 嵌套太深"), file=short_name(path)) from None
    if bytes(raw).count(b'":') != told:
        for key in _repeated(bytes(raw)):
            message = N_("JSON 的键 %(key)s 重复，用的是最后一个")
            findings.add("duplicate_key", message, row=row, field=key, key=shown(key))
    return (None if geometry == b"null" else geometry), values, given


def _note_beside(names: Set[str], row: int, findings: FileFindings) -> None:
    """Tell once of values that stand beside the properties, where no program looks for them."""
    if not findings.count("unread_field"):
        message = N_("%(names)s 不在 properties 里，没有读取")
        findings.add("unread_field", message, row=row, names=shown(", ".join(sorted(names))))


def _keys(value: object) -> int:
    """How many keys a value has, nested ones included."""
    if isinstance(value, dict):
        return len(value) + sum(_keys(each) for each in value.values() if isinstance(each, dict | list))
    return sum(_keys(each) for each in value) if isinstance(value, list) else 0


def _repeated(text: bytes, *, whole: bool = True) -> list[str]:
    """The keys that an object, or one inside it where `whole`, has twice."""
    found: list[str] = []

    def pairs(given: list[tuple[str, object]]) -> dict[str, object]:
        if not whole:
            found.clear()  # the outermost object is the last to be told
        found.extend(name for name, count in Counter(name for name, _ in given).items() if count > 1)
        return dict(given)

    try:
        json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return []
    return list(dict.fromkeys(found))


def _batch(
    rows: list[int], read: list[tuple[bytes | None, dict[str, object], object]], findings: FileFindings
) -> Batch:
    texts = object_array([text for text, _, _ in read])
    with numpy.errstate(over="ignore"):
        shapes = flat(shapely.from_geojson(texts, on_invalid="ignore"), findings)
    for place in numpy.flatnonzero((texts != None) & (shapes == None)):  # noqa: E711 - element by element
        shapes[place] = _mended(rows[place], texts[place], findings)
    ids = [given for _, _, given in read]
    return Batch(
        numpy.array(rows), shapes, columns_of([values for _, values, _ in read]), ids if any(ids) else None
    )  # fmt: skip


def _mended(row: int, text: bytes, findings: FileFindings) -> shapely.Geometry | None:
    try:
        geometry = json.loads(text)
        shape = closed_shape(geometry)
    except ShapeFault as fault:
        findings.add(fault.code, fault.message, row=row, field="geometry", **fault.params)
        return None
    except (ValueError, RecursionError, shapely.errors.ShapelyError):
        findings.add("invalid_geometry", N_("几何读不出来"), row=row, field="geometry")
        return None
    if has_heights(geometry):
        tell_heights(findings)
    if has_open_ring(geometry):
        findings.add("unclosed_ring", N_("环没有闭合，已补上首点"), row=row, field="geometry")
    return shape
