"""OpenStreetMap, XML and PBF, through GDAL's driver; layers are called as GDAL calls them."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import numpy
import pyproj

from geo.exchange.files.incoming.gdal_layer import GdalLayer, Raw, plain, shapes_of
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, not_named
from geo.exchange.files.reading import short_name
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

KINDS = {
    "points": "Point",
    "lines": "LineString",
    "multilinestrings": "MultiLineString",
    "multipolygons": "MultiPolygon",
}
LARGEST = {".osm": 2**30, ".osm.pbf": 400 * 2**20}
"""It is read whole, since its driver cannot skip; a province has less."""


def open_osm(path: Path, staged: Path, layer: str | None, where: str | None) -> Incoming:
    """An OpenStreetMap file; by default its lines, since relations of several lines carry no names of their own.

    Parameters
    ----------
    where
        OGR SQL: what is read of it.

    Raises
    ------
    RefusedFile
        If it is too large or has no such layer.
    """
    most = LARGEST["".join(staged.suffixes)]
    if (size := path.stat().st_size) > most:
        message = N_("%(file)s 太大：%(size)s MB，最多 %(most)s MB")
        raise RefusedFile("too_large", message, file=short_name(path), size=size // 2**20, most=most // 2**20)
    if layer is not None and layer not in KINDS:
        raise not_named(path, layer, tuple(KINDS))
    findings = FileFindings()
    read = cache(partial(GdalLayer(path, staged, layer or "lines").read, where=where))
    return Incoming(
        "OSM", tuple(KINDS), layer or "lines", partial(_batches, read, findings), pyproj.CRS(STORED_CRS), "format",
        findings=findings, kinds=KINDS,
    )  # fmt: skip


def _batches(read: partial[Raw], findings: FileFindings) -> Iterator[Batch]:
    meta, _, geometry, columns = read()
    names = [str(name) for name in meta["fields"]]
    for start in range(0, 0 if geometry is None else len(geometry), BATCH):
        part = slice(start, start + BATCH)
        rows = numpy.arange(start + 1, start + len(geometry[part]) + 1)
        fields = {name: plain(column[part]) for name, column in zip(names, columns, strict=True)}
        yield Batch(rows, shapes_of(geometry[part], rows, findings), fields)
