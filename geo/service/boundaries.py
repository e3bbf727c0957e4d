"""Where a feature is, given by a person: a boundary out of a file looked at beside the present one, and written."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import area_m2, distance_m
from geo.exchange.files import read_places
from geo.model.errors import InvalidInput, N_
from geo.model.field_fault import FieldFault, InvalidFields
from geo.model.journal import Act, FeatureChange, JournalEntry
from geo.model.layer import Layer
from geo.model.location import LocationBasis
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU
from geo.service.adopting import Position
from geo.service.editing import GEOMETRY, check_revision, placing, read_now
from geo.service.proposals import fits
from geo.store.base import Store

MOST_SHAPES = 500
"""In one file; more are imported as a layer, not looked through one by one."""

GIVEN_BASES = (LocationBasis.PLACED, LocationBasis.SURVEYED)
"""What a person may say of a position."""

LEAST_ACCURACY_M, MOST_ACCURACY_M = 0.001, 50_000.0
NAME_FIELDS = ("name", "名称", "项目名称", "xmmc", "mc", "title", "dkmc", "地块名称")


@dataclass(frozen=True)
class Boundary:
    """One shape of a file, beside what the store has.

    Parameters
    ----------
    row
        Its number in the file.
    area_mu
        On the ellipsoid; None of a point.
    moved_m
        Between the middles of the present shape and this one, on the ellipsoid; None where there is none.
    """

    row: int
    name: str
    geometry: BaseGeometry
    area_mu: float | None
    moved_m: float | None


def boundaries_of_file(path: Path, layer: Layer, present: BaseGeometry | None) -> tuple[list[Boundary], list[Remark]]:
    """The shapes of a file that a layer can take, and what is worth saying about the file.

    Parameters
    ----------
    present
        Where the feature is now, EPSG:4326.

    Raises
    ------
    InvalidFile
        If it cannot be read.
    InvalidInput
        If it has no shape for the layer, or too many.
    """
    file = read_places(path)
    shapes = [
        (row, shape)
        for row, shape in file.places.geometry.items()
        if shape is not None and not shape.is_empty and fits(layer, shape)
    ]
    if not shapes:
        is_area = "Polygon" in (layer.geometry or "")
        message = N_("%(file)s 里没有可用的面") if is_area else N_("%(file)s 里没有可用的点")
        raise InvalidInput(message, file=path.name)
    if len(shapes) > MOST_SHAPES:
        message = N_("%(file)s 里有 %(count)s 个图形，最多 %(most)s 个：请先挑出要用的")
        raise InvalidInput(message, file=path.name, count=len(shapes), most=MOST_SHAPES)
    names = _names(file.places.drop(columns=file.places.geometry.name))
    found = [
        _boundary(int(row), names.get(row) or f"#{row}", shapely.force_2d(shape), present) for row, shape in shapes
    ]
    return found, list(file.remarks)


def set_position(
    store: Store,
    layer_id: str,
    feature_id: str,
    revision: int,
    shape: BaseGeometry,
    basis: str,
    accuracy_m: float | None,
    act: Act,
) -> JournalEntry | None:
    """Write where a feature is; None where that changes nothing.

    A surveyed boundary says how exact it is and where it comes from. What is surveyed gives way to a survey only.

    Parameters
    ----------
    shape
        In EPSG:4326, valid, of the layer's type.
    basis
        `placed` or `surveyed`.
    accuracy_m
        Metres; None where it is not known.

    Raises
    ------
    Conflict
        If the feature is no longer as the writer saw it.
    InvalidFields
        If basis, accuracy or source do not hold.
    InvalidInput, InvalidFeatures
        If the feature is retired, or the layer takes no such shape.
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[layer_id]
    now = read_now(store, layer_id, feature_id)
    check_revision(layer, feature_id, revision, now)
    if now.get("retired_on"):
        raise InvalidInput(N_("“%(name)s”已停用：要修改，先撤销停用"), name=now.get("name") or feature_id)
    position = given_position(shape, basis, accuracy_m, act)
    fields, geometry = placing(layer, now.get("location_basis"), position)
    if same_shape(now[GEOMETRY], geometry) and all(now.get(name) == fields[name] for name in _SAID & fields.keys()):
        return None
    entries = store.write([FeatureChange(layer_id, feature_id, revision, fields, geometry)], act)
    return entries[0] if entries else None


_SAID = {"location_basis", "location_accuracy_m"}


def given_position(shape: BaseGeometry, basis: str, accuracy_m: float | None, act: Act) -> Position:
    """A position as a person gives it, with a note of who did and from what.

    Raises
    ------
    InvalidFields
    """
    faults = []
    if basis not in GIVEN_BASES:
        faults.append(FieldFault("location_basis", Remark(N_("请选择位置依据"))))
    if accuracy_m is not None and not LEAST_ACCURACY_M <= accuracy_m <= MOST_ACCURACY_M:
        message = N_("误差应在 %(least)s 到 %(most)s 米之间，现为 %(given)s")
        params = {"least": LEAST_ACCURACY_M, "most": f"{MOST_ACCURACY_M:g}", "given": f"{accuracy_m:g}"}
        faults.append(FieldFault("location_accuracy_m", Remark(message, **params)))
    if basis == LocationBasis.SURVEYED and accuracy_m is None:
        faults.append(FieldFault("location_accuracy_m", Remark(N_("实测界址须写明误差"))))
    if basis == LocationBasis.SURVEYED and not act.source:
        faults.append(FieldFault("source", Remark(N_("实测界址须写明来自哪个文件或哪次测绘"))))
    if faults:
        raise InvalidFields(faults)
    said = {"author": act.author, "day": date.today().isoformat(), "source": act.source}
    if basis == LocationBasis.SURVEYED:
        note = N_("%(author)s 于 %(day)s 录入实测界址，依据：%(source)s") % said
    elif act.source:
        note = N_("%(author)s 于 %(day)s 落图，依据：%(source)s") % said
    else:
        note = N_("%(author)s 于 %(day)s 在图上画定") % said
    return Position(shape, LocationBasis(basis), accuracy_m, note)


def same_shape(one: BaseGeometry | None, other: object) -> bool:
    """Whether two shapes are the same place to 7 decimals of a degree, a centimetre."""
    if one is None or not isinstance(other, BaseGeometry):
        return one is other
    return shapely.equals_exact(one.normalize(), other.normalize(), tolerance=5e-8)


def area_mu(shape: BaseGeometry | None) -> float | None:
    """Area on the ellipsoid, 亩; None where there is none."""
    return area_m2(shape) / SQUARE_METRES_PER_MU if shape is not None and "Polygon" in shape.geom_type else None


def _boundary(row: int, name: str, shape: BaseGeometry, present: BaseGeometry | None) -> Boundary:
    moved_m = None if present is None else distance_m(present, shape)
    return Boundary(row, name, shape, area_mu(shape), moved_m)


def _names(fields: pandas.DataFrame) -> dict[int, str]:
    """A name of each row: that of the first field that is called so."""
    column = next((name for wanted in NAME_FIELDS for name in fields.columns if str(name).lower() == wanted), None)
    if column is None:
        return {}
    return {
        row: str(value)[:60] for row, value in fields[column].items() if not pandas.isna(value) and str(value).strip()
    }
