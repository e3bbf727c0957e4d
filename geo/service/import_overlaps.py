"""Parcels of a file that lie over one another, or over neighbours that are there already."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy
import shapely

from geo.analysis.overlap import TooManyOverlaps, overlaps_with, overlaps_within, pairs_near
from geo.model.errors import N_
from geo.model.file_finding import FileFindings
from geo.service.import_matching import PresentFeatures

WHOLE_FROM_M2 = 100.0

MOST_AREAS = 200_000
"""More parcels are not held in memory; it is said then that they were not compared."""


@dataclass
class OverlapCheck:
    """Takes the areas of a file batch by batch and tells at the end which overlap.

    Parameters
    ----------
    present
        The features that are there; those that the file replaces are no neighbours of it.
    """

    present: PresentFeatures
    _rows: list[numpy.ndarray] = field(default_factory=list)
    _shapes: list[numpy.ndarray] = field(default_factory=list)
    _count: int = 0

    def add(self, rows: numpy.ndarray, shapes: numpy.ndarray) -> None:
        """Shapes in EPSG:4326 and their rows."""
        areas = numpy.isin(shapely.get_type_id(shapes), (3, 6))
        self._count += int(areas.sum())
        if self._count > MOST_AREAS:
            self._rows, self._shapes = [], []
        else:
            self._rows.append(rows[areas])
            self._shapes.append(shapes[areas])

    def tell(self, findings: FileFindings, replaced: set[str]) -> None:
        """Note every overlap by row.

        Parameters
        ----------
        replaced
            Ids of the features whose place the file's take.
        """
        if self._count > MOST_AREAS:
            message = N_("要素超过 %(most)s 个，没有查重叠")
            findings.add("overlaps_unchecked", message, most=MOST_AREAS)
        if self._rows:
            try:
                self._tell_overlaps(findings, replaced)
            except TooManyOverlaps as fault:
                findings.add("overlaps_unchecked", fault.message, **fault.params)

    def _tell_overlaps(self, findings: FileFindings, replaced: set[str]) -> None:
        rows, shapes = numpy.concatenate(self._rows), numpy.concatenate(self._shapes)
        for each in overlaps_within(shapes):
            message = N_("与第 %(other)s 行重叠 %(area)s ㎡")
            first, second = sorted((int(rows[each.first]), int(rows[each.second])))
            findings.add("overlap", message, row=second, field="geometry", other=first, area=_rounded(each.area_m2))
        neighbours = list(self._neighbours(shapes, replaced))
        for each in overlaps_with(shapes, [shape for _, _, shape in neighbours]):
            feature_id, name, _ = neighbours[each.second]
            message = N_("与已有的“%(name)s”（%(id)s）重叠 %(area)s ㎡")
            findings.add(
                "overlap", message, row=int(rows[each.first]), field="geometry",
                name=name or feature_id, id=feature_id, area=_rounded(each.area_m2),
            )  # fmt: skip

    def _neighbours(self, shapes: numpy.ndarray, replaced: set[str]) -> Iterator[tuple[str, object, shapely.Geometry]]:
        """Id, name and shape of the areas that are there and in use, near the file's."""
        ids, tree = self.present.areas
        if tree is None:
            return
        for place in numpy.unique(pairs_near(tree, shapes)[1]):
            known = self.present.by_id[ids[place]]
            if known.feature_id not in replaced and known.values.get("retired_on") is None:
                yield known.feature_id, known.values.get("name"), tree.geometries[place]


def _rounded(area_m2: float) -> float:
    """To the hundredth where that matters."""
    return round(area_m2) if area_m2 >= WHOLE_FROM_M2 else round(area_m2, 2)
