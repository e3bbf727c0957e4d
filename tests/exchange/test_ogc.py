"""Documents of the OGC API, held against the standard and its validators."""

import json
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

from geo.exchange import geojson, ogc
from geo.exchange.openapi import openapi
from geo.model.page import Cell, Summary
from geo.model.status import AnnualStatus

BASE = "https://atlas.example.org/ogc"


def strings_of(document):
    """Every text in a document, keys included."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from strings_of(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from strings_of(value)
    elif isinstance(document, str):
        yield document


def links_by_rel(document):
    return {link["rel"]: link for link in document["links"]}


@pytest.fixture(scope="module", params=["zh", "en"])
def description(request, catalog):
    return openapi(BASE, catalog, request.param)


def test_the_landing_page_leads_to_description_conformance_and_data(catalog):
    landing = ogc.landing_page(BASE, catalog.zone, "en")
    assert landing["title"] == "Zone"
    assert {rel: link["href"] for rel, link in links_by_rel(landing).items()} == {
        "self": f"{BASE}/",
        "alternate": f"{BASE}/?f=html",
        "service-desc": f"{BASE}/api",
        "service-doc": f"{BASE}/api?f=html",
        "conformance": f"{BASE}/conformance",
        "data": f"{BASE}/collections",
        "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes": f"{BASE}/tileMatrixSets",
    }
    assert links_by_rel(landing)["service-desc"]["type"] == "application/vnd.oai.openapi+json;version=3.0"


def test_conformance_names_what_is_tested_and_no_more():
    named = [name.removeprefix("http://www.opengis.net/spec/") for name in ogc.conformance()["conformsTo"]]
    filters = ("queryables", "queryables-query-parameters", "filter", "features-filter")
    languages = ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators")
    assert named == [
        *(f"ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "html", "oas30")),
        "ogcapi-features-2/1.0/conf/crs",
        *(f"ogcapi-features-3/1.0/conf/{part}" for part in filters),
        *(f"ogcapi-features-5/1.0/conf/{part}" for part in ("schemas", "core-roles-features")),
        *(f"ogcapi-tiles-1/1.0/conf/{part}" for part in ("core", "tileset", "tilesets-list", "geodata-tilesets")),
        *(f"ogcapi-tiles-1/1.0/conf/{part}" for part in ("oas30", "mvt")),
        *(f"cql2/1.0/conf/{part}" for part in (*languages, "basic-spatial-functions", "spatial-functions")),
    ]


def test_a_collection_says_where_and_when_it_lies(catalog):
    found = ogc.collection(BASE, catalog["schools"], catalog.zone, (114.0, 33.0, 114.1, 33.1), "zh")
    assert (found["id"], found["title"], found["itemType"]) == ("schools", "新建学校", "feature")
    assert found["extent"] == {
        "spatial": {
            "bbox": [[114.0, 33.0, 114.1, 33.1]],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        "temporal": {"interval": [["2021-01-01T00:00:00Z", "2025-12-31T23:59:59Z"]]},
    }
    assert links_by_rel(found)["items"] == {
        "rel": "items",
        "href": f"{BASE}/collections/schools/items",
        "type": "application/geo+json",
    }


def test_an_extent_that_nobody_knows_is_not_stated(catalog):
    assert ogc.collection(BASE, catalog["roads"], catalog.zone, None, "en")["extent"] == {}


def test_collections_hold_what_each_collection_says(catalog):
    each = [ogc.collection(BASE, layer, catalog.zone, None, "zh") for layer in catalog.values()]
    found = ogc.collections(BASE, each)
    assert [collection["id"] for collection in found["collections"]] == [
        "schools",
        "water_sections",
        "indicators",
        "roads",
    ]
    assert links_by_rel(found)["self"]["href"] == f"{BASE}/collections"


def test_page_links_carry_every_parameter():
    given_parameters = [
        ("plan_year", "2021"),
        ("limit", "4"),
        ("plan_year", "2022"),
        ("q", "宏志 & 小学"),
        ("offset", "4"),
    ]
    found = ogc.items_members(f"{BASE}/items", given_parameters, matched=11, returned=4, limit=4, offset=4)
    assert (found["numberMatched"], found["numberReturned"]) == (11, 4)
    links = links_by_rel(found)
    kept = [("plan_year", "2021"), ("plan_year", "2022"), ("q", "宏志 & 小学"), ("limit", "4")]
    assert parse_qsl(urlsplit(links["next"]["href"]).query) == [*kept, ("offset", "8")]
    assert parse_qsl(urlsplit(links["prev"]["href"]).query) == [*kept, ("offset", "0")]
    assert parse_qsl(urlsplit(links["self"]["href"]).query) == given_parameters


@pytest.mark.parametrize(
    ("offset", "returned", "expected"),
    [(0, 4, {"next"}), (8, 3, {"prev"}), (20, 0, {"prev"}), (0, 0, set())],
)
def test_there_is_a_next_page_exactly_when_features_are_left(offset, returned, expected):
    found = ogc.items_members(f"{BASE}/items", [], matched=11, returned=returned, limit=4, offset=offset)
    assert set(links_by_rel(found)) == expected | {"self", "alternate"}


@given(st.integers(0, 200), st.integers(1, 50))
def test_following_next_shows_every_feature_once(matched, limit):
    offset, seen = 0, 0
    while True:
        returned = min(limit, matched - offset)
        seen += returned
        found = ogc.items_members(BASE, [], matched=matched, returned=returned, limit=limit, offset=offset)
        if "next" not in links_by_rel(found):
            break
        offset = int(dict(parse_qsl(urlsplit(links_by_rel(found)["next"]["href"]).query))["offset"])
    assert seen == matched


def test_a_document_names_the_same_as_a_page_whatever_was_asked_for():
    given_parameters = [("f", "json"), ("q", "宏志 & 小学"), ("level", ""), ("level", "primary")]
    found = ogc.items_members(f"{BASE}/items", given_parameters, matched=1, returned=1, limit=10, offset=0)
    alternate = links_by_rel(found)["alternate"]
    assert alternate["type"] == "text/html"
    assert parse_qsl(urlsplit(alternate["href"]).query, keep_blank_values=True) == [
        *given_parameters[1:],
        ("f", "html"),
    ]


def test_a_feature_links_to_itself_and_its_collection_whatever_its_id():
    links = links_by_rel({"links": ogc.item_links(BASE, "schools", "2023-1 #?号")})
    assert links["self"]["href"] == f"{BASE}/collections/schools/items/2023-1%20%23%3F%E5%8F%B7"
    assert links["collection"]["href"] == f"{BASE}/collections/schools"


def test_a_reported_year_leaves_out_what_the_feature_says_already():
    row = ogc.status_row(AnnualStatus("schools", "a", 2023, stage="started", progress_pct=40.0, demo=True))
    assert (row["year"], row["stage"], row["progress_pct"], row["demo"]) == (2023, "started", 40.0, True)
    assert not {"layer_id", "feature_id"} & set(row)


def test_a_layer_that_the_question_does_not_fit_counts_nothing():
    found = ogc.summary({"schools": Summary(3, {"seats": 4950}, [Cell(114.0, 33.0, 3)]), "roads": None})
    assert found == {
        "collections": {
            "schools": {"count": 3, "totals": {"seats": 4950}, "cells": [{"lon": 114.0, "lat": 33.0, "count": 3}]},
            "roads": {"count": 0, "totals": {}, "cells": []},
        }
    }


def test_a_schema_is_valid_and_names_titles_units_and_values(catalog):
    for layer in catalog.values():
        jsonschema.Draft202012Validator.check_schema(ogc.schema(BASE, layer, "zh"))
    schema = ogc.schema(BASE, catalog["schools"], "zh")
    assert schema["$id"] == f"{BASE}/collections/schools/schema"
    properties = schema["properties"]
    assert properties["land_area_mu"] == {
        "title": "占地",
        "type": "number",
        "x-ogc-unit": "亩",
        "x-ogc-unitLang": "zh",
    }
    assert properties["level"]["enum"] == ["primary", "junior"]
    assert properties["planned_start"] == {"title": "计划开工", "type": "string", "format": "date"}
    assert properties["land_per_seat_m2"]["readOnly"]
    assert properties["geometry"]["format"] == "geometry-polygon-or-multipolygon"
    assert "not_reported" in properties["stage"]["enum"]
    assert "geometry" not in ogc.schema(BASE, catalog["indicators"], "zh")["properties"]
    assert ogc.schema(BASE, catalog["water_sections"], "en")["properties"]["value"]["title"] == "Water class"


def test_the_api_description_is_valid_openapi(description):
    OpenAPIV30SpecValidator(description).validate()


def test_the_api_description_points_to_no_other_place(description):
    known = (BASE, "http://www.opengis.net/def/crs/")  # names of coordinate reference systems are no links
    outside = [text for text in strings_of(description) if "://" in text and not text.startswith(known)]
    assert outside == []
    assert all(text.startswith("#/") for text in references_of(description))


def references_of(document):
    if isinstance(document, dict):
        if "$ref" in document:
            yield document["$ref"]
        for value in document.values():
            yield from references_of(value)
    elif isinstance(document, list):
        for value in document:
            yield from references_of(value)


def test_every_collection_has_its_own_property_filters(description):
    def names(layer_id):
        parameters = description["paths"][f"/collections/{layer_id}/items"]["get"]["parameters"]
        return {parameter["name"] for parameter in parameters if "name" in parameter}

    assert {"level", "seats", "plan_year", "stage", "progress_pct"} <= names("schools")
    assert {"width_m", "opened", "one_way"} <= names("roads")
    assert not {"plan_year", "stage", "seats"} & names("roads")
    assert not {"lamp", "planned_progress_pct"} & names("schools")


def test_bbox_is_four_or_six_numbers_parted_by_commas(description):
    bbox = description["components"]["parameters"]["bbox"]
    assert (bbox["style"], bbox["explode"]) == ("form", False)
    schema = jsonschema.Draft202012Validator(bbox["schema"])
    assert [schema.is_valid([0] * count) for count in (3, 4, 5, 6, 7)] == [False, True, False, True, False]


def test_what_a_sentence_says_is_translated(catalog):
    english = openapi(BASE, catalog, "en", lambda words: f"[{words}]")
    assert english["paths"]["/summary"]["get"]["summary"] == "[各图层的计数与合计]"
    assert english["info"]["title"] == "Zone"
    assert english["components"]["parameters"]["bbox"]["description"].startswith("[")


def test_what_the_encoder_writes_is_what_the_description_says(description):
    properties = {
        "name": "宏志小学",
        "plan_year": 2023,
        "planned_start": "2023-01-01",
        "planned_dates_assumed": True,
        "location_basis": "located",
        "location_accuracy_m": None,
        "level": "primary",
        "land_area_mu": 45.4,
        "seats": 1620,
        "land_per_seat_m2": 18.7,
        "stage": "not_reported",
        "lamp": None,
        "revision": 1,
    }
    members = ogc.items_members(f"{BASE}/items", [], matched=1, returned=1, limit=10, offset=0)
    square = "POLYGON((114 33, 114.1 33, 114.1 33.1, 114 33))"
    for geometry in (shapely.to_wkb(shapely.from_wkt(square)), None):
        answer = json.loads(geojson.feature_collection(["2023-1"], [geometry], [properties], **members))
        schema = {**description, "$ref": "#/components/schemas/schools_items"}
        OAS30Validator(schema).validate(answer)
    answer["features"][0]["properties"]["seats"] = "many"
    assert not OAS30Validator(schema).is_valid(answer)
