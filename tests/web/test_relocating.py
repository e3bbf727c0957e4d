"""Better roads on the page of locating: the list, the yes, and what stays."""

import io
import json

import pytest
from shapely.geometry import shape

from geo.model.journal import Act, FeatureChange
from geo.web.current import current_store
from tests import better_roads as survey


@pytest.fixture
def editor(editor):
    editor.environ_base["HTTP_ACCEPT"] = "application/json"
    return editor


@pytest.fixture(scope="module")
def better_roads() -> bytes:
    return survey.better_roads()


def last_line(answer):
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text.splitlines()[-1])


def sent(content: bytes, name: str = "新路网.geojson", **fields):
    return {"data": {"file": (io.BytesIO(content), name), **fields}, "content_type": "multipart/form-data"}


def placed(client, feature_id):
    return client.get(f"/ogc/collections/schools/items/{feature_id}").get_json(force=True)


def test_better_roads_are_listed_first_and_written_after_a_yes(editor, better_roads):
    before = placed(editor, "2023-1")
    found = last_line(editor.post("/locating/roads", **sent(better_roads)))["result"]
    assert found["network"]["file"] == "新路网.geojson"
    moves = {each["id"]: each for each in found["proposals"]}
    assert moves["2023-1"]["moved_m"] == pytest.approx(56, abs=1)
    assert placed(editor, "2023-1") == before
    fields = {"version": found["version"], "feature": f"schools/2023-1:{moves['2023-1']['seen']}"}
    written = last_line(editor.post("/locating/roads/apply", **sent(better_roads, **fields)))["result"]
    assert written["count"] == 1
    after = placed(editor, "2023-1")
    assert after["geometry"] != before["geometry"]
    assert after["properties"]["location_accuracy_m"] < 100
    assert placed(editor, "2022-1")["properties"]["location_accuracy_m"] == 1600
    editor.post("/locating/undo", json={"change_set": written["change_set"]})
    assert placed(editor, "2023-1")["geometry"] == before["geometry"]


def test_a_yes_to_a_place_that_is_another_by_now_is_refused(editor, better_roads):
    """2023-1 was to stand in a corner that somebody surveyed after the list was shown."""
    found = last_line(editor.post("/locating/roads", **sent(better_roads)))["result"]
    move = next(each for each in found["proposals"] if each["id"] == "2023-1")
    geometry = move["after"]["geometry"]
    other = placed(editor, "2021-2")["properties"]
    surveyed = {"location_basis": "surveyed", "location_accuracy_m": 0.1}
    with editor.application.app_context():
        change = FeatureChange("schools", "2021-2", other["revision"], surveyed, shape(geometry))
        current_store().write([change], Act("测绘队"))
    fields = {"version": found["version"], "feature": f"schools/2023-1:{move['seen']}"}
    answer = last_line(editor.post("/locating/roads/apply", **sent(better_roads, **fields)))
    assert "重新试算" in answer["error"]
    assert placed(editor, "2023-1")["properties"]["location_accuracy_m"] == 1600


def test_a_yes_to_thousands_is_one_form(editor, better_roads):
    seen = "\n".join(f"schools/x{number}:1-0123456789abcdef" for number in range(3000))
    assert "重新试算" in last_line(editor.post("/locating/roads/apply", **sent(better_roads, feature=seen)))["error"]


def test_what_was_doubtful_in_the_file_is_told_with_the_list(editor, better_roads):
    roads = json.loads(better_roads)
    roads["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4610"}}
    found = last_line(editor.post("/locating/roads", **sent(json.dumps(roads).encode())))["result"]
    assert any("Xian 1980" in words for words in found["warnings"])


def test_the_stores_own_roads_need_no_file_and_move_nothing(editor):
    found = last_line(editor.post("/locating/roads"))["result"]
    assert (found["proposals"], found["unchanged"]) == ([], 6)


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "SHA-256 0", "feature": "schools/2023-1:1-0123456789abcdef"},
        {"feature": "schools/2023-1:1-0123456789abcdef"},
        {"feature": "villages/x:1-0123456789abcdef"},
    ],
)
def test_what_was_not_seen_like_that_is_not_written(editor, better_roads, fields):
    if "version" not in fields:
        fields["version"] = last_line(editor.post("/locating/roads", **sent(better_roads)))["result"]["version"]
    answer = last_line(editor.post("/locating/roads/apply", **sent(better_roads, **fields)))
    assert "重新试算" in answer["error"]
    assert placed(editor, "2023-1")["properties"]["location_accuracy_m"] == 1600


@pytest.mark.parametrize("fields", [{}, {"feature": "schools/2023-1"}, {"feature": "schools/2023-1:1"}])
def test_a_yes_to_nothing_is_refused(editor, better_roads, fields):
    assert editor.post("/locating/roads/apply", **sent(better_roads, **fields)).status_code == 400


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "roads.geojson"),
        (b"x" * 100, "roads.gpkg"),
        (b"{}", "roads.geojson"),
        (b"PK\x03\x04", "roads.zip"),
        (b"x", "roads"),
        (b"x", "a:b?*.pbf"),
    ],
)
def test_a_file_without_roads_is_refused_by_its_own_name(editor, content, name):
    error = last_line(editor.post("/locating/roads", **sent(content, name)))["error"]
    assert "plan-atlas-" not in error
    assert name in error


def test_only_an_editor_asks(office, signed_in, better_roads):
    client = signed_in(office, "viewer")
    for address in ("/locating/roads", "/locating/roads/apply"):
        assert client.post(address, **sent(better_roads)).status_code == 403
