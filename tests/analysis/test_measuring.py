"""Lengths, areas and buffers of shapes in degrees, against figures of an independent kind."""

import math

import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.analysis.measuring import area_m2, buffer, length_m, mitred
from tests.depth import examples

GRS80 = Geod(ellps="GRS80")


def test_one_degree_of_latitude_at_33_north_is_110_904_m_long():
    # Meridian arc from 32.5° to 33.5° on GRS 80: M = a(1-e²)/(1-e² sin²φ)^1.5 × π/180 at φ = 33°.
    a, e2, phi = 6_378_137.0, 0.00669438002290, math.radians(33)
    expected = a * (1 - e2) / (1 - e2 * math.sin(phi) ** 2) ** 1.5 * math.pi / 180
    assert length_m(shapely.LineString([(114, 32.5), (114, 33.5)])) == pytest.approx(expected, abs=1)


def test_a_square_of_one_kilometre_has_1500_mu_whatever_its_direction():
    east, _, _ = GRS80.fwd(114, 33, 90, 1000)
    _, north, _ = GRS80.fwd(114, 33, 0, 1000)
    square = shapely.box(114, 33, east, north)
    assert area_m2(square) == pytest.approx(1_000_000, rel=2e-4)
    assert area_m2(square.reverse()) == area_m2(square)


def test_holes_do_not_count_and_lines_have_no_area():
    outer, hole = shapely.box(114, 33, 114.01, 33.01), shapely.box(114.002, 33.002, 114.004, 33.004)
    assert area_m2(outer.difference(hole)) == pytest.approx(area_m2(outer) - area_m2(hole), abs=0.5)
    assert area_m2(shapely.LineString([(114, 33), (114.1, 33)])) == 0


@settings(max_examples=examples(30, deep=200))
@given(st.floats(74, 134), st.floats(18, 53), st.floats(10, 20_000))
def test_every_edge_point_of_a_buffer_lies_at_its_distance(lon, lat, distance_m):
    ring = shapely.get_coordinates(buffer(shapely.Point(lon, lat), distance_m))
    _, _, metres = GRS80.inv(*numpy.broadcast_to((lon, lat), ring.shape).T, *ring.T)
    # The plane of the zone stretches lengths by at most 1 in 2 500 within 1.5° of its meridian.
    assert numpy.allclose(metres, distance_m, rtol=6e-4, atol=0)


@pytest.mark.parametrize(
    "roads",
    [
        [[(-18, 193), (184, 190), (13, 183)], [(106, 64), (104, 137)]],
        [[(166, 217), (-10, 173)], [(49, 138), (39, 59)]],
    ],
)
def test_land_between_roads_opened_with_sharp_corners_can_still_be_cut(roads):
    lands = [shapely.buffer(shapely.LineString(road), 20.0, quad_segs=8) for road in roads]
    free = shapely.box(0, 0, 200, 200).difference(shapely.union_all(lands))
    opened = mitred(mitred(free, -8.0), 8.0)
    assert opened.is_valid and 0.97 * free.area < opened.intersection(free).area <= free.area
