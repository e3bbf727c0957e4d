"""What a planner does on the map, from the first look to the file that goes into the minutes."""

import csv
import json
import math
import re
from pathlib import Path

import openpyxl
import pytest
import shapely
from playwright.sync_api import Locator, expect
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from tests.browser.map_page import MapPage
from tests.browser.settling import settle

HONGZHI, JIAZHUANG = "schools/2023-1", "schools/2023-2"
LOCATED = {"2021-2", "2021-3", "2022-1", "2022-2", "2023-1", "2024-1"}
"""The schools whose crossing is known; the others have illustrative positions."""

CGCS2000 = Geod(a=6378137, rf=298.257222101)
TO_METRES = Transformer.from_crs(4326, 4547, always_xy=True)
LAYERS = Path(__file__).parents[2] / "layers"


@pytest.fixture(scope="session")
def plan():
    """Shapes of a shipped layer by feature id, as its file has them."""

    def read(layer_id: str) -> dict[str, BaseGeometry]:
        collection = json.loads((LAYERS / layer_id / "features.geojson").read_text(encoding="utf-8"))
        found = {feature["id"]: feature["geometry"] for feature in collection["features"]}
        return {key: shapely.from_geojson(json.dumps(each)) for key, each in found.items() if each}

    return read


@pytest.fixture
def schools_of_2023(open_map):
    """The map as the planner of this story has it: year 2023, only schools, only those planned for 2023."""
    page = open_map()
    page.by("year-2023").click()
    page.only_layers("schools")
    page.filter("plan_year", "2023")
    page.expect_listed(HONGZHI, JIAZHUANG)
    return page


def test_the_schools_of_2023_and_what_the_plan_says_of_hongzhi_primary_school(schools_of_2023):
    page = schools_of_2023
    page.expect_totals(count="2 项", seats="2,700 个学位", land_area_mu="84.7 亩", investment_cny_10k="1.6 亿元")
    page.choose(HONGZHI)
    assert page.figure("seats") == "1,620 个学位"
    assert page.figure("land_area_mu") == "45.4 亩 30,267 ㎡"  # 45.4 × 2000/3
    assert page.figure("building_area_m2") == "24,000 ㎡"
    assert page.figure("investment_cny_10k") == "8,000 万元"
    assert page.figure("floor_area_ratio") == "0.79 算得"  # 24 000 / 30 266.7
    assert page.figure("land_per_seat_m2") == "18.7 ㎡/生 算得"  # 30 266.7 / 1 620
    expect(page.by("source")).to_contain_text("七(二)1 专栏 第 290 段")
    expect(page.by("basis")).to_contain_text("由文字定位：乐山大道与古槐路交叉口西北侧")
    expect(page.by("basis")).to_contain_text("位置误差约 1,600 m")
    for year in range(2021, 2026):
        expect(page.by(f"status-{year}")).to_contain_text("未填报")


def test_what_is_on_screen_goes_into_a_file_of_each_format(schools_of_2023, tmp_path):
    page = schools_of_2023
    collection = json.loads(page.download("geojson", tmp_path).read_text(encoding="utf-8"))
    schools = {feature["id"]: feature for feature in collection["features"]}
    assert set(schools) == {"2023-1", "2023-2"}
    hongzhi, jiazhuang = schools["2023-1"], schools["2023-2"]
    figures, place = {"seats": 1620, "land_area_mu": 45.4}, {"location_basis": "located", "location_accuracy_m": 1600}
    assert (figures | place).items() <= hongzhi["properties"].items()
    assert hongzhi["properties"]["location_text"] == "乐山大道与古槐路交叉口西北侧"
    assert hongzhi["properties"]["source_section"] == "七(二)1 专栏"
    assert hongzhi["geometry"]["type"] == "Polygon"
    place = {"location_basis": "schematic", "location_accuracy_m": None}
    assert place.items() <= jiazhuang["properties"].items()
    assert jiazhuang["geometry"] is None  # illustrative, and nobody asked for it
    assert all(school["properties"]["stage"] == "not_reported" for school in schools.values())

    with page.download("csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["名称"] for row in rows] == ["驻马店经济开发区宏志小学", "驻马店经济开发区贾庄小学"]
    assert [(row["学位(个学位)"], row["占地面积(亩)"]) for row in rows] == [("1620", "45.4"), ("1080", "39.3")]
    assert [(row["位置依据"], row["位置误差(m)"]) for row in rows] == [("由文字定位", "1600"), ("示意位置", "")]

    head, *table = openpyxl.load_workbook(page.download("xlsx", tmp_path))["新建学校"].iter_rows(values_only=True)
    rows = [dict(zip(head, row, strict=True)) for row in table]
    assert [(row["编号"], row["学位(个学位)"], row["占地面积(亩)"]) for row in rows] == [
        ("2023-1", 1620, 45.4),
        ("2023-2", 1080, 39.3),
    ]
    assert [row["位置描述"] for row in rows] == ["乐山大道与古槐路交叉口西北侧", "古槐路与金山路交叉口东南侧"]


def test_a_link_shows_somebody_else_the_same_view(schools_of_2023, open_page):
    page = schools_of_2023
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.by("zoom-in").click()
    page.choose(HONGZHI)
    page.settle()
    page.by("copy-link").click()
    expect(page.by("notice")).to_contain_text("链接已复制")
    link = page.page.evaluate("navigator.clipboard.readText()")

    def seen(map_page):
        expect(map_page.by("details-title")).to_have_text("驻马店经济开发区宏志小学")
        map_page.settle()
        return {
            "year": map_page.page.locator("input[name=year]:checked").get_attribute("value"),
            "filter": map_page.by("filter-plan_year").inner_text(),
            "layers": map_page.page.locator("#chips [aria-pressed=true]").all_inner_texts(),
            "listed": map_page.listed(),
            "chosen": map_page.page.locator("[data-testid=item][aria-current=true]").get_attribute("data-key"),
            "place": [round(px / 2) for px in map_page.marker(HONGZHI).bounding_box().values()],
            "scale": map_page.page.locator(".leaflet-control-scale-line").inner_text(),
        }

    before = seen(page)
    assert before["year"] == "2023" and before["filter"] == "计划年份：2023"
    assert seen(MapPage(open_page(link))) == before
    page.page.reload()
    assert seen(MapPage(page.page)) == before


def test_the_seats_of_each_year_are_those_of_the_plan(open_map):
    page = open_map("?layers=schools")
    page.expect_totals(count="11 项", seats="15,750 个学位", investment_cny_10k="9.5 亿元")
    page.by("filter-plan_year").click()
    for year, seats in {2021: "4,230", 2022: "2,970", 2023: "2,700", 2024: "2,700", 2025: "3,150"}.items():
        page.by(f"choice-{year}").click()
        page.expect_totals(seats=f"{seats} 个学位")
        page.by(f"choice-{year}").click()
        page.expect_totals(seats="15,750 个学位")


def test_a_year_tells_what_is_due_by_then_and_what_comes_later(open_map):
    page = open_map("?layers=schools&year=2025")
    note = page.by("totals").locator(".totals-note")
    later = page.page.locator("[data-testid=item].is-later")
    for year, due in {2021: 3, 2022: 5, 2023: 7, 2024: 9, 2025: 11}.items():
        page.by(f"year-{year}").click()
        expect(note).to_contain_text(f"到 {year} 年底应完成 {due} / 11 项")
        expect(later).to_have_count(11 - due)
        assert page.query["year"] == [str(year)]


def test_the_list_and_its_totals_keep_to_what_is_in_view(open_map):
    page = open_map("?layers=schools&schematic=false&at=32.98,114.0,11")
    page.expect_totals("known", count="6 项", seats="9,360 个学位")  # 1350 + 1800 + 1350 + 1620 + 1620 + 1620
    page.page.goto(f"{page.page.url.split('?')[0]}?layers=schools&schematic=false&at=32.99436,113.99437,17")
    page.expect_totals("known", count="1 项", seats="1,350 个学位", land_area_mu="33 亩", investment_cny_10k="0.7 亿元")
    page.expect_totals("all", count="11 项", seats="15,750 个学位")
    expect(page.by("group-schools")).to_contain_text("视野内 1 / 11")


def test_what_is_searched_for_is_found_by_name_initials_number_road_and_village(open_map):
    page = open_map()
    for words, key in {
        "宏志": HONGZHI,
        "hzxx": HONGZHI,
        "2023-1": HONGZHI,
        HONGZHI: HONGZHI,
        "乐山大道古槐路": HONGZHI,
        "盘龙山路于开源": "schools/2021-3",
        "乐山大道": "roads/leshan-dadao",
        "杨桥": "villages/411771360208",
        "411771360209": "villages/411771360209",
    }.items():
        feature_id = key.partition("/")[2]
        page.search(words)
        page.page.locator(f'[data-testid=search-option][data-id="{feature_id}"]').click()
        expect(page.by("source")).to_contain_text(f"编号 {key} ")
        assert page.query["feature"] == [key]


def test_enter_right_after_typing_means_the_new_words(open_map):
    page = open_map()
    page.search("schools/2023-1")
    page.by("search").fill("schools/2024-1")
    page.by("search").press("Enter")
    expect(page.by("source")).to_contain_text("编号 schools/2024-1 ")
    assert page.query["feature"] == ["schools/2024-1"]


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_search_without_result_says_what_to_try(open_map, size):
    page = open_map(size=size)
    page.by("search").fill("哈尔滨")
    expect(page.by("search-none")).to_contain_text("可试名称、编号、道路、村名、拼音首字母或坐标")
    years, found = page.page.locator(".years").bounding_box(), page.by("search-list").bounding_box()
    assert years["y"] + years["height"] <= found["y"]


def test_coordinates_far_from_the_zone_are_gone_to_with_a_warning(open_map):
    page = open_map()
    page.search("116.39, 39.91").first.click()  # Beijing, some 780 km away
    expect(page.by("place")).to_contain_text(re.compile(r"离开发区约 7\d\d km，请核对"))
    page.search("114.0168, 33.0456").first.click()
    expect(page.by("place")).to_have_count(1)  # the first one fades away
    expect(page.by("place")).not_to_contain_text("请核对")


def test_words_without_a_blank_become_a_filter_that_finds_the_same(open_map):
    page = open_map("?layers=schools")
    page.search("乐山大道板桥路").last.click()
    page.expect_listed("schools/2024-1")
    assert page.query["q"] == ["乐山大道 板桥路"]


def test_a_search_can_become_a_filter_of_the_list(open_map):
    page = open_map("?layers=schools")
    page.search("乐山大道").last.click()
    page.expect_listed("schools/2022-1", "schools/2023-1", "schools/2024-1")
    page.by("search-chip").click()
    expect(page.by("item")).to_have_count(11)


def test_the_map_goes_to_pasted_coordinates(open_map):
    page = open_map()
    frame = page.page.locator(".folium-map").bounding_box()
    for words in (
        "114.0168, 33.0456",
        "33.0456 114.0168",
        "东经114°01′00.48″ 北纬33°02′44.16″",
        "X=3657805.430 Y=38501569.206",  # pyproj: EPSG:4490 to 4526
        "501569.206, 3657805.430",  # EPSG:4547, easting first
    ):
        page.by("full-extent").click()
        page.search(words).first.click()
        expect(page.by("place")).to_contain_text("东经 114.01680°　北纬 33.04560°")
        x, y = page.pixel(114.0168, 33.0456)
        assert (x, y) == pytest.approx((frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2), abs=2)
        page.by("place").get_by_role("button").click()


def test_a_drawn_polygon_gives_list_totals_and_a_file_of_what_is_inside(open_map, open_page, tmp_path):
    """Around the crossings of 乐山大道 with 古槐路 and 板桥路: 3 schools are located, 3 illustrative there."""
    page = open_map("?layers=schools&at=33.04,114.015,14")
    located = {"schools/2022-1", "schools/2023-1", "schools/2024-1"}
    inside = located | {"schools/2021-1", "schools/2023-2", "schools/2024-2"}
    corners = [(114.0, 33.03), (114.03, 33.03), (114.03, 33.05), (114.0, 33.05)]
    page.start("select", "polygon")
    page.draw(corners)
    page.expect_listed(*inside)
    page.expect_totals("known", count="3 项", seats="4,590 个学位")  # 1350 + 1620 + 1620
    page.expect_totals("schematic", count="3 项", seats="3,240 个学位")  # 1080 + 1080 + 1080
    expect(page.by("totals").locator("tbody tr").first).to_have_attribute("data-row", "known")
    assert _number(page.by("selection-bar"), "km²") == pytest.approx(_area_m2(corners) / 1e6, rel=0.01)
    assert _drawn(page.download("geojson", tmp_path)) == (inside, located)
    assert _drawn(page.download("geojson", tmp_path, boxes=("带上示意位置的图形",))) == (inside, inside)

    page.by("switch-schematic").click()
    page.expect_listed(*located)
    assert _ids(page.download("geojson", tmp_path)) == located
    MapPage(open_page(page.page.url)).expect_listed(*located)

    page.by("clear-selection").click()
    expect(page.by("selection-bar")).to_be_hidden()
    expect(page.by("group-schools")).to_contain_text("视野内")
    assert "within" not in page.query


def test_what_lies_around_a_point(open_map):
    page = open_map("?layers=schools&schematic=false&at=33.04,114.015,14")
    page.start("select", "buffer")
    page.by("buffer-distance").fill("500")
    page.click_at(114.0125, 33.0365)  # some 370 m from 华中正大小学, 900 m from the schools at 古槐路
    page.expect_listed("schools/2024-1")
    expect(page.by("selection-bar")).to_contain_text("周边 500 m")
    assert _number(page.by("selection-bar"), "公顷") == pytest.approx(math.pi * 500**2 / 1e4, rel=0.01)


def test_what_lies_along_a_road(open_map, plan):
    page = open_map("?layers=schools&schematic=false&at=33.02,114.015,14")
    road = plan("roads")["leshan-dadao"]
    page.start("select", "buffer")
    page.by("buffer-distance").fill("300")
    page.click_at(*road.interpolate(0.35, normalized=True).coords[0])
    expect(page.by("selection-bar")).to_contain_text("乐山大道 周边 300 m")
    near = {key for key, shape in plan("schools").items() if _metres(shape).distance(_metres(road)) <= 300}
    page.expect_listed(*{f"schools/{key}" for key in near & LOCATED})
    assert near & LOCATED == {"2022-1", "2023-1", "2024-1"}


def test_a_boundary_of_the_plan_selects_too(open_map):
    page = open_map("?layers=schools,industrial_parks")
    page.start("select", "boundary")
    page.page.locator('[data-testid=item][data-key="industrial_parks/jinshahe"]').click()
    page.expect_listed("industrial_parks/jinshahe")
    expect(page.by("selection-bar")).to_contain_text("圈选：金沙河集团超大型农产品综合产业园")


def test_lengths_and_areas_are_measured_on_the_ellipsoid(open_map):
    page = open_map("?at=33.04,114.015,14")
    corners = [(114.0, 33.03), (114.03, 33.03), (114.03, 33.05), (114.0, 33.05)]
    lons, lats = zip(*corners, strict=True)
    page.start("measure", "length")
    page.draw(corners)
    assert _number(page.by("measure-result"), "km") == pytest.approx(CGCS2000.line_length(lons, lats) / 1e3, rel=0.01)
    page.by("tool-close").click()

    page.start("measure", "area")
    page.draw(corners)
    area_m2 = _area_m2(corners)
    for unit, size_m2 in {"km²": 1e6, "公顷": 1e4, "亩": 2000 / 3}.items():
        assert _number(page.by("measure-result"), unit) == pytest.approx(area_m2 / size_m2, rel=0.01)


def test_from_one_school_to_another_a_click_sets_a_corner_and_opens_nothing(open_map):
    page = open_map("?at=33.002,113.993,14")
    # The middles of 二十中 and 金雀路小学: geodata's site points lie within their parcels.
    schools = [(113.9914772, 33.0086412), (113.9951805, 32.995836)]
    lons, lats = zip(*schools, strict=True)
    page.start("measure", "length")
    page.draw(schools)
    assert _number(page.by("measure-result"), "km") == pytest.approx(CGCS2000.line_length(lons, lats) / 1e3, rel=0.01)
    expect(page.by("details")).to_be_hidden()


def test_illustrative_positions_can_be_hidden_and_stay_in_the_list(open_map):
    page = open_map("?layers=schools")
    expect(page.marker(JIAZHUANG)).to_be_visible()
    page.by("switch-schematic").click()
    expect(page.marker(JIAZHUANG)).to_have_count(0)
    expect(page.marker(HONGZHI)).to_be_visible()
    expect(page.by("group-unplaced")).to_contain_text("驻马店经济开发区贾庄小学")
    assert page.query["schematic"] == ["false"]
    page.choose(JIAZHUANG)
    expect(page.by("basis")).to_contain_text("示意位置：古槐路与金山路交叉口东南侧")


def test_an_amount_and_a_level_filter_too(open_map):
    page = open_map("?layers=schools")
    page.filter("level", "junior")
    page.expect_listed("schools/2021-3", "schools/2022-1", "schools/2025-1")
    page.by("filter-investment_cny_10k").click()
    page.page.get_by_label("最小").fill("10000")
    page.page.keyboard.press("Enter")
    page.expect_listed("schools/2021-3", "schools/2025-1")
    page.by("clear-filters").click()
    expect(page.by("item")).to_have_count(11)


def test_what_has_no_place_is_reached_all_the_same(open_map):
    page = open_map("?layers=indicators")
    expect(page.by("item")).to_have_count(12)
    page.by("more-indicators").click()
    expect(page.by("item")).to_have_count(20)
    page.choose("indicators/7")
    expect(page.by("details-title")).to_have_text("居民人均可支配收入增长")
    expect(page.by("details")).to_contain_text("二(五)")
    expect(page.by("basis")).to_have_count(0)


def test_the_details_give_a_file_of_just_this_feature(open_map, tmp_path):
    page = open_map("?feature=schools/2023-1")
    menu = page.by("details").locator(".export-menu")
    menu.get_by_test_id("export").click()
    with page.page.expect_download() as started:
        menu.get_by_test_id("export-geojson").click()
    started.value.save_as(tmp_path / "one.geojson")
    assert _ids(tmp_path / "one.geojson") == {HONGZHI}


def test_the_reader_finds_their_own_place_and_the_whole_plan_again(open_map):
    here = {"latitude": 33.0456, "longitude": 114.0168, "accuracy": 25}
    page = open_map(geolocation=here, permissions=["geolocation"])
    page.by("locate").click()
    page.page.wait_for_function("() => new URLSearchParams(location.search).get('at')?.startsWith('33.045')")
    expect(page.page.locator("path[stroke='#1f6fb5']")).to_have_count(1)  # the circle of the accuracy
    page.by("full-extent").click()
    expect(page.page.locator(".leaflet-control-scale-line")).to_have_text("3 km")


def test_the_keyboard_alone_leads_from_the_search_field_to_the_details(open_map):
    page = open_map()
    keyboard = page.page.keyboard
    page.tab_to("search")
    keyboard.type("小学")
    expect(page.by("search-option").nth(1)).to_be_visible()
    keyboard.press("ArrowDown")
    name = page.page.locator("[data-testid=search-option][aria-selected=true] .search-name").inner_text()
    keyboard.press("Enter")
    expect(page.by("details-title")).to_have_text(name)
    page.page.wait_for_function("() => document.getElementById('details').contains(document.activeElement)")
    page.tab_to("open-page")
    keyboard.press("Enter")
    expect(page.by("feature-name")).to_have_text(name)


def test_the_keyboard_alone_walks_through_the_list(open_map):
    page = open_map("?layers=schools")
    item = page.by("item").nth(2)
    item.focus()
    page.page.keyboard.press("Enter")
    expect(page.by("details-title")).to_have_text(item.locator(".item-name").inner_text())
    page.page.wait_for_function("() => document.getElementById('details').contains(document.activeElement)")
    page.by("details-close").focus()
    page.page.keyboard.press("Enter")
    expect(page.by("details")).to_be_hidden()
    expect(item).to_be_focused()


BROKEN_OFF = """async ([address, name]) => {
  const { Latest, getJson } = await import(address);
  const latest = new Latest();
  const { fetch } = window;
  window.fetch = async (_, { signal }) => new Response(new ReadableStream({ start(body) {
    signal.addEventListener("abort", () => body.error(new DOMException("", name)));
  } }), { status: 200 });
  const first = latest.run((signal) => getJson("/first", {}, signal)).then(() => "dropped", (error) => error.message);
  await new Promise((go) => { setTimeout(go, 50); });
  await latest.run(async () => null);
  window.fetch = fetch;
  return first;
}"""


@pytest.mark.parametrize("name", ["AbortError", "TypeError"])
def test_an_answer_that_a_newer_question_breaks_off_halfway_is_no_fault(open_map, name):
    page = open_map().page
    address = (
        page.locator('link[rel=stylesheet]:not([href*="/vendor/"])').first.get_attribute("href").partition("/css/")[0]
    )
    assert page.evaluate(BROKEN_OFF, [f"{address}/js/api.js", name]) == "dropped"


def _number(node: Locator, unit: str) -> float:
    """The figure that stands before a unit."""
    expect(node).to_contain_text(unit)
    return float(re.search(rf"([\d,.]+)\s*{unit}(?!\S)", node.inner_text())[1].replace(",", ""))


def _ids(path: Path) -> set[str]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {f"{feature['collection']}/{feature['id']}" for feature in features}


def _drawn(path: Path) -> tuple[set[str], set[str]]:
    """Ids in a file, and those of them that have a geometry."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    with_shape = [feature for feature in features if feature["geometry"]]
    return tuple({f"{each['collection']}/{each['id']}" for each in some} for some in (features, with_shape))


def _area_m2(corners: list[tuple[float, float]]) -> float:
    return abs(CGCS2000.polygon_area_perimeter(*zip(*corners, strict=True))[0])


def _metres(shape: BaseGeometry) -> BaseGeometry:
    """A shape in CGCS2000, 3-degree zone 38, metres."""
    return shapely.transform(shape, TO_METRES.transform, interleaved=False)


def test_a_click_is_not_lost_when_the_panel_is_drawn_anew_under_the_pointer(open_map):
    page, held, items = open_map(), [], "**/ogc/collections/*/items*"

    def hold(route):
        held.append(route)

    page.page.route(items, hold)
    page.by("year-2023").click()
    page.page.wait_for_timeout(500)
    assert held, "another year is not asked for"
    box = page.by("filter-plan_year").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.page.mouse.down()
    page.page.unroute(items)  # which lets go on what is held
    page.page.wait_for_load_state("networkidle")
    settle(page.page)
    page.page.mouse.up()
    expect(page.by("choice-2023")).to_be_visible()
