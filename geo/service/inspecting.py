"""What a file that people bring is, and everything that is wrong with it; no store is touched."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy
import pyproj
import shapely

from geo.analysis.shape_checks import Extent, Repeats, check_shapes
from geo.exchange.files.incoming import Batch, Incoming, Options, open_incoming
from geo.exchange.files.incoming.guessing import Guess, guessed, is_plausible
from geo.exchange.files.reading import short_name, shown
from geo.exchange.files.sources import OLD_DATUMS, given_crs
from geo.model.crs import STORED_CRS
from geo.model.errors import AtlasError, N_
from geo.model.file_finding import FileFinding, FileFindings, RefusedFile
from geo.model.remark import Remark
from geo.service.stated_areas import stated_area

Result = Literal["accept", "accept_with_findings", "refuse"]
SAMPLE = 2_000
"""Points that tell the CRS."""

UNREADABLE = (
    ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError, OSError, MemoryError, EOFError,
    shapely.errors.ShapelyError, pyproj.exceptions.ProjError,
)  # fmt: skip
"""What the libraries raise over a file that is none of the kind that it seems to be."""

ID_NAMES = tuple("id feature_id 编号 地块编号 项目编号 要素编号 代码 bm bh dkbh xmbh".split())
"""Fields, in small letters, that name a feature; only the first that the file has."""

SHIFTED = {
    "suspected_gcj02": ("gcj", "高德", "火星", "腾讯", "amap", "mars"),
    "suspected_bd09": ("bd09", "bd-09", "百度", "baidu"),
}
"""Words in names that tell of coordinates shifted by law (GCJ-02) or by Baidu (BD-09)."""


@dataclass(frozen=True)
class Asked:
    """What the user says of a file.

    Parameters
    ----------
    layer, encoding
        As in `Options`.
    crs
        Of its coordinates, whatever the file says.
    """

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None


@dataclass
class OpenedFile:
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

    @property
    def findings(self) -> FileFindings:
        return self.incoming.findings

    def batches(self) -> Iterator[Batch]:
        """The features as they are, easting or longitude first."""
        for batch in self.incoming.batches():
            yield replace(batch, shapes=_turned(batch.shapes)) if self.swapped else batch

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
    told = given_crs(asked.crs)
    with tempfile.TemporaryDirectory(prefix="atlas-", ignore_cleanup_errors=True) as folder:
        with in_words(path):
            incoming = open_incoming(path, Path(folder), Options(asked.layer, asked.encoding))
            file = _with_crs(incoming, told, extent)
        yield file


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Whatever a reader stumbles over in a file that means harm is one sentence."""
    try:
        yield
    except UNREADABLE as fault:
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from fault


def _with_crs(incoming: Incoming, told: pyproj.CRS | None, extent: Sequence[float]) -> OpenedFile:
    incoming.findings.mark()
    first = next(iter(incoming.batches()), None)
    incoming.findings.forget()  # the first batch is read again, and told of then
    points = shapely.get_coordinates(first.shapes)[:SAMPLE] if first is not None else numpy.empty((0, 2))
    guess = guessed(points, extent)
    swapped = guess.swapped and (told or incoming.crs or guess.crs) is not None
    if told is not None:
        return OpenedFile(incoming, told, "option", swapped and _fits(guess, told), first)
    findings = incoming.findings
    crs, crs_from = incoming.crs, incoming.crs_from
    if crs is not None and not is_plausible(points, crs):
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
        findings.add("no_crs", N_("文件没有说明坐标系，坐标也看不出来，请用 --crs 指明，如 EPSG:4526"))
    swapped = swapped and _fits(guess, crs)
    if swapped and not incoming.open_axes:
        findings.add("swapped_axes", N_("坐标的两个数颠倒了（纬度或北坐标在前），已对调"))
    if crs is not None and any(word in crs.to_wkt() for word in OLD_DATUMS):
        message = N_("坐标系是 %(crs)s，换算到 CGCS2000 可能差几十米到上百米")
        findings.add("old_datum", message, crs=crs.name)
    return OpenedFile(incoming, crs, crs_from, swapped, first)


def _fits(guess: Guess, crs: pyproj.CRS | None) -> bool:
    """Whether the order that was seen is one of coordinates of that kind."""
    return crs is not None and guess.crs is not None and guess.crs.is_geographic == crs.is_geographic


def crs_name(crs: pyproj.CRS) -> str:
    """The code of a CRS, or its name where it has none."""
    code = crs.to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else crs.name


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


def inspect_file(path: Path, asked: Asked, extent: Sequence[float]) -> Inspection:
    """Look a file through from end to end.

    Parameters
    ----------
    extent
        min lon, min lat, max lon, max lat of our own area.

    Raises
    ------
    InvalidInput
        If the CRS or the encoding that the user names is none.
    """
    try:
        with opened(path, asked, extent) as file:
            try:
                with in_words(path):
                    return _inspected(path, file, extent)
            except RefusedFile as fault:
                incoming = file.incoming
                return replace(refused(fault), driver=incoming.driver, layers=incoming.layers)
    except RefusedFile as fault:
        return refused(fault)


def _inspected(path: Path, file: OpenedFile, extent: Sequence[float]) -> Inspection:
    looking = Looking(file, extent)
    for batch in file.batches():
        looking.look(batch)
    looking.finish(path)
    incoming = file.incoming
    result: Result = "refuse" if file.crs is None and looking.features and looking.has_shapes else "accept"
    if result == "accept" and file.findings:
        result = "accept_with_findings"
    return Inspection(
        incoming.driver, incoming.layers, result, looking.features,
        None if file.crs is None else crs_name(file.crs), file.crs_from,
        incoming.encoding, incoming.encoding_from, tuple(file.findings),
        tuple(looking.fields), looking.kinds, looking.extent.bounds,
    )  # fmt: skip


@dataclass
class Looking:
    """Looks through a file batch by batch.

    Parameters
    ----------
    tell_repairable
        Whether shapes that are not valid are findings; not where they are to be repaired.
    """

    file: OpenedFile
    zone: Sequence[float]
    tell_repairable: bool = True
    features: int = 0
    has_shapes: bool = False
    fields: dict[str, None] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    extent: Extent = field(default_factory=Extent)
    _ids: Repeats = field(default_factory=Repeats)
    _shapes: Repeats = field(default_factory=Repeats)
    _id_name: str | None = None
    _outside: list[int] = field(default_factory=list)
    _inside: int = 0

    def look(self, batch: Batch) -> numpy.ndarray:
        """Check a batch; returns its shapes in EPSG:4326 (as they are, where the CRS is not known)."""
        findings = self.file.findings
        self.features += len(batch)
        self.fields.update(dict.fromkeys(batch.fields))
        for row in batch.rows[shapely.is_missing(batch.shapes)]:
            if int(row) not in findings.shapeless:
                findings.add("null_geometry", N_("没有几何"), row=int(row), field="geometry")
        sound = check_shapes(batch.shapes, batch.rows, self._tell, outer_rings=self.file.incoming.outer_rings)
        self._count_kinds(batch.shapes)
        self._note_ids(batch)
        self._shapes.add_shapes(batch.rows, numpy.where(sound, batch.shapes, None))
        shapes = batch.shapes
        if self.file.crs is not None:
            shapes = self.file.in_degrees()(shapes)
            self._place(batch, shapes)
            self._check_areas(batch, shapes, sound)
        return shapes

    def _tell(self, code: str, message: str, **params: object) -> None:
        if self.tell_repairable or code not in ("invalid_geometry", "self_intersection"):
            self.file.findings.add(code, message, **params)

    def _count_kinds(self, shapes: numpy.ndarray) -> None:
        kinds, counts = numpy.unique(shapely.get_type_id(shapes), return_counts=True)
        for kind, count in zip(kinds, counts, strict=True):
            if kind >= 0:
                self.has_shapes = True
                name = KINDS[int(kind)]
                self.kinds[name] = self.kinds.get(name, 0) + int(count)

    def _note_ids(self, batch: Batch) -> None:
        values = batch.ids
        if values is None:
            if self._id_name is None:
                self._id_name = next((name for name in batch.fields if name.lower() in ID_NAMES), "")
            values = batch.fields.get(self._id_name)
        if values is not None:
            known = [
                (int(row), value) for row, value in zip(batch.rows, values, strict=True) if value not in (None, "")
            ]
            self._ids.add([row for row, _ in known], (str(value).encode("utf-8", "replace") for _, value in known))

    def _place(self, batch: Batch, shapes: numpy.ndarray) -> None:
        bounds = shapely.bounds(shapes)
        known = ~numpy.isnan(bounds).any(axis=1)
        in_range = (numpy.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (numpy.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
        for place in numpy.flatnonzero(known & ~in_range):
            message = N_("坐标超出经纬度范围或坐标系的范围")
            self.file.findings.add("out_of_range", message, row=int(batch.rows[place]), field="geometry")
        west, south, east, north = self.zone
        meets = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
        self._inside += int((known & in_range & meets).sum())
        self._outside += [int(row) for row in batch.rows[known & in_range & ~meets]]
        self.extent.add(shapes[known & in_range])

    def _check_areas(self, batch: Batch, shapes: numpy.ndarray, sound: numpy.ndarray) -> None:
        stated = stated_area(batch.fields)
        if stated is None:
            return
        for place, own_mu in stated.differing(batch.fields, shapes, sound):
            message = N_("%(field)s 为 %(told)s，按坐标为 %(own)s 亩")
            told = batch.fields[stated.field][place]
            self.file.findings.add(
                "area_mismatch",
                message,
                row=int(batch.rows[place]),
                field=stated.field,
                told=told,
                own=round(own_mu, 2),
            )

    def finish(self, path: Path) -> None:
        """Tell what only the whole file shows."""
        findings = self.file.findings
        for row, earlier in self._ids.found():
            message = N_("编号与第 %(first)s 行的重复")
            findings.add("duplicate_id", message, row=row, field=self._id_name or "id", first=earlier)
        for row, earlier in self._shapes.found():
            findings.add(
                "duplicate_geometry", N_("几何与第 %(first)s 行的相同"), row=row, field="geometry", first=earlier
            )
        if self._outside and not self._inside:
            findings.add("outside_zone", N_("所有要素都在本区范围之外"))
        else:
            for row in self._outside:
                findings.add("outside_zone", N_("在本区范围之外"), row=row, field="geometry")
        if not self.features:
            findings.add("no_features", N_("文件里没有要素"))
        if len(self.kinds) > 1 and len({kind.removeprefix("Multi") for kind in self.kinds}) > 1:
            findings.add("mixed_geometry", N_("几何类型不一：%(kinds)s"), kinds=", ".join(self.kinds))
        self._suspect(path)

    def _suspect(self, path: Path) -> None:
        words = " ".join([path.name, self.file.incoming.layer, *self.fields]).lower()
        for code, signs in SHIFTED.items():
            if sign := next((sign for sign in signs if sign in words), None):
                message = N_("名称里提到 %(sign)s，坐标可能是加偏的，会偏几百米")
                self.file.findings.add(code, message, sign=sign)


KINDS = "Point LineString LinearRing Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection".split()
"""Names of shapely's type numbers."""
