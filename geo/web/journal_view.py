"""Entries of the journal as the reader sees them: who, when, values before and after, shapes beside each other."""

from dataclasses import dataclass

import shapely
from flask_babel import format_decimal
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.model import office_time
from geo.model.errors import EvidenceNotFound
from geo.model.journal import ACTION_TITLES, PROGRAM, JournalEntry
from geo.model.layer import Field, Layer
from geo.model.ledger import TITLES
from geo.model.location import BASIS_TITLES
from geo.model.status import FLAGS, STAGES, WATER_CLASSES
from geo.service.corrections import record_name
from geo.store.base import Store
from geo.web.change_map import ChangeMap, change_map
from geo.web.language import localized
from geo.web.page_config import unit_title

CODES = {"stage": STAGES, "flag": FLAGS, "location_basis": BASIS_TITLES}
NOT_TOLD = frozenset({"layer_id", "feature_id", "year", "demo", "withdrawn", "reported_by", "reported_at", "geom"})
"""Fields that the entry's own line tells already."""

UNDONE = ("create", "update", "remove", "status")
"""Actions that can be taken back; a whole change set at its first entry."""

MOST_FIELDS = 40


@dataclass(frozen=True)
class Difference:
    """A field with its value before and after; empty where there was none."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class EntryView:
    """One line of the journal."""

    seq: int
    change_set: int
    at: str
    author: str
    action: str
    action_title: str
    what: str
    layer_id: str | None
    feature_id: str | None
    year: int | None
    cause: str
    source: str
    differences: list[Difference]
    map: ChangeMap | None
    can_be_undone: bool
    hash: str


def entry_view(entry: JournalEntry, store: Store, *, alone: bool = False) -> EntryView:
    """An entry in the page's language.

    Parameters
    ----------
    alone
        Whether the others of its change set are not beside it, so that each entry offers to take all of it back.
    """
    catalog = store.catalog
    is_known = entry.layer_id in catalog  # a layer may have left the folders since
    layer = catalog[entry.layer_id] if is_known else None
    before, after = entry.before or {}, entry.after or {}
    return EntryView(
        seq=entry.seq,
        change_set=entry.change_set,
        at=office_time.shown(entry.at),
        author=_("程序") if entry.author == PROGRAM else entry.author,
        action=entry.action,
        action_title=_("撤回填报") if after.get("withdrawn") else _(ACTION_TITLES[entry.action]),
        what=" · ".join(filter(None, [localized(layer.title) if layer else "", _name(entry, store)])),
        layer_id=layer and layer.id,
        feature_id=entry.feature_id if layer else None,
        year=after.get("year") or before.get("year"),
        cause=_(entry.cause) if entry.cause else "",
        source=entry.source or "",
        differences=_differences(store, layer, before, after) if entry.action in UNDONE else [],
        map=change_map(store, _shape(before.get("geom")), _shape(after.get("geom"))),
        can_be_undone=can_be_undone(entry) and (alone or entry.seq == entry.change_set),
        hash=entry.hash,
    )


def _name(entry: JournalEntry, store: Store) -> str:
    """What the feature of an entry is called: by the entry itself, else today; its id where it has no name any more."""
    written = (entry.after or {}).get("name") or (entry.before or {}).get("name")
    if written is None and entry.layer_id is not None and entry.feature_id is not None:
        written = record_name(store, entry.layer_id, entry.feature_id)
    return str(written or entry.feature_id or "")


def _shape(written: object) -> BaseGeometry | None:
    """A shape as the journal keeps it."""
    return shapely.from_wkb(written) if isinstance(written, str) else None


def can_be_undone(entry: JournalEntry) -> bool:
    """Whether the entry's change set can be taken back."""
    return entry.action in UNDONE and entry.author != PROGRAM


def _differences(store: Store, layer: Layer | None, before: dict, after: dict) -> list[Difference]:
    names = [name for name in {**before, **after} if name not in NOT_TOLD and before.get(name) != after.get(name)]
    fields = _fields(layer)

    def said(name: str, value: object) -> str:
        return _file_names(store, value) if name == "evidence" else worded(fields.get(name), name, value)

    return [
        Difference(
            _(TITLES[name]) if name in TITLES else localized(fields[name].title) if name in fields else name,
            said(name, before.get(name)),
            said(name, after.get(name)),
        )
        for name in names[:MOST_FIELDS]
    ]


def _file_names(store: Store, hashes: object) -> str:
    """The files of evidence as their owners named them; the hashes where the store has them no more."""
    try:
        return _("、").join(each.name for each in store.evidence.find(str(hashes or "").split()))
    except EvidenceNotFound:
        return str(hashes)


def _fields(layer: Layer | None) -> dict[str, Field]:
    if layer is None:
        return {}
    own = {field.name: field for field in layer.fields}
    return {field.name.removeprefix("status_"): field for field in layer.status_fields} | own


def worded(field: Field | None, name: str, value: object) -> str:
    if value is None:
        return ""
    if name in CODES and value in CODES[name]:
        return _(CODES[name][value])
    for choice in field.values if field else ():
        if choice.value == value:
            return localized(choice.title)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field and field.unit == "water_class" and value in WATER_CLASSES:
        return WATER_CLASSES[value]
    if isinstance(value, int | float):
        number = str(value) if name == "plan_year" else format_decimal(value)
        return f"{number} {unit_title(field.unit) or ''}".strip() if field else number
    return str(value)
