"""OWSLib as programs of other offices use it."""

import pytest
import shapely
from owslib.ogcapi.features import Features
from pyproj import Transformer

from tests.clients.conftest import PAGE_SIZE, is_chinese

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture(scope="module")
def service(office):
    return Features(office.ogc)


def test_it_finds_every_collection_by_the_links(office, service):
    assert service.feature_collections() == list(office.store.catalog)
    assert "/collections/schools/items" in service.api()["paths"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    assert service.collection("schools")["title"] == office.store.catalog["schools"].title.zh


def test_it_walks_through_all_pages(office, service):
    seen, offset = {}, 0
    while offset < len(office.frame("schools")):
        page = service.collection_items("schools", limit=PAGE_SIZE, offset=offset)
        seen |= {feature["id"]: feature["properties"]["name"] for feature in page["features"]}
        offset += page["numberReturned"]
    assert seen == dict(office.frame("schools")["name"])
    assert all(is_chinese(name) for name in seen.values())


def test_queryables_can_be_asked_for_and_a_filter_holds_to_them(office, service):
    queryables = service.collection_queryables("schools")["properties"]
    assert queryables["seats"]["type"] == "integer"
    found = service.collection_items("schools", filter="seats >= 1620 AND name LIKE '%小学'", limit=100)
    schools = office.frame("schools")
    wanted = schools[(schools["seats"] >= 1620) & schools["name"].str.endswith("小学")]
    assert sorted(feature["id"] for feature in found["features"]) == sorted(wanted.index) != []


def test_a_box_and_a_time_and_an_order(office, service):
    box = (113.9, 32.9, 114.2, 33.02)
    roads = office.frame("roads")
    found = service.collection_items("roads", bbox=box, limit=100)
    inside = roads[roads.intersects(shapely.box(*box))]
    assert sorted(feature["id"] for feature in found["features"]) == sorted(inside.index) != []
    planned = service.collection_items("schools", datetime_="2023-06-01", sortby=("seats", "desc"))
    assert [feature["properties"]["plan_year"] for feature in planned["features"]] == [2023, 2023]
    seats = [feature["properties"]["seats"] for feature in planned["features"]]
    assert seats == sorted(seats, reverse=True)


@pytest.mark.parametrize("code", [4326, 4490, 4526, 4547])
def test_one_feature_in_the_systems_that_the_collection_lists(office, service, code):
    assert EPSG + str(code) in service.collection("roads")["crs"]
    stored = office.frame("roads").geometry.dropna()
    found = service.collection_items("roads", crs=EPSG + str(code), limit=100)
    first = next(feature for feature in found["features"] if feature["id"] == stored.index[0])
    to_code = Transformer.from_crs(4490, code).transform
    wanted = [to_code(lat, lon) for lon, lat in shapely.get_coordinates(stored.iloc[0])]
    given = [tuple(point) for point in first["geometry"]["coordinates"]]
    for there, here in zip(given, wanted, strict=True):
        assert there == pytest.approx(here, abs=1e-7 if code in (4326, 4490) else 0.002)


def test_one_feature_by_its_id(service):
    assert service.collection_item("schools", "2023-1")["properties"]["name"].endswith("宏志小学")
