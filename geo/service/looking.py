"""Looks through a file of features batch by batch and tells what is wrong with it, by row and field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import shapely
from geopandas import GeoDataFrame

from geo.analysis.drift import suspected_drift
from geo.analysis.shape_checks import Extent, Repeats, check_shapes
from geo.exchange.files.incoming import Batch
from geo.exchange.files.road_fields import NAME_FIELDS
from geo.model.errors import N_
from geo.service.opened_files import OpenedFile
from geo.service.road_drift import drift_of_lines
from geo.service.stated_areas import StatedArea, stated_area

ID_NAMES = tuple("id feature_id 编号 地块编号 项目编号 要素编号 代码 bm bh dkbh xmbh".split())
"""Fields, in small letters, that name a feature; only the first that the file has."""

REPAIRABLE = frozenset({"invalid_geometry", "self_intersection", "too_complex"})
FAR_DEG = 3.0
"""How far beyond our own area a shape in it may reach; a province does not reach farther."""

SUSPECTED = {"GCJ-02": "suspected_gcj02", "BD-09": "suspected_bd09"}
"""Codes of findings."""

MOST_SAMPLED = 2_000
"""Shapes from which a shift is suspected."""

SHIFTED = {
    "GCJ-02": ("gcj", "高德", "火星", "腾讯", "amap", "mars"),
    "BD-09": ("bd09", "bd-09", "百度", "baidu"),
}
"""Words in names that tell of coordinates shifted by law (GCJ-02) or by Baidu (BD-09)."""

KINDS = "Point LineString LinearRing Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection".split()
"""Names of shapely's type numbers."""


@dataclass
class Looking:
    """Looks through a file batch by batch.

    Parameters
    ----------
    zone
        Extent of our own area in degrees.
    roads
        Lines in EPSG:4326 that are well known; a shift by law is suspected from how shapes lie to them.
    named_roads
        Lines in EPSG:4326 with `name` and `error_m`, known well or not; lines of the file are held against those of
        their names. None: not.
    area_field
        The field that states areas in 亩, where that is known; else it is told by its name.
    tell_repairable
        Whether shapes that are not valid are findings; not where they are to be repaired.
    invalid_rows
        Those that are there and not valid; filled batch by batch.
    """

    file: OpenedFile
    zone: Sequence[float]
    roads: Sequence[shapely.Geometry] = ()
    named_roads: GeoDataFrame | None = None
    area_field: str | None = None
    tell_repairable: bool = True
    features: int = 0
    has_shapes: bool = False
    fields: dict[str, None] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    extent: Extent = field(default_factory=Extent)
    invalid_rows: set[int] = field(default_factory=set)
    _ids: Repeats = field(default_factory=Repeats)
    _shapes: Repeats = field(default_factory=Repeats)
    _id_name: str | None = None
    _sample: list[shapely.Geometry] = field(default_factory=list)
    _names: list[object] = field(default_factory=list)
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
            self._note_sample(batch, shapes, numpy.flatnonzero(sound))
            self._check_areas(batch, shapes, sound)
        return shapes

    def _tell(self, code: str, message: str, **params: object) -> None:
        if code in REPAIRABLE:
            self.invalid_rows.add(params["row"])
        if self.tell_repairable or code not in REPAIRABLE:
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

    def _note_sample(self, batch: Batch, shapes: numpy.ndarray, sound: numpy.ndarray) -> None:
        """Keep some sound shapes, and their names as roads, to tell a shift by in the end."""
        places = sound[: max(MOST_SAMPLED - len(self._sample), 0)]
        names = batch.fields.get(next((name for name in NAME_FIELDS if name in batch.fields), ""))
        self._sample += shapes[places].tolist()
        self._names += [None] * len(places) if names is None else [names[place] for place in places]

    def _place(self, batch: Batch, shapes: numpy.ndarray) -> None:
        bounds = shapely.bounds(shapes)
        known = ~numpy.isnan(bounds).any(axis=1)
        in_range = (numpy.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (numpy.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
        west, south, east, north = self.zone
        for place in numpy.flatnonzero(known & ~in_range):
            one, other = bounds[place, :2]
            message = N_("坐标超出经纬度范围或坐标系的范围")
            if west <= other <= east and south <= one <= north:
                message = N_("坐标超出经纬度范围：对调后正在本区，这一行的经度和纬度写反了")
            self.file.findings.add("out_of_range", message, row=int(batch.rows[place]), field="geometry")
        meets = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
        lowest, highest = numpy.array([west, south]) - FAR_DEG, numpy.array([east, north]) + FAR_DEG
        is_far = (bounds[:, :2] < lowest).any(axis=1) | (bounds[:, 2:] > highest).any(axis=1)
        for row in batch.rows[known & in_range & meets & is_far]:
            message = N_("伸到本区以外 %(far)s 度还多：多半有角点的坐标写错了")
            self.file.findings.add("outside_zone", message, row=int(row), field="geometry", far=round(FAR_DEG))
        self._inside += int((known & in_range & meets).sum())
        self._outside += [int(row) for row in batch.rows[known & in_range & ~meets]]
        self.extent.add(shapes[known & in_range])

    def _check_areas(self, batch: Batch, shapes: numpy.ndarray, sound: numpy.ndarray) -> None:
        stated = StatedArea(self.area_field) if self.area_field in batch.fields else stated_area(batch.fields)
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
        """Tell of a shift by law that shapes show, else roads of known names, else one that names tell of."""
        if self.file.datum is not None:
            return
        findings = self.file.findings
        drift = suspected_drift(self._sample, self.roads) if self.file.crs is not None else None
        if drift is not None:
            message = N_(
                "坐标疑似 %(datum)s（偏 %(shift)s 米）：%(count)s 处中 %(now)s 处与道路相合，还原后 %(then)s 处相合"
            )
            findings.add(
                SUSPECTED[drift.datum], message, datum=drift.datum, shift=round(drift.shift_m), count=drift.count,
                now=drift.lie_well, then=drift.would_lie_well,
            )  # fmt: skip
            return
        if self.named_roads is not None and self.file.crs is not None:
            off = drift_of_lines(self._sample, self._names, self.named_roads)
            if off is not None:
                message = N_(
                    "坐标疑似 %(datum)s（偏约 %(shift)s 米）：与位置已知的 %(count)s 条同名道路相比都偏向同一方向"
                )
                findings.add(
                    SUSPECTED[off.datum], message, datum=off.datum, shift=round(off.shift_m), count=off.count
                )  # fmt: skip
                return
        words = " ".join([path.name, self.file.incoming.layer, *self.fields]).lower()
        for datum, signs in SHIFTED.items():
            if sign := next((sign for sign in signs if sign in words), None):
                message = N_("名称里提到 %(sign)s，坐标可能是加偏的 %(datum)s，会偏几百米")
                findings.add(SUSPECTED[datum], message, sign=sign, datum=datum)
