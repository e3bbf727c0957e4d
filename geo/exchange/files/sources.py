"""Layers of any file that we read as whole tables in EPSG:4326, through the readers of files that are taken in."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy
import pandas
import pyproj
import shapely

from geo.exchange.files.incoming.gdal_file import may_hold
from geo.exchange.files.incoming.in_crs import OLD_DATUM_M, InCrs, given_crs, in_words, is_of_old_datum, with_crs
from geo.exchange.files.incoming.opening import Options, open_incoming
from geo.exchange.files.incoming.parts import Incoming
from geo.exchange.files.reading import short_name
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidFile, N_
from geo.model.file_finding import RefusedFile
from geo.model.remark import Remark

FATAL = frozenset(
    "not_a_number not_geojson non_finite truncated no_crs out_of_range undecodable_text too_few_points"
    " invalid_geometry no_coordinates".split()
)
"""Findings with which a file cannot be computed from."""

BROKEN_SHAPES = frozenset({"too_few_points", "invalid_geometry"})
BINARY = frozenset({"GPKG", "FlatGeobuf", "ESRI Shapefile", "OSM", "DXF", "Parquet"})
"""Formats that nobody can correct by row: a shape that cannot be read is none, and that is said."""

UNSAID = frozenset({"several_layers", "duplicate_key"})
"""Findings that are told better by who chooses, or do not matter here."""

ONE_ALONE = ("OSM", "XLSX", "DXF")
"""Formats of which one layer is read: the lines, the first sheet with coordinates, the whole drawing."""

TEXTUAL = frozenset({"CSV", "TSV", "XLSX", "KML"})
"""Formats in which a number may stand as a text."""

WITH_IDS = frozenset({"GeoJSON", "GeoJSONSeq", "DXF"})
"""Formats in which somebody chose the ids; in KML a program does."""

NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
"""As a table writes it; a longer one, or one that begins with 0, is a code."""

MAX_LATITUDE, MAX_LONGITUDE = 90.0, 180.0


@dataclass(frozen=True)
class Sort:
    """What is looked for in a file, and the words that tell its absence.

    Parameters
    ----------
    types
        Of geometries.
    no_layer, not_named, empty
        Messages: no such layer in the file; none of that name; a layer without any.
    osm_where
        What of OpenStreetMap is of the sort, in OGR SQL; None where nothing of it is.
    """

    types: tuple[str, ...]
    no_layer: str
    not_named: str
    empty: str
    osm_where: str | None = None


@dataclass(frozen=True)
class Table:
    """One layer as the file has it: its own fields, EPSG:4326, and what is worth saying.

    Parameters
    ----------
    frame
        The index is the number of the row as people count it: of the feature, or of the line of a table.
    datum_error_m
        By how much all of it may be off, because the shift from its datum is not known.
    """

    layer: str
    frame: geopandas.GeoDataFrame
    remarks: tuple[Remark, ...] = ()
    driver: str = ""
    datum_error_m: float = 0.0


def tables(path: Path, sort: Sort, layer: str | None = None, crs: str | None = None) -> Iterator[Table]:
    """Every layer of a file that may hold the sort, or the one named.

    Parameters
    ----------
    crs
        Of a file that does not say its own.

    Raises
    ------
    InvalidFile
        If the file cannot be read, is of another format, has no such layer, or its CRS is not known.
    InvalidInput
        If `crs`, of a file that does not say its own, is none.
    """
    given = given_crs(crs)
    options = Options(layer, kinds=sort.types, osm_where=sort.osm_where)
    with tempfile.TemporaryDirectory(prefix="atlas-", ignore_cleanup_errors=True) as folder:
        for incoming in _layers(path, Path(folder), sort, options):
            with in_words(path):
                yield _table(path, incoming, sort, given)


def _layers(path: Path, folder: Path, sort: Sort, options: Options) -> Iterator[Incoming]:
    """The layers of a file that may hold the sort, opened one after the other; each stays open till the next."""
    first = _opened(path, folder, sort, options)
    if first.driver == "OSM" and sort.osm_where is None:
        raise InvalidFile(sort.no_layer, file=short_name(path))
    if options.layer is not None or first.driver in ONE_ALONE:
        yield first
        return
    names = [name for name in first.layers if may_hold(first.kinds.get(name), sort.types)]
    for number, name in enumerate(names):
        if name == first.layer:
            yield first
            continue
        (own := folder / str(number)).mkdir()
        yield _opened(path, own, sort, Options(name, kinds=sort.types))


def _opened(path: Path, folder: Path, sort: Sort, options: Options) -> Incoming:
    try:
        with in_words(path):
            return open_incoming(path, folder, options)
    except RefusedFile as fault:
        if fault.code != "no_layer":
            raise
        if "layer" in fault.params:
            raise InvalidFile(sort.not_named, **fault.params) from None
        raise InvalidFile(sort.no_layer, **fault.params) from None


def _table(path: Path, incoming: Incoming, sort: Sort, given: pyproj.CRS | None) -> Table:
    own = incoming.crs if incoming.crs_from == "file" else None
    if given is not None and own is not None and not own.equals(given, ignore_axis_order=True):
        message = N_("%(file)s 自带坐标系 %(own)s，与指定的 %(given)s 不同")
        raise InvalidFile(message, file=short_name(path), own=own.name, given=given.name)
    file = with_crs(incoming, given, None)
    rows, columns, shapes = _read(file)
    remarks = _told(path, file)
    named = {name: _typed(cells, incoming.driver) for name, cells in columns.items() if name != "geometry"}
    table = pandas.DataFrame(named, index=range(len(rows)))
    geometry = geopandas.GeoSeries(file.in_degrees()(shapes), crs=STORED_CRS)
    types = (*sort.types, "Polygon") if incoming.driver == "DXF" else sort.types
    if not _in_degrees(geometry[geometry.geom_type.isin(types)]):  # notes at the origin of a drawing do not matter
        raise InvalidFile(N_("%(file)s 的坐标超出经纬度范围，坐标系可能有误"), file=short_name(path))
    frame = geopandas.GeoDataFrame(table, geometry=geometry).set_axis(pandas.Index(rows, name="row"))
    datum_error_m = OLD_DATUM_M if is_of_old_datum(file.crs) else 0.0
    return Table(incoming.layer, frame, remarks, incoming.driver, datum_error_m)


def _read(file: InCrs) -> tuple[numpy.ndarray, dict[str, list[object]], numpy.ndarray]:
    """All rows with their fields and shapes; `id` of a GeoJSON feature is a field where there is none of that name."""
    rows: list[numpy.ndarray] = []
    shapes: list[numpy.ndarray] = []
    columns: dict[str, list[object]] = {}
    count = 0
    for batch in file.batches():
        fields = batch.fields
        if batch.ids is not None and "id" not in fields and file.incoming.driver in WITH_IDS:
            fields = {**fields, "id": batch.ids}
        for name, cells in fields.items():
            columns.setdefault(name, [None] * count).extend(cells)
        count += len(batch)
        for cells in columns.values():
            cells.extend([None] * (count - len(cells)))
        rows.append(batch.rows)
        shapes.append(batch.shapes)
    if not rows:
        return numpy.empty(0, dtype=int), columns, numpy.empty(0, dtype=object)
    return numpy.concatenate(rows), columns, numpy.concatenate(shapes)


def _typed(cells: Sequence[object], driver: str) -> pandas.Series:
    """Cells as numbers where all of them are; in a table of texts such a text as 007 stays one."""
    given = [cell for cell in cells if cell is not None]
    if not given:
        return pandas.Series(cells, dtype=object)
    if all(isinstance(cell, bool) for cell in given):
        return pandas.Series(cells, dtype=bool if len(given) == len(cells) else object)
    if driver in TEXTUAL and all(NUMBER.fullmatch(cell) if isinstance(cell, str) else True for cell in given):
        cells = [float(cell) if isinstance(cell, str) else cell for cell in cells]
    elif not all(isinstance(cell, int | float) for cell in given):
        return pandas.Series(cells, dtype=object)
    if not all(cell is None or _is_number(cell) for cell in cells):
        return pandas.Series(cells, dtype=object)
    is_whole = all(cell is None or (float(cell).is_integer() and abs(cell) < 2**53) for cell in cells)
    if is_whole and (driver in TEXTUAL or all(isinstance(cell, int) for cell in given)):
        return pandas.Series(cells, dtype="Int64" if len(given) < len(cells) else "int64")
    return pandas.Series([numpy.nan if cell is None else float(cell) for cell in cells], dtype=float)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _told(path: Path, file: InCrs) -> tuple[Remark, ...]:
    """What is worth saying of a file that was read to its end.

    Raises
    ------
    InvalidFile
        The first thing with which it cannot be used.
    """
    said: set[str] = set()
    remarks = []
    is_binary = file.incoming.driver in BINARY
    for finding in file.findings:
        if finding.code in FATAL and not (is_binary and finding.code in BROKEN_SHAPES):
            told = finding.in_file(short_name(path))
            raise InvalidFile(told.message, **told.params)
        if finding.code in UNSAID or finding.code in said:
            continue
        said.add(finding.code)
        remarks.append(finding.in_file(path.name))
    return tuple(remarks)


def _in_degrees(shapes: geopandas.GeoSeries) -> bool:
    if (shapely.is_missing(shapes.array) | shapely.is_empty(shapes.array)).all():
        return True
    west, south, east, north = shapes.total_bounds
    return bool(-MAX_LONGITUDE <= west <= east <= MAX_LONGITUDE and -MAX_LATITUDE <= south <= north <= MAX_LATITUDE)
