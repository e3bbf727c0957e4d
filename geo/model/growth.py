"""Pupils of other years than that of the places' own figures, as a forecast or a table of cohorts has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy

from geo.model.errors import InvalidInput, N_

ANY_LEVEL = "any"
GRADES = {"primary": range(6), "junior": range(6, 9)}
"""Years since a child entered grade 1: six grades of primary and three of junior school (九年义务教育)."""

Key = tuple[str, int]
"""A level, or `ANY_LEVEL`, and a year."""


@dataclass(frozen=True)
class Growth:
    """What a table says of pupils by level and year.

    Parameters
    ----------
    totals
        Pupils of all places together, shared out among them as their own figures are.
    factors
        What each place's own figure is multiplied by.
    of_places
        Figures of single places by their ids; the others keep theirs.
    """

    totals: Mapping[Key, float] = field(default_factory=dict)
    factors: Mapping[Key, float] = field(default_factory=dict)
    of_places: Mapping[Key, Mapping[str, float]] = field(default_factory=dict)

    def years(self, level: str | None) -> list[int]:
        """The years that the table knows for a level."""
        levels = {level or ANY_LEVEL, ANY_LEVEL}
        keys = {*self.totals, *self.factors, *self.of_places}
        return sorted({year for each, year in keys if each in levels})

    def pupils(self, level: str | None, year: int, ids: Sequence[object], own: numpy.ndarray) -> numpy.ndarray:
        """Pupils of each place in a year.

        Parameters
        ----------
        ids, own
            Of the places: their ids and their own figures, NaN where unknown.

        Raises
        ------
        InvalidInput
            If the table has no such year, or a total cannot be shared out because no place has pupils.
        """
        for key in ((level or ANY_LEVEL, year), (ANY_LEVEL, year)):
            if key in self.of_places:
                given = self.of_places[key]
                return numpy.array([given.get(str(each), figure) for each, figure in zip(ids, own, strict=True)])
            if key in self.totals:
                whole = float(numpy.nansum(own))
                if whole <= 0:
                    raise InvalidInput(N_("各处都没有学生数，%(year)s 年的总数分不下去"), year=year)
                return own * (self.totals[key] / whole)
            if key in self.factors:
                return own * self.factors[key]
        known = ", ".join(map(str, self.years(level))) or "—"
        raise InvalidInput(N_("学生数变化表里没有 %(year)s 年，有：%(known)s"), year=year, known=known)


def totals_of_cohorts(entering: Mapping[int, float]) -> dict[Key, float]:
    """Pupils by level and year from the children who enter grade 1 in each year; only where all cohorts are known."""
    found = {}
    for level, grades in GRADES.items():
        for year in {entered + grade for entered in entering for grade in grades}:
            if all(year - grade in entering for grade in grades):
                found[level, year] = sum(entering[year - grade] for grade in grades)
    return found
