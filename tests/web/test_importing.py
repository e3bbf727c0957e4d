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


@pytest.fixture
def editor(office, signed_in):
    return signed_in(office, "editor")


def content(tmp_path, shape, **values):
    path = tmp_path / "地块.geojson"
    geopandas.GeoDataFrame([values], geometry=[shape], crs=4326).to_file(path)
    return path.read_bytes()


def sent(client, data, name="地块.geojson", **form):
    form = {"layer_id": "schools", "file": (io.BytesIO(data), name), **form}
    return client.post("/import/preview", data=form, content_type="multipart/form-data")


def answers(page, **changed):
    """What the preview's form says, with other answers."""
    seal = re.search(r'name="seal" value="([^"]+)"', page)[1]
    sources = re.findall(r'name="source" value="([^"]+)"', page)
    targets = [
        (re.search(r'<option value="([^"]*)" selected', select) or [None, ""])[1]
        for select in re.findall(r'name="target">(.*?)</select>', page, re.DOTALL)
    ]
    return {"seal": seal, "layer_id": "schools", "source": sources, "target": targets, "basis": "surveyed", **changed}


def test_a_file_is_looked_at_answered_and_written_as_one_change(editor, office, tmp_path):
    page = sent(editor, content(tmp_path, shapely.box(114, 33, 114.001, 33.001), 编号="n-1", 校名="新小学"))
    assert page.status_code == 200
    form = answers(page.text)
    assert dict(zip(form["source"], form["target"], strict=True)) == {"编号": "feature_id", "校名": ""}
    form["target"][form["source"].index("校名")] = "name"
    again = editor.post("/import/preview", data=form)
    assert '<option value="name" selected>' in again.text
    written = editor.post("/import/write", data=answers(again.text))
    assert (written.status_code, "/journal?change_set=" in written.location) == (303, True)
    with office.app_context():
        found = live_store().read_frame("schools", FeatureQuery()).loc["n-1"]
    assert (found["name"], found["location_basis"]) == ("新小学", "surveyed")
    assert "预览已失效" in editor.post("/import/write", data=form).text


def test_a_faulty_file_is_not_written_and_can_be_repaired(editor, tmp_path):
    page = sent(editor, content(tmp_path, BOWTIE, 编号="n-1", 名称="新小学"))
    assert "边界自相交" in page.text and 'data-testid="write"' not in page.text
    assert editor.post("/import/write", data=answers(page.text)).status_code == 400
    repaired = editor.post("/import/preview", data=answers(page.text, repair="true"))
    assert 'data-testid="repairs"' in repaired.text and 'data-testid="write"' in repaired.text


def test_what_cannot_be_read_is_said_on_the_page(editor):
    page = sent(editor, b"PK\x03\x04" + bytes(100), "a.zip")
    assert "不是完好的 ZIP 文件" in page.text and 'data-testid="write"' not in page.text
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
