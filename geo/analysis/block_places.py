"""A place in the block between roads: all of it, drawn in a little, or a parcel in a corner of a block much larger.

Whatever is drawn leaves out the land of others, and is land that others leave out.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis import blocks
from geo.analysis.blocks import Block
from geo.analysis.corners import corners_of
from geo.analysis.crossings import Crossing
from geo.analysis.measuring import to_degrees, to_plane
from geo.analysis.meetings import Unlocated
from geo.analysis.places import SHAPE_UNKNOWN, Place, Placer, in_mu, outlined
from geo.analysis.stands import Fit
from geo.model.errors import N_
from geo.model.remark import Remark

FILLS_BLOCK = 0.7
"""Share of a block from which on a parcel is thought to be the whole block, drawn in a little."""

NO_AREA = Remark(N_("没有面积，只定到街区，地块须人工落图"))

SAME_AREA = 0.005
IN_BLOCK_M = 0.1


def place_in_block(
    placer: Placer, block: Block, area_m2: float | None, doubts: Sequence[Remark], corners: Sequence[Crossing]
) -> Place:
    """The block; drawn in where the stated area is a little less; a parcel in one of its corners where it is much less.

    Parameters
    ----------
    doubts
        Of the roads that close it.
    corners
        Crossings of these roads, in the order in which they are named.

    Raises
    ------
    Unlocated
        If other parcels leave nothing of it for the stated area; without an area it is a point there.
    """
    doubts = list(doubts)
    gap_m = max((meeting.gap_m for _, meeting in block.corners), default=0.0)
    if gap_m:
        doubts.append(Remark(N_("围合的道路在道路数据里没有全部相接，最大缺口 %(gap_m)s 米"), gap_m=round(gap_m)))
    ground = blocks.without_roads(placer.network, block)
    near = numpy.intersect1d(block.rows, placer.network.tree.query(outlined(ground, block.crs).buffer(1e-3)))
    error_m = math.hypot(float(numpy.nanmax(placer.network.errors_m[near])), gap_m)
    shape = ground
    if others := placer.standing_in(outlined(ground, block.crs)):
        try:
            shape = blocks.without_others(ground, [to_plane(each, block.crs) for each in others])
        except Unlocated as reason:
            if area_m2 is not None:
                raise
            place = _only_block(block, ground, (*doubts, Remark(reason.message, **reason.params), NO_AREA))
            return placer.assuming(replace(place, accuracy_m=error_m + place.accuracy_m), near)
        doubts.append(Remark(N_("街区里已有别的地块，已避开")))
    through = _roads_through(placer, block)
    if area_m2 is not None and area_m2 < FILLS_BLOCK * shape.area:
        place = _somewhere(placer, block, shape, area_m2, corners)
        place = replace(place, accuracy_m=error_m + place.accuracy_m, doubts=(*doubts, *through, *place.doubts))
    else:
        place = _whole(placer, block, shape, area_m2, error_m, doubts).doubting_too(*through)
    return placer.assuming(place, near)


def _whole(
    placer: Placer, block: Block, shape: BaseGeometry, area_m2: float | None, error_m: float, doubts: list[Remark]
) -> Place:
    """All of a block, or what is left of it when it is drawn in to the area."""
    assumed = (Remark(N_("没有面积，画的是整个街区")),) if area_m2 is None else ()
    if area_m2 is not None and area_m2 < (1 - SAME_AREA) * shape.area:
        shape = blocks.shrunk_to(shape, area_m2)
    elif area_m2 is not None and area_m2 > (1 + SAME_AREA) * shape.area:
        message = N_("所围街区约 %(drawn)s 亩，放不下所述 %(stated)s 亩，画的是整个街区")
        doubts = [*doubts, Remark(message, drawn=in_mu(shape.area), stated=in_mu(area_m2))]
    outline = outlined(shape, block.crs)
    placer.take(outline)
    return Place(outline, error_m, doubts=tuple(doubts), assumptions=assumed, is_certain=not doubts)


def _somewhere(placer: Placer, block: Block, free: BaseGeometry, area_m2: float, corners: Sequence[Crossing]) -> Place:
    """A parcel in a block that is much larger: where in it is not told, so its accuracy reaches all of it."""
    areas = {"drawn": in_mu(free.area), "stated": in_mu(area_m2)}
    for crossing in corners:
        fit = _in_corner(placer, block, crossing, area_m2)
        if fit is not None:
            shape = outlined(fit, block.crs)
            placer.take(shape)
            message = N_(
                "所围街区可用约 %(drawn)s 亩，所述 %(stated)s 亩，没有写明在何处，画在“%(first)s”与“%(second)s”一角"
            )
            doubt = Remark(message, first=crossing.roads[0], second=crossing.roads[1], **areas)
            accuracy_m = _farthest_m(fit.centroid, block.outline)
            return Place(shape, accuracy_m, doubts=(doubt,), assumptions=(SHAPE_UNKNOWN,))
    message = N_("所围街区可用约 %(drawn)s 亩，所述 %(stated)s 亩，没有写明在街区内何处，只定到街区，地块须人工落图")
    return _only_block(block, free, (Remark(message, **areas),))


def _only_block(block: Block, land: BaseGeometry, doubts: tuple[Remark, ...]) -> Place:
    """A point for what is known to be in a block, and no better; without the error of the roads."""
    point = shapely.point_on_surface(land)
    return Place(to_degrees(point, block.crs), _farthest_m(point, block.outline), doubts=doubts)


def _in_corner(placer: Placer, block: Block, crossing: Crossing, area_m2: float) -> BaseGeometry | None:
    """The next parcel in a corner that is in the block, in the block's plane; None where there is no room."""
    ground = placer.ground(crossing.lon, crossing.lat, area_m2)
    for corner in corners_of(crossing):
        queue = placer.queue(ground, crossing, corner)
        inside = shapely.Point(queue.stand.origin + queue.stand.along + queue.stand.across)
        if corner.is_extended or not block.outline.contains(_moved(inside, ground.crs, block.crs)):
            continue
        fit: Fit | None = placer.next_in(queue, ground, area_m2)
        if fit is not None and fit.is_whole and fit.is_sensible:
            shape = _moved(fit.shape, ground.crs, block.crs)
            if block.outline.buffer(IN_BLOCK_M).contains(shape):
                return shape
    return None


def _moved(shape: BaseGeometry, crs: str, to: str) -> BaseGeometry:
    """A shape in another plane: near the border of two zones."""
    return shape if crs == to else to_plane(to_degrees(shape, crs), to)


def _farthest_m(point: shapely.Point, shape: BaseGeometry) -> float:
    return float(numpy.hypot(*(shapely.get_coordinates(shape) - shapely.get_coordinates(point)).T).max())


def _roads_through(placer: Placer, block: Block) -> tuple[Remark, ...]:
    inner = blocks.roads_through(placer.network, block)
    named = [each for each in inner if each is not None]
    if named:
        return (Remark(N_("街区内还有道路穿过：%(roads)s"), roads=", ".join(named)),)
    return (Remark(N_("街区内还有没有路名的道路穿过")),) if inner else ()
