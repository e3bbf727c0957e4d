"""A real phrase says the same of other roads: names of one city in a phrase of another are read alike."""

import random

from tests.exchange.phrase_cases import BY_HAND, cases, faults

ROWS = [case for path in BY_HAND for case in cases(path)]
NAMES = sorted({road for case in ROWS for road in case["roads"] if 3 <= len(road) <= 7 and road.isalnum()})
TRIED, FEWEST_RIGHT = 400, 0.95


def can_be_renamed(case: dict) -> bool:
    """Whether each road stands once in the phrase, under one name that is no part of another."""
    roads, text = case["roads"], case["text"]
    once = all(text.count(road) == 1 for road in roads) and not any(a != b and a in b for a in roads for b in roads)
    return bool(roads) and once and not case.get("aliases") and not case.get("more") and not faults(case)


def renamed(case: dict, names: list[str]) -> dict:
    other = dict(zip(case["roads"], names, strict=True))
    text = case["text"]
    for place, road in enumerate(other):
        text = text.replace(road, f"<{place}>")
    for place, name in enumerate(names):
        text = text.replace(f"<{place}>", name)
    sides = {other.get(road, road): side for road, side in case.get("sides", {}).items()}
    bounds = {side: other.get(road, road) for side, road in case.get("bounds", {}).items()}
    return case | {"text": text, "roads": names, "sides": sides, "bounds": bounds}


def test_a_phrase_with_the_roads_of_other_cities_is_read_alike():
    chance = random.Random(19)
    rows = [case for case in chance.sample(ROWS, 3 * TRIED) if can_be_renamed(case)][:TRIED]
    tried = [renamed(case, chance.sample(NAMES, len(case["roads"]))) for case in rows]
    wrong = {case["text"]: found for case in tried if (found := faults(case))}
    assert len(tried) == TRIED
    assert len(wrong) <= (1 - FEWEST_RIGHT) * TRIED, wrong
