"""Towns drawn in metres: named lines around a place, turned as a whole, as a frame in EPSG:4326."""

import math
from collections.abc import Iterable
from functools import cache

import geopandas
import numpy
import pandas
import shapely
from pyproj import Transformer

CENTRE = (114.3, 33.2)
Line = list[tuple[float, float]]


@cache
def projection(lon: float, lat: float) -> Transformer:
    """From degrees to metres around a place, by another plane than that of the code under test."""
    return Transformer.from_crs("EPSG:4490", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=GRS80", always_xy=True)


def rotation(turn_deg: float) -> numpy.ndarray:
    angle = math.radians(turn_deg)
    return numpy.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def to_lonlat(shape: shapely.Geometry, turn_deg: float = 0.0, centre: tuple[float, float] = CENTRE) -> shapely.Geometry:
    """A shape in metres east and north of a place, turned clockwise, in degrees."""
    moved = shapely.transform(shape, lambda xy: xy @ rotation(turn_deg))
    return shapely.transform(
        moved, lambda x, y: projection(*centre).transform(x, y, direction="INVERSE"), interleaved=False
    )


def to_metres(shape: shapely.Geometry, turn_deg: float = 0.0, centre: tuple[float, float] = CENTRE) -> shapely.Geometry:
    """The way back of `to_lonlat`."""
    plane = shapely.transform(shape, projection(*centre).transform, interleaved=False)
    return shapely.transform(plane, lambda xy: xy @ rotation(-turn_deg))


def town(
    roads: Iterable[tuple[str | None, Line] | tuple[str | None, Line, dict]],
    turn_deg: float = 0.0,
    centre: tuple[float, float] = CENTRE,
) -> geopandas.GeoDataFrame:
    """Roads as (name, points in metres, more columns)."""
    roads = [(road[0], road[1], road[2] if len(road) > 2 else {}) for road in roads]
    lines = [to_lonlat(shapely.segmentize(shapely.LineString(line), 200.0), turn_deg, centre) for _, line, _ in roads]
    table = pandas.DataFrame([{"name": name, **more} for name, _, more in roads])
    return geopandas.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")


def straight(name: str | None, start: tuple[float, float], end: tuple[float, float], **more: object) -> tuple:
    return name, [start, end], more


def dual(
    name: str, start: tuple[float, float], end: tuple[float, float], apart_m: float = 20.0, **more: object
) -> list:
    """Two one-way carriageways, each drawn in its direction (traffic keeps right)."""
    way = numpy.subtract(end, start) / math.dist(start, end)
    right = numpy.array([way[1], -way[0]]) * apart_m / 2
    there = [tuple(start + right), tuple(end + right)]
    back = [tuple(end - right), tuple(start - right)]
    return [(name, there, {"oneway": True, **more}), (name, back, {"oneway": True, **more})]


def circle(radius_m: float, steps: int = 32) -> Line:
    return [
        (radius_m * math.cos(2 * math.pi * step / steps), radius_m * math.sin(2 * math.pi * step / steps))
        for step in range(steps + 1)
    ]
