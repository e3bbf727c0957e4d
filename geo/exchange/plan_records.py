"""The projects in a plan's prose: which there are, where, how large, for how much, by when."""

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from geo.exchange.location_phrase import parse_location, says_where
from geo.exchange.plan_figures import Figures, read_figures
from geo.exchange.plan_projects import CONTINUES, NAMED, Anchor, anchors_in, entry, name_line, split_developer
from geo.exchange.plan_structure import LABEL, WORDS, Passage
from geo.exchange.quantities import find_quantities
from geo.model.plan import PlanRecord, Source

CLAUSES, YEARS = WORDS["clauses"], WORDS["years"]
LOCATED = re.compile(WORDS["anchors"]["located"])
ALIKE = 0.6
AGGREGATE = re.compile(WORDS["anchors"]["aggregate"])
LOCATED_AGAIN = re.compile(f"{WORDS['anchors']['subject_again']}(?:{WORDS['anchors']['located']})")
LOCATION_ENDS = re.compile(WORDS["location"]["ends"])
FINISHED, FINISHED_RELATIVE, STARTED = (re.compile(YEARS[key]) for key in ("finished", "finished_relative", "started"))
FINISHED_LABEL = re.compile(YEARS["finished_label"])


def read_records(passages: list[Passage]) -> Iterator[PlanRecord]:
    """All projects that passages plan; sections about the past are left out."""
    for passage in join_items(passages):
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


def classify(name: str, headings: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Layer and school level: the name decides, then the nearest heading that says something."""
    kinds = WORDS["layers"]
    layer = next((kind["layer"] for kind in kinds if re.search(kind["names"], name)), None)
    for heading in reversed(headings):
        layer = layer or next(
            (k["layer"] for k in kinds if "headings" in k and re.search(k["headings"], heading)), None
        )
    levels = WORDS["levels"] if layer == "schools" else []
    return layer, next((each["level"] for each in levels if re.search(each["names"], name)), None)


def find_location(text: str) -> str | None:
    """The words that say where a project is: those after 位于, else the first clauses that read like a place."""
    located = LOCATED.search(text)
    rest = text[located.end() if located else 0 :]
    while located and (again := LOCATED_AGAIN.match(rest)):
        rest = rest[again.end() :]
    skipped = len(rest) - len(rest.lstrip(CLAUSES["marks"]))
    end = place = skipped
    for clause in re.split(CLAUSES["end"], rest[skipped:])[: WORDS["location"]["longest_clauses"]]:
        stop = LOCATION_ENDS.search(clause)
        words = clause[: stop.start()] if stop else clause
        told = bool(words.strip(CLAUSES["marks"])) and (is_place(words) or (located is not None and place == skipped))
        if not told:
            break
        end, place = place + len(words), place + len(clause)
        if stop or clause.endswith(tuple(CLAUSES["stops"])):
            break
    return rest[skipped:end].strip(CLAUSES["marks"]) or None


def is_place(clause: str) -> bool:
    """Whether a clause says where something is, and no figures of it."""
    figures = any(quantity.unit not in ("m", "km") for quantity in find_quantities(clause))
    return not figures and says_where(clause)


def find_year(text: str, passage: Passage) -> int | None:
    """The year of completion, else that of the nearest heading, else that of the start."""
    if told := [*FINISHED.finditer(text), *FINISHED_LABEL.finditer(text)]:
        return int(told[-1]["year"])
    if passage.year and (match := FINISHED_RELATIVE.search(text)):
        return int(passage.year + YEARS["relative"][match["relative"]])
    if passage.year:
        return passage.year
    match = STARTED.search(text)
    return int(match["year"]) if match else None
