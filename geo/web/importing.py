"""The page that takes a file into a layer: see what would come of it, then write all or nothing."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.model.errors import AtlasError, Conflict, InvalidInput, N_
from geo.model.journal import Act
from geo.model.layer import Layer
from geo.model.location import BASIS_TITLES, LocationBasis
from geo.service.field_mapping import ID, mappable_fields
from geo.service.importing import BLOCKING, ImportPlan, ImportReport, import_file
from geo.service.opened_files import Asked
from geo.web.current import live_store
from geo.web.guard import needs_role
from geo.web.import_files import KeptFile, keep, unseal
from geo.web.language import in_words
from geo.web.slots import slots
from geo.web.uploads import takes

LARGEST_FILE = 60 * 2**20
LARGEST_FORM = LARGEST_FILE + 2**20
CAUSE = N_("导入文件")
BASES = ("placed", "surveyed")
MOST_FINDINGS = 200

blueprint = Blueprint("importing", __name__, url_prefix="/import")


@blueprint.get("")
@needs_role("editor")
def page() -> str:
    """Choose a file and the layer that is to have it."""
    return _page()


@blueprint.post("/preview")
@takes(LARGEST_FORM)
@needs_role("editor")
def preview() -> str | tuple[str, int]:
    """What a file is and what would come of it; nothing is written. Sent again with other answers, it is read again."""
    try:
        kept = (
            unseal(request.form["seal"], current_user.name)
            if "seal" in request.form
            else keep(request.files.get("file"))
        )
        layer, plan = _layer(), _plan()
        with slots("downloads").taken():
            report = import_file(live_store(), layer.id, kept.path, plan, None)
    except (InvalidInput, AtlasError) as error:
        return _page(error), 400
    return _preview(kept, layer, plan, report)


@blueprint.post("/write")
@takes(LARGEST_FORM)
@needs_role("editor")
def write() -> Response | str | tuple[str, int]:
    """Write what the preview showed, in one change set; it is checked again."""
    store = live_store()
    try:
        kept = unseal(request.form.get("seal", ""), current_user.name)
        layer, plan = _layer(), _plan()
        with slots("downloads").taken():
            report = import_file(store, layer.id, kept.path, plan, Act(current_user.name, CAUSE, kept.name))
    except (InvalidInput, Conflict) as error:
        return _page(error), 409 if isinstance(error, Conflict) else 400
    if report.result == "refuse":
        return _preview(kept, layer, plan, report), 400
    kept.forget()
    if report.change_set is None:
        flash(_("文件与现有数据一样，没有要写入的更改"))
        return redirect(url_for("importing.page"), 303)
    flash(_("已导入：%(count)s 个要素", count=report.written))
    return redirect(url_for("journal.page", change_set=report.change_set), 303)


def _page(fault: AtlasError | None = None) -> str:
    return render_template(
        "importing/index.html",
        layers=list(live_store().catalog.values()),
        chosen=request.values.get("layer_id", ""),
        largest_mb=LARGEST_FILE // 2**20,
        fault=fault and in_words(fault),
    )


def _preview(kept: KeptFile, layer: Layer, plan: ImportPlan, report: ImportReport) -> str:
    zone = live_store().catalog.zone
    told = [(each, in_words(each.remark)) for each in report.findings[:MOST_FINDINGS]]
    return render_template(
        "importing/preview.html",
        file=kept.name,
        seal=kept.seal(current_user.name),
        layer=layer,
        plan=plan,
        report=report,
        blocking=[pair for pair in told if pair[0].code in BLOCKING or report.mapping is None],
        doubts=[pair for pair in told if pair[0].code not in BLOCKING and report.mapping is not None],
        targets=mappable_fields(layer),
        id_field=ID,
        bases=[(basis, BASIS_TITLES[basis]) for basis in BASES],
        zone_extent=zone.extent,
        drawn=_drawn(zone.extent, report.extent),
    )


def _layer() -> Layer:
    return live_store().catalog[request.form.get("layer_id", "")]


def _plan() -> ImportPlan:
    """What the form says; a file that is new says nothing of its fields yet."""
    form = request.form
    told = dict(zip(form.getlist("source"), form.getlist("target"), strict=False))
    basis = form.get("basis", "")
    accuracy = form.get("accuracy_m", "").strip()
    try:
        accuracy_m = float(accuracy) if accuracy else None
    except ValueError:
        raise InvalidInput(N_("应为数字，现为“%(given)s”"), given=accuracy[:40]) from None
    return ImportPlan(
        Asked(form.get("file_layer") or None, form.get("encoding") or None, form.get("crs") or None),
        told,
        LocationBasis(basis) if basis in BASES else None,
        accuracy_m,
        repair=form.get("repair") == "true",
    )


def _drawn(zone: tuple[float, ...], extent: tuple[float, ...] | None) -> dict[str, object] | None:
    """The zone and the file's extent as rectangles of a picture 300 wide, north up."""
    if extent is None:
        return None
    west, south = min(zone[0], extent[0]), min(zone[1], extent[1])
    east, north = max(zone[2], extent[2]), max(zone[3], extent[3])
    scale = 300 / max(east - west, 1e-9)
    tall = max((north - south) * scale * 1.19, 1.0)  # a degree of latitude is longer than one of longitude at 33°

    def box(bounds: tuple[float, ...]) -> dict[str, float]:
        return {
            "x": round((bounds[0] - west) * scale, 2),
            "y": round((north - bounds[3]) * scale * 1.19, 2),
            "width": round(max((bounds[2] - bounds[0]) * scale, 3), 2),
            "height": round(max((bounds[3] - bounds[1]) * scale * 1.19, 3), 2),
        }

    return {"height": round(min(tall, 900), 2), "zone": box(zone), "file": box(extent)}
