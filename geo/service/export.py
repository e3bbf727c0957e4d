"""Files to take away: what a question finds, with every figure and the basis of every position."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from geo.analysis.schedule import year_end
from geo.exchange import geojson, workbook
from geo.exchange.geojson import Part
from geo.exchange.table import Edition
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.service.features import properties_of
from geo.store.base import Store

BATCH = 1000
"""Features in memory at a time."""

DEMO_NOTE = N_("演示数据：进展为虚构，不得引用")


@dataclass(frozen=True)
class _Export:
    """What is to be written: the features that each layer's query finds, in an edition."""

    store: Store
    queries: Mapping[str, FeatureQuery]
    edition: Edition
    schematic_shapes: bool

    @property
    def layers(self) -> list[Layer]:
        return [self.store.catalog[layer_id] for layer_id in self.queries]

    def parts(self) -> Iterator[Part]:
        """The features, a page at a time."""
        for layer, query in zip(self.layers, self.queries.values(), strict=True):
            for page in self.store.scan(layer.id, query, batch=BATCH):
                properties = properties_of(layer, page, query.year)
                wkb = page.wkb if self.schematic_shapes else _without_schematic(page.wkb, properties)
                yield layer.id, page.ids, wkb, properties

    def as_geojson(self) -> Iterator[bytes]:
        say, year = self.edition.translate, self.edition.year
        members: dict[str, object] = {"note": say(DEMO_NOTE)} if self.edition.demo else {}
        if year is not None:
            members |= {"year": year, "status_as_of": year_end(year).isoformat()}
        if self.edition.scope:
            members["scope"] = dict(self.edition.scope)
        return geojson.stream(self.parts(), **members)

    def as_csv(self) -> Iterator[bytes]:
        return workbook.csv_stream(self.layers, self.parts(), self.edition)

    def as_xlsx(self) -> Iterator[bytes]:
        return workbook.xlsx_stream(self.store.catalog.zone, self.layers, self.parts(), self.edition, date.today())


def _without_schematic(wkb: Sequence[bytes | None], properties: Sequence[Mapping[str, object]]) -> list[bytes | None]:
    return [
        None if of.get("location_basis") == "schematic" else shape for shape, of in zip(wkb, properties, strict=True)
    ]


@dataclass(frozen=True)
class Format:
    """A file format: its media type and what writes it."""

    media_type: str
    write: Callable[[_Export], Iterator[bytes]]


FORMATS = {
    "geojson": Format(geojson.MEDIA_TYPE, _Export.as_geojson),
    "csv": Format(workbook.CSV_MEDIA_TYPE, _Export.as_csv),
    "xlsx": Format(workbook.XLSX_MEDIA_TYPE, _Export.as_xlsx),
}
"""Formats by the end of their file names."""


def stream(
    store: Store,
    queries: Mapping[str, FeatureQuery],
    format_name: str,
    *,
    language: str = "zh",
    translate: Callable[[str], str] = str,
    schematic_shapes: bool = True,
    scope: Sequence[tuple[str, str]] = (),
) -> Iterator[bytes]:
    """A file in chunks; memory stays flat whatever its size.

    Parameters
    ----------
    queries
        What is asked of each layer, in the order of the file; a layer that has not a filtered field is not among them.
        A file shows the status of one year, so all name the same one, or none.
    format_name
        A key of `FORMATS`.
    language
        `zh` or `en`, of headers and coded values.
    translate
        Turns our own Chinese words into that language.
    schematic_shapes
        False leaves the geometry of schematic positions out although a query finds features by it: the file then has
        every feature that the map shows in an area, and no drawing that could be taken for a place.
    scope
        What was asked for, as `geo.service.export_scope` says it; the file tells it.

    Raises
    ------
    LayerNotFound, InvalidInput
        If a query does not fit its layer; before the first chunk, so that an answer can still say so.
    """
    filled = {layer_id: store.filled(layer_id, query) for layer_id, query in queries.items()}
    year = next((query.year for query in queries.values()), None)
    edition = Edition(year, store.demo, language, translate, scope, filled)
    return FORMATS[format_name].write(_Export(store, queries, edition, schematic_shapes))
