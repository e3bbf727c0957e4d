"""What every reader of an incoming file gives: where it comes from, and its features batch by batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import pyproj
import shapely

from geo.exchange.files.reading import short_name
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

BATCH = 10_000
"""Features in memory at a time."""

MOST_FIELDS = 500
"""That a file may have; every feature of a batch has a place for each of them."""


class TooManyFields(Exception):
    """A file has more than `MOST_FIELDS`; `in_words` names it."""


def check_fields(count: int) -> None:
    """See that there are not too many fields.

    Raises
    ------
    TooManyFields
    """
    if count > MOST_FIELDS:
        raise TooManyFields


@dataclass(frozen=True)
class Batch:
    """Some features of a file, in its own CRS with the easting or longitude first.

    Parameters
    ----------
    rows
        Of each feature, as findings name it.
    shapes
        Geometries, None where there is none.
    fields
        Columns by name, in the order of the file; all as long as `rows`.
    ids
        What the format itself calls each feature (the `id` of GeoJSON); None where it has no such thing.
    """

    rows: numpy.ndarray
    shapes: numpy.ndarray
    fields: dict[str, Sequence[object]]
    ids: Sequence[object] | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class Incoming:
    """A file that was recognised and opened.

    Parameters
    ----------
    driver
        What it is, in GDAL's words where it has one.
    layers
        All that can be read from it.
    layer
        The one that `batches` reads.
    crs
        As the file says; None where it does not.
    crs_from
        `file` where the file itself says, `format` where the format allows no other, `header` in a boundary-point file.
    encoding, encoding_from
        Of its texts; `format` where the format allows no other, `cpg`, `bom`, `declaration` or `content` where it was
        recognised by the texts themselves.
    batches
        Reads the features; each call begins anew.
    findings
        Filled on opening and while batches are read.
    outer_rings
        Which way outer rings are to run: `ccw` (RFC 7946), `cw` (boundary points), None where the format has no rule.
    kinds
        Of geometries that each layer may hold, as GDAL tells them, where the format tells them.
    open_axes
        Whether the file does not say which coordinate is east: columns X and Y mean either, by habit or by standard.
    """

    driver: str
    layers: tuple[str, ...]
    layer: str
    batches: Callable[[], Iterator[Batch]]
    crs: pyproj.CRS | None = None
    crs_from: str | None = None
    encoding: str | None = "UTF-8"
    encoding_from: str | None = "format"
    findings: FileFindings = field(default_factory=FileFindings)
    outer_rings: str | None = None
    open_axes: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)


def columns_of(rows: Sequence[dict[str, object]]) -> dict[str, list[object]]:
    """Records of different fields as columns, in the order in which the fields are first met.

    Raises
    ------
    TooManyFields
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    check_fields(len(names))
    return {name: [row.get(name) for row in rows] for name in names}


def not_named(path: Path, layer: str | None, layers: Sequence[str]) -> RefusedFile:
    message = N_("%(file)s 里没有名为“%(layer)s”的图层，有：%(known)s")
    return RefusedFile("no_layer", message, file=short_name(path), layer=layer, known=", ".join(layers))


def object_array(values: Sequence[object]) -> numpy.ndarray:
    """Values as an array of objects, whatever they are."""
    made = numpy.empty(len(values), dtype=object)
    made[:] = values
    return made


def flat(shapes: numpy.ndarray, findings: FileFindings) -> numpy.ndarray:
    """Geometries as layers keep them, without heights; that there were some is told once."""
    if shapely.has_z(shapes).any():
        tell_heights(findings)
    return shapely.force_2d(shapes)


def tell_heights(findings: FileFindings) -> None:
    if not findings.count("height_left_out"):
        findings.add("height_left_out", N_("几何带高程，只取平面坐标"))
