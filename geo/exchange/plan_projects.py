"""Which projects a passage of a plan speaks of: items, subjects of 位于, 投资…元的…, and lists of names."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from geo.exchange.plan_anchor import (
    ANCHORS,
    COMMA,
    LOCATED_RANK,
    PREDICATE,
    SERIAL,
    TOLD,
    Anchor,
    clause_start,
    is_told,
)
from geo.exchange.plan_details import is_place
from geo.exchange.plan_items import BUILT_CLAUSE, begins_item, entry, is_heading, is_unusual, name_line
from geo.exchange.plan_listed import (
    LISTED,
    all_placed,
    bracketed,
    listed_alone,
    members,
    over_commas,
    rows_of_all,
    subject_over_commas,
    two_schools,
)
from geo.exchange.plan_names import (
    CLAUSES,
    COMMON,
    LOCATED,
    NAMES,
    alike,
    bare_name,
    clean_name,
    holds_figures,
    is_named,
    is_project,
    kind_of,
)
from geo.exchange.plan_structure import MARKERS, Passage
from geo.exchange.plan_words import pattern
from geo.exchange.quantities import either, find_quantities

INVESTED, INVESTED_LEAD = (re.compile(ANCHORS[key]) for key in ("invested", "invested_lead"))
PLACED_BUILT, FOR_EXAMPLE = (re.compile(ANCHORS[key]) for key in ("placed_built", "for_example"))
BUILT, INVESTS = (re.compile(ANCHORS[key]) for key in ("built", "invests"))
HEADLINE = re.compile(pattern(ANCHORS["headline"]))
DISTRICT, INNER = re.compile(ANCHORS["district"]), re.compile(NAMES["inner"])
PLACED_BEFORE, APPROVED = re.compile(ANCHORS["placed_before"]), re.compile(ANCHORS["approved"])
LEAD_IN = re.compile(rf"(?:\s*{pattern(ANCHORS['lead_in'])},)+")
LABELLED = re.compile(ANCHORS["labelled"])
GOES_ON = re.compile(ANCHORS["goes_on"])
BUILT_SIZED, SUM_BEFORE, AGAIN = (re.compile(ANCHORS[key]) for key in ("built_sized", "sum_before", "again"))
INVESTED_BUILT, BUILT_IN = re.compile(ANCHORS["invested_built"]), re.compile(ANCHORS["built_in"])
INVESTED_VERB = re.compile(ANCHORS["invested_verb"])
SIZES = frozenset(("mu", "ha", "m2", "cny_10k"))
TURNS = re.compile(ANCHORS["turns"])
CONTINUES, SUBJECTS = re.compile(pattern(ANCHORS["continues"])), frozenset(ANCHORS["subjects"])
CLAUSE_STARTS, CLAUSE = re.compile(CLAUSES["starts"]), re.compile(CLAUSES["clause"])
MENTIONS = re.compile(f"(?:{either(NAMES['facilities'])})(?:{NAMES['kind']})?{NAMES['brackets']}")
NEXT_IN_BRACKETS = f"){SERIAL}"
HELD = "\ue000"
"""Stands for a comma in brackets while names are sought."""


def is_sentence_of(name: str, text: str, start: int, place: int) -> bool:
    """Whether a sentence begins with such a name, and tells the land or the cost behind the place."""
    begins = not start or text[start - 1] in CLAUSES["begins"]
    rest = re.split(CLAUSES["end_of_sentence"], text[place : place + 4 * NAMES["longest"]], maxsplit=1)[0]
    return begins and is_unusual(name) and any(each.unit in SIZES for each in find_quantities(rest))


def goes_on_with(anchor: Anchor, other: Anchor, text: str) -> bool:
    """Whether a later anchor only says the name again: in the first sentence behind it, or word for word."""
    between = text[anchor.end : other.start].strip(CLAUSES["marks"])
    return other.rank > anchor.rank == 0 and (not between or bare_name(other.name) == bare_name(anchor.name))


def subjects(text: str) -> list[Anchor]:
    """Projects that a sentence tells of: 省丹中新校区占地260亩, 盛源农贸市场,占地45亩; behind one those like it."""
    found: list[Anchor] = []
    for start in (0, *(match.end() for match in CLAUSE_STARTS.finditer(text))):
        sentence = 1 + max(text.rfind(mark, 0, start) for mark in CLAUSES["begins"]) if start else 0
        begins = sentence == start or LEAD_IN.fullmatch(text, sentence, start) or FOR_EXAMPLE.match(text, start)
        if (begins or found) and (anchor := subject_at(text, start, alone=bool(begins))):
            kind = kind_of(anchor.name)
            alike = kind is not None and found and kind == kind_of(found[0].name)
            if not found or alike or begins:
                found.append(anchor)
    return found


def subject_at(text: str, start: int, *, alone: bool) -> Anchor | None:
    """The project that a clause begins with, before a verb or, `alone`, as all of a clause whose sentence goes on."""
    clause = CLAUSE.match(text, start)
    if clause is None or clause.end() - start > 4 * NAMES["longest"]:
        return None
    verbs = list(PREDICATE.finditer(text, start + 1, clause.end()))
    ends = [match.start() for match in verbs]
    alone = alone and all(match[0] not in NAMES["verbs_in_clause"] for match in verbs)
    line = text[clause.end() : clause.end() + 2 * NAMES["longest"]].partition("\n")[0]
    behind = re.split(CLAUSES["end_of_sentence"], line, maxsplit=2)
    told = is_told(behind[0]) or any(GOES_ON.match(each) and is_told(each) for each in behind[1:2])
    if alone and text[clause.end() : clause.end() + 1] == COMMA and told:
        ends.append(clause.end())
    if any(INVESTS.match(text, end) for end in ends):  # 秦川园区投资1.69亿元农贸市场开工 is about the market
        return None
    for end in ends:
        name = clean_name(text[start:end])
        if is_project(name) and name in text[start:end] and not holds_figures(name) and not two_schools(name, 0):
            return Anchor(name, start, text.index(name, start) + len(name), 3)
    return subject_over_commas(text, start)


def name_at_front(text: str) -> str | None:
    """The project that words begin with, all of them or those before a verb: 思源实验学校计划明年投入使用."""
    for end in (len(text), *(match.start() for match in PREDICATE.finditer(text, 1))):
        if is_project(name := clean_name(text[:end])):
            return name
    return None


def named_before(text: str, start: int) -> Anchor | None:
    """The project of the clause before 位于: 第二高中,位于长江路以南."""
    if text[start - 1 : start] != COMMA:
        return None
    first = clause_start(text, start - 1)
    clause = text[first : max(0, start - 1)]
    told = subject_at(text, first, alone=False)
    name = told.name if told else clean_name(clause)
    return Anchor(name, first, start - 1, LOCATED_RANK) if is_project(name) else None


@lru_cache(maxsize=64)
def anchors_in(passage: Passage) -> list[Anchor]:
    """All projects that a passage names, in order, none inside another."""
    text = INNER.sub(lambda match: match[0].replace(SERIAL, HELD), passage.text)
    if text == passage.text:
        return anchors_of(passage)
    return [
        replace(each, name=each.name.replace(HELD, SERIAL), place=each.place and each.place.replace(HELD, SERIAL))
        for each in anchors_of(replace(passage, text=text))
    ]


def anchors_of(passage: Passage) -> list[Anchor]:
    """The same, where no comma in brackets parts a name: 市妇保院(疾控中心、血站)新建项目."""
    text = passage.text
    first = text.partition("\n")[0]
    below = text[len(first) + 1 :]
    anchor = name_line(first, below) if below and not is_heading(passage) else None
    anchor = anchor or entry(passage)
    found = [anchor] if anchor else []
    found += [*invested(text, anchor), *placed(text), *located(text)]
    for match in LISTED.finditer(text) if SERIAL in text else ():
        found += members(text, match)
    found += labelled(text, anchor)
    found = with_less_sure(passage, anchor, found or built(passage)) or headline(text)
    named = mentioned_before(text) if all(each.start for each in found) else None
    if named and not any(each.start < named.end for each in found):
        found = [named, *found]
    return apart(found[:1] + [each for each in found[1:] if not goes_on_with(found[0], each, text)])


def invested(text: str, last: Anchor | None) -> Iterator[Anchor]:
    """Projects behind what is invested in them: 总投资1亿元的A小学, of which `last` may be told in the same clause."""
    for match in INVESTED.finditer(text) if ANCHORS["of"] in text else ():
        name = name_at_front(match["name"]) or clean_name(match["name"])
        sure = is_named(name) or (
            INVESTED_VERB.search(text[max(0, match.start() - NAMES["longest"]) : match.start()]) and is_unusual(name)
        )
        if sure and name in match["name"]:
            start = clause_start(text, match.start())
            behind = last is not None and last.start <= start < last.end  # 项目以及总投资1亿元的…
            start = match.start() if behind or INVESTED_LEAD.search(text[start : match.start()]) else start
            last = Anchor(name, start, match.end("name"), 1, place=match["place"])
            yield last


def placed(text: str) -> Iterator[Anchor]:
    """Projects that are approved, or named behind their places: 位于A路的B小学, 在A路建设B小学."""
    for match in APPROVED.finditer(text):
        if is_project(name := clean_name(match["name"])):
            yield Anchor(name, match.start(), match.end("name"), 3)
    for match in PLACED_BEFORE.finditer(text) if ANCHORS["of"] in text else ():
        if is_named(name := clean_name(match["name"])) and name in match["name"]:
            yield Anchor(name, clause_start(text, match.start()), match.end("name"), 1, place=match["place"])
    for match in (*INVESTED_BUILT.finditer(text), *BUILT_IN.finditer(text)):
        if is_project(name := clean_name(match["name"])) and name in match["name"] and not COMMON.match(name):
            place = match["place"] or match.groupdict().get("place2")
            yield Anchor(name, clause_start(text, match.start()), match.end("name"), 1, place=place)
    for match in PLACED_BUILT.finditer(text):
        if (
            is_project(name := clean_name(match["name"]))
            and name in match["name"]
            and names_place(match["place"].partition(COMMA)[0])
        ):
            yield Anchor(name, clause_start(text, match.start()), match.end("name"), 1, place=match["place"])


def located(text: str) -> Iterator[Anchor]:
    """Projects before 位于, one or several."""
    for match in LOCATED.finditer(text):
        start = clause_start(text, match.start())
        if text[start : match.start()] in SUBJECTS and (before := named_before(text, start)):
            yield before
        if several := all_placed(text, start, match):
            yield from several
        elif (listing := over_commas(text, start, match.start())) is not None:
            yield listing
        elif match.start() - start > 2 and (
            is_named(name := clean_name(text[start : match.start()])) or is_sentence_of(name, text, start, match.end())
        ):
            yield Anchor(name, start, match.start(), LOCATED_RANK)


def with_less_sure(passage: Passage, anchor: Anchor | None, found: list[Anchor]) -> list[Anchor]:
    """What was found, with projects that are told in less sure forms where the passage's own name tells none surely."""
    text = passage.text
    weak = anchor is not None and not is_named(anchor.name)
    heading = weak and text.startswith(CLAUSES["full_stop"], anchor.end)  # type: ignore[union-attr]
    if weak or not any(each.rank == 0 for each in found) or not (passage.title or begins_item(passage) or "\n" in text):
        found += rows_of_all(text) + built_clauses(text) + subjects(text) + bracketed(text) + listed_alone(text)
    elif NEXT_IN_BRACKETS in text:  # 新建A小学(…)、B小学(…)
        found += bracketed(text)
    others = (each for each in found if weak and each.start > 0)
    if any(heading or not alike(each.name, anchor.name) for each in others):  # type: ignore[union-attr]
        found.remove(anchor)  # type: ignore[arg-type]  # 夯实基层网底。湖西医院位于…: a task, and what is done for it
    return found


def apart(found: list[Anchor]) -> list[Anchor]:
    """In their order those of which no surer one covers a part."""
    kept: list[Anchor] = []
    for anchor in sorted(found, key=lambda anchor: (anchor.rank, anchor.start)):
        if all(anchor.end <= other.start or anchor.start >= other.end for other in kept):
            kept.append(anchor)
    return sorted(kept, key=lambda anchor: anchor.start)


def names_place(words: str) -> bool:
    """Whether words say a place, or name a district."""
    return is_place(words) or DISTRICT.fullmatch(words) is not None


def built(passage: Passage) -> list[Anchor]:
    """The project that an item names only behind its place: 位于A路北,规划建设B小学."""
    start = len(passage.path[-1].shown) if begins_item(passage) else 0
    located = LOCATED.match(passage.text[start:].lstrip(CLAUSES["marks"]))
    match = BUILT.search(passage.text[: 3 * NAMES["longest"]]) if located else None
    if match is None or not is_project(name := clean_name(match["name"])):
        return []
    return [Anchor(name, 0, start)]


def labelled(text: str, first: Anchor | None) -> list[Anchor]:
    """Projects before a colon behind which they are told, the further ones of a line: A小学:占地30亩。B小学:占地40亩.

    Parameters
    ----------
    first
        What the passage begins with; what is labelled behind it must be of its kind, or is a part of it.
    """
    found: list[Anchor] = []
    for match in LABELLED.finditer(text):
        name = clean_name(match["name"])
        kind = kind_of(name)
        proper = kind is not None and is_project(name) and name in match["name"] and not holds_figures(name)
        other = first is None or (kind == kind_of(first.name) and name not in first.name)
        if proper and other and is_told(re.split(CLAUSES["end_of_sentence"], text[match.end() :], maxsplit=1)[0]):
            found.append(Anchor(name, match.start("name"), match.end("name"), 1))
    return found


def built_clauses(text: str) -> list[Anchor]:
    """Projects behind a verb of which the sentence goes on to tell: 在老城改扩建解放路小学,新增学位540个."""
    found: list[Anchor] = []
    for match in BUILT_CLAUSE.finditer(text):
        name = clean_name(match["name"] or match["name2"])
        rest = text[match.end() : match.end() + 2 * NAMES["longest"]]
        again = AGAIN.match(rest)  # 建设颍东水厂。水厂位于…
        if again and name.endswith(again["noun"]):
            rest = rest[again.end() :]
        goes_on = TURNS.split(rest, maxsplit=1)[0]
        if several := two_schools(name, text.find(name, match.start())):
            found += several
            continue
        named = is_named(name) and name in match[0] and not (COMMON.match(name) and not TOLD.match(goes_on[1:]))
        if named and (TOLD.search(goes_on) or find_quantities(goes_on)):
            before = SUM_BEFORE.search(text[max(0, match.start() - NAMES["longest"]) : match.start()])
            start = match.start() - (len(before[0]) if before else 0)
            place = match["place"] if match["place"] and names_place(match["place"]) else None
            found.append(Anchor(name, start, text.index(name, match.start()) + len(name), 3, place=place))
    for match in BUILT_SIZED.finditer(text):
        name = clean_name(match["name"])
        if is_named(name) and name in match[0] and not COMMON.match(name):
            found.append(Anchor(name, match.start(), match.end("name"), 3))
    return found


def headline(text: str) -> list[Anchor]:
    """The project of a headline: 城南将新建一所公办小学——杜鹃路小学, 新华北小学开建."""
    match = HEADLINE.search(text[: 3 * NAMES["longest"]])
    group = match.lastgroup if match else None
    if match is None or group is None or not is_project(name := clean_name(match[group])):
        return []
    return [Anchor(name, 0, match.end(group), 3)] if name in text else []


def mentioned(text: str) -> Anchor | None:
    """The project that a sentence speaks of in passing: 近日,城东小学项目报建信息公布。"""
    for clause in CLAUSE.finditer(text):
        for match in reversed(list(MENTIONS.finditer(clause[0]))):
            name = clean_name(clause[0][: match.end()])
            if is_project(name) and name in clause[0] and not holds_figures(name):
                start = clause.start() + clause[0].index(name)
                return Anchor(name, start, start + len(name))
    return None


def mentioned_before(text: str) -> Anchor | None:
    """The project of a first sentence where the second goes on with it: …信息公布。项目位于…."""
    first, _, rest = text[: 4 * NAMES["longest"]].replace("\n", CLAUSES["full_stop"]).partition(CLAUSES["full_stop"])
    if not CONTINUES.match(rest.lstrip(CLAUSES["marks"])):
        return None
    start = max((match.end() for _, marker, _ in MARKERS if (match := marker.match(first))), default=0)
    lead = LEAD_IN.match(first, start)
    begins_so = CONTINUES.match(first, lead.end() if lead else start)
    return None if begins_so else mentioned(first)
