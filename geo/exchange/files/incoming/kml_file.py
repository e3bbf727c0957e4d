"""KML, alone or in a KMZ: placemarks with their names, data and shapes, one by one.

Python's own XML reader: it follows no link, expands no entity (a file that defines one is refused) and is not
deep in recursion, whatever the file nests.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy
import pyproj
import shapely

from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, columns_of, object_array, tell_heights
from geo.exchange.files.incoming.texts import CHUNK, encoding_named, encoding_of_file
from geo.exchange.files.reading import short_name, shown
from geo.model.crs import STORED_CRS
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

DEEPEST = 200
DECLARATION = re.compile(r"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["'][^>]*\?>""")
DIGIT = re.compile("[1-9]")
"""In a height that is one: programs write 0 where they know of none."""
SHAPES = frozenset("Point LineString LinearRing Polygon MultiGeometry Track MultiTrack".split())
LEFT = frozenset("NetworkLink GroundOverlay PhotoOverlay Model".split())
"""What is no shape that can be taken in; links are not followed."""


def open_kml(path: Path, layer: str) -> Incoming:
    """A KML file.

    Raises
    ------
    RefusedFile
        If it is no sound XML, defines entities, or nests deeper than any KML.
    """
    findings = FileFindings()
    with path.open("rb") as file:
        head = file.read(4096)
    declared = DECLARATION.match(head.decode("ascii", "replace"))
    told = encoding_named(declared[1]) if declared else None
    encoding, encoding_from = encoding_of_file(path, FileFindings() if told else findings, told)
    return Incoming(
        "KML", (layer,), layer, partial(_batches, path, encoding, findings), pyproj.CRS(STORED_CRS), "format",
        encoding, "declaration" if told else encoding_from, findings,
    )  # fmt: skip


def _batches(path: Path, encoding: str, findings: FileFindings) -> Iterator[Batch]:
    rows: list[dict[str, object]] = []
    shapes: list[shapely.Geometry | None] = []
    ids: list[object] = []
    start = 1
    left: Counter[str] = Counter()
    for number, (placemark, folder) in enumerate(_placemarks(path, encoding, left), start=1):
        rows.append(_values(placemark) | folder)
        ids.append(placemark.get("id"))
        shapes.append(_shape(placemark, number, findings))
        if len(rows) == BATCH:
            yield _batch(start, rows, shapes, ids)
            start, rows, shapes, ids = number + 1, [], [], []
    if rows:
        yield _batch(start, rows, shapes, ids)
    for kind, count in left.items():
        message = N_("%(count)s 个 %(kind)s 没有读取：链接、图片和模型不在读取之列")
        findings.add("entity_not_read", message, kind=kind, count=count)


def _batch(start: int, rows: list[dict[str, object]], shapes: list, ids: list[object]) -> Batch:
    numbers = numpy.arange(start, start + len(rows))
    return Batch(numbers, object_array(shapes), columns_of(rows), ids if any(ids) else None)


def _placemarks(
    path: Path, encoding: str, left: Counter[str]
) -> Iterator[tuple[ElementTree.Element, dict[str, object]]]:
    """Every placemark, whole, and the folders it lies in; what is left out is counted."""
    parser = ElementTree.XMLPullParser(("start", "end"))
    open_elements: list[ElementTree.Element] = []
    try:
        for text in _chunks(path, encoding):
            parser.feed(text)
            for event, element in parser.read_events():
                if event == "start":
                    open_elements.append(element)
                    if len(open_elements) > DEEPEST:
                        raise RefusedFile("too_deep", N_("%(file)s 的 XML 嵌套太深"), file=short_name(path))
                    continue
                open_elements.pop()
                left.update({_name(element)} & LEFT)
                if _name(element) == "Placemark":
                    yield element, _folder(open_elements)
                if open_elements and _name(element) in ("Placemark", "Folder", "Document", "Style", "Schema"):
                    open_elements[-1].remove(element)
        parser.close()
    except ElementTree.ParseError as fault:
        line, column = fault.position
        message = N_("%(file)s 第 %(line)s 行第 %(column)s 列不是合法的 XML：%(reason)s")
        raise RefusedFile(
            "invalid_xml", message, file=short_name(path), line=line, column=column, reason=shown(fault)
        ) from None  # fmt: skip


def _chunks(path: Path, encoding: str) -> Iterator[str]:
    """The text without its declaration, which need not be true any more."""
    with path.open(encoding=encoding, errors="replace") as file:
        tail, is_first = "", True
        while text := file.read(CHUNK):
            if is_first:
                text = DECLARATION.sub("", text.removeprefix("\ufeff").lstrip(), count=1)
                is_first = False
            if "<!DOCTYPE" in tail + text or "<!ENTITY" in tail + text:
                message = N_("%(file)s 里定义了实体（DOCTYPE），不读取")
                raise RefusedFile("unsafe_xml", message, file=short_name(path))
            tail = text[-16:]
            yield text


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _folder(open_elements: Sequence[ElementTree.Element]) -> dict[str, object]:
    """The names of folders, the outermost first, as a field; it tells districts or kinds apart, as people sort them."""
    names = [each.findtext("{*}name") or "" for each in open_elements if _name(each) == "Folder"]
    path = " / ".join(name.strip() for name in names if name.strip())
    return {"Folder": path} if path else {}


def _values(placemark: ElementTree.Element) -> dict[str, object]:
    """Name, description and extended data."""
    values: dict[str, object] = {}
    for child in placemark:
        if _name(child) in ("name", "description") and child.text and child.text.strip():
            values[_name(child)] = child.text.strip()
    for element in placemark.iter():
        if _name(element) == "SimpleData":
            values[element.get("name", "")] = element.text
        elif _name(element) == "Data":
            value = next((child.text for child in element if _name(child) == "value"), None)
            values[element.get("name", "")] = value
    return values


def _shape(placemark: ElementTree.Element, row: int, findings: FileFindings) -> shapely.Geometry | None:
    shapes = [child for child in placemark if _name(child) in SHAPES]
    if not shapes:
        return None
    try:
        parts = [part for shape in shapes for part in _parts(shape, row, findings)]
    except (ValueError, shapely.errors.ShapelyError) as fault:
        message = N_("坐标读不出来：%(given)s")
        findings.add("invalid_geometry", message, row=row, field="geometry", given=shown(fault))
        return None
    return _collected(parts)


def _collected(parts: list[shapely.Geometry]) -> shapely.Geometry | None:
    if len(parts) <= 1:
        return parts[0] if parts else None
    kinds = {part.geom_type for part in parts}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(parts)
    if kinds == {"LineString"}:
        return shapely.MultiLineString(parts)
    return shapely.MultiPoint(parts) if kinds == {"Point"} else shapely.GeometryCollection(parts)


def _parts(element: ElementTree.Element, row: int, findings: FileFindings) -> Iterator[shapely.Geometry]:
    kind = _name(element)
    if kind in ("MultiGeometry", "MultiTrack"):
        for child in element:
            if _name(child) in SHAPES:
                yield from _parts(child, row, findings)
        return
    if kind == "Polygon":
        rings = {"outerBoundaryIs": [], "innerBoundaryIs": []}
        for boundary in element:
            for ring in boundary if _name(boundary) in rings else ():
                rings[_name(boundary)].append(_closed(_positions(ring, findings), row, findings))
        if rings["outerBoundaryIs"]:
            yield shapely.Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])
            yield from map(shapely.Polygon, rings["outerBoundaryIs"][1:])  # of which KML allows none
        return
    positions = _positions(element, findings)
    yield shapely.Point(positions[0]) if kind == "Point" else shapely.LineString(positions)


def _positions(element: ElementTree.Element, findings: FileFindings) -> list[tuple[float, float]]:
    """The positions of a shape; a track has an element of its own for each, with blanks between the numbers."""
    if _name(element) == "Track":
        texts = [child.text or "" for child in element if _name(child) == "coord"]
        return _numbers([text.split() for text in texts], " ".join(texts), findings)
    text = next((child.text or "" for child in element if _name(child) == "coordinates"), "")
    found = [part.split(",") for part in re.sub(r"\s*,\s*", ",", text).split()]
    return _numbers(found, text, findings)


def _numbers(found: list[list[str]], text: str, findings: FileFindings) -> list[tuple[float, float]]:
    if any(DIGIT.search(height) for numbers in found for height in numbers[2:3]):
        tell_heights(findings)
    if not found or any(len(numbers) < 2 for numbers in found):
        raise ValueError(text[:40])
    return [(float(numbers[0]), float(numbers[1])) for numbers in found]


def _closed(ring: list[tuple[float, float]], row: int, findings: FileFindings) -> list[tuple[float, float]]:
    if ring[0] == ring[-1]:
        return ring
    findings.add("unclosed_ring", N_("环没有闭合，已补上首点"), row=row, field="geometry")
    return [*ring, ring[0]]
