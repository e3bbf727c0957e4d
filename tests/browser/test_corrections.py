"""A reader reports an error from the map, an editor accepts it, the record's page says so."""

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage
from tests.browser.office import sign_in
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_accounts import fits
from tests.browser.test_language import leftovers

RECORD = "schools/2021-2"


@pytest.mark.parametrize(("language", "size"), [("zh", "desktop"), ("en", "phone")])
def test_a_reader_reports_and_an_editor_accepts(open_page, office_address, language, size):
    text, said = f"{language}: 1,350 → 1,360", f"{language} 42"
    reader = open_page(f"{office_address}/language/{language}?next=/?feature={RECORD}", size)
    MapPage(reader)
    reader.get_by_test_id("report-error").click()
    form = reader.get_by_test_id("correction-form")
    expect(form.locator(".trap")).to_have_css("width", "1px")  # once the styles are there
    form.locator("[value=figures]").check()
    form.locator("[name=text]").fill(text)
    assert grave_faults(reader) == []
    assert fits(reader)
    reader.get_by_test_id("send-correction").click()
    expect(reader.get_by_test_id("received")).to_be_visible()
    assert grave_faults(reader) == []

    editor = open_page(f"{office_address}/language/{language}?next=/accounts/sign-in?next=/export", size)
    sign_in(editor, "editor")
    editor.get_by_test_id("account-button").click()
    expect(editor.get_by_test_id("inbox")).to_contain_text("1")
    editor.get_by_test_id("inbox").click()
    report = editor.locator(".correction", has_text=text)
    report.locator("[name=answer]").fill(said)
    assert grave_faults(editor) == []
    assert fits(editor)
    if language == "en":
        assert leftovers(editor, ["驻马店经济开发区金雀路小学"]) == set()
    report.get_by_test_id("accept").click()
    expect(editor.get_by_test_id("done")).to_be_visible()
    editor.get_by_test_id("handled").click()
    expect(editor.locator(".correction", has_text=text)).to_contain_text(said)

    reader.goto(f"{office_address}/features/{RECORD}")
    expect(reader.get_by_test_id("outcomes")).to_contain_text(text)
    expect(reader.get_by_test_id("outcomes")).to_contain_text(said)
    assert grave_faults(reader) == []
    assert fits(reader)
