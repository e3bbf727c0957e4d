"""Signing in and out, one's own password, and what an admin does, in both languages and at both sizes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office import PASSWORD, make_office, sign_in
from tests.browser.settling import settle
from tests.browser.test_accessibility import grave_faults
from tests.browser.test_language import CJK, leftovers
from tests.browser.test_sizes import outside

NAMES = {"张明": "admin", "王晓丽": "editor", "李强": "viewer"}


@pytest.fixture(scope="module")
def office_address(tmp_path_factory, serve):
    """A server of an office with three accounts, made by the command that makes the first one."""
    store = tmp_path_factory.mktemp("office") / "plan.gpkg"
    make_office(store, **NAMES)
    with serve(store) as server:
        yield server.address


def fits(page: Page) -> bool:
    """Nothing runs off the side, once the page is at rest."""
    settle(page)
    wide, window = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    return wide <= window and outside(page) == []


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_planner_signs_in_where_they_were_and_out_again(open_page, office_address, language, size):
    page = open_page(
        f"{office_address}/language/{language}?next=/export", size, refused=f"{office_address}/accounts/sign-in"
    )
    page.get_by_test_id("sign-in-link").click()
    expect(page.get_by_test_id("sign-in-form")).to_be_visible()
    assert grave_faults(page) == []
    assert fits(page)
    sign_in(page, "王晓丽", "not the password")
    expect(page.get_by_test_id("sign-in-fault")).to_have_text(
        {"zh": "账户名或密码不对", "en": "Name or password is not right"}[language]
    )
    assert grave_faults(page) == []
    sign_in(page, "王晓丽")
    expect(page).to_have_url(f"{office_address}/export")
    page.get_by_test_id("account-button").click()
    expect(page.get_by_test_id("account-name")).to_have_text("王晓丽")
    assert grave_faults(page) == []
    page.get_by_test_id("account-me").click()
    expect(page.locator("h1")).to_have_text("王晓丽")
    assert grave_faults(page) == []
    assert fits(page)
    if language == "en":
        assert leftovers(page, list(NAMES)) == set()
    page.get_by_test_id("account-button").click()
    page.get_by_test_id("sign-out").click()
    expect(page).to_have_url(re.compile(f"^{office_address}/($|\\?)"))
    expect(page.get_by_test_id("sign-in-link")).to_be_visible()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_map_offers_the_account_too(open_page, office_address, size):
    page = open_page(f"{office_address}/accounts/sign-in", size)
    sign_in(page, "李强")
    page.wait_for_selector("body[data-ready=true]")
    page.get_by_test_id("account-button").click()
    expect(page.get_by_test_id("account-name")).to_have_text("李强")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("account-menu")).to_be_hidden()
    assert fits(page)


@pytest.mark.parametrize(("language", "size"), [("zh", "desktop"), ("en", "phone")])
def test_an_admin_makes_an_account_and_disables_it(open_page, office_address, language, size):
    name = f"审计组 {language}"
    page = open_page(f"{office_address}/language/{language}?next=/accounts/sign-in?next=/accounts", size)
    sign_in(page, "张明")
    form = page.get_by_test_id("add-form")
    form.locator("[name=name]").fill(name)
    form.locator("[name=role]").select_option("viewer")
    form.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("add").click()
    expect(page.get_by_test_id("done")).to_contain_text(name)
    row = page.locator("tr", has_text=name)
    row.locator("summary").click()
    assert grave_faults(page) == []
    assert fits(page)
    if language == "en":
        assert leftovers(page, [name, *NAMES, "审计组 zh"]) == set()
    row.get_by_test_id("toggle-disabled").click()
    expect(page.locator("tr", has_text=name)).to_have_class("is-disabled")
    assert bool(CJK.search(page.locator("h1").inner_text())) == (language == "zh")
