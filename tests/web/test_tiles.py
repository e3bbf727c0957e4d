"""OGC API Tiles as a client sees it, on the shipped plan."""

import json

import mapbox_vector_tile
import mercantile
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

SCHOOLS = "/ogc/collections/schools/tiles/WebMercatorQuad"
RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0/"


def href(document, rel):
    (link,) = (link for link in document["links"] if link["rel"] == rel)
    return link["href"]


def decode(response):
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/vnd.mapbox-vector-tile"
    return mapbox_vector_tile.decode(response.data)


def properties(response):
    return {each["properties"]["feature_id"]: each["properties"] for each in decode(response)["schools"]["features"]}


def test_links_lead_from_the_landing_page_and_the_collection_to_a_tile(client):
    landing = client.get("/ogc/").get_json()
    (named,) = client.get(href(landing, f"{RELATIONS}tiling-schemes")).get_json()["tileMatrixSets"]
    scheme = client.get(href(named, "self")).get_json()
    collection = client.get("/ogc/collections/schools").get_json()
    (listed,) = client.get(href(collection, f"{RELATIONS}tilesets-vector")).get_json()["tilesets"]
    tileset = client.get(href(listed, "self")).get_json()
    assert scheme["uri"] == named["uri"] == listed["tileMatrixSetURI"] == tileset["tileMatrixSetURI"]
    assert client.get(href(tileset, f"{RELATIONS}tiling-scheme")).get_json() == scheme
    assert client.get(href(tileset, f"{RELATIONS}geodata")).get_json()["id"] == "schools"
    template = href(tileset, "item")
    tile = client.get(template.format(tileMatrix=0, tileRow=0, tileCol=0))
    assert set(decode(tile)) == {each["id"] for each in tileset["layers"]} == {"schools", "schools_counts"}
    known = tileset["layers"][0]["propertiesSchema"]["properties"]
    assert {"feature_id", "name", "seats", "stage"} <= set(known)


def test_the_tile_matrix_set_is_the_standards(client):
    """Figures of OGC 17-083r4, annex D.1."""
    matrices = client.get("/ogc/tileMatrixSets/WebMercatorQuad").get_json()["tileMatrices"]
    assert [matrix["id"] for matrix in matrices] == [str(zoom) for zoom in range(23)]
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.0287178, rel=1e-12)
    assert matrices[0]["cellSize"] == pytest.approx(156543.033928041, rel=1e-12)
    assert matrices[18]["scaleDenominator"] == pytest.approx(2132.72958384978, rel=1e-12)
    assert (matrices[18]["matrixWidth"], matrices[18]["matrixHeight"]) == (262144, 262144)
    assert matrices[18]["pointOfOrigin"] == [-20037508.342789244, 20037508.342789244]


def test_a_layer_without_geometry_has_no_tiles(client):
    collection = client.get("/ogc/collections/indicators").get_json()
    assert not [link for link in collection["links"] if "tiles" in link["rel"]]
    for address in ("/ogc/collections/indicators/tiles", "/ogc/collections/indicators/tiles/WebMercatorQuad/0/0/0"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("zoom", [9, 14])
def test_tiles_hold_the_items_of_their_own_bbox(client, tmp_path, zoom):
    """Decoded by GDAL, every shape is the item's own in Web Mercator, to a few units of the tile."""
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    unit = mercantile.xy_bounds(0, 0, zoom)
    unit = (unit.right - unit.left) / 4096
    seen = set()
    for tile in mercantile.tiles(113.95, 32.97, 114.06, 33.11, [zoom]):
        answer = client.get(f"{SCHOOLS}/{zoom}/{tile.y}/{tile.x}?schematic=true")
        if answer.status_code == 204:
            continue
        path = tmp_path / "tile.pbf"
        path.write_bytes(answer.data)
        frame = pyogrio.read_dataframe(path, layer="schools", X=tile.x, Y=tile.y, Z=zoom).set_index("feature_id")
        west, south, east, north = mercantile.bounds(tile)
        asked = {"bbox": f"{west},{south},{east},{north}", "schematic": "true", "limit": 100}
        items = client.get("/ogc/collections/schools/items", query_string=asked).get_json(force=True)["features"]
        assert {each["id"] for each in items} <= set(frame.index)  # the buffer may show more
        clip = shapely.box(*mercantile.xy_bounds(tile))
        for item in items:
            degrees = shapely.from_geojson(json.dumps(item["geometry"]))
            shape = shapely.transform(degrees, to_mercator.transform, interleaved=False).intersection(clip)
            assert frame.geometry[item["id"]].intersection(clip).hausdorff_distance(shape) < 5 * unit
            assert frame["name"][item["id"]] == item["properties"]["name"]
            seen.add(item["id"])
    assert len(seen) == 11


def test_parameters_mean_what_they_mean_for_items(client):
    located = properties(client.get(f"{SCHOOLS}/0/0/0"))
    every = properties(client.get(f"{SCHOOLS}/0/0/0?schematic=true&year=2023"))
    assert len(every) == 11 > len(located) > 0
    assert all(each["location_basis"] != "schematic" for each in located.values())
    assert {each["stage"] for each in every.values()} == {"not_reported"}
    assert {each["lamp"] for each in every.values()} == {"grey"}
    for question in ("plan_year=2023", "filter=plan_year=2023", "q=宏志", "datetime=2023-05-01", "seats=1620/.."):
        tile = properties(client.get(f"{SCHOOLS}/0/0/0?schematic=true&{question}"))
        items = client.get(f"/ogc/collections/schools/items?limit=100&{question}").get_json(force=True)["features"]
        assert set(tile) == {each["id"] for each in items} != set()


@pytest.mark.parametrize("name", ["bbox", "limit", "offset", "sortby", "crs", "colour"])
def test_parameters_that_a_tile_has_not_are_refused(client, name):
    answer = client.get(f"{SCHOOLS}/0/0/0?{name}=1")
    assert answer.status_code == 400
    assert name in answer.get_json()["detail"]
    assert client.get(f"{SCHOOLS}/0/0/0?f=mvt").status_code == 200
    assert client.get(f"{SCHOOLS}/0/0/0?f=json").status_code == 400


def test_a_tile_without_features_has_no_content(client):
    answer = client.get(f"{SCHOOLS}/9/0/0")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["ETag"]


@pytest.mark.parametrize(
    "where", ["23/0/0", "-1/0/0", "2/4/0", "2/0/4", "a/0/0", "1/1.5/0", "1/٠/0", "1/0/" + "9" * 400]
)
def test_a_tile_outside_the_scheme_is_not_found_in_one_sentence(client, where):
    answer = client.get(f"{SCHOOLS}/{where}")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "TileNotFound"
    assert len(answer.get_json()["detail"]) < 150
    assert client.get(f"/ogc/collections/schools/tiles/Mine/{where}").status_code == 404


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-3, 2**24).map(str) | st.text(max_size=6), min_size=3, max_size=3))
def test_no_address_of_a_tile_ever_breaks_the_server(client, parts):
    assert client.get(f"{SCHOOLS}/{'/'.join(parts)}").status_code in (200, 204, 301, 308, 404)


def test_a_tile_stays_good_until_the_layer_changes(office, signed_in):
    client = office.test_client()
    address = f"{SCHOOLS}/0/0/0?schematic=true&year=2023"
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(address.replace("2023", "2024")).headers["ETag"] != first.headers["ETag"]
    editor = signed_in(office, "editor")
    report = {"stage": "started", "progress_pct": "10"}
    assert editor.post("/status/schools/2023/2023-1", data=report).status_code == 303
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert properties(second)["2023-1"]["stage"] == "started"
