"""Layers written through GDAL batch by batch: GeoPackage and Shapefile; memory holds one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from geo.exchange.files.reading import shown
from geo.exchange.geojson import Part
from geo.model.errors import InvalidFile, N_
from geo.model.layer import FieldType

ROWS = 2_000
"""Features written at a time."""

LONGEST_DBF_TEXT = 254
LARGEST_DBF_NUMBER = 10**17


@dataclass(frozen=True)
class VectorField:
    """A column of the file.

    Parameters
    ----------
    name
        In the file.
    source
        Of the value in a feature's properties; `feature_id` is its id.
    """

    name: str
    source: str
    type: FieldType


@dataclass
class VectorWriter:
    """Writes features as one layer of a file.

    Parameters
    ----------
    path
        The GeoPackage, or the .shp.
    driver
        `GPKG` or `ESRI Shapefile`.
    geometry
        The layer's type of geometry; None for a plain table.
    crs
        EPSG code of the coordinates; lon or easting first, as GDAL's drivers write them.
    encoding
        Of a Shapefile's texts.

    Attributes
    ----------
    rows
        Written so far.
    shortened
        Texts that a Shapefile has no room for, and signs that its encoding has not.
    """

    path: Path
    driver: str
    layer: str
    fields: Sequence[VectorField]
    geometry: str | None
    crs: str
    encoding: str = "UTF-8"
    options: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    shortened: int = 0
    _begun: bool = False
    _waiting: list[tuple[str, bytes | None, Mapping[str, object]]] = field(default_factory=list)

    def add(self, part: Part) -> None:
        _, ids, wkb, properties = part
        self._waiting += zip(ids, wkb, properties, strict=True)
        if len(self._waiting) >= ROWS:
            self._write()

    def finish(self) -> None:
        """Write what is left; an empty layer has its columns all the same."""
        if self._waiting or not self._begun:
            self._write()

    def _write(self) -> None:
        shapes = None
        if self.geometry is not None:
            shapes = numpy.array([wkb for _, wkb, _ in self._waiting] or [], dtype=object)
        columns, masks = self._columns()
        try:
            pyogrio.raw.write(
                self.path, shapes, columns, numpy.array([each.name for each in self.fields], dtype=object),
                field_mask=masks, layer=self.layer, driver=self.driver, geometry_type=self._geometry_type(),
                crs=self.crs if self.geometry is not None else None, append=self._begun,
                encoding=self.encoding if self.driver == "ESRI Shapefile" else None,
                promote_to_multi=self._geometry_type() is not None and self._geometry_type().startswith("Multi"),
                dataset_options={"VERSION": "1.2"} if self.driver == "GPKG" and not self.path.exists() else None,
                layer_options=None if self._begun else dict(self.options),
            )  # fmt: skip
        except (DataSourceError, DataLayerError, FieldError, GeometryError, RuntimeError, UnicodeError) as fault:
            message = N_("不能写文件 %(file)s：%(reason)s")
            raise InvalidFile(message, file=self.path.name, reason=shown(fault)) from fault
        self._begun = True
        self.rows += len(self._waiting)
        self._waiting = []

    def _geometry_type(self) -> str | None:
        """A layer of several parts may hold single ones; a Shapefile makes no difference."""
        if self.geometry is None:
            return None
        return self.geometry.removeprefix("Multi") if self.driver == "ESRI Shapefile" else self.geometry

    def _columns(self) -> tuple[list[numpy.ndarray], list[numpy.ndarray | None]]:
        made = [self._column(each) for each in self.fields]
        return [values for values, _ in made], [mask for _, mask in made]

    def _column(self, each: VectorField) -> tuple[numpy.ndarray, numpy.ndarray | None]:
        values = [
            feature_id if each.source == "feature_id" else properties.get(each.source)
            for feature_id, _, properties in self._waiting
        ]
        missing = numpy.array([value is None for value in values], dtype=bool)
        if each.type == "integer":
            return numpy.array([0 if value is None else int(value) for value in values], dtype=numpy.int64), missing
        if each.type == "number":
            return numpy.array([numpy.nan if value is None else float(value) for value in values]), None
        if each.type == "boolean":
            return numpy.array([bool(value) for value in values], dtype=bool), missing
        if each.type == "date":
            days = numpy.array(["NaT" if value is None else str(value)[:10] for value in values], dtype="M8[D]")
            return days, None
        texts = [None if value is None else self._fitting(str(value)) for value in values]
        column = numpy.empty(len(texts), dtype=object)
        column[:] = texts
        return column, None

    def _fitting(self, text: str) -> str:
        """A text as long as a Shapefile has room for, in signs that its encoding has."""
        if self.driver != "ESRI Shapefile":
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
