"""Lengths, areas and distances of shapes in degrees: on the ellipsoid, or in the plane of the data's zone."""

import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.crs import GEOD, STORED_CRS, metric_crs, projection

METRES_PER_DEGREE = 111_000.0
"""Of latitude, at least: for what is looked for nearby, not for figures."""


def area_m2(shape: BaseGeometry) -> float:
    """Area on the CGCS2000 ellipsoid, m², of a shape in EPSG:4326; 0 for points and lines."""
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return 0.0
    area, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(area)


def length_m(shape: BaseGeometry) -> float:
    """Length on the CGCS2000 ellipsoid, m, of a line in EPSG:4326."""
    return GEOD.geometry_length(shape)


def distance_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Between the middles of two shapes in EPSG:4326, on the CGCS2000 ellipsoid, m."""
    return GEOD.inv(one.centroid.x, one.centroid.y, other.centroid.x, other.centroid.y)[2]


def to_plane(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """A shape in EPSG:4326 (lon, lat) as easting, northing in metres."""
    return shapely.transform(shape, projection(STORED_CRS, crs).transform, interleaved=False)


def to_degrees(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """A shape in metres back in EPSG:4326 (lon, lat)."""
    return shapely.transform(shape, projection(crs, STORED_CRS).transform, interleaved=False)


def buffer(shape: BaseGeometry, distance_m: float) -> BaseGeometry:
    """Everything within a distance of a shape.

    Parameters
    ----------
    shape
        In EPSG:4326; measured in the CGCS2000 3-degree zone of its middle.
    distance_m
        Metres, more than 0.

    Returns
    -------
    around
        Polygon or MultiPolygon in EPSG:4326.
    """
    crs = metric_crs(shape.bounds)
    return to_degrees(to_plane(shape, crs).buffer(distance_m), crs)


def mitred(shape: BaseGeometry, distance_m: float) -> BaseGeometry:
    """A shape in metres grown, or drawn in by a negative distance, with its corners kept sharp; always valid.

    GEOS lets sharp corners of a buffer run across its other sides at times, and then refuses to cut it.
    """
    grown = shape.buffer(distance_m, join_style="mitre")
    return grown if grown.is_valid else shapely.make_valid(grown, method="structure", keep_collapsed=False)
