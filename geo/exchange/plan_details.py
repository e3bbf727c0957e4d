"""Of a project in a plan: the layer that it belongs to, its place, and its year."""

import re

from geo.exchange.location_phrase import parse_location, says_where
from geo.exchange.plan_names import LEVELS, kind_of
from geo.exchange.plan_structure import Passage
from geo.exchange.plan_words import WORDS, pattern
from geo.exchange.quantities import find_quantities

CLAUSES, YEARS = WORDS["clauses"], WORDS["years"]
LOCATED = re.compile(pattern(WORDS["anchors"]["located"]))
LOCATED_AGAIN = re.compile(WORDS["anchors"]["subject_again"] + LOCATED.pattern)
LOCATION_ENDS = re.compile(pattern(WORDS["location"]["ends"]))
NEAR, RESTARTS, HOUSE, AREA, LEAD = (
    re.compile(WORDS["location"][key]) for key in ("near", "restarts", "house", "area", "lead")
)
IN_BRACKETS, NO_PLACE, THIS = (re.compile(WORDS["location"][key]) for key in ("in_brackets", "no_place", "this"))
HEADINGS = [(kind["layer"], re.compile(kind["headings"])) for kind in WORDS["layers"] if "headings" in kind]
SITE = re.compile(WORDS["location"]["site"])
"""A clause that may be a place though nothing says that it is one."""
AREA_FIRST, BEFORE_PLACE, INTRODUCES = (
    re.compile(WORDS["location"][key]) for key in ("area_first", "before_place", "introduces")
)
OF_NO_LAYER = re.compile(WORDS["names"]["of_no_layer"])
FINISHED, FINISHED_RELATIVE, STARTED = (re.compile(YEARS[key]) for key in ("finished", "finished_relative", "started"))
YEAR_OF_CLAUSES = re.compile(WORDS["anchors"]["year_of_clauses"])
LEAD_YEAR = re.compile(YEARS["lead"])
FINISHED_LABEL, PERIOD, BARE, ANY_YEAR = (re.compile(YEARS[key]) for key in ("finished_label", "period", "bare", "any"))


def classify(name: str, headings: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Layer and school level: the name decides, then the nearest heading that says something."""
    layer = kind_of(name)
    for heading in reversed(headings) if not OF_NO_LAYER.search(name) else ():
        layer = layer or next((each for each, words in HEADINGS if words.search(heading)), None)
    levels = LEVELS if layer == "schools" else []
    return layer, next((level for level, names in levels if names.search(name)), None)


def find_location(text: str, name: str = "") -> str | None:
    """The words that say where a project is: those after 位于, else the first clauses that read like a place.

    Parameters
    ----------
    text
        What follows the project's name.
    name
        Of the project; behind 的 it ends the place: 位于城东的城东小学项目.
    """
    if (behind := IN_BRACKETS.match(text)) and (place := place_in_brackets(behind["place"])):
        return place
    located, lead = LOCATED.search(text), LEAD.match(text)
    rest = text[located.end() if located else lead.end() if lead else 0 :]
    while located and (again := LOCATED_AGAIN.match(rest := rest.lstrip(CLAUSES["marks"]))):
        rest = rest[again.end() :]
    skipped = len(rest) - len(rest.lstrip(CLAUSES["marks"]))
    end = reached = skipped
    for clause in re.split(CLAUSES["end"], rest[skipped:])[: WORDS["location"]["longest_clauses"]]:
        if reached > skipped and (again := RESTARTS.match(clause)):  # 位于包河区,地处A路与B路交口
            if (before := parse_location(rest[skipped:reached])).quadrant or before.sides:  # 位于A路以北,地处包河片区
                break
            skipped = end = reached = reached + again.end()
            clause = clause[again.end() :]
        stop = LOCATION_ENDS.search(clause)
        ended = clause.find(CLAUSES["of"] + name) if name else -1
        last = min(stop.start() if stop else len(clause), ended if ended > 0 else len(clause))
        words = clause[:last]
        bare = words.strip(CLAUSES["marks"])
        area = lead and not clause.endswith("\n") and AREA.match(clause.strip(CLAUSES["marks"]))
        first = reached == skipped and bool(located or area)
        told = bool(bare) and (is_place(words) or first or (located is not None and is_near(bare)))
        if not told or (stop and reached > skipped and bare.startswith(WORDS["location"]["elsewhere"])):
            break
        end, reached = reached + len(words), reached + len(clause)
        if last < len(clause) or clause.endswith(tuple(CLAUSES["stops"])):
            break
    place = THIS.sub("", rest[skipped:end].strip(CLAUSES["marks"]))
    return None if NO_PLACE.match(place) else place or None


def place_alone(text: str) -> str | None:
    """The first clauses of which each is a place and nothing else: 36班,用地45亩,紫云路与梧桐街交叉口东北."""
    place = 0
    for clause in re.split(CLAUSES["end"], text):
        words = clause.strip(CLAUSES["marks"])
        if is_site(words):
            start = place + clause.index(words)
            return find_location(text[start:]) or words
        place += len(clause)
    return None


def place_before(front: str) -> str | None:
    """The place that a sentence begins with before its project: 和平大道与建业路交会处西北,一所新学校——建业初中….

    Parameters
    ----------
    front
        What a passage says before the project; its last sentence counts.
    """
    words, comma, rest = re.split(CLAUSES["end_of_sentence"], front)[-1].partition(",")
    place = BEFORE_PLACE.sub("", words.strip(CLAUSES["marks"]))
    if not comma or not INTRODUCES.fullmatch(rest.strip(CLAUSES["marks"])):
        return None
    return place if is_site(place) or AREA_FIRST.fullmatch(place) else None


def is_site(words: str) -> bool:
    """Whether words are a place by roads, all of them."""
    if not SITE.fullmatch(words) or find_quantities(words):
        return False
    read = parse_location(words)
    sided = bool(read.quadrant or read.sides or read.bounds)
    return bool(read.roads) and (read.kind == "intersection" or (read.kind != "unknown" and sided))


def place_in_brackets(words: str) -> str | None:
    """The place that brackets behind a name begin with: (会展南五路以北、会展南七路以东,36个班)."""
    end = 0
    for clause in re.split(CLAUSES["end"], words):
        if not is_place(clause):
            break
        end += len(clause)
    return words[:end].strip(CLAUSES["marks"]) or None


def is_near(clause: str) -> bool:
    """Whether a clause may go on with a place that another began: 悦盈广场对面."""
    short = len(clause) <= WORDS["location"]["longest_near"]
    return short and bool(NEAR.search(clause)) and not find_quantities(clause)


def is_place(clause: str) -> bool:
    """Whether a clause says where something is, and no figures of it."""
    figures = any(quantity.unit not in ("m", "km") for quantity in find_quantities(clause))
    return not figures and (says_where(clause) or HOUSE.search(clause.strip(CLAUSES["marks"])) is not None)


def find_year(text: str, passage: Passage, before: str = "") -> int | None:
    """The year of completion, else that of the nearest heading, else that of the start.

    Parameters
    ----------
    before
        What the passage says before its project; a sentence may begin there with the year of all that it lists.
    """
    if finished := finished_year(text):
        return finished
    if period := PERIOD.search(text) or BARE.search(text):
        return int(period["year"])
    if passage.year and (match := FINISHED_RELATIVE.search(text)):
        return int(passage.year + YEARS["relative"][match["relative"]])
    if passage.year:
        return passage.year
    if FINISHED_RELATIVE.search(text):  # 2023年动工,今年秋季投用: of no year that is known
        return None
    match = STARTED.search(text) or LEAD_YEAR.match(passage.text)
    if match is None and before:
        match = YEAR_OF_CLAUSES.search(re.split(CLAUSES["end_of_sentence"], before)[-1] + text)
    return int(match["year"]) if match else None


def is_dated(text: str) -> bool:
    """Whether a text says when something is completed, be it in a year that only its context gives: 今年9月投用."""
    return finished_year(text) is not None or FINISHED_RELATIVE.search(text) is not None


def finished_year(text: str) -> int | None:
    """The year in which a text says that something is completed."""
    told = [*FINISHED.finditer(text), *FINISHED_LABEL.finditer(text)]
    return int(told[-1]["year"]) if told else None


def last_year(text: str) -> int | None:
    """The last year that a cell of a table names: 2021-2023, 2022年3月至2023年8月."""
    years = ANY_YEAR.findall(text)
    return int(years[-1]) if years else None
