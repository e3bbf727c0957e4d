"""Cut a Chinese location phrase into tokens: road names, things, connectors, directions, lengths.

Names are not listed anywhere: a road is what ends like a road and is not better explained otherwise. The words, the
costs of names and the cost of one class after another are data in `location_words.toml`; of all ways to cut a run of
letters the cheapest wins. So 与民路与和平路 is a road, a connector and a road, and 东风路东 is a road and its east.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from geo.exchange.phrase_lattice import cut_run
from geo.exchange.phrase_words import (
    ADJECTIVES,
    ALONG_WATER,
    AVENUES,
    BESIDE,
    NEEDS_ADJECTIVE,
    ROAD_SUFFIXES,
    SAID_OF_THING,
    SEPARATORS,
    UNNAMED,
    Word,
    fold,
)

DROPPED = re.compile(f"[{re.escape(SEPARATORS['dropped'])}]")
MISREAD, MISREAD_SIGNS = str.maketrans(SEPARATORS["misread"]), frozenset(SEPARATORS["misread"])
LIST_MARK, LIST_NUMBER = re.compile(f"[{SEPARATORS['list_marks']}]"), re.compile(SEPARATORS["list_number"])
NOTICE_NUMBER, NOTICE_SIGN = re.compile(SEPARATORS["notice_number"]), SEPARATORS["notice_sign"]
TO_BE_BUILT, BUILDING_SIGN = re.compile(SEPARATORS["to_be_built"]), SEPARATORS["building_sign"]
NOT_CONTINUING = re.compile(SEPARATORS["not_continuing"])
EXTENT, EXTENT_SIGNS = re.compile(SEPARATORS["extent"]), frozenset(SEPARATORS["extent_signs"])
DOTS, CONTINUING_NUMBER, SPLIT_NUMBER = (
    re.compile(SEPARATORS[key]) for key in ("dots", "continuing_number", "split_number")
)
DASH_FOR_ONE, ONE = re.compile(SEPARATORS["dash_for_one"]), SEPARATORS["one"]
LETTER_OF_STATE = {"Q": "R", "P": "R", "w": "d"}
SURE_SIDE = re.compile(SEPARATORS["sure_side"])
ENDING_RUN, BEGINNING_RUN = re.compile(r"[^\W_]+$"), re.compile(r"[^\W_]+")
CORNER_AHEAD = re.compile(SEPARATORS["corner_ahead"])
LOOKED_AT = 24
"""Letters on either side of a space."""
RUN = re.compile(
    r"""(?: [^\W_] | [·\#]
        | (?<=\d)\.(?=\d) | (?<=\d),(?=\d{3}(?!\d)) | (?<=\d)\+(?=\d)    # 1.5, 1,200, K12+300
        | (?<=[0-9A-Za-z])-(?=[0-9A-Za-z])                               # B-01
        )+""",
    re.VERBOSE,
)
"""Letters between separators."""


@dataclass(slots=True)
class Token:
    """A piece of a phrase.

    Parameters
    ----------
    letter
        Its class: R road, U road without a name, T thing, A area, and the letters of `location_words.toml`.
    text
        The piece as written.
    start, end
        Where it stands in the text that was cut.
    word
        The entry of a fixed word.
    metres
        The value of a length.
    """

    letter: str
    text: str
    start: int
    end: int
    word: Word | None = None
    metres: float | None = None

    @property
    def direction(self) -> str | None:
        """The direction that a word names."""
        return self.word.direction if self.word else None

    @property
    def is_corner(self) -> bool:
        """Whether a word names the corner of a crossing: 西北侧, 东角."""
        return self.word is not None and (self.word.corner or len(self.word.direction or "") == 2)


def name_road(token: Token) -> Token:
    """The road without what is only said of it: 规划景平路 is 景平路, 规划一路 keeps its word, 规划道路 has no name."""
    cut = front_of_name(token.text)
    if cut is None:
        return replace(token, letter="U")
    return replace(token, text=token.text[cut:], start=token.start + cut) if cut else token


@lru_cache(maxsize=4096)
def front_of_name(text: str) -> int | None:
    """How many letters are only said of a road; None where it has no name."""
    folded = fold(text)
    if UNNAMED.fullmatch(folded):
        return None
    if beside := BESIDE.match(folded):
        rest = front_of_name(text[beside.end() :])
        return None if rest is None else beside.end() + rest
    match = ADJECTIVES.match(folded)
    least = 4 if folded.endswith(AVENUES) else 3
    if not match or NEEDS_ADJECTIVE.fullmatch(folded, match.end()) or len(folded) - match.end() < least:
        return 0
    return match.end()


def tokens_of_run(text: str, start: int, end: int) -> Iterator[Token]:
    for offset, (stop, state, _, word, metres) in cut_run(fold(text[start:end]))[1]:
        letter = LETTER_OF_STATE.get(state, state)
        first, last = start + offset, start + stop
        token = Token(letter, text[first:last], first, last, word, metres)
        if letter == "T" and (said := ALONG_WATER.match(token.text) or SAID_OF_THING.match(token.text)):
            token = replace(token, text=token.text[said.end() :], start=first + said.end())
        yield name_road(token) if letter == "R" else token


def letter_of_separator(separator: str) -> str:
    if any(character in SEPARATORS["join"] for character in separator):
        return "c"
    if any(character in SEPARATORS["to"] for character in separator):
        return "t"
    if not separator.strip():
        return "_"
    return "s" if separator.strip() in SEPARATORS["serial"] else "p"


def tokenize(text: str) -> list[Token]:
    """All tokens of a text that `tidy` prepared and that holds no brackets."""
    tokens: list[Token] = []
    position = 0
    for match in RUN.finditer(text):
        if match.start() > position:
            separator = text[position : match.start()]
            tokens.append(Token(letter_of_separator(separator), separator, position, match.start()))
        tokens += tokens_of_run(text, match.start(), match.end())
        position = match.end()
    if position < len(text):
        tokens.append(Token("p", text[position:], position, len(text)))
    return tokens


def tidy(text: str) -> str:
    """Half-width digits and letters, no quotation marks or numbers of notices, and no space inside a name."""
    text = text if MISREAD_SIGNS.isdisjoint(text) else text.translate(MISREAD)
    plain = LIST_NUMBER.sub(" ", unicodedata.normalize("NFKC", LIST_MARK.sub(",", text)))
    plain = DROPPED.sub("", NOTICE_NUMBER.sub(" ", plain) if NOTICE_SIGN in plain else plain)
    plain = TO_BE_BUILT.sub(",", plain) if BUILDING_SIGN in plain else plain
    plain = plain if EXTENT_SIGNS.isdisjoint(plain) else EXTENT.sub(",", plain)
    plain = DOTS.sub(" ", plain) if "·" in plain else plain
    plain = DASH_FOR_ONE.sub(ONE, plain) if "-" in plain else plain
    first, *others = plain.split() or [""]
    tidied = first
    for before, piece in pairwise([first, *others]):
        spaced_out = len(before) == len(piece) == 1  # 东 北 角
        parted = not spaced_out and parts_names(tidied, piece) and not is_one_run(tidied, piece)
        tidied += (" " if parted else "") + piece
    return tidied


def is_one_run(left: str, right: str) -> bool:
    """Whether a space stands inside a word by mistake, so that the letters say more without it: 友谊大 道, 西 至."""
    if not left[-1:].isalnum() or left[-1] in SEPARATORS["surely_closing"] or SURE_SIDE.search(left):
        return False
    before, after = ENDING_RUN.search(left[-LOOKED_AT:]), BEGINNING_RUN.match(right[:LOOKED_AT])
    if not before or not after:
        return False
    first, second = fold(before[0]), fold(after[0])
    (first_cost, first_tokens), (second_cost, second_tokens) = cut_run(first), cut_run(second)
    at, last = first_tokens[-1]
    if last[1] == "w" and at and not CORNER_AHEAD.match(second):
        return False  # A路北 B路西; but 路口东 北角
    end = second_tokens[0][1][0]
    if len(first) - at > 1 < end and second[:end] not in ROAD_SUFFIXES:
        return False  # both sides are more than a piece of a word
    cost, tokens = cut_run(first + second)
    across = next(edge[1] for begin, edge in tokens if begin < len(first) < edge[0] or begin == len(first))
    return across != "T" and cost + SEPARATORS["one_run_margin"] < first_cost + second_cost


def parts_names(left: str, right: str) -> bool:
    """Whether a space between the two stands between two things, not inside one."""
    if not left or not right or (right[0] in SEPARATORS["continuing"] and not NOT_CONTINUING.match(right)):
        return False
    if left[-1].isdigit() and (CONTINUING_NUMBER.match(right) or SPLIT_NUMBER.match(right)):
        return False
    if left[-1] in SEPARATORS["closing"] + SEPARATORS["closing_brackets"]:
        return True
    if right[0] in SEPARATORS["continuing_road"]:
        return False
    last, first = re.search(r"\w*$", left[-20:]), re.match(r"\w*", right)
    return bool(last and first and min(len(last[0]), len(first[0])) >= 2)
