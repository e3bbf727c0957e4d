"""What every store can do: a handful of methods, whatever the database behind it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from geo.model.feature_query import FeatureQuery
from geo.model.journal import (
    BY_PROGRAM,
    WHOLE_JOURNAL,
    Act,
    Action,
    BadRow,
    Change,
    FeatureChange,
    JournalEntry,
    JournalHead,
    JournalQuery,
)
from geo.model.layer import Catalog, Layer
from geo.model.page import Page, Summary
from geo.model.status import AnnualStatus
from geo.store.account_rows import AccountRows
from geo.store.copying import CopiedTable, Tell
from geo.store.correction_rows import CorrectionRows
from geo.store.evidence_rows import EvidenceRows
from geo.store.scenario_rows import ScenarioRows
from geo.store.throttle_rows import ThrottleRows

if TYPE_CHECKING:
    import geopandas
    import pandas


@dataclass(frozen=True)
class Content:
    """What a layer begins with.

    Parameters
    ----------
    features
        As `Store.add_features` takes them.
    statuses
        As `Store.add_statuses` takes them, all of this layer.
    """

    features: "geopandas.GeoDataFrame | pandas.DataFrame"
    statuses: Sequence[AnnualStatus] = ()


Filling = Callable[[Layer], Content | None]
"""Gives the first content of a layer that the store did not have; None leaves it empty."""


class Store(ABC):
    """Keeps one zone's layers. Thread-safe; several processes may open the same store.

    Every method that names a layer raises `LayerNotFound` where the catalog has none of that id, and
    `StoreUnavailable` where the store cannot be reached, read or written.
    """

    catalog: Catalog
    accounts: AccountRows
    throttle: ThrottleRows
    corrections: CorrectionRows
    evidence: EvidenceRows
    scenarios: ScenarioRows

    @abstractmethod
    def create(self, fill: Filling | None = None, *, demo: bool = False) -> list[str]:
        """Make what is missing: the whole store, or tables of layers that are new in the catalog, and fill them.

        All or nothing: whenever the process dies, there is the store as it was before or the store with everything new.
        Safe when several processes do it at once; all but one find nothing missing.

        Parameters
        ----------
        fill
            Asked once for each layer made now.
        demo
            Whether the store is for demonstration data. A store that exists and is not refuses it.

        Returns
        -------
        layer_ids
            The layers made now.

        Raises
        ------
        InvalidFeatures, InvalidInput
            If the content that `fill` gives does not hold.
        """

    @abstractmethod
    def create_as_of(self, source: "Store", last_seq: int) -> None:
        """Make this store, where it is missing, as another one was after an entry of its journal: for reading only.

        Features, statuses and the journal are there; accounts and the like are not.
        """

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is a store; it may be one of an older version."""

    @abstractmethod
    def copy_from(self, source: "Store", tell: Tell) -> dict[str, CopiedTable]:
        """Make this store, where it is missing, a copy of another one: all or nothing, read again and compared.

        Parameters
        ----------
        source
            Seen as of one moment; of the present version, with the same catalog.
        tell
            Hears of the progress.

        Returns
        -------
        copied
            How many rows, and the SHA-256 of their values, by table.

        Raises
        ------
        StoreUnavailable
            If there is something already, if a layer of `source` has no definition, or if the copy differs.
        """

    @abstractmethod
    def restore_from(self, source: "Store", tell: Tell) -> dict[str, CopiedTable]:
        """Make this store, missing or not, a copy of another one; what it holds now is gone. As `copy_from` otherwise.

        One transaction: whoever reads meanwhile sees the store as it was, or as it is then.
        """

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names the tables and columns of the store; another program or catalog may have others."""

    @property
    @abstractmethod
    def demo(self) -> bool:
        """Whether this store holds demonstration data, which must say so wherever it is shown."""

    @abstractmethod
    def revision(self, layer_id: str) -> int:
        """How often the layer or one of its statuses was written through this program."""

    @abstractmethod
    def states(self, layer_ids: Iterable[str]) -> tuple[str, ...]:
        """For each layer a text that is another one after every change of it or its statuses, whoever made it.

        Random, so that no two stores and no two states of one store share it; caches and ETags hang on it.
        """

    def state(self, layer_id: str) -> str:
        """That of one layer."""
        return self.states([layer_id])[0]

    @abstractmethod
    def scan(
        self, layer_id: str, query: FeatureQuery, batch: int = 1000, *, filled_only: bool = False
    ) -> Iterator[Page]:
        """All features that match, in pages of at most `batch` rows, in a stable order; memory stays flat.

        Always yields at least one page, empty when nothing matches. The whole scan sees the store as of its first page,
        and no writer waits for it.

        Parameters
        ----------
        filled_only
            Whether pages may leave out the columns that no feature that matches has a value in.

        Raises
        ------
        InvalidInput
            If the query names a field that the layer has not, or a value that the field cannot have.
        """

    @abstractmethod
    def read_page(self, layer_id: str, query: FeatureQuery, *, state: str | None = None) -> Page:
        """At most `query.limit` features in one page; raises as `scan` does.

        A box that holds the whole layer is found out, and costs nothing, where the layer's present `state` is given.
        """

    @abstractmethod
    def read_feature(self, layer_id: str, feature_id: str, *, year: int | None = None, schematic: bool = False) -> Page:
        """One feature as a page of one row, retired or not; parameters as in `FeatureQuery`.

        Raises
        ------
        FeatureNotFound
        """

    @abstractmethod
    def read_frame(self, layer_id: str, query: FeatureQuery) -> "geopandas.GeoDataFrame":
        """All features that match in one frame, EPSG:4326, `feature_id` as index, then `Page.columns`; as `scan`.

        Unknown is null in every column: integers are Int64, numbers float64, booleans `boolean`, dates ISO texts.
        """

    @abstractmethod
    def count(self, layer_id: str, query: FeatureQuery, *, state: str | None = None) -> int:
        """How many features match, whatever limit and offset; raises as `scan` does.

        Parameters
        ----------
        state
            The layer's, where it has just been read.
        """

    @abstractmethod
    def summarise(self, layer_id: str, query: FeatureQuery, *, fields: Sequence[str] = (), cells: int = 0) -> Summary:
        """Count what matches, whatever limit and offset, and add up `fields`; raises as `scan` does.

        With `cells` > 0 also count by a grid, square on the map, of so many cells along the longer side of the query's
        bbox, else of the layer's extent; features count where the middle of their bounds lies.
        """

    @abstractmethod
    def middles(self, layer_id: str, query: FeatureQuery) -> Iterator[numpy.ndarray]:
        """Lon and lat of the middle of the bounds of all that match and have a geometry, whatever limit and offset.

        Batches of rows in no order; raises as `scan` does.
        """

    @abstractmethod
    def read_overlapping(
        self, layer_id: str, query: FeatureQuery, bounds: Sequence[float]
    ) -> tuple[Page, numpy.ndarray]:
        """At most `query.limit` features that match and whose bounds meet a box, in no order.

        Returns
        -------
        page
            Every feature has a geometry.
        middles
            As `middles` has them, a row for each of `page`.
        """

    @abstractmethod
    def filled(self, layer_id: str, query: FeatureQuery) -> frozenset[str]:
        """The columns, `geom` among them, that have a value in any feature that matches; raises as `scan` does."""

    @abstractmethod
    def extent(self, layer_id: str, *, schematic: bool = False) -> tuple[float, float, float, float] | None:
        """min lon, min lat, max lon, max lat of the layer's geometries; None where there is none.

        They may be 0.00002 degrees too wide, never too narrow. Schematic positions count where asked.
        """

    def add_features(
        self, layer_id: str, features: "geopandas.GeoDataFrame | pandas.DataFrame", act: Act = BY_PROGRAM
    ) -> int:
        """Add features in one transaction, all or none.

        Parameters
        ----------
        features
            `feature_id` is the index; columns are fields of the layer, a missing one is null. A GeoDataFrame is in
            EPSG:4326; simple geometries of a multipart layer become multipart; rings are turned as RFC 7946 has them.

        Returns
        -------
        count
            How many were added.

        Raises
        ------
        InvalidFeatures
            Names the first faulty row (from 1) and field.
        """
        return self.take_in(layer_id, [features], (), act)[0]

    @abstractmethod
    def take_in(
        self,
        layer_id: str,
        frames: Iterable["geopandas.GeoDataFrame | pandas.DataFrame"],
        changes: Sequence[FeatureChange],
        act: Act,
    ) -> tuple[int, int | None]:
        """Add new features frame by frame, then make changes, in one transaction and one change set, all or none.

        Parameters
        ----------
        frames
            As `add_features` takes them; memory holds one at a time.
        changes
            Looked at once all frames are written, so that reading those may fill it.

        Returns
        -------
        count, change_set
            How many features were added or changed, and the number of the change set; None where nothing was.

        Raises
        ------
        Conflict, FeatureNotFound, InvalidFeatures
            As `add_features` and `write`.
        """

    @abstractmethod
    def add_statuses(self, statuses: Sequence[AnnualStatus], act: Act = BY_PROGRAM) -> int:
        """Add status rows in one transaction, all or none. Returns how many.

        Raises
        ------
        FeatureNotFound
            If a row is of no feature.
        InvalidInput
            If a row does not hold: it names feature, year and field.
        """

    @abstractmethod
    def write(self, changes: Iterable[Change], act: Act, *, last_seq: int | None = None) -> list[JournalEntry]:
        """Make, change and remove features and add status rows in one transaction, all or none, in the order given.

        Parameters
        ----------
        last_seq
            The end of the journal that the changes were checked against; without it any will do.

        Returns
        -------
        entries
            What the journal keeps of it, one change set; a change that changes nothing gives none.

        Raises
        ------
        Conflict
            If a change names a revision that is no longer the current one, or the journal ends elsewhere by now.
        FeatureNotFound, InvalidFeatures, InvalidInput
            If a change does not hold; the words name layer, feature and field.
        """

    @abstractmethod
    def write_many(self, changes: Iterable[Change], act: Act) -> tuple[int, int | None]:
        """Like `write`, of any number of changes: memory holds few of them at a time.

        Returns
        -------
        count, change_set
            How many entries the journal has of it, and the number of the change set; None where nothing changed.

        Raises
        ------
        Conflict, FeatureNotFound, InvalidFeatures, InvalidInput
            As `write`.
        """

    @abstractmethod
    def journal(self, query: JournalQuery = WHOLE_JOURNAL) -> Iterator[JournalEntry]:
        """Entries of the journal, in the order of their numbers."""

    @abstractmethod
    def before_last_change(
        self, layer_id: str, feature_id: str, actions: tuple[Action, ...]
    ) -> tuple[str, Action] | None:
        """When the last change but one was made to a feature, of those actions, and by which; None where there is none.

        What was made at one moment is one change; of several actions in it the last one counts.
        """

    @abstractmethod
    def count_journal(self, query: JournalQuery) -> int:
        """How many entries match, whatever limit and offset."""

    @abstractmethod
    def journal_head(self, until: str | None = None) -> JournalHead:
        """The last entry, or the last one made at or before a time (ISO 8601 in UTC)."""

    @abstractmethod
    def faults(self) -> Iterator[BadRow]:
        """What does not agree with the journal: rows of its own chain, features, statuses; the first ones first."""

    @abstractmethod
    def statuses(self, layer_id: str, feature_id: str) -> list[AnnualStatus]:
        """The current row of each reported year of one feature, by year."""

    @abstractmethod
    def standing_statuses(self, layer_id: str) -> Iterator[AnnualStatus]:
        """The current row of each reported year of every feature of a layer, by feature and year; memory stays flat."""

    @abstractmethod
    def status_rows(self, layer_id: str, feature_id: str) -> list[AnnualStatus]:
        """Every row that was ever reported of one feature, superseded and withdrawn ones included, the oldest first."""

    @abstractmethod
    def remove_demo(self) -> None:
        """Delete the whole store, for good, if it is there; one that is not for demonstration is refused."""

    @abstractmethod
    def close(self) -> None:
        """Give all connections back."""
