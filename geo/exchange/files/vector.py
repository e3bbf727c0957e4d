"""Shapefiles written through GDAL as a stream of Arrow batches; memory holds few of them.

pyogrio is loaded where it is used: it brings pandas, and a large layer is written by a program of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy
import pyarrow
import shapely

from geo.exchange.files.apart import CannotWrite, write_apart
from geo.exchange.files.arrow_columns import ARROW_TYPES, arrow_column, packed
from geo.exchange.files.field_values import of_type
from geo.exchange.files.reading import shown
from geo.model.errors import InvalidFile, N_
from geo.model.layer import FieldType
from geo.model.page import Columns

LONGEST_DBF_TEXT = 254
LONGEST_UTF8_SIGN = 4

GEOMETRY = "geom"
FEW = 20
"""Parts from which on a layer is written by a program of its own: it has to load its libraries first."""


@dataclass(frozen=True)
class VectorField:
    """A column of the file.

    Parameters
    ----------
    name
        In the file.
    source
        Of the value among those of the features; `feature_id` is the id.
    """

    name: str
    source: str
    type: FieldType


@dataclass
class VectorFile:
    """A Shapefile that is to be written.

    Parameters
    ----------
    path
        The .shp, or the .dbf of a plain table.
    geometry
        The layer's type of geometry, of several parts or not; None for a plain table.
    crs
        EPSG code of the coordinates; lon or easting first, as GDAL's drivers write them.
    encoding
        Of its texts.

    Attributes
    ----------
    shortened
        Texts that it has no room for, and signs that its encoding has not.
    """

    path: Path
    fields: Sequence[VectorField]
    geometry: str | None
    crs: str
    encoding: str = "UTF-8"
    shortened: int = 0

    def write(self, parts: Iterable[Columns]) -> None:
        """Write features; a layer without any has its columns all the same.

        Raises
        ------
        InvalidFile
            If GDAL cannot write them.
        """
        batches = (self.batch(part) for part in parts)
        first = list(islice(batches, FEW))
        try:
            if len(first) < FEW:
                self._write_here(first)
            else:
                write_apart(self._schema(), chain(first, batches), self._options())
        except CannotWrite as fault:
            message = N_("不能写文件 %(file)s：%(reason)s")
            raise InvalidFile(message, file=self.path.name, reason=shown(fault)) from fault

    def _write_here(self, batches: Sequence[pyarrow.RecordBatch]) -> None:
        import pyogrio

        try:
            pyogrio.write_arrow(pyarrow.RecordBatchReader.from_batches(self._schema(), batches), **self._options())
        except (RuntimeError, UnicodeError) as fault:
            raise CannotWrite(str(fault)) from fault

    def _options(self) -> dict[str, object]:
        """What `pyogrio.write_arrow` is told beside the batches."""
        is_table = self.geometry is None
        return {
            "path": str(self.path), "layer": self.path.stem, "driver": "ESRI Shapefile",
            "crs": None if is_table else self.crs, "geometry_name": None if is_table else GEOMETRY,
            "geometry_type": None if is_table else self.geometry.removeprefix("Multi"), "encoding": self.encoding,
        }  # fmt: skip

    def _schema(self) -> pyarrow.Schema:
        columns = [(each.name, ARROW_TYPES[each.type]) for each in self.fields]
        return pyarrow.schema(columns if self.geometry is None else [*columns, (GEOMETRY, pyarrow.binary())])

    def batch(self, part: Columns) -> pyarrow.RecordBatch:
        """Some features as a batch of Arrow columns."""
        values = {**part.values, "feature_id": part.ids}
        arrays = [
            self._column(each, values[each.source])
            if each.source in values
            else pyarrow.nulls(len(part.ids), ARROW_TYPES[each.type])
            for each in self.fields
        ]
        if self.geometry is not None:
            arrays.append(packed(part.wkb, pyarrow.binary()))
        return pyarrow.record_batch(arrays, schema=self._schema())

    def _column(self, each: VectorField, values: Sequence[object]) -> pyarrow.Array:
        kind = ARROW_TYPES[each.type]
        if values.count(None) == len(values):  # most columns of most layers
            return pyarrow.nulls(len(values), kind)
        values = of_type(values, each.type, each.source)
        if each.type == "text":
            values = [None if value is None else self._fitting(value) for value in values]
        return arrow_column(values, each.type)

    def _fitting(self, text: str) -> str:
        """A text as long as a Shapefile has room for, in signs that its encoding has."""
        if self.encoding == "UTF-8" and len(text) * LONGEST_UTF8_SIGN <= LONGEST_DBF_TEXT:
            return text
        raw = text.encode(self.encoding, "replace")
        short = raw[:LONGEST_DBF_TEXT].decode(self.encoding, "ignore")
        if short != text:
            self.shortened += 1
        return short


@dataclass(frozen=True)
class ReadBack:
    """What a file really holds.

    Parameters
    ----------
    ids
        Of the column that was written from `feature_id`, in order.
    points
        How many corners all shapes have; a closed ring's first one counts twice.
    """

    ids: list[str | None]
    texts: dict[str, list[object]]
    shapes: numpy.ndarray | None


def read_back(path: Path, layer: str | None, start: int, count: int) -> ReadBack:
    """Some rows of a file that was written, as any reader gets them: encoding and CRS by its own side files."""
    import pyogrio

    meta, _, shapes, columns = pyogrio.raw.read(
        path, layer=layer, skip_features=start, max_features=count, datetime_as_string=True
    )
    texts = {
        str(name): column.tolist()
        for name, column in zip(meta["fields"], columns, strict=True)
        if column.dtype == object
    }
    first = str(meta["fields"][0])
    return ReadBack(texts.get(first, []), texts, None if shapes is None else shapely.from_wkb(shapes))
