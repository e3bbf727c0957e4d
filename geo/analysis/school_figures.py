"""Schools against their standard, and figures that stand out within a plan."""

import statistics
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from geo.analysis.consistency import Item, shown
from geo.model.errors import N_
from geo.model.finding import Finding
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU

STANDARD: dict[str, Any] = tomllib.loads(Path(__file__).with_name("school_standard.toml").read_text(encoding="utf-8"))
FEWEST_TO_COMPARE = 4
STANDS_OUT = 1.6
"""How many times the median, or how small a part of it, a figure must be to be told."""


def check_figures(items: Sequence[Item]) -> list[Finding]:
    """Class sizes, floor area a pupil, and what stands out among the items of a layer."""
    return [*class_sizes(items), *floor_areas(items), *land_areas(items), *outliers(items)]


def class_sizes(items: Sequence[Item]) -> Iterator[Finding]:
    """Seats against classes × 45 in primary and × 50 in junior schools."""
    right = []
    for item in items:
        size = STANDARD["pupils_per_class"].get(item.level)
        if size is None or not {"classes", "seats"} <= item.figures.keys():
            continue
        seats, classes = item.figures["seats"], item.figures["classes"]
        if seats == classes * size:
            right.append(item)
            continue
        if "seats" in item.added and "classes" not in item.added and seats < classes * size:
            message = N_("%(name)s：%(classes)s 班是全校的，%(seats)s 个学位只是新增的")
            remark = Remark(message, name=item.name, classes=shown(classes), seats=shown(seats))
            places = item.cited("classes", "seats")
            yield Finding("class_size", "explained", remark, places, {"stated": seats, "found": classes * size})
            continue
        remark = Remark(
            N_("%(name)s：%(classes)s 班按每班 %(size)s 人应为 %(wanted)s 个学位，写的是 %(seats)s 个"),
            name=item.name, classes=shown(classes), size=size, wanted=shown(classes * size), seats=shown(seats),
        )  # fmt: skip
        places = item.cited("classes", "seats")
        yield Finding("class_size", "differs", remark, places, {"stated": seats, "found": classes * size})
    if right:
        remark = Remark(N_("%(number)s 所学校的学位等于班数乘标准班额（小学 45、初中 50）"), number=len(right))
        yield Finding("class_size", "agrees", remark, tuple(item.citation for item in right), {"schools": len(right)})


def standard_of(level: str, classes: float) -> tuple[float, float]:
    """Basic and planning floor area a pupil, m², of the largest school of the table that is no larger."""
    table = STANDARD[level]
    column = max((i for i, number in enumerate(table["classes"]) if number <= classes), default=0)
    return table["basic"][column], table["planning"][column]


def floor_areas(items: Sequence[Item]) -> Iterator[Finding]:
    """Floor area a pupil against the standard's basic and planning figures."""
    above = []
    for item in items:
        needed = {"classes", "seats", "building_area_m2"}
        if item.level not in STANDARD["pupils_per_class"] or not needed <= item.figures.keys():
            continue
        area = item.figures["building_area_m2"] / item.figures["seats"]
        basic, planning = standard_of(item.level or "", item.figures["classes"])
        if area > planning:
            above.append((item, area))
        elif area < basic:
            remark = Remark(
                N_("%(name)s：生均建筑面积 %(area)s ㎡，低于%(standard)s的基本指标 %(basic)s ㎡"),
                name=item.name, area=shown(area), basic=basic, standard=STANDARD["name"],
            )  # fmt: skip
            figures = {"m2_per_seat": round(area, 2), "basic_m2_per_seat": basic, "planning_m2_per_seat": planning}
            places = item.cited("building_area_m2", "seats")
            yield Finding("floor_area_per_pupil", "differs", remark, places, figures)
    if above:
        remark = Remark(
            N_("%(number)s 所学校的生均建筑面积 %(least)s—%(most)s ㎡，高于%(standard)s的规划指标"),
            number=len(above), standard=STANDARD["name"],
            least=shown(min(area for _, area in above)), most=shown(max(area for _, area in above)),
        )  # fmt: skip
        yield Finding("floor_area_per_pupil", "note", remark, tuple(item.citation for item, _ in above))


def land_areas(items: Sequence[Item]) -> Iterator[Finding]:
    """Land a pupil, for which the national standards have no figure."""
    told = [
        (item, item.figures["land_area_mu"] * SQUARE_METRES_PER_MU / item.figures["seats"])
        for item in items
        if item.level in STANDARD["pupils_per_class"] and "land_area_mu" in item.figures and item.figures.get("seats")
    ]
    if told:
        areas = [area for _, area in told]
        remark = Remark(
            N_("%(number)s 所学校的生均用地 %(least)s—%(most)s ㎡；国家校舍建设标准没有此项指标，只在本规划内比较"),
            number=len(told), least=shown(min(areas)), most=shown(max(areas)),
        )  # fmt: skip
        figures = {"least_m2_per_seat": round(min(areas), 2), "most_m2_per_seat": round(max(areas), 2)}
        yield Finding("land_per_pupil", "explained", remark, tuple(item.citation for item, _ in told), figures)


APART = frozenset(("kindergarten", "special", "vocational", "senior"))
"""Levels that are only compared with their own: they need other room."""
ADDITIONS = tuple(STANDARD["additions"])
"""So end the names of projects of which the land is only what is added."""
RATIOS: dict[str, tuple[str, str, float]] = {
    "land_per_pupil": ("land_area_mu", "seats", SQUARE_METRES_PER_MU),
    "floor_area_ratio": ("building_area_m2", "land_area_mu", 1 / SQUARE_METRES_PER_MU),
    "investment_per_mu": ("investment_cny_10k", "land_area_mu", 1.0),
}
"""Numerator, denominator, and the factor between their units."""
MESSAGES = {
    "land_per_pupil": N_("%(name)s：生均用地 %(value)s ㎡，本规划同类项目的中位数是 %(median)s ㎡"),
    "floor_area_ratio": N_("%(name)s：容积率 %(value)s，本规划同类项目的中位数是 %(median)s"),
    "investment_per_mu": N_("%(name)s：亩均投资 %(value)s 万元，本规划同类项目的中位数是 %(median)s 万元"),
}


def outliers(items: Sequence[Item]) -> Iterator[Finding]:
    """Ratios of one item far from the median of its layer and of like levels."""
    for code, (over, under, factor) in RATIOS.items():
        groups: dict[tuple[str | None, str | None], list[tuple[Item, float]]] = defaultdict(list)
        for item in items:
            if item.figures.get(over) and item.figures.get(under) and not item.name.endswith(ADDITIONS):
                alike = item.level if item.level in APART else None
                groups[item.layer, alike].append((item, item.figures[over] / item.figures[under] * factor))
        for group in groups.values():
            if len(group) >= FEWEST_TO_COMPARE:
                yield from standing_out(code, group)


def standing_out(code: str, group: Sequence[tuple[Item, float]]) -> Iterator[Finding]:
    """Items far from the median, each with the places of its two figures and the item that stands in the middle."""
    median = statistics.median(value for _, value in group)
    middle, _ = min(group, key=lambda each: abs(each[1] - median))
    over, under, _ = RATIOS[code]
    for item, value in group:
        if value > STANDS_OUT * median or value < median / STANDS_OUT:
            remark = Remark(MESSAGES[code], name=item.name, value=shown(value), median=shown(median))
            places = (*item.cited(over, under), middle.citation)
            yield Finding(code, "note", remark, places, {"value": round(value, 2), "median": round(median, 2)})
