"""A sheet of paper to draw on."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from geo.exchange import fonts
from geo.exchange.map_picture import signs
from geo.exchange.map_picture.content import Picture


class Sheet:
    """One sheet in the making; everything on it is measured in mm from its lower left corner."""

    def __init__(self, figure: Figure, picture: Picture, families: list[str]) -> None:
        self.picture, self.frame, self.families = picture, picture.frame, families
        self.axes: Axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, picture.width_mm)
        self.axes.set_ylim(0, picture.height_mm)
        self.axes.axis("off")

    def text(self, x: float, y: float, words: str, size: float, **more: object) -> None:
        """Words at a place; never read as a formula, whatever signs they have."""
        font = FontProperties(family=self.families, size=size)
        style = {"color": signs.TEXT_INK, "va": "center", "zorder": 40} | more
        self.axes.text(x, y, fonts.drawable(words), fontproperties=font, parse_math=False, **style)
