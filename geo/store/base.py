"""What every store can do: a handful of methods, whatever the database behind it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import geopandas
import pandas

from geo.model.feature_query import FeatureQuery
from geo.model.layer import Catalog
from geo.model.page import Page, Summary
from geo.model.status import AnnualStatus


class Store(ABC):
    """Keeps one zone's layers. Thread-safe; several processes may open the same store."""

    catalog: Catalog

    @abstractmethod
    def create(self) -> None:
        """Make every table that the catalog asks for and that is not there yet."""

    @abstractmethod
    def revision(self, layer_id: str) -> int:
        """How often the layer or one of its statuses was written; caches and ETags hang on it."""

    @abstractmethod
    def scan(self, layer_id: str, query: FeatureQuery, batch: int = 1000) -> Iterator[Page]:
        """All features that match, in pages of at most `batch` rows, in a stable order; memory stays flat.

        Always yields at least one page, empty when nothing matches.
        """

    @abstractmethod
    def summarise(self, layer_id: str, query: FeatureQuery, *, fields: Sequence[str] = (), cells: int = 0) -> Summary:
        """Count what matches, add up `fields`, and with `cells` > 0 count by a grid of so many cells along the longer side."""

    @abstractmethod
    def extent(self, layer_id: str) -> tuple[float, float, float, float] | None:
        """min lon, min lat, max lon, max lat of the layer's geometries; None where there is none."""

    @abstractmethod
    def add_features(self, layer_id: str, features: geopandas.GeoDataFrame | pandas.DataFrame) -> int:
        """Add features in one transaction, all or none; `feature_id` is the index, EPSG:4326. Returns how many."""

    @abstractmethod
    def add_statuses(self, statuses: Sequence[AnnualStatus]) -> int:
        """Add status rows in one transaction, all or none. Returns how many."""

    @abstractmethod
    def statuses(self, layer_id: str, feature_id: str) -> list[AnnualStatus]:
        """The current row of each reported year of one feature, by year."""

    @abstractmethod
    def close(self) -> None:
        """Give all connections back."""

    def read_page(self, layer_id: str, query: FeatureQuery) -> Page:
        """At most `query.limit` features in one page."""
        limit = query.limit if query.limit is not None else 1000
        return next(self.scan(layer_id, query, batch=limit))
