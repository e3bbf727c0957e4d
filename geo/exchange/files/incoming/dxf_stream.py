"""A text DXF as a stream: its entities by ezdxf's single pass, and what else of the file has to be known first."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ezdxf.addons import iterdxf
from ezdxf.entities import DXFGraphic

from geo.exchange.files.incoming.dxf_clips import Clips

TYPES = tuple(
    "POINT LINE LWPOLYLINE POLYLINE CIRCLE ARC ELLIPSE SPLINE HATCH SOLID TRACE 3DFACE TEXT MTEXT INSERT".split()
)
PARTS = frozenset(("SECTION", "ENDSEC", "EOF", "VERTEX", "SEQEND", "ATTRIB"))
"""What stands among entities and is none itself."""

LONGEST_LINE = 2**20
MOST_KINDS = 30
MOST_LAYERS = 1_000
MOST_BLOCK_BYTES = 16 * 2**20
"""Of all blocks together, as they are written; ezdxf takes many times as much for them."""

SPACES = ("*MODEL_SPACE", "*PAPER_SPACE")
PAGES = {"GBK": "ANSI_936", "GB18030": "ANSI_936"}
UNICODE = re.compile(r"\\U\+(000[0-9a-fA-F]{5}|[0-9a-fA-F]{4})")


def plain(text: object) -> str | None:
    """A text with the signs that its encoding has not, which DXF writes as numbers."""
    return None if text is None else UNICODE.sub(lambda match: chr(int(match[1], 16)), str(text))


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A drawing from behind the mark of its encoding, if it has one."""
    with path.open("rb") as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        yield file


class Followed:
    """A DXF stream as ezdxf's single pass reads it right.

    Before the file stands a header with the encoding that it really has; at the end of each section an entity of no
    content, since the last one is dropped.
    """

    def __init__(self, file: BinaryIO, encoding: str | None) -> None:
        self._file = file
        version, page = ("AC1021", "") if encoding == "UTF-8" else ("AC1015", PAGES.get(encoding, encoding))
        header = ["0", "SECTION", "2", "HEADER", "9", "$ACADVER", "1", version]
        header += ["9", "$DWGCODEPAGE", "3", page] if page else []
        self._waiting = [f"{line}\n".encode() for line in (*header, "0", "ENDSEC")]
        self._among_entities = False
        self.others: Counter[str] = Counter()
        """Entities of kinds that are not read, and how many there are of each."""

    def readline(self) -> bytes:
        if self._waiting:
            return self._waiting.pop(0)
        code, value = self._file.readline(LONGEST_LINE), self._file.readline(LONGEST_LINE)
        is_end = code.strip() == b"0" and value.strip() == b"ENDSEC"
        if code.strip() == b"2" and value.strip() == b"ENTITIES":
            self._among_entities = True
        elif code.strip() == b"0" and self._among_entities:
            self._among_entities = not is_end
            self._count(value.strip().decode("ascii", "replace")[:40])
        self._waiting = [b"POINT\n", code, value] if is_end else [value]
        return code

    def _count(self, kind: str) -> None:
        if kind not in TYPES and kind not in PARTS and (kind in self.others or len(self.others) < MOST_KINDS):
            self.others[kind] += 1


def entities(followed: Followed, types: Sequence[str] = TYPES) -> Iterator[DXFGraphic]:
    return iterdxf.single_pass_modelspace(followed, types=types, errors="ignore")


@dataclass
class Block:
    """A block as it is written.

    Parameters
    ----------
    content
        Its entities, and before them what is said of the block itself.
    """

    name: bytes = b""
    base: dict[bytes, float] = field(default_factory=dict)
    content: list[bytes] = field(default_factory=list)


@dataclass
class Overview:
    """What stands in a drawing.

    Parameters
    ----------
    layers
        With entities, in the order in which they are met.
    blocks
        By name.
    hidden
        Layers that are off or frozen.
    clipped
        Handles of references to blocks of which only a part is shown (XCLIP).
    """

    layers: dict[bytes, None] = field(default_factory=dict)
    blocks: dict[bytes, Block] = field(default_factory=dict)
    hidden: set[bytes] = field(default_factory=set)
    has_texts: bool = False
    clipped: set[str] = field(default_factory=set)


def overview(path: Path) -> Overview:
    """A first look at a drawing; blocks beyond `MOST_BLOCK_BYTES` are left out."""
    found, clips = Overview(), Clips()
    with opened(path) as file:
        section = kind = b""
        block, size, named = Block(), 0, b""
        while line := file.readline(LONGEST_LINE):
            code, value = line.strip(), file.readline(LONGEST_LINE)
            word = value.strip()
            if code == b"0":
                section = b"" if word == b"ENDSEC" else section
                if section == b"BLOCKS" and word == b"ENDBLK":
                    found.blocks.setdefault(block.name.upper(), block)
                kind, block = word, Block() if word == b"BLOCK" else block
                found.has_texts |= word in (b"TEXT", b"MTEXT")
            elif code == b"2" and kind == b"SECTION" and not section:
                section = word.upper()
            elif section == b"TABLES" and kind == b"LAYER":
                named = word if code == b"2" else named
                if _hides(code, word):
                    found.hidden.add(named)
            elif code == b"8" and section == b"ENTITIES" and len(found.layers) < MOST_LAYERS:
                found.layers.setdefault(word)
            if section == b"BLOCKS" and kind == b"BLOCK":
                _note(block, code, word)
            elif section == b"BLOCKS" and kind != b"ENDBLK" and size < MOST_BLOCK_BYTES:
                size += len(line) + len(value)
                block.content += (line, value)
            elif section == b"OBJECTS":
                clips.note(code, word)
    found.clipped = clips.handles()
    return found


def _hides(code: bytes, word: bytes) -> bool:
    """Whether a line of a layer's says that it is off (its colour is negative) or frozen."""
    return (code == b"62" and word.startswith(b"-")) or (code == b"70" and word.isdigit() and int(word) % 2 == 1)


def _note(block: Block, code: bytes, word: bytes) -> None:
    """What a block says of itself: its name, and the point that lies at the place of a reference."""
    if code == b"2" and not block.name:
        block.name = word
    elif code in (b"10", b"20", b"30"):
        try:
            block.base[code] = float(word)
        except ValueError:
            block.base[code] = 0.0
