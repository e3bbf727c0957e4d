"""A planner reports a year with a photo, sees the lamp change, and goes back to the day before."""

import struct
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage
from tests.browser.office import add_accounts, sign_in
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_accounts import fits

SCHOOL = "schools/2023-1"
BEFORE = datetime.now(UTC) - timedelta(days=3)


@pytest.fixture(scope="module")
def office_address(tmp_path_factory, serve):
    """A server whose store was made three days ago, by the clock of its journal."""
    store = tmp_path_factory.mktemp("office") / "plan.gpkg"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo.store.journal.now", lambda: BEFORE.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        add_accounts(store, editor="editor")
    with serve(store, AS_OF_DIR=str(store.with_name("as_of"))) as server:
        yield server.address


def photo():
    """A grey PNG of one pixel."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\x80")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def lamp_of(page):
    return page.get_by_test_id("status-2023").locator("svg.lamp")


def test_a_year_is_reported_with_a_photo_and_the_day_before_is_still_there(open_page, office_address):
    page = signed_in(open_page, office_address, "desktop")
    expect(lamp_of(page)).to_have_class("lamp lamp-grey")
    page.get_by_test_id("report-2023").click()
    page.locator("#stage").select_option("started")
    page.locator("#progress_pct").fill("35")
    page.context.clear_cookies()  # the session ended while the form was filled in
    page.get_by_test_id("save").click()
    sign_in(page, "editor")
    expect(page.get_by_test_id("draft-kept")).to_be_visible()
    expect(page.locator("#stage")).to_have_value("started")
    expect(page.locator("#progress_pct")).to_have_value("35")
    page.locator("#evidence").set_input_files({"name": "工地.png", "mimeType": "image/png", "buffer": photo()})
    assert grave_faults(page) == [] and fits(page)
    page.get_by_test_id("save").click()
    expect(lamp_of(page)).to_have_class("lamp lamp-red")
    look_back(page, office_address)
    look_back(signed_in(open_page, office_address, "phone"), office_address)


def signed_in(open_page, office_address, size):
    page = open_page(f"{office_address}/accounts/sign-in?next=/?feature={SCHOOL}%26year=2023", size)
    sign_in(page, "editor")
    expect(page.get_by_test_id("account-button")).to_be_visible()
    return page


def look_back(page, office_address):
    """The lamp on the map, the history of the feature, and the page and the map as of a day before the report."""
    page.goto(f"{office_address}/?feature={SCHOOL}&year=2023")
    MapPage(page)
    expect(lamp_of(page)).to_have_class("lamp lamp-red")

    page.goto(f"{office_address}/features/{SCHOOL}?year=2023")
    page.get_by_test_id("history").click()
    expect(page.get_by_test_id("entry").first).to_contain_text("填报 2023")
    expect(page.get_by_test_id("entry").first).to_contain_text("editor")
    assert grave_faults(page) == [] and fits(page)
    yesterday = (BEFORE + timedelta(days=1)).date().isoformat()
    page.get_by_test_id("go-back").locator("[name=as_of]").fill(yesterday)
    page.get_by_test_id("go-back").locator("button").click()
    expect(page.get_by_test_id("past-strip")).to_contain_text(yesterday)
    expect(lamp_of(page)).to_have_class("lamp lamp-grey")
    page.goto(f"{office_address}/?feature={SCHOOL}&year=2023&as_of={yesterday}")
    MapPage(page)
    expect(page.get_by_test_id("past-strip")).to_contain_text(yesterday)
    expect(lamp_of(page)).to_have_class("lamp lamp-grey")
    page.goto(f"{office_address}/features/{SCHOOL}?year=2023&as_of={yesterday}")
    page.get_by_test_id("past-strip").locator("a").click()
    expect(lamp_of(page)).to_have_class("lamp lamp-red")
