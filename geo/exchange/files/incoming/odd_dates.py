"""Dates of a GeoPackage or Shapefile that are none: GDAL passes over some and cannot hand on others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from geo.exchange.files.reading import shown
from geo.model.errors import N_
from geo.model.file_finding import FileFindings

Days = list[str | None]


@dataclass(frozen=True)
class OddDates:
    """What of a layer's columns of dates cannot be left to GDAL, by the names that GDAL gives them.

    Parameters
    ----------
    written
        By row, what stands where a date should and may be none.
    no_days
        Rows with a day that no calendar has, such as 30 February.
    unreadable
        Columns with such a day, at which GDAL's reader stops: all their values, None where there is no day.
    """

    written: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    no_days: Mapping[str, frozenset[int]] = field(default_factory=dict)
    unreadable: Mapping[str, Days] = field(default_factory=dict)

    def left(self, names: Iterable[str]) -> list[str] | None:
        """The columns that GDAL is to read; None for all."""
        return [str(name) for name in names if name not in self.unreadable] if self.unreadable else None

    def filled_in(self, names: Iterable[str], read: Mapping[str, Sequence[object]], start: int, count: int) -> Iterator:
        """Columns in the order of `names`: what GDAL read of some rows, and the same rows of what it could not."""
        for name in names:
            own = self.unreadable.get(name)
            yield read[name] if own is None else list(islice(own, start, start + count))

    def without(self, name: str, title: str, values: list[object], rows: list[int], findings: FileFindings) -> list:
        """Values of a column as they are handed on: what is no date is told under its title, and is none."""
        if name not in self.written:
            return values
        written, no_days = self.written[name], self.no_days.get(name, frozenset())
        made = [None if row in no_days else value for row, value in zip(rows, values, strict=True)]
        for row, value in zip(rows, made, strict=True):
            if value is None and row in written:
                tell_no_date(findings, row, title, written[row])
        return made


def tell_no_date(findings: FileFindings, row: int, title: str, given: object) -> None:
    """Note that something is no date: the feature is taken, the field counts as not filled in."""
    message = N_("应为日期，现为 %(given)s，当作没有填")
    findings.add("not_a_date", message, row=row, field=shown(title), given=shown(str(given)[:80]))
