"""Where a feature is, and how surely that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.model.errors import N_

if TYPE_CHECKING:  # reading phrases needs no shapes
    from shapely.geometry.base import BaseGeometry


class LocationBasis(StrEnum):
    """On what a position rests; from the surest to none."""

    SURVEYED = "surveyed"
    PLACED = "placed"
    LOCATED = "located"
    SCHEMATIC = "schematic"
    UNLOCATED = "unlocated"


BASIS_TITLES: dict[str, str] = {
    "surveyed": N_("实测界址"),
    "placed": N_("人工落图"),
    "located": N_("由文字定位"),
    "schematic": N_("示意位置"),
    "unlocated": N_("待落图"),
}

BASIS_EXPLANATIONS: dict[str, str] = {
    "surveyed": N_("来自自然资源部门的文件或测绘成果"),
    "placed": N_("由登录的规划人员在图上画定或移动"),
    "located": N_("根据规划文字在道路网上推算，误差取决于道路中心线"),
    "schematic": N_("真实位置未知，图上位置只作示意，不能用于量算和报批"),
    "unlocated": N_("没有找到位置，也没有人落图"),
}

ACCURACY_FIELDS = ("location_accuracy_m", "error_m")
"""Where a feature's own layer tells how surely its place is known, in metres: roads have an error."""

QUADRANTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def stated_accuracy_m(properties: Mapping[str, object]) -> float | None:
    """The stated error of a feature's position, metres; None where there is none."""
    stated = (properties.get(name) for name in ACCURACY_FIELDS)
    return next((float(each) for each in stated if isinstance(each, int | float) and each == each), None)


@dataclass(frozen=True)
class Position:
    """Where a feature is or is to be, and how surely.

    Parameters
    ----------
    geometry
        In EPSG:4326; None where the place could not be told.
    note
        What is to be said of it: assumptions, or why there is none.
    """

    geometry: "BaseGeometry | None"
    basis: LocationBasis
    accuracy_m: float | None = None
    note: str | None = None


@dataclass(frozen=True)
class LocationPhrase:
    """A location as a plan's prose states it, read but not yet placed.

    Parameters
    ----------
    text
        The words themselves.
    kind
        `intersection`, `sides`, `bounded`, `offset`, `along` or `unknown`.
    roads
        Road names in order of mention.
    quadrant
        One of `QUADRANTS`, for an intersection that names its corner.
    sides
        For each road the side of it on which the site lies.
    bounds
        Which road is the site's N, E, S or W limit.
    offset_m, offset_dir, roadside
        Distance and direction from the crossing, and the side of the road.
    other_sides
        Like `sides`, for things that are not roads.
    more
        Further sites that the same words name; everything above is of the first.
    """

    text: str
    kind: str = "unknown"
    roads: tuple[str, ...] = ()
    quadrant: str | None = None
    sides: dict[str, str] = field(default_factory=dict)
    bounds: dict[str, str] = field(default_factory=dict)
    offset_m: float | None = None
    offset_dir: str | None = None
    roadside: str | None = None
    other_sides: dict[str, str] = field(default_factory=dict)
    more: tuple["LocationPhrase", ...] = ()
