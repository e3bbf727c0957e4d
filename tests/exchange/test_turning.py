"""Shapes turned from degrees to metres: the fast way for plain shapes gives what the usual way gives for all."""

import numpy
import pyproj
import pytest
import shapely

from geo.exchange.turning import turned
from geo.model.crs import GEOD

SHAPES = [
    "POLYGON ((114 33, 114.1 33, 114.1 33.1, 114 33))",
    "POLYGON ((114 33, 115 33, 115 34, 114 33), (114.6 33.2, 114.6 33.4, 114.8 33.4, 114.6 33.2))",
    None,
    "LINESTRING (114 33, 114.2 33.3, 114.1 33.9)",
    "POINT (114 33)",
    "MULTIPOLYGON (((114 33, 115 33, 115 34, 114 33)), ((112 33, 113 33, 113 34, 112 33)))",
    "POLYGON EMPTY",
    "POLYGON ((113 33, 113.1 33, 113.1 33.1, 113.05 33.15, 113 33.1, 113 33))",
]


def test_on_its_meridian_the_easting_is_that_of_the_zone_and_the_northing_the_way_from_the_equator():
    (line,) = shapely.from_wkb(turned([shapely.to_wkb(shapely.LineString([(114, 33), (114, 34)]))], "EPSG:4526"))
    way = [GEOD.inv(114, 0, 114, lat)[2] for lat in (33, 34)]
    assert numpy.abs(shapely.get_coordinates(line) - [(38_500_000, way[0]), (38_500_000, way[1])]).max() < 1e-4


@pytest.mark.parametrize("byte_order", [0, 1])
def test_shapes_of_every_kind_keep_their_kind_place_and_order(byte_order):
    wkb = [text and shapely.to_wkb(shapely.from_wkt(text), byte_order=byte_order) for text in SHAPES]
    plane = pyproj.Transformer.from_crs(4326, 4526, always_xy=True)
    for text, own in zip(SHAPES, turned(wkb, "EPSG:4526"), strict=True):
        wanted = text and shapely.transform(shapely.from_wkt(text), plane.transform, interleaved=False)
        assert (own and shapely.from_wkb(own)) == wanted


def test_nothing_turned_is_nothing():
    assert turned([], "EPSG:4526") == []
    assert turned([None, None], "EPSG:4526") == [None, None]
