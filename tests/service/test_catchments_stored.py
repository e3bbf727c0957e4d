"""Barriers of the store: who passes is what their definition's field says; unknown is not closed, and is said."""

import geopandas
import numpy
import pytest
import shapely

from geo.analysis.catchments import nearest_walks, snap, street_graph
from geo.model.remark import Remark
from geo.service.catchments import stored_roads
from tests.analysis.cities import points
from tests.analysis.networks import to_lonlat

ROADS = {"南路": [(0, 0), (400, 0)], "桥路": [(200, -50), (200, 150)], "北路": [(0, 100), (400, 100)]}


class Layers:
    """A stand-in for a store: one layer of roads, one of railways."""

    def __init__(self, crosses: str | None, *, placed: bool = True) -> None:
        line = to_lonlat(shapely.LineString([(-50, 50), (450, 50)])) if placed else None
        self.frame = geopandas.GeoDataFrame({"name": ["铁路"], "crosses": [crosses]}, geometry=[line], crs=4326)
        layer = type("Layer", (), {"id": "railway", "network": False, "barrier": True})()
        self.catalog = {"railway": layer}

    def revision(self, layer_id: str) -> int:
        return 4

    def read_frame(self, layer_id: str, query: object) -> geopandas.GeoDataFrame:
        return self.frame


def network(store: Layers) -> tuple[float, list[str], dict]:
    """The walk from the north road to the south one, what is remarked and what was read."""
    lines = [to_lonlat(shapely.LineString(line)) for line in ROADS.values()]
    roads = geopandas.GeoDataFrame({"name": list(ROADS)}, geometry=lines, crs=4326)
    remarks: list[Remark] = []
    sources: dict = {}
    met, _, _ = stored_roads.network(store, roads, sources, remarks)
    graph = street_graph(met)
    walks = nearest_walks(graph, snap(graph, points([(0, 0)])), snap(graph, points([(0, 100)])))
    return float(walks.distance_m[0]), [str(each) for each in remarks], sources


@pytest.mark.parametrize(
    ("crosses", "length_m", "words"),
    [
        ("甲路、桥路（下穿）", 500.0, None), ("甲路，乙路", numpy.inf, "1 段道路在 铁路 处断开"),
        (None, 500.0, "铁路 的过路通道没有资料"), (" ", 500.0, "铁路 的过路通道没有资料"),
    ],
)  # fmt: skip
def test_roads_pass_by_name_or_where_nothing_is_known(crosses, length_m, words):
    found, told, sources = network(Layers(crosses))
    assert found == pytest.approx(length_m, abs=0.2) and sources == {"barriers": {"railway": 4}}
    assert words is None or any(words in each for each in told)


def test_a_barrier_without_a_position_stops_nobody_and_is_named():
    found, told, _ = network(Layers("甲路", placed=False))
    assert found == pytest.approx(500, abs=0.2) and any("铁路 的真实位置未知" in each for each in told)
