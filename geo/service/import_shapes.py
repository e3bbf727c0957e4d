"""The shapes of a file that is looked at, as a map can draw them."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy
import shapely

from geo.exchange.files.incoming import in_words
from geo.service.opened_files import Asked, opened
from geo.store.base import Store

MOST_SHAPES = 2_000
MOST_CORNERS = 200_000
"""Of all shapes together; a browser draws no more with ease."""

MANY_CORNERS, COARSE_DEG = 500, 5e-6
"""A shape of more corners is drawn within half a metre."""


@dataclass(frozen=True)
class FileShapes:
    """Some shapes of a file in EPSG:4326, by row; `left` tells how many are not among them."""

    rows: list[int]
    shapes: list[shapely.Geometry]
    left: int


def file_shapes(store: Store, path: Path, asked: Asked, wanted: Collection[int]) -> FileShapes:
    """Shapes of the rows that are wanted, and of others as they come.

    Raises
    ------
    RefusedFile, InvalidInput
        As `opened`; a file that was looked at before has none.
    """
    wanted, rows, shapes, corners, count = frozenset(wanted), [], [], 0, 0
    with opened(path, asked, store.catalog.zone.extent) as file, in_words(path):
        if file.crs is None:
            return FileShapes([], [], 0)
        for batch in file.batches():
            there = ~shapely.is_missing(batch.shapes) & numpy.isfinite(shapely.bounds(batch.shapes)).all(axis=1)
            count += int(there.sum())
            chosen = there & (numpy.isin(batch.rows, list(wanted)) | (len(rows) < MOST_SHAPES))
            if len(rows) >= 2 * MOST_SHAPES or corners > MOST_CORNERS or not chosen.any():
                continue
            for row, shape in zip(batch.rows[chosen], _drawn(file.in_degrees()(batch.shapes[chosen])), strict=True):
                is_one_more = len(rows) < MOST_SHAPES or (int(row) in wanted and len(rows) < 2 * MOST_SHAPES)
                if is_one_more and corners <= MOST_CORNERS and _is_on_earth(shape):
                    rows.append(int(row))
                    shapes.append(shape)
                    corners += int(shapely.get_num_coordinates(shape))
    return FileShapes(rows, shapes, count - len(rows))


def _drawn(shapes: numpy.ndarray) -> numpy.ndarray:
    many = shapely.get_num_coordinates(shapes) > MANY_CORNERS
    shapes[many] = shapely.simplify(shapes[many], COARSE_DEG, preserve_topology=False)
    return shapely.force_2d(shapes)


def _is_on_earth(shape: shapely.Geometry) -> bool:
    bounds = numpy.array(shape.bounds)
    return len(bounds) == 4 and bool(numpy.isfinite(bounds).all() and (numpy.abs(bounds) <= (180, 90, 180, 90)).all())
