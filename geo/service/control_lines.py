"""Parcels against the lines of control that a zone has loaded; a line that is not loaded is said, never passed over."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import geopandas
import numpy
import shapely

from geo.analysis import ground
from geo.analysis.measuring import to_degrees, to_plane
from geo.model.errors import N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.layer import Layer
from geo.model.parcel_check import CheckedParcel, ControlLine, Meeting, ParcelFinding, Tolerances
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU
from geo.store.base import Store

SQUARE_METRES_PER_HA = 10_000.0


@dataclass
class LinesChecked:
    """What comes of it.

    Attributes
    ----------
    meetings
        By place of the parcel: what of it lies on the wrong side of each kind.
    """

    lines: tuple[ControlLine, ...] = ()
    findings: list[ParcelFinding] = field(default_factory=list)
    meetings: dict[int, list[Meeting]] = field(default_factory=lambda: defaultdict(list))
    slivers: int = 0
    slivers_m2: float = 0.0


def check_lines(
    store: Store,
    frame: geopandas.GeoDataFrame,
    parcels: Sequence[CheckedParcel],
    tolerances: Tolerances,
    language: str,
) -> LinesChecked:
    """Every kind of line of every layer that holds some.

    Parameters
    ----------
    frame
        The parcels in metres, valid, in their order.
    """
    found = LinesChecked()
    lines = []
    for layer in store.catalog.values():
        if layer.control is not None:
            for line in _kinds(layer):
                checking = _LineChecking(store, layer, line, frame, parcels, tolerances, language)
                lines.append(checking.run(found))
            found.findings += _of_no_kind(store, layer)
    if not lines:
        message = N_("本区没有控制线图层，没有核查：不能说明地块不涉及永久基本农田、生态保护红线和城镇开发边界")
        found.findings.append(ParcelFinding("line_not_loaded", Remark(message)))
    found.lines = tuple(lines)
    return found


def _kinds(layer: Layer) -> Iterator[ControlLine]:
    titles = {choice.value: choice.title for choice in layer.field(layer.control.kind).values}
    for side in ("outside", "inside"):
        for kind in getattr(layer.control, side):
            yield ControlLine(layer.id, kind, titles[kind], side)


def _of_no_kind(store: Store, layer: Layer) -> Iterator[ParcelFinding]:
    known = (*layer.control.outside, *layer.control.inside)
    count = store.count(layer.id, FeatureQuery()) - store.count(
        layer.id, FeatureQuery(conditions=(Condition(layer.control.kind, known),))
    )
    if count:
        message = N_("控制线图层里有 %(count)s 个要素没有写明是哪条线，没有参加核查")
        yield ParcelFinding("line_of_no_kind", Remark(message, count=count))


@dataclass(frozen=True)
class _LineChecking:
    """One kind of line."""

    store: Store
    layer: Layer
    line: ControlLine
    frame: geopandas.GeoDataFrame
    parcels: Sequence[CheckedParcel]
    tolerances: Tolerances
    language: str

    @property
    def title(self) -> str:
        return getattr(self.line.title, self.language)

    def run(self, found: LinesChecked) -> ControlLine:
        """Add what is found; returns the line with what of it is loaded."""
        shapes, editions = self._loaded()
        if not shapes:
            message = N_("%(line)s没有载入，没有核查：不能说明地块不涉及%(line)s")
            found.findings.append(ParcelFinding("line_not_loaded", Remark(message, line=self.title)))
            return self.line
        line = replace(self.line, count=len(shapes), editions=tuple(sorted(editions, key=str)))
        found.findings += self._about(line)
        found.findings += self._repaired(shapes)
        crs = self.frame.crs.to_string()
        plane = [to_plane(shape, crs) for shape in shapes]
        sound = [shape if shape.is_valid else shapely.make_valid(shape, method="structure") for shape in plane]
        if len(self.frame):
            self._meet(line, geopandas.GeoSeries(sound, crs=self.frame.crs), crs, found)
        return line

    def _loaded(self) -> tuple[list[shapely.Geometry], set[tuple[str | None, str | None]]]:
        query = FeatureQuery(conditions=(Condition(self.layer.control.kind, (self.line.kind,)),))
        shapes, editions = [], set()
        for page in self.store.scan(self.layer.id, query):
            for wkb, row in zip(page.wkb, page.rows, strict=True):
                if wkb is None:
                    continue
                of = dict(zip(page.columns, row, strict=True))
                shapes.append(shapely.force_2d(shapely.from_wkb(wkb)))
                editions.add((of.get(self.layer.control.version or ""), of.get(self.layer.control.date or "")))
        return shapes, editions

    def _about(self, line: ControlLine) -> Iterator[ParcelFinding]:
        """What is doubtful about the line itself."""
        if any(version is None or date is None for version, date in line.editions):
            message = N_("%(line)s有要素没有写明版本或日期")
            yield ParcelFinding("line_without_edition", Remark(message, line=self.title))
        if len(line.editions) > 1:
            message = N_("%(line)s有 %(count)s 个版本混在一起")
            yield ParcelFinding("line_editions_mixed", Remark(message, line=self.title, count=len(line.editions)))

    def _repaired(self, shapes: Sequence[shapely.Geometry]) -> Iterator[ParcelFinding]:
        broken = int((~shapely.is_valid(shapes)).sum())
        if broken:
            message = N_("%(line)s有 %(count)s 个要素几何无效，按修复后的图形核查")
            yield ParcelFinding("line_repaired", Remark(message, line=self.title, count=broken))

    def _meet(self, line: ControlLine, areas: geopandas.GeoSeries, crs: str, found: LinesChecked) -> None:
        met = ground.inside(self.frame, areas)
        wrong = met if line.side == "outside" else ground.outside(self.frame, met)
        whole = self.frame.geometry.area.to_numpy()
        for place, area_m2, shape in zip(wrong.index.astype(int), wrong["area_m2"], wrong.geometry, strict=True):
            share = float(area_m2 / whole[place]) if whole[place] else 0.0
            found.meetings[place].append(Meeting(line.kind, float(area_m2), share))
            if area_m2 < self.tolerances.sliver_m2:
                found.slivers += 1
                found.slivers_m2 += float(area_m2)
            else:
                found.findings.append(self._finding(line, place, float(area_m2), share, to_degrees(shape, crs)))
        for place in set(range(len(self.frame))) - set(numpy.asarray(wrong.index, dtype=int).tolist()):
            found.meetings[place].append(Meeting(line.kind, 0.0, 0.0))

    def _finding(
        self, line: ControlLine, place: int, area_m2: float, share: float, where: shapely.Geometry
    ) -> ParcelFinding:
        figures = {
            "area_m2": area_m2,
            "area_mu": area_m2 / SQUARE_METRES_PER_MU,
            "area_ha": area_m2 / SQUARE_METRES_PER_HA,
            "share_pct": share * 100,
        }
        told = {
            "name": self.parcels[place].name,
            "line": self.title,
            "area": f"{area_m2:.1f}",
            "mu": f"{figures['area_mu']:.3f}",
            "ha": f"{figures['area_ha']:.4f}",
            "share": f"{figures['share_pct']:.2f}",
        }
        if line.side == "outside":
            message = N_("%(name)s 压占%(line)s %(area)s ㎡（%(mu)s 亩，%(ha)s 公顷，占地块 %(share)s%%）")
            return ParcelFinding("on_line", Remark(message, **told), (self.parcels[place].key,), figures, where)
        message = N_("%(name)s 有 %(area)s ㎡（%(mu)s 亩，%(ha)s 公顷，占地块 %(share)s%%）在%(line)s之外")
        return ParcelFinding("off_line", Remark(message, **told), (self.parcels[place].key,), figures, where)
