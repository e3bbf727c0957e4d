"""The page of catchments and its answers, on the shipped plan and on the demonstration's homes."""

import io
import json

import geopandas
import openpyxl
import pyogrio
import pytest
import shapely
from pyproj import Geod

from geo.service.catchments import stored
from geo.web import create_app

WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def demo(demo_store, tmp_path_factory):
    basemaps = tmp_path_factory.mktemp("basemaps") / "none.toml"
    return create_app({"DATABASE_URL": demo_store, "BASEMAPS": str(basemaps)}).test_client()


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


def test_a_zone_without_a_layer_of_todays_schools_is_told_so_and_what_to_do_where_none_is_open(client, monkeypatch):
    every = stored.school_layers
    monkeypatch.setattr(stored, "school_layers", lambda store: [each for each in every(store) if each.role == "plan"])
    told = answer(client, "/catchments/result?year=2025&standard_m=777")["summary"]["remarks"]  # not asked before
    assert any("只计规划新建的学校" in words for words in told)
    monkeypatch.setattr(stored, "school_layers", lambda store: [])
    refused = client.get("/catchments/result?year=2025&standard_m=778")
    assert refused.status_code == 400 and "导入现有学校" in refused.text


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


def test_from_a_place_the_school_the_way_and_the_next_ones_come(demo):
    found = answer(demo, "/catchments/from?lon=114.0&lat=33.04&year=2025")
    choices = [found["school"], *found["others"]]
    walks = [each["distance_m"] for each in choices]
    assert walks == sorted(walks) and len(walks) == 3 and found["without"] is None and "就近" in found["rule"]
    assert all(each["detour_factor"] >= 1 and each["name"] for each in choices)
    way = shapely.from_geojson(json.dumps(found["way"]))
    assert abs(WGS84.geometry_length(way) - walks[0]) < 0.2 and found["roads"]
    assert found["crossed"] == [{"name": "文明大道", "main": None}] and found["barriers"] == []
    far = answer(demo, "/catchments/from?lon=115&lat=33.04&year=2025")
    assert far["school"] is None and far["others"] == [] and far["way"] is None and "超过 2000 米" in far["without"]
    short = answer(demo, "/catchments/from?lon=114.0&lat=33.04&year=2025&method=service")
    assert short["school"] is None and "超过 500 米" in short["without"] and len(short["others"]) == 3
    wide = answer(demo, "/catchments/from?lon=114.0&lat=33.04&year=2025&method=service&standard_m=3000")
    assert wide["school"] == found["school"] | {"pupils": wide["school"]["pupils"]}


def test_by_seats_a_place_has_the_school_of_its_area(demo):
    result = answer(demo, "/catchments/result?method=capacity&year=2025")
    areas = {
        each["properties"]["school_id"]: shapely.from_geojson(json.dumps(each["geometry"]))
        for each in result["areas"]["features"]
    }
    other = 0
    for home in result["homes"]["features"][::6]:
        lon, lat = home["geometry"]["coordinates"]
        found = answer(demo, f"/catchments/from?method=capacity&year=2025&lon={lon}&lat={lat}")
        school = found["school"] and found["school"]["school_id"]
        assert areas[school].covers(shapely.Point(lon, lat))
        other += school != answer(demo, f"/catchments/from?year=2025&lon={lon}&lat={lat}")["school"]["school_id"]
    assert other > 0


@pytest.mark.parametrize(
    ("text", "lon", "lat"),
    [
        ("演示小区01", 113.9837, 32.99824),
        ("33.04, 114.0", 114.0, 33.04),
        ("开源大道与乐山大道交叉口", 114.0209, 33.0122),
    ],
)
def test_a_place_is_typed_as_a_name_as_degrees_or_by_its_roads(demo, text, lon, lat):
    found = answer(demo, f"/catchments/from?year=2025&q={text}")
    assert (found["place"]["lon"], found["place"]["lat"]) == pytest.approx((lon, lat), abs=1e-4)
    assert found["place"]["label"] == text and found["school"]["name"]


def test_a_place_that_cannot_be_found_is_told_why(demo):
    refused = demo.get("/catchments/from?year=2025&q=没有这里")
    assert refused.status_code == 400 and "没有这里" in refused.text and "哪条路" in refused.text


def test_the_result_can_be_taken_away(demo, tmp_path):
    def taken(format_name: str, name: str) -> bytes:
        response = demo.get(f"/catchments/file?method=nearest&year=2025&format={format_name}")
        assert response.status_code == 200 and f'"{name}"' in response.headers["Content-Disposition"]
        return response.data

    (tmp_path / "a.gpkg").write_bytes(taken("gpkg", "catchments_primary_nearest_2025.gpkg"))
    names = {name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")}
    assert names == {"assignments", "catchments", "straight_catchments", "notes"}
    assert any("误差" in words for words in pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="notes")["note"])
    (tmp_path / "a.geojson").write_bytes(taken("geojson", "catchments_primary_nearest_2025.geojson"))
    assert set(geopandas.read_file(tmp_path / "a.geojson").geom_type) <= {"Polygon", "MultiPolygon"}
    places = json.loads(taken("assignments.geojson", "catchments_primary_nearest_2025_assignments.geojson"))
    assert len(places["features"]) == 67 and places["question"]["year"] == ["2025"]
    assert any("误差" in words for words in places["remarks"])
    book = openpyxl.load_workbook(io.BytesIO(taken("xlsx", "catchments_primary_nearest_2025.xlsx")))
    assert book.sheetnames == ["学校", "地点", "依据"] and book["地点"].max_row == 68
    schools = [[cell.value for cell in row] for row in book["学校"].iter_rows()]
    assert schools[0][:4] == ["学校", "编号", "学位", "学生"] and schools[1][2] == 1350
    assert demo.get("/catchments/file?format=shp").status_code == 400


def test_a_long_run_tells_how_far_it_is_and_ends_with_the_result(demo):
    response = demo.get("/catchments/run?method=capacity&whole=true&time_limit_s=1&year=2025")
    lines = [json.loads(line) for line in response.data.splitlines()]
    assert [set(line) for line in lines[:-1]] == [{"done", "of"}] * (len(lines) - 1) and len(lines) > 3
    whole = lines[-1]["result"]["summary"]["whole"]
    assert whole["gap"] is None or 0 <= whole["gap"] < 1
    wrong = demo.get("/catchments/run?method=capacity&level=junior&year=2025&last=scenario:99").data.splitlines()
    assert "99" in json.loads(wrong[-1])["error"]


def test_pins_bans_and_last_year_count(demo):
    base = "/catchments/result?method=capacity&year=2025"
    free = answer(demo, base)
    homes = {each["properties"]["demand_id"]: each["properties"]["school_id"] for each in free["homes"]["features"]}
    pinned = answer(demo, f"{base}&pin=demo-01=2022-2&ban=demo-02={homes['demo-02']}")
    now = {each["properties"]["demand_id"]: each["properties"]["school_id"] for each in pinned["homes"]["features"]}
    assert now["demo-01"] == "2022-2" != homes["demo-01"] and now["demo-02"] != homes["demo-02"]
    moved = [
        answer(demo, f"{base}&last=year:2023&change_price_m={price}")["summary"]["changes"]["pupils"]
        for price in (0, 3000)
    ]
    assert moved[0] > moved[1]


def test_pupils_of_the_year_residents_times_a_rate_and_reported_openings(demo):
    table = "年份%09小学系数%0A2024%091%0A2026%090.3"
    grown = answer(demo, f"/catchments/result?year=2024&growth={table}")["summary"]
    assert {school["lamp"] for school in grown["schools"]} == {"later_surplus"}
    by_rate = answer(demo, "/catchments/result?year=2025&rate_per_thousand=61&rate_source=某年某表")["summary"]
    assert by_rate["demand"]["pupils"] == 7672.153 and any("某年某表" in words for words in by_rate["remarks"])
    counts = [
        len(answer(demo, f"/catchments/result?year=2024&opening={each}")["summary"]["schools"])
        for each in ("plan", "reported")
    ]
    assert counts[0] > counts[1]


def test_two_years_side_by_side(demo):
    found = answer(demo, "/catchments/compare?year=2025&with=year:2023")
    assert found["title"] == "2023" and found["moves"]["compared"] == 8820
    assert found["moves"]["moved"] == sum(row["pupils"] for row in found["rows"]) > 0
    new = [school for school in found["schools"] if school["before"] is None]
    assert [school["school_id"] for school in new] == ["2024-1"]
    assert new[0]["after"]["pupils"] == found["moves"]["moved"]
    assert found["after"]["walk"]["mean_m"] < found["before"]["walk"]["mean_m"]
    same = answer(demo, "/catchments/compare?year=2025&with=year:2025")
    assert same["moves"] == {"moved": 0, "gained": 0, "lost": 0, "compared": 8820} and same["rows"] == []
    assert demo.get("/catchments/compare?with=all").status_code == 400


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
        "whole=true&time_limit_s=9999&lon=114&lat=33",
        "standard_m=-5&lon=114&lat=33",
        "standard_m=x&lon=114&lat=33",
        "method=capacity&pin=a&lon=114&lat=33",
        "last=year:1999&lon=114&lat=33",
        "rate_per_thousand=60&lon=114&lat=33",
        "growth=a&lon=114&lat=33",
        "scenario=x&lon=114&lat=33",
        "opening=soon&lon=114&lat=33",
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
