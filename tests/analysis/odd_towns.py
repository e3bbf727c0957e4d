"""Towns of odd kinds, drawn at random, with phrases and where they truly lead: to one crossing, several, or none."""

import math
import random

import shapely

from tests.analysis.networks import Line, circle, dual, straight

Road = tuple[str | None, Line, dict]
Case = tuple[str, list[tuple[float, float]]]
"""A phrase, and every place that it may mean; certain may only be a phrase with one."""

NUMERALS = "一二三四五六七"


def meet(one: Line, other: Line) -> list[tuple[float, float]]:
    found = shapely.get_parts(shapely.intersection(shapely.LineString(one), shapely.LineString(other)))
    return sorted((point.x, point.y) for point in found)


def rings(chance: random.Random) -> tuple[list[Road], list[Case]]:
    """Ring roads, streets that cross them once, twice or not at all."""
    inner, outer = circle(900, 60), circle(chance.uniform(1700, 2300), 90)
    angle = chance.uniform(0.3, 1.2)
    east, north = math.cos(angle), math.sin(angle)
    through = [(-2600.0, chance.uniform(-300, 300)), (2600.0, chance.uniform(-300, 300))]
    spoke, stub = [(400 * east, 400 * north), (2600 * east, 2600 * north)], [(0, 1200), (0, 2600)]
    roads = [
        ("内环路", inner, {}),
        ("外环路", outer, {}),
        ("东风路", spoke, {}),
        ("朝阳路", stub, {}),
        ("长安街", through, {}),
    ]
    west_in, east_out = meet(inner, through)[0], meet(outer, through)[1]
    return roads, [
        ("内环路与东风路交叉口", meet(inner, spoke)), ("外环路与东风路交叉口", meet(outer, spoke)),
        ("外环路与朝阳路交叉口", meet(outer, stub)), ("内环路与朝阳路交叉口", []),
        ("内环路与长安街交叉口", meet(inner, through)),
        ("外环路与长安街交叉口", meet(outer, through)), ("外环路东段与长安街交叉口", [east_out]),
        ("内环路西段与长安街交叉口", [west_in]), ("外环路北段与长安街交叉口", []), ("外环路南段与朝阳路交叉口", []),
    ]  # fmt: skip


def districts(chance: random.Random) -> tuple[list[Road], list[Case]]:
    """Roads of one name in two districts; in one of them a near miss."""
    away, gap = chance.uniform(5000, 20000), chance.uniform(10, 45)
    roads = [
        straight("建设路", (-900, 0), (900, 0)), straight("和平路", (0, gap), (0, 900)),
        straight("建设路", (away - 900, 0), (away + 900, 0)), straight("和平路", (away, -900), (away, 900)),
        straight("东风路", (-600, -900), (-600, 900)), straight("朝阳路", (away + 600, -900), (away + 600, 900)),
    ]  # fmt: skip
    return roads, [
        ("建设路与和平路交叉口", [(0, 0), (away, 0)]), ("建设路与东风路交叉口", [(-600, 0)]),
        ("建设路与朝阳路交叉口", [(away + 600, 0)]), ("和平路与东风路交叉口", []), ("东风路与朝阳路交叉口", []),
    ]  # fmt: skip


def flyovers(chance: random.Random) -> tuple[list[Road], list[Case]]:
    """A grid whose crossings have nodes, and an expressway over it of which no field tells."""
    at = [300.0 * number + chance.uniform(-40, 40) for number in range(7)]
    high = at[3] + 150
    roads = [(f"经{NUMERALS[n]}路", [(x, -400), *((x, y) for y in at), (x, 2200)], {}) for n, x in enumerate(at)]
    roads += [(f"纬{NUMERALS[n]}街", [(-400, y), *((x, y) for x in at), (2200, y)], {}) for n, y in enumerate(at)]
    roads += [
        straight("龙翔大道", (-400, high), (2200, high)),
        ("环翠路", [(2200, -400), (2200, high), (2200, 2200)], {}),
    ]
    cases: list[Case] = [(f"龙翔大道与经{numeral}路交叉口", []) for numeral in NUMERALS]
    cases += [(f"经{NUMERALS[n]}路与纬{NUMERALS[-n]}街交叉口", [(at[n], at[-n])]) for n in (1, 2, 3)]
    return roads, [*cases, ("龙翔大道与环翠路交叉口", [(2200, high)])]


def interchange(chance: random.Random) -> tuple[list[Road], list[Case]]:
    """Carriageways on a bridge over others, with lettered ramps between them."""
    roads = dual("北环快速路", (-2500, 0), (2500, 0), 24, structure="bridge", road_class="trunk")
    roads += dual("花园大道", (0, -2500), (0, 2500), chance.uniform(14, 30), road_class="primary")
    for letter, east, north in zip("ABCD", (1, 1, -1, -1), (1, -1, 1, -1), strict=True):
        name = chance.choice([f"{letter}匝道", "花园大道", None])
        ramp = [(east * 300.0, north * 12.0), (east * 120.0, north * 120.0), (east * 10.0, north * 300.0)]
        roads.append((name, ramp, {"oneway": True, "road_class": "trunk_link"}))
    roads.append(straight("辅仁路", (900, -900), (900, 900), road_class="tertiary"))
    return roads, [("北环快速路与花园大道交叉口", []), ("花园大道与辅仁路交叉口", []), ("北环快速路与辅仁路交叉口", [])]


def river(chance: random.Random) -> tuple[list[Road], list[Case]]:
    """A street broken by a river, roads on both banks, of which two have one name."""
    gap = chance.uniform(30, 300)
    north, south = gap / 2 + chance.uniform(55, 80), -gap / 2 - chance.uniform(55, 80)
    roads = [
        straight("长江路", (0, gap / 2), (0, 1500)), straight("长江路", (0, -1500), (0, -gap / 2)),
        straight("北岸路", (-1000, north), (1000, north)), straight("南岸路", (-1000, south), (1000, south)),
        straight("滨江路", (-1000, north + 300), (1000, north + 300)), straight("渡口路", (500, 1500), (500, gap / 2)),
        straight("滨江路", (-1000, south - 300), (1000, south - 300)),
    ]  # fmt: skip
    both = [(0, north + 300), (0, south - 300)]
    return roads, [
        ("长江路与北岸路交叉口", [(0, north)]), ("长江路与南岸路交叉口", [(0, south)]), ("渡口路与南岸路交叉口", []),
        ("渡口路与北岸路交叉口", [(500, north)]), ("长江路与滨江路交叉口", both), ("长江路南段与北岸路交叉口", []),
        ("长江路北段与滨江路交叉口", both[:1]), ("长江路南段与滨江路交叉口", both[1:]),
    ]  # fmt: skip


def names(chance: random.Random) -> tuple[list[Road], list[Case]]:
    """Former names that other roads have now, roads cut by direction, 大道 beside 路, digits."""
    x = chance.uniform(600, 900)
    roads = [
        straight("天中山大道", (0, -1500), (0, 1500), aliases="文明路"), straight("文明路", (x, -1500), (x, 1500)),
        straight("乐山路", (-1500, 0), (1500, 0), aliases="练江路"), straight("练江大道", (-1500, 500), (1500, 500)),
        straight("雪松路", (-1500, -500), (1500, -500), aliases="雪松大道、练江路"),
        straight("嵩山南路", (-x, -1500), (-x, 0)), straight("嵩山北路", (-x, 0), (-x, 1500)),
        straight("东一路", (1400, -1500), (1400, 1500)), straight("光明路", (-400, 900), (300, 900)),
    ]  # fmt: skip
    return roads, [
        ("文明路与乐山路交叉口", [(x, 0)]), ("文明路与光明路交叉口", []), ("天中山大道与练江路交叉口", [(0, 0),
        (0, -500)]),
        ("文明路与雪松大道交叉口", [(x, -500)]), ("嵩山南路与练江大道交叉口", []),
        ("嵩山路与练江大道交叉口", [(-x, 500)]),
        ("嵩山路北段与雪松路交叉口", []), ("嵩山路南段与雪松路交叉口", [(-x, -500)]),
        ("东1路与乐山路交叉口", [(1400, 0)]),
        ("西一路与乐山路交叉口", []), ("东二路与乐山路交叉口", []), ("东十一路与乐山路交叉口", []),
    ]  # fmt: skip


KINDS = (rings, districts, flyovers, interchange, river, names)
