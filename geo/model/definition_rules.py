"""What a layer definition must hold beyond the types of its keys, so that it can be stored, served and drawn.

A broken rule is a `ValueError` in words; one that concerns a part of the definition begins with that part and ` | `.
"""

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from geo.model.feature_query import PARAMETERS
from geo.model.units import UNITS

if TYPE_CHECKING:
    from geo.model.layer import Field, Layer, Ratio, Style, Zone

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""Layer ids and field names: folder = table = collection = URL, so one alphabet for all of them."""

SHORT_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
STATUS_SHORT = "TB_"
"""How the short names of a year's status begin (填报)."""

MOST_FIELDS = 200
YEARS = range(1949, 2101)
MOST_YEARS = 50
MOST_DECIMALS = 10
MOST_ZOOM = 22
WIDEST_LINE = 50
LARGEST_ORDER = 1_000_000


def check_field(field: "Field") -> None:
    """A column by itself."""
    check_name(field.name, field.short)
    if field.unit is not None and field.unit not in UNITS:
        raise ValueError(f"unit {field.unit!r} of field {field.name} is unknown")
    if (field.total or field.filter == "range") and field.type not in ("integer", "number"):
        raise ValueError(f"field {field.name} is no number, so it has no total and no range")
    if field.values and field.type != "text":
        raise ValueError(f"field {field.name} has a list of values, so its type is text")
    _all_different((choice.value for choice in field.values), f"values of field {field.name}")
    if "" in (choice.value for choice in field.values):
        raise ValueError(f"a value of field {field.name} is empty")


def check_ratio(ratio: "Ratio") -> None:
    """A computed figure by itself."""
    check_name(ratio.name, ratio.short)
    for unit in (ratio.unit, ratio.numerator_unit, ratio.denominator_unit):
        if unit is not None and unit not in UNITS:
            raise ValueError(f"unit {unit!r} of ratio {ratio.name} is unknown")
    if not 0 <= ratio.decimals <= MOST_DECIMALS:
        raise ValueError(f"decimals of ratio {ratio.name} are not 0 to {MOST_DECIMALS}")


def check_name(name: str, short: str) -> None:
    """A name that can be a column, and the bureau's name for it."""
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(f"field name {name!r} is not lower snake_case")
    if not SHORT_NAME.fullmatch(short):
        raise ValueError(f"short name {short!r} of field {name} is not 1 to 10 of A-Z, 0-9, _")


def check_style(style: "Style") -> None:
    """What the map can draw."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", style.colour):
        raise ValueError(f"colour {style.colour!r} is not written #rrggbb")
    if not 0 < style.weight <= WIDEST_LINE:  # false for NaN
        raise ValueError(f"weight {style.weight} is not above 0 and up to {WIDEST_LINE} pixels")
    if not 0 <= style.min_zoom <= MOST_ZOOM:
        raise ValueError(f"min_zoom {style.min_zoom} is not 0 to {MOST_ZOOM}")


def check_layer(layer: "Layer") -> None:
    """The parts of a definition together."""
    if not IDENTIFIER.fullmatch(layer.id):
        raise ValueError(f"layer id {layer.id!r} is not lower snake_case")
    if abs(layer.order) > LARGEST_ORDER:
        raise ValueError(f"order | {layer.order} is too large")
    if len(layer.own_fields) > MOST_FIELDS:
        raise ValueError(f"fields | more than {MOST_FIELDS}")
    if layer.status.unit is not None and layer.status.unit not in UNITS:
        raise ValueError(f"status.unit | {layer.status.unit!r} is unknown")
    if layer.network and layer.geometry not in ("LineString", "MultiLineString"):
        raise ValueError("network | a road network is a layer of lines")
    if layer.barrier and (layer.geometry or "Point") == "Point":
        raise ValueError("barrier | a barrier is a layer of lines or areas")
    if layer.townships and layer.geometry not in ("Polygon", "MultiPolygon"):
        raise ValueError("townships | townships are a layer of areas")
    _check_names(layer)
    _check_references(layer)
    _check_coded(layer)


def check_zone(zone: "Zone") -> None:
    """Years that a status can be of."""
    if not (zone.first_year in YEARS and zone.last_year in YEARS):
        raise ValueError(f"first_year | years are {YEARS[0]} to {YEARS[-1]}")
    if zone.last_year - zone.first_year >= MOST_YEARS:
        raise ValueError(f"last_year | a plan has at most {MOST_YEARS} years")
    if not all(map(math.isfinite, zone.extent)):
        raise ValueError("extent | is not finite")


def _check_names(layer: "Layer") -> None:
    for what in ("name", "short"):
        seen: set[str] = set()
        for item in (*layer.fields, *layer.ratios):
            value = getattr(item, what)
            if value in seen:
                raise ValueError(f"{_place(layer, item)} | two fields have the {what} {value!r}")
            seen.add(value)
    for item in (*layer.own_fields, *layer.ratios):
        if item.name in PARAMETERS:
            raise ValueError(f"{_place(layer, item)} | the name {item.name!r} is one of a request's parameters")
        if item.short.startswith(STATUS_SHORT):
            raise ValueError(f"{_place(layer, item)} | short names with {STATUS_SHORT} are those of a year's status")


def _check_coded(layer: "Layer") -> None:
    """What names a coded field and its values."""
    if layer.land_use is not None:
        _check_values(layer, "land_use", layer.land_use.by, layer.land_use.codes)
    if layer.control is not None:
        if not (layer.geometry or "").endswith("Polygon"):
            raise ValueError("control | a line of control encloses an area, so its layer is one of polygons")
        _check_values(layer, "control", layer.control.kind, (*layer.control.outside, *layer.control.inside))
        for name in (layer.control.version, layer.control.date):
            if name is not None and layer.field(name) is None:
                raise ValueError(f"control | {name!r} is no field of the layer")


def _check_values(layer: "Layer", place: str, name: str | None, values: Iterable[str]) -> None:
    field = layer.field(name) if name else None
    if name and (field is None or not field.values):
        raise ValueError(f"{place} | {name!r} is no coded field of the layer")
    known = {choice.value for choice in field.values} if field else set()
    for value in values:
        if value not in known:
            raise ValueError(f"{place} | {value!r} is no value of {name!r}")
    if isinstance(values, tuple):
        _all_different(values, f"values of {place}")


def _check_references(layer: "Layer") -> None:
    """Ratios and targets name number fields, and a ratio's units measure the same as its fields'."""
    numbers = {field.name: field for field in layer.fields if field.type in ("integer", "number")}
    for name in (layer.status.base, layer.status.target):
        if name and name not in numbers:
            raise ValueError(f"status | {name!r} is no number field of the layer")
    for stated in layer.stated:
        if stated.field and stated.field not in numbers:
            raise ValueError(f"stated | {stated.field!r} is no number field of the layer")
        for name in stated.where:
            if layer.field(name) is None:
                raise ValueError(f"stated | {name!r} is no field of the layer")
    for ratio in layer.ratios:
        for name, unit in (
            (ratio.numerator, ratio.numerator_unit),
            (ratio.denominator, ratio.denominator_unit),
        ):
            if name not in numbers:
                raise ValueError(f"{_place(layer, ratio)} | {name!r} is no number field of the layer")
            own = numbers[name].unit
            if unit is not None and own is not None and UNITS[unit].quantity != UNITS[own].quantity:
                raise ValueError(f"{_place(layer, ratio)} | unit {own!r} of {name} cannot be turned into {unit!r}")


def _place(layer: "Layer", item: "Field | Ratio") -> str:
    return f"{'ratios' if item in layer.ratios else 'fields'}[{item.name}]"


def _all_different(values: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{value!r} is twice among the {what}")
        seen.add(value)
