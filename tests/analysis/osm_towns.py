"""Towns as OpenStreetMap draws them: carriageways, side roads of the same name, ways cut at their nodes, slip roads,
paths and service ways; and the axes of the streets, which the drawing is made from and the locator never sees.
"""

import math
import random
from dataclasses import dataclass

import geopandas
import numpy
import shapely

from tests.analysis.networks import to_lonlat

NORTH_SOUTH = "金山路 银河大道 天中路 解放街 人民路 文明大道".split()
EAST_WEST = "中华路 建设大道 洪河路 文化街 开源大道 置地路".split()
FORMS = {
    "primary": [(-12.0, 12.0), (-15.0, 15.0), (-12.0, 12.0, -32.0, 32.0)],
    "secondary": [(-5.0, 5.0), (0.0,)],
    "tertiary": [(0.0,)],
    "residential": [(0.0,)],
}
"""Distances of the carriageways from the axis, metres, left of it less than 0."""

LANE_M, SLIP_M = 3.5, 65.0


@dataclass(frozen=True)
class Street:
    """A name, the axis in metres, and where its carriageways run."""

    name: str
    axis: shapely.LineString
    road_class: str
    offsets: tuple[float, ...]

    @property
    def half_m(self) -> float:
        """From the axis to the outer edge of a lane of the outermost carriageway."""
        return max(map(abs, self.offsets)) + LANE_M / 2

    def ways(self) -> list[dict]:
        """Carriageways in the direction of traffic, which keeps right."""
        points = shapely.get_coordinates(self.axis)
        ahead = numpy.gradient(points, axis=0)
        aside = numpy.column_stack([ahead[:, 1], -ahead[:, 0]]) / numpy.hypot(*ahead.T)[:, None]
        rows = []
        for offset in self.offsets:
            line = shapely.LineString(points + aside * offset)
            line = shapely.reverse(line) if offset < 0 else line
            oneway = "yes" if offset else None
            rows.append({"name": self.name, "highway": self.road_class, "oneway": oneway, "geometry": line})
        return rows


def streets(chance: random.Random) -> list[Street]:
    """Six streets each way at uneven distances, leaning and winding; some end within the town."""
    made = []
    for names, turned in ((NORTH_SOUTH, True), (EAST_WEST, False)):
        at = -1100.0
        for name in names:
            at += chance.uniform(300, 480)
            road_class = chance.choice(list(FORMS))
            start, end, lean = chance.choice([-1500, -1500, -300]), 1500, chance.uniform(-90, 90)
            along = numpy.linspace(start, end, 40)
            waves = chance.choice([0.0, 12.0]) * numpy.sin(along / chance.uniform(200, 500))
            across = at + lean * along / 1500 + waves
            points = numpy.column_stack([across, along] if turned else [along, across])
            made.append(Street(name, shapely.LineString(points), road_class, chance.choice(FORMS[road_class])))
    return made


def town_file(made: list[Street], chance: random.Random, *, tagged: bool) -> list[dict]:
    """Rows of a road file in metres; untagged ones have a name and nothing else."""
    rows = [row for street in made for row in street.ways()]
    rows += _slip_roads(made, chance)
    cuts = _shared_nodes([row["geometry"] for row in rows])
    pieces = [
        {**row, "geometry": piece} for row, nodes in zip(rows, cuts, strict=True)
        for piece in _pieces(row["geometry"], nodes, chance)
    ]  # fmt: skip
    if not tagged:
        return [{"name": row["name"], "geometry": row["geometry"]} for row in pieces]
    return pieces + [_clutter(chance) for _ in range(80)]


def to_frame(rows: list[dict], turn_deg: float, centre: tuple[float, float]) -> geopandas.GeoDataFrame:
    """In degrees with seven decimals, as OpenStreetMap keeps them."""
    lines = [shapely.transform(to_lonlat(row["geometry"], turn_deg, centre), lambda xy: xy.round(7)) for row in rows]
    table = [{name: value for name, value in row.items() if name != "geometry"} for row in rows]
    return geopandas.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")


def _slip_roads(made: list[Street], chance: random.Random) -> list[dict]:
    """Short cuts for turning right, some of which bear a road's name."""
    rows = []
    for number, one in enumerate(made):
        for other in made[:number]:
            at = one.axis.intersection(other.axis)
            if at.geom_type != "Point" or len(one.offsets) == 1 or len(other.offsets) == 1:
                continue
            for there, aside in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                start = one.axis.interpolate(one.axis.project(at) + there * SLIP_M)
                end = other.axis.interpolate(other.axis.project(at) + aside * SLIP_M)
                middle = ((start.x + end.x + at.x / 2) / 2.5, (start.y + end.y + at.y / 2) / 2.5)
                line = shapely.LineString([start, middle, end])
                name = chance.choice([None, one.name])
                rows.append({"name": name, "highway": "primary_link", "oneway": "yes", "geometry": line})
    return rows


def _shared_nodes(lines: list[shapely.LineString]) -> list[list[tuple[float, float]]]:
    nodes: list[list[tuple[float, float]]] = [[] for _ in lines]
    for one, other in shapely.STRtree(lines).query(lines, predicate="intersects").T:
        if one < other:
            for x, y in shapely.get_coordinates(shapely.intersection(lines[one], lines[other])):
                nodes[one].append((x, y))
                nodes[other].append((x, y))
    return nodes


def _pieces(
    line: shapely.LineString, nodes: list[tuple[float, float]], chance: random.Random
) -> list[shapely.LineString]:
    """A line with its nodes, cut at some of them."""
    stations = [(line.project(shapely.Point(xy)), xy, False) for xy in line.coords]
    stations += [(line.project(shapely.Point(xy)), xy, True) for xy in nodes]
    pieces, current = [], []
    for _, xy, is_node in sorted(stations):
        if not current or math.dist(current[-1], xy) > 1e-6:
            current.append(xy)
        if is_node and len(current) > 1 and chance.random() < 0.6:
            pieces.append(shapely.LineString(current))
            current = [xy]
    return pieces + ([shapely.LineString(current)] if len(current) > 1 else [])


def _clutter(chance: random.Random) -> dict:
    """A footway or a service way somewhere."""
    x, y, angle, length = chance.uniform(-1300, 1300), chance.uniform(-1300, 1300), chance.uniform(0, 6.3), 60.0
    line = shapely.LineString([(x, y), (x + length * math.cos(angle), y + length * math.sin(angle))])
    return {"name": None, "highway": chance.choice(["footway", "service"]), "oneway": None, "geometry": line}
