"""Odd names of the server, odd ways back, and a store that cannot be read: words, never a bare failure."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from geo.web import create_app
from geo.web.hosts import is_host
from geo.web.language import own_path


def ask(app, host, path):
    """Status and text of an answer; the test client itself would stumble over such names."""
    chunks, status, _ = run_wsgi_app(app, {**EnvironBuilder(path=path).get_environ(), "HTTP_HOST": host}, buffered=True)
    return int(status.split()[0]), b"".join(chunks).decode()


@pytest.mark.parametrize("host", ["a..b", ".", "a" * 70 + ".cn", "exa mple", "x/y", "a\x00b", "x:99999", "x:y", "[::1"])
@pytest.mark.parametrize("path", ["/", "/ogc/", "/export/file", "/language/en", "/nothing"])
def test_a_host_that_is_none_is_refused(app, host, path):
    status, text = ask(app, host, path)
    assert status == 400
    assert "Host" in text


@pytest.mark.parametrize(
    "host", ["", "localhost", "10.0.0.8:8000", "[::1]:8000", "atlas.example.org.", "plan_server", "xn--fiqs8s"]
)
def test_a_host_that_can_be_is_answered(app, host):
    assert ask(app, host, "/ogc/")[0] == 200


def test_what_a_proxy_says_of_the_host_is_looked_at_too(app):
    behind = create_app({"DATABASE_URL": app.config["DATABASE_URL"], "TRUSTED_PROXIES": "1"}).test_client()
    assert behind.get("/ogc/", headers={"X-Forwarded-Host": "a..b"}).status_code == 400
    landing = behind.get(
        "/ogc/",
        headers={"X-Forwarded-Host": "atlas.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/plan"},
    ).get_json()
    assert all(link["href"].startswith("https://atlas.example.org/plan/ogc/") for link in landing["links"])


@given(st.text(max_size=80))
def test_what_is_taken_for_a_host_can_be_put_into_links(text):
    if is_host(text) and text:
        assert text.encode("ascii").decode("idna")
        assert not set(text) & set(" /?#@\\\"'<>")


@pytest.mark.parametrize(
    "target",
    [
        *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "//["),
        *("http://[", "http://evil.example/", "javascript:alert(1)", "/a\nb", "/\x00", "", "evil", " /"),
    ],
)
def test_the_language_switch_never_leads_elsewhere(client, target):
    answer = client.get("/language/en", query_string={"next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@given(st.text(max_size=60))
def test_any_way_back_is_a_path_of_ours(text):
    assert own_path(text) == "/" or (own_path(text) == text and text.startswith("/") and text[1:2] not in ("/", "\\"))


@pytest.fixture
def lost(tmp_path, app):
    """An app whose store is another file each time; gives a function that spoils it."""
    path = tmp_path / "plan.gpkg"
    assert app.test_client().get("/healthz").status_code == 200
    with sqlite3.connect(app.config["DATABASE_URL"].removeprefix("gpkg://")) as shipped:
        shipped.execute("VACUUM INTO ?", [str(path)])
    shipped.close()
    return create_app({"DATABASE_URL": f"gpkg:///{path}"}), path


PAGES = ("/", "/features/schools/2023-1", "/export", "/export/file?layers=schools", "/nothing", "/accounts/sign-in")


@pytest.mark.parametrize("opened_before", [True, False], ids=["lost while running", "lost before the start"])
@pytest.mark.parametrize("content", [b"this is no database", None], ids=["no database", "a folder"])
def test_a_store_that_cannot_be_read_is_said_on_every_page(lost, content, opened_before):
    app, path = lost
    client = app.test_client()
    if opened_before:
        assert client.get("/healthz").status_code == 200
        app.extensions["plan_atlas_store"]().close()
    path.unlink()
    path.with_name("plan.gpkg-wal").unlink(missing_ok=True)
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    for address in PAGES:
        answer = client.get(address)
        assert answer.status_code in ((404, 503) if address == "/nothing" else (503,)), (address, answer.text)
        assert "<h1>" in answer.text
        assert "plan.gpkg" in answer.text or address == "/nothing"
    for address in ("/ogc/collections", "/ogc/collections/schools/items", "/healthz"):
        assert client.get(address).status_code == 503


def test_a_store_whose_file_vanished_while_the_server_runs_is_said(lost):
    app, path = lost
    client = app.test_client()
    assert client.get("/").status_code == 200
    app.extensions["plan_atlas_store"]().close()
    path.unlink()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "plan.gpkg" in answer.text


def test_what_another_program_wrote_wrongly_breaks_no_page(lost):
    app, path = lost
    connection = sqlite3.connect(path)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        connection.create_function(name, 1, lambda blob: None)
    for column, value in {
        "location_basis": "somewhere", "planned_start": "2023/01/01", "seats": "many", "location_accuracy_m": "far",
        "level": "university", "planned_finish": "soon",
    }.items():  # fmt: skip
        connection.execute(f"UPDATE schools SET {column} = ? WHERE feature_id = '2023-1'", [value])
    connection.execute(
        "INSERT INTO annual_status (layer_id, feature_id, year, stage, flag, progress_pct, demo, withdrawn)"
        " VALUES ('schools', '2023-1', 2023, 'dreaming', 'odd', 'half', 0, 0),"
        " ('schools', '2021-1', 2022, NULL, NULL, 40, 0, 0)"
    )
    connection.commit()
    connection.close()
    client = app.test_client()
    page = client.get("/features/schools/2023-1?year=2023")
    assert page.status_code == 200
    assert "somewhere" in page.text
    assert client.get("/features/schools/2021-1?year=2022").status_code == 200
    assert client.get("/").status_code == 200
    for address in ("collections/schools/items?limit=100&", "collections/schools/items/2023-1?", "summary?"):
        assert client.get(f"/ogc/{address}year=2023").status_code == 200, address
    for format_name in ("geojson", "csv", "xlsx"):
        assert client.get(f"/export/file?layers=schools&year=2023&format={format_name}").status_code == 200, format_name
