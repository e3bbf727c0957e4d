"""What came of work whose page broke it off: until the last moment nothing is written, after it all is.

A page that cancels closes its connection, so that no answer reaches it any more; it asks here what became of it. Kept
as small files for an hour, for any process of this machine may be asked.
"""

import os
import re
import tempfile
import time
from pathlib import Path

import orjson
from flask import Blueprint, Response, jsonify, url_for
from flask_login import current_user

from geo.web.guard import needs_role

LASTS_S = 3600
TOKEN = re.compile(r"[0-9a-f]{32}")
"""What a page calls its work; it makes one up each time."""

blueprint = Blueprint("outcomes", __name__, url_prefix="/outcomes")


@blueprint.get("/<token>")
@needs_role("editor")
def outcome(token: str) -> Response:
    """`state` is unknown, running or ended; `url` leads to what was written, null where nothing was."""
    path = _path(token)
    kept = orjson.loads(path.read_bytes()) if path is not None and path.exists() else {}
    if kept.get("author") != current_user.name:
        return jsonify(state="unknown", url=None)
    made = kept.get("change_set")
    return jsonify(state=kept["state"], url=made and url_for("journal.page", change_set=made))


class Outcome:
    """The place where it is told what comes of one piece of work; without a token nobody asks."""

    def __init__(self, token: str, author: str) -> None:
        self._path, self._author = _path(token), author
        if self._path is not None:
            _sweep(self._path.parent)
            self._write("running", None)

    def end(self, change_set: int | None) -> None:
        """The work is over; None where nothing was written."""
        if self._path is not None:
            self._write("ended", change_set)

    def _write(self, state: str, change_set: int | None) -> None:
        told = {"author": self._author, "state": state, "change_set": change_set}
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(told))
        fresh.replace(self._path)


def _path(token: str) -> Path | None:
    owner = os.getuid() if hasattr(os, "getuid") else "own"  # Windows has a folder for each account anyway
    folder = Path(tempfile.gettempdir()) / f"plan-atlas-outcomes-{owner}"
    return folder / token if TOKEN.fullmatch(token) else None


def _sweep(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for each in folder.iterdir():
        if time.time() - each.stat().st_mtime > LASTS_S:
            each.unlink(missing_ok=True)
