"""What a passage tells of each of the projects that it names together: A、B幼儿园分别占地6.5亩和8亩."""

import re
from collections.abc import Iterator
from dataclasses import replace

from geo.exchange.plan_anchor import SERIAL, Anchor
from geo.exchange.plan_details import LOCATED, find_location, finished_year, is_place
from geo.exchange.plan_names import NAMES, is_project
from geo.exchange.plan_structure import Passage
from geo.exchange.plan_words import WORDS
from geo.exchange.quantities import find_quantities
from geo.model.plan import Quantity

EACH = WORDS["each"]
APART, BETWEEN, ALIKE, NAMES_END = (re.compile(EACH[key]) for key in ("apart", "between", "alike", "names"))
PLACES_END, PLACES_APART = re.compile(EACH["places_end"]), [re.compile(words) for words in EACH["places_apart"]]
OF_ALL = re.compile(EACH["of_all"])
ALL_FINISHED = re.compile(EACH["all_finished"])
FULL_STOP = WORDS["clauses"]["full_stop"]
IN_ROW = (SERIAL, *NAMES["joins"])
Span = tuple[int, int]


def each_of(passage: Passage, anchor: Anchor, end: int) -> Iterator[tuple[Passage, Anchor]]:
    """The passage and its project; where it tells of several by turns, once for each with what is told of it alone.

    Parameters
    ----------
    end
        Where the passage ceases to tell of them.
    """
    names = [name for name in NAMES_END.split(anchor.name) if name]
    told = passage.text[anchor.end : end]
    several = len(names) > 1 and all(is_project(name) for name in names) and APART.search(told)
    turns = [*turns_of_figures(told, len(names)), *turns_of_places(told, len(names))] if several else []
    if not turns:
        yield passage, anchor
        return
    place = anchor.start
    for number, name in enumerate(names):
        words = blanked(told, number, turns)
        place = passage.text.index(name, place)
        text = passage.text[: anchor.end] + words + passage.text[end:]
        yield replace(passage, text=text), replace(anchor, name=name, start=place if number else anchor.start)


def all_finished(text: str, anchors: list[Anchor]) -> list[Anchor]:
    """The projects of a passage, with the year in which it says that all of them are finished.

    It does so in words, 均于2025年投用, or behind them where only 、 parts them: A小学(…)、B小学(…),2025年投用.
    """
    if len(anchors) < 2:
        return anchors
    if told := OF_ALL.search(text, anchors[-1].end):
        return [said_of_all(each, told) for each in anchors]
    said = ALL_FINISHED.search(text, anchors[-1].end)
    tail = PLACES_END.split(text[said.start() :], maxsplit=1)[0] if said else ""
    if all(text.startswith(IN_ROW, each.start - 1) for each in anchors[1:]):
        tail = tail or text[anchors[-1].end :].partition(FULL_STOP)[0]
    year = finished_year(tail)
    return [replace(each, year=each.year or year) for each in anchors]


def said_of_all(anchor: Anchor, told: re.Match[str]) -> Anchor:
    """A project with what a sentence behind the last one says of each: 三所学校均位于枫林新区,计划2025年建成."""
    place = find_location(told["said"]) if LOCATED.match(told["said"]) else None
    year = anchor.year or finished_year(told["said"])
    return replace(anchor, year=year, area=place, last=min(anchor.last or told.start(), told.start()))


def turns_of_figures(text: str, number: int) -> Iterator[list[Span]]:
    """Places of as many figures in a row as there are projects, behind 分别 or 各."""
    run: list[Quantity] = []
    apart = False
    for each in [*find_quantities(text), None]:
        if each and run and each.unit == run[-1].unit and BETWEEN.fullmatch(text[run[-1].end : each.start]):
            run.append(each)
            continue
        apart = apart or bool(run and APART.search(run[0].label))
        if len(run) == number and apart:  # 占地分别为30亩、40亩,投资8000万元、9000万元
            yield [(figure.start, figure.end) for figure in run]
        run = [each] if each else []


def turns_of_places(text: str, number: int) -> Iterator[list[Span]]:
    """Places in the text of as many sites as there are projects, behind 分别位于."""
    for located in LOCATED.finditer(text):
        if not APART.search(text[: located.start()][-EACH["reach"] :]):
            continue
        words = PLACES_END.split(text[located.end() :], maxsplit=1)[0]
        for between in PLACES_APART:
            ends = [*(match.span() for match in between.finditer(words)), (len(words), len(words))]
            spans = list(zip((0, *(last for _, last in ends)), (first for first, _ in ends), strict=False))
            if len(spans) == number and all(is_place(words[first:last]) for first, last in spans):
                yield [(located.end() + first, located.end() + last) for first, last in spans]
                return


def blanked(text: str, number: int, turns: list[list[Span]]) -> str:
    """The text with spaces for what it tells of the other projects, and for sums of all of them."""
    kept = [span for turn in turns for span in turn]
    drop = [(turn[0][0], turn[number][0]) for turn in turns] + [(turn[number][1], turn[-1][1]) for turn in turns]
    for each in find_quantities(text):
        alike = ALIKE.search(each.label + each.text)  # 各9个班
        if (each.start, each.end) not in kept and not alike:
            drop.append((each.start, each.end))
    letters = list(text)
    for first, last in drop:
        letters[first:last] = " " * (last - first)
    return "".join(letters)
