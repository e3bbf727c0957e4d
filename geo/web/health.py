"""Is the server able to answer?"""

from flask import Blueprint, Response, jsonify

from geo.web.current import current_store

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 with each layer's revision while the store can be read; the error table answers 503 otherwise."""
    store = current_store()
    return jsonify(status="ok", demo=store.demo, revisions={layer: store.revision(layer) for layer in store.catalog})
