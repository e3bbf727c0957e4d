"""News of one project: what a short text tells of it in other places than where it names it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from geo.exchange.location_phrase import parse_location
from geo.exchange.plan_details import LOCATED, find_location, finished_year
from geo.exchange.plan_figures import read_figures
from geo.exchange.plan_projects import anchors_in, clause_start, name_line
from geo.exchange.plan_records import AGGREGATE, of_figures, record_of, same_project
from geo.exchange.plan_structure import Passage
from geo.exchange.plan_words import WORDS
from geo.model.plan import PlanRecord

ARTICLE, SENTENCE = WORDS["article"], re.compile(WORDS["clauses"]["sentence"])
OF_OTHERS, OWN_SUBJECT = re.compile(ARTICLE["of_others"]), re.compile(ARTICLE["own_subject"])


def complete_article(records: list[PlanRecord], passages: list[Passage]) -> list[PlanRecord]:
    """The records, the one of a short text that tells of a single project with all that the text tells of it.

    What the record says already stays; sentences about several projects say nothing of the one.
    """
    length = sum(len(passage.text) for passage in passages)
    if len(records) > 1 or length > ARTICLE["longest"] or not all(each.is_prose for each in passages):
        return records
    base = records[0] if records else project_of_lead(passages)
    if base is None or any(passage.is_past for passage in passages) or tells_of_others(base, passages):
        return records
    for words, start in sentences(passages):
        if not base.source.start <= start < base.source.end:
            base = with_sentence(base, words, start)
    return [base] if base.location_text or base.quantities else []


def project_of_lead(passages: Sequence[Passage]) -> PlanRecord | None:
    """The project that the first lines of a text name, though they tell nothing more of it."""
    for passage in passages[: ARTICLE["lead"]]:
        for anchor in (*anchors_in(passage), name_line(passage.text)):
            if anchor is not None:
                return record_of(passage, anchor, anchor.end)
    return None


def tells_of_others(record: PlanRecord, passages: Sequence[Passage]) -> bool:
    return any(not same_project(each.name, record.name) for passage in passages for each in anchors_in(passage))


def sentences(passages: Sequence[Passage]) -> Iterator[tuple[str, int]]:
    """Sentences that may tell of the one project, and their places in the whole text."""
    for passage in passages:
        place = passage.start
        for words in SENTENCE.split(passage.text):
            if not AGGREGATE.match(words) and not OF_OTHERS.search(words):
                yield words, place
            place += len(words)


def is_placed(record: PlanRecord, words: str) -> bool:
    """Whether a sentence tells where the project is, and not where something else is."""
    located = LOCATED.search(words)
    if located is None:
        return False
    subject = words[clause_start(words, located.start()) : located.start()].strip()
    return bool(OWN_SUBJECT.fullmatch(subject)) or same_project(record.name, subject)


def with_sentence(record: PlanRecord, words: str, start: int) -> PlanRecord:
    """The record with what a sentence adds to it."""
    figures = read_figures(words)
    new = {field: value for field, value in of_figures(figures).items() if getattr(record, field) is None}
    spans = {key: (start + first, start + last) for key, (first, last) in figures.spans.items() if key in new}
    gap = start - record.source.start
    moved = tuple(replace(each, start=each.start + gap, end=each.end + gap) for each in figures.quantities)
    place = find_location(words) if record.location_text is None and is_placed(record, words) else None
    if place:
        new |= {"location_text": place, "location": parse_location(place)}
        spans["location_text"] = (first := start + words.index(place), first + len(place))
    if record.plan_year is None:
        new["plan_year"] = finished_year(words)
    qualifiers = {key: said for key, said in figures.qualifiers.items() if key in new}
    return replace(
        record,
        **new,
        spans=record.spans | spans,
        qualifiers=record.qualifiers | qualifiers,
        quantities=record.quantities + (moved if spans else ()),
    )
