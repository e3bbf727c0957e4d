"""References to blocks, exploded as CAD does: every figure of the block is one of the drawing, where it lies there."""

import io
import math
from collections.abc import Iterator, Mapping

import ezdxf
from ezdxf.entities import DXFGraphic, Insert
from ezdxf.entities.subentity import LinkedEntities

from geo.exchange.files.incoming.dxf_shapes import is_in_metres, read_shape
from geo.exchange.files.incoming.dxf_stream import SPACES, Block, Followed, entities

SIGN_M = 5.0
"""A block whose closed figures are smaller is a sign, for a tree or a boundary mark: a point."""
SIGN_DEG = 5e-5

DEEPEST = 8
"""Blocks in blocks."""
MOST_OF_ONE = 20_000
MOST = 200_000
"""Figures of one reference, and of all together."""


class TooMuch(Exception):
    """A reference has more figures than are read."""


class Blocks:
    """The blocks of a drawing; each is read when it is first referred to.

    Attributes
    ----------
    exploded, left
        References that were read as their figures, and as their place.
    """

    def __init__(self, blocks: Mapping[bytes, Block], encoding: str | None) -> None:
        self._raw = {_decoded(name, encoding): block for name, block in blocks.items()}
        self._encoding = encoding
        self._drawing = ezdxf.new()
        self._figures = self.exploded = self.left = 0

    def figures_of(self, reference: Insert) -> list[tuple[DXFGraphic, str]]:
        """The figures of a block with their layers; none where it is a sign, has no areas or cannot be read."""
        try:
            found = list(self._figures_of(reference, reference.dxf.get("layer", "0"), 0))
            sides = [read_shape(each).bounds for each, _ in found if _may_be_area(each) and _is_area(each)]
        except (TooMuch, RecursionError, ezdxf.DXFError, ValueError, TypeError, ArithmeticError, AttributeError):
            found, sides = [], []
        if not sides or _is_sign(sides):
            self.left += 1
            return []
        self.exploded += 1
        return found

    def _figures_of(self, reference: Insert, layer: str, depth: int) -> Iterator[tuple[DXFGraphic, str]]:
        if depth > DEEPEST or reference.mcount > MOST_OF_ONE:
            raise TooMuch
        self._load(reference.dxf.name)
        reference.doc = self._drawing
        for attribute in reference.attribs:
            yield attribute, _layer_of(attribute, layer)
        count = 0
        for each in reference.multi_insert() if reference.mcount > 1 else (reference,):
            for figure in each.virtual_entities(skipped_entity_callback=lambda *_: None):
                count += 1
                self._figures += 1
                if count > MOST_OF_ONE or self._figures > MOST:
                    raise TooMuch
                own = _layer_of(figure, layer)
                if isinstance(figure, Insert):
                    yield from self._figures_of(figure, own, depth + 1)
                else:
                    yield figure, own

    def _load(self, name: str) -> None:
        """Make a block that was not made yet, with all that it refers to itself when that is asked for."""
        block = self._raw.pop(name.upper(), None)
        if block is None or name.upper().startswith(SPACES):
            return
        base = tuple(block.base.get(code, 0.0) for code in (b"10", b"20", b"30"))
        layout = self._drawing.blocks.new(name, base_point=base if all(map(math.isfinite, base)) else (0, 0))
        content = b"".join((b"0\nSECTION\n2\nENTITIES\n", *block.content, b"0\nENDSEC\n0\nEOF\n"))
        for entity in entities(Followed(io.BytesIO(content), self._encoding)):
            _forget_handle(entity)
            layout.add_entity(entity)


def _forget_handle(entity: DXFGraphic) -> None:
    """Handles are those of the file; the drawing that holds its blocks gives its own."""
    entity.dxf.discard("handle")
    if isinstance(entity, LinkedEntities):  # vertices, attributes
        for part in entity.all_sub_entities():
            part.dxf.discard("handle")


def _decoded(name: bytes, encoding: str | None) -> str:
    return name.decode(encoding if encoding in ("UTF-8", "GBK", "GB18030") else "cp1252", "ignore").upper()


def _layer_of(figure: DXFGraphic, layer: str) -> str:
    """What lies on layer 0 of a block lies on the layer of its reference."""
    own = figure.dxf.get("layer", "0")
    return layer if own == "0" else own


def _may_be_area(figure: DXFGraphic) -> bool:
    return figure.dxftype() not in ("TEXT", "MTEXT", "POINT", "LINE", "ARC", "ATTRIB")


def _is_area(figure: DXFGraphic) -> bool:
    shape = read_shape(figure)
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")


def _is_sign(sides: list[tuple[float, float, float, float]]) -> bool:
    west, south, east, north = (
        limit(each[place] for each in sides) for place, limit in enumerate((min, min, max, max))
    )
    least = SIGN_M if is_in_metres(max(abs(east), abs(north))) else SIGN_DEG
    return not max(east - west, north - south) >= least
