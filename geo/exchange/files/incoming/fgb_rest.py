"""What a FlatGeobuf has that GDAL passes over without a word: features beyond those counted, arcs, heights."""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

from geo.exchange.files.incoming.parts import tell_heights
from geo.exchange.files.incoming.wkb_kinds import ARC, COLLECTION, CURVED
from geo.exchange.files.staging import made_own
from geo.model.errors import N_
from geo.model.file_finding import FileFindings

KIND, HAS_HEIGHT, HAS_MEASURE, FEATURE_COUNT, NODE_SIZE = 2, 3, 4, 8, 9
"""Numbers of fields in the table of the header (FlatGeobuf 3, header.fbs)."""

SHAPE = 0
"""Number of the field of a feature (feature.fbs)."""

OWN_KIND, PARTS = 6, 7
"""Numbers of fields of a shape."""

ANY_KIND = 0
WITH_ARCS = CURVED | {ANY_KIND, COLLECTION}
"""Kinds of a layer in which a shape may have arcs."""

NODE_BYTES, USUAL_NODE = 40, 16
START = 8
"""Bytes before the size of the header."""

DEEPEST = 100

Content = mmap.mmap


def note_rest(staged: Path, findings: FileFindings) -> None:
    """Tell of features beyond those that the header counts, of rows with arcs, and once of heights.

    Parameters
    ----------
    staged
        Our own file, in which GDAL is to read shapes of any kind without heights: it knows no name for such with them.
    """
    with staged.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            _note(content, findings)
            flags = list(_flags_of_any_kind(content))
        except (struct.error, IndexError):
            return
    if flags:
        made_own(staged)
        with staged.open("r+b") as file:
            for place in flags:
                file.seek(place)
                file.write(b"\0")


def _note(content: Content, findings: FileFindings) -> None:
    header = _table(content, START + 4)
    if _number(content, header, HAS_HEIGHT, "<B", 0):
        tell_heights(findings)
    count = _number(content, header, FEATURE_COUNT, "<Q", 0)
    may_have_arcs = _number(content, header, KIND, "<B", ANY_KIND) in WITH_ARCS
    message = N_("几何有圆弧，圆弧按弦读取，弦与弧相差不超过半径的十万分之一")
    end = 0
    for row, place in enumerate(_features(content, header, count), 1):
        end = place + struct.unpack_from("<I", content, place)[0] + 4
        if may_have_arcs and _has_arc(content, _reference(content, _table(content, place + 4), SHAPE)):
            findings.add("curve_flattened", message, row=row, field="geometry")
    if 0 < end < len(content):
        findings.add("truncated", N_("文件里的要素比它自己说的多，多出的读不到，文件有误"))


def _flags_of_any_kind(content: Content) -> Iterator[int]:
    """Where a layer of any kind says that it has heights or measures."""
    header = _table(content, START + 4)
    if _number(content, header, KIND, "<B", ANY_KIND) == ANY_KIND:
        for field in (HAS_HEIGHT, HAS_MEASURE):
            if (place := _place(content, header, field)) is not None and content[place]:
                yield place


def _features(content: Content, header: int, count: int) -> Iterator[int]:
    """Where each feature begins, which is the number of its bytes; as many as the header counts, or as there are."""
    size = struct.unpack_from("<I", content, START)[0]
    place = START + 4 + size + _index_bytes(count, _number(content, header, NODE_SIZE, "<H", USUAL_NODE))
    for _ in range(count):
        if place + 4 > len(content):
            return
        yield place
        place += 4 + struct.unpack_from("<I", content, place)[0]


def _has_arc(content: Content, shape: int | None, depth: int = 0) -> bool:
    """Whether a shape, or a part of it, is an arc."""
    if shape is None or depth == DEEPEST:
        return False
    if _number(content, shape, OWN_KIND, "<B", ANY_KIND) == ARC:
        return True
    parts = _reference_to_list(content, shape, PARTS)
    return any(_has_arc(content, part, depth + 1) for part in parts)


def _reference_to_list(content: Content, table: int, field: int) -> Iterator[int]:
    """The tables of a field that is a list of them."""
    start = _reference(content, table, field)
    if start is None:
        return
    for number in range(struct.unpack_from("<I", content, start)[0]):
        place = start + 4 + 4 * number
        yield place + struct.unpack_from("<I", content, place)[0]


def _table(content: Content, root: int) -> int:
    """Where the table of a buffer lies, as flatbuffers keep it."""
    return root + struct.unpack_from("<I", content, root)[0]


def _place(content: Content, table: int, field: int) -> int | None:
    """Where a field of a table stands; None where it has its default."""
    directory = table - struct.unpack_from("<i", content, table)[0]
    slot = 4 + 2 * field
    if slot >= struct.unpack_from("<H", content, directory)[0]:
        return None
    offset = struct.unpack_from("<H", content, directory + slot)[0]
    return table + offset if offset else None


def _number(content: Content, table: int, field: int, kind: str, default: int) -> int:
    place = _place(content, table, field)
    return default if place is None else struct.unpack_from(kind, content, place)[0]


def _reference(content: Content, table: int, field: int) -> int | None:
    """Where a table or list lies that a field points to."""
    place = _place(content, table, field)
    return None if place is None else place + struct.unpack_from("<I", content, place)[0]


def _index_bytes(count: int, node_size: int) -> int:
    """Of the packed R-tree between header and features; none where nodes have no size."""
    if not node_size or not count:
        return 0
    level = -(-count // max(node_size, 2))
    nodes = count + level
    while level > 1:
        level = -(-level // max(node_size, 2))
        nodes += level
    return NODE_BYTES * nodes
