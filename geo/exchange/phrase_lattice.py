"""Of all ways to cut a run of letters into roads, things and words, find the cheapest."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from geo.exchange import phrase_words as grammar
from geo.exchange.phrase_words import ORDER, Word, carries_name
from geo.exchange.quantities import read_numeral

RING = grammar.ROADS["ring_suffix"]
ROAD_AFTER = {"R": "Q", "Q": "Q", "P": "Q", "w": "P"}
"""Another state of a road, after what stands right before it."""


class Edge(NamedTuple):
    """A token that a run may hold: where it ends, its state in the lattice, and what it costs."""

    end: int
    state: str
    cost: float
    word: Word | None = None
    metres: float | None = None


class Step(NamedTuple):
    """The cheapest way so far to a position in a state, and the step that it ends with."""

    cost: float
    start: int
    state: str
    edge: Edge | None


class Lattice:
    """All tokens that a run of letters may hold.

    Parameters
    ----------
    run
        Letters without separators and brackets, in simplified characters.
    """

    def __init__(self, run: str) -> None:
        self.run, self.size = run, len(run)
        self.words = [self.words_at(start) for start in range(self.size)]
        self.suffixes = [{}, *(grammar.suffixes_at(run, end) for end in range(1, self.size + 1))]
        self.break_ends = self.find_breaks()
        self.places = self.ends_of("place")
        numbers = (place for place in range(1, self.size) if run[place].isdigit() and not run[place - 1].isdigit())
        words = (place for place in range(1, self.size) if self.words[place])
        self.stops = sorted({*words, *numbers, *self.places, self.size})
        codes = (match.end() for match in grammar.CODE.finditer(run))
        self.closers = sorted({*codes, *(end for end in self.ends_of("road") if self.closes_road(end))})
        self.road_ends = sorted({*self.closers, *(end for start in self.closers for end in self.extensions(start))})
        self.area_ends = [end for end in self.ends_of("area") if not grammar.NO_AREA_END.match(run, end - 1)]
        self.areas = [list(self.areas_at(start)) if self.area_ends else [] for start in range(self.size)]
        self.bare_places = dict(self.find_bare_places())

    # --- what stands where -------------------------------------------------------------------------------------

    def words_at(self, start: int) -> list[tuple[int, Word]]:
        ends = range(start + 1, min(self.size, start + grammar.LONGEST_WORD.get(self.run[start], 0)) + 1)
        return [(end, word) for end in ends for word in grammar.WORDS.get(self.run[start:end], ())]

    def words_behind(self, place: int) -> Iterator[tuple[int, Word]]:
        return (found for words in self.words[place:] for found in words)

    def ends_of(self, kind: str) -> list[int]:
        """Where a suffix of this kind ends behind at least one letter."""
        return [end for end in range(2, self.size + 1) if kind in self.suffixes[end]]

    def find_breaks(self) -> list[int]:
        """For each position the nearest end of a word that starts at or after it and that no name contains."""
        ends = [self.size + 1] * (self.size + 1)
        for start in reversed(range(self.size)):
            breaks = (end for end, _ in self.words[start] if self.run[start:end] in grammar.BREAKS)
            ends[start] = min(breaks, default=ends[start + 1]) if self.words[start] else ends[start + 1]
        return ends

    def closes_road(self, end: int) -> bool:
        """Whether a road's name may end here."""
        if self.run.endswith(grammar.NO_ROAD, 0, end) and not grammar.RIVER_ROAD.search(self.run, 0, end):
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
            if self.suffixes[end].get("area") == 1 and text[-1] == grammar.QUARTER and not self.before_road(end):
                continue
            if named and grammar.AREA_NAME.fullmatch(text) and not text.endswith(grammar.NO_AREA):
                yield end

    def before_road(self, end: int) -> bool:
        """Whether the next road that ends behind a place has a name of its own: 山水城金石路, but 黑牛城道."""
        closers = (closer for closer in self.closers[bisect_right(self.closers, end) :] if self.run[closer - 1] != RING)
        ahead = next(closers, end) - end
        return 3 <= ahead <= grammar.ROADS["usual_length"]

    def find_bare_places(self) -> Iterator[tuple[int, int]]:
        """Start and end of names of cities without 市 that stand before a name, at the front or behind an area."""
        fronts = {0}
        for start in range(self.size):
            if start not in fronts:
                continue
            fronts.update(end for end, word in self.words[start] if word.letter in "qm")
            fronts.update(self.areas[start])
            for end in range(min(self.size - 3, start + grammar.LONGEST_PLACE), start + 1, -1):
                name = self.run[start:end]
                stem = self.run[end : end + 2] in grammar.DIRECTED_STEMS  # 郑州东风路, but 郑州东路
                if name in grammar.BARE_PLACES and (stem or not grammar.GOES_ON.match(self.run, end)):
                    if name in self.run[max(0, start - len(name) - 1) : start]:
                        break  # 南开区南开三马路
                    yield start, end
                    fronts.add(end)
                    break

    def ends(self, ends: list[int], start: int, longest: int, shortest: int = 2) -> list[int]:
        """Those of the sorted ends at which a name that starts here may end."""
        last = min(start + longest, self.break_ends[start] - 1)
        return ends[bisect_left(ends, start + shortest) : bisect_right(ends, last)]

    def within(self, ends: list[int], start: int, end: int) -> list[int]:
        """Those of the sorted ends that cut a name of two letters or more from the front of a longer one."""
        return ends[bisect_left(ends, start + 2) : bisect_left(ends, end)]

    # --- what it costs -----------------------------------------------------------------------------------------

    def edges(self, start: int) -> Iterator[Edge]:
        for end, word in self.words[start]:
            if word.weak and grammar.PART_OF_THING.match(self.run, end):
                continue
            if word.letter == "r" and len(self.run) > end and self.run[end - 1 : end + 1] in grammar.DIRECTION_OF:
                continue  # 李村路西南角 is a corner, not 路西
            yield Edge(end, "w" if word.weak else word.letter, word.cost, word)
        if self.run[start] in grammar.LENGTHS["first_letters"]:
            yield from self.numbers(start)
        for end in self.ends(self.road_ends, start, grammar.ROADS["longest"]):
            if (cost := self.road_cost(start, end)) is not None:
                yield Edge(end, "R", cost)
        stops = self.ends(self.stops, start, grammar.THINGS["longest"], 1)
        if not stops or stops[0] == start + 1:
            yield Edge(start + 1, "o", grammar.GRAMMAR["odd_letter_cost"])
        for end in stops:
            if end > start + 1:
                yield Edge(end, "T", self.thing_cost(start, end))
        for end in self.areas[start]:
            yield Edge(end, "A", self.area_cost(start, end))
        if start in self.bare_places:
            yield Edge(self.bare_places[start], "A", grammar.AREAS["bare_cost"])

    def numbers(self, start: int) -> Iterator[Edge]:
        if match := grammar.CODE.match(self.run, start):
            yield Edge(match.end(), "R", grammar.ROADS["code_cost"])
        if match := grammar.MARK.match(self.run, start):
            yield Edge(match.end(), "l", grammar.LENGTHS["cost"], None, float(match["km"]) * 1000 + float(match["m"]))
        if match := grammar.LENGTH.match(self.run, start):
            number, unit = read_numeral(match["number"]), match["unit"]
            if number is not None:
                cost = grammar.LENGTHS["unit_costs"].get(unit, grammar.LENGTHS["cost"])
                yield Edge(match.end(), "l", cost, None, number * grammar.LENGTHS["metres"][unit])
        if match := grammar.HOUSE.match(self.run, start):
            yield Edge(match.end(), "h", grammar.LENGTHS["cost"])

    def road_cost(self, start: int, end: int) -> float | None:
        """Cost of reading this as a road's name; None where it cannot be one."""
        text = self.run[start:end]
        if "." in text or grammar.NO_NAME.search(text) or (start and grammar.NUMBERED.match(self.run, start - 1)):
            return None
        cost: float = grammar.ROADS["cost"] + grammar.ROADS["per_character"] * len(text)
        if text in grammar.ROAD_SUFFIXES:
            return cost + grammar.ROADS["one_letter_cost"] if grammar.UNNAMED.fullmatch(text) else None
        cost += grammar.ROADS["per_character_too_long"] * max(0, len(text) - grammar.ROADS["usual_length"])
        suffix = self.run[end - self.suffixes[end].get("road", 0) : end]
        cost += grammar.ROADS["suffix_costs"].get(suffix, 0.0) + grammar.DIRECTION_COSTS.get(text[-1], 0.0)
        cost += grammar.ROADS["first_letter_costs"].get(text[0], 0.0)
        if text[0] in grammar.ROADS["from_words"] and any(word.letter == "t" for _, word in self.words_behind(end)):
            cost += grammar.ROADS["from_cost"]
        if len(text) == (3 if text.endswith(grammar.SHORT_STEMS) else 2):
            cost += (
                grammar.ROADS["one_letter_cost"] if text[0] in grammar.ONE_LETTER else grammar.ROADS["odd_letter_cost"]
            )
        if start and (self.run[start - 1 : start + 1] in grammar.DIRECTED_STEMS or grammar.OF_AREA.match(text)):
            cost += grammar.ROADS["directed_cost"]
        return cost + self.roads_inside(start, end) + self.front_of_road(start, end)

    def roads_inside(self, start: int, end: int) -> float:
        """Surcharge for a name that holds another road's name, and is rather two roads."""
        costs, total = grammar.ROADS["inner_cost"], 0.0
        for inner in self.within(self.closers, start, end - 1):
            rest = self.run[inner:end]
            suffix = self.run[inner - self.suffixes[inner].get("road", 0) : inner]
            weak = suffix in grammar.ROADS["weak_inside"] and not self.joins(inner, end)
            numbered = not suffix and rest.endswith(grammar.HIGHWAYS)
            whole = (
                numbered
                or not grammar.ROAD_SUFFIXES.isdisjoint((rest[0], rest[:2]))
                or rest in grammar.ROAD_SUFFIXES
                or rest in grammar.DIRECTION_COSTS
            )
            if not weak and not whole and not grammar.EXTENSION.fullmatch(rest):
                total += costs["road"] if carries_name(rest[:-1]) else costs["direction"]
        never = grammar.NEVER_INSIDE.search(self.run, start + 1, end)
        return total + (costs["never"] if never and not grammar.CODE.match(self.run, start) else 0.0)

    def front_of_road(self, start: int, end: int) -> float:
        """Surcharge for a name that begins with an area, a thing, a connector or a word of limit."""
        costs, worst = grammar.ROADS["inner_cost"], 0.0
        ring = self.run[end - 1] == RING
        if any(end - inner > (1 if ring else 2) for inner in self.areas[start]):
            worst = costs["area"]
        stem_end = end - self.suffixes[end].get("road", 1)
        for place in (start, start + 1):
            if place in self.bare_places and carries_name(self.run[self.bare_places[place] : stem_end]):
                worst = costs["area"]
        for inner in self.within(self.places, start + 1, end - 2):
            if carries_name(self.run[inner : end - 1]):
                worst = max(worst, costs["thing"])
        if any(word.corner and cut - start > 2 and cut < stem_end for cut, word in self.words[start]):
            worst = costs["limit"]  # 西南角和望江路
        if self.begins_with_limit(start, end) or self.within(self.limits, start - 1, end - 3):
            worst += costs["limit"]
        worst += costs["listed"] if self.within(self.listed, start, end - 2) else 0.0
        worst += costs["joined"] if self.joined_inside(start, stem_end) else 0.0
        if not self.joins(start, end):
            return worst
        longer = grammar.ROADS["joined_long_cost"] if end - start > grammar.ROADS["joined_length"] else 0.0
        usual = grammar.JOINED_USUAL.search(self.run, start, stem_end)
        plain = 0.0 if usual else grammar.ROADS["joined_plain_costs"].get(self.run[start], 0.0)
        return worst + grammar.ROADS["joined_costs"].get(self.run[start], 0.0) + longer + plain

    def joins(self, start: int, end: int) -> bool:
        """Whether a connector and a name may stand here."""
        if not self.words[start]:
            return False
        stem_end = end - (2 if self.run.endswith(grammar.SHORT_STEMS, 0, end) else 1)
        return any(word.letter in "ct" and stem_end - cut >= 2 for cut, word in self.words[start])

    def joined_inside(self, start: int, end: int) -> bool:
        """Whether a connector that names hardly hold stands between two names: 马医科与人民."""
        return self.run.find(grammar.ROADS["joined_inside"], start + 2, max(0, end - 2)) > 0

    def begins_with_limit(self, start: int, end: int) -> bool:
        """Whether this is rather 东至 and a name than a name that begins so: 东至路 is a name."""
        if not self.words[start]:
            return False
        return any(word.letter in "mj" and end - cut >= 2 for cut, word in self.words[start])

    def area_cost(self, start: int, end: int) -> float:
        cost: float = grammar.AREAS["cost"] + grammar.AREAS["per_character"] * (end - start)
        inner = {
            "road": self.within(self.closers, start, end),
            "area": [cut for cut in self.areas[start] if cut < end - 1],
        }
        for kind, places in inner.items():
            cuts = sum(1 for place in places if self.run[place:end] not in grammar.AREA_RESTS)
            cost += grammar.AREAS["inner_cost"][kind] * cuts
        return cost + (grammar.AREAS["limit_cost"] if self.begins_with_limit(start, end) else 0.0)

    def thing_cost(self, start: int, end: int) -> float:
        length = end - start
        known = "thing" in self.suffixes[end]
        base, step = ("known_cost", "known_per_character") if known else ("cost", "per_character")
        surcharge = grammar.THINGS["ends_with_direction_cost"] if self.run[end - 1] in grammar.DIRECTION_OF else 0.0
        if any(cut == end and word.letter == "d" for cut, word in self.words[start]):
            surcharge += grammar.THINGS["is_direction_cost"]
        surcharge += grammar.THINGS["first_letter_costs"].get(self.run[start], 0.0)
        surcharge += grammar.THINGS["ends_like_road_cost"] if end in self.road_ends else 0.0
        return grammar.THINGS[base] + grammar.THINGS[step] * length + surcharge + self.inside_thing(start, end)

    def inside_thing(self, start: int, end: int) -> float:
        """Surcharge for a name that holds a road, an area, a word of limit, or two things and a connector."""
        costs = grammar.THINGS["inner_cost"]
        total: float = costs["limit"] if self.begins_with_limit(start, end) else 0.0
        for inner in self.within(self.closers, start, end) if self.closers else ():
            total += 0.0 if grammar.OF_ROAD.fullmatch(self.run, inner, end) else costs["road"]
        total += costs["joined"] if self.joined_inside(start, end) else 0.0
        if any(inner + 3 <= end and not grammar.INSTITUTION.match(self.run, inner, end) for inner in self.areas[start]):
            total += costs["area"]
        return total + (costs["listed"] if self.within(self.listed, start, end - 1) else 0.0)

    @cached_property
    def limits(self) -> list[int]:
        """Where 东至 or 南临 stands, that a name of a road hardly holds."""
        return [
            place for place, words in enumerate(self.words) if place and any(word.letter == "m" for _, word in words)
        ]

    @cached_property
    def listed(self) -> list[int]:
        """Where a connector follows what ends like a thing."""
        places = (place for place, words in enumerate(self.words) if any(word.letter in "ct" for _, word in words))
        return [place for place in places if "thing" in self.suffixes[place]]

    # --- the way through ---------------------------------------------------------------------------------------

    def cut(self) -> list[tuple[int, Edge]]:
        """The cheapest way through the run: where each token starts, and the token."""
        best: list[dict[str, Step]] = [{} for _ in range(self.size + 1)]
        best[0]["^"] = Step(0.0, 0, "", None)
        for start in range(self.size):
            if best[start]:
                self.advance(best, start)
        position, ends = self.size, best[self.size]
        state = min(ends, key=lambda state: ends[state].cost + ORDER[state].get("$", 0.0))
        path: list[tuple[int, Edge]] = []
        while position:
            step = best[position][state]
            assert step.edge is not None
            path.append((step.start, step.edge))
            position, state = step.start, step.state
        return path[::-1]

    def advance(self, best: list[dict[str, Step]], start: int) -> None:
        """Go on from a position with every edge, in every state that it was reached in."""
        reached = [(state, step[0], ORDER[state], ROAD_AFTER.get(state, "R")) for state, step in best[start].items()]
        for edge in self.edges(start):
            end, kind, price = edge[:3]
            ahead = best[end]
            for state, cost, order, road in reached:
                new = road if kind == "R" else kind
                total = cost + price + order.get(new, 0.0)
                known = ahead.get(new)
                if known is None or total < known[0]:
                    ahead[new] = Step(total, start, state, edge)


@lru_cache(maxsize=4096)
def cut_run(run: str) -> tuple[tuple[int, Edge], ...]:
    """Where each token of a run starts, and the token; lists of sites repeat their roads."""
    return tuple(Lattice(run).cut())
