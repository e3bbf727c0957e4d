"""A map picture drawn with Matplotlib: PNG, PDF or SVG, without a browser and without a window system."""

import io
import threading
from collections.abc import Iterable

import numpy
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from shapely.geometry.base import BaseGeometry

from geo.exchange import fonts
from geo.exchange.map_picture import furniture, labels, signs
from geo.exchange.map_picture.content import Frame, Ground, Picture
from geo.exchange.map_picture.sheet import Sheet

SMALLEST_OUTLINE_MM = 1.8
"""A smaller shape is shown by its marker alone."""
ROAD_PT_PER_WEIGHT, ROAD_PT = 0.3, (1.6, 4.0)

_one_at_a_time = threading.Lock()
"""Matplotlib keeps fonts and settings for the whole process."""


def draw(picture: Picture, format_name: str, dpi: int) -> bytes:
    """The picture as a file.

    Parameters
    ----------
    format_name
        `png`, `pdf` or `svg`.
    dpi
        Dots per inch of a PNG.
    """
    with _one_at_a_time:
        figure = Figure(figsize=(picture.width_mm / 25.4, picture.height_mm / 25.4), facecolor=signs.PAPER)
        FigureCanvasAgg(figure)
        _Drawing(figure, picture, _font()).draw()
        file = io.BytesIO()
        moment = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}[format_name]
        figure.savefig(file, format=format_name, dpi=dpi, metadata=moment)
    return file.getvalue()


def _font() -> list[str]:
    """Families in their order; the second one has what the first one lacks."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in (fonts.sans(), fonts.others()):
        if str(path) not in known:
            fontManager.addfont(path)
    names = {str(entry.fname): entry.name for entry in fontManager.ttflist}
    return [names[str(fonts.sans())], names[str(fonts.others())]]


class _Drawing(Sheet):
    """The sheet with its map."""

    def __init__(self, figure: Figure, picture: Picture, families: list[str]) -> None:
        super().__init__(figure, picture, families)
        self.window = _window(self.frame)

    def draw(self) -> None:
        clip = self._patch(_rectangle(self.frame, facecolor=signs.GROUND_COLOUR, edgecolor="none"), 0)
        for ground in self.picture.ground:
            self._ground(ground, clip)
        names = [*self._features(clip), *self._ground_names()]
        furniture.on_map(self)
        taken = [*furniture.covered(self.picture), *self._markers()]
        edges = self.frame.left_mm, self.frame.bottom_mm, *_far_corner(self.frame)
        for name in labels.place(names, taken, edges):
            self._name(name)
        self._patch(_rectangle(self.frame, facecolor="none", edgecolor=signs.TEXT_INK, linewidth=0.8), 30)
        furniture.around_map(self)

    def _patch(self, patch, zorder: float, clip: PathPatch | None = None):
        patch.set_zorder(zorder)
        self.axes.add_patch(patch)
        if clip is not None:
            patch.set_clip_path(clip)
        return patch

    def _ground(self, ground: Ground, clip: PathPatch) -> None:
        shape = self._seen(ground.shape)
        if shape is None:
            return
        if ground.look == "area":
            path = _path(shape)
            if path is not None:
                self._patch(PathPatch(path, facecolor=ground.colour, edgecolor="none", alpha=0.07), 1, clip)
                edge = PathPatch(path, facecolor="none", edgecolor=ground.colour, linewidth=ground.weight * 0.6)
                self._patch(edge, 4, clip)
            return
        for lines, zorder in _strokes(ground, _lines(shape)):
            lines.set_zorder(zorder)
            self.axes.add_collection(lines, autolim=False)  # which clips it to the sheet, so the window comes after
            lines.set_clip_path(clip)

    def _features(self, clip: PathPatch) -> Iterable[labels.Wanted]:
        """Draw the features; returns their names."""
        for feature in self.picture.features:
            shape = self._on_sheet(feature.shape)
            x, y = _middle(shape)
            if not self.window.covers(shapely.Point(x, y)) and not self.window.intersects(shape):
                continue
            faded = 0.6 if feature.later else 1.0
            size = max(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
            path = _path(shape) if size >= SMALLEST_OUTLINE_MM else None
            if path is not None:
                patch = signs.outline(path, feature.lamp, feature.basis, feature.colour, faded=faded)
                self._patch(patch, 10, clip)
            if feature.accuracy_m:
                self._patch(signs.accuracy_circle(x, y, feature.accuracy_m * self.frame.mm_per_m), 9, clip)
            schematic = feature.basis == "schematic"
            sign = signs.marker(feature.lamp, x, y, schematic=schematic, colour=feature.colour, faded=faded)
            self._patch(sign, 20, clip)
            if feature.name:
                yield labels.Wanted(
                    labels.shortened(feature.name), 6.2, 20 if schematic else 10, x, y, faint=schematic or feature.later
                )

    def _markers(self) -> list[labels.Box]:
        half = signs.MARKER_MM * 1.2
        middles = (_middle(self._on_sheet(feature.shape)) for feature in self.picture.features)
        return [(x - half, y - half, x + half, y + half) for x, y in middles]

    def _ground_names(self) -> Iterable[labels.Wanted]:
        for ground in self.picture.ground:
            shape = self._seen(ground.shape) if ground.name else None
            if shape is None:
                continue
            text = labels.shortened(ground.name)
            if ground.look == "area":
                yield labels.Wanted(text, 6.0, 60, *_middle(shape), gap_mm=0.0, faint=True)
            elif line := labels.straight_part(shape):
                yield labels.Wanted(text, 5.6, 50, line=line, faint=True)

    def _name(self, placed: labels.Placed) -> None:
        text, more = placed.label.text, {"rotation": placed.slope_deg}
        if placed.upright:  # Chinese runs down the line, other scripts turn with it
            more = {"rotation": 90}
            if all(ord(sign) > 0x2E7F for sign in text):
                step = placed.label.size_pt * labels.MM_PER_PT * 1.02
                for at, sign in enumerate(text):
                    self._halo(placed.x, placed.y + ((len(text) - 1) / 2 - at) * step, sign, placed.label)
                return
        self._halo(placed.x, placed.y, text, placed.label, **more)

    def _halo(self, x: float, y: float, words: str, label: labels.Wanted, **more: object) -> None:
        colour = signs.FAINT_INK if label.faint else signs.TEXT_INK
        self.text(x, y, words, label.size_pt, ha="center", color=colour, path_effects=furniture.HALO, **more)

    def _on_sheet(self, shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda points: on_sheet(self.frame, points))

    def _seen(self, shape: BaseGeometry) -> BaseGeometry | None:
        """The part of a shape in the window, on the sheet."""
        part = shapely.clip_by_rect(self._on_sheet(shape), *self.window.buffer(2).bounds)
        return None if part.is_empty else part


def on_sheet(frame: Frame, points: numpy.ndarray) -> numpy.ndarray:
    """Points of the plane, metres, as mm on the sheet."""
    corner = numpy.array(frame.bounds[:2])
    return (points[:, :2] - corner) * frame.mm_per_m + (frame.left_mm, frame.bottom_mm)


def _window(frame: Frame) -> BaseGeometry:
    return shapely.box(frame.left_mm, frame.bottom_mm, *_far_corner(frame))


def _far_corner(frame: Frame) -> tuple[float, float]:
    return frame.left_mm + frame.width_mm, frame.bottom_mm + frame.height_mm


def _rectangle(frame: Frame, **style: object) -> Rectangle:
    return Rectangle((frame.left_mm, frame.bottom_mm), frame.width_mm, frame.height_mm, **style)


def _strokes(ground: Ground, lines: list[numpy.ndarray]) -> list[tuple[LineCollection, float]]:
    """The lines of a road, railway or anything else, with their order from below."""
    if ground.look == "road":
        lowest, highest = ROAD_PT
        width = min(max(ground.weight * ROAD_PT_PER_WEIGHT, lowest), highest)
        dashes = (0, (4, 2.5)) if ground.unsure else "solid"
        edge = LineCollection(lines, colors=signs.ROAD_EDGE, linewidths=width + 1.1, linestyles=[dashes])
        return [(edge, 2), (LineCollection(lines, colors=signs.PAPER, linewidths=width), 3)]
    if ground.look == "railway":
        band = LineCollection(lines, colors=ground.colour, linewidths=2.0)
        return [(band, 5), (LineCollection(lines, colors=signs.PAPER, linewidths=1.1, linestyles=[(0, (5, 5))]), 6)]
    return [(LineCollection(lines, colors=ground.colour, linewidths=max(ground.weight * 0.6, 0.5)), 5)]


def _lines(shape: BaseGeometry) -> list[numpy.ndarray]:
    parts = getattr(shape, "geoms", [shape])
    return [shapely.get_coordinates(part) for part in parts if part.geom_type in ("LineString", "LinearRing")]


def _path(shape: BaseGeometry) -> Path | None:
    """The rings of polygons as one path; None where there are none."""
    polygons = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and not part.is_empty]
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    if not rings:
        return None
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    """Where a marker goes: on the shape, in the middle where that lies on it."""
    middle = shape.centroid
    if shape.geom_type in ("Polygon", "MultiPolygon") and not shape.intersects(middle):
        middle = shape.representative_point()
    return middle.x, middle.y
