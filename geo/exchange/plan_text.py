"""Read a plan's prose into records, totals and indicators, each with its place in the text.

The layout is read first (`plan_structure`: headings, boxes, items, tables), then the projects (`plan_items`,
`plan_projects`, `plan_records`) with their figures (`plan_figures`, `quantities`) and places (`location_phrase`),
then what the plan counts without naming each (`plan_totals`) and its table of indicators (`plan_table`). The words of
all this are in `plan_words.toml` and `quantity_words.toml`; nothing here knows a city or a plan.
"""

from dataclasses import asdict, replace
from typing import Any

from geo.exchange.location_phrase import to_json_dict
from geo.exchange.plan_article import complete_article
from geo.exchange.plan_of_all import with_sentences_of_all
from geo.exchange.plan_records import read_records
from geo.exchange.plan_structure import fold, read_passages
from geo.exchange.plan_table import read_indicators
from geo.exchange.plan_totals import read_totals
from geo.model.plan import PlanReading, PlanRecord, Source


def parse_plan(text: str) -> PlanReading:
    """Read a plan. Never raises; prose without projects gives no records.

    Parameters
    ----------
    text
        The whole plan, a paragraph a line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    passages = read_passages(fold(text))
    records = tuple(with_sentences_of_all(complete_article(list(read_records(passages)), passages), passages))
    totals, indicators = tuple(read_totals(passages, records)), tuple(read_indicators(passages))
    return PlanReading(text, tuple(as_written(record, text) for record in records), totals, indicators)


def as_written(record: PlanRecord, text: str) -> PlanRecord:
    """A record with its name and its place in the text's own letters, not in half-width ones."""
    written = {field: text[first:last] for field, (first, last) in record.spans.items()}
    name = written["name"] if fold(written["name"]) == record.name else record.name
    if record.location is None:
        return replace(record, name=name)
    place = written["location_text"]
    return replace(record, name=name, location_text=place, location=replace(record.location, text=place))


def source_json(source: Source) -> dict[str, Any]:
    return {
        "section": source.section,
        "headings": list(source.headings),
        "paragraph": source.paragraph,
        "span": [source.start, source.end],
    }


def record_json(record: PlanRecord) -> dict[str, Any]:
    plain = {key: value for key, value in asdict(record).items() if key not in ("source", "location", "quantities")}
    location = to_json_dict(record.location) if record.location else None
    figures = [
        {
            "value": each.value,
            "unit": each.unit,
            "text": each.text,
            "label": each.label,
            "qualifiers": list(each.qualifiers),
        }
        for each in record.quantities
    ]
    return {**plain, "location": location, "figures": figures, "source": source_json(record.source)}


def plan_json(reading: PlanReading) -> dict[str, list[dict[str, Any]]]:
    """Records and totals as JSON has them; the rows of the table of indicators are totals of measure `indicator`."""
    totals = [{**asdict(total), "source": source_json(total.source)} for total in reading.totals]
    rows = [{"measure": "indicator", **asdict(row), "source": source_json(row.source)} for row in reading.indicators]
    return {"records": [record_json(record) for record in reading.records], "totals": totals + rows}
