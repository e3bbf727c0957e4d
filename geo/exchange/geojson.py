"""GeoJSON exactly as RFC 7946 has it, straight from ids, WKB and property rows: no frame in between.

Coordinates are WGS 84 longitude, latitude with 7 decimals (about a centimetre) on a page, 9 in a file; outer rings run
counter-clockwise, holes clockwise (RFC 7946, 3.1.6); there is no `crs` member (section 4) and nothing that is not JSON.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy
import orjson
import shapely

from geo.exchange.served_crs import to_served
from geo.model.served_crs import LON_LAT, ServedCrs

MEDIA_TYPE = "application/geo+json"
DECIMALS = LON_LAT.decimals
IN_FILES = replace(LON_LAT, decimals=9)
"""A boundary that is passed on in a file keeps its millimetre."""

Part = tuple[str, Sequence[str], Sequence[bytes | None], Sequence[Mapping[str, object]]]
"""Some features of one layer: layer id, feature ids, WKB, properties."""


def feature_collection(
    ids: Sequence[str],
    wkb: Sequence[bytes | None],
    properties: Sequence[Mapping[str, object]],
    *,
    crs: ServedCrs = LON_LAT,
    **members: object,
) -> bytes:
    """A page of features.

    Parameters
    ----------
    ids, wkb, properties
        Feature by feature: its id, its geometry as WKB in EPSG:4326 lon/lat or None, and its properties
        (text, numbers, booleans, dates, None; NaN and infinity become null).
    crs
        Of the coordinates; any but `LON_LAT` is not RFC 7946, but OGC API - Features - Part 2.
    members
        More members of the collection, such as `links` or `numberMatched`.
    """
    return orjson.dumps({"type": "FeatureCollection", **members, "features": _features(ids, wkb, properties, crs)})


def feature(
    feature_id: str | None,
    wkb: bytes | None,
    properties: Mapping[str, object],
    *,
    crs: ServedCrs = LON_LAT,
    **members: object,
) -> bytes:
    """One feature, parameters as in `feature_collection`; without an id it gets no `id` member."""
    (made,) = _features([feature_id], [wkb], [properties], crs)
    if feature_id is None:
        del made["id"]
    return orjson.dumps({**made, **members})


def stream(parts: Iterable[Part], **members: object) -> Iterator[bytes]:
    """One FeatureCollection over several layers, chunk by chunk: memory holds one part at a time.

    Parameters
    ----------
    parts
        In the order of the file; each feature gets a member `collection`, the id of its layer (RFC 7946, 6.1).
    members
        More members of the collection; they come before the features.
    """
    yield orjson.dumps({"type": "FeatureCollection", **members})[:-1] + b',"features":['
    separator = b""
    for layer_id, ids, wkb, properties in parts:
        if len(ids):
            yield separator + orjson.dumps(_features(ids, wkb, properties, IN_FILES, collection=layer_id))[1:-1]
            separator = b","
    yield b"]}"


def collections(parts: Iterable[Part], **members: object) -> bytes:
    """What `stream` gives, in one piece."""
    return b"".join(stream(parts, **members))


def _features(
    ids: Sequence[str | None],
    wkb: Sequence[bytes | None],
    properties: Sequence[Mapping[str, object]],
    crs: ServedCrs = LON_LAT,
    **members: object,
) -> list[dict[str, object]]:
    return [
        {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": values, **members}
        for feature_id, geometry, values in zip(ids, _geometries(wkb, crs), properties, strict=True)
    ]


def _geometries(wkb: Sequence[bytes | None], crs: ServedCrs) -> list[orjson.Fragment | None]:
    """Geometries as JSON text: all coordinates of the page are rounded at once. Empty ones are null.

    Every vertex stays, so that a ring smaller than the last decimal is still a ring.
    """
    shapes = shapely.from_wkb(numpy.array(wkb, dtype=object))
    shapes = shapely.set_coordinates(shapes, to_served(shapely.get_coordinates(shapes), crs))
    shapes[shapely.is_empty(shapes)] = None
    texts = shapely.to_geojson(shapely.orient_polygons(shapes))
    return [None if text is None else orjson.Fragment(text) for text in texts]
