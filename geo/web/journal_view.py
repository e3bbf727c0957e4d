"""Entries of the journal as the reader sees them: who, when, values before and after, shapes beside each other."""

from dataclasses import dataclass

import shapely
from flask_babel import format_decimal
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import area_m2
from geo.model import office_time
from geo.model.journal import ACTION_TITLES, PROGRAM, JournalEntry
from geo.model.layer import Catalog, Field, Layer
from geo.model.ledger import TITLES
from geo.model.location import BASIS_TITLES
from geo.model.status import FLAGS, STAGES, WATER_CLASSES
from geo.model.units import SQUARE_METRES_PER_MU
from geo.web.language import localized
from geo.web.page_config import unit_title

CODES = {"stage": STAGES, "flag": FLAGS, "location_basis": BASIS_TITLES}
NOT_TOLD = frozenset({"layer_id", "feature_id", "year", "demo", "withdrawn", "reported_by", "reported_at", "geom"})
"""Fields that the entry's own line tells already."""

UNDONE = ("create", "update", "remove", "status")
"""Actions that can be taken back; a whole change set at its first entry."""

DRAWING_SIZE = 120
MOST_FIELDS = 40


@dataclass(frozen=True)
class Difference:
    """A field with its value before and after; empty where there was none."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Drawing:
    """Shapes before and after, as paths of an SVG picture of `DRAWING_SIZE` by `DRAWING_SIZE`, and words about them."""

    before: str
    after: str
    words: str


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
    drawing: Drawing | None
    can_be_undone: bool
    hash: str


def entry_view(entry: JournalEntry, catalog: Catalog, *, alone: bool = False) -> EntryView:
    """An entry in the page's language.

    Parameters
    ----------
    alone
        Whether the others of its change set are not beside it, so that each entry offers to take all of it back.
    """
    is_known = entry.layer_id in catalog  # a layer may have left the folders since
    layer = catalog[entry.layer_id] if is_known else None
    before, after = entry.before or {}, entry.after or {}
    name = after.get("name") or before.get("name") or entry.feature_id or ""
    return EntryView(
        seq=entry.seq,
        change_set=entry.change_set,
        at=office_time.shown(entry.at),
        author=_("程序") if entry.author == PROGRAM else entry.author,
        action=entry.action,
        action_title=_("撤回填报") if after.get("withdrawn") else _(ACTION_TITLES[entry.action]),
        what=" · ".join(filter(None, [localized(layer.title) if layer else "", str(name)])),
        layer_id=layer and layer.id,
        feature_id=entry.feature_id if layer else None,
        year=after.get("year") or before.get("year"),
        cause=_(entry.cause) if entry.cause else "",
        source=entry.source or "",
        differences=_differences(layer, before, after) if entry.action in UNDONE else [],
        drawing=drawing(before.get("geom"), after.get("geom")),
        can_be_undone=can_be_undone(entry) and (alone or entry.seq == entry.change_set),
        hash=entry.hash,
    )


def can_be_undone(entry: JournalEntry) -> bool:
    """Whether the entry's change set can be taken back."""
    return entry.action in UNDONE and entry.author != PROGRAM


def _differences(layer: Layer | None, before: dict, after: dict) -> list[Difference]:
    names = [name for name in {**before, **after} if name not in NOT_TOLD and before.get(name) != after.get(name)]
    fields = _fields(layer)
    return [
        Difference(
            localized(fields[name].title) if name in fields else _(TITLES.get(name, name)),
            worded(fields.get(name), name, before.get(name)),
            worded(fields.get(name), name, after.get(name)),
        )
        for name in names[:MOST_FIELDS]
    ]


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


def drawing(before: object, after: object) -> Drawing | None:
    """Both shapes on one ground, north up; None where neither is there."""
    shapes = [shapely.from_wkb(each) if isinstance(each, str) else None for each in (before, after)]
    present = [shape for shape in shapes if shape is not None]
    if not present:
        return None
    west, south, east, north = shapely.total_bounds(present)
    scale = DRAWING_SIZE * 0.8 / max(east - west, north - south, 1e-6)
    middle = ((west + east) / 2, (south + north) / 2)
    paths = ["" if shape is None else _path(shape, middle, scale) for shape in shapes]
    return Drawing(*paths, _sizes(*shapes))


def _path(shape: BaseGeometry, middle: tuple[float, float], scale: float) -> str:
    """The outlines of a shape as an SVG path; a point is a small square."""
    if shape.geom_type.endswith("Point"):
        shape = shape.buffer(3 / scale, cap_style="square")
    lines = []
    for part in shapely.get_parts(shape):
        for ring in [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]:
            points = (
                f"{DRAWING_SIZE / 2 + (x - middle[0]) * scale:.1f} {DRAWING_SIZE / 2 - (y - middle[1]) * scale:.1f}"
                for x, y in ring.coords
            )
            lines.append("M" + "L".join(points))
    return "".join(lines)


def _sizes(before: BaseGeometry | None, after: BaseGeometry | None) -> str:
    """Areas in mu of polygons before and after."""
    sizes = [
        _("%(area)s 亩", area=format_decimal(round(area_m2(shape) / SQUARE_METRES_PER_MU, 2)))
        if shape is not None and "Polygon" in shape.geom_type
        else ""
        for shape in (before, after)
    ]
    return " → ".join(filter(None, sizes))
