"""The page of catchments and its answers, on the shipped plan and on the demonstration's homes."""

import json

import pyogrio
import pytest
import shapely
from pyproj import Geod

from geo.service.intake import open_or_create
from geo.web import create_app
from geo.web.settings import ROOT

WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.gpkg"
    open_or_create(f"gpkg:///{path}", ROOT / "layers", demo=True).close()
    return create_app({"DATABASE_URL": f"gpkg:///{path}", "BASEMAPS": str(path.with_name("none.toml"))}).test_client()


def answer(client, address: str) -> dict:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def test_the_page_is_there_and_in_the_header(client):
    text = client.get("/catchments").text
    assert 'id="question"' in text and 'href="/catchments"' in client.get("/").text


def test_without_homes_there_are_areas_and_a_word_on_what_to_import(client):
    found = answer(client, "/catchments/result?level=junior&year=2025")
    assert found["homes"]["features"] == [] and len(found["areas"]["features"]) >= 2
    told = "".join(found["summary"]["remarks"])
    assert "只计规划新建的学校" in told and "导入居住区" in told and "道路中心线误差" in told
    assert {school["lamp"] for school in found["summary"]["schools"]} == {"unknown"}
    refused = client.get("/catchments/result?method=capacity")
    assert refused.status_code == 400 and "学龄人口" in refused.text


def test_schools_open_by_the_plan_and_unknown_positions_are_named(client):
    by_year = [len(answer(client, f"/catchments/result?year={year}")["schools"]["features"]) for year in (2023, 2025)]
    assert by_year[0] < by_year[1]
    told = answer(client, "/catchments/result?year=2025")["summary"]["remarks"]
    assert any("真实位置未知" in words for words in told)
    with_all = answer(client, "/catchments/result?year=2025&schematic=true")
    assert len(with_all["schools"]["features"]) > by_year[1]
    assert any("示意" in words for words in with_all["summary"]["remarks"])


@pytest.mark.parametrize("method", ["nearest", "service", "capacity"])
def test_homes_of_the_demonstration_have_schools_and_lie_in_their_areas(demo, method):
    found = answer(demo, f"/catchments/result?method={method}&year=2025")
    areas = {
        each["properties"]["school_id"]: shapely.from_geojson(json.dumps(each["geometry"]))
        for each in found["areas"]["features"]
    }
    seen = set()
    for home in found["homes"]["features"]:
        place = home["properties"]["demand_id"]
        if home["properties"]["school_id"] and place not in seen and method != "capacity":
            assert areas[home["properties"]["school_id"]].covers(shapely.from_geojson(json.dumps(home["geometry"])))
        seen.add(place)
    figures = found["summary"]
    assert figures["assigned"]["pupils"] + figures["unassigned"]["pupils"] == figures["demand"]["pupils"] > 0
    assert figures["walk"]["detour_factor"] >= 1
    if method == "capacity":
        assert figures["seats"]["unseated"] == figures["seats"]["least_extra_seats"] > 0


def test_from_a_place_the_nearest_schools_come_in_their_order(demo):
    found = answer(demo, "/catchments/from?lon=114.0&lat=33.04&year=2025")
    walks = [each["distance_m"] for each in found["choices"]]
    assert walks == sorted(walks) and len(walks) == 3 and found["reason"] is None
    assert all(each["detour_factor"] >= 1 and each["name"] for each in found["choices"])
    way = shapely.from_geojson(json.dumps(found["way"]))
    assert abs(WGS84.geometry_length(way) - walks[0]) < 0.2 and found["roads"]
    far = answer(demo, "/catchments/from?lon=115&lat=33.04&year=2025")
    assert far["choices"] == [] and far["way"] is None and "超过 2000 米" in far["reason"]


def test_the_result_can_be_taken_away(demo, tmp_path):
    response = demo.get("/catchments/file?method=nearest&year=2025")
    assert (
        response.status_code == 200
        and "catchments_primary_nearest_2025.gpkg" in response.headers["Content-Disposition"]
    )
    (tmp_path / "a.gpkg").write_bytes(response.data)
    assert {name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")} == {
        "assignments",
        "catchments",
        "straight_catchments",
    }


@pytest.mark.parametrize(
    "query",
    [
        "level=senior",
        "method=best",
        "year=1900",
        "year=x",
        "lon=nan&lat=1",
        "lon=200&lat=1",
        "lat=33",
        "lon=1e999&lat=0",
    ],
)
def test_wrong_questions_are_refused(client, query):
    response = client.get(f"/catchments/from?{query}")
    assert response.status_code == 400


def test_another_language_has_its_words(demo):
    demo.get("/language/en?next=/catchments")
    assert "Catchments" in demo.get("/catchments").text
    told = answer(demo, "/catchments/result?year=2025")["summary"]["remarks"]
    assert any("no closer than" in words for words in told)
