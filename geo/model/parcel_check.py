"""What a check of parcels finds before they go to the bureau: by parcel, by line of control, and finding by finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from shapely.geometry.base import BaseGeometry

from geo.model.errors import N_
from geo.model.layer import Layer, Title
from geo.model.remark import Remark

Severity = Literal["error", "warning"]
"""`error`: the bureau cannot take it as it is; `warning`: a person has to look at it."""

FINDINGS: dict[str, tuple[Severity, str]] = {
    "invalid_geometry": ("error", N_("几何无效")),
    "overlap": ("error", N_("地块重叠")),
    "duplicate_geometry": ("error", N_("图形重复")),
    "duplicate_id": ("error", N_("编号重复")),
    "missing_code": ("error", N_("没有用地代码")),
    "unknown_code": ("error", N_("用地代码不在代码表")),
    "on_line": ("error", N_("压占控制线")),
    "off_line": ("error", N_("超出控制线")),
    "gap": ("warning", N_("地块间缝隙")),
    "area_differs": ("warning", N_("面积与登记不符")),
    "missing_field": ("warning", N_("属性缺项")),
    "duplicate_name": ("warning", N_("名称重复")),
    "not_surveyed": ("warning", N_("不是实测界址")),
    "line_not_loaded": ("warning", N_("控制线未载入")),
    "line_without_edition": ("warning", N_("控制线版本不明")),
    "line_editions_mixed": ("warning", N_("控制线版本不一")),
    "line_repaired": ("warning", N_("控制线几何无效")),
    "line_of_no_kind": ("warning", N_("控制线类别不明")),
}
"""Severity and title of each code; the user guide lists them."""


@dataclass(frozen=True)
class ParcelFinding:
    """One thing that is wrong, or that a person has to look at.

    Parameters
    ----------
    code
        A key of `FINDINGS`.
    parcels
        Which it is of, as `<layer>/<id>`.
    figures
        By name; the unit ends the name.
    place
        Where, EPSG:4326; None where it has no place.
    """

    code: str
    remark: Remark
    parcels: tuple[str, ...] = ()
    figures: Mapping[str, float | None] = field(default_factory=dict)
    place: BaseGeometry | None = None

    @property
    def severity(self) -> Severity:
        return FINDINGS[self.code][0]


@dataclass(frozen=True)
class Meeting:
    """What of a parcel lies on the wrong side of one kind of line.

    Parameters
    ----------
    kind
        As in `ControlLine`.
    area_m2
        In the plane, slivers included.
    share
        Of the parcel, 0 to 1.
    """

    kind: str
    area_m2: float
    share: float


@dataclass(frozen=True)
class CheckedParcel:
    """A parcel and what was measured of it.

    Parameters
    ----------
    shape
        EPSG:4326.
    code, code_given
        Its land-use code, and by whom (`geo.model.land_use`).
    area_plane_m2, area_ellipsoid_m2
        In the CGCS2000 3-degree zone, and on the ellipsoid.
    stated_mu
        What the record states; None where it states nothing.
    meetings
        For each kind of line that is loaded.
    """

    layer: Layer
    feature_id: str
    name: str
    basis: str
    accuracy_m: float | None
    shape: BaseGeometry
    code: str | None
    code_given: str
    area_plane_m2: float
    area_ellipsoid_m2: float
    stated_mu: float | None
    meetings: tuple[Meeting, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.layer.id}/{self.feature_id}"


@dataclass(frozen=True)
class ControlLine:
    """One kind of line of control, and what of it is known.

    Parameters
    ----------
    side
        On which side parcels have to stay.
    count
        Areas that are loaded; 0 where the line was not checked.
    editions
        Version and date of what is loaded; either may be unknown.
    """

    layer_id: str
    kind: str
    title: Title
    side: Literal["outside", "inside"]
    count: int = 0
    editions: tuple[tuple[str | None, str | None], ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A feature that was not taken as a parcel, and why."""

    layer_id: str
    feature_id: str
    name: str
    basis: str | None
    reason: Remark

    @property
    def key(self) -> str:
        return f"{self.layer_id}/{self.feature_id}"


@dataclass(frozen=True)
class Tolerances:
    """From where on something is told.

    Parameters
    ----------
    sliver_m2
        Of an overlap, a gap or a meeting with a line.
    gap_m
        Parcels that are nearer are meant to touch.
    area_share, area_mu
        A difference from the stated area of less than either is rounding.
    """

    sliver_m2: float = 1.0
    gap_m: float = 1.0
    area_share: float = 0.01
    area_mu: float = 0.1


@dataclass(frozen=True)
class ParcelCheck:
    """A whole check.

    Parameters
    ----------
    bases
        Of the parcels that were asked for.
    zone
        Number of the 3-degree zone in which was measured.
    slivers, slivers_m2
        How many overlaps, gaps and meetings were below the tolerance, and their area.
    seq, hash
        The last entry of the journal of the store that was checked.
    """

    on: date
    bases: tuple[str, ...]
    zone: int
    crs: str
    tolerances: Tolerances
    parcels: tuple[CheckedParcel, ...]
    lines: tuple[ControlLine, ...]
    findings: tuple[ParcelFinding, ...]
    left_out: tuple[LeftOut, ...]
    slivers: int
    slivers_m2: float
    seq: int
    hash: str | None
    codes: str | None
    demo: bool
