"""OGC API Tiles at `/ogc`: each layer as Mapbox vector tiles, with the parameters of its items."""

from flask import Blueprint, Response, jsonify, request

from geo.exchange import tilesets as documents
from geo.exchange.tiles import MEDIA_TYPE
from geo.model.errors import InvalidInput, N_, TileNotFound
from geo.model.layer import Layer
from geo.model.tiles import MAX_ZOOM, TILE_MATRIX_SET, Tile
from geo.service import tiles as service
from geo.web import params
from geo.web.caching import Kept, cached_by_state
from geo.web.current import current_store
from geo.web.language import language
from geo.web.ogc import base_url, check_common_parameters, document_of, no_other_parameters

OF_PAGES = ("bbox", "bbox-crs", "crs", "limit", "offset", "sortby")
"""Parameters of items that a tile itself decides."""

blueprint = Blueprint("tiles", __name__, url_prefix="/ogc")


@blueprint.before_request
def _what_every_address_takes() -> None:
    check_common_parameters("mvt" if request.endpoint == "tiles.tile" else "json")


@blueprint.get("/tileMatrixSets")
def tile_matrix_sets() -> Response:
    no_other_parameters()
    return jsonify(document_of(documents.tile_matrix_sets(base_url())))


@blueprint.get("/tileMatrixSets/<matrix_set>")
def tile_matrix_set(matrix_set: str) -> Response:
    no_other_parameters()
    _check_matrix_set(matrix_set)
    return jsonify(documents.tile_matrix_set())


@blueprint.get("/collections/<collection_id>/tiles")
def tilesets(collection_id: str) -> Response:
    no_other_parameters()
    return jsonify(document_of(documents.tilesets(base_url(), _layer(collection_id), language())))


@blueprint.get("/collections/<collection_id>/tiles/<matrix_set>")
def tileset(collection_id: str, matrix_set: str) -> Response:
    no_other_parameters()
    _check_matrix_set(matrix_set)
    layer = _layer(collection_id)
    extent = current_store().extent(layer.id)
    return jsonify(document_of(documents.tileset(base_url(), layer, extent, language())))


@blueprint.get("/collections/<collection_id>/tiles/<matrix_set>/<zoom>/<row>/<column>")
def tile(collection_id: str, matrix_set: str, zoom: str, row: str, column: str) -> Response:
    _check_matrix_set(matrix_set)
    layer, where = _layer(collection_id), _tile(zoom, row, column)
    for name in OF_PAGES:
        if name in request.args:
            raise InvalidInput(N_("没有参数“%(name)s”"), name=name)
    store = current_store()
    query = params.feature_query(request.args, layer, store)

    def answer(_states: tuple[str, ...]) -> Kept:
        made = service.tile(store, layer.id, query, where)
        return Kept(made, 200, MEDIA_TYPE) if made else Kept(b"", 204, None)

    return cached_by_state(answer, store, [layer.id])


def _layer(collection_id: str) -> Layer:
    layer = current_store().catalog[collection_id]
    if not layer.geometry:
        raise TileNotFound(N_("图层“%(layer)s”没有图形，所以没有瓦片"), layer=layer.id)
    return layer


def _check_matrix_set(name: str) -> None:
    if name != TILE_MATRIX_SET:
        raise TileNotFound(N_("没有瓦片方案“%(name)s”，可选 %(known)s"), name=name, known=TILE_MATRIX_SET)


def _tile(zoom: str, row: str, column: str) -> Tile:
    """The tile of an address.

    Raises
    ------
    TileNotFound
        If there is none: OGC API - Tiles, 7.1.3.
    """
    numbers = [
        int(each) if each.isascii() and each.isdecimal() and len(each) <= 8 else -1 for each in (zoom, row, column)
    ]
    if min(numbers) < 0 or numbers[0] > MAX_ZOOM or max(numbers[1:]) >= 2 ** numbers[0]:
        message = N_("没有瓦片 %(zoom)s/%(row)s/%(column)s：级别为 0 到 %(most)s，行列为 0 到 2 的级别次方减 1")
        raise TileNotFound(message, zoom=zoom[:20], row=row[:20], column=column[:20], most=MAX_ZOOM)
    return Tile(numbers[0], numbers[2], numbers[1])
