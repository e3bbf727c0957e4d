"""Read the words of a phrase: what stands in its brackets, and what the rules find in it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from geo.exchange.phrase_rules import Reader, Reading
from geo.exchange.phrase_sense import prepare
from geo.exchange.phrase_tokens import Token, tidy, tokenize
from geo.exchange.phrase_words import SEPARATORS, suffixes_at

LONGEST_PHRASE = 600
"""Characters; a longer text is no phrase and stays unread."""

OPENING, CLOSING = SEPARATORS["opening"], SEPARATORS["closing_brackets"]
BRACKETS = frozenset(OPENING + CLOSING)
AS_COMMA = str.maketrans(dict.fromkeys(OPENING + CLOSING, ","))
COUNTED = re.compile(SEPARATORS["counted"])
BRACKETED = re.compile(f"[{re.escape(OPENING)}]([^{re.escape(OPENING + CLOSING)}]{{1,40}})[{re.escape(CLOSING)}]")
OF_THING = {f"T{letter}" for letter in "dDkixlv"} | {"Up", "Us"}
"""What stands before and after brackets that tell where a thing, or a road without a name, is."""
CONTINUATION = re.compile("[dDxvkr]")
"""What goes on with the sentence before it; after a road a crossing does as well."""
OTHER_NAME = re.compile("[RU]g?")
"""In brackets after a road: the road under another name, or a stretch of it."""


@dataclass(frozen=True)
class Bracket:
    """What stood in brackets: its words, its place in the whole text, and where it was taken out of the rest."""

    text: str
    start: int
    anchor: int


def open_brackets(text: str) -> str:
    """A路与B路交汇处(东北角) without the brackets, because what they hold goes on with the sentence."""
    if BRACKETS.isdisjoint(text):
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
    if BRACKETS.isdisjoint(text):
        return text, list(range(len(text))), []
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
    """Add what a bracket says, unless it only gives another name of the road before it, or tells what is counted in."""
    if COUNTED.match(bracket.text):
        return
    spaces = {token.end for token in around if token.letter == "_"}
    before = next((token for token in reversed(around) if token.end <= bracket.anchor and token.letter != "_"), None)
    after = next((token for token in around if token.start >= bracket.anchor), None)
    tokens = prepare(tokenize(bracket.text))
    adjacent = before is not None and (before.end == bracket.anchor or bracket.anchor in spaces)
    letters = "".join(token.letter for token in tokens)
    if adjacent and before.letter in "RU" and OTHER_NAME.fullmatch(letters):
        return
    of_thing = adjacent and after is not None and before.letter + after.letter in OF_THING
    offsets = list(range(bracket.start, bracket.start + len(bracket.text)))
    Reader(reading, offsets, of_thing=of_thing).read(tokens)


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
    reading.words = opened
    return reading
