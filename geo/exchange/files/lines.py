"""Lines of any file, as raw tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas
import shapely

from geo.exchange.files.reading import short_name
from geo.exchange.files.sources import Sort, Table, tables
from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

LINES = Sort(
    types=("LineString", "MultiLineString"),
    no_layer=N_("%(file)s 里没有线图层"),
    not_named=N_("%(file)s 里没有名为“%(layer)s”的线图层，线图层有：%(known)s"),
    empty=N_("%(file)s 的图层 %(layer)s 里没有线"),
    osm_where="highway IS NOT NULL",
)

LineTable = Table
"""The lines of one layer as the file has them: its own fields, EPSG:4326, and what is worth saying."""


def line_tables(path: Path, layer: str | None = None, crs: str | None = None) -> Iterator[LineTable]:
    """Every layer of a file that has lines, or the one named.

    Parameters
    ----------
    crs
        Of a file that does not say its own.

    Raises
    ------
    InvalidFile
        If the file cannot be read, is of another format, has no lines or not that layer, or its CRS is not known.
    InvalidInput
        If `crs` is none.
    """
    empty: str | None = None
    has_lines = False
    for table in tables(path, LINES, layer, crs):
        found = _sound(path, table)
        if found.frame.empty:
            empty = empty or found.layer
            continue
        has_lines = True
        yield replace(found, frame=found.frame.reset_index(drop=True))
    if not has_lines:
        raise InvalidFile(LINES.empty, file=short_name(path), layer=empty)


def _sound(path: Path, table: LineTable) -> LineTable:
    """Lines only; one of a single place or a broken coordinate is left out."""
    frame = _outlines(table.frame) if table.driver == "DXF" else table.frame
    lines = frame[frame.geom_type.isin(LINES.types) & ~frame.geometry.is_empty]
    valid = lines[lines.is_valid]
    if len(valid) == len(lines):
        return replace(table, frame=valid)
    left_out = Remark(N_("%(file)s 有 %(count)s 条线无效，未用"), file=path.name, count=len(lines) - len(valid))
    return replace(table, frame=valid, remarks=(*table.remarks, left_out))


def _outlines(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """A drawing has no areas, only closed lines: a roundabout is one."""
    return frame.set_geometry(
        frame.geometry.where(~frame.geom_type.isin(("Polygon", "MultiPolygon")), shapely.boundary(frame.geometry.array))
    )
