"""A road network from any file of lines: which layer, which field holds the names, and what else it says of a road."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy
import pandas

from geo.exchange.files import road_fields
from geo.exchange.files.lines import LineTable, line_tables
from geo.exchange.files.reading import short_name
from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

OSM_ERROR_M = 15.0
"""Assumed of OpenStreetMap's roads in Chinese cities: traced from images that lie within this of one another."""

OTHER_ERROR_M = 30.0
"""Assumed of a file that says nothing of its accuracy."""


@dataclass(frozen=True)
class NetworkFile:
    """The roads of a file, and how it was read.

    Parameters
    ----------
    roads
        Lines in EPSG:4326 with `name`, `aliases` (joined by 、), `error_m`, `width_m`, `lanes`, `road_class` (words of
        OpenStreetMap's `highway`), `oneway`, `structure` (`bridge`, `tunnel` or None), `level`, `roundabout`; what the
        file does not say is None or NaN. Roads without a name are there too: they close blocks.
    layer, name_field
        Which ones were taken.
        `error_m` includes what the shift from an old datum, which is not known, can be.
    default_error_m
        Assumed of roads without an error of their own; the same.
    remarks
        Choices and doubts of the reading.
    """

    roads: geopandas.GeoDataFrame
    layer: str
    name_field: str
    default_error_m: float
    remarks: tuple[Remark, ...]


def read_network(
    path: Path, *, layer: str | None = None, name_field: str | None = None, crs: str | None = None
) -> NetworkFile:
    """The roads of a file of any format that we read.

    Parameters
    ----------
    layer
        By default the layer with lines whose names look most like names of roads.
    name_field
        By default the field whose values do.
    crs
        Of a file that does not say its own.

    Raises
    ------
    InvalidFile
        If the file cannot be read, or has no such layer or field, or none that holds names of roads.
    InvalidInput
        If `crs` is none.
    """
    tables = [road_fields.roads_only(road_fields.with_tags(table)) for table in line_tables(path, layer, crs)]
    table, chosen = _best(path, tables, name_field)
    columns = road_fields.standard_columns(table.frame, chosen)
    columns["error_m"] = numpy.hypot(columns["error_m"], table.datum_error_m)
    texts = {name: pandas.Series(columns[name], dtype=object) for name in road_fields.TEXTS}
    roads = geopandas.GeoDataFrame(columns | texts, geometry=table.frame.geometry.array, crs=table.frame.crs)
    remarks = [*table.remarks]
    if len(tables) > 1:
        message = N_("%(file)s 有 %(count)s 个线图层，用的是 %(layer)s")
        remarks.append(Remark(message, file=path.name, count=len(tables), layer=table.layer))
    is_osm = bool({"osm_id", "osmid", "highway", "fclass"} & set(table.frame.columns))
    assumed_m = math.hypot(OSM_ERROR_M if is_osm else OTHER_ERROR_M, table.datum_error_m)
    return NetworkFile(roads, table.layer, chosen, assumed_m, tuple(remarks))


def _best(path: Path, tables: Sequence[LineTable], name_field: str | None) -> tuple[LineTable, str]:
    """The table and the field with the most names of roads; the first of equals."""
    if name_field is not None:
        having = [table for table in tables if name_field in table.frame.columns]
        if not having:
            message = N_("%(file)s 里没有字段 %(field)s，有：%(known)s")
            raise InvalidFile(message, file=short_name(path), field=name_field, known=_fields(tables))
        return max(having, key=lambda table: road_fields.count_names(table.frame[name_field])), name_field
    found = [(table, *best) for table in tables if (best := road_fields.find_name_field(table.frame)) is not None]
    if not found:
        message = N_("%(file)s 里认不出哪个字段是路名，请指明；字段有：%(known)s")
        raise InvalidFile(message, file=short_name(path), known=_fields(tables))
    table, field, _ = max(found, key=lambda item: item[2])
    return table, field


def _fields(tables: Sequence[LineTable]) -> str:
    names = dict.fromkeys(str(name) for table in tables for name in table.frame.columns if name != "geometry")
    return ", ".join(names)
