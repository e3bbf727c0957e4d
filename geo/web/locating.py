"""What was located, as GeoJSON with its words in the reader's language."""

from collections.abc import Callable

import shapely

from geo.exchange import geojson
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.locating import Located, Network

HOW_ROADS_MEET = {"JUNCTION": N_("平面相交"), "NEAR": N_("接近而未相接"), "BRIDGE": N_("立体交叉")}


def place_feature(located: Located, network: Network, words: Callable[..., str]) -> bytes:
    """One GeoJSON Feature.

    Parameters
    ----------
    words
        Turns a message marked with `N_` and its parameters into the reader's language.
    """
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
        "assumptions": _sentences(place.assumptions, words),
        "reason": words(place.reason.message, **place.reason.params) if place.reason else None,
        "candidates": [
            {
                "crossing": _position(each),
                "kind": each.kind.name.lower(),
                "how": words(HOW_ROADS_MEET[each.kind.name]),
                "spread_m": round(each.spread_m),
            }
            for each in place.candidates
        ],
        "reading": {"kind": located.phrase.kind, "quadrant": located.phrase.quadrant},
        "network": network.source,
    }
    return geojson.feature(None, wkb, properties)


def _position(place: object) -> list[float] | None:
    return None if place is None else [round(place.lon, geojson.DECIMALS), round(place.lat, geojson.DECIMALS)]


def _sentences(remarks: tuple[Remark, ...], words: Callable[..., str]) -> list[str]:
    return list(dict.fromkeys(words(remark.message, **remark.params) for remark in remarks))
