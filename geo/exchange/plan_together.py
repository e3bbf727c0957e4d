"""Projects of which a list says no more than their names, and what it says of all of them: the year."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from geo.exchange.plan_details import finished_year
from geo.exchange.plan_items import ITEM_STYLES, begins_item, entry
from geo.exchange.plan_listed import is_long
from geo.exchange.plan_names import is_programme, is_project, kind_of
from geo.exchange.plan_structure import Heading, Passage
from geo.exchange.plan_words import WORDS
from geo.model.plan import PlanRecord

MARKS, FULL_STOP = WORDS["clauses"]["marks"], WORDS["clauses"]["full_stop"]
YEAR_OF_ALL = re.compile(WORDS["each"]["year_of_all"])
STATE = re.compile(WORDS["each"]["state"])
TOLD_OF_ALL = re.compile(WORDS["each"]["year_of_all"].replace("^", f"(?:^|{FULL_STOP})", 1))


def dated_together(records: list[PlanRecord], passages: Sequence[Passage]) -> list[PlanRecord]:
    """The records, those of a list with the year that a line tells of them all: 以上学校均于2026年投用."""
    starts = [record.source.start for record in records]
    for passage in passages:
        place, year = year_of_all(passage)
        if year is None or passage.is_past:
            continue
        for each in of_list(records, starts, passage, passage.start + place):
            if records[each].plan_year is not None:
                break
            records[each] = replace(records[each], plan_year=year)
    return records


def of_list(records: Sequence[PlanRecord], starts: Sequence[int], passage: Passage, place: int) -> Iterator[int]:
    """Places of the records of the list that a sentence at `place` may be about, those next to it first.

    The list stands before the sentence; where no project of the section does, behind it.
    """
    below = passage.path[:-1] if passage.path and passage.path[-1].style in ITEM_STYLES else passage.path
    titles = tuple(heading.title for heading in below if heading.title)
    here = bisect_left(starts, place)
    before = here > 0 and of_section(records[here - 1], titles)
    others = range(here - 1, -1, -1) if before else range(here, len(records))
    return takewhile(lambda other: of_section(records[other], titles), others)


def year_of_all(passage: Passage) -> tuple[int, int | None]:
    """The year that a sentence of a passage tells of all, and where the sentence begins."""
    place = 0
    for sentence in passage.text.split(FULL_STOP) if TOLD_OF_ALL.search(passage.text) else ():
        if YEAR_OF_ALL.match(sentence):
            return place, finished_year(sentence)
        place += len(sentence) + len(FULL_STOP)
    return 0, None


def of_section(record: PlanRecord, titles: tuple[str, ...]) -> bool:
    return record.source.headings[: len(titles)] == titles


def bare_in_rows(passages: Sequence[Passage]) -> set[int]:
    """Places of items in a row that are no more than a project's name each."""
    names = [bare_item(passage) for passage in passages]
    alike = [
        bool(one and other) and outer(passages[place]) == outer(passages[place + 1])
        for place, (one, other) in enumerate(pairwise(names))
    ]
    return {place for place in range(len(names)) if any(alike[max(0, place - 1) : place + 1])}


def outer(passage: Passage) -> tuple[Heading, ...]:
    return passage.path[:-1]


def bare_item(passage: Passage) -> bool:
    """Whether an item is a project's name and nothing else: 3.东方新城小学建设项目."""
    if passage.row or not passage.is_prose or not begins_item(passage) or (anchor := entry(passage)) is None:
        return False
    behind = STATE.sub("", passage.text[anchor.end :].strip(MARKS))  # 1.育华幼儿园 新建 已开工
    alone = not behind and is_project(anchor.name) and not is_programme(anchor.name)
    return alone and (kind_of(anchor.name) is not None or is_long(anchor.name))
