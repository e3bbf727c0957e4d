"""A filter's tree as SQL."""

from collections.abc import Callable, Sequence

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, ColumnElement, Float, LargeBinary, and_, cast, func, literal, not_, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from geo.model.errors import InvalidInput, N_
from geo.model.filter import ARITHMETIC, COMPARISONS, GEOMETRY, SPATIAL, Operand, Operation, Property, Shape
from geo.model.layer import Field
from geo.store.gpkg_blob import SRS_ID
from geo.store.values import asked, asked_bound

NUMERIC = ("integer", "number")


class Like(FunctionElement):
    """Whether a text is like a pattern of CQL2: `%` is any characters, `_` is one, unless after a backslash."""

    type = Boolean()
    inherit_cache = True


@compiles(Like, "sqlite")
def _function(element: Like, compiler: SQLCompiler, **options: object) -> str:
    """Our own, for SQLite's LIKE does not tell capitals from small letters."""
    return f"atlas_like({compiler.process(element.clauses, **options)})"


@compiles(Like, "postgresql")
def _like(element: Like, compiler: SQLCompiler, **options: object) -> str:
    text, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"({text} LIKE {pattern})"


class StatedShape(FunctionElement):
    """A geometry from WKB, for a function of places."""

    type = LargeBinary()
    inherit_cache = True


@compiles(StatedShape, "sqlite")
def _wkb(element: StatedShape, compiler: SQLCompiler, **options: object) -> str:
    """Our own functions take WKB as it is."""
    return compiler.process(element.clauses, **options)


@compiles(StatedShape, "postgresql")
def _from_wkb(element: StatedShape, compiler: SQLCompiler, **options: object) -> str:
    return f"ST_GeomFromWKB({compiler.process(element.clauses, **options)}, {SRS_ID})"


def apart(filter_: Operation | None) -> tuple[list[BaseGeometry], Operation | None]:
    """Shapes that every feature must meet, which an index finds, and what else the filter asks."""
    if filter_ is None:
        return [], None
    parts = filter_.args if filter_.op == "and" else (filter_,)
    shapes = [shapely.from_wkb(part.args[1].wkb) for part in parts if _meets(part)]
    others = tuple(part for part in parts if not _meets(part))
    if not shapes:
        return [], filter_
    return shapes, Operation("and", others) if others else None


def _meets(part: Operand) -> bool:
    return isinstance(part, Operation) and part.op == "s_intersects"


class FilterSql:
    """Compiles a filter over the columns of one statement.

    Parameters
    ----------
    column, field
        Give column and definition of a property by its name; raise `InvalidInput` where there is none.
    geometry
        The feature's shape, null where it is not to be known.
    """

    def __init__(
        self, column: Callable[[str], ColumnElement], field: Callable[[str], Field], geometry: ColumnElement
    ) -> None:
        self._column, self._field, self._geometry = column, field, geometry

    def condition(self, operand: Operand) -> ColumnElement[bool]:
        """Whether a feature is meant; null where what it depends on is not known.

        Raises
        ------
        InvalidInput
            If the filter compares what cannot be compared.
        """
        if isinstance(operand, bool):
            return true() if operand else not_(true())
        if not isinstance(operand, Operation):
            raise InvalidInput(N_("参数 filter 里的“%(part)s”不是条件"), part=_shown(operand))
        op, args = operand.op, operand.args
        if op in ("and", "or"):
            return (and_ if op == "and" else or_)(*map(self.condition, args))
        if op == "not":
            return not_(self.condition(args[0]))
        if op in SPATIAL:
            return getattr(func, f"ST_{op[2:].title()}")(self._geometry, StatedShape(_bound(args[1])), type_=Boolean)
        if op == "isNull":
            return self._of_property(args[0]).is_(None)
        if op == "like":
            return self._like(*args)
        if op in COMPARISONS:
            return self._compared(op, *args)
        if op == "between":
            return and_(self._compared(">=", args[0], args[1]), self._compared("<=", args[0], args[2]))
        if op == "in":
            return self._listed(*args)
        raise InvalidInput(N_("参数 filter 里的“%(part)s”不是条件"), part=op)

    def _of_property(self, operand: Operand) -> ColumnElement:
        if not isinstance(operand, Property):
            raise InvalidInput(N_("参数 filter 里的“%(part)s”应为字段"), part=_shown(operand))
        return self._geometry if operand.name == GEOMETRY else self._column(operand.name)

    def _like(self, operand: Operand, pattern: Operand) -> ColumnElement[bool]:
        column = self._of_property(operand)
        if not isinstance(pattern, str) or "\0" in pattern or self._kind(operand) != "text":
            raise InvalidInput(N_("参数 filter 里的 LIKE 应比较文字字段与一段文字"))
        return Like(column, literal(pattern))

    def _compared(self, op: str, left: Operand, right: Operand) -> ColumnElement[bool]:
        if self._is_stated(left) and self._is_stated(right):
            raise InvalidInput(N_("参数 filter 里的 %(op)s 应至少有一边是字段"), op=op)
        kinds = [self._kind(each) for each in (left, right) if not self._is_stated(each)]
        if len({"number" if kind in NUMERIC else kind for kind in kinds}) > 1:
            raise InvalidInput(N_("参数 filter 里的 %(op)s 两边不是一类，不能相比"), op=op)
        if op not in ("=", "<>") and kinds[0] == "boolean":
            raise InvalidInput(N_("参数 filter 里的是非字段不能比大小：%(op)s"), op=op)
        sides = [self._side(each, other) for each, other in ((left, right), (right, left))]
        return sides[0].op(op, is_comparison=True, return_type=Boolean())(sides[1])

    def _listed(self, left: Operand, *values: Operand) -> ColumnElement[bool]:
        """One operator of SQL however long the list is: SQLite compiles no chain of a thousand `OR`."""
        for value in values:
            self._compared("=", left, value)  # which refuses what cannot be compared
        own = self._number(left) if isinstance(left, Operation) else self._of_property(left)
        return own.in_([self._side(value, left) for value in values])

    def _side(self, operand: Operand, other: Operand) -> ColumnElement:
        """A column, or what is stated, read as the kind of the other side."""
        if not self._is_stated(operand):
            return self._number(operand) if isinstance(operand, Operation) else self._column(operand.name)
        if isinstance(other, Operation):
            return self._number(operand)
        field = self._field(other.name)
        if field.type in NUMERIC:
            return literal(asked_bound(field, operand))
        return literal(asked(field, operand), self._column(other.name).type)

    def _number(self, operand: Operand) -> ColumnElement[float]:
        if isinstance(operand, Operation) and operand.op in ARITHMETIC:
            left, right = (cast(self._number(each), Float) for each in _two(operand.args))
            if operand.op == "/":
                return left / func.nullif(right, 0.0)
            return left.op(operand.op, return_type=Float())(right)
        if isinstance(operand, float) and not isinstance(operand, bool):
            return literal(operand)
        if isinstance(operand, Property) and self._kind(operand) in NUMERIC:
            return self._column(operand.name)
        raise InvalidInput(N_("参数 filter 里的“%(part)s”不是数字"), part=_shown(operand))

    def _kind(self, operand: Operand) -> str:
        if isinstance(operand, Operation):
            return "number"
        if operand.name == GEOMETRY:
            raise InvalidInput(N_("参数 filter 里的 geometry 只能用空间关系（S_INTERSECTS 等）来问"))
        self._column(operand.name)
        return self._field(operand.name).type

    @staticmethod
    def _is_stated(operand: Operand) -> bool:
        return isinstance(operand, str | float | bool | Shape)


def _two(args: Sequence[Operand]) -> Sequence[Operand]:
    """Operands of an arithmetic operator; a minus before one stands for a zero less it."""
    return args if len(args) == 2 else (0.0, *args)


def _bound(shape: Shape) -> ColumnElement[bytes]:
    return literal(shape.wkb, LargeBinary)


def _shown(operand: Operand) -> str:
    match operand:
        case Property(name):
            return name
        case Operation(op, _):
            return op
        case Shape():
            return GEOMETRY
    return str(operand)[:40]
