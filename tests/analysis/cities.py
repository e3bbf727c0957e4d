"""Cities for catchments: streets as an office's file has them, and the same walks measured by NetworkX."""

import itertools
from dataclasses import dataclass

import geopandas
import networkx
import numpy
import pandas
import shapely
from pyproj import Geod

from tests.analysis.networks import to_lonlat, to_metres

WGS84 = Geod(ellps="WGS84")
"""Another ellipsoid than that of the code under test: they differ by 0.1 mm."""

Line = list[tuple[float, float]]


def streets(lines: list[Line], oneway: list[int] | None = None) -> geopandas.GeoDataFrame:
    """Lines in metres around a place as a frame in EPSG:4326."""
    table = {"oneway": oneway or [0] * len(lines)}
    return geopandas.GeoDataFrame(table, geometry=[to_lonlat(shapely.LineString(line)) for line in lines], crs=4326)


def points(places: list[tuple[float, float]]) -> numpy.ndarray:
    return numpy.array([to_lonlat(shapely.Point(place)) for place in places], dtype=object)


def city(seed: int, size: int = 9) -> geopandas.GeoDataFrame:
    """A bent grid with gaps and everything that makes a network hard, one-way streets in plenty."""
    random = numpy.random.default_rng(seed)
    nodes = {
        (column, row): (column * 120 + random.normal(0, 18), row * 100 + random.normal(0, 15))
        for column in range(size)
        for row in range(size)
    }
    lines = []
    for (column, row), here in nodes.items():
        for there in ((column + 1, row), (column, row + 1)):
            if there in nodes and random.random() < 0.82:
                middle = (numpy.add(here, nodes[there]) / 2 + random.normal(0, 9, 2)).tolist()
                lines.append([here, tuple(middle), nodes[there]] if random.random() < 0.5 else [here, nodes[there]])
    corner, other = nodes[0, 0], nodes[1, 1]
    lines += [
        [nodes[2, 2], (230, 260), nodes[3, 2]], [nodes[2, 2], (260, 150), nodes[3, 2]],  # parallel
        [nodes[4, 4], (500, 450), (520, 420), nodes[4, 4]],  # a loop
        [corner, (-200, -200)], [(-200, -200), (-260, -140), (-140, -140), (-200, -200)],  # one at a dead end
        [(3000, 3000), (3100, 3000)], [(3100, 3000), (3100, 3080)],  # an island
        [nodes[0, size - 1], nodes[size - 1, 0]],  # a bridge across everything
        [(other[0] + 3, -60), (other[0] + 3, 900)], [(other[0] + 12, 900), (other[0] + 12, -60)],  # carriageways
        [nodes[1, 0], (other[0] + 3, -60)], [(other[0] + 3, -60), (other[0] + 12, -60)],
        [(other[0] + 3, 900), (other[0] + 12, 900)], [nodes[1, size - 1], (other[0] + 3, 900)],
    ]  # fmt: skip
    oneway = [int(each) for each in random.choice([0, 0, 0, 1, -1], len(lines))]
    for place, line in enumerate(lines):
        if (line[0] == (other[0] + 3, -60) and line[-1][1] == 900) or line[0] == (other[0] + 12, 900):
            oneway[place] = 1
    return streets(lines, oneway)


@dataclass
class Reference:
    """The same network in NetworkX, with places put on it as nodes of their own."""

    frame: geopandas.GeoDataFrame
    mode: str

    def __post_init__(self) -> None:
        self.lines = [to_metres(line) for line in self.frame.geometry]
        self.on_line: dict[int, list[tuple[float, object]]] = {row: [] for row in range(len(self.lines))}

    def put(self, name: object, place: tuple[float, float]) -> float:
        """Put a place on the nearest line; returns how far it was."""
        distances = [line.distance(shapely.Point(place)) for line in self.lines]
        row = int(numpy.argmin(distances))
        line = self.lines[row]
        where = line.project(shapely.Point(place))
        at = 0.0 if where <= 0.01 else line.length if where >= line.length - 0.01 else where
        self.on_line[row].append((at, name))
        return distances[row]

    def graph(self) -> networkx.MultiDiGraph:
        graph = networkx.MultiDiGraph()
        for row, line in enumerate(self.lines):
            ends = [tuple(numpy.round(line.coords[place], 1)) for place in (0, -1)]
            oneway = 0 if self.mode == "walk" else self.frame["oneway"].iloc[row]
            stretch = WGS84.geometry_length(self.frame.geometry.iloc[row]) / line.length
            stops = sorted(self.on_line[row], key=lambda stop: stop[0])
            for at, name in stops:
                for end, limit in zip(ends, (0.0, line.length), strict=True):
                    if at == limit:
                        graph.add_edge(name, end, weight=0.0)
                        graph.add_edge(end, name, weight=0.0)
            inner = [(at, ("stop", row, at)) for at in dict.fromkeys(at for at, _ in stops) if 0 < at < line.length]
            for at, name in stops:
                if 0 < at < line.length:
                    graph.add_edge(name, ("stop", row, at), weight=0.0)
                    graph.add_edge(("stop", row, at), name, weight=0.0)
            for (begin, here), (end, there) in itertools.pairwise([(0.0, ends[0]), *inner, (line.length, ends[1])]):
                length = (end - begin) * stretch
                if oneway != -1:
                    graph.add_edge(here, there, weight=length)
                if oneway != 1:
                    graph.add_edge(there, here, weight=length)
        return graph

    def walks(self, places: list[object], schools: list[object]) -> pandas.DataFrame:
        """The walk from every place to every school; infinite where there is none."""
        back = self.graph().reverse()
        found = {
            school: networkx.single_source_dijkstra_path_length(back, school, weight="weight") for school in schools
        }
        return pandas.DataFrame(
            {school: [lengths.get(place, numpy.inf) for place in places] for school, lengths in found.items()},
            index=places,
        )
