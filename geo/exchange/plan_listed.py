"""Projects that stand in a row, and names that are a row of their own parts."""

import re
from collections.abc import Iterator
from dataclasses import replace

from geo.exchange.plan_anchor import ANCHORS, LOCATED_RANK, PREDICATE, SERIAL, Anchor, is_told
from geo.exchange.plan_details import find_location, finished_year
from geo.exchange.plan_each import turns_of_figures
from geo.exchange.plan_names import (
    CLAUSES,
    COMMON,
    NAMES,
    clean_name,
    holds_figures,
    is_ending,
    is_named,
    is_project,
    is_proper,
    kind_of,
)
from geo.exchange.plan_words import WORDS
from geo.exchange.quantities import find_quantities

LISTED, INSTEAD, ONE_OF_LIST = (re.compile(ANCHORS[key]) for key in ("listed", "instead", "one_of_list"))
PART_OF_ONE, LISTED_DONE = re.compile(ANCHORS["part_of_one"]), re.compile(ANCHORS["listed_done"])
LISTED_ALONE, LISTED_AS = re.compile(ANCHORS["listed_alone"]), re.compile(ANCHORS["listed_as"])
BRACKETED, SERIAL_CLAUSE = re.compile(ANCHORS["bracketed"]), re.compile(CLAUSES["serial_clause"])
YEAR_OF_ROW = re.compile(ANCHORS["year_of_row"])
YEAR_OF_SENTENCE = re.compile(ANCHORS["year_of_sentence"])
YEAR_BEFORE = re.compile(ANCHORS["year_before"])
IN_BRACKETS = re.compile(r"\([^()\n]{2,120}\)")
LISTED_COUNTED, LISTED_NAMED = re.compile(ANCHORS["listed_counted"]), re.compile(ANCHORS["listed_named"])
LISTED_COMMAS, ONE_OF_COMMAS = re.compile(ANCHORS["listed_commas"]), re.compile(ANCHORS["one_of_commas"])
LISTED_OBJECT, LISTED_INSIDE = re.compile(ANCHORS["listed_object"]), re.compile(ANCHORS["listed_inside"])
LISTED_ONE, TWO_OF_LIST = re.compile(ANCHORS["listed_one"]), re.compile(ANCHORS["two_of_list"])
LISTED_TURNS, LISTED_ALIKE = re.compile(ANCHORS["listed_turns"]), re.compile(ANCHORS["listed_alike"])
LISTED_LABEL, CALLED = re.compile(ANCHORS["listed_label"]), re.compile(ANCHORS["called"])
ROWS = (LISTED_TURNS, LISTED_ALIKE, LISTED_COUNTED, LISTED_NAMED, LISTED_COMMAS, LISTED_INSIDE)
"""Rows of which a sentence tells what they are together."""
ALONE = (LISTED_ALONE, LISTED_DONE, LISTED_OBJECT, LISTED_LABEL)
"""Rows that a sentence only names."""
FULL_STOP = CLAUSES["full_stop"]
ELSEWHERE = WORDS["location"]["elsewhere"]
SHORTEST_CALLED = 5
SCHOOLS = "schools"
SHORTEST_LISTED, SHORT_FRONT = 6, 16
ROW = (SERIAL, *NAMES["joins"])
HELD_OUT = "\ue001"
"""Stands for what brackets tell of one of a list."""


def all_placed(text: str, start: int, located: re.Match[str]) -> list[Anchor]:
    """The projects that stand in a row before 位于, each at the place behind it: 第四中学、北城小学位于稻场社区."""
    first = max(text.rfind(mark, max(0, start - NAMES["longest"]), start) for mark in NAMES["parts"]) + 1
    rest = re.split(CLAUSES["end_of_sentence"], text[located.start() :], maxsplit=1)[0]
    if text[start - 1 : start] != SERIAL and find_quantities(rest):
        return []
    place, anchors = find_location(rest[: 2 * NAMES["longest"]]), []
    place = place.removeprefix(ELSEWHERE) if place else None
    for piece, at in pieces_of(text[first : located.start()], first):
        name = clean_name(piece)
        if place is None or name not in piece or not is_project(name):
            return []
        anchors.append(Anchor(name, at, at + len(piece), LOCATED_RANK, listed=True, place=place))
    return anchors if len(anchors) > 1 else []


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
    """Projects of which brackets tell: 会展南小学(会展南五路以北、会展南七路以东,36个班).

    A year stands before a row of them: 2021年9月启用的有:A学校(72班)、B学校(30班).
    """
    found: list[Anchor] = []
    year, row_ends = None, -1
    for match in BRACKETED.finditer(text):
        name = clean_name(match["name"])
        proper = is_named(name) and name in match["name"] and not find_quantities(name)
        if proper and is_told(match["told"]):
            in_row = text.startswith(ROW, match.end())
            if match.start() - 1 != row_ends:
                said = YEAR_OF_ROW.search(text[max(0, match.start() - 2 * SHORT_FRONT) : match.start()])
                year = int(said["year"]) if said else None
            row_ends, last = match.end(), match.end() if in_row else None
            found.append(Anchor(name, match.start(), match.end("name"), 3, year=year, last=last))
    return found


def listed_alone(text: str) -> list[Anchor]:
    """Projects that a sentence only names: 建成双流镇幼儿园、龙岗镇第二幼儿园。"""
    found = alone_of_kind(text)
    if SERIAL not in text:
        return found
    bare = IN_BRACKETS.sub(lambda brackets: HELD_OUT * len(brackets[0]), text)
    for match in (each for row in ALONE for each in row.finditer(bare)):
        told = HELD_OUT in match["list"]
        several = members(bare, match)
        if told or all(kind_of(each.name) or is_long(each.name) for each in several):
            several = [each for each in several if not tells_in_brackets(text, each.start + len(each.name))]
            rest = text[match.end("list") :].partition(FULL_STOP)[0] if match.re is LISTED_DONE else ""
            year = finished_year(rest)
            found += [replace(as_in(text, bare, each), year=year or each.year) for each in several]
    return found


def tells_in_brackets(text: str, place: int) -> bool:
    """Whether brackets at a place tell of the project before them, and are no part of its name: (暂定名)."""
    brackets = IN_BRACKETS.match(text, place)
    return brackets is not None and is_told(brackets[0][1:-1])


def as_in(text: str, bare: str, anchor: Anchor) -> Anchor:
    """An anchor with the brackets that its name holds: 天津医院(天和医院)改扩建项目."""
    if HELD_OUT not in anchor.name:
        return anchor
    place = bare.index(anchor.name, anchor.start)
    return replace(anchor, name=text[place : place + len(anchor.name)])


def alone_of_kind(text: str) -> list[Anchor]:
    """The one project that stands for all of its kind: 扩建长乐市人民医院等项目."""
    found = []
    for match in LISTED_ONE.finditer(text):
        name = clean_name(match["list"])
        if is_whole(name) and kind_of(name) and name in match["list"] and not COMMON.match(name):
            found.append(Anchor(name, match.start(), match.end("list"), 3, listed=True, year=year_before(text, match)))
    return found


def rows_of_all(text: str) -> list[Anchor]:
    """Projects in a row of which a sentence tells what they are together; by turns where it says so.

    望江小学、海棠小学两所学校占地面积分别为30亩、40亩,共投资2亿元: the sum is no project's own.
    """
    found: list[Anchor] = []
    for match in (each for row in ROWS for each in row.finditer(text)):
        several = members(text, match)
        if not all(kind_of(each.name) or is_long(each.name) for each in several):
            continue
        rest = text[match.end("list") :].partition(FULL_STOP)[0]
        if several and next(turns_of_figures(rest, len(several)), None):
            year = year_before(text, match)
            found.append(Anchor(match["list"], match.start("list"), match.end("list"), 3, year=year))
            continue
        said = YEAR_OF_SENTENCE.search(text[text.rfind(FULL_STOP, 0, match.start()) + 1 : match.start("list")])
        year = finished_year(rest) or (int(said["year"]) if said else None)
        shared = match.span("said") if match.re is LISTED_ALIKE else None
        found += [replace(each, year=each.year or year, shared=shared) for each in several]
    return found


def pieces_of(row: str, place: int, between: re.Pattern[str] = ONE_OF_LIST) -> Iterator[tuple[str, int]]:
    """The members of a row and their places, of which its own is given; a word may join two of them: A、B和C."""
    for piece in between.split(row):
        joined = TWO_OF_LIST.fullmatch(piece)
        names = [clean_name(joined[part]) for part in ("one", "last")] if joined else []
        if joined and all(is_whole(name) or is_ending(name) for name in names):
            yield joined["one"], place
            yield joined["last"], place + joined.start("last")
        else:
            yield piece, place
        place += len(piece) + 1


def two_schools(name: str, place: int) -> list[Anchor]:
    """The two schools that a name joins, of which what is told is of both: A幼儿园和B幼儿园,总投资…."""
    parts = list(pieces_of(name, place))
    if len(parts) < 2 or any(kind_of(part) != SCHOOLS for part, _ in parts):  # a centre is often two in one house
        return []
    return [Anchor(clean_name(part), at, at + len(part), 3, listed=True) for part, at in parts]


def members(text: str, match: re.Match[str]) -> list[Anchor]:
    """The members of 推进A、B等项目, if each of them is a project."""
    front = text[max(0, match.start() - 3 * NAMES["longest"]) : match.start()]
    sentence = front[max(front.rfind(mark) for mark in CLAUSES["stops"]) + 1 :]
    anchors, year = [], year_before(text, match)
    between = ONE_OF_COMMAS if match.re is LISTED_COMMAS else ONE_OF_LIST
    for piece, place in pieces_of(match["list"], match.start("list"), between):
        named = piece.rstrip(HELD_OUT)
        anchors.append(Anchor(clean_name(named), place, place + len(named), 3, listed=True, year=year))
    if named := LISTED_AS.match(text[match.end("list") :]):
        name, start = named["name"], match.end("list") + named.start("name")
        return [Anchor(name, match.start(), start + len(name), 3)]
    names = [each.name for each in anchors if each.name in text[each.start : each.end]]
    if len(names) < len(anchors):
        return []
    called = calls_projects(match)
    proper = all(is_member(name) or (called and is_called(name)) for name in names)
    proper = proper and not all(COMMON.match(name) for name in names)
    return anchors if len(anchors) > 1 and proper and not INSTEAD.search(sentence) else []


def year_before(text: str, match: re.Match[str]) -> int | None:
    """When what a list names is finished, where that is said before its verb: 2021年,建成投用A小学、B小学."""
    said = YEAR_BEFORE.search(text[max(0, match.start() - SHORT_FRONT) : match.start("list")])
    return int(said["year"]) if said else None


def is_whole(name: str) -> bool:
    """Whether a name is a project's, and not of a building of one: 柳南中学教学楼."""
    return is_project(name) and PART_OF_ONE.search(name) is None


def is_member(name: str) -> bool:
    """Whether one of a list is a project: its name is long enough or tells a kind, or it is a part of a school."""
    if CLAUSES["of"] in name:  # 建成特色商品云集的时尚消费中心和大型商业中心
        return False
    if PART_OF_ONE.search(name):
        return kind_of(name) is not None and is_proper(name)
    long = len(name) >= SHORTEST_LISTED or kind_of(name) is not None or COMMON.match(name) is None
    return (is_project(name) and long) or is_ending(name)


def is_long(name: str) -> bool:
    """Whether a name that stands in a list without a word for what it lists is more than a kind."""
    return (len(name) >= SHORTEST_LISTED or is_ending(name)) and COMMON.match(name) is None


def calls_projects(match: re.Match[str]) -> bool:
    """Whether a list ends so that each of it must be a project: A、B等重大项目."""
    called = "tail" in match.re.groupindex and CALLED.search(match["tail"])
    return bool(called) and not find_quantities(match["list"])


def is_called(name: str) -> bool:
    """Whether a name without a known ending may be a project's where the list says so: 正大蛋鸡全产业链."""
    return len(name) >= SHORTEST_CALLED and is_proper(name) and not COMMON.match(name) and not holds_figures(name)
