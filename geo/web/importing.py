"""The page that takes a file into a layer: see what would come of it, then write all or nothing."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.exchange.geojson import MEDIA_TYPE, feature_collection
from geo.model.errors import AtlasError, Conflict, InvalidInput, N_
from geo.model.journal import Act
from geo.model.layer import Layer
from geo.model.location import BASIS_TITLES, LocationBasis
from geo.service.field_mapping import ID, mappable_fields
from geo.service.import_matching import MATCHINGS
from geo.service.import_report import ImportPlan, ImportReport
from geo.service.import_shapes import file_shapes
from geo.service.importing import import_file
from geo.service.opened_files import Asked
from geo.web import progress
from geo.web.current import live_store
from geo.web.done import CHANGE
from geo.web.guard import needs_role
from geo.web.import_files import KeptFile, keep, unseal
from geo.web.import_view import MATCHED_BY, view_of
from geo.web.language import in_words
from geo.web.maps import render_map
from geo.web.page_config import page_config
from geo.web.progress import Progress
from geo.web.slots import slots
from geo.web.uploads import takes

MODULE = "js/import_page.js"
LARGEST_FILE = 60 * 2**20
LARGEST_FORM = LARGEST_FILE + 2**20
CAUSE = N_("导入文件")
BASES = ("placed", "surveyed")
KNOWN_CRS = ("EPSG:4490", "EPSG:4526", "EPSG:4547", "GCJ-02", "BD-09")

blueprint = Blueprint("importing", __name__, url_prefix="/import")


@blueprint.get("")
@needs_role("editor")
def page() -> str:
    """Choose a file and the layer that is to have it."""
    return _page()


@blueprint.post("/preview")
@takes(LARGEST_FORM)
@needs_role("editor")
def look() -> Response | tuple[str, int]:
    """Look a file through; nothing is written. Sent again with other answers, it is read again.

    Our script hears how far it is and gets the preview's address as the last line; a plain form is led there.
    """
    kept = None
    try:
        kept = _kept() if "seal" in request.form else keep(request.files.get("file"))
        store, layer, plan = live_store(), _layer(), _plan()
        work = _with_slot(lambda tell: import_file(store, layer.id, kept.path, plan, None, tell))
        if progress.is_wanted():
            return progress.stream(work, lambda report: {"url": _kept_view(kept, layer, plan, report)})
        return redirect(_kept_view(kept, layer, plan, work(None)), 303)
    except AtlasError as error:
        return _again(kept, error)


@blueprint.get("/preview")
@needs_role("editor")
def preview() -> str | tuple[str, int]:
    """What a file is and what would come of it, as it was last looked at."""
    try:
        kept = unseal(request.args.get("seal", ""), current_user.name)
        return _preview(kept)
    except InvalidInput as error:
        return _page(error), 400


@blueprint.get("/shapes")
@needs_role("editor")
def shapes() -> Response:
    """The shapes of a file that is looked at, for the map of its preview; the `id` of each is its row."""
    kept = unseal(request.args.get("seal", ""), current_user.name)
    view = kept.view()
    rows = {each["row"] for each in [*view["blocking"], *view["doubts"], *view["matches"]] if each["row"]}
    asked = Asked(view["file_layer"], view["asked"]["encoding"], view["asked"]["crs"])
    with slots("downloads").taken():
        found = file_shapes(live_store(), kept.path, asked, rows)
    ids = [str(row) for row in found.rows]
    wkb = [shape.wkb for shape in found.shapes]
    body = feature_collection(ids, wkb, [{"row": row} for row in found.rows], left=found.left)
    return Response(body, mimetype=MEDIA_TYPE)


@blueprint.post("/write")
@takes(LARGEST_FORM)
@needs_role("editor")
def write() -> Response | tuple[str, int]:
    """Write what the preview showed, in one change set; it is checked again."""
    kept, store = None, live_store()
    try:
        kept, layer, plan = _kept(), _layer(), _plan()
        act = Act(current_user.name, CAUSE, kept.name)
        work = _with_slot(lambda tell: import_file(store, layer.id, kept.path, plan, act, tell))
        if progress.is_wanted():
            shape = partial(_shaped, kept, layer, plan)
            return progress.stream(work, shape, lambda report: report.change_set)
        report = work(None)
        url = _written(kept, layer, plan, report)
        if report.result == "refuse":
            return _preview(kept), 400
        _say_written(report)
        return redirect(url, 303)
    except AtlasError as error:
        return _again(kept, error)


def _shaped(kept: KeptFile, layer: Layer, plan: ImportPlan, report: ImportReport) -> dict[str, str]:
    return {"url": _written(kept, layer, plan, report)}


def _written(kept: KeptFile, layer: Layer, plan: ImportPlan, report: ImportReport) -> str:
    """Where a reader goes on: the changes, what new roads would move, or the preview that says why nothing was done."""
    if report.result == "refuse":
        return _kept_view(kept, layer, plan, report)
    kept.forget()
    if report.change_set is None:
        return url_for("importing.page", unchanged="true")
    if layer.network:
        return url_for("locating.page", tab="roads")
    return url_for("journal.page", change_set=report.change_set)


def _say_written(report: ImportReport) -> None:
    if report.change_set is not None:
        flash(_("已导入：%(count)s 个要素", count=report.written), f"{CHANGE}{report.change_set}")


def _with_slot(work: Callable[[Progress | None], ImportReport]) -> Callable[[Progress | None], ImportReport]:
    """Work that takes one of the places for heavy requests while it runs, in whatever thread."""
    places = slots("downloads")

    def run(tell: Progress | None) -> ImportReport:
        with places.taken():
            return work(tell)

    return run


def _kept() -> KeptFile:
    return unseal(request.form.get("seal", ""), current_user.name)


def _kept_view(kept: KeptFile, layer: Layer, plan: ImportPlan, report: ImportReport) -> str:
    """Keep what the preview shows; the address of the preview."""
    kept.keep_view(view_of(layer.id, kept.name, plan, report))
    return url_for("importing.preview", seal=kept.seal(current_user.name))


def _again(kept: KeptFile | None, error: AtlasError) -> tuple[str, int]:
    """The page that the reader comes from, with what is wrong; a file that was looked at before stays.

    Raises
    ------
    AtlasError
        The error itself where a script asks, which shows its words on the page that it is on.
    """
    if progress.is_wanted():
        raise error
    status = 409 if isinstance(error, Conflict) else 400
    if kept is not None and kept.has_view():
        return _preview(kept, error), status
    return _page(error), status


def _page(fault: AtlasError | None = None) -> str:
    store = live_store()
    return render_template(
        "importing/index.html",
        layers=list(store.catalog.values()),
        chosen=request.values.get("layer_id", ""),
        largest_mb=LARGEST_FILE // 2**20,
        crs_known=KNOWN_CRS,
        unchanged=request.args.get("unchanged") == "true",
        fault=fault and in_words(fault),
    )


def _preview(kept: KeptFile, fault: AtlasError | None = None) -> str:
    store, view, seal = live_store(), kept.view(), kept.seal(current_user.name)
    layer = store.catalog[view["layer"]]
    zone = store.catalog.zone
    config = page_config(store, zone.last_year)
    config["import"] = {
        "shapesUrl": url_for("importing.shapes", seal=seal) if view["extent"] else None,
        "layer": layer.id,
        "extent": view["extent"],
        "blocking": sorted({each["row"] for each in view["blocking"] if each["row"]}),
        "doubts": sorted({each["row"] for each in view["doubts"] if each["row"]}),
        "matched": {each["row"]: each["id"] for each in view["matches"]},
    }
    return render_template(
        "importing/preview.html",
        file=kept.name,
        seal=seal,
        layer=layer,
        view=view,
        targets=mappable_fields(layer),
        id_field=ID,
        drivers={"BoundaryTXT": _("界址点 TXT")},
        bases=[(basis, BASIS_TITLES[basis]) for basis in BASES],
        matchings=MATCHED_BY,
        crs_known=KNOWN_CRS,
        map=render_map(zone, MODULE, config),
        fault=fault and in_words(fault),
    )


def _layer() -> Layer:
    return live_store().catalog[request.form.get("layer_id", "")]


def _plan() -> ImportPlan:
    """What the form says; a file that is new says nothing of its fields yet.

    Raises
    ------
    InvalidInput
        If the error is no number.
    """
    form = request.form
    told = dict(zip(form.getlist("source"), form.getlist("target"), strict=False))
    basis = form.get("basis", "")
    accuracy = form.get("accuracy_m", "").strip()
    try:
        accuracy_m = float(accuracy) if accuracy else None
    except ValueError:
        raise InvalidInput(N_("位置误差应为数字，现为“%(given)s”"), given=accuracy[:40]) from None
    matching = form.getlist("matching") if "answered" in form else MATCHINGS
    crs = (form.get("read_as") or form.get("crs") or "").strip()
    return ImportPlan(
        Asked(form.get("file_layer") or None, form.get("encoding") or None, crs or None),
        told,
        LocationBasis(basis) if basis in BASES else None,
        accuracy_m,
        tuple(by for by in MATCHINGS if by in matching),
        repair=form.get("repair") == "true",
    )
