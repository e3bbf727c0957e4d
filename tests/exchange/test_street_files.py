"""Streets from files: one-way fields in every spelling, and the nodes at which ways of OpenStreetMap meet."""

import geopandas
import numpy
import pandas
import pytest
import shapely

from geo.exchange.files.streets import directions, read_streets
from geo.model.errors import InvalidFile
from tests.exchange.osm_files import write_pbf, write_xml

EAST = [(114.0, 33.0), (114.01, 33.0), (114.02, 33.0)]
NORTH = [(114.01, 32.99), (114.01, 33.0), (114.01, 33.01)]
BRIDGE = [(114.005, 32.99), (114.005, 33.01)]


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (["1", "yes", "true", "F", "FT", "True", " YES "], 1), (["-1", "reverse", "T", "TF", "tf"], -1),
        (["0", "no", "B", "", "false", "both", None, "2"], 0), ([1, 0, -1], [1, 0, -1]), ([True, False], [1, 0]),
        ([1.0, -1.0, float("nan")], [1, -1, 0]),
    ],
)  # fmt: skip
def test_one_way_fields(values, meant):
    expected = meant if isinstance(meant, list) else [meant] * len(values)
    assert directions(pandas.Series(values)).tolist() == expected


@pytest.mark.parametrize("write", [write_xml, write_pbf])
def test_ways_meet_at_their_common_nodes_and_bridges_do_not(tmp_path, write):
    tags = [{"highway": "primary", "name": "东路", "oneway": "-1"}, {"highway": "residential"}, {"highway": "primary"}]
    ways = list(zip([EAST, NORTH, BRIDGE], tags, strict=True))
    path = write(tmp_path / ("a.osm" if write is write_xml else "a.osm.pbf"), ways)
    found = read_streets(path)
    ends = sorted(tuple(map(tuple, numpy.round(shapely.get_coordinates(line), 5))) for line in found.streets.geometry)
    assert len(ends) == 5 and sum(len(line) for line in ends) == 10
    assert sum((114.01, 33.0) in line for line in ends) == 4
    assert sorted(found.streets["oneway"]) == [-1, -1, 0, 0, 0] and found.oneway_field == "oneway"
    assert "共用的节点" in "".join(map(str, found.remarks))


def test_a_way_that_meets_itself_is_cut_there(tmp_path):
    eight = [(114.0, 33.0), (114.01, 33.0), (114.01, 33.01), (114.0, 33.0), (113.99, 33.0)]
    found = read_streets(write_xml(tmp_path / "a.osm", [(eight, {"highway": "service"})]))
    assert [len(line.coords) for line in found.streets.geometry] == [4, 2]


def test_roads_without_names_are_read_and_the_layer_with_most_names_wins(tmp_path):
    lines = [shapely.LineString(EAST), shapely.LineString(NORTH)]
    geopandas.GeoDataFrame({"kind": [1, 2]}, geometry=lines, crs=4326).to_file(tmp_path / "a.gpkg", layer="edges")
    assert len(read_streets(tmp_path / "a.gpkg").streets) == 2
    named = geopandas.GeoDataFrame({"MC": ["金沙路"], "way": ["FT"]}, geometry=lines[:1], crs=4326)
    named.to_file(tmp_path / "a.gpkg", layer="roads")
    found = read_streets(tmp_path / "a.gpkg", oneway_field="way")
    assert (found.layer, list(found.streets["name"]), list(found.streets["oneway"])) == ("roads", ["金沙路"], [1])
    with pytest.raises(InvalidFile, match="没有字段 none"):
        read_streets(tmp_path / "a.gpkg", oneway_field="none")
