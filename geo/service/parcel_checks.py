"""Parcels checked before they go to the bureau: each by itself, against one another, and against lines of control."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas
import numpy
import shapely

from geo.analysis import ground
from geo.analysis.measuring import area_m2, to_degrees, to_plane
from geo.analysis.overlap import overlaps_within
from geo.analysis.shape_checks import repaired
from geo.model import office_time
from geo.model.crs import gauss_kruger_crs, zone_of
from geo.model.errors import N_
from geo.model.land_use import code_of
from geo.model.location import BASIS_TITLES
from geo.model.parcel_check import CheckedParcel, ParcelCheck, ParcelFinding, Tolerances
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU
from geo.model.validity import invalid_reason
from geo.service.control_lines import LinesChecked, check_lines
from geo.service.parcels import Chosen, Parcel
from geo.store.base import Store

AREA_FIELD = "land_area_mu"
"""The area that a record states."""

REQUIRED = ("name", AREA_FIELD, "location_accuracy_m", "responsible_unit")
"""Fields without which a parcel is not complete, where its layer has them."""

SEVERITIES = ("error", "warning")
TOLERANCES = Tolerances(sliver_m2=ground.SLIVER_M2, gap_m=ground.GAP_M)


def check(store: Store, chosen: Chosen, *, language: str = "zh", tolerances: Tolerances = TOLERANCES) -> ParcelCheck:
    """Everything that is wrong with parcels, or that a person has to look at.

    Parameters
    ----------
    language
        `zh` or `en`, of the titles in findings.
    """
    checking = _Checking(store, chosen, tolerances, language)
    parcels = [checking.measured(parcel) for parcel in chosen.parcels]
    findings = [finding for parcel in parcels for finding in checking.own(parcel)]
    findings += [*checking.repeated(), *checking.neighbours()]
    lines = check_lines(store, checking.frame, parcels, tolerances, language)
    head = store.journal_head()
    table = store.catalog.land_use
    return ParcelCheck(
        on=office_time.today(),
        bases=chosen.bases,
        zone=checking.zone,
        crs=checking.crs,
        tolerances=tolerances,
        parcels=tuple(_with_meetings(parcels, lines)),
        lines=lines.lines,
        findings=tuple(sorted([*findings, *lines.findings], key=_gravity)),
        left_out=chosen.left_out,
        slivers=checking.slivers + lines.slivers,
        slivers_m2=checking.slivers_m2 + lines.slivers_m2,
        seq=head.seq,
        hash=head.hash or None,
        codes=table.source if table else None,
        demo=store.demo,
    )


def _gravity(finding: ParcelFinding) -> int:
    """What has to be corrected comes first."""
    return SEVERITIES.index(finding.severity)


def _with_meetings(parcels: Sequence[CheckedParcel], lines: LinesChecked) -> Iterator[CheckedParcel]:
    for place, parcel in enumerate(parcels):
        yield replace(parcel, meetings=tuple(lines.meetings.get(place, ())))


@dataclass
class _Checking:
    """One check in the making: the parcels in the plane of their zone."""

    store: Store
    chosen: Chosen
    tolerances: Tolerances
    language: str
    slivers: int = 0
    slivers_m2: float = 0.0

    def __post_init__(self) -> None:
        shapes = [parcel.shape for parcel in self.chosen.parcels]
        west, _, east, _ = shapely.total_bounds(shapes) if shapes else self.store.catalog.zone.extent
        self.zone = zone_of((west + east) / 2)
        self.crs = gauss_kruger_crs(self.zone)
        self.by_key = {parcel.key: parcel for parcel in self.chosen.parcels}
        plane = [to_plane(shape, self.crs) for shape in shapes]
        self.frame = geopandas.GeoDataFrame(geometry=[_sound(shape) for shape in plane], crs=self.crs)
        self.areas = {parcel.key: shape.area for parcel, shape in zip(self.chosen.parcels, plane, strict=True)}

    def measured(self, parcel: Parcel) -> CheckedParcel:
        """What is known of a parcel by itself."""
        of, code = parcel.properties, code_of(parcel.layer, parcel.properties)
        return CheckedParcel(
            layer=parcel.layer,
            feature_id=parcel.feature_id,
            name=parcel.name,
            basis=str(of.get("location_basis")),
            accuracy_m=_number(of.get("location_accuracy_m")),
            shape=parcel.shape,
            code=code.code,
            code_given=code.given,
            area_plane_m2=self.areas[parcel.key],
            area_ellipsoid_m2=area_m2(parcel.shape),
            stated_mu=_number(of.get(AREA_FIELD)),
        )

    def own(self, parcel: CheckedParcel) -> Iterator[ParcelFinding]:
        """What is wrong with a parcel by itself."""
        middle = shapely.point_on_surface(parcel.shape)
        made = _maker((parcel.key,), middle)
        if not parcel.shape.is_valid:
            reason = invalid_reason(parcel.shape)
            yield made("invalid_geometry", Remark(N_("%(name)s：%(reason)s"), name=parcel.name, reason=reason))
        yield from self._code(parcel, made)
        for name in REQUIRED:
            field = parcel.layer.field(name)
            if field is not None and self.by_key[parcel.key].properties.get(name) in (None, ""):
                remark = Remark(
                    N_("%(name)s：没有填“%(field)s”"), name=parcel.name, field=getattr(field.title, self.language)
                )
                yield made("missing_field", remark)
        yield from self._area(parcel, made)
        if parcel.basis != "surveyed":
            basis = Remark(BASIS_TITLES[parcel.basis])
            if parcel.accuracy_m is None:
                remark = Remark(N_("%(name)s：%(basis)s，误差未知，面积和压占只供参考"), name=parcel.name, basis=basis)
            else:
                message = N_("%(name)s：%(basis)s，误差 %(accuracy)s 米，面积和压占只供参考")
                remark = Remark(message, name=parcel.name, basis=basis, accuracy=f"{parcel.accuracy_m:g}")
            yield made("not_surveyed", remark)

    def _code(self, parcel: CheckedParcel, made: Callable[..., ParcelFinding]) -> Iterator[ParcelFinding]:
        table = self.store.catalog.land_use
        if parcel.code is None:
            yield made("missing_code", Remark(N_("%(name)s：没有用地代码，图层也没有默认"), name=parcel.name))
        elif table is not None and parcel.code not in table.codes:
            message = N_("%(name)s：用地代码“%(code)s”不在代码表")
            yield made("unknown_code", Remark(message, name=parcel.name, code=parcel.code))

    def _area(self, parcel: CheckedParcel, made: Callable[..., ParcelFinding]) -> Iterator[ParcelFinding]:
        """The plane's area is what the bureau counts; the ellipsoid's stands beside it."""
        if parcel.stated_mu is None:
            return
        own_mu = parcel.area_plane_m2 / SQUARE_METRES_PER_MU
        if abs(own_mu - parcel.stated_mu) <= max(
            self.tolerances.area_share * abs(parcel.stated_mu), self.tolerances.area_mu
        ):
            return
        message = N_("%(name)s：登记 %(stated)s 亩，图上 %(own)s 亩（椭球面 %(ellipsoid)s 亩），相差 %(difference)s 亩")
        figures = {
            "stated_mu": parcel.stated_mu,
            "area_plane_mu": own_mu,
            "area_ellipsoid_mu": parcel.area_ellipsoid_m2 / SQUARE_METRES_PER_MU,
            "difference_mu": own_mu - parcel.stated_mu,
        }
        remark = Remark(
            message,
            name=parcel.name,
            stated=f"{parcel.stated_mu:g}",
            own=f"{own_mu:.2f}",
            ellipsoid=f"{figures['area_ellipsoid_mu']:.2f}",
            difference=f"{figures['difference_mu']:+.2f}",
        )
        yield made("area_differs", remark, figures)

    def repeated(self) -> Iterator[ParcelFinding]:
        """Ids and names that several parcels have, and shapes that are there twice."""
        parcels = self.chosen.parcels
        for code, message, values in (
            ("duplicate_id", N_("%(count)s 个地块编号同为“%(value)s”"), [parcel.feature_id for parcel in parcels]),
            ("duplicate_name", N_("%(count)s 个地块名称同为“%(value)s”"), [parcel.name for parcel in parcels]),
        ):
            for value, count in Counter(values).items():
                if value and count > 1:
                    keys = tuple(parcel.key for parcel, own in zip(parcels, values, strict=True) if own == value)
                    yield ParcelFinding(code, Remark(message, count=count, value=value), keys)
        for again, first in ground.repeated(self.frame):
            one, other = parcels[first], parcels[again]
            remark = Remark(N_("%(name)s 与 %(other)s 的图形相同"), name=other.name, other=one.name)
            yield ParcelFinding("duplicate_geometry", remark, (one.key, other.key), {}, other.shape)

    def neighbours(self) -> Iterator[ParcelFinding]:
        """Overlaps, and strips between parcels that are meant to touch; a shape that is there twice was told."""
        if self.frame.empty:
            return
        told = {(first, again) for again, first in ground.repeated(self.frame)}
        sound = [_sound(parcel.shape) for parcel in self.chosen.parcels]
        for each in overlaps_within(sound, sliver_m=0.0):
            if (each.first, each.second) not in told:
                message = N_("%(name)s 与 %(other)s 重叠 %(area)s ㎡")
                yield from self._pair("overlap", message, each.first, each.second, each.area_m2, each.shape)
        for strip in ground.gaps(self.frame, self.tolerances.gap_m).itertuples():
            message = N_("%(name)s 与 %(other)s 之间有 %(area)s ㎡ 的缝隙")
            place = to_degrees(strip.geometry, self.crs)
            yield from self._pair("gap", message, strip.one, strip.other, strip.area_m2, place)

    def _pair(
        self, code: str, message: str, first: int, second: int, area_m2: float, place: shapely.Geometry
    ) -> Iterator[ParcelFinding]:
        """A finding of two parcels, or one more sliver."""
        if area_m2 < self.tolerances.sliver_m2:
            self.slivers += 1
            self.slivers_m2 += area_m2
            return
        one, other = self.chosen.parcels[first], self.chosen.parcels[second]
        remark = Remark(message, name=one.name, other=other.name, area=f"{area_m2:.1f}")
        yield ParcelFinding(code, remark, (one.key, other.key), {"area_m2": area_m2}, place)


def _maker(keys: tuple[str, ...], place: shapely.Point) -> Callable[..., ParcelFinding]:
    def made(code: str, remark: Remark, figures: Mapping[str, float | None] | None = None) -> ParcelFinding:
        return ParcelFinding(code, remark, keys, figures or {}, place)

    return made


def _sound(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape that can be laid over others: a broken one as its repair, which its own finding tells of."""
    return shape if shape.is_valid else repaired(shape) or shapely.Polygon()


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and numpy.isfinite(value)
    return float(value) if is_number else None
