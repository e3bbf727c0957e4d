"""Quantities as Chinese plans write them: 约4.9万平方米, 不少于二十四个教学班, 1.5亿元以上, 280余家."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from geo.exchange.grammar import read_grammar
from geo.exchange.numerals import read_numeral
from geo.model.plan import Quantity, tidy_number
from geo.model.units import UNITS

WORDS: dict[str, Any] = read_grammar(Path(__file__).with_name("quantity_words.toml"))

LONGEST_LABEL = 60


class Measure(NamedTuple):
    """What a unit's word stands for: a key of `geo.model.units.UNITS`, and how many of it one is."""

    key: str
    size: float = 1.0
    per: float = 1.0
    only_with_multiplier: bool = False
    qualifier: str | None = None
    only_labelled: str | None = None
    or_labelled: str | None = None


def either(words: list[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


MEASURES = {
    word: Measure(entry["key"], **{key: entry[key] for key in Measure._fields[1:] if key in entry})
    for entry in WORDS["units"]
    for word in entry["words"]
}
MULTIPLIERS: dict[str, float] = WORDS["multipliers"]
QUALIFIERS = WORDS["qualifiers"]
BOUNDARIES = WORDS["boundaries"]
BRACKET, KEY_MARK = "(", ":"
BEGINS = re.escape("".join(sorted({word[0] for key in ("before", "plain") for word in QUALIFIERS[key]})))
"""Letters with which the words before a number begin; where neither they nor a numeral stand, nothing is sought."""
QUANTITY = re.compile(
    rf"""
    (?=[\d{BEGINS}{WORDS["numerals"]["digits"]}])
    (?P<before> (?:{either(QUALIFIERS["before"])})? )
    (?P<plain> (?:{either(QUALIFIERS["plain"])})? )
    (?P<before2> (?:{either(QUALIFIERS["before"])})? )
    (?P<number>
        (?<!\d)(?<!\d[.,]) {WORDS["numerals"]["composed"]}
        | (?<!\d)(?<!\d[.,]) \d{{1,15}} (?: (?:,\d{{3}}){{1,5}} (?!\d) )? (?:\.\d{{1,9}})?
        | (?<!{WORDS["numerals"]["ordinal"]}) {WORDS["numerals"]["composed_words"]}
        | (?<!{WORDS["numerals"]["ordinal"]}) [{WORDS["numerals"]["digits"]}]{{1,12}}
    )
    (?P<more> (?:{either(WORDS["numerals"]["more"])})? ) \s*
    (?P<multiplier> (?:{either(list(MULTIPLIERS))})? )
    (?P<more2> (?:{either(WORDS["numerals"]["more"])})? ) \s*
    (?P<unit> {WORDS["kinds"]["words"]} | {either(list(MEASURES))} )
    (?P<after> (?:{either(QUALIFIERS["after"])})? )
    """,
    re.VERBOSE,
)

BESIDE = re.compile(
    rf"""
    \( (?P<multiplier> (?:{either(list(MULTIPLIERS))})? ) (?P<unit> {either(list(MEASURES))} ) \) \s* [:]? \s*
    (?P<number> \d{{1,15}} (?: (?:,\d{{3}}){{1,5}} (?!\d) )? (?:\.\d{{1,9}})? )
    (?! [\d.] | \s* (?:{either(list(MULTIPLIERS) + list(MEASURES))}) )
    | (?<!\d)(?<!\d[.,]) (?P<number2> \d{{1,15}} (?: (?:,\d{{3}}){{1,5}} )? (?:\.\d{{1,9}})? ) \s*
    \( (?P<multiplier2> (?:{either(list(MULTIPLIERS))})? ) (?P<unit2> {either(list(MEASURES))} ) \)
    """,
    re.VERBOSE,
)
"""A number of which the unit stands in brackets: 占地面积(㎡):28682, 总投资:4500(万元)."""


KEYED = {word: entry["key"] for entry in WORDS["keyed"] for word in entry["words"]}
ENDS = re.escape(BOUNDARIES["clause"] + BOUNDARIES["closing"])
BEHIND_KEY = re.compile(rf"(?P<key>{either(list(KEYED))})[:]\s?(?P<number>\d{{1,5}})(?=\s|$|[{ENDS}])")
"""A number that a key before it tells: 班数:30."""


def find_quantities(text: str) -> list[Quantity]:
    """All quantities in a text, in order; a range (30-50亩) says no single number and is left out."""
    return list(quantities_in(text))


@lru_cache(maxsize=256)
def quantities_in(text: str) -> tuple[Quantity, ...]:
    """The same, found once for a text that is asked for again."""
    found: list[Quantity] = []
    for match in matches_in(text):
        if found and match.start() < found[-1].end:
            continue
        quantity = READERS[match.re](text, match, found[-1] if found else None)
        if quantity is not None:
            found.append(quantity)
    return tuple(found)


def matches_in(text: str) -> list[re.Match[str]]:
    """Where a number and a unit stand, in order; those with the unit in brackets overlap none of the others."""
    matches = list(QUANTITY.finditer(text))
    for mark, others in ((BRACKET, BESIDE), (KEY_MARK, BEHIND_KEY)):
        matches += others.finditer(text) if mark in text else ()
    return sorted(matches, key=lambda match: match.start())


def read_beside(text: str, match: re.Match[str], _: Quantity | None) -> Quantity | None:
    """占地面积(㎡):28682: the label stands before the bracket."""
    measure, number = MEASURES[match["unit"] or match["unit2"]], read_numeral(match["number"] or match["number2"])
    multiplier = match["multiplier"] or match["multiplier2"]
    if number is None or measure.only_with_multiplier or measure.only_labelled:
        return None
    value = tidy_number(number * MULTIPLIERS.get(multiplier, 1.0) * measure.size / measure.per)
    return Quantity(value, measure.key, match[0], match.start(), match.end(), label_before(text, match.start()))


def read_keyed(_text: str, match: re.Match[str], _: Quantity | None) -> Quantity:
    """班数:30."""
    number = float(match["number"])
    return Quantity(tidy_number(number), KEYED[match["key"]], match["number"], *match.span("number"), match["key"])


def read_match(text: str, match: re.Match[str], previous: Quantity | None) -> Quantity | None:
    unit = WORDS["kinds"]["number"] + match["counted"] if match["counted"] else match["unit"]
    measure, multiplier = MEASURES[unit], match["multiplier"]
    number = read_numeral(match["number"])
    if number is None or is_range(text, match.start("number")):
        return None
    value = number * MULTIPLIERS.get(multiplier, 1.0) * measure.size / measure.per
    qualifiers = (match["before"], match["before2"], match["more"] or match["more2"], match["after"], measure.qualifier)
    between = text[previous.end : match.start()].strip() if previous else ""
    beside = previous is not None and len(between) == 1
    again = between in BOUNDARIES["clause"] and match["plain"] in QUALIFIERS["restating"]
    in_brackets = beside and between in BOUNDARIES["opening"]
    restates = (in_brackets or (beside and again)) and UNITS[previous.unit].quantity == UNITS[measure.key].quantity  # type: ignore[union-attr]
    label = previous.label if (restates or in_brackets) and previous else label_before(text, match.start())
    if measure.only_with_multiplier and not multiplier and not (measure.or_labelled and measure.or_labelled in label):
        return None
    if measure.only_labelled and not ends_labelled(text, match, label, measure.only_labelled):
        return None
    said = tuple(word for word in qualifiers if word)
    return Quantity(tidy_number(value), measure.key, match[0], match.start(), match.end(), label, said, restates)


READERS = {QUANTITY: read_match, BESIDE: read_beside, BEHIND_KEY: read_keyed}


def ends_labelled(text: str, match: re.Match[str], label: str, words: str) -> bool:
    """Whether nothing more follows a number, and its label says what it counts: 总投资5.59亿, 总投资50亿的."""
    behind = text[match.end() : match.end() + 1].strip()
    return bool(re.search(words, label)) and behind in (
        "",
        BOUNDARIES["of"],
        *BOUNDARIES["clause"],
        *BOUNDARIES["closing"],
    )


def is_range(text: str, start: int) -> bool:
    """Whether a number and a dash stand right before."""
    before = text[max(0, start - 4) : start].rstrip()
    return len(before) > 1 and before[-1] in BOUNDARIES["ranges"] and before[-2].isdigit()


def label_before(text: str, end: int) -> str:
    """The words of the clause before a place, without brackets that were closed in it."""
    label = re.sub(r"\s+", "", "".join(reversed(list(clause_backwards(text, end)))))
    key = text[:end].rstrip().removesuffix(label).rstrip() if label in BOUNDARIES["behind_keys"] else ""
    return label_before(text, len(key)) + label if key.endswith(tuple(BOUNDARIES["keys"])) else label


def clause_backwards(text: str, end: int) -> Iterator[str]:
    """Letters of the clause before a place, the last first; where there are none, those of the key before a colon."""
    depth, said = 0, False
    for place in range(end - 1, max(-1, end - LONGEST_LABEL), -1):
        character = text[place]
        if character in BOUNDARIES["closing"]:
            depth += 1
        elif character in BOUNDARIES["opening"]:
            if depth == 0:
                return
            depth -= 1
        elif depth == 0 and character in BOUNDARIES["clause"]:
            if said or character not in BOUNDARIES["keys"]:
                return
        elif depth == 0:
            said = said or not character.isspace()
            yield character
