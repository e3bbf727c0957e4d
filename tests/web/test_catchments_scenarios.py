"""Scenarios: kept by an editor, opened again as they were, told when the data have changed."""

import json
import shutil

import pytest

from geo.model.journal import Act, FeatureChange
from geo.web import create_app

QUESTION = {"level": ["primary"], "method": ["capacity"], "year": ["2025"], "pin": ["demo-01=2022-2"]}


@pytest.fixture
def office(demo_store, tmp_path):
    shutil.copy(demo_store.removeprefix("gpkg:///"), tmp_path / "demo.gpkg")
    settings = {"BASEMAPS": str(tmp_path / "none.toml"), "AS_OF_DIR": str(tmp_path / "as_of")}
    return create_app({"DATABASE_URL": f"gpkg:///{tmp_path}/demo.gpkg", **settings})


def read(client, address: str) -> dict:
    response = client.get(address, headers={"Accept": "application/json"})
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def keep(client, name: str, question: dict = QUESTION):
    return client.post("/catchments/scenarios", json={"name": name, "note": "说明", "question": question})


def test_a_scenario_is_kept_and_gives_the_same_answer_again_and_after_changes(office, signed_in, browser):
    editor = signed_in(office, "editor")
    made = keep(editor, "固定一号小区")
    assert made.status_code == 200
    reader = browser(office)
    (listed,) = read(reader, "/catchments/scenarios")["scenarios"]
    assert (listed["name"], listed["made_by"], listed["question"], listed["changed"]) == (
        "固定一号小区", "editor", QUESTION, [],
    )  # fmt: skip
    address = f"/catchments/result?scenario={listed['id']}"
    first = read(reader, address)
    assert first["scenario"]["same"] and first["scenario"]["changed"] == []
    homes = {each["properties"]["demand_id"]: each["properties"]["school_id"] for each in first["homes"]["features"]}
    assert homes["demo-01"] == "2022-2"

    with office.app_context():
        from geo.web.current import live_store

        store = live_store()
        row = store.read_feature("residential_areas", "demo-01")
        revision = row.rows[0][row.columns.index("revision")]
        store.write([FeatureChange("residential_areas", "demo-01", revision, {"pupils_primary": 900})], Act("王工"))
    again = read(reader, address)
    assert again["scenario"]["same"] and again["summary"]["demand"] == first["summary"]["demand"]
    assert [each["layer"] for each in again["scenario"]["changed"]] == ["residential_areas"]
    renewed = read(reader, f"{address}&renew=true")
    assert not renewed["scenario"]["same"]
    assert renewed["summary"]["demand"]["pupils"] == first["summary"]["demand"]["pupils"] + 900 - 159
    assert read(reader, "/catchments/scenarios")["scenarios"][0]["changed"] == ["residential_areas"]

    compared = read(reader, f"/catchments/compare?level=primary&method=capacity&year=2025&with=scenario:{listed['id']}")
    assert compared["title"] == "固定一号小区" and compared["moves"]["compared"] > 0
    against = f"/catchments/result?level=primary&method=capacity&year=2024&last=scenario:{listed['id']}"
    moved = [read(reader, f"{against}&change_price_m={price}")["summary"]["changes"]["pupils"] for price in (0, 9000)]
    assert moved[0] > moved[1]
    assert reader.get(f"/catchments/file?scenario={listed['id']}&format=xlsx").status_code == 200


def test_who_may_not_and_what_does_not_hold_is_refused(office, signed_in, browser):
    assert keep(browser(office), "x").status_code in (400, 401)
    assert keep(signed_in(office, "viewer"), "x").status_code == 403
    editor = signed_in(office, "editor")
    assert keep(editor, " ").status_code == 400
    assert keep(editor, "坏问题", QUESTION | {"year": ["1999"]}).status_code == 400
    assert editor.post("/catchments/scenarios", json={"nom": "x"}).status_code == 400
    assert keep(editor, "一个").status_code == 200
    assert keep(editor, "一个").status_code == 409
    assert editor.get("/catchments/result?scenario=77").status_code == 404


def test_an_editor_renames_and_removes_what_was_seen(office, signed_in, browser):
    editor = signed_in(office, "editor")
    number = keep(editor, "一个").json["id"]
    address = f"/catchments/scenarios/{number}"
    (listed,) = read(editor, "/catchments/scenarios")["scenarios"]
    assert browser(office).patch(address, json={"name": "x", "seen": listed["sha256"]}).status_code in (400, 401)
    assert signed_in(office, "viewer").delete(address, json={"seen": listed["sha256"]}).status_code == 403
    assert editor.patch(address, json={"name": " ", "seen": listed["sha256"]}).status_code == 400
    assert editor.patch(address, json={"name": "两个", "seen": listed["sha256"]}).json == {"id": number, "name": "两个"}
    assert editor.delete(address, json={"seen": listed["sha256"]}).status_code == 409
    (listed,) = read(editor, "/catchments/scenarios")["scenarios"]
    assert (listed["name"], listed["note"]) == ("两个", None)
    assert read(editor, f"/catchments/result?scenario={number}")["scenario"]["same"]
    assert editor.delete(address, json={"seen": listed["sha256"]}).status_code == 204
    assert read(editor, "/catchments/scenarios")["scenarios"] == []
    assert editor.get(f"/catchments/result?scenario={number}").status_code == 404
    page = editor.get("/journal?action=scenario").text
    assert "学区方案" in page and "两个" in page
