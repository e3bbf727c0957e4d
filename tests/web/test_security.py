"""What every answer promises the browser."""

import re

import pytest

PAGES = ["/", "/locating", "/features/schools/2023-1", "/export", "/reports", "/features/schools/nothing", "/nothing"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_allows_only_its_own_server_and_its_own_nonce(client, address):
    response = client.get(address)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy["script-src"]).group(1)
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", response.text)
    for attributes in inline:
        assert f'nonce="{nonce}"' in attributes or 'type="application/json"' in attributes
    assert not re.search(r'\s(style|on[a-z]+)="', response.text)


def test_the_nonce_is_never_used_twice(client):
    policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


@pytest.mark.parametrize("address", PAGES)
def test_a_page_points_to_no_other_server(client, address):
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*"', client.get(address).text)


def test_the_language_switch_sticks_and_leads_back_only_to_this_server(client):
    answer = client.get("/language/en?next=/export")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/export")
    assert '<html lang="en"' in client.get("/export").text
    for foreign in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert client.get("/language/zh", query_string={"next": foreign}).headers["Location"] == "/"
    assert '<html lang="zh' in client.get("/export").text
    assert client.get("/language/fr").status_code == 400


def test_an_unexpected_fault_is_told_in_words_without_a_traceback(app, monkeypatch):
    from geo.service import features

    monkeypatch.setattr(features, "find_items", lambda *_, **__: 1 / 0)
    answer = app.test_client().get("/ogc/collections/schools/items?limit=13")  # no kept answer
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert answer.get_json()["detail"]


def test_healthz_tells_the_revision_of_every_layer(client, app):
    answer = client.get("/healthz").get_json()
    assert answer["status"] == "ok"
    assert answer["revisions"]["schools"] >= 1
