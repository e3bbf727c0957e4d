"""What a plan's words would change in the store: where each project goes, which feature it is, what differs.

Nothing is written here; `adopting` writes what a planner has decided.
"""

import re
import unicodedata
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import distance_m
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.layer import Layer
from geo.model.location import LocationBasis
from geo.service.features import find_item
from geo.service.locating import LARGEST_MU, Located, Network, locate_all, network_of_store
from geo.store.base import Store

NEW = "new"
"""What a planner chooses instead of a feature: the project is none of the store's."""

RECORD_FIELDS = (
    "level developer plan_year land_area_mu building_area_m2 scale_m2 investment_cny_10k classes seats companies "
    "throughput turnover full_turnover"
).split()
"""Figures of a project as the reading of a plan names them, in the order in which they are shown."""

OTHER_NAMES = {
    "throughput": ("throughput_t_10k", "processing_t_10k"),
    "turnover": ("turnover_cny_10k", "output_cny_10k"),
    "full_turnover": ("full_turnover_cny_10k", "full_output_cny_10k"),
}
"""Fields of layers that hold a figure under another name; a layer has at most one of them."""

FIRM = frozenset({LocationBasis.SURVEYED, LocationBasis.PLACED})
"""Positions that no reading of words replaces."""

STANDING = (*sorted(FIRM), LocationBasis.LOCATED)
"""Positions that stand where they say, as near as is known."""

SAME_PLACE_M = 1.0
ALIKE = 0.6
"""How alike two names in one paragraph of the plan must be to mean one project (`difflib`, 0 to 1)."""

SHORTEST_PART = 4
"""Characters from which on a name inside another one counts."""

WIDE_BRACKETS = {ord("("): 0xFF08, ord(")"): 0xFF09}
BATCH = 500
"""Values in one condition of a query."""


@dataclass(frozen=True)
class Project:
    """A project as the planner has it: read from a plan and corrected.

    Parameters
    ----------
    figures
        By the names of `RECORD_FIELDS`; None or absent where unknown.
    section, paragraph
        Where in the plan it stands.
    target
        `NEW`, the `<layer>/<id>` that the planner chose, or None where we look for it.
    """

    key: str
    name: str
    layer_id: str | None = None
    location_text: str | None = None
    figures: Mapping[str, object] = field(default_factory=dict)
    section: str | None = None
    paragraph: int | None = None
    target: str | None = None


@dataclass(frozen=True)
class Match:
    """A feature of the store that a project is taken for.

    Parameters
    ----------
    how
        `name`, `source` (the same paragraph and a name alike), `similar` or `chosen`.
    """

    layer: Layer
    feature_id: str
    properties: Mapping[str, object]
    geometry: BaseGeometry | None
    how: str


@dataclass(frozen=True)
class Change:
    """A field that would get another value."""

    field: str
    before: object
    after: object


@dataclass(frozen=True)
class Move:
    """What becomes of the position.

    Parameters
    ----------
    kind
        `set` (a position where there was none to rely on), `move` (another one than the located one now), `within` (as
        `move`, but no farther than the present error), `same`, `firm` (surveyed or placed: it stays), `point` (a point
        where the layer wants areas), `unlocated` or `none` (no words, or a layer without geometry).
    moved_m
        From the present position to the proposed one, on the ellipsoid.
    """

    kind: str
    moved_m: float | None = None


@dataclass(frozen=True)
class Proposal:
    """What a project would change."""

    project: Project
    located: Located | None
    match: Match | None
    changes: tuple[Change, ...]
    move: Move


def propose(
    projects: Sequence[Project],
    store: Store,
    network: Network | None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Proposal]:
    """Where projects go and what they change; those at one corner stand side by side in their order.

    Parameters
    ----------
    network
        None where the store has no roads: then nothing is located.

    Raises
    ------
    InvalidInput
        If an area is none.
    LayerNotFound, FeatureNotFound
        If a project names what the store does not have.
    """
    matches = find_matches(store, projects)
    located = {}
    if network is not None:
        with_words = [project for project in projects if project.location_text and project.location_text.strip()]
        phrases = [(project.location_text or "", area_of(project)) for project in with_words]
        places = locate_all(phrases, network, standing=_standing(store, matches.values()), progress=progress)
        located = {project.key: place for project, place in zip(with_words, places, strict=True)}
    return [_proposal(store, project, located.get(project.key), matches.get(project.key)) for project in projects]


def _standing(store: Store, matches: Iterable[Match]) -> list[BaseGeometry]:
    """Where other features are: a project goes beside them, not on them. What is located anew does not count."""
    moving = {(match.layer.id, match.feature_id) for match in matches if match.properties["location_basis"] not in FIRM}
    query = FeatureQuery(conditions=(Condition("location_basis", STANDING),))
    return [
        shapely.from_wkb(wkb)
        for layer in store.catalog.plan
        if layer.geometry is not None and layer.geometry.endswith("Polygon")
        for page in store.scan(layer.id, query)
        for feature_id, wkb in zip(page.ids, page.wkb, strict=True)
        if wkb is not None and (layer.id, feature_id) not in moving
    ]


_networks: weakref.WeakKeyDictionary[Store, tuple[tuple[int, ...], Network]] = weakref.WeakKeyDictionary()


def network_now(store: Store) -> Network:
    """The roads of the store, made ready once for each state of them; raises as `network_of_store` does."""
    revisions = tuple(store.revision(layer.id) for layer in store.catalog.values() if layer.network)
    kept = _networks.get(store)
    if kept is None or kept[0] != revisions:
        kept = _networks[store] = (revisions, network_of_store(store))
    return kept[1]


def area_of(project: Project) -> float | None:
    """Its land area in 亩; None where none is stated that a parcel can have."""
    area_mu = project.figures.get("land_area_mu")
    return float(area_mu) if isinstance(area_mu, int | float) and 0 < area_mu <= LARGEST_MU else None


def layer_values(layer: Layer, project: Project) -> dict[str, object]:
    """What is known of a project, by the fields of a layer; figures that the layer has no field for are left out."""
    known = {"name": project.name, "location_text": project.location_text, "source_section": project.section}
    known |= {"source_paragraph": project.paragraph}
    for name in RECORD_FIELDS:
        target = field_of(layer, name)
        if target is not None:
            known[target] = project.figures.get(name)
    return {name: value for name, value in known.items() if value is not None}


def field_of(layer: Layer, name: str) -> str | None:
    """The field of a layer that holds a figure of a project; None where it has none."""
    return next((each for each in (name, *OTHER_NAMES.get(name, ())) if layer.field(each)), None)


def find_matches(store: Store, projects: Sequence[Project]) -> dict[str, Match]:
    """The features that projects are, by key: chosen, of the same name or paragraph, or of a name alike."""
    found = {project.key: _chosen(store, project.target) for project in projects if project.target not in (None, NEW)}
    open_ = [project for project in projects if project.target is None]
    for layer in store.catalog.plan:
        mine = [project for project in open_ if project.key not in found and _may_be_of(project, layer)]
        candidates = _candidates(store, layer, mine)
        for project in mine:
            match = _best(store, layer, project, candidates) or _similar(store, layer, project)
            if match is not None:
                found[project.key] = match
    return found


def _may_be_of(project: Project, layer: Layer) -> bool:
    return layer.geometry is not None and project.layer_id in (None, layer.id)


def _chosen(store: Store, target: str | None) -> Match:
    layer_id, _, feature_id = (target or "").partition("/")
    layer = store.catalog[layer_id]
    page = find_item(store, layer_id, feature_id, year=None, schematic=True).page
    return _match(layer, page.ids[0], dict(zip(page.columns, page.rows[0], strict=True)), page.wkb[0], "chosen")


def _match(layer: Layer, feature_id: str, properties: Mapping[str, object], wkb: bytes | None, how: str) -> Match:
    return Match(layer, feature_id, properties, None if wkb is None else shapely.from_wkb(wkb), how)


def _candidates(store: Store, layer: Layer, projects: Sequence[Project]) -> dict[str, Match]:
    """Features of a layer that have the name or stand in the paragraph of one of the projects."""
    wanted = {
        "name": sorted({form for project in projects for form in _forms(project.name)}),
        "source_paragraph": sorted({project.paragraph for project in projects if project.paragraph}),
    }
    found: dict[str, Match] = {}
    for name, values in wanted.items():
        for first in range(0, len(values), BATCH):
            condition = Condition(name, tuple(values[first : first + BATCH]))
            found |= _read(store, layer, FeatureQuery(conditions=(condition,), schematic=True, limit=None))
    return found


def _read(store: Store, layer: Layer, query: FeatureQuery) -> dict[str, Match]:
    return {
        feature_id: _match(layer, feature_id, dict(zip(page.columns, row, strict=True)), wkb, "name")
        for page in store.scan(layer.id, query)
        for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True)
    }


def _best(store: Store, layer: Layer, project: Project, candidates: Mapping[str, Match]) -> Match | None:
    """The candidate of the same name, else the one of the same paragraph whose name is most alike."""
    for match in candidates.values():
        if plain(_name(match)) == plain(project.name):
            return match
    near = {
        SequenceMatcher(None, _own_part(store, _name(match)), _own_part(store, project.name)).ratio(): match
        for match in candidates.values()
        if _same_source(project, match)
    }
    if not near or max(near) < ALIKE:
        return None
    best = near[max(near)]
    return Match(layer, best.feature_id, best.properties, best.geometry, "source")


def _name(match: Match) -> str:
    return str(match.properties["name"])


def _own_part(store: Store, name: str) -> str:
    """A name without that of the zone in front."""
    return plain(name.strip().removeprefix(store.catalog.zone.title.zh))


def _same_source(project: Project, match: Match) -> bool:
    section, paragraph = match.properties.get("source_section"), match.properties.get("source_paragraph")
    return paragraph == project.paragraph and plain(str(section)) == plain(str(project.section))


def _similar(store: Store, layer: Layer, project: Project) -> Match | None:
    """The only feature whose name holds the project's, with or without the zone's own name in front."""
    part = _own_part(store, project.name)
    if len(part) < SHORTEST_PART:
        return None
    words = project.name.strip().removeprefix(store.catalog.zone.title.zh)
    found = _read(store, layer, FeatureQuery(search=words, schematic=True, limit=5))
    holding = [match for match in found.values() if part in plain(_name(match))]
    if len(holding) != 1:
        return None
    return Match(layer, holding[0].feature_id, holding[0].properties, holding[0].geometry, "similar")


def plain(name: str) -> str:
    """A name without what is written in many ways: widths, brackets, quotes, blanks, case."""
    return re.sub(r"[^\w]", "", unicodedata.normalize("NFKC", name)).casefold()


def _forms(name: str) -> Iterable[str]:
    """The spellings of a name that a store may have."""
    narrow = unicodedata.normalize("NFKC", name.strip())
    return {name.strip(), narrow, narrow.translate(WIDE_BRACKETS)}


def _proposal(store: Store, project: Project, located: Located | None, match: Match | None) -> Proposal:
    layer = match.layer if match else store.catalog[project.layer_id] if project.layer_id else None
    changes = tuple(changes_of(match, layer_values(match.layer, project))) if match else ()
    return Proposal(project, located, match, changes, move_of(layer, located, match))


def changes_of(match: Match, values: Mapping[str, object]) -> Iterable[Change]:
    """The fields in which a feature differs from what is known of a project."""
    for name, after in values.items():
        before = match.properties.get(name)
        if not _same(before, after):
            yield Change(name, before, after)


def _same(before: object, after: object) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(before - after) <= 1e-9 * max(abs(before), abs(after))
    return before == after or (isinstance(before, str) and isinstance(after, str) and plain(before) == plain(after))


def move_of(layer: Layer | None, located: Located | None, match: Match | None) -> Move:
    """What the proposed position does to the present one."""
    if located is None or (layer is not None and layer.geometry is None):
        return Move("none")
    basis = match.properties.get("location_basis") if match else None
    shape, now = located.place.geometry, match.geometry if match else None
    moved_m = None if shape is None or now is None else distance_m(now, shape)
    if basis in FIRM:
        return Move("firm", moved_m)
    if shape is None:
        return Move("unlocated")
    if layer is not None and not fits(layer, shape):
        return Move("point", moved_m)
    if basis != LocationBasis.LOCATED or moved_m is None:
        return Move("set", moved_m)
    if moved_m < SAME_PLACE_M:
        return Move("same", moved_m)
    error_m = match.properties.get("location_accuracy_m") if match else None
    return Move("within" if isinstance(error_m, int | float) and moved_m <= error_m else "move", moved_m)


def fits(layer: Layer, shape: BaseGeometry) -> bool:
    """Whether a layer takes shapes of this kind; a single one goes where several do."""
    return layer.geometry is not None and shape.geom_type in (layer.geometry, layer.geometry.removeprefix("Multi"))
