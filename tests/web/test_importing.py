"""Taking a file into a layer, as an editor does it in the browser and in the terminal."""

import io
import json
import re

import geopandas
import pytest
import shapely

from geo.model.feature_query import FeatureQuery
from geo.web.current import live_store

BOWTIE = shapely.Polygon([(114, 33), (114.01, 33.01), (114.01, 33), (114, 33.01)])


def content(tmp_path, shape, **values):
    path = tmp_path / "地块.geojson"
    geopandas.GeoDataFrame([values], geometry=[shape], crs=4326).to_file(path)
    return path.read_bytes()


def sent(client, data, name="地块.geojson", **form):
    form = {"layer_id": "schools", "file": (io.BytesIO(data), name), **form}
    return client.post("/import/preview", data=form, content_type="multipart/form-data", follow_redirects=True)


def answers(page, **changed):
    """What the preview's form says, with other answers."""
    seal = re.search(r'name="seal" value="([^"]+)"', page)[1]
    sources = re.findall(r'name="source" value="([^"]+)"', page)
    targets = [
        (re.search(r'<option value="([^"]*)" selected', select) or [None, ""])[1]
        for select in re.findall(r'name="target">(.*?)</select>', page, re.DOTALL)
    ]
    return {
        "seal": seal,
        "layer_id": "schools",
        "source": sources,
        "target": targets,
        "basis": "surveyed",
        "answered": "true",
        "matching": ["id", "name", "place"],
        **changed,
    }


def test_a_file_is_looked_at_answered_and_written_as_one_change(editor, office, tmp_path):
    page = sent(editor, content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 编号="n-1", 校名="新小学"))
    assert page.status_code == 200
    form = answers(page.text)
    assert dict(zip(form["source"], form["target"], strict=True)) == {"编号": "feature_id", "校名": ""}
    form["target"][form["source"].index("校名")] = "name"
    again = editor.post("/import/preview", data=form, follow_redirects=True)
    assert '<option value="name" selected>' in again.text
    written = editor.post("/import/write", data=answers(again.text))
    assert (written.status_code, "/journal?change_set=" in written.location) == (303, True)
    with office.app_context():
        found = live_store().read_frame("schools", FeatureQuery()).loc["n-1"]
    assert (found["name"], found["location_basis"]) == ("新小学", "surveyed")
    assert "预览已失效" in editor.post("/import/write", data=form).text


@pytest.mark.parametrize(("name", "roads_id"), [("新路", None), ("学院路", "xueyuan-lu")])
def test_imported_roads_have_their_error_and_lead_to_what_they_would_move(editor, office, tmp_path, name, roads_id):
    line = shapely.LineString([(113.9975, 33), (113.9975, 33.02)])
    page = sent(editor, content(tmp_path, line, name=name), layer_id="roads")
    form = answers(page.text, layer_id="roads", basis="placed", accuracy_m="12")
    written = editor.post("/import/write", data=form)
    assert (written.status_code, written.location) == (303, "/locating?tab=roads")
    with office.app_context():
        roads = live_store().read_frame("roads", FeatureQuery())
    (road,) = [row for _, row in roads[roads["name"] == name].iterrows()]
    assert (road["error_m"], road["location_basis"]) == (12, "placed") and road.geometry.equals(line)
    assert roads_id in (None, road.name)


def test_a_faulty_file_is_not_written_and_can_be_repaired(editor, tmp_path):
    page = sent(editor, content(tmp_path, BOWTIE, 编号="n-1", 名称="新小学"))
    assert "边界自相交" in page.text and 'data-testid="write"' not in page.text
    assert editor.post("/import/write", data=answers(page.text)).status_code == 400
    assert "可以修好" in page.text
    repaired = editor.post("/import/preview", data=answers(page.text, repair="true"), follow_redirects=True)
    assert 'data-testid="repairs"' in repaired.text and 'data-testid="write"' in repaired.text


def test_how_a_file_was_read_is_said_in_words(editor):
    points = ["J1,1,3653000,38501500", "J2,1,3653162,38501500", "J3,1,3653162,38501662", "J4,1,3653000,38501662"]
    parcel = ["[地块坐标]", "5,2.6244,1,甲小学,面,,,,@", *points, points[0]]
    page = sent(editor, "\n".join(["[属性描述]", "带号=38", *parcel]).encode("gbk"), "界址点.txt").text
    assert "<dd>界址点 TXT</dd>" in page and '<option value="">自动</option>' in page


def test_what_cannot_be_read_is_said_on_the_page(editor):
    page = sent(editor, b"PK\x03\x04" + bytes(100), "a.zip")
    assert "<span>a.zip 不是完好的 ZIP 文件</span>" in page.text and 'data-testid="write"' not in page.text
    assert "请先选择文件" in sent(editor, b"", "").text
    assert editor.post("/import/preview", data={"seal": "x", "layer_id": "schools"}).status_code == 400


def test_only_editors_import(office, signed_in, editor):
    assert signed_in(office, "viewer").get("/import").status_code == 403
    assert 'href="/import"' in editor.get("/import").text


def test_the_command_says_what_would_come_of_a_file_and_writes_it(office, tmp_path):
    (tmp_path / "a.geojson").write_bytes(
        content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 编号="n-1", 名称="新")
    )
    run = office.test_cli_runner().invoke
    file = str(tmp_path / "a.geojson")
    inspected = run(args=["inspect-file", file])
    assert (inspected.exit_code, json.loads(inspected.stdout)["driver"]) == (0, "GeoJSON")
    tried = run(args=["import-layer", "schools", file, "--dry-run"])
    assert (tried.exit_code, json.loads(tried.stdout)["new"]) == (0, 1)
    assert run(args=["import-layer", "schools", file]).exit_code == 2
    refused = run(args=["inspect-file", str(tmp_path / "none.csv")])
    assert (refused.exit_code, json.loads(refused.stdout)["result"]) == (2, "refuse")


def streamed(client, address, form, **more):
    """The last line of an answer that tells how far it is."""
    answer = client.post(address, data=form, headers={"Accept": "application/x-ndjson"}, **more)
    return json.loads(answer.text.splitlines()[-1])


def test_a_script_hears_how_far_the_work_is_and_where_to_go_on(editor, tmp_path):
    data = content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 编号="n-1", 名称="新小学")
    form = {"layer_id": "schools", "file": (io.BytesIO(data), "地块.geojson")}
    looked = streamed(editor, "/import/preview", form, content_type="multipart/form-data")
    page = editor.get(looked["result"]["url"])
    assert page.status_code == 200 and "新小学" not in page.text
    assert 'data-testid="count-new">1<' in page.text
    written = streamed(editor, "/import/write", answers(page.text))
    assert "/journal?change_set=" in written["result"]["url"]
    assert "整次撤销" in editor.get(written["result"]["url"]).text
    assert editor.get(looked["result"]["url"]).status_code == 400


def test_the_shapes_of_a_file_go_to_its_reader_only_by_row_and_in_true_degrees(editor, office, signed_in, tmp_path):
    page = sent(editor, content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 编号="n-1"), crs="GCJ-02")
    assert ("GCJ-02" in page.text, "按 GCJ-02 还原成真实坐标" in page.text) == (True, True)
    address = json.loads(re.search(r'"shapesUrl": ?"([^"]+)"', page.text)[0].partition(":")[2])
    (feature,) = editor.get(address).json["features"]
    assert (feature["id"], feature["properties"]) == ("1", {"row": 1})
    west, south, _, _ = shapely.from_geojson(json.dumps(feature)).bounds
    assert (west, south) == (pytest.approx(113.9942, abs=2e-4), pytest.approx(33.0019, abs=2e-4))
    assert signed_in(office, "admin").get(address).status_code == 400


def test_a_wrong_answer_is_said_on_the_preview_and_the_file_stays(editor, tmp_path):
    page = sent(editor, content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 编号="n-1", 名称="新"))
    for changed, words in (({"crs": "EPSG:1"}, "坐标系“EPSG:1”不认识"), ({"accuracy_m": "很小"}, "位置误差应为数字")):
        again = editor.post("/import/preview", data=answers(page.text, **changed))
        assert again.status_code == 400
        assert words in again.text and 'data-testid="import-preview"' in again.text
    failed = editor.post(
        "/import/preview",
        data=answers(page.text, crs="EPSG:1"),
        headers={"Accept": "application/x-ndjson, application/json"},
    )
    assert "EPSG:1" in json.loads(failed.text.splitlines()[-1])["error"]


def test_a_layer_of_several_is_chosen_on_the_preview(editor, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"名称": ["甲", "乙"]}, geometry=[shapely.box(114, 33, 114.001, 33.001)] * 2, crs=4326
    )
    frame.to_file(tmp_path / "a.gpkg", layer="地块")
    frame[:1].to_file(tmp_path / "a.gpkg", layer="旧地块")
    page = sent(editor, (tmp_path / "a.gpkg").read_bytes(), "a.gpkg")
    assert "<option selected>地块</option><option >旧地块</option>" in page.text
    other = editor.post("/import/preview", data=answers(page.text, file_layer="旧地块"), follow_redirects=True)
    assert 'data-testid="count-features">1<' in other.text


def test_matches_are_listed_with_what_they_are_known_by_and_can_be_given_up(editor, office, tmp_path):
    with office.app_context():
        name = live_store().read_frame("schools", FeatureQuery(schematic=True))["name"].iloc[0]
    page = sent(editor, content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 名称=name))
    assert "按名称认出" in page.text and 'data-testid="count-matched">1<' in page.text
    other = editor.post("/import/preview", data=answers(page.text, matching=["id"]), follow_redirects=True)
    assert 'data-testid="count-matched">0<' in other.text
