"""Files between their preview and their being written: kept on the server for an hour, named by a seal in the page."""

import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson
from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from geo.model.errors import InvalidFile, InvalidInput, N_
from geo.web.sessions import secret_key
from geo.web.uploads import UNSAFE, file_name

LASTS_S = 3600
PURPOSE = "import-file"
GONE = N_("预览已失效：请重新选择文件，再看一遍")


@dataclass(frozen=True)
class KeptFile:
    """A file that somebody sent.

    Parameters
    ----------
    token
        Names its folder; nobody can guess it.
    name
        As the sender calls it.
    """

    token: str
    name: str

    @property
    def path(self) -> Path:
        return _folder() / self.token / "file" / UNSAFE.sub("_", self.name)

    @property
    def view_path(self) -> Path:
        """What its preview shows, as it was last looked at."""
        return _folder() / self.token / "view.json"

    def keep_view(self, view: object) -> None:
        self.view_path.write_bytes(orjson.dumps(view))

    def has_view(self) -> bool:
        return self.view_path.exists()

    def view(self) -> dict:
        """What its preview shows.

        Raises
        ------
        InvalidInput
            If it was never looked at to the end.
        """
        try:
            return orjson.loads(self.view_path.read_bytes())
        except FileNotFoundError:
            raise InvalidInput(GONE) from None

    def seal(self, author: str) -> str:
        return str(_signer().dumps({"token": self.token, "name": self.name, "author": author}))

    def forget(self) -> None:
        shutil.rmtree(_folder() / self.token, ignore_errors=True)


def keep(given: FileStorage | None) -> KeptFile:
    """Keep a file that was sent; those of an hour ago are gone.

    Raises
    ------
    InvalidFile
        If there is none.
    """
    if given is None or not given.filename:
        raise InvalidFile(N_("请先选择文件"))
    _sweep()
    kept = KeptFile(secrets.token_hex(16), file_name(given))
    (_folder() / kept.token).mkdir(parents=True, mode=0o700)
    kept.path.parent.mkdir(mode=0o700)
    given.save(kept.path)
    return kept


def unseal(given: str, author: str) -> KeptFile:
    """The file that a page names.

    Raises
    ------
    InvalidInput
        If the seal is none of ours or of another account, or the file is gone.
    """
    try:
        content = _signer().loads(given, max_age=LASTS_S)
    except BadSignature:
        raise InvalidInput(GONE) from None
    kept = KeptFile(content["token"], content["name"])
    if content["author"] != author or not kept.path.exists():
        raise InvalidInput(GONE)
    return kept


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / "plan-atlas-imports"


def _sweep() -> None:
    folder = _folder()
    for each in folder.iterdir() if folder.is_dir() else ():
        if time.time() - each.stat().st_mtime > LASTS_S:
            shutil.rmtree(each, ignore_errors=True)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or secret_key(current_app), salt=PURPOSE)
