"""Nothing leaves the server: with every other address cut off, every page and every tool works."""

import re

from playwright.sync_api import expect

from tests.browser.map_page import MapPage

POLICY = {
    "default-src": "'self'",
    "script-src": r"'self'( 'nonce-[\w-]{20,}')?",
    "style-src": r"'self'( 'nonce-[\w-]{20,}')?",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'(self|none)'",
}


def test_every_page_and_tool_works_with_the_network_cut(open_page, address):
    page = open_page(f"{address}/export", alone=True)  # what listens stays with it
    asked, policies = [], {}

    def cut(route):
        if route.request.url.startswith(address):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    page.context.route(re.compile(".*"), cut)
    page.on("response", lambda response: policies.update({response.url: response.headers}))
    page.goto(f"{address}/features/schools/2023-1")
    page.wait_for_selector("body[data-ready=true]")
    page.goto(f"{address}/?at=33.04,114.015,14")
    shown = MapPage(page)
    shown.search("114.0168, 33.0456").first.click()
    expect(shown.by("place")).to_be_visible()
    shown.start("measure", "length")
    shown.draw([(114.015, 33.0456), (114.018, 33.0456)])
    expect(shown.by("measure-result")).to_contain_text("m")
    shown.by("tool-close").click()
    shown.start("select", "polygon")
    shown.by("tool-close").click()
    shown.choose("schools/2023-1")
    shown.settle()
    assert asked == []
    assert len(policies) > 40
    for url, headers in policies.items():
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert set(policy) == set(POLICY), url
        assert all(re.fullmatch(POLICY[name], words) for name, words in policy.items()), policy
        assert headers["x-content-type-options"] == "nosniff", url


def test_what_the_policy_forbids_does_not_run(browser, address):
    """The header is not only sent: Chromium keeps to it."""
    page = browser.new_page()
    page.goto(f"{address}/export")
    ran = page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const foreign = await fetch("http://127.0.0.2:9/").then(() => "answered", () => "refused");
            return [window.ran === true, foreign];
        }"""
    )
    page.close()
    assert ran == [False, "refused"]
