"""Which corner of a crossing words mean: by quadrant (西北角) or by the sides of both roads (甲路以东、乙路以南)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from geo.analysis.arms import SAME_ARM_DEG
from geo.analysis.azimuths import azimuth_of, direction, turn
from geo.analysis.crossings import Crossing
from geo.analysis.meetings import Unlocated
from geo.model.errors import N_
from geo.model.remark import Remark

MAX_TURN_DEG = 30.0
"""How far a corner may be turned from the quadrant that names it."""

DOUBTFUL_TURN_DEG = 50.0
"""How far where no corner is better; said in a warning."""

ALONG_ROAD_DEG = 5.0
"""A direction so near to a road's is on neither side of it."""

CORNER_ANGLES_DEG = (15.0, 165.0)
"""Between the arms of a corner that can hold a parcel."""

BLUNT_DEG = 150.0
"""In a corner blunter than this a parcel lies beside the first road alone."""

MIN_ACROSS = math.sin(math.radians(20))
"""A road that runs within 20° of east and west has no eastern side."""


@dataclass(frozen=True)
class Corner:
    """Between an arm of the first and an arm of the second road.

    Parameters
    ----------
    azimuths
        Of the two arms, degrees clockwise from north.
    is_extended
        Whether one of the roads ends here and is thought to go on.
    """

    azimuths: tuple[float, float]
    is_extended: bool = False

    @property
    def angle(self) -> float:
        """From the first to the second arm, clockwise, -180 to 180."""
        return turn(*self.azimuths)

    @property
    def middle(self) -> float:
        return (self.azimuths[0] + self.angle / 2) % 360

    @property
    def is_open(self) -> bool:
        """Whether a parcel can stand in it."""
        return CORNER_ANGLES_DEG[0] <= abs(self.angle) <= CORNER_ANGLES_DEG[1]


@dataclass(frozen=True)
class Front:
    """The side of one road, opposite to where the other road comes from.

    Parameters
    ----------
    road
        0 for the crossing's first road, 1 for its second.
    azimuth
        Along the road.
    side
        Away from the road.
    """

    road: int
    azimuth: float
    side: float


@dataclass(frozen=True)
class Choice:
    """The corner that is meant, what speaks against it, and the corner that might be meant as well."""

    corner: Corner | Front
    doubts: tuple[Remark, ...] = ()
    other: Corner | None = None


def corner_towards(crossing: Crossing, quadrant: str) -> Choice:
    """The corner that a quadrant names.

    A corner fits within 30° of its quadrant. Where one of the roads ends, it is thought to go on. One cardinal
    direction of an upright crossing fits two corners; the better one is taken and the other told.

    Raises
    ------
    Unlocated
        If no corner looks that way.
    """
    wanted = azimuth_of(quadrant)
    corners = list(corners_of(crossing))
    front = _front(crossing, wanted)
    if front and abs(turn(front.side, wanted)) < min((_off(each, wanted) for each in corners), default=180.0):
        return Choice(front)
    for is_extended in (False, True):
        near = sorted(
            (corner for corner in corners if corner.is_extended is is_extended), key=lambda each: _off(each, wanted)
        )
        if near and _off(near[0], wanted) <= MAX_TURN_DEG:
            doubts = _extension(crossing) if is_extended else ()
            return _beside(near[0], doubts, corners, wanted)
    near = sorted(
        corners, key=lambda each: (_beyond(each, wanted) > DOUBTFUL_TURN_DEG, each.is_extended, _off(each, wanted))
    )
    if not near or _beyond(near[0], wanted) > DOUBTFUL_TURN_DEG:
        raise _no_corner(crossing)
    other = next((each for each in near[1:] if _beyond(each, wanted) <= DOUBTFUL_TURN_DEG), None)
    message = N_("路口没有正对所述方位的街角，取最接近的一个，相邻的街角也可能")
    doubts = (Remark(message), *(_extension(crossing) if near[0].is_extended else ()))
    return Choice(near[0], doubts, other)


def corner_on_sides(crossing: Crossing, sides: Mapping[int, str]) -> Choice:
    """The corner on the named side of each road.

    Parameters
    ----------
    sides
        Direction of the site by the number of the road, 0 or 1.

    Raises
    ------
    Unlocated
        If a road has no such side because it runs that way, or no corner lies on all sides.
    """
    fitting = [(how_well, each) for each in corners_of(crossing) if (how_well := _on_sides(each, sides)) > MIN_ACROSS]
    if not fitting:
        raise _no_corner(crossing)
    best = min(fitting, key=lambda item: (item[1].is_extended, -item[0]))[1]
    return Choice(best, _extension(crossing) if best.is_extended else ())


def _on_sides(corner: Corner, sides: Mapping[int, str]) -> float:
    """How squarely the corner lies on the worst of the named sides, -1 to 1."""
    worst = 1.0
    for road, side in sides.items():
        mine, other = corner.azimuths[road], corner.azimuths[1 - road]
        away = direction(mine + math.copysign(90, turn(mine, other)))
        worst = min(worst, float(away @ direction(azimuth_of(side))))
    return worst


def _off(corner: Corner, wanted: float) -> float:
    return abs(turn(corner.middle, wanted))


def _beside(corner: Corner, doubts: tuple[Remark, ...], corners: Sequence[Corner], wanted: float) -> Choice:
    """A narrow corner that looks the wanted way; the one in which that way leads may be meant as well."""
    if _off(corner, wanted) <= abs(corner.angle) / 2 + ALONG_ROAD_DEG:
        return Choice(corner, doubts)
    other = next((each for each in corners if not each.is_extended and _off(each, wanted) < abs(each.angle) / 2), None)
    message = N_("所述方位贴着路，取最接近的街角，路另一侧的街角也可能")
    return Choice(corner, (Remark(message), *doubts), other)


def _beyond(corner: Corner, wanted: float) -> float:
    """The same for a corner of a right angle; a wider one is as much nearer on either side as it is wider."""
    return _off(corner, wanted) - max(abs(corner.angle) / 2 - 45, 0.0)


def corners_of(crossing: Crossing) -> Iterator[Corner]:
    """Corners between arms, also those of roads that go on under another name or are thought to go on."""
    longer = [[(arm, False) for arm in arms] + list(_extended(crossing, arms)) for arms in crossing.arms]
    for (first, one), (second, other) in product(*longer):
        corner = Corner((first, second), one or other)
        if corner.is_open:
            yield corner


def _extended(crossing: Crossing, arms: tuple[float, ...]) -> Iterator[tuple[float, bool]]:
    """Where a road that ends goes on under another name, or would go on; and whether it only would."""
    for arm in arms:
        opposite = (arm + 180) % 360
        if all(abs(turn(opposite, each)) > SAME_ARM_DEG for each in arms):
            going_on = [each for each, _ in crossing.continuations if abs(turn(opposite, each)) <= SAME_ARM_DEG]
            nearest = min(going_on, key=lambda each: abs(turn(opposite, each)), default=None)
            yield (opposite, True) if nearest is None else (nearest, False)


def _front(crossing: Crossing, wanted: float) -> Front | None:
    """The side of a road that goes through, where no other arm leaves in the wanted direction."""
    arms = sorted((azimuth, road) for road in (0, 1) for azimuth in crossing.arms[road])
    if len(arms) < 3 or any(abs(turn(wanted, azimuth)) <= SAME_ARM_DEG for azimuth, _ in crossing.continuations):
        return None
    for (start, road), (end, other) in zip(arms, arms[1:] + arms[:1], strict=True):
        gap = (end - start) % 360
        side = (start + gap / 2) % 360
        if road == other and gap >= BLUNT_DEG and abs(turn(side, wanted)) <= MAX_TURN_DEG:
            return Front(road, (side - 90) % 360, side)
    return None


def _extension(crossing: Crossing) -> tuple[Remark, ...]:
    message = N_("“%(first)s”或“%(second)s”在道路数据里到此为止，街角按其延长线确定")
    return (Remark(message, first=crossing.roads[0], second=crossing.roads[1]),)


def _no_corner(crossing: Crossing) -> Unlocated:
    message = N_("“%(first)s”与“%(second)s”路口没有朝向所述方位的街角")
    return Unlocated(message, first=crossing.roads[0], second=crossing.roads[1])
