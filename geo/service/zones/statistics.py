"""Figures over the results of all zones, computed where the results are read: Dask-GeoPandas over their GeoParquet."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy
import pandas

if TYPE_CHECKING:
    from dask.dataframe import DataFrame as Frame

WALKS_M = (0.0, 500.0, 1000.0, 1500.0, 2000.0, 3000.0, 5000.0, inf)
"""Classes of walks: the standards for primary and junior schools, and what lies beyond."""

M2_PER_KM2 = 1e6
WALKS = pandas.DataFrame({"assignments": [0], "pupils": [0.0]}, index=pandas.Index([0], name="walk"))
EXTENT = pandas.DataFrame({side: [0.0] for side in ("west", "south", "east", "north")})
AREAS = pandas.DataFrame({"area_m2": [0.0]}, index=pandas.Index([""], name="lamp"))
"""What the figures of one zone look like."""

Part = Callable[[pandas.DataFrame], pandas.DataFrame]


def statistics_of(assignments: Sequence[Path], catchments: Sequence[Path]) -> dict[str, object]:
    """Walks by class, areas by the lamp of their school, and the extent of the places.

    Parameters
    ----------
    assignments, catchments
        Those tables of each zone; by a Dask client that is the default.

    Returns
    -------
    statistics
        `walks`: for each class its bounds `over_m` and `to_m` (None without end), how many assignments (a place whose
        pupils are shared out has several) and pupils; `area_km2`: by lamp, `none` for what belongs to no school;
        `extent`: min lon, min lat, max lon, max lat.
    """
    import dask  # with its own frames more than a second that no other command should take
    import dask_geopandas  # noqa: F401 - frames of Dask with shapes are its own from here on
    from dask.dataframe import from_map

    def over(paths: Sequence[Path], read: Callable, columns: list[str], part: Part, empty: pandas.DataFrame) -> "Frame":
        meta = read(paths[0], columns=columns).iloc[:0]  # of shapes: what makes it a frame of Dask-GeoPandas
        return from_map(read, list(paths), columns=columns, meta=meta).map_partitions(part, meta=empty)

    walks, extents, areas = dask.compute(
        over(assignments, pandas.read_parquet, ["distance_m", "pupils"], walk_classes, WALKS),
        over(assignments, geopandas.read_parquet, ["geometry"], extent_of, EXTENT),
        over(catchments, pandas.read_parquet, ["lamp", "area_m2"], lamp_areas, AREAS),
    )
    walks = walks.groupby(level=0).sum()
    sides = [*extents[["west", "south"]].min(), *extents[["east", "north"]].max()]
    return {
        "walks": [
            {"over_m": over, "to_m": None if to == inf else to}
            | {"assignments": int(walks["assignments"].get(number, 0)), "pupils": float(walks["pupils"].get(number, 0))}
            for number, (over, to) in enumerate(pairwise(WALKS_M))
        ],
        "area_km2": {
            name: round(float(area) / M2_PER_KM2, 3) for name, area in areas.groupby(level=0)["area_m2"].sum().items()
        },
        "extent": [round(float(side), 6) for side in sides],
    }


def walk_classes(places: pandas.DataFrame) -> pandas.DataFrame:
    """Assignments and pupils of one zone by the number of their class; those to no school are left out."""
    there = places[places["distance_m"].notna()]
    number = numpy.maximum(numpy.searchsorted(WALKS_M, there["distance_m"].to_numpy(dtype=float)) - 1, 0)
    table = pandas.DataFrame({"assignments": 1, "pupils": there["pupils"].fillna(0.0).to_numpy(dtype=float)})
    return table.groupby(pandas.Index(number, name="walk")).sum()


def extent_of(places: geopandas.GeoDataFrame) -> pandas.DataFrame:
    """The bounds of the places of one zone in degrees."""
    return pandas.DataFrame([places.total_bounds], columns=EXTENT.columns)


def lamp_areas(areas: pandas.DataFrame) -> pandas.DataFrame:
    """Square metres of one zone by lamp."""
    lamps = areas["lamp"].astype(object).where(areas["lamp"].notna(), "none")
    return areas["area_m2"].astype(float).groupby(lamps.rename("lamp")).sum().to_frame()
