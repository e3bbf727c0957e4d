"""Which area a place lies in: asked once or a million times, of areas that do not change meanwhile.

A grid over the areas says at once where a cell lies in one area; only where borders run through it is a place held
against the areas themselves.
"""

from functools import cached_property

import numpy
import shapely

CELLS_PER_AREA = 100
LEAST_SIDE, MOST_SIDE = 32, 512
"""Cells along a side of the grid."""

NOWHERE, MIXED = -1, -2

LEAST = -1e-6
"""Of a column or row: a place on the very edge of all areas may come out a little beside the grid."""


class AreaIndex:
    """Areas, ready to be asked where places lie.

    Parameters
    ----------
    areas
        Polygons in one CRS; where several hold a place the first counts, as on a common border.
    """

    def __init__(self, areas: numpy.ndarray) -> None:
        self._areas = numpy.asarray(areas, dtype=object)
        shapely.prepare(self._areas)
        side = int((len(self._areas) * CELLS_PER_AREA) ** 0.5)
        self._side = min(max(side, LEAST_SIDE), MOST_SIDE)
        bounds = shapely.total_bounds(self._areas) if len(self._areas) else numpy.zeros(4)
        self._west, self._south = float(bounds[0]), float(bounds[1])
        self._width = max(float(bounds[2] - bounds[0]), 1e-12) / self._side
        self._height = max(float(bounds[3] - bounds[1]), 1e-12) / self._side

    def at(self, x: float, y: float) -> int:
        """The number of the area that holds a place, -1 for none."""
        column, row = (x - self._west) / self._width, (y - self._south) / self._height
        if not (LEAST <= column <= self._side - LEAST and LEAST <= row <= self._side - LEAST):
            return NOWHERE
        cell = min(int(row), self._side - 1) * self._side + min(int(column), self._side - 1)
        found = self._of_cell[cell]
        if found != MIXED:
            return found
        for number in self._in_cell[cell]:
            if shapely.intersects_xy(self._areas[number], x, y):
                return number
        return NOWHERE

    def of(self, x: numpy.ndarray, y: numpy.ndarray) -> numpy.ndarray:
        """The same of many places."""
        column, row = (x - self._west) / self._width, (y - self._south) / self._height
        most = self._side - LEAST
        inside = (column >= LEAST) & (column <= most) & (row >= LEAST) & (row <= most)
        found = numpy.full(len(inside), NOWHERE)
        column, row = (numpy.minimum(each[inside].astype(numpy.int64), self._side - 1) for each in (column, row))
        found[inside] = numpy.array(self._of_cell)[row * self._side + column]
        unsure = numpy.flatnonzero(found == MIXED)
        found[unsure] = NOWHERE
        tree = shapely.STRtree(shapely.points(x[unsure], y[unsure]))
        area, place = tree.query(self._areas, predicate="intersects")
        order = numpy.argsort(-area, kind="stable")  # of several the first is written last
        found[unsure[place[order]]] = area[order]
        return found

    @cached_property
    def _cells(self) -> tuple[list[int], dict[int, list[int]]]:
        """The one area of each cell, `NOWHERE` or `MIXED`; and of mixed cells the areas that come into them."""
        row, column = numpy.divmod(numpy.arange(self._side**2), self._side)
        west, south = self._west + column * self._width, self._south + row * self._height
        # A little larger, so that what rounding puts into the cell beside it is not missed.
        margin_x, margin_y = -LEAST * self._width, -LEAST * self._height
        tree = shapely.STRtree(
            shapely.box(
                west - margin_x, south - margin_y, west + self._width + margin_x, south + self._height + margin_y
            )
        )
        one = numpy.full(self._side**2, NOWHERE)
        area, cell = tree.query(self._areas, predicate="intersects")
        one[cell] = MIXED
        whole_area, whole = tree.query(self._areas, predicate="contains_properly")
        one[whole] = whole_area
        mixed: dict[int, list[int]] = {}
        unsure = one[cell] == MIXED
        for number, place in zip(area[unsure].tolist(), cell[unsure].tolist(), strict=True):
            mixed.setdefault(place, []).append(number)
        return one.tolist(), mixed

    @property
    def _of_cell(self) -> list[int]:
        return self._cells[0]

    @property
    def _in_cell(self) -> dict[int, list[int]]:
        return self._cells[1]
