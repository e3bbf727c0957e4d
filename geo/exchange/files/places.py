"""Places of any file: points or areas with their own fields, tables with coordinates among them.

A row without a position stays: what cannot be placed is to be listed, not dropped.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas
import pandas
import shapely

from geo.exchange.files.reading import short_name
from geo.exchange.files.sources import Sort, Table, tables
from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

PLACES = Sort(
    types=("Point", "MultiPoint", "Polygon", "MultiPolygon"),
    no_layer=N_("%(file)s 里没有点或面图层"),
    not_named=N_("%(file)s 里没有名为“%(layer)s”的点或面图层，有：%(known)s"),
    empty=N_("%(file)s 的图层 %(layer)s 里没有点或面"),
)
"""OpenStreetMap has no schools with seats and no homes with pupils."""


@dataclass(frozen=True)
class PlaceFile:
    """The places of a file.

    Parameters
    ----------
    places
        The file's own fields; points and areas in EPSG:4326, None where a row has no position. The index is the number
        of the row, from 1; in a table of cells the header is row 1.
    """

    path: Path
    layer: str
    places: geopandas.GeoDataFrame
    remarks: tuple[Remark, ...] = ()

    @property
    def fields(self) -> list[str]:
        return [str(name) for name in self.places.columns if name != self.places.geometry.name]


def read_places(path: Path, *, layer: str | None = None) -> PlaceFile:
    """The points or areas of a file of any format that we read, but for OpenStreetMap's.

    Parameters
    ----------
    layer
        By default the one with the most places; of a workbook the first sheet with coordinates.

    Raises
    ------
    InvalidFile
        If the file cannot be read, is of another format, or has no places or not that layer.
    """
    found = list(tables(path, PLACES, layer))
    best = max(found, key=lambda table: len(table.frame))
    if len(found) > 1:
        message = N_("%(file)s 有 %(count)s 个点或面图层，用的是 %(layer)s")
        told = Remark(message, file=path.name, count=len(found), layer=best.layer)
        best = replace(best, remarks=(*best.remarks, told))
    return _sound(path, best)


def _sound(path: Path, table: Table) -> PlaceFile:
    """Points and areas; a shape of another kind is an error, one without a coordinate is no position."""
    frame = table.frame
    if frame.empty:
        raise InvalidFile(PLACES.empty, file=short_name(path), layer=table.layer)
    shapes = frame.geometry
    has_shape = pandas.Series(~shapely.is_missing(shapes.array) & ~shapely.is_empty(shapes.array), shapes.index)
    other = has_shape & ~shapes.geom_type.isin(PLACES.types)
    if other.any():
        message = N_("%(file)s 第 %(row)s 行的 %(field)s 应为点或面，现为 %(given)s")
        row = other.idxmax()
        given = shapes[row].geom_type
        raise InvalidFile(message, file=short_name(path), row=row, field="geometry", given=given)
    return PlaceFile(path, table.layer, frame.set_geometry(shapes.where(has_shape, None)), table.remarks)
