"""The OGC API as pages: the same content as its JSON, for whoever asks for HTML."""

import json
import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from geo.model.journal import Act, FeatureChange
from geo.service.features import find_item
from geo.web import create_app
from geo.web.current import live_store
from geo.web.negotiating import WITH_PAGES

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SCHOOLS = "/ogc/collections/schools"
PAGES = {
    "/ogc/": "application/json",
    "/ogc/conformance": "application/json",
    "/ogc/api": "application/vnd.oai.openapi+json",
    "/ogc/collections": "application/json",
    SCHOOLS: "application/json",
    f"{SCHOOLS}/schema": "application/schema+json",
    f"{SCHOOLS}/queryables": "application/schema+json",
    f"{SCHOOLS}/items": "application/geo+json",
    f"{SCHOOLS}/items/2023-1": "application/geo+json",
}
WITHOUT_PAGE = ("/ogc/summary", "/ogc/search", f"{SCHOOLS}/tiles", f"{SCHOOLS}/versions/2023-1")


def words_of(page: str) -> str:
    """The text of a page, one blank between words."""
    body = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def get(client, address, **parameters):
    answer = client.get(address, query_string=parameters or None, headers={"Accept": CHROMIUM})
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), answer.text
    return answer


def test_every_endpoint_that_has_a_page_is_tried(app):
    endpoints = {app.url_map.bind("").match(address)[0] for address in PAGES}
    assert endpoints == WITH_PAGES


@pytest.mark.parametrize(("address", "json_type"), PAGES.items())
def test_an_address_gives_what_is_asked_for(client, address, json_type):
    for accepted in (None, "*/*", "application/json", json_type, f"{json_type}, text/html;q=0.9", "image/png"):
        answer = client.get(address, headers={"Accept": accepted} if accepted else {})
        assert (answer.status_code, answer.mimetype) == (200, json_type), accepted
        assert {"Accept", "Cookie"} <= {each.strip() for each in answer.headers["Vary"].split(",")}
    assert client.get(f"{address}?f=json", headers={"Accept": CHROMIUM}).mimetype == json_type
    assert client.get(f"{address}?f=html").mimetype == "text/html"
    page = get(client, address)
    assert "Accept" in page.headers["Vary"]
    alternate = re.search(r'<link rel="alternate" type="([^"]+)" href="([^"]+)">', page.text)
    assert alternate[1].partition(";")[0] == json_type
    assert client.get(unescape(alternate[2]), headers={"Accept": CHROMIUM}).mimetype == json_type


@pytest.mark.parametrize("address", [address for address in PAGES if address not in ("/ogc/conformance", "/ogc/api")])
def test_json_links_to_the_page_of_the_same(client, address):
    links = client.get(address).get_json(force=True).get("links", [])
    for link in [link for link in links if link["rel"] == "alternate"]:
        assert link["type"] == "text/html"
        assert "f=html" in link["href"]
        assert client.get(link["href"]).mimetype == "text/html"
    if "schema" not in address and "queryables" not in address:
        assert [link["rel"] for link in links].count("alternate") == 1


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_leads_only_to_this_server_and_every_link_answers(client, address, language):
    page = get(client, address, lang=language).text
    targets = {unescape(target) for target in re.findall(r'(?:href|src)="([^"#]+)"', page)}
    for target in targets:
        parts = urlsplit(target)
        assert parts.netloc in ("", "localhost"), target
        if parts.path.startswith("/ogc"):
            assert client.get(target).status_code == 200, target
    assert ("EN</a>" if language == "zh" else "中</a>") in page


def test_a_page_of_items_says_all_that_its_json_says(client):
    found = client.get(f"{SCHOOLS}/items?limit=4&sortby=-seats").get_json(force=True)
    page = get(client, f"{SCHOOLS}/items", limit=4, sortby="-seats")
    words = words_of(page.text)
    assert "第 1–4 个，共 11 个" in words
    for feature in found["features"]:
        assert feature["id"] in words
        assert feature["properties"]["name"] in words
        assert feature["properties"]["location_text"] in words
    assert page.text.count('data-testid="item"') == 4
    assert page.text.count('data-testid="next"') == 2 - 1
    assert 'data-testid="prev"' not in page.text


def test_the_pager_leads_through_all_features_and_back(client):
    address, seen, back = f"{SCHOOLS}/items?limit=4&f=html", [], None
    while address:
        page = get(client, address).text
        seen += re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)
        link = re.search(r'rel="next" href="([^"]+)" data-testid="next"', page)
        back = re.search(r'rel="prev" href="([^"]+)" data-testid="prev"', page)
        address = unescape(link[1]) if link else None
    assert len(seen) == len(set(seen)) == 11
    assert "第 5–8 个" in words_of(get(client, unescape(back[1])).text)


def test_the_map_asks_for_the_same_features_in_degrees(client):
    crs = "http://www.opengis.net/def/crs/EPSG/0/4526"
    answer = get(client, f"{SCHOOLS}/items", crs=crs, plan_year="2023", limit=5)
    assert answer.headers["Content-Crs"] == f"<{crs}>"
    config = json.loads(re.search(r'id="config">(.+?)</script>', answer.text)[1])
    assert config["asked"] == {
        "address": f"{SCHOOLS}/items",
        "parameters": {"plan_year": ["2023"], "limit": ["5"], "f": "json"},
    }
    assert crs in words_of(answer.text)


def test_nothing_found_and_nothing_placed_have_no_map(client):
    nothing = get(client, f"{SCHOOLS}/items", q="没有这样的学校")
    assert "没有符合条件的要素" in words_of(nothing.text)
    for answer in (
        nothing,
        get(client, "/ogc/collections/indicators/items"),
        get(client, "/ogc/collections/villages/items"),
    ):
        assert 'id="config"' not in answer.text


def test_an_item_shows_its_values_in_words(client):
    words = words_of(get(client, f"{SCHOOLS}/items/2023-1").text)
    for each in ("宏志小学", "占地面积(亩) 45.4", "小学", "学位", "经度(°) 114.015", "计划年份 2023 "):
        assert each in words
    assert "/features/schools/2023-1" in get(client, f"{SCHOOLS}/items/2023-1").text


def test_what_was_reported_stands_on_the_page_of_an_item(office, signed_in):
    editor = signed_in(office, "editor")
    fields = {"stage": "started", "progress_pct": "30", "source": "现场核查"}
    address = "/status/schools/2023/2023-1"
    form = editor.get(address)
    assert form.status_code == 200
    editor.post(address, data={**dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text)), **fields})
    page = editor.get(f"{SCHOOLS}/items/2023-1", headers={"Accept": CHROMIUM})
    assert page.text.count('data-testid="status"') == 1
    assert "2023" in words_of(page.text) and "开工" in words_of(page.text)


def test_the_fields_and_their_values_are_listed(client):
    schema = client.get(f"{SCHOOLS}/queryables").get_json(force=True)["properties"]
    page = get(client, f"{SCHOOLS}/queryables")
    assert page.text.count('data-testid="field"') == len(schema)
    assert all(name in page.text for name in schema)
    assert "primary" in page.text


def test_the_description_lists_every_address_with_its_parameters(client):
    document = client.get("/ogc/api").get_json(force=True)
    page = get(client, "/ogc/api")
    assert page.text.count('data-testid="operation"') == len(document["paths"])
    words = words_of(page.text)
    for path, described in document["paths"].items():
        assert path in words
        assert described["get"]["summary"] in words
    assert "bbox-crs" in words and "1…10000" in words


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{SCHOOLS}/items?limit=0", 400),
        (f"{SCHOOLS}/items?nothing=1", 400),
        (f"{SCHOOLS}/items?crs=EPSG:4526", 400),
        (f"{SCHOOLS}/items/nothing", 404),
        ("/ogc/collections/nothing", 404),
        ("/ogc/nothing", 404),
        ("/ogc/?x=1", 400),
        ("/ogc/summary?cells=x", 400),
    ],
)
def test_a_refusal_says_the_same_on_a_page(client, address, status):
    refused = client.get(address)
    assert refused.status_code == status
    page = client.get(address, headers={"Accept": CHROMIUM})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert refused.get_json()["detail"] in words_of(page.text)
    assert "Accept" in page.headers["Vary"] and "Accept" in refused.headers["Vary"]


@pytest.mark.parametrize("address", WITHOUT_PAGE)
def test_what_has_no_page_says_so(client, address):
    refused = client.get(f"{address}?f=html")
    assert refused.status_code == 400
    assert "f=json" in words_of(refused.text)
    assert client.get(address, headers={"Accept": CHROMIUM}).is_json


def test_text_of_a_layer_stays_text(office):
    name = "<script>alert(1)</script>{{7*7}}${7*7}"
    with office.app_context():
        store = live_store()
        revision = find_item(store, "schools", "2023-1", year=None, schematic=False).properties["revision"]
        store.write([FeatureChange("schools", "2023-1", revision, {"name": name})], Act("tester"))
    for address in (f"{SCHOOLS}/items/2023-1", f"{SCHOOLS}/items"):
        page = get(office.test_client(), f"{address}").text
        assert name not in page
        assert name in words_of(page)


def test_a_page_is_never_kept_for_it_belongs_to_one_answer(client):
    page = get(client, f"{SCHOOLS}/items")
    assert "ETag" not in page.headers
    tag = client.get(f"{SCHOOLS}/items").headers["ETag"]
    assert client.get(f"{SCHOOLS}/items", headers={"Accept": CHROMIUM, "If-None-Match": tag}).status_code == 200


def test_pages_stay_in_the_past_and_in_the_language(client):
    today = client.get("/ogc/collections/schools/versions/2023-1").get_json()["versions"][-1]["at"]
    page = get(client, f"{SCHOOLS}/items", as_of=today, limit=2).text
    targets = re.findall(r'href="((?:http://localhost)?/ogc[^"]+)"', page[page.index("<main") :])
    assert len(targets) > 5
    assert all("as_of=" in target for target in targets)


def test_whoever_must_sign_in_is_led_there_on_a_page_and_told_so_in_json(own_store, tmp_path):
    app = create_app({"DATABASE_URL": own_store, "REQUIRE_LOGIN": "1", "AS_OF_DIR": str(tmp_path / "as_of")})
    client = app.test_client()
    assert client.get("/ogc/collections").status_code == 401
    led = client.get("/ogc/collections", headers={"Accept": CHROMIUM})
    assert led.status_code == 303 and "/accounts/sign-in" in led.headers["Location"]


def test_links_follow_the_called_address_and_only_a_trusted_proxy(app):
    forwarded = {
        "X-Forwarded-Host": "atlas.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/plan",
        "Accept": CHROMIUM,
    }
    address = f"{SCHOOLS}/items?limit=2"
    behind = create_app({"DATABASE_URL": app.config["DATABASE_URL"], "TRUSTED_PROXIES": "1"}).test_client()
    for client, base in ((behind, "https://atlas.example.org/plan"), (app.test_client(), "http://localhost")):
        document = client.get(address, headers=forwarded | {"Accept": "*/*"}).get_json(force=True)
        assert {link["href"].partition("/ogc/")[0] for link in document["links"]} == {base}
        assert {link["rel"] for link in document["links"]} == {"self", "alternate", "next"}
        page = client.get(address, headers=forwarded).text
        assert re.search(r'rel="next" href="([^"]+)" data-testid', page)[1].startswith(f"{base}/ogc/")
    # A client may send such a header too; the trusted proxy appends what it saw itself.
    chained = {"X-Forwarded-Host": "evil.example, atlas.example.org", "X-Forwarded-Proto": "http, https"}
    landing = behind.get("/ogc/", headers=chained).get_json()
    assert all(link["href"].startswith("https://atlas.example.org/ogc/") for link in landing["links"])
