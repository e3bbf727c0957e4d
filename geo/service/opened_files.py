"""Files that people bring, opened: what they are, in which CRS, and their features as true degrees."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy
import shapely

from geo.analysis.shifted_datums import Datum, datum_named, unshifted
from geo.exchange.files.incoming import InCrs, Options, crs_name, given_crs, in_words, open_incoming, with_crs
from geo.model.crs import STORED_CRS
from geo.model.errors import N_


@dataclass(frozen=True)
class Asked:
    """What the user says of a file.

    Parameters
    ----------
    layer, encoding
        As in `Options`.
    crs
        Of its coordinates, whatever the file says; also `GCJ-02` or `BD-09`, degrees that a map service has shifted.
    """

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None


@dataclass
class OpenedFile(InCrs):
    """A file that can be read, with its CRS known as far as it can be.

    Parameters
    ----------
    datum
        The shift that the user says its degrees have.
    """

    datum: Datum | None = None

    @classmethod
    def of(cls, file: InCrs, datum: Datum | None) -> Self:
        return cls(file.incoming, file.crs, file.crs_from, file.swapped, file.first, datum)

    @property
    def crs_name(self) -> str | None:
        return self.datum or (None if self.crs is None else crs_name(self.crs))

    def in_degrees(self) -> Callable[[numpy.ndarray], numpy.ndarray]:
        """What turns shapes into true EPSG:4326; coordinates that lead nowhere become infinite."""
        if (datum := self.datum) is not None:
            return lambda shapes: shapely.transform(shapes, lambda points: unshifted(points, datum))
        return super().in_degrees()


@contextmanager
def opened(path: Path, asked: Asked, extent: Sequence[float]) -> Iterator[OpenedFile]:
    """A file opened for reading; its parts and copies are gone afterwards.

    Parameters
    ----------
    extent
        min lon, min lat, max lon, max lat of our own area.

    Raises
    ------
    RefusedFile
        If it cannot be read.
    InvalidInput
        If the CRS or the encoding that the user names is none.
    """
    datum = None if asked.crs is None else datum_named(asked.crs)
    told = given_crs(asked.crs if datum is None else STORED_CRS)
    with tempfile.TemporaryDirectory(prefix="atlas-", ignore_cleanup_errors=True) as folder:
        with in_words(path):
            incoming = open_incoming(path, Path(folder), Options(asked.layer, asked.encoding))
            file = OpenedFile.of(with_crs(incoming, told, extent), datum)
            if datum is not None:
                message = N_("按 %(datum)s 还原成真实坐标，误差约几米，不能当作实测界址")
                file.findings.add("unshifted", message, datum=datum)
        yield file
