"""An editor fills in the year's ledger in Excel and sees the lamp change; an admin closes the year."""

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage
from tests.browser.office import make_office, sign_in
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_accounts import fits
from tests.browser.test_language import leftovers

SCHOOL = "schools/2023-1"


@pytest.fixture(scope="module")
def office_address(tmp_path_factory, serve):
    """A server with an editor and an admin."""
    store = tmp_path_factory.mktemp("office") / "plan.gpkg"
    make_office(store, editor="editor", admin="admin")
    with serve(store, SEAL_KEY=str(store.with_name("seal.pem"))) as server:
        yield server.address


def export(page, path):
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
    download.value.save_as(path)
    return openpyxl.load_workbook(path)


def put(book, feature_id, **by_header):
    sheet = book["新建学校"]
    headers = {cell.value.partition("(")[0]: cell.column for cell in sheet[1]}
    number = next(row[1].row for row in sheet.iter_rows() if row[1].value == feature_id)
    for header, value in by_header.items():
        sheet.cell(number, headers[header]).value = value


def hand_in(page, book, path):
    book.save(path)
    page.get_by_test_id("file").set_input_files(path)
    page.get_by_test_id("preview").click()
    expect(page.get_by_test_id("ledger-preview")).to_be_visible()


def test_a_ledger_is_filled_in_and_the_lamp_changes(open_page, office_address, tmp_path):
    page = open_page(
        f"{office_address}/accounts/sign-in?next=/features/{SCHOOL}?year=2023", refused=f"{office_address}/ledger"
    )
    sign_in(page, "editor")
    expect(page.get_by_test_id("status-2023").locator("svg")).to_have_class("lamp lamp-grey")
    page.get_by_test_id("report").click()
    page.get_by_test_id("to-ledger").click()
    expect(page.get_by_test_id("export")).to_be_visible()
    assert grave_faults(page) == [] and fits(page)

    book = export(page, tmp_path / "ledger.xlsx")
    put(book, "2023-1", 年底阶段="开工", 形象进度="四十")
    hand_in(page, book, tmp_path / "wrong.xlsx")
    expect(page.get_by_test_id("fault")).to_have_count(1)
    expect(page.get_by_test_id("fault")).to_contain_text("“四十”")
    expect(page.get_by_test_id("write")).to_have_count(0)
    assert grave_faults(page) == [] and fits(page)

    put(book, "2023-1", 形象进度="９５％")
    page.get_by_test_id("again").click()
    hand_in(page, book, tmp_path / "right.xlsx")
    expect(page.get_by_test_id("change")).to_contain_text("95")
    assert grave_faults(page) == [] and fits(page)
    page.get_by_test_id("write").click()
    expect(page.get_by_test_id("change-set")).to_be_visible()
    assert grave_faults(page) == [] and fits(page)

    page.goto(f"{office_address}/?feature={SCHOOL}&year=2023")
    MapPage(page)
    expect(page.get_by_test_id("status-2023").locator("svg.lamp")).to_have_class("lamp lamp-green")
    mark = page.get_by_test_id("says-seats")
    mark.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(mark).to_contain_text("程序")
    expect(mark.locator("a")).to_have_attribute("href", "/journal?layer=schools&feature=2023-1#entry-6")
    assert grave_faults(page) == []


def test_on_a_phone_in_english_and_a_year_is_closed(open_page, office_address, tmp_path):
    page = open_page(f"{office_address}/language/en?next=/accounts/sign-in?next=/ledger?year=2022", "phone")
    sign_in(page, "admin")
    book = export(page, tmp_path / "ledger.xlsx")
    put(book, "2022-1", 年底阶段="竣工", 形象进度=1, 标记="正常", 说明="按期")
    put(book, "2022-2", 年底阶段="开工", 形象进度=0.5)
    put(book, "2022-1", 形象进度=100)
    hand_in(page, book, tmp_path / "filled.xlsx")
    expect(page.get_by_test_id("count-reported")).to_have_text("2")
    expect(page.get_by_test_id("doubt")).to_have_count(1)
    assert grave_faults(page) == [] and fits(page)
    page.get_by_test_id("write").click()

    page.get_by_test_id("sealable").locator("a[href$='/2022']").click()
    expect(page.get_by_test_id("sealing")).to_be_visible()
    assert leftovers(page, []) == set()
    assert grave_faults(page) == [] and fits(page)
    page.get_by_test_id("sure").check()
    page.get_by_test_id("seal").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    assert grave_faults(page) == [] and fits(page)

    page.goto(f"{office_address}/features/{SCHOOL}")
    mark = page.locator(".facts .says").first
    mark.locator("summary").tap()
    expect(mark.locator("p")).to_be_visible()
    assert grave_faults(page) == [] and fits(page)
