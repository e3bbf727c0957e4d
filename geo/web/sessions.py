"""Who asks: the session's cookie, the key that signs it, and the account that it stands for."""

import os
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from filelock import FileLock
from flask import Flask, Request, Response, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user
from itsdangerous import URLSafeTimedSerializer

from geo.model.account import Account, allows
from geo.model.errors import AtlasError, InvalidInput, N_, StoreUnavailable
from geo.service import accounts
from geo.web.asking import this_request
from geo.web.assets import is_asset
from geo.web.caching import depends_on
from geo.web.current import live_store
from geo.web.settings import ROOT

LONGEST_IDLE = timedelta(hours=2)
"""A session that asks for nothing ends then; `accounts.LONGEST_SESSION` ends a busy one."""

NOTED_EVERY_S = 300
"""How often a busy session's cookie is renewed."""

SHORTEST_KEY = 16


@dataclass(frozen=True)
class CurrentUser(UserMixin):
    """The account behind a request, as `flask_login.current_user` gives it to signed-in requests."""

    account: Account
    token: str

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def role(self) -> str:
        return self.account.role

    def get_id(self) -> str:
        return self.token


class _Sessions(SecureCookieSessionInterface):
    """Cookies signed with a key that is read, or made, when the first one is needed; commands need none."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        app.secret_key = app.secret_key or secret_key(app)
        return super().get_signing_serializer(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        return this_request().is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Who brings no cookie has no session to be read yet; their forms are signed, so the key must be there."""
        if not app.secret_key:
            app.secret_key = secret_key(app)
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Scripts, styles and pictures are the same for everybody: no answer with one has to do with a session."""
        if is_asset():
            return
        if session or session.modified:
            super().save_session(app, session, response)
        elif session.accessed:  # all that is left of it for who has none, as for nearly every program
            depends_on(response, "Cookie")


def secret_key(app: Flask) -> str:
    """The key that signs cookies: the setting, else that of a file which is made once; processes share it.

    Raises
    ------
    InvalidInput
        If the setting is too short to be a secret.
    StoreUnavailable
        If the file can be neither read nor made.
    """
    if given := app.config["SECRET_KEY"]:
        if len(given) < SHORTEST_KEY:
            raise InvalidInput(N_("设置 SECRET_KEY 太短，至少 %(least)s 个字符"), least=SHORTEST_KEY)
        return given
    path = ROOT / app.config["SECRET_KEY_FILE"]
    try:
        return _kept_key(path)
    except OSError as error:
        raise StoreUnavailable(
            N_("不能读写会话密钥文件 %(file)s：%(reason)s"), file=path, reason=error.strerror or error
        ) from error


def _kept_key(path: Path) -> str:
    """What the file holds; only its owner may read it. It gets its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=60):
        if not path.exists():
            draft = path.with_name(f"{path.name}.part")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            draft.replace(path)
    return path.read_text(encoding="ascii").strip()


def begin(signed_in: accounts.SignedIn) -> None:
    """Let the browser of this request stand for an account; whatever its session held before is gone."""
    session.clear()
    session.permanent = True
    login_user(CurrentUser(signed_in.account, signed_in.token))
    session["seen"] = int(time.time())


def is_signed_in() -> bool:
    """Whether an account stands behind this request; nobody is looked up for a session that names none."""
    return "_user_id" in session and current_user.is_authenticated


def note_activity() -> None:
    """Renew the cookie of a busy session now and then."""
    if is_signed_in() and time.time() - session.get("seen", 0) > NOTED_EVERY_S:
        session["seen"] = int(time.time())


def may(role: str) -> bool:
    """Whether the account behind this request may do what a role may; templates ask it too."""
    return is_signed_in() and allows(current_user.role, role)


def _load(token: str) -> CurrentUser | None:
    """Nobody while the store cannot be read, so that the page which says so can be made."""
    try:
        account = accounts.account_of(live_store(), token)
    except AtlasError:
        return None
    return None if account is None else CurrentUser(account, token)


def keep_sessions(app: Flask) -> None:
    """Set up the sessions of an app."""
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="plan_atlas_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST_IDLE,
    )
    manager = LoginManager(app)
    manager.session_protection = None  # a phone changes its address on the way; the store knows each session
    manager.user_loader(_load)
    app.jinja_env.globals["may"] = may
