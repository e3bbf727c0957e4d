"""`export`: layers to a file."""

import sys
from pathlib import Path

import click
from flask import current_app
from werkzeug.datastructures import MultiDict

from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service import boundary_profiles, features
from geo.service import export as files
from geo.service.export_scope import Asked, Scope
from geo.service.export_source import Wanted, checked_crs
from geo.web import params
from geo.web.commands.command import command
from geo.web.commands.output import pour, write_whole
from geo.web.current import current_store
from geo.web.language import LANGUAGES
from geo.web.settings import ROOT
from geo.web.terminal import answer, say_sentence, words_in


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
@click.option("--crs", help="EPSG:4326, EPSG:4490, or a CGCS2000 3-degree zone: EPSG:4513-4533 with digits, 4534-4554.")
@click.option(
    "--encoding",
    type=click.Choice(["UTF-8", "GBK"], case_sensitive=False),
    default="UTF-8",
    show_default=True,
    help="Of a Shapefile.",
)
@click.option("--profile", default="default", show_default=True, help="Of a TXT file: a name in boundary_txt.toml.")
@click.option("-o", "--output", required=True, metavar="FILE", help="File to write; - for standard output.")
def export(
    layer_ids: tuple[str, ...],
    format_name: str | None,
    year: str | None,
    plan_year: str | None,
    schematic: bool,
    language: str,
    crs: str | None,
    encoding: str,
    profile: str,
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
    words = words_in(language)
    scope = Scope(store, queries, Asked(schematic_shapes=schematic, crs=checked_crs(crs, planes=True)), language, words)
    wanted = Wanted(crs, encoding, boundary_profiles.named(ROOT / current_app.config["LAYERS_DIR"], profile))
    chunks = files.stream(
        store, queries, format_name, language=language, translate=words, scope=scope.rows(), wanted=wanted
    )  # fmt: skip
    if output == "-":
        pour(chunks, sys.stdout.buffer)
        return
    size = write_whole(chunks, Path(output))
    if output.lower().endswith(".shp"):
        message = N_("%(file)s 是压缩包，内有 Shapefile 的各个文件：改名为 .zip 再解开")
        say_sentence(Remark(message, file=Path(output).name))
    counts = {layer_id: store.count(layer_id, query) for layer_id, query in queries.items()}
    answer({"file": output, "format": format_name, "bytes": size, "features": counts})


def _format_of(file: str) -> str:
    """The format that the file's ending names, else GeoJSON."""
    ending = Path(file).suffix.removeprefix(".").lower()
    ending = ENDINGS.get(ending, ending)
    return ending if ending in files.FORMATS else "geojson"


ENDINGS = {"zip": "shp"}
"""Endings of files that hold a format of another name."""
