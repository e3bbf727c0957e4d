"""What the running app works with: its store, opened when it is first asked for."""

import threading
from pathlib import Path

from flask import Flask, current_app

from geo.model.layer import Zone
from geo.service.intake import open_or_create
from geo.store.base import Store

_EXTENSION = "plan_atlas_store"


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


def use_store(app: Flask, url: str, layers_dir: Path) -> None:
    """Tell an app where its store is; a missing one is made from the layer folders when it is first asked for."""
    app.extensions[_EXTENSION] = _LazyStore(url, layers_dir)


def current_store() -> Store:
    """The store of the running app."""
    return current_app.extensions[_EXTENSION]()


def current_zone() -> Zone:
    """The zone of the running app."""
    return current_store().catalog.zone
