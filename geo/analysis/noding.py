"""Whether a road file gives lines that meet a node in common: where it does, two lines that only cross pass over."""

import numpy
import shapely

LEAST_JUNCTIONS = 8
MOST_LOOSE = 0.2
"""Share of the crossings without a node that mistakes and bridges may have in such a file."""

SAMPLE = 3000
DECIMALS = 7


def is_noded(lines: numpy.ndarray) -> bool:
    """Whether nearly all lines that cross have a vertex there, both of them.

    Parameters
    ----------
    lines
        Drawn ones, in degrees.
    """
    points, rows = shapely.get_coordinates(lines, return_index=True)
    keys, places = numpy.unique(_keys(points), return_inverse=True)
    is_end = numpy.diff(rows, prepend=-1).astype(bool) | numpy.diff(rows, append=len(lines)).astype(bool)
    branches = numpy.bincount(places, weights=numpy.where(is_end, 1, 2))
    junctions = keys[branches >= 3]
    met = numpy.union1d(junctions, keys[places[is_end]])  # what ends at a line crosses it by rounding at most
    sample = numpy.unique(numpy.linspace(0, len(lines) - 1, min(SAMPLE, len(lines))).astype(int))
    loose = _loose(lines, sample, met) * len(lines) / len(sample) / 2  # each is found from both lines
    return len(junctions) >= LEAST_JUNCTIONS and loose <= MOST_LOOSE * (len(junctions) + loose)


def _loose(lines: numpy.ndarray, sample: numpy.ndarray, met: numpy.ndarray) -> int:
    """How many crossings of some lines are at no junction and no end."""
    one, other = shapely.STRtree(lines).query(lines[sample], predicate="crosses")
    found = shapely.get_coordinates(shapely.intersection(lines[sample[one]], lines[other]))
    return int((~numpy.isin(_keys(found), met)).sum())


def _keys(points: numpy.ndarray) -> numpy.ndarray:
    lon, lat = points.round(DECIMALS).T
    return lon + 1j * lat
