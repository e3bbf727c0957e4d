"""The borders between points of different labels in their Voronoi diagram, exactly, without drawing all of it.

A point all of whose neighbours have its own label moves no border, and most points are such. So a diagram is drawn of
those that lie where labels meet; it is the right one as soon as no other point lies in a circle that makes a border,
and every other point lies on the side of its own label. Points for which that is not so are added.
"""

from typing import TYPE_CHECKING

import numpy
import shapely

from geo.analysis.catchments.snapping import z_order

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

FAR = 10
"""How many times as far out as the places lie the points that close the outermost cells."""

CELL = 1.0
"""Side of the cells in which labels are compared at first, in distances of points."""

SAMPLE, AROUND = 1000, 16
"""So many points tell how far apart points are, by how far their so many nearest ones reach."""

INTRUDERS = 8
"""Points within a circle that are added at first; twice as many each time again."""

ROUNDING = 1e-9
"""What a circle may be off, as a share of its radius."""


def borders(points: numpy.ndarray, label: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The borders between different labels, and the numbers of the points that suffice to tell any place's label.

    Parameters
    ----------
    points
        Easting and northing, none twice; fastest in the order of `in_order`.
    label
        Of each, whole numbers.
    """
    if len(numpy.unique(label)) < 2:
        return numpy.empty(0, dtype=object), numpy.arange(min(len(points), 1))
    tree = tree_of(points)
    is_kept = _where_labels_meet(points, label, CELL * _spacing(points, tree))
    count = INTRUDERS
    while True:
        kept = numpy.flatnonzero(is_kept)
        lines, centres, radius = _drawn(points[kept], label[kept], _corners(points))
        missing = _within_circles(tree, centres, radius, min(count, len(points)))
        missing = missing[~is_kept[missing]]
        if not len(missing):
            missing = _astray(points, label, is_kept)
        if not len(missing):
            return lines, kept
        is_kept[missing] = True
        count *= 2


def _spacing(points: numpy.ndarray, tree: "cKDTree") -> float:
    """How far apart points are where most of them are, metres; empty land between towns does not count."""
    around = min(AROUND, len(points))
    reach, _ = tree.query(points[:: max(len(points) // SAMPLE, 1)], k=[around])
    spacing = float(numpy.median(reach)) * float(numpy.sqrt(numpy.pi / around))
    return max(spacing, float(numpy.ptp(points, axis=0).max()) / 2**20, 1e-3)


def _where_labels_meet(points: numpy.ndarray, label: numpy.ndarray, side: float) -> numpy.ndarray:
    """Whether a point's cell and those around it have different labels, or the point is the first of its label."""
    column, row = ((points - points.min(axis=0)) / side).astype(numpy.int64).T + 1
    width = int(row.max()) + 2
    cell, place = numpy.unique(column * width + row, return_inverse=True)
    least, most = numpy.full(len(cell), label.max()), numpy.full(len(cell), label.min())
    numpy.minimum.at(least, place, label)
    numpy.maximum.at(most, place, label)
    low, high = least.copy(), most.copy()
    for step in (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1):
        beside = numpy.minimum(numpy.searchsorted(cell, cell + step), len(cell) - 1)
        there = cell[beside] == cell + step
        low[there] = numpy.minimum(low[there], least[beside[there]])
        high[there] = numpy.maximum(high[there], most[beside[there]])
    found = (low < high)[place]
    found[numpy.unique(label, return_index=True)[1]] = True
    return found


def _corners(points: numpy.ndarray) -> numpy.ndarray:
    """Points so far out that their borders with others lie outside of everything."""
    reach = FAR * max(numpy.ptp(points, axis=0).max(), 1000.0)
    angles = numpy.arange(8) * numpy.pi / 4 + 0.1
    return points.mean(axis=0) + reach * numpy.column_stack([numpy.cos(angles), numpy.sin(angles)])


def _drawn(
    points: numpy.ndarray, label: numpy.ndarray, corners: numpy.ndarray
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """The borders between labels, and middle and radius of the circles in which they end."""
    count, middle = len(points), points.mean(axis=0)
    points = numpy.concatenate([points, corners])
    label = numpy.concatenate([label, numpy.full(len(corners), label.min() - 1)])
    triangles = _triangles(points - middle)
    centres, radius = _circles((points - middle)[triangles])
    centres += middle
    here, beyond, left, right = _neighbours(triangles, len(points))
    apart = label[left] != label[right]
    lines = shapely.linestrings(numpy.stack([centres[here[apart]], centres[beyond[apart]]], axis=1))
    # A border with what lies far out needs no proof.
    known = triangles < count
    low = numpy.where(known, label[triangles], label.max()).min(axis=1)
    high = numpy.where(known, label[triangles], label.min()).max(axis=1)
    mixed = low < high
    return lines, centres[mixed], radius[mixed]


def _within_circles(tree: "cKDTree", centres: numpy.ndarray, radius: numpy.ndarray, count: int) -> numpy.ndarray:
    """Numbers of points in circles, the nearest to each middle."""
    if not len(centres):
        return numpy.empty(0, dtype=numpy.int64)
    inner = radius * (1 - ROUNDING) - ROUNDING
    distance, _ = tree.query(centres, workers=-1)
    broken = distance < inner
    if not broken.any():
        return numpy.empty(0, dtype=numpy.int64)
    distance, near = tree.query(centres[broken], k=range(1, count + 1), workers=-1)
    return numpy.unique(near[distance < inner[broken][:, None]])


def _astray(points: numpy.ndarray, label: numpy.ndarray, is_kept: numpy.ndarray) -> numpy.ndarray:
    """Numbers of points left out that lie on the side of another label."""
    kept, others = numpy.flatnonzero(is_kept), numpy.flatnonzero(~is_kept)
    _, near = tree_of(points[kept]).query(points[others], workers=-1)
    return others[label[kept[near]] != label[others]]


def tree_of(points: numpy.ndarray) -> "cKDTree":
    """A k-d tree; of points in the order of neighbours it need not be balanced."""
    from scipy.spatial import cKDTree  # loaded where it is used: every start of the program would wait for it

    return cKDTree(points, balanced_tree=False, compact_nodes=False)


def in_order(points: numpy.ndarray) -> numpy.ndarray:
    """Numbers of points so that neighbours follow one another, which makes trees and questions of them fast."""
    return numpy.argsort(z_order(points), kind="stable")


def _triangles(points: numpy.ndarray) -> numpy.ndarray:
    """Numbers of the three points of each triangle of Delaunay's; GEOS is three times as fast as Qhull on streets.

    A point's number travels as its height, which is not looked at.
    """
    numbered = shapely.linestrings(numpy.column_stack([points, numpy.arange(len(points))]))
    corners = shapely.get_coordinates(shapely.delaunay_triangles(numbered), include_z=True)
    return corners[:, 2].astype(numpy.int64).reshape(-1, 4)[:, :3]


def _neighbours(triangles: numpy.ndarray, count: int) -> tuple[numpy.ndarray, ...]:
    """Pairs of triangles with a common side: both, and the two points of the side."""
    sides = numpy.sort(numpy.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    key = sides[:, 0] * count + sides[:, 1]
    order = numpy.argsort(key, kind="stable")
    same = numpy.flatnonzero(key[order[:-1]] == key[order[1:]])
    one, other = order[same], order[same + 1]
    return one % len(triangles), other % len(triangles), sides[one, 0], sides[one, 1]


def _circles(corners: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Middle and radius of the circles through the corners of triangles (n, 3, 2)."""
    origin = corners[:, 0]
    to_b, to_c = corners[:, 1] - origin, corners[:, 2] - origin
    double = 2 * (to_b[:, 0] * to_c[:, 1] - to_b[:, 1] * to_c[:, 0])
    double = numpy.where(double == 0, 1e-12, double)
    b, c = (to_b**2).sum(axis=1), (to_c**2).sum(axis=1)
    x = (to_c[:, 1] * b - to_b[:, 1] * c) / double
    y = (to_b[:, 0] * c - to_c[:, 0] * b) / double
    return origin + numpy.column_stack([x, y]), numpy.hypot(x, y)
