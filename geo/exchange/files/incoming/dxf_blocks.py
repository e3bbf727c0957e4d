"""References to blocks, exploded as CAD does: every figure of the block is one of the drawing, where it lies there."""

import io
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import ezdxf
import shapely
from ezdxf.entities import DXFGraphic, Insert
from ezdxf.entities.subentity import LinkedEntities
from ezdxf.math import Matrix44, Vec3

from geo.exchange.files.incoming.dxf_shapes import is_in_metres, is_plain, read_shape
from geo.exchange.files.incoming.dxf_stream import SPACES, Followed, Overview, entities

SIGN_M = 5.0
"""A block whose closed figures are smaller is a sign, for a tree or a boundary mark: a point."""
SIGN_DEG = 5e-5

DEEPEST = 8
"""Blocks in blocks."""
MOST_OF_ONE = 20_000
MOST = 50_000
"""Figures of one block with all in it, and of all references together."""

UNREADABLE = (RecursionError, ezdxf.DXFError, ValueError, TypeError, ArithmeticError, AttributeError)


class TooMuch(ValueError):
    """A block has more figures than are read."""


@dataclass(frozen=True)
class _Kind:
    """What a block has: the longest side of its areas at its own scale, 0 without any; whether there are texts."""

    side: float = 0.0
    has_texts: bool = False


class Figure(NamedTuple):
    """A figure of a drawing.

    Parameters
    ----------
    moved
        From the block in which it was drawn to where it lies; None where it is drawn there.
    """

    entity: DXFGraphic
    layer: str
    moved: Matrix44 | None = None


class Blocks:
    """The blocks of a drawing; each is read when it is first referred to.

    Attributes
    ----------
    exploded, left
        References that were read as their figures, and as their place, since `begin`.
    clipped
        Those among the exploded ones of which the drawing shows only a part.
    """

    def __init__(self, seen: Overview, encoding: str | None) -> None:
        self._raw = {_decoded(name, encoding): block for name, block in seen.blocks.items()}
        self._clipped = seen.clipped
        self._of_clipped: set[str] = set()  # blocks in which a reference is clipped
        self._encoding = encoding
        self._drawing = ezdxf.new()
        self._plain: dict[str, list[DXFGraphic]] = {}  # by block; to move a copy of each takes many times as long
        self._kinds: dict[str, _Kind] = {}
        self._of_one = 0
        self.begin()

    def begin(self) -> None:
        """Count anew."""
        self._figures = self.exploded = self.left = self.clipped = 0

    def figures_of(self, reference: Insert, *, with_texts: bool = False) -> list[Figure]:
        """The figures of a block with their layers; none where it is a sign, has no areas or cannot be read.

        Parameters
        ----------
        with_texts
            Only those of blocks that have texts.
        """
        found = []
        if self._is_area(reference) and self._figures < MOST:
            kind = self._kind_of(reference.dxf.name)
            if with_texts and not kind.has_texts and not reference.attribs:
                return []
            with suppress(*UNREADABLE):
                found = list(self._explode(reference, reference.dxf.get("layer", "0")))
        self._figures += len(found)
        self.exploded += bool(found)
        self.left += not found
        self.clipped += bool(found) and self._is_clipped
        return found

    def _is_area(self, reference: Insert) -> bool:
        """Whether it is larger than a sign."""
        get = reference.dxf.get
        at = get("insert", Vec3())
        least = SIGN_M if is_in_metres(max(abs(at.x), abs(at.y))) else SIGN_DEG
        return self._kind_of(get("name", "")).side * max(abs(get("xscale", 1)), abs(get("yscale", 1))) >= least

    def _kind_of(self, name: str) -> _Kind:
        if name not in self._kinds:
            self._kinds[name] = _Kind()
            with suppress(*UNREADABLE):
                alone = Insert.new(dxfattribs={"name": name, "insert": (0, 0)}, doc=self._drawing)
                figures = list(self._explode(alone, "0"))
                sides = [shape.bounds for figure in figures if (shape := _area_of(figure)) is not None]
                has_texts = any(figure.entity.dxftype() in ("TEXT", "MTEXT") for figure in figures)
                self._kinds[name] = _Kind(_side_of(sides), has_texts)
        return self._kinds[name]

    def _explode(self, reference: Insert, layer: str) -> Iterator[Figure]:
        self._of_one, self._is_clipped = 0, False
        return self._figures_of(reference, layer, 0)

    def _figures_of(self, reference: Insert, layer: str, depth: int) -> Iterator[Figure]:
        if depth > DEEPEST or reference.mcount > MOST_OF_ONE:
            raise TooMuch
        self._load(reference.dxf.name)
        handle, name = reference.dxf.get("handle"), reference.dxf.name.upper()
        self._is_clipped |= handle in self._clipped or name in self._of_clipped
        reference.doc = self._drawing
        for attribute in reference.attribs:
            yield Figure(attribute, _layer_of(attribute, layer))
        for each in reference.multi_insert() if reference.mcount > 1 else (reference,):
            moved = each.matrix44()
            plain = ((figure, moved) for figure in self._plain.get(name, ()))
            copied = ((figure, None) for figure in each.virtual_entities(skipped_entity_callback=lambda *_: None))
            for figure, matrix in chain(plain, copied):
                self._of_one += 1
                if self._of_one > MOST_OF_ONE:
                    raise TooMuch
                own = _layer_of(figure, layer)
                if isinstance(figure, Insert):
                    yield from self._figures_of(figure, own, depth + 1)
                else:
                    yield Figure(figure, own, matrix)

    def _load(self, name: str) -> None:
        """Make a block that was not made yet, with all that it refers to itself when that is asked for."""
        block = self._raw.pop(name.upper(), None)
        if block is None or name.upper().startswith(SPACES):
            return
        base = tuple(block.base.get(code, 0.0) for code in (b"10", b"20", b"30"))
        layout = self._drawing.blocks.new(name, base_point=base if all(map(math.isfinite, base)) else (0, 0))
        content = b"".join((b"0\nSECTION\n2\nENTITIES\n", *block.content, b"0\nENDSEC\n0\nEOF\n"))
        for entity in entities(Followed(io.BytesIO(content), self._encoding)):
            if entity.dxf.get("handle") in self._clipped:
                self._of_clipped.add(name.upper())
            _forget_links(entity)
            if is_plain(entity):
                self._plain.setdefault(name.upper(), []).append(entity)
            else:
                layout.add_entity(entity)


def _forget_links(entity: DXFGraphic) -> None:
    """Handles are those of the file, objects stay there; the drawing that holds its blocks gives handles of its own."""
    parts = entity.all_sub_entities() if isinstance(entity, LinkedEntities) else ()  # vertices, attributes
    for each in (entity, *parts):
        each.dxf.discard("handle")
        each.extension_dict = each.reactors = None


def _decoded(name: bytes, encoding: str | None) -> str:
    return name.decode(encoding if encoding in ("UTF-8", "GBK", "GB18030") else "cp1252", "ignore").upper()


def _layer_of(figure: DXFGraphic, layer: str) -> str:
    """What lies on layer 0 of a block lies on the layer of its reference."""
    own = figure.dxf.get("layer", "0")
    return layer if own == "0" else own


def _area_of(figure: Figure) -> shapely.Geometry | None:
    if figure.entity.dxftype() in ("TEXT", "MTEXT", "POINT", "LINE", "ARC", "ATTRIB"):
        return None
    shape = read_shape(figure.entity, figure.moved)
    return shape if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") else None


def _side_of(bounds: list[tuple[float, float, float, float]]) -> float:
    """The longer side of what lies round all, 0 of nothing or where it is not known."""
    if not bounds:
        return 0.0
    west, south, east, north = (
        limit(place) for limit, place in zip((min, min, max, max), zip(*bounds, strict=True), strict=True)
    )
    side = max(east - west, north - south)
    return side if math.isfinite(side) else 0.0
