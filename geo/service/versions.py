"""The versions of one feature: every state that the office's record of it was in, reports of its years included."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from geo.model.errors import FeatureNotFound
from geo.model.journal import Action, JournalEntry, JournalQuery
from geo.store.base import Store

CHANGING: tuple[Action, ...] = ("create", "update", "remove", "status")
"""What makes a new version of a feature."""


@dataclass(frozen=True)
class Version:
    """A state of a feature, from one moment to the next version's.

    Parameters
    ----------
    at
        When it began, ISO 8601 in UTC; what was written at one moment makes one version.
    entries
        The journal's rows that made it.
    """

    at: str
    entries: tuple[JournalEntry, ...]


def versions(store: Store, layer_id: str, feature_id: str) -> list[Version]:
    """All versions of a feature that the store knows of, the oldest first.

    Raises
    ------
    LayerNotFound
    FeatureNotFound
        If there never was such a feature.
    """
    layer = store.catalog[layer_id]
    found = _grouped(list(store.journal(JournalQuery(layer_id=layer.id, feature_id=feature_id))))
    if not found:
        raise FeatureNotFound(layer_id, feature_id)
    return found


def before_last(store: Store, layer_id: str, feature_id: str) -> str | None:
    """When the version before the last one began; None where there is none, or the feature was not there."""
    found = store.before_last_change(layer_id, feature_id, CHANGING)
    return None if found is None or found[1] == "remove" else found[0]


def _grouped(entries: Sequence[JournalEntry]) -> list[Version]:
    changing = [entry for entry in entries if entry.action in CHANGING]
    return [Version(at, tuple(made)) for at, made in groupby(changing, key=lambda entry: entry.at)]
