"""Answers that stay good until a layer is written: ETags by layer revision."""

import hashlib
from collections.abc import Callable, Iterable

from flask import Response, request

from geo.web.current import current_store
from geo.web.language import language


def cached_by_revision(answer: Callable[[], Response], layer_ids: Iterable[str]) -> Response:
    """The answer, or 304 where the client already has it.

    Parameters
    ----------
    answer
        Makes the answer; not called when the client's copy is current.
    layer_ids
        The layers whose revisions decide.
    """
    store = current_store()
    revisions = ",".join(f"{layer_id}={store.revision(layer_id)}" for layer_id in layer_ids)
    identity = f"{request.url} {language()} {store.demo} {revisions}"
    etag = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    current = etag in request.if_none_match
    response = Response(status=304) if current else answer()
    response.set_etag(etag)
    response.cache_control.no_cache = True
    response.vary.add("Cookie")
    return response
