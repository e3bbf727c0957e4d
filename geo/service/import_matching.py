"""Which features of a file are ones that are there: by id, by name or by place."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy
import shapely

from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.location import LocationBasis
from geo.store.base import Store

MATCHINGS = ("id", "name", "place")
LEAST_NAME, MOST_NAMES = 3, 2000
"""A shorter name says nothing; of more names, there or in a file, none is held against the others."""

LONGEST_NUMBER = 9
"""Digits that the number in an id has, if we gave it."""

LEAST_SHARE = 0.5
"""Of the smaller of two areas that must be common for them to be one place."""


@dataclass(frozen=True)
class PresentFeature:
    """A feature that is there."""

    feature_id: str
    revision: int
    values: Mapping[str, object]
    wkb: bytes | None


class PresentFeatures:
    """The features of a layer, retired ones included, since their ids are taken.

    Attributes
    ----------
    by_id
        All of them.
    """

    def __init__(self, store: Store, layer: Layer) -> None:
        self.layer = layer
        self.by_id = dict(_present(store, layer))
        self._likened = 0
        self._by_name = _unique({each.feature_id: each.values.get("name") for each in self.by_id.values()})

    def matches(
        self,
        matching: Sequence[str],
        ids: Sequence[str | None],
        names: Sequence[object],
        shapes: Sequence[shapely.Geometry | None],
    ) -> Iterator[tuple[int, tuple[str, str]]]:
        """Place, id and ground of each row that is a feature that is there.

        Parameters
        ----------
        matching
            Of `MATCHINGS`, those that count; the first that fits decides.
        ids, names, shapes
            A value a row; shapes in EPSG:4326.
        """
        if not self.by_id:
            return
        for place, shape in enumerate(shapes):
            if "id" in matching and ids[place] in self.by_id:
                yield place, (ids[place], "id")
            elif "name" in matching and names[place] in self._by_name:
                yield place, (self._by_name[names[place]], "name")
            elif "place" in matching and shape is not None and (found := self._at(shape)) is not None:
                yield place, (found, "place")

    def numbered(self, start: str) -> int:
        """The highest number that stands behind a beginning of ids; 0 where there is none."""
        ends = (feature_id.removeprefix(start) for feature_id in self.by_id if feature_id.startswith(start))
        return max((int(end) for end in ends if end.isdecimal() and len(end) <= LONGEST_NUMBER), default=0)

    def like(self, name: object) -> tuple[str, str] | None:
        """Id and name of a feature in use whose name holds this one, or is held by it."""
        if not isinstance(name, str) or len(name) < LEAST_NAME or self._likened >= MOST_NAMES:
            return None
        self._likened += 1
        return next(
            (
                (feature_id, other)
                for feature_id, other in self._names_in_use
                if name in other or (len(other) >= LEAST_NAME and other in name)
            ),
            None,
        )

    @cached_property
    def _names_in_use(self) -> list[tuple[str, str]]:
        known = [
            (each.feature_id, each.values["name"]) for each in self.by_id.values() if not each.values["retired_on"]
        ]
        known = [(feature_id, name) for feature_id, name in known if isinstance(name, str)]
        return known if len(known) <= MOST_NAMES else []

    @cached_property
    def areas(self) -> tuple[list[str], shapely.STRtree | None]:
        """Ids and shapes of the areas that are there, but for schematic ones; no tree where there are none."""
        if not (self.layer.geometry or "").endswith("Polygon"):
            return [], None
        known = [
            each
            for each in self.by_id.values()
            if each.wkb is not None and each.values.get("location_basis") != LocationBasis.SCHEMATIC
        ]
        shapes = shapely.from_wkb(numpy.array([each.wkb for each in known], dtype=object))
        return [each.feature_id for each in known], shapely.STRtree(shapes) if known else None

    def _at(self, shape: shapely.Geometry) -> str | None:
        """The one area that has most in common with a shape; None where there is none, or several."""
        ids, tree = self.areas
        if tree is None or not shape.is_valid or shape.area == 0:
            return None
        found = []
        for place in tree.query(shape, predicate="intersects"):
            other = tree.geometries[place]
            if other.area and shape.intersection(other).area / min(shape.area, other.area) >= LEAST_SHARE:
                found.append(ids[place])
        return found[0] if len(found) == 1 else None


def _present(store: Store, layer: Layer) -> Iterator[tuple[str, PresentFeature]]:
    for page in store.scan(layer.id, FeatureQuery(schematic=True, retired=True), batch=5000):
        for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True):
            values = dict(zip(page.columns, row, strict=True))
            kept = {name: values.get(name) for name in ("name", "location_basis", "retired_on")}
            yield feature_id, PresentFeature(feature_id, values["revision"], kept, wkb)


def _unique(names: Mapping[str, object]) -> dict[object, str]:
    """Ids by name, of names that only one feature has."""
    count = Counter(names.values())
    return {name: feature_id for feature_id, name in names.items() if name and count[name] == 1}
