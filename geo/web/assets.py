"""Our own scripts, styles and pictures, at addresses that change with their content: a browser keeps them for a year.

The whole of `static/` has one edition. It stands in the path, so that a module's relative imports and a style's
relative addresses stay within it, and nothing has to be rewritten.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app
from markupsafe import Markup

from geo.web.asking import this_request
from geo.web.settings import ROOT

STATIC = ROOT / "static"
OURS = ("css", "js", "img")
LOCK = STATIC / "vendor" / "package-lock.json"
"""Says which browser libraries there are, by their own hashes."""

NODE_MODULES = "vendor/node_modules"
MODULES = {
    "@mapbox/point-geometry": "@mapbox/point-geometry/index.js",
    "@mapbox/vector-tile": "@mapbox/vector-tile/index.js",
    "pbf": "pbf/index.js",
}
YEAR_S = 365 * 24 * 3600

_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?["\'](\./[\w.-]+)["\'];', re.MULTILINE)
"""The static imports of our modules; one that is loaded when it is needed has parentheses."""


@cache
def edition() -> str:
    """The hash of all that is served from `static/`, as it was when this process began."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted((LOCK, *(file for folder in OURS for file in (STATIC / folder).rglob("*") if file.is_file()))):
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def serve_assets(app: Flask) -> None:
    """Serve `static/` below its edition too. Whoever works on it with the debugger sees every change at once."""
    root = "/static" if app.debug else f"/static/{edition()}"
    app.add_url_rule(f'/static/<any("{edition()}"):edition>/<path:filename>', endpoint="static")
    serve_plain = app.view_functions["static"]
    app.add_url_rule("/favicon.ico", view_func=favicon)

    def serve(filename: str, edition: str | None = None) -> Response:
        response = serve_plain(filename=filename)
        if edition is not None:
            response.cache_control.no_cache = None
            response.cache_control.public = response.cache_control.immutable = True
            response.cache_control.max_age = YEAR_S
        return response

    app.view_functions["static"] = serve
    app.config["ASSETS"] = root
    app.jinja_env.globals |= {"assets": root, "module": module, "browser_modules": browser_modules}


def favicon() -> Response:
    """The sign of our pages, for a browser that shows JSON and asks for one by itself."""
    return Response((STATIC / "img" / "favicon.svg").read_bytes(), mimetype="image/svg+xml")


def asset(path: str) -> str:
    """The address of a file of `static/`."""
    return f"{current_app.config['ASSETS']}/{path}"


def vendor(path: str) -> str:
    """The address of a file of a browser library."""
    return asset(f"{NODE_MODULES}/{path}")


def browser_modules() -> dict[str, dict[str, str]]:
    """The import map of a page: where modules of browser libraries lie that are imported by name."""
    return {"imports": {name: vendor(path) for name, path in MODULES.items()}}


def preloads(path: str) -> Markup:
    """Links that let a browser fetch a module and all it imports at once, not one after another."""
    links = (Markup('<link rel="modulepreload" href="{}">').format(asset(each)) for each in _with_imports(path))
    return Markup("\n").join(links)


def module(path: str) -> Markup:
    """What a page writes to run one of our modules."""
    return Markup('{}\n<script type="module" src="{}"></script>').format(preloads(path), asset(path))


@cache
def _with_imports(path: str) -> tuple[str, ...]:
    """A module and all that it imports, itself first."""
    seen: dict[str, None] = {}
    waiting = [path]
    while waiting:
        each = waiting.pop(0)
        if each not in seen:
            seen[each] = None
            code = (STATIC / each).read_text(encoding="utf-8")
            folder = Path(each).parent
            waiting += [(folder / name).as_posix() for name in _IMPORT.findall(code)]
    return tuple(seen)


def is_asset() -> bool:
    """Whether the request is for one of these files."""
    return this_request().endpoint == "static"
