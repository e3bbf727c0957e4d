"""What stands in the tokens of a location phrase: patterns over the letters of their classes, and what each means."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from geo.exchange.phrase_tokens import Token
from geo.exchange.phrase_words import CROSSING_ALONE, SEPARATORS, WORDS

OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E", "NE": "SW", "SW": "NE", "NW": "SE", "SE": "NW"}
CORNERS = frozenset(("NE", "NW", "SE", "SW"))
NAMES = "RUT"
PLOTS = tuple(SEPARATORS["plots"])
CONNECTORS = frozenset(
    text for text, words in WORDS.items() if len(text) == 1 and any(word.letter == "c" for word in words)
)
N, D, J, P = "[RUT]", "[dD]", "[ctsp]", "[sp]"
"""Parts of the rules: a name, a direction (D names a corner or lies between two cardinals), what joins, what parts."""
CROSSED = f"{N}(?:g?{J}?{N})*g?{P}?"
"""The roads of a crossing."""


@dataclass
class Reading:
    """What the rules have found so far; roads with their place in the text."""

    roads: list[tuple[int, str]] = field(default_factory=list)
    sides: dict[str, str] = field(default_factory=dict)
    other_sides: dict[str, str] = field(default_factory=dict)
    bounds: dict[str, str] = field(default_factory=dict)
    limits: list[Token] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    quadrants: set[str] = field(default_factory=set)
    offset: tuple[float, str | None] | None = None
    offset_of_thing: bool = False
    """Whether the distance is one from a thing: 林皋镇东南3公里."""
    roadside: str | None = None
    crossing: bool = False
    pair: bool = False
    """Whether two roads stand beside each other without a word for their crossing."""
    pair_at: int = 0
    """Where they stand."""
    strip: bool = False
    enclosed: bool = False
    told: list[tuple[int, str]] = field(default_factory=list)
    """Which sides of the site were told, and where."""
    words: str = ""
    """What was read."""
    start: int = 0
    """Of a further site: where its words begin."""
    more: list["Reading"] = field(default_factory=list)
    """Further sites: A路与B路交叉口、C路与D路交叉口."""


def opposite(direction: str) -> str:
    return OPPOSITE.get(direction, direction)


def together(first: str | None, second: str) -> str:
    """Two sides of one thing: 河以南、以东 is its south-east, A路东、西侧 are both of its sides."""
    if first == opposite(second):
        return "both"
    corners = (f"{first}{second}", f"{second}{first}")
    return next((corner for corner in corners if corner in CORNERS), second)


def told_of(found: list[Token]) -> list[Token]:
    """The words that name a direction."""
    return [token for token in found if token.direction and token.letter in "dDvr"]


def of_plot(token: Token) -> bool:
    """Whether a direction tells where a plot is: 以北地块."""
    return token.letter == "d" and token.text.endswith(PLOTS)


def lone_corner(found: list[Token]) -> str | None:
    """The corner of a crossing of which one road is named: 劳动南路十字东南角, but not 路口东侧."""
    corners = [direction for token in found if (direction := token.direction) in CORNERS]
    return corners[0] if corners and CROSSING_ALONE.match(found[0].text) else None


class Reader:
    """Applies the rules to the tokens of one stretch of text.

    Parameters
    ----------
    reading
        Where the findings go.
    offsets
        Place in the whole text of each character of the stretch.
    of_thing
        Whether the stretch tells where a thing is, so that its sides are not the site's.
    """

    def __init__(self, reading: Reading, offsets: list[int], *, of_thing: bool = False) -> None:
        self.first = self.reading = reading
        self.before: Token | None = None
        self.at = 0
        self.offsets, self.of_thing = offsets, of_thing

    # --- what the rules do with what they matched ------------------------------------------------------------

    def mention(self, names: list[Token], *, unnamed: bool = False) -> None:
        for name in names:
            if name.letter == "R" or (unnamed and name.letter == "U"):
                self.reading.roads.append((self.offsets[name.start], name.text))

    def put_side(self, name: Token, direction: str) -> None:
        if self.of_thing:
            return
        self.reading.covered.add(opposite(direction))
        self.reading.told.append((self.at, opposite(direction)))
        if name.letter == "U":
            return
        target = self.reading.sides if name.letter == "R" else self.reading.other_sides
        target[name.text] = together(target.get(name.text), direction)

    def limits(self, found: list[Token]) -> None:
        verbs = [token for token in found if token.letter == "m"]
        at = found.index(verbs[0])
        names = [token for token in found[at:] if token.letter in NAMES]
        self.mention(names)
        for token in found[: at + 1]:
            direction = token.direction
            if direction is None or self.of_thing:
                continue
            self.reading.limits.append(verbs[0])
            for name in names:
                self.put_side(name, opposite(direction))
                if name.letter == "R":
                    self.reading.bounds.setdefault(direction, name.text)

    def adjoins(self, found: list[Token]) -> None:
        self.mention(found[:1])
        self.put_side(found[0], found[1].direction or "both")

    def crosses(self, found: list[Token]) -> None:
        at = next((index for index, token in enumerate(found) if token.letter == "x"), len(found) - 1)
        names = [token for token in found[:at] if token.letter in NAMES]
        if self.is_further_site(names):
            names[0] = self.without_connector(names[0])
            self.reading = Reading(start=self.offsets[found[0].start])
            self.first.more.append(self.reading)
        self.mention(names, unnamed=True)
        self.reading.crossing = self.reading.crossing or len(names) > 1
        if len(names) > 1 and self.reading.offset_of_thing:
            self.reading.offset = self.reading.roadside = None  # a crossing tells more than a distance from a town
            self.reading.offset_of_thing = False
        if any(token.letter == "l" for token in found):
            if len(names) != 1 or names[0].letter != "T" or not self.reading.crossing:  # 距地铁口200米 tells no more
                self.measure(found[at:] if found[at].letter == "x" else found)
        elif len(names) > 1:
            told = told_of(found[at:]) or told_of(found)  # 路南交口西南角 is the south-western corner
            corners = [token for token in told if token.letter in "dD"] or told[:1]
            self.reading.quadrants.update(token.direction or "" for token in corners)
        elif corner := lone_corner(found[at:]):
            self.reading.crossing = True
            self.reading.quadrants.add(corner)
        else:
            self.sides([*names, *[token for token in found if token.letter in "dD"]])

    def is_further_site(self, names: list[Token]) -> bool:
        """Whether a crossing of two roads, of which neither was named before, follows a crossing."""
        known = {name for _, name in self.reading.roads}
        crossed = [name.text for name in names if name.letter == "R"]
        return self.reading.crossing and len(crossed) > 1 and len(known) > 1 and known.isdisjoint(crossed)

    def without_connector(self, name: Token) -> Token:
        """The first road of a further site: right behind …东北角 is 和望江路 no name."""
        adjacent = self.before is not None and self.before.end == name.start
        if adjacent and name.text[0] in CONNECTORS and len(name.text) > 3:
            return replace(name, text=name.text[1:], start=name.start + 1)
        return name

    def measure(self, found: list[Token]) -> None:
        """A length with its direction: 往南400米路东."""
        at = next(index for index, token in enumerate(found) if token.letter == "l")
        before = found[:at]
        towards = [token for token in before if token.letter in "vdD"] or [t for t in before if t.letter == "r"]
        after = [direction for token in found[at + 1 :] if (direction := token.direction)]
        names = [token for token in found[:at] if token.letter in NAMES]
        of_thing = bool(names) and all(name.letter == "T" for name in names)
        if of_thing and self.reading.crossing:
            return
        self.mention(names)
        if self.reading.offset is None:
            self.reading.offset_of_thing = of_thing
            metres = found[at].metres or 0.0
            self.reading.offset = (metres, towards[-1].direction if towards else None)
            self.reading.roadside = after[0] if after else None
        if len(towards) > 1 and (corner := towards[0].direction) and not names:
            self.reading.quadrants.add(corner)
        beside = found[-1].direction if found[-1].letter == "d" and names == found[:1] else None
        if beside:
            self.put_side(names[0], beside)
        if towards and towards[0].letter in "dD":
            for name in names[-1:] if len(names) == 1 or towards[0].letter == "d" else ():  # west of the second road
                self.put_side(name, towards[0].direction or "both")

    def at_distance(self, found: list[Token]) -> None:
        self.mention(found[1:2])
        direction = opposite(found[0].direction or "")
        self.put_side(found[1], direction)
        if self.reading.offset is None and not self.of_thing:
            self.reading.offset = (found[-1].metres or 0.0, direction)

    def sides(self, found: list[Token]) -> None:
        names = [token for token in found if token.letter in NAMES]
        self.mention(names)
        for before, token, following in zip([None, *found], found, [*found[1:], None], strict=False):
            if token.letter == "d" and following and following.letter in "dD" and not of_plot(token):
                continue  # 魁玉路西以北 is north of a road's western part
            if before and of_plot(before):
                continue  # 枫明路以北地块南侧 lies in the plot
            for name in names:
                if token.letter in "dDr" and (direction := token.direction):
                    self.put_side(name, direction)
                elif token.letter == "k" and not self.of_thing:
                    (self.reading.sides if name.letter == "R" else self.reading.other_sides)[name.text] = "both"
                elif token.letter == "i" and name.letter == "T" and not self.of_thing:
                    self.reading.other_sides.setdefault(name.text, "in")

    def sides_of_first(self, found: list[Token]) -> None:
        self.sides([found[0], found[-1]])
        self.name_only(found[1:])

    def between(self, found: list[Token]) -> None:
        self.name_only(found)
        self.reading.strip = True

    def name_only(self, found: list[Token]) -> None:
        self.mention([token for token in found if token.letter in NAMES])

    def encloses(self, found: list[Token]) -> None:
        self.reading.enclosed = True

    def goes_round(self, found: list[Token]) -> None:
        self.name_only(found)
        self.encloses(found)

    def forget(self, found: list[Token]) -> None:
        """位于: what was named before it without a relation is the site's own name."""
        reading = self.reading
        if not (reading.sides or reading.other_sides or reading.crossing or reading.offset or reading.limits):
            reading.roads.clear()

    def pair(self, found: list[Token]) -> None:
        self.mention([token for token in found if token.letter in NAMES], unnamed=True)
        self.reading.pair, self.reading.pair_at = True, self.at

    # --- the rules ---------------------------------------------------------------------------------------------

    RULES: tuple[tuple[str, Callable[["Reader", list[Token]], None]], ...] = (
        # 东至A路、B河; 南、西至规划路
        (rf"(?:{D}[sc]?)*m{P}?{N}g?(?:[ct]{N}g?)*(?:s{N}g?(?=[psm]|$))*{D}?", limits),
        # 北距A路300米
        (rf"j{N}{P}?l", at_distance),
        # 办事处东临
        (rf"{N}m(?={P}|$)", adjoins),
        # A路从B路口至C路口
        (rf"[RU]?{N}xt{N}x", name_only),
        # A路与B路交叉口往南400米路东; 交叉口西南角向南200米
        (rf"{CROSSED}x[psg]?[vdD]{{0,2}}r?{P}?l{P}?[rdD]?(?:Rh?(?={P}|$))?", crosses),
        # A路与B路(西北)交叉口(西北角、东北角)
        (rf"{CROSSED}{D}?{P}?xx?(?:g?{D}|{P}{D}(?!{N})|v?r|v)?(?:[psc]{D}(?!{N}))*(?:Rh?(?={P}|$))?", crosses),
        # A路B路西800米路南
        (rf"[RU](?:c?[RU])+[vdD]{{1,2}}{P}?l(?:{P}?r|d)?", crosses),
        # A路与B路西北角
        (rf"[RU](?:{J}?[RU])+D|[RU]cTD|Tc[RU]D", crosses),
        # A路东100米; A路2.5公里处北侧
        (rf"{N}g?{P}?[vdD]{{0,2}}{P}?l(?:{P}?r|d)?", measure),
        (rf"[vdD]l{P}?r?", measure),
        # 兴宁桥西-A路-兴宁桥西合围
        (rf"{N}{D}?(?:t{N}{D}?)+e", goes_round),
        # A路以东至B路、…: how far the site reaches, no road of what follows
        (rf"(?<=[dD])t{N}(?={P}|$)", name_only),
        # A路与B路之间
        (rf"{N}(?:{J}?{N})+b", between),
        # A路(B路至C路段)西侧
        (rf"{N}{P}?{N}t{N}g?[dDkr]", sides_of_first),
        # A路与B路以北; A路、B路以北; A路东、西两侧
        (rf"(?:R(?:[cst]R)+|{N}(?:g?c{N}|t{N})*)[gh]?{P}?[dDkri](?:[psc]?[dDk](?!{N}|(?:[sc]?[dD])*[sc]?m))*", sides),
        (r"e", encloses),
        (r"q(?!$)", forget),
        # A路与B路
        (rf"[RU](?:c?[RU])+(?={P}|$)|[RU]g?c[RU](?=T|{P}|$)", pair),
        (N, name_only),
    )
    """Patterns over the letters of the tokens, and what each of them means; the first that matches is taken."""

    FOUND = re.compile("|".join(f"({pattern})" for pattern, _ in RULES))

    def read(self, tokens: list[Token]) -> None:
        letters = "".join([token.letter for token in tokens])
        for match in self.FOUND.finditer(letters):
            first = tokens[match.start()]
            self.before = tokens[match.start() - 1] if match.start() else None
            self.at = self.offsets[first.start]
            act = self.RULES[match.lastindex - 1][1]
            act(self, tokens[match.start() : match.end()])
