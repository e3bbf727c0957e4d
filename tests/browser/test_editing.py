"""Editors name who answers for a school, meet a conflict, place from a file, retire with a successor, undo."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.office import make_office, sign_in
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_accounts import fits
from tests.browser.test_language import leftovers

SCHOOL = "schools/2023-1"
NAME = "驻马店经济开发区宏志小学"


@pytest.fixture(scope="module")
def office_address(tmp_path_factory, serve):
    """A server with two editors."""
    store = tmp_path_factory.mktemp("office") / "plan.gpkg"
    make_office(store, wang="editor", li="editor")
    with serve(store) as server:
        yield server.address


@pytest.fixture
def open_as(open_page, office_address):
    """A page of the office, signed in."""

    def open_(name, path, size="desktop"):
        refused = f"{office_address}/editing"
        page = open_page(f"{office_address}/accounts/sign-in?next={path}", size, refused=refused)
        sign_in(page, name)
        return page

    return open_


def feature_page(page):
    return page.get_by_test_id("feature-page")


def test_unit_and_officer_a_conflict_of_two_tabs_and_undo(open_as, office_address):
    wang, li = (open_as(name, f"/features/{SCHOOL}") for name in ("wang", "li"))
    for page in (wang, li):
        expect(page.locator("[data-field=responsible_unit]")).to_contain_text("未填")
        page.get_by_test_id("edit").click()
        expect(page.get_by_test_id("save")).to_be_visible()
    assert grave_faults(wang) == []
    wang.get_by_label("责任单位", exact=True).fill("区教体局")
    wang.get_by_label("责任人", exact=True).fill("王芳")
    wang.get_by_test_id("save").click()
    expect(wang.locator("[data-field=responsible_unit]")).to_contain_text("区教体局")

    li.get_by_label("责任单位", exact=True).fill("区住建局")
    li.get_by_label("学位", exact=True).fill("1700")
    li.get_by_test_id("save").click()
    expect(li.get_by_test_id("conflict")).to_be_visible()
    row = li.get_by_test_id("conflict-responsible_unit")
    for words in ("两边都改了", "区教体局", "区住建局", "wang"):
        expect(row).to_contain_text(words)
    assert grave_faults(li) == []
    assert fits(li)
    li.get_by_test_id("take-responsible_unit-theirs").check()
    li.get_by_test_id("save").click()
    expect(li.get_by_test_id("fault-_cause")).to_contain_text("学位")  # its reason is missing, what was chosen is not
    li.get_by_label("原因", exact=True).fill("批复调整")
    li.get_by_test_id("save").click()
    expect(feature_page(li)).to_be_visible()
    for name, words in (("responsible_unit", "区教体局"), ("responsible_officer", "王芳"), ("seats", "1,700")):
        expect(li.locator(f"[data-field={name}]")).to_contain_text(words)
    li.get_by_test_id("undo-now").click()
    expect(li.locator("[data-field=seats]")).to_contain_text("1,620")

    wang.goto(f"{office_address}/?responsible_unit=区教体局&feature={SCHOOL}")
    expect(wang.get_by_test_id("details").locator("[data-field=responsible_officer]")).to_contain_text("王芳")
    expect(wang.get_by_test_id("list")).to_contain_text(NAME)
    expect(wang.get_by_test_id("list")).not_to_contain_text("建业第二初中")


def test_a_boundary_of_a_file_is_compared_saved_and_taken_back(open_as, tmp_path):
    ring = [[114.01, 33.04], [114.012, 33.04], [114.012, 33.042], [114.01, 33.042], [114.01, 33.04]]
    near = [[lon + 0.004, lat] for lon, lat in ring]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [corners]}}
        for name, corners in (("地块甲", ring), ("地块乙", near))
    ]
    file = tmp_path / "红线.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    page = open_as("wang", "/editing/place/schools/2021-1", "phone")
    expect(page.locator("body[data-ready]")).to_be_attached()
    page.get_by_test_id("boundary-file").set_input_files(file)
    page.get_by_test_id("boundary-2").check()
    # 0.002° x 0.002° at 33° N: 186.8 m x 221.8 m, 62.2 mu by hand.
    expect(page.locator("#place-after")).to_have_text("62.16 亩")
    expect(page.locator("#place-moved")).to_contain_text(" m")
    assert fits(page)
    page.get_by_label("位置依据").select_option("surveyed")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("fault-_accuracy")).to_be_visible()
    expect(page.locator("#place-after")).to_have_text("62.16 亩")
    page.get_by_label("误差大约多少").fill("0.05")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("basis")).to_contain_text("实测界址")
    assert grave_faults(page) == []
    page.get_by_test_id("undo-now").click()
    expect(page.get_by_test_id("basis")).not_to_contain_text("实测界址")


def test_a_new_school_is_drawn_and_an_old_one_gives_way_to_it(open_as, office_address):
    page = open_as("li", "/editing/new/schools")
    page.get_by_label("名称", exact=True).fill("启明小学")
    page.get_by_label("计划年份", exact=True).fill("2024")
    page.get_by_label("占地面积", exact=True).fill("30")
    page.get_by_test_id("act-place").click()
    page.get_by_test_id("place-middle").click()
    page.get_by_test_id("tool-finish").click()
    expect(page.locator("#place-after")).to_have_text("30 亩")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("feature-name")).to_have_text("启明小学")
    expect(page.get_by_test_id("basis")).to_contain_text("人工落图")
    successor = page.url.partition("/features/")[2].partition("?")[0]

    page.goto(f"{office_address}/features/schools/2022-1")
    page.get_by_test_id("retire").click()
    page.get_by_label("由哪个要素替代").fill(successor)
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("fault-_cause")).to_be_visible()
    page.get_by_label("原因", exact=True).fill("并入启明小学")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("retired")).to_contain_text("并入启明小学")
    assert grave_faults(page) == []
    page.get_by_test_id("successor").click()
    expect(page.get_by_test_id("predecessors").locator("a")).to_have_count(1)
    page.goto(f"{office_address}/?layers=schools")
    expect(page.get_by_test_id("list")).to_contain_text(NAME)
    expect(page.get_by_test_id("list").locator("[data-key='schools/2022-1']")).to_have_count(0)
    page.goto(f"{office_address}/features/schools/2022-1")
    page.get_by_test_id("undo-retirement").click()
    expect(page.get_by_test_id("retire")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["attributes/schools/2021-2", "place/schools/2021-2", "retire/schools/2021-2", "new/schools"]
)
def test_the_forms_speak_english_on_a_phone(open_as, office_address, path):
    page = open_as("wang", f"/language/en?next=/editing/{path}", "phone")
    expect(page).to_have_url(f"{office_address}/editing/{path}")
    expect(page.locator("main h1")).to_be_visible()
    names = {"驻马店经济开发区金雀路小学", "金雀路与盘龙山路交叉口东南侧", "七(二)1 专栏", "金雀路", "盘龙山路"}
    page.evaluate("document.querySelector('datalist')?.remove()")  # names of features
    assert leftovers(page, names) == set()
    assert grave_faults(page) == []
    assert fits(page)
