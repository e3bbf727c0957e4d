"""Desktop, phone and paper: nothing runs off the side, the phone's sheets move, the printed map says what it is."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map_page import VIEWPORTS, MapPage
from tests.browser.settling import settle
from tests.browser.test_feature_page import A4_PT, sheets

A4_LANDSCAPE_PT = (842, 595)
SHEET_PX = 794 * 1123
"""An A4 sheet in CSS pixels, 96 to an inch."""
PAGES = (
    "", "?feature=schools/2023-1", "features/schools/2021-1", "features/schools/nothing",
    "export", "reports", "locating",
)  # fmt: skip
HEIGHTS = {"peek": (0.1, 0.25), "half": (0.4, 0.6), "full": (0.8, 1.0)}
"""Share of the window that a sheet takes up at each of its heights."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_scrolls_sideways_on_a_phone_or_a_desktop(open_page, address, language):
    page = open_page(f"{address}/export", "phone", refused=f"{address}/features/schools/nothing")
    for path in PAGES:
        page.set_viewport_size(VIEWPORTS["phone"])
        page.goto(f"{address}/language/{language}?next=/{path}")
        for size in ("phone", "desktop"):
            page.set_viewport_size(VIEWPORTS[size])
            settle(page)
            wide, window = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
            assert wide <= window, (path, size)
            assert outside(page) == [], (path, size)


@pytest.mark.parametrize("path", ["catchments", "features/schools/2023-1", "ogc/collections/schools/items?f=html"])
def test_the_scale_of_a_small_map_stands_at_its_foot_on_a_phone(open_page, address, path):
    page = open_page(f"{address}/{path}", "phone")
    scale, frame = (page.locator(f"{each}:visible").first for each in (".leaflet-control-scale", ".map-frame"))
    expect(scale).to_be_visible()
    foot, edge = (box["y"] + box["height"] for box in (scale.bounding_box(), frame.bounding_box()))
    assert 0 <= edge - foot <= 60


def test_the_map_page_never_scrolls_as_a_whole(open_page, address):
    page = MapPage(open_page(f"{address}/?feature=schools/2023-1")).page
    assert page.evaluate("document.scrollingElement.scrollHeight - innerHeight") <= 0


EIGHT_PAGES = """titles => {
    const nav = document.getElementById("site-nav");
    for (const title of titles.slice(nav.children.length)) {
        const link = nav.lastElementChild.cloneNode();
        link.removeAttribute("aria-current");
        link.textContent = title;
        nav.append(link);
    }
}"""
TITLES = {
    "zh": ["地图", "监测", "学区", "选址", "导入", "导出", "日志", "账户"],
    "en": ["Map", "Monitoring", "Catchments", "Locating", "Import", "Export", "Journal", "Accounts"],
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["", "export"])
def test_eight_pages_find_room_in_the_header_of_a_desktop(open_page, address, language, path):
    page = open_page(f"{address}/language/{language}?next=/{path}")
    page.evaluate(EIGHT_PAGES, TITLES[language])
    boxes = page.locator(".site-header > :visible, .site-nav > a").evaluate_all(
        """nodes => nodes.filter(node => !node.matches(".site-nav")).map(node => node.getBoundingClientRect())
            .filter(({ width }) => width).map(({ left, right, height }) => [left, right, height])"""
    )
    boxes.sort()
    assert len(boxes) >= 11  # eight pages, and what else stands there
    assert boxes[-1][1] <= VIEWPORTS["desktop"]["width"]
    assert all(right <= left + 1 for (_, right, _), (left, _, _) in itertools.pairwise(boxes))
    assert max(height for *_, height in boxes) <= 60


def test_on_a_phone_the_pages_stand_in_a_menu(open_page, address):
    page = open_page(f"{address}/", "phone")
    MapPage(page)
    nav = page.locator("#site-nav")
    expect(nav).to_be_hidden()
    page.get_by_test_id("menu-button").tap()
    expect(nav.get_by_role("link", name="地图")).to_have_attribute("aria-current", "page")
    page.keyboard.press("Escape")
    expect(nav).to_be_hidden()
    page.get_by_test_id("menu-button").tap()
    nav.get_by_role("link", name="导出").tap()
    expect(page.get_by_test_id("export-form")).to_be_visible()


def outside(page: Page) -> list[str]:
    """Buttons, links and fields that are cut off by a side of the window where nothing can be scrolled."""
    return page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select")]
            .filter(node => node.checkVisibility() && !node.closest(".site-nav, .leaflet-pane"))
            .filter(node => {
                const { left, right, width } = node.getBoundingClientRect();
                return width && (left < -1 || right > innerWidth + 1);
            })
            .map(node => node.outerHTML.slice(0, 120))"""
    )


def expect_height(page: Page, sheet: str, height: str) -> None:
    """A sheet comes to rest at one of its heights."""
    page.wait_for_function(
        """([id, low, high]) => {
            const sheet = document.querySelector(`[data-testid=${id}]`);
            const share = sheet.getBoundingClientRect().height / innerHeight;
            return share > low && share < high && !sheet.getAnimations().length;
        }""",
        arg=[sheet, *HEIGHTS[height]],
    )


def drag(page: Page, handle: str, to_y: float) -> None:
    """Drag with a finger, as the browser's own touch events have it."""
    box = page.get_by_test_id(handle).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x, "y": y + (to_y - y) * step / 8}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def test_the_phones_sheet_has_three_heights_for_finger_and_keyboard(open_page, address):
    page = MapPage(open_page(f"{address}/", "phone")).page
    handle, height = page.get_by_test_id("panel-handle"), page.viewport_size["height"]
    expect_height(page, "panel", "peek")
    for rest in ("half", "full", "peek"):
        handle.tap()
        expect_height(page, "panel", rest)
    for to_y, rest in ((0.5, "half"), (0.1, "full"), (0.55, "half"), (0.97, "peek")):
        drag(page, "panel-handle", to_y * height)
        expect_height(page, "panel", rest)
    handle.focus()
    for key, rest in (("ArrowUp", "half"), ("ArrowUp", "full"), ("ArrowDown", "half"), ("ArrowDown", "peek")):
        page.keyboard.press(key)
        expect_height(page, "panel", rest)


def test_on_a_phone_the_details_come_over_the_list_and_the_feature_stays_in_sight(open_page, address):
    page = MapPage(open_page(f"{address}/?layers=schools", "phone"))
    page.by("panel-handle").tap()
    expect_height(page.page, "panel", "half")
    page.choose("schools/2023-1")
    page.settle()
    expect_height(page.page, "details", "half")
    details, marker = page.by("details").bounding_box(), page.marker("schools/2023-1").bounding_box()
    on_top = "([x, y]) => document.elementFromPoint(x, y).closest('[data-testid=details]') !== null"
    assert page.page.evaluate(on_top, [details["x"] + details["width"] / 2, details["y"] + details["height"] / 2])
    assert 100 < marker["y"] < details["y"] - marker["height"]
    page.by("details-close").tap()
    expect(page.by("details")).to_be_hidden()
    expect(page.by("panel")).to_be_visible()


def test_on_a_phone_a_tap_on_the_map_opens_the_details(open_page, address):
    page = MapPage(open_page(f"{address}/?layers=schools&schematic=false", "phone"))
    page.marker("schools/2021-2").tap()
    expect(page.by("details-title")).to_have_text("驻马店经济开发区金雀路小学")


WHOLE_PLAN, CLOSE_UP = "", "&at=33.029,114.007,14"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_map_fits_one_sheet_and_fills_it(open_page, demo_address, language):
    """Upright for the whole plan, which is taller than wide; lying for a close view and beside the details."""
    page = open_page(f"{demo_address}/language/{language}?next=/export")
    sizes = {
        WHOLE_PLAN: A4_PT,
        CLOSE_UP: A4_LANDSCAPE_PT,
        f"{CLOSE_UP}&feature=schools/2021-1": A4_LANDSCAPE_PT,
        "&feature=villages/411771360208": A4_LANDSCAPE_PT,
    }
    for view, size in sizes.items():
        page.goto(f"{demo_address}/?year=2023{view}")
        MapPage(page).settle()
        assert sheets(page) == [size], view
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        box = page.locator(".folium-map").bounding_box()
        assert box["width"] * box["height"] > 0.3 * SHEET_PX, view
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="null")


@pytest.mark.parametrize("feature", ["", "&feature=schools/2023-1"])
def test_the_printed_map_is_one_sheet_that_says_what_it_is(open_page, address, feature):
    page = open_page(f"{address}/?year=2023&layers=schools{feature}")
    MapPage(page).settle()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#sheet-head")).to_contain_text("驻马店经济开发区 规划一张图")
    expect(page.locator("#sheet-head")).to_contain_text("状态截至 2023 年底")
    foot = page.locator("#sheet-foot")
    for words in (
        "资料来源：",
        "驻开政〔2021〕2号",
        "误差",
        "斜纹为示意位置",
        "坐标系 WGS 84",
        "CGCS2000",
        "制图日期",
    ):
        expect(foot).to_contain_text(words)
    for shown in ("#legend-content", ".leaflet-control-scale-line", ".north", "#sheet-head", "#sheet-foot"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in ("panel", "years", "search", "tools"):
        expect(page.get_by_test_id(hidden)).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="null")
    assert len(sheets(page)) == 1
