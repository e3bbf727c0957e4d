"""Orders of size (形成385亿级现代物流集群) against what the plan puts into them."""

from collections.abc import Iterator, Sequence
from itertools import product

from geo.analysis.consistency import TOLERANCE, Claim, Item, agrees, is_under, not_itemised, shown
from geo.model.errors import N_
from geo.model.finding import Citation, Finding
from geo.model.remark import Remark

MOST_ALTERNATIVES = 4096
GENERIC_CLUSTER = "产业集群"
"""A subject that says nothing of which."""


def sizes_against_parts(items: Sequence[Item], claims: Sequence[Claim]) -> Iterator[Finding]:
    """385亿级 against the turnover of what the plan puts into it, or against the clusters in it."""
    sizes = [claim for claim in claims if claim.measure == "size" and not claim.past]
    own = [claim for claim in sizes if claim.subject != GENERIC_CLUSTER and not is_inside_item(claim, items)]
    for claim in own:
        parts = [item for item in items if claim.section and is_under(item.section, claim.section)]
        clusters = parts_of_size(claim, own)
        if clusters:
            yield of_clusters(claim, clusters)
        elif any("turnover" in item.figures for item in parts):
            yield of_items(claim, parts, sizes)
        elif parts:
            remark = Remark(N_("%(claim)s：所列项目没有写明产值或交易额，无法核对"), claim=claim.citation.label)
            places = (claim.citation, *(item.citation for item in parts))
            yield Finding("size", "explained", remark, places, {"stated": claim.value})
        elif not any(other is not claim and other.subject == claim.subject for other in sizes):
            yield not_itemised(claim)


def is_inside_item(claim: Claim, items: Sequence[Item]) -> bool:
    """Whether a size is told within one item, as that of what the item shall lead to."""
    return "(" in claim.section.rpartition("专栏")[2] and any(item.section == claim.section for item in items)


def parts_of_size(claim: Claim, sizes: Sequence[Claim]) -> list[Claim]:
    """The clusters that a larger one is made of: those under its heading, or in the sections below it."""
    core = claim.subject.removesuffix("集群").removesuffix("产业")
    return [
        other
        for other in sizes
        if other is not claim
        and other.subject != claim.subject
        and (
            any(core in heading for heading in other.headings)
            or (claim.section and other.section != claim.section and is_under(other.section, claim.section))
        )
    ]


def of_clusters(claim: Claim, clusters: Sequence[Claim]) -> Finding:
    found = sum(cluster.value for cluster in clusters)
    enough = found >= claim.value * (1 - TOLERANCE)
    message = (
        N_("%(claim)s，所列集群合计 %(found)s 亿元")
        if enough
        else N_("%(claim)s，所列集群合计只有 %(found)s 亿元，其余没有列出")
    )
    return Finding(
        "size",
        "agrees" if enough else "explained",
        Remark(message, claim=claim.citation.label, found=shown(found / 10_000)),
        (claim.citation, *(cluster.citation for cluster in clusters)),
        {"stated_cny_10k": claim.value, "found_cny_10k": found},
    )


def of_items(claim: Claim, parts: Sequence[Item], sizes: Sequence[Claim]) -> Finding:
    """A size against its projects, each with its turnover, that of everything built, or what it shall lead to."""
    choices: list[list[tuple[float, str, Citation]]] = []
    for part in parts:
        told = [(part.figures[key], "", part.citation) for key in ("turnover",) if key in part.figures]
        told += [(part.figures[key], part.name, part.citation) for key in ("full_turnover",) if key in part.figures]
        led = [size for size in sizes if size is not claim and size.section == part.section != claim.section]
        told += [(size.value, part.name, size.citation) for size in led]
        choices += [told] if told else []
    plain = sum(told[0][0] for told in choices)
    places = [claim.citation, *(part.citation for part in parts)]
    figures = {"stated_cny_10k": claim.value, "found_cny_10k": plain}
    words = {"claim": claim.citation.label, "found": shown(plain / 10_000)}
    if agrees(claim.value, plain, claim.qualifiers):
        return Finding(
            "size", "agrees", Remark(N_("%(claim)s，所列项目合计 %(found)s 亿元"), **words), tuple(places), figures
        )
    for chosen in alternatives(choices):
        if agrees(claim.value, sum(value for value, _, _ in chosen), ()):
            instead = [(value, name, place) for value, name, place in chosen if name]
            names = "、".join(f"{name} {shown(value / 10_000)}" for value, name, _ in instead)
            message = N_(
                "%(claim)s，所列项目合计 %(found)s 亿元；%(instead)s 亿元按带动或全部建成后的规模计，即与总数相符"
            )
            places += [place for _, _, place in instead if place not in places]
            return Finding("size", "explained", Remark(message, instead=names, **words), tuple(places), figures)
    less = plain < claim.value
    message = (
        N_("%(claim)s，所列项目合计只有 %(found)s 亿元，其余没有列出")
        if less
        else N_("%(claim)s，所列项目合计却有 %(found)s 亿元")
    )
    return Finding("size", "explained" if less else "differs", Remark(message, **words), tuple(places), figures)


def alternatives(choices: Sequence[Sequence[tuple[float, str, Citation]]]) -> Iterator[tuple]:
    """All ways to take one figure of each, the plainest first, up to a bound."""
    for number, chosen in enumerate(sorted(bounded(choices), key=lambda way: sum(1 for _, name, _ in way if name))):
        if number and number < MOST_ALTERNATIVES:
            yield chosen


def bounded(choices: Sequence[Sequence[tuple[float, str, Citation]]]) -> list[tuple]:
    ways = 1
    for told in choices:
        ways *= len(told)
    return list(product(*choices)) if ways <= MOST_ALTERNATIVES else []
