"""The projects in a plan's prose: which there are, where, how large, for how much, by when."""

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from geo.exchange.location_phrase import parse_location
from geo.exchange.plan_details import classify, find_location, find_year
from geo.exchange.plan_figures import Figures, read_figures
from geo.exchange.plan_projects import CONTINUES, NAMED, Anchor, anchors_in, entry, name_line, split_developer
from geo.exchange.plan_row_records import record_of_row
from geo.exchange.plan_structure import LABEL, Passage
from geo.exchange.plan_words import WORDS
from geo.model.plan import PlanRecord, Source

ALIKE = 0.6
AGGREGATE = re.compile(WORDS["anchors"]["aggregate"])


def read_records(passages: list[Passage]) -> Iterator[PlanRecord]:
    """All projects that passages plan; sections about the past are left out."""
    for passage in join_items(passages):
        if passage.row and not passage.is_past and (record := record_of_row(passage, passage.row)):
            yield record
        if passage.is_past or not passage.is_prose:
            continue
        anchors = anchors_in(passage)
        starts = [*(anchor.start for anchor in anchors), len(passage.text)]
        for anchor, end in zip(anchors, starts[1:], strict=True):
            if record := read_record(passage, anchor, end):
                yield record


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
    if following is None or not passage.is_prose or name_line(passage.text) is None:
        return False
    if following.path != passage.path or following.title or name_line(following.text) is not None:
        return False
    own = next(iter(anchors_in(following)), None) if following.is_prose else None
    return own is None or own.start > 0 or own.end <= own.start or alike(own.name, name_line(passage.text).name)  # type: ignore[union-attr]


def alike(name: str, other: str) -> bool:
    """Whether two names may be the same project's: 福清一中新校区 and 福清市一中新校区."""
    return name in other or other in name or SequenceMatcher(None, name, other).ratio() >= ALIKE


def is_continued(passage: Passage, following: Passage | None) -> bool:
    """Whether a passage begins with a project and speaks of no other, and the next one goes on: 项目占地面积…"""
    if following is None or not passage.is_prose or following.path != passage.path or following.title:
        return False
    if not CONTINUES.match(following.text):
        return False
    anchors = anchors_in(passage)
    return len(anchors) == 1 and anchors[0].start == 0 and not anchors[0].listed


def is_form(passage: Passage) -> bool:
    """Whether a passage begins a form: 项目名称:…, with 建设地点:… in the next line."""
    return NAMED.match(passage.text) is not None


def goes_on(held: Passage, passage: Passage) -> bool:
    """Whether a passage is one more line about the project of the passage before it."""
    if is_form(held) and not LABEL.match(passage.text):
        return False
    if AGGREGATE.match(passage.text):
        return False
    own = entry(held) or name_line(held.text.partition("\n")[0])
    if own is None and not CONTINUES.match(passage.text):
        return False
    other = entry(passage) or name_line(passage.text)
    if other and not (own and "\n" not in held.text and (own.name in other.name or other.name in own.name)):
        return False
    longer = len(held.text) + len(passage.text) <= WORDS["layout"]["longest_item"]
    return longer and passage.path == held.path and not passage.title


def read_record(passage: Passage, anchor: Anchor, end: int) -> PlanRecord | None:
    """What a passage says of one project; None where it says neither a place nor a figure."""
    text = "" if anchor.listed else passage.text[anchor.start : end]
    end = anchor.end if anchor.listed else end
    if together := AGGREGATE.search(passage.text, anchor.end, end):
        end, text = together.start(), passage.text[anchor.start : together.start()]
    behind = passage.text[anchor.end : end]
    developer, name = split_developer(anchor.name)
    location_text = find_location(behind)
    figures = read_figures(text)
    if not (anchor.listed or location_text or figures.values):
        return None
    headings = tuple(heading.title for heading in passage.path if heading.title)
    layer, level = classify(name, headings)
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
        plan_year=find_year(text, passage),
        throughput_text=figures.labels.get("throughput"),
        turnover_text=figures.labels.get("turnover"),
        qualifiers=figures.qualifiers,
        spans=spans_of(passage, anchor, location_text, figures),
        quantities=tuple(figures.quantities),
        **figures.values,  # type: ignore[arg-type]
    )


def spans_of(
    passage: Passage, anchor: Anchor, location_text: str | None, figures: Figures
) -> dict[str, tuple[int, int]]:
    """Places in the whole text of the name, the location and the figures."""
    start = passage.start + anchor.start
    place = passage.text.rfind(anchor.name, anchor.start, anchor.end)
    name = passage.start + (place if place >= 0 else passage.text.index(anchor.name, anchor.start))
    spans = {"name": (name, name + len(anchor.name))}
    if location_text:
        place = passage.start + passage.text.index(location_text, anchor.end)
        spans["location_text"] = (place, place + len(location_text))
    return spans | {key: (start + first, start + last) for key, (first, last) in figures.spans.items()}
