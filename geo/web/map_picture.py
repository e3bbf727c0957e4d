"""The address that gives the map as a picture, drawn on the server."""

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import MultiDict

from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.service import map_picture
from geo.service.export_scope import Asked, Scope
from geo.service.map_picture import Wish
from geo.store.base import Store
from geo.web import params
from geo.web.attachments import attachment
from geo.web.current import as_of_day, current_store
from geo.web.language import language
from geo.web.slots import slots
from geo.web.terminal import words_in

blueprint = Blueprint("map_picture", __name__)


@blueprint.get("/export/map.<format_name>")
def picture(format_name: str) -> Response:
    """What the reader sees on the map, as a sheet with legend, scale bar and north arrow."""
    refuse_unknown(format_name)
    store, day = current_store(), as_of_day()
    with slots("drawings").taken():
        scope, wish = asked_picture(request.args, store, language(), as_of=day and day.isoformat())
        content = map_picture.picture_of(store, scope.queries, wish, format_name)
    return Response(
        content,
        mimetype=map_picture.FORMATS[format_name],
        headers={"Content-Disposition": attachment(scope.name, scope.plain_name, format_name)},
    )


def refuse_unknown(format_name: str) -> None:
    """Raise `InvalidInput` where no picture has that format."""
    if format_name not in map_picture.FORMATS:
        known = ", ".join(map_picture.FORMATS)
        raise InvalidInput(N_("没有图片格式“%(given)s”，可选：%(known)s"), given=format_name[:20], known=known)


def asked_picture(args: params.Args, store: Store, words: str, *, as_of: str | None = None) -> tuple[Scope, Wish]:
    """What the filters of the map page ask for; schematic positions are hatched unless `schematic=false`.

    Parameters
    ----------
    words
        The language of the picture.

    Raises
    ------
    InvalidInput
        On any parameter that is unknown or cannot be read.
    """
    args = MultiDict(args)
    args.setdefault("schematic", "true")
    year = params.year(args) or store.catalog.zone.nearest_year(office_time.today().year)
    args["year"] = str(year)
    queries = map_queries(args, store)
    translate = words_in(words)
    asked = Asked(
        within=params.text(args, "within", params.MAX_WITHIN_LENGTH),
        buffer_m=params.number(args, "buffer_m"),
        as_of=as_of,
        schematic_shapes=params.flag(args, "schematic"),
    )
    scope = Scope(store, queries, asked, words, translate)
    number = current_app.config["MAP_REVIEW_NUMBER"]
    return scope, Wish(year, scope=scope.rows(), review_number=number, as_of=as_of, language=words, translate=translate)


def map_queries(args: params.Args, store: Store) -> dict[str, FeatureQuery]:
    """The question of each asked layer that can be drawn."""
    layers = [layer for layer in params.layers(args, store.catalog) if layer.geometry]
    queries = params.feature_queries(args, layers, store, beside=("layers",))
    schematic = params.flag(args, "schematic")
    return map_picture.shown(queries, params.year(args), schematic=schematic)
