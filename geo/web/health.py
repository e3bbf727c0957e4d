"""Is the server alive, and is it able to answer? Two questions: a server that waits for its database is not dead."""

from flask import Blueprint, Response, jsonify

from geo.web.current import live_store, replica

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz/live")
def live() -> Response:
    """200 while the process answers; the store is not asked."""
    return jsonify(status="ok")


@blueprint.get("/healthz")
@blueprint.get("/healthz/ready", endpoint="ready")
def healthz() -> Response:
    """200 with each layer's revision while the store can be read; the error table answers 503 otherwise.

    Of a standby it says how many seconds ago it was known to have everything, and whether it is read; without it, or
    while it is too old, the store itself is read, so that it makes nothing unready.
    """
    store, standby = live_store(), replica()
    revisions = {layer: store.revision(layer) for layer in store.catalog}
    known = None
    if standby is not None:
        lag_s = standby.lag_s
        known = {"read": standby.is_fresh, "lag_s": None if lag_s is None else round(lag_s, 3)}
    return jsonify(status="ok", demo=store.demo, revisions=revisions, replica=known)
