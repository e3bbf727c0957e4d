"""The page on which a feature is placed: drawn, moved, or taken from a file, old and new beside each other."""

from collections.abc import Mapping

import orjson
import shapely
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.model.errors import Conflict, InvalidFeatures, InvalidInput, N_
from geo.model.field_fault import InvalidFields
from geo.model.field_value import read_value
from geo.model.layer import PLAN_FIELDS, Layer
from geo.service import adopting, boundaries, editing
from geo.service.boundaries import Boundary
from geo.service.editing import GEOMETRY
from geo.service.overlapped import overlapped, told
from geo.web.conflict_view import conflict_rows
from geo.web.current import live_store
from geo.web.done import say_done
from geo.web.edit_form import TAKE, faults_by_field
from geo.web.editing import act_of_form, revision_of
from geo.web.guard import needs_role
from geo.web.language import in_sentences, in_words
from geo.web.maps import RenderedMap, render_map
from geo.web.page_config import page_config
from geo.web.uploads import Upload, takes

MODULE = "js/place_page.js"
LARGEST_FORM = 4 * 2**20
LARGEST_FILE = 30 * 2**20
LONGEST_CRS = 100
SHAPES = ("Point", "Polygon", "MultiPolygon")
"""Layers of these are placed here; lines come with a road file."""

ACCURACY = next(field for field in PLAN_FIELDS if field.name == "location_accuracy_m")
FIELDS = {"location_basis": "_basis", "location_accuracy_m": "_accuracy"}
"""Fields of a position as the form names them."""

blueprint = Blueprint("placing", __name__, url_prefix="/editing")


def may_be_placed(layer: Layer) -> bool:
    """Whether this page can place a layer's features; templates ask it too."""
    return layer.geometry in SHAPES


@blueprint.get("/place/<layer_id>/<path:feature_id>")
@needs_role("editor")
def form(layer_id: str, feature_id: str) -> str:
    """Where the feature is, and the tools to change it."""
    return _form(layer_id, feature_id, {}, {})


@blueprint.post("/place/<layer_id>/<path:feature_id>")
@takes(LARGEST_FORM)
@needs_role("editor")
def save(layer_id: str, feature_id: str) -> Response | tuple[str, int]:
    """Write the new place; the form again with its faults, or both versions where somebody was faster."""
    store, given = live_store(), request.form
    _check_layer(store.catalog[layer_id])
    revision, act = revision_of(given), act_of_form(given)
    if given.get(TAKE + GEOMETRY) == "theirs":
        say_done(_("没有改动，什么都没有写入"), None)
        return redirect(url_for("features.detail", layer_id=layer_id, feature_id=feature_id), 303)
    shape = None
    try:
        shape = given_shape(given)
        position = boundaries.given_position(shape, given.get("_basis", ""), given_accuracy(given), act)
        doubts = overlapped(store, shape, [(layer_id, feature_id)])
        position = told(position, doubts)
        entry = boundaries.set_position(store, layer_id, feature_id, revision, position, act)
    except Conflict:
        return _conflict(layer_id, feature_id, revision, shape), 409
    except InvalidFields as error:
        return _form(layer_id, feature_id, place_faults(error), given), 400
    except (InvalidInput, InvalidFeatures) as error:
        return _form(layer_id, feature_id, {"": in_words(error)}, given), 400
    saved = "; ".join([_("位置已保存"), *in_sentences(doubts)])
    say_done(saved if entry else _("没有改动，什么都没有写入"), entry)
    return redirect(url_for("features.detail", layer_id=layer_id, feature_id=feature_id), 303)


@blueprint.post("/boundary/<layer_id>/<path:feature_id>")
@takes(LARGEST_FILE)
@needs_role("editor")
def boundary(layer_id: str, feature_id: str) -> Response:
    """The shapes of a file beside the present one of a feature; nothing is written."""
    store = live_store()
    return _boundaries(store.catalog[layer_id], editing.read_now(store, layer_id, feature_id)[GEOMETRY])


@blueprint.post("/boundary/<layer_id>")
@takes(LARGEST_FILE)
@needs_role("editor")
def new_boundary(layer_id: str) -> Response:
    """The shapes of a file for a feature that is not there yet."""
    return _boundaries(live_store().catalog[layer_id], None)


def _boundaries(layer: Layer, present: BaseGeometry | None) -> Response:
    _check_layer(layer)
    upload = Upload(request.files.get("file"))
    try:
        if upload.path is None:
            raise InvalidInput(N_("没有选择文件"))
        extent, crs = live_store().catalog.zone.extent, request.form.get("crs", "").strip()[:LONGEST_CRS] or None
        found, remarks = upload.read(lambda path: boundaries.boundaries_of_file(path, layer, present, extent, crs=crs))
    finally:
        upload.close()
    return jsonify(
        file=upload.name,
        boundaries=[_json(each) for each in found],
        remarks=[in_words(each) for each in remarks],
    )


def given_shape(given: Mapping[str, str]) -> BaseGeometry:
    """The shape that a form carries as GeoJSON.

    Raises
    ------
    InvalidInput
        If there is none, or it is no shape on the ground.
    """
    text = given.get("_geometry") or given.get(GEOMETRY) or ""
    if not text:
        raise InvalidInput(N_("还没有新的位置：请在图上画，或从文件导入"))
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidInput(N_("画的图形读不出来，请重画")) from None
    return adopting.drawn_shape(document)


def given_accuracy(given: Mapping[str, str]) -> float | None:
    """The accuracy that a form gives, metres.

    Raises
    ------
    InvalidFields
        If it is no number.
    """
    try:
        return read_value(ACCURACY, given.get("_accuracy", ""))
    except InvalidInput as error:
        raise InvalidFields([editing.fault("location_accuracy_m", error)]) from None


def place_faults(error: InvalidFields) -> dict[str, str]:
    """Faults of a position, by the controls of the form."""
    return {FIELDS.get(name, name): words for name, words in faults_by_field(error.faults).items()}


def place_map(layer: Layer, feature_id: str | None, now: Mapping[str, object], given: Mapping[str, str]) -> RenderedMap:
    """The map of the page, with what its script has to know."""
    store = live_store()
    zone, shape = store.catalog.zone, now.get(GEOMETRY)
    names = {"layer_id": layer.id} | ({"feature_id": feature_id} if feature_id else {})
    place = {
        "name": now.get("name") or feature_id or _("新要素"),
        "isPoint": layer.geometry == "Point",
        "geometry": None if shape is None else orjson.loads(shapely.to_geojson(shape)),
        "areaMu": now.get("land_area_mu"),
        "boundaryUrl": url_for("placing.boundary" if feature_id else "placing.new_boundary", **names),
        "largestFile": LARGEST_FILE,
        "drawn": given.get("_geometry") or None,
    }
    return render_map(zone, MODULE, page_config(store, zone.last_year) | {"place": place})


def _check_layer(layer: Layer) -> None:
    if not may_be_placed(layer):
        raise InvalidInput(N_("图层“%(layer)s”的图形不在这里画"), layer=layer.title.zh)


def _json(each: Boundary) -> dict[str, object]:
    geometry = orjson.loads(shapely.to_geojson(each.geometry))
    fault = in_words(each.fault) if each.fault else None
    figures = {"areaMu": each.area_mu, "movedM": each.moved_m}
    return {"row": each.row, "name": each.name, "geometry": geometry, "fault": fault, **figures}


def _form(layer_id: str, feature_id: str, faults: Mapping[str, str], given: Mapping[str, str]) -> str:
    store = live_store()
    layer = store.catalog[layer_id]
    _check_layer(layer)
    now = editing.read_now(store, layer_id, feature_id)
    return render_template(
        "editing/place.html", layer=layer, feature_id=feature_id, name=now.get("name") or feature_id, now=now,
        map=place_map(layer, feature_id, now, given), revision=given.get("_revision") or now["revision"],
        faults=faults, given=given,
    )  # fmt: skip


def _conflict(layer_id: str, feature_id: str, revision: int, shape: BaseGeometry) -> str:
    store, given = live_store(), request.form
    layer = store.catalog[layer_id]
    found = editing.contested(store, layer_id, feature_id, revision, {}, shape)
    now = editing.read_now(store, layer_id, feature_id)
    return render_template(
        "editing/conflict.html", layer=layer, feature_id=feature_id, name=now.get("name") or feature_id,
        rows=conflict_rows(store, layer, found, {GEOMETRY}), revision=now["revision"], given=given,
        action=url_for("placing.save", layer_id=layer_id, feature_id=feature_id),
        hidden={name: given.get(name, "") for name in ("_basis", "_accuracy")},
    )  # fmt: skip
