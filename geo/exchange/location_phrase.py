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
  holds the others, each with its own words. So are sites told by sides, where words part them (`phrase_sites`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

import orjson

from geo.exchange.phrase_reading import read_phrase
from geo.exchange.phrase_rules import Reading
from geo.exchange.phrase_sites import CARDINALS, sites_apart, words_of_more
from geo.exchange.phrase_words import SEPARATORS
from geo.model.location import LocationPhrase

NEAR = re.compile(SEPARATORS["near"])
FIELDS = tuple(each.name for each in fields(LocationPhrase) if each.name != "more")


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
    near = NEAR.search(reading.words, 0, reading.pair_at)  # 临近A路和B路 is at both, not where they cross
    return "intersection" if reading.pair and not near else "along"


def quadrant_of(reading: Reading, kind: str) -> str | None:
    """The corner of the crossing; none where a phrase names several."""
    if kind not in ("intersection", "offset") or len(reading.quadrants) != 1:
        return None
    return next(iter(reading.quadrants))


def says_where(text: str) -> bool:
    """Whether a clause tells a place by a crossing, a side or a limit, be it of a road without a name."""
    reading = read_phrase(text)
    return bool(reading.covered or reading.other_sides or (reading.roads and (reading.crossing or reading.offset)))


def parse_location(text: str) -> LocationPhrase:
    """Read one phrase. Never raises; what cannot be read is of kind `unknown`.

    Parameters
    ----------
    text
        A phrase of any Chinese city; longer than `phrase_reading.LONGEST_PHRASE` characters it stays unread.
    """
    if sites := sites_apart(text):
        return replace(parse_location(sites[0]), text=text, more=tuple(parse_location(site) for site in sites[1:]))
    reading = read_phrase(text)
    more = tuple(map(phrase_of, reading.more, words_of_more(reading)))
    return replace(phrase_of(reading, text), more=more) if more else phrase_of(reading, text)


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


def json_lines(lines: Iterable[str]) -> bytes:
    """One reading per line as JSON Lines in UTF-8."""
    return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in parse_lines(lines))


def parse_lines(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """One reading per line, in their order; an empty line gives an empty phrase of kind `unknown`."""
    for line in lines:
        yield to_json_dict(parse_location(line.strip("\r\n")))
