"""Files of features: what is sound is read as it is, and every fault is one sentence with file, feature and field."""

import json

import geopandas
import pytest
import shapely

from geo.exchange.files.features import inspect_features, read_features
from geo.model.errors import InvalidFile

SQUARE = {"type": "Polygon", "coordinates": [[[114, 33], [114.1, 33], [114.1, 33.1], [114, 33]]]}
PLACED = {"name": "宏志小学", "location_basis": "placed"}


def feature(feature_id="a", geometry=SQUARE, **properties):
    return {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": {**PLACED, **properties}}


@pytest.fixture
def file(tmp_path):
    """Writes a folder's file and gives its path."""

    def write(*features, text=None, encoding="utf-8", **members):
        path = tmp_path / "layers" / "schools" / "features.geojson"
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {"type": "FeatureCollection", **members, "features": list(features)}
        path.write_bytes((text or json.dumps(document, ensure_ascii=False)).encode(encoding))
        return path

    return write


def faults(path, layer):
    return [str(fault) for fault in inspect_features(path, layer).faults]


def test_features_come_with_their_ids_all_fields_and_positions(file, catalog):
    path = file(
        feature("a", seats=1620, land_area_mu=45.4, plan_year=2023), feature("b", None, location_basis="unlocated")
    )
    frame = read_features(path, catalog["schools"])
    assert isinstance(frame, geopandas.GeoDataFrame)
    assert frame.crs.to_epsg() == 4326
    assert list(frame.index) == ["a", "b"]
    assert frame.index.name == "feature_id"
    assert set(frame.columns) == {field.name for field in catalog["schools"].fields} | {"geometry"}
    assert frame.loc["a", "seats"] == 1620
    assert type(frame.loc["a", "seats"]) is int
    assert frame.loc["b", "seats"] is None
    assert frame.geometry["b"] is None
    assert frame.geometry["a"].equals(shapely.from_geojson(json.dumps(SQUARE)))


def test_outer_rings_come_counter_clockwise_whichever_way_they_were_written(file, catalog):
    clockwise = {"type": "Polygon", "coordinates": [SQUARE["coordinates"][0][::-1]]}
    assert read_features(file(feature(geometry=clockwise)), catalog["schools"]).geometry["a"].exterior.is_ccw


def test_heights_are_left_out(file, catalog):
    high = {"type": "Point", "coordinates": [114, 33, 88.5]}
    point = read_features(file(feature("a", high)), catalog["water_sections"]).geometry["a"]
    assert point.wkt == "POINT (114 33)"


def test_a_layer_without_positions_is_a_plain_table(file, catalog):
    path = file({"type": "Feature", "id": "1", "geometry": None, "properties": {"name": "产值", "row_number": 1}})
    frame = read_features(path, catalog["indicators"])
    assert not isinstance(frame, geopandas.GeoDataFrame)
    assert frame.loc["1", "row_number"] == 1


def test_an_empty_collection_is_an_empty_frame(file, catalog):
    frame = read_features(file(), catalog["schools"])
    assert len(frame) == 0
    assert frame.crs.to_epsg() == 4326


def test_a_byte_order_mark_and_a_crs_that_says_crs84_are_accepted(file, catalog):
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert len(read_features(file(feature(), crs=named, encoding="utf-8-sig"), catalog["schools"])) == 1


BROKEN = [
    (feature("a", seats="many"), "第 1 个要素（a）：seats 应为整数，现为 many"),
    (feature("a", seats=1.5), "seats 应为整数，现为 1.5"),
    (feature("a", seats=True), "seats 应为整数，现为 True"),
    (feature("a", seats=2**63), "seats 应为整数"),
    (feature("a", land_area_mu="45.4"), "land_area_mu 应为数字，现为 45.4"),
    (feature("a", planned_start="2023-02-30"), "planned_start 应为日期，例如 2023-01-31，现为 2023-02-30"),
    (feature("a", planned_start="20230101"), "planned_start 应为日期"),
    (feature("a", planned_dates_assumed=1), "planned_dates_assumed 应为 true 或 false，现为 1"),
    (feature("a", name=5), "name 应为文字，现为 5"),
    (feature("a", location_text="nul\x00"), "location_text 应为文字"),
    (feature("a", name=""), "缺少 name"),
    (feature("a", level="kindergarten"), "level 应为 primary, junior 之一，现为 kindergarten"),
    (feature("a", colour="red"), "图层没有字段 colour"),
    (feature("a", planned_start="2023-01-02", planned_finish="2023-01-01"), "planned_finish 早于 planned_start"),
    (
        feature("a", location_basis="guessed"),
        "location_basis 应为 surveyed, placed, located, schematic, unlocated 之一",
    ),
    (
        feature("a", location_basis="unlocated"),
        "有几何，location_basis 却没有说明位置依据，应为 surveyed, placed, located, schematic",
    ),
    (feature("a", None), "location_basis 为 placed，却没有几何"),
    (feature("a", location_basis="schematic", location_accuracy_m=5), "位置未知，location_accuracy_m 应为空"),
    (feature(5), "第 1 个要素：编号 id 应为文字"),
    (feature(""), "编号 id 应为文字"),
    (feature("a\u202eb"), "编号 id 应为文字"),
    (feature("a" * 101), "编号 id 应为文字"),
    (feature(" a"), "编号 id 应为文字"),
    ({"type": "Feature", "id": "a", "geometry": None}, "缺少 properties"),
    ("text", "第 1 个成员应为 Feature"),
    (feature("a", {"type": "Point", "coordinates": [114, 33]}), "geometry 应为 MultiPolygon，现为 Point"),
    (feature("a", {"type": "Polygon", "coordinates": [[[114, 33], [114.1, 33], [114, 33.1]]]}), "环应至少有 4 个点"),
    (
        feature("a", {"type": "Polygon", "coordinates": [[[114, 33], [114.1, 33], [114.1, 33.1], [114, 33.1]]]}),
        "环应至少有 4 个点，且首尾相同",
    ),
    (
        feature("a", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}),
        "geometry 无效：边界自相交",
    ),
    (feature("a", {"type": "Polygon", "coordinates": [[[33, 114], [33, 115], [34, 115], [33, 114]]]}), "超出范围"),
    (feature("a", {"type": "Polygon", "coordinates": [["x", [1, 1], [1, 2], "x"]]}), "coordinates 的层次不对"),
    (feature("a", {"type": "Polygon", "coordinates": [[[None, 33], [1, 1], [1, 2], [None, 33]]]}), "不是数字的坐标"),
    (feature("a", {"type": "Polygon", "coordinates": [114, 33]}), "coordinates 的层次不对"),
    (feature("a", {"type": "Polygon", "coordinates": []}), "geometry 无效"),
    (feature("a", {"type": "Polygon"}), "coordinates 的层次不对"),
]


@pytest.mark.parametrize(("broken", "words"), BROKEN)
def test_each_fault_is_one_sentence_with_file_feature_and_field(file, catalog, broken, words):
    found = faults(file(broken), catalog["schools"])
    assert len(found) == 1, found
    assert found[0].startswith("layers/schools/features.geojson 第 1 个")
    assert words in found[0]
    assert "\n" not in found[0]


def test_all_faults_of_a_file_are_found_and_the_first_is_raised(file, catalog):
    path = file(feature("a"), feature("a", seats="x"), feature("b", land_area_mu="y", colour=1))
    found = faults(path, catalog["schools"])
    assert [fault.partition(" ")[2] for fault in found] == [
        "第 2 个要素：编号 id“a”与第 1 个要素重复",
        "第 2 个要素（a）：seats 应为整数，现为 x",
        "第 3 个要素（b）：图层没有字段 colour",
        "第 3 个要素（b）：land_area_mu 应为数字，现为 y",
    ]
    with pytest.raises(InvalidFile, match="第 2 个要素：编号"):
        read_features(path, catalog["schools"])
    assert list(inspect_features(path, catalog["schools"]).content.index) == ["a"]


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        ('{"type": "FeatureCollection",\n "features": [}', "utf-8", "第 2 行第 15 列不是合法的 JSON"),
        ('{"type": "FeatureCollection", "features": [{"a": NaN}]}', "utf-8", "第 1 行第 50 列不是合法的 JSON"),
        ('{"type": "FeatureCollection",\n "features": [1e999]}', "utf-8", "不是合法的 JSON"),
        ("[" * 5000, "utf-8", "不是合法的 JSON"),
        ('{\n"名称": 1}', "gbk", "第 2 行不是 UTF-8 编码"),
        ("[]", "utf-8", "应为 GeoJSON 的 FeatureCollection"),
        ('{"type": "Feature"}', "utf-8", "应为 GeoJSON 的 FeatureCollection"),
        ('{"type": "FeatureCollection", "features": {}}', "utf-8", "应为 GeoJSON 的 FeatureCollection"),
        ('{"type": "FeatureCollection", "features": [], "crs": null}', "utf-8", "坐标系 crs 应为 CRS84"),
        (" ", "utf-8", "不是合法的 JSON"),
    ],
)
def test_a_file_that_is_no_collection_is_one_fault(file, catalog, text, encoding, words):
    found = faults(file(text=text, encoding=encoding), catalog["schools"])
    assert len(found) == 1
    assert found[0].startswith("layers/schools/features.geojson")
    assert words in found[0]


def test_a_missing_file_is_one_fault(tmp_path, catalog):
    (found,) = faults(tmp_path / "layers" / "schools" / "features.geojson", catalog["schools"])
    assert found == "缺少文件 layers/schools/features.geojson"


def test_a_layer_without_positions_refuses_one(file, catalog):
    path = file({"type": "Feature", "id": "1", "geometry": SQUARE, "properties": {"name": "产值"}})
    (found,) = faults(path, catalog["indicators"])
    assert "图层不带几何" in found


@pytest.mark.parametrize("text", ["${alert(1)}", "</script>", "`", "=1+1", "学" * 5000, "a\nb\tc", "\u202eRTL", "😀"])
def test_text_comes_as_it_was_written(file, catalog, text):
    assert read_features(file(feature("a", name=text)), catalog["schools"]).loc["a", "name"] == text


@pytest.mark.parametrize("depth", [3, 200, 900, 100_000])
@pytest.mark.parametrize("place", ["name", "coordinates", "id"])
def test_lists_nested_too_deep_are_a_fault_and_no_failure(file, catalog, depth, place):
    nested = "[" * depth + "1" + "]" * depth
    text = json.dumps({"type": "FeatureCollection", "features": [feature(name="@")]}).replace('"@"', '"宏志小学"')
    old = {
        "name": '"宏志小学"',
        "coordinates": json.dumps(SQUARE["coordinates"]),
        "id": '"id": "a"',
    }[place]
    assert old in text
    text = text.replace(old, f'"id": {nested}' if place == "id" else nested)
    assert faults(file(text=text), catalog["schools"])


def test_a_number_without_end_is_a_fault(file, catalog):
    for number in ("1e400", "-1e999", "9" * 5000):
        text = json.dumps({"type": "FeatureCollection", "features": [feature(land_area_mu=1)]})
        assert faults(file(text=text.replace('"land_area_mu": 1', f'"land_area_mu": {number}')), catalog["schools"])
