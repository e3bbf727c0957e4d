"""A file that was opened, with its CRS known as far as the user, the file and its coordinates tell it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import pyproj
import shapely

from geo.exchange.files.incoming.guessing import Guess, guessed, is_of_other_zone, is_plausible, zone_digits, zones_of
from geo.exchange.files.incoming.parts import MOST_FIELDS, Batch, Incoming, TooManyFields, check_fields
from geo.exchange.files.reading import short_name, shown
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.file_finding import FileFindings, RefusedFile

SAMPLE = 2_000
"""Points that tell the CRS."""

OLD_RADII_M = (6378245.0, 6378140.0)
"""Semi-major axes of Krassowsky 1940 (Beijing 1954, New Beijing) and IAG 1975 (Xian 1980). Only the surveying offices
have exact parameters from these to CGCS2000."""

OLD_DATUM_M = 130.0
"""How far places may be off whose datum shift is left out. Beijing 1954: at most 109 m, by each of EPSG's six
transformations to WGS 84 (15918-15921, 15935, 15936) all over China. Xian 1980, of which EPSG has none: map sheets move
by -9 to +43 m north and +76 to +119 m east, as the state's surveying bureau told at the start of CGCS2000: 127 m."""

UNREADABLE = (
    ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError, OSError, MemoryError, EOFError,
    shapely.errors.ShapelyError, pyproj.exceptions.ProjError,
)  # fmt: skip
"""What the libraries raise over a file that is none of the kind that it seems to be."""


@dataclass
class InCrs:
    """A file that can be read, with its CRS known as far as it can be.

    Parameters
    ----------
    crs
        None where it cannot be known: nothing can be taken over then.
    swapped
        Whether the two coordinates of each point are to change places.
    """

    incoming: Incoming
    crs: pyproj.CRS | None
    crs_from: str | None
    swapped: bool
    first: Batch | None

    def __post_init__(self) -> None:
        self._zone = zone_digits(self.crs)

    @property
    def findings(self) -> FileFindings:
        return self.incoming.findings

    def batches(self) -> Iterator[Batch]:
        """The features as they are, easting or longitude first."""
        names: set[str] = set()
        for batch in self.incoming.batches():
            names.update(batch.fields)
            check_fields(len(names))
            yield self._of_zone(replace(batch, shapes=_turned(batch.shapes)) if self.swapped else batch)

    def _of_zone(self, batch: Batch) -> Batch:
        """A batch without shapes whose eastings begin with another zone than the others: they would lie far away."""
        if self._zone is None:
            return batch
        zones = zones_of(batch.shapes)
        others = ((zones != 0) & (zones != self._zone)).any(axis=1)
        for place in numpy.flatnonzero(others):
            message = N_("坐标是 %(told)s 带的，其余是 %(zone)s 带的：请按带号分成几个文件")
            row, told = int(batch.rows[place]), int(zones[place][zones[place] != self._zone].max())
            self.findings.add("zone_mismatch", message, row=row, field="geometry", told=told, zone=self._zone)
            self.findings.shapeless.add(row)
        return replace(batch, shapes=numpy.where(others, None, batch.shapes)) if others.any() else batch

    def in_degrees(self) -> Callable[[numpy.ndarray], numpy.ndarray]:
        """What turns shapes into EPSG:4326; coordinates that lead nowhere become infinite."""
        if self.crs is None or self.crs.equals(pyproj.CRS(STORED_CRS)):
            return lambda shapes: shapes
        transformer = pyproj.Transformer.from_crs(self.crs, STORED_CRS, always_xy=True)

        def turn(shapes: numpy.ndarray) -> numpy.ndarray:
            return shapely.transform(shapes, lambda points: numpy.column_stack(transformer.transform(*points.T)))

        return turn


def _turned(shapes: numpy.ndarray) -> numpy.ndarray:
    return shapely.transform(shapes, lambda points: points[:, ::-1])


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Whatever a reader stumbles over in a file that means harm is one sentence."""
    try:
        yield
    except TooManyFields:
        message = N_("%(file)s 的字段太多：最多 %(most)s 个")
        raise RefusedFile("too_many_fields", message, file=short_name(path), most=MOST_FIELDS) from None
    except UNREADABLE as fault:
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from fault


def given_crs(crs: str | None) -> pyproj.CRS | None:
    """The CRS that a user named.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    if crs is None:
        return None
    try:
        given = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise InvalidInput(N_("坐标系“%(crs)s”不认识，应写作 EPSG:4526 一类的代号"), crs=crs) from None
    return given


def with_crs(incoming: Incoming, told: pyproj.CRS | None, extent: Sequence[float] | None) -> InCrs:
    """The file with the CRS that the user, the file or the coordinates tell, in this order; doubts are findings.

    Parameters
    ----------
    extent
        min lon, min lat, max lon, max lat of our own area; None where no area is ours.
    """
    incoming.findings.mark()
    first = next(iter(incoming.batches()), None)
    incoming.findings.forget()  # the first batch is read again, and told of then
    points = shapely.get_coordinates(first.shapes)[:SAMPLE] if first is not None else numpy.empty((0, 2))
    guess = guessed(points, extent)
    swapped = guess.swapped and (told or incoming.crs or guess.crs) is not None
    findings = incoming.findings
    if told is not None:
        _tell_overridden(findings, incoming, told)
        _tell_old_datum(findings, told)
        return InCrs(incoming, told, "option", swapped and _fits(guess, told), first)
    crs, crs_from = incoming.crs, incoming.crs_from
    is_other = crs is not None and guess.crs is not None and is_of_other_zone(points, crs)
    if crs is not None and (is_other or not is_plausible(points, crs)):
        if guess.crs is not None:
            message = N_("坐标不是文件所说的 %(told)s，按 %(crs)s 读取")
            findings.add("crs_mismatch", message, told=crs_name(crs), crs=crs_name(guess.crs))
            crs, crs_from = guess.crs, "coordinates"
        else:
            findings.add("out_of_range", N_("坐标超出 %(crs)s 的范围"), crs=crs_name(crs))
    elif crs is None and guess.crs is not None:
        crs, crs_from = guess.crs, "coordinates"
        findings.add("crs_guessed", N_("文件没有说明坐标系，由坐标推断为 %(crs)s"), crs=crs_name(crs))
    elif crs is None and len(points):
        findings.add("no_crs", N_("文件没有说明坐标系，坐标也看不出来：请指明坐标系，如 EPSG:4526，或在文件里写明"))
    swapped = swapped and _fits(guess, crs)
    if swapped and not incoming.open_axes:
        findings.add("swapped_axes", N_("坐标的两个数颠倒了（纬度或北坐标在前），已对调"))
    _tell_old_datum(findings, crs)
    return InCrs(incoming, crs, crs_from, swapped, first)


def _tell_overridden(findings: FileFindings, incoming: Incoming, told: pyproj.CRS) -> None:
    """Note that the file itself says another CRS than the user; degrees of WGS 84 and CGCS2000 are the same here."""
    own = incoming.crs if incoming.crs_from == "file" else None
    if own is None or own.equals(told, ignore_axis_order=True):
        return
    if not all(each.is_geographic and not is_of_old_datum(each) for each in (own, told)):
        message = N_("文件自己写的坐标系是 %(own)s，按您指明的 %(crs)s 读取")
        findings.add("crs_mismatch", message, own=crs_name(own), crs=crs_name(told))


def is_of_old_datum(crs: pyproj.CRS | None) -> bool:
    """Whether coordinates in a CRS are up to `OLD_DATUM_M` off once they are in ours."""
    return crs is not None and crs.ellipsoid is not None and crs.ellipsoid.semi_major_metre in OLD_RADII_M


def _tell_old_datum(findings: FileFindings, crs: pyproj.CRS | None) -> None:
    if is_of_old_datum(crs):
        message = N_("坐标系是 %(crs)s，换算到 CGCS2000 可能差几十米到上百米")
        findings.add("old_datum", message, crs=crs.name)


def _fits(guess: Guess, crs: pyproj.CRS | None) -> bool:
    """Whether the order that was seen is one of coordinates of that kind."""
    return crs is not None and guess.crs is not None and guess.crs.is_geographic == crs.is_geographic


def crs_name(crs: pyproj.CRS) -> str:
    """The code of a CRS, or its name where it has none."""
    code = crs.to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else crs.name
