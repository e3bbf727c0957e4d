"""Real servers and a real Chromium. Every page opened here must stay on its server and log no error."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from geo.web import create_app
from tests.browser.map_page import VIEWPORTS, MapPage
from tests.browser.office import add_accounts
from tests.browser.settling import WATCH
from tests.serving import running_server

ANSWER_TIMEOUT_MS = 60_000
"""A machine that runs several test processes may be slow; nothing here waits that long when all is well."""

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def serve() -> Callable:
    """`running_server`, for tests that bring a store or layers of their own."""
    return running_server


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> Iterator[str]:
    """A server on the shipped plan."""
    with running_server(tmp_path_factory.mktemp("plan") / "plan.gpkg") as server:
        yield server.address


@pytest.fixture(scope="module")
def office_address(tmp_path_factory, serve) -> Iterator[str]:
    """A server with an editor."""
    store = tmp_path_factory.mktemp("office") / "plan.gpkg"
    add_accounts(store, editor="editor")
    with serve(store) as server:
        yield server.address


@pytest.fixture(scope="session")
def demo_address(tmp_path_factory) -> Iterator[str]:
    """A server on a demonstration store, made by the command that makes it for everybody."""
    store = tmp_path_factory.mktemp("demo") / "demo.gpkg"
    done = create_app({"DEMO_DATABASE_URL": f"gpkg:///{store}"}).test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 0, done.output
    with running_server(store) as server:
        yield server.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; Playwright's own is not needed."""
    expect.set_options(timeout=ANSWER_TIMEOUT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


class Watch:
    """What a page did that it must not do: errors in its console, dialogs, requests to other servers."""

    def __init__(self, page: Page, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self.refusals: tuple[str, ...] = ()
        """How addresses begin that the test asks for because they are refused; Chromium logs each as an error."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].startswith(self.refusals):
            self.faults.append(f"{message.location['url']}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to another server: {request.url}")


@pytest.fixture
def open_page(browser) -> Iterator[OpenPage]:
    """Open a page in a window of its own, `desktop` or `phone`; at the end it must have no fault.

    `status` is what the page itself is to be answered with; what it asks for in vain begins with `refused`.
    """
    opened = []

    def open_(url: str, size: str = "desktop", *, status: int = 200, refused: str = "", **options) -> Page:
        options = {"viewport": VIEWPORTS[size], "has_touch": size == "phone", "locale": "zh-CN"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(ANSWER_TIMEOUT_MS)
        context.add_init_script(WATCH)
        page = context.new_page()
        watch = Watch(page, "/".join(url.split("/")[:3]))
        opened.append((context, watch))
        watch.refusals = tuple(filter(None, (refused, url if status != 200 else "")))
        assert page.goto(url).status == status
        return page

    yield open_
    for context, _ in opened:
        context.close()
    faults = [fault for _, watch in opened for fault in watch.faults]
    assert not faults, faults


@pytest.fixture
def open_map(open_page, address) -> Callable[..., MapPage]:
    """Open the map page of the shipped plan at what stands behind its address."""
    return lambda query="", size="desktop", **options: MapPage(open_page(f"{address}/{query}", size, **options))
