"""Changing what a feature says: checked field by field, written with the revision that the writer saw."""

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.editing import DATES, edit_faults
from geo.model.errors import Conflict, FeatureNotFound, InvalidInput, N_
from geo.model.field_fault import FieldFault, InvalidFields
from geo.model.field_value import read_value
from geo.model.journal import KEEP, Act, FeatureChange, JournalEntry, JournalQuery, Keep
from geo.model.layer import Field, Layer
from geo.model.location import LocationBasis, Position
from geo.model.remark import Remark
from geo.service.adopting import assumed_dates, free_id, positioned
from geo.store.base import Store

KEPT = frozenset("location_basis location_accuracy_m planned_dates_assumed retired_on replaced_by".split())
"""Fields that follow from what is done to a feature; nobody writes them."""

OF_PLACE = frozenset({"location_text", "location_note"})
LONGEST_ID = 100
GEOMETRY = "geom"
"""The geometry among a feature's values, as the journal names it."""

Values = dict[str, object]


@dataclass(frozen=True)
class Contested:
    """A field whose value somebody else changed meanwhile, or that the writer wants to change.

    Parameters
    ----------
    name
        Of the field; `GEOMETRY` for the shape.
    seen, now, wanted
        The values that the writer saw, that are there now, and that the writer wants; shapes in EPSG:4326.
    by
        What set the value that is there now, if it is another one than was seen.
    """

    name: str
    seen: object
    now: object
    wanted: object
    by: JournalEntry | None

    @property
    def is_conflict(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.seen != self.now and self.seen != self.wanted and self.now != self.wanted


def editable_fields(layer: Layer) -> tuple[Field, ...]:
    """The fields that a person may write, in their order."""
    hidden = KEPT if layer.geometry else KEPT | OF_PLACE
    return tuple(field for field in layer.fields if field.name not in hidden)


def read_values(layer: Layer, given: Mapping[str, str]) -> Values:
    """Texts as values of a layer's fields.

    Raises
    ------
    InvalidFields
        With every field that cannot be read, or that nobody writes.
    """
    fields = {field.name: field for field in editable_fields(layer)}
    values, faults = {}, []
    for name, text in given.items():
        try:
            if name not in fields:
                message = N_("由系统填写，不能改") if layer.field(name) else N_("图层“%(layer)s”没有这个字段")
                raise InvalidInput(message, layer=layer.title.zh)
            values[name] = read_value(fields[name], text)
        except InvalidInput as error:
            faults.append(fault(name, error))
    if faults:
        raise InvalidFields(faults)
    return values


def fault(field: str, error: InvalidInput) -> FieldFault:
    """What cannot be read in a field, beside that field."""
    return FieldFault(field, Remark(error.message, **error.params))


def read_now(store: Store, layer_id: str, feature_id: str) -> Values:
    """A feature's values as they are, `revision` and `GEOMETRY` among them; raises as `Store.read_feature`."""
    page = store.read_feature(layer_id, feature_id, schematic=True)
    shape = None if page.wkb[0] is None else shapely.from_wkb(page.wkb[0])
    return dict(zip(page.columns, page.rows[0], strict=True)) | {GEOMETRY: shape}


def read_changeable(store: Store, layer_id: str, feature_id: str, revision: int) -> Values:
    """A feature's values, as `read_now` gives them, where somebody who saw that revision may change them.

    Raises
    ------
    Conflict
        If the feature is no longer as the writer saw it.
    InvalidInput
        If the feature is retired.
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[layer_id]
    now = read_now(store, layer_id, feature_id)
    check_revision(layer, feature_id, revision, now)
    if now.get("retired_on"):
        raise InvalidInput(N_("“%(name)s”已停用：要修改，先撤销停用"), name=now.get("name") or feature_id)
    return now


def edit(store: Store, layer_id: str, feature_id: str, revision: int, values: Values, act: Act) -> JournalEntry | None:
    """Write the fields that change; None where nothing does.

    Planned dates that somebody writes are assumed no longer; assumed ones follow the year of the plan.

    Raises
    ------
    Conflict
        If the feature is no longer as the writer saw it; `contested` tells what differs.
    InvalidFields
        If values cannot stand.
    InvalidInput
        If the feature is retired.
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[layer_id]
    now = read_changeable(store, layer_id, feature_id, revision)
    changed = _with_dates(layer, now, {name: value for name, value in values.items() if value != now.get(name)})
    if faults := list(edit_faults(layer, now, now | changed, cause=act.cause)):
        raise InvalidFields(faults)
    entries = store.write([FeatureChange(layer_id, feature_id, revision, changed)], act)
    return entries[0] if entries else None


def create(
    store: Store, layer_id: str, feature_id: str, values: Values, act: Act, position: Position | None = None
) -> JournalEntry:
    """Make a new feature; without a position it is unlocated.

    Raises
    ------
    InvalidFields
        If values cannot stand, or the id is none or taken.
    InvalidInput
        If the layer takes no such shape.
    """
    layer = store.catalog[layer_id]
    values = {name: value for name, value in values.items() if value is not None}
    faults = [*_id_faults(store, layer, feature_id), *edit_faults(layer, None, values, cause=act.cause)]
    if faults:
        raise InvalidFields(faults)
    if not any(values.get(name) for name in DATES):
        values |= assumed_dates(layer, values.get("plan_year"))
    place, shape = placing(layer, None, position or Position(None, LocationBasis.UNLOCATED))
    (entry,) = store.write([FeatureChange(layer_id, feature_id, None, values | place, shape)], act)
    return entry


def proposed_id(store: Store, layer_id: str, plan_year: int | None) -> str:
    """An id that no feature of the layer has or had, by the year of the plan."""
    return free_id(store, store.catalog[layer_id], plan_year)


def placing(layer: Layer, present: object, position: Position) -> tuple[Values, BaseGeometry | Keep | None]:
    """The fields and the shape of a position; of a layer that is no plan's, the shape alone."""
    if layer.role == "plan":
        return positioned(layer, present, position)
    return {}, KEEP if layer.geometry is None else position.geometry


def check_revision(layer: Layer, feature_id: str, revision: int, now: Values) -> None:
    """Refuse to write over what the writer has not seen.

    Raises
    ------
    Conflict
    """
    if revision != now["revision"]:
        raise Conflict(
            N_("图层“%(layer)s”的要素“%(feature_id)s”已被他人修改：您看到的是版本 %(seen)s，现在是版本 %(current)s"),
            layer=layer.id, feature_id=feature_id, seen=revision, current=now["revision"],
        )  # fmt: skip


def contested(
    store: Store,
    layer_id: str,
    feature_id: str,
    revision: int,
    wanted: Values,
    geometry: BaseGeometry | Keep | None = KEEP,
) -> list[Contested]:
    """What was seen, is now and is wanted, for each field that differs; the fields in their order, the shape last.

    Raises
    ------
    FeatureNotFound
        If the feature that the writer saw is gone.
    """
    layer = store.catalog[layer_id]
    now = read_now(store, layer_id, feature_id)
    changes = _changes_since(store, layer_id, feature_id, revision)
    seen = dict(now)
    for entry in reversed(changes):
        seen |= entry.before | ({GEOMETRY: _shape(entry.before[GEOMETRY])} if GEOMETRY in entry.before else {})
    wanted = seen | wanted | ({} if geometry is KEEP else {GEOMETRY: geometry})
    found = []
    for name in (*(field.name for field in layer.fields), GEOMETRY):
        values = [each.get(name) for each in (seen, now, wanted)]
        if values[0] != values[1] or values[0] != values[2]:
            by = next((entry for entry in reversed(changes) if name in entry.after), None)
            found.append(Contested(name, *values, by=by))
    return found


def _changes_since(store: Store, layer_id: str, feature_id: str, revision: int) -> list[JournalEntry]:
    """The changes of a feature after a revision, the first one first."""
    entries = store.journal(JournalQuery(layer_id=layer_id, feature_id=feature_id))
    changes = [entry for entry in entries if entry.action in ("create", "update", "remove")]
    later = [entry for entry in changes if entry.revision is not None and entry.revision > revision]
    if any(entry.action != "update" for entry in later):
        raise FeatureNotFound(layer_id, feature_id)
    return later


def _shape(geometry: object) -> BaseGeometry | None:
    return shapely.from_wkb(geometry) if isinstance(geometry, str) else None


def _with_dates(layer: Layer, now: Values, changed: Values) -> Values:
    if layer.field("planned_dates_assumed") is None:
        return changed
    if changed.keys() & set(DATES):
        return changed | {"planned_dates_assumed": False}
    if "plan_year" in changed and now.get("planned_dates_assumed"):
        return changed | assumed_dates(layer, changed["plan_year"])
    return changed


def _id_faults(store: Store, layer: Layer, feature_id: str) -> list[FieldFault]:
    if not feature_id or feature_id != feature_id.strip() or not feature_id.isprintable():
        return [FieldFault("feature_id", Remark(N_("请填写编号：文字或数字，首尾没有空格")))]
    if len(feature_id) > LONGEST_ID:
        return [FieldFault("feature_id", Remark(N_("太长，最多 %(most)s 个字"), most=LONGEST_ID))]
    try:
        store.read_feature(layer.id, feature_id)
    except FeatureNotFound:
        return []
    return [FieldFault("feature_id", Remark(N_("编号“%(given)s”已经有了，停用的也算"), given=feature_id))]
