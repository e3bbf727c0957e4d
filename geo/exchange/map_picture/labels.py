"""Names on a map picture: beside features, along lines; one that would lie on another sign stays away."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from shapely.geometry.base import BaseGeometry

LONGEST = 24
MM_PER_PT = 25.4 / 72
ALONG = (0.9, 0.72, 0.5, 0.3, 0.12)
"""Where along a line its name is tried."""
ROOM = 1.6
"""How much longer than its name a stretch of a line must be."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Wanted:
    """A name that is to stand on the map.

    Parameters
    ----------
    priority
        Lower is placed first.
    gap_mm
        Kept free around the anchor of a feature.
    line
        For the name of a line: its longest straight part, two points in mm.
    """

    text: str
    size_pt: float
    priority: int
    x: float = 0.0
    y: float = 0.0
    gap_mm: float = 1.6
    line: tuple[tuple[float, float], tuple[float, float]] | None = None
    faint: bool = False


@dataclass(frozen=True)
class Placed:
    """A name and its place: the middle of its box in mm, and its slope in degrees."""

    label: Wanted
    x: float
    y: float
    box: Box
    slope_deg: float = 0.0
    upright: bool = False


def shortened(text: str) -> str:
    """A name as long as a map can bear."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def width_mm(text: str, size_pt: float) -> float:
    """Width of a text by counting: a Chinese sign, quotes among them, is as wide as it is high, others about half."""
    return sum(1.0 if east_asian_width(sign) in "WFA" else 0.58 for sign in text) * size_pt * MM_PER_PT


def place(wanted: Iterable[Wanted], taken: Sequence[Box], frame: Box) -> list[Placed]:
    """The names that find room, none upon another, upon a taken box or beyond the frame."""
    placed: list[Placed] = []
    for label in sorted(wanted, key=lambda each: each.priority):
        spots = _along(label) if label.line else _beside(label)
        for spot in spots:
            boxes = [*taken, *(other.box for other in placed)]
            if _inside(spot.box, frame) and not any(_meet(spot.box, box) for box in boxes):
                placed.append(spot)
                break
    return placed


def _beside(label: Wanted) -> list[Placed]:
    width, height = width_mm(label.text, label.size_pt) + 0.6, label.size_pt * MM_PER_PT + 0.8
    x, y, gap = label.x, label.y, label.gap_mm
    middles = [
        (x, y + gap + height / 2),
        (x, y - gap - height / 2),
        (x + gap + width / 2, y),
        (x - gap - width / 2, y),
    ]
    return [Placed(label, mx, my, _box(mx, my, width, height)) for mx, my in middles]


def _along(label: Wanted) -> list[Placed]:
    (x0, y0), (x1, y1) = label.line
    slope = math.degrees(math.atan2(y1 - y0, x1 - x0))
    upright = abs(slope) > 50
    long, thin = width_mm(label.text, label.size_pt) + 1.0, label.size_pt * MM_PER_PT + 1.0
    if math.hypot(x1 - x0, y1 - y0) < long * ROOM:
        return []
    width, height = (thin, long) if upright else (long, thin)
    spots = []
    for share in ALONG:
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        spots.append(Placed(label, x, y, _box(x, y, width, height), 0.0 if upright else slope, upright))
    return spots


def straight_part(shape: BaseGeometry) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The longest straight part of a line, from west to east or, where it is steep, from north to south."""
    longest, best = 0.0, None
    for line in getattr(shape, "geoms", [shape]):
        points = list(line.coords) if line.geom_type == "LineString" else []
        for one, other in itertools.pairwise(points):
            if (length := math.dist(one[:2], other[:2])) > longest:
                longest, best = length, (one[:2], other[:2])
    if best is None:
        return None
    (x0, y0), (x1, y1) = best
    steep = abs(y1 - y0) > abs(x1 - x0)
    return best if (y0 >= y1 if steep else x0 <= x1) else (best[1], best[0])


def _box(x: float, y: float, width: float, height: float) -> Box:
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
