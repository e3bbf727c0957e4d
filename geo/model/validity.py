"""What is wrong with a shape, in words that a planner knows, and where."""

import re

import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.errors import N_
from geo.model.remark import Remark

REASONS: dict[str, str] = {
    "Self-intersection": N_("边界自相交%(where)s"),
    "Ring Self-intersection": N_("边界在一点自相接%(where)s"),
    "Hole lies outside shell": N_("洞在外边界之外%(where)s"),
    "Holes are nested": N_("洞套着洞%(where)s"),
    "Nested holes": N_("洞套着洞%(where)s"),
    "Nested shells": N_("外边界互相嵌套%(where)s"),
    "Interior is disconnected": N_("内部被洞切断%(where)s"),
    "Duplicate Rings": N_("边界重复%(where)s"),
    "Too few points in geometry component": N_("边界点太少%(where)s"),
    "Invalid Coordinate": N_("坐标不是有限的数%(where)s"),
    "Ring is not closed": N_("边界没有闭合%(where)s"),
}
"""GEOS' reasons (`IsValidOp`), without the place."""

_REASON = re.compile(r"(?P<reason>[^\[]+?)\s*(?:\[(?P<place>[^\]]*)\])?")


def invalid_reason(shape: BaseGeometry) -> Remark:
    """Why a shape is not valid; a reason that is not known stays in GEOS' words."""
    said = shapely.is_valid_reason(shape)
    match = _REASON.fullmatch(said)
    where = f" [{match['place']}]" if match and match["place"] else ""
    message = REASONS.get(match["reason"]) if match else None
    return Remark(message, where=where) if message else Remark("%(reason)s", reason=said)
