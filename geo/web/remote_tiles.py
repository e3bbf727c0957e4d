"""Tiles of other servers: asked for with patience that ends; one that does not answer is left alone for a while."""

import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse

from geo.model.errors import Busy, N_

SILENCE_S = 4
"""How long a server may say nothing."""

LONGEST_S = 8
"""How long a tile may take."""

REST_S = 30
"""How long a server that failed is left alone: a map asks for dozens of tiles, and each would wait."""

MAX_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
NOTHING_THERE = (204, 400, 404)
"""How servers say that they have no such tile."""

_resting_until: dict[str, float] = {}


def fetch(address: str, *, server: str, title: str) -> bytes | None:
    """One tile; None where the server has none there.

    Parameters
    ----------
    address
        Of the tile, http or https.
    server
        Names the server: one that failed is not asked again for `REST_S` seconds.
    title
        What people call it.

    Raises
    ------
    Busy
        If the server does not answer, or did not a moment ago.
    """
    now = time.monotonic()
    if now < _resting_until.get(server, now):
        raise _silent(title)
    request = urllib.request.Request(address, headers={"User-Agent": "PlanAtlas"})
    try:
        with urllib.request.urlopen(request, timeout=SILENCE_S) as answer:
            image = _body(answer, now + LONGEST_S)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in NOTHING_THERE:
                return None
        _resting_until[server] = time.monotonic() + REST_S
        raise _silent(title) from error
    except (OSError, HTTPException, ValueError) as error:  # ValueError: an address that is none
        _resting_until[server] = time.monotonic() + REST_S
        raise _silent(title) from error
    _resting_until.pop(server, None)
    return image or None


def _body(answer: HTTPResponse, ends: float) -> bytes:
    """The whole body, if it comes in time and is no larger than a tile may be."""
    body = bytearray()
    while chunk := answer.read1(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_BYTES or time.monotonic() > ends:
            raise TimeoutError
    return bytes(body)


def _silent(title: str) -> Busy:
    return Busy(N_("底图“%(title)s”没有应答"), retry_after_s=REST_S, title=title)
