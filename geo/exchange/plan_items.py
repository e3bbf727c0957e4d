"""The project that an item of a plan is about, and what may be the name of one."""

import re
from functools import lru_cache

from geo.exchange.plan_anchor import ANCHORS, TOLD, Anchor
from geo.exchange.plan_listed import ONE_OF_LIST
from geo.exchange.plan_names import (
    CLAUSES,
    COMMON,
    GENERIC,
    LOCATED,
    NAMES,
    alike,
    clean_name,
    holds_figures,
    is_ending,
    is_project,
    is_task,
    kind_of,
)
from geo.exchange.plan_structure import MARKERS, Passage
from geo.exchange.plan_words import pattern

NAMED, VERBS, NAME_LINE = (re.compile(ANCHORS[key]) for key in ("named", "verbs", "name_line"))
NO_NAME_LINE, SENTENCE_OF_NAME = (re.compile(ANCHORS[key]) for key in ("not_a_name_line", "sentence_of_name"))
BUILT_CLAUSE, NOT_USUAL = (re.compile(ANCHORS[key]) for key in ("built_clause", "not_a_usual_name"))
NO_ITEM, UNNAMED = re.compile(pattern(ANCHORS["no_item"])), re.compile(NAMES["unnamed"])
SHORTEST_UNUSUAL = 3
BULLET = next(pattern for style, pattern, _ in MARKERS if style == "bullet")
ITEM_STYLES = frozenset(
    ("digits", "digits_brackets", "circles", "cn_brackets", "counted", "project", "bullet", "decimal", "code")
)
HEADING_STYLES = frozenset(("chapter", "section", "box"))


def is_heading(passage: Passage) -> bool:
    """Whether a passage is a chapter's, section's or box's title and no item."""
    return bool(passage.title and passage.path and passage.path[-1].style in HEADING_STYLES)


@lru_cache(maxsize=16)
def entry(passage: Passage) -> Anchor | None:
    """The project that an item is about: its title, the label before a colon, or its first words before 位于."""
    if is_heading(passage) or is_task(passage.title):
        return None
    front = passage.text[: 3 * NAMES["longest"]]
    first, _, rest = re.sub(CLAUSES["split"], "\n", front).partition("\n")
    named = named_in_form(front)
    titles = [named["name"] if named else "", passage.title, front.partition(":")[0] if ":" in front else ""]
    if begins_item(passage) or LOCATED.match(rest):
        verb = VERBS.match(first)
        titles.append(verb["name"] if verb else first)
    if (sentence := SENTENCE_OF_NAME.match(front)) and not NO_NAME_LINE.search(sentence[0]):
        titles.append(sentence["name"] or sentence["name2"])
    for title in titles:
        if CLAUSES["full_stop"] in title.rstrip(CLAUSES["full_stop"]):  # 教育类。江畔学校:…
            continue
        name = clean_name(title)
        if builds_another(front, title):  # 疾控能力提升:新建县疾控中心,占地…
            continue
        told = begins_item(passage) or in_group(passage) or LOCATED.match(front.partition(":")[2])
        given = named is not None and title == named["name"] and is_usual(name)
        told = told or (is_ending(name) and title == front.partition(":")[0])
        proper = is_project(name) or given or (told and names_item(name, front))
        if proper and not holds_figures(name) and not told_one_by_one(name, passage.text):
            return Anchor(name, 0, front.find(name) + len(name))
    return unnamed(front)


def builds_another(front: str, title: str) -> bool:
    """Whether a label is only the task for which the words behind its colon build a project."""
    start = front.find(":") + 1
    built = BUILT_CLAUSE.match(front, start) if start and front[: start - 1] == title else None
    name = clean_name(built["name"] or built["name2"]) if built else ""
    return kind_of(name) is not None and is_project(name) and not alike(name, clean_name(title))


def unnamed(front: str) -> Anchor | None:
    """The one project that an item names by its size alone, before its place: 新建36班小学一所:位于…."""
    start = max((match.end() for _, marker, _ in MARKERS if (match := marker.match(front))), default=0)
    match = UNNAMED.match(front, start)
    if match is None or not LOCATED.match(front, match.end()):
        return None
    return Anchor(match["name"], 0, match.end("name"))


def named_in_form(text: str) -> re.Match[str] | None:
    """The name that a form begins with: 项目名称:…, 一、项目名称:…."""
    start = max((match.end() for _, marker, _ in MARKERS if (match := marker.match(text))), default=0)
    return NAMED.match(text) or NAMED.match(text, start)


def in_group(passage: Passage) -> bool:
    """Whether the passage is a line under words like 2024年新建: with nothing of its own above it."""
    return bool(passage.path) and passage.path[-1].style == "group" and passage.text != passage.path[-1].title


def begins_item(passage: Passage) -> bool:
    """Whether the passage begins with the number that it stands under."""
    own = passage.path[-1] if passage.path else None
    if own is None or own.style not in ITEM_STYLES:
        return False
    return passage.text.startswith(own.shown) if own.shown else BULLET.match(passage.text) is not None


def told_one_by_one(name: str, text: str) -> bool:
    """Whether a name is a row of names of which the text tells each again: 新建A小学、B小学。A小学位于…;B小学位于…."""
    pieces = ONE_OF_LIST.split(name)
    return len(pieces) > 1 and all(is_project(piece) and text.count(piece) > 1 for piece in pieces)


def names_item(name: str, front: str) -> bool:
    """Whether a title that ends like no project is one all the same: the item goes on with its place or its size."""
    return is_usual(name) and bool(TOLD.search(front, front.find(name) + len(name)))


def is_usual(name: str) -> bool:
    """Whether words may be a name, whatever they end with."""
    usual = 3 <= len(name) <= NAMES["longest"] and not NO_ITEM.search(name)
    return usual and not GENERIC.match(name) and not LOCATED.match(name)


def is_unusual(name: str) -> bool:
    """Whether words that end like no project known may be the name of one all the same: 市民之家, 老城记忆文创里."""
    return len(name) > SHORTEST_UNUSUAL and is_usual(name) and not NOT_USUAL.search(name) and not COMMON.match(name)


def name_line(text: str, below: str = "") -> Anchor | None:
    """The project of which a line is the name and nothing else; however it ends, where `below` it is told its place."""
    match = NAME_LINE.match(text)
    if match is None or NO_NAME_LINE.search(text):
        return None
    name = clean_name(match["name"])
    if not is_project(name) and not (LOCATED.match(below) and is_usual(name)):
        return None
    place = text.find(name)
    return Anchor(name, 0, place + len(name)) if place >= 0 and not holds_figures(name) else None
