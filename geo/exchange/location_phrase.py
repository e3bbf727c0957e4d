"""Read where a Chinese notice says a site is: 洪河大道与金沙路交叉口西北侧, A路以东、B路以南, 东至A路西至B路.

A phrase is cut into tokens (`phrase_tokens`, by the words and costs of `location_words.toml`), each with the letter of
its class, which its neighbours may still change (`phrase_sense`); patterns over these letters (`phrase_rules`) are
tried from left to right, and what they find adds up to a `LocationPhrase`. Conventions of the reading, as the cases
shared with us have them:

- `sides` is the side of a road on which the site lies: A路以东 and 西至A路 give {"A路": "E"}, A路两侧 gives "both".
- `bounds` is filled by words of limit only (东至A路, 东临A路 give {"E": "A路"}); A路以东 says the same in `sides`.
- `other_sides` is the same for things that are no roads; 厂区内 gives {"厂区": "in"}.
- A road without a name (规划道路) is kept in `roads` where it crosses another; else it says nothing that can be used.
- A former name in brackets is left out; brackets behind a thing tell where that thing is, not the site.
- A length makes an `offset`; four sides, an enclosure, or two limits with 至 or 起 are `bounded`; one side of one road
  and nothing else is `along`.
- A crossing with a corner keeps no `sides`; with 交叉口北、A路东 the sides count and the crossing has no quadrant.
- Several corners in one phrase leave the quadrant open.
- A second crossing, of two roads that were not named before, is a further site: what is read is the first, and `more`
  holds the others, each with its own words. So are sites told by sides, where a semicolon or 另一处 parts them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from geo.exchange.phrase_rules import Reader, Reading
from geo.exchange.phrase_sense import prepare
from geo.exchange.phrase_tokens import Token, tidy, tokenize
from geo.exchange.phrase_words import SEPARATORS, suffixes_at
from geo.model.location import LocationPhrase

LONGEST_PHRASE = 600
"""Characters; a longer text is no phrase and stays unread."""

FIELDS = tuple(each.name for each in fields(LocationPhrase) if each.name != "more")
CARDINALS = frozenset("NESW")
OPENING, CLOSING = SEPARATORS["opening"], SEPARATORS["closing_brackets"]
AS_COMMA = str.maketrans(dict.fromkeys(OPENING + CLOSING, ","))
BRACKETED = re.compile(f"[{re.escape(OPENING)}]([^{re.escape(OPENING + CLOSING)}]{{1,40}})[{re.escape(CLOSING)}]")
BETWEEN = re.compile(SEPARATORS["between_sites"])
AROUND = "".join(SEPARATORS["around_sites"])
OF_THING = {f"T{letter}" for letter in "dDkixlv"} | {"Up", "Us"}
"""What stands before and after brackets that tell where a thing, or a road without a name, is."""
CONTINUATION = re.compile("[dDxvkr]")
"""What goes on with the sentence before it; after a road a crossing does as well."""


@dataclass(frozen=True)
class Bracket:
    """What stood in brackets: its words, its place in the whole text, and where it was taken out of the rest."""

    text: str
    start: int
    anchor: int


def open_brackets(text: str) -> str:
    """A路与B路交汇处(东北角) without the brackets, because what they hold goes on with the sentence."""
    if not any(mark in text for mark in OPENING):
        return text
    return BRACKETED.sub(lambda match: match[1] if continues(text, match) else match[0], text)


def continues(text: str, bracket: re.Match[str]) -> bool:
    letters = "".join(token.letter for token in prepare(tokenize(bracket[1])))
    after_road = bracket.start() > 0 and "road" in suffixes_at(text, bracket.start())
    return bool(CONTINUATION.match(letters)) or (after_road and letters.startswith("Rx"))


def take_out_brackets(text: str) -> tuple[str, list[int], list[Bracket]]:
    """The text without its brackets, the place in it of each remaining character, and the brackets.

    A bracket without its partner becomes a comma, so do brackets inside brackets.
    """
    opened: list[int] = []
    pairs: dict[int, int] = {}
    for place, character in enumerate(text):
        if character in OPENING:
            opened.append(place)
        elif character in CLOSING and opened:
            pairs[opened.pop()] = place
    main, offsets, brackets, place = "", [], [], 0
    while place < len(text):
        if place in pairs:
            brackets.append(Bracket(text[place + 1 : pairs[place]].translate(AS_COMMA), place + 1, len(main)))
            place = pairs[place] + 1
            continue
        main += text[place].translate(AS_COMMA)
        offsets.append(place)
        place += 1
    return main, offsets, brackets


def read_bracket(reading: Reading, bracket: Bracket, around: list[Token]) -> None:
    """Add what a bracket says, unless it only gives another name of the road before it."""
    before = next((token for token in reversed(around) if token.end <= bracket.anchor), None)
    after = next((token for token in around if token.start >= bracket.anchor), None)
    tokens = prepare(tokenize(bracket.text))
    adjacent = before is not None and before.end == bracket.anchor
    if adjacent and before.letter in "RU" and [token.letter for token in tokens] in (["R"], ["U"]):
        return
    of_thing = adjacent and after is not None and before.letter + after.letter in OF_THING
    offsets = list(range(bracket.start, bracket.start + len(bracket.text)))
    Reader(reading, offsets, of_thing=of_thing).read(tokens)


def kind_of(reading: Reading) -> str:
    """Which kind of phrase the findings make."""
    sides, others = reading.sides, reading.other_sides
    spans = sum(1 for token in reading.limits if token.word and token.word.spans)
    corner = bool(reading.quadrants - CARDINALS)
    if reading.offset is not None:
        return "offset"
    if reading.enclosed or spans > 1 or reading.covered >= CARDINALS:
        return "bounded"
    if not reading.roads:
        return "unknown"
    if reading.crossing and (corner or not sides):
        return "intersection"
    if sides:
        alone = len(reading.covered) < 2 and not (others or reading.limits or reading.strip or reading.crossing)
        return "along" if alone and len(sides) == 1 else "sides"
    return "intersection" if reading.pair else "along"


def quadrant_of(reading: Reading, kind: str) -> str | None:
    """The corner of the crossing; none where a phrase names several."""
    if kind not in ("intersection", "offset") or len(reading.quadrants) != 1:
        return None
    return next(iter(reading.quadrants))


@lru_cache(maxsize=512)
def read_phrase(text: str) -> Reading:
    """What the rules find in a phrase; nothing in one that is too long. Not to be changed: a text is read once."""
    reading = Reading()
    plain = tidy(text) if len(text) <= LONGEST_PHRASE else text
    if len(plain) > LONGEST_PHRASE:
        return reading
    opened = open_brackets(plain)
    main, offsets, brackets = take_out_brackets(opened)
    tokens = tokenize(main)
    Reader(reading, offsets).read(prepare(tokens))
    for bracket in brackets:
        read_bracket(reading, bracket, tokens)
    ends = (*(site.start for site in reading.more[1:]), len(opened))
    for site, end in zip(reading.more, ends, strict=False):
        site.words = opened[site.start : end].strip(AROUND)
    return reading


def says_where(text: str) -> bool:
    """Whether a clause tells a place by a crossing, a side or a limit, be it of a road without a name."""
    reading = read_phrase(text)
    return bool(reading.covered or reading.other_sides or (reading.roads and (reading.crossing or reading.offset)))


def parse_location(text: str) -> LocationPhrase:
    """Read one phrase. Never raises; what cannot be read is of kind `unknown`.

    Parameters
    ----------
    text
        A phrase of any Chinese city; longer than `LONGEST_PHRASE` characters it stays unread.
    """
    if sites := sites_apart(text):
        return replace(parse_location(sites[0]), text=text, more=tuple(parse_location(site) for site in sites[1:]))
    reading = read_phrase(text)
    more = tuple(phrase_of(site, site.words) for site in reading.more)
    return replace(phrase_of(reading, text), more=more) if more else phrase_of(reading, text)


def sites_apart(text: str) -> list[str]:
    """The parts of a phrase that tells of several sites, each whole by itself: A路以东、B路以南;C路以西、D路以北.

    东至A路;南至B路;西至C路 is one site, and so is what names a road twice.
    """
    parts = [part.strip(AROUND) for part in BETWEEN.split(text)] if len(text) <= LONGEST_PHRASE else []
    readings = [read_phrase(part) for part in parts] if len(parts) > 1 else []
    roads = [name for reading in readings for name in {name for _, name in reading.roads}]
    return parts if readings and all(map(is_whole, readings)) and len(set(roads)) == len(roads) else []


def is_whole(reading: Reading) -> bool:
    """Whether a reading alone tells where a site is: by a crossing, or by sides across each other."""
    across = bool(reading.covered & set("NS")) and bool(reading.covered & set("EW"))
    corner = bool(reading.covered - CARDINALS)
    crossed = reading.crossing and len({name for _, name in reading.roads}) > 1
    return not reading.more and bool(reading.roads) and (crossed or across or corner)


def phrase_of(reading: Reading, text: str) -> LocationPhrase:
    """What was found of one site."""
    kind = kind_of(reading)
    distance, towards = reading.offset or (None, None)
    return LocationPhrase(
        text=text,
        kind=kind,
        roads=tuple(dict.fromkeys(name for _, name in sorted(reading.roads))),
        quadrant=quadrant_of(reading, kind),
        sides={} if kind == "intersection" else dict(reading.sides),
        bounds=dict(reading.bounds),
        offset_m=distance,
        offset_dir=towards,
        roadside=reading.roadside,
        other_sides=dict(reading.other_sides),
    )


def to_json_dict(phrase: LocationPhrase) -> dict[str, object]:
    """The phrase as JSON has it, with the keys of `LocationPhrase`; `more` only where there are further sites."""
    plain = {name: getattr(phrase, name) for name in FIELDS} | {"roads": list(phrase.roads)}
    return plain | {"more": [to_json_dict(site) for site in phrase.more]} if phrase.more else plain


def parse_lines(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """One reading per line, in their order; an empty line gives an empty phrase of kind `unknown`."""
    for line in lines:
        yield to_json_dict(parse_location(line.strip("\r\n")))
