"""Texts that stand within areas: in drawings of surveys the name or number of a parcel is written into it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import shapely

MOST_TEXTS = 50_000
AT_ONCE = 50
MOST_PAIRS = 2_000_000
"""Of an area and a text in it, in a batch; no drawing that anybody can read has more."""

MOST_IN_ONE = 8
"""Texts that may be the label of one area; what holds more, such as the limits of a district, is not named by them."""


@dataclass(frozen=True)
class Label:
    """A text and its middle, in units of the drawing."""

    x: float
    y: float
    text: str


def middle_of(x: float, y: float, text: str, height: float, rotation: float) -> Label:
    """A text that begins at a place; Chinese signs are as wide as high, others about half."""
    width = height * sum(1.0 if ord(sign) > 0x2E7F else 0.6 for sign in text)
    turn = math.radians(rotation)
    along, up = width / 2, height / 2
    return Label(
        x + along * math.cos(turn) - up * math.sin(turn), y + along * math.sin(turn) + up * math.cos(turn), text
    )


class Labels:
    """The texts of a drawing, looked up by area."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self._labels = labels
        self._tree = shapely.STRtree(shapely.points([(label.x, label.y) for label in labels])) if labels else None

    def of(self, shapes: numpy.ndarray) -> dict[int, str]:
        """By place among shapes, the texts within each area from top to bottom; of nested areas in the innermost."""
        areas = numpy.flatnonzero(numpy.isin(shapely.get_type_id(shapes), (3, 6)) & shapely.is_valid(shapes))
        if self._tree is None or not len(areas):
            return {}
        areas = areas[numpy.argsort(-shapely.area(shapes[areas]), kind="stable")]
        innermost: dict[int, int] = {}
        pairs = 0
        for start in range(0, len(areas), AT_ONCE):
            some = areas[start : start + AT_ONCE]
            places, texts = self._tree.query(shapes[some], predicate="contains")
            pairs += len(places)
            if pairs > MOST_PAIRS:
                return {}
            order = numpy.argsort(places, kind="stable")
            innermost |= zip(texts[order].tolist(), some[places[order]].tolist(), strict=True)  # the smallest stays
        within: dict[int, list[Label]] = {}
        for text, place in innermost.items():
            within.setdefault(place, []).append(self._labels[text])
        return {
            place: " ".join(label.text for label in sorted(found, key=lambda label: (-label.y, label.x)))
            for place, found in within.items()
            if len(found) <= MOST_IN_ONE
        }
