"""Chinese first, English by a switch that sticks."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from urllib.parse import urlsplit

from babel import Locale
from babel.messages.pofile import read_po
from flask import Blueprint, Flask, Response, has_request_context, redirect, request
from flask_babel import Babel, gettext

from geo.model import office_time
from geo.model.errors import AtlasError, InvalidInput, N_
from geo.model.layer import Title
from geo.model.remark import Remark, worded
from geo.web.asking import this_request
from geo.web.translations import TRANSLATIONS, compile_catalogues

LANGUAGES = ("zh", "en")
_LOCALES = {code: Locale(code) for code in LANGUAGES}  # made once: every request has one
COOKIE = "language"
COOKIE_MAX_AGE_S = 365 * 24 * 3600

blueprint = Blueprint("language", __name__)


def _selected() -> Locale:
    """The language that the address asks for, as programs do, else the one that the reader chose."""
    request = this_request()
    return _LOCALES.get(request.args.get("lang", request.cookies.get(COOKIE)), _LOCALES["zh"])


def language() -> str:
    """`zh` or `en`; `zh` outside a request."""
    return _selected().language if has_request_context() else "zh"


def localized(title: Title | None) -> str | None:
    """A title in the page's language."""
    return None if title is None else getattr(title, language())


def is_iso_day(text: str) -> bool:
    """Whether a control for days can show a text; what it cannot show it would lose."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def in_words(said: AtlasError | Remark) -> str:
    """An error or a remark in the page's language."""
    return translated(said.message, **said.params)


def in_sentences(remarks: Iterable[Remark]) -> list[str]:
    """Remarks in the page's language; a stage or flag in them as well."""
    return [gettext(each.message) % _translated(each.params) for each in remarks]


def _translated(params: Mapping[str, object]) -> dict[str, object]:
    return {
        name: gettext(value) if name in ("stage", "before", "after", "flag") else value
        for name, value in params.items()
    }


def translated(message: str, **params: object) -> str:
    """A message marked with `N_` and its values, in the page's language."""
    return worded(message, params, gettext)


def script_messages() -> dict[str, str]:
    """The strings of our scripts in the page's language; Chinese ones stand in the scripts themselves."""
    return {} if language() == "zh" else _english_script_messages()


@cache
def _english_script_messages() -> dict[str, str]:
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and message.string and any(path.endswith(".js") for path, _ in message.locations)
    }


@blueprint.get("/language/<code>")
def switch(code: str) -> Response:
    """Remember the language and go back to the page the reader came from."""
    if code not in LANGUAGES:
        raise InvalidInput(N_("没有语言“%(code)s”，可选 zh 或 en"), code=code)
    response = redirect(own_path(request.args.get("next", "/")))
    response.set_cookie(COOKIE, code, max_age=COOKIE_MAX_AGE_S, samesite="Lax", httponly=True)
    return response


def own_path(target: str) -> str:
    """The target if it is a path of this server, else the map."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    foreign = parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\"))
    return "/" if foreign or not target.isprintable() else target


def speak(app: Flask) -> None:
    """Set up the languages of an app."""
    compile_catalogues(TRANSLATIONS)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, default_locale="zh", locale_selector=_selected)
    app.register_blueprint(blueprint)
    app.jinja_env.filters["office_time"] = office_time.shown
    app.jinja_env.tests["iso_day"] = is_iso_day
    app.jinja_env.globals.update(language=language, localized=localized, script_messages=script_messages)
