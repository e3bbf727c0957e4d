"""Tiles cover the world once at every zoom, where mercantile says they lie."""

import mercantile
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model.tiles import EXTENT, MAX_ZOOM, Tile, places_of, world

zooms = st.integers(0, MAX_ZOOM)
shares = st.floats(0, 1, exclude_max=True)
positions = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


def tile_at(zoom, x, y):
    return Tile(zoom, int(x * 2**zoom), int(y * 2**zoom))


@given(zooms, shares, shares)
def test_bounds_are_those_of_mercantile_and_the_outermost_rows_reach_to_the_poles(zoom, x, y):
    tile = tile_at(zoom, x, y)
    expected = mercantile.bounds(tile.column, tile.row, zoom)
    west, south, east, north = tile.bounds()
    assert (west, east) == pytest.approx((expected.west, expected.east), abs=1e-9)
    assert south == pytest.approx(-90 if tile.row == 2**zoom - 1 else expected.south, abs=1e-9)
    assert north == pytest.approx(90 if tile.row == 0 else expected.north, abs=1e-9)


@given(zooms, positions)
def test_a_place_lies_in_the_tile_that_mercantile_names_and_in_no_neighbour(zoom, position):
    place = places_of(numpy.array([position]))
    x, y = world(numpy.array([position]))[0] * 2**zoom
    held = [
        Tile(zoom, column, row)
        for column in range(max(int(x) - 1, 0), min(int(x) + 2, 2**zoom))
        for row in range(max(int(y) - 1, 0), min(int(y) + 2, 2**zoom))
        if Tile(zoom, column, row).holds(place)[0]
    ]
    (tile,) = held
    named = mercantile.tile(*position, zoom)
    # On an edge the last bits decide, and both answers are right.
    assert abs(tile.column - named.x) <= (abs(x - round(x)) < 1e-6)
    assert abs(tile.row - named.y) <= (abs(y - round(y)) < 1e-6)


@given(zooms, shares, shares, shares, shares)
def test_what_lies_within_the_bounds_lies_within_the_tile(zoom, x, y, across, down):
    tile = tile_at(zoom, x, y)
    west, south, east, north = mercantile.bounds(tile.column, tile.row, zoom)
    inside = numpy.array([[west + (east - west) * across, south + (north - south) * down]])
    assert (tile.project(inside) > -1).all()
    assert (tile.project(inside) < EXTENT + 1).all()
    assert ((tile.local(places_of(inside)) >= 0) & (tile.local(places_of(inside)) < EXTENT)).all()


def test_units_run_from_the_north_west_corner():
    tile = Tile(1, 1, 0)  # the north-east quarter of the world
    assert tile.project(numpy.array([[0.0, 0.0], [90.0, 0.0], [180.0, 0.0]])).round(6).tolist() == [
        [0, EXTENT],
        [EXTENT / 2, EXTENT],
        [EXTENT, EXTENT],
    ]
    assert tile.bounds(64)[0] == pytest.approx(-180 / 64)  # a buffer of 64 of 4096 units of half a world
