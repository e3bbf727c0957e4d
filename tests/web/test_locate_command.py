"""`locate` and `locate-all`: GeoJSON; exit code 1 where a place cannot be told, 2 where the input is refused."""

import json

import pytest
import shapely

from geo.web import create_app
from tests.analysis.networks import straight, to_metres, town

PHRASE = "洪河大道与金沙路交叉口西北侧"
GRID = [
    straight("洪河大道", (-900, 0), (900, 0)), straight("金沙路", (0, -900), (0, 900)),
    straight("环城路", (-700, -300), (-700, 300)), straight("环城路", (700, -300), (700, 300)),
]  # fmt: skip


@pytest.fixture
def roads(tmp_path):
    path = tmp_path / "roads.gpkg"
    town(GRID).to_file(path, layer="centre_lines")
    return path


@pytest.fixture
def run(app, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    return lambda *arguments: app.test_cli_runner().invoke(args=["locate", *map(str, arguments)])


def test_a_phrase_becomes_a_feature(run, roads):
    result = run(PHRASE, "--area-mu", "29.45", "--roads", roads)
    assert (result.exit_code, result.stderr) == (0, "")
    feature = json.loads(result.stdout)
    properties = feature["properties"]
    assert (feature["type"], properties["location_text"], properties["location_basis"]) == (
        "Feature",
        PHRASE,
        "located",
    )
    middle = to_metres(shapely.from_geojson(json.dumps(feature["geometry"]))).centroid
    assert middle.x < 0 < middle.y
    crossing = to_metres(shapely.Point(properties["crossing"]))
    assert crossing.distance(shapely.Point(0, 0)) < 0.1
    assert properties["warnings"] == [] and properties["reason"] is None and properties["certain"] is True
    assert properties["location_accuracy_m"] >= 42 and "按 40 米计" in "".join(properties["assumptions"])
    assert properties["network"] == {"file": "roads.gpkg", "layer": "centre_lines", "name_field": "name"}


def test_what_cannot_be_told_has_a_reason_and_candidates_and_exit_code_1(run, roads):
    result = run("洪河大道与环城路交叉口西北侧", "--area-mu", "29.45", "--roads", roads)
    properties = json.loads(result.stdout)["properties"]
    assert result.exit_code == 1 and json.loads(result.stdout)["geometry"] is None
    assert properties["location_basis"] == "unlocated" and "不只一处" in properties["reason"]
    assert properties["crossing"] is None and properties["location_accuracy_m"] is None
    assert sorted(round(to_metres(shapely.Point(each["crossing"])).x) for each in properties["candidates"]) == [
        -700,
        700,
    ]


def test_a_likely_name_is_a_warning(run, roads):
    result = run("洪河路与金沙路交叉口西北侧", "--area-mu", "29.45", "--roads", roads)
    properties = json.loads(result.stdout)["properties"]
    assert result.exit_code == 0 and properties["certain"] is False
    assert "洪河大道" in properties["warnings"][0]


def test_without_a_file_the_roads_of_the_store_are_used(run):
    result = run("盘龙山路与开源大道交叉口西北侧", "--area-mu", "45.4")
    properties = json.loads(result.stdout)["properties"]
    assert result.exit_code == 0 and properties["location_accuracy_m"] >= 600
    assert properties["network"] == {"layer": "roads"}


def test_layer_and_field_can_be_named(run, roads):
    assert run(PHRASE, "--roads", roads, "--layer", "centre_lines", "--name-field", "name").exit_code == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--roads", "missing.gpkg"], "missing.gpkg"), (["--area-mu", "-3"], "-3"), (["--area-mu", "nan"], "nan"),
        (["--area-mu", "many"], "many"), (["--roads", "{roads}", "--layer", "没有"], "没有"),
        (["--roads", "{roads}", "--name-field", "MC"], "MC"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_one_line(run, roads, options, word):
    result = run(PHRASE, *[option.format(roads=roads) for option in options])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and word in result.stderr


@pytest.mark.parametrize(
    "phrase", ["", " ", "<script>alert(1)</script>", "路" * 5000, "((((((", "A与B交叉口", "${x}与`y`交叉口西北侧"]
)
def test_any_text_is_answered(run, roads, phrase):
    result = run(phrase, "--roads", roads)
    assert result.exit_code in (1, 2)
    if result.exit_code == 1:
        assert json.loads(result.stdout)["geometry"] is None


@pytest.fixture
def run_all(app, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    return lambda *arguments, **more: app.test_cli_runner().invoke(args=["locate-all", *map(str, arguments)], **more)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_file_of_phrases_becomes_a_collection_in_its_order(run_all, roads, tmp_path, encoding):
    lines = [
        f"{PHRASE}\t29.45",
        "",
        f"{PHRASE},12 亩",
        "天中山大道与金沙路交叉口西北侧，30",
        "洪河大道与金沙路交叉口东南角",
    ]
    path = tmp_path / "sites.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    result = run_all(path, "--roads", roads)
    features = json.loads(result.stdout)["features"]
    assert result.exit_code == 1
    assert [(f["properties"]["location_basis"], f["properties"]["area_mu"]) for f in features] == [
        ("located", 29.45), ("located", 12.0), ("unlocated", 30.0), ("located", None),
    ]  # fmt: skip
    one, other = (shapely.from_geojson(json.dumps(f["geometry"])) for f in features[:2])
    assert one.area > other.area > 0 and one.disjoint(other)


def test_phrases_come_from_standard_input_as_well(run_all, roads):
    result = run_all("-", "--roads", roads, input=f"{PHRASE}\n".encode())
    assert result.exit_code == 0 and len(json.loads(result.stdout)["features"]) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [("", "没有位置描述"), ("\n \n", "没有位置描述"), (f"{PHRASE},3\n,29.45", "第 2 行"), ("a\x00b", "不是文字文件")],
)
def test_a_file_without_phrases_is_refused(run_all, roads, tmp_path, content, word):
    path = tmp_path / "sites.txt"
    path.write_text(content)
    result = run_all(path, "--roads", roads)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and word in result.stderr


def test_long_work_says_how_far_it_is(run_all, roads, monkeypatch):
    monkeypatch.setattr("geo.web.terminal.PROGRESS_EVERY_S", -1.0)
    result = run_all("-", "--roads", roads, input=f"{PHRASE}\n{PHRASE}\n".encode())
    assert result.stderr.splitlines() == ["已完成 1 / 2", "已完成 2 / 2"]


def test_roads_in_metres_without_a_crs_are_placed_once_it_is_named(run, tmp_path):
    path = tmp_path / "roads.shp"
    town(GRID).to_crs("EPSG:4547").to_file(path, encoding="GBK")
    path.with_suffix(".prj").unlink()
    refused = run(PHRASE, "--roads", path)
    assert refused.exit_code == 2 and "请指明坐标系" in refused.stderr
    crossing = json.loads(run(PHRASE, "--roads", path, "--crs", "EPSG:4547").stdout)["properties"]["crossing"]
    assert to_metres(shapely.Point(crossing)).distance(shapely.Point(0, 0)) < 0.1
    assert run(PHRASE, "--roads", path, "--crs", "beijing").exit_code == 2


def test_a_crs_that_contradicts_the_file_is_refused(run, roads):
    result = run(PHRASE, "--roads", roads, "--crs", "EPSG:4526")
    assert result.exit_code == 2 and "WGS 84" in result.stderr
    assert run(PHRASE, "--roads", roads, "--crs", "EPSG:4326").exit_code == 0


@pytest.fixture
def relocate(own_store, tmp_path, monkeypatch):
    """The command on a store of its own."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    app = create_app({"DATABASE_URL": own_store, "BASEMAPS": str(tmp_path / "none.toml")})
    return lambda *arguments: app.test_cli_runner().invoke(args=["relocate", *map(str, arguments)])


def test_better_roads_are_shown_before_they_are_accepted(relocate, roads):
    shown = relocate("--roads", roads)
    assert shown.exit_code == 1 and "--yes" in shown.stderr
    answer = json.loads(shown.stdout)
    (proposal,) = answer["proposals"]
    assert (proposal["layer"], proposal["id"], proposal["certain"], answer["change_set"]) == (
        "schools", "2021-1", True, None,
    )  # fmt: skip
    assert proposal["before"]["properties"]["location_basis"] == "schematic" and proposal["moved_m"] > 1000
    assert len(answer["staying"]) == 10 and all(each["reason"] for each in answer["staying"])
    again = relocate("--roads", roads, "--certain")
    assert json.loads(again.stdout) == answer
    written = relocate("--roads", roads, "--yes", "--author", "李工")
    assert written.exit_code == 0 and json.loads(written.stdout)["change_set"] is not None
    nothing_left = relocate("--roads", roads)
    assert nothing_left.exit_code == 0 and json.loads(nothing_left.stdout)["proposals"] == []


def test_the_roads_come_along_where_they_are_asked_for(relocate, roads):
    assert relocate("--roads", roads, "--with-roads").exit_code == 1
    assert relocate("--roads", roads, "--with-roads", "--yes").exit_code == 0
    from_store = json.loads(relocate().stdout)
    assert (from_store["proposals"], from_store["unchanged"]) == ([], 1)
    assert relocate("--with-roads", "--yes").exit_code == 2


def test_doubtful_places_wait_where_only_certain_ones_are_asked_for(relocate, tmp_path):
    path = tmp_path / "roads.gpkg"
    town([straight("洪河路", (-900, 0), (900, 0)), straight("金沙路", (0, -900), (0, 900))]).to_file(path)
    result = relocate("--roads", path, "--certain", "--yes")
    (proposal,) = json.loads(result.stdout)["proposals"]
    assert proposal["certain"] is False and proposal["warnings"] and result.exit_code == 0
    assert relocate("--roads", path).exit_code == 1


def test_a_certain_move_onto_land_of_what_stays_is_left_out_and_told(relocate, tmp_path):
    """金雀路小学 would leave that land, but whereto is doubtful: its roads only come near each other."""
    path = tmp_path / "roads.gpkg"
    far = [straight("金雀路", (1500, 0), (2500, 0)), straight("盘龙山路", (2000, 25), (2000, 900))]
    town([*GRID[:2], *far], centre=(113.9959, 32.9950)).to_file(path)
    result = relocate("--roads", path, "--certain", "--yes")
    answer = json.loads(result.stdout)
    assert {(each["id"], each["certain"]) for each in answer["proposals"]} == {("2021-1", True), ("2021-2", False)}
    (left,) = answer["left_out"]
    assert (left["id"], left["blocked_by"]) == ("2021-1", [{"layer": "schools", "id": "2021-2"}])
    assert "驻马店经济开发区金雀路小学" in left["reason"]
    assert "没有列入 1 个：驻马店经济开发区置地二小" in result.stderr
    assert (result.exit_code, answer["change_set"]) == (1, None)
    both = relocate("--roads", path, "--yes")
    assert (both.exit_code, json.loads(both.stdout)["left_out"]) == (0, [])


def test_roads_that_are_none_are_refused_before_anything_is_done(relocate, tmp_path):
    result = relocate("--roads", tmp_path / "missing.shp", "--yes")
    assert (result.exit_code, result.stdout) == (2, "") and "missing.shp" in result.stderr
