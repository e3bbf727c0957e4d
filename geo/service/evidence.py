"""Taking evidence in: by what the content is, not by what its name says."""

import hashlib
import re
import unicodedata
from pathlib import PurePath

import puremagic

from geo.model.errors import InvalidFile, N_
from geo.model.evidence import LARGEST_BYTES, Evidence
from geo.model.journal import Act
from geo.store.base import Store
from geo.store.journal import now

LONGEST_NAME = 120
SIGNS = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG", "image/webp": b"RIFF"}
"""How files of these types begin: a page with a PDF somewhere behind it is no PDF."""


def keep_evidence(store: Store, name: str, content: bytes, act: Act) -> Evidence:
    """Put a file of evidence into the store.

    Raises
    ------
    InvalidFile
        If it is empty, too large, or neither a photograph nor a PDF.
    """
    shown = _shown(name)
    if not content:
        raise InvalidFile(N_("佐证文件“%(file)s”是空的"), file=shown)
    if len(content) > LARGEST_BYTES:
        most = LARGEST_BYTES // 1024**2
        raise InvalidFile(N_("佐证文件“%(file)s”太大，每个最多 %(most)s MB"), file=shown, most=most)
    media_type = _media_type(content)
    if media_type is None:
        raise InvalidFile(N_("佐证文件“%(file)s”不是照片（JPEG、PNG、WebP）或 PDF：认内容，不认扩展名"), file=shown)
    sha256 = hashlib.sha256(content).hexdigest()
    return store.evidence.add(Evidence(sha256, shown, media_type, len(content), act.author, now()), content)


def _media_type(content: bytes) -> str | None:
    """The type of the surest sign in the content, if it is one that is taken."""
    try:
        found = puremagic.magic_string(content[:4096])
    except puremagic.PureError:
        return None
    types = (each.mime_type for each in found if each.mime_type in SIGNS)
    return next((media_type for media_type in types if content.startswith(SIGNS[media_type])), None)


def _shown(name: str) -> str:
    """The last part of a file's name, without characters that nobody sees."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each)[0] != "C")
    return re.sub(r"\s+", " ", plain).strip()[-LONGEST_NAME:] or "evidence"
