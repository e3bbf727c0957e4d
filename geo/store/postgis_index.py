"""A GiST index of PostGIS as the index by which features are found."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    FromClause,
    LargeBinary,
    Table,
    and_,
    cast,
    func,
    literal,
    or_,
)

from geo.model.box import box_of
from geo.store.gpkg_blob import SRS_ID
from geo.store.place import BOX_WKB, Place


class GistIndex(Place):
    """A layer's own table; the predicates of PostGIS look into the index of its geometries by themselves."""

    def __init__(self, layer_table: Table) -> None:
        self.rows, self.id, self._geometry = layer_table, layer_table.c.fid, layer_table.c.geom
        self.min_x, self.min_y, self.max_x, self.max_y = _sides(self._geometry)
        self.has_geometry = self._geometry.is_not(None)

    def extremes(self) -> Sequence[ColumnElement[float]]:
        return _sides(func.ST_Extent(self._geometry))

    def joined(self, table: Table) -> FromClause:
        return self.rows

    def meets_wkb(self, wkb: ColumnElement[bytes]) -> ColumnElement[bool]:
        return func.ST_Intersects(self._geometry, _shape(wkb), type_=Boolean)

    def touches(self) -> ColumnElement[bool]:
        """What lies within the box need not be looked at: a wide box holds most of what it touches."""
        box = _shape(BOX_WKB)
        within = self._geometry.bool_op("@")(box)
        return and_(self._geometry.bool_op("&&")(box), or_(within, self.meets_wkb(BOX_WKB)))

    def overlaps(self, bounds: Sequence[float]) -> ColumnElement[bool]:
        return self._geometry.bool_op("&&")(_shape(literal(shapely.to_wkb(box_of(*bounds)), LargeBinary)))

    def crosses(self, shape: BaseGeometry) -> ColumnElement[bool]:
        return self.meets(shape)

    def whole(self, number: ColumnElement[float]) -> ColumnElement[int]:
        return cast(func.floor(number), BigInteger)


def _shape(wkb: ColumnElement[bytes]) -> ColumnElement:
    return func.ST_GeomFromWKB(wkb, SRS_ID)


def _sides(shape: ColumnElement) -> list[ColumnElement[float]]:
    return [getattr(func, name)(shape, type_=Double) for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")]
