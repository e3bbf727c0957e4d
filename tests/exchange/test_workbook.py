"""Tables for planners: read back with the csv module and openpyxl, which know nothing of our writers."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import msgspec
import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange.table import Edition, columns_of
from geo.exchange.workbook import csv_stream, guarded, xlsx_stream

SQUARE = shapely.from_wkt("POLYGON((114 33, 114.1 33, 114.1 33.1, 114 33.1, 114 33))").wkb
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    " =1",
    "'=1",
    "#N/A",
    "${alert(1)}",
    "</script><t>&amp;",
    'a "quoted", cell\nof two lines',
    "\u202eRTL\u202c",
    "学" * 5000,
    "😀 _x0041_",
]


def school(**more):
    row = {"name": "宏志小学", "level": "primary", "land_area_mu": 45.4, "seats": 1620, "plan_year": 2023}
    return row | {"planned_start": "2023-01-01", "planned_dates_assumed": True, "location_basis": "placed"} | more


def as_csv(catalog, *parts, layers=("schools",), **edition):
    text = b"".join(csv_stream([catalog[name] for name in layers], parts, Edition(**edition)))
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), strict=True))


def as_book(catalog, *parts, layers=("schools",), **edition):
    made = [catalog[name] for name in layers]
    chunks = xlsx_stream(catalog.zone, made, parts, Edition(**edition), date(2026, 3, 1))
    return openpyxl.load_workbook(io.BytesIO(b"".join(chunks)))


def by_header(sheet, row=2):
    return {cell.value: sheet.cell(row, cell.column) for cell in sheet[1]}


def test_csv_has_chinese_headers_with_units_and_words_for_codes(catalog):
    (row,) = as_csv(catalog, ("schools", ["2023-1"], [SQUARE], [school(land_per_seat_m2=18.7)]))
    assert list(row)[:8] == [
        "图层",
        "编号",
        "名称",
        "计划年份",
        "学段",
        "占地(亩)",
        "学位(个学位)",
        "生均用地(㎡/生)",
    ]
    assert (row["图层"], row["编号"], row["名称"], row["学段"]) == ("新建学校", "2023-1", "宏志小学", "小学")
    assert (row["占地(亩)"], row["学位(个学位)"], row["生均用地(㎡/生)"]) == ("45.4", "1620", "18.7")
    assert (row["计划开工"], row["起止日期为推定"]) == ("2023-01-01", "是")
    assert (row["位置依据"], row["位置误差(m)"]) == ("人工落图", "")
    assert (row["经度(°)"], row["纬度(°)"]) == ("114.05", "33.05")
    assert "阶段" not in row


def test_csv_over_several_layers_is_one_table_with_the_union_of_columns(catalog):
    parts = [
        ("schools", ["a"], [None], [school()]),
        ("roads", ["b"], [shapely.from_wkt("LINESTRING(114 33, 114.1 33)").wkb], [{"name": "置地大道", "width_m": 40}]),
        ("roads", ["c"], [None], [{"name": "乐山大道", "width_m": -1.5, "one_way": False}]),
    ]
    rows = as_csv(catalog, *parts, layers=("schools", "roads", "indicators"))
    assert [row["图层"] for row in rows] == ["新建学校", "道路", "道路"]
    assert [row["名称"] for row in rows] == ["宏志小学", "置地大道", "乐山大道"]
    assert [row["宽度(m)"] for row in rows] == ["", "40", "-1.5"]
    assert [row["占地(亩)"] for row in rows] == ["45.4", "", ""]
    assert (rows[2]["单行"], rows[2]["经度(°)"]) == ("否", "")
    assert "序号" in rows[0]


def test_a_year_adds_its_status_in_words(catalog):
    status = {"status_year": 2023, "stage": "started", "flag": "delayed", "progress_pct": 40.0, "lamp": "yellow"}
    (row,) = as_csv(catalog, ("schools", ["a"], [None], [school(**status)]), year=2023)
    assert (row["填报年份"], row["阶段"], row["标记"], row["实际进度(%)"]) == ("2023", "开工", "滞后", "40")
    assert row["进度灯"] == "轻度滞后"
    (row,) = as_csv(catalog, ("schools", ["a"], [None], [school(stage="not_reported")]), year=2023)
    assert row["阶段"] == "未填报"


def test_a_water_class_reads_as_a_class(catalog):
    section = {"name": "尤河断面", "target_class": 3, "value": 6.0}
    (row,) = as_csv(catalog, ("water_sections", ["a"], [None], [section]), layers=("water_sections",), year=2023)
    assert (row["目标(类)"], row["水质类别(类)"]) == ("Ⅲ", "劣Ⅴ")


def test_demonstration_data_says_so_in_every_row(catalog):
    rows = as_csv(catalog, ("schools", ["a", "b"], [None, None], [school(), school()]), demo=True)
    assert [row["演示"] for row in rows] == ["演示数据", "演示数据"]
    book = as_book(catalog, ("schools", ["a"], [None], [school()]), demo=True)
    assert by_header(book["新建学校"])["演示"].value == "演示数据"
    assert book["说明"]["A1"].value == "演示数据"
    assert "演示" not in by_header(as_book(catalog)["新建学校"])


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_csv_becomes_a_formula_and_the_rest_is_as_it_was(catalog, text):
    (row,) = as_csv(catalog, ("schools", [text], [None], [school(name=text)]))
    written = row["名称"]
    assert written[0] not in "=+-@\t\r\n＝＋－＠"
    assert written.removeprefix("'").replace("\n", "\r" if text.startswith("\r") else "\n") in (text, text.lstrip("'"))


def test_only_texts_that_would_be_calculated_are_changed_in_csv():
    assert [guarded(text) for text in ("宏志小学", "1-2", "a=b", "'quoted'", "")] == [
        "宏志小学",
        "1-2",
        "a=b",
        "'quoted'",
        "",
    ]
    assert [guarded(text) for text in ("=1", "-1", "'=1", " =1")] == ["'=1", "'-1", "''=1", "' =1"]


@given(st.text("'= +-@ab\t\n", max_size=6))
def test_what_the_apostrophe_guards_can_be_undone(text):
    def calculated(text):
        return guarded(text) != text

    written = guarded(text)
    assert not re.match(r"\s*[=+\-@]|[\t\n]", written)
    assert (written[1:] if written[:1] == "'" and calculated(written[1:]) else written) == text


def test_xlsx_has_numbers_as_numbers_dates_as_dates_and_codes_in_words(catalog):
    book = as_book(catalog, ("schools", ["2023-1"], [SQUARE], [school(land_per_seat_m2=18.7)]))
    assert book.sheetnames == ["新建学校", "说明"]
    sheet = book["新建学校"]
    row = by_header(sheet)
    assert (row["占地(亩)"].value, row["占地(亩)"].number_format) == (45.4, "#,##0.0")
    assert (row["学位(个学位)"].value, row["学位(个学位)"].number_format) == (1620, "#,##0")
    assert (row["计划年份"].value, row["计划年份"].number_format) == (2023, "0")
    assert (row["生均用地(㎡/生)"].value, row["生均用地(㎡/生)"].number_format) == (18.7, "#,##0.0")
    assert row["计划开工"].value == datetime(2023, 1, 1)
    assert row["计划开工"].number_format == "yyyy-mm-dd"
    assert (row["学段"].value, row["位置依据"].value) == ("小学", "人工落图")
    assert row["位置误差(m)"].value is None
    assert (row["经度(°)"].value, row["经度(°)"].number_format) == (114.05, "0.0000000")
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert all(10 <= dimension.width <= 48 for dimension in sheet.column_dimensions.values())


def test_each_layer_has_its_sheet_even_without_features(catalog):
    book = as_book(
        catalog, ("roads", ["a"], [None], [{"name": "置地大道"}]), layers=("schools", "roads"), language="en"
    )
    assert book.sheetnames == ["New schools", "Roads", "说明"]
    assert (book["New schools"].max_row, book["Roads"].max_row) == (1, 2)
    assert "Land(mu)" in by_header(book["New schools"])


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_xlsx_becomes_a_formula_or_an_error(catalog, text):
    cell = by_header(as_book(catalog, ("schools", ["a"], [None], [school(name=text)]))["新建学校"])["名称"]
    assert cell.data_type in ("s", "inlineStr")
    assert cell.value.replace("_x005F_", "_") == text.replace("\r", "\n")


def test_what_xml_cannot_write_leaves_a_visible_mark(catalog):
    cell = by_header(as_book(catalog, ("schools", ["a"], [None], [school(name="a\x00b\x1fc\uffff")]))["新建学校"])[
        "名称"
    ]
    assert cell.value == "a\ufffdb\ufffdc\ufffd"
    (row,) = as_csv(catalog, ("schools", ["a"], [None], [school(name="a\x00b")]))
    assert row["名称"] == "a\ufffdb"


def test_a_text_longer_than_a_cell_ends_with_a_mark(catalog):
    cell = by_header(as_book(catalog, ("schools", ["a"], [None], [school(name="学" * 40_000)]))["新建学校"])["名称"]
    assert cell.value == "学" * 32_766 + "…"


def test_a_day_that_the_calendar_of_excel_does_not_know_is_text(catalog):
    book = as_book(catalog, ("schools", ["a"], [None], [school(planned_start="1899-12-31")]))
    assert by_header(book["新建学校"])["计划开工"].value == "1899-12-31"


def test_the_explaining_sheet_says_source_crs_accuracy_year_and_day(catalog):
    sheet = as_book(catalog, year=2023)["说明"]
    said = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert said["导出日期"] == "2026-03-01"
    assert said["年度进展"] == "截至 2023 年年底"
    assert "EPSG:4326" in said["坐标系"]
    assert "某规〔2021〕2号" in said["规划"]
    assert said["新建学校"] == "规划\n公开"
    assert {"示意位置", "实测界址", "位置误差"} <= set(said)
    assert "演示数据" not in said


def test_sheets_of_layers_with_one_title_or_a_long_one_have_different_names(catalog):
    long = "规划/分年度[新建]学校:" * 5
    layers = [
        msgspec.structs.replace(
            catalog["schools"], id=name, title=msgspec.structs.replace(catalog["schools"].title, zh=long)
        )
        for name in ("one", "two")
    ]
    chunks = xlsx_stream(catalog.zone, layers, [], Edition(), date(2026, 3, 1))
    names = openpyxl.load_workbook(io.BytesIO(b"".join(chunks))).sheetnames
    assert len(set(names)) == 3
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_a_full_sheet_goes_on_in_another(catalog, monkeypatch):
    monkeypatch.setattr("geo.exchange.workbook.MOST_ROWS", 3)
    ids = list("abcde")
    book = as_book(catalog, ("schools", ids, [None] * 5, [school() for _ in ids]))
    assert book.sheetnames == ["新建学校", "新建学校 (2)", "新建学校 (3)", "说明"]
    assert [book[name].max_row for name in book.sheetnames[:3]] == [3, 3, 2]
    assert by_header(book["新建学校 (3)"])["编号"].value == "e"


def test_titles_cannot_become_formulas_either(catalog):
    schools = catalog["schools"]
    spoilt = msgspec.structs.replace(schools, title=msgspec.structs.replace(schools.title, zh="=1+1"))
    text = b"".join(csv_stream([spoilt], [("schools", ["a"], [None], [school()])], Edition())).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("'=1+1,a,")
    chunks = xlsx_stream(catalog.zone, [spoilt], [], Edition(), date(2026, 3, 1))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(chunks)))["说明"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


def test_two_fields_with_one_title_keep_apart(catalog):
    headers = [column.header for column in columns_of(catalog["schools"], Edition(year=2023, demo=True))]
    assert len(set(headers)) == len(headers)


def test_a_workbook_is_a_sound_zip(catalog):
    chunks = xlsx_stream(catalog.zone, [catalog["schools"]], [], Edition(), date(2026, 3, 1))
    assert zipfile.ZipFile(io.BytesIO(b"".join(chunks))).testzip() is None
