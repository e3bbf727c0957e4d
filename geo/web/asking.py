"""Requests as this app reads them: each of them asks much of the same, and most is known from the one before."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.utils import get_current_url
from werkzeug.utils import cached_property

KEPT_ADDRESSES = 256
KEPT_HEADERS = 256
"""Values of a header of which it is known what they ask for; browsers and libraries send few different ones."""


class Parameters(ImmutableMultiDict):
    """The parameters of an address: most that are looked for are not there, and are missed without an exception."""

    def get(self, key: Any, default: Any = None, type: Callable[[Any], Any] | None = None) -> Any:
        return super().get(key, default, type) if key in self else default


class AtlasRequest(Request):
    """A request whose parameters are `Parameters`."""

    parameter_storage_class = Parameters

    @cached_property
    def root_url(self) -> str:
        """The address under which the client called the app."""
        return _root_url(self.scheme, self.host, self.root_path)


_root_url = lru_cache(KEPT_ADDRESSES)(get_current_url)


def this_request() -> AtlasRequest:
    """The request itself: `flask.request` looks for it at every word, which takes longer than what is then read."""
    return cast(AtlasRequest, request._get_current_object())  # type: ignore[attr-defined]


def read_requests(app: Flask) -> None:
    """Let an app read its requests so, and call its functions as they are: none is a coroutine."""
    app.request_class = AtlasRequest
    app.ensure_sync = _as_it_is  # type: ignore[method-assign]


def _as_it_is(function: Callable) -> Callable:
    return function
