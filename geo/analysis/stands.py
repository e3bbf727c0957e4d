"""Where a parcel stands, in a corner or at a front, and what fits there; in a plane of metres."""

import math
from dataclasses import dataclass, replace

import numpy
import shapely

STRIP, RAG = 4.0, 0.7
"""Length over width of a parcel that is no strip, and share of its parallelogram of one that is no rag."""


@dataclass(frozen=True)
class Stand:
    """Where parcels stand: at a corner, or centred on a front.

    Parameters
    ----------
    origin
        Corner of the land, or the middle of the front, metres.
    along, across
        Unit vectors: along the first road, and along the second one or away from the first.
    is_centred
        Whether a parcel's middle, not its corner, stands at the origin.
    """

    origin: numpy.ndarray
    along: numpy.ndarray
    across: numpy.ndarray
    is_centred: bool = False

    @property
    def sine(self) -> float:
        return abs(float(self.along[0] * self.across[1] - self.along[1] * self.across[0]))

    def parcel(self, width_m: float, depth_m: float) -> shapely.Polygon:
        """A parallelogram of a width along and a depth across."""
        start = self.origin - self.along * width_m / 2 if self.is_centred else self.origin
        sides = [start, start + self.along * width_m, start + self.along * width_m + self.across * depth_m]
        return shapely.Polygon([*sides, start + self.across * depth_m])

    def is_broad(self, aspect: float) -> bool:
        """Whether a parallelogram, its width so many times its depth, is no strip; a slanting one is so sooner."""
        longer, cosine = max(aspect, 1 / aspect), abs(float(self.along @ self.across))
        return longer + cosine <= STRIP * self.sine

    def kite(self, area_m2: float) -> shapely.Polygon:
        """Equally long beside both roads, its other sides square to them."""
        half = math.acos(float(self.along @ self.across)) / 2
        side_m = math.sqrt(area_m2 / math.tan(half))
        middle = (self.along + self.across) / (2 * math.cos(half))
        far = self.origin + middle * side_m / math.cos(half)
        return shapely.Polygon(
            [self.origin, self.origin + self.along * side_m, far, self.origin + self.across * side_m]
        )

    def reach(self, shape: shapely.Polygon) -> tuple[float, float]:
        """How far a shape goes along and across, measured from the origin along the two directions."""
        offsets = shapely.get_coordinates(shape) - self.origin
        parts = numpy.linalg.solve(numpy.column_stack([self.along, self.across]), offsets.T)
        return float(parts[0].max()), float(parts[1].max())

    def extent(self, shape: shapely.Polygon) -> tuple[float, float]:
        """Width and depth of the parallelogram around a shape."""
        offsets = shapely.get_coordinates(shape) - self.origin
        parts = numpy.linalg.solve(numpy.column_stack([self.along, self.across]), offsets.T)
        return float(numpy.ptp(parts[0])), float(numpy.ptp(parts[1]))

    def moved(self, along_m: float = 0.0, across_m: float = 0.0) -> "Stand":
        return replace(self, origin=self.origin + self.along * along_m + self.across * across_m)


@dataclass(frozen=True)
class Fit:
    """A parcel that was found.

    Parameters
    ----------
    shape
        In metres.
    is_whole
        Whether it has the stated area; else the block is too small.
    crosses_minor
        Whether minor ways lead over it.
    is_sensible
        Whether it is neither a strip nor a rag.
    moved_m
        How far along the road from its place, which others have.
    aside_m
        How far from its place, which is too narrow for it.
    """

    shape: shapely.Polygon
    is_whole: bool = True
    crosses_minor: bool = False
    is_sensible: bool = True
    moved_m: float = 0.0
    aside_m: float = 0.0

    @property
    def away_m(self) -> float:
        """How far it stands from where it might stand as well."""
        return self.moved_m + self.aside_m


def is_sensible(stand: Stand, shape: shapely.Polygon) -> bool:
    """Whether a shape is neither a strip nor a rag: how long it is, and how much it has of its parallelogram."""
    width_m, depth_m = stand.extent(shape)
    aspect = max(width_m, 1e-9) / max(depth_m, 1e-9)
    return stand.is_broad(aspect) and shape.area >= RAG * width_m * depth_m * stand.sine
