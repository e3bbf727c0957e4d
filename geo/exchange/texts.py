"""Texts of files: what people call the file, and which encoding it really has, whatever it says of itself."""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from geo.model.errors import InvalidFile, N_

CANDIDATES = ("UTF-8", "GB18030")
"""In this order: Chinese in GB18030 (or GBK, GB2312) is hardly ever valid UTF-8, and where it is, not as Chinese."""

IDEOGRAPHS = re.compile("[\u3400-\u9fff]")


def encoding_of(texts: Iterable[bytes]) -> str | None:
    """The encoding that fits all texts, `ASCII` where any would, None where none does.

    A text may be cut in the middle of a character, as in a field that is too short for it.
    """
    texts = [text for text in texts if not text.isascii()]
    if not texts:
        return "ASCII"
    fitting = [name for name in CANDIDATES if all(_decodes(text, name) for text in texts)]
    return next((name for name in fitting if any(_is_chinese(text, name) for text in texts)), next(iter(fitting), None))


def _is_chinese(text: bytes, encoding: str) -> bool:
    """沙路 in GBK is valid UTF-8, but reads ɳ· then."""
    return IDEOGRAPHS.search(decode(text, encoding)) is not None


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        decode(text, encoding)
    except UnicodeDecodeError:
        return False
    return True


def decode(text: bytes, encoding: str) -> str:
    """The text without a last character that was cut."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(text, final=False)


def short_name(path: Path) -> str:
    """The file as people call it, on one line whatever its name: `layers/schools/features.geojson`."""
    return "".join(sign if sign.isprintable() else "�" for sign in "/".join(path.absolute().parts[-3:]))


def decoded_text(content: bytes, name: str) -> tuple[str, str]:
    """The text that bytes hold and the encoding that they have.

    Parameters
    ----------
    name
        What an error calls the file.

    Raises
    ------
    InvalidFile
        If it is neither UTF-8 nor GB18030.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    encoding = encoding_of([content])
    try:
        return content.decode("UTF-8" if encoding == "ASCII" else encoding or "ASCII"), encoding or "ASCII"
    except UnicodeDecodeError as error:
        raise InvalidFile(N_("%(file)s 的文字既不是 UTF-8 也不是 GBK/GB18030 编码"), file=name) from error
