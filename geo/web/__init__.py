"""How the office asks: pages, the OGC API, files to take away, commands. The only floor that knows Flask."""

import click
from flask import Flask
from flask.cli import FlaskGroup

from geo.web import commands
from geo.web.settings import ROOT, read_settings

MAX_REQUEST_BYTES = 1024 * 1024
"""What a request may hold where its view does not allow more."""

MAX_UPLOAD_BYTES = 64 * 2**20
"""What any view may allow: the server refuses more before it has read it."""


def create_app(config: dict[str, object] | None = None) -> Flask:
    """The app, ready for `flask --app server` or a WSGI server.

    For a command of ours it has no pages: they take seconds to load, and most commands need none of what they bring.

    Parameters
    ----------
    config
        Settings by the names of `geo.web.settings.SETTINGS`; what is not given comes from the environment.
    """
    settings = read_settings(config)
    app = Flask("plan_atlas", root_path=str(ROOT), instance_path=str(ROOT / "instance"))
    app.config.update(settings, MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES)
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    commands.register(app)
    if _is_for_a_command():
        commands.end_at_once_when_interrupted()
    else:
        from geo.web.pages import add_pages  # loaded where it is used

        add_pages(app, settings)
    return app


def _is_for_a_command() -> bool:
    """Whether Flask's command line is looking for a command of ours; `flask run` has a command of its own."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)
