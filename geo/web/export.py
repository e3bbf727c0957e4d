"""The page and the address that give files to take away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.location import BASIS_TITLES
from geo.service import boundary_profiles, export, features
from geo.service.export_contents import METRES_ONLY, checked_encoding, contents, crs_choices, is_plane
from geo.service.export_scope import Asked, Scope
from geo.service.export_source import Wanted, checked_crs
from geo.store.base import Store
from geo.web import params
from geo.web.attachments import attachment
from geo.web.current import as_of_day, current_store
from geo.web.language import in_sentences, in_words, language, translated
from geo.web.page_config import page_config
from geo.web.settings import ROOT
from geo.web.slots import slots
from geo.web.terminal import words_in

OWN = ("layers", "format", "crs", "encoding", "profile", "turn")
"""Parameters that say how and when a file is written, not what is in it."""

LONGEST_OPTION = 60
MOST_AREAS = 200

TURN = re.compile("[0-9A-Za-z]{16,64}")
"""What somebody who waits for a download calls themselves: nobody else can guess it."""

blueprint = Blueprint("export", __name__)


@blueprint.get("/export")
def page() -> str:
    """Choose what goes into the file, and how it is written."""
    store = current_store()
    year = params.year_shown(request.args, store.catalog.zone)
    named = [name for name in request.args.get("layers", "").split(",") if name]
    choices = [(code, in_words(words), is_plane(code)) for code, words in crs_choices(store)]
    return render_template(
        "export/index.html",
        formats=export.FORMATS,
        metres_only=METRES_ONLY,
        crs_choices=choices,
        profiles=boundary_profiles.profiles(_layers_dir()),
        areas=_areas(store),
        asked=request.args,
        chosen_layers=named,
        unknown_layers=[name[:60] for name in named if name not in store.catalog],
        config=page_config(store, year),
    )


@blueprint.get("/export/turn")
def turn() -> Response:
    """How many downloads wait before this one, itself counted; 0: a place is kept, for `/export/file` with `turn`."""
    given = request.args.get("turn", "")
    if not TURN.fullmatch(given):
        raise InvalidInput(N_("参数 %(name)s 应为 16 到 64 个字母或数字"), name="turn")
    return jsonify(before=slots("downloads").before(given))


@blueprint.get("/export/contents")
def told() -> Response:
    """What would be in the file of `/export/file` with the same parameters; refused where that would be."""
    asked = _read()
    asked.chunks()  # is only asked whether it can be made
    found = contents(
        asked.store, asked.queries, asked.format_name, asked.wanted, schematic_shapes=asked.shows_schematic
    )
    bases = {basis: count for basis, count in found.counts.items() if basis is not None and count}
    return jsonify(
        name=asked.scope.name(asked.format.ending, office_time.today().isoformat()),
        count=sum(found.counts.values()),
        layers=list(asked.queries),
        bases=[{"basis": basis, "title": translated(BASIS_TITLES[basis]), "count": bases[basis]} for basis in bases],
        scope=asked.scope.rows(),
        notes=in_sentences(found.notes),
    )


@blueprint.get("/export/file")
def download() -> Response:
    """What the reader sees on the map, as a file."""
    asked = _read()
    return Response(
        slots("downloads").held(asked.chunks(), request.args.get("turn", "")),
        mimetype=asked.format.media_type,
        headers={"Content-Disposition": attachment(asked.scope.name, asked.scope.plain_name, asked.format.ending)},
    )


@dataclass(frozen=True)
class _Read:
    """A request for a file, read."""

    store: Store
    queries: dict[str, FeatureQuery]
    format_name: str
    wanted: Wanted
    with_shapes: bool
    scope: Scope

    @property
    def format(self) -> export.Format:
        return export.FORMATS[self.format_name]

    @property
    def shows_schematic(self) -> bool:
        return self.scope.asked.schematic_shapes

    def chunks(self) -> Iterator[bytes]:
        """The file; raises before its first piece where it cannot be made."""
        return export.stream(
            self.store, self.queries, self.format_name, language=language(), translate=words_in(language()),
            schematic_shapes=self.with_shapes, scope=self.scope.rows(), wanted=self.wanted,
        )  # fmt: skip


def _read() -> _Read:
    store = current_store()
    format_name = request.args.get("format", "geojson")
    if format_name not in export.FORMATS:
        raise InvalidInput(
            N_("没有导出格式“%(given)s”，可选：%(known)s"), given=format_name, known=", ".join(export.FORMATS)
        )
    layers = params.layers(request.args, store.catalog)
    args, with_shapes = _schematic_rows(request.args)
    wanted = _wanted(args, format_name)
    args.poplist("crs")  # of the file, and not of an answer of the OGC API
    queries = params.feature_queries(args, layers, store, beside=OWN)
    queries = {layer_id: features.without_paging(query) for layer_id, query in queries.items()}
    day = as_of_day()
    asked = Asked(
        within=params.text(args, "within", params.MAX_WITHIN_LENGTH),
        buffer_m=params.number(args, "buffer_m"),
        as_of=day and day.isoformat(),
        schematic_shapes=with_shapes and any(query.schematic for query in queries.values()),
        crs=wanted.crs,
    )
    scope = Scope(store, queries, asked, language(), words_in(language()))
    return _Read(store, queries, format_name, wanted, with_shapes, scope)


def _wanted(args: params.Args, format_name: str) -> Wanted:
    """How the file is to be written.

    Raises
    ------
    InvalidInput
        If there is no such CRS, encoding or profile.
    """
    return Wanted(
        checked_crs(params.text(args, "crs", LONGEST_OPTION), planes=export.FORMATS[format_name].planes),
        checked_encoding(params.text(args, "encoding", LONGEST_OPTION)),
        boundary_profiles.named(_layers_dir(), params.text(args, "profile", LONGEST_OPTION) or "default"),
    )


def _layers_dir() -> Path:
    return ROOT / current_app.config["LAYERS_DIR"]


def _areas(store: Store) -> list[tuple[str, str]]:
    """Reference areas by which a file may be limited: `layer/id` and name; none where there are too many to choose."""
    found = []
    for layer in store.catalog.reference:
        if not (layer.geometry or "").endswith("Polygon"):
            continue
        page = store.read_page(layer.id, FeatureQuery(limit=MOST_AREAS))
        for feature_id, row in zip(page.ids, page.rows, strict=True):
            name = dict(zip(page.columns, row, strict=True)).get("name")
            found.append((f"{layer.id}/{feature_id}", str(name or feature_id)))
    return found[:MOST_AREAS]


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
