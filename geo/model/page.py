"""What a store answers to a query: a page of features, or their count and totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """Rows of one layer, ready to be encoded: no pandas on the serving path.

    Parameters
    ----------
    ids
        Feature ids.
    wkb
        Geometry of each row as WKB in EPSG:4326, lon/lat, outer rings counter-clockwise; None where there is none.
        A multipart geometry of one part comes as its part.
    columns
        Names of the values in each row of `rows`: the layer's fields, `revision`, and with a year the status columns.
    rows
        The values.
    """

    ids: list[str]
    wkb: list[bytes | None]
    columns: tuple[str, ...]
    rows: list[tuple]

    def __len__(self) -> int:
        return len(self.ids)

    def by_column(self) -> dict[str, Sequence[object]]:
        """The values, column by column."""
        return dict(zip(self.columns, zip(*self.rows, strict=True), strict=True)) if self.rows else {}


@dataclass(frozen=True)
class Columns:
    """Some features of a layer for a file, column by column.

    Parameters
    ----------
    wkb
        Their shapes in the CRS of the file, easting or longitude first; None where there is none.
    values
        By the name of the field.
    """

    ids: Sequence[str]
    wkb: Sequence[bytes | None]
    values: Mapping[str, Sequence[object]]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Cell:
    """Count of the features whose centre lies in one cell of a grid, and the mean of those centres (degrees)."""

    lon: float
    lat: float
    count: int


@dataclass(frozen=True)
class Summary:
    """Count and totals of what a query matches, whatever its limit."""

    count: int
    totals: dict[str, float | int | None]
    cells: list[Cell] = field(default_factory=list)
