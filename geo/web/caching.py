"""Answers that stay good until a layer changes: ETags by the states of layers, and the last answers themselves."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from flask import Flask, Response, current_app, jsonify

from geo.model import office_time
from geo.store.base import Store
from geo.web.asking import this_request
from geo.web.current import replica
from geo.web.language import language
from geo.web.settings import ROOT, whole_number

LARGEST_SHARE = 16
"""An answer that is larger than so small a part of it is not kept: it would drive out too many others."""

ENTRY_BYTES = 600
"""What an answer takes beside its body: its key, its place among the others; an empty one is kept too."""

_EXTENSION = "plan_atlas_answers"


@dataclass(frozen=True)
class Kept:
    """An answer as it was made."""

    body: bytes
    status: int
    media_type: str | None

    @classmethod
    def document(cls, document: dict) -> "Kept":
        """A document as JSON."""
        made = jsonify(document)
        return cls(made.get_data(), made.status_code, made.mimetype)


class Answers:
    """The answers asked for last, in so many bytes; thread-safe.

    A key must be another one as soon as the answer would be.

    Parameters
    ----------
    most_bytes
        Of all of them together, about; with 0 none is kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, key: str) -> Kept | None:
        """What was kept under a key and is still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: str, answer: Kept) -> None:
        """Keep an answer, and let go of those that nobody has asked for longest."""
        if _size(answer) * LARGEST_SHARE > self._most_bytes:
            return
        with self._lock:
            if key not in self._kept:
                self._kept[key] = answer
                self._bytes += _size(answer)
            while self._bytes > self._most_bytes:
                self._bytes -= _size(self._kept.popitem(last=False)[1])


def _size(answer: Kept) -> int:
    return len(answer.body) + ENTRY_BYTES


def keep_answers(app: Flask) -> None:
    """Let an app keep what it answered last."""
    app.extensions[_EXTENSION] = Answers(whole_number(app.config, "KEPT_ANSWERS_MIB", highest=4096) * 2**20)


def cached_by_state(answer: Callable[[tuple[str, ...]], Kept], store: Store, layer_ids: Iterable[str]) -> Response:
    """The answer, or 304 where the client already has it; who else asks the same gets the one that was made.

    Parameters
    ----------
    answer
        Makes the answer, given the states; not called when the client's copy is current, nor when ours is.
    store
        Which the answer is read from.
    layer_ids
        The layers whose states decide.
    """
    request, states = this_request(), store.states(layer_ids)
    edition, day = _edition(current_app.config["LAYERS_DIR"]), office_time.today()  # lamps depend on the day
    asked = (request.scheme, request.host, request.root_path, request.path, request.query_string, language())
    identity = repr((asked, store.demo, edition, day.isoformat(), states))
    etag = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    headers = [("ETag", f'"{etag}"'), ("Cache-Control", "no-cache")]
    if request.if_none_match.contains_weak(etag):  # packed answers have weak ETags
        return Response(status=304, headers=headers)
    known = kept_or_made(etag, lambda: answer(states))
    return Response(known.body, known.status, headers, mimetype=known.media_type)


def kept_or_made(key: str, make: Callable[[], Kept]) -> Kept:
    """The answer that the running app keeps under a key, else the one that is made now, and kept.

    Nothing is kept where a standby is read: the state may be the primary's, and what follows the standby's.
    """
    if replica() is not None:
        return make()
    answers = current_app.extensions[_EXTENSION]
    if (known := answers.get(key)) is None:
        answers.keep(key, known := make())
    return known


@cache
def _edition(layers_dir: str) -> str:
    """What the program and the layer definitions are: another edition answers the same question otherwise."""
    files = (*(ROOT / "geo").rglob("*.py"), *(ROOT / "translations").rglob("*.po"))
    definitions = (ROOT / layers_dir).rglob("*.toml")
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((*files, *definitions)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def depends_on(response: Response, *names: str) -> None:
    """Say of an answer that it is another one for another value of these headers, once for each (`Vary`)."""
    known = response.headers.get("Vary", "")
    told = {each.strip().lower() for each in known.split(",")}
    more = [name for name in names if name.lower() not in told]
    if more:
        response.headers["Vary"] = ", ".join([known, *more] if known else more)
