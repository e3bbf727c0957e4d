"""The text of a plan's file: plain text in UTF-8, UTF-16 or GBK, or a Word document (.docx)."""

import codecs
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from geo.exchange.files.encodings import text_of
from geo.exchange.files.reading import short_name
from geo.model.errors import InvalidFile, N_

LARGEST_FILE = 64 * 2**20
"""Bytes, also of a Word document's text once unpacked."""
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ZIP_SIGNATURE = b"PK\x03\x04"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BREAKS = {f"{WORD}tab": " ", f"{WORD}br": "\n", f"{WORD}cr": "\n"}


def read_plan_file(path: Path) -> str:
    """The text of a plan, a paragraph or a table's cell a line.

    Numbers that Word counts by itself are not in its text and are not in ours.

    Raises
    ------
    InvalidFile
        If the file is not there, is too large, or is neither a text nor a Word document.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(path)) from None
    except OSError as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=fault.strerror) from None
    if size > LARGEST_FILE:
        raise InvalidFile(N_("%(file)s 太大，超过 %(limit)s MB"), file=short_name(path), limit=LARGEST_FILE // 2**20)
    if head == ZIP_SIGNATURE:
        return "\n".join(paragraphs_of(path))
    text = path.read_bytes().decode("utf-16", "replace") if head[:2] in UTF_16 else text_of(path)[0]
    if "\x00" in text:
        raise InvalidFile(N_("%(file)s 不是文字文件，也不是 Word 文档（.docx）"), file=short_name(path))
    return text


def paragraphs_of(path: Path) -> Iterator[str]:
    """The paragraphs of a Word document in order, those in tables too."""
    fault = InvalidFile(N_("%(file)s 不是完好的 Word 文档（.docx）"), file=short_name(path))
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("word/document.xml").file_size > LARGEST_FILE:
                raise fault
            content = archive.read("word/document.xml")
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise fault
        root = ElementTree.fromstring(content)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise fault from None
    for paragraph in root.iter(f"{WORD}p"):
        yield "".join(words_of(paragraph))


def words_of(paragraph: ElementTree.Element) -> Iterator[str]:
    for element in paragraph.iter():
        if element.tag == f"{WORD}t":
            yield element.text or ""
        elif element.tag in BREAKS:
            yield BREAKS[element.tag]
