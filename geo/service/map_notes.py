"""What stands below a map picture: coordinate system, how sure the places are, sources, what is not on it, 审图号."""

from collections import Counter
from collections.abc import Callable, Sequence

from geo.model.crs import gauss_kruger_crs
from geo.model.errors import N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.location import BASIS_TITLES, stated_accuracy_m
from geo.store.base import Store

EVERYTHING = FeatureQuery()

LONGEST_NAME = 60
"""Characters of a name that are looked at."""

Found = Sequence[tuple[Layer, dict]]


def notes(
    store: Store,
    found: Found,
    *,
    without_shape: int,
    zone_number: int | None,
    review_number: str,
    translate: Callable[[str], str],
    language: str,
) -> list[str]:
    """One text for each subject, the longest below; a sheet breaks them into lines.

    Parameters
    ----------
    found
        The features on the map with their layers.
    without_shape
        How many match and have no position.
    zone_number
        Of the CGCS2000 3-degree zone; None outside China.
    """
    say = translate
    return [
        _review(review_number, say),
        _plane(zone_number, say),
        _accuracy([properties for _, properties in found], without_shape, say),
        _sources(store, [layer for layer, _ in found], say, language),
    ]


def _review(number: str, say: Callable[[str], str]) -> str:
    given = number.strip() or say(N_("________________（公开使用前须送审并填写）"))
    return say(N_("审图号：%(number)s")) % {"number": given}


def _plane(zone_number: int | None, say: Callable[[str], str]) -> str:
    if zone_number is None:
        return say(N_("坐标系：CGCS2000 椭球上的高斯-克吕格投影，中央经线取图幅中间"))
    codes = [gauss_kruger_crs(zone_number), gauss_kruger_crs(zone_number, with_zone_digits=True)]
    return say(N_("坐标系：CGCS2000 3度带第 %(zone)s 带，中央经线 %(meridian)s°E（%(codes)s）；箭头指真北")) % {
        "zone": zone_number,
        "meridian": zone_number * 3,
        "codes": " / ".join(codes),
    }


def _accuracy(properties: Sequence[dict], without_shape: int, say: Callable[[str], str]) -> str:
    """How many of each basis, the range of stated errors, and what is not drawn."""
    counts = Counter(of.get("location_basis") for of in properties)
    parts = [f"{say(title)} {counts[basis]}" for basis, title in BASIS_TITLES.items() if counts[basis]]
    words = [say(N_("位置依据：%(counts)s")) % {"counts": say(N_("、")).join(parts)}] if parts else []
    located = (of for of in properties if of.get("location_basis") == "located")
    errors = [error for of in located if (error := stated_accuracy_m(of)) is not None]
    if errors:
        span = (
            f"{min(errors):.0f}–{max(errors):.0f}" if round(min(errors)) != round(max(errors)) else f"{errors[0]:.0f}"
        )
        words.append(say(N_("由文字定位的误差约 %(span)s m")) % {"span": span})
    if counts["schematic"]:
        words.append(say(N_("斜纹为示意位置，真实位置未知，不能用于量算和报批")))
    if without_shape:
        words.append(say(N_("另有 %(count)s 个没有可画的位置，不在图上")) % {"count": without_shape})
    return say(N_("；")).join(words) or say(N_("没有符合条件的要素"))


def _sources(store: Store, layers: Sequence[Layer], say: Callable[[str], str], language: str) -> str:
    zone = store.catalog.zone
    plan = say(N_("%(zone)s《%(plan)s》")) % {
        "zone": getattr(zone.title, language), "plan": getattr(zone.plan, language),
    }  # fmt: skip
    drawn = [layer for layer in store.catalog.reference if layer.style.visible and layer.geometry]
    ground = [layer.source for layer in drawn if store.filled(layer.id, EVERYTHING)]
    sources = list(dict.fromkeys([plan, *(layer.source for layer in layers if layer.role != "plan"), *ground]))
    return say(N_("资料来源：%(sources)s；年度进展由填报人填报")) % {"sources": say(N_("；")).join(sources)}
