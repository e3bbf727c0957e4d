"""The page of locating before any browser: what is read, proposed, written, taken back and refused."""

import io
import json
import re
import zipfile

import pytest
import shapely

from geo.web import locating_page
from geo.web.settings import ROOT

PLAN = (ROOT / "tests" / "data" / "plans" / "new_district.txt").read_text(encoding="utf-8")
DRAWN = {"type": "Polygon", "coordinates": [[[114, 33], [114.002, 33], [114.002, 33.002], [114, 33.002], [114, 33]]]}
LAKE = {
    "key": "1",
    "name": "湖畔小学",
    "layer": "schools",
    "location_text": "盘龙山路与开源大道交叉口东北侧",
    "figures": {"land_area_mu": 30, "plan_year": 2023, "seats": 1080},
    "section": "专栏",
    "paragraph": 2,
}


def asking(client):
    """A client that sends what our scripts send."""
    page = client.get("/locating").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    client.environ_base["HTTP_X_CSRFTOKEN"] = token
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    return client


@pytest.fixture
def asker(app):
    return asking(app.test_client())


@pytest.fixture
def editor(editor):
    editor.environ_base["HTTP_ACCEPT"] = "application/json"
    return editor


def proposals(client, *projects):
    answer = client.post("/locating/propose", json={"projects": projects})
    assert answer.status_code == 200, answer.text
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return lines[-1]["result"]["proposals"], lines[:-1]


def decision(client, project, **more):
    (proposal,), _ = proposals(client, project)
    return {"project": project, "seal": proposal["seal"], **more}


def test_a_pasted_plan_is_read_with_the_place_of_every_word(asker):
    found = asker.post("/locating/read", data={"text": PLAN}).get_json()
    record = found["records"][0]
    start, end = record["spans"]["name"]
    assert found["text"][start:end] == record["name"] == "东湖区第三小学"
    assert (len(found["records"]), record["land_area_mu"], record["source"]["paragraph"]) == (11, 30, 35)
    assert found["totals"]


def docx(text: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>')
    return held.getvalue()


@pytest.mark.parametrize("content", [PLAN.encode(), PLAN.encode("gbk"), PLAN.encode("utf-16"), docx(PLAN)])
def test_a_file_is_read_in_any_usual_encoding(asker, content):
    answer = asker.post("/locating/read", data={"file": (io.BytesIO(content), "规划.docx")})
    assert [record["name"] for record in answer.get_json()["records"]][:2] == ["东湖区第三小学", "东湖区第二初级中学"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "没有可读的文字"),
        ({"text": " \n "}, "没有可读的文字"),
        ({"text": "好" * 10_001}, "太长"),
        ({"file": (b"\x00\x01" * 50, "../../计划.txt")}, "计划.txt"),
        ({"file": (b"PK\x03\x04broken", "folder/计划.docx")}, "计划.docx"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_sentence(asker, data, words, monkeypatch):
    monkeypatch.setattr(locating_page, "LONGEST_PLAN", 10_000)
    data = {name: (io.BytesIO(value[0]), value[1]) if name == "file" else value for name, value in data.items()}
    answer = asker.post("/locating/read", data=data, content_type="multipart/form-data")
    assert answer.status_code == 400
    detail = answer.get_json()["detail"]
    assert words in detail and "\n" not in detail and "folder" not in detail


def test_proposals_come_after_their_progress(asker):
    found, steps = proposals(asker, LAKE, {**LAKE, "key": "2", "name": "驻马店经济开发区宏志小学"})
    told = {step["done"]: step for step in steps}  # a slow machine says more than once how far it is
    assert [step for done, step in told.items() if done] == [{"done": 1, "of": 2}, {"done": 2, "of": 2}]
    new, known = found
    assert new["match"] is None
    assert new["place"]["geometry"]["type"] == "Polygon"
    assert new["place"]["properties"]["location_basis"] == "located"
    assert (known["match"]["id"], known["match"]["how"]) == ("2023-1", "name")
    assert {change["field"] for change in known["changes"]} >= {"land_area_mu", "seats"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff{", 400),
        (b"{}", 400),
        (b'{"projects": 7}', 400),
        (b'{"projects": [{"key": "1"}]}', 400),
        (b'{"projects": [{"key": "1", "name": "x", "unknown": 1}]}', 400),
        (json.dumps({"projects": [{"key": "1", "name": "x" * 10_001}]}).encode(), 400),
        (json.dumps({"projects": [{"key": f"{n}", "name": "x"} for n in range(2001)]}).encode(), 400),
        (b"[" * 100_000, 400),
        (b" " * (9 * 2**20), 413),
    ],
)
def test_a_question_of_another_form_is_refused_in_words(asker, body, status):
    answer = asker.post("/locating/propose", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.get_json()["detail"]


@pytest.mark.parametrize("target", ["schools/nothing", "nothing/1", "schools"])
def test_a_feature_that_is_not_there_is_told_at_the_end_of_the_lines(asker, target):
    answer = asker.post("/locating/propose", json={"projects": [{**LAKE, "target": target}]})
    assert "没有" in json.loads(answer.text.splitlines()[-1])["error"]


def test_an_unexpected_fault_while_working_is_told_without_a_traceback(asker, monkeypatch):
    from geo.service import proposals as service

    monkeypatch.setattr(service, "find_matches", lambda *_: 1 / 0)
    lines = asker.post("/locating/propose", json={"projects": [LAKE]}).text
    assert "ZeroDivisionError" not in lines
    assert "error" in json.loads(lines.splitlines()[-1])


def test_nobody_writes_without_signing_in(asker):
    for address in ("adopt", "place", "undo"):
        assert asker.post(f"/locating/{address}", json={}).status_code == 401


def test_reading_needs_an_account_where_the_office_wants_it(office, browser):
    office.config["REQUIRE_LOGIN"] = True
    client = browser(office)
    client.take_token("/accounts/sign-in")
    for address in ("read", "propose"):
        assert client.post(f"/locating/{address}", headers={"Accept": "application/json"}).status_code == 401


def test_an_editor_adopts_and_takes_back(editor):
    answer = editor.post("/locating/adopt", json={"decisions": [decision(editor, LAKE)], "source": "规划.docx"})
    (adopted,) = answer.get_json()["adopted"]
    assert (adopted["layer_id"], adopted["feature_id"]) == ("schools", "2023-3")
    item = editor.get("/ogc/collections/schools/items/2023-3").get_json(force=True)
    assert item["properties"]["location_basis"] == "located"
    assert item["properties"]["location_accuracy_m"] > 0
    assert item["geometry"]["type"] == "Polygon"
    assert editor.post("/locating/undo", json={"change_set": adopted["change_set"]}).status_code == 200
    assert editor.get("/ogc/collections/schools/items/2023-3").status_code == 404


def test_what_was_drawn_is_placed_in_the_editors_name(editor):
    editor.post("/locating/adopt", json={"decisions": [{"project": LAKE, "drawn": DRAWN}]})
    properties = editor.get("/ogc/collections/schools/items/2023-3").get_json(force=True)["properties"]
    assert properties["location_basis"] == "placed"
    assert properties["location_note"].startswith("editor 于")


def test_a_position_cannot_be_made_up(editor):
    sealed = decision(editor, LAKE)
    for seal in (sealed["seal"][:-2] + "xx", "x", sealed["seal"].replace(".", "", 1)):
        answer = editor.post("/locating/adopt", json={"decisions": [{**sealed, "seal": seal}]})
        assert (answer.status_code, "重新定位" in answer.get_json()["detail"]) == (400, True)
    elsewhere = {**LAKE, "location_text": "乐山大道与古槐路交叉口西北侧"}
    answer = editor.post("/locating/adopt", json={"decisions": [{**sealed, "project": elsewhere}]})
    assert answer.status_code == 400


def test_a_feature_is_placed_once_and_a_second_planner_is_told(editor):
    body = {"layer": "schools", "id": "2021-1", "revision": 1, "geometry": DRAWN}
    first = editor.post("/locating/place", json=body)
    assert first.status_code == 200
    assert editor.post("/locating/place", json=body).status_code == 409
    item = editor.get("/ogc/collections/schools/items/2021-1").get_json(force=True)
    assert item["properties"]["location_basis"] == "placed"


def test_a_parcel_drawn_on_another_is_told_where_it_is_drawn_and_in_the_record(editor):
    """They share 0.0005 by 0.001 degrees: 46.7 m by 110.9 m at 33° north."""
    first, second = (
        json.loads(shapely.to_geojson(shapely.box(114 + at, 33, 114.001 + at, 33.001))) for at in (0, 0.0005)
    )
    place = {"layer": "schools", "id": "2021-1", "revision": 1, "geometry": first}
    assert editor.post("/locating/place", json=place).get_json()["doubts"] == []
    assert editor.post(
        "/locating/overlaps", json={"geometry": first, "layer": "schools", "id": "2021-1"}
    ).get_json() == {"doubts": []}
    (doubt,) = editor.post("/locating/overlaps", json={"geometry": second}).get_json()["doubts"]
    assert "重叠约 7.77 亩" in doubt
    answer = editor.post("/locating/place", json={**place, "id": "2021-2", "geometry": second}).get_json()
    assert answer["doubts"] == [doubt]
    item = editor.get("/ogc/collections/schools/items/2021-2").get_json(force=True)
    assert doubt in item["properties"]["location_note"]


def test_two_drawn_on_one_another_at_once_are_told(editor):
    other = {**LAKE, "key": "other", "name": "东湖区第九小学"}
    decisions = [{"project": each, "drawn": DRAWN} for each in (LAKE, other)]
    adopted = editor.post("/locating/adopt", json={"decisions": decisions}).get_json()["adopted"]
    assert all("重叠" in "".join(each["doubts"]) for each in adopted)
    assert LAKE["name"] in adopted[1]["doubts"][0]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"layer": "nothing", "id": "1", "revision": 1, "geometry": DRAWN}, 404),
        ({"layer": "schools", "id": "nothing", "revision": 1, "geometry": DRAWN}, 404),
        (
            {"layer": "schools", "id": "2021-1", "revision": 1, "geometry": {"type": "Point", "coordinates": [1, 2]}},
            400,
        ),
        ({"layer": "schools", "id": "2021-1", "revision": 1, "geometry": {"type": "Polygon"}}, 400),
        ({"layer": "schools", "id": "2021-1", "revision": "1", "geometry": DRAWN}, 400),
    ],
)
def test_a_place_that_does_not_hold_is_refused_in_words(editor, body, status):
    answer = editor.post("/locating/place", json=body)
    assert answer.status_code == status
    assert answer.get_json()["detail"]


def test_there_is_nothing_to_take_back_twice(editor):
    (adopted,) = editor.post("/locating/adopt", json={"decisions": [decision(editor, LAKE)]}).get_json()["adopted"]
    undo = {"change_set": adopted["change_set"]}
    assert editor.post("/locating/undo", json=undo).status_code == 200
    assert editor.post("/locating/undo", json=undo).status_code in (404, 409)
    assert editor.post("/locating/undo", json={"change_set": 10**9}).status_code == 400
    assert editor.post("/locating/adopt", json={"decisions": []}).status_code == 400


def test_hostile_words_are_read_as_words(asker):
    name = "<img src=x onerror=alert(1)>${alert(1)}{{7*7}}\u202e学校"
    (proposal,), _ = proposals(asker, {**LAKE, "name": name, "location_text": name})
    assert proposal["place"]["properties"]["location_text"] == name
    assert proposal["place"]["geometry"] is None
