"""The monitoring page in a browser: charts draw their tables, figures lead to their rows, two maps move as one."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import grave_faults

MEASURES = ("schools", "seats", "investment", "floor_area")


@pytest.fixture
def monitoring(open_page, demo_address):
    def open_(path: str = "", size: str = "desktop"):
        page = open_page(f"{demo_address}/monitoring{path}", size)
        page.wait_for_selector("body[data-ready=true]")
        return page

    return open_


def chart_data(page, name: str) -> dict:
    """What a chart draws, by series, as the chart itself says."""
    return page.evaluate(
        "name => Object.fromEntries(echarts.getInstanceByDom(document.querySelector(`[data-testid=chart-${name}]`))"
        ".getOption().series.map((series) => [series.id, series.data]))",
        name,
    )


def table_data(page, selector: str) -> dict:
    """What the table beside it says in its cells, in the reader's words."""
    return page.evaluate(
        """selector => {
          const table = document.querySelector(selector);
          const heads = [...table.tHead.rows[0].cells];
          const read = (text) => (/[0-9]/.test(text) ? Number(text.replaceAll(",", "")) : null);
          return Object.fromEntries(heads.map((head, i) => [head.dataset.series, i]).filter(([name]) => name)
            .map(([name, i]) => [name, [...table.tBodies[0].rows].map((row) => read(row.cells[i].innerText))]));
        }""",
        selector,
    )


def test_every_chart_is_drawn_and_equals_the_table_beside_it(monitoring):
    page = monitoring("?year=2023")
    for name in MEASURES:
        drawn = chart_data(page, name)
        assert drawn == table_data(page, f"#table-{name}"), name
        assert len(drawn["planned"]) == 5
    assert chart_data(page, "lamps") == table_data(page, "#lamps-by-year")
    expect(page.locator(".chart canvas")).to_have_count(5)


def test_a_filter_asks_at_once_and_a_figure_leads_to_its_rows(monitoring):
    page = monitoring("?year=2023")
    page.get_by_test_id("filter-layer").select_option("schools")
    page.wait_for_url("**layer=schools**")
    assert "township" not in page.url
    planned = page.locator("#table-seats tbody tr").nth(2).locator("td a").first
    expect(planned).to_have_text("2,700")
    planned.click()
    expect(page.get_by_test_id("total")).to_have_text("2,700 个学位")
    expect(page.get_by_test_id("row")).to_have_count(2)
    page.get_by_test_id("row").first.get_by_role("link").click()
    expect(page.get_by_test_id("feature-page")).to_be_visible()


def test_a_bar_leads_to_the_same_rows_as_its_figure(monitoring):
    page = monitoring("?year=2023&layer=schools")
    place = page.evaluate(
        """() => {
          const node = document.querySelector("[data-testid=chart-seats]");
          node.scrollIntoView({ block: "center", behavior: "instant" });
          const chart = echarts.getInstanceByDom(node);
          const [x, y] = chart.convertToPixel({ gridIndex: 0 }, ["2021", 2000]);
          const { left, top } = node.getBoundingClientRect();
          return [left + x - 12, top + y];
        }"""
    )
    page.mouse.click(*place)
    page.wait_for_url("**/monitoring/rows?**figure=seats.planned**")
    expect(page.get_by_test_id("total")).to_have_text("4,230 个学位")


def test_two_maps_show_their_years_and_move_together(monitoring):
    page = monitoring("/compare?left=2022&right=2024&layer=schools")
    for frame in ("#frame-left", "#frame-right"):
        expect(page.locator(f'{frame} path[data-key="schools/2023-1"]')).to_have_count(1)
    before = page.locator("#frame-right .leaflet-control-scale-line").inner_text()
    page.locator("#frame-left").get_by_role("button", name="放大").click()
    expect(page.locator("#frame-right .leaflet-control-scale-line")).not_to_have_text(before)
    expect(page.locator("#frame-left .leaflet-control-scale-line")).to_have_text(
        page.locator("#frame-right .leaflet-control-scale-line").inner_text()
    )
    page.locator('#frame-left path[data-key="schools/2023-1"]').focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("chosen")).to_contain_text("2022 年")
    expect(page.get_by_test_id("chosen")).to_contain_text("2024 年")


def test_why_a_lamp_is_lit_stands_in_the_maps_details_with_the_way_to_the_rule(open_page, demo_address):
    page = open_page(f"{demo_address}/?year=2023&feature=schools/2023-1")
    page.get_by_test_id("why-2023").locator("summary").click()
    expect(page.get_by_test_id("why-2023")).to_contain_text("到年底计划 100%")
    page.get_by_test_id("lamp-rule").click()
    expect(page.get_by_test_id("rule-page")).to_be_visible()


@pytest.mark.parametrize(("size", "language"), [("desktop", "zh"), ("phone", "en")])
def test_axe_finds_no_serious_fault_and_no_page_is_wider_than_its_window(open_page, demo_address, size, language):
    page = open_page(f"{demo_address}/export", size)
    for path in ("monitoring?year=2023", "monitoring/rule", "monitoring/compare", "monitoring/rows?figure=behind"):
        page.goto(f"{demo_address}/language/{language}?next=/{path.replace('?', '%3F')}")
        assert grave_faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
