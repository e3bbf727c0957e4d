"""Where areas lie over one another, measured in the plane of their CGCS2000 3-degree zone; slivers are left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.crs import STORED_CRS, plane_around, projection
from geo.model.errors import InvalidInput, N_

SLIVER_M = 0.05
"""An overlap that is narrower on average comes from rounding, not from two claims on one ground."""


PIECE, AT_ONCE = 50, 10_000
"""Areas that are looked up, and pairs of them that are cut, at a time."""
MOST_PAIRS = 4_000_000
"""Areas whose boxes meet; parcels side by side have some eight each."""
MOST_OVERLAPS = 100_000


class TooManyOverlaps(InvalidInput):
    """More areas lie over one another than can be told."""

    def __init__(self) -> None:
        message = N_("重叠太多（%(most)s 处以上），没有逐处查：这些面像是重复叠放的")
        super().__init__(message, most=MOST_OVERLAPS)


@dataclass(frozen=True)
class Overlap:
    """Ground that two areas both cover.

    Parameters
    ----------
    first, second
        Their places in the two lists, in the one list where they are of the same.
    area_m2
        Of the ground that they share.
    shape
        That ground, in EPSG:4326.
    """

    first: int
    second: int
    area_m2: float
    shape: BaseGeometry


def overlaps_within(areas: Sequence[BaseGeometry | None], *, sliver_m: float = SLIVER_M) -> list[Overlap]:
    """Every two of some areas that overlap, each pair once, the earlier one first.

    Parameters
    ----------
    areas
        Polygons in EPSG:4326; whatever else there is, and what is not valid, is passed over.
    sliver_m
        Overlaps of a smaller mean width (twice the area by the length of the edge) are none.

    Raises
    ------
    TooManyOverlaps
    """
    return _overlaps(areas, None, sliver_m)


def overlaps_with(areas: Sequence[BaseGeometry | None], others: Sequence[BaseGeometry | None]) -> list[Overlap]:
    """Every area that overlaps one of some others, slivers apart; areas are those of `overlaps_within`."""
    return _overlaps(areas, others, SLIVER_M)


def _overlaps(
    areas: Sequence[BaseGeometry | None], others: Sequence[BaseGeometry | None] | None, sliver_m: float
) -> list[Overlap]:
    places, shapes = _polygons(areas)
    other_places, other_shapes = (places, shapes) if others is None else _polygons(others)
    if not len(shapes) or not len(other_shapes):
        return []
    first, second = pairs_near(shapely.STRtree(other_shapes), shapes)
    if others is None:
        first, second = first[first < second], second[first < second]
    if not len(first):
        return []
    plane = plane_around(shapely.total_bounds(shapes))
    metres, back = projection(STORED_CRS, plane), projection(plane, STORED_CRS)
    own, other = _turned(shapes, metres), _turned(other_shapes, metres)
    found: list[Overlap] = []
    for start in range(0, len(first), AT_ONCE):
        one, two = first[start : start + AT_ONCE], second[start : start + AT_ONCE]
        common = shapely.intersection(own[one], other[two])
        area_m2 = shapely.area(common)
        counts = 2 * area_m2 > sliver_m * shapely.length(common)
        if len(found) + counts.sum() > MOST_OVERLAPS:
            raise TooManyOverlaps
        told = zip(
            places[one[counts]], other_places[two[counts]], area_m2[counts], _turned(common[counts], back), strict=True
        )
        found += [Overlap(int(this), int(that), float(size), _only_areas(shape)) for this, that, size, shape in told]
    return sorted(found, key=lambda each: (each.first, each.second))


def pairs_near(tree: shapely.STRtree, shapes: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The places of shapes, and of those of a tree that they meet.

    Raises
    ------
    TooManyOverlaps
        If the boxes round more than `MOST_PAIRS` meet: every one of a hundred thousand parcels may lie on every other.
    """
    found, count = [(numpy.zeros(0, int), numpy.zeros(0, int))], 0
    for start in range(0, len(shapes), PIECE):
        piece = shapes[start : start + PIECE]
        count += tree.query(piece).shape[1]
        if count > MOST_PAIRS:
            raise TooManyOverlaps
        first, second = tree.query(piece, predicate="intersects")
        found.append((first + start, second))
    return tuple(map(numpy.concatenate, zip(*found, strict=True)))


def _polygons(given: Sequence[BaseGeometry | None]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Places and shapes of the valid polygons."""
    shapes = numpy.empty(len(given), dtype=object)
    shapes[:] = given
    kinds = shapely.get_type_id(shapes)
    places = numpy.flatnonzero(((kinds == 3) | (kinds == 6)) & shapely.is_valid(shapes) & ~shapely.is_empty(shapes))
    return places, shapes[places]


def _turned(shapes: numpy.ndarray, transformer: pyproj.Transformer) -> numpy.ndarray:
    return shapely.transform(shapes, lambda points: numpy.column_stack(transformer.transform(*points.T)))


def _only_areas(shape: BaseGeometry) -> BaseGeometry:
    """Without the points and lines in which two areas also touch."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
