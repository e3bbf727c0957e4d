"""Which school is it from here, and which would be the next?"""

from dataclasses import dataclass

import numpy
import pandas
import shapely

from geo.analysis.catchments.assigning import REASONS, Demand, Situation, beside_m, straight_m, unreached
from geo.analysis.catchments.routes import line_of, route
from geo.service.catchments.computing import situation_of
from geo.service.catchments.inputs import Inputs, Options

__all__ = ["REASONS", "Answer", "Choice", "schools_from"]

MOST_CHOICES = 3


@dataclass(frozen=True)
class Choice:
    """A school that can be reached from a place.

    Parameters
    ----------
    number
        Of the school in the inputs.
    distance_m, straight_m
        The walk along the streets, and the straight line from the place to the gate.
    detour_factor
        The way from door to gate, that to the street and from it included, over the straight line.
    """

    number: int
    distance_m: float
    straight_m: float
    detour_factor: float | None


@dataclass(frozen=True)
class Answer:
    """The nearest schools of a place, the nearest first; without any the reason, a key of `REASONS`.

    Parameters
    ----------
    way
        To the nearest school along the streets, a line in EPSG:4326; None where there is none to walk.
    roads
        Names of the roads that it follows, in its order.
    """

    snap_m: float
    choices: list[Choice]
    reason: str | None
    way: shapely.LineString | None
    roads: list[str]


def schools_from(inputs: Inputs, options: Options, lon: float, lat: float) -> Answer:
    """The schools nearest to a place by the streets."""
    place = numpy.array([shapely.Point(lon, lat)], dtype=object)
    here = situation_of(inputs, options, Demand(place, numpy.ones(1)))
    walks = here.matrix_m[0]
    order = [int(number) for number in numpy.argsort(walks, kind="stable") if numpy.isfinite(walks[number])]
    chosen = numpy.array(order[:MOST_CHOICES], dtype=int)
    rows = pandas.DataFrame({"demand": 0 * chosen, "school": chosen})
    straight, beside = straight_m(here, rows), beside_m(here, rows)
    choices = [
        Choice(
            number,
            float(walks[number]),
            float(line),
            round(float((walks[number] + aside) / line), 2) if line > 0 else None,
        )
        for number, line, aside in zip(order[:MOST_CHOICES], straight, beside, strict=True)
    ]
    way, roads = _way(inputs, here) if choices else (None, [])
    return Answer(float(here.places.snap_m[0]), choices, unreached(here)[0], way, roads)


def _way(inputs: Inputs, here: Situation) -> tuple[shapely.LineString | None, list[str]]:
    """The way to the nearest gate, and the names of its roads."""
    legs = route(inputs.streets, here.gates, int(here.nearest.school[0]), here.places, 0)
    names = inputs.street_frame["name"].to_numpy(dtype=object)[inputs.streets.row[[leg.edge for leg in legs]]]
    return line_of(inputs.streets, legs), list(dict.fromkeys(name for name in names if isinstance(name, str)))
