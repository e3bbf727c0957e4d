"""A condition on features as a tree: the logical content of CQL2 (OGC 21-065r2), whatever it was written in."""

from collections.abc import Iterator
from dataclasses import dataclass

GEOMETRY = "geometry"
"""Name of the property that is the feature's shape."""

LOGICAL = ("and", "or", "not")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/")
SPATIAL = ("s_intersects", "s_disjoint", "s_contains", "s_within", "s_touches", "s_crosses", "s_overlaps", "s_equals")
OPERATORS = (*LOGICAL, *COMPARISONS, *ARITHMETIC, *SPATIAL, "between", "in", "like", "isNull")


@dataclass(frozen=True)
class Property:
    """A field of the feature, or its geometry."""

    name: str


@dataclass(frozen=True)
class Shape:
    """A geometry that the filter states: WKB, EPSG:4326, lon/lat."""

    wkb: bytes


@dataclass(frozen=True)
class Operation:
    """An operator of `OPERATORS` and what it is applied to; of `in`, the property and then each of the list."""

    op: str
    args: tuple["Operand", ...]


Operand = Operation | Property | Shape | str | float | bool
"""Dates are texts in ISO 8601."""


def properties_of(operand: Operand) -> Iterator[str]:
    """Names of all properties that a filter asks about, the geometry among them."""
    if isinstance(operand, Property):
        yield operand.name
    elif isinstance(operand, Operation):
        for each in operand.args:
            yield from properties_of(each)
