"""Streets of any road file, as a graph needs them: lines, one-way or not, names where there are any."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy
import pandas
import shapely

from geo.exchange.files import road_fields
from geo.exchange.files.lines import LineTable, line_tables
from geo.exchange.files.network import OSM_ERROR_M, OTHER_ERROR_M
from geo.exchange.files.reading import short_name
from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

ONEWAY_FIELDS = tuple("oneway ONEWAY Oneway one_way ONE_WAY 单行 单向 单行线 单行道".split())

ALONG = frozenset({"1", "yes", "true", "f", "ft"})
AGAINST = frozenset({"-1", "reverse", "t", "tf"})
"""Words of one-way fields: OpenStreetMap's, Geofabrik's and TeleAtlas' (from-to, to-from)."""


@dataclass(frozen=True)
class StreetFile:
    """The streets of a file, and how it was read.

    Parameters
    ----------
    streets
        Lines in EPSG:4326 with `oneway` (1 along the line, -1 against it, 0 both ways), `name`, `aliases`, `error_m`
        (NaN where the file has none), `road_class` and `structure` (`bridge`, `tunnel` or None).
    oneway_field
        The one taken; None where the file has none.
    default_error_m
        Assumed of streets without an error of their own.
    """

    streets: geopandas.GeoDataFrame
    layer: str
    oneway_field: str | None
    default_error_m: float
    remarks: tuple[Remark, ...]


def read_streets(path: Path, *, oneway_field: str | None = None) -> StreetFile:
    """The lines of a file of any format that we read, with or without names.

    Of several layers the one with the most names of roads is taken; without any names, the one with the most lines.

    Parameters
    ----------
    oneway_field
        By default the one that is called so.

    Raises
    ------
    InvalidFile
        If the file cannot be read, or has no such field.
    """
    tables = [road_fields.roads_only(road_fields.with_tags(table)) for table in line_tables(path)]
    if oneway_field is not None:
        tables = _with_field(path, tables, oneway_field)
    named = [(table, road_fields.find_name_field(table.frame)) for table in tables]
    table, name = max(named, key=lambda item: (item[1][1] if item[1] else 0, len(item[0].frame)))
    remarks = list(table.remarks)
    if len(tables) > 1:
        message = N_("%(file)s 有 %(count)s 个线图层，用的是 %(layer)s")
        remarks.append(Remark(message, file=path.name, count=len(tables), layer=table.layer))
    frame = table.frame
    if table.driver == "OSM":  # its lines are whole roads, which meet at nodes in their middles
        frame = cut_at_shared_vertices(frame)
        remarks.append(Remark(N_("%(file)s 是 OpenStreetMap 数据，道路在共用的节点处相通"), file=path.name))
    oneway_field = oneway_field or next((each for each in ONEWAY_FIELDS if each in frame.columns), None)
    is_osm = bool({"osm_id", "osmid", "highway", "fclass"} & set(frame.columns))
    return StreetFile(
        _standard(frame, name[0] if name else None, oneway_field),
        table.layer,
        oneway_field,
        OSM_ERROR_M if is_osm else OTHER_ERROR_M,
        tuple(remarks),
    )


def cut_at_shared_vertices(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Ways of OpenStreetMap cut at the nodes that several of them share: there they meet, and nowhere else."""
    lines, row = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    coordinates = shapely.get_coordinates(lines)
    first = numpy.concatenate([[0], numpy.cumsum(shapely.get_num_points(lines))])
    _, place, count = numpy.unique(coordinates[:, 0] + 1j * coordinates[:, 1], return_inverse=True, return_counts=True)
    is_end = numpy.zeros(len(coordinates), dtype=bool)
    is_end[first[:-1]] = is_end[first[1:] - 1] = True
    cuts = numpy.flatnonzero((count[place] > 1) & ~is_end)
    # A vertex where a way is cut is the end of one piece and the beginning of the next.
    repeats = numpy.ones(len(coordinates), dtype=int)
    repeats[cuts] = 2
    piece = numpy.repeat(numpy.cumsum(_is_begin(first, len(coordinates))) - 1, repeats)
    again = numpy.cumsum(repeats)[cuts] - 1
    begins = numpy.zeros(len(piece), dtype=int)
    begins[again] = 1
    number = piece + numpy.cumsum(begins)
    pieces = shapely.linestrings(numpy.repeat(coordinates, repeats, axis=0), indices=number)
    _, at = numpy.unique(number, return_index=True)
    return frame.iloc[row[piece[at]]].reset_index(drop=True).set_geometry(pieces, crs=frame.crs)


def _is_begin(first: numpy.ndarray, count: int) -> numpy.ndarray:
    """Whether each vertex begins a line."""
    found = numpy.zeros(count, dtype=int)
    found[first[:-1]] = 1
    return found


def _with_field(path: Path, tables: Sequence[LineTable], field: str) -> list[LineTable]:
    having = [table for table in tables if field in table.frame.columns]
    if not having:
        names = dict.fromkeys(str(name) for table in tables for name in table.frame.columns if name != "geometry")
        message = N_("%(file)s 里没有字段 %(field)s，有：%(known)s")
        raise InvalidFile(message, file=short_name(path), field=field, known=", ".join(names))
    return having


def _standard(
    frame: geopandas.GeoDataFrame, name_field: str | None, oneway_field: str | None
) -> geopandas.GeoDataFrame:
    columns = road_fields.standard_columns(frame, name_field or "")
    kept = {
        name: pandas.Series(columns[name], dtype=object) for name in ("name", "aliases", "road_class", "structure")
    } | {"error_m": columns["error_m"]}
    kept["oneway"] = directions(frame[oneway_field]) if oneway_field else numpy.zeros(len(frame), dtype=numpy.int8)
    return geopandas.GeoDataFrame(kept, geometry=frame.geometry.array, crs=frame.crs)


def directions(values: pandas.Series) -> numpy.ndarray:
    """What a one-way field says of each line: 1 along it, -1 against it, 0 both ways."""
    meant = {value: _direction(value) for value in values.dropna().unique()}
    return numpy.array([meant.get(value, 0) for value in values], dtype=numpy.int8)


def _direction(value: object) -> int:
    if isinstance(value, float) and math.isfinite(value):
        value = f"{value:g}"
    word = str(value).strip().lower()
    return 1 if word in ALONG else -1 if word in AGAINST else 0
