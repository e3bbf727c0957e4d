"""The plan's main indicators in the order of its table: base, target, what was measured, and the pace still needed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from geo.analysis.indicators import Goal, Pace, needed_pace
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer, Zone
from geo.model.remark import Remark
from geo.model.status import AnnualStatus
from geo.service import lamps
from geo.store.base import Store


@dataclass(frozen=True)
class Indicator:
    """One row of the table.

    Parameters
    ----------
    number
        Its number in the plan's table.
    unit
        As the plan writes it.
    goal
        Base and target; null stays null.
    reports
        The standing report of each reported year.
    pace
        What is needed after the year that is looked at.
    properties
        Everything that the record says, such as `category`, `attribute` and `figures_note`.
    """

    layer: Layer
    feature_id: str
    name: str
    number: int | None
    unit: str | None
    goal: Goal
    reports: Mapping[int, AnnualStatus]
    pace: Pace
    properties: Mapping[str, object]

    @property
    def actuals(self) -> dict[int, float]:
        """The measured values by year."""
        return {year: report.value for year, report in self.reports.items() if report.value is not None}


def indicator_layers(store: Store) -> list[Layer]:
    """The layers without places whose values are measured against a base and a target."""
    return [layer for layer in store.catalog.plan if layer.geometry is None and _has_goal(layer)]


def indicators(store: Store, year: int) -> list[Indicator]:
    """Every indicator in the order of the plan's table.

    Parameters
    ----------
    year
        The pace is that after this year; later figures are listed, but not counted.
    """
    found = [each for layer in indicator_layers(store) for each in _of_layer(store, layer, year)]
    return sorted(found, key=lambda each: (each.layer.order, each.number is None, each.number or 0, each.feature_id))


def pace_in_words(each: Indicator, in_decimals: Callable[[float], str]) -> Remark | None:
    """What every remaining year must bring, with its unit; None where nothing can be said or the target is reached.

    Parameters
    ----------
    in_decimals
        Writes a number.
    """
    pace, unit = each.pace, each.unit or ""
    if pace.per_year is None or pace.met:
        return None
    amount = in_decimals(round(pace.per_year, 2) if each.goal.kind == "growth" else pace.per_year)
    if each.goal.kind == "growth":
        return Remark(N_("%(since)s 年后年均 %(amount)s%%"), since=pace.since, amount=amount)
    signed = amount if pace.per_year < 0 or each.goal.kind == "cumulative" else f"+{amount}"
    if unit == "%":
        return Remark(N_("%(since)s 年后每年 %(amount)s 个百分点"), since=pace.since, amount=signed)
    return Remark(N_("%(since)s 年后每年 %(amount)s %(unit)s"), since=pace.since, amount=signed, unit=unit)


def _has_goal(layer: Layer) -> bool:
    return layer.status.kind == "measurement" and bool(layer.status.base and layer.status.target)


def _of_layer(store: Store, layer: Layer, year: int) -> Iterator[Indicator]:
    reports: dict[str, dict[int, AnnualStatus]] = {}
    for status in store.standing_statuses(layer.id):
        reports.setdefault(status.feature_id, {})[status.year] = lamps.sound(status)
    for page in store.scan(layer.id, FeatureQuery()):
        for feature_id, row in zip(page.ids, page.rows, strict=True):
            properties = dict(zip(page.columns, row, strict=True))
            goal, of_feature = _goal(layer, properties, store.catalog.zone), reports.get(feature_id, {})
            values = {each: report.value for each, report in of_feature.items() if report.value is not None}
            number = properties.get("row_number")
            yield Indicator(
                layer,
                feature_id,
                str(properties.get("name") or feature_id),
                number if isinstance(number, int) else None,
                _text(properties.get("unit_text")),
                goal,
                of_feature,
                needed_pace(goal, values, year),
                properties,
            )


def _goal(layer: Layer, properties: Mapping[str, object], zone: Zone) -> Goal:
    base, target = layer.status.base, layer.status.target
    return Goal(
        first_year=zone.first_year,
        last_year=zone.last_year,
        base=lamps.number(properties[base]),
        target=lamps.number(properties[target]),
        base_text=_text(properties.get(f"{base.removesuffix('_value')}_text")),
        target_text=_text(properties.get(f"{target.removesuffix('_value')}_text")),
        cumulative=bool(properties.get("target_cumulative")),
        better=layer.status.better,
    )


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
