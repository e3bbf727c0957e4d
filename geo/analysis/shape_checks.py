"""What can be wrong with the shapes of a file: told from the coordinates alone, a batch at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

import numpy
import shapely

from geo.model.errors import N_
from geo.model.validity import REASONS, invalid_reason

CROSSING = (REASONS["Self-intersection"], REASONS["Ring Self-intersection"])
MANY_CORNERS = 100_000
SAMPLED_SEGMENTS = 2_000
MOST_PAIRS = 2e8
"""Segments whose bounds meet that GEOS can look at within seconds."""

Tell = Callable[..., None]
"""Takes code, message, row, field and the message's parameters, as `FileFindings.add` does."""


def check_shapes(
    shapes: numpy.ndarray, rows: Sequence[int], tell: Tell, *, outer_rings: Literal["ccw", "cw"] | None = None
) -> numpy.ndarray:
    """Tell what is wrong with each shape; returns which are sound: there, finite and valid.

    Parameters
    ----------
    shapes
        In any CRS.
    rows
        What each is called.
    outer_rings
        Which way they are to run, where the format has a rule.
    """
    missing = shapely.is_missing(shapes)
    empty = shapely.is_empty(shapes) & ~missing
    finite = _finite(shapes)
    looked_at = ~missing & ~empty & finite
    complex_ones = _tangled(shapes, rows, looked_at, tell)
    valid = numpy.zeros(len(shapes), dtype=bool)
    looked_at[complex_ones] = False
    valid[looked_at] = shapely.is_valid(shapes[looked_at])
    for place in numpy.flatnonzero(empty):
        tell("empty_geometry", N_("几何是空的"), row=int(rows[place]), field="geometry")
    for place in numpy.flatnonzero(~missing & ~empty & ~finite):
        tell("non_finite", N_("几何里有不是有限的坐标"), row=int(rows[place]), field="geometry")
    for place in numpy.flatnonzero(looked_at & ~valid):
        reason = invalid_reason(shapes[place])
        code = "self_intersection" if reason.message in CROSSING else "invalid_geometry"
        tell(code, N_("几何无效：%(reason)s"), row=int(rows[place]), field="geometry", reason=reason)
    if outer_rings is not None:
        _check_order(shapes, numpy.flatnonzero(valid), rows, tell, outer_rings)
    return valid


def _tangled(shapes: numpy.ndarray, rows: Sequence[int], looked_at: numpy.ndarray, tell: Tell) -> list[int]:
    """Places of huge shapes whose validity would take hours to tell, judged by a sample of their segments."""
    found = []
    for place in numpy.flatnonzero(looked_at & (shapely.get_num_coordinates(shapes) > MANY_CORNERS)):
        pairs, crossing = _sampled_pairs(shapes[place])
        if pairs <= MOST_PAIRS:
            continue
        found.append(int(place))
        code = "self_intersection" if crossing else "too_complex"
        message = N_("边界自相交，有 %(count)s 个点") if crossing else N_("有 %(count)s 个点而且纠缠，无法检查")
        count = int(shapely.get_num_coordinates(shapes[place]))
        tell(code, message, row=int(rows[place]), field="geometry", count=count)
    return found


def _sampled_pairs(shape: shapely.Geometry) -> tuple[float, bool]:
    """About how many pairs of segments have bounds that meet, and whether any of the sample cross."""
    points = shapely.get_coordinates(shape)
    count = len(points) - 1
    chosen = numpy.random.default_rng(0).choice(count, min(SAMPLED_SEGMENTS, count), replace=False)
    segments = shapely.linestrings(numpy.stack([points[chosen], points[chosen + 1]], axis=1))
    first, second = shapely.STRtree(segments).query(segments)
    once = first < second
    crossing = bool(shapely.crosses(segments[first[once]], segments[second[once]]).any())
    return float(once.sum()) * (count / len(chosen)) ** 2, crossing


def _finite(shapes: numpy.ndarray) -> numpy.ndarray:
    """Whether all coordinates of each shape are numbers."""
    coordinates, place = shapely.get_coordinates(shapes, return_index=True)
    bad = ~numpy.isfinite(coordinates).all(axis=1)
    finite = numpy.ones(len(shapes), dtype=bool)
    finite[place[bad]] = False
    return finite


def _check_order(
    shapes: numpy.ndarray, places: numpy.ndarray, rows: Sequence[int], tell: Tell, outer_rings: str
) -> None:
    parts, place = shapely.get_parts(shapes[places], return_index=True)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, place = parts[is_polygon], place[is_polygon]
    turns_left = shapely.is_ccw(shapely.get_exterior_ring(parts))
    wrong = turns_left != (outer_rings == "ccw")
    for each in numpy.unique(place[wrong]):
        message = N_("外圈是顺时针，RFC 7946 要求逆时针") if outer_rings == "ccw" else N_("外圈是逆时针，应为顺时针")
        tell("ring_order", message, row=int(rows[places[each]]), field="geometry")


@dataclass
class Repeats:
    """Finds what occurs twice among any number of things, by their hashes.

    Parameters
    ----------
    rows, hashes
        Filled batch by batch.
    """

    rows: list[numpy.ndarray] = field(default_factory=list)
    hashes: list[numpy.ndarray] = field(default_factory=list)

    def add(self, rows: Sequence[int], values: Iterable[bytes]) -> None:
        made = b"".join([blake2b(value, digest_size=8).digest() for value in values])
        self.rows.append(numpy.asarray(rows, dtype=numpy.int64))
        self.hashes.append(numpy.frombuffer(made, dtype=numpy.uint64))

    def add_shapes(self, rows: Sequence[int], shapes: numpy.ndarray) -> None:
        """Shapes alike but for the order of their parts and the starts of their rings are the same."""
        rows = numpy.asarray(rows)
        there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
        self.add(rows[there], shapely.to_wkb(shapely.normalize(shapes[there])))

    def found(self) -> Iterator[tuple[int, int]]:
        """Each row that repeats an earlier one, and that one."""
        if not self.rows:
            return
        rows, hashes = numpy.concatenate(self.rows), numpy.concatenate(self.hashes)
        order = numpy.argsort(hashes, kind="stable")
        first = numpy.concatenate([[True], hashes[order][1:] != hashes[order][:-1]])
        begins = numpy.maximum.accumulate(numpy.where(first, numpy.arange(len(order)), 0))
        again = numpy.flatnonzero(~first)
        pairs = numpy.column_stack([rows[order[again]], rows[order[begins[again]]]])
        yield from ((int(row), int(earlier)) for row, earlier in pairs[numpy.argsort(pairs[:, 0], kind="stable")])


@dataclass
class Extent:
    """The bounds of any number of shapes; None while there is none."""

    bounds: tuple[float, float, float, float] | None = None

    def add(self, shapes: numpy.ndarray) -> None:
        bounds = shapely.bounds(shapes)
        bounds = bounds[numpy.isfinite(bounds).all(axis=1)]
        if not len(bounds):
            return
        west, south = bounds[:, :2].min(axis=0)
        east, north = bounds[:, 2:].max(axis=0)
        own = (float(west), float(south), float(east), float(north))
        known = self.bounds or own
        self.bounds = (
            min(known[0], own[0]), min(known[1], own[1]), max(known[2], own[2]), max(known[3], own[3])
        )  # fmt: skip


MOST_REPAIRED = 20_000
"""Corners of a shape that a repair is offered for; it takes time with the square of the crossings."""


def repaired(shape: shapely.Geometry) -> shapely.Geometry | None:
    """A valid shape of the same kind, or None where there is none: too large, or nothing left."""
    if shapely.get_num_coordinates(shape) > MOST_REPAIRED:
        return None
    kind = shape.geom_type.removeprefix("Multi")
    made = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(made) if part.geom_type == kind and not part.is_empty]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else getattr(shapely, f"Multi{kind}")(parts)
