"""Answers that are kept: made once for all who ask the same, made anew after every change, bounded in bytes."""

from datetime import date

import pytest

from geo.model import office_time
from geo.model.journal import Act
from geo.model.status import AnnualStatus
from geo.service import features
from geo.service import search as service
from geo.web import create_app
from geo.web.caching import Answers, Kept
from geo.web.current import live_store

SCHOOLS = "/ogc/collections/schools/items?year=2023"


@pytest.fixture
def made(monkeypatch):
    """How often a page of features was made."""
    calls, make = [], features.find_items
    monkeypatch.setattr(features, "find_items", lambda *given, **more: calls.append(given) or make(*given, **more))
    return calls


def test_who_asks_the_same_gets_the_answer_that_was_made(office, browser, made):
    first, second = browser(office).get(SCHOOLS), browser(office).get(SCHOOLS)
    assert len(made) == 1
    assert (second.data, second.mimetype, second.status_code) == (first.data, "application/geo+json", 200)
    assert second.headers["Content-Crs"] == first.headers["Content-Crs"]
    assert {"Accept", "Cookie"} <= set(second.headers["Vary"].replace(" ", "").split(","))


def test_another_language_address_or_encoding_has_an_answer_of_its_own(office, browser, made):
    client = browser(office)
    plain = client.get(SCHOOLS)
    for address in (f"{SCHOOLS}&lang=en", SCHOOLS.replace("2023", "2024"), f"{SCHOOLS}&limit=3"):
        assert client.get(address).data != plain.data
    assert len(made) == 4
    packed = [client.get(SCHOOLS, headers={"Accept-Encoding": kind}) for kind in ("br", "gzip", "br")]
    assert [each.headers["Content-Encoding"] for each in packed] == ["br", "gzip", "br"]
    assert packed[0].data == packed[2].data != packed[1].data
    assert len(made) == 4


def test_a_change_is_seen_by_the_next_who_asks_whoever_made_it(office, browser, made):
    client, other = browser(office), browser(office)
    before = client.get(SCHOOLS)
    with office.app_context():
        report = AnnualStatus("schools", "2021-1", 2023, stage="started", progress_pct=31)
        live_store().write([report], Act("editor"))
    after = other.get(SCHOOLS, headers={"If-None-Match": before.headers["ETag"]})
    shown = {each["id"]: each["properties"]["progress_pct"] for each in after.get_json(force=True)["features"]}
    assert shown["2021-1"] == 31 and len(made) == 2
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_lamp_does_not_outlive_its_day(office, browser, monkeypatch):
    """A plan that nobody reported on turns from grey to late as its dates pass."""
    client = browser(office)
    tags = set()
    for day in (date(2023, 3, 1), date(2023, 3, 1), date(2023, 3, 2)):
        monkeypatch.setattr(office_time, "today", lambda day=day: day)
        tags.add(client.get(SCHOOLS).headers["ETag"])
    assert len(tags) == 2


def test_with_no_memory_for_them_every_answer_is_made(own_store, browser, made):
    app = create_app({"DATABASE_URL": own_store, "KEPT_ANSWERS_MIB": "0"})
    first, second = browser(app).get(SCHOOLS), browser(app).get(SCHOOLS)
    assert first.headers["ETag"] == second.headers["ETag"] and len(made) == 2


def test_a_search_is_made_once_until_a_layer_changes(office, browser, monkeypatch):
    calls, search = [], service.search
    monkeypatch.setattr(service, "search", lambda *given, **asked: calls.append(given) or search(*given, **asked))
    first = browser(office).get("/ogc/search?q=小学&schematic=true")
    assert browser(office).get("/ogc/search?q=小学&schematic=true").data == first.data and len(calls) == 1
    with office.app_context():
        live_store().write([AnnualStatus("villages", "411771360200", 2023, value=5.0)], Act("editor"))
    again = browser(office).get("/ogc/search?q=小学&schematic=true")
    assert again.status_code == 200 and again.headers["ETag"] != first.headers["ETag"] and len(calls) == 2


def test_what_is_kept_stays_below_its_bound_and_the_oldest_goes_first():
    answers = Answers(16_000)
    for number in range(40):
        answers.keep(str(number), Kept(b"x" * 300, 200, None))
        answers.get("0")
    kept = [number for number in range(40) if answers.get(str(number))]
    assert kept == [0, *range(24, 40)]  # 17 of 900 bytes each; the one that is asked for stays
    answers.keep("large", Kept(b"x" * 401, 200, None))
    assert answers.get("large") is None
    for number in range(100):
        answers.keep(f"empty {number}", Kept(b"", 204, None))
    assert sum(answers.get(f"empty {number}") is not None for number in range(100)) == 26
