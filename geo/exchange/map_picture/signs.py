"""How things look on a map picture: colours, shapes, dashes and hatching of the web map (static/js/symbols.js)."""

from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path

INK = {
    "green": "#2b8a57", "yellow": "#b77f00", "red": "#c2362b", "done": "#3f5573", "grey": "#6c7884", "none": "#6c7884",
}  # fmt: skip
FILL = {
    "green": "#2b8a57", "yellow": "#e0a100", "red": "#d1453a", "done": "#5b7394", "grey": "#ffffff", "none": "#9aa4ad",
}  # fmt: skip
SCHEMATIC_INK = "#8d979f"
SCHEMATIC_GROUND = "#eceeed"
ACCURACY_INK = "#b9770e"
ROAD_EDGE = "#c9cfd2"
TEXT_INK = "#1b2631"
FAINT_INK = "#5b6772"
GROUND_COLOUR = "#eef0ec"
PAPER = "#ffffff"

MARKER_MM = 1.25
"""Half the width of a marker."""
PT_PER_PX = 0.6
"""Points of a line on paper for a pixel on the screen."""

UNREPORTED = ("grey", "none")
EDGES = {"surveyed": (2.25, "solid"), "placed": (1.25, "solid"), "located": (2.0, (0, (3.4, 2.2)))}
"""Width in pixels of the web map and dashes of an outline, by the basis of the position."""

_TRIANGLE = ((0, 1.15), (1.15, -0.85), (-1.15, -0.85))
_CORNERS = {
    "yellow": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "red": _TRIANGLE,
    "done": ((0, 1.3), (1.3, 0), (0, -1.3), (-1.3, 0)),
}
"""Outlines of the lamps that are no circles, in half widths."""


def marker(lamp: str, x: float, y: float, *, schematic: bool, colour: str, faded: float = 1.0) -> PathPatch:
    """The sign of a lamp at a place on the sheet, mm: circle, square, triangle, diamond or ring."""
    if lamp in _CORNERS:
        corners = [(x + dx * MARKER_MM, y + dy * MARKER_MM) for dx, dy in _CORNERS[lamp]]
        path = Path([*corners, corners[0]], closed=True)
    else:
        path = Path.circle((x, y), MARKER_MM)
    if schematic:
        dashes = (0, (1.6, 1.6)) if lamp in UNREPORTED else "solid"
        return _hatched(path, lamp, colour, dashes=dashes, width=0.7, faded=faded)
    plain = lamp in UNREPORTED
    edge = INK[lamp] if plain else PAPER
    return PathPatch(path, facecolor=FILL[lamp], edgecolor=edge, linewidth=1.2 if plain else 0.7, alpha=faded)


def outline(path: Path, lamp: str, basis: str | None, colour: str, *, faded: float = 1.0) -> PathPatch:
    """The shape of a feature: solid, thin or dashed by the basis of its position, hatched where that is schematic."""
    if basis == "schematic":
        return _hatched(path, lamp, colour, dashes=(0, (2, 3)), width=0.6, faded=faded)
    width, dashes = EDGES.get(basis, (1.5, "solid"))
    red, green, blue = (int(FILL[lamp][at : at + 2], 16) / 255 for at in (1, 3, 5))
    opacity = (0.72 if lamp in UNREPORTED else 0.26) * faded
    return PathPatch(
        path, facecolor=(red, green, blue, opacity), edgecolor=INK[lamp], linewidth=width * PT_PER_PX, linestyle=dashes
    )


def _hatched(path: Path, lamp: str, colour: str, *, dashes: object, width: float, faded: float) -> PathPatch:
    """An illustrative position: slanting lines on grey; what is reported has an edge in its lamp's colour."""
    patch = PathPatch(
        path,
        facecolor=SCHEMATIC_GROUND,
        edgecolor=SCHEMATIC_INK if lamp in UNREPORTED else INK[lamp],
        linewidth=width,
        linestyle=dashes,
        hatch="//////",
        hatchcolor=colour,
        alpha=faded,
    )
    patch.set_hatch_linewidth(0.5)
    return patch


def accuracy_circle(x: float, y: float, radius_mm: float) -> Circle:
    """How far a located position may be off."""
    return Circle(
        (x, y), radius_mm, fill=False, edgecolor=ACCURACY_INK, linewidth=0.7, linestyle=(0, (4, 3)), alpha=0.8
    )
