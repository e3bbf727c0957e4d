"""An admin closes a year in the browser: looks, says yes, prints; later corrections stand beside it with values."""

import re

import pytest

from geo.service.sealing import find_seal, sealable_years
from geo.web.current import live_store

PAGE = "/journal/sealing/2023"


@pytest.fixture
def sealed(office, tmp_path):
    office.config.update(SEAL_KEY=str(tmp_path / "seal.pem"))

    def seal():
        with office.app_context():
            return find_seal(live_store(), 2023)

    return seal


def seen(page):
    return re.search(r'name="seen" value="(\d+)"', page)[1]


def test_a_year_is_looked_at_closed_and_printed_with_what_came_later(office, signed_in, sealed):
    editor, admin = signed_in(office, "editor"), signed_in(office, "admin")
    editor.post("/status/schools/2023/2023-1", data={"stage": "started", "progress_pct": "30"})
    assert f'href="{PAGE}"' in admin.get("/journal").text
    page = admin.get(PAGE).text
    assert "开工 1" in page and "个要素没有填报 2023 年" in page and sealed() is None
    answer = admin.post(PAGE, data={"sure": "1", "seen": seen(page), "reason": "常务会议第 3 号纪要"})
    assert (answer.status_code, answer.location) == (303, "/journal/seals/2023")
    seal = sealed()
    assert (seal.head.seq, seal.manifest["sealed_by"], seal.entry.cause) == (
        int(seen(page)),
        "admin",
        "年度封存 · 常务会议第 3 号纪要",
    )
    sheet = admin.get(answer.location).text
    assert (
        "2023 年已封存" in sheet and seal.signature in sheet and 'data-testid="print"' in sheet and "没有更正" in sheet
    )
    editor.post("/status/schools/2023/2023-1", data={"stage": "topped_out", "progress_pct": "70", "note": "据审计更正"})
    sheet = office.test_client().get("/journal/seals/2023").text
    later = sheet.partition('data-testid="later"')[2]
    assert all(words in later for words in ("据审计更正", "开工", "封顶", "30 %", "70 %"))
    assert (
        f'href="{PAGE}"' not in admin.get("/journal").text
        and 'href="/journal/sealing/2024"' in admin.get("/journal").text
    )
    again = admin.get(PAGE)
    assert (again.status_code, "封存" in again.text) == (400, True)


def test_nothing_is_closed_unseen_or_without_a_yes(office, signed_in, sealed):
    editor, admin = signed_in(office, "editor"), signed_in(office, "admin")
    number = seen(admin.get(PAGE).text)
    answer = admin.post(PAGE, data={"seen": number})
    assert (answer.status_code, "请先勾选确认" in answer.text) == (400, True)
    editor.post("/status/schools/2023/2023-1", data={"stage": "started"})
    answer = admin.post(PAGE, data={"sure": "1", "seen": number, "reason": "纪要"})
    assert (answer.status_code, "确认之后又有修改" in answer.text, 'value="纪要"' in answer.text) == (409, True, True)
    assert admin.post(PAGE, data={"sure": "1", "seen": "x"}).status_code == 400
    assert (admin.get("/journal/sealing/1999").status_code, admin.get("/journal/sealing/2999").status_code) == (
        400,
        400,
    )
    assert sealed() is None


def test_only_an_admin_closes_a_year(office, signed_in, sealed):
    editor = signed_in(office, "editor")
    assert (editor.get(PAGE).status_code, editor.post(PAGE, data={"sure": "1"}).status_code) == (403, 403)
    assert office.test_client().get(PAGE).status_code == 303 and "封存 2023 年…" not in editor.get("/journal").text
    with office.app_context():
        assert sealable_years(live_store())[:3] == [2021, 2022, 2023]
