"""The three reports that a plan orders: every year, half-way, and at its end."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Zone

KindName = Literal["annual", "midterm", "final"]


@dataclass(frozen=True)
class Kind:
    """A kind of report.

    Parameters
    ----------
    title
        Last line of its title, with `year`.
    short
        As pages name it.
    all_years
        Whether it looks back over all years up to its own, and not at one alone.
    """

    name: KindName
    title: str
    short: str
    all_years: bool


KINDS: dict[str, Kind] = {
    each.name: each
    for each in (
        Kind("annual", N_("%(year)s 年度监测报告"), N_("年度监测报告"), False),
        Kind("midterm", N_("中期评估报告（截至 %(year)s 年年底）"), N_("中期评估报告"), True),
        Kind("final", N_("终期评估报告（截至 %(year)s 年年底）"), N_("终期评估报告"), True),
    )
}


def find_kind(name: str) -> Kind:
    """The kind of that name.

    Raises
    ------
    InvalidInput
    """
    if name not in KINDS:
        raise InvalidInput(N_("没有报告种类“%(given)s”，可选：%(known)s"), given=name[:20], known=", ".join(KINDS))
    return KINDS[name]


def default_year(kind: Kind, zone: Zone, on: date) -> int:
    """The year that a report is about where nobody says: the last one that has ended, the middle one, the last one."""
    if kind.name == "final":
        return zone.last_year
    if kind.name == "midterm":
        return (zone.first_year + zone.last_year) // 2
    return zone.nearest_year(on.year - 1)
