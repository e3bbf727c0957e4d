"""What qualifies the figures of a plan: the field `figures_note`, `title：words；title：words` by the titles of fields.

Words such as 约, 以上 or 余 belong to the number itself and stand beside it; other words are said under it.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from geo.model.layer import Field, Title

FIELD = "figures_note"
BETWEEN_PARTS, AFTER_TITLE = "；", "："


class Qualifier(NamedTuple):
    """Where a word stands in Chinese, before the number, between it and its unit or after both, and its title.

    In English all of them stand before the number.
    """

    place: Literal["before", "between", "after"]
    title: Title


def _qualifier(place: Literal["before", "between", "after"], zh: str, en: str) -> tuple[str, Qualifier]:
    return zh, Qualifier(place, Title(zh=zh, en=en))


QUALIFIERS = dict(
    [
        _qualifier("before", "约", "about"),
        _qualifier("before", "近", "nearly"),
        _qualifier("before", "超", "more than"),
        _qualifier("before", "力争", "aimed at"),
        _qualifier("before", "不少于", "at least"),
        _qualifier("before", "不低于", "not below"),
        _qualifier("between", "余", "over"),
        _qualifier("after", "以上", "at least"),
        _qualifier("after", "左右", "around"),
        _qualifier("after", "以内", "within"),
    ]
)


def read_note(fields: Sequence[Field], note: str | None) -> tuple[dict[str, str], str]:
    """What a note says of each figure, by the name of its field, and what of it belongs to none.

    Parameters
    ----------
    fields
        The layer's own fields; only figures are qualified.
    note
        The text of the field `figures_note`.
    """
    by_title = {field.title.zh: field.name for field in fields if field.type in ("integer", "number")}
    remarks, rest = {}, []
    for part in (note or "").split(BETWEEN_PARTS):
        title, colon, words = part.partition(AFTER_TITLE)
        if colon and title in by_title:
            remarks[by_title[title]] = words
        elif part:
            rest.append(part)
    return remarks, BETWEEN_PARTS.join(rest)
