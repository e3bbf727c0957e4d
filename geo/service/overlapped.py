"""Which parcels of the plan a drawn one lies on, so that it is said where it is drawn and in the record."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shapely.geometry.base import BaseGeometry

from geo.analysis.overlap import overlaps_with
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.model.location import LocationBasis, Position
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU
from geo.store.base import Store

MOST_TOLD = 5
LEAST_MU = 0.01


def overlapped(
    store: Store,
    shape: BaseGeometry | None,
    itself: Iterable[tuple[str, str]] = (),
    others: Sequence[tuple[str, BaseGeometry]] = (),
) -> tuple[Remark, ...]:
    """What a parcel lies on: features of the plan with a true position, in use; the largest overlaps first.

    Parameters
    ----------
    shape
        In EPSG:4326.
    itself
        Layers and ids that do not count: the feature's own, and those that get another place at the same time.
    others
        Names and shapes of further parcels, EPSG:4326, that are not in the store yet.
    """
    if shape is None or "Polygon" not in shape.geom_type:
        return ()
    found = [*others, *_of_store(store, shape, set(itself))]
    overlaps = overlaps_with([shape], [each for _, each in found])
    overlaps = sorted(overlaps, key=lambda each: -each.area_m2)[:MOST_TOLD]
    message = N_("与“%(name)s”的地块重叠约 %(area)s 亩，须核对")
    areas = [max(each.area_m2 / SQUARE_METRES_PER_MU, LEAST_MU) for each in overlaps]
    return tuple(
        Remark(message, name=found[each.second][0], area=f"{area:.2f}")
        for each, area in zip(overlaps, areas, strict=True)
    )


def told(position: Position | None, remarks: Sequence[Remark]) -> Position | None:
    """A position whose note also says what it lies on; a surveyed one is not questioned."""
    if not remarks or position is None or position.basis != LocationBasis.PLACED:
        return position
    return replace(position, note="; ".join(filter(None, [position.note, *map(str, remarks)])))


def _of_store(store: Store, shape: BaseGeometry, itself: set[tuple[str, str]]) -> Iterable[tuple[str, BaseGeometry]]:
    for layer in store.catalog.plan:
        if "Polygon" not in (layer.geometry or ""):
            continue
        near = store.read_frame(layer.id, FeatureQuery(bbox=shape.bounds))
        for feature_id, name, geometry in zip(near.index, near["name"], near.geometry, strict=True):
            if (layer.id, feature_id) not in itself:
                yield name or feature_id, geometry
