"""What a plan's words say: its projects, totals and indicators, and what in them does not fit together."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.exchange import plan_file, plan_text
from geo.model.errors import InvalidInput, N_
from geo.model.finding import Finding
from geo.model.layer import Catalog
from geo.model.plan import PlanIndicator, PlanReading, PlanRecord, PlanTotal
from geo.service.auditing import findings_between, findings_of_plan, findings_of_store

if TYPE_CHECKING:
    from geo.store.base import Store

LONGEST_PLAN = 3_000_000
"""Characters; forty pages have some 40 000."""


@dataclass(frozen=True)
class Reading:
    """A plan as it was read.

    Parameters
    ----------
    text
        The text as it was given, but with line feeds only; every span counts its characters from 0.
    records, totals, indicators
        Each with its `source` (section, headings, paragraph, start, end); a record also with `spans`, the places of
        its name, its location and its figures by field.
    findings
        What does not fit together.
    """

    text: str
    records: tuple[PlanRecord, ...]
    totals: tuple[PlanTotal, ...]
    indicators: tuple[PlanIndicator, ...]
    findings: tuple[Finding, ...]


def read_plan(text: str) -> Reading:
    """Read a plan's text; prose without projects gives no records.

    Raises
    ------
    InvalidInput
        If the text is longer than any plan.
    """
    if len(text) > LONGEST_PLAN:
        raise InvalidInput(N_("文字太长：%(given)s 字，最多 %(most)s 字"), given=len(text), most=LONGEST_PLAN)
    plan = plan_text.parse_plan(text)
    return Reading(plan.text, plan.records, plan.totals, plan.indicators, tuple(findings_of_plan(plan)))


def read_plan_file(path: Path) -> Reading:
    """Read a plan's file: plain text in UTF-8, UTF-16 or GBK, or a Word document (.docx).

    Raises
    ------
    InvalidFile
        If it is not there, too large, or neither.
    """
    return read_plan(plan_file.read_plan_file(path))


def read_plan_bytes(content: bytes, name: str) -> Reading:
    """As `read_plan_file`, of what was uploaded under a name.

    Raises
    ------
    InvalidFile
        If it is too large, or neither a text nor a Word document.
    """
    return read_plan(plan_file.plan_of_bytes(content, name))


def in_layers_of(reading: Reading, catalog: Catalog) -> Reading:
    """The reading with layers that the zone has, whatever others a plan may name.

    A record keeps the layer that was read, else it has the one whose title its name or its headings hold; otherwise it
    has none, and a planner chooses.
    """
    return replace(reading, records=tuple(replace(each, layer=_layer_of(each, catalog)) for each in reading.records))


def _layer_of(record: PlanRecord, catalog: Catalog) -> str | None:
    layers = [layer for layer in catalog.plan if layer.geometry is not None]
    if record.layer in {layer.id for layer in layers}:
        return record.layer
    for words in (record.name, *reversed(record.source.headings)):
        titled = [layer.id for layer in layers if layer.title.zh in words]
        if titled:
            return titled[0] if len(titled) == 1 else None
    return None


def reading_json(reading: Reading, words: Callable[..., str]) -> dict[str, list[dict[str, Any]]]:
    """The reading as the command gives it; of the findings those that do not simply agree.

    Parameters
    ----------
    words
        Turns a message marked with `N_` and its parameters into the reader's language.
    """
    plan = PlanReading(reading.text, reading.records, reading.totals, reading.indicators)
    told = [finding_json(finding, words) for finding in reading.findings if finding.verdict != "agrees"]
    return plan_text.plan_json(plan) | {"findings": told}


def finding_json(finding: Finding, words: Callable[..., str]) -> dict[str, Any]:
    """A finding with the places that it cites."""
    return {
        "code": finding.code,
        "verdict": finding.verdict,
        "message": words(finding.remark.message, **finding.remark.params),
        "figures": dict(finding.figures),
        "places": [asdict(place) for place in finding.places],
    }


def audit(store: "Store", plan: Path | None = None) -> list[Finding]:
    """What fits together and what does not: in the layers, in a plan's file where one is given, and between the two.

    Raises
    ------
    InvalidFile
        If the file cannot be read.
    """
    if plan is None:
        return findings_of_store(store)
    read = read_plan_file(plan)
    whole = PlanReading(read.text, read.records, read.totals, read.indicators)
    return [*read.findings, *findings_between(whole, store)]
