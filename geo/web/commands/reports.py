"""`report`: an annual, mid-term or final report as a file."""

from pathlib import Path

import click
from werkzeug.datastructures import MultiDict

from geo.service import reports
from geo.web.commands.command import command
from geo.web.commands.output import write_whole
from geo.web.current import past_day, store_as_of
from geo.web.language import LANGUAGES
from geo.web.reports import asked_report, checked_format
from geo.web.terminal import answer


@command("report")
@click.option("--kind", type=click.Choice(list(reports.KINDS)), default="annual", show_default=True)
@click.option("--year", help="The year that it is about; by default the last one that has ended, or the kind's own.")
@click.option("--format", "format_name", help="docx, pdf or xlsx; by default as FILE ends.")
@click.option("--layer", "layers", multiple=True, help="Only this layer; several may be given.")
@click.option("--township", help="Only this township; - for features of which it is not known.")
@click.option("--unit", help="Only this responsible unit; - likewise.")
@click.option("--as-of", help="As the office knew it at the end of a past day, such as 2024-03-01.")
@click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@click.option("-o", "--output", required=True, metavar="FILE", help="File to write.")
def report(
    kind: str,
    year: str | None,
    format_name: str | None,
    layers: tuple[str, ...],
    township: str | None,
    unit: str | None,
    as_of: str | None,
    language: str,
    output: str,
) -> None:
    """Write a report of how the plan stands, with tables, maps and sources, for the office to edit."""
    format_name = checked_format(format_name or Path(output).suffix.removeprefix(".").lower())
    day = past_day(as_of)
    store = store_as_of(day)
    given = {"kind": kind, "year": year, "township": township, "unit": unit}
    args = MultiDict([(name, value) for name, value in given.items() if value is not None])
    args.setlist("layer", list(layers))
    wish = asked_report(args, store, language, as_of=day and day.isoformat())
    size = write_whole([reports.file_of(store, wish, format_name)], Path(output))
    answer({"file": output, "format": format_name, "bytes": size, "kind": kind, "year": wish.year})
