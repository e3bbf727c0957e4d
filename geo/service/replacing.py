"""Better roads give better positions: what could be located anew is proposed, and written only once it is accepted.

`surveyed` and `placed` geometry is never touched, and nothing is placed on it. What is `located`, `schematic` or
`unlocated` and has its location in words is looked up on the road network; features in one corner stand side by side in
the order of layers and features.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import distance_m
from geo.model.errors import AtlasError, N_
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, Change, FeatureChange, JournalEntry
from geo.model.layer import Layer
from geo.model.location import LocationBasis, Position
from geo.model.remark import Remark
from geo.service.locating import LARGEST_MU, Located, Network, locate_all
from geo.service.roads import away_m, is_of_zone
from geo.store.base import Store

KEPT = (LocationBasis.SURVEYED, LocationBasis.PLACED)
"""Set by people; no program moves it."""

LEAST_MOVE_M = 1.0
"""A shorter move is none."""

TOUCHING_DEG2 = 1e-12
"""Land in common that is none: a hundredth of a square metre."""


@dataclass(frozen=True)
class Candidate:
    """A feature whose words may lead to a place, as the store has it."""

    layer_id: str
    feature_id: str
    revision: int
    name: str | None
    text: str
    area_mu: float | None
    position: Position

    @property
    def key(self) -> tuple[str, str]:
        return self.layer_id, self.feature_id

    @property
    def called(self) -> str:
        """Its name; its id where it has none."""
        return self.name or self.feature_id

    @property
    def is_located(self) -> bool:
        """Whether it stands where its words led before."""
        return self.position.basis == LocationBasis.LOCATED and self.position.geometry is not None


@dataclass(frozen=True)
class Proposal:
    """A feature that can be located anew.

    Parameters
    ----------
    located
        The phrase as it was read, the doubts, and other places that it may mean.
    after
        The new position, of the layer's geometry type.
    """

    feature: Candidate
    located: Located
    after: Position

    @property
    def before(self) -> Position:
        return self.feature.position

    @property
    def moved_m(self) -> float | None:
        """Between the middles of both geometries; None where there was none."""
        return distance_m(self.before.geometry, self.after.geometry) if self.before.geometry is not None else None

    @property
    def seen(self) -> str:
        """Tells this proposal from one of another revision of the feature, or of another place for it."""
        after = shapely.to_wkb(self.after.geometry) + str(self.after.accuracy_m).encode()
        return f"{self.feature.revision}-{hashlib.sha256(after).hexdigest()[:16]}"

    @property
    def is_change(self) -> bool:
        """Whether the position is another one; the same place is not made surer by being found again."""
        return self.before.basis != self.after.basis or self.moved_m is None or self.moved_m >= LEAST_MOVE_M


@dataclass(frozen=True)
class Staying:
    """A feature that keeps its position, since its words lead to no better place.

    Parameters
    ----------
    reason
        Why.
    """

    feature: Candidate
    located: Located
    reason: AtlasError


@dataclass(frozen=True)
class Blocked:
    """A proposal that was chosen, and the features that were not and on whose present land it would lie."""

    proposal: Proposal
    others: tuple[Candidate, ...]


@dataclass(frozen=True)
class Replacing:
    """What a road network would change.

    Parameters
    ----------
    proposals
        In the order of layers and features.
    staying
        What cannot be located on it, or not better.
    unchanged
        How many would be where they are.
    kept
        How many are surveyed or placed by people.
    """

    network: Network
    proposals: tuple[Proposal, ...]
    staying: tuple[Staying, ...]
    unchanged: int
    kept: int


def propose_replacing(
    store: Store, network: Network, *, progress: Callable[[int, int], None] | None = None
) -> Replacing:
    """What could be located anew on a road network; nothing is written.

    Parameters
    ----------
    progress
        Told after each feature how many are done, and how many there are.
    """
    kept, features = _features(store)
    told = [feature for feature in features if feature.text]
    standing = [feature.position.geometry for feature in kept if feature.position.geometry is not None]
    standing += [feature.position.geometry for feature in features if not feature.text and feature.is_located]
    answers = _settled(store, told, network, standing, progress)
    proposals = [each for each in answers if isinstance(each, Proposal)]
    changes = tuple(each for each in proposals if each.is_change)
    staying = tuple(each for each in answers if isinstance(each, Staying))
    return Replacing(network, changes, staying, len(proposals) - len(changes), len(kept))


def _settled(
    store: Store,
    features: Sequence[Candidate],
    network: Network,
    standing: list[BaseGeometry],
    progress: Callable[[int, int], None] | None,
) -> list["Proposal | Staying"]:
    """What becomes of each, in their order; what keeps its place is left free by all others, as `standing` is."""
    answers: dict[tuple[str, str], Proposal | Staying] = {}
    moving = list(features)
    while True:
        found = _answers(store, moving, _located(moving, network, standing, progress))
        answers |= {each.feature.key: each for each in found}
        stuck = {
            each.feature.key: each.feature.position.geometry
            for each in found
            if isinstance(each, Staying) and each.feature.is_located
        }
        if not stuck:
            return [answers[feature.key] for feature in features]
        standing = [*standing, *stuck.values()]
        moving = [feature for feature in moving if feature.key not in stuck]


def _answers(store: Store, features: Sequence[Candidate], found: Sequence[Located]) -> list["Proposal | Staying"]:
    answers: list[Proposal | Staying] = []
    for feature, located in zip(features, found, strict=True):
        layer = store.catalog[feature.layer_id]
        reason = _not_placeable(layer, located)
        if reason is None:
            after = Position(_shaped(layer, located), LocationBasis.LOCATED, located.accuracy_m)
            proposal = _doubted(Proposal(feature, located, after))
            reason = _elsewhere(store, proposal) or _not_better(proposal)
        answers.append(Staying(feature, located, reason) if reason else proposal)
    return answers


def clear_of_others(found: Replacing, chosen: Sequence[Proposal]) -> tuple[list[Proposal], list[Blocked]]:
    """Those chosen whose new land is free, and those on land of a located feature which was not chosen and stays."""
    clear, blocked = list(chosen), []
    while True:
        keys = {each.feature.key for each in clear}
        staying = [each.feature for each in found.proposals if each.feature.is_located and each.feature.key not in keys]
        tree = shapely.STRtree([feature.position.geometry for feature in staying])
        more = [
            Blocked(each, tuple(staying[place] for place in places))
            for each in clear
            if len(places := _lain_on(each.after.geometry, tree))
        ]
        if not more:
            return clear, blocked
        blocked += more
        clear = [each for each in clear if all(each is not other.proposal for other in more)]


def _lain_on(shape: BaseGeometry, tree: shapely.STRtree) -> numpy.ndarray:
    """Places in a tree of what a shape has land in common with."""
    places = numpy.sort(tree.query(shape, predicate="intersects"))
    common = shapely.area(shapely.intersection(tree.geometries[places], shape))
    return places[common > TOUCHING_DEG2]


def apply_replacing(
    store: Store, network: Network, proposals: Sequence[Proposal], author: str, *, roads: Sequence[Change] = ()
) -> list[JournalEntry]:
    """Write accepted proposals in one change set, all or none.

    Parameters
    ----------
    roads
        What `roads.road_changes` makes of the road file, where the store is to have its roads as well.

    Raises
    ------
    Conflict
        If one of the features was changed since it was proposed.
    """
    source = f"{', '.join(network.source.values())} ({network.version})"
    act = Act(author, cause=str(N_("按道路数据重新定位")), source=source)
    return store.write([*roads, *map(_change, proposals)], act)


def _change(proposal: Proposal) -> FeatureChange:
    feature, after = proposal.feature, proposal.after
    note = "; ".join(dict.fromkeys(str(doubt) for doubt in proposal.located.place.doubts))
    properties = {
        "location_basis": after.basis.value,
        "location_accuracy_m": after.accuracy_m,
        "location_note": note or None,
    }
    return FeatureChange(feature.layer_id, feature.feature_id, feature.revision, properties, after.geometry)


def _features(store: Store) -> tuple[list[Candidate], list[Candidate]]:
    """What people have placed, and what programs may place, in the order of layers and features."""
    kept: list[Candidate] = []
    candidates: list[Candidate] = []
    for layer in store.catalog.plan:
        if layer.geometry is None or layer.geometry.endswith("LineString"):
            continue
        for feature in _read(store, layer):
            if feature.position.basis in KEPT:
                kept.append(feature)
            else:
                candidates.append(feature)
    return kept, candidates


def _read(store: Store, layer: Layer) -> Iterator[Candidate]:
    for page in store.scan(layer.id, FeatureQuery(schematic=True)):
        for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True):
            values = dict(zip(page.columns, row, strict=True))
            area_mu = values.get("land_area_mu")
            basis = LocationBasis(values["location_basis"] or LocationBasis.UNLOCATED)
            yield Candidate(
                layer.id,
                feature_id,
                values["revision"],
                values["name"],
                (values["location_text"] or "").strip(),
                area_mu if area_mu is not None and 0 < area_mu <= LARGEST_MU else None,
                Position(None if wkb is None else shapely.from_wkb(wkb), basis, values["location_accuracy_m"]),
            )


def _located(
    features: Sequence[Candidate],
    network: Network,
    standing: Sequence[BaseGeometry],
    progress: Callable[[int, int], None] | None,
) -> list[Located]:
    phrases = [(feature.text, feature.area_mu) for feature in features]
    return locate_all(phrases, network, standing=standing, progress=progress)


def _not_placeable(layer: Layer, located: Located) -> AtlasError | None:
    """Why words lead to no place of a layer's kind."""
    place = located.place
    if place.geometry is None:
        return place.reason
    if layer.geometry.endswith("Polygon") and place.geometry.geom_type == "Point":
        return AtlasError(place.doubts[-1].message, **place.doubts[-1].params)
    return None


def _elsewhere(store: Store, proposal: Proposal) -> AtlasError | None:
    """Why a place is none of the zone's."""
    geometry = proposal.after.geometry
    if is_of_zone(store, geometry):
        return None
    return AtlasError(
        N_("定到的位置离本区约 %(away_km)s 公里，是别处同名的道路"), away_km=round(away_m(store, geometry) / 1000)
    )


def _doubted(proposal: Proposal) -> Proposal:
    """With the doubt that a feature moves farther than both errors together allow."""
    before, after = proposal.before, proposal.after
    if before.basis != LocationBasis.LOCATED or before.accuracy_m is None or proposal.moved_m is None:
        return proposal
    allowed_m = before.accuracy_m + after.accuracy_m
    if proposal.moved_m <= max(allowed_m, LEAST_MOVE_M):
        return proposal
    message = N_("比现在的位置移开 %(moved_m)s 米，超过两者误差之和 %(allowed_m)s 米，须核对是不是同一处")
    doubt = Remark(message, moved_m=round(proposal.moved_m), allowed_m=round(allowed_m))
    return replace(proposal, located=replace(proposal.located, place=proposal.located.place.doubting(doubt)))


def _not_better(proposal: Proposal) -> AtlasError | None:
    """Why a feature that was located before keeps its place: these roads know it worse.

    How far it stands aside for others is no fault of the roads, and counts only where the error of before may hold it.
    """
    before, after = proposal.before, proposal.after
    if before.basis != LocationBasis.LOCATED or before.accuracy_m is None or not proposal.is_change:
        return None
    aside_m = proposal.located.place.away_m
    if after.accuracy_m - (aside_m if aside_m > before.accuracy_m else 0.0) <= before.accuracy_m:
        return None
    message = N_("按这些道路误差约 %(found_m)s 米，不比现有的 %(known_m)s 米准确")
    return AtlasError(message, found_m=after.accuracy_m, known_m=f"{before.accuracy_m:g}")


def _shaped(layer: Layer, located: Located) -> BaseGeometry:
    """The place in the layer's geometry type: of a parcel in a layer of points its middle."""
    geometry = located.place.geometry
    return shapely.point_on_surface(geometry) if layer.geometry.endswith("Point") else geometry
