"""Readers report errors without an account; editors handle them; the record's page says what came of it."""

from datetime import datetime

import pytest

from geo.service import corrections
from geo.service.as_of import OFFICE_TIME
from geo.web import create_app
from geo.web.current import current_store

RECORD = "schools/2023-1"
REPORT = {"feature": RECORD, "topic": "place", "text": "位置应在路东，见现场照片", "contact": "电话 123"}
HOSTILE = "<script>alert(1)</script> ${1} {{ 7*7 }}"


@pytest.fixture
def reader(office, browser):
    client = browser(office)
    client.take_token(f"/corrections/new?feature={RECORD}")
    return client


def waiting(app) -> list:
    with app.app_context():
        return current_store().corrections.list(is_open=True, limit=100)


def test_a_reader_reports_an_error_and_an_editor_accepts_it(office, reader, signed_in):
    assert f'href="/corrections/new?feature={RECORD}"' in reader.get(f"/features/{RECORD}").text.replace("%2F", "/")
    answer = reader.post("/corrections/new", data=REPORT)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/corrections/received?feature={RECORD}")
    assert "宏志小学" in reader.get(answer.headers["Location"]).text
    assert "outcomes" not in reader.get(f"/features/{RECORD}").text
    editor = signed_in(office, "editor")
    assert '<span class="account-count">1</span>' in editor.get("/").text
    inbox = editor.get("/corrections").text
    assert all(words in inbox for words in ("位置应在路东", "电话 123", "未登录的读者", "宏志小学"))
    (report,) = waiting(office)
    done = editor.post(f"/corrections/{report.id}", data={"outcome": "accepted", "answer": "已按现场照片修改"})
    assert done.status_code == 303
    page = reader.get(f"/features/{RECORD}").text
    assert all(words in page for words in ("已采纳", "位置应在路东", "已按现场照片修改", "<bdi>editor</bdi>"))
    assert "电话 123" not in page
    assert "没有待处理的意见" in editor.get("/corrections").text
    assert "已按现场照片修改" in editor.get("/corrections?handled=1").text


def test_what_is_closed_is_not_public(office, reader, signed_in):
    reader.post("/corrections/new", data=REPORT | {"text": "买便宜的药，请联系我们"})
    (report,) = waiting(office)
    signed_in(office, "editor").post(f"/corrections/{report.id}", data={"outcome": "closed", "answer": "广告"})
    page = reader.get(f"/features/{RECORD}").text
    assert "买便宜的药" not in page
    assert "广告" not in page


def test_texts_are_shown_as_they_are(office, reader, signed_in):
    reader.post("/corrections/new", data=REPORT | {"text": HOSTILE, "contact": HOSTILE})
    (report,) = waiting(office)
    assert report.report.text == HOSTILE
    editor = signed_in(office, "editor")
    assert "<script>alert" not in editor.get("/corrections").text
    editor.post(f"/corrections/{report.id}", data={"outcome": "answered", "answer": HOSTILE})
    for page in (reader.get(f"/features/{RECORD}").text, editor.get("/corrections?handled=1").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; ${1} {{ 7*7 }}" in page


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"topic": "weather"}, 400, "请选择哪里有误"),
        ({"text": "错"}, 400, "至少 5 个字"),
        ({"text": "长" * 1001}, 400, "最多 1000 个字"),
        ({"feature": "schools/nothing"}, 404, "没有编号为“nothing”的要素"),
        ({"feature": "nothing"}, 404, "没有名为“nothing”的图层"),
    ],
)
def test_what_is_no_report_is_refused_in_words_and_what_was_typed_stays(office, reader, wrong, status, words):
    answer = reader.post("/corrections/new", data=REPORT | {"contact": "电话 456"} | wrong)
    assert answer.status_code == status
    assert words in answer.text
    if status == 400:
        assert 'value="电话 456"' in answer.text
    assert waiting(office) == []


def test_a_program_that_fills_every_field_is_thanked_and_forgotten(office, reader):
    assert reader.post("/corrections/new", data=REPORT | {"website": "https://spam.example"}).status_code == 303
    assert waiting(office) == []


def test_a_report_needs_the_token_of_its_form(office, browser):
    assert browser(office).post("/corrections/new", data=REPORT).status_code == 400
    assert waiting(office) == []


def test_reports_are_throttled_by_address_and_in_all(office, reader, monkeypatch):
    monkeypatch.setattr(corrections, "REPORTS_BY_ADDRESS", 2)
    assert [reader.post("/corrections/new", data=REPORT).status_code for _ in range(2)] == [303, 303]
    answer = reader.post("/corrections/new", data=REPORT)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= corrections.WINDOW_S
    assert "位置应在路东" in answer.text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert reader.post("/corrections/new", data=REPORT, environ_overrides=elsewhere).status_code == 303
    monkeypatch.setattr(corrections, "REPORTS_IN_ALL", 3)
    other = {"REMOTE_ADDR": "192.0.2.8"}
    assert reader.post("/corrections/new", data=REPORT, environ_overrides=other).status_code == 429
    assert len(waiting(office)) == 3


def test_a_report_of_somebody_signed_in_bears_their_name(office, signed_in):
    viewer = signed_in(office, "viewer")
    viewer.post("/corrections/new", data=REPORT)
    assert waiting(office)[0].report.reported_by == "viewer"
    assert viewer.get("/corrections").status_code == 403


def test_an_outcome_that_does_not_hold_is_told_with_what_was_typed(office, reader, signed_in):
    reader.post("/corrections/new", data=REPORT)
    (report,) = waiting(office)
    editor, address = signed_in(office, "editor"), f"/corrections/{report.id}"
    assert "都要写明说明" in editor.post(address, data={"outcome": "accepted", "answer": " "}).text
    odd = editor.post(address, data={"outcome": "burnt", "answer": "写了一半的话"})
    assert odd.status_code == 400
    assert "写了一半的话" in odd.text
    editor.post(address, data={"outcome": "answered", "answer": "已核实"})
    late = editor.post(address, data={"outcome": "closed", "answer": ""})
    assert late.status_code == 409
    assert "已由“editor”处理" in late.text
    assert editor.post("/corrections/99", data={"outcome": "closed"}).status_code == 404


def test_the_inbox_has_pages(office, reader, signed_in, monkeypatch):
    monkeypatch.setattr("geo.web.corrections.PER_PAGE", 2)
    for number in range(3):
        reader.post("/corrections/new", data=REPORT | {"text": f"第 {number} 处有误"})
    editor = signed_in(office, "editor")
    first, second = editor.get("/corrections").text, editor.get("/corrections?page=2").text
    assert "第 0 处" in first
    assert "第 2 处" not in first
    assert "第 2 处" in second
    for odd in ("0", "99", "x", "9" * 30):
        assert editor.get(f"/corrections?page={odd}").status_code == 200


def test_a_closed_office_takes_reports_from_its_own_people(own_store, browser, signed_in):
    closed = create_app({"DATABASE_URL": own_store, "REQUIRE_LOGIN": "1"})
    assert browser(closed).post("/corrections/new", data=REPORT).status_code == 303
    assert waiting(closed) == []
    assert signed_in(closed, "viewer").post("/corrections/new", data=REPORT).status_code == 303
    assert len(waiting(closed)) == 1


def test_the_page_of_a_past_day_shows_what_was_known_then(office, reader, signed_in):
    reader.post("/corrections/new", data=REPORT)
    (report,) = waiting(office)
    signed_in(office, "editor").post(f"/corrections/{report.id}", data={"outcome": "answered", "answer": "已核实"})
    today = datetime.now(OFFICE_TIME).date()
    assert "已核实" in reader.get(f"/features/{RECORD}?as_of={today}").text
