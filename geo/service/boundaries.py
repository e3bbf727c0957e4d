"""Where a feature is, given by a person: a boundary out of a file looked at beside the present one, and written."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import area_m2, distance_m
from geo.exchange.files.incoming import Batch
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.field_fault import FieldFault, InvalidFields
from geo.model.journal import Act, FeatureChange, JournalEntry
from geo.model.layer import Layer
from geo.model.location import LocationBasis, Position
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU
from geo.model.validity import invalid_reason
from geo.service.editing import GEOMETRY, placing, read_changeable
from geo.service.opened_files import Asked, OpenedFile, opened
from geo.service.proposals import fits
from geo.store.base import Store

MOST_SHAPES = 500
"""In one file; more are imported as a layer, not looked through one by one."""

GIVEN_BASES = (LocationBasis.PLACED, LocationBasis.SURVEYED)
"""What a person may say of a position."""

LEAST_ACCURACY_M, MOST_ACCURACY_M = 0.001, 50_000.0
NAME_FIELDS = ("name", "名称", "项目名称", "xmmc", "mc", "title", "dkmc", "地块名称", "layer")


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
    fault
        Why it cannot be taken as it is; None where it can.
    """

    row: int
    name: str
    geometry: BaseGeometry
    area_mu: float | None
    moved_m: float | None
    fault: Remark | None = None


def boundaries_of_file(
    path: Path,
    layer: Layer,
    present: BaseGeometry | None,
    extent: tuple[float, float, float, float],
    *,
    crs: str | None = None,
) -> tuple[list[Boundary], list[Remark]]:
    """The shapes of a file that a layer can take, and what is worth saying about the file.

    Parameters
    ----------
    present
        Where the feature is now, EPSG:4326.
    extent
        min lon, min lat, max lon, max lat of the zone; tells the CRS of a file that does not.
    crs
        Of the file, where its reader says so.

    Raises
    ------
    InvalidFile
        If it cannot be read.
    InvalidInput
        If its CRS cannot be told, or it has no shape for the layer, or too many.
    """
    with opened(path, Asked(crs=crs), extent) as file:
        if file.crs is None and file.first is not None:
            raise InvalidInput(N_("%(file)s 没有说明坐标系，坐标也看不出来：请填坐标系，如 EPSG:4526"), file=path.name)
        found = list(islice(_shapes(file, layer, present), MOST_SHAPES + 1))
        remarks = [finding.remark for finding in file.findings]
    if not found:
        is_area = "Polygon" in (layer.geometry or "")
        message = N_("%(file)s 里没有可用的面") if is_area else N_("%(file)s 里没有可用的点")
        raise InvalidInput(message, file=path.name)
    if len(found) > MOST_SHAPES:
        message = N_("%(file)s 里的图形超过 %(most)s 个：请先挑出要用的")
        raise InvalidInput(message, file=path.name, most=MOST_SHAPES)
    return found, remarks


def set_position(
    store: Store, layer_id: str, feature_id: str, revision: int, position: Position, act: Act
) -> JournalEntry | None:
    """Write where a feature is; None where that changes nothing. What is surveyed gives way to a survey only.

    Parameters
    ----------
    position
        As `given_position` makes it; its shape of the layer's type.

    Raises
    ------
    Conflict
        If the feature is no longer as the writer saw it.
    InvalidInput, InvalidFeatures
        If the feature is retired, or the layer takes no such shape.
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[layer_id]
    now = read_changeable(store, layer_id, feature_id, revision)
    fields, geometry = placing(layer, now.get("location_basis"), position)
    if same_shape(now[GEOMETRY], geometry) and all(now.get(name) == fields[name] for name in _SAID & fields.keys()):
        return None
    entries = store.write([FeatureChange(layer_id, feature_id, revision, fields, geometry)], act)
    return entries[0] if entries else None


_SAID = {"location_basis", "location_accuracy_m"}


def given_position(shape: BaseGeometry, basis: str, accuracy_m: float | None, act: Act) -> Position:
    """A position as a person gives it, with a note of who did and from what.

    A surveyed boundary says how exact it is and where it comes from.

    Parameters
    ----------
    shape
        In EPSG:4326, valid.
    basis
        `placed` or `surveyed`.
    accuracy_m
        Metres; None where it is not known.

    Raises
    ------
    InvalidFields
        If basis, accuracy or source do not hold.
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
    said = {"author": act.author, "day": office_time.today().isoformat(), "source": act.source}
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


def _shapes(file: OpenedFile, layer: Layer, present: BaseGeometry | None) -> Iterator[Boundary]:
    """What of a file a layer can take, in EPSG:4326; closed lines, as drawings have them, are areas."""
    to_degrees = file.in_degrees()
    for batch in file.batches():
        names = _names(batch)
        for row, shape, name in zip(batch.rows.tolist(), to_degrees(batch.shapes), names, strict=True):
            area = _as_area(shape) if "Polygon" in (layer.geometry or "") else shape
            if area is not None and not area.is_empty and fits(layer, area) and _is_on_earth(area):
                yield _boundary(row, name or f"#{row}", shapely.force_2d(area), present)


def _as_area(shape: BaseGeometry | None) -> BaseGeometry | None:
    is_ring = shape is not None and shape.geom_type == "LineString" and shape.is_closed and len(shape.coords) > 3
    return shapely.Polygon(shape) if is_ring else shape


def _is_on_earth(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90  # false where it is not finite


def _boundary(row: int, name: str, shape: BaseGeometry, present: BaseGeometry | None) -> Boundary:
    moved_m = None if present is None else distance_m(present, shape)
    fault = None if shape.is_valid else invalid_reason(shape)
    return Boundary(row, name, shape, area_mu(shape), moved_m, fault)


def _names(batch: Batch) -> list[str]:
    """A name of each feature: that of the first field that is called so."""
    column = next((name for wanted in NAME_FIELDS for name in batch.fields if str(name).lower() == wanted), None)
    values = batch.fields[column] if column is not None else [None] * len(batch)
    return ["" if value is None or value != value else str(value).strip()[:60] for value in values]
