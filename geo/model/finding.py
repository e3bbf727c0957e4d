"""What does not fit together in a plan, with the places that say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo.model.remark import Remark

Verdict = Literal["agrees", "explained", "differs", "note"]
"""`explained`: it differs, or cannot be compared, and what the plan says tells why; `note`: worth a look, no fault."""


@dataclass(frozen=True)
class Citation:
    """A place that says something.

    Parameters
    ----------
    label
        What it says, in a few words: 2021年 学校 4230 个学位.
    section, paragraph
        As it is cited: 七(二)1 专栏, line 282; None where a layer does not say.
    span
        Place in the text that was read; None where it comes from a layer.
    feature
        Layer and feature, where it comes from a layer: schools/2021-1.
    """

    label: str
    section: str | None = None
    paragraph: int | None = None
    span: tuple[int, int] | None = None
    feature: str | None = None


@dataclass(frozen=True)
class Finding:
    """One comparison and how it came out.

    Parameters
    ----------
    code
        The check: total, seats_per_class, land_per_pupil and so on (`geo.analysis.consistency`).
    verdict
        How it came out.
    remark
        The finding in words.
    places
        The places compared: what is claimed first, then what it is compared with.
    figures
        The figures compared, by name; the unit ends the name.
    """

    code: str
    verdict: Verdict
    remark: Remark
    places: tuple[Citation, ...]
    figures: Mapping[str, float] = field(default_factory=dict)
