"""What a plan's words would change, as the page reads it; positions signed, so that they come back as they left."""

import orjson
import shapely
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from geo.exchange import geojson
from geo.model.errors import InvalidInput, N_
from geo.model.location import LocationBasis, Position
from geo.service.locating import Located, Network
from geo.service.proposals import Match, Proposal
from geo.web.language import translated
from geo.web.locating import place_feature
from geo.web.sessions import secret_key

PURPOSE = "located position"


def proposal(found: Proposal, network: Network | None) -> dict[str, object]:
    """One proposal, JSON-able."""
    located = found.located
    return {
        "key": found.project.key,
        "place": orjson.Fragment(place_feature(located, network, translated)) if located and network else None,
        "seal": seal(located) if located else None,
        "match": match(found.match) if found.match else None,
        "changes": [{"field": each.field, "before": each.before, "after": each.after} for each in found.changes],
        "move": {"kind": found.move.kind, "moved_m": found.move.moved_m},
    }


def match(found: Match) -> dict[str, object]:
    """A feature of the store with its position, illustrative ones included."""
    wkb = None if found.geometry is None else shapely.to_wkb(found.geometry)
    feature = geojson.feature(found.feature_id, wkb, found.properties)
    return {"layer": found.layer.id, "id": found.feature_id, "how": found.how, "feature": orjson.Fragment(feature)}


def seal(located: Located) -> str:
    """A position as it was told, or why there is none; nobody can change it on its way to the page and back."""
    place = located.place
    remarks = (place.reason,) if place.reason else (*place.doubts, *place.assumptions)
    content = {
        "wkb": None if place.geometry is None else shapely.to_wkb(place.geometry, hex=True),
        "accuracy_m": located.accuracy_m,
        "text": located.phrase.text,
        "note": "; ".join(str(remark) for remark in remarks) or None,
    }
    return str(_signer().dumps(content))


def unseal(given: str, location_text: str | None) -> Position:
    """The position in a seal.

    Raises
    ------
    InvalidInput
        If it is none of ours, or of another location text.
    """
    try:
        content = _signer().loads(given)
    except BadSignature:
        content = {}
    if content.get("text") != (location_text or "").strip():
        raise InvalidInput(N_("推算位置已失效，请重新定位后再采纳"))
    shape = None if content["wkb"] is None else shapely.from_wkb(content["wkb"])
    basis = LocationBasis.UNLOCATED if shape is None else LocationBasis.LOCATED
    return Position(shape, basis, content["accuracy_m"], content["note"])


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or secret_key(current_app), salt=PURPOSE)
