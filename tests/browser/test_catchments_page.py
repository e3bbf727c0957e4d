"""The page of catchments as a planner uses it: a question, the table, a click on the map, a scenario, a comparison."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import sign_in


def opened(open_page, address, size="desktop", **given):
    page = open_page(address, size, **given)
    page.wait_for_selector("body[data-ready]")
    return page


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_question_changes_table_map_and_address(open_page, demo_address, size):
    page = opened(open_page, f"{demo_address}/catchments", size)
    rows = page.get_by_test_id("schools").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(page.get_by_test_id("remarks").first).to_contain_text("道路中心线误差")
    expect(page.get_by_test_id("sketch")).to_have_text("示意道路")
    page.get_by_text("初中", exact=True).click()
    expect(rows).to_have_count(2)
    page.get_by_text("按学位", exact=True).click()
    expect(page.get_by_test_id("shortages")).to_contain_text("个学位")
    assert "level=junior" in page.url and "method=capacity" in page.url
    expect(page.locator(".leaflet-catchments-pane path").nth(1)).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_click_on_the_map_says_which_school_it_is_and_the_link_keeps_it(open_page, demo_address):
    page = opened(open_page, f"{demo_address}/catchments")
    page.locator(".folium-map").click(position={"x": 420, "y": 380})
    why = page.get_by_test_id("why")
    expect(why).to_contain_text("沿道路步行")
    words = why.inner_text()
    again = opened(open_page, page.url)
    expect(again.get_by_test_id("why")).to_have_text(why.text_content())
    assert re.search(
        r"沿道路步行\s+(\d+00 m|\d+(\.\d)? km|不到 100 m)\n", words
    )  # no finer than roads that are 500 m off
    assert "第 2 选择" in words and "途经" in words and "2025 年 · 就近" in words
    expect(again.locator(".leaflet-asked-pane path")).to_have_count(3)


def test_a_typed_place_a_school_with_its_places_and_a_place_that_is_fixed(open_page, demo_address):
    page = opened(open_page, f"{demo_address}/catchments?method=capacity&year=2025")
    page.get_by_test_id("place").fill("演示小区20")
    page.get_by_text("查学校").click()
    why = page.get_by_test_id("why")
    expect(why).to_contain_text("演示小区20")
    why.get_by_text("看这所学校的范围").click()
    places = page.get_by_test_id("places")
    expect(places.locator("li").first).to_contain_text("人")
    places.get_by_text("不去此校").first.click()
    expect(page.get_by_test_id("wishes").locator("li")).to_have_count(1)
    assert "ban=demo-" in page.url
    page.get_by_test_id("wishes").get_by_role("button").click()
    expect(page.get_by_test_id("wishes")).to_be_hidden()


def test_two_years_are_compared_and_a_long_search_can_be_cancelled(open_page, demo_address):
    page = opened(open_page, f"{demo_address}/catchments?year=2025")
    page.get_by_test_id("compare-with").select_option("year:2023")
    expect(page.get_by_test_id("moves")).to_contain_text("换校")
    expect(page.get_by_test_id("compare-table").locator("tbody tr")).to_have_count(10)
    figures = page.get_by_test_id("figures").inner_text()
    page.evaluate("document.getElementById('more').open = true")
    page.get_by_text("按学位", exact=True).click()
    expect(page.get_by_test_id("shortages")).to_be_visible()
    by_seats = page.get_by_test_id("figures").inner_text()
    assert by_seats != figures
    page.locator("#whole").check()
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("work")).to_be_hidden()
    expect(page.get_by_test_id("figures")).to_have_text(page.get_by_test_id("figures").text_content())
    assert page.get_by_test_id("figures").inner_text() == by_seats


def test_without_homes_the_plan_alone_is_shown(open_page, address):
    page = opened(open_page, f"{address}/catchments?method=capacity")
    expect(page.get_by_test_id("remarks")).to_contain_text("没有学龄人口的资料")
    page.get_by_text("就近", exact=True).click()
    expect(page.get_by_test_id("remarks")).to_contain_text("导入居住区")
    page.get_by_role("button", name="B-01小学").click()
    expect(page.locator("tr.is-selected")).to_have_count(1)
    expect(page.get_by_test_id("places")).to_contain_text("没有居住区")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_an_editor_keeps_a_scenario_calls_it_otherwise_and_removes_it(open_page, office_address, size):
    page = open_page(f"{office_address}/accounts/sign-in?next=/catchments", size)
    sign_in(page, "editor")
    page.wait_for_selector("body[data-ready]")
    page.get_by_test_id("scenario-name").fill(f"现状 {size}")
    page.get_by_test_id("keep").click()
    kept = page.get_by_test_id("scenario-list")
    expect(kept).to_contain_text(f"现状 {size}")
    page.get_by_test_id("rename").click()
    page.get_by_test_id("new-name").fill(f"新名 {size}")
    page.get_by_text("改好").click()
    expect(kept).to_contain_text(f"新名 {size}")
    page.get_by_test_id("remove").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_test_id("remove-yes").click()
    expect(page.get_by_test_id("comparing")).to_contain_text("还没有保存的方案")
