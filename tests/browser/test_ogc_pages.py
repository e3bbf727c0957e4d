"""The pages of the OGC API in a browser: negotiated by what it accepts, walked through by their links."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import grave_faults


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_the_entrance_to_a_feature_and_back_to_json(open_page, address, size):
    page = open_page(f"{address}/ogc", size)
    assert grave_faults(page) == []
    page.get_by_test_id("to-collections").click()
    page.locator("[data-testid=collection] h2 a").first.click()
    page.get_by_test_id("to-items").click()
    page.wait_for_selector("body[data-ready=true]")
    assert grave_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    expect(page.get_by_test_id("item")).to_have_count(10)
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("item")).to_have_count(1)
    page.get_by_test_id("prev").click()
    expect(page.get_by_test_id("item")).to_have_count(10)
    page.get_by_role("link", name="2021-1", exact=True).click()
    expect(page.get_by_test_id("to-feature")).to_be_visible()
    with page.expect_response("**/items/*f=json") as answer:
        page.get_by_test_id("as-json").click()
    assert answer.value.headers["content-type"] == "application/geo+json"


def test_a_shape_on_the_map_leads_to_its_feature(open_page, address):
    page = open_page(f"{address}/ogc/collections/schools/items/2023-1")
    page.wait_for_selector("body[data-ready=true]")
    page.goto(f"{address}/ogc/collections/schools/items?plan_year=2023&q=宏志")
    page.wait_for_selector("body[data-ready=true]")
    frame = page.locator(".map-frame").bounding_box()
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    expect(page).to_have_url(f"{address}/ogc/collections/schools/items/2023-1")


def test_the_description_is_read_without_anything_from_elsewhere(open_page, address):
    page = open_page(f"{address}/ogc/api", "phone")
    page.get_by_text("/collections/schools/items", exact=True).click()
    expect(page.locator("details[open]").get_by_text("bbox-crs", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert grave_faults(page) == []
