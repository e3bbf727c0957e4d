"""Real servers and a real Chromium. Every page opened here must stay on its server and log no error."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from geo.web import create_app
from tests.browser.map_page import VIEWPORTS, MapPage
from tests.browser.office import add_accounts
from tests.browser.settling import WATCH
from tests.serving import running_server

ANSWER_TIMEOUT_MS = 60_000
"""A machine that runs several test processes may be slow; nothing here waits that long when all is well."""

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Debian's Chromium, where it can be had without the windows that nobody sees: those cost more than our pages."""

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
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


class Watch:
    """What a page did that it must not do: errors in its console, dialogs, requests to other servers."""

    def __init__(self, page: Page, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self._context = page.context
        self.refusals: tuple[str, ...] = ()
        """How addresses begin that the test asks for because they are refused; Chromium logs each as an error."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.context.on("request", self._on_request)

    def end(self) -> None:
        """What others do in the window does not matter to it."""
        self._context.remove_listener("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].startswith(self.refusals):
            self.faults.append(f"{message.location['url']}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to another server: {request.url}")


@pytest.fixture(scope="session")
def windows(browser) -> "Windows":
    return Windows(browser)


class Windows:
    """Windows by their size, taken by tests and given back as if nobody had used them but for the files they keep.

    A new one would fetch and compile every script again, for a second.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {size: [] for size in VIEWPORTS}

    def take(self, size: str) -> BrowserContext:
        return self._free[size].pop() if self._free[size] else self.new(size)

    def new(self, size: str, **options: object) -> BrowserContext:
        """One that knows nothing yet; what is opened in it can be asked when it comes to rest."""
        usual = {"viewport": VIEWPORTS[size], "has_touch": size == "phone", "locale": "zh-CN"}
        context = self._browser.new_context(**usual | options)
        context.set_default_timeout(ANSWER_TIMEOUT_MS)
        context.add_init_script(WATCH)
        return context

    def give_back(self, size: str, context: BrowserContext, origins: set[str]) -> None:
        used, blank = context.pages, context.new_page()
        for page in used:
            page.close()
        tools = context.new_cdp_session(blank)
        for origin in origins:
            tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
        blank.close()
        context.clear_cookies()
        context.clear_permissions()
        context.unroute_all()
        self._free[size].append(context)


@pytest.fixture
def open_page(windows) -> Iterator[OpenPage]:
    """Open a page in a window of its own, `desktop` or `phone`; at the end it must have no fault.

    `status` is what the page itself is to be answered with; what it asks for in vain begins with `refused`. `first` is
    whether the browser must not have seen anything of ours before, and no other test may use it after.
    """
    opened: list[tuple[BrowserContext, Watch, str]] = []

    def open_(url: str, size: str = "desktop", *, status: int = 200, refused: str = "", first=False, **options) -> Page:
        is_own = first or bool(options)
        context = windows.new(size, **options) if is_own else windows.take(size)
        page = context.new_page()
        watch = Watch(page, "/".join(url.split("/")[:3]))
        opened.append((context, watch, "" if is_own else size))
        watch.refusals = tuple(filter(None, (refused, url if status != 200 else "")))
        assert page.goto(url).status == status
        return page

    yield open_
    for context, watch, size in opened:
        if size:
            windows.give_back(size, context, {watch.address})
            watch.end()
        else:
            context.close()
    faults = [fault for _, watch, _ in opened for fault in watch.faults]
    assert not faults, faults


@pytest.fixture
def open_map(open_page, address) -> Callable[..., MapPage]:
    """Open the map page of the shipped plan at what stands behind its address."""
    return lambda query="", size="desktop", **options: MapPage(open_page(f"{address}/{query}", size, **options))
