"""1 000 sites on a network of 100 000 road segments: reading the file, then placing one site after the other."""

import random
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas
import numpy
import pandas
import shapely

from geo.service.locating import Located, locate_all, network_of_file
from tests.analysis.networks import to_lonlat
from tests.benchmarks.runner import Case

SYLLABLES = "东西南北中山水金木火土文昌平安福禄寿喜春夏秋冬梅兰竹菊龙凤虎鹤松柏杨柳江河湖海天地日月星云"
QUADRANTS = {"东北角": (1, 1), "东南角": (1, -1), "西南角": (-1, -1), "西北角": (-1, 1)}
SPACING_M, JITTER_M, CARRIAGEWAY_M = 350.0, 50.0, 10.0
SEGMENTS_BETWEEN_CROSSINGS = 2
SHARE_DUAL = 0.35


@dataclass(frozen=True)
class Town:
    """A file of roads, phrases with areas, and the corner that each means: crossing in metres, east and north."""

    file: Path
    sites: list[tuple[str, float]]
    corners: list[tuple[numpy.ndarray, tuple[int, int]]]


def town(sites: int, folder: Path) -> Town:
    """A town with a hundred segments for each site; a third of its roads has two carriageways."""
    chance = random.Random(20_21)
    each_way = round((100 * sites / (2 * SEGMENTS_BETWEEN_CROSSINGS * (1 + SHARE_DUAL))) ** 0.5) + 1
    crossings = numpy.array(
        [
            [(i * SPACING_M + chance.uniform(-JITTER_M, JITTER_M), j * SPACING_M + chance.uniform(-JITTER_M, JITTER_M))
             for j in range(each_way)]
            for i in range(each_way)
        ]
    )  # fmt: skip
    crossings -= crossings.mean(axis=(0, 1))
    names = _names(2 * each_way, chance)
    roads = [*crossings, *crossings.transpose(1, 0, 2)]
    rows = [row for name, road in zip(names, roads, strict=True) for row in _segments(name, road, chance)]
    file = folder / "roads.gpkg"
    table = pandas.DataFrame([{"name": name, "highway": kind, "oneway": way} for name, kind, way, _ in rows])
    lines = to_lonlat(numpy.array([shapely.LineString(line) for *_, line in rows]))
    geopandas.GeoDataFrame(table, geometry=lines, crs="EPSG:4326").to_file(file)
    phrases, corners = [], []
    for _ in range(sites):
        i, j = chance.randrange(1, each_way - 1), chance.randrange(1, each_way - 1)
        quadrant = chance.choice(list(QUADRANTS))
        phrases.append((f"{names[i]}与{names[each_way + j]}交叉口{quadrant}", chance.choice([10.0, 20.0, 30.0])))
        corners.append((crossings[i, j], QUADRANTS[quadrant]))
    return Town(file, phrases, corners)


def _names(count: int, chance: random.Random) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(chance.sample(SYLLABLES, 2)) + chance.choice(["路", "大道", "街"])] = None
    return list(names)


def _segments(name: str, road: numpy.ndarray, chance: random.Random) -> list[tuple]:
    """A road cut between its crossings, as two carriageways or one line."""
    points = numpy.concatenate([[start, (start + end) / 2] for start, end in pairwise(road)])
    points = numpy.concatenate([points, road[-1:]])
    way = road[-1] - road[0]
    aside = numpy.array([way[1], -way[0]]) / numpy.hypot(*way) * CARRIAGEWAY_M
    if chance.random() >= SHARE_DUAL:
        return [(name, "secondary", None, pair) for pair in pairwise(points)]
    there = pairwise(points + aside)
    back = pairwise((points - aside)[::-1])
    return [(name, "primary", "yes", pair) for pair in (*there, *back)]


def place(prepared: Town) -> list[Located]:
    """From the file to the parcels."""
    return locate_all(prepared.sites, network_of_file(prepared.file))


def is_right(prepared: Town, found: list[Located]) -> bool:
    """Whether crossings are where they were drawn, and parcels look the right way and do not lie on one another."""
    shapes = []
    for located, (crossing, (east, north)) in zip(found, prepared.corners, strict=True):
        place = located.place
        at = shapely.get_coordinates(to_lonlat(shapely.Point(crossing)))[0]
        if numpy.abs([place.crossing.lon, place.crossing.lat] - at).max() > 2e-4:
            return False
        if place.geometry.geom_type != "Polygon":
            continue  # the corner was full, and the place says so
        middle = shapely.get_coordinates(place.geometry.centroid)[0]
        if (middle[0] - at[0]) * east < 0 or (middle[1] - at[1]) * north < 0:
            return False
        shapes.append(place.geometry)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    return pairs.size == 0 and len(shapes) >= 0.95 * len(found)


CASES = [Case("locate: sites among 100 times as many road segments", town, place, is_right, (10, 1000), budget=30.0)]
