"""Mapbox vector tiles, version 2.1, straight from ids, WKB and property rows.

A tile of single features has two layers: the features under the collection's id, and under `<id>_counts` a point with
`count` 1, and the feature's own id, for each feature whose middle lies in this tile. A tile of counts has only the
second one, whose points stand for `count` features each. So the counts of all tiles of a zoom add up to the number of
features.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import mapbox_vector_tile
import numpy
import shapely

from geo.model.tiles import BUFFER, EXTENT, Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
TOLERANCE = 2
"""Units by which a simplified geometry may differ: a quarter of a pixel where a tile has 512 of them."""

_OPTIONS = {"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}
_CLIP = (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)

Feature = dict[str, object]


def counts_name(layer_id: str) -> str:
    """The name of the layer of counts in a tile of a collection."""
    return f"{layer_id}_counts"


def tile_of_features(
    layer_id: str,
    tile: Tile,
    ids: Sequence[str],
    wkb: Sequence[bytes],
    properties: Sequence[Mapping[str, object]],
    middles: numpy.ndarray,
) -> bytes:
    """A tile that shows each feature.

    Parameters
    ----------
    ids, wkb, properties
        Feature by feature, as `geojson.feature_collection` has them, each with a geometry; what is None is left out.
    middles
        The middle of each one's bounds (`geo.model.tiles.places_of`).
    """
    numbers = [number_of(feature_id) for feature_id in ids]
    shown = [
        {"id": number, "geometry": shape, "properties": {"feature_id": feature_id, **_known(values)}}
        for number, feature_id, values, shape in zip(numbers, ids, properties, _shapes(tile, wkb), strict=True)
        if not shape.is_empty
    ]
    counted = numpy.flatnonzero(tile.holds(middles))
    points = shapely.points(tile.local(middles[counted]))
    counts = [
        {"id": numbers[index], "geometry": point, "properties": {"count": 1}}
        for index, point in zip(counted, points, strict=True)
    ]
    return _encoded({layer_id: shown, counts_name(layer_id): counts})


def tile_of_counts(layer_id: str, places: numpy.ndarray, counts: Iterable[int]) -> bytes:
    """A tile that shows points which stand for many features each.

    Parameters
    ----------
    places
        Where, in units of the tile.
    """
    points = zip(shapely.points(places), counts, strict=True)
    shown = [{"geometry": point, "properties": {"count": int(count)}} for point, count in points]
    return _encoded({counts_name(layer_id): shown})


def number_of(feature_id: str) -> int:
    """The number that stands for a feature in tiles, which know no other ids; 48 bits of a hash."""
    return int.from_bytes(blake2b(feature_id.encode(), digest_size=6).digest())


def _encoded(layers: Mapping[str, list[Feature]]) -> bytes:
    """Empty where nothing is shown."""
    filled = [{"name": name, "features": features} for name, features in layers.items() if features]
    return mapbox_vector_tile.encode(filled, default_options=_OPTIONS) if filled else b""


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _shapes(tile: Tile, wkb: Sequence[bytes]) -> numpy.ndarray:
    """Geometries in whole units of the tile, simplified and cut at its buffer; too small ones become points.

    What does not reach into the tile is empty.
    """
    shapes = shapely.from_wkb(numpy.array(wkb, dtype=object))
    shapes = shapely.set_coordinates(shapely.force_2d(shapes), tile.project(shapely.get_coordinates(shapes)))
    middles = shapely.points(_middles(shapely.bounds(shapes)))
    faulty = ~shapely.is_valid(shapes)
    shapes[faulty] = shapely.make_valid(shapes[faulty])
    dimensions = shapely.get_dimensions(shapes)
    reaching = shapely.intersects(shapes, shapely.box(*_CLIP))
    simple = shapely.simplify(shapes, TOLERANCE, preserve_topology=False)
    fine = shapely.is_valid(simple) & ~shapely.is_empty(simple)
    shapes[fine] = simple[fine]
    cut = shapely.set_precision(shapely.intersection(shapes, shapely.box(*_CLIP)), 1.0)
    cut = _of_dimension(cut, dimensions)
    small = shapely.is_empty(cut) & reaching
    cut[small] = shapely.set_precision(shapely.intersection(middles[small], shapely.box(*_CLIP)), 1.0)
    return shapely.orient_polygons(cut, exterior_cw=False)


def _middles(bounds: numpy.ndarray) -> numpy.ndarray:
    return (bounds[:, :2] + bounds[:, 2:]) / 2


def _of_dimension(shapes: numpy.ndarray, dimensions: numpy.ndarray) -> numpy.ndarray:
    """Geometries without the points and lines that cutting leaves where a side runs along the edge."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for index in numpy.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(shapes[index]))
        kept = parts[shapely.get_dimensions(parts) == dimensions[index]]
        shapes[index] = shapely.union_all(kept)
    fallen = shapely.get_dimensions(shapes) < dimensions
    shapes[fallen] = shapely.Point()
    return shapes
