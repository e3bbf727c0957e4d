"""A link that asks what has no answer shows no data, says why and leads out; a small mistake is put right aloud."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

CROSSING_ITSELF = "POLYGON((114 33, 114.1 33.1, 114.1 33, 114 33.1, 114 33))"
WHOLE_PLAN = "55 项"


def expect_no_data(page) -> None:
    expect(page.by("fault")).to_be_visible()
    expect(page.by("item")).to_have_count(0)
    expect(page.by("totals").locator("[data-field]")).to_have_count(0)
    expect(page.page.locator("path[data-key]")).to_have_count(0)
    expect(page.by("panel").get_by_test_id("export")).to_be_disabled()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("within=schools/2023-1&buffer_m=-5", "缓冲距离应大于 0 且不超过 100,000 m，链接里是“-5”"),
        ("within=schools/2023-1&buffer_m=far", "链接里是“far”"),
        ("within=schools/2023-1&buffer_m=200000", "链接里是“200000”"),
        (f"within={quote(CROSSING_ITSELF)}", "圈选范围无效"),
        ("within=nonsense", "圈选范围"),
        ("within=schools/1999-9", "1999-9"),
    ],
)
def test_a_wrong_area_shows_no_data_and_can_be_cleared(open_map, address, query, words):
    page = open_map(f"?{query}", refused=f"{address}/ogc/")
    expect(page.by("fault")).to_contain_text(words)
    expect_no_data(page)
    expect(page.by("selection-bar")).to_be_hidden()
    page.by("fault-clear-area").click()
    page.expect_totals(count=WHOLE_PLAN)
    expect(page.by("fault")).to_have_count(0)
    assert not {"within", "buffer_m"} & set(page.query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("plan_yaer=2023", "筛选条件“plan_yaer”不认识"),
        ("plan_year=soon", "soon"),
        ("investment_cny_10k=a/b", "investment_cny_10k"),
    ],
)
def test_a_wrong_filter_shows_no_data_and_can_be_cleared(open_map, address, query, words):
    page = open_map(f"?{query}", refused=f"{address}/ogc/")
    expect(page.by("fault")).to_contain_text(words)
    expect_no_data(page)
    page.by("fault-clear-filters").click()
    page.expect_totals(count=WHOLE_PLAN)


def test_a_server_that_does_not_answer_leaves_no_figures_of_another_question(open_map, address):
    page = open_map("?layers=schools", refused=f"{address}/ogc/")
    page.expect_totals(count="11 项")
    page.page.route("**/ogc/collections/**", lambda route: route.abort())
    page.by("year-2021").click()
    expect(page.by("fault")).to_contain_text("连不上服务器")
    expect_no_data(page)
    page.page.unroute("**/ogc/collections/**")
    page.by("fault-retry").click()
    page.expect_totals(count="11 项")
    assert page.query["year"] == ["2021"]


@pytest.mark.parametrize("year", ["1999", "soon"])
def test_a_year_outside_the_plan_is_put_right_aloud(open_map, open_page, address, year):
    page = open_map(f"?year={year}&layers=schools")
    expect(page.by("notice-failed")).to_contain_text(f"“{year}”不在规划期 2021–2025 年，已改为 2025 年")
    expect(page.page.locator("input[name=year]:checked")).to_have_value("2025")
    feature = open_page(f"{address}/features/schools/2023-1?year={year}")
    expect(feature.get_by_test_id("correction")).to_contain_text("已改为 2025 年")
    catchments = open_page(f"{address}/catchments?year={year}")
    expect(catchments.get_by_test_id("notice-failed")).to_contain_text("已改为 2025 年")
    expect(catchments.get_by_test_id("year")).to_have_value("2025")


def test_a_layer_that_is_not_there_is_left_out_aloud(open_map):
    page = open_map("?layers=schools,schols")
    expect(page.by("notice-failed")).to_contain_text("图层“schols”不存在")
    page.expect_totals(count="11 项")


def test_a_choice_that_catchments_do_not_offer_is_told(open_page, address):
    page = open_page(f"{address}/catchments?level=senior")
    expect(page.get_by_test_id("notice-failed")).to_contain_text("“senior”不认识，已略去")
    expect(page.locator("input[name=level]:checked")).to_have_value("primary")


def test_a_feature_that_is_not_there_is_told(open_map):
    page = open_map("?feature=schols/2023-1")
    expect(page.by("notice-failed")).to_contain_text("要素“schols/2023-1”不存在")
    page.expect_totals(count=WHOLE_PLAN)


def test_without_any_layer_the_list_has_words_and_nothing_stray(open_map):
    listed = open_map("?layers=schols").by("list")
    expect(listed).to_contain_text("没有选中图层")
    assert listed.evaluate("node => [...node.childNodes].every(child => child.nodeType === Node.ELEMENT_NODE)")


def test_what_other_programs_hang_on_a_link_says_nothing(open_map):
    open_map("?layers=schools&utm_source=mail&from=groupmessage").expect_totals(count="11 项")


def test_the_buffer_tool_takes_no_distance_that_is_none(open_map):
    page = open_map("?layers=schools&at=33.04,114.015,14")
    page.start("select", "buffer")
    page.by("buffer-distance").fill("-5")
    page.click_at(114.0125, 33.0365)
    expect(page.by("notice")).to_contain_text("缓冲距离应大于 0")
    expect(page.by("tool-card")).to_be_visible()
    assert "within" not in page.query
    page.by("buffer-distance").fill("500")
    page.click_at(114.0125, 33.0365)
    expect(page.by("selection-bar")).to_contain_text("周边 500 m")
