"""Where a passage of a plan begins to speak of a project."""

import re
from dataclasses import dataclass

from geo.exchange.location_phrase import says_where
from geo.exchange.plan_names import CLAUSES, NAMES
from geo.exchange.plan_words import WORDS, pattern
from geo.exchange.quantities import find_quantities

ANCHORS = WORDS["anchors"]
TOLD, PREDICATE = (re.compile(pattern(ANCHORS[key])) for key in ("told", "predicate"))
LOCATED_RANK = 2
"""Of an anchor before 位于."""
COMMA, SERIAL = ",", NAMES["serial"]


@dataclass(frozen=True)
class Anchor:
    """Where a passage begins to speak of a project, and the project's name.

    Parameters
    ----------
    start, end
        Place of the first clause, and the end of the name.
    rank
        Which of two that meet is taken, the lowest.
    listed
        Whether it is one of a list, so that no figures follow.
    place
        Where it is, if that is said before the name: 位于东外环的新陆冷链物流项目.
    year
        When it is finished, where a list says so of all that it names.
    last
        Where the text has told all of it, if that is known: behind the brackets of one of a row.
    area
        Where it is, if only a sentence about all of a row says so.
    shared
        Place in the passage of what is said of each of a row: A小学、B小学均为36个班.
    """

    name: str
    start: int
    end: int
    rank: int = 0
    listed: bool = False
    place: str | None = None
    year: int | None = None
    last: int | None = None
    area: str | None = None
    shared: tuple[int, int] | None = None


def clause_start(text: str, place: int) -> int:
    """Where the clause begins that holds a place; a name is not sought farther back than it can be long."""
    first = max(0, place - 2 * NAMES["longest"])
    return max(first, *(text.rfind(mark, first, place) + 1 for mark in CLAUSES["boundary"]))


def is_told(text: str) -> bool:
    """Whether a stretch tells a place or a size."""
    first = text.strip(CLAUSES["marks"]).partition(COMMA)[0]
    return bool(TOLD.search(text) or find_quantities(text)) or says_where(first)
