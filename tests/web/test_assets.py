"""Scripts, styles and pictures: small on the wire, kept for a year, at addresses that change with their content."""

import gzip
import re
from pathlib import Path

import brotli
import pytest

from geo.web import assets, create_app

PAGES = ["/", "/monitoring", "/monitoring/compare?year=2024", "/catchments", "/locating", "/export", "/journal",
         "/reports", "/accounts/sign-in", "/features/schools/2023-1"]  # fmt: skip
MOST_BYTES = 600_000
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}

ROOT = Path(__file__).resolve().parents[2]


def fetched_by(page: str) -> set[str]:
    """The addresses of our own that a page tells the browser to fetch."""
    named = re.findall(r'<(?:script|link|img|use)[^>]*?\b(?:src|href)="([^"#]+)', page)
    return {address for address in named if address.startswith("/static/")}


@pytest.mark.parametrize("encoding", UNPACK)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_without_its_data_weighs_less_than_600_kilobytes(client, address, encoding):
    headers = {"Accept-Encoding": encoding}
    answer = client.get(address, headers=headers, buffered=True)
    assert answer.status_code == 200
    page = UNPACK[encoding](answer.data).decode()
    weights = {each: len(client.get(each, headers=headers, buffered=True).data) for each in fetched_by(page)}
    assert len(weights) > 5
    assert len(answer.data) + sum(weights.values()) < MOST_BYTES, weights


def test_what_a_page_fetches_is_kept_for_a_year_by_everybody(client):
    for address in fetched_by(client.get("/", buffered=True).text):
        answer = client.get(address, buffered=True)
        assert answer.status_code == 200, address
        assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "immutable", "max-age=31536000"}
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


def test_the_address_without_an_edition_and_one_of_another_edition_are_not_kept(client):
    assert client.get("/static/js/page.js", buffered=True).headers["Cache-Control"] == "no-cache"
    assert client.get("/static/0123456789abcdef/js/page.js", buffered=True).status_code == 404


def test_another_content_is_another_edition(monkeypatch, tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "lock").write_text("{}")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    monkeypatch.setattr(assets, "LOCK", tmp_path / "lock")
    editions = set()
    for content in ("one", "two"):
        (tmp_path / "js" / "page.js").write_text(content)
        editions.add(assets.edition.__wrapped__())
    (tmp_path / "lock").write_text("{ }")
    editions.add(assets.edition.__wrapped__())
    assert len(editions) == 3


def test_whoever_works_on_the_scripts_sees_every_change_at_once(own_store, tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app({"DATABASE_URL": own_store, "AS_OF_DIR": str(tmp_path)})
    assert 'href="/static/css/base.css"' in app.test_client().get("/accounts/sign-in").text


def test_every_module_that_a_page_needs_is_named_in_it(client):
    for address in PAGES:
        fetched = fetched_by(client.get(address, buffered=True).text)
        named = {each.partition("/js/")[2] for each in fetched if "/js/" in each}
        for name in named:
            code = (assets.STATIC / "js" / name).read_text(encoding="utf-8")
            imported = set(re.findall(r'\bfrom "\./([^"]+)"|^import "\./([^"]+)"', code, re.MULTILINE))
            assert {each for pair in imported for each in pair if each} <= named, (address, name)


def test_no_template_and_no_script_names_an_address_that_a_browser_may_keep_too_long():
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js"), *ROOT.glob("static/css/*.css")]
    assert [path.name for path in files if re.search(r'["\'(`]/static/', path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("encoding", UNPACK)
def test_a_packed_file_is_the_file_and_is_not_sent_twice(client, encoding):
    address, headers = "/static/js/map_page.js", {"Accept-Encoding": encoding}
    plain, packed = client.get(address, buffered=True), client.get(address, headers=headers, buffered=True)
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == (encoding, "Accept-Encoding")
    assert UNPACK[encoding](packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for tag in (plain.headers["ETag"], packed.headers["ETag"]):
        again = client.get(address, headers=headers | {"If-None-Match": tag}, buffered=True)
        assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_a_part_of_its_plain_bytes(client):
    address, whole = "/static/js/map_page.js", (assets.STATIC / "js" / "map_page.js").read_bytes()
    part = client.get(address, headers={"Accept-Encoding": "br", "Range": "bytes=10-19"}, buffered=True)
    assert (part.status_code, part.data) == (206, whole[10:20])
    assert "Content-Encoding" not in part.headers
