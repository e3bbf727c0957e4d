"""The ledger as an editor has it in the browser and in the terminal: out, filled in, previewed, written, taken back."""

import io
import json
import re
from urllib.parse import unquote

import openpyxl
import pytest
from itsdangerous import URLSafeTimedSerializer

from geo.model.journal import JournalQuery
from geo.web import ledger_view
from geo.web.current import live_store

PASSWORD = "a long enough password"


def filled(content, *, sheet="新建学校", **cells):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for address, value in cells.items():
        book[sheet][address] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sent(client, content, name="2023 台账.xlsx"):
    return client.post(
        "/ledger/preview", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def shown(answer, name):
    return re.findall(rf'data-testid="{name}"[^>]*>([^<]*)<', answer.text)


def seal_in(answer):
    found = re.search(r'name="seal" value="([^"]+)"', answer.text)
    return found and found[1]


def statuses(office, feature_id="2023-1"):
    with office.app_context():
        return live_store().statuses("schools", feature_id)


def head(office):
    with office.app_context():
        return live_store().journal_head().seq


def test_out_filled_in_previewed_written_and_taken_back(office, editor):
    answer = editor.get("/ledger/file?year=2023&layers=schools")
    assert (answer.status_code, "2023年填报台账" in unquote(answer.headers["Content-Disposition"])) == (200, True)
    content = filled(answer.data, H2="开工", I2="６２．５％", N2="<script>x</script>", H3="竣工", I3=100)
    before = head(office)
    preview = sent(editor, content)
    assert (preview.status_code, head(office)) == (200, before)
    counts = [shown(preview, f"count-{name}")[0] for name in ("reported", "corrected", "cells", "unchanged", "faults")]
    assert counts == ["2", "0", "5", "9", "0"]
    assert "&lt;script&gt;x" in preview.text and "<script>x" not in preview.text and "62.5" in preview.text
    written = editor.post("/ledger/import", data={"seal": seal_in(preview)})
    assert (written.status_code, written.location) == (303, f"/journal?change_set={before + 1}")
    page = editor.get(written.location).text
    assert "台账已写入：2 行" in page and "2023 台账.xlsx" in page and page.count('data-testid="entry"') == 2
    (status,) = statuses(office, "2021-1")
    assert (status.stage, status.progress_pct, status.reported_by) == ("started", 62.5, "editor")
    again = editor.post("/ledger/import", data={"seal": seal_in(preview)})
    assert (again.status_code, shown(again, "fault")) == (400, ["台账里没有要写入的更改"])
    undone = editor.post(re.search(r'action="(/status/undo/\d+)"', page)[1])
    assert undone.location == f"/journal?change_set={before + 3}"
    assert statuses(office, "2021-1") == []


def test_faults_are_told_cell_by_cell_and_nothing_can_be_written(office, editor):
    content = editor.get("/ledger/file?year=2023&layers=schools").data
    answer = sent(editor, filled(content, I2="四十", H3="竣工", I3=40, H4="开工"))
    assert (answer.status_code, seal_in(answer), shown(answer, "count-faults")) == (400, None, ["2"])
    assert (shown(answer, "count-reported"), shown(answer, "count-unchanged")) == (["1"], ["8"])
    assert "工作表“新建学校”第 2 行 I 列“形象进度(%)”" in answer.text and "应为数字，现为“四十”" in answer.text
    assert statuses(office, "2021-3") == []


def test_a_ledger_that_changes_nothing_says_so(editor):
    answer = sent(editor, editor.get("/ledger/file?year=2023").data)
    assert (answer.status_code, seal_in(answer), len(shown(answer, "nothing"))) == (200, None, 1)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"a,b\n1,2\n", "台账.xlsx", "台账.xlsx 不是 Excel 工作簿"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "台账.xls", "旧版 .xls"),
        (b"", "", "请先选择"),
    ],
)
def test_another_file_is_refused_on_the_page(editor, content, name, words):
    answer = sent(editor, content, name)
    assert (answer.status_code, words in shown(answer, "fault")[0]) == (400, True)


def test_what_comes_back_is_what_was_shown_to_whom_and_not_too_long_ago(office, editor, signed_in, monkeypatch):
    content = filled(editor.get("/ledger/file?year=2023&layers=schools").data, H2="开工")
    seal = seal_in(sent(editor, content))
    with office.app_context():
        forged = URLSafeTimedSerializer("another key", salt=ledger_view.PURPOSE).dumps({"sheets": []})
    for wrong in ("", "x", seal[:-1], forged, seal.replace("a", "b", 1)):
        answer = editor.post("/ledger/import", data={"seal": wrong})
        assert (answer.status_code, "预览已失效" in answer.text) == (400, True)
    assert "另一个账户" in signed_in(office, "admin").post("/ledger/import", data={"seal": seal}).text
    monkeypatch.setattr(ledger_view, "LASTS_S", -1)
    answer = editor.post("/ledger/import", data={"seal": seal})
    assert (answer.status_code, "预览已过期" in answer.text, statuses(office, "2021-1")) == (400, True, [])


def test_a_report_made_between_preview_and_yes_is_not_written_over(office, editor):
    content = filled(editor.get("/ledger/file?year=2023&layers=schools").data, H2="开工", H3="开工")
    preview = sent(editor, content)
    editor.post("/status/schools/2023/2021-1", data={"stage": "permitted"})
    answer = editor.post("/ledger/import", data={"seal": seal_in(preview)})
    assert (answer.status_code, "已填报过这一行" in answer.text, seal_in(answer)) == (409, True, None)
    assert [each.stage for each in statuses(office, "2021-1")] == ["permitted"] and statuses(office, "2021-2") == []


def test_only_editors_have_the_ledger(office, signed_in, editor):
    viewer, nobody = signed_in(office, "viewer"), office.test_client()
    for address in ("/ledger", "/ledger/file?year=2023"):
        assert (viewer.get(address).status_code, nobody.get(address).status_code) == (403, 303)
    assert 'href="/ledger"' in editor.get("/journal").text and 'href="/ledger"' not in viewer.get("/journal").text
    assert 'href="/ledger?year=2023"' in editor.get("/status/schools/2023/2023-1").text
    wrong = {"year=1e9": 400, "year=1999": 400, "layers=nowhere&year=2023": 404, "layers=roads&year=2023": 400}
    assert {query: editor.get(f"/ledger/file?{query}").status_code for query in wrong} == wrong


def test_the_commands_hand_it_out_and_take_it_in(run_in_office, office, tmp_path):
    file = tmp_path / "台账.xlsx"
    made = run_in_office("export-ledger", "schools", "--year", "2023", "-o", file)
    assert (made.exit_code, json.loads(made.stdout)["bytes"]) == (0, file.stat().st_size)
    file.write_bytes(filled(file.read_bytes(), H2="开工", I2=30))
    before = head(office)
    tried = json.loads(run_in_office("import-ledger", file, "--as", "王工", "--dry-run").stdout)
    assert (tried["changed"], tried["unchanged"], tried["change_set"], head(office)) == (1, 10, None, before)
    assert tried["rows"][0]["cells"] == [
        {"field": "stage", "before": None, "after": "started"},
        {"field": "progress_pct", "before": None, "after": 30.0},
    ]
    done = run_in_office("import-ledger", file, "--as", "王工")
    assert (done.exit_code, json.loads(done.stdout)["change_set"]) == (0, before + 1)
    with office.app_context():
        (entry,) = live_store().journal(JournalQuery(change_set=before + 1))
    assert (entry.author, entry.source, entry.after["progress_pct"]) == ("王工", "台账.xlsx", 30.0)
    again = run_in_office("import-ledger", file, "--as", "王工")
    assert (again.exit_code, json.loads(again.stdout)["changed"], head(office)) == (0, 0, before + 1)
    assert json.loads(run_in_office("verify").stdout)["ok"] is True


def test_the_command_tells_every_faulty_cell_in_a_line_and_writes_nothing(run_in_office, office, tmp_path):
    file = tmp_path / "台账.xlsx"
    run_in_office("export-ledger", "schools", "--year", "2023", "-o", file)
    file.write_bytes(filled(file.read_bytes(), I2="四十", H3="竣工", I3=40, H4="开工"))
    before = head(office)
    result = run_in_office("import-ledger", file, "--as", "王工")
    assert (result.exit_code, head(office), len(json.loads(result.stdout)["faults"])) == (2, before, 2)
    assert result.stderr.splitlines() == [
        "新建学校 第 2 行 I 列“形象进度(%)”：应为数字，现为“四十”：请只填数字，单位已写在表头",
        "新建学校 第 3 行 I 列“形象进度(%)”：阶段已是“竣工”，形象进度却是 40%：应为 100%",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export-ledger", "--year", "1999", "-o", "x.xlsx"), "1999"),
        (("export-ledger", "roads", "--year", "2023", "-o", "x.xlsx"), "不填报"),
        (("export-ledger", "nowhere", "--year", "2023", "-o", "x.xlsx"), "nowhere"),
        (("export-ledger", "--year", "2023", "-o", "no/such/folder/x.xlsx"), "x.xlsx"),
        (("import-ledger", "nothing.xlsx", "--as", "王工"), "nothing.xlsx"),
        (("import-ledger", ".", "--as", "王工"), "读不出来"),
        (("import-ledger", "README.md", "--as", "王工"), "不是 Excel 工作簿"),
        (("import-ledger", "README.md", "--as", "访客"), "访客"),
    ],
)
def test_refusals_are_one_line(run_in_office, arguments, words):
    result = run_in_office(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr and result.stderr.count("\n") == 1
