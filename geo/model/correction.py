"""What a reader finds wrong in a record, and what became of it."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from geo.model.errors import InvalidInput, N_

TOPICS: dict[str, str] = {
    "place": N_("位置"),
    "figures": N_("数字"),
    "name": N_("名称"),
    "status": N_("进展"),
    "other": N_("其他"),
}
"""What may be wrong."""

State = Literal["open", "accepted", "answered", "closed"]

OUTCOMES: dict[str, str] = {"accepted": N_("采纳"), "answered": N_("答复"), "closed": N_("关闭")}
"""What an editor may do with an open one; accepted and answered ones are public with their answer, closed ones not."""

SHORTEST_TEXT, LONGEST_TEXT = 5, 1000
LONGEST_CONTACT = 100
LONGEST_ANSWER = 1000

_LINE_BREAKS = str.maketrans({"\r": None, "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}


@dataclass(frozen=True)
class Report:
    """What a reader sends in; plain text, shown as it is and never read as markup.

    Parameters
    ----------
    layer_id, feature_id
        Which record.
    topic
        A key of `TOPICS`.
    text
        What is wrong, and what would be right.
    contact
        How the reader may be reached, if they want to be; shown to editors only, and not in the journal.
    reported_by
        Name of the account, if the reader was signed in.
    """

    layer_id: str
    feature_id: str
    topic: str
    text: str
    contact: str | None = None
    reported_by: str | None = None


@dataclass(frozen=True)
class Correction:
    """A report as it is kept, and what became of it.

    Parameters
    ----------
    id
        Number in the store.
    received_at, handled_at
        ISO 8601 in UTC.
    state
        Where it stands.
    answer
        The office's words.
    handled_by
        Name of the editor.
    """

    id: int
    report: Report
    received_at: str
    state: State = "open"
    answer: str | None = None
    handled_by: str | None = None
    handled_at: str | None = None


def clean_report(report: Report) -> Report:
    """A report as it is kept.

    Raises
    ------
    InvalidInput
        If there is no such topic, or a text is too short or too long.
    """
    if report.topic not in TOPICS:
        raise InvalidInput(N_("请选择哪里有误"))
    text = plain_text(report.text)
    if len(text) < SHORTEST_TEXT:
        raise InvalidInput(N_("请写明哪里有误、应当是什么（至少 %(least)s 个字）"), least=SHORTEST_TEXT)
    contact = " ".join(plain_text(report.contact or "").split()) or None
    for given, most in ((text, LONGEST_TEXT), (contact or "", LONGEST_CONTACT)):
        _check_length(given, most)
    return Report(report.layer_id, report.feature_id, report.topic, text, contact, report.reported_by)


def clean_answer(given: str, outcome: str) -> str | None:
    """The office's words; only what is closed needs none.

    Raises
    ------
    InvalidInput
        If there is no such outcome, or the words are missing or too long.
    """
    if outcome not in OUTCOMES:
        raise InvalidInput(N_("没有这种处理方式：%(given)s"), given=outcome[:80])
    answer = plain_text(given)
    _check_length(answer, LONGEST_ANSWER)
    if not answer and outcome != "closed":
        raise InvalidInput(N_("采纳和答复都要写明说明，读者会看到"))
    return answer or None


def plain_text(given: str) -> str:
    """Text without characters that nobody sees or that turn others around, its lines and paragraphs kept."""
    seen = "".join(
        character
        for character in given.translate(_LINE_BREAKS)
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
    )
    lines = [line.strip() for line in seen.split("\n")]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before).strip()


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidInput(N_("文字太长：最多 %(most)s 个字，现为 %(given)s 个"), most=most, given=len(text))
