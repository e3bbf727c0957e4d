"""Whether shapes look shifted by GCJ-02 or BD-09, by how they lie to the roads.

Roads run between parcels and under what is measured along them. Shapes that are shifted by law lie to the roads as if
they had been thrown there: roads cut through parcels and pass beside points and lines. Taking the right shift off, and
no other of that length, puts them in order again. So it is compared: as they are, without each shift, and moved about
in other directions, which tells what chance does. Only an order that chance would hardly bring about is told.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy
import shapely
from pyproj import Transformer

from geo.analysis.shifted_datums import DATUMS, Datum, shifted, unshifted
from geo.model.crs import STORED_CRS, metric_crs, projection

NEAR_M = 20.0
"""A point so near to a road's centre line is at the road."""

CORE_M = 3.0
"""Parcels are looked at so far inside their edge, which may touch a road's centre line."""

LINE_STEP_M = 400.0
MOST = 500
"""Shapes that are looked at; more would say the same."""

AROUND_DEG = 0.015
"""Somewhat more than the longest shift: so far round the roads shapes may be of them."""

CHANCE = 1e-5
LEAST_ORDER = 0.85
"""Share of shapes that lie well once the shift is off."""

DIRECTIONS = 8
LENGTHS_M = (250.0, 600.0, 950.0)
Turn = Callable[[numpy.ndarray, Datum], numpy.ndarray]


@dataclass(frozen=True)
class Drift:
    """A shift that is suspected.

    Parameters
    ----------
    shift_m
        Its length here, metres.
    count
        How many parcels, points or pieces of lines were looked at.
    lie_well, would_lie_well
        How many of them lie well to the roads as they are, and without the shift.
    """

    datum: Datum
    shift_m: float
    count: int
    lie_well: int
    would_lie_well: int


def suspected_drift(
    shapes: Sequence[shapely.Geometry], roads: Sequence[shapely.Geometry], *, of_roads: bool = False
) -> Drift | None:
    """The shift that shapes seem to have.

    Parameters
    ----------
    shapes
        In EPSG:4326, valid.
    roads
        Lines in EPSG:4326 that are known within some tens of metres.
    of_roads
        Whether it is the shapes that are known, and the shift of the roads is looked for.

    Returns
    -------
    drift
        None where the shapes lie well, where they are too few to tell, or far from all roads.
    """
    shapes, roads = _array(shapes), _array(roads)
    if not len(shapes) or not len(roads):
        return None
    bounds = shapely.total_bounds(roads)
    shapes = _near(shapes, bounds)
    if not len(shapes):
        return None
    transformer = projection(STORED_CRS, metric_crs(bounds))
    tree = shapely.STRtree(_segments(_to_plane(roads, transformer)))
    areas = shapely.area(shapes) > 0
    for group in (shapes[areas], shapes[~areas]):
        if (found := _drift(group, tree, transformer, shifted if of_roads else unshifted)) is not None:
            return found
    return None


def _drift(shapes: numpy.ndarray, tree: shapely.STRtree, transformer: Transformer, turn: Turn) -> Drift | None:
    as_is = _samples(_to_plane(shapes, transformer))
    count = len(as_is)
    if not count:
        return None
    now = _lie_well(as_is, tree)
    if now >= LEAST_ORDER * count:
        return None
    chance = (_by_chance(as_is, tree) * count + 1) / (count + 2)
    best = None
    for datum in DATUMS:
        back = _turned(as_is, datum, transformer, turn)
        then = _lie_well(back, tree)
        in_order = then >= LEAST_ORDER * count and now < (then + chance * count) / 2
        if in_order and _probability(then, count, chance) < CHANCE and (best is None or then > best.would_lie_well):
            best = Drift(datum, float(numpy.median(shapely.hausdorff_distance(as_is, back))), count, now, then)
    return best


def _turned(samples: numpy.ndarray, datum: Datum, transformer: Transformer, turn: Turn) -> numpy.ndarray:
    """Samples in the plane without the shift, or as the roads have it; BD-09's changes by tens of metres in a town."""

    def back(points: numpy.ndarray) -> numpy.ndarray:
        degrees = numpy.column_stack(transformer.transform(*points.T, direction="INVERSE"))
        return numpy.column_stack(transformer.transform(*turn(degrees, datum).T))

    return shapely.transform(samples, back)


def _by_chance(samples: numpy.ndarray, tree: shapely.STRtree) -> float:
    """The share that lies well when all are moved about."""
    found = []
    for length in LENGTHS_M:
        for turn in range(DIRECTIONS):
            angle = 2 * math.pi * turn / DIRECTIONS
            moved = _moved(samples, numpy.array([length * math.cos(angle), length * math.sin(angle)]))
            found.append(_lie_well(moved, tree) / len(samples))
    return float(numpy.mean(found))


def _lie_well(samples: numpy.ndarray, tree: shapely.STRtree) -> int:
    """How many parcels no road cuts through, or how many points are at a road."""
    if shapely.get_dimensions(samples[0]) == 2:
        return len(samples) - len(numpy.unique(tree.query(samples, predicate="intersects")[0]))
    return len(numpy.unique(tree.query(samples, predicate="dwithin", distance=NEAR_M)[0]))


def _samples(shapes: numpy.ndarray) -> numpy.ndarray:
    """Cores of parcels; points, and points along lines."""
    if not len(shapes):
        return shapes
    if shapely.area(shapes[0]) > 0:
        cores = shapely.buffer(shapes, -CORE_M)
        return cores[~shapely.is_empty(cores)][:MOST]
    points = []
    for part in shapely.get_parts(shapes):
        if part.geom_type == "Point":
            points.append(part)
        elif part.length:
            steps = max(round(part.length / LINE_STEP_M), 1)
            points += list(shapely.line_interpolate_point(part, (numpy.arange(steps) + 0.5) * part.length / steps))
        if len(points) >= MOST:
            break
    return _array(points[:MOST])


def _probability(good: int, count: int, chance: float) -> float:
    """At most how likely so many or more are good by chance (Chernoff's bound)."""
    share = good / count
    if share <= chance:
        return 1.0
    distance = share * math.log(share / chance)
    if share < 1:
        distance += (1 - share) * math.log((1 - share) / (1 - chance))
    return math.exp(-count * distance)


def _near(shapes: numpy.ndarray, bounds: numpy.ndarray) -> numpy.ndarray:
    west, south, east, north = bounds + numpy.array([-1, -1, 1, 1]) * AROUND_DEG
    own = shapely.bounds(shapes)
    return shapes[(own[:, 0] >= west) & (own[:, 2] <= east) & (own[:, 1] >= south) & (own[:, 3] <= north)]


def _segments(lines: numpy.ndarray) -> numpy.ndarray:
    points, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    same = line[1:] == line[:-1]
    return shapely.linestrings(numpy.stack([points[:-1][same], points[1:][same]], axis=1))


def _to_plane(shapes: numpy.ndarray, transformer: Transformer) -> numpy.ndarray:
    return shapely.transform(shapes, lambda points: numpy.column_stack(transformer.transform(*points.T)))


def _moved(shapes: numpy.ndarray, shift: numpy.ndarray) -> numpy.ndarray:
    return shapely.transform(shapes, lambda points: points + shift)


def _array(shapes: Sequence[shapely.Geometry]) -> numpy.ndarray:
    made = numpy.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made
