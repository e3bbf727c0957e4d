"""GeoParquet (1.x, geometries as WKB) through pyarrow, a batch of rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy
import orjson
import pyarrow
import pyarrow.parquet
import pyproj

from geo.exchange.files.incoming.gdal_layer import shapes_of
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, flat, object_array
from geo.exchange.files.incoming.wkb_kinds import is_deep
from geo.exchange.files.reading import short_name
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

MOST_ROWS = 50_000_000
"""A small file can claim any number of rows, for equal ones take no room."""

KEPT_CRS = 16
"""Making one of PROJJSON takes longer than reading a thousand rows, and the files of a country have the same."""

DEEP = N_("几何里套的几何太多，读不出来")

BINARY = (pyarrow.types.is_binary, pyarrow.types.is_large_binary, pyarrow.types.is_fixed_size_binary)


@dataclass(frozen=True)
class Shapes:
    """What a file says of its geometries: their column, and their CRS, None where that is undefined."""

    column: str
    crs: pyproj.CRS | None


def open_parquet(path: Path, layer: str) -> Incoming:
    """A GeoParquet file, opened.

    Parameters
    ----------
    layer
        What people call it.

    Raises
    ------
    RefusedFile
        If it is not GeoParquet, keeps its geometries otherwise than as WKB, or claims more rows than can be read.
    """
    with pyarrow.parquet.ParquetFile(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    if rows > MOST_ROWS:
        message = N_("%(file)s 有 %(count)s 行，最多 %(most)s 行")
        raise RefusedFile("too_large", message, file=short_name(path), count=rows, most=MOST_ROWS)
    shapes = _shapes(path, schema)
    findings = FileFindings()
    batches = partial(_batches, path, shapes.column, findings)
    crs_from = None if shapes.crs is None else "file"
    return Incoming("Parquet", (layer,), layer, batches, shapes.crs, crs_from, findings=findings)


def _shapes(path: Path, schema: pyarrow.Schema) -> Shapes:
    raw = (schema.metadata or {}).get(b"geo")
    told = orjson.loads(raw) if raw is not None else None
    column = told.get("primary_column") if isinstance(told, dict) else None
    if not isinstance(column, str) or column not in schema.names:
        message = N_("%(file)s 是 Parquet，却不是 GeoParquet：没有说明哪一列是几何")
        raise RefusedFile("no_coordinates", message, file=short_name(path))
    own = told["columns"][column]
    if own["encoding"] != "WKB" or not any(is_binary(schema.field(column).type) for is_binary in BINARY):
        message = N_("%(file)s 的几何不是 WKB，请按 WKB 另存")
        raise RefusedFile("unknown_format", message, file=short_name(path))
    return Shapes(column, _crs(path, own.get("crs", STORED_CRS)))


def _crs(path: Path, told: object) -> pyproj.CRS | None:
    """The CRS that PROJJSON tells; where nothing is said it is longitude and latitude, where null is said none."""
    if told is None:
        return None
    try:
        return _crs_of(told if isinstance(told, str) else orjson.dumps(told).decode())
    except pyproj.exceptions.CRSError as fault:
        message = N_("%(file)s 的坐标系读不懂：%(reason)s")
        raise RefusedFile("unknown_crs", message, file=short_name(path), reason=str(fault)[:80]) from None


@lru_cache(KEPT_CRS)
def _crs_of(told: str) -> pyproj.CRS:
    crs = pyproj.CRS.from_user_input(told)
    epsg = crs.to_epsg(min_confidence=60)
    is_crs84 = crs.to_authority() == ("OGC", "CRS84")
    return pyproj.CRS(STORED_CRS) if is_crs84 else pyproj.CRS(epsg) if epsg else crs


def _batches(path: Path, column: str, findings: FileFindings) -> Iterator[Batch]:
    start = 0
    with pyarrow.parquet.ParquetFile(path) as file:
        for table in file.iter_batches(batch_size=BATCH):
            rows = numpy.arange(start + 1, start + table.num_rows + 1)
            wkb = object_array(table.column(column).to_pylist())
            for place in (place for place, each in enumerate(wkb) if each is not None and is_deep(each)):
                wkb[place] = None
                findings.add("invalid_geometry", DEEP, row=int(rows[place]), field="geometry")
            shapes = flat(shapes_of(wkb, rows, findings), findings)
            fields = {
                name: _plain(table.column(place)) for place, name in enumerate(table.schema.names) if name != column
            }
            yield Batch(rows, shapes, fields)
            start += table.num_rows


def _plain(column: pyarrow.Array) -> list[object]:
    """Values as Python has them; NaN is None, a moment its text, a list JSON, a decimal fraction a float."""
    if pyarrow.types.is_temporal(column.type):
        values = (value.isoformat() if hasattr(value, "isoformat") else value for value in column.to_pylist())
        return [None if value is None else str(value) for value in values]
    if pyarrow.types.is_nested(column.type):
        return [None if value is None else orjson.dumps(value, default=str).decode() for value in column.to_pylist()]
    if pyarrow.types.is_decimal(column.type):
        return [None if value is None else float(value) for value in column.to_pylist()]
    return [None if value != value else value for value in column.to_pylist()]
