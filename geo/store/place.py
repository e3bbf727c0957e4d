"""Finding features by place: what a database must know, and the grid in which features are counted."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Integer,
    LargeBinary,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)

from geo.model.box import box_of
from geo.store.wkb import box_wkb


class Place(ABC):
    """The spatial index of one layer.

    Attributes
    ----------
    rows
        The features that have a geometry, one row each; others may be among them.
    has_geometry
        Tells them from the others.
    id
        Its `fid`.
    min_x, min_y, max_x, max_y
        Its bounds, degrees; they may be a little too wide, never too narrow.
    """

    rows: FromClause
    has_geometry: ColumnElement[bool] = true()
    id: ColumnElement[int]
    min_x: ColumnElement[float]
    min_y: ColumnElement[float]
    max_x: ColumnElement[float]
    max_y: ColumnElement[float]

    @abstractmethod
    def joined(self, table: Table) -> FromClause:
        """Each of `rows` with its row of the layer's table, which is looked up only after all conditions on place."""

    @abstractmethod
    def meets_wkb(self, wkb: ColumnElement[bytes]) -> ColumnElement[bool]:
        """Whether the geometry itself and a shape have a point in common."""

    def meets(self, shape: BaseGeometry) -> ColumnElement[bool]:
        return self.meets_wkb(literal(shapely.to_wkb(shape), LargeBinary))

    def touches(self) -> ColumnElement[bool]:
        """Whether the geometry meets the box of `box_values`; one that lies within it need not be looked at."""
        west, south, east, north = BOX
        inside = and_(self.min_x >= west, self.max_x <= east, self.min_y >= south, self.max_y <= north)
        return and_(self.overlaps(BOX), or_(inside, self.meets_wkb(BOX_WKB)))

    def knows(self, key: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether the feature of a `fid` has a geometry; for features that are walked through in their order."""
        return key.in_(select(self.id).where(self.has_geometry))

    def crosses(self, shape: BaseGeometry) -> ColumnElement[bool]:
        """Whether the geometry meets a shape; those whose bounds do not are left out first."""
        return and_(self.overlaps(shape.bounds), self.meets(shape))

    def overlaps(self, bounds: Sequence[float | ColumnElement[float]]) -> ColumnElement[bool]:
        """Whether the bounds of the geometry meet a box."""
        west, south, east, north = bounds
        return and_(self.max_x >= west, self.min_x <= east, self.max_y >= south, self.min_y <= north)

    def middle(self) -> tuple[ColumnElement[float], ColumnElement[float]]:
        """Lon and lat of the middle of the bounds."""
        return (self.min_x + self.max_x) / 2.0, (self.min_y + self.max_y) / 2.0

    def extremes(self) -> Sequence[ColumnElement[float]]:
        """The bounds of all features together: min x, min y, max x, max y."""
        return (func.min(self.min_x), func.min(self.min_y), func.max(self.max_x), func.max(self.max_y))

    def whole(self, number: ColumnElement[float]) -> ColumnElement[int]:
        """The whole number below one that is not negative."""
        return cast(number, Integer)


BOX = tuple(bindparam(f"bbox_{side}", type_=Double) for side in ("west", "south", "east", "north"))
BOX_WKB = bindparam("bbox_wkb", type_=LargeBinary)
"""A box as parameters: one statement for all boxes."""


def box_values(bbox: Sequence[float]) -> dict[str, object]:
    """The values of those parameters."""
    sides = {parameter.key: side for parameter, side in zip(BOX, bbox, strict=True)}
    west, south, east, north = bbox
    has_area = west < east and south < north
    return sides | {BOX_WKB.key: box_wkb(bbox) if has_area else shapely.to_wkb(box_of(*bbox))}


@dataclass(frozen=True)
class Grid:
    """Cells of `width` × `height` degrees, square on the map, counted from 180° W, 90° S."""

    width: float
    height: float

    @classmethod
    def over(cls, bounds: Sequence[float], cells: int) -> "Grid":
        """So many cells along the longer side of `bounds`, as a map in Mercator's projection shows it."""
        west, south, east, north = bounds
        shrink = max(round(math.cos(math.radians((south + north) / 2)), 2), 0.01)
        width = max(east - west, (north - south) / shrink, 1e-6) / cells
        return cls(width, width * shrink)
