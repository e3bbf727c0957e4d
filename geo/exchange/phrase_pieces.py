"""What may stand where in a run of letters of a location phrase: fixed words, and where names may begin and end."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from geo.exchange import phrase_words as grammar
from geo.exchange.phrase_words import Word

RING = grammar.ROADS["ring_suffix"]


class Pieces:
    """What may stand where in a run of letters: words, and the ends of names.

    Parameters
    ----------
    run
        Letters without separators and brackets, in simplified characters.
    """

    def __init__(self, run: str) -> None:
        self.run, self.size = run, len(run)
        self.may_hold_digits = not run.isalpha()
        """Whether there are digits or marks among the letters."""
        self.may_hold_codes = self.may_hold_digits or not grammar.NUMERALS.isdisjoint(run)
        fronts, endings = grammar.FRONTS, grammar.KINDS_OF_ENDING
        self.words = [self.words_at(start) if letter in fronts else [] for start, letter in enumerate(run)]
        self.begun: dict[str, dict[int, int]] = defaultdict(dict)
        """By class where its words begin, and where the shortest of them ends."""
        for start, words in enumerate(self.words):
            for end, word in words:
                self.begun[word.letter].setdefault(start, end)
        self.suffixes = [
            grammar.suffixes_at(run, end) if letter in endings else grammar.NO_SUFFIX
            for end, letter in enumerate(" " + run)
        ]
        ends: dict[str, list[int]] = {kind: [] for kind in grammar.SUFFIXES}
        for end, kinds in enumerate(self.suffixes):
            if kinds and end > 1:
                for kind in kinds:
                    ends[kind].append(end)
        self.break_ends = self.find_breaks()
        self.find_names(ends)
        self.find_limits()

    def find_names(self, ends: dict[str, list[int]]) -> None:
        """Where names of places, roads and areas may end; `ends` are those of suffixes, by kind."""
        run = self.run
        self.places = ends["place"]
        codes = [match.end() for match in grammar.CODE.finditer(run)] if self.may_hold_codes else []
        self.closers = sorted({*codes, *filter(self.closes_road, ends["road"])})
        self.road_ends = sorted({*self.closers, *(end for start in self.closers for end in self.extensions(start))})
        self.area_ends = [end for end in ends["area"] if not grammar.NO_AREA_END.match(run, end - 1)]
        last_area = self.area_ends[-1] - 1 if self.area_ends else 0
        """Before this areas begin."""
        self.areas = [list(self.areas_at(start)) if start < last_area else [] for start in range(self.size)]
        self.bare_places = dict(self.find_bare_places())

    def find_limits(self) -> None:
        """Where words stand that a name hardly holds, or at which another one begins."""
        run = self.run
        self.limits = [place for place in self.begun["m"] if place]
        """Where 东至 or 南临 stands, that a name of a road hardly holds."""
        told = self.begun["m"]
        self.limit_ends = {end for at in told for end, _ in self.words[at] if run[end - 1] in grammar.LIMIT_LETTERS}
        """Where the 临 of 北侧临 ends."""
        anew = grammar.ANEW.finditer(run, 1) if any(sign in run for sign in grammar.ANEW_SIGNS) else ()
        self.anew = [match.start() for match in anew]
        """Where behind the first letter a name begins whatever stands before it: a known highway, 规划8路."""
        whole = grammar.WHOLE_WORD.finditer(run)
        self.inside_words = {place for word in whole for place in range(word.start() + 1, word.end())}
        """Where a name would begin within 立交桥 or 十字路口."""
        self.last_never = max((match.start() for match in grammar.NEVER_INSIDE.finditer(run)), default=-1)
        """Where the last of what no name of a road holds begins; -1 where there is none."""
        self.may_be_joined = grammar.ROADS["joined_inside"] in run
        """Whether a connector stands anywhere that names hardly hold."""
        connectors = sorted({*self.begun["c"], *self.begun["t"]})
        self.listed = [place for place in connectors if place and "thing" in self.suffixes[place]]
        """Where a connector follows what ends like a thing."""

    def words_at(self, start: int) -> list[tuple[int, Word]]:
        found: list[tuple[int, Word]] = []
        run, fronts = self.run, grammar.FRONTS
        for end in range(start + 1, self.size + 1):
            words = fronts.get(run[start:end])
            if words is None:
                break
            for word in words:
                if not word.until or word.until.match(run, end):
                    found.append((end, word))
        return found

    def find_breaks(self) -> list[int]:
        """For each position the nearest end of a word that starts at or after it and that no name contains."""
        nearest = self.size + 1
        ends = [nearest] * nearest
        for start in reversed(range(self.size)):
            for end, word in self.words[start]:
                if word.breaks:
                    nearest = end
                    break
            ends[start] = nearest
        return ends

    def closes_road(self, end: int) -> bool:
        """Whether a road's name may end here."""
        if self.run.endswith(grammar.NO_ROAD, 0, end) and not grammar.YET_ROAD.search(self.run, 0, end):
            return False
        if grammar.NOT_CLOSING.match(self.run, end - 1):
            return False
        if self.run[end - 1] == grammar.ROADS["railway_suffix"] and grammar.RAILWAY.search(self.run, 0, end):
            return False
        ring = self.run[end - self.suffixes[end]["road"] : end] == RING
        return not ring or bool(grammar.RING.search(self.run, 0, end - 1))

    def extensions(self, end: int) -> Iterator[int]:
        """Ends of what may still belong to the name of a road that ends here: 东延线, 二巷, the 北 of 广州大道北."""
        if match := grammar.EXTENSION.match(self.run, end):
            yield match.end()
        if self.run[end : end + 1] in grammar.DIRECTION_COSTS and self.run.endswith(grammar.AVENUES, 0, end):
            yield end + 1

    def areas_at(self, start: int) -> Iterator[int]:
        """Ends of the areas that start here: 金水区, 旺庄街道."""
        for end in self.ends(self.area_ends, start, grammar.AREAS["longest"]):
            text = self.run[start:end]
            body = len(text) - (1 if text[-1] in grammar.AREA_SUFFIXES else self.suffixes[end]["area"])
            named = body >= 2 or grammar.SHORT_AREA.fullmatch(text)
            quarter = self.suffixes[end].get("area") == 1 and text[-1] in grammar.QUARTER
            quarter = quarter and not text.endswith(grammar.AREAS["seat"])
            if quarter and (self.within(self.area_ends, start, end) or not self.before_road(end)):
                continue
            if named and grammar.AREA_NAME.fullmatch(text) and not text.endswith(grammar.NO_AREA):
                yield end

    def before_road(self, end: int) -> bool:
        """Whether the next road that ends behind a place has a name of its own: 山水城金石路, not 金海湾东大街."""
        closers = (closer for closer in self.closers[bisect_right(self.closers, end) :] if self.run[closer - 1] != RING)
        closer = next(closers, end)
        ahead = closer - end - self.run.endswith(grammar.AVENUES, end, closer)
        return 3 <= ahead <= grammar.ROADS["usual_length"]

    def find_bare_places(self) -> Iterator[tuple[int, int]]:
        """Start and end of names of cities without 市 that stand before a name, at the front or behind an area."""
        fronts = {0, *(end for start in self.begun["q"] for end, word in self.words[start] if word.letter == "q")}
        for start in range(self.size):
            if start not in fronts:
                continue
            fronts.update(end for end, word in self.words[start] if word.letter in "qm")
            fronts.update(self.areas[start])
            if end := self.bare_place_at(start):
                yield start, end
                fronts.add(end)

    def bare_place_at(self, start: int) -> int | None:
        """Where the longest name of a city ends that starts here and is no part of another name."""
        if self.run[start : start + 2] not in grammar.FRONTS_OF_PLACES:
            return None
        for end in range(min(self.size - 3, start + grammar.LONGEST_PLACE), start + 1, -1):
            name = self.run[start:end]
            if name not in grammar.BARE_PLACES:
                continue
            stem = self.run[end : end + 2] in grammar.DIRECTED_STEMS  # 郑州东风路, but 郑州东路
            if stem or not grammar.GOES_ON.match(self.run, end):
                again = name in self.run[max(0, start - len(name) - 1) : start]  # 南开区南开三马路
                return None if again else end
        return None

    def ends(self, ends: list[int], start: int, longest: int, shortest: int = 2) -> list[int]:
        """Those of the sorted ends at which a name that starts here may end."""
        if not ends:
            return ends
        last = min(start + longest, self.break_ends[start] - 1)
        return ends[bisect_left(ends, start + shortest) : bisect_right(ends, last)]

    def within(self, ends: list[int], start: int, end: int) -> list[int]:
        """Those of the sorted ends that cut a name of two letters or more from the front of a longer one."""
        return ends[bisect_left(ends, start + 2) : bisect_left(ends, end)] if ends else ends

    def ends_before(self, start: int) -> bool:
        """Whether no name begins here because a word such as 分别 or 工业园二期 ends here or goes on."""
        return bool(grammar.BEGUN_BEFORE.match(self.run, start))

    @cached_property
    def measured(self) -> list[int]:
        """Where a length stands."""
        return [match.start() for match in grammar.MEASURED.finditer(self.run)] if self.may_hold_digits else []

    @cached_property
    def stops(self) -> list[int]:
        """Where the name of a thing may end."""
        spoken = (place for place in range(1, self.size) if self.words[place])
        places = range(1, self.size) if self.may_hold_digits else ()
        numbers = (place for place in places if self.run[place].isdigit() and not self.run[place - 1].isdigit())
        return sorted({*spoken, *numbers, *self.anew, *self.places, self.size})
