"""Whether a road network looks shifted by GCJ-02 or BD-09 as a whole, by roads whose place is known otherwise.

Roads of one name are compared across their direction, each as surely as it is known. A network that is shifted by law
is off by one vector everywhere; whether that explains the differences far better than the errors alone is weighed by
likelihood. Known roads may have an error in common, which is allowed for.
"""

from dataclasses import dataclass

import numpy
import shapely
from geopandas import GeoDataFrame

from geo.analysis.measuring import to_plane
from geo.analysis.network import RoadNetwork
from geo.analysis.road_names import Trust
from geo.analysis.shifted_datums import DATUMS, Datum, shifted
from geo.model.crs import STORED_CRS, metric_crs, projection

STEP_M = 200.0
REACH_M = 3000.0
"""Roads of one name farther apart are different roads."""

LEAST_ROADS = 3
OWN_ERROR_M, COMMON_ERROR_M = 20.0, 80.0
"""Of the network's lines, and of all known roads together."""

EVIDENCE = 16.0
"""By how much the sum of squares must fall: at least four standard deviations from what chance does."""

TELLING = 42.0
"""By how much a shift must raise the sum of squares on average, to be told in 39 of 40 cases: x - 2 * 2 * x**0.5 is
`EVIDENCE` then."""

MIN_ACROSS = 0.7
"""Of a difference, the part across the road; along it nothing is told."""


@dataclass(frozen=True)
class RoadDrift:
    """A shift that a network is suspected of.

    Parameters
    ----------
    shift_m
        Its length here, metres.
    count
        How many known roads were compared.
    """

    datum: Datum
    shift_m: float
    count: int


@dataclass(frozen=True)
class Compared:
    """A network held against roads whose place is known.

    Parameters
    ----------
    drift
        The shift that it seems to have; None where it lies as it should, or that cannot be told.
    count
        How many known roads were compared.
    untold
        Shifts that could go unnoticed, since too few roads are known or too roughly.
    """

    drift: RoadDrift | None
    count: int
    untold: tuple[Datum, ...]


def compare_roads(network: RoadNetwork, known: GeoDataFrame) -> Compared:
    """Whether a network seems shifted by law as a whole, and whether that would be seen.

    Parameters
    ----------
    known
        Lines in EPSG:4326 with `name` and `error_m` (68 % bound, metres).
    """
    found = []
    for name, error_m, line in zip(known["name"], known["error_m"], known.geometry, strict=True):
        if line is not None and isinstance(name, str) and error_m == error_m and (told := _across(network, name, line)):
            found.append((*told, float(numpy.hypot(error_m, OWN_ERROR_M))))
    if len(found) < LEAST_ROADS:
        return Compared(None, len(found), DATUMS)
    normals = numpy.array([normal for normal, *_ in found])
    off_m = numpy.array([off for _, off, _ in found])
    errors_m = numpy.array([error for *_, error in found])
    weights = numpy.linalg.inv(numpy.diag(errors_m**2) + COMMON_ERROR_M**2 * normals @ normals.T)
    centre = shapely.total_bounds(known.geometry.to_numpy()).reshape(2, 2).mean(axis=0)
    shifts = {datum: _shift(centre, datum) for datum in DATUMS}
    untold = tuple(datum for datum, shift in shifts.items() if _square(normals @ shift, weights) < TELLING)
    squares = {datum: _square(off_m - normals @ shift, weights) for datum, shift in shifts.items()}
    best = min(squares, key=squares.__getitem__)
    likely = len(found) + 3 * (2 * len(found)) ** 0.5
    if squares[best] > likely or _square(off_m, weights) - squares[best] < EVIDENCE:
        return Compared(None, len(found), untold)
    return Compared(RoadDrift(best, float(numpy.hypot(*shifts[best])), len(found)), len(found), untold)


def _across(network: RoadNetwork, name: str, line: shapely.Geometry) -> tuple[numpy.ndarray, float] | None:
    """The unit vector across a known road, and how far the network has it in that direction, metres."""
    matches = network.names.find(name)
    if len(matches) != 1 or matches[0].trust > Trust.SURE:
        return None
    crs = metric_crs(line.bounds)
    known, lines = to_plane(line, crs), to_plane(shapely.union_all(network.lines[matches[0].rows]), crs)
    normals, ways = _differences(shapely.get_parts(known), lines)
    length_m = numpy.hypot(*ways.T)
    off_m = (normals * ways).sum(axis=1)
    told = (length_m <= REACH_M) & (numpy.abs(off_m) >= MIN_ACROSS * length_m)
    if not told.any():
        return None
    normal = normals[told].mean(axis=0)
    return normal / max(float(numpy.hypot(*normal)), 1e-9), float(numpy.median(off_m[told]))


def _differences(known: numpy.ndarray, lines: shapely.Geometry) -> tuple[numpy.ndarray, numpy.ndarray]:
    """At places along known lines: the unit vector to their right, and the way to the nearest of other lines."""
    normals, ways = [], []
    for part in known:
        at = numpy.arange(min(STEP_M, part.length) / 2, part.length, STEP_M)
        points = [shapely.line_interpolate_point(part, numpy.clip(at + by, 0, part.length)) for by in (-10, 0, 10)]
        before, here, after = map(shapely.get_coordinates, points)
        ahead = (after - before) / numpy.maximum(numpy.hypot(*(after - before).T), 1e-9)[:, None]
        normals.append(numpy.column_stack([ahead[:, 1], -ahead[:, 0]]))
        ways.append(shapely.get_coordinates(shapely.shortest_line(points[1], lines))[1::2] - here)
    return numpy.concatenate(normals), numpy.concatenate(ways)


def _shift(centre: numpy.ndarray, datum: Datum) -> numpy.ndarray:
    points = numpy.array([centre, shifted(centre.reshape(1, 2), datum)[0]])
    east, north = projection(STORED_CRS, metric_crs((*centre, *centre))).transform(*points.T)
    return numpy.array([east[1] - east[0], north[1] - north[0]])


def _square(misses_m: numpy.ndarray, weights: numpy.ndarray) -> float:
    return float(misses_m @ weights @ misses_m)
