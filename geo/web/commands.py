"""Commands of `flask --app server NAME`: JSON on standard output, words on standard error, three exit codes."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import click
import orjson
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.datastructures import MultiDict

from geo.model.errors import AtlasError, InvalidFile, N_
from geo.model.feature_query import FeatureQuery
from geo.service import export as files
from geo.service import features, intake, locating
from geo.web import browser_libraries, params
from geo.web.current import current_store
from geo.web.language import LANGUAGES
from geo.web.locating import place_feature
from geo.web.settings import ROOT
from geo.web.terminal import (
    DONE,
    FINDINGS,
    REFUSED,
    answer,
    in_terminal_words,
    refuse,
    say,
    words_in,
)

PROGRESS_EVERY_S = 2.0


class Command(click.Command):
    """A command that answers what it cannot take in one line and with exit code 2, never with a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            say(N_("%(command)s: %(fault)s 用法见 --help"), command=ctx.info_name, fault=error.format_message())
            ctx.exit(REFUSED)

    def invoke(self, ctx: click.Context) -> None:
        try:
            ctx.exit(super().invoke(ctx) or DONE)
        except AtlasError as error:
            ctx.exit(refuse(error))


def command(name: str) -> Callable[[Callable], Command]:
    """A function as a command of that name, run with the app at hand; it returns the exit code, None for done."""
    return lambda function: click.command(name, cls=Command)(with_appcontext(function))


@command("layers")
def layers() -> None:
    """List the layers with role, geometry, number of features and revision."""
    store = current_store()
    answer(
        [
            {
                "id": layer.id,
                "title": {"zh": layer.title.zh, "en": layer.title.en},
                "role": layer.role,
                "geometry": layer.geometry,
                "status": layer.status.kind,
                "features": store.count(layer.id, FeatureQuery()),
                "revision": store.revision(layer.id),
            }
            for layer in store.catalog.values()
        ]
    )


@command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def check(folder: Path | None) -> int:
    """Check every layer folder in FOLDER (by default the app's): one line per fault."""
    folder = folder or ROOT / current_app.config["LAYERS_DIR"]
    faults = intake.folder_faults(folder)
    for fault in faults:
        say(fault.message, **fault.params)
    answer({"folder": str(folder), "findings": [_finding(fault) for fault in faults]})
    return FINDINGS if faults else DONE


def _finding(fault: AtlasError) -> dict[str, object]:
    where = {name: fault.params.get(name) for name in ("file", "row", "field")}
    return {**where, "message": in_terminal_words(fault.message, **fault.params)}


@command("export")
@click.argument("layer_ids", metavar="LAYER...", nargs=-1, required=True)
@click.option("--format", "format_name", type=click.Choice(list(files.FORMATS)), help="By default as FILE ends.")
@click.option("--year", help="Add each feature's status as of the end of this year; all features stay.")
@click.option("--plan-year", help="Only features that the plan names for this year.")
@click.option(
    "--schematic", is_flag=True, help="With the geometry of schematic positions, which is left out otherwise."
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Of titles and coded values."
)
@click.option("-o", "--output", required=True, metavar="FILE", help="File to write; - for standard output.")
def export(
    layer_ids: tuple[str, ...],
    format_name: str | None,
    year: str | None,
    plan_year: str | None,
    schematic: bool,
    language: str,
    output: str,
) -> None:
    """Write layers to a file, every feature with its figures and the basis of its position."""
    store = current_store()
    format_name = format_name or _format_of(output)
    given = {"year": year, "plan_year": plan_year, "schematic": "true" if schematic else None}
    args = MultiDict({name: value for name, value in given.items() if value is not None})
    queries = {
        layer_id: features.without_paging(params.feature_query(args, store.catalog[layer_id], store))
        for layer_id in layer_ids
    }
    chunks = files.stream(store, queries, format_name, language=language, translate=words_in(language))
    if output == "-":
        _pour(chunks, sys.stdout.buffer)
        return
    size = _write_whole(chunks, Path(output))
    counts = {layer_id: store.count(layer_id, query) for layer_id, query in queries.items()}
    answer({"file": output, "format": format_name, "bytes": size, "features": counts})


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


@command("demo")
@click.option("--reset", is_flag=True, help="Build the demonstration store anew.")
def demo(reset: bool) -> None:
    """Build the demonstration store, with invented statuses that say so; `make demo` serves it."""
    url, layers_dir = current_app.config["DEMO_DATABASE_URL"], ROOT / current_app.config["LAYERS_DIR"]
    store = intake.rebuild_demo(url, layers_dir) if reset else intake.open_or_create(url, layers_dir, demo=True)
    counts = {layer_id: store.count(layer_id, FeatureQuery()) for layer_id in store.catalog}
    store.close()
    answer({"store": url, "features": counts})


@command("setup")
def setup() -> None:
    """Install the browser libraries where they are missing or their lock file has changed."""
    missing = not browser_libraries.are_installed()
    if missing:
        say(N_("正在安装浏览器组件……"))
        browser_libraries.install()
    answer({"browser_libraries": "installed" if missing else "present"})


def register(app: Flask) -> None:
    """Give an app its commands."""
    for each in (layers, check, export, locate, demo, setup):
        app.cli.add_command(each)


def _format_of(file: str) -> str:
    """The format that the file's ending names, else GeoJSON."""
    ending = Path(file).suffix.removeprefix(".").lower()
    return ending if ending in files.FORMATS else "geojson"


def _write_whole(chunks: Iterable[bytes], target: Path) -> int:
    """Write a file that is there whole or not at all; returns its size in bytes.

    Raises
    ------
    InvalidFile
        If the folder or the file cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            size = _pour(chunks, file)
        draft.replace(target)
    except OSError as error:
        raise InvalidFile(
            N_("不能写文件 %(file)s：%(reason)s"), file=str(target), reason=error.strerror or str(error)
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return size


def _pour(chunks: Iterable[bytes], file: BinaryIO) -> int:
    """Write the chunks as they come, and say every few seconds how far it is."""
    size, told = 0, time.monotonic()
    for chunk in chunks:
        file.write(chunk)
        size += len(chunk)
        if time.monotonic() - told > PROGRESS_EVERY_S:
            told = time.monotonic()
            say(N_("已写 %(megabytes)s MB"), megabytes=round(size / 1e6, 1))
    file.flush()
    return size
