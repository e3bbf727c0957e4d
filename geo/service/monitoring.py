"""How the plan stands: plan against actual by year, lamps, what is behind, for the whole zone or a part of it."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import TypeVar

import numpy
import shapely

from geo.analysis import monitoring as analysis
from geo.analysis.monitoring import MEASURES, Comparison, Part, Series, Tracked
from geo.analysis.schedule import Lamp, planned_progress_pct, reported_progress_pct, year_end
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.page import Page
from geo.model.status import LAMPS, AnnualStatus
from geo.service import lamps
from geo.store.base import Store
from geo.store.memo import Memo

T = TypeVar("T")

UNKNOWN = ""
"""Asks for features of which the township or the unit is not known."""

COLOURS = ("red", "yellow", "green", "grey", "none")
"""Lamps from the worst; `none` is reported, but cannot be compared with any plan."""

LAMP_TITLES: dict[str, str] = {
    "red": N_("严重滞后"),
    "yellow": N_("轻度滞后或未达标"),
    "green": N_("按期或达标"),
    "grey": N_("未填报"),
    "none": N_("已填报·无从比较"),
    "overdue": N_("逾期未填报"),
}
"""Of constructions and measured values together."""

MEASURED_TITLES: dict[str, str] = {"green": N_("达到目标"), "yellow": N_("未达目标")}
"""Of measured values alone."""


@dataclass(frozen=True)
class Scope:
    """Which features are looked at; all must hold.

    Parameters
    ----------
    layers
        Layer ids; none means all whose years are reported.
    township
        Name of a township; `UNKNOWN` for features of which it is not known; None for all.
    unit
        Responsible unit; `UNKNOWN` and None likewise.
    """

    layers: tuple[str, ...] = ()
    township: str | None = None
    unit: str | None = None

    def takes(self, item: Tracked) -> bool:
        """Whether a feature of a layer that is looked at belongs to it."""
        return _is_asked(self.township, item.township) and _is_asked(self.unit, item.unit)


@dataclass(frozen=True)
class Choice:
    """A value that a filter offers, `UNKNOWN` among them, and how many features have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Monitored:
    """Everything that the figures are made of, as of one moment of the store.

    Parameters
    ----------
    years
        The plan's years, and those that features or reports add.
    layers
        That are looked at, in the catalog's order.
    items
        Their features that belong to the scope.
    townships, units
        What the filters offer: values of all features whose years are reported.
    has_townships
        Whether there are township boundaries; without them a township is what the record says.
    today
        Decides which missing report is overdue.
    known
        What was computed of it already.
    """

    scope: Scope
    years: tuple[int, ...]
    layers: tuple[Layer, ...]
    items: tuple[Tracked, ...]
    townships: tuple[Choice, ...]
    units: tuple[Choice, ...]
    has_townships: bool
    today: date
    known: dict[Hashable, object] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """What was computed of this before under a name, else what is computed now."""
        if name not in self.known:
            self.known[name] = compute()
        return self.known[name]


@dataclass(frozen=True)
class _Everything:
    """Every feature whose years are reported, by layer."""

    items: dict[str, list[Tracked]]
    has_townships: bool


_EVERYTHING: Memo[_Everything] = Memo(2)
_MONITORED: Memo[Monitored] = Memo(12)


@dataclass(frozen=True)
class LampCount:
    """How many features of a layer have each lamp at the end of a year; `overdue` of the grey ones are late."""

    layer: Layer
    counts: dict[str, int]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Standing:
    """A feature at the end of a year: how it stands, its lamp with the rules that made it, and who has to act.

    Parameters
    ----------
    report
        That of the year, or an earlier one by which everything was done; None where nothing speaks for the year.
    last_report
        The last one of the year or any before.
    planned_pct, reported_pct
        Progress by plan and by report at the end of the year; None where not known.
    """

    layer: Layer
    item: Tracked
    report: AnnualStatus | None
    last_report: AnnualStatus | None
    lamp: Lamp
    planned_pct: float | None
    reported_pct: float | None

    @property
    def colour(self) -> str:
        return self.lamp.colour or "none"

    @property
    def lamp_title(self) -> str:
        """The words of the lamp: a measured value meets its target or not, a project is on time or behind."""
        if self.layer.status.kind == "measurement" and self.colour in MEASURED_TITLES:
            return MEASURED_TITLES[self.colour]
        return LAMPS.get(self.colour, LAMP_TITLES["none"])

    @property
    def owner(self) -> str:
        """Who has to act: whom the report names, else who answers for the feature; empty where nobody is named."""
        told = self.report.obstacle_owner if self.report else None
        people = [told] if told else [self.item.unit, self.item.officer]
        return " · ".join(filter(None, people))

    @property
    def behind_points(self) -> float | None:
        """Percentage points behind the plan; None where either side is not known."""
        if self.planned_pct is None or self.reported_pct is None:
            return None
        return round(max(self.planned_pct - self.reported_pct, 0), 1)


def reporting_layers(store: Store) -> list[Layer]:
    """The layers whose years are reported, in the catalog's order."""
    return [layer for layer in store.catalog.plan if layer.status.kind != "none"]


def read(store: Store, scope: Scope = Scope()) -> Monitored:
    """Read every feature and report that a scope takes, each layer once.

    Raises
    ------
    LayerNotFound
    InvalidInput
        If a layer of the scope has no annual status.
    """
    wanted = {store.catalog[layer_id].id for layer_id in scope.layers}
    reporting = reporting_layers(store)
    if strange := wanted - {layer.id for layer in reporting}:
        raise InvalidInput(N_("图层“%(layer)s”不填报年度状态"), layer=store.catalog[min(strange)].title.zh)
    today = office_time.today()
    states = tuple(store.state(layer_id) for layer_id in (*(layer.id for layer in reporting), *_township_layers(store)))
    everything = _EVERYTHING(_key(states), lambda: _read_all(store, reporting))
    return _MONITORED(_key((states, scope, today)), lambda: _narrowed(store, reporting, everything, scope, today))


def _key(parts: object) -> bytes:
    """A layer's state is shared by no two stores and no two contents, so that what is kept under it is true."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()


def _read_all(store: Store, reporting: Sequence[Layer]) -> _Everything:
    places = _Townships.of(store)
    items = {layer.id: list(_tracked(store, layer, places)) for layer in reporting}
    return _Everything(items, has_townships=places is not None)


def _narrowed(
    store: Store, reporting: Sequence[Layer], everything: _Everything, scope: Scope, today: date
) -> Monitored:
    layers = tuple(layer for layer in reporting if not scope.layers or layer.id in scope.layers)
    every_item = [item for found in everything.items.values() for item in found]
    items = tuple(item for layer in layers for item in everything.items[layer.id] if scope.takes(item))
    reported = {year for item in items for year in (*item.reports, item.plan_year) if year is not None}
    return Monitored(
        scope=scope,
        years=tuple(sorted({*store.catalog.zone.years, *reported})),
        layers=layers,
        items=items,
        townships=_choices(item.township for item in every_item),
        units=_choices(item.unit for item in every_item),
        has_townships=everything.has_townships,
        today=today,
    )


def comparisons(monitored: Monitored) -> list[Comparison]:
    """Plan against actual by year, measure by measure."""
    items, years, until = monitored.items, monitored.years, monitored.today.year
    return monitored.once("comparisons", lambda: analysis.compare(items, years, until=until))


def parts(monitored: Monitored, measure: str, series: Series, year: int | None) -> list[Part]:
    """The rows behind a sum of `comparisons`; their values add up to it.

    Raises
    ------
    InvalidInput
        If there is no such measure or series.
    """
    if measure not in MEASURES or series not in ("planned", "year_planned", "actual"):
        raise InvalidInput(N_("没有这个数字：“%(given)s”"), given=f"{measure}.{series}"[:60])
    until = monitored.today.year
    return analysis.parts(monitored.items, MEASURES[measure], series, year, monitored.years, until=until)


def standings(monitored: Monitored, year: int) -> tuple[Standing, ...]:
    """Every feature at the end of a year, in the order of layers and features."""
    return monitored.once(("standings", year), lambda: tuple(_standings(monitored, year)))


def _standings(monitored: Monitored, year: int) -> Iterator[Standing]:
    layers = {layer.id: layer for layer in monitored.layers}
    for item in monitored.items:
        layer, report = layers[item.layer_id], item.report_as_of(year)
        target = item.figures.get(layer.status.target) if layer.status.target else None
        lamp = lamps.lamp_at(layer, item.plan, target, report, year, today=monitored.today)
        is_built = layer.status.kind == "construction"
        planned = planned_progress_pct(item.plan, year_end(year)) if is_built else None
        # A report of an earlier year speaks for this one only where everything was done by then.
        speaks = report is not None and (report.year == year or lamp.colour == "green")
        is_told = is_built and speaks and report.stage is not None
        reported = reported_progress_pct(report.stage, report.progress_pct) if is_told else None
        yield Standing(layer, item, report if speaks else None, report, lamp, planned, reported)


def lamp_counts(found: Iterable[Standing]) -> list[LampCount]:
    """How many features have each lamp, layer by layer.

    Parameters
    ----------
    found
        What `standings` gives for a year.
    """
    counts: dict[str, Counter] = {}
    layers: dict[str, Layer] = {}
    for each in found:
        layers[each.layer.id] = each.layer
        of_layer = counts.setdefault(each.layer.id, Counter())
        of_layer[each.colour] += 1
        of_layer["overdue"] += each.lamp.overdue
    return [
        LampCount(layers[layer_id], {colour: of[colour] for colour in COLOURS}, of["overdue"])
        for layer_id, of in counts.items()
    ]


def lamp_counts_in(monitored: Monitored, year: int) -> list[LampCount]:
    """`lamp_counts` at the end of a year."""
    return monitored.once(("lamps", year), lambda: lamp_counts(standings(monitored, year)))


def behind(found: Iterable[Standing]) -> list[Standing]:
    """What is behind its plan or misses its target: constructions first, the worst of them first.

    Parameters
    ----------
    found
        What `standings` gives for a year.
    """
    late = [each for each in found if each.colour in ("red", "yellow")]
    return sorted(late, key=_how_late)


def _how_late(each: Standing) -> tuple:
    is_measured = each.layer.status.kind == "measurement"
    return is_measured, COLOURS.index(each.colour), -(each.behind_points or 0), each.layer.order, each.item.feature_id


def _is_asked(asked: str | None, value: str | None) -> bool:
    return asked is None or asked == (value or UNKNOWN)


def _township_layers(store: Store) -> list[str]:
    """Layers whose areas say in which township a feature lies."""
    return [layer.id for layer in store.catalog.values() if layer.townships]


def _choices(values: Iterable[str | None]) -> tuple[Choice, ...]:
    """Known values by name, the unknown last."""
    counts = Counter(value or UNKNOWN for value in values)
    return tuple(Choice(value, counts[value]) for value in sorted(counts, key=lambda value: (value == UNKNOWN, value)))


def _tracked(store: Store, layer: Layer, places: "_Townships | None") -> Iterator[Tracked]:
    reports: dict[str, dict[int, AnnualStatus]] = {}
    for status in store.standing_statuses(layer.id):
        reports.setdefault(status.feature_id, {})[status.year] = lamps.sound(status)
    for page in store.scan(layer.id, FeatureQuery()):
        towns = places.names(page.wkb) if places else [None] * len(page)
        yield from _of_page(layer, page, towns, reports)


def _of_page(
    layer: Layer, page: Page, towns: Sequence[str | None], reports: dict[str, dict[int, AnnualStatus]]
) -> Iterator[Tracked]:
    """The features of a page; what another program wrote that is no number or text counts as unknown."""
    measured = {each.field for each in MEASURES.values()} | {layer.status.target, layer.status.base}
    names = [field.name for field in layer.fields if field.name in measured]
    for feature_id, row, town in zip(page.ids, page.rows, towns, strict=True):
        properties = dict(zip(page.columns, row, strict=True))
        year = properties.get("plan_year")
        yield Tracked(
            layer.id,
            feature_id,
            str(properties.get("name") or feature_id),
            year if isinstance(year, int) else None,
            lamps.plan_of(properties),
            _text(properties.get("responsible_unit")),
            _text(properties.get("responsible_officer")),
            town or _text(properties.get("township")),
            {name: lamps.number(properties[name]) for name in names},
            reports.get(feature_id, {}),
            properties.get("planned_dates_assumed") is True,
        )


def _text(value: object) -> str | None:
    """A text without blanks at its ends; None for an empty one."""
    return str(value).strip() or None if value is not None else None


@dataclass(frozen=True)
class _Townships:
    """Boundaries of townships in EPSG:4326, and their names."""

    tree: shapely.STRtree
    titles: list[str]

    @classmethod
    def of(cls, store: Store) -> "_Townships | None":
        """None where the store has none."""
        titles: list[str] = []
        shapes: list[shapely.Geometry] = []
        for layer_id in _township_layers(store):
            frame = store.read_frame(layer_id, FeatureQuery())
            frame = frame[frame.geometry.notna()]
            titles += [str(name or feature_id) for feature_id, name in zip(frame.index, frame["name"], strict=True)]
            shapes += list(frame.geometry)
        return cls(shapely.STRtree(shapes), titles) if shapes else None

    def names(self, wkb: Sequence[bytes | None]) -> list[str | None]:
        """The township in which a point on each geometry's surface lies; None without a geometry or outside all."""
        found: list[str | None] = [None] * len(wkb)
        points = shapely.point_on_surface(shapely.from_wkb(numpy.array(wkb, dtype=object)))
        for number, town in zip(*self.tree.query(points, predicate="intersects"), strict=True):
            found[number] = found[number] or self.titles[town]
        return found
