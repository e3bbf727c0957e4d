"""When a page has come to rest: looked at before what would not wait by itself, such as axe, a printout or a count."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

WATCH = """(() => {
    const SOON_MS = 1000;
    let open = 0;
    let still = 0;
    const soon = new Set();
    const begin = () => { open += 1; };
    const end = () => { open -= 1; };

    const answers = ["arrayBuffer", "blob", "json", "text"].map((name) => [Response.prototype, name]);
    for (const [owner, name] of [[window, "fetch"], [ReadableStreamDefaultReader.prototype, "read"], ...answers]) {
        const own = owner[name];
        owner[name] = function (...given) { begin(); return own.apply(this, given).finally(end); };
    }

    const { setTimeout, clearTimeout } = window;
    window.setTimeout = (act, ms = 0, ...given) => {
        const id = setTimeout((...all) => { soon.delete(id); act(...all); }, ms, ...given);
        if (ms <= SOON_MS) soon.add(id);
        return id;
    };
    window.clearTimeout = (id) => { soon.delete(id); clearTimeout(id); };

    const { open: openDatabase } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...given) {
        begin();
        const request = openDatabase.apply(this, given);
        for (const kind of ["success", "error"]) request.addEventListener(kind, end);
        return request;
    };
    const { transaction: transact } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...given) {
        begin();
        const transaction = transact.apply(this, given);
        for (const kind of ["complete", "abort"]) transaction.addEventListener(kind, end);
        return transaction;
    };

    const moves = (each) => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity;
    window.hasSettled = () => {
        const isIdle = document.readyState === "complete" && !open && !soon.size;
        const rests = isIdle && !document.getAnimations().some(moves);
        still = rests ? still + 1 : 0;
        return still > 2;
    };
})();"""
"""Counts what the page has begun and not ended: questions, reading of answers, what it does within a second, what it
keeps in the browser, and what moves. `networkidle` would be over with the first pause of the network after a load.
"""


def settle(page: Page) -> None:
    """Wait until all that the page has begun is over, for some frames."""
    page.wait_for_function("() => window.hasSettled()")


@contextmanager
def held(page: Page, addresses: str) -> Iterator[None]:
    """What the page asks of addresses that match a pattern waits for the end of the block."""
    waiting: list[Route] = []

    def keep(route: Route) -> None:
        waiting.append(route)

    page.route(addresses, keep)
    yield
    for route in waiting:
        route.continue_()
    page.unroute(addresses)  # lets go whatever came since
