"""GeoPackage: every field by its name, for QGIS and other programs for maps."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from geo.exchange.files.field_values import of_type
from geo.model.crs import STORED_CRS
from geo.model.layer import FieldType, Layer
from geo.model.page import Columns
from geo.service.export_source import EQUAL_NOTE, Source, chunks_of, columns
from geo.store.gpkg_export import NewLayer, new_geopackage
from geo.store.gpkg_titles import unique


def as_gpkg(source: Source) -> Iterator[bytes]:
    """A GeoPackage with a layer for each of ours, fields by their names."""
    crs = source.wanted.crs or STORED_CRS
    titles = [source.edition.title(layer.title) for layer in source.layers]
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        path = Path(folder) / "export.gpkg"
        with new_geopackage(path, int(crs.removeprefix("EPSG:"))) as file:
            for layer, title in zip(source.layers, titles, strict=True):
                fields = {name: kind for name, _, kind in columns(layer, source)}
                named = unique(title, layer.id, titles)
                new = NewLayer(layer.id, named, _about(layer, source), fields, layer.geometry)
                file.write(new, (_typed(part, fields) for part in source.columns_of(layer.id, crs)))
        yield from chunks_of(path)


def _typed(part: Columns, fields: dict[str, FieldType]) -> Columns:
    """Some features with their ids among the values, each of the type of its field."""
    values = {**part.values, "feature_id": part.ids}
    return Columns(
        part.ids, part.wkb, {name: of_type(values[name], fields[name], name) for name in fields if name in values}
    )


def _about(layer: Layer, source: Source) -> str:
    """Where the layer is from, and what was asked for."""
    say = source.edition.translate
    lines = [layer.source, layer.licence, say(EQUAL_NOTE)]
    lines += [f"{label}: {words}" for label, words in source.edition.scope]
    return "\n".join(lines)
