"""KML 2.2 for Google Earth and phones: a folder for each layer, every figure as data of its placemark."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy
import shapely

from geo.exchange.geojson import IN_FILES, Part
from geo.exchange.table import cleaned
from geo.model.layer import Layer

MEDIA_TYPE = "application/vnd.google-earth.kml+xml"


def stream(layers: Sequence[Layer], parts: Iterable[Part], language: str, note: str) -> Iterator[bytes]:
    """A document in chunks.

    Parameters
    ----------
    parts
        Features of those layers, in their order.
    note
        What the reader has to know of the whole.
    """
    titles = {layer.id: getattr(layer.title, language) for layer in layers}
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f"<description>{_text(note)}</description>\n".encode()
    current = None
    for layer_id, ids, wkb, properties in parts:
        if layer_id != current:
            yield b"</Folder>\n" if current is not None else b""
            yield f"<Folder><name>{_text(titles[layer_id])}</name>\n".encode()
            current = layer_id
        shapes = shapely.force_2d(shapely.from_wkb(numpy.array(wkb, dtype=object)))
        yield "".join(
            _placemark(feature_id, shape, values)
            for feature_id, shape, values in zip(ids, shapely.orient_polygons(shapes), properties, strict=True)
        ).encode()
    yield b"</Folder>\n" if current is not None else b""
    yield b"</Document></kml>\n"


def _placemark(feature_id: str, shape: shapely.Geometry | None, values: Mapping[str, object]) -> str:
    name = values.get("name") or feature_id
    data = [("feature_id", feature_id), *((key, value) for key, value in values.items() if value is not None)]
    told = "".join(f"<Data name={quoteattr(key)}><value>{_text(value)}</value></Data>" for key, value in data)
    drawn = "" if shape is None or shape.is_empty else _shape(shape)
    return f"<Placemark><name>{_text(name)}</name><ExtendedData>{told}</ExtendedData>{drawn}</Placemark>\n"


def _text(value: object) -> str:
    return escape(cleaned({True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)))


def _shape(shape: shapely.Geometry) -> str:
    if isinstance(
        shape, shapely.GeometryCollection | shapely.MultiPolygon | shapely.MultiLineString | shapely.MultiPoint
    ):
        return f"<MultiGeometry>{''.join(_shape(part) for part in shape.geoms)}</MultiGeometry>"
    if isinstance(shape, shapely.Polygon):
        outer = f"<outerBoundaryIs>{_line('LinearRing', shape.exterior)}</outerBoundaryIs>"
        holes = (f"<innerBoundaryIs>{_line('LinearRing', ring)}</innerBoundaryIs>" for ring in shape.interiors)
        return f"<Polygon>{outer}{''.join(holes)}</Polygon>"
    return _line(shape.geom_type, shape)


def _line(name: str, shape: shapely.Geometry) -> str:
    pairs = shapely.get_coordinates(shape).round(IN_FILES.decimals).tolist()
    return f"<{name}><coordinates>{' '.join(f'{lon!r},{lat!r}' for lon, lat in pairs)}</coordinates></{name}>"
