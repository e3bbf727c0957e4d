"""Which roads of a network a name in a plan's prose can mean, and how surely.

A road is called by its name, by another name or by its number (G312, 312国道); data cut it into 东风东路 and 东风西路,
or the prose names a stretch of it (南段). These are sure. 大道 for 路, 9 for 九, a direction too many: these are
likely, and only where nothing else can be meant. A name that is merely alike is never taken; it is told as a hint.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy

from geo.model.errors import N_
from geo.model.remark import Remark

MAX_HINTS = 3
LEAST_HINT = 3
"""Of letters: 开元路 is asked for where the data have 惠济区开元路 only."""

SEPARATORS = re.compile(r"[;；|、,，/]")
BRACKETS = re.compile(r"[(（\[【](?:原名?|旧称|曾用名|现名?|又名|即)?[:：]?([^)）\]】]*)[)）\]】]")
TRANSLATION = re.compile(r"(?<=[\u4e00-\u9fff])\s+[A-Za-z][A-Za-z .'’-]*$")
"""中山路 Zhongshan Road."""

DIRECTIONS = "东西南北中"
KINDS = "大道|大街|大路|快速路|公路|路|街|道"
EXCHANGEABLE = frozenset({"大道", "大街", "大路", "路", "街", "道"})
"""Words that prose takes for one another."""

PARTS = re.compile(rf"(?P<stem>.{{2,}}?)(?P<infix>[{DIRECTIONS}])?(?P<kind>{KINDS})(?P<suffix>[{DIRECTIONS}])?")
RING = re.compile(r"(?P<stem>.*[一二三四五六七八内外]环)(?:路|线)?")
CODE = re.compile(
    r"(?:国道|省道|县道|乡道|村道)?(?P<letter>[GSXYC])(?P<number>\d{1,4})(?:国道|省道|县道|乡道|村道|线|公路|高速|高速公路)?"
)
NUMBERED = re.compile(
    r"(?:(?P<before>国道|省道|县道|乡道)(?P<one>\d{1,4})线?|(?P<other>\d{1,4})(?P<after>国道|省道|县道|乡道))"
)
LETTERS = {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y"}
CODED_NAME = re.compile(r"[GS]\d{1,4}(?P<rest>[^\d].{2,})")

STRETCH = re.compile(
    rf"(?P<road>.{{2,}}?)(?:[{DIRECTIONS}]段|[一二三四五六七八九]段|辅路|辅道|入口|出口|路口|段)(?:[{DIRECTIONS}]侧)?"
)
EXTENSION = re.compile(rf"(?P<road>.{{2,}}?)(?:[{DIRECTIONS}]?延(?:伸|长)?(?:线|段|路)?|新建段)")
ADJECTIVE = re.compile(r"(?:规划|拟建|在建|待建|现状|新建)的?(?P<road>.{3,})")
AREA = re.compile(r".*[省市县区镇乡](?P<road>.{3,})")
UNNAMED = re.compile(
    r"(?:规划|现状|既有|无名|未命名|拟建|在建|待建|新建|城市|市政|园区|内部|乡村|农村|东侧|西侧|南侧|北侧|\d+米宽?|的)*"
    r"(?:道路|次干[路道]|主干[路道]|干[路道]|支路|支道|街道|通道|公路|高速|辅路|匝道|便道|马路|[村乡县省国]道|[土小]路|水泥路)"
    r"|(?:规划|现状|无名|未命名|内部|\d+米宽?的?)+[路街巷道]"
)
SEPARATE = re.compile("(?:高速|高架)(?:公路|路|桥)?$")
NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
TENS = re.compile(r"([一二三四五六七八九])?十([一二三四五六七八九])?")


class Trust(IntEnum):
    """How surely a road of the data is the one that is meant."""

    EXACT = 0
    SURE = 1
    PIECES = 2
    LIKELY = 3


@dataclass(frozen=True)
class NameMatch:
    """Roads that a name can mean.

    Parameters
    ----------
    names
        As the data have them.
    rows
        Their rows in the network.
    trust
        How surely they are meant.
    remark
        Says what was taken for what, unless the name is exact.
    """

    names: tuple[str, ...]
    rows: numpy.ndarray
    trust: Trust = Trust.EXACT
    remark: Remark | None = None


def normalized(name: str) -> str:
    """Full and half width, spaces, capitals, 高速公路 for 高速 and 三环路 for 三环 make no difference."""
    plain = "".join(unicodedata.normalize("NFKC", name).upper().split()).replace("高速公路", "高速")
    ring = RING.fullmatch(plain)
    return ring["stem"] if ring else plain


def is_unnamed(name: str) -> bool:
    """Whether this says only that there is a road, as 规划道路 does."""
    return UNNAMED.fullmatch(normalized(name)) is not None


def is_separate(name: object) -> bool:
    """Whether a road so named crosses others on another level, also where the data do not say so: 京港澳高速."""
    return isinstance(name, str) and SEPARATE.search(name) is not None


def labels(text: str) -> tuple[list[str], list[str]]:
    """The names in one field of the data, and the other names that stand in brackets behind them."""
    others = [normalized(each) for each in BRACKETS.findall(text)]
    names = [normalized(TRANSLATION.sub("", each)) for each in SEPARATORS.split(BRACKETS.sub("", text))]
    names += [match["rest"] for name in names if (match := CODED_NAME.fullmatch(name))]
    return [name for name in names if name], [name for name in others if name]


def code_of(name: str) -> str | None:
    """The number of a highway: G312 for G312, 312国道, 国道312线."""
    if match := CODE.fullmatch(name):
        return match["letter"] + match["number"]
    if match := NUMBERED.fullmatch(name):
        return LETTERS[match["before"] or match["after"]] + (match["one"] or match["other"])
    return None


def parts_of(name: str) -> tuple[str, str, str] | None:
    """Stem, direction and kind: 东风, 东, 路 of 东风东路; None for a name of another build."""
    if match := RING.fullmatch(name):
        return match["stem"], "", "路"
    match = PARTS.fullmatch(name)
    return (match["stem"], match["infix"] or match["suffix"] or "", match["kind"]) if match else None


def folded(name: str) -> str:
    """Chinese numerals as digits: 经九路 and 经9路 are one."""
    tens = TENS.sub(lambda match: f"{match[1] or 1}{match[2] or 0}", name)
    return tens.translate(NUMERALS)


class NameIndex:
    """The names of a network's roads, looked up in many ways.

    Parameters
    ----------
    names
        Of each row, None where it has none; several in one field may be parted by a semicolon.
    aliases
        Other names of each row, joined by 、.
    """

    def __init__(self, names: Sequence[str | None], aliases: Sequence[str | None]) -> None:
        self._names: dict[str, list[int]] = defaultdict(list)
        self._aliases: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._codes: dict[str, list[int]] = defaultdict(list)
        self._shown: dict[str, str] = {}
        read: dict[tuple[str, str | None], tuple[list[str], list[str]]] = {}
        for row, key in enumerate(zip(names, aliases, strict=True)):
            if isinstance(key[0], str):
                if key not in read:
                    read[key] = self._read(*key)
                self._add(row, *read[key])
        self._build()

    def _read(self, name: str, alias: str | None) -> tuple[list[str], list[str]]:
        main, others = labels(name)
        if isinstance(alias, str):
            for each in labels(alias):
                others += each
        for label in main:
            self._shown.setdefault(label, name if len(main) == 1 else label)
        return main, [other for other in dict.fromkeys(others) if other not in main]

    def _add(self, row: int, main: list[str], others: list[str]) -> None:
        for label in main:
            self._names[label].append(row)
        for label in others if main else ():
            self._aliases[label][main[0]].append(row)
        for code in {code for label in (*main, *others) if (code := code_of(label))}:
            self._codes[code].append(row)

    def _build(self) -> None:
        """What is derived from the distinct names, which are few."""
        self._families: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._kin: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._folded: dict[str, list[str]] = defaultdict(list)
        self._stretches: dict[str, list[str]] = defaultdict(list)
        self._folded_aliases: dict[str, list[str]] = defaultdict(list)
        self._shortened: dict[str, set[str]] = defaultdict(set)
        for label in self._names:
            if parts := parts_of(label):
                stem, direction, kind = parts
                self._families[stem, kind].append(label)
                self._kin[stem].append(label)
                self._stems[stem, direction].append(label)
            if match := STRETCH.fullmatch(label):
                self._stretches[match["road"]].append(label)
            self._folded[folded(label)].append(label)
            for short in _shortened(label):
                self._shortened[short].add(label)
        for alias in self._aliases:
            self._folded_aliases[folded(alias)].append(alias)

    def has(self, name: str) -> bool:
        """Whether the data have a road of exactly this name."""
        return normalized(name) in self._names

    def rows_named(self, name: str) -> list[int]:
        """The rows of exactly this name."""
        return self._names.get(normalized(name), [])

    def find(self, name: str) -> list[NameMatch]:
        """What the name can mean, the surest first; alternatives of equal trust exclude one another."""
        asked = normalized(name)
        found = self._exact(asked) or self._by_alias(asked, name)
        if not found:
            found = [match for text in _stretches(asked) for match in self._as_stretch(text, name)]
        found += self._in_pieces(asked, name, {int(row) for match in found for row in match.rows})
        return found or self._likely(asked, name)

    def hints(self, name: str) -> list[str]:
        """Names that are alike, to ask whether one of them is meant."""
        asked = normalized(name)
        parts = parts_of(asked)
        alike: dict[str, None] = {}
        if parts:
            alike |= dict.fromkeys(self._kin.get(parts[0], ()))
        for short in _shortened(asked):
            alike |= dict.fromkeys(sorted(self._shortened.get(short, ())))
        if len(asked) >= LEAST_HINT:
            alike |= dict.fromkeys(sorted(label for label in self._names if label.endswith(asked)))
        return [self._shown[label] for label in alike if label != asked][:MAX_HINTS]

    def _match(
        self, found: Iterable[str], trust: Trust = Trust.EXACT, remark: str | None = None, asked: str = ""
    ) -> NameMatch:
        found = list(found)
        rows = numpy.unique(numpy.concatenate([self._names[label] for label in found]).astype(int))
        names = tuple(self._shown[label] for label in found)
        told = Remark(remark, asked=asked, found=", ".join(names)) if remark else None
        return NameMatch(names, rows, trust, told)

    def _exact(self, asked: str) -> list[NameMatch]:
        """The road of that name or number, with what the data call its stretches (南段)."""
        code = code_of(asked)
        rows = set(self._names.get(asked, ())) | set(self._codes.get(code, ()) if code else ())
        if not rows:
            return []
        for label in self._stretches.get(asked, ()):
            rows |= set(self._names[label]) if label.endswith("段") else set()
        return [NameMatch((self._shown.get(asked, code or asked),), numpy.array(sorted(rows)))]

    def _by_alias(self, asked: str, name: str) -> list[NameMatch]:
        return [
            NameMatch(
                (self._shown[main],),
                numpy.array(rows),
                Trust.SURE,
                Remark(N_("“%(asked)s”是“%(found)s”的别名或曾用名"), asked=name, found=self._shown[main]),
            )
            for main, rows in sorted(self._aliases.get(asked, {}).items())
        ]

    def _as_stretch(self, text: str, name: str) -> list[NameMatch]:
        """The road of which a stretch, side road or mouth is named; unsure where the data name other stretches only."""
        message, trust = N_("“%(asked)s”按道路数据里的“%(found)s”查找"), Trust.SURE
        if name.endswith("段") and any(label.endswith("段") for label in self._stretches.get(text, ())):
            message, trust = N_("道路数据里没有“%(asked)s”，只有“%(found)s”，按它查找，须核对"), Trust.LIKELY
        return [
            NameMatch(match.names, match.rows, trust, Remark(message, asked=name, found=", ".join(match.names)))
            for match in self._exact(text) or self._by_alias(text, name)
        ]

    def _in_pieces(self, asked: str, name: str, known: set[int]) -> list[NameMatch]:
        """A road that the data cut by direction or stretch: all its pieces together."""
        parts = parts_of(asked)
        pieces = list(self._stretches.get(asked, ()))
        if parts and not parts[1]:
            pieces += [label for label in self._families.get((parts[0], parts[2]), ()) if label != asked]
        if not pieces:
            return []
        message = N_("道路数据把“%(asked)s”分段命名：%(found)s，合起来查找")
        trust = Trust.PIECES if len(pieces) > 1 or known else Trust.LIKELY  # 黄河东路 alone may be another road
        match = self._match(sorted(pieces), trust, message, name)
        if known.issuperset(match.rows.tolist()):
            return []
        rows = numpy.array(sorted(known | {int(row) for row in match.rows}))
        return [NameMatch(match.names, rows, match.trust, match.remark)]

    def _likely(self, asked: str, name: str) -> list[NameMatch]:
        """What is probably meant: the first guess that has exactly one answer."""
        for guess, message in self._guesses(asked):
            labels_found = [label for label in guess if label != asked]
            if len(labels_found) == 1:
                return [self._match(labels_found, Trust.LIKELY, message, name)]
            if labels_found:
                return []
        return []

    def _guesses(self, asked: str) -> Iterator[tuple[list[str], str]]:
        same = self._folded.get(folded(asked), [])
        aliases = self._folded_aliases.get(folded(asked), ())
        same = same or list(dict.fromkeys(main for alias in aliases for main in self._aliases[alias]))
        yield same, N_("“%(asked)s”按“%(found)s”查找，数字写法不同")
        if parts := parts_of(asked):
            stem, direction, kind = parts
            same = [label for label in self._stems.get((stem, direction), ()) if _exchangeable(label, kind)]
            yield same, N_("道路数据里没有“%(asked)s”，只有“%(found)s”，按它查找，须核对")
            if direction:
                whole = [label for label in self._families.get((stem, kind), ()) if not parts_of(label)[1]]
                yield whole, N_("道路数据里没有“%(asked)s”，只有“%(found)s”，按它查找，须核对")
        for pattern in (ADJECTIVE, AREA, EXTENSION):
            if match := pattern.fullmatch(asked):
                found = [match["road"]] if match["road"] in self._names else []
                yield found, N_("“%(asked)s”按“%(found)s”查找，须核对")


def _exchangeable(label: str, kind: str) -> bool:
    parts = parts_of(label)
    return parts is not None and parts[2] in EXCHANGEABLE and kind in EXCHANGEABLE


def _stretches(asked: str) -> Iterator[str]:
    """The names without a stretch at the end: 金沙路 of 金沙路南段."""
    if match := STRETCH.fullmatch(asked):
        yield match["road"]


def _shortened(label: str) -> set[str]:
    """The name, and the name with one character left out: two names that share one of these are alike."""
    if not 3 <= len(label) <= 12:
        return {label}
    return {label} | {label[:place] + label[place + 1 :] for place in range(len(label))}
