"""What is to be written to a file: the features that each layer's query finds, in an edition and a CRS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from geo.exchange.boundary_txt import DEFAULT_PROFILE, Profile
from geo.exchange.geojson import Part
from geo.exchange.table import Edition
from geo.exchange.turning import turned
from geo.model.crs import FIRST_ZONE, LAST_ZONE, STORED_CRS, gauss_kruger_crs, zone_of
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.page import Columns
from geo.service.features import properties_of
from geo.store.base import Page, Store

BATCH = 1000
"""Features in memory at a time."""

CHUNK_BYTES = 256 * 1024
ID_SHORT = "YSBH"
"""Short name of the feature's id (要素编号)."""

DEGREES = (STORED_CRS, "EPSG:4490")
PLANES = tuple(
    gauss_kruger_crs(zone, with_zone_digits=digits)
    for digits in (True, False)
    for zone in range(FIRST_ZONE, LAST_ZONE + 1)
)
EQUAL_NOTE = N_("规划精度下 WGS 84（EPSG:4326）与 CGCS2000（EPSG:4490）视为相同，坐标未作换算")


@dataclass(frozen=True)
class Wanted:
    """How a file is to be written.

    Parameters
    ----------
    crs
        EPSG:4326, EPSG:4490 or one of the CGCS2000 3-degree zones; None for what the format usually has.
    encoding
        Of a Shapefile: `UTF-8` or `GBK`.
    profile
        Of a boundary-point file.
    """

    crs: str | None = None
    encoding: str = "UTF-8"
    profile: Profile = DEFAULT_PROFILE


@dataclass(frozen=True)
class Source:
    """The features to be written."""

    store: Store
    queries: Mapping[str, FeatureQuery]
    edition: Edition
    schematic_shapes: bool
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def layers(self) -> list[Layer]:
        return [self.store.catalog[layer_id] for layer_id in self.queries]

    def parts(self, crs: str = STORED_CRS) -> Iterator[Part]:
        """The features, a page at a time, in a CRS with the easting or longitude first."""
        for layer_id in self.queries:
            yield from self.parts_of(layer_id, crs)

    def parts_of(self, layer_id: str, crs: str = STORED_CRS) -> Iterator[Part]:
        """The features of one layer."""
        layer, query = self.store.catalog[layer_id], self.queries[layer_id]
        for page in self.store.scan(layer_id, query, batch=BATCH):
            yield layer_id, page.ids, self._shapes(page, crs), properties_of(layer, page, query.year)

    def columns_of(self, layer_id: str, crs: str = STORED_CRS) -> Iterator[Columns]:
        """The features of one layer, column by column: no value is touched that needs not be reckoned."""
        layer, query = self.store.catalog[layer_id], self.queries[layer_id]
        is_reckoned = bool(layer.ratios) or query.year is not None
        for page in self.store.scan(layer_id, query, batch=BATCH, filled_only=not is_reckoned):
            values = by_column(properties_of(layer, page, query.year)) if is_reckoned else page.by_column()
            yield Columns(page.ids, self._shapes(page, crs), values)

    def _shapes(self, page: Page, crs: str) -> Sequence[bytes | None]:
        """The shapes of a page in a CRS, without those that only hint at a place where they are not wanted."""
        wkb = page.wkb
        if not self.schematic_shapes and "location_basis" in page.columns:
            place = page.columns.index("location_basis")
            wkb = [None if row[place] == "schematic" else each for each, row in zip(wkb, page.rows, strict=True)]
        return wkb if crs in DEGREES else turned(wkb, crs)

    def zone(self) -> int:
        """The 3-degree zone of the middle of the layers.

        Raises
        ------
        InvalidInput
            If that is none of China's.
        """
        extents = [self.store.extent(layer_id, schematic=self.schematic_shapes) for layer_id in self.queries]
        known = [extent for extent in extents if extent is not None] or [self.store.catalog.zone.extent]
        return zone_of((min(each[0] for each in known) + max(each[2] for each in known)) / 2)


def columns(layer: Layer, source: Source) -> list[tuple[str, str, str]]:
    """Name, short name and type of everything that a feature has: its id, fields, ratios and a year's status."""
    found = [("feature_id", ID_SHORT, "text")]
    found += [(each.name, each.short, each.type) for each in layer.fields]
    found += [(each.name, each.short, "number") for each in layer.ratios]
    if source.edition.year is not None:
        found += [(each.name, each.short, each.type) for each in layer.status_fields]
    return found


def checked_crs(crs: str | None, *, planes: bool) -> str | None:
    """A CRS that we write.

    Parameters
    ----------
    planes
        Whether the format takes metres.

    Raises
    ------
    InvalidInput
        If it is none of them.
    """
    if crs is None:
        return None
    plain = crs.strip().upper()
    plain = f"EPSG:{plain}" if plain.isdigit() else plain
    if plain in DEGREES or (planes and plain in PLANES):
        return plain
    message = (
        N_(
            "导出不用坐标系“%(crs)s”，可用：EPSG:4326、EPSG:4490，"
            "CGCS2000 3 度带 EPSG:4513—4533（带号）、EPSG:4534—4554（无带号）"
        )
        if planes
        else N_("这种格式只有经纬度，坐标系“%(crs)s”不能用，可用：EPSG:4326、EPSG:4490")
    )
    raise InvalidInput(message, crs=crs[:40])


def by_column(rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """Rows column by column; None where a row has not the name."""
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(chain.from_iterable(rows))}


def chunks_of(path: Path) -> Iterator[bytes]:
    """A file, some of it at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
