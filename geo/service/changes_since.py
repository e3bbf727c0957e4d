"""What the journal says was changed since a day, feature by feature."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from geo.model.errors import FeatureNotFound, N_
from geo.model.journal import FIRST_FILLING, JournalEntry, JournalQuery
from geo.model.layer import Layer
from geo.model.remark import Remark
from geo.model.status import STAGES
from geo.service.as_of import end_of_day
from geo.store.base import Store

TOLD = ("create", "update", "remove", "status")
MOST_FEATURES = 200
MOST_READ = 5_000
"""Entries that are looked at, the newest first."""

MOST_NAMED = 4
"""Fields that a sentence names."""

LONGEST_NOTE = 60


@dataclass(frozen=True)
class FeatureChanges:
    """What happened to one feature, the newest first."""

    layer: Layer
    feature_id: str
    name: str
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True)
class ChangeList:
    """Features changed since a day.

    Parameters
    ----------
    features
        The last changed first.
    taken_in
        How many features and statuses of each layer came with its first filling; they are not listed one by one.
    has_more
        Whether older changes were left out.
    """

    since: date
    features: tuple[FeatureChanges, ...]
    taken_in: dict[str, int]
    has_more: bool

    @property
    def count(self) -> int:
        return sum(len(each.entries) for each in self.features)


def changes_since(
    store: Store,
    since: date,
    *,
    layers: Collection[str] = (),
    keys: Collection[tuple[str, str]] | None = None,
    most: int = MOST_FEATURES,
) -> ChangeList:
    """Everything that was changed from the beginning of a day on (the office's time).

    Parameters
    ----------
    layers
        Layer ids; none means all.
    keys
        Layer and feature ids to which the list is narrowed; None for all.
    most
        Features that are listed.
    """
    before = store.journal_head(end_of_day(since - timedelta(days=1)))
    found: dict[tuple[str, str], list[JournalEntry]] = {}
    taken_in: dict[str, int] = {}
    has_more = False
    query = JournalQuery(first_seq=before.seq + 1, newest_first=True, limit=MOST_READ + 1)
    for number, entry in enumerate(store.journal(query)):
        has_more = has_more or number == MOST_READ
        key = (entry.layer_id, entry.feature_id)
        if entry.action not in TOLD or entry.layer_id not in (layers or store.catalog):
            continue
        if keys is not None and key not in keys:
            continue
        if (entry.author, entry.cause) == (FIRST_FILLING.author, FIRST_FILLING.cause):
            taken_in[entry.layer_id] = taken_in.get(entry.layer_id, 0) + 1
        elif key in found or len(found) < most:
            found.setdefault(key, []).append(entry)
        else:
            has_more = True
    features = tuple(_of_feature(store, *key, entries) for key, entries in found.items())
    return ChangeList(since, features, taken_in, has_more)


def _of_feature(store: Store, layer_id: str, feature_id: str, entries: list[JournalEntry]) -> FeatureChanges:
    layer = store.catalog[layer_id]
    named = [values.get("name") for entry in entries for values in (entry.after, entry.before) if values]
    name = next(filter(None, named), None) or _name_now(store, layer_id, feature_id)
    return FeatureChanges(layer, feature_id, str(name), tuple(entries))


def _name_now(store: Store, layer_id: str, feature_id: str) -> str:
    try:
        page = store.read_feature(layer_id, feature_id)
    except FeatureNotFound:
        return feature_id
    return dict(zip(page.columns, page.rows[0], strict=True)).get("name") or feature_id


def in_brief(entry: JournalEntry, layer: Layer, language: str = "zh") -> Remark:
    """What an entry did, in a sentence.

    Parameters
    ----------
    language
        `zh` or `en`, of the names of fields.
    """
    after, before = entry.after or {}, entry.before or {}
    if entry.action == "status":
        return _reported(after)
    if entry.action == "create":
        return Remark(N_("新增"))
    if entry.action == "remove":
        return Remark(N_("移除"))
    titles = {field.name: getattr(field.title, language) for field in layer.fields}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    fields = [titles.get(name, name) for name in names if name != "geom"]
    listed = " / ".join(fields[:MOST_NAMED]) + (" …" if len(fields) > MOST_NAMED else "")
    if "geom" not in names:
        return Remark(N_("修改：%(fields)s"), fields=listed)
    return Remark(N_("改动位置；修改：%(fields)s"), fields=listed) if fields else Remark(N_("改动位置"))


def _reported(after: dict[str, object]) -> Remark:
    year, progress = after.get("year"), after.get("progress_pct")
    if after.get("withdrawn"):
        return Remark(N_("撤回 %(year)s 年的填报"), year=year)
    if after.get("value") is not None:
        return Remark(N_("填报 %(year)s 年：%(value)s"), year=year, value=f"{after['value']:g}")
    stage = Remark(STAGES[after["stage"]]) if after.get("stage") in STAGES else "—"
    if progress is None:
        return Remark(N_("填报 %(year)s 年：%(stage)s"), year=year, stage=stage)
    return Remark(
        N_("填报 %(year)s 年：%(stage)s，形象进度 %(progress)s%%"), year=year, stage=stage, progress=f"{progress:g}"
    )
