"""What a feature is found by: its words, and its name in pinyin."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from geo.model.layer import Layer

NOT_SEARCHED = frozenset({"location_basis", "location_note", "source_section", "replaced_by"})
"""Text fields that say how a feature is known, not what or where it is."""

LONGEST_SPELT = 200
"""Characters of a name that are spelt in pinyin."""

CONTROL_CHARACTERS = "".join(map(chr, range(32)))
"""No words begin with one, so that one can mark them."""

MARK = "\x01"
"""Stands before the words of a feature that has other values by now."""

RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
"""Pieces of a name; how one is spelt does not hang on letters and digits beside it."""

SHORTEST_WORD, LONGEST_APART = 2, 16
"""Characters of a word, and of a text that is read as two words."""


def search_texts(
    layer: Layer, ids: Sequence[str], rows: Sequence[Mapping[str, object]], *, spelt: bool = True
) -> list[str]:
    """Everything that features are found by, one line each: name, `layer/id`, place, pinyin of the name …

    Coded values are left out: the map page filters by them.

    Parameters
    ----------
    rows
        Values by field of each feature.
    spelt
        Without the pinyin, which comes last and hangs on the name alone, no dictionary is needed.
    """
    names = [name for name in searched_fields(layer) if any(row.get(name) is not None for row in rows)]
    found = []
    for feature_id, row in zip(ids, rows, strict=True):
        texts = [text for name in names if isinstance(text := row.get(name), str)]
        lines = [*map(normalized, texts), normalized(f"{layer.id}/{feature_id}")]
        lines += spellings(row.get("name") or "") if spelt else ()
        found.append("\n".join(dict.fromkeys(lines)).lstrip(CONTROL_CHARACTERS))
    return found


def searched_fields(layer: Layer) -> list[str]:
    """Names of the fields whose texts features are found by."""
    return [
        field.name
        for field in layer.fields
        if field.type == "text" and not field.values and field.name not in NOT_SEARCHED
    ]


def search_words(text: str) -> list[str]:
    """The words of a search, each of which must be found."""
    return normalized(text).split()


def words_apart(text: str) -> Iterator[str]:
    """Readings of a Chinese text without blanks as two words: 乐山大道古槐路 is also 乐山大道 古槐路."""
    text = text.strip()
    if len(text) > LONGEST_APART or text.isascii() or len(text.split()) != 1:
        return
    for length in range(SHORTEST_WORD, len(text) - SHORTEST_WORD + 1):
        yield f"{text[:length]} {text[length:]}"


@lru_cache(maxsize=2_000)
def normalized(text: str) -> str:
    """Full width and half width, capitals and small letters are the same (Unicode NFKC and case folding)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def pinyin() -> Callable[..., list[str]]:
    """The speller. Its dictionary takes a second to load: who only reads needs none, a writer asks in time."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin


@lru_cache(maxsize=50_000)
def _spelt(run: str) -> tuple[str, str]:
    """Initials and syllables of a piece of a name; pieces such as 小区 come again and again in a large file."""
    syllables = pinyin()(run, errors=list)  # what is no Chinese character is as it is
    return "".join(syllable[:1] for syllable in syllables), "".join(syllables)


def spellings(name: str) -> tuple[str, ...]:
    """Pinyin initials and full pinyin of a Chinese name, letters and digits only: 宏志 gives hz and hongzhi."""
    name = normalized(name)[:LONGEST_SPELT]
    if name.isascii():
        return ()
    if not name.isalnum():
        name = "".join(filter(str.isalnum, name))
        if name.isascii():
            return ()
    initials, syllables = "", ""
    for run in RUNS.findall(name):
        first, whole = (run, run) if run.isascii() else _spelt(run)
        initials, syllables = initials + first, syllables + whole
    return initials, syllables
