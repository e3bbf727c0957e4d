"""The grammar of location phrases as `location_words.toml` gives it, made ready for use."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from geo.exchange.grammar import read_grammar

GRAMMAR: dict[str, Any] = read_grammar(Path(__file__).with_name("location_words.toml"))

DIRECTION_OF = {word: direction for direction, words in GRAMMAR["directions"].items() for word in words}
CORNERS = frozenset(word for word, direction in DIRECTION_OF.items() if len(direction) > 1)
FOLD = str.maketrans(GRAMMAR["fold"]["traditional"], GRAMMAR["fold"]["simplified"])
TRADITIONAL = frozenset(GRAMMAR["fold"]["traditional"])
SEPARATORS = GRAMMAR["separators"]


class Word(NamedTuple):
    """A fixed word: its class, its cost, the direction that it names, and what its list says of it."""

    letter: str
    cost: float
    direction: str | None = None
    corner: bool = False
    weak: bool = False
    spans: bool = False
    until: re.Pattern[str] | None = None
    """What must follow it."""
    breaks: bool = False
    """Whether no name holds it."""


def spell(template: str) -> list[tuple[str, str | None]]:
    """All spellings of a word, with the direction that each names."""
    if "{d}" not in template:
        return [(template, None)]
    return [(template.replace("{d}", word), direction) for word, direction in DIRECTION_OF.items()]


def load_words() -> dict[str, list[Word]]:
    words: dict[str, list[Word]] = {}
    odd = tuple(GRAMMAR["reversed_directions"])
    for entry in GRAMMAR["words"]:
        said = {key: entry[key] for key in ("corner", "weak", "spans") if key in entry}
        said |= {"until": re.compile(entry["until"])} if "until" in entry else {}
        for template in entry["list"]:
            for text, direction in spell(template):
                extra = GRAMMAR["reversed_cost"] if text.startswith(odd) else 0.0
                word = Word(entry["letter"], entry["cost"] + extra, direction, breaks=text in BREAKS, **said)
                words.setdefault(text, []).append(word)
    return words


def load_order() -> dict[str, dict[str, float]]:
    """What it costs that a state stands right after another, by the earlier and the later of the two."""
    costs: dict[str, dict[str, float]] = defaultdict(dict)
    for entry in GRAMMAR["order"]:
        for after in entry["after"]:
            costs[after].update(dict.fromkeys(entry["before"], entry["cost"]))
    return costs


BREAKS = frozenset(text for template in GRAMMAR["breaks"]["list"] for text, _ in spell(template))
WORDS = load_words()
ORDER = load_order()

ROADS, THINGS, AREAS, LENGTHS = GRAMMAR["roads"], GRAMMAR["things"], GRAMMAR["areas"], GRAMMAR["lengths"]
ODD_LETTER_COST: float = GRAMMAR["odd_letter_cost"]
SHORTEST_THING = 2
CHEAPEST_THING: float = min(
    THINGS["cost"] + SHORTEST_THING * THINGS["per_character"],
    THINGS["known_cost"] + SHORTEST_THING * THINGS["known_per_character"],
)
ROAD_SUFFIXES, THING_SUFFIXES = frozenset(ROADS["suffixes"]), frozenset(THINGS["suffixes"])
AREA_SUFFIXES = frozenset(AREAS["suffixes"])
AREA_RESTS = (AREA_SUFFIXES | {"街"}) - frozenset(AREAS["whole_names"])
"""What is left of an area's name behind a shorter area or road: 光复道街 is a subdistrict, 滨江中路市 is no city."""
AVENUES, DIRECTION_COSTS = tuple(ROADS["avenues"]), ROADS["avenue_direction_costs"]
NUMERALS = frozenset(ROADS["numerals"])
HIGHWAYS = tuple(ROADS["highways"])
SHORT_STEMS = tuple(ROADS["short_stems"])
LIMIT_LETTERS, LIMIT_STEMS = ROADS["limit_letters"], frozenset(ROADS["limit_stems"])
DIRECTED_STEMS, JOINED_STEMS = frozenset(ROADS["directed_stems"]), frozenset(ROADS["joined_stems"])
ONE_LETTER, DATES = frozenset(ROADS["one_letter_names"]), frozenset(ROADS["dates"])

RING_AHEAD = re.compile(ROADS["ring_ahead"])
CODE, RING, EXTENSION = re.compile(ROADS["codes"]), re.compile(ROADS["ring"]), re.compile(ROADS["extensions"])
NO_ROAD, RAILWAY = tuple(ROADS["never"]), re.compile(ROADS["railways"])
YET_ROAD = re.compile(ROADS["yet_roads"])
NO_NAME, NUMBERED = re.compile(ROADS["no_name"]), re.compile(ROADS["numbered"])
ANEW_SIGNS, ANEW = tuple(ROADS["anew_signs"]), re.compile(ROADS["anew"])
NEVER_INSIDE = re.compile(ROADS["never_inside"])
JOINED_USUAL, JOINED_WHOLE = re.compile(ROADS["joined_usual"]), re.compile(ROADS["joined_whole"])
NOT_CLOSING = re.compile(ROADS["not_closing"])
UNNAMED, ADJECTIVES, BESIDE = (re.compile(ROADS[key]) for key in ("unnamed", "adjectives", "beside"))
ALONG_WATER, SAID_OF_THING = re.compile(ROADS["along_water"]), re.compile(ROADS["said_of_thing"])
STREET_AT_CROSSING, STRIPS = re.compile(ROADS["street_at_crossing"]), frozenset(ROADS["strips"])
WHOLE_WORD = re.compile("|".join(ROADS["whole_words"]))
CROSSING_ALONE = re.compile(ROADS["crossing_alone"])
NEEDS_ADJECTIVE = re.compile(ROADS["needs_adjective"])
BEGUN_BEFORE = re.compile(ROADS["begun_before"])
MEASURED = re.compile(THINGS["measured"])
THE_SITE, BRIDGE_OF_ROAD = re.compile(THINGS["the_site"]), re.compile(THINGS["bridge_of_road"])
OF_ROAD, PLACES = re.compile(THINGS["belongs_to_road"]), frozenset(THINGS["places"])
QUARTER, VILLAGE = AREAS["quarter"], AREAS["village"]
GOES_ON = re.compile(AREAS["goes_on"])
PART_OF_THING = re.compile(THINGS["after_direction"])
NO_AREA, SHORT_AREA = tuple(AREAS["never"]), re.compile(AREAS["short"])
NO_AREA_END = re.compile(AREAS["not_closing"])
PLACE_NAMES = frozenset(read_grammar(Path(__file__).with_name("place_names.toml"))["names"].split())
BARE_PLACES = PLACE_NAMES | frozenset(AREAS["quarters"])
FRONTS_OF_PLACES = frozenset(name[:2] for name in BARE_PLACES)
LONGEST_PLACE = max(map(len, BARE_PLACES))
AREA_NAME, INSTITUTION = re.compile(AREAS["name"]), re.compile(AREAS["institutions"])
FIRST_OF_NUMBERS = frozenset(LENGTHS["first_letters"])
LENGTH, MARK, HOUSE = (re.compile(LENGTHS[key]) for key in ("length", "mark", "house"))


FRONTS = {text[:end]: WORDS.get(text[:end], []) for text in WORDS for end in range(1, len(text) + 1)}
"""By all that a word begins with the words that are no more than this."""

SUFFIXES = {"road": ROAD_SUFFIXES, "thing": THING_SUFFIXES, "area": AREA_SUFFIXES, "place": PLACES}
ENDINGS = {text[start:] for text in frozenset().union(*SUFFIXES.values()) for start in range(len(text))}
KINDS_OF_ENDING = {
    ending: {
        kind: max(lengths)
        for kind, suffixes in SUFFIXES.items()
        if (lengths := [len(ending) - start for start in range(len(ending)) if ending[start:] in suffixes])
    }
    for ending in ENDINGS
}
"""By all that a suffix ends with the length of the longest suffix of each kind in it."""
NO_SUFFIX: dict[str, int] = {}


def suffixes_at(text: str, end: int) -> dict[str, int]:
    """Length of the longest suffix of each kind that ends here; not to be changed."""
    found, start = NO_SUFFIX, end - 1
    while start >= 0 and (longer := KINDS_OF_ENDING.get(text[start:end])) is not None:
        found, start = longer, start - 1
    return found


def fold(text: str) -> str:
    """The text with the letters of the framework in simplified characters."""
    return text if TRADITIONAL.isdisjoint(text) else text.translate(FOLD)


def carries_name(text: str) -> bool:
    """Whether this is more than one letter, a number or a direction, so that it can be a name of its own."""
    return len(text) >= 2 and (
        text in DIRECTION_OF or text in DATES or text[:-1] in DATES or not ONE_LETTER.issuperset(text)
    )
