"""What the running app works with: its store, opened when it is first asked for, now or as of a past day."""

import threading
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, has_request_context
from flask_login import current_user

from geo.model.errors import InvalidInput
from geo.service.as_of import OFFICE_TIME, PastStores, read_when
from geo.service.intake import open_or_create
from geo.service.sealing import SealingKey
from geo.store import open_replica
from geo.store.base import Store
from geo.store.limits import Limits
from geo.web.asking import this_request
from geo.web.settings import ROOT, whole_number

if TYPE_CHECKING:
    from geo.store.replica import Replica

READING = ("GET", "HEAD")
_EXTENSION, _PAST = "plan_atlas_store", "plan_atlas_past_stores"
AS_OF = "as_of"
"""Parameter of every address that is read: the day as of whose end, or the moment, the office's knowledge is shown."""


class _LazyStore:
    """Opens the store once; commands that need none build none."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._url, self._standby_url = settings["DATABASE_URL"], settings["DATABASE_URL_READ"]
        self._layers_dir = ROOT / settings["LAYERS_DIR"]
        self._limits = Limits(
            query_s=whole_number(settings, "QUERY_TIMEOUT_S", lowest=1, highest=3600),
            connections=whole_number(settings, "DATABASE_CONNECTIONS", lowest=3, highest=1000),
        )
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._replica: Replica | None = None

    def __call__(self) -> Store:
        if self._store is None:
            with self._lock:
                if self._store is None:
                    self._store = open_or_create(self._url, self._layers_dir, limits=self._limits)
        return self._store

    def replica(self) -> "Replica | None":
        """The standby that follows the store, where one is set."""
        if not self._standby_url:
            return None
        store = self()
        with self._lock:
            if self._replica is None:
                self._replica = open_replica(self._standby_url, store, self._limits)
            return self._replica


def use_store(app: Flask, settings: Mapping[str, str]) -> None:
    """Tell an app where its store is; a missing one is made from the layer folders when it is first asked for."""
    app.extensions[_EXTENSION] = _LazyStore(settings)
    app.extensions[_PAST] = PastStores(ROOT / settings["AS_OF_DIR"])
    app.url_defaults(_stay_in_the_past)


def live_store() -> Store:
    """The store of the running app as it is now: what is written to, and what knows the accounts."""
    return _extension(_EXTENSION)()


def replica() -> "Replica | None":
    """The standby of the running app's store, where one is set."""
    return _extension(_EXTENSION).replica()


def current_store() -> Store:
    """The store that is read: as of the day that the request names, else as it is now.

    Who has not signed in reads from the standby, where one is set and knows what the store knew a moment ago; who has
    sees what they wrote, at once.

    Raises
    ------
    InvalidInput
        If the day is none, or none of which there is a record.
    """
    day = as_of_day()
    if day is not None:
        return store_as_of(day)
    live = _extension(_EXTENSION)
    standby = live.replica()
    return standby if standby is not None and _only_reads() else live()


def _only_reads() -> bool:
    return has_request_context() and this_request().method in READING and not current_user.is_authenticated


def store_as_of(day: date | None) -> Store:
    """The store as of the end of a day or a moment, for commands; as it is now where none is named."""
    return live_store() if day is None else past_stores().as_of(live_store(), day)


def past_stores() -> PastStores:
    """The app's stores as of past days."""
    return _extension(_PAST)


def _extension(name: str) -> Any:
    """What `use_store` gave the app; a command's app, which has no pages, gets it now."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if name not in app.extensions:
        use_store(app, app.config)
    return app.extensions[name]


def as_of_day() -> date | None:
    """The past day, or the moment (a `datetime`), that the request asks about; None for now."""
    if not has_request_context():
        return None
    request = this_request()
    return past_day(request.args.get(AS_OF)) if request.method in READING else None


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
    if endpoint != "static" and has_request_context() and (given := this_request().args.get(AS_OF)):
        values.setdefault(AS_OF, given)
