"""`locate`, `locate-all`, `relocate`: where the words of a place lead, and the store's features put there anew."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
import orjson
from flask import current_app

from geo.model.errors import N_
from geo.model.journal import PROGRAM
from geo.service import locating, phrases, replacing
from geo.service.road_drift import KnownGround, ground_of_folder, ground_of_store
from geo.service.roads import road_changes
from geo.web.commands.command import command
from geo.web.current import current_store
from geo.web.locating import left_out_answer, place_feature, replacing_answer
from geo.web.settings import ROOT
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, progress, say

ROAD_OPTIONS = (
    click.option("--roads", type=click.Path(path_type=Path), metavar="FILE", help="Roads; by default the store's."),
    click.option("--layer", help="Layer of FILE; by default the one with names of roads."),
    click.option("--name-field", help="Field of FILE with the names; by default the one that looks like it."),
    click.option("--crs", help="CRS of FILE where it does not say it itself, such as EPSG:4526; or GCJ-02, BD-09."),
)


def with_roads(function: Callable) -> Callable:
    """A command with the options that `network` takes."""
    for option in reversed(ROAD_OPTIONS):
        function = option(function)
    return function


def network(
    roads: Path | None,
    layer: str | None = None,
    name_field: str | None = None,
    crs: str | None = None,
    *,
    known: Callable[[], KnownGround] | None = None,
) -> locating.Network:
    """The road network that the options name; a file's is held against what is known, by default of the layers."""
    if roads is None:
        return locating.network_of_store(current_store())
    ground = known() if known else ground_of_folder(ROOT / current_app.config["LAYERS_DIR"])
    return locating.network_of_file(roads, layer=layer, name_field=name_field, crs=crs, ground=ground)


@command("locate")
@click.argument("text", metavar="PHRASE")
@click.option("--area-mu", type=float, help="Area of the parcel in mu; without it a point or a block.")
@with_roads
def locate(text: str, area_mu: float | None, **options: str | Path | None) -> int:
    """Find where the words PHRASE lead: one GeoJSON Feature; exit code 1 where that cannot be told."""
    roads = network(**options)
    located = locating.locate(text, roads, area_mu=area_mu)
    answer(orjson.loads(place_feature(located, roads, in_terminal_words)))
    return FINDINGS if located.place.geometry is None else DONE


@command("locate-all")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@with_roads
def locate_all(file: Path, **options: str | Path | None) -> int:
    """Place every line of FILE (- for standard input): a phrase, then a tab or comma and the area in mu if it is known.

    One GeoJSON FeatureCollection in the order of the lines; sites in one corner stand side by side. Exit code 1 where
    one of them cannot be placed.
    """
    piped = str(file) == "-"
    lines = phrases.lines_of_bytes(sys.stdin.buffer.read(), "-") if piped else phrases.lines_of_file(file)
    sites = phrases.sites_of_lines(lines, file.name)
    roads = network(**options)
    with progress() as tell:
        found = locating.locate_all(sites, roads, progress=tell)
    features = b",\n".join(place_feature(each, roads, in_terminal_words) for each in found)
    sys.stdout.buffer.write(b'{"type":"FeatureCollection","features":[\n' + features + b"\n]}\n")
    sys.stdout.buffer.flush()
    return FINDINGS if any(each.place.geometry is None for each in found) else DONE


@command("relocate")
@with_roads
@click.option("--with-roads", is_flag=True, help="Replace the store's roads by those of FILE as well.")
@click.option("--certain", is_flag=True, help="Only those whose new place leaves no doubt.")
@click.option("--yes", is_flag=True, help="Write the new positions; without it nothing is changed.")
@click.option("--author", default=PROGRAM, help="Who accepts them, for the journal.")
def relocate(with_roads: bool, certain: bool, yes: bool, author: str, **options: str | Path | None) -> int:
    """Locate the store's features anew on better roads: what would move from where to where, then `--yes` writes it.

    Surveyed boundaries and what a planner placed stay as they are. A move onto land of a feature that `--certain` does
    not move is left out, and told. Exit code 1 while there is something to accept, or something was left out.
    """
    store = current_store()
    roads = network(**options, known=lambda: ground_of_store(store))
    with progress() as tell:
        found = replacing.propose_replacing(store, roads, progress=tell)
    wanted = [each for each in found.proposals if each.located.place.is_certain or not certain]
    chosen, blocked = replacing.clear_of_others(found, wanted)
    changes = road_changes(store, roads) if with_roads else []
    pending = bool(chosen or changes)
    entries = replacing.apply_replacing(store, roads, chosen, author, roads=changes) if yes and pending else []
    told = {**replacing_answer(found, in_terminal_words), "left_out": left_out_answer(blocked, in_terminal_words)}
    answer({**told, "change_set": entries[0].change_set if entries else None})
    if entries:
        say(N_("已重新定位 %(count)s 个要素"), count=len(chosen))
    elif pending:
        say(N_("可重新定位 %(count)s 个要素，尚未改动；核对后加 --yes 写入"), count=len(chosen))
    if blocked:
        names = ", ".join(each.proposal.feature.called for each in blocked)
        message = N_(
            "没有列入 %(count)s 个：%(names)s。新位置压着没有列入的要素；不加 --certain 即一并更新，或在选址页选定"
        )
        say(message, count=len(blocked), names=names)
    return FINDINGS if blocked or (pending and not entries) else DONE
