"""Sides and names told row by row: 东、西侧分别为A路、B路, and 东A路、西B路、南C路、北D路 without a word of limit."""

import re
from dataclasses import replace

from geo.exchange.phrase_tokens import Token, front_of_name
from geo.exchange.phrase_words import DIRECTED_STEMS, DIRECTION_OF, RING_AHEAD, WORDS, carries_name

RESPECTIVELY, REACHING = "分别", frozenset("至到以")
FEWEST, ALL_SIDES, FEWEST_TOKENS = 2, 4, 5
"""Sides told in a row, sides of a block, and tokens of the shortest row: 东西分别为A路、B路."""
SHARED = re.compile("(?P<sides>(?:[dw][_spc]*)+|k_?)(?P<between>f[ftm]*)_?(?P<names>[RUTA](?:[_spc]+[RUTA])+)")
BARE = re.compile("(?<![^_psqe])m?[RUT](?:[_sp]+m?[RUT]){3}(?=[_psef]|$)")
"""Patterns over the letters of tokens."""


def limits_of_rows(tokens: list[Token]) -> list[Token]:
    """The tokens with a word of limit before each name."""
    if len(tokens) < FEWEST_TOKENS:
        return tokens
    letters = "".join([token.letter for token in tokens])
    shared = list(SHARED.finditer(letters)) if "f" in letters else []
    bare = () if shared or letters.count("m") == ALL_SIDES else BARE.finditer(letters)
    for match in reversed(shared):
        tokens = [*tokens[: match.start()], *shared_out(tokens, match), *tokens[match.end() :]]
    for match in bare:
        if names := named_sides(tokens[match.start() : match.end()]):
            return [*tokens[: match.start()], *names, *tokens[match.end() :]]
    return tokens


def shared_out(tokens: list[Token], match: re.Match[str]) -> list[Token]:
    """Each side before its name; as they were where there are not as many of them as names, or nothing parts them."""
    parts = {key: tokens[match.start(key) : match.end(key)] for key in ("sides", "between", "names")}
    sides = [(token, letter) for token in parts["sides"] for letter in token.text if letter in DIRECTION_OF]
    names = [token for token in parts["names"] if token.letter in "RUTA"]
    told = {letter for _, letter in sides}
    said = "".join(token.text for token in parts["between"])
    if RESPECTIVELY not in said or not FEWEST <= len(names) == len(sides) == len(told):
        return tokens[match.start() : match.end()]
    row: list[Token] = []
    for (token, letter), name in zip(sides, names, strict=True):
        row += [limit(token, letter, reaches=not REACHING.isdisjoint(said)), as_name(name), part(name)]
    return row[:-1]


def named_sides(tokens: list[Token]) -> list[Token]:
    """东A路、西B路、南C路、北D路 as limits; nothing where these are the names of four roads."""
    row: list[Token] = []
    sides: list[str | None] = []
    rests: set[str] = set()
    for token in tokens:
        limited = bool(row) and row[-1].letter == "m"
        if token.letter == "m":
            sides.append(token.direction)
        elif token.letter in "RUT" and not limited:
            letter, rest = token.text[0], token.text[1:]
            if letter not in DIRECTION_OF or not is_name(token, rest):
                return []
            sides.append(DIRECTION_OF[letter])
            row += [limit(token, letter, reaches=False)]
            token = replace(token, text=rest, start=token.start + 1)
            token = replace(token, letter="U") if token.letter == "R" and front_of_name(rest) is None else token
        rests |= {token.text} if token.letter in "RUT" else set()
        row.append(token)
    return row if set(sides) == set("NESW") and len(sides) == len(rests) == ALL_SIDES else []


def is_name(token: Token, rest: str) -> bool:
    """Whether what stands behind a direction is a name of its own: not of 东三环, 南京路, 西湖 or 北八路."""
    if token.text[:2] in DIRECTED_STEMS or RING_AHEAD.match(rest):
        return False
    return len(rest) > 1 and (token.letter == "T" or rest[0].isascii() or carries_name(rest[:-1]))


def limit(token: Token, letter: str, *, reaches: bool) -> Token:
    """A word of limit in the place of a direction."""
    return replace(token, letter="m", text=letter, word=WORDS[letter + ("至" if reaches else "临")][0])


def as_name(token: Token) -> Token:
    """An area of which the side is told is a thing."""
    return replace(token, letter="T") if token.letter == "A" else token


def part(token: Token) -> Token:
    """What parts a name from the side behind it."""
    return Token("p", ",", token.end, token.end)
