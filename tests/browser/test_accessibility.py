"""No serious fault that axe-core can find, on any page, in either language, at either size."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.settling import settle

PAGES = (
    "",
    "?year=2023&feature=schools/2023-1",
    "features/schools/2023-1",
    "export",
    "reports",
    "catchments?method=service&year=2025",
    "features/schools/2023-9",
)
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_serious_fault(open_page, address, size, language):
    page = open_page(f"{address}/export", size, refused=f"{address}/{PAGES[-1]}")
    for path in PAGES:
        page.goto(f"{address}/language/{language}?next=/{path}")
        assert grave_faults(page) == [], path


def test_axe_finds_no_serious_fault_in_what_opens(open_page, address):
    page = open_page(f"{address}/")
    page.wait_for_selector("body[data-ready=true]")
    for opened in ("filter-plan_year", "filter-more", "export", "select", "measure", "search"):
        page.get_by_test_id(opened).click()
        page.keyboard.type("2023")
        assert grave_faults(page) == [], opened
        page.keyboard.press("Escape")


def grave_faults(page) -> list[str]:
    """What axe-core calls serious or critical on a page at rest: the rule and the first element that breaks it."""
    settle(page)
    found = Axe().run(page, options={"resultTypes": ["violations"], "selectors": False}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found if each["impact"] in GRAVE]
