"""Projects that stand in a row, and names that are a row of their own parts."""

import re
from dataclasses import replace

from geo.exchange.plan_anchor import ANCHORS, LOCATED_RANK, PREDICATE, SERIAL, Anchor, is_told
from geo.exchange.plan_details import find_location, finished_year
from geo.exchange.plan_names import CLAUSES, NAMES, clean_name, is_project, kind_of
from geo.exchange.quantities import find_quantities

LISTED, INSTEAD, ONE_OF_LIST = (re.compile(ANCHORS[key]) for key in ("listed", "instead", "one_of_list"))
PART_OF_ONE, LISTED_DONE = re.compile(ANCHORS["part_of_one"]), re.compile(ANCHORS["listed_done"])
LISTED_ALONE, LISTED_AS = re.compile(ANCHORS["listed_alone"]), re.compile(ANCHORS["listed_as"])
BRACKETED, SERIAL_CLAUSE = re.compile(ANCHORS["bracketed"]), re.compile(CLAUSES["serial_clause"])
SHORTEST_LISTED = 6


def all_placed(text: str, start: int, located: re.Match[str]) -> list[Anchor]:
    """The projects that stand in a row before 位于, each at the place behind it: 第四中学、北城小学位于稻场社区."""
    if text[start - 1 : start] != SERIAL:
        return []
    first = max(text.rfind(mark, max(0, start - NAMES["longest"]), start) for mark in NAMES["parts"]) + 1
    place, at, anchors = find_location(text[located.start() : located.end() + 2 * NAMES["longest"]]), first, []
    for piece in text[first : located.start()].split(SERIAL):
        name = clean_name(piece)
        if place is None or name not in piece or not is_project(name):
            return []
        anchors.append(Anchor(name, at, at + len(piece), LOCATED_RANK, listed=True, place=place))
        at += len(piece) + 1
    return anchors


def over_commas(text: str, start: int, end: int) -> Anchor | None:
    """The project of which the name lists what it is for: 郭家村、陈旗营改造项目一期学校位于…."""
    if text[start - 1 : start] != SERIAL:
        return None
    first = max(text.rfind(mark, max(0, start - NAMES["longest"]), start) for mark in NAMES["parts"]) + 1
    name = clean_name(text[first:end])
    pieces = ONE_OF_LIST.split(name)
    listing = len(pieces) > 1 and is_project(name) and not any(is_whole(piece) for piece in pieces[:-1])
    return Anchor(name, first, end, LOCATED_RANK) if listing and name in text[first:end] else None


def subject_over_commas(text: str, start: int) -> Anchor | None:
    """The project before a verb of which the name lists its parts: 柳南中学教学楼、综合楼项目总投资2400万元."""
    clause = SERIAL_CLAUSE.match(text, start)
    verb = PREDICATE.search(text, text.rindex(SERIAL, start, clause.end()), clause.end()) if clause else None
    if verb is None or verb.start() - start > NAMES["longest"]:
        return None
    name = clean_name(text[start : verb.start()])
    listing = is_project(name) and not any(is_whole(piece) for piece in name.split(SERIAL)[:-1])
    listing = listing and kind_of(name.split(SERIAL)[-1]) is None
    return Anchor(name, start, verb.start(), 3) if listing and name in text[start : verb.start()] else None


def bracketed(text: str) -> list[Anchor]:
    """Projects of which brackets tell: 会展南小学(会展南五路以北、会展南七路以东,36个班)."""
    found: list[Anchor] = []
    for match in BRACKETED.finditer(text):
        name = clean_name(match["name"])
        proper = is_project(name) and name in match["name"] and not find_quantities(name)
        if proper and is_told(match["told"]):
            found.append(Anchor(name, match.start(), match.end("name"), 3))
    return found


def listed_alone(text: str) -> list[Anchor]:
    """Projects that a sentence only names: 建成双流镇幼儿园、龙岗镇第二幼儿园。"""
    found: list[Anchor] = []
    for match in (*LISTED_ALONE.finditer(text), *LISTED_DONE.finditer(text)) if SERIAL in text else ():
        several = members(text, match)
        if all(kind_of(each.name) for each in several):
            year = finished_year(text[match.end("list") : match.end()])
            found += [replace(each, year=year) for each in several]
    return found


def members(text: str, match: re.Match[str]) -> list[Anchor]:
    """The members of 推进A、B等项目, if each of them is a project."""
    front = text[max(0, match.start() - 3 * NAMES["longest"]) : match.start()]
    sentence = front[max(front.rfind(mark) for mark in CLAUSES["stops"]) + 1 :]
    anchors, place = [], match.start("list")
    for piece in ONE_OF_LIST.split(match["list"]):
        anchors.append(Anchor(clean_name(piece), place, place + len(piece), 3, listed=True))
        place += len(piece) + 1
    if named := LISTED_AS.match(text[match.end("list") :]):
        name, start = named["name"], match.end("list") + named.start("name")
        return [Anchor(name, match.start(), start + len(name), 3)]
    proper = all(is_member(each.name) for each in anchors)
    return anchors if len(anchors) > 1 and proper and not INSTEAD.search(sentence) else []


def is_whole(name: str) -> bool:
    """Whether a name is a project's, and not of a building of one: 柳南中学教学楼."""
    return is_project(name) and PART_OF_ONE.search(name) is None


def is_member(name: str) -> bool:
    """Whether one of a list is a project: its name is long enough or tells a kind, or it is a part of a school."""
    if PART_OF_ONE.search(name):
        return kind_of(name) is not None
    return is_project(name) and (len(name) >= SHORTEST_LISTED or kind_of(name) is not None)
