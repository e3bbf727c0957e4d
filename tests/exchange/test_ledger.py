"""A ledger goes out, is filled in with the habits of spreadsheets, and comes back."""

import io
import warnings
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import numbers

from geo.exchange.ledger import read_ledger
from geo.exchange.ledger_book import ledger_book
from geo.exchange.workbook_reading import LARGEST_FILE
from geo.model.errors import InvalidFile
from geo.model.layer import Catalog, Field, Layer, Status, Title, Zone
from geo.model.ledger import PrefilledRow, PrefilledSheet, ledger_columns
from tests.depth import examples

BOTH = Title(zh="校", en="school")
ZONE = Zone(BOTH, BOTH, "某规", 2021, 2025, (113.9, 32.9, 114.1, 33.1))
SCHOOLS = Layer(
    "schools", Title(zh="新建学校", en="New schools"), BOTH, "plan", "规划", "公开",
    own_fields=(Field(name="seats", title=BOTH, type="integer", short="XW", unit="seat"),),
    status=Status(kind="construction"),
)  # fmt: skip
SECTIONS = Layer(
    "sections", Title(zh="断面", en="Sections"), BOTH, "plan", "规划", "公开",
    status=Status(kind="measurement", quantity=Title(zh="水质类别", en="Water class"), unit="water_class"),
)  # fmt: skip
CATALOG = Catalog(ZONE, [SCHOOLS, SECTIONS])
STARTED = {"stage": "started", "progress_pct": 40.0, "flag": "none"}


def row(feature_id="s-1", stamp="0", values=None, **more):
    return PrefilledRow(feature_id, "第1小学", stamp, ("教育局", 55.0, None), values or {}, **more)


def handed_out(*rows, layer=SCHOOLS):
    sheet = PrefilledSheet(layer, 2023, ("责任单位", "计划到年底(%)", "上年填报"), list(rows) or [row()])
    return ledger_book(ZONE, [sheet], date(2024, 1, 5), demo=False)


class Excel:
    """A ledger as somebody edits it."""

    def __init__(self, content, title="新建学校"):
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.page = self.book[title]

    def place(self, title):
        return next(cell.column for cell in self.page[1] if cell.value == title)

    def put(self, number, **by_title):
        for title, value in by_title.items():
            header = {"进度": "形象进度(%)", "学位": "累计交付学位(个)", "投资": "当年完成投资(万元)"}.get(title, title)
            self.page.cell(number, self.place(header)).value = value
        return self

    def read(self):
        file = io.BytesIO()
        self.book.save(file)
        return read_ledger(file.getvalue(), "台账.xlsx", CATALOG)


def values(ledger):
    return ledger.sheets[0].rows[0].values


def told(ledger):
    return [(fault.row, fault.letter, fault.title, str(fault.remark)) for fault in ledger.faults]


def test_what_goes_out_comes_back_as_it_was():
    content = handed_out(
        row(
            "s-1",
            "7-abcd1234",
            STARTED | {"note": "=1+1 _x0041_\n第二行", "obstacle": "拆迁", "obstacle_due": "2024-06-30"},
        ),
        row("s-2", "0"),
        row("s-3", "9-abcd1234", {"stage": "permitted"}, carried_from=2022),
    )
    ledger = read_ledger(content, "台账.xlsx", CATALOG)
    (sheet,) = ledger.sheets
    assert (sheet.layer_id, sheet.year, ledger.faults, ledger.notes) == ("schools", 2023, [], [])
    first, second, third = sheet.rows
    known = STARTED | {"note": "=1+1 _x0041_\n第二行", "obstacle": "拆迁", "obstacle_due": "2024-06-30"}
    assert first.values == dict.fromkeys(column.name for column in ledger_columns(SCHOOLS)) | known
    assert [each.stamp for each in sheet.rows] == ["7-abcd1234", "0", "9-abcd1234"]
    assert set(second.values.values()) == {None}
    assert [first.confirmed, third.confirmed, third.values["stage"]] == [False, False, "permitted"]


def test_the_workbook_helps_to_fill_it_in():
    excel = Excel(handed_out(row(values={"stage": "started"}, carried_from=2022)))
    page = excel.page
    assert (excel.book.sheetnames, page.freeze_panes, page.protection.sheet) == (["说明", "新建学校"], "D2", True)
    assert page.column_dimensions["A"].hidden and page.column_dimensions["C"].width > 9
    headers = [cell.value for cell in page[1]]
    assert headers[1:7] == ["编号", "名称", "责任单位", "计划到年底(%)", "上年填报", "本年填报"]
    assert "当年完成投资(万元)" in headers and "累计交付学位(个)" in headers
    stage = page.cell(2, excel.place("年底阶段"))
    assert (stage.value, stage.font.italic, stage.protection.locked, page["B2"].protection.locked) == (
        "开工",
        True,
        False,
        True,
    )
    assert page.cell(2, excel.place("本年填报")).value == "沿用 2022 年，待确认"
    lists = {rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"}
    assert {'"储备,立项,用地预审,供地,施工许可,开工,封顶,竣工,投用"', '"正常,滞后,停工,调整,取消"'} < lists
    assert any("确认" in str(cell.value) for each in excel.book["说明"] for cell in each)


def test_a_layer_without_seats_has_no_column_of_them_and_a_measurement_has_its_own():
    assert [column.header for column in ledger_columns(SECTIONS)][:2] == ["水质类别", "数据来源"]
    other = Layer("parks", BOTH, BOTH, "plan", "规划", "公开", status=Status(kind="construction"))
    assert "seats_delivered" not in [column.name for column in ledger_columns(other)]


@pytest.mark.parametrize(
    ("given", "progress"),
    [
        (62.5, 62.5), ("62.5", 62.5), ("６２．５％", 62.5), (" 62.5 % ", 62.5), ("1e1", 10.0), (0, 0.0),
        ("\u300030\xa0", 30.0),
        ("—", None), ("/", None), ("", None), ("   ", None), ("无", None), (62.500000000000004, 62.5),
    ],
)  # fmt: skip
def test_numbers_in_every_dress(given, progress):
    assert values(Excel(handed_out()).put(2, 进度=given).read())["progress_pct"] == progress


def test_a_percentage_is_read_as_it_is_shown_and_a_doubtful_one_is_told():
    excel = Excel(handed_out()).put(2, 进度=0.45)
    ledger = excel.read()
    assert values(ledger)["progress_pct"] == 0.45
    assert [str(doubt) for doubt in ledger.sheets[0].rows[0].doubts] == ["“形象进度”是 0.45%：如果是 45%，请写 45"]
    excel.page.cell(2, excel.place("形象进度(%)")).number_format = numbers.FORMAT_PERCENTAGE
    ledger = excel.read()
    assert (values(ledger)["progress_pct"], ledger.sheets[0].rows[0].doubts) == (45.0, ())


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ("开工", "started"),
        (" 开 工".replace(" ", ""), "started"),
        ("started", "started"),
        ("STARTED ", "started"),
        ("投用\u3000", "in_service"),
    ],
)
def test_stages_by_their_words_and_codes(given, stage):
    assert values(Excel(handed_out()).put(2, 年底阶段=given).read())["stage"] == stage


@pytest.mark.parametrize("given", ["Ⅲ", "III", "Ⅲ类", "3", 3, 3.0, "３", "ⅲ"])
def test_water_classes_by_their_signs_and_numbers(given):
    excel = Excel(handed_out(layer=SECTIONS), "断面").put(2, 水质类别=given)
    assert values(excel.read())["value"] == 3


@pytest.mark.parametrize(
    "given",
    [
        date(2024, 6, 30), datetime(2024, 6, 30), "2024-06-30", "2024/6/30", "2024.6.30", "2024年6月30日",
        "２０２４－０６－３０",
        "20240630", 45473, "2024-06-30 00:00:00",
    ],
)  # fmt: skip
def test_days_in_every_dress(given):
    assert values(Excel(handed_out()).put(2, 解决期限=given).read())["obstacle_due"] == "2024-06-30"


def test_texts_stay_texts():
    ledger = Excel(handed_out()).put(2, 说明=12.0, 存在问题=date(2024, 3, 1), 问题责任人=True).read()
    assert [values(ledger)[name] for name in ("note", "obstacle", "obstacle_owner")] == ["12", "2024-03-01", "TRUE"]


@pytest.mark.parametrize(
    ("title", "given", "letter", "words"),
    [
        ("形象进度(%)", "四十", "I", "应为数字，现为“四十”"),
        ("形象进度(%)", 140, "I", "应在 0 到 100 之间"),
        ("形象进度(%)", date(2024, 3, 1), "I", "变成了日期 2024-03-01"),
        ("形象进度(%)", "=1+1", "I", "公式没有算出结果"),
        ("形象进度(%)", "#REF!", "I", "错误值 #REF!"),
        ("累计交付学位(个)", 12.5, "M", "应为整数"),
        ("当年完成投资(万元)", "1e99", "L", "数字太大"),
        ("当年完成投资(万元)", "3亿元", "L", "单位已写在表头"),
        ("年底阶段", "动工", "H", "储备、立项"),
        ("解决期限", "2024-02-30", "Q", "应为日期"),
        ("解决期限", "年底前", "Q", "应为日期"),
        ("说明", "长" * 2001, "N", "最多 2000 个字"),
        ("本年填报", "随便", "G", "没有“随便”这一项"),
    ],
)
def test_one_line_says_where_a_cell_is_wrong_and_how_to_mend_it(title, given, letter, words):
    excel = Excel(handed_out())
    excel.page.cell(2, excel.place(title)).value = given
    ledger = excel.read()
    ((number, its_letter, its_title, its_words),) = told(ledger)
    assert (number, its_letter, its_title, ledger.sheets[0].rows) == (2, letter, title, [])
    assert words in its_words and "\n" not in its_words


def test_a_percentage_of_money_is_refused():
    excel = Excel(handed_out()).put(2, 投资=0.5)
    excel.page.cell(2, excel.place("当年完成投资(万元)")).number_format = "0.00%"
    assert "百分数" in told(excel.read())[0][3]


def test_columns_may_stand_in_another_order_be_hidden_added_or_gone_under_a_title():
    excel = Excel(handed_out(row(values=STARTED)))
    page = excel.page
    page.protection.sheet = False
    page.move_range("H1:H2", cols=20)
    page["H1"], page["H2"] = "我的备注", "x"
    page.column_dimensions["I"].hidden = True
    page.insert_rows(1)
    page["B1"] = "2023 年台账"
    ledger = excel.read()
    assert (values(ledger)["stage"], ledger.sheets[0].letters["stage"], ledger.sheets[0].rows[0].number) == (
        "started",
        "AB",
        3,
    )
    assert [str(note) for note in ledger.notes] == ["工作表“新建学校”另加的列没有读：我的备注"]
    gone = Excel(handed_out(row(values=STARTED)))
    gone.page.delete_cols(gone.place("说明"))
    ledger = gone.read()
    assert "note" not in values(ledger) and "说明" in str(ledger.notes[0]) and not ledger.faults


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda page: page.cell(1, 9, "形象进度（万元）"), "表头可能改过（认不出的列：形象进度（万元））"),
        (lambda page: page.cell(1, 9, "年底阶段"), "这一列出现了两次"),
        (lambda page: page.cell(1, 2, "序号"), "缺少“编号”列"),
        (lambda page: page.delete_cols(1), "隐藏的标记列"),
        (lambda page: page.merge_cells("H2:H3"), "单元格 H2:H3 合并了"),
        (lambda page: page.cell(1, 1, "ledger:nowhere:2023"), "nowhere"),
        (lambda page: page.cell(2, 2, datetime(2023, 1, 1)), "编号被 Excel 变成了日期 2023-01-01"),
        (lambda page: page.cell(2, 2).__setattr__("value", None), "却没有编号"),
    ],
)
def test_what_was_done_to_the_table_itself(spoil, words):
    excel = Excel(handed_out(row(values=STARTED), row("s-2", values=STARTED)))
    spoil(excel.page)
    ledger = excel.read()
    assert any(words in str(fault.remark) for fault in ledger.faults), told(ledger)


def test_sheets_and_rows_may_go_and_others_come():
    excel = Excel(handed_out(row("s-1"), row("s-2"), row("s-3")))
    excel.page.delete_rows(3)
    excel.page.cell(9, 2, "s-9")
    excel.page.cell(9, 8, "开工")
    excel.book.create_sheet("草稿")["A1"] = "随手记"
    ledger = excel.read()
    assert [(each.feature_id, each.number, each.stamp) for each in ledger.sheets[0].rows] == [
        ("s-1", 2, "0"), ("s-3", 3, "0"), ("s-9", 9, None),
    ]  # fmt: skip
    assert [str(note) for note in ledger.notes] == ["工作表“草稿”不是台账，没有读"]
    del excel.book["新建学校"]
    with pytest.raises(InvalidFile, match="没有台账的工作表"):
        excel.read()


def test_two_years_in_one_workbook_are_refused():
    excel = Excel(handed_out())
    copy = excel.book.copy_worksheet(excel.page)
    copy["A1"] = "ledger:schools:2022"
    assert any("一年一份" in str(fault.remark) for fault in excel.read().faults)


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "旧版 .xls"),
        ("编号,阶段\ns-1,开工\n".encode("gbk"), "不是 Excel 工作簿"),
        (b"", "不是 Excel 工作簿"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "不是 Excel 工作簿"),
        (zipped(xl__workbook_xml="<a"), "读不出来"),
        (b"PK\x03\x04" + bytes(100), "读不出来"),
        (zipped(xl__workbook_xml=bytes(60 * 2**20)), "解开后太大"),
        (zipped(xl__workbook_xml="<a/>", xl__s_xml="<x:c><v>1</v></x:c>" * 300_001), "单元格太多"),
        (zipped(xl__workbook_xml="<a/>", xl__s_xml='<mergeCell ref="A1:XFD1048576"/>'), "单元格太多"),
        (zipped(xl__workbook_xml="<a/>", xl__s_xml="<hyperlink id='1' ref='A1:Z99999'/>"), "单元格太多"),
        (zipped(xl__workbook_xml="<a/>", xl__s_xml='<mergeCell ref="A:?"/>'), "读不出来"),
        (bytes(LARGEST_FILE + 1), "太大"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_line(content, words):
    with pytest.raises(InvalidFile, match=words) as refused:
        read_ledger(content, "台账.xlsx", CATALOG)
    assert str(refused.value).startswith("台账.xlsx") and "\n" not in str(refused.value)


def test_a_sheet_that_reaches_far_is_refused():
    excel = Excel(handed_out())
    excel.page.cell(1_048_576, 1, "x")
    with pytest.raises(InvalidFile, match="太大"):
        excel.read()


SOUND = handed_out()


@settings(max_examples=examples(15, deep=30))
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data):
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            ledger = read_ledger(bytes(content), "台账.xlsx", CATALOG)
        except InvalidFile as error:
            assert "台账.xlsx" in str(error)
        else:
            assert ledger.sheets or ledger.faults


numbers_given = st.one_of(st.none(), st.floats(0, 100).map(lambda each: float(f"{each:.6g}")))
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).map(str.strip).filter(bool)


@settings(max_examples=examples(20, deep=40))
@given(numbers_given, st.sampled_from([None, "started", "in_service"]), st.none() | TEXTS)
def test_any_report_comes_back_as_it_went_out(progress, stage, note):
    given_values = {"progress_pct": progress, "stage": stage, "note": note}
    ledger = read_ledger(handed_out(row(values=given_values)), "台账.xlsx", CATALOG)
    found = values(ledger)
    assert (found["progress_pct"], found["stage"]) == (progress, stage)
    assert (found["note"] or "").split() == (note or "").replace("\u200b", "").replace("\ufeff", "").replace(
        "\ufffe", "\ufffd"
    ).replace("\uffff", "\ufffd").split()
