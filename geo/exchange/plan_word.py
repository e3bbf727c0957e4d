"""The text of a Word document (.docx): its paragraphs with the numbers that Word counts, and its tables row by row."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from geo.exchange.plan_word_numbers import Numbering, W
from geo.exchange.plan_words import WORDS

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""Says the same as the choice beside it, for older programs."""
HIDDEN = frozenset((FALLBACK, f"{W}pPrChange", f"{W}tcPrChange", f"{W}moveFrom"))
"""What stands in a document without being seen."""
DOCUMENT, NUMBERING, STYLES = "word/document.xml", "word/numbering.xml", "word/styles.xml"
BREAKS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n"}
CELL, ROW, TABLE, PARAGRAPH = f"{W}tc", f"{W}tr", f"{W}tbl", f"{W}p"
MOST_CELLS = 1000
"""Of a row that a cell may claim to span."""
CELLS = WORDS["cells"]


def word_lines(content: bytes, largest: int) -> Iterator[str]:
    """The lines of a document in the order of their ends, those in text boxes too; a row's cells are parted by tabs.

    Parameters
    ----------
    content
        A whole file.
    largest
        Bytes that a part of it may unpack to.

    Raises
    ------
    ValueError, zipfile.BadZipFile, KeyError, xml.etree.ElementTree.ParseError
        If it is no such document, is too large, or holds entities.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = member(archive, DOCUMENT, largest)
        names = set(archive.namelist())
        numbering, styles = (member(archive, name, largest) if name in names else b"" for name in (NUMBERING, STYLES))
    yield from Reader(Numbering(numbering, styles)).read(document)


def member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    if archive.getinfo(name).file_size > largest:
        raise ValueError(name)
    content = archive.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(name)
    return content


@dataclass
class Paragraph:
    """A paragraph while it is read."""

    words: list[str] = field(default_factory=list)
    number: str = ""
    level: int = 0
    style: str = ""


@dataclass
class Table:
    """A table while it is read: rows of cells of lines."""

    rows: list[list[list[str]]] = field(default_factory=list)
    spanned: int = 1
    """Columns that the open cell spans."""

    def close_cell(self) -> None:
        """Empty cells for the further columns that a cell spans."""
        self.rows[-1] += [[] for _ in range(min(self.spanned, MOST_CELLS) - 1)]
        self.spanned = 1

    def lines(self) -> Iterator[str]:
        """A row a line; of a table that only frames its text, each paragraph."""
        width = max((len(row) for row in self.rows), default=0)
        plain = all(len(cell) < 2 for row in self.rows for cell in row)
        for row in self.rows:
            if width > 2 or (width == 2 and plain):
                yield "\t".join(joined(cell) for cell in row)
            else:
                yield from (line for cell in row for line in cell)


def joined(lines: Iterable[str]) -> str:
    """The lines of a cell as one; a comma parts those that are more than a piece of a name."""
    text = ""
    pieces = (piece.replace("\t", " ").strip() for line in lines for piece in line.split("\n"))
    for line in filter(None, pieces):
        ended = len(text) <= CELLS["short"] or text.endswith(tuple(CELLS["ends"])) or len(line) <= CELLS["short"]
        text += ("" if ended else CELLS["comma"]) + line
    return text


class Reader:
    """Walks through a document once, whatever it nests."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.paragraphs: list[Paragraph] = []
        self.tables: list[Table] = []
        self.hidden = 0

    def read(self, document: bytes) -> Iterator[str]:
        for event, element in ElementTree.iterparse(io.BytesIO(document), ("start", "end")):
            if element.tag in HIDDEN:
                self.hidden += 1 if event == "start" else -1
            if event == "start":
                self.open(element.tag)
                continue
            if element.tag == PARAGRAPH:
                yield from self.put([self.text_of(self.paragraphs.pop())])
            elif element.tag == TABLE:
                yield from self.put(list(self.tables.pop().lines()))
            elif element.tag == CELL and self.tables and self.tables[-1].rows:
                self.tables[-1].close_cell()
            elif not self.hidden:
                self.take(element)
            element.clear()

    def open(self, tag: str) -> None:
        if tag == PARAGRAPH:
            self.paragraphs.append(Paragraph())
        elif tag == TABLE:
            self.tables.append(Table())
        elif tag == ROW and self.tables:
            self.tables[-1].rows.append([])
        elif tag == CELL and self.tables and self.tables[-1].rows:
            self.tables[-1].rows[-1].append([])

    def put(self, lines: list[str]) -> Iterator[str]:
        """Lines into the open cell, or out where there is none."""
        if self.hidden:
            return
        if self.tables and self.tables[-1].rows and self.tables[-1].rows[-1]:
            self.tables[-1].rows[-1][-1] += [line for line in lines if line.strip()]
        else:
            yield from lines

    def take(self, element: ElementTree.Element) -> None:
        """What an element says of the paragraph or cell that it stands in."""
        value = element.get(f"{W}val", "")
        if element.tag == f"{W}gridSpan" and self.tables:
            self.tables[-1].spanned = int(value) if value.isdigit() else 1
        if not self.paragraphs:
            return
        paragraph = self.paragraphs[-1]
        if element.tag == f"{W}t":
            paragraph.words.append(element.text or "")
        elif element.tag in BREAKS:
            paragraph.words.append(BREAKS[element.tag])
        elif element.tag == f"{W}numId":
            paragraph.number = value
        elif element.tag == f"{W}ilvl":
            paragraph.level = int(value) if value.isdigit() else 0
        elif element.tag == f"{W}pStyle":
            paragraph.style = value

    def text_of(self, paragraph: Paragraph) -> str:
        words = "".join(paragraph.words)
        if self.hidden or not words.strip():
            return words
        return self.numbering.next_of(paragraph.number, paragraph.level, paragraph.style) + words
