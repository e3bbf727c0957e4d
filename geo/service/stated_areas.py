"""Areas that a file states of its parcels, held against their shapes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy
import shapely

from geo.model.crs import STORED_CRS, plane_around, projection
from geo.model.units import SQUARE_METRES_PER_MU

MU_NAMES = tuple(
    "land_area_mu area_mu zdmj 占地面积(亩) 用地面积(亩) 面积(亩) 占地面积（亩） 用地面积（亩） 面积（亩） 亩 亩数"
    " 占地面积 用地面积".split()
)
"""Fields, in small letters, that are in 亩."""

TOLERANCE, LEAST_MU = 0.01, 0.1
"""A difference of one in a hundred, or of 0.1 亩, is rounding."""


@dataclass(frozen=True)
class StatedArea:
    """The field that states areas in 亩."""

    field: str

    def differing(
        self, fields: Mapping[str, Sequence[object]], shapes: numpy.ndarray, sound: numpy.ndarray
    ) -> Iterator[tuple[int, float]]:
        """Place and own area in 亩 of each sound polygon whose areas differ.

        Parameters
        ----------
        shapes
            In EPSG:4326; measured in the CGCS2000 3-degree zone of the middle of all.
        """
        told = numpy.array([_number(value) for value in fields[self.field]])
        kinds = shapely.get_type_id(shapes)
        wanted = sound & numpy.isfinite(told) & ((kinds == 3) | (kinds == 6))
        places = numpy.flatnonzero(wanted)
        if not len(places):
            return
        own = areas_m2(shapes[places]) / SQUARE_METRES_PER_MU
        for place, area_mu in zip(places, own, strict=True):
            if abs(area_mu - told[place]) > max(TOLERANCE * abs(told[place]), LEAST_MU):
                yield int(place), float(area_mu)


def stated_area(fields: Mapping[str, Sequence[object]]) -> StatedArea | None:
    """The field that states areas in 亩, if there is one."""
    by_name = {name.lower().replace(" ", ""): name for name in fields}
    found = next((by_name[name] for name in MU_NAMES if name in by_name), None)
    return None if found is None else StatedArea(found)


def areas_m2(shapes: numpy.ndarray) -> numpy.ndarray:
    """Areas of shapes in EPSG:4326, in the plane of their zone."""
    bounds = shapely.total_bounds(shapes)
    if not numpy.isfinite(bounds).all() or max(abs(bounds[0]), abs(bounds[2])) > 180 or abs(bounds[1:4:2]).max() > 90:
        return numpy.full(len(shapes), numpy.nan)
    transformer = projection(STORED_CRS, plane_around(bounds))
    return shapely.area(
        shapely.transform(shapes, lambda points: numpy.column_stack(transformer.transform(*points.T)))
    )  # fmt: skip


def _number(value: object) -> float:
    if type(value) is float:
        return value
    try:
        return float(str(value).replace(",", "")) if value is not None and not isinstance(value, bool) else numpy.nan
    except ValueError:
        return numpy.nan
