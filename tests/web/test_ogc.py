"""OGC API Features as a client sees it, on the shipped plan."""

import json
import time

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from geo.web import create_app

SCHOOLS = "/ogc/collections/schools/items"


def items(client, address, **parameters):
    response = client.get(address, query_string=parameters or None)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/geo+json"
    return response.get_json(force=True)


def test_every_link_of_the_landing_page_answers(client):
    landing = client.get("/ogc/").get_json()
    assert {link["rel"] for link in landing["links"]} >= {"self", "service-desc", "conformance", "data"}
    for link in landing["links"]:
        assert client.get(link["href"]).status_code == 200


def test_the_openapi_document_is_valid_and_refers_to_nothing_outside(client):
    response = client.get("/ogc/api")
    assert response.mimetype == "application/vnd.oai.openapi+json"
    document = response.get_json(force=True)
    validate(document)
    names = "http://www.opengis.net/def/crs/"  # of coordinate reference systems, which are no links
    references = [text for text in response.text.split('"') if text.startswith("http") and not text.startswith(names)]
    assert all(reference.startswith("http://localhost") for reference in references)


def test_every_address_of_the_openapi_document_exists(client):
    document = client.get("/ogc/api").get_json(force=True)
    values = {"q": "宏志", "text": "114.01 33.02", "within": "schools/2023-1"}
    in_path = {"collectionId": "schools", "featureId": "2021-1", "tileMatrixSetId": "WebMercatorQuad"}
    in_path |= {"tileMatrix": 0, "tileRow": 0, "tileCol": 0}
    for path, described in document["paths"].items():
        address = path.replace("{", "{0[").replace("}", "]}").format(in_path)
        parameters = [resolved(document, each) for each in described["get"].get("parameters", [])]
        needed = {
            each["name"]: values[each["name"]] for each in parameters if each["in"] == "query" and each.get("required")
        }
        assert client.get(f"/ogc{address}", query_string=needed).status_code == 200, path


def resolved(document, part):
    """A part of an OpenAPI document, where it stands or where it points to."""
    for name in part.get("$ref", "").split("/")[1:]:
        document = document[name]
    return document if "$ref" in part else part


def test_every_layer_is_a_collection_with_its_schema(client, app):
    collections = client.get("/ogc/collections").get_json()["collections"]
    assert {"schools", "villages", "roads", "indicators", "existing_schools"} <= {each["id"] for each in collections}
    for each in collections:
        schema = client.get(f"/ogc/collections/{each['id']}/schema")
        assert schema.mimetype == "application/schema+json"
        assert "name" in schema.get_json(force=True)["properties"]
        assert client.get(f"/ogc/collections/{each['id']}/items").status_code == 200


def test_the_plan_has_eleven_schools_and_schematic_ones_have_no_geometry_unless_asked(client):
    plain = items(client, SCHOOLS, limit=100)
    assert plain["numberMatched"] == plain["numberReturned"] == 11
    assert sum(feature["properties"]["seats"] for feature in plain["features"]) == 15_750  # plan 七(二)1
    basis = {feature["id"]: feature["properties"]["location_basis"] for feature in plain["features"]}
    for feature in plain["features"]:
        assert (feature["geometry"] is None) == (basis[feature["id"]] == "schematic")
    shown = items(client, SCHOOLS, limit=100, schematic="true")
    assert all(feature["geometry"] for feature in shown["features"])


def test_paging_walks_through_all_features_once(client):
    seen, address = [], f"{SCHOOLS}?limit=4&plan_year=2021&plan_year=2022&plan_year=2023"
    while address:
        page = items(client, address)
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        assert address is None or "plan_year=2022" in address
    assert sorted(seen) == ["2021-1", "2021-2", "2021-3", "2022-1", "2022-2", "2023-1", "2023-2"]


def test_a_bbox_finds_what_touches_it_with_four_or_six_numbers(client):
    # 宏志小学 stands north-west of 乐山大道 × 古槐路, near 114.0156, 33.0466 (geodata: school_crossings).
    near = items(client, SCHOOLS, bbox="114.012,33.044,114.019,33.050")
    assert "2023-1" in {feature["id"] for feature in near["features"]}
    with_heights = items(client, SCHOOLS, bbox="114.012,33.044,-100,114.019,33.050,9000")
    assert with_heights["numberMatched"] == near["numberMatched"]
    assert items(client, SCHOOLS, bbox="113.0,32.0,113.1,32.1")["numberMatched"] == 0


def test_a_box_whose_west_lies_east_of_its_east_goes_round_the_back_of_the_earth(client):
    everywhere = items(client, SCHOOLS, bbox="-180,-90,180,90")["numberMatched"]
    assert items(client, SCHOOLS, bbox="114.5,32,114.2,34")["numberMatched"] == everywhere > 0
    assert items(client, SCHOOLS, bbox="170,-50,-170,50")["numberMatched"] == 0
    halves = [items(client, SCHOOLS, bbox=box, limit=100) for box in ("-180,32,114.015,34", "114.017,32,180,34")]
    expected = {feature["id"] for half in halves for feature in half["features"]}
    round_ = {"bbox": "114.017,32,114.015,34", "limit": 100}
    assert {feature["id"] for feature in items(client, SCHOOLS, **round_)["features"]} == expected
    summary = client.get("/ogc/summary", query_string={"collections": "schools", "bbox": round_["bbox"], "cells": 5})
    assert summary.get_json()["collections"]["schools"]["count"] == len(expected)
    lat_first = {"bbox": "32,114.017,34,114.015", "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4490"}
    assert items(client, SCHOOLS, **lat_first)["numberMatched"] == len(expected)


def test_what_is_asked_by_a_marked_area_and_by_such_a_box_must_meet_both(client):
    marked = {"within": "LINESTRING(113.9 32.9, 114.2 33.2)", "buffer_m": 3000}
    alone = items(client, SCHOOLS, **marked, limit=100)
    both = items(client, SCHOOLS, **marked, bbox="114.02,32,114.01,34", limit=100)
    boxed = items(client, SCHOOLS, bbox="114.02,32,114.01,34", limit=100)
    ids = [{feature["id"] for feature in found["features"]} for found in (alone, boxed, both)]
    assert ids[0] & ids[1] == ids[2] != set()


def test_a_property_filter_and_an_interval(client):
    primary = items(client, SCHOOLS, level="primary", limit=100)
    assert primary["numberMatched"] == 8
    large = items(client, SCHOOLS, seats="1620/..", limit=100)
    assert {feature["id"] for feature in large["features"]} == {"2021-3", "2022-2", "2023-1", "2024-1", "2025-1"}


def test_sorting_by_a_field_either_way(client):
    ascending = [f["properties"]["seats"] for f in items(client, SCHOOLS, sortby="seats", limit=100)["features"]]
    descending = [f["properties"]["seats"] for f in items(client, SCHOOLS, sortby="-seats", limit=100)["features"]]
    assert ascending == sorted(ascending) == descending[::-1]


@pytest.mark.parametrize(
    ("moment", "expected"), [("2023-06-01", 2), ("2021-01-01/2022-12-31", 5), ("2025-01-01/..", 2)]
)
def test_datetime_meets_the_planned_time(client, moment, expected):
    assert items(client, SCHOOLS, datetime=moment)["numberMatched"] == expected


def test_search_by_chinese_and_by_pinyin_initials_over_all_layers(client):
    for words in ("宏志", "hzxx"):
        found = items(client, "/ogc/search", q=words)
        assert ("schools", "2023-1") in {(feature["collection"], feature["id"]) for feature in found["features"]}
    assert items(client, "/ogc/search", q="宏%学")["features"] == []  # no wildcard of the database leaks out


@pytest.mark.parametrize("query", ["year=2101", "schematic=perhaps", "q=&year=x"])
def test_a_search_for_nothing_still_refuses_a_wrong_parameter(client, query):
    assert items(client, "/ogc/search")["features"] == []
    assert client.get(f"/ogc/search?{query}").status_code == 400


def test_one_item_with_its_reported_years_and_computed_figures(client):
    item = items(client, f"{SCHOOLS}/2023-1", year=2023)
    assert item["properties"]["name"].endswith("宏志小学")
    assert item["properties"]["seats"] == 1620
    assert item["properties"]["land_area_mu"] == 45.4
    assert item["properties"]["stage"] == "not_reported"
    assert item["properties"]["lamp"] == "grey"
    assert item["statuses"] == []
    # 45.4 亩 × 2000/3 ㎡ ÷ 1 620 pupils = 18.68; 24 000 ÷ 30 266.67 = 0.79
    assert item["properties"]["land_per_seat_m2"] == pytest.approx(18.7, abs=0.05)
    assert item["properties"]["floor_area_ratio"] == pytest.approx(0.79, abs=0.005)


def test_summary_counts_and_adds_up_whatever_the_limit(client):
    summary = client.get("/ogc/summary?collections=schools,logistics_parks&limit=1").get_json()["collections"]
    assert summary["schools"]["count"] == 11
    assert summary["schools"]["totals"]["seats"] == 15_750
    assert summary["logistics_parks"]["count"] == 4
    # 万邦 18.5 + 丰树 3.5 + 豫鑫 3 亿元 (plan 四(一) box 1); 恒兴 states none
    assert summary["logistics_parks"]["totals"]["investment_cny_10k"] == 250_000


def test_a_layer_without_the_filtered_field_matches_nothing(client):
    summary = client.get("/ogc/summary?collections=schools,villages&level=junior").get_json()["collections"]
    assert (summary["schools"]["count"], summary["villages"]["count"]) == (3, 0)


def test_an_area_around_a_road_holds_its_schools(client):
    inside = items(client, SCHOOLS, within="schools/2023-1", buffer_m=400, limit=100)
    assert {"2022-1", "2023-1"} <= {feature["id"] for feature in inside["features"]}  # both at 乐山大道 × 古槐路
    area = items(client, "/ogc/area", within="POINT(114.01 33.04)", buffer_m=1000)
    assert area["properties"]["area_ha"] == pytest.approx(314.0, abs=1.0)  # π km², a 64-gon is 0.16 % smaller


@pytest.mark.parametrize(
    "text", ["114.0168, 33.0456", "33.0456 114.0168", "东经114°01′00.48″ 北纬33°02′44.16″", "X=3657902.3 Y=38501568.9"]
)
def test_a_pasted_position_is_understood(client, text):
    found = items(client, "/ogc/position", text=text)
    lon, lat = found["geometry"]["coordinates"]
    assert (lon, lat) == (pytest.approx(114.0168, abs=2e-3), pytest.approx(33.0456, abs=2e-3))
    assert found["properties"]["reading"]


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=1,2,3,x",
        "bbox=114.1,34,114.0,33",
        "bbox=181,33,114,34",
        "buffer_m=0",
        "buffer_m=100",
        "bbox=nan,33,114,34",
        "bbox=113,32,115,91",
        "limit=0",
        "limit=-1",
        "limit=abc",
        "offset=-1",
        "datetime=yesterday",
        "datetime=2023-05-05/2022-01-01",
        "datetime=2023/2024/2025",
        "sortby=nothing",
        "unknown=1",
        "seats=many",
        "seats=1/2/3",
        "plan_year=2021.5",
        "year=99999",
        "schematic=perhaps",
        "within=POLYGON((0 0, 1 1, 0 1, 1 0, 0 0))",
        "within=POLYGON((",
        "within=nowhere/1",
        "buffer_m=x&within=schools/2023-1",
        "buffer_m=-5&within=schools/2023-1",
        "stage=started",  # a status column without a year
        "f=html5",
    ],
)
def test_a_wrong_parameter_gets_400_and_one_clear_sentence(client, query):
    response = client.get(f"{SCHOOLS}?{query}")
    assert response.status_code == 400, response.text
    answer = response.get_json()
    assert set(answer) == {"code", "title", "detail"}
    assert answer["detail"]


@pytest.mark.parametrize(
    "address", ["/ogc/collections/nothing", "/ogc/collections/nothing/items", f"{SCHOOLS}/nothing", "/ogc/nothing"]
)
def test_what_is_not_there_gets_404_in_json(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert response.get_json()["detail"]


def test_links_use_the_address_that_the_client_called(client):
    landing = client.get("/ogc/", base_url="https://atlas.example.org:8443").get_json()
    assert all(link["href"].startswith("https://atlas.example.org:8443/ogc") for link in landing["links"])


def test_forwarded_headers_of_strangers_are_not_believed(client):
    landing = client.get("/ogc/", headers={"X-Forwarded-Host": "evil.example"}).get_json()
    assert not any("evil" in link["href"] for link in landing["links"])


def test_an_answer_stays_good_until_the_layer_changes(client):
    first = client.get(SCHOOLS)
    again = client.get(SCHOOLS, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"{SCHOOLS}?limit=3").headers["ETag"] != first.headers["ETag"]


def test_answers_hold_to_rfc_7946(client):
    for feature in items(client, SCHOOLS, limit=100, schematic="true")["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        for polygon in getattr(shape, "geoms", [shape]):
            assert polygon.exterior.is_ccw
        for lon, lat in shapely.get_coordinates(shape):
            assert (round(lon, 7), round(lat, 7)) == (lon, lat)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        ["bbox", "limit", "offset", "datetime", "sortby", "q", "within", "buffer_m", "year", "seats", "name"]
    ),
    st.text(max_size=40),
)
def test_no_parameter_value_ever_breaks_the_server(client, name, value):
    assert client.get(SCHOOLS, query_string={name: value}).status_code in (200, 400, 404)


@pytest.mark.parametrize("name", ["bbox", "buffer_m", "land_area_mu"])
def test_a_very_long_wrong_number_is_refused_at_once(client, name):
    began = time.process_time()
    assert client.get(SCHOOLS, query_string={name: "1" * 60_000 + "x"}).status_code == 400
    assert time.process_time() - began < 2


def test_a_schematic_shape_marks_an_area_only_where_asked(client):
    schematic = next(
        feature["id"]
        for feature in items(client, SCHOOLS, limit=100)["features"]
        if feature["properties"]["location_basis"] == "schematic"
    )
    for address in ("/ogc/area", SCHOOLS, "/ogc/summary"):
        refused = client.get(address, query_string={"within": f"schools/{schematic}"})
        assert refused.status_code == 400
        assert "schematic=true" in refused.get_json()["detail"]
    asked = {"within": f"schools/{schematic}", "schematic": "true"}
    assert items(client, "/ogc/area", **asked)["properties"]["area_mu"] > 0
    assert schematic in {feature["id"] for feature in items(client, SCHOOLS, limit=100, **asked)["features"]}


def test_a_collection_reaches_as_far_as_its_true_positions(client):
    found = {each["id"]: each["extent"] for each in client.get("/ogc/collections").get_json()["collections"]}
    assert "spatial" not in found["villages"]  # every village is schematic
    located = [feature["geometry"] for feature in items(client, SCHOOLS, limit=100)["features"] if feature["geometry"]]
    bounds = shapely.total_bounds([shapely.from_geojson(json.dumps(geometry)) for geometry in located])
    assert found["schools"]["spatial"]["bbox"][0] == pytest.approx(bounds.tolist(), abs=3e-5)


def test_a_store_made_anew_does_not_take_the_old_one_for_the_same(tmp_path):
    tags = []
    for name in ("first", "second"):
        app = create_app({"DATABASE_URL": f"gpkg:///{tmp_path}/{name}.gpkg"})
        tags.append(app.test_client().get(SCHOOLS).headers["ETag"])
    assert tags[0] != tags[1]


def test_a_shape_that_costs_much_is_refused_at_once_over_all_layers(client):
    points = ",".join(f"{114 + number / 9999:.4f} 33" for number in range(900))
    began = time.process_time()
    answer = client.get("/ogc/summary", query_string={"within": f"MULTIPOINT({points})", "buffer_m": 100_000})
    assert answer.status_code == 400
    assert time.process_time() - began < 2


@pytest.mark.parametrize("query", ["bbox=113,32,115,34&bbox=1,2,3,4", "limit=5&limit=6", "year=2021&year=2022"])
def test_a_parameter_that_comes_twice_is_refused_for_nobody_knows_which_is_meant(client, query):
    answer = client.get(f"{SCHOOLS}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.get_json()["detail"]


@pytest.mark.parametrize("name", ["layers", "format", "cells", "collections", "match_schematic"])
def test_parameters_of_other_addresses_are_unknown_here(client, name):
    assert client.get(f"{SCHOOLS}?{name}=1").status_code == 400


def test_a_program_asks_for_a_language_in_the_address(client):
    titles = {code: client.get(f"/ogc/collections/schools?lang={code}").get_json()["title"] for code in ("zh", "en")}
    assert titles == {"zh": "新建学校", "en": "New schools"}
    assert client.get("/ogc/collections/schools?lang=fr").status_code == 400
    page = client.get(f"{SCHOOLS}?limit=1&lang=en").get_json(force=True)
    assert "lang=en" in next(link["href"] for link in page["links"] if link["rel"] == "next")


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(client):
    assert "GET" in client.options(SCHOOLS).headers["Allow"]
    refused = client.put("/healthz")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
