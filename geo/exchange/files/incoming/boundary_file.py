"""Boundary-point text files among the files that come in."""

from collections.abc import Iterator
from pathlib import Path

import numpy

from geo.exchange.boundary_reading import Boundaries, read_boundaries
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, columns_of, object_array
from geo.exchange.files.incoming.texts import encoding_of_file, lines_of
from geo.exchange.files.reading import short_name
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

LARGEST = 200 * 2**20


def open_boundaries(path: Path, told: str | None = None) -> Incoming:
    """A boundary-point file; it is read whole, since its axes are told by all of its points."""
    findings = FileFindings()
    if path.stat().st_size > LARGEST:
        message = N_("%(file)s 太大：%(size)s MB，最多 %(most)s MB")
        raise RefusedFile(
            "too_large", message, file=short_name(path), size=path.stat().st_size // 2**20, most=LARGEST // 2**20
        )  # fmt: skip
    encoding, encoding_from = encoding_of_file(path, FileFindings(), told)  # GBK is what the rule expects
    read = read_boundaries(lines_of(path, encoding), findings)
    if not read.rows:
        raise RefusedFile("no_features", N_("%(file)s 里没有地块"), file=short_name(path))

    def batches() -> Iterator[Batch]:
        for start in range(0, len(read.rows), BATCH):
            yield _batch(read, slice(start, start + BATCH))

    return Incoming(
        "BoundaryTXT", (path.stem,), path.stem, batches, read.crs, read.crs_from, encoding, encoding_from, findings,
    )  # fmt: skip


def _batch(read: Boundaries, part: slice) -> Batch:
    return Batch(
        numpy.array(read.rows[part]), object_array(read.shapes[part]), columns_of(read.fields[part])
    )  # fmt: skip
