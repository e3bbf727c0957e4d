"""The text of a plan's file: plain text in UTF-8, UTF-16 or GBK, or a Word document (.docx)."""

import codecs
from pathlib import Path
from xml.etree import ElementTree

from geo.exchange.texts import decoded_text, short_name
from geo.exchange.zips import BROKEN_ZIP
from geo.model.errors import InvalidFile, N_

LARGEST_FILE = 64 * 2**20
"""Bytes, also of a Word document's text once unpacked."""
ZIP_SIGNATURE = b"PK\x03\x04"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BROKEN = (*BROKEN_ZIP, ElementTree.ParseError, KeyError)
"""What the libraries raise over a document that is none, or that is damaged or locked."""


def read_plan_file(path: Path) -> str:
    """The text of a plan's file; see `plan_of_bytes`.

    Raises
    ------
    InvalidFile
        If the file is not there, is too large, or is neither a text nor a Word document.
    """
    return plan_of_bytes(read_bytes(path), short_name(path))


def read_bytes(path: Path) -> bytes:
    """A file that is not too large.

    Raises
    ------
    InvalidFile
        If it is not there, cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(path)) from None
    except OSError as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=fault.strerror) from None
    refuse_large(len(content), short_name(path))
    return content


def refuse_large(size: int, name: str) -> None:
    """Refuse what has more bytes than any plan.

    Raises
    ------
    InvalidFile
        If it is too large.
    """
    if size > LARGEST_FILE:
        raise InvalidFile(N_("%(file)s 太大，超过 %(limit)s MB"), file=name, limit=LARGEST_FILE // 2**20)


def plan_of_bytes(content: bytes, name: str) -> str:
    """The text of a plan, a paragraph or a row of a table a line, the cells parted by tabs.

    Parameters
    ----------
    content
        A whole file.
    name
        What an error calls it.

    Raises
    ------
    InvalidFile
        If it is too large, or neither a text nor a Word document.
    """
    refuse_large(len(content), name)
    if content.startswith(ZIP_SIGNATURE):
        return "\n".join(lines_of_word(content, name))
    text = content.decode("utf-16", "replace") if content.startswith(UTF_16) else decoded_text(content, name)[0]
    if "\x00" in text:
        raise InvalidFile(N_("%(file)s 不是文字文件，也不是 Word 文档（.docx）"), file=name)
    return text


def lines_of_bytes(content: bytes, name: str) -> list[str]:
    """The lines of a text without their ends; only line feeds part lines, and the last one begins none.

    Raises
    ------
    InvalidFile
        As `plan_of_bytes`; a Word document's lines are its paragraphs.
    """
    lines = plan_of_bytes(content, name).removeprefix("\ufeff").split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def lines_of_word(content: bytes, name: str) -> list[str]:
    """The lines of a Word document.

    Raises
    ------
    InvalidFile
        If it is none, or damaged or locked.
    """
    from geo.exchange.plan_word import word_lines  # loaded where it is used: most phrases come as plain text

    try:
        return list(word_lines(content, LARGEST_FILE))
    except BROKEN:
        raise InvalidFile(N_("%(file)s 不是完好的 Word 文档（.docx）"), file=name) from None
