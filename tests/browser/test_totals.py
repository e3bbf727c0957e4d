"""What is added up: the whole plan, what is known to lie somewhere, what is only drawn there; never two together."""

from playwright.sync_api import expect

SEATS, SCHOOLS = "15,750 个学位", "11 项"


def test_the_whole_plan_is_told_at_once_and_a_view_adds_nothing_that_is_only_drawn(open_map):
    """55 places of the plan, 6 of them known; the seats of all 11 schools are those of the plan, 七(二)1."""
    page = open_map()
    page.expect_totals("all", count="55 项", seats=SEATS, land_area_mu="1,914.93 亩", investment_cny_10k="276.5 亿元")
    page.expect_totals("known", count="6 项", seats="9,360 个学位")
    page.expect_totals("schematic", count="49 项", seats="6,390 个学位")  # 15 750 - 9 360
    expect(page.by("totals").locator("tbody tr").first).to_have_attribute("data-row", "all")
    expect(page.by("totals")).to_contain_text("不落图的另有 67 项")  # 47 targets, 20 indicators


def test_a_view_changes_its_own_row_only(open_map):
    page = open_map("?layers=schools&at=32.99436,113.99437,17")
    page.expect_totals("all", count=SCHOOLS, seats=SEATS)
    page.expect_totals("known", count="1 项", seats="1,350 个学位")
    page.expect_totals("schematic", count="0 项")
    page.by("switch-schematic").click()
    expect(page.by("totals").locator("[data-row=schematic]")).to_have_count(0)
    page.expect_totals("all", count=SCHOOLS, seats=SEATS)
    page.expect_totals("known", count="1 项")


def test_figures_that_the_plan_does_not_state_are_counted_as_missing(open_map):
    """Investments of the four logistics parks, 四(一) box: 18.5, 3.5 and 3 亿元; 恒兴 states none."""
    page = open_map("?layers=logistics_parks")
    page.expect_totals("all", count="4 项", investment_cny_10k="25 亿元")
    note = page.by("totals").locator(".totals-note")
    expect(note).to_contain_text("计划投资缺 1 项")
    page.by("layer-schools").click()
    expect(note).to_contain_text("计划投资缺 1 项")  # no school lacks it


def test_what_has_no_place_is_counted_where_nothing_else_is_looked_at(open_map):
    page = open_map("?layers=indicators")
    page.expect_totals("all", count="20 项")
    expect(page.by("totals").locator("tbody tr")).to_have_count(1)


def test_one_layer_alone_takes_one_step_and_all_of_them_one_more(open_map):
    page = open_map()
    page.by("only-schools").click()
    page.expect_totals("all", count=SCHOOLS)
    assert page.query["layers"] == ["schools"]
    page.by("only-schools").click()
    page.expect_totals("all", count="55 项")
    assert "layers" not in page.query
    page.by("layer-villages").dblclick()
    page.expect_totals("all", count="24 项")
    assert page.query["layers"] == ["villages"]
    page.by("all-layers").click()
    page.expect_totals("all", count="55 项")
    page.by("all-layers").click()
    expect(page.by("list-hint")).to_contain_text("没有选中图层")


def test_the_chip_of_a_layer_that_is_off_counts_under_the_filters_too(open_map):
    page = open_map("?layers=villages&plan_year=2023")
    expect(page.by("layer-schools")).to_have_text("新建学校2")
    expect(page.by("layer-logistics_parks")).to_have_text("物流园区0")
    page.by("clear-filters").click()
    expect(page.by("layer-schools")).to_have_text("新建学校11")


def test_indicators_stand_in_the_order_of_the_plans_table(open_map):
    page = open_map("?layers=indicators")
    page.by("more-indicators").click()
    expect(page.by("item")).to_have_count(20)
    assert page.listed() == [f"indicators/{row}" for row in range(1, 21)]
