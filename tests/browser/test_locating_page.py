"""What a planner does with a plan's text: paste, correct, adopt, find it on the map, take it back, place by hand."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.better_roads import better_roads
from tests.browser.map_page import MapPage
from tests.browser.office import PASSWORD, make_office
from tests.browser.settling import held, settle
from tests.browser.test_accessibility import grave_faults

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "tests" / "data" / "plans" / "new_district.txt").read_text(encoding="utf-8").splitlines()
PARAGRAPHS = "\n".join(LINES[33:36])
"""2022年新建2所学校, and the two schools."""

PROPOSALS = "**/locating/propose"
CORNER = "盘龙山路与开源大道交叉口东北侧"
KNOWN = "(1)驻马店经济开发区宏志小学：位于乐山大道与古槐路交叉口西北侧，占地46.4亩，计划投资8000万元，1620个学位。"


class LocatingPage:
    """The page of locating, open and ready."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("body[data-ready=true]")

    def by(self, test_id: str):
        return self.page.get_by_test_id(test_id)

    def record(self, name: str):
        return self.page.locator("[data-testid=record]").filter(has=self.page.get_by_text(name, exact=True))

    def read(self, text: str) -> None:
        self.by("paste-text").fill(text)
        self.by("read").click()
        expect(self.by("record").first).to_be_visible()

    def correct(self, row, field: str, value: str) -> None:
        row.get_by_test_id(f"cell-{field}").click()
        row.get_by_test_id(f"cell-{field}-input").fill(value)
        self.page.keyboard.press("Enter")

    def sign_in(self) -> None:
        self.page.locator("input[name=name]").fill("张三")
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/locating*")
        self.ready()


@pytest.fixture(scope="module")
def office(serve, tmp_path_factory) -> Iterator[str]:
    """Address of a server on a store of its own, with an editor's account."""
    store = tmp_path_factory.mktemp("locating") / "plan.gpkg"
    make_office(store, 张三="editor")
    with serve(store) as server:
        yield server.address


@pytest.fixture
def locating(open_page, office):
    return lambda query="", size="desktop", **options: LocatingPage(
        open_page(f"{office}/locating{query}", size, **options)
    )


@pytest.fixture
def signed_in(locating, office):
    """The page in the hands of somebody who may write."""
    page = locating()
    page.page.goto(f"{office}/accounts/sign-in?next=/locating")
    page.sign_in()
    return page


def test_a_planner_reads_corrects_adopts_and_takes_back(locating, office):
    page = locating()
    page.read(PARAGRAPHS)
    # Text, table and map tell of the same two schools.
    expect(page.page.locator(".record-mark")).to_have_count(2)
    expect(page.page.locator(".part-name").first).to_have_text("东湖区第三小学")
    row = page.record("东湖区第三小学")
    expect(row.get_by_test_id("cell-land_area_mu")).to_have_text("30")
    expect(row.get_by_test_id("cell-plan_year")).to_have_text("2022")
    expect(row.get_by_test_id("confidence")).to_have_text("定不了位")
    # A click on the mark opens its row, and the row says why it cannot be located.
    page.page.locator(".record-mark").first.click()
    expect(page.by("record-card")).to_contain_text("道路数据里没有“平湖路”")
    # Corrected, it is located.
    page.correct(row, "location_text", CORNER)
    expect(row.get_by_test_id("confidence")).to_contain_text("有把握 ±")
    expect(row.get_by_test_id("effect")).to_have_text("新增要素")
    # Who has not signed in is told so; the work is still there afterwards.
    row.get_by_test_id("adopt").click()
    page.by("go-sign-in").click()
    page.sign_in()
    row = page.record("东湖区第三小学")
    expect(row.get_by_test_id("cell-location_text")).to_have_text(CORNER)
    expect(row.get_by_test_id("confidence")).to_contain_text("有把握 ±")
    row.get_by_test_id("adopt").click()
    expect(page.by("notice-undo")).to_contain_text("已写入 1 条")
    expect(row.get_by_test_id("effect")).to_have_text("编号 2022-3")
    # The map page lists it.
    undo = page.page.context.new_page()
    undo.goto(f"{office}/?layers=schools&feature=schools/2022-3")
    listed = MapPage(undo)
    assert "schools/2022-3" in listed.listed("schools")
    expect(listed.by("details-title")).to_have_text("东湖区第三小学")
    # Taken back, it is gone.
    page.by("undo-now").click()
    expect(page.by("notice-undo")).to_contain_text("已撤销")
    undo.goto(f"{office}/?layers=schools")
    assert "schools/2022-3" not in MapPage(undo).listed("schools")
    # The undo can be undone, and that again.
    expect(page.by("undo-now")).to_have_text("恢复")
    page.by("undo-now").click()
    expect(page.by("notice-undo")).to_contain_text("已恢复")
    expect(row.get_by_test_id("effect")).to_have_text("编号 2022-3")
    page.by("undo-now").click()
    expect(row.get_by_test_id("effect")).to_have_text("新增要素")


def test_a_known_feature_shows_what_would_change_and_nothing_else_is_written(signed_in):
    page = signed_in
    page.read(KNOWN)
    row = page.by("record")
    expect(row.get_by_test_id("effect")).to_have_text("库中已有 · 更新 1 项")
    expect(row.get_by_test_id("confidence")).to_have_text("有把握 ±1,600 m")  # 1 514 m, which nobody knows so well
    row.get_by_test_id("open-record").click()
    change = page.by("changes").locator("[data-field=land_area_mu]")
    expect(change.locator(".before")).to_have_text("45.4")
    expect(change.locator(".after")).to_have_text("46.4")
    change.get_by_role("checkbox").uncheck()
    expect(row.get_by_test_id("effect")).to_have_text("库中已有 · 一致")
    expect(page.by("adopt-all")).to_be_disabled()
    expect(page.by("adopt-all")).to_have_text("没有要采纳的")
    expect(page.by("reject-all")).to_have_count(0)
    page.by("changes").locator("[data-field=land_area_mu]").get_by_role("checkbox").check()
    page.by("adopt-all").click()
    expect(page.by("notice-undo")).to_contain_text("已写入 1 条")
    row.get_by_test_id("undo").click()
    expect(row.get_by_test_id("effect")).to_have_text("库中已有 · 更新 1 项")


def test_work_survives_a_reload_and_a_link_leads_to_a_record(locating, office):
    page = locating()
    page.read(PARAGRAPHS)
    page.correct(page.record("东湖区第三小学"), "land_area_mu", "1,080")
    page.record("东湖区第二初级中学").get_by_test_id("reject").click()
    page.page.goto(f"{office}/locating?record=1")
    page.ready()
    expect(page.record("东湖区第三小学").get_by_test_id("cell-land_area_mu")).to_have_text("1,080")
    expect(page.record("东湖区第二初级中学")).to_have_attribute("data-decision", "rejected")
    expect(page.by("record-card")).to_be_visible()
    # What was typed wrongly is refused beside its field and changes nothing.
    row = page.record("东湖区第三小学")
    page.correct(row, "land_area_mu", "三十")
    expect(row.locator(".is-invalid")).to_have_attribute("title", "占地面积应为数字")
    page.page.keyboard.press("Escape")
    expect(row.get_by_test_id("cell-land_area_mu")).to_have_text("1,080")


def test_what_has_no_place_is_placed_with_a_click_and_its_area_is_compared(signed_in, office):
    page = signed_in
    page.by("tab-unplaced").click()
    entry = page.page.locator("[data-testid=unplaced][data-key='schools/2023-2']")
    entry.click()
    expect(page.by("tab-unplaced")).to_be_visible()
    expect(page.page.locator(".unplaced-body")).to_contain_text("金山路")
    expect(page.by("accuracy-note")).to_be_visible()
    page.by("place-feature").click()
    expect(page.by("accuracy-note")).to_be_hidden()  # it would look out from behind the card
    page.by("place-middle").click()
    # The middle of the map is where the feature is thought to be, which is drawn plain.
    chosen = page.page.locator(".leaflet-context-pane path[stroke='#0b6e6b']")
    put = page.page.locator(".leaflet-overlay-pane path.leaflet-interactive")
    assert math.dist(middle(chosen), middle(put)) <= 3
    expect(page.by("shape-mu")).to_have_text("39.3")
    expect(page.by("shape-verdict")).to_contain_text("相符")
    # A corner drawn outwards makes it larger than the plan says, in words and not by colour alone.
    corner = page.page.locator(".marker-icon:not(.marker-icon-middle)").first.bounding_box()
    page.page.mouse.move(corner["x"] + 6, corner["y"] + 6)
    page.page.mouse.down()
    page.page.mouse.move(corner["x"] - 60, corner["y"] - 60, steps=4)
    page.page.mouse.up()
    expect(page.by("shape-verdict")).to_contain_text("超过 5%")
    page.by("shape-fit").click()
    expect(page.by("shape-verdict")).to_contain_text("相符")
    page.by("tool-finish").click()
    expect(page.by("notice-undo")).to_contain_text("已落图")
    expect(entry).to_have_count(0)
    detail = page.page.context.new_page()
    detail.goto(f"{office}/features/schools/2023-2")
    expect(detail.get_by_test_id("basis")).to_contain_text("张三")
    page.by("undo-now").click()
    expect(entry).to_be_visible()


def test_what_is_drawn_on_a_parcel_of_the_store_says_so_before_and_after_it_is_written(signed_in):
    page = signed_in
    page.read(PARAGRAPHS)
    first, second = page.record("东湖区第三小学"), page.record("东湖区第二初级中学")
    place_in_middle(page, first)
    first.get_by_test_id("adopt").click()
    expect(page.by("notice-undo")).to_contain_text("已写入 1 条")
    place_in_middle(page, second)  # the map does not move for what has no place
    expect(second.get_by_test_id("confidence")).to_contain_text("压着别的地块")
    expect(page.by("card-place").last).to_contain_text("与“东湖区第三小学”的地块重叠约")
    second.get_by_test_id("adopt").click()
    expect(page.by("notice-failed")).to_contain_text("与“东湖区第三小学”的地块重叠约")
    page.by("undo-now").click()
    expect(page.by("notice-undo")).to_contain_text("已撤销")
    expect(page.by("notice-failed")).to_have_count(0)
    first.get_by_test_id("undo").click()
    expect(first.get_by_test_id("adopt")).to_be_visible()


def place_in_middle(page: LocatingPage, row) -> None:
    row.get_by_test_id("open-record").click()
    page.by("place-record").click()
    page.by("place-middle").click()
    page.by("tool-finish").click()
    expect(row.get_by_test_id("confidence")).to_contain_text("已手工画定")


def middle(path) -> tuple[float, float]:
    box = path.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_what_was_drawn_when_the_session_had_ended_stands_again_after_signing_in(locating, office):
    page = locating(refused=f"{office}/locating/place")
    page.page.goto(f"{office}/accounts/sign-in?next=/locating")
    page.sign_in()
    page.by("tab-unplaced").click()
    page.page.locator("[data-testid=unplaced][data-key='schools/2023-2']").click()
    page.by("place-feature").click()
    page.by("place-middle").click()
    page.page.context.clear_cookies()  # in another tab, or after hours
    page.by("tool-finish").click()
    expect(page.by("shape-mu")).to_have_text("39.3")  # still there, to be saved
    page.by("go-sign-in").click()
    page.sign_in()
    expect(page.by("notice")).to_contain_text("还没有保存")
    expect(page.by("shape-mu")).to_have_text("39.3")
    page.by("tool-finish").click()
    expect(page.by("notice-undo")).to_contain_text("已落图")
    page.by("undo-now").click()
    expect(page.by("notice-undo")).to_contain_text("已撤销")
    page.page.reload()
    page.ready()
    expect(page.by("shape-mu")).to_have_count(0)


def test_a_phone_shows_one_pane_at_a_time(locating):
    page = locating(size="phone")
    page.read(KNOWN)
    expect(page.by("pane-records")).to_be_visible()
    expect(page.by("pane-text")).to_be_hidden()
    page.by("open-record").click()
    page.page.locator("[data-pane=map]").click()
    expect(page.by("map-card")).to_contain_text("宏志小学")
    wide, window = page.page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= window


def test_a_phone_carries_the_work_from_the_text_to_the_map_and_back(locating, office):
    page = locating(size="phone")
    page.page.goto(f"{office}/accounts/sign-in?next=/locating")
    page.sign_in()
    page.read(PARAGRAPHS)
    row = page.record("东湖区第三小学")
    row.get_by_test_id("open-record").click()
    page.correct(row, "location_text", CORNER)
    expect(row.get_by_test_id("confidence")).to_contain_text("有把握 ±")
    row.get_by_test_id("adopt").click()
    expect(page.by("notice-undo")).to_contain_text("已写入 1 条")
    # What can be taken back is said above the buttons that a thumb needs next.
    settle(page.page)
    said, all_of_them = page.by("notice-undo").bounding_box(), page.by("adopt-all").bounding_box()
    assert said["y"] + said["height"] <= all_of_them["y"]
    page.by("undo-now").click()
    expect(page.by("notice-undo")).to_contain_text("已撤销")
    page.by("tab-unplaced").click()
    entry = page.page.locator("[data-testid=unplaced][data-key='schools/2023-2']")
    entry.click()
    page.by("place-feature").click()
    expect(page.by("map-card")).to_be_hidden()  # it names the record that was looked at before
    page.by("place-middle").click()
    expect(page.by("shape-verdict")).to_contain_text("相符")
    page.by("tool-finish").click()
    expect(page.by("notice-undo")).to_contain_text("已落图")
    # What was just placed is there to be seen, and taken back it is schematic again.
    expect(entry).to_have_count(0)
    expect(drawn_solid(page)).to_have_count(1)
    page.by("undo-now").click()
    expect(drawn_solid(page)).to_have_count(0)
    page.page.locator("[data-pane=records]").click()
    expect(entry).to_be_visible()
    assert page.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_a_link_to_a_feature_opens_its_list_on_a_phone(locating):
    page = locating("?feature=schools/2023-2", size="phone")
    expect(page.by("place-feature")).to_be_in_viewport()


def drawn_solid(page: LocatingPage):
    """The store's features on the map that are not dashed, as illustrative positions are."""
    return page.page.locator(".leaflet-context-pane path.leaflet-interactive:not([stroke-dasharray])")


HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}{{7*7}}\u202e"
LONG = "长" * 5000


def test_hostile_words_are_shown_as_words(locating):
    page = locating()
    page.read(f"{HOSTILE}\n{KNOWN}\n{HOSTILE}")
    assert page.by("plan-text").locator("p").first.text_content() == HOSTILE
    row = page.by("record")
    for value in (HOSTILE, LONG):
        page.correct(row, "name", value)
        expect(row.get_by_test_id("cell-name")).to_have_text(value)
        expect(row.get_by_test_id("effect")).to_have_text("新增要素")
        row.get_by_test_id("open-record").click()
        expect(page.by("record-card")).to_be_visible()
        assert page.page.locator("img[src=x], [onerror]").count() == 0
        wide, window = page.page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
        assert wide <= window
        row.get_by_test_id("open-record").click()


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_serious_fault(locating, office, size, language):
    page = locating(size=size)
    page.page.goto(f"{office}/language/{language}?next=/locating")
    page.ready()
    assert page.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert grave_faults(page.page) == []
    page.read(PARAGRAPHS + "\n" + KNOWN)
    page.by("open-record").last.click()
    expect(page.by("changes")).to_be_visible()
    assert grave_faults(page.page) == []
    for tab in ("checks", "unplaced"):
        page.by(f"tab-{tab}").click()
        assert grave_faults(page.page) == []


def test_the_keyboard_goes_from_record_to_record_and_corrects(locating):
    page = locating()
    page.read(PARAGRAPHS)
    page.by("open-record").first.focus()
    page.page.keyboard.press("Enter")
    expect(page.by("record-card")).to_be_visible()
    page.page.keyboard.press("ArrowDown")
    expect(page.record("东湖区第二初级中学")).to_have_attribute("aria-current", "true")
    page.record("东湖区第二初级中学").get_by_test_id("cell-plan_year").focus()
    page.page.keyboard.press("Enter")
    page.page.keyboard.type("2024")
    page.page.keyboard.press("Enter")
    expect(page.record("东湖区第二初级中学").get_by_test_id("cell-plan_year")).to_have_text("2024")


@pytest.mark.parametrize("place", ["table", "card"])
def test_what_is_being_typed_stays_when_a_proposal_comes(locating, place):
    page = locating()
    with held(page.page, PROPOSALS):
        page.read(PARAGRAPHS)
        row = page.record("东湖区第三小学")
        if place == "table":
            row.get_by_test_id("cell-plan_year").click()
            field = row.get_by_test_id("cell-plan_year-input")
        else:
            row.get_by_test_id("open-record").click()
            field = page.by("record-card").get_by_test_id("field-plan_year")
        field.fill("20")
    settle(page.page)
    expect(field).to_be_focused()
    page.page.keyboard.type("24")
    page.page.keyboard.press("Enter")
    expect(row.get_by_test_id("cell-plan_year")).to_have_text("2024")
    # What came meanwhile is shown as soon as the field is left.
    expect(row.get_by_test_id("confidence")).to_have_text("定不了位")


def test_better_roads_wait_for_a_yes(signed_in, tmp_path):
    page = signed_in
    path = tmp_path / "新路网.geojson"
    path.write_bytes(better_roads())
    page.by("tab-roads").click()
    page.by("roads-file").set_input_files(path)
    expect(page.by("roads-result")).to_contain_text("新路网.geojson")
    expect(page.by("move")).to_have_count(6)
    expect(page.by("move").first).to_contain_text("56 m")
    page.by("move").first.get_by_role("checkbox").uncheck()
    page.by("apply-roads").click()
    expect(page.by("notice-undo")).to_contain_text("已更新 5 项的位置")
    page.by("undo-now").click()
    expect(page.by("notice-undo")).to_contain_text("已撤销")


def test_imported_roads_are_tried_at_once(signed_in, office):
    """Where the page of importing leads once roads came in."""
    signed_in.page.goto(f"{office}/locating?tab=roads")
    expect(signed_in.by("roads-result")).to_contain_text("位置不变 6 项")
