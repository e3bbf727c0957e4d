"""What a map picture shows, already in the plane and in the reader's language; nothing here knows how it is drawn."""

from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

Lamp = Literal["green", "yellow", "red", "done", "grey", "none"]


@dataclass(frozen=True)
class Feature:
    """One feature of the plan.

    Parameters
    ----------
    shape
        In the picture's plane, metres.
    name
        Written beside it; empty for none.
    lamp
        Colour and sign of its status; `done` is a report without anything to compare it with, `none` no status at all.
    basis
        On what its position rests (`geo.model.location`); decides line and fill.
    colour
        Of its layer, the hatching of a schematic position.
    accuracy_m
        Radius of the circle around a located position; None draws none.
    later
        Whether the plan has it only after the picture's year; drawn faded.
    """

    shape: BaseGeometry
    name: str
    lamp: Lamp
    basis: str | None
    colour: str
    accuracy_m: float | None = None
    later: bool = False


@dataclass(frozen=True)
class Ground:
    """A line or area that lies under the plan.

    Parameters
    ----------
    look
        `road`, `railway`, `line` or `area`.
    weight
        Width of its line on the web map, pixels.
    unsure
        Whether its place is so uncertain that its edge is dashed.
    """

    shape: BaseGeometry
    name: str
    look: Literal["road", "railway", "line", "area"]
    colour: str
    weight: float
    unsure: bool = False


@dataclass(frozen=True)
class Key:
    """A row of the legend: a sign and its words.

    Parameters
    ----------
    sign
        `lamp`, `basis`, `accuracy`, `hatch` or the look of a ground line.
    value
        Which lamp or basis; the colour of a hatching or line.
    """

    sign: str
    value: str
    words: str


@dataclass(frozen=True)
class Section:
    """A part of the legend under its heading."""

    title: str
    keys: tuple[Key, ...]
    note: str = ""


@dataclass(frozen=True)
class ScaleBar:
    """A distance on the ground and how long it is in the plane of the picture.

    Parameters
    ----------
    true_m
        On the ellipsoid, metres.
    plane_m
        The same stretch in the plane.
    words
        As it is written at its end.
    """

    true_m: float
    plane_m: float
    words: str


@dataclass(frozen=True)
class Frame:
    """The map's window: the part of the plane that is shown, and its place on the sheet.

    Parameters
    ----------
    bounds
        min x, min y, max x, max y in the plane, metres.
    left_mm, bottom_mm, width_mm, height_mm
        On the sheet, from its lower left corner.
    """

    bounds: tuple[float, float, float, float]
    left_mm: float
    bottom_mm: float
    width_mm: float
    height_mm: float

    @property
    def mm_per_m(self) -> float:
        """Millimetres on paper for a metre of the plane."""
        return self.width_mm / (self.bounds[2] - self.bounds[0])


@dataclass(frozen=True)
class Picture:
    """A whole sheet.

    Parameters
    ----------
    scale_words
        The scale in figures, as 1:25 000.
    north_deg
        Direction of true north in the plane, degrees clockwise from upwards.
    notes
        Below the map, a line each: coordinate system, accuracy, sources, date, review number.
    warning
        What every reader must see, such as that the data is for demonstration; empty for none.
    """

    title: str
    subtitle: str
    frame: Frame
    width_mm: float
    height_mm: float
    ground: tuple[Ground, ...]
    features: tuple[Feature, ...]
    legend: tuple[Section, ...]
    scale_bar: ScaleBar
    scale_words: str
    north_deg: float
    north_words: str
    notes: tuple[str, ...]
    warning: str = ""
