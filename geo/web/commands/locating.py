"""`locate`: where the words of a place lead."""

from pathlib import Path

import click
import orjson

from geo.service import locating
from geo.web.commands.command import command
from geo.web.current import current_store
from geo.web.locating import place_feature
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words


@command("locate")
@click.argument("text", metavar="PHRASE")
@click.option("--area-mu", type=float, help="Area of the parcel in mu; without it a point or a block.")
@click.option("--roads", type=click.Path(path_type=Path), metavar="FILE", help="Road network; by default the store's.")
@click.option("--layer", help="Layer of FILE; by default the one with names of roads.")
@click.option("--name-field", help="Field of FILE with the names; by default the one that looks like it.")
def locate(text: str, area_mu: float | None, roads: Path | None, layer: str | None, name_field: str | None) -> int:
    """Find where the words PHRASE lead: one GeoJSON Feature; exit code 1 where that cannot be told."""
    network = (
        locating.network_of_file(roads, layer=layer, name_field=name_field)
        if roads
        else locating.network_of_store(current_store())
    )
    located = locating.locate(text, network, area_mu=area_mu)
    answer(orjson.loads(place_feature(located, network, in_terminal_words)))
    return FINDINGS if located.place.geometry is None else DONE
