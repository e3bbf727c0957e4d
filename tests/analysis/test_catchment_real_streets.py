"""Every node of a real street network, read from its file: the walk to the nearest school is NetworkX's."""

from pathlib import Path

import geopandas
import networkx
import numpy
import pytest
import shapely
from pyproj import Geod

from geo.analysis.catchments import nearest_walks, snap, street_graph
from geo.exchange.files.places import read_places
from geo.exchange.files.streets import read_streets

DATA = Path(__file__).parents[1] / "data" / "streets"
FOOT_M = 0.3048006096
"""The file's own plane is in survey feet."""


@pytest.fixture(scope="module")
def graph() -> networkx.Graph:
    """Ends of lines to the foot as nodes, lengths on the ellipsoid."""
    lines = geopandas.read_file(DATA / "streets.shp")
    degrees = lines.to_crs("EPSG:4326").geometry
    found = networkx.Graph()
    for line, there in zip(lines.geometry, degrees, strict=True):
        start, end = (tuple(numpy.round(line.coords[place]).astype(int)) for place in (0, -1))
        length = Geod(ellps="WGS84").geometry_length(there)
        if not found.has_edge(start, end) or found.edges[start, end]["weight"] > length:
            found.add_edge(start, end, weight=length)
        found.nodes[start]["place"] = shapely.Point(there.coords[0])
        found.nodes[end]["place"] = shapely.Point(there.coords[-1])
    return found


def test_walks_from_every_node_to_schools_at_nodes(graph):
    schools = sorted(graph.nodes)[:: len(graph) // 7]
    expected = networkx.multi_source_dijkstra_path_length(graph, set(schools))
    streets = street_graph(read_streets(DATA / "streets.shp").streets)
    nodes = list(graph.nodes)
    places, gates = (
        snap(streets, numpy.array([graph.nodes[node]["place"] for node in group], dtype=object))
        for group in (nodes, schools)
    )
    found = nearest_walks(streets, gates, places)
    assert len(nodes) > 200 and places.snap_m.max() < 0.001
    assert numpy.abs(found.distance_m - [expected[node] for node in nodes]).max() < 0.1


def test_walks_to_the_schools_that_lie_beside_the_streets(graph):
    """Each school is put on its nearest line by shapely, in the file's own plane."""
    lines = geopandas.read_file(DATA / "streets.shp")
    schools = geopandas.read_file(DATA / "schools.shp").geometry
    reached = graph.copy()
    for number, school in enumerate(schools):
        row = int(lines.distance(school).argmin())
        line = lines.geometry[row]
        along_m = line.project(school) * FOOT_M
        whole_m = Geod(ellps="WGS84").geometry_length(lines.to_crs("EPSG:4326").geometry[row])
        share = along_m / (line.length * FOOT_M)
        start, end = (tuple(numpy.round(line.coords[place]).astype(int)) for place in (0, -1))
        reached.add_edge(("school", number), start, weight=share * whole_m)
        reached.add_edge(("school", number), end, weight=(1 - share) * whole_m)
    expected = networkx.multi_source_dijkstra_path_length(
        reached, {("school", number) for number in range(len(schools))}
    )
    streets = street_graph(read_streets(DATA / "streets.shp").streets)
    nodes = list(graph.nodes)
    places = snap(streets, numpy.array([graph.nodes[node]["place"] for node in nodes], dtype=object))
    gates = snap(streets, read_places(DATA / "schools.shp").places.geometry.to_numpy(), max_snap_m=2000)
    found = nearest_walks(streets, gates, places)
    assert numpy.abs(found.distance_m - [expected[node] for node in nodes]).max() < 0.1
