"""学院路北段: a crossing elsewhere on the road is told, and of two crossings the one on the stretch is taken."""

import math

import pytest

from geo.analysis.locating import Site, locate_sites
from geo.analysis.named_stretches import stretch_of
from geo.analysis.network import RoadNetwork
from geo.exchange.location_phrase import parse_location
from tests.analysis.networks import circle, straight, to_metres, town

NORTHERN, SOUTHERN = 1500.0, 300.0
"""Metres north of the southern end of 学院路, which is 2 km long: where 建设路 and 解放路 cross it."""

ROADS = [
    straight("学院路", (0, 0), (0, 2000)), straight("建设路", (-500, NORTHERN), (500, NORTHERN)),
    straight("解放路", (-500, SOUTHERN), (500, SOUTHERN)),
]  # fmt: skip
RING = [("环城路", circle(1500, 90), {}), straight("中山路", (0, -2500), (0, 2500))]


def located(roads, text, area_mu=20.0, turn_deg=0.0):
    network = RoadNetwork(town(roads, turn_deg), default_error_m=10.0)
    return locate_sites([Site(parse_location(text), area_mu * 2000 / 3)], network)[0]


def told(place):
    return "".join(map(str, place.doubts))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("学院路北段与建设路交叉口", "北"), ("学院路（北段）与建设路交叉口", "北"), ("学院路 中段东侧", "中"),
        ("学院路北侧与建设路交叉口", ""), ("学院路与建设路北段交叉口", ""), ("学院路东北段", "东北"),
        ("学院路南端", "南"),
    ],
)  # fmt: skip
def test_the_words_behind_a_road_are_its_stretch(text, part):
    assert stretch_of(text, "学院路") == part and stretch_of("", f"学院路{part}段") == part


@pytest.mark.parametrize("turn", [0, 25])
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("学院路北段与建设路交叉口东北角", True), ("学院路南段与建设路交叉口东北角", False),
        ("学院路北段与解放路交叉口东北角", False), ("学院路南段与解放路交叉口东北角", True),
        ("学院路中段与建设路交叉口东北角", True), ("学院路中段与解放路交叉口东北角", False),
        ("学院路与建设路中段交叉口东北角", True), ("学院路西段与建设路交叉口东北角", False),
        ("学院路北段与解放路交叉口往北100米路东", False), ("学院路南段以东、建设路以南", False),
    ],
)  # fmt: skip
def test_a_crossing_off_the_named_stretch_is_told_and_never_certain(text, fits, turn):
    place = located(ROADS, text, turn_deg=turn)
    assert place.geometry is not None
    assert ("段" in told(place)) != fits and (place.is_certain or not fits)


def test_the_accuracy_reaches_the_stretch_that_was_named():
    at_its_place, elsewhere = (located(ROADS, f"学院路{part}段与解放路交叉口东北角") for part in "南北")
    assert elsewhere.crossing.accuracy_m == pytest.approx(10 * math.sqrt(2) + 2000 * 5 / 6 - SOUTHERN, abs=20)
    assert elsewhere.accuracy_m >= elsewhere.crossing.accuracy_m > at_its_place.accuracy_m + 1000


@pytest.mark.parametrize(("part", "north"), [("北", 1500), ("南", -1500)])
def test_of_two_crossings_the_one_on_the_stretch_is_taken_with_a_warning(part, north):
    assert located(RING, "环城路与中山路交叉口").geometry is None
    place = located(RING, f"环城路{part}段与中山路交叉口")
    assert to_metres(place.geometry).y == pytest.approx(north, abs=3)
    assert "不只一处" in told(place) and not place.is_certain and len(place.candidates) == 1


@pytest.mark.parametrize("names", [("学院路北段", "学院路南段"), ("学院北路", "学院南路")])
def test_a_stretch_that_the_data_name_is_held_to_its_own_line(names):
    roads = [straight(names[0], (0, 1200), (0, 2000)), straight(names[1], (0, 0), (0, 1200)), *ROADS[1:]]
    north = located([*roads[:2], straight("建设路", (-500, 1300), (500, 1300))], "学院路北段与建设路交叉口东北角")
    assert "所定位置不在" not in told(north)
    assert "所定位置不在" in told(located(roads, "学院路北段与解放路交叉口东北角"))


def test_a_block_off_the_named_stretch_is_told():
    roads = [*ROADS, straight("西路", (-400, 0), (-400, 2000))]
    bounds = "东至学院路{}段，西至西路，南至解放路，北至建设路"
    assert "所定位置不在" in told(located(roads, bounds.format("北")))
    assert "所定位置不在" not in told(located(roads, bounds.format("中")))
