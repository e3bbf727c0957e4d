"""Two changes of one feature beside each other: what was seen, what is there now and by whom, what is wanted."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

import shapely
from flask_babel import gettext as _

from geo.model import office_time
from geo.model.field_value import write_value
from geo.model.layer import Layer
from geo.service.editing import GEOMETRY, KEPT, Contested
from geo.store.base import Store
from geo.web.change_map import ChangeMap, change_map
from geo.web.journal_view import worded
from geo.web.language import localized


@dataclass(frozen=True)
class ConflictRow:
    """One field.

    Parameters
    ----------
    seen, now, wanted
        In words; a shape has none.
    by, at
        Who set what is there now, and when; empty where it is as it was seen.
    mine
        What the form sends for the writer's value; None where the writer wants nothing of it.
    is_conflict
        Whether both changed it, and not to the same.
    map
        What is there now and what is wanted, of a shape.
    """

    name: str
    title: str
    seen: str
    now: str
    wanted: str
    by: str
    at: str
    mine: str | None
    is_conflict: bool
    map: ChangeMap | None = None


def conflict_rows(store: Store, layer: Layer, found: Iterable[Contested], wanted: Container[str]) -> list[ConflictRow]:
    """The fields that differ, those first that both changed; what only follows from another one is left out.

    Parameters
    ----------
    wanted
        Names of what the writer sent.
    """
    rows = [_row(store, layer, each, wanted) for each in found if each.name not in KEPT]
    return sorted(rows, key=lambda row: not row.is_conflict)


def _row(store: Store, layer: Layer, each: Contested, wanted: Container[str]) -> ConflictRow:
    is_mine = each.name in wanted and each.wanted != each.seen
    by, at = (each.by.author, office_time.shown(each.by.at)) if each.by else ("", "")
    if each.name == GEOMETRY:
        mine = shapely.to_geojson(each.wanted) if is_mine and each.wanted is not None else None
        both = (each.now, each.wanted) if is_mine else (each.seen, each.now)
        picture = change_map(store, *both)
        return ConflictRow(GEOMETRY, _("图上位置"), "", "", "", by, at, mine, each.is_conflict, picture)
    field = layer.field(each.name)
    seen, now, given = (worded(field, each.name, value) for value in (each.seen, each.now, each.wanted))
    mine = write_value(each.wanted) if is_mine else None
    return ConflictRow(each.name, localized(field.title), seen, now, given, by, at, mine, each.is_conflict)
