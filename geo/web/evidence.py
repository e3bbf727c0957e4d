"""Files of evidence as downloads: never shown inside a page of ours, whatever they hold."""

from io import BytesIO

from flask import Blueprint, Response, send_file

from geo.model.evidence import ENDINGS
from geo.web.current import live_store

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence/<sha256>")
def download(sha256: str) -> Response:
    """One file, under the name that it came with and the ending of what it is."""
    (evidence,) = live_store().evidence.find([sha256])
    stem = evidence.name.rpartition(".")[0] or evidence.name
    response = send_file(
        BytesIO(live_store().evidence.content(sha256)),
        mimetype=evidence.media_type,
        as_attachment=True,
        download_name=stem + ENDINGS[evidence.media_type],
        etag=sha256,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
