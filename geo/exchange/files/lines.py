"""Lines of any file, as raw tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from geo.exchange.files.reading import short_name
from geo.exchange.files.sources import Sort, Table, given_crs, tables, to_degrees
from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

LINES = Sort(
    types=("LineString", "MultiLineString"),
    no_layer=N_("%(file)s 里没有线图层"),
    not_named=N_("%(file)s 里没有名为“%(layer)s”的线图层，线图层有：%(known)s"),
    empty=N_("%(file)s 的图层 %(layer)s 里没有线"),
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
    given = given_crs(crs)
    for table in tables(path, LINES, layer, crs):
        found = to_degrees(path, _sound(path, table), given)
        yield replace(found, frame=found.frame.reset_index(drop=True))


def _sound(path: Path, table: LineTable) -> LineTable:
    """Lines only; one of a single place or a broken coordinate is left out."""
    lines = table.frame[table.frame.geom_type.isin(LINES.types) & ~table.frame.geometry.is_empty]
    frame = lines[lines.is_valid]
    if frame.empty:
        raise InvalidFile(LINES.empty, file=short_name(path), layer=table.layer)
    if len(frame) == len(lines):
        return replace(table, frame=frame)
    left_out = Remark(N_("%(file)s 有 %(count)s 条线无效，未用"), file=path.name, count=len(lines) - len(frame))
    return replace(table, frame=frame, remarks=(*table.remarks, left_out))
