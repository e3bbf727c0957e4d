"""`map-picture`: the map as a picture."""

from collections.abc import Sequence
from pathlib import Path

import click
from werkzeug.datastructures import MultiDict

from geo.model.errors import InvalidInput, N_
from geo.service import map_picture as pictures
from geo.web.commands.command import command
from geo.web.commands.output import write_whole
from geo.web.current import past_day, store_as_of
from geo.web.language import LANGUAGES
from geo.web.map_picture import asked_picture, refuse_unknown
from geo.web.terminal import answer


@command("map-picture")
@click.argument("layer_ids", metavar="LAYER...", nargs=-1)
@click.option("--year", help="Status as of the end of this year; by default the plan's last one.")
@click.option(
    "--filter", "filters", multiple=True, metavar="NAME=VALUE",
    help="A filter of the map page as in its address, such as q=school, plan_year=2023, bbox=…; several may be given.",
)  # fmt: skip
@click.option("--no-schematic", is_flag=True, help="Without schematic positions, which are hatched otherwise.")
@click.option("--as-of", help="As the office knew it at the end of a past day, such as 2024-03-01.")
@click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@click.option("-o", "--output", required=True, metavar="FILE", help="A .png, .pdf or .svg file.")
def map_picture(
    layer_ids: tuple[str, ...],
    year: str | None,
    filters: tuple[str, ...],
    no_schematic: bool,
    as_of: str | None,
    language: str,
    output: str,
) -> None:
    """Draw a map of layers with legend, scale bar, north arrow and notes; all layers of the plan by default."""
    format_name = Path(output).suffix.removeprefix(".").lower()
    refuse_unknown(format_name)
    day = past_day(as_of)
    store = store_as_of(day)
    args = read_filters(filters)
    given = {"year": year, "layers": ",".join(layer_ids), "schematic": "false" if no_schematic else None}
    args.update({name: value for name, value in given.items() if value})
    scope, wish = asked_picture(args, store, language, as_of=day and day.isoformat())
    size = write_whole([pictures.picture_of(store, scope.queries, wish, format_name)], Path(output))
    answer({"file": output, "format": format_name, "bytes": size, "year": wish.year, "layers": list(scope.queries)})


def read_filters(filters: Sequence[str]) -> MultiDict[str, str]:
    """Filters as an address would have them.

    Raises
    ------
    InvalidInput
        If one has no name or no value.
    """
    pairs = [each.partition("=") for each in filters]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise InvalidInput(N_("--filter 应写作 名称=值，现为“%(given)s”"), given=f"{name}{equals}{value}"[:80])
    return MultiDict((name, value) for name, _, value in pairs)
