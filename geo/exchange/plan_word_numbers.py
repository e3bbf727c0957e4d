"""The numbers that Word counts by itself and that are not in a document's text: 一、 (一) 1. (1)."""

from collections import defaultdict
from dataclasses import dataclass
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CHINESE = frozenset(
    ("chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "taiwaneseCounting")
)
CIRCLES = frozenset(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"))
NO_NUMBER = frozenset(("bullet", "none"))
FIRST_CIRCLE, LAST_CIRCLED = 0x2460, 20
DEEPEST, HIGHEST = 9, 9999
"""Levels that Word has, and the highest number that it is believed to have counted to."""


@dataclass(frozen=True)
class Level:
    """How a level of a list is numbered."""

    form: str
    shown: str
    start: int


class Numbering:
    """Counts the paragraphs of a document's lists.

    Parameters
    ----------
    numbering, styles
        The parts `numbering.xml` and `styles.xml`; empty where a document has none.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        If one of them is no XML.
    """

    def __init__(self, numbering: bytes, styles: bytes) -> None:
        self.levels: dict[str, dict[int, Level]] = {}
        self.list_of: dict[str, str] = {}
        self.styles: dict[str, tuple[str, int]] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        if numbering:
            self.read_lists(ElementTree.fromstring(numbering))
        if styles:
            self.read_styles(ElementTree.fromstring(styles))

    def read_lists(self, root: ElementTree.Element) -> None:
        for each in root.iter(f"{W}abstractNum"):
            levels = (level_of(level) for level in each.iter(f"{W}lvl"))
            self.levels[each.get(f"{W}abstractNumId", "")] = dict(levels)
        for each in root.iter(f"{W}num"):
            number, kind = each.get(f"{W}numId", ""), value_of(each, "abstractNumId")
            restarted = each.find(f"{W}lvlOverride/{W}startOverride") is not None
            self.list_of[number] = number if restarted else f"list {kind}"
            self.levels[self.list_of[number]] = self.levels.get(kind, {})

    def read_styles(self, root: ElementTree.Element) -> None:
        for style in root.iter(f"{W}style"):
            if (said := style.find(f"{W}pPr/{W}numPr")) is not None and (number := value_of(said, "numId")):
                level = value_of(said, "ilvl")
                self.styles[style.get(f"{W}styleId", "")] = (number, int(level) if level.isdigit() else 0)

    def next_of(self, number: str, level: int, style: str) -> str:
        """The number that Word shows before the next paragraph of a list; empty where the paragraph is in none."""
        if not number:
            number, level = self.styles.get(style, ("", 0))
        key = self.list_of.get(number, "")
        levels = self.levels.get(key, {})
        own = levels.get(level)
        if own is None or level >= DEEPEST:
            return ""
        counts = self.counts[key]
        counts[level] = min(counts.get(level, own.start - 1) + 1, HIGHEST)
        for deeper in range(level + 1, DEEPEST):
            counts.pop(deeper, None)
        if own.form in NO_NUMBER:
            return ""
        shown = own.shown
        for place in range(level + 1):
            each = levels.get(place, own)
            shown = shown.replace(f"%{place + 1}", spelt(counts.get(place, each.start), each.form))
        return shown


def value_of(element: ElementTree.Element, name: str) -> str:
    found = element.find(f"{W}{name}")
    return found.get(f"{W}val", "") if found is not None else ""


def level_of(element: ElementTree.Element) -> tuple[int, Level]:
    place, start = element.get(f"{W}ilvl", "0"), value_of(element, "start")
    level = Level(value_of(element, "numFmt"), value_of(element, "lvlText"), int(start) if start.isdigit() else 1)
    return int(place) if place.isdigit() else 0, level


def spelt(number: int, form: str) -> str:
    """A number in a list's form; letters and Roman numerals are shown as digits."""
    if form in CHINESE:
        from cn2an import an2cn  # loaded where it is used: few documents count so

        return str(an2cn(number))
    if form in CIRCLES and 1 <= number <= LAST_CIRCLED:
        return chr(FIRST_CIRCLE + number - 1)
    return str(number)
