"""A year's ledger is handed out, filled in, checked row by row against the store, and written whole or not at all."""

import io
import subprocess
from contextlib import closing

import openpyxl
import pytest

from geo.model.errors import Conflict, InvalidInput, LayerNotFound
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, JournalQuery
from geo.model.ledger import InvalidLedger
from geo.model.status import AnnualStatus
from geo.service import status
from geo.service.history import undo
from geo.service.intake import open_or_create
from geo.service.ledger import cells_of, check_ledger, export_ledger, read_ledger, write_ledger
from geo.service.sealing import SealingKey, seal_year

WANG, LI = Act("王工", "导入年度台账"), Act("李工")
PROGRESS, STAGE, NOTE, SURE = "形象进度(%)", "年底阶段", "说明", "本年填报"


@pytest.fixture(params=["geopackage", "postgis"])
def either_url(request, tmp_path):
    if request.param == "geopackage":
        return f"gpkg:///{tmp_path / 'plan.gpkg'}"
    cluster = request.getfixturevalue("cluster")
    return cluster.url(cluster.new_database())


@pytest.fixture
def kept(filled):
    return filled


class Filled:
    """A ledger of the year 2023 in somebody's hands."""

    def __init__(self, store, *layer_ids, year=2023):
        self.store = store
        self.book = openpyxl.load_workbook(io.BytesIO(export_ledger(store, year, layer_ids)))

    def put(self, feature_id, sheet="新建学校", **by_title):
        page = self.book[sheet]
        headers = {cell.value: cell.column for cell in page[1]}
        number = next(row[1].row for row in page.iter_rows() if row[1].value == feature_id)
        titles = {"进度": PROGRESS, "阶段": STAGE, "投资": "当年完成投资(万元)", "学位": "累计交付学位(个)"}
        for title, value in by_title.items():
            page.cell(number, headers[titles.get(title, title)]).value = value
        return self

    @property
    def read(self):
        file = io.BytesIO()
        self.book.save(file)
        return read_ledger(self.store, file.getvalue(), "台账.xlsx")

    @property
    def checked(self):
        return check_ledger(self.store, self.read)

    def write(self, act=WANG):
        return write_ledger(self.store, self.read, act)


def told(checked):
    return [(fault.row, fault.letter, str(fault.remark)) for fault in checked.faults]


def report(store, feature_id="s-1", year=2023, **figures):
    return status.report(store, AnnualStatus("schools", feature_id, year, **figures), LI)


def test_a_ledger_is_filled_in_and_written_in_one_change_set_that_can_be_taken_back(folder, either_url):
    with closing(open_or_create(either_url, folder.path)) as store:
        report(store, stage="started", progress_pct=30.0, evidence=None)
        ledger = Filled(store).put("s-1", 进度="45%", 说明="主体封顶").put("s-2", 阶段="投用", 学位="９００")
        ledger.put("w", "断面", 水质类别="Ⅲ", 数据来源="市环境公报")
        checked = ledger.checked
        assert (len(checked.changes), checked.unchanged, checked.faults) == (3, 5, [])
        assert [change.corrects for change in checked.changes] == [True, False, False]
        assert store.journal_head().seq == checked.last_seq
        entries = ledger.write()
        assert {(entry.change_set, entry.author, entry.cause) for entry in entries} == {
            (entries[0].seq, "王工", "导入年度台账")
        }
        (now,) = store.statuses("schools", "s-1")
        assert (now.stage, now.progress_pct, now.note, now.reported_by) == ("started", 45.0, "主体封顶", "王工")
        assert store.statuses("sections", "w")[0].value == 3
        assert ledger.checked.changes == [] and ledger.checked.faults == []
        undo(store, entries[0].change_set, LI)
        assert store.statuses("schools", "s-1")[0].progress_pct == 30.0
        assert store.statuses("schools", "s-2") == store.statuses("sections", "w") == []
        assert list(store.faults()) == []


def test_what_nobody_touched_is_not_reported_and_what_is_confirmed_is(kept):
    report(kept, "s-1", 2022, stage="permitted", note="去年的说明", investment_done_cny_10k=5.0)
    report(kept, "s-2", 2022, stage="started", progress_pct=20.0)
    ledger = Filled(kept)
    page = ledger.book["新建学校"]
    assert [page.cell(2, place).value for place in (6, 7, 8)] == ["2022 施工许可", "沿用 2022 年，待确认", "施工许可"]
    assert ledger.checked.changes == []
    with pytest.raises(InvalidInput, match="没有要写入"):
        ledger.write()
    ledger.put("s-1", 本年填报="确认").put("s-2", 进度=None, 阶段=None, 标记=None)
    (change,) = ledger.checked.changes
    assert (change.before, change.after) == ({"stage": None}, {"stage": "permitted"})
    ledger.write()
    assert [each.note for each in kept.statuses("schools", "s-1")] == ["去年的说明", None]
    assert [each.year for each in kept.statuses("schools", "s-2")] == [2022]


def test_every_rule_of_the_form_holds_for_every_row(kept, tmp_path):
    report(kept, "s-3", 2022, stage="topped_out", progress_pct=80.0)
    ledger = Filled(kept)
    ledger.put("s-1", 阶段="竣工", 进度=40).put("s-2", 进度=10).put("s-3", 阶段="开工").put(
        "s-4", 阶段="开工", 标记="停工"
    )
    ledger.put("s-5", 阶段="投用", 学位=1200).put("w", "断面", 水质类别="Ⅱ")
    assert told(ledger.checked) == [
        (2, "I", "阶段已是“竣工”，形象进度却是 40%：应为 100%"),
        (3, "H", "请选择阶段"),
        (4, "H", "阶段倒退：2022 年是“封顶”，2023 年是“开工”。属实的请在说明里写明原因"),
        (5, "N", "标记为“停工”时，请在说明里写明原因"),
        (6, "M", "已交付 1200 个学位，规划只有 1000 个：请核对，属实的请在说明里写明原因"),
        (2, "I", "请填写数据来源：谁测的，或在哪里公布的"),
    ]
    with pytest.raises(InvalidLedger) as refused:
        ledger.put("s-6", 阶段="开工").write()
    assert len(refused.value.faults) == 6
    assert kept.count_journal(JournalQuery(action="status", author="王工")) == 0
    seal_year(kept, 2023, Act("局长"), SealingKey(tmp_path / "seal.pem"))
    sealed = Filled(kept).put("s-6", 阶段="开工")
    assert "已经封存" in told(sealed.checked)[0][2]
    assert sealed.put("s-6", 说明="据审计更正").checked.faults == []


def test_a_ledger_older_than_the_store_is_told_row_by_row(kept):
    report(kept, "s-3", stage="started", progress_pct=30.0)
    report(kept, "s-4", 2022, stage="started")
    ledger = Filled(kept)
    ledger.put("s-1", 阶段="开工").put("s-2", 阶段="开工").put("s-3", 进度=50).put("s-4", 进度=20)
    report(kept, "s-1", stage="permitted")
    report(kept, "s-2", stage="started")
    report(kept, "s-5", stage="started")
    report(kept, "s-3", stage="started", progress_pct=35.0)
    report(kept, "s-4", 2022, stage="permitted")
    faults = told(ledger.checked)
    assert [number for number, *_ in faults] == [2, 4, 5]
    assert "李工 已填报过这一行（年底阶段 施工许可）" in faults[0][2]
    assert "形象进度 35" in faults[1][2] and "往年的填报有了变化" in faults[2][2]
    with pytest.raises(InvalidLedger):
        ledger.write()


def test_rows_by_hand_rows_twice_and_rows_of_elsewhere(kept):
    report(kept, "s-2", stage="started")
    ledger = Filled(kept, "schools")
    page = ledger.book["新建学校"]
    for number, feature_id in ((20, "s-1"), (21, "s-9")):
        page.cell(number, 2, feature_id)
        page.cell(number, 8, "开工")
    page.cell(3, 1, page.cell(3, 1).value + "x")
    page.cell(3, 8, "封顶")
    assert told(ledger.checked) == [
        (3, "B", "这一行的隐藏标记不是这个要素的，可能只给一部分列排过序，或来自另一个库：请重新导出"),
        (20, "B", "与工作表“新建学校”第 2 行是同一个要素：请只留一行"),
        (21, "B", "图层里没有编号为“s-9”的要素：请核对编号；新要素先在系统里建立，再重新导出"),
    ]
    by_hand = Filled(kept, "schools")
    page = by_hand.book["新建学校"]
    page.delete_rows(2, 9)
    page.append([None, "s-1", *[None] * 5, "开工"])
    page.append([None, "s-2", *[None] * 5, "开工"])
    assert [change.row.feature_id for change in by_hand.checked.changes] == ["s-1"]
    page.append([None, "s-3", *[None] * 5, "开工"])
    report(kept, "s-3", stage="permitted")
    assert [number for number, *_ in told(by_hand.checked)] == [4]


def test_evidence_target_and_exact_figures_stay_with_a_correction(kept):
    kept.add_statuses(
        [AnnualStatus("sections", "w", 2023, value=4.0, unit="类", target=3.0, value_source="公报", note="一\r\n二")]
    )
    ledger = Filled(kept).put("w", "断面", 水质类别="Ⅲ")
    ((column, before, after),) = cells_of(ledger.checked.changes[0], kept.catalog["sections"])
    assert (column.header, before, after) == ("水质类别", "Ⅳ", "Ⅲ")
    ledger.write()
    (now,) = kept.statuses("sections", "w")
    assert (now.value, now.unit, now.target, now.note) == (3.0, "类", 3.0, "一\r\n二")


def test_somebody_who_writes_in_between_is_noticed(kept, monkeypatch):
    ledger, writing = Filled(kept).put("s-1", 阶段="开工"), kept.write
    meanwhile = iter([("s-2", {}), ("s-1", {})])

    def write(changes, act, **more):
        if act is WANG and (other := next(meanwhile, None)):
            writing([AnnualStatus("schools", other[0], 2023, stage="permitted")], LI)
        return writing(changes, act, **more)

    monkeypatch.setattr(kept, "write", write)
    with pytest.raises(InvalidLedger) as refused:
        ledger.write()
    assert "李工 已填报过" in str(refused.value.faults[0].remark)
    assert kept.count_journal(JournalQuery(author="王工")) == 0
    monkeypatch.setattr(kept, "write", lambda changes, act, **more: (_ for _ in ()).throw(Conflict("别人")))
    with pytest.raises(Conflict):
        Filled(kept).put("s-3", 阶段="开工").write()


def test_a_ledger_that_another_program_writes_anew_says_the_same(kept, tmp_path):
    report(kept, "s-1", 2022, stage="started", progress_pct=12.5, obstacle="拆迁", obstacle_due="2024-06-30")
    report(kept, "s-2", stage="in_service", progress_pct=100.0, investment_done_cny_10k=0.1, note="=1+1")
    written, anew = tmp_path / "written.xlsx", tmp_path / "anew.xlsx"
    written.write_bytes(export_ledger(kept, 2023))
    subprocess.run(["ogr2ogr", "--config", "OGR_XLSX_HEADERS", "FORCE", "-f", "XLSX", anew, written], check=True)
    checked = check_ledger(kept, read_ledger(kept, anew.read_bytes(), "台账.xlsx"))
    assert (checked.changes, checked.faults, checked.unchanged) == ([], [], 8)


def test_what_cannot_be_handed_out(kept):
    for year, layer_ids, error in ((1999, (), "1999"), (2023, ("roads",), "不填报")):
        with pytest.raises(InvalidInput, match=error):
            export_ledger(kept, year, layer_ids)
    with pytest.raises(LayerNotFound):
        export_ledger(kept, 2023, ("nowhere",))
    assert kept.count("schools", FeatureQuery()) == len(list(Filled(kept, "schools").book["新建学校"].rows)) - 1
