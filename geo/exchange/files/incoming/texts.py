"""Text files of any size: their encoding, and their lines up to a length."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from geo.exchange.files.reading import short_name
from geo.exchange.texts import IDEOGRAPHS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

LONGEST_LINE = 4 * 2**20
CHUNK = 2**20
DOS_END = "\x1a"
"""Stands at the end of a text that came from DOS."""

CANDIDATES = ("UTF-8", "GBK", "GB18030")
MARKS = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16LE", codecs.BOM_UTF16_BE: "UTF-16BE"}
NAMES = {
    "UTF8": "UTF-8", "65001": "UTF-8", "CP65001": "UTF-8",
    "GBK": "GBK", "GB2312": "GBK", "936": "GBK", "CP936": "GBK", "ANSI 936": "GBK", "ANSI936": "GBK",
    "OEM 936": "GBK", "OEM936": "GBK",
    "GB18030": "GB18030", "54936": "GB18030", "CP54936": "GB18030",
}  # fmt: skip
"""What people and programs call the encodings of Chinese, without dashes."""


def encoding_named(name: str) -> str | None:
    """The encoding that a name means, None where it is none of ours."""
    plain = name.strip().upper().replace("-", "").replace("_", "")
    return NAMES.get(plain) or ({"UTF16LE": "UTF-16LE", "UTF16BE": "UTF-16BE"}.get(plain))


def encoding_of_chunks(chunks: Iterator[bytes], candidates: tuple[str, ...] = CANDIDATES) -> str | None:
    """The encoding in which a whole text is sound, `ASCII` where any would be, None where none is.

    Of several the first in which Chinese reads as such.
    """
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in candidates}
    chinese: set[str] = set()
    is_plain = True
    for chunk in chunks:
        is_plain = is_plain and chunk.isascii()
        for name, decoder in list(decoders.items()):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                del decoders[name]
                continue
            if name not in chinese and IDEOGRAPHS.search(text):
                chinese.add(name)
        if not decoders:
            return None
    if is_plain:
        return "ASCII"
    return next((name for name in decoders if name in chinese), next(iter(decoders), None))


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def encoding_of_file(path: Path, findings: FileFindings, told: str | None = None) -> tuple[str, str]:
    """The encoding of a text file and on what ground: `option`, `bom` or `content`.

    Parameters
    ----------
    told
        What the user says it is.

    Raises
    ------
    RefusedFile
        If it is none in which the file can be read.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    wanted = told or marked
    if wanted is not None:
        if encoding_of_chunks(chunks_of(path), (wanted,)) is None:
            message = N_("%(file)s 的文字不是 %(encoding)s 编码")
            raise RefusedFile("undecodable_text", message, file=short_name(path), encoding=wanted)
        return wanted, "option" if told else "bom"
    found = encoding_of_chunks(chunks_of(path))
    if found is None:
        message = N_("%(file)s 的文字既不是 UTF-8 也不是 GBK/GB18030 编码")
        raise RefusedFile("undecodable_text", message, file=short_name(path))
    if found not in ("ASCII", "UTF-8") and _is_mixed(path):
        message = N_("%(file)s 的文字大半是 UTF-8，有几处却不是，请统一编码，或指明编码")
        raise RefusedFile("undecodable_text", message, file=short_name(path))
    if found not in ("ASCII", "UTF-8"):
        findings.add("encoding_guessed", N_("文件没有说明编码，文字按 %(encoding)s 读取"), encoding=found)
    return ("UTF-8" if found == "ASCII" else found), "content"


def _is_mixed(path: Path) -> bool:
    """Whether most Chinese of a text is UTF-8 and some is not; as GBK all of it would read, as nonsense."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    chinese = wrong = 0
    for chunk in chunks_of(path):
        text = decoder.decode(chunk)
        chinese += len(IDEOGRAPHS.findall(text))
        wrong += text.count("\ufffd")
    return wrong < chinese


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a text file with their ends, without a byte order mark.

    Raises
    ------
    RefusedFile
        If a line is longer than any that people write.
    """
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                message = N_("%(file)s 第 %(row)s 行太长，不像是表格或文本")
                raise RefusedFile("line_too_long", message, file=short_name(path), row=number)
            if line.strip() != DOS_END:
                yield line.removeprefix("\ufeff") if number == 1 else line


def whole(text: bytes, encoding: str) -> str:
    """A text in an encoding, without the incomplete character at which a field has cut it off.

    Raises
    ------
    UnicodeDecodeError
        If it is in another one.
    """
    return codecs.getincrementaldecoder(encoding)("strict").decode(text)
