"""The form of a year, the journal and its undo, as an editor and everybody else see them."""

import re
from datetime import date
from io import BytesIO

import pytest
import shapely

from geo.model import office_time
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, JournalQuery
from geo.service.sealing import SealingKey, seal_year
from geo.web.current import live_store

FORM = "/status/schools/2023/2023-1"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


def latest(office, feature_id="2023-1"):
    with office.app_context():
        return live_store().statuses("schools", feature_id)


def faults(answer):
    return set(re.findall(r'data-testid="fault-(\w+)"', answer.text))


def test_a_year_is_reported_and_shown_with_its_evidence(office, editor):
    fields = {"stage": "started", "progress_pct": "62.5%", "investment_planned_cny_10k": "５，000", "note": "主体施工",
              "obstacle": "征地", "obstacle_owner": "王工", "obstacle_due": "2024-06-30"}  # fmt: skip
    photo = {"evidence": (BytesIO(JPEG), "现场.jpg")}
    answer = editor.post(FORM, data=fields | photo, content_type="multipart/form-data")
    assert (answer.status_code, answer.location) == (303, "/features/schools/2023-1?year=2023")
    (status,) = latest(office)
    assert (status.progress_pct, status.investment_planned_cny_10k, status.reported_by) == (62.5, 5000.0, "editor")
    assert (status.obstacle, status.obstacle_due) == ("征地", "2024-06-30")
    assert office.test_client().get(f"/evidence/{status.evidence}").data == JPEG
    page = editor.get(answer.location).text
    assert "已保存" in page and "62.5" in page and 'data-testid="why-2023"' in page
    assert re.search(r'href="(.+?)"[^>]* data-testid="report-2022"', page)[1] == "/status/schools/2022/2023-1"
    page = editor.get("/journal?layer=schools&action=status").text
    assert "驻马店经济开发区宏志小学" in page and "现场.jpg" in page and status.evidence not in page
    assert 'data-testid="report-20' not in office.test_client().get(answer.location).text


def test_the_form_begins_with_the_year_before_and_a_correction_with_what_was_reported(office, editor):
    editor.post("/status/schools/2022/2023-1", data={"stage": "land_granted", "note": "拿到划拨决定书"})
    page = editor.get(FORM).text
    assert 'data-testid="prefilled"' in page
    assert re.search(r'value="land_granted" selected', page) and "拿到划拨决定书" not in page
    editor.post(FORM, data={"stage": "started", "progress_pct": "30"})
    page = editor.get(FORM).text
    assert re.search(r'value="started" selected', page) and 'value="30"' in page


def test_a_report_that_says_nothing_new_is_not_written(office, editor):
    fields = {"stage": "started", "progress_pct": "30", "seats_delivered": "0", "note": "主体施工"}
    editor.post(FORM, data=fields | {"evidence": (BytesIO(JPEG), "现场.jpg")}, content_type="multipart/form-data")
    (status,) = latest(office)
    again = editor.post(FORM, data=fields | {"progress_pct": "30.0", "kept_evidence": status.evidence})
    assert "没有改动，什么都没有写入" in editor.get(again.location).text and latest(office) == [status]
    editor.post(FORM, data=fields | {"progress_pct": "31", "kept_evidence": status.evidence})
    assert latest(office)[0].progress_pct == 31


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, {"stage"}),
        ({"stage": "completed", "progress_pct": "40"}, {"progress_pct"}),
        ({"stage": "started", "progress_pct": "四十"}, {"progress_pct"}),
        ({"stage": "started", "progress_pct": "350"}, {"progress_pct"}),
        ({"stage": "started", "seats_delivered": "9999"}, {"seats_delivered"}),
        ({"stage": "started", "flag": "suspended", "obstacle_owner": "王工"}, {"note", "obstacle"}),
        ({"stage": "started", "note": "x" * 3000}, {"note"}),
        ({"stage": "no such"}, {"stage"}),
        ({"stage": "started", "flag": "no such"}, {"form"}),
        ({"stage": "started", "obstacle": "a", "obstacle_due": "2024-02-30"}, {"form"}),
        ({"stage": "started", "evidence": (BytesIO(b"MZ virus"), "照片.jpg")}, {"evidence"}),
    ],
)
def test_every_fault_stands_at_its_field_and_nothing_is_lost_or_written(office, editor, fields, named):
    answer = editor.post(FORM, data=fields, content_type="multipart/form-data")
    assert (answer.status_code, faults(answer)) == (400, named)
    assert latest(office) == []
    for name in ("progress_pct", "seats_delivered"):
        if name in fields:
            assert f'value="{fields[name]}"' in answer.text


def test_measured_values_have_a_form_of_their_own(office, editor):
    with office.app_context():
        store = live_store()
        layer = next(each for each in store.catalog.values() if each.status.unit == "water_class")
        feature_id = store.read_page(layer.id, FeatureQuery(limit=1)).ids[0]
    address = f"/status/{layer.id}/2023/{feature_id}"
    assert "Ⅲ" in editor.get(address).text
    assert faults(editor.post(address, data={"value": "3"})) == {"value_source"}
    assert editor.post(address, data={"value": "3", "value_source": "市生态环境局公报"}).status_code == 303


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/status/schools/2023/nobody", 404),
        ("/status/nowhere/2023/a", 404),
        ("/status/roads/2023/x", 400),
        ("/status/schools/1e9/a", 404),
    ],
)
def test_what_is_not_there(editor, address, code):
    assert editor.get(address).status_code == code


def test_a_year_to_come_is_neither_offered_nor_taken(office, editor, monkeypatch):
    monkeypatch.setattr(office_time, "today", lambda: date(2023, 5, 1))
    page = editor.get(FORM).text
    assert "/status/schools/2022/2023-1" in page and "/status/schools/2024/2023-1" not in page
    assert "2024 年还没有到，不能填报" in editor.get("/status/schools/2024/2023-1").text
    refused = editor.post("/status/schools/2024/2023-1", data={"stage": "reserved"})
    assert refused.status_code == 400 and "2024 年还没有到，不能填报" in refused.text
    assert latest(office) == []
    feature = editor.get("/features/schools/2023-1").text  # without a year: this one
    assert "填报 2023 年" in feature and "填报 2024 年" not in feature and "还没有到" in feature
    assert "填报 2024 年" not in editor.get("/features/schools/2023-1?year=2024").text


def test_only_editors_report(office, signed_in):
    viewer = signed_in(office, "viewer")
    assert viewer.get(FORM).status_code == 403
    assert viewer.post(FORM, data={"stage": "started"}).status_code == 403
    nobody = office.test_client()
    assert nobody.get(FORM).status_code in (302, 303)
    assert nobody.post(FORM, data={"stage": "started"}).status_code in (302, 303, 400, 401, 403)
    assert latest(office) == []


def test_the_journal_tells_every_change_and_takes_one_back(office, editor):
    editor.post(FORM, data={"stage": "started", "progress_pct": "30", "note": "<script>alert(1)</script>"})
    page = office.test_client().get("/journal?layer=schools&feature=2023-1").text
    assert "editor" in page and "开工" in page and "&lt;script&gt;" in page and "<script>alert" not in page
    assert 'data-testid="undo"' not in page
    page = editor.get("/journal?layer=schools&feature=2023-1&action=status").text
    undo = re.search(r'action="(/status/undo/\d+)"', page)[1]
    answer = editor.post(undo)
    assert (answer.status_code, latest(office)) == (303, [])
    page = editor.get(answer.location).text
    again = re.search(r'action="(/status/undo/\d+)"', page)[1]
    assert "已撤销" in page and ">恢复修改<" in page
    page = editor.get(editor.post(again, data={"again": "1"}).location).text
    assert "已恢复" in page and ">撤销<" in page and latest(office)[0].progress_pct == 30
    editor.post(re.search(r'action="(/status/undo/\d+)"', page)[1])
    assert "撤回填报" in office.test_client().get("/journal?feature=2023-1").text
    assert editor.post("/status/undo/999999").status_code == 400


def test_the_journal_can_be_asked_by_person_and_day(office, editor):
    editor.post(FORM, data={"stage": "started"})
    client = office.test_client()

    def count(address):
        return int(re.search(r'data-testid="count">(\d+)', client.get(address).text)[1])

    assert count("/journal?author=editor&action=status") == 1
    assert count("/journal?until=2001-01-01") == 0
    assert count("/journal?layer=schools&action=create") == 11
    assert count("/journal?since=2001-01-01") > 100
    assert client.get("/journal?page=2").status_code == 200
    for wrong in ("page=0", "since=yesterday", "action=nothing", "page=99999999999"):
        assert client.get(f"/journal?{wrong}").status_code == 400


def test_a_closed_year_is_a_sheet_with_its_corrections(office, editor, tmp_path):
    with office.app_context():
        seal = seal_year(live_store(), 2023, Act("局长"), SealingKey(tmp_path / "seal.pem"))
    assert "封存" in editor.get(FORM).text
    assert faults(editor.post(FORM, data={"stage": "started"})) == {"note"}
    editor.post(FORM, data={"stage": "started", "note": "据审计更正"})
    page = office.test_client().get("/journal/seals/2023").text
    assert seal.head.hash in page and "据审计更正" in page and "局长" in page
    assert 'href="/journal/seals/2023"' in office.test_client().get("/journal").text
    assert office.test_client().get("/journal/seals/2022").status_code == 404


def test_a_moved_boundary_is_drawn_before_and_after(office):
    with office.app_context():
        change = FeatureChange(
            "schools", "2023-1", 1, {"location_basis": "placed"}, shapely.box(114, 33, 114.001, 33.001)
        )
        live_store().write([change], Act("王工", "现场核对"))
        assert live_store().count_journal(JournalQuery(author="王工")) == 1
    page = office.test_client().get("/journal?author=王工").text
    assert len(re.findall(r'class="shape-(?:before|after)" d="M', page)) == 2
    assert "人工落图" in page and "现场核对" in page
