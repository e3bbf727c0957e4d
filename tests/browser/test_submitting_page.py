"""A planner checks parcels, sees each finding on the map, and takes the package."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.settling import held

LOCATED = "layer=schools&basis=located"


def test_findings_and_map_are_in_step(open_page, address):
    page = open_page(f"{address}/submit?{LOCATED}")
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    expect(page.get_by_test_id("summary")).to_have_text("6 个地块，15 处问题，5 个要素不报送。")
    expect(page.get_by_test_id("lines")).to_contain_text("未载入，未核查")
    finding = page.get_by_test_id("findings").locator("button").nth(2)
    finding.click()
    expect(finding).to_have_attribute("aria-pressed", "true")
    marks = page.locator(".leaflet-found-pane path")
    expect(marks).to_have_count(12)
    marks.nth(0).dispatch_event("click")
    expect(page.get_by_test_id("findings").locator("button").nth(0)).to_have_attribute("aria-pressed", "true")
    expect(finding).to_have_attribute("aria-pressed", "false")
    unplaced = page.get_by_test_id("findings").locator("button").filter(has_text="没有载入")
    expect(unplaced.first).to_be_disabled()


def test_the_package_is_made_and_handed_over(open_page, address):
    page = open_page(f"{address}/submit?{LOCATED}")
    with page.expect_download() as waiting, held(page, "**/submit/file?*"):
        page.get_by_test_id("package").click()
        expect(page.get_by_test_id("package-state")).to_contain_text("正在生成")
    assert waiting.value.suggested_filename.startswith("规划一张图-报送包-")
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert len(json.loads(archive.read("manifest.json"))["parcels"]) == 6
    expect(page.get_by_test_id("package-state")).to_contain_text("已生成")


def test_what_cannot_be_submitted_is_said_in_words(open_page, address):
    page = open_page(f"{address}/submit?layer=schools", refused=f"{address}/submit/file")
    page.get_by_test_id("package").click()
    expect(page.get_by_test_id("package-state")).to_contain_text("没有可报送的地块：要求的是实测界址")


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_wider_than_the_screen(open_page, address, width):
    page = open_page(f"{address}/submit?{LOCATED}")
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
