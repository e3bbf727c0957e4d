"""What a file that people bring is, and everything that is wrong with it; no store is touched."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import shapely
from geopandas import GeoDataFrame

from geo.exchange.files.incoming import in_words
from geo.model.errors import AtlasError
from geo.model.file_finding import FileFinding, RefusedFile
from geo.model.remark import Remark
from geo.service.looking import Looking
from geo.service.opened_files import Asked, OpenedFile, opened

Result = Literal["accept", "accept_with_findings", "refuse"]


@dataclass(frozen=True)
class Inspection:
    """What a file is.

    Parameters
    ----------
    features
        How many the chosen layer has; None where the file was refused.
    fields
        Their names.
    geometry_types
        Kinds of shapes and how many there are of each.
    extent
        In degrees; None where there is none or the CRS is not known.
    """

    driver: str | None
    layers: tuple[str, ...]
    result: Result
    features: int | None
    crs: str | None
    crs_from: str | None
    encoding: str | None
    encoding_from: str | None
    findings: tuple[FileFinding, ...]
    fields: tuple[str, ...] = ()
    geometry_types: dict[str, int] = field(default_factory=dict)
    extent: tuple[float, float, float, float] | None = None


def refused(fault: AtlasError) -> Inspection:
    """What is said of a file that cannot be taken in."""
    code = getattr(fault, "code", "unreadable")
    finding = FileFinding(code, Remark(fault.message, **fault.params), getattr(fault, "row", None))
    return Inspection(None, (), "refuse", None, None, None, None, None, (finding,))


def inspect_file(
    path: Path,
    asked: Asked,
    extent: Sequence[float],
    roads: Sequence[shapely.Geometry] = (),
    named_roads: GeoDataFrame | None = None,
) -> Inspection:
    """Look a file through from end to end.

    Parameters
    ----------
    extent
        min lon, min lat, max lon, max lat of our own area.
    roads, named_roads
        As `Looking` takes them.

    Raises
    ------
    InvalidInput
        If the CRS or the encoding that the user names is none.
    """
    try:
        with opened(path, asked, extent) as file:
            try:
                with in_words(path):
                    return _inspected(path, file, Looking(file, extent, roads, named_roads))
            except RefusedFile as fault:
                incoming = file.incoming
                return replace(refused(fault), driver=incoming.driver, layers=incoming.layers)
    except RefusedFile as fault:
        return refused(fault)


def _inspected(path: Path, file: OpenedFile, looking: Looking) -> Inspection:
    for batch in file.batches():
        looking.look(batch)
    looking.finish(path)
    incoming = file.incoming
    result: Result = "refuse" if file.crs is None and looking.features and looking.has_shapes else "accept"
    if result == "accept" and file.findings:
        result = "accept_with_findings"
    return Inspection(
        incoming.driver, incoming.layers, result, looking.features,
        file.crs_name, file.crs_from,
        incoming.encoding, incoming.encoding_from, tuple(file.findings),
        tuple(looking.fields), looking.kinds, looking.extent.bounds,
    )  # fmt: skip
