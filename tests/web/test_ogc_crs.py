"""Other coordinate reference systems: OGC API - Features - Part 2, against what pyproj says."""

import pytest
from pyproj import Transformer

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ALL = [CRS84, *(EPSG + code for code in ("4326", "4490", "4526", "4547"))]
ROADS = "/ogc/collections/roads/items"


def first_point(answer):
    coordinates = answer.get_json()["features"][0]["geometry"]["coordinates"]
    while not isinstance(coordinates[0], float):
        coordinates = coordinates[0]
    return coordinates


def test_every_collection_lists_the_systems_and_the_one_it_is_stored_in(client):
    for collection in client.get("/ogc/collections").get_json()["collections"]:
        assert collection["crs"] == ALL
        assert collection["storageCrs"] == CRS84


@pytest.mark.parametrize("uri", ALL)
def test_coordinates_are_in_the_order_that_the_system_has(client, uri):
    lon, lat = first_point(client.get(ROADS, query_string={"limit": 1}))
    answer = client.get(ROADS, query_string={"limit": 1, "crs": uri})
    assert answer.headers["Content-Crs"] == f"<{uri}>"
    code = uri.rpartition("/")[2]
    # Without always_xy pyproj keeps to the order of axes that the EPSG registry states.
    expected = (lon, lat) if code == "CRS84" else Transformer.from_crs("EPSG:4490", f"EPSG:{code}").transform(lat, lon)
    assert first_point(answer) == pytest.approx(expected, abs=0.01 if code in ("4526", "4547") else 1e-7)


def test_metres_are_northing_and_easting_with_or_without_the_zone(client):
    north, east = first_point(client.get(ROADS, query_string={"limit": 1, "crs": EPSG + "4526"}))
    assert 3_600_000 < north < 3_700_000 and 38_400_000 < east < 38_600_000
    without = first_point(client.get(ROADS, query_string={"limit": 1, "crs": EPSG + "4547"}))
    assert without == pytest.approx([north, east - 38_000_000])


def test_one_item_in_another_system(client):
    item = client.get(ROADS, query_string={"limit": 1}).get_json()["features"][0]["id"]
    answer = client.get(f"{ROADS}/{item}", query_string={"crs": EPSG + "4526"})
    assert answer.headers["Content-Crs"] == f"<{EPSG}4526>"
    assert client.get(f"{ROADS}/{item}").headers["Content-Crs"] == f"<{CRS84}>"


@pytest.mark.parametrize("code", ["4326", "4490", "4526", "4547"])
def test_a_box_in_another_system_finds_the_same_features(client, code):
    west, south, east, north = 114.0, 32.95, 114.05, 33.0
    to_code = Transformer.from_crs("EPSG:4490", f"EPSG:{code}").transform
    corners = [*to_code(south, west), *to_code(north, east)]
    expected = client.get(ROADS, query_string={"bbox": f"{west},{south},{east},{north}", "limit": 100}).get_json()
    given = {"bbox": ",".join(map(str, corners)), "bbox-crs": EPSG + code, "limit": 100}
    found = client.get(ROADS, query_string=given).get_json()
    assert [each["id"] for each in found["features"]] == [each["id"] for each in expected["features"]] != []


def test_a_far_box_finds_nothing_and_next_links_keep_the_systems(client):
    given = {"bbox": "3000000,38400000,3000100,38400100", "bbox-crs": EPSG + "4526"}
    assert client.get(ROADS, query_string=given).get_json()["numberMatched"] == 0
    page = client.get(ROADS, query_string={"limit": 1, "crs": EPSG + "4526"}).get_json()
    (following,) = [link["href"] for link in page["links"] if link["rel"] == "next"]
    assert client.get(following).headers["Content-Crs"] == f"<{EPSG}4526>"


@pytest.mark.parametrize(
    "query",
    [
        {"crs": "EPSG:4526"},
        {"crs": EPSG + "3857"},
        {"bbox-crs": CRS84},
        {"bbox": "1,2,3,4", "bbox-crs": "x"},
        {"bbox": "3700000,38500000,3600000,38400000", "bbox-crs": EPSG + "4526"},
        {"bbox": "1e300,1e300,1e301,1e301", "bbox-crs": EPSG + "4526"},
        {"bbox": "-100,0,100,10", "bbox-crs": EPSG + "4326"},
        {"bbox": "1,2,3,4", "bbox-crs": ""},
    ],
)
def test_a_wrong_system_or_box_is_refused_in_one_sentence(client, query):
    answer = client.get(ROADS, query_string=query)
    assert answer.status_code == 400
    assert answer.get_json()["detail"]
