"""Answers that are text go out small: brotli, or gzip for who knows nothing else.

What is streamed (downloads, progress), a part of a file and whatever is packed by its own format stay as they are, and
so do pages of somebody who has signed in: their length would tell of the session's token to whoever can make the page
repeat words of theirs (BREACH).
"""

import gzip
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, current_app, request
from werkzeug.http import parse_accept_header

from geo.web.asking import KEPT_HEADERS, this_request
from geo.web.assets import is_asset
from geo.web.caching import Kept, depends_on, kept_or_made
from geo.web.sessions import is_signed_in

LEAST_BYTES = 1024
"""Below it nothing is gained: it goes out in one packet anyway."""

QUICK, THOROUGH = 4, 9
"""Brotli's quality for an answer made now, and for a file that is packed once for all who ask."""

GZIP_QUALITY = 5
KEPT_FILES = 1000

_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")
_ENDINGS = ("+json", "+json;version=3.0", "/vnd.mapbox-vector-tile")


def compress(app: Flask) -> None:
    """Pack what an app answers; to be called before whatever looks at answers with their final ETag."""
    app.after_request(_packed)


def _packed(response: Response) -> Response:
    if not _is_text(response):
        return response
    depends_on(response, "Accept-Encoding")
    encoding = _encoding(this_request().headers.get("Accept-Encoding"))
    if encoding is None or not _may_be_packed(response):
        return response
    if is_asset():
        body = _packed_file(_path(), response.get_etag()[0], encoding)
        response.response.close()  # the open file
        response.direct_passthrough = False
    else:
        body = response.get_data()
        if len(body) < LEAST_BYTES:
            return response
        body = _packed_answer(body, encoding, response.get_etag()[0])
    response.set_data(body)
    response.content_encoding = encoding
    tag, _ = response.get_etag()
    if tag:  # the same answer, other bytes (RFC 9110, 8.8.1)
        response.set_etag(tag, weak=True)
    return response


def _is_text(response: Response) -> bool:
    kind = response.mimetype or ""
    return kind.startswith(_TYPES) or kind.endswith(_ENDINGS)


@lru_cache(KEPT_HEADERS)
def _encoding(header: str | None) -> str | None:
    """The best encoding that the client takes, by its header `Accept-Encoding`."""
    taken = parse_accept_header(header)
    return next((name for name in ("br", "gzip") if taken.quality(name) > 0), None)


def _may_be_packed(response: Response) -> bool:
    whole = response.status_code == 200 and "Range" not in request.headers and not response.content_encoding
    if is_asset():
        return whole
    at_hand = response.is_sequence and not response.direct_passthrough
    open_to_all = response.mimetype != "text/html" or not is_signed_in()
    return whole and at_hand and open_to_all and "Content-Disposition" not in response.headers


def _path() -> Path:
    """The file that is being served: Flask has seen to it that it lies in the folder."""
    return Path(current_app.static_folder or "") / request.view_args["filename"]


@lru_cache(KEPT_FILES)
def _packed_file(path: Path, state: str, encoding: str) -> bytes:
    """A file in small; `state` is another one when the file has changed."""
    return _pack(path.read_bytes(), encoding, THOROUGH)


def _packed_answer(body: bytes, encoding: str, tag: str | None) -> bytes:
    """An answer in small; one that has an ETag is packed once for all who ask."""
    if not tag:
        return _pack(body, encoding, QUICK)
    return kept_or_made(f"{tag} {encoding}", lambda: Kept(_pack(body, encoding, QUICK), 200, None)).body


def _pack(body: bytes, encoding: str, quality: int) -> bytes:
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality)
    return gzip.compress(body, compresslevel=GZIP_QUALITY, mtime=0)
