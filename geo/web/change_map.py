"""A change of a shape on a small map: before and after on the store's own roads, rivers and outlines, north up."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from flask_babel import format_decimal
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import area_m2
from geo.model.crs import GEOD
from geo.model.feature_query import FeatureQuery
from geo.model.units import SQUARE_METRES_PER_MU
from geo.store.base import Store

SIDE = 240
"""Units of the picture, whose width and height are the same."""

LEAST_M, MARGIN = 400.0, 1.6
"""The side of the map in metres at least, and in lengths of what it shows."""

BARS_M = tuple(digit * 10.0**power for power in range(1, 7) for digit in (1, 2, 5))
LONGEST_BAR = SIDE / 3
MOST_GROUND = 200
POINT_SIZE = 6
"""Units: a point is a square of that size."""


@dataclass(frozen=True)
class ChangeMap:
    """Paths of an SVG picture of `SIDE` by `SIDE`.

    Parameters
    ----------
    ground
        Reference lines and outlines.
    bar, bar_words
        Length of the scale bar in units, and what it stands for.
    words
        Areas of polygons before and after.
    """

    before: str
    after: str
    ground: str
    bar: float
    bar_words: str
    words: str


class _Window:
    """The part of the Earth that a map shows; small enough for a plane through its middle."""

    def __init__(self, shapes: list[BaseGeometry]) -> None:
        west, south, east, north = shapely.total_bounds(shapes)
        self.lon, self.lat = (west + east) / 2, (south + north) / 2
        self.metres_lon, self.metres_lat = (
            GEOD.inv(self.lon, self.lat, self.lon + step_lon, self.lat + step_lat)[2] / 0.01
            for step_lon, step_lat in ((0.01, 0), (0, 0.01))
        )
        widest_m = max((east - west) * self.metres_lon, (north - south) * self.metres_lat)
        self.side_m = max(LEAST_M, MARGIN * widest_m)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        half_lon, half_lat = self.side_m / 2 / self.metres_lon, self.side_m / 2 / self.metres_lat
        return self.lon - half_lon, self.lat - half_lat, self.lon + half_lon, self.lat + half_lat

    def path(self, shape: BaseGeometry | None) -> str:
        """The outlines of a shape."""
        return "" if shape is None else "".join(f"M{'L'.join(self._points(line))}" for line in _outlines(shape))

    def _points(self, line: BaseGeometry) -> Iterator[str]:
        units = SIDE / self.side_m
        if line.geom_type == "Point":
            x, y = self._units(line.x, line.y, units)
            half = POINT_SIZE / 2
            corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
            yield from (f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in corners)
            return
        for lon, lat in shapely.get_coordinates(line).tolist():
            x, y = self._units(lon, lat, units)
            yield f"{x:.1f} {y:.1f}"

    def _units(self, lon: float, lat: float, units: float) -> tuple[float, float]:
        return (
            SIDE / 2 + (lon - self.lon) * self.metres_lon * units,
            SIDE / 2 - (lat - self.lat) * self.metres_lat * units,
        )


def change_map(store: Store, before: BaseGeometry | None, after: BaseGeometry | None) -> ChangeMap | None:
    """Both shapes on the ground around them; None where neither is there.

    Parameters
    ----------
    before, after
        In EPSG:4326.
    """
    present = [shape for shape in (before, after) if shape is not None and not shape.is_empty]
    if not present:
        return None
    window = _Window(present)
    bar_m = max((bar for bar in BARS_M if bar * SIDE / window.side_m <= LONGEST_BAR), default=BARS_M[0])
    return ChangeMap(
        window.path(before),
        window.path(after),
        "".join(window.path(shape) for shape in _ground(store, window.bounds)),
        round(bar_m * SIDE / window.side_m, 1),
        f"{format_decimal(bar_m / 1000)} km" if bar_m >= 1000 else f"{bar_m:.0f} m",
        _sizes(before, after),
    )


def _ground(store: Store, bounds: tuple[float, float, float, float]) -> Iterator[BaseGeometry]:
    """Lines and outlines of the reference layers that are shown at first, as far as they reach into the window."""
    for layer in store.catalog.reference:
        if layer.geometry is None or layer.geometry == "Point" or not layer.style.visible:
            continue
        for wkb in store.read_page(layer.id, FeatureQuery(bbox=bounds, limit=MOST_GROUND)).wkb:
            if wkb is not None:
                yield from (shapely.clip_by_rect(line, *bounds) for line in _outlines(shapely.from_wkb(wkb)))


def _outlines(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield from (part.exterior, *part.interiors)
        elif not part.is_empty:
            yield part


def _sizes(before: BaseGeometry | None, after: BaseGeometry | None) -> str:
    sizes = [
        _("%(area)s 亩", area=format_decimal(round(area_m2(shape) / SQUARE_METRES_PER_MU, 2)))
        if shape is not None and "Polygon" in shape.geom_type
        else ""
        for shape in (before, after)
    ]
    return " → ".join(filter(None, sizes))
