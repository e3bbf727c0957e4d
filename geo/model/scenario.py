"""A question about catchments that was kept with its answer, under a name and a date."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from geo.model.errors import InvalidInput, N_

LONGEST_NAME, LONGEST_NOTE = 60, 500


@dataclass(frozen=True)
class NewScenario:
    """What is kept.

    Parameters
    ----------
    question
        Parameters by name, as in the page's address.
    inputs
        The layers that were read and the revision of each, by subject.
    journal_seq, journal_hash
        The last entry of the journal when it was computed: the store as of it gives the same answer.
    result
        The summary, and the assignments as rows.
    """

    name: str
    note: str | None
    made_by: str
    question: Mapping[str, Sequence[str]]
    inputs: Mapping[str, Mapping[str, object]]
    journal_seq: int
    journal_hash: str
    result: Mapping[str, object]


@dataclass(frozen=True)
class Scenario(NewScenario):
    """As the store has it.

    Parameters
    ----------
    made_at
        ISO 8601 in UTC.
    sha256
        Of everything else but the number.
    """

    id: int
    made_at: str
    sha256: str


def seal_of(scenario: NewScenario, made_at: str) -> str:
    """The hash that a scenario of this content has."""
    content = {name: asdict(scenario)[name] for name in NewScenario.__dataclass_fields__} | {"made_at": made_at}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def clean_name(name: str) -> str:
    """A name without blanks at its ends.

    Raises
    ------
    InvalidInput
        If it is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(N_("方案名称应为 1 至 %(longest)s 个字符"), longest=LONGEST_NAME)
    return name


def clean_note(note: str | None) -> str | None:
    """A note, None where nothing is said.

    Raises
    ------
    InvalidInput
        If it is too long.
    """
    note = (note or "").strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(N_("方案说明最多 %(longest)s 个字符"), longest=LONGEST_NOTE)
    return note or None
