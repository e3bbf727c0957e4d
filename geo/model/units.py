"""Units of the plan's figures: how they are written and how they turn into one another."""

from dataclasses import dataclass

from geo.model.errors import InvalidInput, N_

SQUARE_METRES_PER_MU = 2000 / 3
"""1 亩 = 2000/3 m² (《中华人民共和国法定计量单位》 usage: 15 亩 = 1 hectare)."""


@dataclass(frozen=True)
class Unit:
    """A unit as people read it.

    Parameters
    ----------
    zh, en
        The sign after a figure.
    quantity
        What it measures; only units of one quantity turn into one another.
    size
        One of this unit in the quantity's base unit.
    """

    zh: str
    en: str
    quantity: str
    size: float = 1.0


UNITS: dict[str, Unit] = {
    "mu": Unit("亩", "mu", "area", SQUARE_METRES_PER_MU),
    "m2": Unit("㎡", "m²", "area"),
    "ha": Unit("公顷", "ha", "area", 10_000.0),
    "m": Unit("m", "m", "length"),
    "km": Unit("km", "km", "length", 1000.0),
    "deg": Unit("°", "°", "angle"),
    "cny_10k": Unit("万元", "10k CNY", "money"),
    "cny_100m": Unit("亿元", "100M CNY", "money", 10_000.0),
    "t_10k": Unit("万吨", "10k t", "mass"),
    "tce_10k": Unit("万吨标准煤", "10k tce", "energy"),
    "person_10k": Unit("万人", "10k people", "people", 10_000.0),
    "person": Unit("人", "people", "people"),
    "household": Unit("户", "households", "household"),
    "seat": Unit("个学位", "seats", "seat"),
    "class": Unit("个班", "classes", "class"),
    "year": Unit("年", "years", "year"),
    "pct": Unit("%", "%", "share"),
    "item": Unit("个", "items", "item"),
    "company": Unit("家", "companies", "company"),
    "m2_per_seat": Unit("㎡/生", "m² per pupil", "area per seat"),
    "seat_per_class": Unit("人/班", "pupils per class", "seat per class"),
    "cny_10k_per_mu": Unit("万元/亩", "10k CNY per mu", "money per area"),
    "cny_10k_per_m2": Unit("万元/㎡", "10k CNY per m²", "money per area", SQUARE_METRES_PER_MU),
    "ratio": Unit("", "", "ratio"),
    "water_class": Unit("类", "class", "water class"),
}
"""Every unit a layer may name."""


def convert(value: float, unit: str, to: str) -> float:
    """Turn a figure of one unit into another unit of the same quantity.

    Raises
    ------
    InvalidInput
        If the two units do not measure the same quantity.
    """
    source, target = UNITS[unit], UNITS[to]
    if source.quantity != target.quantity:
        raise InvalidInput(N_("单位 %(unit)s 不能换算成 %(to)s"), unit=unit, to=to)
    return value * source.size / target.size
