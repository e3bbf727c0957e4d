"""Signing in and out, one's own account, and the page on which admins keep the accounts."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.model.account import ROLES, Account
from geo.model.errors import AtlasError, SignInRefused, TooManyTries
from geo.service import accounts
from geo.web import sessions
from geo.web.current import live_store
from geo.web.errors import STATUS_OF
from geo.web.guard import needs_role
from geo.web.language import in_words, own_path

__all__ = ["blueprint", "needs_role"]

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("/sign-in")
def sign_in_page() -> Response | str:
    """The form; where there is no account yet, the command that makes the first one."""
    target = own_path(request.args.get("next", "/"))
    if current_user.is_authenticated:
        return redirect(target, 303)
    return _sign_in_form(target)


@blueprint.post("/sign-in")
def sign_in() -> Response:
    """Begin a session and go on to the page that was asked for."""
    form = request.form
    target, name = own_path(form.get("next", "/")), form.get("name", "")
    try:
        begun = accounts.sign_in(live_store(), name, form.get("password", ""), request.remote_addr or "")
    except (SignInRefused, TooManyTries) as error:
        response = make_response(_sign_in_form(target, name=name, fault=in_words(error)), STATUS_OF[type(error)])
        if isinstance(error, TooManyTries):
            response.headers["Retry-After"] = str(error.seconds)
        return response
    sessions.begin(begun)
    return redirect(target, 303)


@blueprint.post("/sign-out")
@needs_role("viewer")
def sign_out() -> Response:
    """End this session."""
    accounts.sign_out(live_store(), current_user.token)
    session.clear()
    return redirect("/", 303)


@blueprint.get("/me")
@needs_role("viewer")
def me() -> str:
    """One's own account."""
    return _my_page()


@blueprint.post("/me/password")
@needs_role("viewer")
def change_password() -> Response | tuple[str, int]:
    """Change one's own password; every other session of the account ends."""
    form = request.form
    try:
        sessions.begin(accounts.change_own_password(live_store(), current_user.account, form["old"], form["new"]))
    except AtlasError as error:
        return _my_page(fault=in_words(error)), STATUS_OF[type(error)]
    return redirect(url_for("accounts.me", done="password"), 303)


@blueprint.get("")
@needs_role("admin")
def index() -> str:
    """Every account, and a form for a new one."""
    return _list()


@blueprint.post("")
@needs_role("admin")
def add() -> Response | tuple[str, int]:
    """Make an account."""
    form = request.form
    name, role = form.get("name", ""), form.get("role", "")
    return _done_or_told(
        lambda: accounts.add_account(live_store(), name, form.get("password", ""), role, by=current_user.name),
        _("账户“%(name)s”已建立"),
        given={"name": name, "role": role},
    )


@blueprint.post("/<int:account_id>/role")
@needs_role("admin")
def change_role(account_id: int) -> Response | tuple[str, int]:
    """Give an account another role."""
    account, role = live_store().accounts.get(account_id), request.form.get("role", "")
    return _done_or_told(
        lambda: accounts.change_role(live_store(), account, role, by=current_user.account),
        _("“%(name)s”的角色已改，需要重新登录"),
    )


@blueprint.post("/<int:account_id>/disabled")
@needs_role("admin")
def set_disabled(account_id: int) -> Response | tuple[str, int]:
    """Keep an account from signing in, or let it again."""
    account, disabled = live_store().accounts.get(account_id), request.form.get("disabled") == "1"
    return _done_or_told(
        lambda: accounts.set_disabled(live_store(), account, disabled, by=current_user.account),
        _("“%(name)s”已停用") if disabled else _("“%(name)s”已恢复"),
    )


@blueprint.post("/<int:account_id>/password")
@needs_role("admin")
def set_password(account_id: int) -> Response | tuple[str, int]:
    """Give an account a new password."""
    account, password = live_store().accounts.get(account_id), request.form.get("password", "")
    return _done_or_told(
        lambda: accounts.set_password(live_store(), account, password, by=current_user.account),
        _("“%(name)s”的密码已重设，需要重新登录"),
    )


def _done_or_told(
    change: Callable[[], Account], words: str, given: dict[str, str] | None = None
) -> Response | tuple[str, int]:
    """The list with what was done, or with why it was not and what was typed."""
    try:
        changed = change()
    except AtlasError as error:
        return _list(fault=in_words(error), given=given), STATUS_OF[type(error)]
    flash(words % {"name": changed.name})
    return redirect(url_for("accounts.index"), 303)


def _list(**more: object) -> str:
    return render_template("accounts/index.html", accounts=live_store().accounts.all(), roles=ROLES, **more)


def _my_page(**more: str) -> str:
    return render_template("accounts/me.html", account=current_user.account, roles=ROLES, **more)


def _sign_in_form(target: str, **more: str) -> str:
    return render_template(
        "accounts/sign_in.html", target=target, no_account_yet=live_store().accounts.is_empty(), **more
    )
