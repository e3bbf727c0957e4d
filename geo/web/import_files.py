"""Files between their preview and their being written: kept on the server for an hour, named by a seal in the page."""

import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from geo.model.errors import InvalidFile, InvalidInput, N_
from geo.web.sessions import secret_key
from geo.web.uploads import UNSAFE, file_name

LASTS_S = 3600
PURPOSE = "import-file"


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
        return _folder() / self.token / UNSAFE.sub("_", self.name)

    def seal(self, author: str) -> str:
        return str(_signer().dumps({"token": self.token, "name": self.name, "author": author}))

    def forget(self) -> None:
        shutil.rmtree(self.path.parent, ignore_errors=True)


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
    kept.path.parent.mkdir(parents=True, mode=0o700)
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
        raise InvalidInput(N_("预览已失效：请重新选择文件，再看一遍")) from None
    kept = KeptFile(content["token"], content["name"])
    if content["author"] != author or not kept.path.exists():
        raise InvalidInput(N_("预览已失效：请重新选择文件，再看一遍"))
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
