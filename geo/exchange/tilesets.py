"""Documents of OGC API - Tiles - Part 1: Core 1.0 (OGC 20-057) and of the tile matrix set (OGC 17-083r4)."""

from geo.exchange.ogc import JSON, OGC_RELATION, Document, field_schema
from geo.exchange.tiles import MEDIA_TYPE, counts_name
from geo.model.crs import CRS84
from geo.model.layer import Layer
from geo.model.tiles import MAX_ZOOM, TILE_MATRIX_SET

WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
TILE_MATRIX_SET_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TILE_MATRIX_SET}"

HALF_WORLD_M = 20037508.342789244
TILE_PX = 256
PIXEL_M = 0.00028
"""The standard's pixel: scale denominators hang on it."""

DIMENSIONS = {"Point": 0, "LineString": 1, "Polygon": 2}


def _link(rel: str, href: str, media_type: str, **more: object) -> Document:
    return {"rel": rel, "href": href, "type": media_type, **more}


def tilesets(base_url: str, layer: Layer, language: str) -> Document:
    """The list of a collection's tile sets: one."""
    address = f"{base_url}/collections/{layer.id}/tiles"
    return {"links": [_link("self", address, JSON)], "tilesets": [_summary(base_url, layer, language)]}


def tileset(base_url: str, layer: Layer, extent: tuple[float, float, float, float] | None, language: str) -> Document:
    """A collection's tile set with the layers of its tiles.

    Parameters
    ----------
    extent
        Min lon, min lat, max lon, max lat of its geometries in degrees; None where it has none.
    """
    box = {} if extent is None else {"boundingBox": {"lowerLeft": extent[:2], "upperRight": extent[2:], "crs": CRS84}}
    properties = {field.name: field_schema(field, language) for field in (*layer.fields, *layer.status_fields)}
    shapes = {"feature_id": {"type": "string"}, **properties}
    counts = {"count": {"type": "integer"}}
    dimension = DIMENSIONS[layer.geometry.removeprefix("Multi")]
    return {
        **_summary(base_url, layer, language),
        "description": getattr(layer.description, language),
        "attribution": layer.source,
        **box,
        "layers": [_layer(layer.id, dimension, shapes), _layer(counts_name(layer.id), 0, counts)],
    }


def _layer(name: str, dimension: int, properties: Document) -> Document:
    schema = {"type": "object", "properties": properties}
    return {"id": name, "dataType": "vector", "geometryDimension": dimension, "propertiesSchema": schema}


def _summary(base_url: str, layer: Layer, language: str) -> Document:
    address = f"{base_url}/collections/{layer.id}/tiles/{TILE_MATRIX_SET}"
    template = f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    scheme = f"{base_url}/tileMatrixSets/{TILE_MATRIX_SET}"
    return {
        "title": getattr(layer.title, language),
        "dataType": "vector",
        "crs": WEB_MERCATOR,
        "tileMatrixSetURI": TILE_MATRIX_SET_URI,
        "links": [
            _link("self", address, JSON),
            _link(f"{OGC_RELATION}tiling-scheme", scheme, JSON),
            _link(f"{OGC_RELATION}geodata", f"{base_url}/collections/{layer.id}", JSON),
            _link("item", template, MEDIA_TYPE, templated=True),
        ],
    }


def tile_matrix_sets(base_url: str) -> Document:
    """The list of the ways in which the world is cut into tiles: one."""
    own = _link("self", f"{base_url}/tileMatrixSets/{TILE_MATRIX_SET}", JSON)
    named = {"id": TILE_MATRIX_SET, "title": TILE_MATRIX_SET, "uri": TILE_MATRIX_SET_URI, "crs": WEB_MERCATOR}
    return {"links": [_link("self", f"{base_url}/tileMatrixSets", JSON)], "tileMatrixSets": [named | {"links": [own]}]}


def tile_matrix_set() -> Document:
    """How the world is cut into tiles, down to the last zoom that is served."""
    return {
        "id": TILE_MATRIX_SET,
        "title": TILE_MATRIX_SET,
        "uri": TILE_MATRIX_SET_URI,
        "crs": WEB_MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_tile_matrix(zoom) for zoom in range(MAX_ZOOM + 1)],
    }


def _tile_matrix(zoom: int) -> Document:
    cell_size = 2 * HALF_WORLD_M / TILE_PX / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell_size / PIXEL_M,
        "cellSize": cell_size,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": TILE_PX,
        "tileHeight": TILE_PX,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }
