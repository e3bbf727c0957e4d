"""Which features of a layer are parcels for the bureau, and why the others are not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.location import BASIS_TITLES
from geo.model.parcel_check import LeftOut
from geo.model.remark import Remark
from geo.service.features import properties_of
from geo.store.base import Store

BASES = ("surveyed", "placed", "located")
"""Bases that a parcel may have; what is schematic or has no place is never one."""

SURVEYED = ("surveyed",)
"""Bases without asking."""

MOST_PARCELS = 50_000


@dataclass(frozen=True)
class Parcel:
    """A feature with its area, EPSG:4326."""

    layer: Layer
    feature_id: str
    shape: BaseGeometry
    properties: dict[str, object]

    @property
    def key(self) -> str:
        return f"{self.layer.id}/{self.feature_id}"

    @property
    def name(self) -> str:
        return str(self.properties.get("name") or "")


@dataclass(frozen=True)
class Chosen:
    """The parcels of some layers, and what was left out."""

    layers: tuple[Layer, ...]
    bases: tuple[str, ...]
    parcels: tuple[Parcel, ...]
    left_out: tuple[LeftOut, ...]


def parcel_layers(store: Store) -> list[Layer]:
    """Layers of the plan whose features are areas."""
    return [layer for layer in store.catalog.plan if (layer.geometry or "").endswith("Polygon")]


def choose(
    store: Store, layer_ids: Sequence[str], bases: Sequence[str] = SURVEYED, *, year: int | None = None
) -> Chosen:
    """Parcels of layers with one of the bases, in the order of layers and ids.

    Parameters
    ----------
    year
        Adds the status as of its end.

    Raises
    ------
    LayerNotFound
    InvalidInput
        If a layer has no parcels, a basis is none that a parcel may have, or there are too many.
    """
    for basis in bases:
        if basis not in BASES:
            message = N_("位置依据“%(basis)s”的要素不能作为地块报送，可选：%(known)s")
            raise InvalidInput(message, basis=basis[:40], known=", ".join(BASES))
    known = {layer.id for layer in parcel_layers(store)}
    for layer_id in layer_ids:
        layer = store.catalog[layer_id]
        if layer_id not in known:
            raise InvalidInput(N_("只有规划的面图层有地块，“%(layer)s”不是"), layer=layer.id)
    parcels: list[Parcel] = []
    left_out: list[LeftOut] = []
    for layer_id in dict.fromkeys(layer_ids):
        for found in _features(store, store.catalog[layer_id], year):
            reason = _reason_against(found, bases)
            if reason is None:
                parcels.append(found)
            else:
                basis = found.properties.get("location_basis")
                left_out.append(LeftOut(layer_id, found.feature_id, found.name, basis, reason))
        if len(parcels) > MOST_PARCELS:
            raise InvalidInput(N_("地块超过 %(most)s 个，请分图层报送"), most=MOST_PARCELS)
    asked = tuple(basis for basis in BASES if basis in bases)
    layers = tuple(store.catalog[layer_id] for layer_id in dict.fromkeys(layer_ids))
    return Chosen(layers, asked, tuple(parcels), tuple(left_out))


def _features(store: Store, layer: Layer, year: int | None) -> Iterator[Parcel]:
    for page in store.scan(layer.id, FeatureQuery(schematic=True, retired=True, year=year)):
        shapes = shapely.force_2d(shapely.from_wkb(numpy.array(page.wkb, dtype=object)))
        for feature_id, shape, properties in zip(page.ids, shapes, properties_of(layer, page, year), strict=True):
            yield Parcel(layer, feature_id, shape, properties)


def _reason_against(found: Parcel, bases: Sequence[str]) -> Remark | None:
    """Why a feature is no parcel; None where it is one."""
    basis = found.properties.get("location_basis")
    if found.properties.get("retired_on"):
        return Remark(N_("已停用"))
    if found.shape is None or found.shape.is_empty:
        return Remark(N_("没有图形，待落图"))
    if basis == "schematic":
        return Remark(N_("示意位置，不是地块，不报送"))
    if basis not in bases:
        title = Remark(BASIS_TITLES.get(str(basis), N_("位置依据不明")))
        return Remark(N_("位置依据是“%(basis)s”，没有要求报送"), basis=title)
    return None
