"""What the running app works with: its store, opened when it is first asked for, now or as of a past day."""

import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context, request

from geo.model.errors import InvalidInput
from geo.model.layer import Zone
from geo.service.as_of import OFFICE_TIME, PastStores, read_when
from geo.service.intake import open_or_create
from geo.service.sealing import SealingKey
from geo.store.base import Store
from geo.web.settings import ROOT

_EXTENSION, _PAST = "plan_atlas_store", "plan_atlas_past_stores"
AS_OF = "as_of"
"""Parameter of every address that is read: the day as of whose end, or the moment, the office's knowledge is shown."""


class _LazyStore:
    """Opens the store once; commands that need none build none."""

    def __init__(self, url: str, layers_dir: Path) -> None:
        self._url, self._layers_dir = url, layers_dir
        self._lock = threading.Lock()
        self._store: Store | None = None

    def __call__(self) -> Store:
        with self._lock:
            if self._store is None:
                self._store = open_or_create(self._url, self._layers_dir)
            return self._store


def use_store(app: Flask, url: str, layers_dir: Path, past_dir: Path) -> None:
    """Tell an app where its store is; a missing one is made from the layer folders when it is first asked for.

    Parameters
    ----------
    past_dir
        Where stores as of past days are kept.
    """
    app.extensions[_EXTENSION] = _LazyStore(url, layers_dir)
    app.extensions[_PAST] = PastStores(past_dir)
    app.url_defaults(_stay_in_the_past)


def live_store() -> Store:
    """The store of the running app as it is now: what is written to, and what knows the accounts."""
    return _extension(_EXTENSION)()


def current_store() -> Store:
    """The store that is read: as of the day that the request names, else as it is now.

    Raises
    ------
    InvalidInput
        If the day is none, or none of which there is a record.
    """
    return store_as_of(as_of_day())


def store_as_of(day: date | None) -> Store:
    """The store as of the end of a day or a moment, for commands; as it is now where none is named."""
    return live_store() if day is None else past_stores().as_of(live_store(), day)


def past_stores() -> PastStores:
    """The app's stores as of past days."""
    return _extension(_PAST)


def _extension(name: str) -> Any:
    """What `use_store` gave the app; a command's app, which has no pages, gets it now."""
    if name not in current_app.extensions:
        given = current_app.config
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        use_store(app, given["DATABASE_URL"], ROOT / given["LAYERS_DIR"], ROOT / given["AS_OF_DIR"])
    return current_app.extensions[name]


def as_of_day() -> date | None:
    """The past day, or the moment (a `datetime`), that the request asks about; None for now."""
    given = request.args.get(AS_OF) if has_request_context() and request.method in ("GET", "HEAD") else None
    return past_day(given)


def as_of_moment() -> str | None:
    """The moment that the page is about, by the office's clock; None for a day, for now, and for what is neither."""
    try:
        when = as_of_day()
    except InvalidInput:
        return None
    return when.astimezone(OFFICE_TIME).strftime("%Y-%m-%d %H:%M:%S") if isinstance(when, datetime) else None


def past_day(given: str | None) -> date | None:
    """A past day, or a moment, as it is written in an address or a command; None for now."""
    return read_when(given) if given else None


def sealing_key() -> SealingKey:
    """The key with which the office closes a year."""
    return SealingKey(Path(current_app.root_path) / current_app.config["SEAL_KEY"])


def _stay_in_the_past(endpoint: str, values: dict) -> None:
    """Addresses in a page about a past day lead to pages about that day."""
    if endpoint != "static" and has_request_context() and (given := request.args.get(AS_OF)):
        values.setdefault(AS_OF, given)


def current_zone() -> Zone:
    """The zone of the running app."""
    return current_store().catalog.zone
