"""Answers that stay good until a layer changes: ETags by the states of layers."""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache

from flask import Response, current_app, request

from geo.web.current import current_store
from geo.web.language import language
from geo.web.settings import ROOT


def cached_by_state(answer: Callable[[], Response], layer_ids: Iterable[str]) -> Response:
    """The answer, or 304 where the client already has it.

    Parameters
    ----------
    answer
        Makes the answer; not called when the client's copy is current.
    layer_ids
        The layers whose states decide.
    """
    store = current_store()
    states = ",".join(f"{layer_id}={store.state(layer_id)}" for layer_id in layer_ids)
    edition = _edition(current_app.config["LAYERS_DIR"])
    identity = f"{request.url} {language()} {store.demo} {edition} {states}"
    etag = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    current = request.if_none_match.contains_weak(etag)  # packed answers have weak ETags
    response = Response(status=304) if current else answer()
    response.set_etag(etag)
    response.cache_control.no_cache = True
    response.vary.add("Cookie")
    return response


@cache
def _edition(layers_dir: str) -> str:
    """What the program and the layer definitions are: another edition answers the same question otherwise."""
    files = (*(ROOT / "geo").rglob("*.py"), *(ROOT / "translations").rglob("*.po"))
    definitions = (ROOT / layers_dir).rglob("*.toml")
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((*files, *definitions)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
