"""Whether a FlatGeobuf has more features than its header says: GDAL stops at the number told, and says nothing."""

import mmap
import struct
from pathlib import Path

FEATURE_COUNT, NODE_SIZE = 8, 9
"""Numbers of two fields in the table of the header (FlatGeobuf 3, header.fbs)."""

NODE_BYTES, USUAL_NODE = 40, 16
START = 8
"""Bytes before the size of the header."""


def unread_bytes(path: Path) -> int:
    """How many bytes follow the last feature that the header counts; 0 where it counts none, or cannot be read."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            return _unread(content)
        except struct.error:
            return 0


def _unread(content: mmap.mmap) -> int:
    size = struct.unpack_from("<I", content, START)[0]
    count = _field(content, FEATURE_COUNT, "<Q", 0)
    place = START + 4 + size + _index_bytes(count, _field(content, NODE_SIZE, "<H", USUAL_NODE))
    for _ in range(count):
        place += 4 + struct.unpack_from("<I", content, place)[0]
    return max(len(content) - place, 0) if count else 0


def _field(content: mmap.mmap, number: int, kind: str, default: int) -> int:
    """A number of the header's table, as flatbuffers keep it."""
    root = START + 4
    table = root + struct.unpack_from("<I", content, root)[0]
    directory = table - struct.unpack_from("<i", content, table)[0]
    slot = 4 + 2 * number
    if slot >= struct.unpack_from("<H", content, directory)[0]:
        return default
    offset = struct.unpack_from("<H", content, directory + slot)[0]
    return struct.unpack_from(kind, content, table + offset)[0] if offset else default


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
