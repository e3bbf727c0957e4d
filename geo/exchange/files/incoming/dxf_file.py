"""DXF, entity by entity: closed outlines, SOLID and HATCH are polygons, open ones lines, texts points with words.

A reference to a block is exploded (`dxf_blocks`), an area gets the texts that stand within it (`dxf_labels`), arcs are
drawn as chords (`dxf_shapes`). Our own files (`geo.exchange.dxf`) say in extended data of which feature and ring a
polyline is; those are put together again. Text DXF is streamed; a binary one is refused, since it cannot be.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import ezdxf
import numpy
import orjson
import pyproj
import shapely
from ezdxf.entities import DXFGraphic
from ezdxf.math import Matrix44

from geo.exchange.files.incoming.dxf_blocks import Blocks, Figure
from geo.exchange.files.incoming.dxf_labels import MOST_TEXTS, Label, Labels, middle_of
from geo.exchange.files.incoming.dxf_shapes import FLATNESS, has_height, is_curved, read_shape
from geo.exchange.files.incoming.dxf_stream import TYPES, Followed, Overview, entities, opened, overview, plain
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming, columns_of, not_named, object_array, tell_heights
from geo.exchange.files.incoming.texts import chunks_of, encoding_named, encoding_of_chunks
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings, RefusedFile

APP_ID = "PLAN_ATLAS"
LARGEST = 2**30
CRS_LINE = re.compile(rb"\$CUSTOMPROPERTYTAG\s+1\s+CRS\s+9\s+\$CUSTOMPROPERTY\s+1\s+(EPSG:\d+)")
CODEPAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
VERSION = re.compile(rb"\$ACADVER\s+1\s+(AC\d+)")
UNREADABLE = (ezdxf.DXFError, shapely.errors.ShapelyError, ValueError, TypeError, ArithmeticError, AttributeError)
XDATA = frozenset({1000, 1040, 1070, 1071})
"""Codes of texts and numbers in extended data."""

TEXTS = ("TEXT", "MTEXT", "ATTRIB")

Feature = tuple[shapely.Geometry | None, dict[str, object], str | None]


def open_dxf(path: Path, name: str, wanted: str | None = None) -> Incoming:
    """A DXF file in text form.

    Parameters
    ----------
    name
        By which all layers of the drawing are read together.
    wanted
        A layer of the drawing, where it alone is to be read.

    Raises
    ------
    RefusedFile
        If it is broken, too large or without that layer.
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
    seen = overview(path)
    layers = _layers(seen, encoding)
    if wanted not in (None, name, *layers):
        raise not_named(path, wanted, (name, *layers))
    if len(layers) > 1 and wanted is None:
        message = N_("图里有 %(count)s 个图层，读的是全部，只要其中一个请指明图层")
        findings.add("several_layers", message, count=len(layers))
    chosen = None if wanted == name else wanted
    for hidden in _hidden(seen, encoding, chosen):
        message = N_("图层 %(layer)s 在图里是关闭或冻结的，其中的图元也读取了")
        findings.add("hidden_layer", message, layer=shown(hidden))
    drawing = _Drawing(path, encoding, seen, chosen, findings)
    return Incoming(
        "DXF", (name, *(layers if len(layers) > 1 else ())), chosen or name, drawing.batches, crs,
        "file" if crs else None, encoding, encoding_from, findings,
    )  # fmt: skip


def _layers(seen: Overview, encoding: str | None) -> list[str]:
    return [_decoded(name, encoding) for name in seen.layers]


def _hidden(seen: Overview, encoding: str | None, chosen: str | None) -> list[str]:
    """The layers with entities that are read and nobody sees on opening the drawing."""
    found = [_decoded(name, encoding) for name in seen.layers if name in seen.hidden]
    return [name for name in found if chosen in (None, name)]


def _decoded(name: bytes, encoding: str | None) -> str:
    return plain(name.decode(encoding_named(encoding or "") or "cp1252", "ignore"))


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


@dataclass
class _Drawing:
    """Reads a drawing, as often as it is asked to.

    Parameters
    ----------
    layer
        The only one that is read; None for all.
    """

    path: Path
    encoding: str | None
    seen: Overview
    layer: str | None
    findings: FileFindings
    curved: int = field(default=0, init=False)
    labelled: int = field(default=0, init=False)
    has_heights: bool = field(default=False, init=False)

    def batches(self) -> Iterator[Batch]:
        features: list[Feature] = []
        start = 1
        self.curved = self.labelled = 0
        for feature in self._features():
            features.append(feature)
            if len(features) == BATCH:
                yield self._batch(start, features)
                start, features = start + len(features), []
        if features:
            yield self._batch(start, features)
        self._tell()

    def _batch(self, start: int, features: list[Feature]) -> Batch:
        shapes, fields, ids = zip(*features, strict=True)
        shapes = object_array(shapes)
        is_area = numpy.isin(shapely.get_type_id(shapes), (3, 6))
        if self.seen.has_texts and is_area.any() and not any(ids):  # ours have their names
            for place, text in self._labels.of(shapes).items():
                fields[place]["Text"] = text
                self.labelled += 1
        rows = numpy.arange(start, start + len(features))
        return Batch(rows, shapes, columns_of(fields), ids if any(ids) else None)

    def _tell(self) -> None:
        if self.has_heights:
            tell_heights(self.findings)
        if self.curved:
            message = N_("%(count)s 个带圆弧或曲线的图元按弦读取，弦与弧相差不超过 %(most)s 米")
            self.findings.add("curve_flattened", message, count=self.curved, most=FLATNESS)
        if self.labelled:
            message = N_("%(count)s 个面的 Text 取自写在面内的文字，有几处的从上到下连起来")
            self.findings.add("text_inside", message, count=self.labelled)

    def _features(self) -> Iterator[Feature]:
        """Entities as features; the rings of a feature of ours follow each other."""
        rings: list[tuple[int, shapely.Polygon]] = []
        current: tuple[str, dict[str, object]] | None = None
        row = 0
        for entity, layer, moved in self._figures(TYPES, self.findings):
            own = _own(entity)
            if current is not None and (own is None or own["id"] != current[0]):
                yield _assembled(rings), current[1], current[0]
                rings, current = [], None
                row += 1
            shape = _shape(entity, moved, row + 1, self.findings)
            self.curved += shape is not None and is_curved(entity)
            self.has_heights = self.has_heights or (own is None and shape is not None and has_height(entity))
            if own is None:
                if shape is not None or row + 1 in self.findings.shapeless:
                    row += 1
                    yield shape, _fields(entity, layer), None
            elif shape is not None and not own.get("label"):
                current = current or (own["id"], own["fields"])
                rings.append((own["part"], shape))
        if current is not None:
            yield _assembled(rings), current[1], current[0]

    @cached_property
    def _blocks(self) -> Blocks:
        return Blocks(self.seen, self.encoding)

    def _figures(self, types: Sequence[str], findings: FileFindings) -> Iterator[Figure]:
        """Entities, those of blocks in the place of a reference, and the layer of each."""
        blocks = self._blocks
        blocks.begin()
        for entity in self._entities(types, findings):
            layer = entity.dxf.get("layer", "0")
            figures = blocks.figures_of(entity) if entity.dxftype() == "INSERT" else ()
            self.has_heights |= bool(figures) and has_height(entity)
            for figure in figures or (Figure(entity, layer),):
                if figure.entity.dxftype() in TYPES + TEXTS and self.layer in (None, plain(figure.layer)):
                    yield figure
        if blocks.exploded:
            message = N_("%(count)s 个块参照已经分解，块里的图形各自读取")
            findings.add("block_exploded", message, count=blocks.exploded)
        if blocks.clipped:
            message = N_("%(count)s 个块参照在图里是裁剪过的（XCLIP），裁剪没有照做，块里的图形全部读取")
            findings.add("clip_not_applied", message, count=blocks.clipped)
        if blocks.left:
            message = N_("%(count)s 个块参照只按插入点读取：块里没有 5 米以上的闭合图形，或块不在文件里、太大")
            findings.add("entity_not_read", message, count=blocks.left)

    def _entities(self, types: Sequence[str], findings: FileFindings) -> Iterator[DXFGraphic]:
        try:
            with opened(self.path) as file:
                followed = Followed(file, self.encoding)
                yield from entities(followed, types)
        except (*UNREADABLE, OSError, KeyError, IndexError, EOFError, StopIteration, RuntimeError,
                LookupError) as fault:  # fmt: skip
            message = N_("%(file)s 读不出来：%(reason)s")
            raise RefusedFile("unreadable", message, file=short_name(self.path), reason=shown(fault)) from None
        for kind, count in followed.others.items():
            findings.add(
                "entity_not_read",
                N_("%(count)s 个 %(kind)s 图元没有读取：不是本系统认识的种类"),
                kind=kind,
                count=count,
            )

    @cached_property
    def _labels(self) -> Labels:
        """The texts of all layers: names of parcels stand on a layer of their own."""
        found: list[Label] = []
        blocks = Blocks(self.seen, self.encoding)
        for entity in self._entities(("TEXT", "MTEXT", "INSERT"), FileFindings()):
            is_reference = entity.dxftype() == "INSERT"
            figures = blocks.figures_of(entity, with_texts=True) if is_reference else (Figure(entity, ""),)
            for figure in figures:
                if figure.entity.dxftype() in TEXTS and (label := _label(figure.entity)) is not None:
                    found.append(label)
            if len(found) > MOST_TEXTS:
                return Labels(())
        return Labels(found)


def _label(entity: DXFGraphic) -> Label | None:
    try:
        text, place = _text(entity), read_shape(entity)
    except UNREADABLE:
        return None
    if not text or not numpy.isfinite([place.x, place.y]).all():
        return None
    text, get = " ".join(text.split()), entity.dxf.get
    if entity.dxftype() == "MTEXT" or get("halign", 0) or get("valign", 0):  # which mostly stand about their middle
        at = place if entity.dxftype() == "MTEXT" else get("align_point")
        return Label(at.x, at.y, text) if at is not None else Label(place.x, place.y, text)
    return middle_of(place.x, place.y, text, get("height", 0.0), get("rotation", 0.0))


def _own(entity: DXFGraphic) -> dict | None:
    """What our extended data say: id, part, fields; None where there are none."""
    if not entity.has_xdata(APP_ID):
        return None
    text = "".join(plain(tag.value) for tag in entity.get_xdata(APP_ID) if tag.code == 1000)
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    sound = isinstance(found, dict) and isinstance(found.get("id"), str) and isinstance(found.get("part"), int)
    return found if sound and isinstance(found.get("fields"), dict) else None


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


def _fields(entity: DXFGraphic, layer: str) -> dict[str, object]:
    kind, handle = entity.dxftype(), entity.dxf.get("handle")
    own = {"Layer": plain(layer), "Entity": kind, "Text": _text(entity), "Handle": handle}
    return _extended(entity) | own


def _extended(entity: DXFGraphic) -> dict[str, object]:
    """What surveying programs (CASS: SOUTH) keep in extended data: codes of land use, numbers and owners of parcels."""
    data = entity.xdata.data if entity.xdata is not None else {}
    told = {
        plain(name): ",".join(str(plain(tag.value)).strip() for tag in tags if tag.code in XDATA)
        for name, tags in data.items()
        if not name.upper().startswith("ACAD")
    }
    return {name: text for name, text in told.items() if text}


def _text(entity: DXFGraphic) -> str | None:
    """The words of a text, the name of a block."""
    match entity.dxftype():
        case "MTEXT":
            return plain(entity.plain_text())
        case "TEXT" | "ATTRIB":
            return plain(entity.dxf.get("text"))
        case "INSERT":
            return plain(entity.dxf.get("name"))
    return None


def _shape(entity: DXFGraphic, moved: Matrix44 | None, row: int, findings: FileFindings) -> shapely.Geometry | None:
    try:
        with numpy.errstate(all="ignore"):  # of numbers beyond all; the checks tell what is not finite
            shape = read_shape(entity, moved)
    except UNREADABLE as fault:
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
