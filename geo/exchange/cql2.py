"""Reads a filter in CQL2 (OGC 21-065r2), as text or as JSON, into the model's tree."""

import math
import re
from collections.abc import Callable

import cql2
import numpy
import orjson
import shapely

from geo.exchange.served_crs import box_in_degrees, from_served
from geo.model.errors import InvalidInput, N_
from geo.model.filter import GEOMETRY, OPERATORS, SPATIAL, Operand, Operation, Property, Shape
from geo.model.served_crs import ServedCrs

TEXT, JSON = "cql2-text", "cql2-json"
LANGUAGES = (TEXT, JSON)
LONGEST = 4_000
DEEPEST = 40
"""Brackets in brackets, signs before a number and words NOT; the parser goes as deep as it is told to."""

SIGNS = re.compile(rf"(?:[-+]\s*){{{DEEPEST},}}")


def read_filter(text: str, language: str, crs: ServedCrs) -> Operation:
    """The filter of a request.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    crs
        Of the coordinates in the filter, in its order of axes.

    Raises
    ------
    InvalidInput
        If the text cannot be read, or asks for what is not offered.
    """
    _refuse_depth(text)
    read: Callable[[str], cql2.Expr] = cql2.parse_text if language == TEXT else _parse_json
    try:
        expression = read(text)
        expression.validate()
        tree = expression.to_json()
    except cql2.ParseError as error:
        raise _not_understood(text, str(error)) from None
    except (cql2.ValidationError, orjson.JSONDecodeError, ValueError):
        raise _not_understood(text) from None
    found = _Reader(crs).operand(tree)
    if isinstance(found, bool):  # TRUE alone is a condition too
        found = Operation("and", (found,))
    if not isinstance(found, Operation):
        raise _not_understood(text)
    return found


def _parse_json(text: str) -> cql2.Expr:
    orjson.loads(text)  # whose words on what is no JSON at all are better
    return cql2.parse_json(text)


def _refuse_depth(text: str) -> None:
    depth = deepest = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST or len(re.findall(r"\bnot\b", text, re.IGNORECASE)) > DEEPEST or SIGNS.search(text):
        raise InvalidInput(N_("参数 filter 嵌套太深，最多 %(deepest)s 层"), deepest=DEEPEST)


def _not_understood(text: str, fault: str = "") -> InvalidInput:
    place = re.search(r"--> 1:(\d+)", fault)
    if place:
        return InvalidInput(
            N_("参数 filter 从第 %(place)s 个字符起看不懂：“%(text)s”"),
            place=place[1],
            text=text[int(place[1]) - 1 :][:40] or text[-40:],
        )
    return InvalidInput(N_("参数 filter 不是 CQL2：“%(text)s”"), text=text[:60])


class _Reader:
    """Turns CQL2-JSON into the model's tree.

    Parameters
    ----------
    crs
        Of the shapes in it.
    """

    def __init__(self, crs: ServedCrs) -> None:
        self._crs = crs

    def operand(self, node: object) -> Operand:
        match node:
            case {"op": str(op), "args": list(args)}:
                return self._operation(op, args)
            case {"property": str(name)}:
                return Property(name)
            case {"date": str(day)}:
                return day
            case {"bbox": list(numbers)} if len(numbers) == 4:
                return self._box(numbers)
            case {"type": str(), **_rest}:
                return self._geojson(node)
            case bool() | str():
                return node
            case int() | float() if math.isfinite(node):
                return float(node)
        raise InvalidInput(N_("参数 filter 里的 %(part)s 不支持"), part=str(node)[:60])

    def _operation(self, op: str, args: list) -> Operation:
        if op not in OPERATORS:
            raise InvalidInput(N_("参数 filter 不支持 %(op)s，可用：%(known)s"), op=op[:40], known=", ".join(OPERATORS))
        if op == "in":
            args = [args[0], *args[1]]
        operands = tuple(map(self.operand, args))
        if op in SPATIAL:
            return self._spatial(op, operands)
        return Operation(op, operands)

    def _spatial(self, op: str, operands: tuple[Operand, ...]) -> Operation:
        """The feature's geometry first, the stated shape second."""
        turned = {"s_contains": "s_within", "s_within": "s_contains"}
        match operands:
            case (Property(name), Shape() as shape) if name == GEOMETRY:
                return Operation(op, (Property(GEOMETRY), shape))
            case (Shape() as shape, Property(name)) if name == GEOMETRY:
                return Operation(turned.get(op, op), (Property(GEOMETRY), shape))
        raise InvalidInput(N_("参数 filter 里的 %(op)s 应比较 geometry 与一个写明的几何"), op=op)

    def _geojson(self, node: dict) -> Shape:
        try:
            return self._shape(shapely.from_geojson(orjson.dumps(node)))
        except (shapely.errors.GEOSException, TypeError):
            raise InvalidInput(N_("参数 filter 里的几何看不懂：%(part)s"), part=str(node)[:60]) from None

    def _box(self, numbers: list) -> Shape:
        box = box_in_degrees(numbers, self._crs) if all(isinstance(each, int | float) for each in numbers) else None
        if box is None:
            raise InvalidInput(N_("参数 filter 里的 BBOX 不是 西,南,东,北 的范围：%(part)s"), part=str(numbers)[:60])
        return Shape(shapely.to_wkb(box))

    def _shape(self, shape: shapely.Geometry) -> Shape:
        shape = shapely.transform(shape, lambda points: from_served(points, self._crs))
        if shape.is_empty or not numpy.isfinite(shapely.get_coordinates(shape)).all():
            raise InvalidInput(N_("参数 filter 里的几何是空的，或超出坐标系的范围"))
        if not shape.is_valid:
            raise InvalidInput(N_("参数 filter 里的几何无效：%(reason)s"), reason=shapely.is_valid_reason(shape))
        return Shape(shapely.to_wkb(shape))
