"""What the tokens of a phrase are beside one another: the streets among the areas, the bridges among the roads, limits.

The lattice looks at a token and the one before it. What takes a longer look is said here, one pass for each thing
that is told from its neighbours; each looks for a pattern over the letters of the tokens and gives some another class
or joins two. `prepare` applies all of them and leaves what the rules (`phrase_rules`) look at.
"""

import re
from dataclasses import replace
from itertools import pairwise

from geo.exchange.phrase_rows import limits_of_rows
from geo.exchange.phrase_tokens import Token
from geo.exchange.phrase_words import (
    AREAS,
    AVENUES,
    BRIDGE_OF_ROAD,
    SEPARATORS,
    STREET_AT_CROSSING,
    STRIPS,
    THE_SITE,
    THINGS,
    WORDS,
    carries_name,
    suffixes_at,
)

IGNORED, SEPARATOR_LETTERS = frozenset("foA"), "_pstc"
"""Letters of what says nothing; letters of separators, of several in a row the last of these counts."""
PARTNERS, FEWEST_OF_PAIR = "RUTct", 2
"""Letters before a road that crosses something, and how many tokens there are with one."""
PART, DISTRICTS, SIDE_WORDS = "部", "市区县镇乡城", tuple(SEPARATORS["side_words"])
DIGITS = frozenset("一二三四五六七八九十")
FEWEST_OF_STREET, MOST_OF_STREET = 2, 4
"""Letters of a street's name that has no word for one."""
SIDE_PREFIX, COLON, CROSSES, OF = "以", ":", "交", "的"
DIRECTION_WORDS = {text: word for text, words in WORDS.items() for word in words if len(text) == 1 and word.weak}

SIDED_AREA = re.compile("A(?=[dk]|f?i|m(?:[ps]|$))|(?<=m)A(?=[fx]?[ps_]|[fx]?$)|(?<=m[RT][ct])A(?=f?[ps_]|f?$)")
AREA_OF = re.compile("A(?=f[dk])")
SUBDISTRICT = re.compile("AR(?:(?P<crossed>(?=RcR_?x))|(?=R(?!_?x)|m|(?P<water>Td)))|^R(?=Rh)")
BEGUN = re.compile("Rd[ps]RT")
ROAD_AND_MORE = re.compile("R[xhT]")
AVENUE = re.compile("Rd(?=[ct]R+[xdD]|sRx|d)|(?<=[cst])Rd(?=x)|(?<=m)Rd(?=[psm]|$)|Rd(?=[psct].*e)|^Rd(?=tRg?$)")
LISTED_SIDES = re.compile("(?<![^ps])(?:d[RUT])+(?=[ps]|$)")
LONE_CROSSING = re.compile("(?<![cRUTt])(?<![cRUTt]_)Rx")
CROSSING = re.compile("(?<=R)x(?=R_?x)")
BESIDE_ROAD = re.compile("(?<=m)RdT(?=[psm]|$)")
PLACE_BEFORE_ROAD = re.compile("(?<=m)T(?=R(?:[psm]|$))")
CROSSED = re.compile("(?P<first>T)[cs]?Rx|R[cs]?(?P<second>T)x")
"""Patterns over the letters of tokens."""
SUBDISTRICT_NAMES = re.compile(AREAS["subdistrict"]), re.compile(AREAS["subdistrict_before_crossing"])
WATERS = tuple(THINGS["waters"])
BRIDGE, BUILDING = re.compile(THINGS["bridge"]), re.compile(THINGS["building"])
TWO_ROADS = re.compile(
    "(?P<first>.{2,}?[线道路街])(?:[与及]|和(?=[^平谐顺睦兴].{2}))?(?P<second>(?!延[伸长])(?P<stem>.{2,})[路街道线])"
)
"""Patterns over the text of a token."""


def prepare(tokens: list[Token]) -> list[Token]:
    """The tokens that rules look at: no words that say nothing, one separator between two things, D for a corner."""
    kept: list[Token] = []
    for change_all in EARLY:
        tokens = change_all(tokens)
    for token in tokens:
        if token.letter in IGNORED or (token.letter == "T" and THE_SITE.fullmatch(token.text)):
            continue
        if token.letter in SEPARATOR_LETTERS and kept and kept[-1].letter in SEPARATOR_LETTERS:
            if SEPARATOR_LETTERS.index(token.letter) > SEPARATOR_LETTERS.index(kept[-1].letter):
                kept[-1] = token
            continue
        kept.append(replace(token, letter="D") if token.letter == "d" and token.is_corner else token)
    following = [*kept, None][1:]
    spaced = [token for token, after in zip(kept, following, strict=True) if token.letter != "_" or begins_part(after)]
    plain = [replace(token, letter="p") if token.letter == "_" else token for token in spaced]
    letters = letters_of(plain)
    for pattern, change in (
        (CROSSING, crosses_as_connector), (BEGUN, go_on_as_begun), (CROSSED, streets_at_crossings),
        (LONE_CROSSING, part_crossing_roads), (AVENUE, join_directions), (BESIDE_ROAD, join_things_beside),
        (PLACE_BEFORE_ROAD, leave_out_places),
    ):  # fmt: skip
        if found := list(pattern.finditer(letters)):
            plain = change(plain, found)
            letters = letters_of(plain)
    return directions_as_limits(plain, letters)


def limits_of_list(tokens: list[Token]) -> list[Token]:
    """东:A路 and 东至:A路 are limits: no more stands between the word and the name."""
    if not any(token.letter == "p" and token.text.startswith(COLON) for token in tokens):
        return tokens
    kept: list[Token] = []
    for token in tokens:
        if token.letter == "p" and token.text.startswith(COLON) and kept and kept[-1].letter in "dm":
            kept[-1] = replace(kept[-1], letter="m")
        else:
            kept.append(token)
    return kept


def letters_of(tokens: list[Token]) -> str:
    return "".join([token.letter for token in tokens])


def sides_in_row(tokens: list[Token]) -> list[Token]:
    """文化路以西南杨庄路以北: among plain sides that follow without a comma 南 belongs to the next name."""
    told = [token for token in tokens if token.letter == "d" and token.text.startswith(SIDE_PREFIX)]
    if not any(len(token.direction or "") == 1 for token in told):
        return tokens
    parted = list(tokens)
    for at, (token, name) in enumerate(pairwise(tokens)):
        shorter = WORDS.get(token.text[:-1], [])
        if token in told and token.is_corner and name.letter in "RT" and name.start == token.end and shorter:
            parted[at] = replace(token, text=token.text[:-1], end=token.end - 1, word=shorter[0])
            parted[at + 1] = replace(name, text=token.text[-1] + name.text, start=name.start - 1)
    return parted


def streets_as_areas(tokens: list[Token]) -> list[Token]:
    """洪山区张家湾街烽胜路, 孝南区广场街老澴河以北: a street right behind a district is a subdistrict."""
    letters = letters_of(tokens)
    found = {match.end() - 1: match for match in SUBDISTRICT.finditer(letters)}
    places = [at for at, match in found.items() if not match["water"] or tokens[at + 1].text.endswith(WATERS)]
    areas = {
        at
        for at in places
        if (not at or tokens[at - 1].text[-1] in DISTRICTS)
        and SUBDISTRICT_NAMES[found[at]["crossed"] is not None].fullmatch(tokens[at].text)
    }
    if letters.startswith("R_R") and tokens[0].text in AREAS["streets"]:
        areas.add(0)
    return relettered(tokens, dict.fromkeys(areas, "A"))


def relettered(tokens: list[Token], letters: dict[int, str]) -> list[Token]:
    """The tokens with other classes at some places."""
    if not letters:
        return tokens
    return [replace(token, letter=letters[at]) if at in letters else token for at, token in enumerate(tokens)]


def join_strips(tokens: list[Token]) -> list[Token]:
    """北至沿河绿化带: the strip belongs to the name of the thing, or is one: 西至绿化带."""
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if token.text in STRIPS and before and before.letter == "T" and before.end == token.start:
            joined[-1] = replace(before, text=before.text + token.text, end=token.end)
        elif token.text in STRIPS and before and before.letter == "m":
            joined.append(replace(token, letter="T"))
        else:
            joined.append(token)
    return joined


def join_buildings(tokens: list[Token]) -> list[Token]:
    """汝南路立交桥 is a bridge, and behind a corner 新唐街3号楼 a building: neither is the road.

    In 汝南路立交桥与文化路交叉口 the bridge is the road that it carries.
    """
    if not ROAD_AND_MORE.search(letters_of(tokens)):
        return tokens
    joined: list[Token] = []
    crossed = False
    for token, after in zip(tokens, [*tokens, None][1:], strict=True):
        before = joined[-1] if joined else None
        if before and before.letter == "R" and before.end == token.start and token.letter in "xhT":
            alone = len(joined) < FEWEST_OF_PAIR or joined[-2].letter not in PARTNERS
            pattern = BRIDGE if token.letter in "xT" and alone else BUILDING if crossed else None
            if pattern and pattern.search(token.text):
                if not (after and after.letter == "c"):
                    joined[-1] = replace(before, letter="T", text=before.text + token.text, end=token.end)
                continue
        crossed = crossed or token.letter == "x"
        joined.append(token)
    return joined


def areas_as_things(tokens: list[Token]) -> list[Token]:
    """An area of which the side is told is a thing: 陡沟街道办事处东临, 北至李庄村, 绿城社区的东侧."""
    letters = letters_of(tokens)
    if "A" not in letters and "Td" not in letters:
        return tokens
    things = {match.start() for match in SIDED_AREA.finditer(letters)}
    things |= {match.start() for match in AREA_OF.finditer(letters) if tokens[match.start() + 1].text == OF}
    parts = {place for place in range(len(tokens) - 1) if is_part_of_area(*tokens[place : place + 2])}
    return relettered(
        tokens, dict.fromkeys(things, "T") | dict.fromkeys(parts, "A") | {place + 1: "f" for place in parts}
    )


def crosses_as_connector(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """情侣北路交白埔路路口: between two roads and before a word for their crossing 交 only joins them."""
    places = [match.start() for match in found if tokens[match.start()].text == CROSSES]
    return relettered(tokens, dict.fromkeys(places, "c"))


def go_on_as_begun(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """彩田路西、红荔路南中银花园: behind 彩田路西、 the second road has a side too, and no 南中银花园."""
    for match in reversed(found):
        thing = tokens[match.end() - 1]
        direction = DIRECTION_WORDS.get(thing.text[0])
        if direction and len(thing.text) > 2:
            middle = thing.start + 1
            side = replace(thing, letter="d", text=thing.text[0], end=middle, word=direction)
            tokens[match.end() - 1 : match.end()] = [side, replace(thing, text=thing.text[1:], start=middle)]
    return tokens


def streets_at_crossings(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """马医科与人民路交叉口: what crosses a road and does not end like a thing is a street.

    Of 金水路高架桥 it is the road that crosses.
    """
    places = {match.start(name) for match in found for name in ("first", "second")} - {-1}
    for place in places:
        if bridge := BRIDGE_OF_ROAD.fullmatch(tokens[place].text):
            tokens[place] = replace(tokens[place], letter="R", text=bridge["road"])
    return relettered(tokens, {place: "R" for place in places if is_street(tokens[place].text)})


def is_street(name: str) -> bool:
    if not FEWEST_OF_STREET <= len(name) <= MOST_OF_STREET or not name.isalpha():
        return False
    return bool(STREET_AT_CROSSING.fullmatch(name)) or "thing" not in suffixes_at(name, len(name))


def part_crossing_roads(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """河马线南降路口 and 世纪路东六路路口 are the crossings of two roads, because one road alone has none."""
    for match in reversed(found):
        road = tokens[match.start()]
        parts = TWO_ROADS.fullmatch(road.text)
        if parts and (carries_name(parts["stem"]) or not DIGITS.isdisjoint(parts["stem"])):
            middle = road.start + parts.start("second")
            tokens[match.start() : match.start() + 1] = [
                replace(road, text=parts["first"], end=middle), replace(road, text=parts["second"], start=middle)
            ]  # fmt: skip
    return tokens


def is_part_of_area(name: Token, part: Token) -> bool:
    """深圳市南山区东北部 lies in the area, not beside it."""
    return name.letter in "AT" and name.text[-1] in DISTRICTS and part.letter == "d" and part.text.endswith(PART)


def directions_as_limits(tokens: list[Token], letters: str) -> list[Token]:
    """东侧A路、南侧B路 with nothing else between the commas are limits."""
    limits = {
        place
        for match in LISTED_SIDES.finditer(letters)
        for place in range(match.start(), match.end())
        if letters[place] == "d" and tokens[place].text.endswith(SIDE_WORDS)
    }
    return relettered(tokens, dict.fromkeys(limits, "m"))


def begins_part(token: Token | None) -> bool:
    """Whether a space before this token parts two things; 人民路 东侧 is one."""
    return token is not None and token.letter in "RUTmq"


def join_things_beside(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """西至楚州大道东侧河道: the limit is the river beside the road, not the road."""
    for match in reversed(found):
        name, side, thing = tokens[match.start() : match.end()]
        if name.end == side.start and side.end == thing.start:
            joined = replace(thing, text=name.text + side.text + thing.text, start=name.start)
            tokens[match.start() : match.end()] = [joined]
    return tokens


def leave_out_places(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """南侧紧邻火车站站前街: the limit is the street, the station tells where it is."""
    places = {
        match.start() for match in found
        if tokens[match.start()].end == tokens[match.end()].start
        and "place" in suffixes_at(tokens[match.start()].text, len(tokens[match.start()].text))
    }  # fmt: skip
    return [token for at, token in enumerate(tokens) if at not in places]


def join_directions(tokens: list[Token], found: list[re.Match[str]]) -> list[Token]:
    """广州大道北与A路交叉口, 东至广州大道北: a bare direction that is no side belongs to the name of an avenue."""
    for match in reversed(found):
        name, direction = tokens[match.start()], tokens[match.start() + 1]
        if direction.word and direction.word.weak and len(direction.text) == 1 and name.text.endswith(AVENUES):
            tokens[match.start() : match.start() + 2] = [
                replace(name, text=name.text + direction.text, end=direction.end)
            ]
    return tokens


EARLY = (
    limits_of_list, limits_of_rows, sides_in_row, streets_as_areas, join_buildings, join_strips, areas_as_things,
)  # fmt: skip
"""What is told from all tokens, those too that say nothing; one after the other."""
