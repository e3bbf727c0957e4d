"""The projects in a plan's prose: which there are, where, how large, for how much, by when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from geo.exchange.location_phrase import parse_location
from geo.exchange.plan_anchor import LOCATED_RANK, Anchor
from geo.exchange.plan_details import classify, find_location, find_year, is_dated, place_alone, place_before
from geo.exchange.plan_each import all_finished, blanked, each_of
from geo.exchange.plan_figures import Figures, read_figures
from geo.exchange.plan_items import begins_item, entry, is_heading, name_line, named_in_form
from geo.exchange.plan_names import alike, bare_name, is_programme, kind_of, same_project, split_developer
from geo.exchange.plan_projects import CONTINUES, DISTRICT, MENTIONS, anchors_in, mentioned
from geo.exchange.plan_row_records import record_of_row
from geo.exchange.plan_rows import FORM_KEY
from geo.exchange.plan_structure import LABEL, Passage, only_year
from geo.exchange.plan_together import bare_in_rows, dated_together
from geo.exchange.plan_words import WORDS, pattern
from geo.exchange.quantities import find_quantities
from geo.model.plan import PlanRecord, Source

BEDS = WORDS["partial"]["beds"]
FULL_STOP = WORDS["clauses"]["full_stop"]
SHORT_NAME = 4
"""Letters at the end of a name that a text may repeat for all of it."""
MOST_QUANTITIES = 100
"""Of a record; what is told again a thousand times in a hostile text adds no more."""
REACH_OF_PLACE = 160
"""Letters before a name among which its place is sought."""
NEAR = 4
"""Records back to which a project may be told again."""
PHASE_ENDS = re.compile(rf"\(?{WORDS['names']['phase']}\)?$")
KEY_ALONE = re.compile(rf"(?:^|\n)\W*(?:{FORM_KEY.pattern}):\s*$")
"""A line that is a key, of which the next one is the value."""
PHASE = re.compile(WORDS["names"]["phase"])
MERGED = (
    "developer", "layer", "level", "plan_year", "land_area_mu", "building_area_m2", "scale_m2", "investment_cny_10k",
    "classes", "seats", "companies", "throughput", "throughput_text", "turnover", "turnover_text", "full_turnover",
)  # fmt: skip
"""Fields of a record that a second telling of the project may add."""
OF_OTHERS, SENTENCE = re.compile(WORDS["article"]["of_others"]), re.compile(WORDS["clauses"]["sentence"])
INCLUDES = re.compile(WORDS["article"]["includes"])
BUILT_BEFORE, SUM_OF_ALL = re.compile(WORDS["article"]["built_before"]), re.compile(WORDS["each"]["sum_of_all"])
EXISTING, PLANNED = (re.compile(WORDS["article"][key]) for key in ("existing", "planned"))
AGGREGATE, OTHER_SUBJECT, NEXT_TASK = (
    re.compile(pattern(WORDS["anchors"][key])) for key in ("aggregate", "other_subject", "next_task")
)


def read_records(passages: list[Passage]) -> Iterator[PlanRecord]:
    """All projects that passages plan; what is told of one project in two places of a section is one record."""
    joined = list(join_items(passages))
    records = dated_together(merged(records_in(joined)), joined)
    told = {bare_name(record.name) for record in records if not is_bare(record)}
    told |= {name.partition("(")[0] for name in told}
    parts = {part for name in told for part in ends_of(name)}
    years = {bare_name(each.name): each.plan_year for each in records if each.plan_year and is_bare(each)}
    named: dict[str, int] = {}
    for record in records:
        bare, name = is_bare(record), bare_name(record.name)
        again = name in named and record.source.start - named[name] < WORDS["article"]["reach"]
        elsewhere = name in parts or not told.isdisjoint((PHASE_ENDS.sub("", name), *ends_of(name)))
        if not bare and record.plan_year is None:
            yield replace(record, plan_year=years.get(name))
        elif not bare or not (again or elsewhere):
            yield record
        if bare:
            named[name] = record.source.start


def is_bare(record: PlanRecord) -> bool:
    """Whether a record is no more than a name, and perhaps a year."""
    return not record.location_text and not record.quantities


def ends_of(name: str) -> Iterator[str]:
    """What a text may call a project for short, the end of its name: 奥体小学 of 合肥市奥体小学."""
    yield name
    for length in range(SHORT_NAME, len(name)):
        yield name[-length:]


def merged(found: Iterator[tuple[Passage, PlanRecord]]) -> list[PlanRecord]:
    """The records, those of one project made one where they stand in a row or bear one name not far apart."""
    records: list[PlanRecord] = []
    for passage, record in found:
        apart = passage.row or begins_item(passage)
        for place in range(len(records) - 1, max(-1, len(records) - 1 - NEAR), -1) if not apart else ():
            near = place == len(records) - 1 or bare_name(records[place].name) == bare_name(record.name)
            if near and (whole := one_of_two(records[place], record)):
                records[place] = whole
                break
        else:
            records.append(record)
    return records


def records_in(passages: Sequence[Passage]) -> Iterator[tuple[Passage, PlanRecord]]:
    """Passages with what each says of the projects that it plans; sections about the past are left out."""
    alone = bare_in_rows(passages)
    for place, passage in enumerate(passages):
        if passage.row and not passage.is_past and (record := record_of_row(passage, passage.row)):
            yield passage, record
        if passage.is_past or not passage.is_prose:
            continue
        anchors = all_finished(passage.text, anchors_in(passage))
        if place in alone:
            anchors = [replace(anchor, listed=True) for anchor in anchors[:1]]
        summed = SUM_OF_ALL.search(passage.text, anchors[-1].end) if len(anchors) > 1 else None
        starts = [*(anchor.start for anchor in anchors), summed.start() if summed else len(passage.text)]
        for anchor, end in zip(anchors, starts[1:], strict=True):
            for part, one in each_of(passage, anchor, end):
                if record := read_record(part, one, end):
                    yield passage, record


def one_of_two(first: PlanRecord, second: PlanRecord) -> PlanRecord | None:
    """The record of a project that is told of twice in a row; None where the two are of different projects.

    Nothing that both say may differ, but for a place that only names the area: 位于青山湖区 is told better later.
    """
    if first.source.headings != second.source.headings or not same_project(first.name, second.name):
        return None
    said = [(field, getattr(first, field), getattr(second, field)) for field in MERGED]
    said = [
        (field, *(own_years(first, one, other) if field == "plan_year" else (one, other))) for field, one, other in said
    ]
    place = better_place(first, second)
    if place is None or any(one and other and one != other for _, one, other in said):
        return None
    better = second if second.location_text and place is second else first
    merged = {field: one if one is not None else other for field, one, other in said}
    moved = {
        field: (start, end) for field, (start, end) in (second.spans | first.spans).items() if field != "location_text"
    }
    for field in ("name", "location_text"):
        if field in better.spans:
            moved[field] = better.spans[field]
    gap = second.source.start - first.source.start
    moved_on = (replace(each, start=each.start + gap, end=each.end + gap) for each in second.quantities)
    quantities = (*first.quantities, *moved_on) if len(first.quantities) < MOST_QUANTITIES else first.quantities
    return replace(
        first,
        **merged,
        name=better.name,
        location_text=place.location_text,
        location=place.location,
        source=replace(first.source, end=second.source.end),
        qualifiers=second.qualifiers | first.qualifiers,
        spans=moved,
        quantities=quantities,
    )


def own_years(record: PlanRecord, one: int | None, other: int | None) -> tuple[int | None, int | None]:
    """Two years without the one that only a heading gives where the other says another."""
    given = {only_year(heading) for heading in record.source.headings}
    if one and other and one != other and (one in given) != (other in given):
        return (None, other) if one in given else (one, None)
    return one, other


def better_place(first: PlanRecord, second: PlanRecord) -> PlanRecord | None:
    """Of two tellings the one that says the place better; None where they name two places."""
    if not second.location_text or first.location_text == second.location_text:
        return first
    if first.location_text and second.location and second.location.kind == "unknown":
        return first
    unsure = first.location is None or first.location.kind == "unknown"
    return second if unsure else None


def join_items(passages: list[Passage]) -> Iterator[Passage]:
    """An item about a project, with the lines that go on with it, as one passage."""
    held: Passage | None = None
    for passage, following in zip(passages, [*passages[1:], None], strict=False):
        if held is not None and goes_on(held, passage):
            held = replace(held, text=held.text + between(held, passage) + passage.text)
            continue
        if held is not None:
            yield held
        begins = entry(passage) and (passage.title or is_form(passage))
        held = passage if begins or heads(passage, following) or is_continued(passage, following) else None
        if held is None:
            yield passage
    if held is not None:
        yield held


def between(held: Passage, passage: Passage) -> str:
    """As many line ends as stand between two passages, and spaces up to the place of the second."""
    gap = passage.start - held.start - len(held.text)
    lines = passage.paragraph - held.paragraph - held.text.count("\n")
    return "\n" * lines + " " * (gap - lines)


def heads(passage: Passage, following: Passage | None) -> bool:
    """Whether a passage is no more than a project's name, and the next one tells of it."""
    if following is None or not passage.is_prose or is_heading(passage):
        return False
    name = name_line(passage.text, following.text)
    if name is None:
        return False
    if following.path != passage.path or following.title or name_line(following.text) is not None:
        return False
    own = next(iter(anchors_in(following)), None) if following.is_prose else None
    return own is None or own.start > 0 or own.end <= own.start or alike(own.name, name.name)


def is_continued(passage: Passage, following: Passage | None) -> bool:
    """Whether a passage speaks of one project, and the next one goes on with it: 项目占地面积…"""
    if following is None or not passage.is_prose or following.path != passage.path or following.title:
        return False
    if not tells_more(following):
        return False
    anchors = anchors_in(passage)
    if not anchors:
        return mentioned(passage.text) is not None
    return len(anchors) == 1 and not anchors[0].listed


def tells_more(passage: Passage) -> bool:
    """Whether a passage begins as one that goes on with a project: 该项目…, 1、建设规模:…"""
    label = LABEL.match(passage.text)
    return bool(CONTINUES.match(passage.text) or (label and FORM_KEY.fullmatch(label["label"])))


def is_form(passage: Passage) -> bool:
    """Whether a passage begins a form: 项目名称:…, with 建设地点:… in the next line."""
    return named_in_form(passage.text) is not None


def goes_on(held: Passage, passage: Passage) -> bool:
    """Whether a passage is one more line about the project of the passage before it."""
    if is_form(held) and not LABEL.match(passage.text):
        return False
    if KEY_ALONE.search(held.text) and not passage.row and passage.path == held.path:
        return True
    if AGGREGATE.match(passage.text) or DISTRICT.fullmatch(passage.text):
        return False
    first, _, below = held.text.partition("\n")
    own = entry(held) or name_line(first, below or passage.text)
    if own is None and not tells_more(passage):
        return False
    other = entry(passage) or name_line(passage.text)
    if other and not (own and "\n" not in held.text and (own.name in other.name or other.name in own.name)):
        return False
    if own and speaks_of_others(passage, own.name):
        return False
    longer = len(held.text) + len(passage.text) <= WORDS["layout"]["longest_item"]
    return longer and not passage.row and passage.path == held.path and not passage.title


def speaks_of_others(passage: Passage, name: str) -> bool:
    """Whether a line tells where other projects are, or begins with one."""
    if not MENTIONS.search(passage.text):
        return False
    named = [each for each in anchors_in(passage) if each.rank == LOCATED_RANK or (each.rank and not each.start)]
    return any(not alike(each.name, name) for each in named)


def read_record(passage: Passage, anchor: Anchor, end: int) -> PlanRecord | None:
    """What a passage says of one project; None where it says neither a place nor a figure."""
    end = anchor.end if anchor.listed else min(end, anchor.last or end)
    for other in (AGGREGATE, OTHER_SUBJECT, *([NEXT_TASK] if anchor.rank else [])):
        if begins := other.search(passage.text, anchor.end, end):
            end = begins.start()
    if BUILT_BEFORE.match(passage.text, anchor.end):
        return None
    record = record_of(passage, anchor, end)
    if is_programme(record.name) and not (record.location_text or record.investment_cny_10k):
        return None  # 高标准农田建设工程: what it makes is counted
    beds = any(each.text.endswith(BEDS) for each in record.quantities)
    told = record.location_text or record.spans.keys() - {"name"} or beds
    told = told or (not anchor.start and named_in_form(passage.text))
    dated = is_dated(passage.text[anchor.end : end].partition(FULL_STOP)[0]) and kind_of(record.name)
    return record if anchor.listed or told or dated else None


def record_of(passage: Passage, anchor: Anchor, end: int) -> PlanRecord:
    """The record of a project that a passage tells of up to `end`."""
    text = said_of_each(passage, anchor) if anchor.listed else passage.text[anchor.start : end]
    developer, name = split_developer(anchor.name)
    told = passage.text[anchor.end : end]
    location_text = anchor.place or find_location(told, bare_name(anchor.name)) or place_alone(told) or anchor.area
    if location_text is None and not anchor.listed:
        location_text = place_before(passage.text[max(0, anchor.start - REACH_OF_PLACE) : anchor.start])
    figures = read_figures(without_name(of_one(text), anchor.name))
    headings = tuple(heading.title for heading in passage.path if heading.title)
    layer, level = classify(name, tuple(heading.title for heading in passage.path if heading.style != "title"))
    return PlanRecord(
        name=name,
        source=Source(
            passage.section,
            headings,
            passage.paragraph + passage.text.count("\n", 0, anchor.start),
            passage.start + anchor.start,
            passage.start + end,
        ),
        layer=layer,
        level=level,
        developer=developer,
        location_text=location_text,
        location=parse_location(location_text) if location_text else None,
        plan_year=anchor.year or find_year(text, passage, passage.text[: anchor.start]),
        qualifiers=figures.qualifiers,
        spans=spans_of(passage, anchor, location_text, figures),
        quantities=tuple(figures.quantities),
        **of_figures(figures),
    )


def said_of_each(passage: Passage, anchor: Anchor) -> str:
    """What a passage says of each of a row, as far from the front as it stands behind the project's start."""
    if anchor.shared is None:
        return ""
    first, last = anchor.shared
    return " " * (first - anchor.start) + blanked(passage.text[first:last], 0, [])


def of_figures(figures: Figures) -> dict[str, Any]:
    """The fields of a record that figures give, with the words that say what is put through or turned over."""
    texts = {f"{field}_text": figures.labels.get(field) for field in ("throughput", "turnover")}
    return {**figures.values, **texts}


def of_one(text: str) -> str:
    """A passage in which sentences about several projects, or about what is there already, say nothing of the one."""
    if not OF_OTHERS.search(text) and not EXISTING.search(text):
        return text
    sentences = SENTENCE.split(text)
    others = [speaks_of_several(words) or speaks_of_existing(words) for words in sentences]
    counted = OF_OTHERS.search(sentences[0])
    if counted and INCLUDES.search(sentences[0][: counted.start()]) and not speaks_of_existing(sentences[0]):
        others[0] = False  # it begins with the project's name
    return "".join(" " * len(words) if other else words for other, words in zip(others, sentences, strict=True))


def speaks_of_existing(sentence: str) -> bool:
    """Whether a sentence tells what a school has today and nothing that is planned: 学校原占地17亩,有12个教学班."""
    return bool(EXISTING.search(sentence)) and not PLANNED.search(sentence)


def speaks_of_several(sentence: str) -> bool:
    """Whether a sentence counts projects before it tells any other figure: 全区新开工项目20个,总投资65亿元."""
    others = OF_OTHERS.search(sentence)
    if others is None:
        return False
    figures = [each for each in find_quantities(sentence) if each.unit != "company"]
    return not figures or others.start() <= figures[0].start


def without_name(text: str, name: str) -> str:
    """A passage in which the project's name says nothing of its figures: 盒马仓储项目占地35亩 is land all the same.

    Nor does its short form: 贞岱小学办学总规模为60班 is no part of 新城贞岱小学. A name with a figure or a phase of its
    own stays.
    """
    if PHASE.search(name) or find_quantities(name):
        return text
    for words in (name, bare_name(name)[-SHORT_NAME:]):
        text = text.replace(words, " " * len(words)) if words else text
    return text


def spans_of(
    passage: Passage, anchor: Anchor, location_text: str | None, figures: Figures
) -> dict[str, tuple[int, int]]:
    """Places in the whole text of the name, the location and the figures."""
    start = passage.start + anchor.start
    place = passage.text.rfind(anchor.name, anchor.start, anchor.end)
    name = passage.start + (place if place >= 0 else passage.text.index(anchor.name, anchor.start))
    spans = {"name": (name, name + len(anchor.name))}
    if location_text:
        place = passage.text.find(location_text, anchor.start if anchor.place else anchor.end)
        if place < 0:  # 位于城东的A小学和B小学分别…: before the second of two
            place = passage.text.rindex(location_text, 0, anchor.end)
        spans["location_text"] = (passage.start + place, passage.start + place + len(location_text))
    return spans | {key: (start + first, start + last) for key, (first, last) in figures.spans.items()}
