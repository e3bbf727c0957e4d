"""Pieces without a name in roads that have one: data cut roads up, and names get lost on some pieces.

Where a road's name stops, the way straight on is followed along pieces without a name. What comes upon the same name
again is a gap in that road; what does not may still be the road, and is taken for it only where nothing surer is found.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
import shapely

from geo.analysis.measuring import METRES_PER_DEGREE

MAX_GAP_M = 600.0
AHEAD_DEG = 35.0
"""A road goes on within this of straight ahead, if nothing leads straighter."""

HEADING_M = 15.0
"""Over which the direction of a piece at its end is taken."""


@dataclass(frozen=True)
class NameGaps:
    """What names were carried over to.

    Parameters
    ----------
    filled
        The name of each row that lies between two pieces of one name.
    beyond
        By row at whose end a name stops, the rows without a name straight on.
    """

    filled: dict[int, str]
    beyond: dict[int, tuple[int, ...]]


class _Pieces:
    """Rows by the places where they begin and end, and in which direction they leave there."""

    def __init__(self, lines: numpy.ndarray, nodes: numpy.ndarray, rows: numpy.ndarray) -> None:
        self.nodes = nodes
        scale = numpy.cos(numpy.radians(float(numpy.nanmean(shapely.bounds(lines[rows])[:, 1]))))
        plane = shapely.transform(lines[rows], lambda points: points * [METRES_PER_DEGREE * scale, METRES_PER_DEGREE])
        self.lengths_m = dict(zip(rows.tolist(), shapely.length(plane).tolist(), strict=True))
        self.headings: dict[tuple[int, int], float] = {}
        for end, sign in ((0, 1), (1, -1)):
            here = shapely.get_coordinates(shapely.get_point(plane, -end))
            ahead = shapely.get_coordinates(shapely.line_interpolate_point(plane, sign * HEADING_M))
            bearings = numpy.degrees(numpy.arctan2(*(ahead - here).T)) % 360
            self.headings.update(zip(((row, end) for row in rows.tolist()), bearings.tolist(), strict=True))
        self.at: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in rows.tolist():
            for end in (0, 1):
                self.at[int(nodes[row, end])].append((row, end))

    def straight_on(self, row: int, end: int) -> tuple[int, int] | None:
        """The piece, and its end, that leads on from the end of another; None where none does."""
        back = self.headings[row, end]
        others = [each for each in self.at[int(self.nodes[row, end])] if each[0] != row]
        best = min(others, key=lambda each: _off_straight(back, self.headings[each]), default=None)
        return best if best is not None and _off_straight(back, self.headings[best]) <= AHEAD_DEG else None


def name_gaps(
    names: Sequence[str | None], lines: numpy.ndarray, nodes: numpy.ndarray, usable: numpy.ndarray
) -> NameGaps:
    """Where roads go on without their name.

    Parameters
    ----------
    lines
        In EPSG:4326.
    nodes
        Number of the place where a row begins and ends.
    usable
        Whether a row is drawn, and neither a path, a minor way nor a slip road.
    """
    rows = numpy.flatnonzero(usable)
    filled: dict[int, str] = {}
    beyond: dict[int, tuple[int, ...]] = {}
    if not len(rows) or all(names[row] is not None for row in rows):
        return NameGaps(filled, beyond)
    pieces = _Pieces(lines, nodes, rows)
    for row, end in _free_ends(pieces, names):
        passed, met = _followed(pieces, names, row, end)
        if met:
            filled.update(dict.fromkeys(passed, str(names[row])))
        elif passed:
            beyond[row] = (*beyond.get(row, ()), *passed)
    return NameGaps(filled, {row: passed for row, passed in beyond.items() if not filled.keys() & set(passed)})


def _free_ends(pieces: _Pieces, names: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """Ends of named rows from which no other row of the name goes on."""
    for ends in pieces.at.values():
        told = [names[row] for row, _ in ends]
        if None in told:
            yield from (each for each in ends if names[each[0]] is not None and told.count(names[each[0]]) == 1)


def _followed(pieces: _Pieces, names: Sequence[str | None], row: int, end: int) -> tuple[list[int], bool]:
    """The rows without a name straight on from an end, and whether they lead to the same name."""
    passed: list[int] = []
    at, length_m = (row, end), 0.0
    while (following := pieces.straight_on(*at)) is not None:
        if names[following[0]] is not None:
            return passed, bool(passed) and names[following[0]] == names[row]
        length_m += pieces.lengths_m[following[0]]
        if length_m > MAX_GAP_M or following[0] in passed:
            break
        passed.append(following[0])
        at = following[0], 1 - following[1]
    return passed, False


def _off_straight(back: float, ahead: float) -> float:
    """Degrees between going straight on and another direction; `back` leads back along the road."""
    return abs((ahead - back) % 360 - 180)
