"""A road that ends at a side carriageway of another one: the main road has the same name and lies beyond."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import shapely

from geo.analysis.arms import heading_at
from geo.analysis.azimuths import direction
from geo.analysis.network import Window

BEYOND_M = 90.0
"""How far to each side of the crossing carriageways of the other road are looked for."""

BESIDE_M = 60.0
"""How far along the other road the first one may meet a carriageway: at a slant it does so farther on."""

PARALLEL = 0.85
"""Cosine of the angle between carriageways of one road, at most 32°."""

TOUCHES_M = 2.0


@dataclass(frozen=True)
class _Carriageway:
    """Where one crosses the line square to its road: metres from the crossing, and its heading along the road.

    `ahead` is 1 or -1 where it is one-way, else 0.
    """

    across_m: float
    ahead: int
    is_met: bool


def main_road_beyond(
    ending: Window, other: Window, oneway: numpy.ndarray, point: shapely.Point, azimuth: float
) -> numpy.ndarray | None:
    """The middle of the main road, where a road ends at a side carriageway of it; None where it reaches the main road.

    It is a side carriageway if more carriageways lie beyond it than before, unless the next one runs against it: these
    two are then the main road's own.

    Parameters
    ----------
    ending, other
        Rows of both roads near the crossing, in one plane.
    oneway
        Of the rows of `other`.
    azimuth
        Of the other road at the crossing.

    Returns
    -------
    middle
        In the same plane, straight on from the crossing.
    """
    met = shapely.union_all(ending.lines)
    ways = sorted(_carriageways(other, oneway, point, azimuth, met), key=lambda way: way.across_m)
    reached = [place for place, way in enumerate(ways) if way.is_met]
    if not reached or len(reached) == len(ways):
        return None
    before, beyond = reached[0], len(ways) - 1 - reached[-1]
    last, unmet, step = (reached[-1], beyond, 1) if beyond > before else (reached[0], before, -1)
    if unmet <= len(reached) or ways[last].ahead * ways[last + step].ahead < 0:
        return None
    middle_m = float(numpy.mean([way.across_m for way in ways]))
    return shapely.get_coordinates(point)[0] + direction(azimuth + 90) * middle_m


def _carriageways(
    road: Window, oneway: numpy.ndarray, point: shapely.Point, azimuth: float, met: shapely.Geometry
) -> Sequence[_Carriageway]:
    here, along, across = shapely.get_coordinates(point)[0], direction(azimuth), direction(azimuth + 90)
    square = shapely.LineString([here - across * BEYOND_M, here + across * BEYOND_M])
    found: dict[int, _Carriageway] = {}
    for line, is_oneway in zip(road.lines, oneway, strict=True):
        for at in shapely.get_coordinates(shapely.intersection(line, square)):
            heading = heading_at(line, at) @ along
            if abs(heading) < PARALLEL:
                continue
            beside = shapely.LineString([at - along * BESIDE_M, at + along * BESIDE_M])
            is_met = met.distance(beside) <= TOUCHES_M
            across_m = float((at - here) @ across)
            ahead = int(math.copysign(1, heading)) if is_oneway else 0
            found.setdefault(round(across_m), _Carriageway(across_m, ahead, is_met))
    return list(found.values())
