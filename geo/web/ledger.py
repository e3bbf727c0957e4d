"""The page of the year's ledger 台账: take it out, hand it in, see what it changes, write all of it or nothing."""

from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo.exchange.media_types import XLSX_MEDIA_TYPE
from geo.exchange.workbook_reading import LARGEST_FILE
from geo.model import office_time
from geo.model.errors import AtlasError, InvalidFile, InvalidInput, N_
from geo.model.journal import Act
from geo.model.ledger import InvalidLedger
from geo.service import ledger
from geo.web import params
from geo.web.current import live_store
from geo.web.guard import needs_role
from geo.web.language import in_words
from geo.web.ledger_view import checked_view, seal, unseal
from geo.web.slots import slots
from geo.web.uploads import file_name, takes

LARGEST_FORM = LARGEST_FILE + 2**20
CAUSE = N_("导入年度台账")

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")


@blueprint.get("")
@needs_role("editor")
def page() -> str:
    """Choose a year and layers to take out; choose a file to hand in."""
    return _page()


@blueprint.get("/file")
@needs_role("editor")
def download() -> Response:
    """A year's ledger as a workbook."""
    store = live_store()
    year = params.year_of_file(request.args, store.catalog.zone)
    with slots("downloads").taken():
        content = ledger.export_ledger(store, year, request.args.getlist("layers"))
    plain = f"ledger-{year}-{office_time.today().isoformat()}.xlsx"
    name = quote(N_("%(year)s年填报台账") % {"year": year} + f"-{office_time.today().isoformat()}.xlsx", safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    return Response(content, mimetype=XLSX_MEDIA_TYPE, headers={"Content-Disposition": disposition})


@blueprint.post("/preview")
@takes(LARGEST_FORM)
@needs_role("editor")
def preview() -> str | tuple[str, int]:
    """What a filled-in ledger would change, or every cell that keeps it from being taken; nothing is written."""
    store = live_store()
    try:
        given = request.files.get("file")
        if given is None or not given.filename:
            raise InvalidFile(N_("请先选择填好的台账文件"))
        name = file_name(given)
        found = ledger.read_ledger(store, given.stream.read(LARGEST_FILE + 1), name)
    except InvalidFile as error:
        return _page(fault=error), 400
    checked = ledger.check_ledger(store, found)
    view = checked_view(store, found, checked)
    sealed = "" if checked.faults or not checked.changes else seal(checked, name, current_user.name)
    status = 400 if checked.faults else 200
    return render_template("ledger/preview.html", file=name, view=view, seal=sealed), status


@blueprint.post("/import")
@takes(LARGEST_FORM)
@needs_role("editor")
def write() -> Response | tuple[str, int]:
    """Write what the preview showed, as one change set; it is checked again."""
    store = live_store()
    try:
        found, name = unseal(request.form.get("seal", ""), current_user.name)
        entries = ledger.write_ledger(store, found, Act(current_user.name, CAUSE, name))
    except InvalidLedger as error:
        checked = ledger.check_ledger(store, found)
        view = checked_view(store, found, checked)
        return render_template("ledger/preview.html", file=name, view=view, seal="", refused=in_words(error)), 409
    except InvalidInput as error:
        return _page(fault=error), 400
    flash(_("台账已写入：%(count)s 行", count=len(entries)))
    return redirect(url_for("journal.page", change_set=entries[0].change_set), 303)


def _page(fault: AtlasError | None = None) -> str:
    store = live_store()
    zone = store.catalog.zone
    return render_template(
        "ledger/index.html",
        layers=ledger.ledger_layers(store),
        years=[year for year in zone.years if year <= office_time.today().year],
        year=params.year_shown(request.args, zone),
        largest_mb=LARGEST_FILE // 2**20,
        fault=fault and in_words(fault),
    )
