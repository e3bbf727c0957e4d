"""What is to become of features, who does it and why, and the record that is kept of every change."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from shapely.geometry.base import BaseGeometry

from geo.model.errors import N_
from geo.model.status import AnnualStatus


class Keep(Enum):
    """The geometry stays as it is; None would take it away."""

    KEEP = "keep"


KEEP = Keep.KEEP

Action = Literal["create", "update", "remove", "status", "account", "correction", "scenario", "seal"]

ACTION_TITLES: dict[str, str] = {
    "create": N_("新增"),
    "update": N_("修改"),
    "remove": N_("移除"),
    "status": N_("填报"),
    "account": N_("账户"),
    "correction": N_("纠错"),
    "scenario": N_("学区方案"),
    "seal": N_("封存"),
}


@dataclass(frozen=True)
class FeatureChange:
    """A feature to be made or changed.

    Parameters
    ----------
    layer_id, feature_id
        Which feature.
    revision
        The revision that the writer saw; None makes a new feature.
    properties
        Values to set by field name; the others stay, and are null in a new feature.
    geometry
        In EPSG:4326, lon/lat; `KEEP` leaves it, None takes it away.
    """

    layer_id: str
    feature_id: str
    revision: int | None = None
    properties: dict[str, object] = field(default_factory=dict)
    geometry: BaseGeometry | Keep | None = KEEP


@dataclass(frozen=True)
class FeatureRemoval:
    """A feature to be taken out of its table, as when its making is undone; the journal keeps what it was.

    A plan's features are retired (`retired_on`), not removed.
    """

    layer_id: str
    feature_id: str
    revision: int


@dataclass(frozen=True)
class Record:
    """Something that the journal keeps although it changes no feature and no status: a seal, what came of a correction.

    Parameters
    ----------
    before, after
        JSON-able.
    """

    action: Action
    layer_id: str | None = None
    feature_id: str | None = None
    before: dict[str, object] | None = None
    after: dict[str, object] | None = None


Change = FeatureChange | FeatureRemoval | AnnualStatus | Record


@dataclass(frozen=True)
class Act:
    """Who changes something, and why.

    Parameters
    ----------
    author
        Name of the account; `PROGRAM` where no person is behind it.
    cause
        Why, in the writer's words, or what was done.
    source
        What the change rests on: a file, a document, the road data.
    """

    author: str
    cause: str | None = None
    source: str | None = None


PROGRAM = "-"
"""Author of what no person did, such as the first filling of a store."""

BY_PROGRAM = Act(PROGRAM)

FIRST_FILLING = Act(PROGRAM, N_("建库时由图层文件夹录入"))
"""Of everything that a layer begins with."""


@dataclass(frozen=True)
class JournalEntry:
    """One change as it is kept.

    Parameters
    ----------
    seq
        Number in the journal, from 1 without gaps.
    change_set
        `seq` of the first entry that was written together with this one.
    at
        When, ISO 8601 in UTC; never earlier than the entry before it.
    author, cause, source
        As in `Act`.
    action
        What was done.
    layer_id, feature_id
        To which feature; None for what belongs to none.
    revision
        The feature's revision after the change; of a removal the last one; None for other actions.
    before, after
        Fields and their values before and after the change: all known ones of a feature that was made or removed, the
        changed ones of another; the geometry as `geom`, WKB in hexadecimal digits. Of a status the whole rows.
    hash
        SHA-256 of the hash before it and of everything above; see `geo.store.journal`.
    """

    seq: int
    change_set: int
    at: str
    author: str
    cause: str | None
    source: str | None
    action: Action
    layer_id: str | None
    feature_id: str | None
    revision: int | None
    before: dict[str, object] | None
    after: dict[str, object] | None
    hash: str


@dataclass(frozen=True)
class JournalQuery:
    """Which entries, and how many.

    Parameters
    ----------
    since, until
        ISO 8601 in UTC; entries made at or after the one and before or at the other.
    first_seq, last_seq
        Bounds of the number.
    newest_first
        The order.
    """

    layer_id: str | None = None
    feature_id: str | None = None
    action: Action | None = None
    author: str | None = None
    change_set: int | None = None
    since: str | None = None
    until: str | None = None
    first_seq: int | None = None
    last_seq: int | None = None
    newest_first: bool = False
    limit: int | None = None
    offset: int = 0


WHOLE_JOURNAL = JournalQuery()


@dataclass(frozen=True)
class JournalHead:
    """The end of the chain: what a seal prints."""

    seq: int
    hash: str
    at: str | None


@dataclass(frozen=True)
class BadRow:
    """What does not agree with the journal.

    Parameters
    ----------
    table
        Where it lies.
    key
        `seq` of a journal row, or the feature's id.
    field
        Which column, where one can be told.
    fault
        `chain`, `missing`, `extra`, `different` or `unreadable`.
    """

    table: str
    key: str
    fault: Literal["chain", "missing", "extra", "different", "unreadable"]
    field: str | None = None
