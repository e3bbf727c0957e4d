"""What the store knows of a layer's reported years, as a ledger needs it: read once, for all rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from geo.model.feature_query import FeatureQuery
from geo.model.journal import JournalEntry, JournalQuery
from geo.model.layer import Layer
from geo.model.ledger import ledger_columns
from geo.model.status import CARRIED_ON, AnnualStatus
from geo.store.base import Store

NOTHING = "0"
"""The stamp of a row that was made from no report."""


class Stamped(NamedTuple):
    """A row that was reported, and the name that its entry in the journal gives it: number and hash."""

    stamp: str
    status: AnnualStatus


@dataclass(frozen=True)
class Base:
    """What a row of a ledger begins with.

    Parameters
    ----------
    stamp
        Of the report that it was made from, `NOTHING` for none.
    values
        By column of the ledger; an empty one is None.
    reported
        Whether that is a report of the year itself.
    carried_from
        The earlier year that the values are taken over from.
    """

    stamp: str
    values: dict[str, object]
    reported: bool = False
    carried_from: int | None = None


@dataclass
class LayerRecord:
    """A layer's features and every status that was ever reported of them.

    Parameters
    ----------
    features
        Properties by id, retired features included.
    """

    layer: Layer
    features: dict[str, dict[str, object]]
    _rows: dict[str, list[Stamped]] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, layer: Layer) -> "LayerRecord":
        features: dict[str, dict[str, object]] = {}
        for page in store.scan(layer.id, FeatureQuery(retired=True)):
            for feature_id, row in zip(page.ids, page.rows, strict=True):
                features[feature_id] = dict(zip(page.columns, row, strict=True))
        record = cls(layer, features)
        for entry in store.journal(JournalQuery(layer_id=layer.id, action="status")):
            record._rows.setdefault(entry.feature_id, []).append(Stamped(stamp_of(entry), AnnualStatus(**entry.after)))
        return record

    def reported(self, feature_id: str) -> list[AnnualStatus]:
        """The current row of each reported year, by year."""
        latest = {row.status.year: row.status for row in self._rows.get(feature_id, ())}
        return sorted((each for each in latest.values() if not each.withdrawn), key=lambda each: each.year)

    def current(self, feature_id: str, year: int) -> AnnualStatus | None:
        """What is reported of a year now."""
        return next((each for each in self.reported(feature_id) if each.year == year), None)

    def base(self, feature_id: str, year: int) -> Base:
        """What the year's row of a ledger made now begins with: its report, else what the one before suggests."""
        before = [each for each in self.reported(feature_id) if each.year <= year]
        if not before:
            return self._base(NOTHING, None, year)
        latest = {row.status.year: row.stamp for row in self._rows[feature_id]}
        return self._base(latest[before[-1].year], before[-1], year)

    def base_at(self, feature_id: str, year: int, stamp: str) -> Base | None:
        """What a row with that stamp began with; None where the stamp is of no row of the feature."""
        if stamp == NOTHING:
            return self._base(NOTHING, None, year)
        return next((self._base(*row, year) for row in self._found(feature_id, year) if row.stamp == stamp), None)

    def values(self, status: AnnualStatus | None) -> dict[str, object]:
        """What a status says, by column of the ledger."""
        return {column.name: getattr(status, column.name, None) for column in ledger_columns(self.layer)}

    def _found(self, feature_id: str, year: int) -> Iterator[Stamped]:
        return (row for row in self._rows.get(feature_id, ()) if row.status.year <= year and not row.status.withdrawn)

    def _base(self, stamp: str, status: AnnualStatus | None, year: int) -> Base:
        values = self.values(status)
        if status is None or status.year == year:
            return Base(stamp, values, reported=status is not None)
        carried = {name: value if name in CARRIED_ON else None for name, value in values.items()}
        return Base(stamp, carried, carried_from=status.year)


def stamp_of(entry: JournalEntry) -> str:
    """Names an entry of one journal; no other journal has the same number with the same hash."""
    return f"{entry.seq}-{entry.hash[:8]}"
