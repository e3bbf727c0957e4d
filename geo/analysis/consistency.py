"""Whether a plan's figures fit together: items against stated totals, totals against one another, twice the same.

Plain functions over line items and stated totals, wherever these come from (a plan's text or the layers). Figures of
schools against their standard are in `school_figures`, orders of size (385亿级) in `cluster_sizes`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from geo.model.errors import N_
from geo.model.finding import Citation, Finding, Verdict
from geo.model.remark import Remark

TOLERANCE = 0.005
"""Share by which a rounded total may miss its parts."""
ABOUT = 0.05
AT_LEAST = frozenset(("以上", "余", "多", "来", "不少于", "不低于", "至少", "超过", "超"))
ROUGHLY = frozenset(("约", "左右", "近", "将近", "大约", "上下", "约为"))
MOST_NUMBERS = 50
"""Different numbers of settlements that are compared; a plan has a handful."""
SETTLEMENTS = ("行政村", "居委会", "村委会", "社区", "自然村")
"""Subjects of which a place has one number, so that two different ones need a reason."""


@dataclass(frozen=True)
class Item:
    """A project of the plan.

    Parameters
    ----------
    corner
        The roads that cross and the corner between them, where that is its place.
    figures
        Its figures by field; `turnover` and `full_turnover` in 10 000 CNY.
    figures_at
        Where the text says each, as far as that is known.
    added
        Those of its figures that the text calls what is added to what stands there: 新增学位270个.
    """

    name: str
    citation: Citation
    layer: str | None = None
    level: str | None = None
    year: int | None = None
    corner: tuple[frozenset[str], str | None] | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    figures_at: Mapping[str, Citation] = field(default_factory=dict)
    added: frozenset[str] = frozenset()

    @property
    def section(self) -> str:
        return self.citation.section or ""

    def cited(self, *names: str) -> tuple[Citation, ...]:
        """The places that say these figures, or the item where they are not known one by one."""
        places = [self.figures_at[name] for name in names if name in self.figures_at]
        return tuple(places) if len(places) == len(names) else (self.citation,)


@dataclass(frozen=True)
class Claim:
    """A total that the plan states.

    Parameters
    ----------
    measure
        `count`, `size` (an order of size, in 10 000 CNY) or the field that it adds up.
    headings
        The titles above it.
    past
        Whether it tells what was before the plan's time.
    kind
        What the name of an item holds that it counts; None where it counts all of its layer and level.
    made
        How they are made, 新建 or 改扩建: of one sentence those made in other ways are further ones.
    others
        Such further ones.
    """

    subject: str
    measure: str
    value: float
    citation: Citation
    layer: str | None = None
    level: str | None = None
    year: int | None = None
    qualifiers: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    past: bool = False
    kind: str | None = None
    made: str | None = None
    others: tuple["Claim", ...] = ()

    @property
    def section(self) -> str:
        return self.citation.section or ""

    @property
    def label(self) -> str:
        """In words, with the further ones: 学校 4 个、学校 2 个."""
        return "、".join(each.citation.label for each in (self, *self.others))

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(each.citation for each in (self, *self.others))

    @property
    def stated(self) -> float:
        return sum((each.value for each in self.others), self.value)

    def agrees(self, found: float) -> bool:
        """Whether parts add up to all of it, or to one of those that are made in a way of their own."""
        alone = any(agrees(each.value, found, each.qualifiers) for each in (self, *self.others))
        return alone or agrees(self.stated, found, self.qualifiers)


def check(items: Sequence[Item], claims: Sequence[Claim]) -> list[Finding]:
    """Everything that can be compared, but for sizes: totals, totals among themselves, twice the same."""
    return [
        *totals_against_items(items, together(claims)),
        *totals_against_totals(together(claims)),
        *twice(items),
    ]


def together(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, those of a paragraph that count the same made in several ways as one: 新建学校4所、改扩建学校2所."""
    kept: list[Claim] = []
    places: dict[tuple, int] = {}
    for claim in claims:
        what = (claim.measure, claim.layer, claim.level, claim.year, claim.kind, claim.section, claim.past)
        key = (*what, claim.citation.paragraph)
        first = places.get(key) if claim.made and claim.layer and claim.measure != "size" else None
        if first is not None and claim.made not in {each.made for each in (kept[first], *kept[first].others)}:
            kept[first] = replace(kept[first], others=(*kept[first].others, claim))
            continue
        if claim.made and first is None:
            places[key] = len(kept)
        kept.append(claim)
    return kept


def is_under(section: str, above: str) -> bool:
    """Whether a section is another or stands in it: 七(二)1 专栏 in 七(二)1, but 四(一)10 not in 四(一)1."""
    rest = section[len(above) :]
    return section.startswith(above) and not (above[-1:].isdigit() and rest[:1].isdigit())


def agrees(stated: float, found: float, qualifiers: Iterable[str]) -> bool:
    """Whether a sum is what the words of a total allow: 15750, 约15750, 15750以上."""
    words = set(qualifiers)
    if words & AT_LEAST and found >= stated:
        return True
    return abs(found - stated) <= max(ABOUT if words & ROUGHLY else TOLERANCE, 1e-9) * abs(stated)


# --- line items ------------------------------------------------------------------------------------------------------


def totals_against_items(items: Sequence[Item], claims: Sequence[Claim]) -> Iterator[Finding]:
    """Each stated number or sum against the items below it."""
    for claim in claims:
        if claim.past or claim.layer is None or claim.measure == "size":
            continue
        parts = [item for item in items if belongs(item, claim)]
        if parts:
            yield total_with_unsure(claim, parts, [item for item in items if may_belong(item, claim)])
        elif not any(item.layer == claim.layer for item in items) or claim.level or claim.kind:
            yield not_itemised(claim)


def total_finding(claim: Claim, parts: Sequence[Item]) -> Finding:
    """A stated number or sum against the items that it counts."""
    counts = claim.measure == "count"
    lacking = [] if counts else [part for part in parts if claim.measure not in part.figures]
    found = len(parts) if counts else sum(part.figures.get(claim.measure, 0) for part in parts)
    verdict: Verdict = "agrees" if claim.agrees(found) else "differs"
    if lacking and verdict == "differs" and found < claim.stated:
        verdict = "explained"
    message = {
        "agrees": N_("%(claim)s，逐项合计 %(found)s"),
        "differs": N_("%(claim)s，逐项合计却是 %(found)s"),
        "explained": N_("%(claim)s，逐项合计 %(found)s；有 %(lacking)s 项没有写明"),
    }[verdict]
    remark = Remark(message, claim=claim.label, found=shown(found), lacking=len(lacking))
    places = (*claim.citations, *(part.citation for part in parts))
    return Finding("total", verdict, remark, places, {"stated": claim.stated, "found": found})


def total_with_unsure(claim: Claim, parts: Sequence[Item], unsure: Sequence[Item]) -> Finding:
    """A total of a level or kind beside projects of which the name tells none: they may be what lacks."""
    finding = total_finding(claim, parts)
    lacks = claim.stated - finding.figures["found"]
    if finding.verdict != "differs" or lacks < 0 or not unsure or (claim.measure == "count" and lacks > len(unsure)):
        return finding
    remark = Remark(
        N_("%(claim)s，逐项合计 %(found)s；另有 %(unsure)s 项可能也算在内"),
        claim=claim.label, found=shown(finding.figures["found"]), unsure=len(unsure),
    )  # fmt: skip
    places = (*finding.places, *(item.citation for item in unsure))
    return replace(finding, verdict="explained", remark=remark, places=places)


def may_belong(item: Item, claim: Claim) -> bool:
    """Whether a claim about a level or kind may count an item of which the name does not tell it: 平沙二中."""
    told = item.level is not None if claim.level else claim.kind is None or claim.kind in item.name
    return not told and belongs(item, replace(claim, level=None, kind=None))


def belongs(item: Item, claim: Claim) -> bool:
    """Whether a claim counts an item. A claim of the layers has no section of its own to look below."""
    same = item.layer == claim.layer and (claim.level is None or item.level == claim.level)
    same = same and (claim.kind is None or claim.kind in item.name)
    in_year = claim.year is None or item.year == claim.year
    below = not item.section or not claim.section or is_under(item.section, claim.section) or item.layer is None
    return same and in_year and below


def not_itemised(claim: Claim) -> Finding:
    remark = Remark(N_("%(claim)s：只有总数，没有列出各项"), claim=claim.citation.label)
    return Finding("total_not_itemised", "explained", remark, (claim.citation,), {"stated": claim.value})


# --- totals among themselves ----------------------------------------------------------------------------------------


def totals_against_totals(claims: Sequence[Claim]) -> Iterator[Finding]:
    """The whole against its years and against its levels; one number of villages against another."""
    groups: dict[tuple[str | None, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.layer and not claim.past and claim.measure != "size" and claim.kind is None:
            groups[claim.layer, claim.measure].append(claim)
    for group in groups.values():
        for whole in [claim for claim in group if claim.level is None and claim.year is None]:
            below = [claim for claim in group if claim is not whole and may_be_part(claim, whole)]
            yield from whole_and_parts(whole, [each for each in below if each.year and each.level is None], "years")
            yield from whole_and_parts(whole, [each for each in below if each.level and each.year is None], "levels")
    yield from kinds(claims)
    yield from settlements(claims)


def kinds(claims: Sequence[Claim]) -> Iterator[Finding]:
    """建设示范村20个,其中市级示范村12个、区级示范村9个: kinds of a thing that are more than all of it."""
    counts = [claim for claim in claims if claim.measure == "count" and claim.layer is None]
    for number, whole in enumerate(counts):
        parts = []
        for part in counts[number + 1 : number + 1 + MOST_NUMBERS]:
            if not is_kind_of(part, whole):
                break
            parts.append(part)
        found = sum(part.value for part in parts)
        if len(parts) > 1 and found > whole.value and not agrees(whole.value, found, whole.qualifiers):
            message = N_("%(claim)s，各类合计却是 %(found)s")
            yield Finding(
                "total_by_kinds",
                "differs",
                Remark(message, claim=whole.citation.label, found=shown(found)),
                (whole.citation, *(part.citation for part in parts)),
                {"stated": whole.value, "found": found},
            )


def is_kind_of(part: Claim, whole: Claim) -> bool:
    """Whether a number stands in the same paragraph and counts a kind of the same thing: 市级示范村 of 示范村."""
    here = part.citation.paragraph == whole.citation.paragraph and part.citation.feature == whole.citation.feature
    return here and part.subject != whole.subject and part.subject.endswith(whole.subject)


def may_be_part(claim: Claim, whole: Claim) -> bool:
    """Whether a total stands below another, from the same hand, and behind it: 学校11所,其中初中3所."""
    part, total = claim.citation, whole.citation
    same_hand = (part.feature is None) == (total.feature is None)
    behind = part.span is None or total.span is None or part.span[0] > total.span[0]
    return same_hand and behind and is_under(claim.section, whole.section)


def whole_and_parts(whole: Claim, parts: Sequence[Claim], code: str) -> Iterator[Finding]:
    """A total against the totals of its parts, where there are two or more of them, each said once."""
    said = Counter((part.year, part.level) for part in parts)
    if len(parts) < 2 or max(said.values()) > 1:
        return
    found = sum(part.stated for part in parts)
    verdict: Verdict = "agrees" if whole.agrees(found) else "differs"
    message = {
        ("years", "agrees"): N_("%(claim)s，与各年合计一致"),
        ("years", "differs"): N_("%(claim)s，各年合计却是 %(found)s"),
        ("levels", "agrees"): N_("%(claim)s，与各学段合计一致"),
        ("levels", "differs"): N_("%(claim)s，各学段合计却是 %(found)s"),
    }[code, verdict]
    yield Finding(
        f"total_by_{code}",
        verdict,
        Remark(message, claim=whole.label, found=shown(found)),
        (*whole.citations, *(citation for part in parts for citation in part.citations)),
        {"stated": whole.stated, "found": found},
    )


def settlements(claims: Sequence[Claim]) -> Iterator[Finding]:
    """24 villages here, 16 villages and 8 communities there."""
    counts = [claim for claim in claims if claim.measure == "count" and claim.subject.endswith(SETTLEMENTS)]
    different = {(claim.subject, claim.value): claim for claim in reversed(counts)}
    for first, second in combinations(list(reversed(different.values()))[:MOST_NUMBERS], 2):
        larger, smaller = (first, second) if first.value > second.value else (second, first)
        apart = larger.citation.paragraph != smaller.citation.paragraph
        if larger.subject != smaller.subject or larger.value == smaller.value or not apart:
            continue
        beside = [
            claim
            for claim in counts
            if claim.citation.paragraph == smaller.citation.paragraph and claim.subject != smaller.subject
        ]
        together = smaller.value + sum(claim.value for claim in beside)
        explained = bool(beside) and together == larger.value
        message = (
            N_("%(larger)s，另处为%(smaller)s和%(beside)s：合在一起数目相同")
            if explained
            else N_("%(larger)s，另处却是%(smaller)s")
        )
        names = "、".join(claim.citation.label for claim in beside)
        yield Finding(
            "settlements",
            "explained" if explained else "differs",
            Remark(message, larger=larger.citation.label, smaller=smaller.citation.label, beside=names),
            (larger.citation, smaller.citation, *(claim.citation for claim in beside)),
            {"stated": larger.value, "found": together},
        )


# --- twice the same -------------------------------------------------------------------------------------------------


def twice(items: Sequence[Item]) -> Iterator[Finding]:
    """One corner for two projects, one name for two."""
    corners: dict[object, list[Item]] = defaultdict(list)
    names: dict[tuple[str | None, str], list[Item]] = defaultdict(list)
    for item in items:
        if item.corner and item.corner[1]:
            corners[item.corner].append(item)
        names[item.layer, item.name].append(item)
    for same in corners.values():
        if len({item.name for item in same}) > 1:
            told = "、".join(item.name for item in same)
            area = sum(item.figures.get("land_area_mu", 0) for item in same)
            remark = Remark(N_("%(names)s 写在同一路口的同一角，共需用地 %(area)s 亩"), names=told, area=shown(area))
            places = tuple(item.citation for item in same)
            yield Finding("same_corner", "note", remark, places, {"land_area_mu": area})
    for (_, name), same in names.items():
        if len(same) > 1:
            remark = Remark(N_("“%(name)s”写了 %(times)s 次"), name=name, times=len(same))
            yield Finding("same_name", "note", remark, tuple(item.citation for item in same))


def shown(value: float) -> str:
    """A figure as a sentence has it: 15750, 29.45."""
    return f"{round(value, 2):g}" if abs(value) < 1e6 else f"{round(value):d}"
