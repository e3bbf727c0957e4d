"""Requests as this app reads them."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict


class Parameters(ImmutableMultiDict):
    """The parameters of an address: most that are looked for are not there, and are missed without an exception."""

    def get(self, key: Any, default: Any = None, type: Callable[[Any], Any] | None = None) -> Any:
        return super().get(key, default, type) if key in self else default


class AtlasRequest(Request):
    """A request whose parameters are `Parameters`."""

    parameter_storage_class = Parameters


def read_requests(app: Flask) -> None:
    """Let an app read its requests so, and call its functions as they are: none is a coroutine."""
    app.request_class = AtlasRequest
    app.ensure_sync = _as_it_is  # type: ignore[method-assign]


def _as_it_is(function: Callable) -> Callable:
    return function
