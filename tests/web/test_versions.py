"""Every state of a feature has an address, and the links of an item lead to it; the past is never the plan's time."""

from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from geo.model.journal import Act, FeatureChange, FeatureRemoval
from geo.model.status import AnnualStatus
from geo.store import journal
from geo.web.current import live_store

ITEM = "/ogc/collections/schools/items/2023-1"
HISTORY = "/ogc/collections/schools/versions/2023-1"


@pytest.fixture
def changed(office, monkeypatch):
    """The store's first filling, then three changes of one school at known moments, two of them at one."""
    with office.app_context():
        store = live_store()

        def write(at, *changes):
            monkeypatch.setattr(journal, "now", lambda: at)
            return store.write(changes, Act("王工", "核实"))

        year = int(store.journal_head().at[:4]) + 1
        moments = [f"{year}-03-0{day}T02:00:00.{day}00Z" for day in (1, 2, 3)]
        revision = dict(zip(*_row(store), strict=True))["revision"]
        write(moments[0], FeatureChange("schools", "2023-1", revision, {"seats": 1}))
        write(moments[1], AnnualStatus("schools", "2023-1", 2023, stage="started"))
        write(moments[2], FeatureChange("schools", "2023-1", revision + 1, {"seats": 2}))
        write(moments[2], FeatureChange("schools", "2023-1", revision + 2, {"seats": 3}))
    monkeypatch.setattr("geo.service.as_of.datetime", _clock(year + 1))
    return moments


def _row(store):
    page = store.read_feature("schools", "2023-1")
    return page.columns, page.rows[0]


def _clock(year):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(year, 1, 1, tzinfo=tz)

    return Later


def links(document):
    return {link["rel"]: link for link in document["links"]}


def path(link):
    return link["href"].removeprefix("http://localhost")


def test_the_history_leads_to_exactly_each_state(office, changed):
    client = office.test_client()
    document = client.get(HISTORY).get_json()
    states = [client.get(path(links(each)["memento"])).get_json() for each in document["versions"]]
    assert [each["at"] for each in document["versions"]][1:] == changed
    assert [state["properties"]["seats"] for state in states][1:] == [1, 1, 3]
    assert [len(state["statuses"]) for state in states] == [0, 0, 1, 1]
    assert [each["actions"] for each in document["versions"]] == [["create"], ["update"], ["status"], ["update"]]
    assert [(each["author"], each["years"]) for each in document["versions"]][1:3] == [("王工", []), ("王工", [2023])]
    assert document["versions"][0]["author"] is None
    assert client.get(path(links(document)["latest-version"])).get_json()["properties"]["seats"] == 3


def test_predecessors_lead_back_to_the_first_state(office, changed):
    client = office.test_client()
    seats, address = [], ITEM
    while address:
        answer = client.get(address)
        document = answer.get_json()
        seats.append((document["properties"]["seats"], len(document["statuses"])))
        address = "predecessor-version" in links(document) and path(links(document)["predecessor-version"])
    assert (len(seats), seats[:3]) == (4, [(3, 1), (1, 1), (1, 0)])
    assert links(document)["version-history"]["href"].endswith(HISTORY)
    assert path(links(document)["original"]) == path(links(document)["latest-version"]) == ITEM
    assert "original" not in links(client.get(ITEM).get_json())
    asked = parsedate_to_datetime(answer.headers["Memento-Datetime"])
    assert asked.isoformat()[:10] == document_at(client)[:10] and "Memento-Datetime" not in client.get(ITEM).headers


def document_at(client):
    return client.get(HISTORY).get_json()["versions"][0]["at"]


def test_links_of_the_past_stay_in_the_past(office, changed):
    client, day = office.test_client(), changed[1][:10]
    for address in (
        "/ogc",
        "/ogc/collections",
        "/ogc/collections/schools",
        f"{ITEM}",
        "/ogc/collections/schools/items",
    ):
        document = client.get(
            address, query_string={"as_of": day, "limit": 2} if "items" in address[-5:] else {"as_of": day}
        ).get_json()
        for link in [*document["links"], *(link for each in document.get("collections", ()) for link in each["links"])]:
            assert (f"as_of={day}" in link["href"]) == (
                link["rel"] not in ("latest-version", "original", "version-history", "predecessor-version")
            )
            assert client.get(path(link)).status_code == 200


@pytest.mark.parametrize(
    "given",
    ["yesterday", "20240301", "2024-W09-5", "2024-02-30", "2024-03-01T25:00:00Z",
     "2024-03-01T10:00:00", "2024-03-01T10:00Z", "2024-03-01T10:00:00Z/..",
     "2999-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "0001-01-01T00:00:00%2B10:00",
     "2024-03-01T10:00:00+99:00", "٢٠٢٤-03-01"],
)  # fmt: skip
def test_a_wrong_moment_gets_400_and_one_sentence(client, given):
    for address in (ITEM, "/ogc/collections", HISTORY):
        answer = client.get(f"{address}?as_of={given}")
        assert (answer.status_code, answer.get_json()["code"]) == (400, "InvalidInput")
    assert client.get(f"/features/schools/2023-1?as_of={given}").status_code == 400


def test_a_moment_may_be_written_with_any_offset(office, changed):
    client = office.test_client()
    moment = changed[0].replace("T02:00:00.100Z", "T10:00:00.100{}08:00")
    for plus in ("%2B", "+"):
        document = client.get(f"{ITEM}?as_of={moment.format(plus)}").get_json()
        assert (document["properties"]["seats"], document["statuses"]) == (1, [])
    page = client.get(f"/features/schools/2023-1?as_of={changed[1]}&year=2023").text
    assert "10:00:00 那一刻的记录" in page and "开工" in page


def test_datetime_is_the_plans_time_and_as_of_the_offices_knowledge(office, changed):
    client = office.test_client()
    parameters = client.get("/ogc/api").get_json()["components"]["parameters"]
    assert "as_of" in parameters["datetime"]["description"] and "datetime" in parameters["as_of"]["description"]
    items = "/ogc/collections/schools/items?limit=100"
    planned = client.get(f"{items}&datetime=2023-06-01").get_json()["numberMatched"]
    assert (
        planned == client.get(f"{items}&datetime=2023-06-01&as_of={changed[0][:10]}").get_json()["numberMatched"] < 11
    )
    assert client.get(f"{ITEM}?datetime=2023-06-01").status_code == 400


def test_what_was_removed_has_a_history_and_no_state(office):
    with office.app_context():
        store = live_store()
        store.write([FeatureChange("schools", "新/校", None, {"name": "新校"})], Act("王工"))
        store.write([FeatureRemoval("schools", "新/校", 1)], Act("王工"))
    client = office.test_client()
    document = client.get("/ogc/collections/schools/versions/新/校").get_json()
    assert [bool(each["links"]) for each in document["versions"]][-1] is False
    assert client.get("/ogc/collections/schools/items/新/校").status_code == 404
    assert client.get("/ogc/collections/schools/versions/nobody").status_code == 404


def test_every_field_says_who_set_it_when_and_from_what(office):
    with office.app_context():
        store = live_store()
        revision = dict(zip(*_row(store), strict=True))["revision"]
        act = Act("王工", "按批复核实", "驻规〔2023〕18 号批复")
        (entry,) = store.write([FeatureChange("schools", "2023-1", revision, {"seats": 1})], act)
    client = office.test_client()
    page = client.get("/features/schools/2023-1").text
    seats = page.partition('data-field="seats"')[2].partition("</details>")[0]
    assert all(words in seats for words in ("“学位”的来历", "王工 · ", "依据：驻规〔2023〕18 号批复", "按批复核实"))
    assert f'href="/journal?layer=schools&amp;feature=2023-1#entry-{entry.seq}"' in seats
    land = page.partition('data-field="land_area_mu"')[2].partition("</details>")[0]
    assert "程序 · " in land and "建库时由图层文件夹录入" in land and "依据：《" in land
    computed = page.partition('data-field="land_per_seat_m2"')[2].partition("</dd>")[0]
    assert "<details" not in computed and "“计划起止”的来历" in page and "“位置”的来历" in page
    history = client.get(HISTORY).get_json()["versions"]
    assert history[-1]["fields"] == ["seats"] and {"geometry", "seats", "name"} < set(history[0]["fields"])
    assert client.get(f"{HISTORY}?lang=en").get_json()["versions"][0]["cause"].isascii()
