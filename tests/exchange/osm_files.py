"""Small OpenStreetMap files, written by hand: XML, and PBF as wiki.openstreetmap.org/wiki/PBF_Format has it."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

Way = tuple[list[tuple[float, float]], dict[str, str]]


def write_xml(path: Path, ways: list[Way]) -> Path:
    nodes, lines, number = [], [], 0
    for way_id, (points, tags) in enumerate(ways, start=1):
        refs = []
        for lon, lat in points:
            number += 1
            nodes.append(f'<node id="{number}" lat="{lat}" lon="{lon}" version="1"/>')
            refs.append(f'<nd ref="{number}"/>')
        told = "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
        lines.append(f'<way id="{way_id}" version="1">{"".join(refs)}{told}</way>')
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="test">'
    path.write_text("\n".join([head, *nodes, *lines, "</osm>"]), encoding="utf-8")
    return path


def write_pbf(path: Path, ways: list[Way]) -> Path:
    strings = [""]
    nodes, lines, number = b"", b"", 0
    for way_id, (points, tags) in enumerate(ways, start=1):
        refs = []
        for lon, lat in points:
            number += 1
            nodes += field(
                1,
                varint_field(1, zigzag(number))
                + varint_field(8, zigzag(round(lat * 1e7)))
                + varint_field(9, zigzag(round(lon * 1e7))),
            )
            refs.append(number)
        strings += [text for tag in tags.items() for text in tag]
        keys = b"".join(varint(strings.index(key)) for key in tags)
        values = b"".join(varint(strings.index(value)) for value in tags.values())
        steps = b"".join(varint(zigzag(ref - before)) for before, ref in zip([0, *refs], refs, strict=False))
        lines += field(3, varint_field(1, way_id) + field(2, keys) + field(3, values) + field(8, steps))
    table = field(1, b"".join(field(1, text.encode()) for text in strings))
    block = table + field(2, nodes) + field(2, lines)  # coordinates in steps of 100 nanodegrees, which is the default
    header = field(4, b"OsmSchema-V0.6")
    path.write_bytes(blob(b"OSMHeader", header) + blob(b"OSMData", block))
    return path


def blob(kind: bytes, content: bytes) -> bytes:
    body = field(1, content) + varint_field(2, len(content))
    head = field(1, kind) + varint_field(3, len(body))
    return len(head).to_bytes(4, "big") + head + body


def varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def varint_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content
