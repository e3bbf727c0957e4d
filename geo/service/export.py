"""Files to take away: what a question finds, with every figure and the basis of every position."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.analysis.schedule import year_end
from geo.exchange import boundary_txt, geojson, kml
from geo.exchange.media_types import CSV_MEDIA_TYPE, DXF_MEDIA_TYPE, XLSX_MEDIA_TYPE
from geo.exchange.table import Edition
from geo.model import office_time
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.service.export_drawing import as_dxf, as_kml, as_txt
from geo.service.export_geopackage import as_gpkg
from geo.service.export_source import EQUAL_NOTE, Source, Wanted, checked_crs
from geo.store.base import Store

DEMO_NOTE = N_("演示数据：进展为虚构，不得引用")


def _as_geojson(source: Source) -> Iterator[bytes]:
    """RFC 7946; in another CRS than degrees, or named CGCS2000, a working copy that names its CRS as of 2008."""
    say, year, crs = source.edition.translate, source.edition.year, source.wanted.crs or STORED_CRS
    members: dict[str, object] = {"note": say(DEMO_NOTE)} if source.edition.demo else {}
    if crs != STORED_CRS:
        urn = f"urn:ogc:def:crs:{crs.replace(':', '::')}"
        members |= {"crs": {"type": "name", "properties": {"name": urn}}, "crs_note": say(EQUAL_NOTE)}
    if year is not None:
        members |= {"year": year, "status_as_of": year_end(year).isoformat()}
    if source.edition.scope:
        members["scope"] = dict(source.edition.scope)
    return geojson.stream(source.parts(crs), **members)


def _as_csv(source: Source) -> Iterator[bytes]:
    from geo.exchange import workbook  # loaded where it is used: it brings openpyxl

    return workbook.csv_stream(source.layers, source.parts(), source.edition)


def _as_xlsx(source: Source) -> Iterator[bytes]:
    from geo.exchange import workbook  # loaded where it is used: it brings openpyxl

    return workbook.xlsx_stream(
        source.store.catalog.zone, source.layers, source.parts(), source.edition, office_time.today()
    )


def _as_shp(source: Source) -> Iterator[bytes]:
    from geo.service.export_gis import as_shp  # loaded where it is used: it brings PyArrow

    return as_shp(source)


@dataclass(frozen=True)
class Format:
    """A file format.

    Parameters
    ----------
    ending
        Of its files' names.
    planes
        Whether it takes coordinates in metres.
    narrow
        Whether columns without any value are left out, which have to be known before the first row.
    """

    media_type: str
    write: Callable[[Source], Iterator[bytes]]
    ending: str
    planes: bool = True
    narrow: bool = False


FORMATS = {
    "geojson": Format(geojson.MEDIA_TYPE, _as_geojson, "geojson"),
    "csv": Format(CSV_MEDIA_TYPE, _as_csv, "csv", planes=False, narrow=True),
    "xlsx": Format(XLSX_MEDIA_TYPE, _as_xlsx, "xlsx", planes=False, narrow=True),
    "gpkg": Format("application/geopackage+sqlite3", as_gpkg, "gpkg"),
    "shp": Format("application/zip", _as_shp, "zip"),
    "kml": Format(kml.MEDIA_TYPE, as_kml, "kml", planes=False),
    "dxf": Format(DXF_MEDIA_TYPE, as_dxf, "dxf"),
    "txt": Format(boundary_txt.MEDIA_TYPE, as_txt, "txt"),
}
"""Formats by name."""


def stream(
    store: Store,
    queries: Mapping[str, FeatureQuery],
    format_name: str,
    *,
    language: str = "zh",
    translate: Callable[[str], str] = str,
    schematic_shapes: bool = True,
    scope: Sequence[tuple[str, str]] = (),
    wanted: Wanted | None = None,
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
    wanted
        CRS, encoding and profile; by default what the format usually has.

    Raises
    ------
    LayerNotFound, InvalidInput
        If a query does not fit its layer, or its year is none of the plan; before the first chunk, so that an answer
        can still say so.
    """
    chosen, filled = FORMATS[format_name], None
    if chosen.narrow:
        filled = {layer_id: store.filled(layer_id, query) for layer_id, query in queries.items()}
    else:
        for layer_id, query in queries.items():
            store.read_page(layer_id, replace(query, limit=1))  # tells what does not fit
    year = next((query.year for query in queries.values()), None)
    if year is not None:
        store.catalog.zone.check_year(year)
    edition = Edition(year, store.demo, language, translate, scope, filled)
    wanted = wanted or Wanted()
    wanted = replace(wanted, crs=checked_crs(wanted.crs, planes=chosen.planes))
    return chosen.write(Source(store, queries, edition, schematic_shapes, wanted))
