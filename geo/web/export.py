"""The page and the address that give files to take away."""

import re

from flask import Blueprint, Response, jsonify, render_template, request

from geo.model.errors import InvalidInput, N_
from geo.service import export, features
from geo.service.export_scope import Asked, Scope
from geo.web import params
from geo.web.attachments import attachment
from geo.web.current import as_of_day, current_store
from geo.web.language import language
from geo.web.page_config import page_config
from geo.web.slots import slots
from geo.web.terminal import words_in

TURN = re.compile("[0-9A-Za-z]{16,64}")
"""What somebody who waits for a download calls themselves: nobody else can guess it."""

blueprint = Blueprint("export", __name__)


@blueprint.get("/export")
def page() -> str:
    """Choose layers, year and format."""
    store = current_store()
    year = params.year_shown(request.args, store.catalog.zone)
    return render_template(
        "export/index.html",
        layers=list(store.catalog.values()),
        formats=export.FORMATS,
        config=page_config(store, year),
    )


@blueprint.get("/export/turn")
def turn() -> Response:
    """How many downloads wait before this one, itself counted; 0: a place is kept, for `/export/file` with `turn`."""
    given = request.args.get("turn", "")
    if not TURN.fullmatch(given):
        raise InvalidInput(N_("参数 %(name)s 应为 16 到 64 个字母或数字"), name="turn")
    return jsonify(before=slots("downloads").before(given))


@blueprint.get("/export/file")
def download() -> Response:
    """What the reader sees on the map, as a file."""
    store = current_store()
    format_name = request.args.get("format", "geojson")
    if format_name not in export.FORMATS:
        raise InvalidInput(
            N_("没有导出格式“%(given)s”，可选：%(known)s"), given=format_name, known=", ".join(export.FORMATS)
        )
    layers = params.layers(request.args, store.catalog)
    args, with_shapes = _schematic_rows(request.args)
    queries = params.feature_queries(args, layers, store, beside=("layers", "format", "turn"))
    queries = {layer_id: features.without_paging(query) for layer_id, query in queries.items()}
    words, shapes_shown = words_in(language()), with_shapes and any(query.schematic for query in queries.values())
    day = as_of_day()
    asked = Asked(
        within=params.text(args, "within", params.MAX_WITHIN_LENGTH),
        buffer_m=params.number(args, "buffer_m"),
        as_of=day and day.isoformat(),
        schematic_shapes=shapes_shown,
    )
    scope = Scope(store, queries, asked, language(), words)
    chunks = export.stream(
        store, queries, format_name, language=language(), translate=words, schematic_shapes=with_shapes,
        scope=scope.rows(),
    )  # fmt: skip
    return Response(
        slots("downloads").held(chunks, request.args.get("turn", "")),
        mimetype=export.FORMATS[format_name].media_type,
        headers={"Content-Disposition": attachment(scope.name, scope.plain_name, export.FORMATS[format_name].ending)},
    )


def _schematic_rows(args: params.Args) -> tuple[params.Args, bool]:
    """Read `match_schematic`: a place finds schematic positions too, as on the map, and their shapes are left out.

    Without it `schematic` says both, as everywhere else.
    """
    args = args.copy()
    matches = params.flag(args, "match_schematic")
    args.poplist("match_schematic")
    with_shapes = params.flag(args, "schematic")
    if matches:
        args["schematic"] = "true"
    return args, with_shapes or not matches
