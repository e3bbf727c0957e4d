"""What was located, and what would be located anew, as GeoJSON with its words in the reader's language."""

from collections.abc import Callable, Sequence

import orjson
import shapely

from geo.exchange import geojson
from geo.model.errors import N_
from geo.model.location import Position
from geo.model.remark import Remark
from geo.service.locating import Located, Network
from geo.service.replacing import Blocked, Candidate, Proposal, Replacing, Staying

Words = Callable[..., str]
"""Turns a message marked with `N_` and its parameters into the reader's language."""

HOW_ROADS_MEET = {
    "JUNCTION": N_("平面相交"),
    "LOOSE": N_("相交而没有共同的节点"),
    "NEAR": N_("接近而未相接"),
    "BRIDGE": N_("立体交叉"),
}


def place_feature(located: Located, network: Network, words: Words) -> bytes:
    """One GeoJSON Feature."""
    place = located.place
    wkb = None if place.geometry is None else shapely.to_wkb(place.geometry)
    properties = {
        "location_text": located.phrase.text,
        "location_basis": located.basis.value,
        "location_accuracy_m": located.accuracy_m,
        "crossing": _position(place.crossing),
        "roads": list(place.crossing.roads) if place.crossing else None,
        "certain": place.is_certain,
        "area_mu": located.area_mu,
        "warnings": _sentences((*network.remarks, *place.doubts), words),
        "assumptions": _sentences((*network.assumptions, *place.assumptions), words),
        "reason": words(place.reason.message, **place.reason.params) if place.reason else None,
        "candidates": _candidates(located, words),
        "reading": {"kind": located.phrase.kind, "quadrant": located.phrase.quadrant},
        "network": network.source,
    }
    return geojson.feature(None, wkb, properties)


def replacing_answer(replacing: Replacing, words: Words) -> dict[str, object]:
    """The list of what would change, before and after, and of what stays and why."""
    return {
        "network": replacing.network.source,
        "version": replacing.network.version,
        "warnings": _sentences((*replacing.network.remarks, *replacing.network.assumptions), words),
        "proposals": [_proposal(each, words) for each in replacing.proposals],
        "staying": [_staying(each, words) for each in replacing.staying],
        "unchanged": replacing.unchanged,
        "kept": replacing.kept,
    }


def left_out_answer(blocked: Sequence[Blocked], words: Words) -> list[dict[str, object]]:
    """Which chosen moves are not made, and for the sake of what."""
    message = N_("新位置压着没有列入的 %(others)s 现在的位置，须一并更新")
    return [
        {
            **_named(each.proposal.feature),
            "reason": words(message, others=", ".join(other.called for other in each.others)),
            "blocked_by": [{"layer": other.layer_id, "id": other.feature_id} for other in each.others],
        }
        for each in blocked
    ]


def _proposal(proposal: Proposal, words: Words) -> dict[str, object]:
    place = proposal.located.place
    return {
        **_named(proposal.feature),
        "moved_m": None if proposal.moved_m is None else round(proposal.moved_m),
        "certain": place.is_certain,
        "warnings": _sentences(place.doubts, words),
        "crossing": _position(place.crossing),
        "candidates": _candidates(proposal.located, words),
        "before": _standing(proposal.before),
        "after": _standing(proposal.after),
    }


def _staying(staying: Staying, words: Words) -> dict[str, object]:
    return {
        **_named(staying.feature),
        "reason": words(staying.reason.message, **staying.reason.params),
        "candidates": _candidates(staying.located, words),
        "before": _standing(staying.feature.position),
    }


def _named(feature: Candidate) -> dict[str, object]:
    return {
        "layer": feature.layer_id,
        "id": feature.feature_id,
        "name": feature.name,
        "location_text": feature.text,
        "area_mu": feature.area_mu,
    }


def _standing(position: Position) -> dict[str, object]:
    """A position as a GeoJSON Feature."""
    wkb = None if position.geometry is None else shapely.to_wkb(position.geometry)
    properties = {"location_basis": position.basis.value, "location_accuracy_m": position.accuracy_m}
    return orjson.loads(geojson.feature(None, wkb, properties))


def _candidates(located: Located, words: Words) -> list[dict[str, object]]:
    return [
        {
            "crossing": _position(each),
            "kind": each.kind.name.lower(),
            "how": words(HOW_ROADS_MEET[each.kind.name]),
            "spread_m": round(each.spread_m),
        }
        for each in located.place.candidates
    ]


def _position(place: object) -> list[float] | None:
    return None if place is None else [round(place.lon, geojson.DECIMALS), round(place.lat, geojson.DECIMALS)]


def _sentences(remarks: tuple[Remark, ...], words: Words) -> list[str]:
    return list(dict.fromkeys(words(remark.message, **remark.params) for remark in remarks))
