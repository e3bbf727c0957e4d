"""No wrong crossing is given as certain, in towns of odd kinds drawn at random whose crossings are known."""

import random

import pytest
import shapely

from geo.analysis.locating import Site, locate_sites
from geo.analysis.network import RoadNetwork
from geo.exchange.location_phrase import parse_location
from tests.analysis import odd_towns
from tests.analysis.networks import to_metres, town

SEEDS = range(7)
NEAR_M = 20.0
LEAST_FOUND = 0.9
"""Of the phrases with one crossing; what no more than a tenth may be is left open."""


def outcomes(kind):
    """For each phrase how many places it may mean, what became of it, and whether that is one of them."""
    for seed in SEEDS:
        chance = random.Random(f"{kind.__name__} {seed}")
        roads, cases = kind(chance)
        turn = chance.uniform(-8, 8)
        network = RoadNetwork(town(roads, turn), default_error_m=10.0)
        for text, truth in cases:
            site = Site(parse_location(text + chance.choice(["", "东北角", "西南角"])), 20 * 2000 / 3)
            (place,) = locate_sites([site], network)
            at = to_metres(shapely.Point(place.crossing.lon, place.crossing.lat), turn) if place.crossing else None
            right = at is not None and any(at.distance(shapely.Point(each)) <= NEAR_M for each in truth)
            yield text, len(truth), place, right


@pytest.mark.parametrize("kind", odd_towns.KINDS, ids=lambda kind: kind.__name__)
def test_what_is_certain_is_right_and_what_is_doubtful_says_why(kind):
    found = list(outcomes(kind))
    assert [text for text, count, place, right in found if place.is_certain and not (right and count == 1)] == []
    assert all(place.doubts or place.is_certain or place.reason for _, _, place, _ in found)
    single = [right for _, count, _, right in found if count == 1]
    assert sum(single) >= LEAST_FOUND * len(single)
