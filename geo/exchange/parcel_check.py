"""A check of parcels as JSON, for programs and for our own page."""

from collections import Counter
from collections.abc import Callable

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.geojson import DECIMALS
from geo.model.land_use import FIELD
from geo.model.location import BASIS_TITLES
from geo.model.parcel_check import FINDINGS, CheckedParcel, ControlLine, ParcelCheck, ParcelFinding
from geo.model.remark import worded
from geo.model.units import SQUARE_METRES_PER_MU

PLACES = 4
"""Decimals of areas."""


def document(check: ParcelCheck, translate: Callable[[str], str], language: str) -> dict[str, object]:
    """Everything that a check found, in JSON's types.

    Parameters
    ----------
    translate
        Turns our own Chinese words into `language`.
    """
    shown = _Shown(translate, language)
    return {
        "made_on": check.on.isoformat(),
        "demonstration": check.demo,
        "result": "findings" if check.findings else "clean",
        "counts": dict(Counter(finding.code for finding in check.findings)),
        "bases": list(check.bases),
        "measured_in": {"crs": check.crs, "zone": check.zone, "ellipsoid": "CGCS2000"},
        "tolerances": {
            "sliver_m2": check.tolerances.sliver_m2,
            "gap_m": check.tolerances.gap_m,
            "area_share": check.tolerances.area_share,
            "area_mu": check.tolerances.area_mu,
        },
        "below_tolerance": {"count": check.slivers, "area_m2": round(check.slivers_m2, PLACES)},
        "land_use_codes": check.codes,
        "journal": {"seq": check.seq, "hash": check.hash},
        "control_lines": [shown.line(line) for line in check.lines],
        "parcels": [shown.parcel(parcel) for parcel in check.parcels],
        "findings": [shown.finding(finding) for finding in check.findings],
        "left_out": [
            {"layer": each.layer_id, "id": each.feature_id, "name": each.name, "basis": each.basis,
             "reason": shown.words(each.reason)}
            for each in check.left_out
        ],
    }  # fmt: skip


def dumps(value: dict[str, object]) -> bytes:
    """A document as a file."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


class _Shown:
    """Parts of a check in a language."""

    def __init__(self, translate: Callable[[str], str], language: str) -> None:
        self._translate, self._language = translate, language

    def words(self, remark: object) -> str:
        return worded(remark.message, remark.params, self._translate)

    def line(self, line: ControlLine) -> dict[str, object]:
        return {
            "layer": line.layer_id,
            "kind": line.kind,
            "title": getattr(line.title, self._language),
            "parcels_must_be": line.side,
            "loaded": line.count > 0,
            "features": line.count,
            "editions": [{"version": version, "date": day} for version, day in line.editions],
        }

    def _land_use(self, parcel: CheckedParcel) -> str | None:
        """The code with its title; None where the table has it not."""
        field = parcel.layer.field(FIELD)
        titles = {choice.value: choice.title for choice in field.values} if field else {}
        return getattr(titles[parcel.code], self._language) if parcel.code in titles else None

    def parcel(self, parcel: CheckedParcel) -> dict[str, object]:
        return {
            "layer": parcel.layer.id,
            "id": parcel.feature_id,
            "name": parcel.name,
            "basis": parcel.basis,
            "basis_title": self._translate(BASIS_TITLES[parcel.basis]),
            "accuracy_m": parcel.accuracy_m,
            "land_use_code": parcel.code,
            "land_use_title": self._land_use(parcel),
            "land_use_code_from": parcel.code_given if parcel.code else None,
            "area_plane_m2": round(parcel.area_plane_m2, PLACES),
            "area_plane_mu": round(parcel.area_plane_m2 / SQUARE_METRES_PER_MU, PLACES),
            "area_ellipsoid_m2": round(parcel.area_ellipsoid_m2, PLACES),
            "stated_mu": parcel.stated_mu,
            "control_lines": {
                each.kind: {"area_m2": round(each.area_m2, PLACES), "share_pct": round(each.share * 100, PLACES)}
                for each in parcel.meetings
            },
        }

    def finding(self, finding: ParcelFinding) -> dict[str, object]:
        severity, title = FINDINGS[finding.code]
        found = {
            "code": finding.code,
            "severity": severity,
            "title": self._translate(title),
            "message": self.words(finding.remark),
            "parcels": list(finding.parcels),
            "figures": {name: _rounded(value) for name, value in finding.figures.items()},
        }
        if finding.place is not None:
            point = shapely.point_on_surface(finding.place)
            found |= {
                "point": [round(point.x, DECIMALS), round(point.y, DECIMALS)],
                "geometry": geometry(finding.place),
            }
        return found


def geometry(shape: BaseGeometry) -> orjson.Fragment:
    """A shape as GeoJSON, counter-clockwise, rounded as our GeoJSON is."""
    rounded = shapely.transform(shapely.orient_polygons(shape), lambda points: points.round(DECIMALS) + 0.0)
    return orjson.Fragment(shapely.to_geojson(rounded))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)
