"""Real servers and a real Chromium. Every page opened here must stay on its server and log no error."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)

from geo.web import create_app
from tests.browser.map_page import VIEWPORTS, MapPage
from tests.browser.office import make_office
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
    make_office(store, editor="editor")
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
        self._page = page
        self._heard = {"console": self._on_console, "pageerror": self._on_error, "dialog": self._on_dialog}
        for event, heard in self._heard.items():
            page.on(event, heard)
        page.context.on("request", self._on_request)

    def end(self) -> None:
        """What others do in the window and on the page does not matter to it."""
        self._context.remove_listener("request", self._on_request)
        for event, heard in self._heard.items():
            self._page.remove_listener(event, heard)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].startswith(self.refusals):
            self.faults.append(f"{message.location['url']}: {message.text}")

    def _on_error(self, error: Error) -> None:
        self.faults.append(f"{self._page.url}: {error}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to another server: {request.url}")


@pytest.fixture(scope="session")
def windows(browser) -> "Windows":
    return Windows(browser)


class Windows:
    """Windows with a page, by their size: taken by tests and given back as if nobody had used them but for the files
    and the compiled scripts that they keep.

    A new window would fetch and compile every script again, for a second; a new page, for which Chromium starts a
    process, takes more than half a second of computing more than one that comes from a page of ours.
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

    def page_of(self, context: BrowserContext, *, is_new: bool) -> Page:
        """The page of a window, or one in its place that Chromium starts a process for."""
        kept = context.pages
        if kept and not is_new:
            return kept[0]
        page = context.new_page()
        for each in kept:
            each.close()
        return page

    def give_back(self, size: str, page: Page, origin: str, *, is_spoilt: bool) -> None:
        """Forget what a test did; a page that is spoilt, or whose server is gone, is closed."""
        context, resting = page.context, page
        for other in context.pages:
            if other is not page:
                other.close()
        context.unroute_all()
        if is_spoilt or not self._rest(page, size, origin):
            resting = context.new_page()
            page.close()
        tools = context.new_cdp_session(resting)
        tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
        tools.detach()
        if resting is not page:
            resting.close()
        context.clear_cookies()
        context.clear_permissions()
        self._free[size].append(context)

    def _rest(self, page: Page, size: str, origin: str) -> bool:
        """Put a page down where nothing of ours runs, as it was when it was new; whether that could be done."""
        page.unroute_all()
        try:
            page.goto(f"{origin}/healthz/live")
            page.evaluate("sessionStorage.clear()")
        except Error:
            return False
        page.mouse.move(0, 0)
        page.set_viewport_size(VIEWPORTS[size])
        page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
        return True


@pytest.fixture
def open_page(windows) -> Iterator[OpenPage]:
    """Open a page in a window of its own, `desktop` or `phone`; at the end it must have no fault.

    `status` is what the page itself is to be answered with; what it asks for in vain begins with `refused`. `first` is
    whether the browser must not have seen anything of ours before, and no other test may use it after; `alone` whether
    only the page must be a new one that no other test uses after, in a window that has our files.
    """
    opened: list[tuple[Page, Watch, str, bool]] = []

    def open_(
        url: str, size: str = "desktop", *, status: int = 200, refused: str = "", first=False, alone=False, **options
    ) -> Page:
        is_own = first or bool(options)
        context = windows.new(size, **options) if is_own else windows.take(size)
        page = windows.page_of(context, is_new=alone)
        watch = Watch(page, "/".join(url.split("/")[:3]))
        opened.append((page, watch, "" if is_own else size, alone))
        watch.refusals = tuple(filter(None, (refused, url if status != 200 else "")))
        assert page.goto(url).status == status
        return page

    yield open_
    for page, watch, size, alone in opened:
        watch.end()
        if size:
            windows.give_back(size, page, watch.address, is_spoilt=alone or page.is_closed())
        else:
            page.context.close()
    faults = [fault for _, watch, *_ in opened for fault in watch.faults]
    assert not faults, faults


@pytest.fixture
def open_map(open_page, address) -> Callable[..., MapPage]:
    """Open the map page of the shipped plan at what stands behind its address."""
    return lambda query="", size="desktop", **options: MapPage(open_page(f"{address}/{query}", size, **options))
