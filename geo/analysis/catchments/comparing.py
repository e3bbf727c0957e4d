"""Two answers side by side: who goes elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas


@dataclass(frozen=True)
class Moves:
    """What changes between two assignments of the same places.

    Parameters
    ----------
    moved, gained, lost
        Pupils of the second one who had a school and have another one; who had none and have one; who had one and have
        none.
    rows
        `place`, `before`, `after` (ids of schools, None for none), `pupils`: a row for each way that pupils move.
    compared
        Pupils of the second one in places that both have.
    """

    moved: float
    gained: float
    lost: float
    compared: float
    rows: pandas.DataFrame


def moves(before: pandas.DataFrame, after: pandas.DataFrame) -> Moves:
    """Who goes elsewhere; pupils are those of `after`, shared out before as `before` has it.

    As many pupils of a place stay in a school as go to it both times; the others change, whoever they are.

    Parameters
    ----------
    before, after
        `demand_id`, `school_id` (null for none), `pupils`; several rows for a place that is shared out.
    """
    shares = [_shares(table) for table in (before, after)]
    whole = after.groupby("demand_id", sort=False)["pupils"].sum().to_dict()
    rows = []
    for place in shares[1]:
        if place in shares[0]:
            for left, entered, share in _changes(shares[0][place], shares[1][place]):
                rows.append((place, left, entered, share * whole[place]))
    table = pandas.DataFrame(rows, columns=["place", "before", "after", "pupils"])
    had, has = table["before"].notna(), table["after"].notna()
    sums = [float(table.loc[which, "pupils"].sum()) for which in (had & has, ~had, ~has)]
    compared = sum(figure for place, figure in whole.items() if place in shares[0])
    return Moves(*sums, float(compared), table)


def _shares(table: pandas.DataFrame) -> dict[object, dict[str | None, float]]:
    """Of each place the share of its pupils by school; places without pupils count by their one school."""
    found: dict[object, dict[str | None, float]] = {}
    for place, school, pupils in zip(table["demand_id"], table["school_id"], table["pupils"], strict=True):
        key = None if pandas.isna(school) else school
        schools = found.setdefault(place, {})
        schools[key] = schools.get(key, 0.0) + (0.0 if pandas.isna(pupils) else float(pupils))
    return {place: _of_one(schools) for place, schools in found.items()}


def _of_one(schools: Mapping[str | None, float]) -> dict[str | None, float]:
    whole = sum(schools.values())
    if whole <= 0:
        return {next(iter(schools)): 1.0}
    return {school: pupils / whole for school, pupils in schools.items()}


def _changes(before: Mapping[str | None, float], after: Mapping[str | None, float]) -> list[tuple]:
    """Which share leaves which school for which other one."""
    left = [[school, share - after.get(school, 0.0)] for school, share in before.items()]
    entered = [[school, share - before.get(school, 0.0)] for school, share in after.items()]
    left, entered = ([each for each in some if each[1] > 1e-12] for some in (left, entered))
    found = []
    while left and entered:
        share = min(left[0][1], entered[0][1])
        found.append((left[0][0], entered[0][0], share))
        for some in (left, entered):
            some[0][1] -= share
            if some[0][1] <= 1e-12:
                some.pop(0)
    return found
