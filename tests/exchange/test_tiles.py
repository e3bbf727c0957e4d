"""Vector tiles as GDAL's own reader of them decodes them."""

import mapbox_vector_tile
import numpy
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.exchange.tiles import TOLERANCE, number_of, tile_of_counts, tile_of_features
from geo.model.tiles import BUFFER, EXTENT, Tile, places_of

TILE = Tile(15, 26765, 13178)
"""A tile of the zone, 1.2 km wide in Web Mercator."""


@pytest.fixture
def decoded(tmp_path):
    """What GDAL reads in a layer of a tile, in units of the tile, y to the south."""

    def decode(tile, layer):
        path = tmp_path / "tile.pbf"
        path.write_bytes(tile)
        frame = pyogrio.read_dataframe(path, layer=layer, CLIP="NO")
        frame.geometry = shapely.transform(frame.geometry, lambda xy: xy * (1, -1) + (0, EXTENT))
        return frame.set_crs(None, allow_override=True)

    return decode


def lon_lat(shape):
    """A geometry in units of the tile as one in degrees."""
    west, _, east, _ = TILE.bounds()

    def to_degrees(units):
        lon = west + units[:, 0] / EXTENT * (east - west)
        y = (TILE.row + units[:, 1] / EXTENT) / 2**TILE.zoom
        return numpy.column_stack([lon, numpy.degrees(numpy.arctan(numpy.sinh(numpy.pi * (1 - 2 * y))))])

    return shapely.transform(shape, to_degrees)


def made(shapes, properties=None):
    """A tile of geometries that are given in units of it."""
    ids = [f"f-{number}" for number in range(len(shapes))]
    degrees = [lon_lat(shape) for shape in shapes]
    bounds = shapely.bounds(degrees)
    middles = places_of((bounds[:, :2] + bounds[:, 2:]) / 2)
    wkb = [shapely.to_wkb(shape) for shape in degrees]
    return tile_of_features("parcels", TILE, ids, wkb, properties or [{} for _ in shapes], middles)


def test_shapes_and_values_come_back(decoded):
    holed = shapely.box(1000, 1000, 3000, 3000).difference(shapely.box(1500, 1500, 2000, 2000))
    values = {"name": "宏志小学", "seats": 1620, "land_area_mu": 45.4, "fenced": True, "note": None}
    frame = decoded(made([holed], [values]), "parcels")
    assert frame.geometry[0].equals(holed)
    row = frame.iloc[0]
    assert (row["name"], row["seats"], row["land_area_mu"], row["fenced"]) == ("宏志小学", 1620, 45.4, True)
    assert row["feature_id"] == "f-0"
    assert row["mvt_id"] == number_of("f-0")
    assert "note" not in frame.columns


def test_what_leaves_the_tile_is_cut_at_its_buffer_and_counted_where_its_middle_lies(decoded):
    across = shapely.box(-3000, 1000, 200, 2000)  # its middle is west of the tile
    tile = made([across, shapely.box(100, 100, 300, 300)])
    frame = decoded(tile, "parcels")
    assert frame.geometry[0].equals(shapely.box(-BUFFER, 1000, 200, 2000))
    counts = decoded(tile, "parcels_counts")
    assert list(counts["count"]) == [1]
    assert list(counts["mvt_id"]) == [number_of("f-1")]
    assert (
        counts.geometry[0].equals(shapely.Point(200, 200)) or counts.geometry[0].distance(shapely.Point(200, 200)) < 2
    )


def test_what_is_smaller_than_a_unit_is_a_point_and_what_only_comes_near_is_nothing(decoded):
    tiny, far = shapely.box(500.1, 500.1, 500.3, 500.3), shapely.box(-500, 0, -BUFFER - 10, 10)
    line = shapely.LineString([(700.1, 700.1), (700.2, 700.2)])
    frame = decoded(made([tiny, far, line]), "parcels")
    assert list(frame["feature_id"]) == ["f-0", "f-2"]
    assert [shape.geom_type for shape in frame.geometry] == ["Point", "Point"]
    assert frame.geometry[0].distance(shapely.Point(500, 500)) < 1


def test_a_crossing_ring_is_shown_as_the_two_areas_that_it_has(decoded):
    crossing = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    (shape,) = decoded(made([crossing]), "parcels").geometry
    assert shape.is_valid
    assert shape.area == pytest.approx(500_000, rel=0.01)


def test_lines_and_parts_stay_what_they_are(decoded):
    line = shapely.LineString([(0, 0), (1000, 0), (1000, 2000)])
    parts = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)])
    assert decoded(made([line]), "parcels").geometry[0].equals(line)
    assert decoded(made([parts]), "parcels").geometry[0].equals(parts)
    assert decoded(made([shapely.Point(5, 6)]), "parcels").geometry[0].distance(shapely.Point(5, 6)) < 1


def test_counts_stand_where_they_are_put(decoded):
    frame = decoded(
        tile_of_counts("parcels", numpy.array([[10, 20], [30, 40]]), numpy.array([7, 1_000_000])), "parcels_counts"
    )
    assert [(shape.x, shape.y) for shape in frame.geometry] == [(10, 20), (30, 40)]
    assert list(frame["count"]) == [7, 1_000_000]


def test_nothing_makes_an_empty_tile():
    assert made([]) == b""
    assert tile_of_counts("parcels", numpy.empty((0, 2)), []) == b""


corners = st.tuples(st.integers(-6000, 9000), st.integers(-6000, 9000))
polygons = st.lists(corners, min_size=3, max_size=12, unique=True).map(shapely.Polygon)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(polygons)
@example(shapely.Polygon([(348, -1016), (-343, 130), (-296, 1017), (83, -1017)]))  # its middle alone lies in the tile
def test_any_ring_is_valid_within_the_buffer_and_near_its_own_area(decoded, ring):
    clip = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    expected = shapely.make_valid(ring).intersection(clip)
    tile = made([ring])
    is_shown = bool(tile) and "parcels" in mapbox_vector_tile.decode(tile)
    shown = decoded(tile, "parcels").geometry[0] if is_shown else shapely.Polygon()
    assert shown.is_valid
    for one, other in ((shown, expected), (expected, shown), (shown, clip)):
        assert one.buffer(-2 * TOLERANCE).difference(other.buffer(2 * TOLERANCE)).is_empty
