"""A layer of a file as GDAL reads it: values as they are written, shapes mended where they can be, faults in words."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.exchange.files.incoming.parts import object_array
from geo.exchange.files.incoming.wkb_kinds import COLLECTION, CURVED, kinds_in
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

Raw = tuple[dict, numpy.ndarray, numpy.ndarray, Sequence[numpy.ndarray]]

pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "0.5"})
"""Degrees of an arc that GDAL draws as one chord, which so leaves it by a hundred-thousandth of the radius."""

INTEGERS = ("int8", "int16", "int32", "int64")
EXACT = 2**53
"""From here on a float does not hold every whole number."""

STAGED = re.compile(r"'?[^\s']*[\\/](layer|inner)\.[\w.]+'?")
"""The private copy of a file, as GDAL names it."""


@contextmanager
def gdal_faults(path: Path) -> Iterator[None]:
    """GDAL's complaints as one sentence; its warnings about single fields or rows stay unsaid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnicodeDecodeError:
        message = N_("%(file)s 的文字编码有误，应为 UTF-8")
        raise RefusedFile("undecodable_text", message, file=short_name(path)) from None
    except (
        DataSourceError, DataLayerError, shapely.errors.GEOSException, pyproj.exceptions.CRSError, RuntimeError,
        ValueError,
    ) as fault:  # fmt: skip
        message = N_("%(file)s 读不出来：%(reason)s")
        reason = STAGED.sub(path.name, str(fault))
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(reason)) from None


@dataclass(frozen=True)
class GdalLayer:
    """A layer to be read.

    Parameters
    ----------
    path
        The file as people name it.
    staged
        Where GDAL sees it.
    layer
        None for the only one.
    """

    path: Path
    staged: Path
    layer: str | None = None

    @property
    def _encoding(self) -> str | None:
        """Texts of a Shapefile are read byte by byte: what they are in is not known before."""
        return "ISO-8859-1" if self.staged.suffix == ".shp" else None

    def info(self) -> dict:
        """What GDAL says of it without reading its features."""
        with gdal_faults(self.path):
            return pyogrio.read_info(self.staged, layer=self.layer, encoding=self._encoding)

    def read(
        self, start: int = 0, most: int | None = None, *, where: str | None = None, geometry: bool = True,
        columns: Sequence[str] | None = None,
    ) -> Raw:  # fmt: skip
        """Some features: what GDAL says of them, nothing, WKB, columns (all by default)."""
        with gdal_faults(self.path):
            return pyogrio.raw.read(
                self.staged, layer=self.layer, encoding=self._encoding, force_2d=True, skip_features=start,
                max_features=most, where=where, read_geometry=geometry, datetime_as_string=True, columns=columns,
            )  # fmt: skip

    def columns(
        self, start: int, most: int, wanted: Sequence[str] | None
    ) -> tuple[int, numpy.ndarray | None, Mapping[str, Sequence[object]]]:
        """How many features there are from `start` on, `most` at the most, their WKB, and columns by name."""
        meta, _, geometry, read = self.read(start, most, columns=wanted)
        count = len(read[0]) if len(read) else 0 if geometry is None else len(geometry)
        named = zip(map(str, meta["fields"]), meta["dtypes"], read, strict=True)
        columns = {
            name: self._whole_numbers(name, column, start, most) if kind in INTEGERS else column
            for name, kind, column in named
        }
        return count, geometry, columns

    def _whole_numbers(self, name: str, column: numpy.ndarray, start: int, most: int) -> numpy.ndarray:
        """Whole numbers among which some are missing: GDAL's reader makes floats of them, which hold no 17 digits."""
        if column.dtype.kind != "f":
            return column
        if (numpy.abs(column) >= EXACT).any():
            _, table = pyogrio.raw.read_arrow(
                self.staged, layer=self.layer, encoding=self._encoding, columns=[name], read_geometry=False,
                skip_features=start, max_features=most,
            )  # fmt: skip
            return object_array(table.column(name).to_pylist())
        return object_array([None if value != value else int(value) for value in column.tolist()])


def shapes_of(wkb: numpy.ndarray | None, rows: numpy.ndarray, findings: FileFindings) -> numpy.ndarray:
    if wkb is None:
        return numpy.full(len(rows), None, dtype=object)
    with numpy.errstate(invalid="ignore"):  # GEOS compares NaN; the findings tell of it
        shapes = _made(wkb)
    for place in numpy.flatnonzero((wkb != None) & (shapes == None)):  # noqa: E711 - element by element
        row = int(rows[place])
        if not CURVED.isdisjoint(kinds_in(wkb[place])):
            findings.add("invalid_geometry", N_("几何里有圆弧，读不出来"), row=row, field="geometry")
            continue
        with numpy.errstate(invalid="ignore"):
            shapes[place] = shapely.from_wkb(wkb[place], on_invalid="fix")
        if shapes[place] is not None and not numpy.isfinite(shapely.get_coordinates(shapes[place])).all():
            continue  # a ring with a coordinate that is none is never closed; the checks tell it
        code = "invalid_geometry" if shapes[place] is None else "unclosed_ring"
        message = N_("几何读不出来") if shapes[place] is None else N_("环没有闭合，已补上首点")
        findings.add(code, message, row=row, field="geometry")
    return shapes


def _made(wkb: numpy.ndarray) -> numpy.ndarray:
    """Shapes that can be made; not those with arcs, which shapely refuses, or holds in collections and cannot use."""
    try:
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        straight = [each if each is None or CURVED.isdisjoint(kinds_in(each)) else None for each in wkb]
        shapes = shapely.from_wkb(object_array(straight), on_invalid="ignore")
    for place in numpy.flatnonzero(shapely.get_type_id(shapes) == COLLECTION):
        if not CURVED.isdisjoint(kinds_in(wkb[place])):
            shapes[place] = None
    return shapes


def plain(column: numpy.ndarray | list[object]) -> list[object]:
    """Values as Python has them; NaN of a number and NaT of a date are None."""
    if isinstance(column, list):
        return column
    if column.dtype.kind == "f":
        return [None if value != value else value for value in column.tolist()]
    if column.dtype.kind == "M":
        return [None if value is None else str(value)[:10] for value in column.astype("M8[D]").tolist()]
    return [None if value != value else value for value in column.tolist()]
