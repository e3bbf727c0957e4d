"""Answers kept for the next one who asks the same: few bytes each, however long the question was."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Generic, TypeVar

import shapely

from geo.model.feature_query import FeatureQuery

T = TypeVar("T")

NOTHING: Mapping[str, object] = MappingProxyType({})


class Memo(Generic[T]):
    """The answers asked for last; thread-safe.

    Parameters
    ----------
    size
        How many are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._answers: OrderedDict[bytes, T] = OrderedDict()

    def __call__(self, key: bytes, compute: Callable[[], T]) -> T:
        """The answer kept under a key, else the computed one; two who ask at once may both compute."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = compute()
        with self._lock:
            self._answers[key] = answer
            if len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return answer


def key_of(layer_id: str, state: str, query: FeatureQuery, instead: Mapping[str, object] = NOTHING) -> bytes:
    """A key of 16 bytes for a question about a layer in a state; shapes and long lists do not stay in memory.

    Parameters
    ----------
    instead
        Values that take the place of the query's own, by name: what makes no difference.
    """
    values = {**vars(query), **instead, "within": None}
    shape = b"" if query.within is None else shapely.to_wkb(query.within)
    return blake2b(repr((layer_id, state, values)).encode() + shape, digest_size=16).digest()
