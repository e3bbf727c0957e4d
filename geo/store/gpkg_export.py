"""A new GeoPackage to take away, layer by layer: tables, blobs and R-trees are made as those of the store are.

It is of version 1.2, which older programs open, and has the numbers of features that GDAL keeps for itself and would
otherwise count at every opening.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy
import shapely
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from geo.model.errors import InvalidFile, N_
from geo.model.layer import FieldType
from geo.model.page import Columns
from geo.store import gpkg_metadata
from geo.store.gpkg_blob import SRS_ID, boxed_blobs
from geo.store.gpkg_engine import begin_writing, build_engine
from geo.store.gpkg_packing import CELL, cells_of, write_tree
from geo.store.wkb import is_multi, promoted

USER_VERSION = 10200
CACHE_KIB = 512
"""Of pages of the file: each is written once, from the first to the last."""

ROWS_AT_ONCE = 50
_LITTLE_ENDIAN = 1

_TYPES: dict[FieldType, str] = {
    "text": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "BOOLEAN", "date": "DATE",
}  # fmt: skip

_COUNTS = "CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL)"
_COUNT = """
INSERT INTO gpkg_ogr_contents VALUES ('{table}', {count});
CREATE TRIGGER "trigger_insert_feature_count_{table}" AFTER INSERT ON "{table}"
BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1 WHERE lower(table_name) = lower('{table}'); END;
CREATE TRIGGER "trigger_delete_feature_count_{table}" AFTER DELETE ON "{table}"
BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count - 1 WHERE lower(table_name) = lower('{table}'); END
"""


@dataclass(frozen=True)
class NewLayer:
    """A layer that is to be written.

    Parameters
    ----------
    name
        Of its table: a word of small letters, digits and underscores.
    fields
        Type of each field by its name; the names are such words too.
    geometry
        None for a table of values alone.
    """

    name: str
    title: str
    description: str
    fields: Mapping[str, FieldType]
    geometry: str | None


class NewGeoPackage:
    """The file while it is written; `new_geopackage` makes it."""

    def __init__(self, connection: Connection, srs_id: int) -> None:
        self._connection, self._srs_id = connection, srs_id

    def write(self, layer: NewLayer, parts: Iterable[Columns]) -> None:
        """Write a layer with its features, numbered as they come, of whose values those of its fields are kept.

        Parameters
        ----------
        parts
            Texts as str, truths as bool or int, days as ISO 8601 has them. A field that a part has not is empty.
        """
        forms = {"geom": layer.geometry.upper()} if layer.geometry else {}
        forms |= {name: _TYPES[kind] for name, kind in layer.fields.items()}
        columns = [
            '"fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL',
            *(f'"{name}" {form}' for name, form in forms.items()),
        ]
        self._connection.exec_driver_sql(f'CREATE TABLE "{layer.name}" ({", ".join(columns)})')
        rows = _Rows(self._connection.connection.driver_connection, layer, self._srs_id)
        for part in filter(len, parts):
            rows.add(part)
        self._register(layer, rows)

    def _register(self, layer: NewLayer, rows: "_Rows") -> None:
        """Tell of a layer that has all its rows; from now on triggers keep its R-tree and its count true."""
        connection = self._connection
        gpkg_metadata.register_table(
            connection, layer.name, data_type="features" if layer.geometry else "attributes", identifier=layer.title,
            description=layer.description, srs_id=self._srs_id if layer.geometry else None,
        )  # fmt: skip
        if layer.geometry:
            gpkg_metadata.register_geometry(connection, layer.name, layer.geometry, self._srs_id)
            write_tree(rows.driver, f"rtree_{layer.name}_geom", numpy.frombuffer(rows.cells, CELL))
        gpkg_metadata.touch(connection, layer.name, rows.extent)
        gpkg_metadata.run_script(connection, _COUNT.format(table=layer.name, count=rows.count))


@contextmanager
def new_geopackage(path: Path, srs_id: int) -> Iterator[NewGeoPackage]:
    """A file that is not there yet, for layers in a CRS of EPSG; it is whole when the block has ended.

    Raises
    ------
    InvalidFile
        If it cannot be written.
    """
    engine = build_engine(path)
    try:
        with engine.connect() as connection:
            begin_writing(connection)
            connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
            gpkg_metadata.create_bare_tables(connection, USER_VERSION, {SRS_ID, srs_id})
            connection.exec_driver_sql(_COUNTS)
            yield NewGeoPackage(connection, srs_id)
            connection.commit()
    except (DBAPIError, sqlite3.Error) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise InvalidFile(N_("不能写文件 %(file)s：%(reason)s"), file=path.name, reason=reason) from error
    finally:
        engine.dispose()


class _Rows:
    """The rows of a layer.

    Attributes
    ----------
    cells
        Those of its R-tree, one after another.
    """

    def __init__(self, driver: sqlite3.Connection, layer: NewLayer, srs_id: int) -> None:
        self.driver, self._layer = driver, layer
        self._srs_id = srs_id
        self.count, self.cells = 0, bytearray()
        self._low, self._high = numpy.full(2, numpy.inf), numpy.full(2, -numpy.inf)

    @property
    def extent(self) -> list[float] | None:
        """min x, min y, max x, max y."""
        return [*self._low.tolist(), *self._high.tolist()] if self.cells else None

    def add(self, part: Columns) -> None:
        """Add some; a column of them that is empty costs nothing."""
        columns = {
            name: values
            for name, values in part.values.items()
            if name in self._layer.fields and values.count(None) < len(values)
        }
        if self._layer.geometry:
            columns["geom"], boxes = boxed_blobs(_of_kind(part.wkb, self._layer.geometry), self._srs_id)
            self._note(boxes)
        self._insert(columns)
        self.count += len(part)

    def _insert(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Many rows with each statement, which takes two thirds of the time; then the few that are left over."""
        names, width = ", ".join(f'"{name}"' for name in columns), len(columns)
        places = f"({', '.join('?' * width)})"
        values = list(chain.from_iterable(zip(*columns.values(), strict=True)))
        start = 0
        for rows in (ROWS_AT_ONCE, 1):
            step = rows * width
            end = start + (len(values) - start) // step * step
            statement = f'INSERT INTO "{self._layer.name}" ({names}) VALUES {", ".join([places] * rows)}'
            self.driver.executemany(statement, (values[each : each + step] for each in range(start, end, step)))
            start = end

    def _note(self, boxes: numpy.ndarray) -> None:
        """Keep the bounds of the next rows."""
        there = numpy.flatnonzero(~numpy.isnan(boxes[:, 0]))
        if len(there):
            known = boxes[there]
            self.cells += cells_of(self.count + 1 + there, known).tobytes()
            self._low = numpy.minimum(self._low, known[:, ::2].min(axis=0))
            self._high = numpy.maximum(self._high, known[:, 1::2].max(axis=0))


def _of_kind(shapes: Sequence[bytes | None], kind: str) -> Sequence[bytes | None]:
    """Shapes in the order of bytes that we write, whoever wrote them to the store, and of several parts if all are."""
    if any(each and each[0] != _LITTLE_ENDIAN for each in shapes):
        shapes = shapely.to_wkb(shapely.from_wkb(numpy.array(shapes, dtype=object)), byte_order=1).tolist()
    return [None if each is None else promoted(each, kind) for each in shapes] if is_multi(kind) else shapes
