"""What a text tells of a project in other places than where it names it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from geo.exchange.location_phrase import parse_location
from geo.exchange.plan_anchor import clause_start
from geo.exchange.plan_details import LOCATED, find_location, finished_year
from geo.exchange.plan_figures import read_figures
from geo.exchange.plan_items import name_line
from geo.exchange.plan_names import same_project
from geo.exchange.plan_projects import anchors_in
from geo.exchange.plan_records import (
    AGGREGATE,
    OF_OTHERS,
    join_items,
    of_figures,
    record_of,
    speaks_of_existing,
    speaks_of_several,
)
from geo.exchange.plan_structure import Passage
from geo.exchange.plan_words import WORDS, pattern
from geo.model.plan import PlanRecord

ARTICLE, SENTENCE = WORDS["article"], re.compile(WORDS["clauses"]["sentence"])
FULL_STOP, LEAD_IN = WORDS["clauses"]["full_stop"], re.compile(ARTICLE["lead_in"])
CONTINUES = re.compile(pattern(WORDS["anchors"]["continues"]))
AGREES = {layer: re.compile(words) for layer, words in ARTICLE["agrees"].items()}
ADDRESSED, COLON = re.compile(WORDS["anchors"]["addressed"]), WORDS["layout"]["colon"]
OWN_SUBJECT, OF_OLD = re.compile(ARTICLE["own_subject"]), re.compile(ARTICLE["of_old"])


def complete_article(records: list[PlanRecord], passages: list[Passage]) -> list[PlanRecord]:
    """The records, with what a text tells of their projects in other places than where it names them.

    What a record says already stays; sentences about several projects say nothing of the one.
    """
    passages = [passage for passage, below in zip_longest(passages, passages[1:]) if not is_addressed(passage, below)]
    length = sum(len(passage.text) for passage in passages)
    if len(records) > 1 or length > ARTICLE["longest"] or not all(each.is_prose for each in passages):
        return with_later_sentences(records, passages)
    base = records[0] if records else project_of_lead(passages)
    if base is None or any(passage.is_past for passage in passages) or tells_of_others(base, passages):
        return with_later_sentences(records, passages)
    body_first = sorted(join_items(passages), key=lambda passage: FULL_STOP not in passage.text)
    for words, start in sentences(body_first, base.source.end):
        base = with_sentence(base, words, start)
    return [base] if records or base.location_text or base.quantities else []


def is_addressed(passage: Passage, below: Passage | None) -> bool:
    """Whether a line is no more than whom an approval is addressed to: 市特殊教育学校: above 你校《关于…》收悉."""
    return below is not None and passage.text.endswith(COLON) and ADDRESSED.match(below.text) is not None


def with_later_sentences(records: list[PlanRecord], passages: Sequence[Passage]) -> list[PlanRecord]:
    """The records, each with the sentences right behind it that begin with 该项目, 学校 and the like."""
    order = sorted(range(len(records)), key=lambda place: records[place].source.start)
    done, last = 0, None
    for passage in passages:
        if passage.row or passage.is_past or not passage.is_prose:
            last = None
            continue
        place = passage.start
        for words in SENTENCE.split(passage.text):
            while done < len(order) and records[order[done]].source.start <= place:
                last, done = order[done], done + 1
            if (
                last is not None
                and not in_row(order[:done], records)
                and goes_on_about(records[last], passage, words, place)
            ):
                records[last] = with_sentence(records[last], words, place)
            place += len(words)
    return records


def in_row(order: Sequence[int], records: Sequence[PlanRecord]) -> bool:
    """Whether the last record is only named, right behind another: what a text goes on with is of all of them."""
    last = [records[place] for place in order[-2:]]
    bare = all(not record.location_text and not record.quantities for record in last)
    return len(last) > 1 and bare and last[1].source.start - last[0].source.end <= 1


def goes_on_about(record: PlanRecord, passage: Passage, words: str, start: int) -> bool:
    """Whether a sentence behind a record's own words begins with what may stand for its project."""
    if not 0 <= start - record.source.end <= ARTICLE["reach"]:
        return False
    lead = LEAD_IN.match(words)
    begins = CONTINUES.match(words, lead.end() if lead else 0)
    if begins is None or not AGREES.get(record.layer or "", AGREES["others"]).search(begins[0]):
        return False
    headings = tuple(heading.title for heading in passage.path if heading.title)
    return headings == record.source.headings and tells_of_one(words)


def tells_of_one(words: str) -> bool:
    """Whether a sentence may tell of a single new project."""
    others = speaks_of_several(words) or speaks_of_existing(words)
    return not AGGREGATE.match(words) and not others and not OF_OLD.search(words)


def project_of_lead(passages: Sequence[Passage]) -> PlanRecord | None:
    """The project that the first lines of a text name, though they tell nothing more of it."""
    for passage in passages[: ARTICLE["lead"]]:
        for anchor in (*anchors_in(passage), name_line(passage.text)):
            if anchor is not None:
                return record_of(passage, anchor, anchor.end)
    return None


def tells_of_others(record: PlanRecord, passages: Sequence[Passage]) -> bool:
    return any(not same_project(each.name, record.name) for passage in passages for each in anchors_in(passage))


def sentences(passages: Sequence[Passage], end: int) -> Iterator[tuple[str, int]]:
    """Sentences that may tell of the one project, and their places in the text.

    Those that were read behind its name, up to `end`, are left out.
    """
    for passage in passages:
        place, read = passage.start, min((each.start for each in anchors_in(passage)), default=len(passage.text))
        for words in SENTENCE.split(passage.text):
            known = passage.start + read <= place < end
            several = OF_OTHERS.search(words) and not CONTINUES.match(words)
            if not known and not several and tells_of_one(words):
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
