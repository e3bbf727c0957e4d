"""Who says what stands in a field: the entry of the journal that last set it, in the page's words."""

from dataclasses import dataclass

from flask_babel import gettext as _

from geo.model import office_time
from geo.model.journal import PROGRAM, JournalEntry
from geo.model.layer import Layer
from geo.service.history import sources_of_fields
from geo.store.base import Store

SET_WITH = {"planned_dates": "planned_start"}
"""Rows of a page that stand for several fields, and the field whose entry speaks for them."""

PLACE = "geom"


@dataclass(frozen=True)
class Saying:
    """Who set a field, when, and from what."""

    who: str
    when: str
    basis: str
    cause: str
    seq: int


def sayings(store: Store, layer: Layer, feature_id: str) -> dict[str, Saying]:
    """By field what the journal says of it; the place is `geom`. Computed figures have none."""
    found = {name: _saying(entry, layer) for name, entry in sources_of_fields(store, layer.id, feature_id).items()}
    for row, name in SET_WITH.items():
        if name in found:
            found[row] = found[name]
    return found


def _saying(entry: JournalEntry, layer: Layer) -> Saying:
    by_program = entry.author == PROGRAM
    return Saying(
        who=_("程序") if by_program else entry.author,
        when=office_time.shown(entry.at),
        basis=entry.source or (layer.source if by_program else ""),
        cause=_(entry.cause) if entry.cause else "",
        seq=entry.seq,
    )
