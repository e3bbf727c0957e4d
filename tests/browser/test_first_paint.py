"""The first page in a browser that knows nothing yet, and the second: what really goes over the wire."""

from playwright.sync_api import expect

MOST_BYTES = 600_000

FETCHED = """() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
    .map((each) => ({ url: each.name, bytes: each.transferSize, kind: each.initiatorType, began: each.startTime }))"""


def test_the_map_page_is_light_at_first_and_costs_next_to_nothing_again(open_page, address):
    page = open_page(f"{address}/", first=True)
    expect(page.get_by_test_id("item").first).to_be_visible()
    first = [each for each in page.evaluate(FETCHED) if "/ogc/" not in each["url"]]
    assert len(first) > 30
    assert 0 < sum(each["bytes"] for each in first) < MOST_BYTES
    page.goto(f"{address}/")
    expect(page.get_by_test_id("item").first).to_be_visible()
    again = [each for each in page.evaluate(FETCHED) if "/static/" in each["url"]]
    assert [each for each in again if each["bytes"] > 0] == []


def test_no_module_waits_for_another_one_to_say_that_it_is_needed(open_page, address):
    page = open_page(f"{address}/", first=True)
    expect(page.get_by_test_id("item").first).to_be_visible()
    preloaded = set(page.eval_on_selector_all("link[rel=modulepreload]", "links => links.map((each) => each.href)"))
    modules = {each["url"] for each in page.evaluate(FETCHED) if "/static/" in each["url"] and "/js/" in each["url"]}
    assert len(preloaded) > 20
    assert modules == preloaded
