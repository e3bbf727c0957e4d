"""A GeoPackage's own R-tree as the index by which features are found."""

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Join,
    Select,
    Table,
    column,
    func,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from geo.store.gpkg_packing import ROOT
from geo.store.place import Place


class PlaceFirst(Join):
    """A join whose left side SQLite reads first, whatever it believes of the indexes on the right side."""

    inherit_cache = True


@compiles(PlaceFirst, "sqlite")
def _cross_join(join: PlaceFirst, compiler: SQLCompiler, **options: object) -> str:
    """SQLite never changes the order of a CROSS JOIN (https://www.sqlite.org/optoverview.html#crossjoin)."""
    return compiler.visit_join(join, **options).replace(" JOIN ", " CROSS JOIN ", 1)


class RTree(Place):
    """The R-tree of a layer's table; its bounds are single precision, rounded outwards.

    Parameters
    ----------
    twin
        The table under a second name.
    """

    def __init__(self, layer_table: Table, twin: FromClause) -> None:
        names = ("id", "minx", "miny", "maxx", "maxy")
        self.rows = table(f"rtree_{layer_table.name}_geom", *(column(name) for name in names))
        self.id, self.min_x, self.min_y, self.max_x, self.max_y = (self.rows.c[name] for name in names)
        self._known = table(f"{self.rows.name}_rowid", column("rowid"))
        self._nodes = table(f"{self.rows.name}_node", column("nodeno"), column("data"))
        self._features = twin

    def joined(self, table: Table) -> FromClause:
        return PlaceFirst(self.rows, table, table.c.fid == self.id)

    def knows(self, key: ColumnElement[int]) -> ColumnElement[bool]:
        """By the tree's own list of its rows, one of its shadow tables (https://www.sqlite.org/rtree.html)."""
        return select(self._known.c.rowid).where(self._known.c.rowid == key).correlate_except(self._known).exists()

    def root(self) -> Select:
        """The node from which a search starts."""
        return select(self._nodes.c.data).where(self._nodes.c.nodeno == ROOT)

    def meets_wkb(self, wkb: ColumnElement[bytes]) -> ColumnElement[bool]:
        geometry = select(self._features.c.geom).where(self._features.c.fid == self.id).correlate(self.rows)
        return func.ST_Intersects(geometry.scalar_subquery(), wkb, type_=Boolean)
