"""The demonstration store says what it is on every page and in every file; its lamps differ in shape."""

import io
import itertools
import json
import urllib.request

import openpyxl
from playwright.sync_api import Locator, expect

from tests.browser.map_page import MapPage

LAMPS = ("green", "yellow", "red", "grey")
LAMPS_OF_SCHOOLS_AND_RIVERS = """async year => {
    const layers = ["schools", "river_sections", "water_sections"];
    const answers = await Promise.all(layers.map(layer => fetch(`/ogc/collections/${layer}/items?year=${year}`)));
    const bodies = await Promise.all(answers.map(answer => answer.json()));
    return bodies.flatMap(({ features }, i) => features.map(each => [`${layers[i]}/${each.id}`, each.properties.lamp]));
}"""


def test_every_page_says_that_the_data_are_invented(open_page, demo_address):
    wrong = f"{demo_address}/features/schools/none"
    page = open_page(f"{demo_address}/export", refused=wrong)
    for language, words in {"zh": "演示数据", "en": "Demonstration data"}.items():
        for path in ("", "features/schools/2023-1", "export", "features/schools/none"):
            page.goto(f"{demo_address}/language/{language}?next=/{path}")
            expect(page.get_by_test_id("demo-strip")).to_contain_text(words)
            expect(page.get_by_test_id("demo-strip")).to_be_visible()


def test_the_plans_own_store_does_not(open_page, address):
    page = open_page(f"{address}/features/schools/2023-1")
    expect(page.get_by_test_id("feature-name")).to_be_visible()
    expect(page.get_by_text("演示数据")).to_have_count(0)


def test_the_timeline_and_the_printed_map_say_so_too(open_page, demo_address):
    page = open_page(f"{demo_address}/?year=2025&feature=schools/2021-1")
    MapPage(page)
    expect(page.get_by_test_id("timeline").locator(".demo-mark")).to_have_text("演示数据")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_test_id("demo-strip")).to_be_visible()
    expect(page.locator("#sheet-foot")).to_contain_text("含演示数据")


def test_every_file_says_so(demo_address):
    def download(format_name: str, address: str = demo_address) -> bytes:
        with urllib.request.urlopen(f"{address}/export/file?layers=schools&year=2025&format={format_name}") as answer:
            return answer.read()

    collection = json.loads(download("geojson"))
    assert "演示数据" in collection["note"]
    assert any(feature["properties"]["status_demo"] for feature in collection["features"])
    head, *rows = download("csv").decode("utf-8-sig").splitlines()
    column = head.split(",").index("演示数据")
    assert any(row.split(",")[column] == "是" for row in rows)
    book = openpyxl.load_workbook(io.BytesIO(download("xlsx")))
    assert "演示数据" in str(
        [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    )


def test_lamps_differ_in_more_than_colour(open_page, demo_address):
    """On the map and in the legend; who sees no colours tells them apart. No year has all of them."""
    looks: dict[str, set] = {name: set() for name in LAMPS}
    for year in (2022, 2023):
        page = MapPage(open_page(f"{demo_address}/?year={year}"))
        for key, lamp in page.page.evaluate(LAMPS_OF_SCHOOLS_AND_RIVERS, year):
            if lamp:
                looks[lamp].add(look(page.marker(key)))
    for one, other in itertools.combinations(looks.values(), 2):
        assert one and other and not one & other
    legend = page.page.locator("#legend-content .lamp use")
    assert legend.evaluate_all("uses => uses.map(use => use.getAttribute('href').split('#')[1])")[:4] == [
        f"lamp-{name}" for name in LAMPS
    ]


def look(marker: Locator) -> tuple:
    """A marker without its colours: the signs of its path, white, hatched or full, dashed or not."""
    outline = "".join(sign for sign in marker.get_attribute("d") if sign.isalpha())
    fill = marker.get_attribute("fill")
    paint = "hatched" if fill.startswith("url") else "white" if fill == "#ffffff" else "full"
    return outline, paint, marker.get_attribute("stroke-dasharray")
