"""Where one phrase tells of several sites, the words of each: A路以东、B路以南;C路以西、D路以北."""

import re
from collections.abc import Iterable
from itertools import pairwise

from geo.exchange.phrase_reading import read_phrase
from geo.exchange.phrase_rules import CONNECTORS, Reading, opposite
from geo.exchange.phrase_words import JOINED_STEMS, SEPARATORS

CARDINALS = frozenset("NESW")
BETWEEN, ONE_SITE = re.compile(SEPARATORS["between_sites"]), re.compile(SEPARATORS["one_site"])
AROUND, JOINED = SEPARATORS["around_sites"], "".join(CONNECTORS)
PLOTS = tuple(SEPARATORS["plots"])
PAIR, SIDES_OF_PAIR = 2, 4
"""Sides of two sites with two each."""


def sites_apart(text: str) -> list[str]:
    """The words of each site; empty where the phrase tells of one.

    东至A路;南至B路;西至C路 is one site, and so are a crossing and the sides of its two roads.
    """
    reading = read_phrase(text)
    parted = [part for piece in BETWEEN.split(text) if (part := piece.strip(AROUND))] if reading.words else []
    places = (begins_again(reading), joined(reading), turned(reading))
    ways = (parted, *(cut_at(reading.words, starts) for starts in places))
    return next((parts for parts in ways if len(parts) > 1 and are_sites(parts)), [])


def words_of_more(reading: Reading) -> list[str]:
    """The words of the further crossings that were found behind the first."""
    return cut_at(reading.words, [site.start for site in reading.more])[1:]


def cut_at(words: str, places: Iterable[int]) -> list[str]:
    """The words between the places, without what stands between two sites."""
    ends = [0, *places, len(words)]
    return [bare(words, start, end) for start, end in pairwise(ends)] if len(ends) > 2 else []


def bare(words: str, start: int, end: int) -> str:
    """Without commas around, and without the 和 of 南侧和A路; behind a comma 和平路 is a name."""
    piece = words[start:end].strip(AROUND).rstrip(JOINED)
    joined_on = start and is_connector(piece, 0) and words[start - 1] not in AROUND
    return piece[1:] if joined_on else piece


def is_connector(words: str, place: int) -> bool:
    """Whether 和 or its like stands here, and not the first letter of 和平路."""
    return words[place : place + 1] in CONNECTORS and words[place : place + 2] not in JOINED_STEMS


def begins_again(reading: Reading) -> list[int]:
    """Where a side is told a second time, of another site: A路以东、B路以南地块和A路以东、C路以北地块.

    Without a word between, only two and two sides are two sites: a block may have more than four sides, and what ends
    with 的范围 is one.
    """
    places: list[int] = []
    told: set[str] = set()
    since = -1
    for place, direction in sorted(reading.told):
        if direction in told and place != since:
            places.append(place)
            told = set()
        told.add(direction)
        since = place
    starts = sorted({place for place, _ in reading.told})
    pairs = len(starts) == SIDES_OF_PAIR and places == starts[2:3] and not ONE_SITE.search(reading.words)
    return places if pairs else [place for place in places if is_marked(reading.words, place)]


def joined(reading: Reading) -> list[int]:
    """Where 和 or its like stands before a side: A路以东、B路以南和C路以西、D路以北."""
    return [place for place in sorted({place for place, _ in reading.told}) if is_marked(reading.words, place)][:1]


def turned(reading: Reading) -> list[int]:
    """Where the first of two roads is named again that has both sides: A路以东、B路以南,A路以西、B路以北."""
    name = reading.roads[0][1] if len({name for _, name in reading.roads}) == PAIR else ""
    if reading.sides.get(name) != "both":
        return []
    again = reading.words.find(name, reading.words.find(name) + len(name))
    return [again] if again > 0 else []


def is_marked(words: str, place: int) -> bool:
    """Whether 和 or 地块 stands before what begins here."""
    if not place:
        return False
    begins_so = is_connector(words, place) and words[place - 1] not in AROUND
    return begins_so or is_connector(words, place - 1) or words[:place].rstrip(AROUND).endswith(PLOTS)


def are_sites(parts: list[str]) -> bool:
    """Whether each of the parts tells a place of its own, by roads that are not all another's or by other sides."""
    readings = [read_phrase(part) for part in parts]
    return all(map(is_whole, readings)) and not any(tell_one(*pair) for pair in pairwise(readings))


def tell_one(one: Reading, other: Reading) -> bool:
    """Whether two readings may tell of one site: a crossing, and the sides of its two roads."""
    roads, others = ({name for _, name in reading.roads} for reading in (one, other))
    if not (roads <= others or others <= roads):
        return False
    if one.crossing and other.crossing:
        return not (one.quadrants and other.quadrants and one.quadrants.isdisjoint(other.quadrants))
    across = any(opposite(one.sides[name]) == side for name, side in other.sides.items() if name in one.sides)
    return one.crossing or other.crossing or roads != others or not across


def is_whole(reading: Reading) -> bool:
    """Whether a reading alone tells where a site is: by a crossing, or by sides across each other.

    What is told by limits has four, for a corner of the block may be cut out: 东至A路,南至B路,西至C路,南至D路.
    """
    across = bool(reading.covered & set("NS")) and bool(reading.covered & set("EW"))
    corner = bool(reading.covered - CARDINALS)
    crossed = reading.crossing and len({name for _, name in reading.roads}) > 1
    limited = not reading.limits or reading.covered >= CARDINALS
    return not reading.more and bool(reading.roads) and limited and (crossed or across or corner)
