"""What a report is made of: the monitoring service's figures for its scope and year, and where each is from."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from geo.analysis.schedule import year_end
from geo.model.errors import N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import JournalHead
from geo.model.layer import Layer, Title
from geo.model.remark import Remark, worded
from geo.model.units import UNITS
from geo.service import indicators, monitoring
from geo.service.monitoring import Monitored, Scope, Standing
from geo.service.reports.kinds import Kind
from geo.store.base import Store

EVERYTHING = Scope()


@dataclass(frozen=True)
class ReportWish:
    """What a report is to be about.

    Parameters
    ----------
    as_of
        The past day as of which the store is read, ISO 8601.
    review_number
        审图号 of its maps.
    most_rows
        Of a table; what is left out is counted. None for all.
    with_pictures
        Without them it is made faster.
    """

    kind: Kind
    year: int
    scope: Scope = EVERYTHING
    as_of: str | None = None
    review_number: str = ""
    most_rows: int | None = 200
    with_pictures: bool = True
    language: str = "zh"
    translate: Callable[[str], str] = str


@dataclass(frozen=True)
class Detail:
    """What a report says of a feature beside its monitoring: where the plan has it, and what is assumed of it."""

    source: str
    dates_assumed: bool
    basis: str | None
    has_shape: bool


@dataclass(frozen=True)
class Facts:
    """Everything that the sections need, read once."""

    store: Store
    wish: ReportWish
    monitored: Monitored = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "monitored", monitoring.read(self.store, self.wish.scope))

    def say(self, message: str, **params: object) -> str:
        """A message in the report's language."""
        return worded(message, params, self.wish.translate)

    def remark(self, remark: Remark) -> str:
        return worded(remark.message, remark.params, self.wish.translate)

    def title(self, title: Title) -> str:
        return getattr(title, self.wish.language)

    def unit(self, name: str | None) -> str:
        return getattr(UNITS[name], self.wish.language) if name else ""

    def listed(self, names: Sequence[str]) -> str:
        return self.say(N_("、")).join(names)

    @property
    def year(self) -> int:
        return self.wish.year

    @cached_property
    def years(self) -> list[int]:
        """The years that the report looks at."""
        return [year for year in self.store.catalog.zone.years if year <= self.year]

    @cached_property
    def standings(self) -> list[Standing]:
        """Every feature at the end of the year."""
        return list(monitoring.standings(self.monitored, self.year))

    @cached_property
    def indicator_layers(self) -> set[str]:
        return {layer.id for layer in indicators.indicator_layers(self.store)}

    def standings_of(self, layer: Layer) -> list[Standing]:
        return self._by_layer.get(layer.id, [])

    @cached_property
    def _by_layer(self) -> Mapping[str, list[Standing]]:
        found: dict[str, list[Standing]] = {}
        for each in self.standings:
            found.setdefault(each.layer.id, []).append(each)
        return found

    @cached_property
    def colours(self) -> Counter:
        """How many features have each lamp, and how many are overdue."""
        counts = Counter(each.colour for each in self.standings)
        counts["overdue"] = sum(each.lamp.overdue for each in self.standings)
        return counts

    @cached_property
    def details(self) -> Mapping[tuple[str, str], Detail]:
        """By layer and feature."""
        return dict(detail for layer in self.monitored.layers for detail in self._details_of(layer))

    def _details_of(self, layer: Layer) -> Iterator[tuple[tuple[str, str], Detail]]:
        for page in self.store.scan(layer.id, FeatureQuery(schematic=True)):
            for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True):
                of = dict(zip(page.columns, row, strict=True))
                section, paragraph = of.get("source_section"), of.get("source_paragraph")
                source = self.say(N_("%(section)s 第%(paragraph)s段"), section=section, paragraph=paragraph)
                yield (
                    (layer.id, feature_id),
                    Detail(
                        source=source if section and paragraph else str(section or ""),
                        dates_assumed=bool(of.get("planned_dates_assumed")),
                        basis=of.get("location_basis"),
                        has_shape=wkb is not None,
                    ),
                )

    def detail(self, each: Standing) -> Detail | None:
        return self.details.get(each.item.key)

    @cached_property
    def bases(self) -> Counter:
        """How many features of layers with places rest on each basis."""
        placed = [self.detail(each) for each in self.standings if each.layer.geometry]
        return Counter(
            (detail.basis or "unlocated") if detail.has_shape else "unlocated" for detail in placed if detail
        )

    @cached_property
    def assumed(self) -> int:
        """How many constructions have planned days that were only assumed."""
        built = (each for each in self.standings if each.layer.status.kind == "construction")
        return sum(1 for each in built if (detail := self.detail(each)) and detail.dates_assumed)

    @cached_property
    def head(self) -> JournalHead:
        return self.store.journal_head()

    @property
    def today(self) -> date:
        return self.monitored.today

    @property
    def is_running(self) -> bool:
        """Whether the year had not ended when the report was made, or on the day that it looks back to."""
        seen = date.fromisoformat(self.wish.as_of) if self.wish.as_of else self.today
        return seen <= year_end(self.year)

    def map_queries(self, layers: Sequence[Layer]) -> dict[str, FeatureQuery]:
        """The report's own features of some layers, as a map asks for them."""
        scope = self.wish.scope
        narrow = scope.township is not None or scope.unit is not None
        queries = {}
        for layer in layers:
            ids = tuple(each.item.feature_id for each in self.standings_of(layer)) if narrow else ()
            if layer.geometry and (ids or not narrow):
                queries[layer.id] = FeatureQuery(conditions=(Condition("feature_id", ids),) if narrow else ())
        return queries
