"""`setup` and `demo`: what the program needs before it serves, and the demonstration store."""

import click
from flask import current_app

from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.service import intake
from geo.store.postgis_engine import without_password
from geo.web import browser_libraries
from geo.web.commands.command import command
from geo.web.settings import ROOT
from geo.web.terminal import answer, say
from geo.web.translations import TRANSLATIONS, compile_catalogues


@command("demo")
@click.option("--reset", is_flag=True, help="Build the demonstration store anew.")
def demo(reset: bool) -> None:
    """Build the demonstration store, with invented statuses that say so; `make demo` serves it."""
    url, layers_dir = current_app.config["DEMO_DATABASE_URL"], ROOT / current_app.config["LAYERS_DIR"]
    store = intake.rebuild_demo(url, layers_dir) if reset else intake.open_or_create(url, layers_dir, demo=True)
    counts = {layer_id: store.count(layer_id, FeatureQuery()) for layer_id in store.catalog}
    store.close()
    answer({"store": without_password(url), "features": counts})


@command("setup")
def setup() -> None:
    """Install the browser libraries and compile the translations, where they are missing or older than their source.

    Afterwards an account that may only read the program can serve it.
    """
    missing = not browser_libraries.are_installed()
    if missing:
        say(N_("正在安装浏览器组件……"))
        browser_libraries.install()
    compiled = compile_catalogues(TRANSLATIONS)
    answer(
        {
            "browser_libraries": "installed" if missing else "present",
            "translations": "compiled" if compiled else "present",
        }
    )
