"""The projects in the rows of a plan's tables."""

from dataclasses import replace

from geo.exchange.location_phrase import parse_location
from geo.exchange.plan_details import classify, find_location, find_year, finished_year, last_year, place_alone
from geo.exchange.plan_figures import read_figures
from geo.exchange.plan_names import clean_name, split_developer
from geo.exchange.plan_rows import NUMBER, TOTAL, Row, sentence_of
from geo.exchange.plan_structure import Passage
from geo.model.plan import PlanRecord, Source

SHORTEST_NAME = 2


def record_of_row(passage: Passage, row: Row) -> PlanRecord | None:
    """The project of a row of a table; None where the row names none."""
    cell = row.of_kind("name")
    name = clean_name(cell.text) if cell else ""
    total = next((TOTAL.match(each.text) for each in row.cells if each.text), None)
    if cell is None or len(name) < SHORTEST_NAME or TOTAL.match(name) or total or NUMBER.fullmatch(name):
        return None
    sentence, places = sentence_of(row)
    site, time = row.of_kind("location"), row.of_kind("finish") or row.of_kind("year")
    headings = tuple(heading.title for heading in passage.path if heading.title)
    layer, level = classify(name, (*headings, row.category))
    developer, name = split_developer(name)
    figures = read_figures(sentence)
    rest = sentence.replace(cell.text, " " * len(cell.text), 1)
    location_text = site.text if site else find_location(rest) or place_alone(rest)
    start = cell.start + cell.text.index(name)
    spans = {"name": (start, start + len(name))}
    if location_text:
        place = site.start if site else places[sentence.index(location_text)]
        spans["location_text"] = (place, place + len(location_text))
    spans |= {key: (places[first], places[last - 1] + 1) for key, (first, last) in figures.spans.items()}
    return PlanRecord(
        name=name,
        source=Source(passage.section, headings, passage.paragraph, passage.start, passage.start + len(passage.text)),
        layer=layer,
        level=level,
        developer=developer,
        location_text=location_text,
        location=parse_location(location_text) if location_text else None,
        plan_year=(last_year(time.text) if time else None) or finished_year(row.asides) or find_year(sentence, passage),
        throughput_text=figures.labels.get("throughput"),
        turnover_text=figures.labels.get("turnover"),
        qualifiers=figures.qualifiers,
        spans=spans,
        quantities=tuple(
            replace(each, start=places[each.start] - passage.start, end=places[each.end - 1] + 1 - passage.start)
            for each in figures.quantities
        ),
        **figures.values,  # type: ignore[arg-type]
    )
