"""Of all ways to cut a run of letters into roads, things and words, find the cheapest."""

from collections.abc import Iterator
from functools import lru_cache
from math import inf

from geo.exchange import phrase_words as grammar
from geo.exchange.numerals import read_numeral
from geo.exchange.phrase_pieces import RING, Pieces
from geo.exchange.phrase_words import ORDER, Word, carries_name

ROAD_AFTER = {"R": "Q", "Q": "Q", "P": "Q", "w": "P"}
"""Another state of a road, after what stands right before it."""


Edge = tuple[int, str, float, Word | None, float | None]
"""A token that a run may hold: where it ends, its state in the lattice, what it costs, its word, its metres."""
Step = tuple[float, int, str, Edge | None]
"""The cheapest way so far to a position in a state: its cost, where its last edge starts, the state there, the edge."""
ROUNDING = 1e-9
"""What a difference of costs may be off."""


class Lattice(Pieces):
    """All tokens that a run of letters may hold, what each costs, and the cheapest way through them."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.plain: dict[int, list[Edge]] = {}

    # --- what it costs -----------------------------------------------------------------------------------------

    def other_edges(self, start: int, left: float) -> Iterator[Edge]:
        """Odd letters and things that start here and cost no more than is `left`."""
        if left < grammar.CHEAPEST_THING:
            return
        stops = self.ends(self.stops, start, grammar.THINGS["longest"], 1)
        if left >= grammar.ODD_LETTER_COST and (not stops or stops[0] == start + 1):
            yield start + 1, "o", grammar.ODD_LETTER_COST, None, None
        for end in stops:
            if end > start + 1 and (cost := self.thing_cost(start, end, left)) <= left:
                yield end, "T", cost, None, None

    def plain_edges(self, start: int) -> list[Edge]:
        """Words, numbers, roads and areas; most runs hold nothing else."""
        edges: list[Edge] = []
        for end, word in self.words[start]:
            letter, cost = word.letter, word.cost
            if word.weak:
                if grammar.PART_OF_THING.match(self.run, end):
                    continue
                letter = "w"
            elif letter == "r" and self.size > end and self.run[end - 1 : end + 1] in grammar.DIRECTION_OF:
                continue  # 李村路西南角 is a corner, not 路西
            elif letter == "c" and self.run[start : start + 2] in grammar.JOINED_STEMS:
                cost += self.cost_in_stem(start)
            edges.append((end, letter, cost, word, None))
        if self.run[start] in grammar.FIRST_OF_NUMBERS:
            edges += self.numbers(start)
        if ends := self.ends(self.road_ends, start, grammar.ROADS["longest"]):
            begun = self.cost_of_begin(start)
            for end in ends:
                if (cost_of_road := self.road_cost(start, end, begun)) is not None:
                    edges.append((end, "R", cost_of_road, None, None))
        for end in self.areas[start]:
            edges.append((end, "A", self.area_cost(start, end), None, None))
        if start in self.bare_places:
            edges.append((self.bare_places[start], "A", grammar.AREAS["bare_cost"], None, None))
        return edges

    def cost_in_stem(self, start: int) -> float:
        """Surcharge for a connector with which a name of its own begins: 和平西路."""
        whole = grammar.JOINED_WHOLE.match(self.run, start)
        cost: float = grammar.ROADS["joined_whole_cost" if whole else "joined_stem_cost"]
        return cost

    def numbers(self, start: int) -> Iterator[Edge]:
        if self.may_hold_codes and (match := grammar.CODE.match(self.run, start)):
            yield match.end(), "R", grammar.ROADS["code_cost"], None, None
        if self.may_hold_digits and (match := grammar.MARK.match(self.run, start)):
            yield match.end(), "l", grammar.LENGTHS["cost"], None, float(match["km"]) * 1000 + float(match["m"])
        if match := grammar.LENGTH.match(self.run, start):
            number, unit = read_numeral(match["number"]), match["unit"]
            if number is not None:
                cost = grammar.LENGTHS["unit_costs"].get(unit, grammar.LENGTHS["cost"])
                yield match.end(), "l", cost, None, number * grammar.LENGTHS["metres"][unit]
        if match := grammar.HOUSE.match(self.run, start):
            yield match.end(), "h", grammar.LENGTHS["cost"], None, None

    def road_cost(self, start: int, end: int, begun: float) -> float | None:
        """Cost of reading this as a road's name; None where it cannot be one. `begun` is what its first place costs."""
        text = self.run[start:end]
        if self.may_hold_digits and self.counts(text, start):
            return None
        suffix = self.run[end - self.suffixes[end].get("road", 0) : end]
        cost = cost_of_name(text, suffix)
        if cost is None or text in grammar.ROAD_SUFFIXES:
            return cost
        if text[0] in grammar.ROADS["from_words"] and text[:2] not in grammar.ROADS["from_stems"] and self.goes_to(end):
            cost += grammar.ROADS["from_cost"]
        cost += begun
        if start + 1 in self.limit_ends and self.goes_on_from_limit(start, end):
            cost += grammar.ROADS["limit_cost"]
        return cost + self.roads_inside(start, end) + self.front_of_road(start, end)

    def cost_of_begin(self, start: int) -> float:
        """Surcharge for a road's name that begins here, whatever it is."""
        cost = 0.0
        if start and (self.run[start - 1 : start + 1] in grammar.DIRECTED_STEMS or self.ends_before(start)):
            cost += grammar.ROADS["directed_cost"]
        if start in self.inside_words:
            cost += grammar.ROADS["inside_word_cost"]
        return cost

    def goes_on_from_limit(self, start: int, end: int) -> bool:
        """Whether this is rather the end of 北侧临 and a name than a name that begins so: 北侧临江路 is one."""
        if self.run[start : start + 2] in grammar.LIMIT_STEMS:
            return False
        rest = self.run[start + 1 : end]
        named = carries_name(rest[: -self.suffixes[end].get("road", 1)]) or rest[0] in grammar.DIRECTION_OF
        return named or bool(grammar.UNNAMED.fullmatch(rest))

    def counts(self, text: str, start: int) -> bool:
        """Whether this holds a length, or begins inside a number."""
        return "." in text or bool(
            grammar.NO_NAME.search(text) or (start and grammar.NUMBERED.match(self.run, start - 1))
        )

    def goes_to(self, place: int) -> bool:
        """Whether 至 or 向东 stands behind a place."""
        return any(begun >= place for letter in "tv" for begun in self.begun[letter])

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
                or (rest[0] in grammar.ROAD_SUFFIXES and (rest[0] != RING or rest[1:] in grammar.ROAD_SUFFIXES))
                or rest[:2] in grammar.ROAD_SUFFIXES
                or rest in grammar.ROAD_SUFFIXES
                or rest in grammar.DIRECTION_COSTS
            )
            if not weak and not whole and not grammar.EXTENSION.fullmatch(rest):
                named = carries_name(rest[:-1]) or rest[-1] == RING  # 新华路西二环 are two roads
                total += costs["road"] if named else costs["direction"]
        never = self.last_never > start and grammar.NEVER_INSIDE.search(self.run, start + 1, end)
        never = never or (self.anew and any(start < place < end for place in self.anew))
        return total + (costs["never"] if never and not grammar.CODE.match(self.run, start) else 0.0)

    def front_of_road(self, start: int, end: int) -> float:
        """Surcharge for a name that begins with an area, a thing, a connector or a word of limit."""
        costs, worst = grammar.ROADS["inner_cost"], 0.0
        base = self.without_extension(start, end)
        if self.areas[start] and base - self.areas[start][0] > self.shortest_rest(self.areas[start][0], base):
            worst = costs["area"]
        stem_end = base - self.suffixes[base].get("road", 1)
        for place in (start, start + 1) if self.bare_places else ():
            if place in self.bare_places and carries_name(self.run[self.bare_places[place] : stem_end]):
                twice = self.bare_places[place] in self.bare_places  # 河南焦作人民路
                worst = costs["area"] + (costs["second_area"] if twice else 0.0)
        for inner in self.within(self.places, start + 1, end - 2) if self.places else ():
            if carries_name(self.run[inner:stem_end]):
                worst = max(worst, costs["thing"])
        words = self.words[start]
        if start in self.begun["d"] and any(word.corner and cut - start > 2 and cut < end - 1 for cut, word in words):
            worst = costs["limit"]  # 西南角和望江路
        if (words and self.begins_with_limit(start, end)) or (
            self.limits and self.within(self.limits, start - 1, end - 3)
        ):
            worst += costs["limit"]
        if self.listed and self.within(self.listed, start, end - 2):
            worst += costs["listed"]
        if self.may_be_joined and self.joined_inside(start, stem_end):
            worst += costs["joined"]
        return worst + (self.connector_cost(start, end, stem_end) if words and self.joins(start, end) else 0.0)

    def without_extension(self, start: int, end: int) -> int:
        """Where a name ends that is told more exactly: 高新一路延伸线."""
        for place in self.within(self.closers, start, end):
            if grammar.EXTENSION.fullmatch(self.run, place, end):
                return place
        return end

    def shortest_rest(self, area_end: int, end: int) -> int:
        """How many letters behind an area are no name of their own: 东路 is none, nor 南大街 behind 中关村."""
        if self.run[end - 1] == RING or self.run[area_end:end] in grammar.HIGHWAYS:
            return 1  # 望都县 高速
        return 3 if self.run[area_end - 1] == grammar.VILLAGE and self.run.endswith(grammar.SHORT_STEMS, 0, end) else 2

    def connector_cost(self, start: int, end: int, stem_end: int) -> float:
        """Surcharge for a name that begins like a connector: 和平北路 is usual, 和厦禾路 is rather 和 and a road."""
        costs = grammar.ROADS["joined_costs"]
        stem = self.run[start : start + 2] in grammar.JOINED_STEMS
        if stem and start in self.area_ends:
            return 0.0
        cost: float = costs.get(self.run[start : start + 2], costs.get(self.run[start], 0.0))
        cost += grammar.ROADS["joined_long_cost"] if end - start > grammar.ROADS["joined_length"] else 0.0
        after_road = start in self.road_ends and not stem
        if after_road or self.run[start - 1 : start] == grammar.ROADS["joined_after"]:
            cost += grammar.ROADS["joined_after_cost"]
        usual = grammar.JOINED_USUAL.search(self.run, start, stem_end)
        return cost + (0.0 if usual else grammar.ROADS["joined_plain_costs"].get(self.run[start], 0.0))

    def joins(self, start: int, end: int) -> bool:
        """Whether a connector and a name may stand here."""
        cut = self.begun["c"].get(start) or self.begun["t"].get(start)
        if cut is None:
            return False
        stem_end = end - (2 if self.run.endswith(grammar.SHORT_STEMS, 0, end) else self.run[end - 1] != RING)
        return stem_end - cut >= 2

    def joined_inside(self, start: int, end: int) -> bool:
        """Whether a connector that names hardly hold stands between two names: 马医科与人民."""
        return self.run.find(grammar.ROADS["joined_inside"], start + 2, max(0, end - 2)) > 0

    def begins_with_limit(self, start: int, end: int) -> bool:
        """Whether this is rather 东至 and a name than a name that begins so: 东至路 is a name."""
        cut = self.begun["m"].get(start) or self.begun["j"].get(start)
        return cut is not None and end - cut >= 2

    def area_cost(self, start: int, end: int) -> float:
        cost: float = grammar.AREAS["cost"] + grammar.AREAS["per_character"] * (end - start)
        inner = {
            "road": self.within(self.closers, start, end),
            "area": [cut for cut in self.areas[start] if cut < end - 1],
        }
        if self.run[start : end - 1] in grammar.PLACE_NAMES:
            inner["road"] = []  # 二道江区 holds no 二道
        for kind, places in inner.items():
            cuts = sum(1 for place in places if not self.is_rest_of_area(start, place, end))
            cost += grammar.AREAS["inner_cost"][kind] * cuts
        limited = self.begins_with_limit(start, end) or (self.limits and self.limits_inside(start, end))
        return cost + (grammar.AREAS["limit_cost"] if limited else 0.0)

    def is_rest_of_area(self, start: int, place: int, end: int) -> bool:
        """Whether what follows a road ends the name of an area: 长街镇 and 光复道街, but not 科学大道镇."""
        rest = self.run[place:end]
        short = rest not in grammar.AREAS["divisions"] or place - start <= grammar.AREAS["longest_road_in_name"]
        return rest in grammar.AREA_RESTS and short

    def thing_cost(self, start: int, end: int, left: float) -> float:
        """Cost of reading this as a thing's name, or a part of it that is more than is `left`."""
        known = "thing" in self.suffixes[end]
        base, step = ("known_cost", "known_per_character") if known else ("cost", "per_character")
        cost: float = grammar.THINGS[base] + grammar.THINGS[step] * (end - start)
        if cost > left:
            return cost
        surcharge = grammar.THINGS["ends_with_direction_cost"] if self.run[end - 1] in grammar.DIRECTION_OF else 0.0
        if start in self.begun["d"] and any(cut == end and word.letter == "d" for cut, word in self.words[start]):
            surcharge += grammar.THINGS["is_direction_cost"]
        if self.run[start : start + 2] in grammar.CORNERS:
            surcharge += grammar.THINGS["begins_with_corner_cost"]
        surcharge += grammar.THINGS["first_letter_costs"].get(self.run[start], 0.0)
        surcharge += grammar.THINGS["ends_like_road_cost"] if end in self.road_ends else 0.0
        return cost + surcharge + (self.inside_thing(start, end) if cost + surcharge <= left else 0.0)

    def inside_thing(self, start: int, end: int) -> float:
        """Surcharge for a name that holds a road, an area, a word of limit, or two things and a connector."""
        costs = grammar.THINGS["inner_cost"]
        total: float = costs["limit"] if self.begins_with_limit(start, end) else 0.0
        total += costs["limit_inside"] * self.limits_inside(start, end) if self.limits else 0.0
        for inner in self.within(self.closers, start, end):
            total += 0.0 if grammar.OF_ROAD.fullmatch(self.run, inner, end) else costs["road"]
        total += costs["joined"] if self.may_be_joined and self.joined_inside(start, end) else 0.0
        for inner in self.areas[start]:
            if inner + 3 <= end and not grammar.INSTITUTION.match(self.run, inner, end):
                total += costs["area"]
                break
        total += grammar.THINGS["measured_cost"] if self.within(self.measured, start, end) else 0.0
        return total + self.listed_inside(start, end)

    def limits_inside(self, start: int, end: int) -> int:
        """How many words as 南邻, that part two things, stand inside a name: 商贸城南邻公园."""
        places = self.within(self.limits, start, end - 3)
        return sum(1 for place in places if self.run[place + 1] in grammar.THINGS["limits_inside"])

    def listed_inside(self, start: int, end: int) -> float:
        """Surcharge for a name in which a connector follows what ends like a thing."""
        places = self.within(self.listed, start, end - 1)
        if not places:
            return 0.0
        words = any(self.run[place] in grammar.THINGS["listed_words"] for place in places)
        return grammar.THINGS["inner_cost"]["listed"] + (grammar.THINGS["listed_word_cost"] if words else 0.0)

    # --- the way through ---------------------------------------------------------------------------------------

    def cut(self) -> tuple[float, tuple[tuple[int, Edge], ...]]:
        """What the cheapest way through the run costs; where each of its tokens starts, and the token.

        Costs are never negative: what a way through plain tokens costs bounds every other one.
        """
        best = self.steps(inf, plain=True)
        cost, state = self.cheapest_end(best)
        if cost >= grammar.CHEAPEST_THING and self.may_be_cheaper(best, cost):
            best = self.steps(cost)
            cost, state = self.cheapest_end(best)
        position = self.size
        path: list[tuple[int, Edge]] = []
        while position:
            _, start, before, edge = best[position][state]
            assert edge is not None
            path.append((start, edge))
            position, state = start, before
        return cost, tuple(path[::-1])

    def may_be_cheaper(self, best: list[dict[str, Step]], bound: float) -> bool:
        """Whether anything but plain tokens begins on the ways so far that leads to none dearer than the bound."""
        return bound == inf or any(
            True for start, steps in enumerate(best[:-1]) if steps for _ in self.other_edges(start, rest(bound, steps))
        )

    def cheapest_end(self, best: list[dict[str, Step]]) -> tuple[float, str]:
        """What the cheapest way to the end costs, and the state in which it ends."""
        lowest, last = inf, ""
        for state, step in best[-1].items():
            total = step[0] + ORDER[state].get("$", 0.0)
            if total < lowest:
                lowest, last = total, state
        return lowest, last

    def steps(self, bound: float, *, plain: bool = False) -> list[dict[str, Step]]:
        """By position and state the cheapest way to it that costs no more than the bound."""
        best: list[dict[str, Step]] = [{} for _ in range(self.size + 1)]
        best[0]["^"] = (0.0, 0, "", None)
        for start in range(self.size):
            if not best[start]:
                continue
            if start not in self.plain:
                self.plain[start] = self.plain_edges(start)
            edges = self.plain[start]
            if not plain:
                edges = [*edges, *self.other_edges(start, rest(bound, best[start]))]
            if edges:
                go_on(best, start, edges, bound)
        return best


def rest(bound: float, steps: dict[str, Step]) -> float:
    """What is left of the bound where so many ways have come."""
    return bound - min([step[0] for step in steps.values()]) + ROUNDING


@lru_cache(maxsize=8192)
def cost_of_name(text: str, suffix: str) -> float | None:
    """What the name of a road costs wherever it stands; None where it cannot be one."""
    costs = grammar.ROADS
    cost: float = costs["cost"] + costs["per_character"] * len(text)
    if text in grammar.ROAD_SUFFIXES:
        return cost + costs["one_letter_cost"] if grammar.UNNAMED.fullmatch(text) else None
    cost += costs["per_character_too_long"] * max(0, len(text) - costs["usual_length"])
    cost += costs["suffix_costs"].get(suffix, 0.0) + grammar.DIRECTION_COSTS.get(text[-1], 0.0)
    cost += costs["first_letter_costs"].get(text[0], 0.0)
    stem = text[:-1] if text[-1] in grammar.DIRECTION_COSTS else text  # 东大街东 is as short as 东大街
    if len(stem) == (3 if stem.endswith(grammar.SHORT_STEMS) else 2):
        cost += costs["one_letter_cost"] if text[0] in grammar.ONE_LETTER else costs["odd_letter_cost"]
    return cost


def go_on(best: list[dict[str, Step]], start: int, edges: list[Edge], bound: float) -> None:
    """Go on from a position with every edge, in every state that it was reached in."""
    reached = [(state, step[0], ORDER[state], ROAD_AFTER.get(state, "R")) for state, step in best[start].items()]
    for edge in edges:
        end, kind, price, _, _ = edge
        ahead = best[end]
        for state, cost, order, road in reached:
            new = road if kind == "R" else kind
            total = cost + price + order.get(new, 0.0)
            if total <= bound and (new not in ahead or total < ahead[new][0]):
                ahead[new] = (total, start, state, edge)


@lru_cache(maxsize=4096)
def cut_run(run: str) -> tuple[float, tuple[tuple[int, Edge], ...]]:
    """What `Lattice.cut` finds; lists of sites repeat their roads."""
    return Lattice(run).cut()
