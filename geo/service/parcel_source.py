"""Parcels as a source of files: what goes to the bureau is written by the same hands as every export."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely

from geo.exchange.geojson import Part
from geo.exchange.turning import turned
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.land_use import with_land_use
from geo.model.location import BASIS_TITLES
from geo.model.page import Columns
from geo.service.export_source import BATCH, DEGREES, Source, by_column
from geo.service.parcels import Parcel


@dataclass(frozen=True)
class ParcelSource(Source):
    """Parcels to be written, with their codes; with `marked` the name of one that is not surveyed says so."""

    parcels: tuple[Parcel, ...] = ()
    marked: bool = False

    def parts_of(self, layer_id: str, crs: str = STORED_CRS) -> Iterator[Part]:
        """The parcels of one layer, some at a time."""
        own = [parcel for parcel in self.parcels if parcel.layer.id == layer_id]
        for start in range(0, len(own), BATCH):
            some = own[start : start + BATCH]
            wkb = shapely.to_wkb([parcel.shape for parcel in some]).tolist()
            properties = [self._properties(parcel) for parcel in some]
            yield layer_id, [each.feature_id for each in some], wkb if crs in DEGREES else turned(wkb, crs), properties

    def columns_of(self, layer_id: str, crs: str = STORED_CRS) -> Iterator[Columns]:
        for _, ids, wkb, properties in self.parts_of(layer_id, crs):
            yield Columns(ids, wkb, by_column(properties))

    def _properties(self, parcel: Parcel) -> dict[str, object]:
        properties = with_land_use(self.store.catalog, parcel.layer.id, parcel.properties)
        basis = str(properties.get("location_basis"))
        if self.marked and basis != "surveyed":
            say = self.edition.translate
            mark = say(N_("%(name)s（%(basis)s，非实测）"))
            properties["name"] = mark % {"name": parcel.name, "basis": say(BASIS_TITLES[basis])}
        return properties
