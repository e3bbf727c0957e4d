"""Roads whose name is missing on a piece are one road, as far as the way straight on tells it."""

from itertools import pairwise

import pytest
import shapely

from geo.analysis.crossings import find_crossing
from geo.analysis.meetings import Unlocated
from geo.analysis.network import RoadNetwork
from tests.analysis.networks import straight, to_metres, town

ACROSS = straight("洪河大道", (-800, 0), (800, 0))
UNNAMED = straight(None, (0, -100), (0, 100))


def upright(*pieces: tuple) -> RoadNetwork:
    return RoadNetwork(town([ACROSS, *pieces]), default_error_m=10.0)


def place(crossing):
    at = to_metres(shapely.Point(crossing.lon, crossing.lat))
    return at.x, at.y


def told(crossing):
    return "".join(map(str, crossing.doubts))


def test_a_piece_without_a_name_between_two_of_one_name_is_of_that_road():
    pieces = [straight("金沙路", (0, -800), (0, -100)), UNNAMED, straight("金沙路", (0, 100), (0, 800))]
    crossing = find_crossing(upright(*pieces), "洪河大道", "金沙路")
    assert place(crossing) == pytest.approx((0, 0), abs=0.1)
    assert crossing.is_certain and "金沙路" in told(crossing)
    assert len(crossing.arms[1]) == 2


@pytest.mark.parametrize("cuts", [(-100, 100), (-100, -40, 30, 100), (-250, -100, 0, 100, 250)])
def test_however_often_the_gap_is_cut(cuts):
    gap = [straight(None, (0, one), (0, other)) for one, other in pairwise(cuts)]
    ends = [straight("金沙路", (0, -800), (0, cuts[0])), straight("金沙路", (0, 800), (0, cuts[-1]))]
    assert find_crossing(upright(*ends, *gap), "洪河大道", "金沙路").is_certain


def test_where_the_name_does_not_come_again_the_road_is_only_thought_to_go_on():
    crossing = find_crossing(upright(straight("金沙路", (0, -800), (0, -100)), UNNAMED), "洪河大道", "金沙路")
    assert place(crossing) == pytest.approx((0, 0), abs=0.1)
    assert not crossing.is_certain and "须核对" in told(crossing)


@pytest.mark.parametrize(
    "pieces",
    [
        [straight("金沙路", (300, -800), (300, -100)), straight(None, (300, -100), (100, 100))],  # turns off
        [straight("金沙路", (0, -800), (0, -100)), straight("竹沟路", (0, -100), (0, 100)), UNNAMED],  # another name
        [straight("金沙路", (0, -1500), (0, -650)), straight(None, (0, -650), (0, 100))],  # too far
    ],
)
def test_another_road_is_not_taken_for_it(pieces):
    with pytest.raises(Unlocated, match="不相交"):
        find_crossing(upright(*pieces), "洪河大道", "金沙路")


def test_a_road_that_meets_by_name_is_not_lengthened():
    """Beyond the end of 金沙路 a nameless road goes on to a second meeting: it is told, and the named one is taken."""
    bent = ("洪河大道", [(800, 0), (1200, 0), (1200, 900), (-400, 900)], {})
    pieces = [straight("金沙路", (0, -800), (0, 600)), straight(None, (0, 600), (0, 1000)), bent]
    crossing = find_crossing(upright(*pieces), "洪河大道", "金沙路")
    assert place(crossing) == pytest.approx((0, 0), abs=0.1) and len(crossing.others) == 1
    assert not crossing.is_certain and crossing.accuracy_m == pytest.approx(14.1, abs=0.1)
