"""DXF, entity by entity: closed polylines are polygons, open ones lines; blocks and texts are points with their words.

Our own files (`geo.exchange.dxf`) say in extended data of which feature and which ring a polyline is; those are put
together again. Text DXF is streamed; a binary one is refused, since it cannot be.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import ezdxf
import ezdxf.path
import numpy
import orjson
import pyproj
import shapely
from ezdxf.addons import iterdxf
from ezdxf.entities import DXFGraphic
from ezdxf.math import Vec3

from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, columns_of, object_array
from geo.exchange.files.incoming.texts import chunks_of, encoding_of_chunks
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

APP_ID = "PLAN_ATLAS"
FLATNESS = 0.01
"""How far a chord may leave its arc, in units of the drawing."""

TYPES = tuple("POINT LINE LWPOLYLINE POLYLINE CIRCLE ARC ELLIPSE SPLINE HATCH TEXT MTEXT INSERT".split())
PARTS = frozenset(("SECTION", "ENDSEC", "EOF", "VERTEX", "SEQEND", "ATTRIB"))
"""What stands among entities and is none itself."""

LARGEST = 2**30
MOST_POINTS = 2_000_000
LONGEST_LINE = 2**20
MOST_KINDS = 30
CRS_LINE = re.compile(rb"\$CUSTOMPROPERTYTAG\s+1\s+CRS\s+9\s+\$CUSTOMPROPERTY\s+1\s+(EPSG:\d+)")
CODEPAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
UNICODE = re.compile(r"\\U\+(000[0-9a-fA-F]{5}|[0-9a-fA-F]{4})")
VERSION = re.compile(rb"\$ACADVER\s+1\s+(AC\d+)")

PAGES = {"GBK": "ANSI_936", "GB18030": "ANSI_936"}

Feature = tuple[shapely.Geometry | None, dict[str, object], str | None]


def open_dxf(path: Path, layer: str) -> Incoming:
    """A DXF file in text form.

    Raises
    ------
    RefusedFile
        If it is broken or too large.
    """
    if path.stat().st_size > LARGEST:
        message = N_("%(file)s 太大：%(size)s MB，最多 %(most)s MB")
        raise RefusedFile(
            "too_large", message, file=short_name(path), size=path.stat().st_size // 2**20, most=LARGEST // 2**20
        )  # fmt: skip
    findings = FileFindings()
    with path.open("rb") as file:
        head = file.read(65536)
    found = CRS_LINE.search(head)
    crs = pyproj.CRS(found[1].decode()) if found else None
    encoding, encoding_from = _encoding(path, head, findings)
    return Incoming(
        "DXF", (layer,), layer, partial(_batches, path, encoding, findings), crs, "file" if crs else None,
        encoding, encoding_from, findings,
    )  # fmt: skip


def _encoding(path: Path, head: bytes, findings: FileFindings) -> tuple[str | None, str | None]:
    """What the header says where the texts agree, else what they are: programs abroad write ANSI_1252 over Chinese."""
    version, page = VERSION.search(head), CODEPAGE.search(head)
    is_new = version is not None and version[1] >= b"AC1021"  # AutoCAD 2007 and later write UTF-8
    told = "UTF-8" if is_new else "GBK" if page and b"936" in page[1] else None
    if told is not None and encoding_of_chunks(chunks_of(path), (told,)) is not None:
        return told, "format" if is_new else "declaration"
    found = encoding_of_chunks(chunks_of(path))
    if found in (None, "ASCII"):
        return (page[1].decode("ascii", "replace"), "declaration") if page else (None, None)
    findings.add("encoding_guessed", N_("文件没有说明编码，文字按 %(encoding)s 读取"), encoding=found)
    return found, "content"


def _batches(path: Path, encoding: str | None, findings: FileFindings) -> Iterator[Batch]:
    features: list[Feature] = []
    start = 1
    for feature in _features(path, encoding, findings):
        features.append(feature)
        if len(features) == BATCH:
            yield _batch(start, features)
            start, features = start + len(features), []
    if features:
        yield _batch(start, features)


def _batch(start: int, features: list[Feature]) -> Batch:
    shapes, fields, ids = zip(*features, strict=True)
    rows = numpy.arange(start, start + len(features))
    return Batch(rows, object_array(shapes), columns_of(fields), ids if any(ids) else None)


def _features(path: Path, encoding: str | None, findings: FileFindings) -> Iterator[Feature]:
    """Entities as features; the rings of a feature of ours follow each other."""
    rings: list[tuple[int, shapely.Polygon]] = []
    current: tuple[str, dict[str, object]] | None = None
    row = 0
    for entity in _entities(path, encoding, findings):
        own = _own(entity)
        if current is not None and (own is None or own["id"] != current[0]):
            yield _assembled(rings), current[1], current[0]
            rings, current = [], None
            row += 1
        shape = _shape(entity, row + 1, findings)
        if own is None:
            if shape is not None or row + 1 in findings.shapeless:
                row += 1
                yield shape, _fields(entity), None
        elif shape is not None and not own.get("label"):
            current = current or (own["id"], own["fields"])
            rings.append((own["part"], shape))
    if current is not None:
        yield _assembled(rings), current[1], current[0]


class _Followed:
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
        self.references = 0
        """To blocks; what a block holds lies elsewhere in the file and is not read."""

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
        self.references += kind == "INSERT"
        if kind not in TYPES and kind not in PARTS and (kind in self.others or len(self.others) < MOST_KINDS):
            self.others[kind] += 1


def _entities(path: Path, encoding: str | None, findings: FileFindings) -> Iterator[DXFGraphic]:
    try:
        with path.open("rb") as file:
            if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                file.seek(0)
            followed = _Followed(file, encoding)
            yield from iterdxf.single_pass_modelspace(followed, types=TYPES, errors="ignore")
    except (ezdxf.DXFError, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
            StopIteration, RuntimeError, LookupError) as fault:  # fmt: skip
        message = N_("%(file)s 读不出来：%(reason)s")
        raise RefusedFile("unreadable", message, file=short_name(path), reason=shown(fault)) from None
    for kind, count in followed.others.items():
        findings.add(
            "entity_not_read", N_("%(count)s 个 %(kind)s 图元没有读取：不是本系统认识的种类"), kind=kind, count=count
        )
    if followed.references:
        message = N_("%(count)s 个块参照只按插入点读取，块里的图形没有读取：要读，先在 CAD 里分解（EXPLODE）")
        findings.add("entity_not_read", message, count=followed.references)


def _own(entity: DXFGraphic) -> dict | None:
    """What our extended data say: id, part, fields; None where there are none."""
    if not entity.has_xdata(APP_ID):
        return None
    text = "".join(_plain(tag.value) for tag in entity.get_xdata(APP_ID) if tag.code == 1000)
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    sound = isinstance(found, dict) and isinstance(found.get("id"), str) and isinstance(found.get("part"), int)
    return found if sound and isinstance(found.get("fields"), dict) else None


def _plain(text: object) -> str | None:
    """A text with the signs that its encoding has not, which DXF writes as numbers."""
    return None if text is None else UNICODE.sub(lambda match: chr(int(match[1], 16)), str(text))


def _assembled(parts: list[tuple[int, shapely.Geometry]]) -> shapely.Geometry | None:
    """The rings of each part, the first one being the outer, and the parts put together."""
    made: dict[int, list[shapely.Geometry]] = {}
    for number, shape in parts:
        made.setdefault(number, []).append(shape)
    shapes = [
        shapely.Polygon(rings[0].exterior, [ring.exterior for ring in rings[1:]])
        if all(isinstance(ring, shapely.Polygon) for ring in rings)
        else rings[0]
        for rings in made.values()
    ]
    if len(shapes) <= 1:
        return shapes[0] if shapes else None
    kinds = {shape.geom_type for shape in shapes}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(shapes)
    return shapely.MultiLineString(shapes) if kinds == {"LineString"} else shapely.GeometryCollection(shapes)


def _fields(entity: DXFGraphic) -> dict[str, object]:
    kind = entity.dxftype()
    text = None
    if kind in ("TEXT", "MTEXT"):
        text = entity.plain_text() if kind == "MTEXT" else entity.dxf.get("text")
    elif kind == "INSERT":
        text = entity.dxf.get("name")
    layer, handle = _plain(entity.dxf.get("layer")), entity.dxf.get("handle")
    return {"Layer": layer, "Entity": kind, "Text": _plain(text), "Handle": handle}


def _shape(entity: DXFGraphic, row: int, findings: FileFindings) -> shapely.Geometry | None:
    try:
        with numpy.errstate(all="ignore"):  # of numbers beyond all; the checks tell what is not finite
            shape = _read_shape(entity)
    except (
        ezdxf.DXFError,
        shapely.errors.ShapelyError,
        ValueError,
        TypeError,
        ArithmeticError,
        AttributeError,
    ) as fault:
        message = N_("图元（%(kind)s）读不成图形：%(reason)s")
        kind = entity.dxftype()
        findings.add("invalid_geometry", message, row=row, field="geometry", kind=kind, reason=shown(fault))
        return None
    if shape is None:
        message = N_("图元（%(kind)s）没有图形可读：点不足两个，或是网格、空的填充")
        findings.add("too_few_points", message, row=row, field="geometry", kind=entity.dxftype())
    elif not numpy.isfinite(shapely.get_coordinates(shape)).all():
        findings.add("non_finite", N_("几何里有不是有限的坐标"), row=row, field="geometry")
        return None
    return shape


def _read_shape(entity: DXFGraphic) -> shapely.Geometry | None:
    match entity.dxftype():
        case "POINT":
            return shapely.Point(_xy(entity.dxf.location))
        case "TEXT" | "INSERT":
            return shapely.Point(_in_world(entity, [entity.dxf.insert])[0])
        case "MTEXT":
            return shapely.Point(_xy(entity.dxf.insert))
        case "LINE":
            return shapely.LineString([_xy(entity.dxf.start), _xy(entity.dxf.end)])
        case "LWPOLYLINE":
            points = list(entity.get_points("xyb"))
            plain = _in_world(entity, [point[:2] for point in points])
            return _line(_flat(entity) if any(point[2] for point in points) else plain, entity.closed)
        case "POLYLINE":
            if not (entity.is_2d_polyline or entity.is_3d_polyline):
                return None
            plain = _in_world(entity, [vertex.dxf.location for vertex in entity.vertices])
            has_arc = any(vertex.dxf.get("bulge", 0) for vertex in entity.vertices)
            return _line(_flat(entity) if has_arc else plain, entity.is_closed)
        case "HATCH":
            return _hatch(entity)
        case "CIRCLE":
            return _line(_flat(entity), closed=True)
        case "SPLINE":
            return _line(_flat(entity), entity.closed)
    return _line(_flat(entity), closed=False)


def _in_world(entity: DXFGraphic, points: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    """Points of a flat entity where they lie; of one that was mirrored they are written in axes of its own."""
    ocs = entity.ocs()
    is_flat = entity.dxftype() != "POLYLINE" or entity.is_2d_polyline
    own = (Vec3(point) for point in points)
    return [_xy(point) for point in (ocs.points_to_wcs(own) if ocs.transform and is_flat else own)]


def _xy(point: Vec3) -> tuple[float, float]:
    return point.x, point.y


def _flat(entity: DXFGraphic) -> list[tuple[float, float]]:
    """The points of a curve; a huge one is drawn coarser, so that nothing grows without bound."""
    path = ezdxf.path.make_path(entity)
    size = max((abs(value) for point in path.control_vertices() for value in _xy(point)), default=1.0)
    coarse = max(FLATNESS if size > 1000 else FLATNESS / 1e5, size * 1e-9)
    found = []
    for point in path.flattening(coarse, segments=8):
        found.append(_xy(point))
        if len(found) > MOST_POINTS:
            raise ValueError(str(len(found)))
    return found


def _line(points: list[tuple[float, float]], closed: bool) -> shapely.Geometry | None:
    if len(points) < 2:
        return None
    if any(not math.isfinite(value) for point in points for value in point):
        return shapely.MultiPoint(points)  # of which the caller tells that it is not finite
    if (closed or points[0] == points[-1]) and len(points) >= 3:
        return shapely.Polygon(points)
    return shapely.LineString(points)


def _hatch(entity: DXFGraphic) -> shapely.Geometry | None:
    """The area of a hatch: rings that lie in others are holes."""
    rings = []
    for boundary in entity.paths:
        path = ezdxf.path.from_hatch_boundary_path(boundary, ocs=entity.ocs())
        points = [_xy(point) for point in path.flattening(FLATNESS)]
        if len(points) >= 4:
            rings.append(shapely.Polygon(points))
    rings.sort(key=lambda ring: -ring.area)
    area = None
    for ring in rings:
        area = ring if area is None else area.symmetric_difference(ring)
    return area
