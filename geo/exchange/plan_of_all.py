"""What one sentence tells of all projects of a list: 以上学校占地分别为30亩和40亩, 每个文化站投资20万元."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from geo.exchange.plan_article import with_sentence
from geo.exchange.plan_each import APART, blanked, turns_of_figures
from geo.exchange.plan_structure import Passage
from geo.exchange.plan_together import of_list, of_section
from geo.exchange.plan_words import WORDS
from geo.exchange.quantities import find_quantities, read_numeral
from geo.model.plan import PlanRecord

OF_ALL, OF_EACH, COUNTED = (re.compile(WORDS["each"][key]) for key in ("figures_of_all", "of_each_one", "counted_year"))
FULL_STOP, LINE_END = WORDS["clauses"]["full_stop"], "\n"
ANY_KIND = frozenset(WORDS["each"]["any_kind"])
MOST = 200
"""Projects of which a sentence may tell, so that a hostile text takes no longer than it is."""


def with_sentences_of_all(records: list[PlanRecord], passages: Sequence[Passage]) -> list[PlanRecord]:
    """The records, each with what a sentence before or behind their list tells of all of them.

    A sum of all is no project's own: only what is told by turns (分别), of each (均, 各, 每所) or as the year of as
    many as are counted is taken, and nothing that a record says already is changed.
    """
    starts = [record.source.start for record in records]
    for passage in passages if len(records) > 1 else ():
        if passage.row or passage.is_past or not passage.is_prose:
            continue
        for words, place in sentences_of(passage):
            run = records_of(records, starts, passage, words, place)
            if 1 < len(run) <= MOST:
                tell_each(records, run, words, place)
            elif year := year_counted(records, starts, passage, words, place):
                for each in year[1]:
                    records[each] = replace(records[each], plan_year=year[0])
    return records


def sentences_of(passage: Passage) -> Iterator[tuple[str, int]]:
    """The sentences of a passage, and their places in the whole text."""
    place = passage.start
    for words in re.split(f"(?<=[{FULL_STOP}{LINE_END}])", passage.text):
        yield words, place
        place += len(words)


def records_of(
    records: Sequence[PlanRecord], starts: Sequence[int], passage: Passage, words: str, place: int
) -> list[int]:
    """Places of the records that a sentence tells of, all of a list or each of a kind; none where it does not."""
    each = OF_EACH.match(words)
    if not each and not (OF_ALL.match(words) and APART.search(words)):
        return []
    run = sorted(islice(of_list(records, starts, passage, place), MOST + 1))
    if each and each["noun"] not in ANY_KIND:
        alike = all(records[one].name.endswith(each["noun"]) for one in run)
        return run if alike else []
    return run


def tell_each(records: list[PlanRecord], run: Sequence[int], words: str, place: int) -> None:
    """Add to each record of a run what a sentence tells of it, by turns or of each alike."""
    turns = list(turns_of_figures(words, len(run)))
    for number, each in enumerate(run):
        told = blanked(words, number, turns)
        if find_quantities(told):
            records[each] = with_sentence(records[each], told, place)


def year_counted(
    records: Sequence[PlanRecord], starts: Sequence[int], passage: Passage, words: str, place: int
) -> tuple[int, list[int]] | None:
    """The year for which a sentence counts the projects behind it, and these: 2009年新建文化站8个, and then eight."""
    counted = COUNTED.search(words)
    if counted is None:
        return None
    titles = tuple(heading.title for heading in passage.path if heading.title)
    here = bisect_left(starts, place + len(words))
    run = []
    while here < len(records) and len(run) < MOST and of_section(records[here], titles):
        run.append(here)
        here += 1
    alike = len(run) == read_numeral(counted["count"]) and all(records[each].plan_year is None for each in run)
    return (int(counted["year"]), run) if alike else None
