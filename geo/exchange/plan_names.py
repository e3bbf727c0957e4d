"""Names of projects in a plan: what may be one, what is only said before or behind it, and which two are one."""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from geo.exchange.location_phrase import says_where
from geo.exchange.plan_structure import MARKERS
from geo.exchange.plan_words import WORDS, pattern
from geo.exchange.quantities import either, find_quantities

NAMES, CLAUSES = WORDS["names"], WORDS["clauses"]
FACILITY = re.compile(f"(?:{either(NAMES['facilities'])}|{'|'.join(NAMES['facility_patterns'])}){NAMES['brackets']}$")
PROGRAMME = f"(?:{either(NAMES['programme_words'] + NAMES['programme_aims'])})"
ENDING = re.compile(f"(?:{'|'.join(NAMES['facility_endings'])}){NAMES['brackets']}(?:{NAMES['kind']})?$")
NO_ENDING = re.compile(NAMES["not_an_ending"])
GENERIC = re.compile(
    "|".join(NAMES["generic"])
    + f"|^(?:{either(NAMES['generic_said'])})*(?:{either(NAMES['generic_nouns'])}){NAMES['kinds_of_work']}$"
    + f"|^(?:{either(NAMES['generic_nouns'])})(?:{NAMES['joined']}(?:{either(NAMES['generic_nouns'])}))+$"
    + f"|^{PROGRAMME}*(?:{either(NAMES['programme_aims'])}){PROGRAMME}*{NAMES['programme_ends']}$"
)
COMMON = re.compile(f"(?:{PROGRAMME}|{either(NAMES['common_words'] + NAMES['facilities'])})+$")
PROGRAMME_ENDS = re.compile(f"{NAMES['programme_ends']}$")
BEFORE_NAME, AFTER_NAME = (re.compile(pattern(NAMES[key])) for key in ("before_name", "after_name"))
BEGINS_MARKED = re.compile(NAMES["begins_marked"])
DEVELOPER = re.compile(NAMES["developer"])
TASK_OF_COMMON = re.compile(NAMES["task_of_common"])
TASK, PLACE_BEHIND = re.compile(NAMES["task"]), re.compile(NAMES["place_behind"])
SHORTEST = re.compile(NAMES["shortest"])
HOUSE = re.compile(WORDS["location"]["house"])
NO_PART_OF_NAME = re.compile(NAMES["no_part"])
LOCATED = re.compile(pattern(WORDS["anchors"]["located"]))
LAYERS = [(kind["layer"], re.compile(kind["names"])) for kind in WORDS["layers"]]
LEVELS = [(kind["level"], re.compile(kind["names"])) for kind in WORDS["levels"]]
NUMERALS = re.compile(NAMES["numerals"])
SHORTEST_PLACE = 3
ALIKE, SHORTEST_ALIKE, SHORTENED = 0.6, 4, 8
"""How like each other two names of one project are, and letters of a name that may stand for a longer one."""


@lru_cache(maxsize=1024)
def clean_name(text: str) -> str:
    """A name without what is only said before or behind it."""
    name = unquoted(text.strip(CLAUSES["marks"]))
    for _, marker, _ in MARKERS if BEGINS_MARKED.match(name) else ():
        name = marker.sub("", name, count=1) if marker.match(name) else name
    while (shorter := unquoted(BEFORE_NAME.sub("", name).strip(CLAUSES["marks"]))) != name:
        name = shorter
    while (shorter := unquoted(AFTER_NAME.sub("", name).strip(CLAUSES["marks"]))) != name:
        name = shorter
    if "(" in name and ")" not in name:  # 城东小学(位置:…
        name = name.partition("(")[0]
    return without_place(name)


def unquoted(name: str) -> str:
    return name[1:-1] if name[:1] + name[-1:] == NAMES["quotes"] and NAMES["quotes"][1] not in name[:-1] else name


def without_place(name: str) -> str:
    """云峰小学(云峰路以北) and 云峰小学(总投资3亿元) are 云峰小学; other brackets belong to a name."""
    behind = PLACE_BEHIND.search(name)
    words = behind["place"] if behind else ""
    sized = any(each.unit in ("class", "seat") for each in find_quantities(words))
    told = sized or (len(words) > SHORTEST_PLACE and (says_where(words) or holds_figures(words) or HOUSE.search(words)))
    return name[: behind.start()] if behind and told else name  # 云峰小学(36班) too


@lru_cache(maxsize=1024)
def is_project(name: str) -> bool:
    """Whether this can be the name of one project."""
    return bool(FACILITY.search(name)) and is_proper(name)


@lru_cache(maxsize=1024)
def is_named(name: str) -> bool:
    """Whether this is a project's name where the words around it say that one stands there: 新建通达路,全长3公里."""
    return is_project(name) or is_ending(name)


def is_ending(name: str) -> bool:
    """Whether a name ends so as a project's may where the words around it say that it is one: 通达路."""
    ends = bool(ENDING.search(name)) and not NO_ENDING.search(name) and not holds_figures(name)
    return ends and is_proper(name)


def is_task(title: str) -> bool:
    """Whether a title is a task of the plan and names no project: 推进棚户区和城中村改造."""
    verb = TASK_OF_COMMON.match(title) or TASK.match(title)
    return verb is not None and COMMON.match(title, verb.end()) is not None


def is_programme(name: str) -> bool:
    """Whether a name is one of many things to be made: 高标准农田建设工程."""
    return bool(COMMON.match(name)) and PROGRAMME_ENDS.search(name) is not None


def is_proper(name: str) -> bool:
    """Whether a name is neither too general, nor a place, nor a task."""
    proper = not GENERIC.match(name.replace(" ", "")) and not LOCATED.match(name) and not TASK.match(name)
    return (3 <= len(name) <= NAMES["longest"] or bool(SHORTEST.fullmatch(name))) and proper


def bare_name(name: str) -> str:
    """A name without what a second telling may leave out: 第二十中学新建项目 is 第二十中学."""
    return NO_PART_OF_NAME.sub("", name)


def same_project(name: str, other: str) -> bool:
    """Whether two names of one section are of one project: 新华北小学 and 漳州市区新华北小学."""
    first, second = bare_name(name), bare_name(other)
    shorter, longer = sorted((first, second), key=len)
    if first == second or (len(shorter) >= SHORTEST_ALIKE and longer.endswith(shorter)):
        return True
    alike_ends = shorter[-2:] == longer[-2:] and NUMERALS.findall(shorter) == NUMERALS.findall(longer)
    return len(shorter) >= SHORTENED and alike_ends and shortens(shorter, longer)


def alike(name: str, other: str) -> bool:
    """Whether two names may be the same project's: 福清一中新校区 and 福清市一中新校区, 佛山二院 and 佛山第二医院."""
    first, second = bare_name(name), bare_name(other)
    if first in second or second in first or shortens(first, second) or shortens(second, first):
        return True
    return SequenceMatcher(None, name, other).ratio() >= ALIKE


def shortens(name: str, other: str) -> bool:
    """Whether a name has its letters in their order from a longer one, as short forms of Chinese names do."""
    letters = iter(other)
    return len(name) >= SHORTEST_ALIKE and all(letter in letters for letter in name)


def split_developer(name: str) -> tuple[str | None, str]:
    """Developer and project: 海伦堡中国控股有限公司 and 驻马店海乐城项目."""
    match = DEVELOPER.match(name)
    if not match or not is_project(rest := match["name"] or match["name2"]):
        return None, name
    return match["developer"] or match["developer2"], rest


def holds_figures(name: str) -> bool:
    """Whether a name tells a size, and so is none; X2地块36班小学 and 年产5万吨铝箔项目 are names."""
    return any(each.unit not in ("class", "t_10k", "item", "m", "km") for each in find_quantities(name))


@lru_cache(maxsize=1024)
def kind_of(name: str) -> str | None:
    """The layer that a name alone tells."""
    return next((layer for layer, names in LAYERS if names.search(name)), None)
