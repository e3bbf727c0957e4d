"""Road networks from files of every kind, with the encodings, layers and fields that are met in offices."""

import json
import shutil
from pathlib import Path

import geopandas
import pandas
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geo.exchange.files.network import read_network
from geo.exchange.files.road_fields import NO_ROAD, ROAD_NAME
from geo.exchange.texts import encoding_of
from geo.model.errors import InvalidFile
from tests.exchange.osm_files import write_pbf, write_xml

EAST = shapely.LineString([(114.0, 33.0), (114.01, 33.0)])
NORTH = shapely.LineString([(114.0, 32.99), (114.0, 33.01)])
NAMES = ["洪河大道", "金沙路"]


def frame(columns: dict, crs: str | None = "EPSG:4326") -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=[EAST, NORTH], crs=crs)


def told(network) -> str:
    return "".join(map(str, network.remarks))


def write_shapefile(
    path: Path, columns: dict, encoding: str, *, cpg: str | None = None, crs: str | None = "EPSG:4326"
) -> Path:
    frame(columns, crs).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "ISO-8859-1", "nonsense"])
def test_a_shapefile_is_read_in_the_encoding_that_it_has_whatever_it_says(tmp_path, encoding, cpg):
    path = write_shapefile(tmp_path / "路网.shp", {"路名": NAMES, "红线宽": [50.0, 24.0]}, encoding, cpg=cpg)
    network = read_network(path)
    assert list(network.roads["name"]) == NAMES and list(network.roads["width_m"]) == [50.0, 24.0]
    assert (network.layer, network.name_field) == ("路网", "路名")
    truth = cpg == encoding or (cpg == "GBK" and encoding == "GB18030")
    assert ("文字" in told(network)) != truth


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(st.sampled_from("洪河金沙路大道东风锟斤拷乂丂镕㐂"), min_size=1, max_size=39), min_size=2, max_size=2
    )
)
def test_any_chinese_name_comes_back_from_gbk(tmp_path, names):
    assume(not any(NO_ROAD.fullmatch(name + "路") for name in names))  # 道路 is what people call any road
    folder = tmp_path / "gbk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    values = [name + "路" for name in names]
    network = read_network(write_shapefile(folder / "a.shp", {"MC": values}, "GB18030"))
    assert list(network.roads["name"]) == values


def test_a_name_that_was_cut_in_the_middle_of_a_character_does_not_spoil_the_encoding():
    assert encoding_of(["金沙路".encode("gbk"), "洪河大道".encode("gbk")[:-1]]) == "GB18030"
    assert encoding_of(["金沙路".encode(), "洪河大道".encode()[:-1]]) == "UTF-8"
    assert encoding_of([b"\xff\xff\xff"]) is None and encoding_of([b"G312"]) == "ASCII"


def test_a_shapefile_in_capitals_without_a_prj_is_taken_for_degrees_and_metres_are_refused(tmp_path):
    path = write_shapefile(tmp_path / "a.shp", {"NAME": NAMES}, "UTF-8")
    for ending in (".shp", ".shx", ".dbf"):
        path.with_suffix(ending).rename(tmp_path / f"ROADS{ending.upper()}")
    network = read_network(tmp_path / "ROADS.SHP")
    assert list(network.roads["name"]) == NAMES and "没有说明坐标系" in told(network)
    metres = write_shapefile(tmp_path / "m.shp", {"NAME": NAMES}, "UTF-8")
    frame({"NAME": NAMES}).to_crs("EPSG:4547").to_file(metres)
    metres.with_suffix(".prj").unlink()
    with pytest.raises(InvalidFile, match="没有说明坐标系"):
        read_network(metres)


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_a_shapefile_without_its_other_files_is_refused(tmp_path, missing):
    path = write_shapefile(tmp_path / "a.shp", {"NAME": NAMES}, "UTF-8")
    path.with_suffix(missing).unlink()
    with pytest.raises(InvalidFile, match=f"缺少同名的 {missing}"):
        read_network(path)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4526", "EPSG:4547", "EPSG:3857"])
def test_any_crs_becomes_degrees(tmp_path, crs):
    frame({"name": NAMES}).to_crs(crs).to_file(tmp_path / "a.gpkg", layer="roads")
    network = read_network(tmp_path / "a.gpkg")
    assert network.roads.crs == "EPSG:4326"
    assert shapely.hausdorff_distance(network.roads.geometry[0], EAST) < 1e-7


@pytest.mark.parametrize("is_named", [False, True])
@pytest.mark.parametrize(
    ("crs", "is_old"),
    [("EPSG:2362", True), ("EPSG:2414", True), ("EPSG:4555", True),
     ("EPSG:4526", False)],
)  # fmt: skip
def test_an_old_datum_is_told_and_widens_every_error(tmp_path, crs, is_old, is_named):
    frame({"name": NAMES, "error_m": [5.0, None]}).to_crs(crs).to_file(tmp_path / "a.shp", encoding="UTF-8")
    if is_named:
        (tmp_path / "a.prj").unlink()
    network = read_network(tmp_path / "a.shp", crs=crs if is_named else None)
    assert ("上百米" in told(network)) == is_old
    assert (network.roads["error_m"][0] >= 127) == is_old and (network.default_error_m >= 127) == is_old


def test_of_several_layers_the_one_with_names_of_roads_is_taken_and_said(tmp_path):
    path = tmp_path / "a.gpkg"
    points = geopandas.GeoDataFrame({"name": NAMES}, geometry=[shapely.Point(114, 33)] * 2, crs="EPSG:4326")
    points.to_file(path, layer="nodes")
    frame({"name": ["小清河", "冷水河"]}).to_file(path, layer="rivers")
    frame({"name": NAMES}).to_file(path, layer="edges")
    network = read_network(path)
    assert network.layer == "edges" and "用的是 edges" in told(network)
    assert read_network(path, layer="rivers", name_field="name").roads["name"][0] == "小清河"
    for wrong in ("nodes", "没有"):
        with pytest.raises(InvalidFile, match="线图层有：rivers, edges"):
            read_network(path, layer=wrong)


@pytest.mark.parametrize("field", ["name", "NAME", "名称", "道路名称", "MC", "ROADNAME", "road_name", "备注"])
def test_the_field_with_the_names_is_found_by_what_it_holds(tmp_path, field):
    columns = {"id": [1, 2], "other": ["主干路系", "已建"], field: NAMES, "alt_name": ["老路", "旧路"]}
    frame(columns).to_file(tmp_path / "a.gpkg")
    network = read_network(tmp_path / "a.gpkg")
    assert network.name_field == field and list(network.roads["aliases"]) == ["老路", "旧路"]


def test_a_field_can_be_named_and_one_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    frame({"name": NAMES, "code": ["A1路", "A2路"]}).to_file(tmp_path / "a.gpkg")
    assert list(read_network(tmp_path / "a.gpkg", name_field="code").roads["name"]) == ["A1路", "A2路"]
    with pytest.raises(InvalidFile, match="有：name, code"):
        read_network(tmp_path / "a.gpkg", name_field="MC")


def test_a_file_without_any_names_is_refused(tmp_path):
    frame({"id": [1, 2], "kind": ["a", "b"]}).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InvalidFile, match="认不出哪个字段是路名"):
        read_network(tmp_path / "a.gpkg")


@pytest.mark.parametrize("nothing", [None, "", "  ", "无名", "NULL", "None", "-"])
def test_what_stands_for_no_name_is_none_and_its_line_stays(tmp_path, nothing):
    frame({"name": ["金沙路", nothing]}).to_file(tmp_path / "a.gpkg")
    assert list(read_network(tmp_path / "a.gpkg").roads["name"]) == ["金沙路", None]


def test_the_fields_of_osmnx(tmp_path):
    columns = {
        "osmid": [1, 2], "name": ["['洪河大道', '驿城大道']", "金沙路"],
        "highway": ["primary", "['residential', 'service']"],
        "lanes": ["['2', '3']", None], "oneway": [True, False],
        "junction": [None, "roundabout"], "bridge": ["yes", None],
    }  # fmt: skip
    frame(columns).to_file(tmp_path / "a.gpkg", layer="edges")
    roads = read_network(tmp_path / "a.gpkg").roads
    assert list(roads["name"]) == ["洪河大道;驿城大道", "金沙路"] and list(roads["road_class"]) == [
        "primary",
        "residential",
    ]
    assert roads["lanes"][0] == 3 and pandas.isna(roads["lanes"][1])
    assert list(roads["oneway"]) == [True, False] and list(roads["roundabout"]) == [False, True]
    assert list(roads["structure"]) == ["bridge", None]


def test_rivers_and_roads_that_are_gone_are_no_roads(tmp_path):
    shapes = [EAST, NORTH, EAST, NORTH]
    columns = {"name": ["金沙路", "金沙江", "旧路", "洪河路"], "highway": ["primary", None, "razed", "service"]}
    geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "a.gpkg")
    assert list(read_network(tmp_path / "a.gpkg").roads["name"]) == ["金沙路", "洪河路"]


def test_chinese_names_are_taken_where_the_names_are_in_another_language(tmp_path):
    frame({"name": ["Honghe Avenue", "Jinsha Road"], "name_zh": NAMES}).to_file(tmp_path / "a.gpkg")
    assert list(read_network(tmp_path / "a.gpkg").roads["name"]) == NAMES


def test_the_fields_of_geofabrik(tmp_path):
    columns = {
        "osm_id": ["1", "2"], "fclass": ["trunk_link", "tertiary"], "name": NAMES, "ref": ["G312", None],
        "oneway": ["F", "B"],
        "layer": [1, 0], "bridge": ["T", "F"], "tunnel": ["F", "T"],
    }  # fmt: skip
    network = read_network(write_shapefile(tmp_path / "roads.shp", columns, "UTF-8", cpg="UTF-8"))
    roads = network.roads
    assert list(roads["road_class"]) == ["trunk_link", "tertiary"] and list(roads["oneway"]) == [True, False]
    assert list(roads["structure"]) == ["bridge", "tunnel"] and list(roads["level"]) == [1, 0]
    assert list(roads["aliases"]) == ["G312", None] and network.default_error_m == 15


def test_the_fields_of_a_bureau(tmp_path):
    columns = {
        "路名": NAMES,
        "道路等级": ["主干路", "支路"],
        "红线宽度": ["50米", "约24"],
        "车道数": [6, 2],
        "曾用名": ["和平路", None],
        "误差": [5.0, None],
    }
    frame(columns).to_file(tmp_path / "a.gpkg")
    network = read_network(tmp_path / "a.gpkg")
    assert list(network.roads["road_class"]) == ["primary", "tertiary"] and list(network.roads["width_m"]) == [50, 24]
    assert list(network.roads["aliases"]) == ["和平路", None] and network.roads["error_m"][0] == 5
    assert network.default_error_m == 30


def test_geojson_in_utf8_and_gbk_with_points_beside_the_lines(tmp_path):
    text = frame({"name": NAMES}).to_json()
    document = json.loads(text)
    document["features"].append(
        {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    )
    document["features"].append({"type": "Feature", "properties": {}, "geometry": None})
    for encoding in ("utf-8", "utf-8-sig", "gbk"):
        path = tmp_path / f"{encoding}.geojson"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding=encoding)
        network = read_network(path)
        assert list(network.roads["name"]) == NAMES and ("文字按 GBK 读取" in told(network)) == (encoding == "gbk")


def test_geojson_with_the_crs_of_2008(tmp_path):
    path = tmp_path / "a.json"
    document = json.loads(frame({"name": NAMES}).to_crs("EPSG:4547").to_json(drop_id=True))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    path.write_text(json.dumps(document))
    assert shapely.hausdorff_distance(read_network(path).roads.geometry[0], EAST) < 1e-7


OSM_WAYS = [
    (list(EAST.coords), {"highway": "primary", "name": "洪河大道", "lanes": "6", "oneway": "yes",
                         "old_name": "和平路", "ref": "G312"}),
    (list(NORTH.coords), {"highway": "residential", "name": "Jinsha Road",
                          "name:zh": "金沙路", "bridge": "yes", "layer": "1"}),
    (list(NORTH.coords), {"waterway": "river", "name": "金沙江路河"}),
    ([(114.0, 33.0), (114.001, 33.001)], {"highway": "primary_link"}),
    ([(114.0, 33.0), (114.0, 33.001), (114.001, 33.001), (114.0, 33.0)],
     {"highway": "tertiary", "junction": "roundabout"}),
]  # fmt: skip


@pytest.mark.parametrize("write", [write_pbf, write_xml])
def test_openstreetmap_roads_with_their_tags(tmp_path, write):
    network = read_network(write(tmp_path / ("a.osm.pbf" if write is write_pbf else "map.osm"), OSM_WAYS))
    roads = network.roads.set_index("road_class")
    assert len(roads) == 4 and network.default_error_m == 15
    assert roads.loc["primary", "name"] == "洪河大道" and roads.loc["primary", "aliases"] == "和平路、G312"
    assert roads.loc["primary", "lanes"] == 6 and roads.loc["primary", "oneway"]
    assert roads.loc["residential", "aliases"] == "金沙路" and roads.loc["residential", "structure"] == "bridge"
    assert roads.loc["primary_link", "name"] is None and roads.loc["tertiary", "roundabout"]


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)
HOSTILE = {
    "a.gpkg": [b"", b"SQLite format 3\x00" + b"\x00" * 200, VRT.encode(), b"{}"],
    "a.shp": [b"", b"\x00\x00\x27\x0a" + b"\xff" * 200, VRT.encode()],
    "a.geojson": [b"", b"[]", b"{", b'{"features":1}', b'{"type":"gdal_streamed_alg","command_line":"x"}',
                  b"\xff\xfe\x00",
                  b"[" * 100_000, b'{"features":[{"geometry":{"type":"LineString","coordinates":[["a"]]}}]}'],
    "a.osm": [b"", VRT.encode(), b"<?xml version='1.0'?><!-- --><osm/>", b"<osm><!-- <OGRVRTDataSource> --></osm>",
              b"<osm><way><nd ref='1'/></way></osm>"],
    "a.osm.pbf": [b"", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7f" + b"\xff" * 50],
    "a.vrt": [VRT.encode()], "a.txt": [b"x"], "a": [b"x"], "a.zip": [b"PK\x03\x04"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"), [(name, content) for name, all_of in HOSTILE.items() for content in all_of]
)
def test_what_is_no_road_file_is_refused_in_one_sentence(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    if name.endswith(".shp"):
        write_shapefile(tmp_path / "b.shp", {"NAME": NAMES}, "UTF-8")
        for ending in (".shx", ".dbf"):
            shutil.copy(tmp_path / f"b{ending}", tmp_path / f"a{ending}")
    with pytest.raises(InvalidFile) as caught:
        read_network(path)
    assert name.split(".")[0] in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "a.gpkg", tmp_path, Path("/vsicurl/http://127.0.0.1/a.gpkg"), tmp_path / "a.gdb"):
        with pytest.raises(InvalidFile):
            read_network(path)


def test_gdal_sees_only_the_file_and_what_belongs_to_it(tmp_path, monkeypatch):
    seen = []
    read = pyogrio.raw.read
    monkeypatch.setattr(pyogrio.raw, "read", lambda path, **more: seen.append(path) or read(path, **more))
    plain = write_shapefile(tmp_path / "a.shp", {"NAME": NAMES}, "UTF-8")
    path = tmp_path / "http%3A%2F%2Fx!y?.shp"
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        plain.with_suffix(ending).rename(path.with_suffix(ending))
    path.with_suffix(".vrt").write_text(VRT)
    assert list(read_network(path).roads["name"]) == NAMES
    assert {each.name for each in seen} == {"layer.shp"} and not seen[0].exists()


def test_lines_that_are_none_are_left_out_and_told(tmp_path):
    shapes = [EAST, shapely.LineString([(114, 33), (114, 33)]), shapely.MultiLineString([NORTH, EAST]), None]
    names = ["洪河大道", "点路", "金沙路", "空路"]
    geopandas.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "a.gpkg")
    network = read_network(tmp_path / "a.gpkg")
    assert list(network.roads["name"]) == ["洪河大道", "金沙路"] and "1 条线无效" in told(network)


@pytest.mark.parametrize(
    "name", ["金沙路", "南三环", "中山大道北", "京港澳高速", "312国道", "东风路南段", "金沙路辅路", "八一巷"]
)
def test_a_name_of_a_road_is_known_by_its_end(name):
    assert ROAD_NAME.search(name)
    assert not ROAD_NAME.search(name + "小学")
