"""A million places on a million street segments with a thousand schools; blocks and seats; the zone's own data.

The peers do the same work with the libraries alone: shapely's tree and SciPy's Dijkstra, OR-tools' flow over all arcs.
Others, in an environment of their own: igraph (nodes alone), pandana (places at their nearest nodes), POT.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import geopandas
import numpy
import shapely
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.analysis.catchments import Snapped, Streets, Walks, nearest_walks, snap, street_graph
from geo.analysis.catchments.areas import outline_around
from geo.analysis.catchments.assigning import Demand, Schools, Situation, by_nearest, catchments
from geo.analysis.catchments.lookup import AreaIndex
from geo.analysis.catchments.seats import Sharing, share_out
from geo.service.catchments.answering import Answer, Answers
from geo.service.catchments.question import Question
from geo.service.intake import open_or_create
from geo.store.base import Store
from geo.web.settings import ROOT
from tests.benchmarks import peers
from tests.benchmarks.runner import Case

SPACING_M, JITTER_M = 80.0, 15.0
LON, LAT, LON_M, LAT_M = 114.0, 33.0, 93_300.0, 110_900.0
"""Roughly how many metres a degree has there; what is drawn need not be exact."""


def to_points(places: numpy.ndarray) -> numpy.ndarray:
    return shapely.points(LON + places[:, 0] / LON_M, LAT + places[:, 1] / LAT_M)


@dataclass
class City:
    """A bent grid, with places and schools anywhere in it."""

    streets: Streets
    places: numpy.ndarray
    schools: numpy.ndarray

    @cached_property
    def lines(self) -> numpy.ndarray:
        return shapely.linestrings(self.streets.nodes[numpy.column_stack([self.streets.start, self.streets.end])])


def build(size: int, _folder: Path) -> City:
    """So many places on about so many segments, a school for a thousand."""
    random = numpy.random.default_rng(7)
    each_way = max(int((size / 2) ** 0.5) + 1, 4)
    grid = numpy.stack(numpy.meshgrid(*[numpy.arange(each_way) * SPACING_M] * 2), axis=-1)
    nodes = grid + random.normal(0, JITTER_M, grid.shape)
    pairs = [numpy.stack([nodes[:, :-1], nodes[:, 1:]], axis=2), numpy.stack([nodes[:-1], nodes[1:]], axis=2)]
    ends = numpy.concatenate([each.reshape(-1, 2) for each in pairs])
    lines = shapely.linestrings(shapely.get_coordinates(to_points(ends)).reshape(-1, 2, 2))
    streets = street_graph(geopandas.GeoDataFrame(geometry=lines, crs="EPSG:4326"))
    assert streets.homeward.shape[0] == each_way**2
    side = each_way * SPACING_M
    places, schools = random.uniform(0, side, (size, 2)), random.uniform(0, side, (max(size // 1000, 2), 2))
    return City(streets, to_points(places), to_points(schools))


def walk(city: City) -> tuple[Snapped, Walks]:
    """Schools and places put on the streets, and every place's nearest school."""
    places = snap(city.streets, city.places)
    return places, nearest_walks(city.streets, snap(city.streets, city.schools), places)


def walk_alone(city: City) -> numpy.ndarray:
    """The nearest edges and the distances of all nodes, without positions along edges."""
    tree = shapely.STRtree(city.lines)
    tree.nearest(shapely.points(city.streets.to_plane(city.places)))
    schools = tree.nearest(shapely.points(city.streets.to_plane(city.schools)))
    return dijkstra(city.streets.homeward, indices=city.streets.start[schools], min_only=True)


def has_nearest_edges(city: City, found: tuple[Snapped, Walks]) -> bool:
    """A sample of places lies on the edges that shapely finds, and every walk is at least the straight line."""
    places, walks = found
    some = numpy.arange(0, len(city.places), max(len(city.places) // 500, 1))
    here = shapely.points(city.streets.to_plane(city.places[some]))
    nearest = shapely.distance(here, city.lines[shapely.STRtree(city.lines).nearest(here)])
    return bool(numpy.abs(places.snap_m[some] - nearest).max() < 1e-6 and (walks.school >= 0).all())


Seats = tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]


def blocks(size: int, _folder: Path) -> Seats:
    """Costs of so many blocks to a hundredth as many schools, pupils, and seats for eight in a hundred more."""
    random = numpy.random.default_rng(3)
    homes, schools = random.uniform(0, 20_000, (size, 2)), random.uniform(0, 20_000, (max(size // 100, 3), 2))
    costs = numpy.hypot(*(homes[:, None] - schools).transpose(2, 0, 1)) * 1.3
    pupils = random.integers(1, 40, size).astype(float)
    seats = random.multinomial(int(pupils.sum() * 1.08), numpy.full(len(schools), 1 / len(schools)))
    return costs, pupils, seats.astype(float)


def share_out_of(problem: Seats) -> Sharing:
    return share_out(*problem)


def flow_alone(problem: Seats) -> float:
    """The same by OR-tools over all arcs; total walk in metres."""
    costs, pupils, seats = problem
    rows, columns = (each.ravel().astype(numpy.int32) for each in numpy.indices(costs.shape))
    sink = sum(costs.shape)
    heads = (len(pupils) + numpy.arange(len(seats))).astype(numpy.int32)
    flow = SimpleMinCostFlow()
    most = numpy.minimum(pupils[rows], seats[columns]).astype(numpy.int64)
    prices = numpy.round(costs.ravel() * 1000).astype(numpy.int64)
    flow.add_arcs_with_capacity_and_unit_cost(rows, heads[columns], most, prices)
    ends = numpy.full(len(seats), sink, dtype=numpy.int32)
    flow.add_arcs_with_capacity_and_unit_cost(heads, ends, seats.astype(numpy.int64), numpy.zeros(len(seats), int))
    supplies = numpy.concatenate([pupils, 0 * seats, [-pupils.sum()]]).astype(numpy.int64)
    flow.set_nodes_supplies(numpy.arange(sink + 1, dtype=numpy.int32), supplies)
    assert flow.solve() == flow.OPTIMAL
    return flow.optimal_cost() / 1000


def is_optimal(problem: Seats, sharing: Sharing) -> bool:
    return sharing.unseated == 0 and abs(sharing.total_m - flow_alone(problem)) < 0.01


def other_walk(program: str) -> Callable[[City], float]:
    """Seconds of a program of `peers` for the streets of a city."""

    def work(city: City) -> float:
        streets = city.streets
        places = streets.to_plane(city.places)
        schools = cKDTree(streets.nodes).query(streets.to_plane(city.schools))[1]
        graph = {"tails": streets.start, "heads": streets.end, "lengths": streets.length_m, "nodes": streets.nodes}
        return peers.seconds(program, **graph, schools=schools, places=places)

    return work


def other_seats(problem: Seats) -> float:
    costs, pupils, seats = problem
    return peers.seconds("pot", costs=costs, pupils=pupils, seats=seats)


def draw(city: City) -> dict[int, shapely.Geometry]:
    """The areas of all schools, from the nearest walks of the streets."""
    schools = Schools(city.schools, numpy.arange(len(city.schools)), numpy.full(len(city.schools), numpy.nan))
    there = Situation(city.streets, schools, Demand(city.places[:1000], numpy.ones(len(city.places[:1000]))))
    outline = outline_around(city.streets, city.streets.to_plane(there.demand.points))
    return catchments(there, by_nearest(there), outline)


def has_sound_areas(city: City, areas: dict[int, shapely.Geometry]) -> bool:
    """An area for each school but those that have a neighbour's gate; valid, and none upon another."""
    shapes = [area for number, area in areas.items() if number >= 0]
    whole = shapely.union_all(shapes)
    apart = abs(sum(shape.area for shape in shapes) / whole.area - 1) < 1e-6
    return apart and all(shape.is_valid for shape in shapes) and len(shapes) >= 0.95 * len(city.schools)


@dataclass
class Zone:
    """The demonstration store, and how many questions are asked of it."""

    store: Store
    questions: list[Question]


def zone(size: int, folder: Path) -> Zone:
    """So many different questions by seats, pins among them, on the zone's own roads and the demonstration's homes."""
    store = open_or_create(f"gpkg:///{folder}/demo.gpkg", ROOT / "layers", demo=True)
    first = Question(method="capacity", year=2025)
    Answers().answer(store, first)  # what is loaded once is not the answer's time
    return Zone(store, [replace(first, pins=((f"demo-{number:02d}", "2022-2"),)) for number in range(1, size + 1)])


def ask(prepared: Zone) -> list[Answer]:
    answers = Answers(count=1)
    return [answers.answer(prepared.store, question) for question in prepared.questions]


def are_answers(prepared: Zone, found: list[Answer]) -> bool:
    prepared.store.close()
    return all(answer.outcome.summary["demand"]["pupils"] > 0 for answer in found)


@dataclass
class Addresses:
    """Points, and a thousand areas that fill a square, their borders in short pieces as those of catchments are."""

    points: geopandas.GeoDataFrame
    areas: geopandas.GeoDataFrame
    index: AreaIndex


def addresses(size: int, _folder: Path) -> Addresses:
    random = numpy.random.default_rng(11)
    cells = shapely.voronoi_polygons(shapely.multipoints(random.uniform(0, 0.5, (1_000, 2)) + numpy.array([LON, LAT])))
    square = shapely.box(LON, LAT, LON + 0.5, LAT + 0.5)
    areas = shapely.segmentize(shapely.intersection(shapely.get_parts(cells), square), 0.0005)
    x, y = random.uniform(-0.01, 0.51, (2, size))
    index = AreaIndex(areas)
    index.at(LON, LAT)  # the grid is made with the first question
    points = geopandas.GeoDataFrame(geometry=shapely.points(LON + x, LAT + y), crs="EPSG:4326")
    return Addresses(points, geopandas.GeoDataFrame(geometry=areas, crs="EPSG:4326"), index)


def ask_each(there: Addresses) -> numpy.ndarray:
    return numpy.array([there.index.at(point.x, point.y) for point in there.points.geometry.to_numpy()])


def ask_all(there: Addresses) -> numpy.ndarray:
    """With the making of the index, which a new answer needs."""
    return AreaIndex(there.areas.geometry.to_numpy()).of(there.points.geometry.x, there.points.geometry.y)


def join_each(there: Addresses) -> list[geopandas.GeoDataFrame]:
    rows = [there.points.iloc[[number]] for number in range(len(there.points))]
    return [geopandas.sjoin(row, there.areas) for row in rows]


def join_all(there: Addresses) -> geopandas.GeoDataFrame:
    return geopandas.sjoin(there.points, there.areas, how="left")


def are_areas_of_sjoin(there: Addresses, found: numpy.ndarray) -> bool:
    joined = join_all(there)["index_right"].groupby(level=0).min()
    return bool((joined.fillna(-1).to_numpy() == found).all())


CASES = [
    Case(
        "catchments: nearest school of places on as many segments", build, walk, has_nearest_edges,
        (2_000, 1_000_000), peer=walk_alone, budget_ratio=0.5,
        others={name: other_walk(name) for name in ("igraph", "pandana")},
    ),
    Case(
        "catchments: seats for blocks, a hundred to a school", blocks, share_out_of, is_optimal,
        (300, 10_000), budget=3.0, peer=flow_alone, budget_ratio=1.3, others={"POT": other_seats},
        rivals=("POT",), rounds=3,
    ),
    Case("catchments: areas on so many segments", build, draw, has_sound_areas, (4_000, 1_000_000), budget=150.0),
    Case(
        "catchments: the area of an address, one after another", addresses, ask_each, are_areas_of_sjoin,
        (20, 1_000), peer=join_each, budget_ratio=1 / 300,
    ),
    Case(
        "catchments: the areas of addresses at once", addresses, ask_all, are_areas_of_sjoin,
        (2_000, 1_000_000), peer=join_all, budget_ratio=1 / 1.5,
    ),
    Case("catchments: scenarios on the zone's data, 1 s each", zone, ask, are_answers, (2, 10), budget=10.0),
]  # fmt: skip
