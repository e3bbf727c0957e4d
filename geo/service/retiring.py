"""Features that are no longer in use: kept with their history, out of map, lists and totals, and replaced by others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geo.model import office_time
from geo.model.errors import FeatureNotFound, InvalidInput, LayerNotFound, N_
from geo.model.feature_query import Condition, FeatureQuery, Order
from geo.model.field_fault import FieldFault, InvalidFields
from geo.model.journal import Act, FeatureChange, JournalEntry
from geo.model.layer import Layer
from geo.model.remark import Remark
from geo.model.status import AnnualStatus
from geo.service.editing import check_revision, read_now
from geo.service.history import sources_of_fields
from geo.store.base import Store

MOST_AT_ONCE = 50
ARE_RETIRED = Condition("retired_on", minimum=date.min.isoformat())
"""A comparison, with the order by it: so the stores find the few by the index that they have of them."""


@dataclass(frozen=True)
class Retiree:
    """A feature to be retired, as its writer saw it; without a revision as it is."""

    layer_id: str
    feature_id: str
    revision: int | None = None

    @property
    def key(self) -> str:
        return f"{self.layer_id}/{self.feature_id}"


@dataclass(frozen=True)
class Retirement:
    """Since when a feature is out of use, who said so and why, and what replaces it.

    Parameters
    ----------
    successor
        `<layer>/<id>`; None where nothing replaces it.
    entry
        What wrote it; None where it was retired before the journal began to tell.
    """

    on: str
    successor: str | None
    successor_name: str | None
    entry: JournalEntry | None


@dataclass(frozen=True)
class Predecessor:
    """A retired feature that another one replaces, with the last year that was reported of it."""

    layer: Layer
    feature_id: str
    name: str
    retired_on: str
    last_status: AnnualStatus | None


def retire(
    store: Store, retirees: Sequence[Retiree], act: Act, *, on: str | None = None, successor: str | None = None
) -> list[JournalEntry]:
    """Take features out of use in one change set, all or none; several with one successor are a merger.

    Their statuses stay with them. Taken back, like any change, by `history.undo`.

    Parameters
    ----------
    on
        The day, ISO 8601; today at the office where none is given.
    successor
        `<layer>/<id>` of the feature that replaces them.

    Raises
    ------
    InvalidFields
        If there is no reason, the day has not come, or the successor is none, retired or one of them.
    InvalidInput
        If one of them is retired already, or of a layer that is no plan's.
    Conflict
        If one of them is no longer as its writer saw it.
    LayerNotFound, FeatureNotFound
    """
    day, faults = _day(on)
    if not act.cause:
        faults.append(_fault("cause", N_("请写明停用的原因")))
    keys = [each.key for each in retirees]
    if successor is not None:
        faults += _successor_faults(store, successor, keys)
    if len(set(keys)) != len(keys) or not 0 < len(keys) <= MOST_AT_ONCE:
        faults.append(_fault("others", N_("同一个要素写了两次，或一次超过 %(most)s 个"), most=MOST_AT_ONCE))
    if faults:
        raise InvalidFields(faults)
    return store.write([_change(store, each, day, successor) for each in retirees], act)


def retirement(store: Store, layer_id: str, feature_id: str) -> Retirement | None:
    """When, by whom and why a feature was retired; None where it is in use."""
    now = read_now(store, layer_id, feature_id)
    if not now.get("retired_on"):
        return None
    successor = successor_key(layer_id, now.get("replaced_by"))
    source = sources_of_fields(store, layer_id, feature_id).get("retired_on")
    return Retirement(now["retired_on"], successor, _name_of(store, successor), source)


def successor_key(layer_id: str, replaced_by: object) -> str | None:
    """`<layer>/<id>` of what a feature of a layer says that it is replaced by."""
    if not replaced_by:
        return None
    return str(replaced_by) if "/" in str(replaced_by) else f"{layer_id}/{replaced_by}"


def predecessors(store: Store, layer_id: str, feature_id: str) -> list[Predecessor]:
    """The retired features that a feature replaces, by layer and day."""
    found = []
    for layer in store.catalog.plan:
        names = (f"{layer_id}/{feature_id}", *((feature_id,) if layer.id == layer_id else ()))
        conditions = (ARE_RETIRED, Condition("replaced_by", names))
        query = FeatureQuery(conditions=conditions, order=(Order("retired_on"),), retired=True)
        page = store.read_page(layer.id, query)
        for each_id, row in zip(page.ids, page.rows, strict=True):
            values = dict(zip(page.columns, row, strict=True))
            last = next(reversed(store.statuses(layer.id, each_id)), None)
            found.append(Predecessor(layer, each_id, values["name"] or each_id, values["retired_on"], last))
    return found


def _change(store: Store, retiree: Retiree, day: str, successor: str | None) -> FeatureChange:
    layer = store.catalog[retiree.layer_id]
    if layer.role != "plan":
        raise InvalidInput(N_("图层“%(layer)s”是参考图层，没有停用一说"), layer=layer.title.zh)
    now = read_now(store, layer.id, retiree.feature_id)
    if retiree.revision is not None:
        check_revision(layer, retiree.feature_id, retiree.revision, now)
    if now["retired_on"]:
        raise InvalidInput(N_("“%(name)s”已于 %(day)s 停用"), name=now["name"] or retiree.key, day=now["retired_on"])
    values = {"retired_on": day, "replaced_by": successor}
    return FeatureChange(layer.id, retiree.feature_id, now["revision"], values)


def _day(on: str | None) -> tuple[str | None, list[FieldFault]]:
    today = office_time.today()
    try:
        day = date.fromisoformat(on) if on else today
    except ValueError:
        return None, [_fault("retired_on", N_("应为日期，如 2023-01-31，现为“%(given)s”"), given=on[:40])]
    if day > today:
        return None, [_fault("retired_on", N_("%(day)s 还没有到"), day=day.isoformat())]
    return day.isoformat(), []


def _successor_faults(store: Store, successor: str, keys: Sequence[str]) -> list[FieldFault]:
    layer_id, _, feature_id = successor.partition("/")
    if successor in keys:
        return [_fault("successor", N_("要素不能由自己替代"))]
    try:
        now = read_now(store, layer_id, feature_id)
    except (LayerNotFound, FeatureNotFound):
        return [_fault("successor", N_("没有要素“%(given)s”：应写作“图层/编号”"), given=successor[:80])]
    if now.get("retired_on"):
        return [_fault("successor", N_("“%(given)s”自己已停用"), given=successor)]
    return []


def _name_of(store: Store, key: str | None) -> str | None:
    layer_id, _, feature_id = (key or "").partition("/")
    try:
        return read_now(store, layer_id, feature_id)["name"]
    except (LayerNotFound, FeatureNotFound):
        return None


def _fault(field: str, message: str, **params: object) -> FieldFault:
    return FieldFault(field, Remark(message, **params))
