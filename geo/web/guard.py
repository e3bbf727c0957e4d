"""Nothing is written, and nothing that needs a role is read, without that role: asked before every view.

A view says what it needs with `needs_role`. A view that takes another method than GET, HEAD or OPTIONS and says nothing
is refused to everybody, unless it stands in `OPEN_WRITING`.
"""

from collections.abc import Callable

from flask import Flask, Response, current_app
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

from geo.model.account import ROLES
from geo.model.errors import N_, NotAllowed, SignInNeeded
from geo.web.asking import this_request
from geo.web.caching import depends_on
from geo.web.sessions import is_signed_in, may, note_activity

READING = {"GET", "HEAD", "OPTIONS"}

OPEN_ALWAYS = {
    "static",
    "accounts.sign_in_page",
    "accounts.sign_in",
    "language.switch",
    "health.healthz",
    "health.live",
    "health.ready",
}
"""Endpoints that need no account even where `REQUIRE_LOGIN` is set."""

OPEN_WRITING = {"accounts.sign_in", "corrections.receive"}
"""Endpoints that take a form from anybody who may read."""

ASKING = {"locating.read", "locating.propose", "locating.overlaps"}
"""Endpoints whose question is too long for an address: they write nothing, so they are open as reading is."""


def needs_role(role: str) -> Callable[[Callable], Callable]:
    """Mark a view: every one of its methods needs an account whose role may do what `role` may."""
    if role not in ROLES:
        raise ValueError(role)

    def mark(view: Callable) -> Callable:
        view.needed_role = role
        return view

    return mark


def needed_role(endpoint: str) -> str | None:
    """The role that an endpoint's view was marked with."""
    return getattr(current_app.view_functions.get(endpoint), "needed_role", None)


def may_open(endpoint: str) -> bool:
    """Whether the account behind this request may open a page; decides what the header offers."""
    role = needed_role(endpoint)
    return role is None or may(role)


def _check() -> None:
    """Refuse what the request may not do.

    Raises
    ------
    SignInNeeded, NotAllowed
    """
    request, app = this_request(), current_app._get_current_object()  # type: ignore[attr-defined]
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return
    role = needed_role(endpoint)
    writes = request.method not in READING and endpoint not in ASKING
    closed = app.config["REQUIRE_LOGIN"] and endpoint not in OPEN_ALWAYS
    unmarked = writes and role is None and endpoint not in OPEN_WRITING
    if (closed or unmarked or role is not None) and not is_signed_in():
        raise SignInNeeded
    if unmarked:
        raise NotAllowed(N_("没有人可以这样写入"))
    if role is not None and not may(role):
        raise NotAllowed(
            N_("这项操作需要“%(needed)s”角色，您的账户是“%(given)s”；需要时请管理员更改"),
            needed=gettext(ROLES[role]),
            given=gettext(ROLES[current_user.role]),
        )
    note_activity()


def _keep_private(response: Response) -> Response:
    """What was shown to an account is kept by no shared cache, and asked for again after signing out."""
    if this_request().endpoint != "static" and (current_app.config["REQUIRE_LOGIN"] or is_signed_in()):
        response.cache_control.private = True
        response.cache_control.no_cache = True
        depends_on(response, "Cookie")
    return response


def guard(app: Flask) -> None:
    """Ask before every view of an app, and take no write without this session's token."""
    app.before_request(_check)
    app.after_request(_keep_private)
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    CSRFProtect(app)
