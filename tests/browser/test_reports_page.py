"""A planner chooses a report, sees that it is being made, and has it."""

import io

import openpyxl
from playwright.sync_api import expect

from tests.browser.settling import held


def test_a_report_is_made_and_handed_over(open_page, address):
    page = open_page(f"{address}/reports")
    page.get_by_test_id("kind-midterm").check()
    expect(page.get_by_test_id("report-year")).to_have_value("2023")
    page.get_by_test_id("format-xlsx").check()
    with page.expect_download() as waiting, held(page, "**/reports/file?*"):
        page.get_by_test_id("make").click()
        expect(page.get_by_test_id("report-state")).to_contain_text("正在生成")
    assert waiting.value.suggested_filename.startswith("规划一张图-中期评估报告-2023年")
    assert "主要指标完成情况" in openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes())).sheetnames
    expect(page.get_by_test_id("report-state")).to_contain_text("已生成")


def test_what_cannot_be_made_is_said_in_words(open_page, address):
    page = open_page(f"{address}/reports?layer=schools", refused=f"{address}/reports/file")
    page.evaluate("document.querySelector('[name=layer][value=schools]').value = 'nothing'")
    page.get_by_test_id("make").click()
    expect(page.get_by_test_id("report-state")).to_contain_text("没有名为“nothing”的图层")


def test_the_map_pages_export_gives_a_picture_of_the_view(open_map):
    opened = open_map("?year=2023&layers=schools")
    opened.page.get_by_test_id("export").click()
    with opened.page.expect_download() as waiting:
        opened.page.get_by_test_id("export-picture").click()
    assert waiting.value.suggested_filename.endswith(".png") and "视野" in waiting.value.suggested_filename
