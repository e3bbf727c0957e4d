"""Tiles of the world in Web Mercator: OGC's tile matrix set WebMercatorQuad (OGC 17-083r4, annex D.1)."""

import math
from dataclasses import dataclass

import numpy

TILE_MATRIX_SET = "WebMercatorQuad"
MAX_ZOOM = 22
EXTENT = 4096
"""Units along each side of a vector tile."""

BUFFER = 64
"""Units around a tile that its geometries still show, so that lines do not end at its edge."""

WORLD_BITS = 32
"""Places are counted in cells of the world's width / 2³²: a centimetre."""


@dataclass(frozen=True)
class Tile:
    """One tile: its zoom, its column from 180° W and its row from the north."""

    zoom: int
    column: int
    row: int

    def bounds(self, buffer: int = 0) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, with so many units more on every side; within the world.

        The outermost rows reach to the poles, so that every place lies in a tile.
        """
        margin, size = buffer / EXTENT, 2**self.zoom
        west, east = ((self.column + edge) / size * 360 - 180 for edge in (-margin, 1 + margin))
        north = _latitude((self.row - margin) / size) if self.row > 0 else 90.0
        south = _latitude((self.row + 1 + margin) / size) if self.row < size - 1 else -90.0
        return max(west, -180.0), south, min(east, 180.0), north

    def holds(self, places: numpy.ndarray) -> numpy.ndarray:
        """Which of some places (`places_of`) lie in the tile; each place lies in exactly one tile of a zoom."""
        shift = numpy.uint64(WORLD_BITS - self.zoom)
        columns, rows = places[:, 0] >> shift, places[:, 1] >> shift
        return (columns == self.column) & (rows == self.row)

    def local(self, places: numpy.ndarray) -> numpy.ndarray:
        """Places (`places_of`) in units of the tile, x to the east and y to the south, whole and within it."""
        unit = 2.0 ** (WORLD_BITS - self.zoom) / EXTENT
        corner = numpy.array([self.column, self.row]) * 2.0 ** (WORLD_BITS - self.zoom)
        return numpy.clip(((places - corner) // unit).astype(int), 0, EXTENT - 1)

    def project(self, lon_lat: numpy.ndarray) -> numpy.ndarray:
        """Coordinates in degrees as units of the tile, x to the east and y to the south."""
        return (world(lon_lat) * 2.0**self.zoom - (self.column, self.row)) * EXTENT


def world(lon_lat: numpy.ndarray) -> numpy.ndarray:
    """Coordinates in degrees as shares of the world's width from its north-west corner.

    Latitudes beyond the map are moved to its edge.
    """
    sines = numpy.sin(numpy.radians(numpy.clip(lon_lat[:, 1], -89.9, 89.9)))
    y = 0.5 - numpy.arctanh(sines) / (2 * math.pi)
    return numpy.column_stack([lon_lat[:, 0] / 360 + 0.5, numpy.clip(y, 0.0, 1.0)])


def places_of(lon_lat: numpy.ndarray) -> numpy.ndarray:
    """Coordinates in degrees as cells of the world, counted from its north-west corner."""
    size = 2.0**WORLD_BITS
    return numpy.clip(world(lon_lat) * size, 0, size - 1).astype(numpy.uint32)


def _latitude(share: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))
