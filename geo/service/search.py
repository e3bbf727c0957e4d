"""Finding features by words in all layers at once, also by words that were written together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.search_text import words_apart
from geo.service.features import Items, properties_of
from geo.store.base import Store


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    words
        The words that were found: as they were given, or with a blank where one was left out. A filter by these words
        finds the same.
    results
        Features by layer.
    """

    words: str
    results: list[tuple[Layer, Items]]


def search(store: Store, text: str, *, limit: int, year: int | None, schematic: bool) -> Found:
    """Features of every layer whose name, id, place or pinyin initials hold the words, at most `limit` in all.

    Where nothing holds a Chinese text without blanks as it is, it is read as two words, such as two roads.
    """
    for words in (text, *words_apart(text)):
        results = list(_find(store, FeatureQuery(search=words, year=year, schematic=schematic), limit))
        if results:
            return Found(words, results)
    return Found(text, [])


def _find(store: Store, query: FeatureQuery, limit: int) -> Iterator[tuple[Layer, Items]]:
    for layer in store.catalog.values():
        if limit <= 0:
            return
        page = store.read_page(layer.id, replace(query, limit=limit))
        if len(page):
            limit -= len(page)
            yield layer, Items(page, properties_of(layer, page, query.year), len(page))
