"""Shapes in the cells of a table: WKT, and how PostGIS writes them, EWKT and WKB in hexadecimal digits."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy
import pyproj
import shapely

from geo.exchange.files.incoming.wkb_kinds import is_deep
from geo.exchange.wkt import shape_of_wkt
from geo.model.errors import N_
from geo.model.file_finding import RefusedFile

STATED = re.compile(r"\s*SRID\s*=\s*(\d{1,7})\s*;", re.IGNORECASE)
HEXADECIMAL = re.compile(r"(?:\\x|0x)?(0[01](?:[0-9a-f]{2}){8,})", re.IGNORECASE)
"""With the sign that databases put before bytes, or without."""

LOOKED_AT = 1_000
"""Rows at the top of a table among which the first shape tells the CRS."""


@dataclass(frozen=True)
class CellShape:
    """What a cell holds.

    Parameters
    ----------
    shape
        None where it cannot be read.
    srid
        The EPSG code that stands with it; None where there is none.
    """

    shape: shapely.Geometry | None
    srid: int | None = None


def shape_in(text: str) -> CellShape:
    """The shape that a text is, and the code of its CRS."""
    with numpy.errstate(all="ignore"):  # what is not finite is told by the checks
        return _read(text)


def _read(text: str) -> CellShape:
    try:
        if packed := HEXADECIMAL.fullmatch(text.strip()):
            return _from_wkb(bytes.fromhex(packed[1]))
        stated = STATED.match(text)
        shape = shape_of_wkt(text[stated.end() :] if stated else text)
    except (NotImplementedError, shapely.errors.ShapelyError):  # of curves
        return CellShape(None)
    return CellShape(shape, int(stated[1]) or None if stated else None)


def _from_wkb(wkb: bytes) -> CellShape:
    if is_deep(wkb):
        return CellShape(None)
    shape = shapely.from_wkb(wkb)
    return CellShape(shapely.set_srid(shape, 0), int(shapely.get_srid(shape)) or None)


def stated_crs(rows: Iterable[Sequence[object]], place: int, file: str) -> pyproj.CRS | None:
    """The CRS that stands with the first shape of a column; None where it has none.

    Parameters
    ----------
    place
        Of the column.
    file
        As people name it.

    Raises
    ------
    RefusedFile
        If nobody knows that CRS.
    """
    for row, _ in zip(rows, range(LOOKED_AT), strict=False):
        cell = row[place] if place < len(row) else None
        found = shape_in(cell) if isinstance(cell, str) else CellShape(None)
        if found.shape is None:
            continue
        if found.srid is None:
            return None
        try:
            return pyproj.CRS.from_epsg(found.srid)
        except pyproj.exceptions.CRSError:
            message = N_("%(file)s 的坐标系 %(crs)s 不认识")
            raise RefusedFile("unknown_crs", message, file=file, crs=f"SRID={found.srid}") from None
    return None
