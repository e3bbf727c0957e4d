"""Writing what a planner has decided about a plan's projects: new features, other figures, other positions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.model import office_time
from geo.model.errors import Conflict, FeatureNotFound, InvalidInput, N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import KEEP, Act, FeatureChange, JournalEntry, Keep
from geo.model.layer import Layer
from geo.model.location import LocationBasis, Position
from geo.model.remark import Remark
from geo.service.overlapped import overlapped, told
from geo.service.proposals import FIRM, NEW, Match, Project, changes_of, find_matches, fits, layer_values, plain
from geo.store.base import Store

UNNUMBERED = "plan"
"""In place of the year in the id of a feature whose year is unknown."""

MOST_CORNERS = 10_000


@dataclass(frozen=True)
class Decision:
    """A project that the planner adopts.

    Parameters
    ----------
    seen
        `<layer>/<id>` of the feature that the planner saw it compared with; None where it is new.
    revision
        Of that feature, as the planner saw it.
    fields
        The changed fields that are taken over.
    position
        None leaves the position as it is.
    """

    project: Project
    seen: str | None
    revision: int | None
    fields: frozenset[str]
    position: Position | None


@dataclass(frozen=True)
class Adopted:
    """A decision as it was written; `change_set` is None where there was nothing to write.

    `doubts` say on which parcels it lies where it was drawn by hand.
    """

    key: str
    layer_id: str
    feature_id: str
    change_set: int | None
    doubts: tuple[Remark, ...] = ()


def adopt(store: Store, decisions: Sequence[Decision], act: Act) -> list[Adopted]:
    """Write decisions in one change set, all or none.

    Raises
    ------
    Conflict
        If the store has another feature for a project, or another revision of it, than the planner saw.
    InvalidInput
        If two decisions are of one feature, or a position may not be replaced.
    InvalidFeatures
        If a value or a geometry does not hold.
    """
    matches = find_matches(store, [decision.project for decision in decisions])
    taken: dict[tuple[str, str], str] = {}
    changes = []
    doubts = _overlaps(store, decisions, matches)
    for decision in decisions:
        decision = replace(decision, position=told(decision.position, doubts.get(decision.project.key, ())))
        match = matches.get(decision.project.key)
        _check_seen(decision, match)
        change = _update(match, decision) if match else _create(store, decision, taken)
        if (change.layer_id, change.feature_id) in taken:
            raise InvalidInput(N_("“%(name)s”与另一条记录对应同一个要素，请只采纳一条"), name=decision.project.name)
        taken[change.layer_id, change.feature_id] = plain(decision.project.name)
        changes.append(change)
    entries = store.write(changes, act)
    change_set = entries[0].change_set if entries else None
    return [
        Adopted(
            decision.project.key, change.layer_id, change.feature_id, change_set, doubts.get(decision.project.key, ())
        )
        for decision, change in zip(decisions, changes, strict=True)
    ]


def _overlaps(
    store: Store, decisions: Sequence[Decision], matches: Mapping[str, Match]
) -> dict[str, tuple[Remark, ...]]:
    """On which parcels those lie that were drawn, by key: on those of the store and on those written with them."""
    placed_anew = [each for each in decisions if each.position is not None and each.position.geometry is not None]
    moving = [(match.layer.id, match.feature_id) for each in placed_anew if (match := matches.get(each.project.key))]
    return {
        each.project.key: overlapped(
            store,
            each.position.geometry,
            moving,
            [(other.project.name, other.position.geometry) for other in placed_anew if other is not each],
        )
        for each in placed_anew
        if each.position.basis == LocationBasis.PLACED
    }


def place(
    store: Store, layer_id: str, feature_id: str, revision: int, geometry: BaseGeometry, act: Act
) -> tuple[JournalEntry | None, tuple[Remark, ...]]:
    """Put a feature where a planner says.

    Returns
    -------
    entry, doubts
        None where it is there already; and on which other parcels it lies.

    Raises
    ------
    FeatureNotFound, Conflict, InvalidInput, InvalidFeatures
        As `adopt`.
    """
    layer = store.catalog[layer_id]
    page = store.read_feature(layer_id, feature_id, schematic=True)
    basis = dict(zip(page.columns, page.rows[0], strict=True)).get("location_basis")
    doubts = overlapped(store, geometry, [(layer_id, feature_id)])
    position = told(placed(geometry, act.author), doubts)
    properties, shape = positioned(layer, basis, position)
    entries = store.write([FeatureChange(layer_id, feature_id, revision, properties, shape)], act)
    return (entries[0] if entries else None), doubts


def placed(geometry: BaseGeometry, author: str) -> Position:
    """A position that a planner drew."""
    note = N_("%(author)s 于 %(day)s 在图上画定") % {"author": author, "day": office_time.today().isoformat()}
    return Position(geometry, LocationBasis.PLACED, note=note)


def drawn_shape(geometry: object) -> BaseGeometry:
    """A GeoJSON geometry from a drawing, in EPSG:4326.

    Raises
    ------
    InvalidInput
        If it is none, lies outside longitude and latitude, or crosses itself.
    """
    try:
        shape = shapely.force_2d(shapely.geometry.shape(geometry))
    except (ValueError, TypeError, AttributeError, KeyError, shapely.errors.ShapelyError):
        raise InvalidInput(N_("画的图形读不出来，请重画")) from None
    if shape.is_empty or shape.geom_type not in ("Point", "Polygon", "MultiPolygon"):
        raise InvalidInput(N_("画的图形应为点或面"))
    if len(shapely.get_coordinates(shape)) > MOST_CORNERS:
        raise InvalidInput(N_("图形的角点太多，最多 %(most)s 个"), most=MOST_CORNERS)
    if not shape.is_valid:
        raise InvalidInput(N_("图形的边自相交叉，请改正后再保存"))
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput(N_("图形不在经纬度范围内"))
    return shape


def _check_seen(decision: Decision, match: Match | None) -> None:
    found = f"{match.layer.id}/{match.feature_id}" if match else None
    if found != decision.seen:
        raise Conflict(N_("“%(name)s”在库中对应的要素已有变化，请重新比对后再采纳"), name=decision.project.name)


def _update(match: Match, decision: Decision) -> FeatureChange:
    layer = match.layer
    values = layer_values(layer, decision.project)
    properties = {change.field: change.after for change in changes_of(match, values) if change.field in decision.fields}
    if "plan_year" in properties and match.properties.get("planned_dates_assumed"):
        properties |= assumed_dates(layer, properties["plan_year"])
    if decision.position is None or decision.position.geometry is None:
        return FeatureChange(layer.id, match.feature_id, decision.revision, properties)
    position, shape = positioned(layer, match.properties.get("location_basis"), decision.position)
    return FeatureChange(layer.id, match.feature_id, decision.revision, properties | position, shape)


def _create(store: Store, decision: Decision, taken: dict[tuple[str, str], str]) -> FeatureChange:
    project = decision.project
    if not project.layer_id:
        raise InvalidInput(N_("“%(name)s”还没有选定图层：展开这条记录选一个，或选“不采纳”"), name=project.name)
    layer = store.catalog[project.layer_id]
    if project.target != NEW and (plain(project.name) in _names(taken, layer)):
        raise InvalidInput(N_("“%(name)s”有两条记录，请只采纳一条，或选“作为新要素”"), name=project.name)
    values = layer_values(layer, project)
    properties = values | assumed_dates(layer, values.get("plan_year"))
    position, shape = positioned(layer, None, decision.position or Position(None, LocationBasis.UNLOCATED))
    feature_id = free_id(store, layer, values.get("plan_year"), taken)
    return FeatureChange(layer.id, feature_id, None, properties | position, shape)


def _names(taken: dict[tuple[str, str], str], layer: Layer) -> set[str]:
    return {name for (layer_id, _), name in taken.items() if layer_id == layer.id}


def assumed_dates(layer: Layer, year: object) -> dict[str, object]:
    """A plan names only the year: its first and last day, marked as assumed."""
    if not isinstance(year, int) or layer.field("planned_start") is None:
        return {}
    return {"planned_start": f"{year}-01-01", "planned_finish": f"{year}-12-31", "planned_dates_assumed": True}


def positioned(
    layer: Layer, present: object, position: Position
) -> tuple[dict[str, object], BaseGeometry | Keep | None]:
    """The fields and the geometry of a position.

    Raises
    ------
    InvalidInput
        If it may not replace the present one, or the layer takes no such shape.
    """
    if layer.geometry is None:
        return {}, KEEP
    if present == LocationBasis.SURVEYED and position.basis != LocationBasis.SURVEYED:
        raise InvalidInput(N_("实测界址不能手工改动，只能用新的实测成果替换"))
    if present == LocationBasis.PLACED and position.basis not in FIRM:
        raise InvalidInput(N_("人工画定的位置不会被文字推算的位置替换"))
    shape, basis, accuracy_m = position.geometry, position.basis, position.accuracy_m
    if shape is not None and not fits(layer, shape):
        if basis in FIRM:
            message = (
                N_("图层“%(layer)s”要的是面，请画出边界")
                if _is_area(layer)
                else N_("图层“%(layer)s”要的是点，请放一个点")
            )
            raise InvalidInput(message, layer=layer.title.zh)
        shape, basis, accuracy_m = None, LocationBasis.UNLOCATED, None
    fields = {"location_basis": basis.value, "location_accuracy_m": accuracy_m, "location_note": position.note}
    return fields, shape


def _is_area(layer: Layer) -> bool:
    return (layer.geometry or "").endswith("Polygon")


def free_id(store: Store, layer: Layer, year: object, taken: Iterable[tuple[str, str]] = ()) -> str:
    """The next number of the year: 2023-3 where 2023-1 and 2023-2 are there, retired ones included.

    No plan layer has it yet, since the bureau wants no number twice in what is submitted together.
    """
    prefix = f"{year}" if isinstance(year, int) else UNNUMBERED
    values = (year,) if isinstance(year, int) else ()
    conditions = (Condition("plan_year", values),) if values else ()
    given = {feature_id for _, feature_id in taken}
    number = store.count(layer.id, FeatureQuery(conditions=conditions, retired=True)) + 1
    while f"{prefix}-{number}" in given or any(
        _exists(store, each.id, f"{prefix}-{number}") for each in store.catalog.plan
    ):
        number += 1
    return f"{prefix}-{number}"


def _exists(store: Store, layer_id: str, feature_id: str) -> bool:
    try:
        store.read_feature(layer_id, feature_id)
    except FeatureNotFound:
        return False
    return True
