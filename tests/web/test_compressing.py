"""Answers go out small where that is possible, and are the same answers."""

import gzip
import json

import brotli
import pytest

SCHOOLS = "/ogc/collections/schools/items?limit=11"
BR = {"Accept-Encoding": "gzip, deflate, br"}


def test_items_are_the_same_in_small(client):
    plain, packed = client.get(SCHOOLS), client.get(SCHOOLS, headers=BR)
    assert packed.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 3
    assert json.loads(brotli.decompress(packed.data)) == plain.get_json()


@pytest.mark.parametrize(
    "taken, given",
    [("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0.1", "br"), ("identity", None), ("deflate", None), ("", None)],
)
def test_the_client_says_what_it_takes(client, taken, given):
    answer = client.get(SCHOOLS, headers={"Accept-Encoding": taken})
    assert answer.headers.get("Content-Encoding") == given
    assert json.loads(gzip.decompress(answer.data) if given == "gzip" else "{}" if given else answer.data) is not None


def test_an_answer_that_the_client_has_is_not_made_again(client, monkeypatch):
    tag = client.get(SCHOOLS, headers=BR).headers["ETag"]
    assert tag.startswith("W/")
    monkeypatch.setattr("geo.service.features.find_items", lambda *_: pytest.fail("made again"))
    for given in (tag, tag.removeprefix("W/")):
        again = client.get(SCHOOLS, headers=BR | {"If-None-Match": given})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [
        "/export/file?format=geojson&layers=schools",
        "/export/file?format=csv&layers=schools",
        "/catchments/run",
        "/healthz",
    ],
)
def test_downloads_progress_and_what_is_short_go_out_as_they_are(client, address):
    answer = client.get(address, headers=BR)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_a_page_of_somebody_who_has_signed_in_does_not_tell_by_its_length_what_is_in_it(office, signed_in, client):
    editor = signed_in(office, "editor")
    assert "Content-Encoding" not in editor.get("/", headers=BR).headers
    assert client.get("/", headers=BR).headers["Content-Encoding"] == "br"
    assert editor.get(SCHOOLS, headers=BR).headers["Content-Encoding"] == "br"


def test_an_error_is_told_in_plain_bytes(client):
    answer = client.get("/ogc/collections/nothing/items", headers=BR)
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "LayerNotFound"
