"""The page of catchments as a planner uses it: level, method and year, the table, and a click on the map."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_question_changes_table_map_and_address(open_page, demo_address, size):
    page = open_page(f"{demo_address}/catchments", size)
    page.wait_for_selector("body[data-ready]")
    rows = page.get_by_test_id("schools").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(page.get_by_test_id("remarks").first).to_contain_text("道路中心线误差")
    page.get_by_text("初中", exact=True).click()
    expect(rows).to_have_count(2)
    page.get_by_text("按学位", exact=True).click()
    expect(page.get_by_test_id("shortages")).to_contain_text("个学位")
    assert "level=junior" in page.url and "method=capacity" in page.url
    assert page.locator(".leaflet-catchments-pane path").count() >= 2
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_click_on_the_map_says_which_school_it_is_and_the_link_keeps_it(open_page, demo_address):
    page = open_page(f"{demo_address}/catchments")
    page.wait_for_selector("body[data-ready]")
    page.locator(".folium-map").click(position={"x": 420, "y": 380})
    why = page.get_by_test_id("why")
    expect(why).to_contain_text("沿道路步行")
    words = why.inner_text()
    again = open_page(page.url)
    expect(again.get_by_test_id("why")).to_have_text(why.text_content())
    assert "第 2 选择" in words and "途经" in words
    assert again.locator(".leaflet-asked-pane path").count() == 3


def test_without_homes_the_plan_alone_is_shown(open_page, address):
    page = open_page(f"{address}/catchments?method=capacity", refused=f"{address}/catchments/result")
    page.wait_for_selector("body[data-ready]")
    expect(page.get_by_test_id("remarks")).to_contain_text("没有学龄人口的资料")
    page.get_by_text("就近", exact=True).click()
    expect(page.get_by_test_id("remarks")).to_contain_text("导入居住区")
    page.get_by_role("button", name="B-01小学").click()
    expect(page.locator("tr.is-selected")).to_have_count(1)
